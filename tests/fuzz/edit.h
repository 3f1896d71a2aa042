/* The right octets with a script of edits over them: offset (two octets, big-endian), kind, value;
 * and a choice between that and octets of the fuzzer's own. */
#ifndef TESTS_FUZZ_EDIT_H
#define TESTS_FUZZ_EDIT_H

#include "base/arena.h"

#include <string.h>

static inline struct bytes edited(struct arena *mem, struct bytes right, struct bytes script)
{
    const uint8_t *p = script.p;
    uint8_t *out = arena_take(mem, right.n + script.n);
    size_t len = right.n;
    if (len)
        memcpy(out, right.p, len);
    for (size_t n = script.n; n >= 4; p += 4, n -= 4) {
        size_t at = len ? be16(p) % len : 0;
        if (p[2] % 4 == 0 && len)
            out[at] = p[3];
        else if (p[2] % 4 == 1 && len)
            out[at] ^= p[3];
        else if (p[2] % 4 == 2) {
            memmove(out + at + 1, out + at, len - at);
            out[at] = p[3];
            len++;
        } else if (len) {
            memmove(out + at, out + at + 1, len - at - 1);
            len--;
        }
    }
    return bytes_of(out, len);
}

/* The first octet's high bit: the rest is a script, else it is all there is. */
static inline struct bytes edit_or_replace(struct arena *mem, struct bytes right,
                                           const uint8_t *data, size_t n)
{
    struct bytes rest = bytes_of(data + 1, n - 1);
    return data[0] & 0x80 ? edited(mem, right, rest) : rest;
}

#endif
