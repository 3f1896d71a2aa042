/* camellia128-cts-cmac and camellia256-cts-cmac (RFC 6803): the simplified profile with CMAC for
 * the MAC and in the derivation of keys. */
#include "crypto/library.h"

#include <string.h>

static const char *cbc_name(size_t key_size)
{
    return key_size == 16 ? "CAMELLIA-128-CBC" : "CAMELLIA-256-CBC";
}

/* RFC 6803 3: KDF-FEEDBACK-CMAC. K(i) = CMAC(key, K(i-1) | i | constant | 0 | bits), K(0) being
 * zeros. */
static bool derive(struct crypto *c, const struct etype_row *row, struct bytes key,
                   struct bytes constant, uint8_t *out, size_t *n)
{
    static const uint8_t zero;
    uint8_t block[16] = {0}, number[4], bits[4];
    bool ok = true;
    *n = row->key_size;
    put_be32(bits, 8 * (uint32_t)row->key_size);
    for (uint32_t i = 0; ok && i < row->key_size / 16u; i++) {
        put_be32(number, i + 1);
        ok = cmac_parts(c, cbc_name(key.n), key,
                        PARTS(bytes_of(block, 16), bytes_of(number, 4), constant,
                              bytes_of(&zero, 1), bytes_of(bits, 4)),
                        block);
        memcpy(out + (size_t)16 * i, block, 16);
    }
    wipe(block, sizeof block);
    return ok;
}

static bool usage_key(struct crypto *c, const struct etype_row *row, const struct key *key,
                      int32_t usage, enum kind kind, uint8_t *out, size_t *n)
{
    uint8_t constant[5];
    put_be32(constant, (uint32_t)usage);
    constant[4] = kind_octet(kind);
    return derive(c, row, key_bytes(key), bytes_of(constant, 5), out, n);
}

static bool mac(struct crypto *c, const struct etype_row *row, struct keyed *k, enum kind kind,
                const struct bytes *parts, size_t n_parts, uint8_t *out)
{
    uint8_t key[KEY_MAX];
    size_t n;
    bool ok = usage_key(c, row, &k->key, k->usage, kind, key, &n) &&
              cmac_parts(c, cbc_name(n), bytes_of(key, n), parts, n_parts, out);
    wipe(key, sizeof key);
    return ok;
}

/* RFC 6803 4: KDF(PBKDF2-HMAC-SHA1(password, name | 0 | salt), "kerberos"). */
static bool string_to_key_pbkdf2(struct crypto *c, const struct etype_row *row,
                                 struct bytes password, struct bytes salt, uint32_t iterations,
                                 struct key *out)
{
    uint8_t stretched[KEY_MAX];
    size_t n;
    bool ok = pbkdf2_named(c, row, SHA1, password, salt, iterations, stretched) &&
              derive(c, row, bytes_of(stretched, row->key_size), BYTES_LIT("kerberos"), out->v, &n);
    wipe(stretched, sizeof stretched);
    return ok;
}

/* RFC 6803 6: CMAC under KDF(key, "prf"). */
static bool prf_cmac(struct crypto *c, const struct etype_row *row, const struct key *key,
                     const struct bytes *parts, size_t n_parts, uint8_t *out, size_t *n)
{
    uint8_t kp[KEY_MAX];
    size_t kp_size;
    *n = 16;
    bool ok = derive(c, row, key_bytes(key), BYTES_LIT("prf"), kp, &kp_size) &&
              cmac_parts(c, cbc_name(kp_size), bytes_of(kp, kp_size), parts, n_parts, out);
    wipe(kp, sizeof kp);
    return ok;
}

#define CAMELLIA(which)                                                                            \
    {                                                                                              \
        .usage_key = usage_key, .derive = derive, .mac = mac, .seal = simplified_seal,             \
        .unseal = simplified_unseal, .string_to_key = string_to_key_pbkdf2, .prf = prf_cmac,       \
        .cipher = which, .digest = SHA1                                                            \
    }

const struct etype_functions camellia128_cmac = CAMELLIA(CAMELLIA_128_CTS);
const struct etype_functions camellia256_cmac = CAMELLIA(CAMELLIA_256_CTS);
