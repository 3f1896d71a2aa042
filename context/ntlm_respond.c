/* The client's responses to a challenge (MS-NLMP 3.3), of its level's kind. */
#include "base/text.h"
#include "context/ntlm_inside.h"

#include <string.h>

bool ntlm_hashes(struct ntlm_answer *a)
{
    const struct ntlm_client_config *config = &a->c->config;
    if (config->nt_hash && !config->password.n) {
        memcpy(a->nt_hash, config->nt_hash, 16);
    } else {
        if (!ntowf_v1(a->t->crypto, config->password, a->nt_hash))
            return false;
        a->has_lm_hash = lmowf_v1(a->t->crypto, config->password, a->lm_hash);
        tell(a->t, STEP_DONE, "ntlm.client.hash", A_TEXT("user", config->user),
             A_BYTES("hash", bytes_of(a->nt_hash, 16)));
    }
    if (told(a->t))
        tell_key(a->t, .holder = config->party,
                 .name = arena_printf(a->t->mem, "K/%s", arena_str(a->t->mem, config->user)),
                 .etype = 23, .value = bytes_of(a->nt_hash, 16), .cause = "ntlm.client.hash");
    return true;
}

struct bytes ntlm_keep(struct ntlm_answer *a, const void *p, size_t n)
{
    return arena_copy(a->t->mem, bytes_of(p, n));
}

/* LM and NTLM, or with NTLM2 session security only the latter, over both challenges
 * (MS-NLMP 3.3.1). Where there is no LM response, the NT response stands in its place. */
bool ntlm_respond_v1(struct ntlm_answer *a)
{
    struct crypto *crypto = a->t->crypto;
    const uint8_t *server = a->challenge.server_challenge;
    uint8_t nt[RESPONSE], lm[RESPONSE] = {0};
    bool ess = a->flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY;
    bool with_lm = a->level->sends_lm && a->has_lm_hash;
    if (ess) {
        memcpy(lm, a->client_challenge, 8);
        if (!ntlm2_session_response(crypto, a->nt_hash, server, a->client_challenge, nt))
            return false;
        a->c->sent = "NTLM2 session";
        tell(a->t, STEP_DONE, "ntlm.client.ntlm2-session",
             A_BYTES("server_challenge", bytes_of(server, 8)),
             A_BYTES("client_challenge", bytes_of(a->client_challenge, 8)),
             A_BYTES("hash", bytes_of(a->nt_hash, 16)), A_BYTES("response", bytes_of(nt, 24)));
    } else {
        if (!ntlm_desl(crypto, a->nt_hash, server, nt) ||
            (with_lm && !ntlm_desl(crypto, a->lm_hash, server, lm)))
            return false;
        if (!with_lm)
            memcpy(lm, nt, RESPONSE);
        a->c->sent = with_lm ? "LM and NTLM" : "NTLM";
        tell(a->t, STEP_DONE, "ntlm.client.ntlm", A_STR("sends", a->c->sent),
             A_BYTES("challenge", bytes_of(server, 8)), A_BYTES("hash", bytes_of(a->nt_hash, 16)),
             A_BYTES("response", bytes_of(nt, RESPONSE)));
    }
    a->m.nt_response = ntlm_keep(a, nt, RESPONSE);
    a->m.lm_response = ntlm_keep(a, lm, RESPONSE);
    return md4_of(crypto, bytes_of(a->nt_hash, 16), a->session_base_key);
}

/* The server's pairs, and what the client says of itself behind them (MS-NLMP 3.1.5.1.2). What only
 * a client may say is not taken from the server. */
