/* Whole logons, from their messages and a password, and messages protected with their keys. */
#include "base/text.h"
#include "context/vector_ntlm_inside.h"

#include <string.h>

/* ---- protected messages ---------------------------------------------------------------------- */

static bool is_refused(struct vector_run *r, const struct ntlm_session *receiver,
                       struct bytes sealed, struct bytes signature)
{
    struct ntlm_session s = *receiver;
    struct bytes mine = arena_copy(r->turn.mem, sealed);
    return !ntlm_unseal(&s, &r->turn, (uint8_t *)(uintptr_t)mine.p, mine.n, signature);
}

static enum vector_result refuse_changes(struct vector_run *r, const struct ntlm_session *receiver,
                                         struct bytes sealed, struct bytes signature, bool pad)
{
    struct bytes parts[] = {arena_copy(r->turn.mem, sealed), arena_copy(r->turn.mem, signature)};
    for (int part = 0; part < 2; part++)
        for (size_t bit = 0; bit < 8 * parts[part].n; bit++) {
            uint8_t *p = (uint8_t *)(uintptr_t)parts[part].p + bit / 8;
            *p ^= (uint8_t)(1 << bit % 8);
            bool random_pad = pad && part == 1 && bit / 8 >= 4 && bit / 8 < 8;
            if (!random_pad && !is_refused(r, receiver, parts[0], parts[1]))
                return vector_failed(r,
                                     arena_printf(r->turn.mem, "%s: accepted with bit %zu changed",
                                                  part ? "signature" : "sealed", bit));
            *p ^= (uint8_t)(1 << bit % 8);
        }
    return VECTOR_PASSED;
}

/* With ESS by strength and key exchange as the keys of the case say, which flags are not part of.
 */
static bool start(struct vector_run *r, uint32_t flags, struct bytes key,
                  struct ntlm_session *client, struct ntlm_session *server)
{
    uint8_t seal[16];
    size_t n;
    struct bytes expected = vector_field_or(r, "seal_key", (struct bytes){0});
    return ntlm_session_start(client, r->turn.crypto, flags, key.p, true) &&
           ntlm_session_start(server, r->turn.crypto, flags, key.p, false) &&
           ntlm_sealkey(r->turn.crypto, flags, key.p, true, seal, &n) &&
           (!expected.n || bytes_equal(expected, bytes_of(seal, n)));
}

static enum vector_result wrap_with(struct vector_run *r, uint32_t flags, struct bytes key)
{
    struct ntlm_session client, server;
    struct bytes text = vector_field_or(r, "plaintext", (struct bytes){0});
    uint8_t *sealed = (uint8_t *)(uintptr_t)arena_copy(r->turn.mem, text).p, signature[16],
            seal[16];
    uint8_t crc[4];
    size_t n;
    if (!start(r, flags, key, &client, &server))
        return vector_failed(r, "seal_key: another one is computed");
    client.seq_out = server.seq_in = (uint32_t)vector_number(r->c, "seq", 0);
    server.seq_out = client.seq_out; /* without ESS there is one count */
    bool ok = ntlm_seal(&client, &r->turn, sealed, text.n, signature);
    r->n = 0;
    vector_add(r, "sealed", sealed, text.n, ok);
    vector_add(r, "signature", signature, 16, ok);
    vector_add(r, "sign_key", client.sign_out, 16, true);
    ok = ntlm_sealkey(r->turn.crypto, flags, key.p, true, seal, &n);
    vector_add(r, "seal_key", seal, n, ok);
    put_le32(crc, crc32_of(text));
    vector_add(r, "crc32", crc, 4, true);
    enum vector_result result = vector_check(r);
    if (result != VECTOR_PASSED)
        return result;
    return refuse_changes(r, &server, bytes_of(sealed, text.n), bytes_of(signature, 16),
                          !(flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY));
}

enum vector_result vector_wrap(struct vector_run *r)
{
    static const uint32_t strengths[] = {NTLMSSP_NEGOTIATE_128, (uint32_t)NTLMSSP_NEGOTIATE_56, 0};
    struct bytes key = vector_field_or(r, "exported_session_key",
                                       vector_field_or(r, "sealing_key", (struct bytes){0}));
    enum vector_result result = VECTOR_FAILED;
    if (key.n != 16)
        return vector_failed(r, "the key has not 16 octets");
    if (strcmp(vector_op(r->c, r->turn.mem), "ntlm-wrap") == 0)
        return wrap_with(r, 0, key);
    for (int i = 0; i < 6 && result != VECTOR_PASSED; i++)
        result = wrap_with(r,
                           NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY | strengths[i / 2] |
                               (uint32_t)(i % 2 ? 0 : NTLMSSP_NEGOTIATE_KEY_EXCH),
                           key);
    if (result == VECTOR_PASSED)
        *r->why = NULL;
    return result;
}

/* ---- logons ---------------------------------------------------------------------------------- */

struct logon {
    struct bytes negotiate, challenge, authenticate;
    struct authenticate_message m;
    struct logon_question question;
    struct ntlm_compared compared;
    uint8_t exported[16];
};

