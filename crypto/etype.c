/* The table of encryption types, and RFC 3961's operations on whichever row a key has. */
#include "crypto/library.h"

#include <limits.h>
#include <string.h>

/* Strongest first: by the length of the key, then of the MAC; what is broken comes last. */
static const struct etype_row rows[ETYPES] = {
    {.etype = 20,
     .name = "aes256-cts-hmac-sha384-192",
     .aliases = {"aes256-sha2"},
     .key_size = 32,
     .seed_size = 32,
     .confounder_size = 16,
     .mac_size = 24,
     .block_size = 1,
     .cksumtype = 20,
     .iterations = 32768,
     .salted = true,
     .functions = &aes256_sha2},
    {.etype = 26,
     .name = "camellia256-cts-cmac",
     .aliases = {"camellia256-cts"},
     .key_size = 32,
     .seed_size = 32,
     .confounder_size = 16,
     .mac_size = 16,
     .block_size = 1,
     .cksumtype = 18,
     .iterations = 32768,
     .salted = true,
     .rare = true,
     .functions = &camellia256_cmac},
    {.etype = 18,
     .name = "aes256-cts-hmac-sha1-96",
     .aliases = {"aes256-cts", "aes256-sha1"},
     .key_size = 32,
     .seed_size = 32,
     .confounder_size = 16,
     .mac_size = 12,
     .block_size = 1,
     .cksumtype = 16,
     .iterations = 4096,
     .salted = true,
     .functions = &aes256_sha1},
    {.etype = 19,
     .name = "aes128-cts-hmac-sha256-128",
     .aliases = {"aes128-sha2"},
     .key_size = 16,
     .seed_size = 16,
     .confounder_size = 16,
     .mac_size = 16,
     .block_size = 1,
     .cksumtype = 19,
     .iterations = 32768,
     .salted = true,
     .functions = &aes128_sha2},
    {.etype = 25,
     .name = "camellia128-cts-cmac",
     .aliases = {"camellia128-cts"},
     .key_size = 16,
     .seed_size = 16,
     .confounder_size = 16,
     .mac_size = 16,
     .block_size = 1,
     .cksumtype = 17,
     .iterations = 32768,
     .salted = true,
     .rare = true,
     .functions = &camellia128_cmac},
    {.etype = 17,
     .name = "aes128-cts-hmac-sha1-96",
     .aliases = {"aes128-cts", "aes128-sha1"},
     .key_size = 16,
     .seed_size = 16,
     .confounder_size = 16,
     .mac_size = 12,
     .block_size = 1,
     .cksumtype = 15,
     .iterations = 4096,
     .salted = true,
     .functions = &aes128_sha1},
    {.etype = 16,
     .name = "des3-cbc-sha1-kd",
     .aliases = {"des3-cbc-sha1", "des3-hmac-sha1"},
     .key_size = 24,
     .seed_size = 21,
     .confounder_size = 8,
     .mac_size = 20,
     .block_size = 8,
     .cksumtype = 12,
     .salted = true,
     .weak = true,
     .functions = &des3_sha1},
    {.etype = 23,
     .name = "rc4-hmac",
     .aliases = {"arcfour-hmac", "arcfour-hmac-md5"},
     .key_size = 16,
     .seed_size = 16,
     .confounder_size = 8,
     .mac_size = 16,
     .block_size = 1,
     .cksumtype = -138,
     .weak = true,
     .functions = &rc4_md5},
    {.etype = 24,
     .name = "rc4-hmac-exp",
     .aliases = {"arcfour-hmac-exp", "arcfour-hmac-md5-exp"},
     .key_size = 16,
     .seed_size = 16,
     .confounder_size = 8,
     .mac_size = 16,
     .block_size = 1,
     .cksumtype = -138,
     .weak = true,
     .functions = &rc4_md5_exp},
};

const struct etype_row *etype_table(size_t *n)
{
    *n = ETYPES;
    return rows;
}

size_t etype_index(const struct etype_row *row)
{
    return (size_t)(row - rows);
}

const struct etype_row *etype_find(int32_t etype)
{
    for (size_t i = 0; i < ETYPES; i++)
        if (rows[i].etype == etype)
            return &rows[i];
    return NULL;
}

