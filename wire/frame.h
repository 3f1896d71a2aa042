/* Kerberos over TCP: each message after its length, four octets big-endian, of which the highest
 * bit is reserved and 0 (RFC 4120 7.2.2). */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include "base/fault.h"

#define FRAME_HEADER 4
enum frame_state {
    FRAME_MORE,  /* not whole yet */
    FRAME_WHOLE, /* *message is the message, *used octets of the stream are done with */
    FRAME_HIGH,  /* the reserved bit is set: RFC 4120 7.2.2 KRB_ERR_FIELD_TOOLONG */
    FRAME_LONG,  /* longer than limit */
};
/* limit 0: none but the 31 bits of the length. */
enum frame_state frame_read(struct bytes stream, size_t limit, struct bytes *message, size_t *used);
/* {NULL, 0}: the message does not fit the 31 bits. */
struct bytes frame_write(struct arena *, struct bytes message);

#endif
