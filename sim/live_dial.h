/* Our side of a real network: one message to a server, and what comes back. */
#ifndef SIM_LIVE_DIAL_H
#define SIM_LIVE_DIAL_H

#include "base/arena.h"
#include "base/packet.h"

/* "HOST", "HOST:PORT", "[IPV6]:PORT", "tcp/HOST:PORT" as krb5.conf has them. */
struct dial_place {
    const char *host;
    uint16_t port;
    bool tcp_only;
};
/* False: no such place can be meant. In mem. */
bool dial_place_read(const char *text, uint16_t usual_port, struct arena *, struct dial_place *);

enum dial_result {
    DIAL_ANSWER,
    DIAL_SILENCE, /* reached, or perhaps reached, and no answer in time */
    DIAL_FAILED,  /* no such host, refused, unreachable: *why */
};
/* VIA_UDP: sent up to three times, after 1 s and 2 s more; VIA_TCP: framed (RFC 4120 7.2.2). The
 * answer is in mem. peer (room for 64 octets): the address that was asked, as text. */
enum dial_result dial(const struct dial_place *, enum transport via, struct bytes message,
                      struct arena *mem, struct bytes *answer, char *peer, const char **why);
/* A connection (TCP) to stay open; the caller closes it. -1: *why. peer: as above. */
int dial_connect(const struct dial_place *, char *peer, const char **why);

#endif
