/* The client: what kinit, kvno and an application do, as a table of states. It knows its own
 * password or keytab and nothing else of the realm.
 *
 * client_do begins a task and sends its first message; client_receive takes what comes back;
 * client_result says how it ended. One task at a time. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "base/turn.h"
#include "context/ap.h"
#include "wire/ccache.h"
#include "wire/keytab.h"

struct client;

/* How the host of a URL becomes the host of an SPN; each step a DNS message. */
enum name_policy {
    NAMES_AS_TYPED, /* MIT: dns_canonicalize_hostname = false */
    NAMES_FORWARD,  /* canonical name of the address query (CNAME followed); MIT: rdns = false */
    NAMES_REVERSE,  /* and the name that the address points back to; MIT: rdns = true */
    NAMES_FALLBACK, /* as typed first, then forward; MIT: dns_canonicalize_hostname = fallback */
    NAMES_SSPI,     /* Windows: as typed, an address makes no SPN */
};

struct client_config {
    const char *party;       /* its own name: "alice" */
    const struct party *kdc; /* where AS and TGS requests go */
    struct bytes realm;      /* default realm */
    const int32_t *etypes;   /* offered, preferred first */
    size_t n_etypes;
    int64_t skew;       /* allowed between KDC and client, microseconds */
    enum transport via; /* how it starts; RESPONSE_TOO_BIG makes it go to VIA_TCP */
    /* The KDC of another realm (referrals, RFC 6806 8); NULL, or answers NULL: unknown. */
    const struct party *(*kdc_of)(void *arg, struct bytes realm);
    void *arg;
    const struct party *resolver; /* answers DNS queries (port 53); NULL: names stay as typed */
    enum name_policy names;       /* how a host name becomes an SPN */
    /* What is configured of hosts and of ways (MIT: [domain_realm], [capaths]); NULL: nothing. The
     * octets outlive the client. */
    struct bytes (*realm_of_host)(void *arg, struct bytes host); /* n == 0: not known */
    /* The realm before `to` on the way from `from`; n == 0: they are neighbours. False: not known,
     * and the names of the realms show it (RFC 4120 1.2). */
    bool (*way)(void *arg, struct bytes from, struct bytes to, struct bytes *before);
    void *names_arg; /* of these two */
    bool discover;   /* ask DNS for the realm's KDC before a logon (RFC 4120 7.2.3.2) */
    const struct browser_config
        *browser; /* for CLIENT_BROWSE; NULL: the usual one, no credentials */
};
struct client *client_new(struct arena *, const struct client_config *);

/* ---- the browser's side (P5, U5, behaviours 1.6) -----------------------------------------------
 * Which credentials go to whom: a row for each (target, scheme). BITS adds rows, not mechanisms. */
enum browser_scheme { /* as enum auth_scheme of the service's settings: a set */
                      BROWSE_BASIC = 2,
                      BROWSE_DIGEST = 4,
                      BROWSE_NTLM = 8,
                      BROWSE_NEGOTIATE = 16,
                      BROWSE_ALL = 30,
};
enum browser_target { TO_SERVER, TO_PROXY };
struct browser_credential {
    enum browser_target target;
    unsigned schemes; /* that it may be used with */
    bool implicit; /* the logon's own: its tickets, its hash (P16); no password for Basic, Digest */
    struct bytes user, domain, password;
    const char *token; /* whose logon an implicit one is of, for the reader: "alice", "helper" */
};
enum spn_port { SPN_PORT_NEVER, SPN_PORT_NOT_USUAL, SPN_PORT_ALWAYS }; /* "HTTP/host:8080" */
struct browser_config {
    const struct browser_credential *credentials; /* first that fits is used */
    size_t n_credentials;
    unsigned schemes;  /* it knows; 0: BROWSE_ALL. The strongest both know is taken:
                        * Negotiate, NTLM, Digest, Basic */
    bool in_order;     /* of the challenges instead (as Internet Explorer did) */
    bool not_intranet; /* the zone does not get implicit credentials */
    bool no_kerberos;  /* Negotiate offers NTLM only; with no_ntlm: Kerberos only */
    bool no_ntlm;      /* curl without NTLM, or "NTLM blocked" */
    bool raw_ntlm;     /* NTLM inside Negotiate without SPNEGO (U5: TlRMTVNT) */
    bool raw_krb5;
    bool basic_needs_tls; /* Basic only inside TLS */
    bool preemptive;      /* sends Basic or the ticket before it is asked */
    unsigned lm_level;    /* LMCompatibilityLevel */
    bool no_bindings;     /* no channel bindings: old clients, terminated TLS */
    bool no_mic, no_target_name;
    struct bytes workstation;
    uint8_t
        nt_hash[16]; /* of an implicit logon by password, cached at CLIENT_LOGON; see has_hash */
    bool has_hash;
    enum spn_port port;
    bool windows2000;          /* false: older: no Kerberos at all (P10) */
    bool same_host_is_local;   /* the server is on this machine (loopback): NTLM only */
    const struct party *proxy; /* NULL: direct */
    const char *proxy_host;    /* "proxy.example.test": of its SPN */
};