static const char *read_logon(struct vector_run *r, struct logon *l)
{
    struct challenge_message c;
    struct arena *mem = r->turn.mem;
    l->negotiate = vector_field_or(r, "negotiate_message", (struct bytes){0});
    l->challenge = vector_field_or(r, "challenge_message", (struct bytes){0});
    l->authenticate = vector_field_or(r, "authenticate_message", (struct bytes){0});
    if (l->challenge.n && !challenge_read(l->challenge, mem, NULL, &c))
        return "challenge_message: it cannot be read";
    if (!authenticate_read(l->authenticate, mem, NULL, &l->m))
        return "authenticate_message: it cannot be read";
    l->question = (struct logon_question){.kind = LOGON_NETWORK,
                                          .user = vector_field_or(r, "user", l->m.user),
                                          .domain = vector_field_or(r, "domain", l->m.domain),
                                          .workstation = l->m.workstation,
                                          .nt_response = l->m.nt_response,
                                          .lm_response = l->m.lm_response};
    memcpy(l->question.server_challenge, r->server, 8);
    return NULL;
}

static bool find_key(struct vector_run *r, struct logon *l)
{
    bool v2 = l->compared.by == VERIFIED_NTLMV2 || l->compared.by == VERIFIED_LMV2;
    struct rc4 cipher;
    if (!ntlm_kxkey(r->turn.crypto, l->m.flags, l->compared.session_base_key, l->m.lm_response,
                    r->server, r->has_lm_hash ? r->lm_hash : NULL, v2, l->exported))
        return false;
    vector_add(r, "key_exchange_key", l->exported, 16, true);
    if (l->m.flags & NTLMSSP_NEGOTIATE_KEY_EXCH && l->m.session_key.n == 16) {
        rc4_start(&cipher, bytes_of(l->exported, 16));
        rc4_run(&cipher, l->m.session_key.p, 16, l->exported);
    }
    vector_add(r, "session_key", l->exported, 16, true);
    vector_add(r, "random_session_key", l->exported, 16, true);
    vector_add(r, "exported_session_key", l->exported, 16, true);
    return true;
}

/* Over the list of mechanisms, first message of either end. */
static bool mech_list_mic(struct vector_run *r, const struct logon *l)
{
    struct bytes list, mic;
    bool fits = false;
    if (!vector_octets(r->c, "mech_types", &list))
        return true;
    if (!vector_octets(r->c, "mechListMIC", &mic) && !vector_octets(r->c, "mech_list_mic", &mic))
        return false;
    for (int client = 0; client < 2; client++) {
        struct ntlm_session s;
        fits |= ntlm_session_start(&s, r->turn.crypto, l->m.flags, l->exported, client) &&
                ntlm_check(&s, &r->turn, list, mic);
    }
    vector_add(r, "mechListMIC", mic.p, mic.n, fits);
    vector_add(r, "mech_list_mic", mic.p, mic.n, fits);
    return fits;
}

/* A MIC without a NEGOTIATE beside it cannot be computed: what stands in the message is compared.
 */
static bool add_mic(struct vector_run *r, const struct logon *l)
{
    uint8_t mic[16];
    if (!l->m.has_mic)
        return true;
    vector_add(r, "mic", l->m.mic, 16, true);
    return !l->negotiate.n || !l->challenge.n || !vector_field(r->c, "mic") ||
           (ntlm_mic(&r->turn, l->exported, l->negotiate, l->challenge, l->authenticate,
                     l->m.mic_at, mic) &&
            bytes_equal(bytes_of(mic, 16), bytes_of(l->m.mic, 16)));
}

static void add_response(struct vector_run *r, const struct logon *l)
{
    struct ntlmv2_response response;
    const struct av_pair *bindings;
    uint8_t key[16];
    bool ok = ntowf_v2(r->turn.crypto, r->nt_hash, l->question.user, l->question.domain, key);
    vector_add(r, "NTOWFv1", r->nt_hash, 16, true);
    vector_add(r, "NTOWFv2", key, 16, ok);
    if (r->has_lm_hash)
        vector_add(r, "LMOWFv1", r->lm_hash, 16, true);
    vector_add(r, "session_base_key", l->compared.session_base_key, 16, true);
    vector_add(r, "nt_response", l->m.nt_response.p, l->m.nt_response.n, true);
    vector_add(r, "lm_response", l->m.lm_response.p, l->m.lm_response.n, true);
    if (!ntlmv2_response_read(l->m.nt_response, r->turn.mem, NULL, &response))
        return;
    vector_add(r, "nt_proof_str", l->compared.computed, 16, true);
    vector_add(r, "proof", l->compared.computed, 16, true);
    bindings = av_pair(&response.pairs, MsvAvChannelBindings);
    if (bindings)
        vector_add(r, "channel_binding_hash", bindings->value.p, 16, true);
}

/* NULL: it fits. */
static const char *verify(struct vector_run *r, struct logon *l)
{
    if (!vector_load(r))
        return "what is given does not fit together";
    const char *why = read_logon(r, l);
    if (why)
        return why;
    if (!ntlm_compare(&r->turn, &l->question, r->nt_hash, r->has_lm_hash ? r->lm_hash : NULL, 0,
                      &l->compared))
        return "the response does not fit the password";
    if (!find_key(r, l))
        return "there is no key in it";
    if (!add_mic(r, l))
        return "the MIC does not fit";
    return mech_list_mic(r, l) ? NULL : "mechListMIC does not fit";
}

enum vector_result vector_verify(struct vector_run *r)
{
    struct logon l = {.negotiate = {0}};
    const char *why = verify(r, &l);
    if (why)
        return vector_failed(r, why);
    add_response(r, &l);
    vector_add(r, "workstation", l.m.workstation.p, l.m.workstation.n, true);
    return vector_check(r);
}

enum vector_result vector_must_fail(struct vector_run *r)
{
    struct logon l = {.negotiate = {0}};
    const char *why = verify(r, &l);
    if (!why)
        return vector_failed(r, "it is accepted");
    return l.authenticate.n ? VECTOR_PASSED : vector_failed(r, why);
}
