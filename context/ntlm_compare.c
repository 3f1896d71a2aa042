/* The verifier: which of the responses fits the hashes of the account (MS-NLMP 3.3). */
#include "context/ntlm_inside.h"

#include <string.h>

static const char *const response_names[] = {
    [VERIFIED_NOTHING] = "none",  [VERIFIED_LM] = "LM",
    [VERIFIED_NTLM] = "NTLM",     [VERIFIED_NTLM2_SESSION] = "NTLM2 session",
    [VERIFIED_NTLMV2] = "NTLMv2", [VERIFIED_LMV2] = "LMv2",
    [VERIFIED_DIGEST] = "Digest",
};

struct comparison {
    struct turn *t;
    const struct logon_question *q;
    const uint8_t *nt_hash, *lm_hash;
    unsigned level;
    struct ntlm_compared *out;
};

static bool same(struct comparison *c, enum verified_by by, struct bytes received, size_t n)
{
    struct ntlm_compared *out = c->out;
    out->by = by;
    out->n = n;
    memcpy(out->received, received.p, n);
    return bytes_equal_secret(bytes_of(out->computed, n), bytes_of(out->received, n));
}

static void tell_response(struct turn *t, bool fits, const struct ntlm_compared *out)
{
    tell(t, fits ? STEP_DONE : STEP_REFUSED, "ntlm.compare.response",
         A_STR("response", response_names[out->by]),
         A_BYTES("computed", bytes_of(out->computed, out->n)),
         A_BYTES("received", bytes_of(out->received, out->n)));
}

/* NTLMv2 and LMv2 differ in what is hashed with the challenge. The user's domain is part of the
 * key: clients take the one they send, or none. */
static bool v2(struct comparison *c, enum verified_by by, struct bytes temp, struct bytes proof)
{
    const struct bytes domains[] = {c->q->domain, {0}};
    struct ntlm_compared *out = c->out;
    uint8_t key[NTLM_HASH];
    bool fits = false;
    for (int i = 0; i < 2 && !fits && (i == 0 || c->q->domain.n); i++) {
        if (!ntowf_v2(c->t->crypto, c->nt_hash, c->q->user, domains[i], key))
            return false;
        tell(c->t, STEP_DONE, "ntlm.compare.hash", A_TEXT("user", c->q->user),
             A_TEXT("domain", domains[i]), A_BYTES("hash", bytes_of(c->nt_hash, NTLM_HASH)),
             A_BYTES("key", bytes_of(key, NTLM_HASH)));
        if (!ntlmv2_proof(c->t->crypto, key, c->q->server_challenge, temp, out->computed))
            return false;
        fits = same(c, by, proof, 16);
    }
    const struct bytes parts[] = {bytes_of(out->computed, 16)};
    fits =
        fits && hmac_md5(c->t->crypto, bytes_of(key, NTLM_HASH), parts, 1, out->session_base_key);
    wipe(key, sizeof key);
    return fits;
}

static bool v1_key(struct comparison *c)
{
    return md4_of(c->t->crypto, bytes_of(c->nt_hash, NTLM_HASH), c->out->session_base_key);
}

static bool ntlm(struct comparison *c)
{
    struct crypto *crypto = c->t->crypto;
    struct bytes nt = c->q->nt_response, lm = c->q->lm_response;
    if (ntlm_is_session_form(lm) &&
        ntlm2_session_response(crypto, c->nt_hash, c->q->server_challenge, lm.p,
                               c->out->computed) &&
        same(c, VERIFIED_NTLM2_SESSION, nt, RESPONSE))
        return v1_key(c);
    return ntlm_desl(crypto, c->nt_hash, c->q->server_challenge, c->out->computed) &&
           same(c, VERIFIED_NTLM, nt, RESPONSE) && v1_key(c);
}

static bool lm(struct comparison *c)
{
    return c->lm_hash &&
           ntlm_desl(c->t->crypto, c->lm_hash, c->q->server_challenge, c->out->computed) &&
           same(c, VERIFIED_LM, c->q->lm_response, RESPONSE) && v1_key(c);
}

static bool too_low(struct comparison *c, const char *why)
{
    tell(c->t, STEP_REFUSED, "ntlm.compare.level", A_INT("level", c->level),
         A_STR("accepts", ntlm_level(c->level)->accepts), A_STR("why", why));
    c->out->refused = why;
    return false;
}

static bool by_form(struct comparison *c, const struct ntlm_level *level)
{
    struct bytes nt = c->q->nt_response, lm_field = c->q->lm_response;
    c->out->refused = "the response was made with another password, or to another challenge";
    if (nt.n > RESPONSE)
        return nt.n >= 16 &&
               v2(c, VERIFIED_NTLMV2, bytes_slice(nt, 16, nt.n), bytes_slice(nt, 0, 16));
    /* Only where no NTLMv2 response came: its own would vouch for the client's clock and MIC. */
    if (nt.n == 0 && lm_field.n == RESPONSE &&
        v2(c, VERIFIED_LMV2, bytes_slice(lm_field, 16, 8), bytes_slice(lm_field, 0, 16)))
        return true;
    if (nt.n == RESPONSE) {
        if (!level->accepts_ntlm)
            return too_low(c, "an NTLM response, and only NTLMv2 is taken");
        return ntlm(c); /* what stands in LM's place would be another guess in the same message */
    }
    if (lm_field.n != RESPONSE || ntlm_is_session_form(lm_field))
        return false;
    if (nt.n == 0 && !level->accepts_lm)
        return too_low(c, "an LM response, which is not taken");
    return level->accepts_lm && lm(c);
}

static void tell_level(struct comparison *c, bool fits)
{
    if (!told(c->t))
        return;
    struct arena *mem = c->t->mem;
    const char *came = c->q->nt_response.n > RESPONSE    ? "NTLMv2"
                       : c->q->nt_response.n == RESPONSE ? "NTLM"
                                                         : "LM or LMv2";
    const char *user = arena_str(mem, c->q->user);
    const struct decision_input inputs[] = {
        {"verifier-level", "realm", arena_printf(mem, "%u", c->level)},
        {"response", user, came},
        {"lm-hash", user, c->lm_hash ? "kept" : "none"},
        {"fits", user, fits ? "yes" : "no"},
    };
    tell_decision(
        c->t, .id = "ntlm.level",
        .rule = "The verifier takes what its LMCompatibilityLevel names, and of that what "
                "fits the account's hashes.",
        .outcome = fits ? response_names[c->out->by] : c->out->refused, .spec = "MS-NLMP 3.2.1.1",
        .inputs = inputs, .n = sizeof inputs / sizeof inputs[0]);
}

bool ntlm_compare(struct turn *t, const struct logon_question *q, const uint8_t nt_hash[16],
                  const uint8_t *lm_hash, unsigned level, struct ntlm_compared *out)
{
    struct comparison c = {t, q, nt_hash, lm_hash, level > 5 ? 5 : level, out};
    *out = (struct ntlm_compared){0};
    bool fits = by_form(&c, ntlm_level(c.level));
    if (fits)
        out->refused = NULL;
    else
        wipe(out->session_base_key, sizeof out->session_base_key);
    if (fits && lm_hash)
        memcpy(out->lm_key, lm_hash, 8);
    if (out->n)
        tell_response(t, fits, out);
    tell_level(&c, fits);
    if (!fits)
        out->by = VERIFIED_NOTHING;
    return fits;
}
