/* A proxy for HTTP (RFC 9110 7): requests in from browsers, on to their origins over connections of
 * its own, answers back. It may ask who uses it (407, Proxy-Authenticate, with the service's
 * modes), and it may have two faults that lessons are about: it shares connections to an origin
 * among its clients, so that NTLM, which authenticates the connection, serves the second as the
 * first; or it takes what it gets to another server than the one that was meant, a relay. */
#ifndef SERVICE_PROXY_H
#define SERVICE_PROXY_H

#include "service/service.h"

struct proxy;

struct proxy_config {
    const char *party; /* "proxy" */
    /* Who may use it: as of a service whose first application's schemes are offered in
     * Proxy-Authenticate; its apps, files and rules beyond that are not looked at, its party is
     * this one. NULL: everybody. */
    const struct service_config *gate;
    /* The server that a URI's host names, and a new connection to it. NULL: there is none; 502. */
    const struct party *(*origin)(void *arg, struct bytes host);
    struct conn *(*connect)(void *arg, const struct party *origin, uint16_t port);
    void *arg;
    bool shares_connections; /* one to each origin, whoever asks; false: one to each for each client
                              */
    const struct party *relay; /* every request goes there instead, as it came; NULL: it does not */
    size_t max_conns;          /* of clients, remembered; 0: 1024; the oldest makes room */
};
/* What the configuration points to must outlive it. NULL: the gate's SPN is no name. */
struct proxy *proxy_new(struct arena *, const struct proxy_config *);
void proxy_free(struct proxy *); /* the connections' memory; NULL is allowed */
/* A request of a client (VIA_HTTP, absolute form, RFC 9112 3.2.2; a relay takes any), an origin's
 * response, or the controller's packet (VIA_RPC): told apart by packet->conn. The fields
 * Proxy-Authorization and Proxy-Connection stay here. CONNECT is refused: nothing in TLS passes.
 * Several requests of one client are carried on one after the other. False: our fault. */
bool proxy_receive(struct proxy *, const struct packet *, struct turn *);
/* A connection of either side is gone: its clients get 502, its origins' connections are closed. */
bool proxy_closed(struct proxy *, const struct conn *, struct turn *);
const struct fault_row *proxy_fault_table(size_t *n);

#endif
