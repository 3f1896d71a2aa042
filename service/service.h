/* The service: a web server that accepts Kerberos in HTTP's Negotiate (RFC 4559, RFC 4121). It
 * knows its keytab and nothing else of the realm. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "base/turn.h"
#include "context/ap.h"
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
};
/* The strings, the keytab and what it points to must outlive the service. NULL: the SPN is no name.
 */
struct service *service_new(struct arena *, const struct service_config *);
/* A whole HTTP request in, its response out by the turn: 200 with who was admitted, 401 with
 * WWW-Authenticate: Negotiate (alone, or with a KRB-ERROR token that says why). False: our fault.
 */
bool service_receive(struct service *, const struct packet *, struct turn *);
const struct fault_row *service_fault_table(size_t *n);

#endif
