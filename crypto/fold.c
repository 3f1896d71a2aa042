/* The two formulas of RFC 3961 that need no library. */
#include "crypto/primitives.h"

#include <string.h>

static size_t common_divisor(size_t a, size_t b)
{
    while (b) {
        size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The input is repeated, each copy rotated 13 bits further right than the one before, until the
 * whole is a multiple of the output's length too; the pieces are then added in one's complement.
 * Adding from the last octet to the first, a carry out of one piece enters the next at its last
 * octet, which is the end-around carry. */
void n_fold(struct bytes in, uint8_t *out, size_t n)
{
    memset(out, 0, n);
    if (in.n == 0 || n == 0)
        return;
    size_t bits = 8 * in.n;
    unsigned sum = 0;
    for (size_t i = in.n / common_divisor(in.n, n) * n; i-- > 0;) {
        size_t turned = 13 * (i / in.n) % bits;
        size_t start = (8 * (i % in.n) + bits - turned) % bits;
        unsigned two = (unsigned)in.p[start / 8] << 8 | in.p[(start / 8 + 1) % in.n];
        sum += out[i % n] + (two >> (8 - start % 8) & 0xff);
        out[i % n] = (uint8_t)sum;
        sum >>= 8;
    }
    while (sum)
        for (size_t i = n; sum && i-- > 0;) {
            sum += out[i];
            out[i] = (uint8_t)sum;
            sum >>= 8;
        }
}

/* RFC 3961 6.1.3: no initial value and no final complement, unlike ISO 3309. */
void mod_crc32(struct bytes in, uint8_t out[4])
{
    uint32_t crc = 0;
    for (size_t i = 0; i < in.n; i++) {
        crc ^= in.p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    put_le32(out, crc);
}
