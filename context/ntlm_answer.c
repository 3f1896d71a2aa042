/* What the server does with the verifier's answer: keys first, because the MIC needs them, then
 * what the client says of the channel and of the service it means (MS-NLMP 3.2.5.1.2). */
#include "base/text.h"
#include "context/ntlm_inside.h"

#include <string.h>

/* The AV_PAIRs that the client made its response over; none without NTLMv2. */
struct said {
    struct av_pairs pairs;
    bool v2;
    uint32_t flags;
};

static enum mech_state refuse(struct ntlm_server *s, int32_t status, const char *why)
{
    s->why = why;
    s->status = status;
    wipe(&s->session, sizeof s->session);
    return MECH_REFUSED;
}

/* A client that copies what somebody put into the CHALLENGE, beside its own (CVE-2019-1166). */
static bool is_twofold(const struct av_pairs *pairs)
{
    static const uint16_t own[] = {MsvAvFlags, MsvAvTargetName, MsvAvChannelBindings};
    size_t n[3] = {0};
    for (size_t i = 0; i < pairs->n; i++)
        for (size_t k = 0; k < 3; k++)
            if (pairs->at[i].id == own[k] && ++n[k] > 1)
                return true;
    return false;
}

static bool read_said(struct ntlm_server *s, struct turn *t, struct said *out)
{
    struct ntlmv2_response response;
    *out = (struct said){0};
    if (s->verified != VERIFIED_NTLMV2)
        return true;
    if (!ntlmv2_response_read(s->message.nt_response, t->mem, t->faults, &response))
        return false;
    if (is_twofold(&response.pairs)) {
        ntlm_fault(t, NTLM_SAID_TWICE);
        return false;
    }
    const struct av_pair *flags = av_pair(&response.pairs, MsvAvFlags);
    *out = (struct said){response.pairs, true, flags ? le32(flags->value.p) : 0};
    return true;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void key_told(struct ntlm_server *s, struct turn *t, const char *what, const uint8_t key[16],
                     const char *cause)
{
    if (told(t))
        tell_key(t, .holder = s->config.party,
                 .name = arena_printf(t->mem, "%s %s", what, arena_str(t->mem, s->message.user)),
                 .etype = ETYPE_NTLM, .value = bytes_of(key, 16), .cause = cause);
}

static const char *find_keys(struct ntlm_server *s, struct turn *t,
                             const struct logon_answer *answer, bool *trouble)
{
    const struct authenticate_message *m = &s->message;
    bool v2 = s->verified == VERIFIED_NTLMV2 || s->verified == VERIFIED_LMV2;
    uint8_t lm_hash[NTLM_HASH] = {0}, kxkey[16], exported[16];
    struct rc4 cipher;
    memcpy(lm_hash, answer->lm_key, 8);
    if (!ntlm_kxkey(t->crypto, s->flags, answer->session_base_key, m->lm_response,
                    s->server_challenge, lm_hash, v2, kxkey))
        return ntlm_fault(t, NTLM_RESPONSES);
    memcpy(exported, kxkey, 16);
    key_told(s, t, "NTLM key exchange", kxkey, "ntlm.server.keys");
    if (s->flags & NTLMSSP_NEGOTIATE_KEY_EXCH) {
        if (m->session_key.n != 16)
            return ntlm_fault(t, NTLM_SESSION_KEY);
        rc4_start(&cipher, bytes_of(kxkey, 16));
        rc4_run(&cipher, m->session_key.p, 16, exported);
        wipe(&cipher, sizeof cipher);
        key_told(s, t, "NTLM session", exported, "ntlm.server.keys");
    }
    tell(t, STEP_DONE, "ntlm.server.keys",
         A_BYTES("session_base_key", bytes_of(answer->session_base_key, 16)),
         A_BYTES("key_exchange_key", bytes_of(kxkey, 16)), A_BYTES("encrypted", m->session_key),
         A_BYTES("key", bytes_of(exported, 16)));
    *trouble = !ntlm_session_start(&s->session, t->crypto, s->flags, exported, false);
    wipe(kxkey, sizeof kxkey);
    wipe(exported, sizeof exported);
    return NULL;
}

/* ---- the MIC --------------------------------------------------------------------------------- */

/* Whoever was told the server's clock can make one, and says so inside the proof. A response in
 * LM's place alone may be LMv2's, whatever the flags, which anybody can have cleared. */
static const char *missing(struct ntlm_server *s, struct turn *t, const struct said *said)
{
    bool alone = s->verified == VERIFIED_LMV2 || s->verified == VERIFIED_LM;
    bool could = (said->v2 || alone) && !s->config.no_timestamp;
    if (s->config.require_mic && could) {
        const char *why = ntlm_fault(t, NTLM_MIC_MISSING);
        tell(t, STEP_REFUSED, "ntlm.server.mic", A_STR("why", why));
        return why;
    }
    tell(t, STEP_NOTED, "ntlm.server.no-mic");
    return NULL;
}

static const char *check_mic(struct ntlm_server *s, struct turn *t, const struct said *said,
                             bool *trouble)
{
    const struct authenticate_message *m = &s->message;
    uint8_t expected[16];
    const char *why = NULL;
    if (!(said->flags & AV_FLAG_MIC))
        return missing(s, t, said);
    if (!m->has_mic) {
        why = ntlm_fault(t, NTLM_MIC_MISSING);
    } else {
        *trouble = !ntlm_mic(t, s->session.exported, s->negotiate, s->challenge, s->authenticate,
                             m->mic_at, expected);
        if (!bytes_equal_secret(bytes_of(expected, 16), bytes_of(m->mic, 16)))
            why = ntlm_fault(t, NTLM_MIC);
    }
    s->mic = !why;
    tell(t, why ? STEP_REFUSED : STEP_DONE, "ntlm.server.mic",
         A_INT("negotiate", (int64_t)s->negotiate.n), A_INT("challenge", (int64_t)s->challenge.n),
         A_INT("authenticate", (int64_t)s->authenticate.n), A_STR("why", why ? why : ""),
         A_BYTES("received", bytes_of(m->mic, m->has_mic ? 16 : 0)),
         A_BYTES("computed", bytes_of(expected, m->has_mic ? 16 : 0)));
    return why;
}

/* ---- channel and target ---------------------------------------------------------------------- */

/* Sixteen zeros say that the client knows of bindings and has none. */
static struct bytes bindings_said(const struct said *said)
{
    static const uint8_t zeros[16];
    const struct av_pair *p = av_pair(&said->pairs, MsvAvChannelBindings);
    return p && !bytes_equal(p->value, bytes_of(zeros, 16)) ? p->value : (struct bytes){0};
}

static const char *check_bindings(struct ntlm_server *s, struct turn *t, const struct said *said,
                                  bool *trouble)
{
    struct bytes came = bindings_said(said);
    uint8_t expected[16];
    const char *why = NULL;
    if (s->config.protection == EPA_OFF || !s->config.bindings.n)
        return NULL;
    *trouble = !channel_bindings_hash(t->crypto, s->config.bindings, expected);
    if (!came.n && s->config.protection == EPA_REQUIRED)
        why = ntlm_fault(t, NTLM_BINDINGS_MISSING);
    else if (came.n && !bytes_equal_secret(came, bytes_of(expected, 16)))
        why = ntlm_fault(t, NTLM_BINDINGS);
    tell(t, why ? STEP_REFUSED : STEP_DONE, "ntlm.server.bindings", A_BYTES("received", came),
         A_STR("silence", came.n ? "" : "nothing"), A_BYTES("computed", bytes_of(expected, 16)),
         A_STR("why", why ? why : ""));
    return why;
}

static struct bytes target_said(struct turn *t, const struct said *said)
{
    const struct av_pair *p = av_pair(&said->pairs, MsvAvTargetName);
    struct bytes text;
    size_t at;
    if (!p || said->flags & AV_FLAG_UNTRUSTED_SPN ||
        !utf8_from_utf16le(t->mem, p->value, &text, &at))
        return (struct bytes){0};
    return text;
}

static bool is_listed(const char *const *spns, struct bytes target)
{
    for (; *spns; spns++)
        if (bytes_equal_nocase(target, bytes_str(*spns)))
            return true;
    return false;
}

static const char *check_target(struct ntlm_server *s, struct turn *t, struct bytes target)
{
    const char *why = NULL;
    if (s->config.protection == EPA_OFF || !s->config.spns)
        return NULL;
    if (!target.n && s->config.protection == EPA_REQUIRED)
        why = ntlm_fault(t, NTLM_TARGET_MISSING);
    else if (target.n && !is_listed(s->config.spns, target))
        why = ntlm_fault(t, NTLM_TARGET);
    tell(t, why ? STEP_REFUSED : STEP_DONE, "ntlm.server.target", A_TEXT("target", target),
         A_STR("silence", target.n ? "" : "not said"), A_STR("why", why ? why : ""));
    return why;
}

static const char *spns_text(struct turn *t, const char *const *spns)
{
    const char *text = spns && *spns ? *spns++ : "not looked at";
    for (; spns && *spns; spns++)
        text = arena_printf(t->mem, "%s %s", text, *spns);
    return text;
}

static void tell_binding(struct ntlm_server *s, struct turn *t, const struct said *said,
                         struct bytes target, const char *why)
{
    static const char *const protections[] = {
        [EPA_OFF] = "none", [EPA_ALLOWED] = "allow", [EPA_REQUIRED] = "require"};
    if (!told(t))
        return;
    const char *user = arena_str(t->mem, s->message.user), *party = s->config.party;
    struct bytes came = bindings_said(said);
    const struct decision_input inputs[] = {
        {"protection", party, protections[s->config.protection]},
        {"channel", party, s->config.bindings.n ? "TLS" : "no TLS"},
        {"client-bindings", user, came.n ? hex_text(t->mem, came) : "none"},
        {"target-name", user, target.n ? arena_str(t->mem, target) : "none"},
        {"target-names", party, spns_text(t, s->config.spns)},
    };
    tell_decision(t, .id = "service.binding",
                  .rule = "What the client says of its TLS channel and of the service it means has "
                          "to fit; `require` refuses silence too, `none` does not look.",
                  .outcome = why ? why : "accepted", .spec = "MS-NLMP 3.2.5.1.2", .inputs = inputs,
                  .n = sizeof inputs / sizeof inputs[0]);
}

/* ---- all together ---------------------------------------------------------------------------- */

static const char *check_all(struct ntlm_server *s, struct turn *t, bool *trouble)
{
    struct said said;
    if (!read_said(s, t, &said)) {
        tell(t, STEP_REFUSED, "ntlm.server.authenticate",
             A_STR("why", "its response cannot be read"));
        return "the NTLMv2 response cannot be read";
    }
    const char *why = check_mic(s, t, &said, trouble);
    if (why)
        return why;
    struct bytes target = target_said(t, &said);
    why = check_bindings(s, t, &said, trouble);
    if (!why)
        why = check_target(s, t, target);
    tell_binding(s, t, &said, target, why);
    return why;
}

enum mech_state ntlm_server_answer(struct ntlm_server *s, struct turn *t,
                                   const struct logon_answer *answer)
{
    bool trouble = false;
    if (s->why || !s->authenticate.n || s->anonymous || s->session.has_key)
        return MECH_TROUBLE;
    if (answer->status) {
        tell(t, STEP_REFUSED, "ntlm.server.answer", A_TEXT("user", s->message.user),
             A_NTSTATUS("status", answer->status));
        return refuse(s, answer->status, ntlm_fault(t, NTLM_LOGON));
    }
    tell(t, STEP_DONE, "ntlm.server.answer", A_TEXT("user", s->message.user),
         A_NTSTATUS("status", 0));
    const char *why = find_keys(s, t, answer, &trouble);
    if (!why && !trouble)
        why = check_all(s, t, &trouble);
    if (trouble)
        return MECH_TROUBLE;
    return why ? refuse(s, STATUS_LOGON_FAILURE, why) : MECH_DONE;
}
