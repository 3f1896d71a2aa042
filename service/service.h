/* The service: a web server with IIS's modes of authentication (P3-P7): Anonymous, Basic, Digest,
 * NTLM, Negotiate (Kerberos or NTLM, bare or in SPNEGO) and client certificates. It knows its
 * keytab and its machine's secret and nothing else of the realm; whom it cannot judge itself it
 * asks the controller about, by packets. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "base/turn.h"
#include "context/ap.h"
#include "context/netlogon.h"
#include "context/ntlm.h"
#include "service/web.h"
#include "wire/keytab.h"

struct service;

/* Replay detection is handed in: the world and live give the realm's ledger, a test its own.
 * Returns true when the key was not seen within window. */
struct replay_cache {
    bool (*insert)(void *arg, struct bytes key, int64_t now, int64_t window);
    void *arg;
};

/* Which of the keys under its name and the ticket's etype a service takes. The version stands
 * outside the seal (RFC 4120 5.2.9): it is a hint, and proves nothing. */
enum kvno_policy {
    KVNO_STRICT,  /* the one of the version that the ticket names, else KRB_AP_ERR_BADKEYVER */
    KVNO_LENIENT, /* whichever opens it, the named one first */
    KVNO_HIGHEST, /* the newest, whatever the ticket names */
};

/* The session key of the ticket-granting ticket of the user that the service runs as, for tickets
 * sealed with it (user-to-user, RFC 4120 3.7). False: there is no such ticket now. */
struct own_session {
    bool (*find)(void *arg, struct key *out); /* NULL: never */
    void *arg;
};

struct service_config {
    const char *party; /* "www" */
    const char *spn;   /* "HTTP/www.example.test" */
    struct bytes realm;
    const struct keytab *keytab;
    int64_t skew;
    struct replay_cache replay;
    bool acceptor_subkey; /* put a subkey of its own into the AP-REP */
    enum kvno_policy kvno_policy;
    bool windows_errors; /* a ticket or authenticator that does not open is KRB_AP_ERR_MODIFIED, 41
                          * (MS-KILE 3.4.5), not KRB_AP_ERR_BAD_INTEGRITY, 31 (RFC 4120 3.2.3) */
    bool any_address;    /* where a ticket has addresses, the peer need not be among them; otherwise
                          * it must, when its own is known (RFC 4120 3.2.3) */
    struct own_session own_session;

    /* The web server. n_apps 0: one application at "/" that offers Negotiate and serves every path
     * with the client's name, as it is enough for a ticket to be shown. */
    const struct web_app *apps;
    size_t n_apps;
    const struct web_machine *machine;
    const struct netlogon_channel_config
        *channel;                       /* to the controller; NULL: a workgroup's machine */
    const struct local_accounts *local; /* NULL: it has none */
    struct ntlm_server_config ntlm;     /* names, level, checks; bindings by connection */
    /* The account of a client certificate (one-to-one by fingerprint, else by subject); 0 and *out,
     * or the status that says why not. NULL: no mapping. */
    int32_t (*map_certificate)(void *arg, struct turn *, const struct tls *,
                               const struct access_token **out);
    void *map_arg;
    size_t max_conns; /* connections remembered; 0: 1024; the oldest makes room */
    bool no_kerberos; /* the process runs as an account of the machine: it has no key (P8) */
    bool ignore_pac;  /* a ticket's PAC is not looked at: no groups */
    const struct group_names *names;
};
/* The strings, the keytab and what it points to must outlive the service. NULL: the SPN is no name.
 */
struct service *service_new(struct arena *, const struct service_config *);
/* Gives back what connections hold (each an arena of its own). NULL is allowed. */
void service_free(struct service *);
/* A whole HTTP request in (VIA_HTTP), its response out by the turn: the page, or 401 with what the
 * application offers (and, of Negotiate, the token that says why). Where the controller must be
 * asked, the response leaves in a later turn: when its answer (VIA_RPC) is given here too; until
 * then further requests of that connection wait. NTLM authenticates packet->conn, Kerberos, Basic
 * and Digest the request. False: our fault. */
bool service_receive(struct service *, const struct packet *, struct turn *);
/* A connection is gone: what was known of it is forgotten. */
void service_closed(struct service *, const struct conn *);
/* Nobody answered in time: whoever waits for the controller is told so (STATUS_NO_LOGON_SERVERS).
 */
bool service_controller_lost(struct service *, struct turn *);
/* When the controller is waited for no longer, microseconds; INT64_MAX: it is not waited for. */
int64_t service_alarm(const struct service *);

/* What IIS offered on a new web site, by the version of Windows (P12): "iis6" (Windows Server
 * 2003), "iis6-sp1-slipstream" (installed with Service Pack 1 in it), "iis6-sp1-upgrade" (the pack
 * came later). False: no such preset. *schemes: enum auth_scheme. */
bool iis_default_schemes(const char *preset, unsigned *schemes);

const struct fault_row *service_fault_table(size_t *n);

#endif
