/* HMAC (RFC 2104) on OpenSSL's hashes. OpenSSL's own asks for parameters by their names at every
 * step, which takes longer than the hashing of a short message. */
#include "crypto/library.h"

#include <string.h>

#define BLOCK_MAX 128

/* The state of the hash after one block of the key with this octet over it. */
static bool start(EVP_MD_CTX **ctx, const EVP_MD *md, const uint8_t *block, size_t n, uint8_t pad)
{
    uint8_t padded[BLOCK_MAX];
    for (size_t i = 0; i < n; i++)
        padded[i] = block[i] ^ pad;
    bool ok = (*ctx || (*ctx = EVP_MD_CTX_new())) && EVP_DigestInit_ex2(*ctx, md, NULL) == 1 &&
              EVP_DigestUpdate(*ctx, padded, n) == 1;
    wipe(padded, sizeof padded);
    return ok;
}

bool hmac_key(struct crypto *c, struct hmac *h, enum digest_id id, struct bytes key)
{
    uint8_t block[BLOCK_MAX] = {0};
    size_t n = digest_block(id);
    bool ok = true;
    if (key.n > n)
        ok = digest_parts(c, id, &key, 1, block);
    else if (key.n)
        memcpy(block, key.p, key.n);
    ok = ok && start(&h->inner, c->digests[id], block, n, 0x36) &&
         start(&h->outer, c->digests[id], block, n, 0x5c);
    wipe(block, sizeof block);
    return ok;
}

bool hmac_parts(struct crypto *c, const struct hmac *h, const struct bytes *parts, size_t n,
                uint8_t *out)
{
    unsigned size;
    bool ok = EVP_MD_CTX_copy_ex(c->hashing, h->inner) == 1;
    for (size_t i = 0; ok && i < n; i++)
        ok = EVP_DigestUpdate(c->hashing, parts[i].p, parts[i].n) == 1;
    return ok && EVP_DigestFinal_ex(c->hashing, out, &size) == 1 &&
           EVP_MD_CTX_copy_ex(c->hashing, h->outer) == 1 &&
           EVP_DigestUpdate(c->hashing, out, size) == 1 &&
           EVP_DigestFinal_ex(c->hashing, out, NULL) == 1;
}

void hmac_free(struct hmac *h)
{
    EVP_MD_CTX_free(h->inner);
    EVP_MD_CTX_free(h->outer);
}
