/* The verifier against who has no password: names and responses of any form, each after its length
 * in one octet. Nobody is let in. First octet: level (low three bits), Digest (0x08), local (0x10).
 */
#define HAND_WITHOUT_CMOCKA
#include "ntlm/ntlm.h"
#include "tests/client/hand_turn.h"
#include "wire/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct hand hand;
static const struct realm *realm;

static void build(void)
{
    static struct bytes alice = BYTES_LIT("alice");
    struct realm_policy policy = {
        .skew = 5 * MINUTE, .windows_names = true, .has_sid = true, .sid = {5, 4, {21, 1, 2, 3}}};
    struct account a = {.name = {.name_type = NT_PRINCIPAL, .name_string = {.at = &alice, .n = 1}},
                        .text = "alice",
                        .rid = 1104,
                        .has_nt_hash = true,
                        .has_lm_hash = true};
    const struct account *taken;
    hand_begin(&hand);
    rng_fill(&hand.rng.rng, "nt-hash", a.nt_hash, 16);
    rng_fill(&hand.rng.rng, "lm-hash", a.lm_hash, 16);
    a.wdigest = bytes_of(arena_take(hand.run, 96), 96);
    rng_fill(&hand.rng.rng, "wdigest", (uint8_t *)(uintptr_t)a.wdigest.p, 96);
    struct realm_builder *b = realm_build(hand.run, REALM);
    realm_build_policy(b, &policy);
    assert_true(realm_build_account(b, &a, &taken));
    realm = realm_freeze(b);
}

static struct bytes part(const uint8_t **p, const uint8_t *end)
{
    if (*p == end)
        return (struct bytes){0};
    size_t left = (size_t)(end - *p) - 1, n = **p < left ? **p : left;
    struct bytes out = bytes_of(*p + 1, n);
    *p += 1 + n;
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    if (!realm)
        build();
    const uint8_t *p = data + 1, *end = data + n;
    struct ntlm_verifier_config config = {.party = "dc",
                                          .realm = realm,
                                          .name = "DC1",
                                          .level = data[0] & 7,
                                          .local = data[0] & 0x10};
    struct digest_response d;
    struct logon_question q = {.kind = data[0] & 8 ? LOGON_DIGEST : LOGON_NETWORK, .digest = &d};
    struct logon_answer a;
    struct turn *t = hand_turn(&hand, NOW);
    struct bytes *const parts[] = {&q.user,        &q.domain,   &q.workstation, &q.nt_response,
                                   &q.lm_response, &d.username, &d.realm,       &d.nonce,
                                   &d.uri,         &d.response, &d.algorithm,   &d.cnonce,
                                   &d.nc,          &d.qop,      &d.method};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        *parts[i] = part(&p, end);
    assert_true(ntlm_verify(ntlm_new(t->mem, &config), &q, t, &a));
    assert_true(a.status != STATUS_SUCCESS && !a.info);
    return 0;
}
