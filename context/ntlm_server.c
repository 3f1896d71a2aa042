/* The server (MS-NLMP 3.2): CHALLENGE, and what an AUTHENTICATE is worth. */
#include "base/text.h"
#include "context/ntlm_inside.h"

#include <string.h>

void ntlm_server_init(struct ntlm_server *s, struct arena *mem,
                      const struct ntlm_server_config *config)
{
    *s = (struct ntlm_server){.mem = mem, .config = *config};
    s->config.version = ntlm_version_or(&config->version);
}

static enum mech_state refuse(struct ntlm_server *s, int32_t status, const char *why)
{
    s->why = why;
    s->status = status;
    s->session = (struct ntlm_session){0};
    return MECH_REFUSED;
}

/* ---- CHALLENGE ------------------------------------------------------------------------------- */

#define SUPPORTED                                                                                  \
    ((uint32_t)NTLMSSP_NEGOTIATE_UNICODE | (uint32_t)NTLM_NEGOTIATE_OEM |                          \
     (uint32_t)NTLMSSP_REQUEST_TARGET | (uint32_t)NTLMSSP_NEGOTIATE_SIGN |                         \
     (uint32_t)NTLMSSP_NEGOTIATE_SEAL | (uint32_t)NTLMSSP_NEGOTIATE_LM_KEY |                       \
     (uint32_t)NTLMSSP_NEGOTIATE_NTLM | (uint32_t)NTLMSSP_NEGOTIATE_ALWAYS_SIGN |                  \
     (uint32_t)NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY | (uint32_t)NTLMSSP_NEGOTIATE_IDENTIFY | \
     (uint32_t)NTLMSSP_REQUEST_NON_NT_SESSION_KEY | (uint32_t)NTLMSSP_NEGOTIATE_VERSION |          \
     (uint32_t)NTLMSSP_NEGOTIATE_128 | (uint32_t)NTLMSSP_NEGOTIATE_KEY_EXCH |                      \
     (uint32_t)NTLMSSP_NEGOTIATE_56)

/* Of two ways to do a thing the better one (MS-NLMP 3.2.5.1.1). */
static uint32_t offered(const struct ntlm_server *s, uint32_t asked)
{
    uint32_t flags = asked & SUPPORTED;
    if (flags & NTLMSSP_NEGOTIATE_UNICODE)
        flags &= ~(uint32_t)NTLM_NEGOTIATE_OEM;
    if (flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY)
        flags &= ~(uint32_t)(NTLMSSP_NEGOTIATE_LM_KEY | NTLMSSP_REQUEST_NON_NT_SESSION_KEY);
    flags |= NTLMSSP_NEGOTIATE_NTLM | NTLMSSP_NEGOTIATE_TARGET_INFO;
    return flags | (uint32_t)(s->config.in_domain ? NTLMSSP_TARGET_TYPE_DOMAIN
                                                  : NTLMSSP_TARGET_TYPE_SERVER);
}

static bool target_info(struct ntlm_server *s, struct turn *t, struct bytes *out)
{
    const struct ntlm_server_config *c = &s->config;
    const struct {
        uint16_t id;
        struct bytes text;
    } names[] = {
        {MsvAvNbDomainName, c->nb_domain.n ? c->nb_domain : c->nb_computer},
        {MsvAvNbComputerName, c->nb_computer},
        {MsvAvDnsDomainName, c->dns_domain},
        {MsvAvDnsComputerName, c->dns_computer},
        {MsvAvDnsTreeName, c->dns_tree},
    };
    struct av_pair pairs[6];
    uint8_t stamp[8];
    size_t n = 0, at;
    for (size_t i = 0; i < 5; i++) {
        pairs[n].id = names[i].id;
        if (names[i].text.n && !utf16le_from_utf8(t->mem, names[i].text, &pairs[n++].value, &at))
            return false;
    }
    put_le64(stamp, filetime_of(t->now));
    if (!c->no_timestamp)
        pairs[n++] = (struct av_pair){MsvAvTimestamp, bytes_of(stamp, 8)};
    *out = av_pairs_write(t->mem, pairs, n);
    return true;
}