const struct etype_row *etype_by_name(struct bytes name)
{
    for (size_t i = 0; i < ETYPES; i++) {
        if (bytes_equal_nocase(name, bytes_str(rows[i].name)))
            return &rows[i];
        for (size_t k = 0; k < 4 && rows[i].aliases[k]; k++)
            if (bytes_equal_nocase(name, bytes_str(rows[i].aliases[k])))
                return &rows[i];
    }
    return NULL;
}

const struct etype_row *etype_of(const struct key *key)
{
    const struct etype_row *row = etype_find(key->etype);
    return row && row->key_size == key->n ? row : NULL;
}

bool key_import(int32_t etype, struct bytes value, struct key *out)
{
    const struct etype_row *row = etype_find(etype);
    if (!row || value.n != row->key_size)
        return false;
    *out = (struct key){.etype = etype, .n = row->key_size};
    memcpy(out->v, value.p, value.n);
    return true;
}

bool key_equal(const struct key *a, const struct key *b)
{
    return a->etype == b->etype && bytes_equal_secret(key_bytes(a), key_bytes(b));
}

void seed_to_key(const struct etype_row *row, const uint8_t *seed, struct key *out)
{
    if (row->functions->random_to_key)
        row->functions->random_to_key(seed, out->v);
    else
        memcpy(out->v, seed, row->seed_size);
}

bool key_random(struct crypto *c, struct rng *rng, const char *purpose, int32_t etype,
                struct key *out)
{
    (void)c;
    const struct etype_row *row = etype_find(etype);
    if (!row)
        return false;
    uint8_t seed[KEY_MAX];
    *out = (struct key){.etype = etype, .n = row->key_size};
    rng_fill(rng, purpose ? purpose : "session-key", seed, row->seed_size);
    seed_to_key(row, seed, out);
    wipe(seed, sizeof seed);
    return true;
}

static size_t overhead(const struct etype_row *row)
{
    return (size_t)row->confounder_size + row->mac_size;
}

size_t sealed_size(int32_t etype, size_t n)
{
    const struct etype_row *row = etype_find(etype);
    if (!row)
        return 0;
    size_t past = (row->confounder_size + n) % row->block_size;
    return n + (past ? row->block_size - past : 0) + overhead(row);
}

bool seal(struct crypto *c, struct rng *rng, const struct key *key, int32_t usage,
          struct bytes plain, uint8_t *out)
{
    const struct etype_row *row = etype_of(key);
    if (!row || plain.n > INT_MAX - overhead(row) - row->block_size)
        return false;
    struct keyed *k = keyed_find(c, row, key, usage);
    return row->functions->seal(c, row, k, rng, plain, out);
}

bool unseal(struct crypto *c, const struct key *key, int32_t usage, struct bytes cipher,
            uint8_t *out, size_t *n)
{
    const struct etype_row *row = etype_of(key);
    if (!row || cipher.n < overhead(row) || cipher.n > INT_MAX ||
        (cipher.n - row->mac_size) % row->block_size)
        return false;
    struct keyed *k = keyed_find(c, row, key, usage);
    if (!row->functions->unseal(c, row, k, cipher, out))
        return false;
    *n = cipher.n - overhead(row);
    return true;
}

bool derive_random(struct crypto *c, const struct key *key, struct bytes constant, uint8_t *out,
                   size_t *n)
{
    const struct etype_row *row = etype_of(key);
    return row && row->functions->derive && constant.n > 0 &&
           row->functions->derive(c, row, key_bytes(key), constant, out, n);
}

bool derive_key(struct crypto *c, const struct key *key, struct bytes constant, uint8_t *out,
                size_t *n)
{
    const struct etype_row *row = etype_of(key);
    uint8_t seed[KEY_MAX];
    if (!row || !row->functions->random_to_key)
        return derive_random(c, key, constant, out, n);
    bool ok = derive_random(c, key, constant, seed, n);
    if (ok) {
        row->functions->random_to_key(seed, out);
        *n = row->key_size;
    }
    wipe(seed, sizeof seed);
    return ok;
}
