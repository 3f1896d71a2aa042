/* Hashes, MACs and ciphers by name: what the formulas stand on, for the vector runner, for NTLM
 * and for what is keyed outside RFC 3961. Names are lower case: "md4", "md5", "sha1", "sha256",
 * "sha384", "sha512". Lengths in octets. */
#ifndef CRYPTO_PRIMITIVES_H
#define CRYPTO_PRIMITIVES_H

#include "crypto/crypto.h"

#define DIGEST_MAX 64

bool digest(struct crypto *, const char *name, struct bytes input, uint8_t out[DIGEST_MAX],
            size_t *n);
bool hmac(struct crypto *, const char *name, struct bytes key, struct bytes input,
          uint8_t out[DIGEST_MAX], size_t *n);
bool aes_cmac(struct crypto *, struct bytes key, struct bytes input, uint8_t out[16]);
bool pbkdf2(struct crypto *, const char *digest, struct bytes password, struct bytes salt,
            uint32_t iterations, uint8_t *out, size_t len);
bool rc4(struct crypto *, struct bytes key, struct bytes input, uint8_t *out);
/* One block, ECB, encrypting: "aes" (key 16 or 32), "des" (key 8), "camellia" (16 or 32). */
bool cipher_block(struct crypto *, const char *name, struct bytes key, struct bytes input,
                  uint8_t *out);
/* AES-CBC with ciphertext stealing (CS3, RFC 3962 5). *next_iv (16 octets) may be NULL. */
bool aes_cts(struct crypto *, struct bytes key, const uint8_t iv[16], struct bytes input,
             uint8_t *out, uint8_t *next_iv);
/* RFC 3961 5.1: input folded into out_n octets. */
void n_fold(struct bytes input, uint8_t *out, size_t out_n);
/* RFC 3961 6.1.3's modified CRC-32, four octets little-endian. */
void mod_crc32(struct bytes input, uint8_t out[4]);

#endif
