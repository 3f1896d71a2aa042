/* What a family of encryption types implements. The functions are called with a row and key that
 * fit each other; lengths have been checked against the row. */
#ifndef CRYPTO_ETYPE_H
#define CRYPTO_ETYPE_H

#include "crypto/keyed.h"

/* The algorithms of OpenSSL that are fetched. */
enum digest_id { MD4, MD5, SHA1, SHA256, SHA384, SHA512, SHA512_256, DIGESTS };

enum cipher_id {
    AES_128_CTS,
    AES_256_CTS,
    AES_128_CBC,
    AES_256_CBC,
    AES_128_ECB,
    AES_256_ECB,
    AES_128_CFB8,
    CAMELLIA_128_ECB,
    CAMELLIA_256_ECB,
    CAMELLIA_128_CTS,
    CAMELLIA_256_CTS,
    DES_ECB,
    DES3_CBC,
    RC4,
    CIPHERS
};

struct etype_functions {
    /* The key for a usage and a kind, *n octets. */
    bool (*usage_key)(struct crypto *, const struct etype_row *, const struct key *, int32_t usage,
                      enum kind, uint8_t *out, size_t *n);
    /* DR or a KDF by any constant, before random-to-key; NULL: the family derives by usage only.
     */
    bool (*derive)(struct crypto *, const struct etype_row *, struct bytes key,
                   struct bytes constant, uint8_t *out, size_t *n);
    /* seed_size octets to key_size; NULL: they are the key. */
    void (*random_to_key)(const uint8_t *seed, uint8_t *key);
    /* With the key of that kind, over the parts put together; NULL: HMAC with `digest`. */
    bool (*mac)(struct crypto *, const struct etype_row *, struct keyed *, enum kind,
                const struct bytes *parts, size_t n_parts, uint8_t *out);
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

extern const struct etype_functions aes128_sha1, aes256_sha1, aes128_sha2, aes256_sha2,
    camellia128_cmac, camellia256_cmac, des3_sha1, rc4_md5, rc4_md5_exp;

/* RFC 3961 5.3: E(Ke, confounder | plaintext | padding) | MAC(Ki, what was encrypted), for every
 * type of the simplified profile. */
bool simplified_seal(struct crypto *, const struct etype_row *, struct keyed *, struct rng *,
                     struct bytes plain, uint8_t *out);
bool simplified_unseal(struct crypto *, const struct etype_row *, struct keyed *,
                       struct bytes sealed, uint8_t *out);
/* The row's MAC under the key of that kind. */
bool message_mac(struct crypto *, const struct etype_row *, struct keyed *, enum kind,
                 const struct bytes *parts, size_t n_parts, uint8_t *out);
/* PBKDF2 into key_size octets, the salt preceded by the type's name and a zero octet (RFC 6803 4,
 * RFC 8009 4). */
bool pbkdf2_named(struct crypto *, const struct etype_row *, enum digest_id, struct bytes password,
                  struct bytes salt, uint32_t iterations, uint8_t *out);

/* random-to-key of the row: seed_size octets to out->v. seed may not be out->v. */
void seed_to_key(const struct etype_row *, const uint8_t *seed, struct key *out);
/* RFC 3961 5.1 DR: what derive_key gives before random-to-key. */
bool derive_random(struct crypto *, const struct key *, struct bytes constant, uint8_t *out,
                   size_t *n);

/* The row of a key, or NULL when there is none or its length is wrong. */
const struct etype_row *etype_of(const struct key *);
/* The place of a row in its table. */
size_t etype_index(const struct etype_row *);

/* RFC 4757 4, under a key of any type: HMAC-MD5 of MD5(usage | input), keyed with a signature key
 * derived from the key (-138) or with the key itself (-137). */
bool rc4_checksum(struct crypto *, const struct key *, int32_t usage, struct bytes input,
                  bool with_signature_key, uint8_t out[16]);

#endif
