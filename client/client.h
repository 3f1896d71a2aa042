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
};
struct client *client_new(struct arena *, const struct client_config *);

enum client_task {
    CLIENT_LOGON,  /* kinit */
    CLIENT_TICKET, /* kvno; spn */
    CLIENT_GET,    /* an HTTP GET with Negotiate, getting the ticket first when there is none */
    CLIENT_RENEW,  /* kinit -R: the ticket-granting ticket anew; spn: that ticket (RFC 4120 3.3) */
    CLIENT_VALIDATE, /* kinit -v */
    CLIENT_FORWARD,  /* a forwarded ticket-granting ticket, for addresses (RFC 4120 2.6) */
    CLIENT_PROXY,    /* a proxy ticket to spn, for addresses (RFC 4120 2.5) */
    CLIENT_PASSWORD, /* kpasswd: password -> new_password, of principal or, set, of target */
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
};

/* False: our fault. */
bool client_do(struct client *, const struct client_do_args *, struct turn *);
bool client_receive(struct client *, const struct packet *, struct turn *);

enum client_state { CLIENT_IDLE, CLIENT_WAITING, CLIENT_GRANTED, CLIENT_REFUSED };
struct client_outcome {
    enum client_state state;
    int32_t error;    /* the KRB-ERROR's code, or the client's own finding, when REFUSED */
    const char *text; /* "kinit: Password incorrect"-like: what the user would read */
};
struct client_outcome client_result(const struct client *);

/* The cache as a FILE ccache would hold it (in mem). False: no credentials. */
bool client_ccache(const struct client *, struct arena *mem, struct ccache *out);
/* The same with nothing but what the last task got: what a forwarded or proxy ticket is handed on
 * as, which the cache itself never holds. False: it got none. */
bool client_ccache_got(const struct client *, struct arena *mem, struct ccache *out);
/* Adds what is in it; its principal becomes the client's. */
bool client_ccache_load(struct client *, const struct ccache *);

const struct fault_row *client_fault_table(size_t *n);

#endif
