/* What the files of this folder share and nobody else sees: OpenSSL's objects, the scratch
 * contexts, the constants computed once, the cache of keyed contexts. */
#ifndef CRYPTO_LIBRARY_H
#define CRYPTO_LIBRARY_H

#include "crypto/etype.h"
#include "crypto/keyed.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>

/* Key usages whose constants are folded once; higher ones are folded when they come. */
#define FOLDED_USAGES 64

struct crypto {
    OSSL_LIB_CTX *lib;
    OSSL_PROVIDER *standard, *legacy;
    EVP_MD *digests[DIGESTS];
    EVP_CIPHER *ciphers[CIPHERS];
    EVP_MAC *cmac;
    EVP_KDF *pbkdf2;

    /* Scratch contexts, each keyed anew by whoever takes it, for the length of one call. */
    EVP_MD_CTX *hashing;
    struct hmac mac;
    EVP_CIPHER_CTX *encrypting[CIPHERS];

    /* The key that encrypting[AES_*_CBC] was last given: a session key's Ke and Ki are derived
     * one after the other, and the key schedule is half of the cost. */
    struct key chained;

    uint8_t folded[FOLDED_USAGES][KINDS][16]; /* n-fold of usage and kind, RFC 3961 5.3 */
    struct keyed_cache keyed;
};

/* ---- hashes and MACs over parts put together (primitives.c, hmac.c) ------------------------ */

#define PARTS(...)                                                                                 \
    (const struct bytes[]){__VA_ARGS__},                                                           \
        sizeof((struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes)

size_t digest_size(enum digest_id);
size_t digest_block(enum digest_id);     /* octets it takes at a time */
const char *digest_name(enum digest_id); /* as OpenSSL calls it */
bool digest_parts(struct crypto *, enum digest_id, const struct bytes *parts, size_t n,
                  uint8_t *out);

/* Keys it, in the contexts that are there or in new ones. A key longer than a block of the hash is
 * hashed first. */
bool hmac_key(struct crypto *, struct hmac *, enum digest_id, struct bytes key);
bool hmac_parts(struct crypto *, const struct hmac *, const struct bytes *parts, size_t n,
                uint8_t *out);
void hmac_free(struct hmac *);
/* For a key that is used once. */
bool hmac_once(struct crypto *, enum digest_id, struct bytes key, const struct bytes *parts,
               size_t n, uint8_t *out);

/* CMAC (NIST SP 800-38B) with the CBC cipher that OpenSSL calls so. */
bool cmac_parts(struct crypto *, const char *cipher, struct bytes key, const struct bytes *parts,
                size_t n, uint8_t out[16]);

/* Whole message, from the zero IV, in place or not; the context keeps its key. */
bool cipher_message(EVP_CIPHER_CTX *, struct bytes in, uint8_t *out);
/* CBC from the zero IV over one block and then zero blocks: n octets (16 or 32) of
 * E(block) | E(E(block)), which is RFC 3961 5.1's DR for AES. */
bool aes_chain(struct crypto *, struct bytes key, const uint8_t block[16], uint8_t *out, size_t n);

/* A new context for encryption or decryption without a key yet, its IV zero; CTS in mode CS3. */
EVP_CIPHER_CTX *cipher_context(struct crypto *, enum cipher_id, bool encrypt);

#endif