enum client_task {
    CLIENT_LOGON,  /* kinit */
    CLIENT_TICKET, /* kvno; spn */
    CLIENT_GET,    /* an HTTP GET with Negotiate, getting the ticket first when there is none */
    CLIENT_RENEW,  /* kinit -R: the ticket-granting ticket anew; spn: that ticket (RFC 4120 3.3) */
    CLIENT_VALIDATE, /* kinit -v */
    CLIENT_FORWARD,  /* a forwarded ticket-granting ticket, for addresses (RFC 4120 2.6) */
    CLIENT_PROXY,    /* a proxy ticket to spn, for addresses (RFC 4120 2.5) */
    CLIENT_PASSWORD, /* kpasswd: password -> new_password, of principal or, set, of target */
    CLIENT_BROWSE,   /* an HTTP GET as a browser does it: without credentials first, then by the
                      * scheme chosen of those offered, on connections that are kept */
};

struct client_do_args {
    enum client_task task;
    /* CLIENT_LOGON: kinit */
    const char *principal; /* "alice" or "alice@EXAMPLE.TEST" */
    struct bytes password; /* or: */
    const struct keytab *keytab;
    uint32_t kdc_options;     /* forwardable, renewable, canonicalize ... */
    int64_t life, renew_life; /* microseconds; 0: 10 hours / none */
    bool timestamp_first;     /* send PA-ENC-TIMESTAMP in the first AS-REQ (needs etypes[0]
                               * and the default salt), as the document describes it */
    /* CLIENT_TICKET: kvno; CLIENT_GET: an HTTP GET with Negotiate, getting the ticket first when
     * the cache has none */
    const char *spn; /* "HTTP/www.example.test" */
    const struct party *service;
    const char *target; /* "/": CLIENT_GET */
    const char *host;   /* "www.example.test" */
    bool mutual;        /* ask for an AP-REP */

    int32_t name_type;  /* of principal (LOGON) or spn; 0: the usual one. NT_ENTERPRISE: kinit -E */
    const char *in_tkt; /* LOGON: a ticket for this service instead of a TGT; NULL: a TGT */
    int64_t postdate;   /* LOGON: starts so much later, microseconds; 0: at once */
    const struct HostAddresses *addresses; /* LOGON, FORWARD, PROXY: kinit -a; NULL: none */
    const struct ccache *armor;            /* LOGON: FAST under the TGT in it (kinit -T) */
    bool hide_client;                      /* with armor: no name of the client in clear */
    bool anonymous;                        /* LOGON: kinit -n */
    /* TICKET: user-to-user (kvno --u2u): the ticket of the service's user, sealed under the TGT
     * in this cache (RFC 4120 3.7) */
    const struct ccache *second_ticket;
    bool anew; /* TICKET: ask even if the cache has one */
    struct bytes new_password;
    const char *change_for; /* PASSWORD: set for this principal (RFC 3244); NULL: one's own */
    /* BROWSE: service, host (as the URL has it), target, spn (NULL: made of the host), and: */
    uint16_t port;         /* 0: 80, with tls 443 */
    const struct tls *tls; /* the URL is https; NULL: http */
    const char *method;    /* NULL: GET */
    bool fresh;            /* on a new connection */
};

/* False: our fault. */
bool client_do(struct client *, const struct client_do_args *, struct turn *);
bool client_receive(struct client *, const struct packet *, struct turn *);

/* Nobody has answered what was sent last, and it is not sent again: the task ends as refused
 * (KDC_ERR_SVC_UNAVAILABLE); or, where BROWSE wanted a ticket for Negotiate, goes on without. */
bool client_lost(struct client *, struct turn *);

enum client_state { CLIENT_IDLE, CLIENT_WAITING, CLIENT_GRANTED, CLIENT_REFUSED };
struct client_outcome {
    enum client_state state;
    int32_t error;    /* the KRB-ERROR's code, or the client's own finding, when REFUSED */
    const char *text; /* "kinit: Password incorrect"-like: what the user would read */
};
struct client_outcome client_result(const struct client *);

/* What BROWSE ended with. In the client's arena. */
struct browsed {
    int status;            /* of the last answer; 0: none */
    const char *scheme;    /* by which it was admitted or refused last: "Negotiate (Kerberos)",
                            * "Negotiate (NTLM)", "NTLM", "Basic", "Digest", "none" */
    const char *fell_back; /* why Kerberos was not it: the deciding condition; NULL: it was, or was
                            * not in question */
    struct bytes body;
    unsigned requests; /* sent to the service */
    bool proved;       /* the service proved itself */
};
const struct browsed *client_browsed(const struct client *);
/* A connection is gone. The transport gives connections by packet->conn of what arrives; a packet
 * sent with conn NULL opens one where `fresh` was asked for or none is open to that party. */
void client_closed(struct client *, const struct conn *);

/* The cache as a FILE ccache would hold it (in mem). False: no credentials. */
bool client_ccache(const struct client *, struct arena *mem, struct ccache *out);
/* The same with nothing but what the last task got: what a forwarded or proxy ticket is handed on
 * as, which the cache itself never holds. False: it got none. */
bool client_ccache_got(const struct client *, struct arena *mem, struct ccache *out);
/* Adds what is in it; its principal becomes the client's. */
bool client_ccache_load(struct client *, const struct ccache *);

const struct fault_row *client_fault_table(size_t *n);

#endif
