/* aes128-cts-hmac-sha256-128 and aes256-cts-hmac-sha384-192 (RFC 8009). The MAC is over the cipher
 * state (zeros) and the ciphertext: it is checked first and nothing is decrypted that fails. */
#include "crypto/library.h"
#include "crypto/primitives.h"

#include <string.h>

static const uint8_t zero_state[16];

/* RFC 8009 3: KDF-HMAC-SHA2(key, label, context, 8 * n). One block of the hash covers every n that
 * occurs. */
static bool kdf(struct crypto *c, const struct etype_row *row, struct bytes key, struct bytes label,
                const struct bytes *context, size_t n_context, uint8_t *out, size_t n)
{
    uint8_t first[4] = {0, 0, 0, 1}, bits[4], hash[DIGEST_MAX];
    struct bytes parts[8] = {bytes_of(first, 4), label, bytes_of(zero_state, 1)};
    size_t used = 3;
    if (n_context > 4)
        return false;
    for (size_t i = 0; i < n_context; i++)
        parts[used++] = context[i];
    put_be32(bits, (uint32_t)(8 * n));
    parts[used++] = bytes_of(bits, 4);
    bool ok = hmac_once(c, row->functions->digest, key, parts, used, hash);
    if (ok)
        memcpy(out, hash, n);
    wipe(hash, sizeof hash);
    return ok;
}

/* RFC 8009 5: Kc and Ki are as long as the truncated MAC, every other key as the protocol key. */
static bool derive(struct crypto *c, const struct etype_row *row, struct bytes key,
                   struct bytes constant, uint8_t *out, size_t *n)
{
    uint8_t last = constant.p[constant.n - 1];
    bool for_mac = constant.n == 5 &&
                   (last == kind_octet(KIND_CHECKSUM) || last == kind_octet(KIND_INTEGRITY));
    *n = for_mac ? row->mac_size : row->key_size;
    return kdf(c, row, key, constant, NULL, 0, out, *n);
}

static bool usage_key(struct crypto *c, const struct etype_row *row, const struct key *key,
                      int32_t usage, enum kind kind, uint8_t *out, size_t *n)
{
    uint8_t constant[5];
    put_be32(constant, (uint32_t)usage);
    constant[4] = kind_octet(kind);
    return derive(c, row, key_bytes(key), bytes_of(constant, 5), out, n);
}

static bool mac_of(struct crypto *c, const struct hmac *integrity, struct bytes cipher,
                   uint8_t *mac)
{
    return hmac_parts(c, integrity, PARTS(bytes_of(zero_state, 16), cipher), mac);
}

/* RFC 8009 5: C = E(Ke, confounder | plaintext); C | HMAC(Ki, state | C). */
static bool seal_message(struct crypto *c, const struct etype_row *row, struct keyed *k,
                         struct rng *rng, struct bytes plain, uint8_t *out)
{
    EVP_CIPHER_CTX *cipher = keyed_cipher(c, row, k, true);
    const struct hmac *integrity = keyed_mac(c, row, k, KIND_INTEGRITY);
    if (!cipher || !integrity)
        return false;
    struct bytes whole = {out, row->confounder_size + plain.n};
    uint8_t mac[DIGEST_MAX];
    rng_fill(rng, "confounder", out, row->confounder_size);
    if (plain.n)
        memcpy(out + row->confounder_size, plain.p, plain.n);
    if (!cipher_message(cipher, whole, out) || !mac_of(c, integrity, whole, mac)) {
        wipe(out, whole.n);
        return false;
    }
    memcpy(out + whole.n, mac, row->mac_size);
    return true;
}

static bool unseal_message(struct crypto *c, const struct etype_row *row, struct keyed *k,
                           struct bytes sealed, uint8_t *out)
{
    const struct hmac *integrity = keyed_mac(c, row, k, KIND_INTEGRITY);
    size_t n = sealed.n - row->mac_size;
    struct bytes body = bytes_slice(sealed, 0, n), mac = {sealed.p + n, row->mac_size};
    uint8_t expected[DIGEST_MAX];
    if (!integrity || !mac_of(c, integrity, body, expected) ||
        !bytes_equal_secret(bytes_of(expected, row->mac_size), mac))
        return false;
    EVP_CIPHER_CTX *cipher = keyed_cipher(c, row, k, false);
    if (!cipher || !cipher_message(cipher, body, out)) {
        wipe(out, n);
        return false;
    }
    memmove(out, out + row->confounder_size, n - row->confounder_size);
    return true;
}

/* RFC 8009 4: KDF-HMAC-SHA2(PBKDF2(password, name | 0 | salt), "kerberos"). */
static bool string_to_key_pbkdf2(struct crypto *c, const struct etype_row *row,
                                 struct bytes password, struct bytes salt, uint32_t iterations,
                                 struct key *out)
{
    uint8_t stretched[KEY_MAX];
    bool ok = pbkdf2_named(c, row, row->functions->digest, password, salt, iterations, stretched) &&
              kdf(c, row, bytes_of(stretched, row->key_size), BYTES_LIT("kerberos"), NULL, 0,
                  out->v, row->key_size);
    wipe(stretched, sizeof stretched);
    return ok;
}

/* RFC 8009 5: KDF-HMAC-SHA2(key, "prf", input, 256 or 384). */
static bool prf_kdf(struct crypto *c, const struct etype_row *row, const struct key *key,
                    const struct bytes *parts, size_t n_parts, uint8_t *out, size_t *n)
{
    *n = digest_size(row->functions->digest);
    return kdf(c, row, key_bytes(key), BYTES_LIT("prf"), parts, n_parts, out, *n);
}

#define AES_SHA2(which, hash)                                                                      \
    {                                                                                              \
        .usage_key = usage_key, .derive = derive, .seal = seal_message, .unseal = unseal_message,  \
        .string_to_key = string_to_key_pbkdf2, .prf = prf_kdf, .cipher = which, .digest = hash     \
    }

const struct etype_functions aes128_sha2 = AES_SHA2(AES_128_CTS, SHA256);
const struct etype_functions aes256_sha2 = AES_SHA2(AES_256_CTS, SHA384);
