/* rc4-hmac and its weakened form rc4-hmac-exp (RFC 4757). Not of RFC 3961's pattern: the message's
 * MAC comes first and makes the key that the rest is encrypted with. */
#include "base/text.h"
#include "crypto/library.h"
#include "crypto/primitives.h"

#include <string.h>

/* RFC 4757 3: where Windows numbered a usage otherwise. The list there has 9 as 8 too; Windows, MIT
 * and Heimdal all use 9 for it (erratum). 23 is the signature key of GSS tokens. */
static uint32_t windows_usage(int32_t usage)
{
    switch (usage) {
    case 3:
        return 8;
    case 23:
        return 13;
    default:
        return (uint32_t)usage;
    }
}

/* K1 = HMAC-MD5(key, usage). There is one key for a usage, whatever the kind. */
static bool usage_key(struct crypto *c, const struct etype_row *row, const struct key *key,
                      int32_t usage, enum kind kind, uint8_t *out, size_t *n)
{
    (void)row, (void)kind;
    uint8_t number[4];
    put_le32(number, windows_usage(usage));
    *n = 16;
    return hmac_once(c, MD5, key_bytes(key), PARTS(bytes_of(number, 4)), out);
}

/* RFC 4757 5: the text's NUL is part of it; what makes the key of the cipher keeps 56 bits. */
static bool usage_key_exp(struct crypto *c, const struct etype_row *row, const struct key *key,
                          int32_t usage, enum kind kind, uint8_t *out, size_t *n)
{
    (void)row;
    uint8_t number[4];
    put_le32(number, windows_usage(usage));
    *n = 16;
    if (!hmac_once(c, MD5, key_bytes(key), PARTS(bytes_of("fortybits", 10), bytes_of(number, 4)),
                   out))
        return false;
    if (kind == KIND_ENCRYPTION)
        memset(out + 7, 0xab, 9);
    return true;
}

/* K3 = HMAC-MD5(K1, MAC), then RC4. */
static bool crypt(struct crypto *c, const struct etype_row *row, struct keyed *k, struct bytes mac,
                  struct bytes in, uint8_t *out)
{
    enum kind kind = row->etype == 24 ? KIND_ENCRYPTION : KIND_INTEGRITY; /* or it is the same */
    const struct hmac *k1 = keyed_mac(c, row, k, kind);
    uint8_t k3[DIGEST_MAX];
    bool ok = k1 && hmac_parts(c, k1, &mac, 1, k3) && rc4(c, bytes_of(k3, 16), in, out);
    wipe(k3, sizeof k3);
    return ok;
}

static bool seal_message(struct crypto *c, const struct etype_row *row, struct keyed *k,
                         struct rng *rng, struct bytes plain, uint8_t *out)
{
    uint8_t *at = out + row->mac_size, mac[DIGEST_MAX];
    struct bytes whole = {at, row->confounder_size + plain.n};
    rng_fill(rng, "confounder", at, row->confounder_size);
    if (plain.n)
        memcpy(at + row->confounder_size, plain.p, plain.n);
    if (!message_mac(c, row, k, KIND_INTEGRITY, &whole, 1, mac) ||
        !crypt(c, row, k, bytes_of(mac, 16), whole, at)) {
        wipe(at, whole.n);
        return false;
    }
    memcpy(out, mac, row->mac_size);
    return true;
}

static bool unseal_message(struct crypto *c, const struct etype_row *row, struct keyed *k,
                           struct bytes sealed, uint8_t *out)
{
    struct bytes mac = bytes_slice(sealed, 0, row->mac_size);
    struct bytes body = bytes_slice(sealed, row->mac_size, sealed.n);
    uint8_t expected[DIGEST_MAX];
    bool ok = crypt(c, row, k, mac, body, out) &&
              message_mac(c, row, k, KIND_INTEGRITY, PARTS(bytes_of(out, body.n)), expected) &&
              bytes_equal_secret(bytes_of(expected, row->mac_size), mac);
    if (ok)
        memmove(out, out + row->confounder_size, body.n - row->confounder_size);
    else
        wipe(out, body.n);
    return ok;
}

/* RFC 4757 2: MD4 of the password in UTF-16LE, without salt: the NT hash. */
static bool string_to_key_md4(struct crypto *c, const struct etype_row *row, struct bytes password,
                              struct bytes salt, uint32_t iterations, struct key *out)
{
    (void)row, (void)salt, (void)iterations;
    uint8_t units[256], hash[DIGEST_MAX];
    size_t n = 0;
    uint32_t point;
    bool ok = EVP_DigestInit_ex2(c->hashing, c->digests[MD4], NULL) == 1;
    while (ok && password.n) {
        ok = utf8_next(&password, &point);
        if (ok)
            n += utf16le_put(point, units + n);
        if (ok && (n > sizeof units - 4 || !password.n)) {
            ok = EVP_DigestUpdate(c->hashing, units, n) == 1;
            n = 0;
        }
    }
    ok = ok && EVP_DigestFinal_ex(c->hashing, hash, NULL) == 1;
    if (ok)
        memcpy(out->v, hash, 16);
    wipe(units, sizeof units);
    wipe(hash, sizeof hash);
    return ok;
}

/* RFC 6113 leaves it to the type; the peers take HMAC-SHA1, 20 octets. */
static bool prf_hmac(struct crypto *c, const struct etype_row *row, const struct key *key,
                     const struct bytes *parts, size_t n_parts, uint8_t *out, size_t *n)
{
    (void)row;
    *n = digest_size(SHA1);
    return hmac_once(c, SHA1, key_bytes(key), parts, n_parts, out);
}

bool rc4_checksum(struct crypto *c, const struct key *key, int32_t usage, struct bytes input,
                  bool with_signature_key, uint8_t out[16])
{
    uint8_t number[4], hash[DIGEST_MAX], ksign[DIGEST_MAX], mac[DIGEST_MAX];
    struct bytes signer = key_bytes(key);
    put_le32(number, windows_usage(usage));
    bool ok = digest_parts(c, MD5, PARTS(bytes_of(number, 4), input), hash);
    if (with_signature_key) { /* the text's NUL is part of it */
        ok = ok && hmac_once(c, MD5, signer, PARTS(bytes_of("signaturekey", 13)), ksign);
        signer = bytes_of(ksign, 16);
    }
    ok = ok && hmac_once(c, MD5, signer, PARTS(bytes_of(hash, 16)), mac);
    if (ok)
        memcpy(out, mac, 16);
    wipe(ksign, sizeof ksign);
    return ok;
}

#define RC4_MD5(of_usage)                                                                          \
    {                                                                                              \
        .usage_key = of_usage, .seal = seal_message, .unseal = unseal_message,                     \
        .string_to_key = string_to_key_md4, .prf = prf_hmac, .cipher = RC4, .digest = MD5          \
    }

const struct etype_functions rc4_md5 = RC4_MD5(usage_key);
const struct etype_functions rc4_md5_exp = RC4_MD5(usage_key_exp);
