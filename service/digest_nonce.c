/* Nonces of Digest (RFC 7616 3.3) that need no memory until they are used: a time, a number drawn
 * at random, and a MAC over both and the realm with a key that only this service has. What was used
 * is remembered, bounded; what was forgotten counts as too old. */
#include "service/inside.h"

#include "base/text.h"
#include "crypto/primitives.h"

#include <string.h>

enum { TIME = 8, DRAWN = 8, MAC = 16, NONCE = TIME + DRAWN + MAC };
#define NONCE_LIFE (5 * MINUTE)

static bool mac(struct visit *v, const uint8_t *octets, struct bytes realm, uint8_t out[DIGEST_MAX])
{
    struct service *s = v->service;
    size_t n;
    if (!s->has_nonce_key)
        rng_fill(v->turn->rng, "nonce-key", s->nonce_key, sizeof s->nonce_key);
    s->has_nonce_key = true;
    uint8_t *text = arena_take(v->turn->mem, TIME + DRAWN + realm.n);
    memcpy(text, octets, TIME + DRAWN);
    if (realm.n)
        memcpy(text + TIME + DRAWN, realm.p, realm.n);
    return hmac(v->turn->crypto, "sha256", bytes_of(s->nonce_key, sizeof s->nonce_key),
                bytes_of(text, TIME + DRAWN + realm.n), out, &n);
}

const char *nonce_make(struct visit *v, struct bytes realm)
{
    uint8_t octets[NONCE], out[DIGEST_MAX];
    put_be64(octets, (uint64_t)v->turn->now);
    rng_fill(v->turn->rng, "nonce", octets + TIME, DRAWN);
    if (!mac(v, octets, realm, out))
        return NULL;
    memcpy(octets + TIME + DRAWN, out, MAC);
    return hex_text(v->turn->mem, bytes_of(octets, NONCE));
}

enum nonce_standing nonce_check(struct visit *v, struct bytes nonce, struct bytes realm,
                                struct nonce_use *out)
{
    struct bytes octets;
    uint8_t expected[DIGEST_MAX];
    size_t at;
    if (nonce.n != 2 * NONCE || !hex_decode(v->turn->mem, nonce, &octets, &at) ||
        octets.n != NONCE || !mac(v, octets.p, realm, expected) ||
        !bytes_equal_secret(bytes_of(expected, MAC), bytes_slice(octets, TIME + DRAWN, MAC)))
        return NONCE_OTHER;
    *out = (struct nonce_use){.id = be64(octets.p + TIME), .made = (int64_t)be64(octets.p)};
    return v->turn->now - out->made > NONCE_LIFE ? NONCE_OLD : NONCE_GOOD;
}

/* NULL: forgotten. */
static struct nonce_use *use_of(struct service *s, const struct nonce_use *nonce)
{
    struct nonce_use *u;
    for (size_t i = 0; i < NONCES; i++)
        if (s->nonces[i].id == nonce->id && s->nonces[i].made == nonce->made && nonce->id)
            return &s->nonces[i];
    if (nonce->made <= s->forgotten)
        return NULL;
    u = &s->nonces[s->next_nonce++ % NONCES];
    if (u->id && u->made > s->forgotten)
        s->forgotten = u->made;
    *u = *nonce;
    return u;
}

/* Counts may overtake each other on several connections: the 64 below the highest are known. */
bool nonce_count(struct service *s, const struct nonce_use *nonce, uint32_t count)
{
    struct nonce_use *u = use_of(s, nonce);
    if (!u || count == 0)
        return false;
    if (count > u->last) {
        uint32_t step = count - u->last;
        u->seen = step < 64 ? u->seen << step | 1 : 1;
        u->last = count;
        return true;
    }
    uint32_t below = u->last - count;
    if (below >= 64 || u->seen >> below & 1)
        return false;
    u->seen |= UINT64_C(1) << below;
    return true;
}
