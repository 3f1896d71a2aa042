/* The client (MS-NLMP 3.1): NEGOTIATE, and the AUTHENTICATE that answers a CHALLENGE. */
#include "base/text.h"
#include "context/ntlm_inside.h"

#include <string.h>

void ntlm_client_init(struct ntlm_client *c, struct arena *mem,
                      const struct ntlm_client_config *config)
{
    *c = (struct ntlm_client){.mem = mem, .config = *config};
}

/* What is worked out for one AUTHENTICATE. */
struct answer {
    struct ntlm_client *c;
    struct turn *t;
    const struct ntlm_level *level;
    struct challenge_message challenge;
    struct av_pairs offered; /* the server's */
    uint32_t flags;          /* agreed on */
    bool anonymous;
    uint8_t nt_hash[16], lm_hash[16], client_challenge[8];
    bool has_lm_hash;
    uint8_t session_base_key[16], kxkey[16], exported[16];
    struct authenticate_message m;
};

static enum mech_state refuse(struct ntlm_client *c, const char *why)
{
    c->why = why;
    return MECH_REFUSED;
}

static bool is_anonymous(const struct ntlm_client_config *config)
{
    return config->user.n == 0;
}

/* ---- NEGOTIATE ------------------------------------------------------------------------------- */

static enum mech_state negotiate(struct ntlm_client *c, struct turn *t, struct bytes *out)
{
    const struct ntlm_level *level = ntlm_level(c->config.level);
    uint32_t flags = NTLM_CLIENT_USUAL | c->config.flags;
    if (!level)
        return MECH_TROUBLE;
    if (!level->may_use_ess)
        flags &= ~(uint32_t)NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY;
    if (c->config.no_version)
        flags &= ~(uint32_t)NTLMSSP_NEGOTIATE_VERSION;
    if (flags & (NTLMSSP_NEGOTIATE_SIGN | NTLMSSP_NEGOTIATE_SEAL))
        flags |= NTLMSSP_NEGOTIATE_KEY_EXCH;
    c->asked = flags;
    struct negotiate_message m = {
        .flags = flags, .has_version = !c->config.no_version, .version = c->config.version};
    *out = negotiate_write(t->mem, &m);
    c->negotiate = arena_copy(c->mem, *out);
    tell(t, STEP_DONE, "ntlm.client.negotiate", A_INT("level", c->config.level),
         A_STR("sends", level->client_sends), ntlm_flags_arg(t, flags));
    return MECH_CONTINUE;
}

/* ---- responses ------------------------------------------------------------------------------- */

static bool hashes(struct answer *a)
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

static struct bytes keep(struct answer *a, const void *p, size_t n)
{
    return arena_copy(a->t->mem, bytes_of(p, n));
}

/* LM and NTLM, or with NTLM2 session security only the latter, over both challenges
 * (MS-NLMP 3.3.1). Where there is no LM response, the NT response stands in its place. */
static bool respond_v1(struct answer *a)
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
    a->m.nt_response = keep(a, nt, RESPONSE);
    a->m.lm_response = keep(a, lm, RESPONSE);
    return md4_of(crypto, bytes_of(a->nt_hash, 16), a->session_base_key);
}

/* The server's pairs, and what the client says of itself behind them (MS-NLMP 3.1.5.1.2). What only
 * a client may say is not taken from the server. */