static enum mech_state challenge(struct ntlm_server *s, struct turn *t, struct bytes in,
                                 struct bytes *out)
{
    struct negotiate_message asked;
    if (!negotiate_read(in, t->mem, t->faults, &asked)) {
        tell(t, STEP_REFUSED, "ntlm.server.negotiate", A_STR("why", "it cannot be read"));
        return refuse(s, STATUS_INVALID_PARAMETER, "the NEGOTIATE cannot be read");
    }
    if (!(asked.flags & (NTLMSSP_NEGOTIATE_UNICODE | NTLM_NEGOTIATE_OEM))) {
        const char *why = ntlm_fault(t, NTLM_CHARACTERS);
        tell(t, STEP_REFUSED, "ntlm.server.negotiate", A_STR("why", why));
        return refuse(s, STATUS_INVALID_PARAMETER, why);
    }
    tell(t, STEP_DONE, "ntlm.server.negotiate", ntlm_flags_arg(t, asked.flags),
         A_TEXT("workstation", asked.workstation));
    struct challenge_message m = {.flags = offered(s, asked.flags), .version = s->config.version};
    m.has_version = m.flags & NTLMSSP_NEGOTIATE_VERSION;
    m.target_name = s->config.in_domain ? s->config.nb_domain : s->config.nb_computer;
    rng_fill(t->rng, "ntlm-server-challenge", m.server_challenge, 8);
    if (!target_info(s, t, &m.target_info) || !(*out = challenge_write(t->mem, &m)).n)
        return MECH_TROUBLE;
    s->flags = m.flags;
    s->negotiate = arena_copy(s->mem, in);
    s->challenge = arena_copy(s->mem, *out);
    memcpy(s->server_challenge, m.server_challenge, 8);
    tell(t, STEP_DONE, "ntlm.server.challenge",
         A_BYTES("challenge", bytes_of(m.server_challenge, 8)), A_TEXT("target", m.target_name),
         A_STR("clock", s->config.no_timestamp ? "" : "its clock"), ntlm_flags_arg(t, m.flags));
    return MECH_CONTINUE;
}

/* ---- AUTHENTICATE ---------------------------------------------------------------------------- */

static const char *form_name(enum verified_by form)
{
    return form == VERIFIED_NTLMV2          ? "NTLMv2"
           : form == VERIFIED_NTLM2_SESSION ? "NTLM2 session"
           : form == VERIFIED_NTLM          ? "NTLM"
           : form == VERIFIED_LMV2          ? "LMv2"
                                            : "LM";
}

/* Which kind of response it is, by its length and by what stands in LM's place. */
static enum verified_by form_of(const struct authenticate_message *m, bool ess)
{
    if (m->nt_response.n > RESPONSE)
        return VERIFIED_NTLMV2;
    if (m->nt_response.n == RESPONSE)
        return ess && ntlm_is_session_form(m->lm_response) ? VERIFIED_NTLM2_SESSION : VERIFIED_NTLM;
    if (m->nt_response.n || m->lm_response.n != RESPONSE)
        return VERIFIED_NOTHING;
    return ess ? VERIFIED_LMV2 : VERIFIED_LM; /* with ESS there is no other LM response */
}

/* The server's own accounts are its level's business; the controller looks at the domain's. */
static const char *below_level(const struct ntlm_server *s)
{
    const struct ntlm_level *level = ntlm_level(s->config.level);
    bool own =
        !s->config.in_domain ||
        (s->config.nb_computer.n && bytes_equal_nocase(s->message.domain, s->config.nb_computer));
    if (!level || !own)
        return NULL;
    if (s->verified == VERIFIED_LM && !level->accepts_lm)
        return "an LM response, which is not taken";
    if ((s->verified == VERIFIED_NTLM || s->verified == VERIFIED_NTLM2_SESSION) &&
        !level->accepts_ntlm)
        return "an NTLM response, and only NTLMv2 is taken";
    return NULL;
}

static void tell_level(const struct ntlm_server *s, struct turn *t, const char *below)
{
    if (!told(t))
        return;
    const struct decision_input inputs[] = {
        {"server-level", s->config.party, arena_printf(t->mem, "%u", s->config.level)},
        {"response", arena_str(t->mem, s->message.user), form_name(s->verified)},
        {"accounts", s->config.party, s->config.in_domain ? "the domain's" : "its own"},
    };
    tell_decision(t, .id = "ntlm.level",
                  .rule =
                      "A server takes for its own accounts what its LMCompatibilityLevel names; "
                      "about the domain's the controller decides.",
                  .outcome = below ? below : form_name(s->verified), .spec = "MS-NLMP 3.2.1.1",
                  .inputs = inputs, .n = sizeof inputs / sizeof inputs[0]);
}

/* Nobody but a client on this very machine names it as its workstation; on a network it is somebody
 * who hands our own challenge to our own client. */
static bool is_reflected(const struct ntlm_server *s)
{
    return s->config.nb_computer.n &&
           bytes_equal_nocase(s->message.workstation, s->config.nb_computer);
}

