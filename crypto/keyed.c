#include "crypto/library.h"

#include <string.h>

uint8_t kind_octet(enum kind kind)
{
    static const uint8_t octets[KINDS] = {
        [KIND_CHECKSUM] = 0x99, [KIND_ENCRYPTION] = 0xaa, [KIND_INTEGRITY] = 0x55};
    return octets[kind];
}

/* Keys are uniform: their first octets are as good as a hash of them. */
static uint32_t tag_of(const struct key *key, int32_t usage)
{
    return (le32(key->v) ^ le32(key->v + 4)) + (uint32_t)usage * 2654435761u + (uint32_t)key->etype;
}

/* Plain comparison: what is compared are keys of ours, and nobody outside chooses either. */
static bool holds(const struct keyed *k, uint32_t tag, const struct key *key, int32_t usage)
{
    return k->used && k->tag == tag && k->usage == usage && k->key.etype == key->etype &&
           k->key.n == key->n && memcmp(k->key.v, key->v, key->n) == 0;
}

static void contexts_free(struct keyed *k)
{
    EVP_CIPHER_CTX_free(k->decrypt);
    EVP_CIPHER_CTX_free(k->encrypt);
    for (int i = 0; i < KINDS; i++)
        hmac_free(&k->macs[i]);
    wipe(k, sizeof *k);
}

static void give_to(struct keyed *k, uint32_t tag, const struct key *key, int32_t usage)
{
    if (k->used && k->key.etype != key->etype)
        contexts_free(k);
    k->key = *key;
    k->usage = usage;
    k->tag = tag;
    k->decrypt_ready = k->encrypt_ready = false;
    memset(k->mac_ready, 0, sizeof k->mac_ready);
}

static struct keyed *place_for(struct keyed_cache *cache, uint32_t tag, const struct key *key,
                               int32_t usage)
{
    struct keyed *set = cache->lasting[tag >> 24 & (KEYED_SETS - 1)], *oldest = set;
    for (int i = 0; i < KEYED_WAYS; i++) {
        if (holds(&set[i], tag, key, usage))
            return &set[i];
        if (set[i].used < oldest->used)
            oldest = &set[i];
    }
    return oldest;
}

struct keyed *keyed_find(struct crypto *c, const struct etype_row *row, const struct key *key,
                         int32_t usage)
{
    struct keyed_cache *cache = &c->keyed;
    uint32_t tag = tag_of(key, usage);
    struct keyed *k =
        key->lasting ? place_for(cache, tag, key, usage) : &cache->passing[etype_index(row)];
    if (!holds(k, tag, key, usage))
        give_to(k, tag, key, usage);
    k->used = ++cache->now;
    return k;
}

EVP_CIPHER_CTX *keyed_cipher(struct crypto *c, const struct etype_row *row, struct keyed *k,
                             bool encrypt)
{
    EVP_CIPHER_CTX **ctx = encrypt ? &k->encrypt : &k->decrypt;
    bool *ready = encrypt ? &k->encrypt_ready : &k->decrypt_ready;
    if (*ready)
        return *ctx;
    if (!*ctx && !(*ctx = cipher_context(c, row->functions->cipher, encrypt)))
        return NULL;
    uint8_t ke[DERIVED_MAX];
    size_t n;
    *ready = row->functions->usage_key(c, row, &k->key, k->usage, KIND_ENCRYPTION, ke, &n) &&
             EVP_CipherInit_ex2(*ctx, NULL, ke, NULL, -1, NULL) == 1;
    wipe(ke, sizeof ke);
    return *ready ? *ctx : NULL;
}

const struct hmac *keyed_mac(struct crypto *c, const struct etype_row *row, struct keyed *k,
                             enum kind kind)
{
    struct hmac *mac = &k->macs[kind];
    if (k->mac_ready[kind])
        return mac;
    uint8_t derived[DERIVED_MAX];
    size_t n;
    k->mac_ready[kind] = row->functions->usage_key(c, row, &k->key, k->usage, kind, derived, &n) &&
                         hmac_key(c, mac, row->functions->digest, bytes_of(derived, n));
    wipe(derived, sizeof derived);
    return k->mac_ready[kind] ? mac : NULL;
}

void keyed_forget(struct keyed_cache *cache, void (*clear)(EVP_CIPHER_CTX *))
{
    for (int i = 0; i < ETYPES; i++) {
        struct keyed *k = &cache->passing[i];
        if (!k->used)
            continue;
        if (k->decrypt_ready)
            clear(k->decrypt);
        if (k->encrypt_ready)
            clear(k->encrypt);
        k->decrypt_ready = k->encrypt_ready = false;
        memset(k->mac_ready, 0, sizeof k->mac_ready);
        wipe(&k->key, sizeof k->key);
        k->used = 0;
    }
}

void keyed_cache_free(struct keyed_cache *cache)
{
    for (int i = 0; i < ETYPES; i++)
        contexts_free(&cache->passing[i]);
    for (int set = 0; set < KEYED_SETS; set++)
        for (int way = 0; way < KEYED_WAYS; way++)
            contexts_free(&cache->lasting[set][way]);
}