static bool client_pairs(struct ntlm_answer *a, struct bytes *out)
{
    const struct ntlm_client_config *config = &a->c->config;
    struct av_pair *pairs = arena_array(a->t->mem, struct av_pair, a->offered.n + 3);
    uint32_t av_flags = a->m.has_mic ? AV_FLAG_MIC : 0;
    uint8_t *octets = arena_take(a->t->mem, 4 + 16);
    size_t n = 0, at;
    for (size_t i = 0; i < a->offered.n; i++) {
        const struct av_pair *p = &a->offered.at[i];
        if (p->id == MsvAvFlags) /* the others are the client's own to say */
            av_flags |= le32(p->value.p) & AV_FLAG_CONSTRAINED;
        else if (p->id < MsvAvSingleHost)
            pairs[n++] = *p;
    }
    put_le32(octets, av_flags);
    if (av_flags)
        pairs[n++] = (struct av_pair){MsvAvFlags, bytes_of(octets, 4)};
    if (config->bindings.n && !channel_bindings_hash(a->t->crypto, config->bindings, octets + 4))
        return false;
    if (config->bindings.n || !config->no_mic)
        pairs[n++] = (struct av_pair){MsvAvChannelBindings, bytes_of(octets + 4, 16)};
    if (config->target_spn) {
        pairs[n].id = MsvAvTargetName;
        if (!utf16le_from_utf8(a->t->mem, bytes_str(config->target_spn), &pairs[n++].value, &at))
            return false;
    }
    *out = av_pairs_write(a->t->mem, pairs, n);
    tell(a->t, STEP_DONE, "ntlm.client.pairs", A_STR("mic", a->m.has_mic ? "a MIC follows" : ""),
         A_STR("target", config->target_spn ? config->target_spn : ""),
         A_BYTES("bindings", bytes_of(octets + 4, config->bindings.n || !config->no_mic ? 16 : 0)));
    return true;
}

/* temp (MS-NLMP 3.3.2): what the proof is over besides the server's challenge. */
static bool temp_of(struct ntlm_answer *a, struct bytes *out)
{
    const struct av_pair *stamp = av_pair(&a->offered, MsvAvTimestamp);
    struct bytes pairs;
    if (!client_pairs(a, &pairs))
        return false;
    uint8_t *p = arena_take(a->t->mem, 28 + pairs.n + 4);
    p[0] = p[1] = 1;
    put_le64(p + 8, stamp ? le64(stamp->value.p) : filetime_of(a->t->now));
    memcpy(p + 16, a->client_challenge, 8);
    memcpy(p + 28, pairs.p, pairs.n);
    *out = bytes_of(p, 28 + pairs.n + 4);
    return true;
}

/* LMv2: the same proof over the client's challenge alone. Where the server's time is known, it is
 * left out, so that nobody can put it in the place of a response that announces a MIC. */
static bool respond_lmv2(struct ntlm_answer *a, const uint8_t key[NTLM_HASH])
{
    uint8_t lm[RESPONSE] = {0};
    if (!av_pair(&a->offered, MsvAvTimestamp)) {
        if (!ntlmv2_proof(a->t->crypto, key, a->challenge.server_challenge,
                          bytes_of(a->client_challenge, 8), lm))
            return false;
        memcpy(lm + 16, a->client_challenge, 8);
        tell(a->t, STEP_DONE, "ntlm.client.lmv2", A_BYTES("response", bytes_of(lm, RESPONSE)));
    }
    a->m.lm_response = ntlm_keep(a, lm, RESPONSE);
    return true;
}

bool ntlm_respond_v2(struct ntlm_answer *a)
{
    const struct ntlm_client_config *config = &a->c->config;
    struct turn *t = a->t;
    uint8_t key[NTLM_HASH], proof[16];
    struct bytes temp;
    if (!ntowf_v2(t->crypto, a->nt_hash, config->user, config->domain, key) || !temp_of(a, &temp) ||
        !ntlmv2_proof(t->crypto, key, a->challenge.server_challenge, temp, proof))
        return false;
    const struct bytes parts[] = {bytes_of(proof, 16), temp};
    uint8_t *response = arena_take(t->mem, 16 + temp.n);
    memcpy(response, proof, 16);
    memcpy(response + 16, temp.p, temp.n);
    a->m.nt_response = bytes_of(response, 16 + temp.n);
    a->c->sent = "NTLMv2";
    tell(t, STEP_DONE, "ntlm.client.ntlmv2-hash", A_TEXT("user", config->user),
         A_TEXT("domain", config->domain), A_BYTES("hash", bytes_of(a->nt_hash, 16)),
         A_BYTES("key", bytes_of(key, 16)));
    tell(t, STEP_DONE, "ntlm.client.temp", A_TIME("time", filetime_to(le64(temp.p + 8))),
         A_BYTES("client_challenge", bytes_of(a->client_challenge, 8)),
         A_INT("octets", (int64_t)temp.n), A_BYTES("temp", temp));
    tell(t, STEP_DONE, "ntlm.client.proof",
         A_BYTES("challenge", bytes_of(a->challenge.server_challenge, 8)),
         A_BYTES("proof", bytes_of(proof, 16)));
    bool ok = respond_lmv2(a, key) &&
              hmac_md5(t->crypto, bytes_of(key, 16), parts, 1, a->session_base_key);
    wipe(key, sizeof key);
    return ok;
}
