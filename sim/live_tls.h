/* The certificates of a scenario: its authority, its web server, a client. Their keys follow from
 * the scenario's seed, as those of its accounts do. */
#ifndef SIM_LIVE_TLS_H
#define SIM_LIVE_TLS_H

#include "crypto/tls.h"
#include "sim/scenario.h"

struct live_tls {
    struct tls_identity *authority, *server, *client; /* client: of the first party of that role */
    const char *client_name;                          /* "alice"; NULL: there is none */
    struct tls_door *door;
    struct bytes end_point;
};
/* In mem. NULL: the scenario's service has no TLS, or (*error) it cannot be had. address: where the
 * server is reached; NULL: 127.0.0.1. */
struct live_tls *live_tls_new(const struct scenario *, const char *address, struct arena *mem,
                              char **error);
void live_tls_free(struct live_tls *); /* NULL is allowed */

#endif
