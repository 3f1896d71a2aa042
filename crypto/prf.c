#include "crypto/library.h"
#include "crypto/primitives.h"

#include <string.h>

/* prf over parts put together. */
static bool prf_parts(struct crypto *c, const struct key *key, const struct bytes *parts,
                      size_t n_parts, uint8_t *out, size_t *n)
{
    const struct etype_row *row = etype_of(key);
    return row && row->functions->prf(c, row, key, parts, n_parts, out, n);
}

bool prf(struct crypto *c, const struct key *key, struct bytes input, uint8_t *out, size_t *n)
{
    return prf_parts(c, key, &input, 1, out, n);
}

/* RFC 6113 5.1: prf(1 | pepper) | prf(2 | pepper) | ..., the number being one octet. */
bool prf_plus(struct crypto *c, const struct key *key, struct bytes pepper, uint8_t *out,
              size_t len)
{
    uint8_t block[DIGEST_MAX];
    size_t n;
    bool ok = true;
    for (unsigned i = 1; ok && len; i++) {
        uint8_t number = (uint8_t)i;
        ok = i < 256 && prf_parts(c, key, PARTS(bytes_of(&number, 1), pepper), block, &n);
        if (!ok)
            break;
        n = n < len ? n : len;
        memcpy(out, block, n);
        out += n;
        len -= n;
    }
    wipe(block, sizeof block);
    return ok;
}

bool fx_cf2(struct crypto *c, const struct key *k1, struct bytes pepper1, const struct key *k2,
            struct bytes pepper2, struct key *out)
{
    const struct etype_row *row = etype_of(k1);
    uint8_t a[KEY_MAX] = {0}, b[KEY_MAX];
    bool ok = row && prf_plus(c, k1, pepper1, a, row->seed_size) &&
              prf_plus(c, k2, pepper2, b, row->seed_size);
    if (ok) {
        for (size_t i = 0; i < row->seed_size; i++)
            a[i] ^= b[i];
        *out = (struct key){.etype = row->etype, .n = row->key_size};
        seed_to_key(row, a, out);
    }
    wipe(a, sizeof a);
    wipe(b, sizeof b);
    return ok;
}
