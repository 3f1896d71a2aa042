#include "crypto/library.h"
#include "crypto/primitives.h"

#include <openssl/crypto.h>
#include <string.h>

#define ITERATIONS_MAX ((uint32_t)1 << 24)

/* s2kparams: none, or four octets where the type has a count (RFC 3962 4). */
static bool read_params(const struct etype_row *row, struct bytes params, uint32_t *iterations)
{
    *iterations = row->iterations;
    if (params.n == 0)
        return true;
    if (row->iterations == 0 || params.n != 4)
        return false;
    *iterations = be32(params.p);
    return *iterations != 0 && *iterations <= ITERATIONS_MAX;
}

bool pbkdf2_named(struct crypto *c, const struct etype_row *row, enum digest_id digest,
                  struct bytes password, struct bytes salt, uint32_t iterations, uint8_t *out)
{
    size_t name = strlen(row->name) + 1;
    uint8_t *whole = OPENSSL_malloc(name + salt.n);
    if (!whole)
        return false;
    memcpy(whole, row->name, name);
    if (salt.n)
        memcpy(whole + name, salt.p, salt.n);
    bool ok = pbkdf2(c, digest_name(digest), password, bytes_of(whole, name + salt.n), iterations,
                     out, row->key_size);
    OPENSSL_free(whole);
    return ok;
}

bool string_to_key(struct crypto *c, int32_t etype, struct bytes password, struct bytes salt,
                   struct bytes params, struct key *out)
{
    const struct etype_row *row = etype_find(etype);
    uint32_t iterations;
    if (!row || !read_params(row, params, &iterations))
        return false;
    struct key key = {.etype = etype, .n = row->key_size};
    bool ok = row->functions->string_to_key(c, row, password, salt, iterations, &key);
    if (ok)
        *out = key;
    wipe(&key, sizeof key);
    return ok;
}

struct bytes default_salt(struct arena *mem, struct bytes realm, const struct bytes *components,
                          size_t n)
{
    size_t total = realm.n;
    for (size_t i = 0; i < n; i++)
        total += components[i].n;
    uint8_t *salt = arena_take(mem, total), *at = salt;
    if (realm.n)
        at = mempcpy(at, realm.p, realm.n);
    for (size_t i = 0; i < n; i++)
        if (components[i].n)
            at = mempcpy(at, components[i].p, components[i].n);
    return bytes_of(salt, total);
}
