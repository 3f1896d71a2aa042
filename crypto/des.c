#include "crypto/des.h"
#include "crypto/primitives.h"

#include <openssl/crypto.h>
#include <string.h>

static const uint8_t weak_keys[16][8] = {
    {0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01},
    {0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe},
    {0x1f, 0x1f, 0x1f, 0x1f, 0x0e, 0x0e, 0x0e, 0x0e},
    {0xe0, 0xe0, 0xe0, 0xe0, 0xf1, 0xf1, 0xf1, 0xf1},
    {0x01, 0xfe, 0x01, 0xfe, 0x01, 0xfe, 0x01, 0xfe},
    {0xfe, 0x01, 0xfe, 0x01, 0xfe, 0x01, 0xfe, 0x01},
    {0x1f, 0xe0, 0x1f, 0xe0, 0x0e, 0xf1, 0x0e, 0xf1},
    {0xe0, 0x1f, 0xe0, 0x1f, 0xf1, 0x0e, 0xf1, 0x0e},
    {0x01, 0xe0, 0x01, 0xe0, 0x01, 0xf1, 0x01, 0xf1},
    {0xe0, 0x01, 0xe0, 0x01, 0xf1, 0x01, 0xf1, 0x01},
    {0x1f, 0xfe, 0x1f, 0xfe, 0x0e, 0xfe, 0x0e, 0xfe},
    {0xfe, 0x1f, 0xfe, 0x1f, 0xfe, 0x0e, 0xfe, 0x0e},
    {0x01, 0x1f, 0x01, 0x1f, 0x01, 0x0e, 0x01, 0x0e},
    {0x1f, 0x01, 0x1f, 0x01, 0x0e, 0x01, 0x0e, 0x01},
    {0xe0, 0xfe, 0xe0, 0xfe, 0xf1, 0xfe, 0xf1, 0xfe},
    {0xfe, 0xe0, 0xfe, 0xe0, 0xfe, 0xf1, 0xfe, 0xf1},
};

static void set_parity(uint8_t key[8])
{
    for (int i = 0; i < 8; i++)
        key[i] = (uint8_t)((key[i] & 0xfe) | !__builtin_parity(key[i] & 0xfe));
}

void des_correct(uint8_t key[8])
{
    set_parity(key);
    for (int i = 0; i < 16; i++)
        if (memcmp(key, weak_keys[i], 8) == 0) {
            key[7] ^= 0xf0;
            return;
        }
}

/* The low seven bits of each octet, put together to 56 and read backwards. */
static void reverse(const uint8_t in[8], uint8_t out[8])
{
    for (int i = 0; i < 8; i++) {
        out[i] = 0;
        for (int bit = 0; bit < 7; bit++)
            out[i] |= (uint8_t)((in[7 - i] >> bit & 1) << (6 - bit));
    }
}

/* Blocks forwards and backwards by turns, one over the other. */
static void fan_fold(struct bytes padded, uint8_t key[8])
{
    memset(key, 0, 8);
    for (size_t at = 0; at < padded.n; at += 8) {
        uint8_t turned[8];
        const uint8_t *block = padded.p + at;
        if (at / 8 % 2) {
            reverse(block, turned);
            block = turned;
        }
        for (int i = 0; i < 8; i++)
            key[i] ^= (uint8_t)(block[i] << 1);
        wipe(turned, sizeof turned);
    }
    des_correct(key);
}

/* The last block of CBC whose IV is the key. */
static bool cbc_check(struct crypto *c, const uint8_t key[8], struct bytes padded, uint8_t sum[8])
{
    bool ok = true;
    memcpy(sum, key, 8);
    for (size_t at = 0; ok && at < padded.n; at += 8) {
        for (int i = 0; i < 8; i++)
            sum[i] ^= padded.p[at + (size_t)i];
        ok = cipher_block(c, "des", bytes_of(key, 8), bytes_of(sum, 8), sum);
    }
    return ok;
}

bool des_string_to_key(struct crypto *c, struct bytes password, struct bytes salt, uint8_t out[8])
{
    size_t n = (password.n + salt.n + 7) / 8 * 8;
    uint8_t *padded = OPENSSL_zalloc(n ? n : 8), folded[8];
    if (!padded)
        return false;
    if (password.n)
        memcpy(padded, password.p, password.n);
    if (salt.n)
        memcpy(padded + password.n, salt.p, salt.n);
    fan_fold(bytes_of(padded, n), folded);
    bool ok = cbc_check(c, folded, bytes_of(padded, n), out);
    if (ok)
        des_correct(out);
    wipe(folded, sizeof folded);
    OPENSSL_clear_free(padded, n ? n : 8);
    return ok;
}
