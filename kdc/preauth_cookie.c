/* PA-FX-COOKIE (RFC 6113 5.2): what the KDC wants to know again in the next round, carried by the
 * client, so that the KDC keeps nothing and any KDC of the realm can go on. Sealed with the key of
 * krbtgt: the client can neither read nor make one. It holds the time and the client's name.
 *
 * Four octets kvno, then the ciphertext; of no concern to anyone else. */
#include "kdc/fast.h"

#include <string.h>

#define USAGE_COOKIE                                                                               \
    513 /* MIT's number; 512 to 1023 are an implementation's own (RFC 4120 7.5.1) */
#define TIME_OCTETS 8

static const struct account *tgs_account(const struct exchange *x)
{
    struct bytes parts[2] = {BYTES_LIT("krbtgt"), realm_name(x->realm)};
    struct PrincipalName name = {.name_type = NT_SRV_INST};
    name.name_string.at = parts;
    name.name_string.n = 2;
    return realm_find(x->realm, x->turn->mem, &name);
}

static bool offer(struct exchange *x, struct bytes *value)
{
    const struct account *a = tgs_account(x);
    const struct account_key *k = a ? account_key(a, 0, 0) : NULL;
    struct bytes name = bytes_str(principal_text(x->turn->mem, &x->client->name, x->crealm));
    size_t n = k ? sealed_size(k->key.etype, TIME_OCTETS + name.n) : 0;
    if (!n)
        return false;
    uint8_t *plain = arena_take(x->turn->mem, TIME_OCTETS + name.n);
    uint8_t *out = arena_take(x->turn->mem, 4 + n);
    put_be64(plain, (uint64_t)x->turn->now);
    memcpy(plain + TIME_OCTETS, name.p, name.n);
    put_be32(out, k->kvno);
    if (!seal(x->turn->crypto, x->turn->rng, &k->key, USAGE_COOKIE,
              bytes_of(plain, TIME_OCTETS + name.n), out + 4))
        return false;
    *value = bytes_of(out, 4 + n);
    return true;
}

static bool opens(struct exchange *x, struct bytes value, struct bytes *plain)
{
    const struct account *a = tgs_account(x);
    const struct account_key *k = a && value.n > 4 ? account_key(a, be32(value.p), 0) : NULL;
    if (!k || be32(value.p) == 0)
        return false;
    uint8_t *out = arena_take(x->turn->mem, value.n);
    size_t n;
    if (!unseal(x->turn->crypto, &k->key, USAGE_COOKIE, bytes_slice(value, 4, value.n - 4), out,
                &n) ||
        n < TIME_OCTETS)
        return false;
    *plain = bytes_of(out, n);
    return true;
}

int32_t cookie_check(struct exchange *x, struct bytes value)
{
    struct bytes plain, name = bytes_str(principal_text(x->turn->mem, &x->client->name, x->crealm));
    const char *why = NULL;
    int64_t given = 0, now = x->turn->now;
    if (!opens(x, value, &plain)) {
        why = "the cookie is none of this realm's";
    } else {
        given = (int64_t)be64(plain.p);
        if (!bytes_equal(bytes_slice(plain, TIME_OCTETS, plain.n - TIME_OCTETS), name))
            why = "the cookie is another client's";
        else if (given > now || now - given > x->policy->skew)
            why = "the cookie is too old";
    }
    tell(x->turn, why ? STEP_REFUSED : STEP_DONE, "kdc.preauth.cookie", A_TIME("given", given),
         A_SPAN("allowed", x->policy->skew), A_STR("why", why ? why : ""),
         A_ERROR("error", why ? KDC_ERR_PREAUTH_EXPIRED : 0));
    return why ? refuse(x, KDC_ERR_PREAUTH_EXPIRED, why) : DONE;
}

const struct mechanism cookie = {PA_FX_COOKIE, "PA-FX-COOKIE", offer, NULL, ARMORED};
