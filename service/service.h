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

struct service_config {
    const char *party; /* "www" */
    const char *spn;   /* "HTTP/www.example.test" */
    struct bytes realm;
    const struct keytab *keytab;
    int64_t skew;
    struct replay_cache replay;
    bool acceptor_subkey; /* put a subkey of its own into the AP-REP */
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
