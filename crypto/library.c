/* Opening and closing OpenSSL: one private library context, every algorithm fetched once. */
#include "crypto/library.h"
#include "crypto/primitives.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <stdlib.h>

static const struct {
    const char *name;
    size_t size, block;
} digest_rows[DIGESTS] = {
    [MD4] = {"MD4", 16, 64},
    [MD5] = {"MD5", 16, 64},
    [SHA1] = {"SHA1", 20, 64},
    [SHA256] = {"SHA256", 32, 64},
    [SHA384] = {"SHA384", 48, 128},
    [SHA512] = {"SHA512", 64, 128},
    [SHA512_256] = {"SHA512-256", 32, 128},
};

static const struct {
    const char *name;
    bool stealing;
} cipher_rows[CIPHERS] = {
    [AES_128_CTS] = {"AES-128-CBC-CTS", true},
    [AES_256_CTS] = {"AES-256-CBC-CTS", true},
    [AES_128_CBC] = {"AES-128-CBC", false},
    [AES_256_CBC] = {"AES-256-CBC", false},
    [AES_128_ECB] = {"AES-128-ECB", false},
    [AES_256_ECB] = {"AES-256-ECB", false},
    [AES_128_CFB8] = {"AES-128-CFB8", false},
    [CAMELLIA_128_ECB] = {"CAMELLIA-128-ECB", false},
    [CAMELLIA_256_ECB] = {"CAMELLIA-256-ECB", false},
    [CAMELLIA_128_CTS] = {"CAMELLIA-128-CBC-CTS", true},
    [CAMELLIA_256_CTS] = {"CAMELLIA-256-CBC-CTS", true},
    [DES_ECB] = {"DES-ECB", false},
    [DES3_CBC] = {"DES-EDE3-CBC", false},
    [RC4] = {"RC4", false},
};

size_t digest_size(enum digest_id id)
{
    return digest_rows[id].size;
}

size_t digest_block(enum digest_id id)
{
    return digest_rows[id].block;
}

const char *digest_name(enum digest_id id)
{
    return digest_rows[id].name;
}

static bool fetch(struct crypto *c)
{
    for (int i = 0; i < DIGESTS; i++)
        if (!(c->digests[i] = EVP_MD_fetch(c->lib, digest_rows[i].name, NULL)))
            return false;
    for (int i = 0; i < CIPHERS; i++)
        if (!(c->ciphers[i] = EVP_CIPHER_fetch(c->lib, cipher_rows[i].name, NULL)))
            return false;
    c->cmac = EVP_MAC_fetch(c->lib, "CMAC", NULL);
    c->pbkdf2 = EVP_KDF_fetch(c->lib, "PBKDF2", NULL);
    return c->cmac && c->pbkdf2;
}

EVP_CIPHER_CTX *cipher_context(struct crypto *c, enum cipher_id id, bool encrypt)
{
    /* OpenSSL steals as CS1 unless told, and forgets when a cipher is named again: every later
     * initialisation names none. Padding is left on where it concerns only a final call, which
     * there is not, because switching it off makes every initialisation dearer by half; decryption
     * by blocks, which is des3's, would hold the last block back. The IV is given here, once: an
     * initialisation without one goes back to it, and one with it asks for its length by name,
     * which takes as long as ten blocks of AES. */
    static const uint8_t zero_iv[16];
    char mode[] = OSSL_CIPHER_CTS_MODE_CS3;
    OSSL_PARAM cs3[] = {OSSL_PARAM_utf8_string(OSSL_CIPHER_PARAM_CTS_MODE, mode, sizeof mode - 1),
                        OSSL_PARAM_END};
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx &&
        EVP_CipherInit_ex2(ctx, c->ciphers[id], NULL, zero_iv, encrypt,
                           cipher_rows[id].stealing ? cs3 : NULL) == 1 &&
        (id != DES3_CBC || EVP_CIPHER_CTX_set_padding(ctx, 0) == 1))
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

static bool make_scratch(struct crypto *c)
{
    if (!(c->hashing = EVP_MD_CTX_new()))
        return false;
    for (int i = 0; i < CIPHERS; i++)
        if (!(c->encrypting[i] = cipher_context(c, (enum cipher_id)i, true)))
            return false;
    return true;
}

static void fold_usages(struct crypto *c)
{
    for (uint32_t usage = 0; usage < FOLDED_USAGES; usage++)
        for (int kind = 0; kind < KINDS; kind++) {
            uint8_t constant[5];
            put_be32(constant, usage);
            constant[4] = kind_octet((enum kind)kind);
            n_fold(bytes_of(constant, 5), c->folded[usage][kind], 16);
        }
}

struct crypto *crypto_new(void)
{
    struct crypto *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->lib = OSSL_LIB_CTX_new();
    if (c->lib) {
        c->standard = OSSL_PROVIDER_load(c->lib, "default");
        c->legacy = OSSL_PROVIDER_load(c->lib, "legacy");
    }
    if (!c->standard || !c->legacy || !fetch(c) || !make_scratch(c)) {
        crypto_free(c);
        ERR_clear_error();
        return NULL;
    }
    fold_usages(c);
    return c;
}

/* A context that was keyed keeps the key until it is keyed again. */
static void key_with_zeros(EVP_CIPHER_CTX *ctx)
{
    static const uint8_t zeros[KEY_MAX];
    if (ctx && EVP_CIPHER_CTX_get_key_length(ctx) <= KEY_MAX)
        EVP_CipherInit_ex2(ctx, NULL, zeros, NULL, -1, NULL);
}

void crypto_forget(struct crypto *c)
{
    if (c->chained.n) {
        key_with_zeros(c->encrypting[c->chained.n == 16 ? AES_128_CBC : AES_256_CBC]);
        wipe(&c->chained, sizeof c->chained);
    }
    keyed_forget(&c->keyed, key_with_zeros);
}

void crypto_free(struct crypto *c)
{
    if (!c)
        return;
    keyed_cache_free(&c->keyed);
    for (int i = 0; i < CIPHERS; i++) {
        EVP_CIPHER_CTX_free(c->encrypting[i]);
        EVP_CIPHER_free(c->ciphers[i]);
    }
    for (int i = 0; i < DIGESTS; i++)
        EVP_MD_free(c->digests[i]);
    hmac_free(&c->mac);
    EVP_MD_CTX_free(c->hashing);
    EVP_KDF_free(c->pbkdf2);
    EVP_MAC_free(c->cmac);
    if (c->legacy)
        OSSL_PROVIDER_unload(c->legacy);
    if (c->standard)
        OSSL_PROVIDER_unload(c->standard);
    OSSL_LIB_CTX_free(c->lib);
    wipe(c, sizeof *c);
    free(c);
}
