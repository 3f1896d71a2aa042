/* des3-cbc-sha1-kd (RFC 3961 6.3): the simplified profile with triple DES, whose random-to-key is
 * not the identity: 56 random bits make eight octets of seven bits and a parity bit. */
#include "crypto/des.h"
#include "crypto/library.h"
#include "crypto/primitives.h"

#include <openssl/crypto.h>
#include <string.h>

#define SEED 21
#define KEY  24

/* RFC 3961 6.3.1: the last octet takes the bits that parity has pushed out of the seven. */
static void random_to_key(const uint8_t *seed, uint8_t *key)
{
    for (int part = 0; part < 3; part++, seed += 7, key += 8) {
        uint8_t last = 0;
        for (int i = 0; i < 7; i++) {
            key[i] = seed[i];
            last |= (uint8_t)((seed[i] & 1) << (i + 1));
        }
        key[7] = last;
        des_correct(key);
    }
}

/* CBC from the zero IV over a block and then zero blocks: the chain of RFC 3961 5.1. */
static bool chain(struct crypto *c, struct bytes key, const uint8_t block[8], uint8_t out[KEY])
{
    uint8_t blocks[KEY] = {0};
    EVP_CIPHER_CTX *ctx = c->encrypting[DES3_CBC];
    memcpy(blocks, block, 8);
    return EVP_EncryptInit_ex2(ctx, NULL, key.p, NULL, NULL) == 1 &&
           cipher_message(ctx, bytes_of(blocks, KEY), out);
}

static bool derive(struct crypto *c, const struct etype_row *row, struct bytes key,
                   struct bytes constant, uint8_t *out, size_t *n)
{
    uint8_t block[8], random[KEY];
    n_fold(constant, block, sizeof block);
    bool ok = chain(c, key, block, random);
    if (ok)
        memcpy(out, random, SEED);
    *n = row->seed_size;
    wipe(random, sizeof random);
    return ok;
}

static bool derive_whole(struct crypto *c, const struct etype_row *row, struct bytes key,
                         struct bytes constant, uint8_t *out)
{
    uint8_t seed[SEED];
    size_t n;
    bool ok = derive(c, row, key, constant, seed, &n);
    if (ok)
        random_to_key(seed, out);
    wipe(seed, sizeof seed);
    return ok;
}

static bool usage_key(struct crypto *c, const struct etype_row *row, const struct key *key,
                      int32_t usage, enum kind kind, uint8_t *out, size_t *n)
{
    uint8_t constant[5];
    put_be32(constant, (uint32_t)usage);
    constant[4] = kind_octet(kind);
    *n = row->key_size;
    return derive_whole(c, row, key_bytes(key), bytes_of(constant, 5), out);
}

/* RFC 3961 6.3.1: DK(random-to-key(168-fold(password | salt)), "kerberos"). */
static bool string_to_key_fold(struct crypto *c, const struct etype_row *row, struct bytes password,
                               struct bytes salt, uint32_t iterations, struct key *out)
{
    (void)iterations;
    size_t n = password.n + salt.n;
    uint8_t *whole = OPENSSL_malloc(n ? n : 1), seed[SEED], first[KEY];
    if (!whole)
        return false;
    if (password.n)
        memcpy(whole, password.p, password.n);
    if (salt.n)
        memcpy(whole + password.n, salt.p, salt.n);
    n_fold(bytes_of(whole, n), seed, SEED);
    random_to_key(seed, first);
    bool ok = derive_whole(c, row, bytes_of(first, KEY), BYTES_LIT("kerberos"), out->v);
    wipe(seed, sizeof seed);
    wipe(first, sizeof first);
    OPENSSL_clear_free(whole, n ? n : 1);
    return ok;
}

/* RFC 3961 5.3: the hash, cut to whole blocks, encrypted under DK(key, "prf"). */
static bool prf_blocks(struct crypto *c, const struct etype_row *row, const struct key *key,
                       const struct bytes *parts, size_t n_parts, uint8_t *out, size_t *n)
{
    uint8_t kp[KEY], hash[DIGEST_MAX];
    EVP_CIPHER_CTX *ctx = c->encrypting[DES3_CBC];
    *n = 16;
    bool ok = derive_whole(c, row, key_bytes(key), BYTES_LIT("prf"), kp) &&
              digest_parts(c, SHA1, parts, n_parts, hash) &&
              EVP_EncryptInit_ex2(ctx, NULL, kp, NULL, NULL) == 1 &&
              cipher_message(ctx, bytes_of(hash, 16), out);
    wipe(kp, sizeof kp);
    wipe(hash, sizeof hash);
    return ok;
}

const struct etype_functions des3_sha1 = {
    .usage_key = usage_key,
    .derive = derive,
    .random_to_key = random_to_key,
    .seal = simplified_seal,
    .unseal = simplified_unseal,
    .string_to_key = string_to_key_fold,
    .prf = prf_blocks,
    .cipher = DES3_CBC,
    .digest = SHA1,
};
