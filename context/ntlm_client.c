/* The client (MS-NLMP 3.1): NEGOTIATE, and the AUTHENTICATE that answers a CHALLENGE. */
#include "context/ntlm_inside.h"

#include <string.h>

void ntlm_client_init(struct ntlm_client *c, struct arena *mem,
                      const struct ntlm_client_config *config)
{
    *c = (struct ntlm_client){.mem = mem, .config = *config};
    c->config.version = ntlm_version_or(&config->version);
}

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

/* ---- keys and MIC ---------------------------------------------------------------------------- */

static void key_told(struct ntlm_answer *a, const char *what, const uint8_t key[16],
                     const char *cause)
{
    if (told(a->t))
        tell_key(
            a->t, .holder = a->c->config.party,
            .name = arena_printf(a->t->mem, "%s %s", what, arena_str(a->t->mem, a->c->config.user)),
            .etype = ETYPE_NTLM, .value = bytes_of(key, 16), .cause = cause);
}

static bool exchange(struct ntlm_answer *a)
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
    a->m.session_key = ntlm_keep(a, sealed, 16);
    tell(t, STEP_DONE, "ntlm.client.exchange", A_BYTES("key", bytes_of(a->exported, 16)),
         A_BYTES("encrypted", a->m.session_key));
    key_told(a, "NTLM session", a->exported, "ntlm.client.exchange");
    return true;
}

static bool put_mic(struct ntlm_answer *a, struct bytes message)
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
static uint32_t agreed(const struct ntlm_answer *a)
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
static const char *consider(struct ntlm_answer *a)
{
    bool v2 = a->level->sends_ntlmv2 && !a->anonymous;
    bool named =
        av_pair(&a->offered, MsvAvNbComputerName) && av_pair(&a->offered, MsvAvNbDomainName);
    if (v2 && !named && a->flags & (NTLMSSP_NEGOTIATE_SIGN | NTLMSSP_NEGOTIATE_SEAL))
        return ntlm_fault(a->t, NTLM_NO_NAMES);
    a->m.has_mic = v2 && !a->c->config.no_mic && av_pair(&a->offered, MsvAvTimestamp);
    return NULL;
}

static bool respond(struct ntlm_answer *a)
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
    return ntlm_hashes(a) && (a->level->sends_ntlmv2 ? ntlm_respond_v2(a) : ntlm_respond_v1(a)) &&
           exchange(a);
}

static enum mech_state finish(struct ntlm_answer *a, struct bytes *out)
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
    struct ntlm_answer a = {.c = c,
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