static enum mech_state anonymous(struct ntlm_server *s, struct turn *t)
{
    if (!s->config.anonymous) {
        tell(t, STEP_REFUSED, "ntlm.server.anonymous");
        return refuse(s, STATUS_LOGON_FAILURE, ntlm_fault(t, NTLM_ANONYMOUS));
    }
    s->anonymous = true;
    s->session = (struct ntlm_session){.flags = s->flags};
    tell(t, STEP_NOTED, "ntlm.server.anonymous");
    return MECH_DONE;
}

static enum mech_state ask(struct ntlm_server *s, struct turn *t)
{
    const struct authenticate_message *m = &s->message;
    s->question = (struct logon_question){.kind = LOGON_NETWORK,
                                          .user = m->user,
                                          .domain = m->domain,
                                          .workstation = m->workstation,
                                          .nt_response = m->nt_response,
                                          .lm_response = m->lm_response};
    memcpy(s->question.server_challenge, s->server_challenge, 8);
    tell(t, STEP_DONE, "ntlm.server.ask", A_TEXT("user", m->user), A_TEXT("domain", m->domain),
         A_BYTES("challenge", bytes_of(s->server_challenge, 8)),
         A_STR("response", form_name(s->verified)));
    return MECH_WAITING;
}

static enum mech_state judge(struct ntlm_server *s, struct turn *t)
{
    const struct authenticate_message *m = &s->message;
    /* Windows 9x sends no flags: what was offered counts. */
    if (m->flags)
        s->flags &= m->flags;
    if (m->user.n == 0 && m->nt_response.n == 0 && m->lm_response.n <= 1)
        return anonymous(s, t);
    tell(t, STEP_DONE, "ntlm.server.authenticate", A_TEXT("user", m->user),
         A_TEXT("domain", m->domain), A_TEXT("workstation", m->workstation),
         ntlm_flags_arg(t, s->flags));
    if (is_reflected(s)) {
        tell(t, STEP_REFUSED, "ntlm.server.reflected", A_TEXT("workstation", m->workstation));
        return refuse(s, STATUS_LOGON_FAILURE, ntlm_fault(t, NTLM_REFLECTED));
    }
    s->verified = form_of(m, s->flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY);
    if (s->verified == VERIFIED_NOTHING) {
        const char *why = ntlm_fault(t, NTLM_RESPONSES);
        tell(t, STEP_REFUSED, "ntlm.server.authenticate", A_STR("why", why));
        return refuse(s, STATUS_INVALID_PARAMETER, why);
    }
    const char *below = below_level(s);
    tell_level(s, t, below);
    if (below) {
        ntlm_fault(t, NTLM_LEVEL);
        tell(t, STEP_REFUSED, "ntlm.server.level", A_INT("level", s->config.level),
             A_STR("accepts", ntlm_level(s->config.level)->accepts), A_STR("why", below));
        return refuse(s, STATUS_WRONG_PASSWORD, below);
    }
    return ask(s, t);
}

enum mech_state ntlm_server_step(struct ntlm_server *s, struct turn *t, struct bytes in,
                                 struct bytes *out)
{
    *out = (struct bytes){0};
    unsigned type = ntlm_message_type(in);
    if (s->why)
        return MECH_REFUSED;
    if (!s->challenge.n && type == 1)
        return challenge(s, t, in, out);
    if (!s->challenge.n || s->authenticate.n || type != 3) {
        tell(t, STEP_REFUSED, "ntlm.server.unexpected");
        return refuse(s, STATUS_INVALID_PARAMETER, ntlm_fault(t, NTLM_UNEXPECTED));
    }
    s->authenticate = arena_copy(s->mem, in);
    if (!authenticate_read(s->authenticate, s->mem, t->faults, &s->message)) {
        tell(t, STEP_REFUSED, "ntlm.server.authenticate", A_STR("why", "it cannot be read"));
        return refuse(s, STATUS_INVALID_PARAMETER, "the AUTHENTICATE cannot be read");
    }
    return judge(s, t);
}

/* ---- as a mechanism -------------------------------------------------------------------------- */

static enum mech_state step(void *arg, struct turn *t, struct bytes in, struct bytes *out)
{
    return ntlm_server_step(arg, t, in, out);
}

static bool mic(void *arg, struct turn *t, struct bytes text, struct bytes *out)
{
    struct ntlm_server *s = arg;
    return ntlm_session_mic(&s->session, t, text, out);
}

static bool check(void *arg, struct turn *t, struct bytes text, struct bytes signature)
{
    struct ntlm_server *s = arg;
    return ntlm_session_check(&s->session, t, text, signature);
}

static bool insists(void *arg)
{
    return ((struct ntlm_server *)arg)->mic;
}

struct mech ntlm_server_mech(struct ntlm_server *s)
{
    return (struct mech){OID_NTLMSSP, "NTLM", step, mic, check, insists, s};
}
