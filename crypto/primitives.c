#include "crypto/primitives.h"
#include "crypto/library.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <string.h>

static bool digest_find(const char *name, enum digest_id *id)
{
    for (int i = 0; i < DIGESTS; i++)
        if (bytes_equal_nocase(bytes_str(name), bytes_str(digest_name((enum digest_id)i)))) {
            *id = (enum digest_id)i;
            return true;
        }
    return false;
}

bool digest_parts(struct crypto *c, enum digest_id id, const struct bytes *parts, size_t n,
                  uint8_t *out)
{
    bool ok = EVP_DigestInit_ex2(c->hashing, c->digests[id], NULL) == 1;
    for (size_t i = 0; ok && i < n; i++)
        ok = EVP_DigestUpdate(c->hashing, parts[i].p, parts[i].n) == 1;
    return ok && EVP_DigestFinal_ex(c->hashing, out, NULL) == 1;
}

bool hmac_once(struct crypto *c, enum digest_id id, struct bytes key, const struct bytes *parts,
               size_t n, uint8_t *out)
{
    return hmac_key(c, &c->mac, id, key) && hmac_parts(c, &c->mac, parts, n, out);
}

bool digest(struct crypto *c, const char *name, struct bytes input, uint8_t out[DIGEST_MAX],
            size_t *n)
{
    enum digest_id id;
    if (!digest_find(name, &id) || !digest_parts(c, id, &input, 1, out))
        return false;
    *n = digest_size(id);
    return true;
}

bool hmac(struct crypto *c, const char *name, struct bytes key, struct bytes input,
          uint8_t out[DIGEST_MAX], size_t *n)
{
    enum digest_id id;
    if (!digest_find(name, &id) || !hmac_once(c, id, key, &input, 1, out))
        return false;
    *n = digest_size(id);
    return true;
}

bool cmac_parts(struct crypto *c, const char *cipher, struct bytes key, const struct bytes *parts,
                size_t n, uint8_t out[16])
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, (char *)(uintptr_t)cipher, 0),
        OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(c->cmac);
    size_t size;
    bool ok = ctx && EVP_MAC_init(ctx, key.p, key.n, params) == 1;
    for (size_t i = 0; ok && i < n; i++)
        ok = !parts[i].n || EVP_MAC_update(ctx, parts[i].p, parts[i].n) == 1;
    ok = ok && EVP_MAC_final(ctx, out, &size, 16) == 1;
    EVP_MAC_CTX_free(ctx);
    return ok;
}

bool aes_cmac(struct crypto *c, struct bytes key, struct bytes input, uint8_t out[16])
{
    if (key.n != 16 && key.n != 32)
        return false;
    return cmac_parts(c, key.n == 16 ? "AES-128-CBC" : "AES-256-CBC", key, &input, 1, out);
}

static OSSL_PARAM octets_param(const char *name, struct bytes b)
{
    static const char nothing[1];
    return OSSL_PARAM_construct_octet_string(
        name, (void *)(uintptr_t)(b.n ? (const void *)b.p : nothing), b.n);
}

bool pbkdf2(struct crypto *c, const char *digest, struct bytes password, struct bytes salt,
            uint32_t iterations, uint8_t *out, size_t len)
{
    enum digest_id id;
    if (!digest_find(digest, &id) || iterations == 0 || len == 0)
        return false;
    int any_parameters = 1; /* RFC 3962 has counts and salts that SP 800-132 would not */
    unsigned rounds = iterations;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)digest_name(id),
                                         0),
        octets_param(OSSL_KDF_PARAM_PASSWORD, password),
        octets_param(OSSL_KDF_PARAM_SALT, salt),
        OSSL_PARAM_construct_uint(OSSL_KDF_PARAM_ITER, &rounds),
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &any_parameters),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(c->pbkdf2);
    bool ok = ctx && EVP_KDF_derive(ctx, out, len, params) == 1;
    EVP_KDF_CTX_free(ctx);
    return ok;
}

