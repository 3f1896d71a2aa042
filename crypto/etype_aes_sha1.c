/* aes128-cts-hmac-sha1-96 and aes256-cts-hmac-sha1-96: RFC 3961's simplified profile with the
 * parameters of RFC 3962. */
#include "crypto/library.h"
#include "crypto/primitives.h"

#include <string.h>

/* RFC 3961 5.1: DK, with the constant folded to a block. */
static bool derive(struct crypto *c, const struct etype_row *row, struct bytes key,
                   struct bytes constant, uint8_t *out, size_t *n)
{
    uint8_t block[16];
    n_fold(constant, block, sizeof block);
    *n = row->key_size;
    return aes_chain(c, key, block, out, *n);
}

static bool usage_key(struct crypto *c, const struct etype_row *row, const struct key *key,
                      int32_t usage, enum kind kind, uint8_t *out, size_t *n)
{
    if (usage >= 0 && usage < FOLDED_USAGES) {
        *n = row->key_size;
        return aes_chain(c, key_bytes(key), c->folded[usage][kind], out, *n);
    }
    uint8_t constant[5];
    put_be32(constant, (uint32_t)usage);
    constant[4] = kind_octet(kind);
    return derive(c, row, key_bytes(key), bytes_of(constant, 5), out, n);
}

/* RFC 3962 4: DK(PBKDF2(password, salt), "kerberos"). */
static bool string_to_key_pbkdf2(struct crypto *c, const struct etype_row *row,
                                 struct bytes password, struct bytes salt, uint32_t iterations,
                                 struct key *out)
{
    uint8_t stretched[KEY_MAX];
    size_t n;
    bool ok = pbkdf2(c, "sha1", password, salt, iterations, stretched, row->key_size) &&
              derive(c, row, bytes_of(stretched, row->key_size), BYTES_LIT("kerberos"), out->v, &n);
    wipe(stretched, sizeof stretched);
    return ok;
}

/* RFC 3962 6: one block, the hash cut to it, encrypted under DK(key, "prf"). */
static bool prf_block(struct crypto *c, const struct etype_row *row, const struct key *key,
                      const struct bytes *parts, size_t n_parts, uint8_t *out, size_t *n)
{
    uint8_t kp[KEY_MAX], hash[DIGEST_MAX];
    size_t kp_size;
    *n = 16;
    bool ok = derive(c, row, key_bytes(key), BYTES_LIT("prf"), kp, &kp_size) &&
              digest_parts(c, SHA1, parts, n_parts, hash) &&
              aes_chain(c, bytes_of(kp, kp_size), hash, out, 16);
    wipe(kp, sizeof kp);
    wipe(hash, sizeof hash);
    return ok;
}

#define AES_SHA1(which)                                                                            \
    {                                                                                              \
        .usage_key = usage_key, .derive = derive, .seal = simplified_seal,                         \
        .unseal = simplified_unseal, .string_to_key = string_to_key_pbkdf2, .prf = prf_block,      \
        .cipher = which, .digest = SHA1                                                            \
    }

const struct etype_functions aes128_sha1 = AES_SHA1(AES_128_CTS);
const struct etype_functions aes256_sha1 = AES_SHA1(AES_256_CTS);
