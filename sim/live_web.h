/* Connections of our client to real web servers and proxies: kept, with or without TLS, one request
 * and its whole answer at a time. */
#ifndef SIM_LIVE_WEB_H
#define SIM_LIVE_WEB_H

#include "base/packet.h"
#include "base/tls.h"
#include "sim/live_dial.h"

struct web_link; /* what packets call their connection */

struct live_web {
    struct arena *mem;
    struct dial_place server, proxy; /* where they are; proxy.host NULL: direct */
    const char *host;                /* as the URL has it: whose certificate is wanted */
    const char *authorities;         /* PEM; NULL: those of the system */
    bool insecure;
    unsigned *conns; /* all connections are counted here */
    struct web_link *links;
    /* of who answered last: the address, and which connection it was */
    char peer[64];
    unsigned number;
};

/* Sends the packet's request over its connection, or a new one where it has none, and gives the
 * whole answer with the connection it came over and its TLS. Transfer codings are taken off and
 * what ends with the connection gets its length, for the engine reads neither. *gone: the
 * connection has ended, and the engine is to be told. False: *why. */
bool live_web_ask(struct live_web *, const struct packet *, struct packet *answer,
                  struct conn **gone, const char **why);
void live_web_end(struct live_web *);

#endif
