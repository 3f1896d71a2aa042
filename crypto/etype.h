/* What a family of encryption types implements. The functions are called with a row and key that
 * fit each other; lengths have been checked against the row. */
#ifndef CRYPTO_ETYPE_H
#define CRYPTO_ETYPE_H

#include "crypto/keyed.h"

/* The algorithms of OpenSSL that are fetched. */
enum digest_id { MD4, MD5, SHA1, SHA256, SHA384, SHA512, DIGESTS };

enum cipher_id {
    AES_128_CTS,
    AES_256_CTS,
    AES_128_CBC,
    AES_256_CBC,
    AES_128_ECB,
    AES_256_ECB,
    CAMELLIA_128_ECB,
    CAMELLIA_256_ECB,
    DES_ECB,
    RC4,
    CIPHERS
};

struct etype_functions {
    /* The key for a usage and a kind, *n octets. */
    bool (*usage_key)(struct crypto *, const struct etype_row *, const struct key *, int32_t usage,
                      enum kind, uint8_t *out, size_t *n);
    /* DK or KDF-HMAC-SHA2 by any constant; NULL: the family derives by usage only. */
    bool (*derive)(struct crypto *, const struct etype_row *, struct bytes key,
                   struct bytes constant, uint8_t *out, size_t *n);
    bool (*seal)(struct crypto *, const struct etype_row *, struct keyed *, struct rng *,
                 struct bytes plain, uint8_t *out);
    /* Leaves the plaintext at the start of out, or wipes out and gives false. */
    bool (*unseal)(struct crypto *, const struct etype_row *, struct keyed *, struct bytes cipher,
                   uint8_t *out);
    bool (*string_to_key)(struct crypto *, const struct etype_row *, struct bytes password,
                          struct bytes salt, uint32_t iterations, struct key *out);
    /* Over the parts put together. */
    bool (*prf)(struct crypto *, const struct etype_row *, const struct key *,
                const struct bytes *parts, size_t n_parts, uint8_t *out, size_t *n);
    enum cipher_id cipher; /* of the messages */
    enum digest_id digest; /* of the MAC and of PBKDF2 */
};

extern const struct etype_functions aes128_sha1, aes256_sha1, aes128_sha2, aes256_sha2, rc4_md5;

/* The row of a key, or NULL when there is none or its length is wrong. */
const struct etype_row *etype_of(const struct key *);
/* The place of a row in its table. */
size_t etype_index(const struct etype_row *);

/* prf over parts put together. */
bool prf_parts(struct crypto *, const struct key *, const struct bytes *parts, size_t n_parts,
               uint8_t *out, size_t *n);

/* RFC 4757 4, under a key of any type: HMAC-MD5 of MD5(usage | input), keyed with a signature key
 * derived from the key (-138) or with the key itself (-137). */
bool rc4_checksum(struct crypto *, const struct key *, int32_t usage, struct bytes input,
                  bool with_signature_key, uint8_t out[16]);

#endif