bool rc4(struct crypto *c, struct bytes key, struct bytes input, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = c->encrypting[RC4];
    int n;
    if (key.n == 0 || key.n > 256 || input.n > INT_MAX)
        return false;
    if (EVP_CIPHER_CTX_get_key_length(ctx) != (int)key.n &&
        EVP_CIPHER_CTX_set_key_length(ctx, (int)key.n) != 1)
        return false;
    return EVP_EncryptInit_ex2(ctx, NULL, key.p, NULL, NULL) == 1 &&
           (input.n == 0 || EVP_EncryptUpdate(ctx, out, &n, input.p, (int)input.n) == 1);
}

static const struct {
    const char *name;
    size_t key_size, block_size;
    enum cipher_id id;
} block_rows[] = {
    {"aes", 16, 16, AES_128_ECB},
    {"aes", 32, 16, AES_256_ECB},
    {"camellia", 16, 16, CAMELLIA_128_ECB},
    {"camellia", 32, 16, CAMELLIA_256_ECB},
    {"des", 8, 8, DES_ECB},
};

bool cipher_block(struct crypto *c, const char *name, struct bytes key, struct bytes input,
                  uint8_t *out)
{
    for (size_t i = 0; i < sizeof block_rows / sizeof *block_rows; i++) {
        if (strcmp(name, block_rows[i].name) != 0 || key.n != block_rows[i].key_size)
            continue;
        EVP_CIPHER_CTX *ctx = c->encrypting[block_rows[i].id];
        int n;
        return input.n == block_rows[i].block_size &&
               EVP_EncryptInit_ex2(ctx, NULL, key.p, NULL, NULL) == 1 &&
               EVP_EncryptUpdate(ctx, out, &n, input.p, (int)input.n) == 1;
    }
    return false;
}

bool cipher_message(EVP_CIPHER_CTX *ctx, struct bytes in, uint8_t *out)
{
    int n;
    return in.n <= INT_MAX && EVP_CipherInit_ex2(ctx, NULL, NULL, NULL, -1, NULL) == 1 &&
           EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) == 1;
}

bool aes_chain(struct crypto *c, struct bytes key, const uint8_t block[16], uint8_t *out, size_t n)
{
    /* CBC over a zero block encrypts the ciphertext before it: the chain of RFC 3961 5.1. */
    EVP_CIPHER_CTX *ctx = c->encrypting[key.n == 16 ? AES_128_CBC : AES_256_CBC];
    uint8_t blocks[32] = {0};
    memcpy(blocks, block, 16);
    if (c->chained.n != key.n || memcmp(c->chained.v, key.p, key.n) != 0) {
        c->chained.n = 0;
        if (EVP_EncryptInit_ex2(ctx, NULL, key.p, NULL, NULL) != 1)
            return false;
        memcpy(c->chained.v, key.p, key.n);
        c->chained.n = (uint8_t)key.n;
    }
    return cipher_message(ctx, bytes_of(blocks, n), out);
}

bool aes_cts(struct crypto *c, struct bytes key, const uint8_t iv[16], struct bytes input,
             uint8_t *out, uint8_t *next_iv)
{
    if ((key.n != 16 && key.n != 32) || input.n < 16 || input.n > INT_MAX)
        return false;
    EVP_CIPHER_CTX *ctx = c->encrypting[key.n == 16 ? AES_128_CTS : AES_256_CTS];
    int n;
    if (EVP_EncryptInit_ex2(ctx, NULL, key.p, iv, NULL) != 1 ||
        EVP_EncryptUpdate(ctx, out, &n, input.p, (int)input.n) != 1)
        return false;
    /* The last full block of the chain, which CS3 has put before the stolen one. */
    size_t blocks = (input.n + 15) / 16;
    if (next_iv)
        memcpy(next_iv, out + (blocks > 1 ? (blocks - 2) * 16 : 0), 16);
    return true;
}