static bool client_pairs(struct answer *a, struct bytes *out)
{
    const struct ntlm_client_config *config = &a->c->config;
    struct av_pair *pairs = arena_array(a->t->mem, struct av_pair, a->offered.n + 3);
    uint32_t av_flags = a->m.has_mic ? AV_FLAG_MIC : 0;
    uint8_t *octets = arena_take(a->t->mem, 4 + 16);
    size_t n = 0, at;
    for (size_t i = 0; i < a->offered.n; i++) {
        const struct av_pair *p = &a->offered.at[i];
        if (p->id == MsvAvFlags)
            av_flags |= le32(p->value.p);
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
static bool temp_of(struct answer *a, struct bytes *out)
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
static bool respond_lmv2(struct answer *a, const uint8_t key[NTLM_HASH])
{
    uint8_t lm[RESPONSE] = {0};
    if (!av_pair(&a->offered, MsvAvTimestamp)) {
        if (!ntlmv2_proof(a->t->crypto, key, a->challenge.server_challenge,
                          bytes_of(a->client_challenge, 8), lm))
            return false;
        memcpy(lm + 16, a->client_challenge, 8);
        tell(a->t, STEP_DONE, "ntlm.client.lmv2", A_BYTES("response", bytes_of(lm, RESPONSE)));
    }
    a->m.lm_response = keep(a, lm, RESPONSE);
    return true;
}

static bool respond_v2(struct answer *a)
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

/* ---- keys and MIC ---------------------------------------------------------------------------- */

static void key_told(struct answer *a, const char *what, const uint8_t key[16], const char *cause)
{
    if (told(a->t))
        tell_key(
            a->t, .holder = a->c->config.party,
            .name = arena_printf(a->t->mem, "%s %s", what, arena_str(a->t->mem, a->c->config.user)),
            .etype = ETYPE_NTLM, .value = bytes_of(key, 16), .cause = cause);
}

static bool exchange(struct answer *a)
{
    struct turn *t = a->t;
    bool v2 = a->level->sends_ntlmv2;
    if (!ntlm_kxkey(t->crypto, a->flags, a->session_base_key, a->m.lm_response,
                    a->challenge.server_challenge, a->has_lm_hash ? a->lm_hash : NULL, v2,
                    a->kxkey))
        return false;
    tell(t, STEP_DONE, "ntlm.client.keys",
         A_BYTES("session_base_key", bytes_of(a->session_base_key, 16)),
         A_BYTES("key_exchange_key", bytes_of(a->kxkey, 16)));
    key_told(a, "NTLM key exchange", a->kxkey, "ntlm.client.keys");
    if (!(a->flags & NTLMSSP_NEGOTIATE_KEY_EXCH)) {
        memcpy(a->exported, a->kxkey, 16);
        return true;
    }
    struct rc4 cipher;
    uint8_t sealed[16];
    rng_fill(t->rng, "ntlm-session-key", a->exported, 16);
    rc4_start(&cipher, bytes_of(a->kxkey, 16));
    rc4_run(&cipher, a->exported, 16, sealed);
    wipe(&cipher, sizeof cipher);
    a->m.session_key = keep(a, sealed, 16);
    tell(t, STEP_DONE, "ntlm.client.exchange", A_BYTES("key", bytes_of(a->exported, 16)),
         A_BYTES("encrypted", a->m.session_key));
    key_told(a, "NTLM session", a->exported, "ntlm.client.exchange");
    return true;
}

static bool put_mic(struct answer *a, struct bytes message)
{
    struct ntlm_client *c = a->c;
    if (!a->m.has_mic)
        return true;
    size_t at = 64 + (a->m.has_version ? 8 : 0);
    if (!ntlm_mic(a->t, a->exported, c->negotiate, c->challenge, message, at, a->m.mic))
        return false;
    memcpy((uint8_t *)(uintptr_t)message.p + at, a->m.mic, 16);
    c->mic = true;
    tell(a->t, STEP_DONE, "ntlm.client.mic", A_INT("negotiate", (int64_t)c->negotiate.n),
         A_INT("challenge", (int64_t)c->challenge.n), A_INT("authenticate", (int64_t)message.n),
         A_BYTES("key", bytes_of(a->exported, 16)), A_BYTES("mic", bytes_of(a->m.mic, 16)));
    return true;
}

/* ---- AUTHENTICATE ---------------------------------------------------------------------------- */

/* Of what was asked, what the server has too. */
static uint32_t agreed(const struct answer *a)
{
    uint32_t flags = a->challenge.flags & a->c->asked;
    if (flags & NTLMSSP_NEGOTIATE_UNICODE)
        flags &= ~(uint32_t)NTLM_NEGOTIATE_OEM;
    flags |= a->challenge.flags & NTLMSSP_NEGOTIATE_TARGET_INFO;
    flags |= a->c->asked & (NTLMSSP_REQUEST_TARGET | NTLMSSP_NEGOTIATE_VERSION);
    if (a->anonymous) {
        flags |= NTLMSSP_ANONYMOUS;
        flags &= ~(uint32_t)(NTLMSSP_NEGOTIATE_KEY_EXCH | NTLMSSP_NEGOTIATE_SIGN |
                             NTLMSSP_NEGOTIATE_SEAL);
    }
    return flags;
}

/* NTLMv2 with protection of messages needs to know the server; the MIC needs its clock. */
static const char *consider(struct answer *a)
{
    bool v2 = a->level->sends_ntlmv2 && !a->anonymous;
    bool named =
        av_pair(&a->offered, MsvAvNbComputerName) && av_pair(&a->offered, MsvAvNbDomainName);
    if (v2 && !named && a->flags & (NTLMSSP_NEGOTIATE_SIGN | NTLMSSP_NEGOTIATE_SEAL))
        return ntlm_fault(a->t, NTLM_NO_NAMES);
    a->m.has_mic = v2 && !a->c->config.no_mic && av_pair(&a->offered, MsvAvTimestamp);
    return NULL;
}

static bool respond(struct answer *a)
{
    static const uint8_t nobody[1];
    const struct ntlm_client_config *config = &a->c->config;
    a->m.flags = a->flags;
    a->m.has_version = !config->no_version;
    a->m.version = config->version;
    a->m.workstation = config->workstation;
    if (a->anonymous) {
        a->m.lm_response = bytes_of(nobody, 1);
        a->c->sent = "nothing: anonymous";
        tell(a->t, STEP_DONE, "ntlm.client.anonymous");
        return true;
    }
    a->m.user = config->user;
    a->m.domain = config->domain;
    rng_fill(a->t->rng, "ntlm-client-challenge", a->client_challenge, 8);
    return hashes(a) && (a->level->sends_ntlmv2 ? respond_v2(a) : respond_v1(a)) && exchange(a);
}

static enum mech_state finish(struct answer *a, struct bytes *out)
{
    struct ntlm_client *c = a->c;
    if (!respond(a))
        return MECH_TROUBLE;
    *out = authenticate_write(a->t->mem, &a->m);
    if (!out->n || !put_mic(a, *out))
        return MECH_TROUBLE;
    c->authenticate = arena_copy(c->mem, *out);
    if (a->anonymous)
        c->session = (struct ntlm_session){.is_client = true, .flags = a->flags};
    else if (!ntlm_session_start(&c->session, a->t->crypto, a->flags, a->exported, true))
        return MECH_TROUBLE;
    return MECH_DONE;
}

static enum mech_state authenticate(struct ntlm_client *c, struct turn *t, struct bytes in,
                                    struct bytes *out)
{
    struct answer a = {.c = c,
                       .t = t,
                       .level = ntlm_level(c->config.level),
                       .anonymous = is_anonymous(&c->config)};
    if (!challenge_read(in, t->mem, t->faults, &a.challenge) ||
        !av_pairs_read(a.challenge.target_info, t->mem, t->faults, &a.offered)) {
        tell(t, STEP_REFUSED, "ntlm.client.challenge", A_STR("why", "it cannot be read"));
        return refuse(c, "the CHALLENGE cannot be read");
    }
    c->challenge = arena_copy(c->mem, in);
    a.flags = agreed(&a);
    const char *why = consider(&a);
    if (why) {
        tell(t, STEP_REFUSED, "ntlm.client.challenge", A_STR("why", why));
        return refuse(c, why);
    }
    tell(t, STEP_DONE, "ntlm.client.challenge",
         A_BYTES("challenge", bytes_of(a.challenge.server_challenge, 8)),
         A_TEXT("target", a.challenge.target_name), ntlm_flags_arg(t, a.flags));
    enum mech_state state = finish(&a, out);
    wipe(&a, sizeof a);
    return state;
}

enum mech_state ntlm_client_step(struct ntlm_client *c, struct turn *t, struct bytes in,
                                 struct bytes *out)
{
    *out = (struct bytes){0};
    if (c->why)
        return MECH_REFUSED;
    if (!c->negotiate.n && in.n == 0)
        return negotiate(c, t, out);
    if (c->negotiate.n && !c->authenticate.n && ntlm_message_type(in) == 2)
        return authenticate(c, t, in, out);
    tell(t, STEP_REFUSED, "ntlm.client.challenge", A_STR("why", "another message was awaited"));
    return refuse(c, ntlm_fault(t, NTLM_UNEXPECTED));
}

/* ---- as a mechanism -------------------------------------------------------------------------- */

static enum mech_state step(void *arg, struct turn *t, struct bytes in, struct bytes *out)
{
    return ntlm_client_step(arg, t, in, out);
}

static bool mic(void *arg, struct turn *t, struct bytes text, struct bytes *out)
{
    struct ntlm_client *c = arg;
    return ntlm_session_mic(&c->session, t, text, out);
}

static bool check(void *arg, struct turn *t, struct bytes text, struct bytes signature)
{
    struct ntlm_client *c = arg;
    return ntlm_session_check(&c->session, t, text, signature);
}

static bool insists(void *arg)
{
    return ((struct ntlm_client *)arg)->mic;
}

struct mech ntlm_client_mech(struct ntlm_client *c)
{
    return (struct mech){OID_NTLMSSP, "NTLM", step, mic, check, insists, c};
}
