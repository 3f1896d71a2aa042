/* The cryptography of one AS and one TGS exchange and nothing else: etype 18, OpenSSL's contexts
 * kept and only keyed again, n-folds computed beforehand, HMAC from the states after its pads,
 * lengths as in our own messages. What is left of a KDC's cost when everything around it is free.
 * Prints microseconds of CPU each. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 200000
enum { TIMESTAMP = 44, TICKET = 236, REPLY = 220, AUTHENTICATOR = 150, BODY = 110 };

static EVP_CIPHER *cts, *cbc;
static EVP_MD *sha1;
static EVP_MD_CTX *hash;
static const uint8_t iv[16];

/* One key with one usage: as OpenSSL keeps it. */
struct usage {
    EVP_CIPHER_CTX *seal, *open;
    EVP_MD_CTX *inner, *outer;
};

static void check(int ok)
{
    if (ok != 1)
        abort();
}

static EVP_CIPHER_CTX *cipher_for(const uint8_t *key, int encrypt)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_CIPHER_PARAM_CTS_MODE, (char *)(uintptr_t) "CS3", 0),
        OSSL_PARAM_construct_end()};
    check(EVP_CipherInit_ex2(c, cts, key, iv, encrypt, params));
    return c;
}

static void pad_with(EVP_MD_CTX *ctx, const uint8_t key[32], uint8_t pad)
{
    uint8_t block[64];
    for (int i = 0; i < 64; i++)
        block[i] = (i < 32 ? key[i] : 0) ^ pad;
    check(EVP_DigestInit_ex2(ctx, sha1, NULL));
    check(EVP_DigestUpdate(ctx, block, sizeof block));
}

static void key_mac(struct usage *u, const uint8_t key[32])
{
    pad_with(u->inner, key, 0x36);
    pad_with(u->outer, key, 0x5c);
}

static struct usage usage_new(const uint8_t *key)
{
    struct usage u = {cipher_for(key, 1), cipher_for(key, 0), EVP_MD_CTX_new(), EVP_MD_CTX_new()};
    key_mac(&u, key);
    return u;
}

/* A session key arrives: its schedule once, then a derived key for each use, by DK, which is CBC
 * over the folded constant and a zero block (RFC 3961 5.1), into contexts that are there. */
static EVP_CIPHER_CTX *chain;
static void session_key(const uint8_t *key)
{
    check(EVP_CipherInit_ex2(chain, NULL, key, NULL, 1, NULL));
}

static void derive(uint8_t *out)
{
    static const uint8_t folded[32] = {1};
    int n;
    check(EVP_CipherInit_ex2(chain, NULL, NULL, NULL, 1, NULL));
    check(EVP_CipherUpdate(chain, out, &n, folded, 32));
}

static void rekey_cipher(EVP_CIPHER_CTX *cipher)
{
    uint8_t ke[32];
    derive(ke);
    check(EVP_CipherInit_ex2(cipher, NULL, ke, NULL, -1, NULL));
}

static void rekey_mac(struct usage *u)
{
    uint8_t ki[32];
    derive(ki);
    key_mac(u, ki);
}

static uint8_t pool[4096];
static size_t used = sizeof pool;
static void draw(uint8_t *p, size_t n)
{
    if (n > sizeof pool - used) {
        RAND_bytes(pool, sizeof pool);
        used = 0;
    }
    memcpy(p, pool + used, n);
    used += n;
}

static void mac(const struct usage *u, const uint8_t *p, size_t n)
{
    uint8_t out[20];
    check(EVP_MD_CTX_copy_ex(hash, u->inner));
    check(EVP_DigestUpdate(hash, p, n));
    check(EVP_DigestFinal_ex(hash, out, NULL));
    check(EVP_MD_CTX_copy_ex(hash, u->outer));
    check(EVP_DigestUpdate(hash, out, sizeof out));
    check(EVP_DigestFinal_ex(hash, out, NULL));
}

static void seal(const struct usage *u, int n)
{
    static uint8_t in[1024], out[1024];
    int got;
    draw(in, 16);
    check(EVP_EncryptInit_ex2(u->seal, NULL, NULL, NULL, NULL));
    check(EVP_EncryptUpdate(u->seal, out, &got, in, n + 16));
    mac(u, in, (size_t)n + 16);
}

static void open_(const struct usage *u, int n)
{
    static uint8_t in[1024], out[1024];
    int got;
    check(EVP_DecryptInit_ex2(u->open, NULL, NULL, NULL, NULL));
    check(EVP_DecryptUpdate(u->open, out, &got, in, n + 16));
    mac(u, out, (size_t)n + 16);
}

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(void)
{
    uint8_t key[32] = {7};
    cts = EVP_CIPHER_fetch(NULL, "AES-256-CBC-CTS", NULL);
    cbc = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
    sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    hash = EVP_MD_CTX_new();
    chain = EVP_CIPHER_CTX_new();
    check(EVP_CipherInit_ex2(chain, cbc, key, iv, 1, NULL));
    struct usage stamp = usage_new(key), ticket = usage_new(key), reply = usage_new(key);
    struct usage authenticator = usage_new(key), body = usage_new(key), answer = usage_new(key);
    double start = cpu_us();
    for (int i = 0; i < ROUNDS; i++) {
        open_(&stamp, TIMESTAMP);
        draw(key, 32);
        seal(&ticket, TICKET);
        seal(&reply, REPLY);
    }
    printf("floor-crypto mode=as cpu_us=%.2f\n", (cpu_us() - start) / ROUNDS);
    start = cpu_us();
    for (int i = 0; i < ROUNDS; i++) {
        open_(&ticket, TICKET);
        session_key(key);
        rekey_cipher(authenticator.open);
        rekey_mac(&authenticator);
        open_(&authenticator, AUTHENTICATOR);
        rekey_mac(&body);
        static const uint8_t bodies[BODY];
        mac(&body, bodies, BODY);
        draw(key, 32);
        seal(&stamp, TICKET);
        rekey_cipher(answer.seal);
        rekey_mac(&answer);
        seal(&answer, REPLY);
    }
    printf("floor-crypto mode=tgs cpu_us=%.2f\n", (cpu_us() - start) / ROUNDS);
    return 0;
}
