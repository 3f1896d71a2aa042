/* The stream of a web server's answers, cut into whole ones for the engine's strict reader: interim
 * answers passed over, chunks (RFC 9112 7.1) put together, a body that ends with the connection
 * given its length. */
#ifndef SIM_LIVE_HTTP_H
#define SIM_LIVE_HTTP_H

#include "base/arena.h"

struct http_stream {
    struct arena *mem;
    bool tunnel;     /* to CONNECT: an answer that means success has no body */
    bool to_the_end; /* set: the body was ended by the connection's end */
    bool bad;        /* set: it can become no answer any more */
    uint8_t *p;
    size_t n, room;
};
void http_stream_add(struct http_stream *, struct bytes);
/* ended: nothing more will come. False: not yet whole, or *why. */
bool http_stream_whole(struct http_stream *, bool ended, struct bytes *out, const char **why);

#endif
