#include "wire/frame.h"
#include "wire/flat_reader.h"

#include <string.h>

enum frame_state frame_read(struct bytes stream, size_t limit, struct bytes *message, size_t *used)
{
    if (stream.n < FRAME_HEADER)
        return FRAME_MORE;
    uint32_t n = be32(stream.p);
    if (n & 0x80000000u)
        return FRAME_HIGH;
    if (limit && n > limit)
        return FRAME_LONG;
    if (n > stream.n - FRAME_HEADER)
        return FRAME_MORE;
    *message = bytes_slice(stream, FRAME_HEADER, n);
    *used = FRAME_HEADER + (size_t)n;
    return FRAME_WHOLE;
}

struct bytes frame_write(struct arena *mem, struct bytes message)
{
    if (message.n > INT32_MAX)
        return (struct bytes){0};
    uint8_t *p = arena_take(mem, FRAME_HEADER + message.n);
    put_be32(p, (uint32_t)message.n);
    if (message.n)
        memcpy(p + FRAME_HEADER, message.p, message.n);
    return bytes_of(p, FRAME_HEADER + message.n);
}

bool frame_walk(struct bytes stream, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    static const struct flat_row length = {"length", FLAT_BE_LENGTH, 4, false, FLAT_NO_NAMES};
    static const struct fault_row high = {"frame.high-bit",
                                          "the highest bit of the length is reserved and 0",
                                          "RFC 4120 7.2.2", "a length below 0x80000000"};
    struct flat_reader r = flat_start(stream, mem, sink, true);
    enum frame_state state = FRAME_WHOLE;
    for (size_t i = 0; flat_left(&r) && state == FRAME_WHOLE; i++) {
        struct bytes message;
        size_t used;
        int64_t n;
        state = frame_read(bytes_slice(stream, r.at, flat_left(&r)), 0, &message, &used);
        if (state != FRAME_WHOLE)
            break;
        flat_enter(&r, "frame", i);
        flat_int(&r, &length, &n);
        flat_octets(&r, "message", FLAT_DER, message.n, NULL);
        flat_leave(&r);
    }
    if (state == FRAME_HIGH)
        flat_refuse(&r, &high, length.name, r.at, NULL, NULL);
    flat_tell(&r, v);
    return state != FRAME_HIGH;
}
