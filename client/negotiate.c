/* Negotiate (RFC 4559) and NTLM (MS-NTHT) from the browser's end: SPNEGO over Kerberos and NTLM, or
 * one of them bare. */
#include "client/browse.h"

#include "base/text.h"

/* ---- mechanisms ------------------------------------------------------------------------------ */

/* What a response can be made of; NULL: side->why. */
static bool has_secret(const struct client *c, struct side *side)
{
    const struct browser_credential *own = side->credential;
    const struct browser_config *config = browse_config(c);
    if (config->no_ntlm)
        side->why = "NTLM is switched off";
    else if (own->implicit && !own->password.n && !c->browser->has_hash && !config->has_hash)
        side->why = "no hash of the logon's password is kept";
    else
        return true;
    return false;
}

static struct mech ntlm_mech(struct client *c, struct side *side)
{
    const struct browser_config *config = browse_config(c);
    const struct browser_credential *own = side->credential;
    struct ntlm_client_config ntlm = {
        .party = c->config.party,
        .user = browse_user(c, own),
        .domain = browse_domain(c, own),
        .workstation = config->workstation,
        .password = own->password,
        .level = config->lm_level,
        .target_spn = config->no_target_name ? NULL : browse_spn(c, side),
        .bindings = browse_bindings(c, side),
        .no_mic = config->no_mic,
        .flags = side->raw ? 0 : NTLMSSP_NEGOTIATE_SIGN, /* the list is to be signed */
    };
    if (own->implicit && !own->password.n)
        ntlm.nt_hash = c->browser->has_hash ? c->browser->nt_hash : config->nt_hash;
    ntlm_client_init(&side->ntlm, c->mem, &ntlm);
    return ntlm_client_mech(&side->ntlm);
}

static bool is_ntlm(const struct mech *mech)
{
    return mech && bytes_equal(mech->oid, OID_NTLMSSP);
}

/* ---- tokens ---------------------------------------------------------------------------------- */

void browse_fall_back(struct client *c, struct turn *t, struct side *side, const char *why)
{
    const struct browser_config *config = browse_config(c);
    side->fell_back = arena_str(c->mem, bytes_str(why));
    c->browser->browsed.fell_back = side->fell_back;
    tell(t, STEP_NOTED, "client.negotiate.fallback", A_STR("why", why),
         A_STR("next", config->no_ntlm                        ? "and NTLM is switched off here"
                       : config->raw_ntlm && !side->krb5.cred ? "so it is NTLM, bare"
                                                              : "so it is NTLM, inside SPNEGO"));
}

/* One round of whatever runs. */
static enum mech_state run(struct client *c, struct turn *t, struct side *side, struct bytes in,
                           struct bytes *out)
{
    *out = (struct bytes){0};
    if (side->raw)
        return side->mechs[0].step(side->mechs[0].arg, t, in, out);
    enum mech_state state = spnego_step(&side->spnego, t, in, out);
    if (side->krb5.cred && is_ntlm(side->spnego.chosen) && !side->fell_back)
        browse_fall_back(c, t, side, "the other end chose NTLM of the two that were offered");
    return state;
}

static void take_token(struct turn *t, struct side *side, enum mech_state state, struct bytes out)
{
    side->going = state == MECH_CONTINUE;
    if (out.n)
        side->value = arena_printf(t->mem, "%s %s", browse_scheme_name(side->scheme),
                                   base64_text(t->mem, out));
}

static const char *why_not(const struct side *side)
{
    if (side->krb5.why)
        return side->krb5.why;
    if (side->krb5.mech.why)
        return side->krb5.mech.why;
    if (side->ntlm.why)
        return side->ntlm.why;
    return !side->raw && side->spnego.why ? side->spnego.why : "its token cannot be taken";
}

static enum begun first_token(struct client *c, struct turn *t, struct side *side)
{
    struct bytes out;
    enum mech_state state = run(c, t, side, (struct bytes){0}, &out);
    if (state == MECH_REFUSED) {
        side->why = why_not(side);
        return NOT_BEGUN;
    }
    if ((state != MECH_CONTINUE && state != MECH_DONE) || !out.n)
        return BEGIN_TROUBLE;
    take_token(t, side, state, out);
    tell(t, STEP_DONE, "client.negotiate.begin", A_STR("scheme", browse_scheme_name(side->scheme)),
         A_STR("mechanism", side->mechs[0].name),
         A_STR("form", side->scheme == BROWSE_NTLM ? "by itself"
                       : side->raw                 ? "bare, without SPNEGO"
                                                   : "in SPNEGO's NegTokenInit"),
         A_STR("also", side->n_mechs > 1 ? side->mechs[1].name : ""),
         A_INT("octets", (int64_t)out.n));
    return BEGUN;
}

enum begun browse_ntlm(struct client *c, struct turn *t, struct side *side)
{
    if (!has_secret(c, side))
        return NOT_BEGUN;
    side->raw = true;
    side->mechs[0] = ntlm_mech(c, side);
    side->n_mechs = 1;
    return first_token(c, t, side);
}

enum begun browse_mechanisms(struct client *c, struct turn *t, struct side *side)
{
    const struct browser_config *config = browse_config(c);
    bool kerberos = side->krb5.cred != NULL;
    side->n_mechs = 0;
    side->raw = kerberos ? config->raw_krb5 : config->raw_ntlm;
    if (kerberos) {
        if (!browse_krb5(c, t, side))
            return BEGIN_TROUBLE;
        side->mechs[side->n_mechs++] = mech_krb5(&side->krb5.mech, OID_KRB5);
    }
    if (has_secret(c, side) && !(kerberos && side->raw))
        side->mechs[side->n_mechs++] = ntlm_mech(c, side);
    if (!side->n_mechs)
        return NOT_BEGUN;
    if (!side->raw) {
        spnego_init(&side->spnego, c->mem, c->config.party, "client.spnego", false, side->mechs,
                    side->n_mechs);
        side->spnego.windows = true;
    }
    return first_token(c, t, side);
}

bool browse_step(struct client *c, struct turn *t, struct side *side, struct bytes in, bool *more,
                 bool *ok)
{
    struct bytes out;
    *more = false;
    *ok = true;
    if (!side->going && (side->raw || side->spnego.state == SPNEGO_DONE))
        return true; /* no further message can be its own */
    switch (run(c, t, side, in, &out)) {
    case MECH_CONTINUE:
        take_token(t, side, MECH_CONTINUE, out);
        *more = out.n != 0;
        return true;
    case MECH_DONE:
        take_token(t, side, MECH_DONE, out);
        *more = out.n != 0;
        return true;
    case MECH_REFUSED:
        *ok = browse_refused_for(c, t, side->krb5.code ? FIND_CREDENTIALS : FIND_MECHANISM,
                                 why_not(side), side->krb5.code);
        return false;
    default:
        *ok = false;
        return false;
    }
}

bool browse_last_token(struct client *c, struct turn *t, struct side *side, bool *ok)
{
    struct bytes token = browse_token(c, t, side->scheme);
    bool more;
    if (token.n && !browse_step(c, t, side, token, &more, ok))
        return false;
    side->value = NULL; /* whoever admits waits for nothing */
    *ok = true;
    const struct spnego *s = &side->spnego;
    bool kerberos = side->krb5.cred && (side->raw || !is_ntlm(s->chosen));
    if (kerberos && !side->krb5.proved && c->task.mutual && side->to == TO_SERVER) {
        browse_refused(c, t, FIND_NO_PROOF, NULL);
        return false;
    }
    if (!side->raw && s->mic_required && !s->mic_checked) {
        browse_refused(
            c, t, FIND_MECHANISM,
            "the list of mechanisms was not vouched for: who struck Kerberos off it would "
            "not be noticed");
        return false;
    }
    if (kerberos && !side->krb5.proved)
        tell(t, STEP_NOTED, "client.negotiate.unproved");
    return true;
}

/* ---- Kerberos or NTLM ------------------------------------------------------------------------ */

enum begun browse_negotiate(struct client *c, struct turn *t, struct side *side)
{
    enum begun begun = browse_kerberos(c, t, side);
    return begun == NOT_BEGUN ? browse_mechanisms(c, t, side) : begun;
}

bool browse_preempt(struct client *c, struct turn *t)
{
    struct side *side = &c->task.browse->sides[TO_SERVER];
    const struct browser_config *config = browse_config(c);
    unsigned known = config->schemes ? config->schemes : BROWSE_ALL;
    const char *why;
    enum begun begun = NOT_BEGUN;
    side->without = "";
    if (c->task.browse->tunnel == TUNNEL_ASKED)
        return browse_send(c, t);
    side->unasked = true;
    side->credential = browse_credential(c, side, BROWSE_NEGOTIATE, &why);
    side->scheme = BROWSE_NEGOTIATE;
    if (side->credential && (known & BROWSE_NEGOTIATE))
        begun = browse_negotiate(c, t, side);
    if (begun == NOT_BEGUN) {
        side->credential = browse_credential(c, side, BROWSE_BASIC, &why);
        side->scheme = BROWSE_BASIC;
        if (side->credential && (known & BROWSE_BASIC) &&
            (!config->basic_needs_tls || browse_secure(c)))
            begun = browse_basic(c, t, side);
    }
    if (begun == NOT_BEGUN)
        *side = (struct side){.to = TO_SERVER};
    if (begun == BEGUN || begun == NOT_BEGUN)
        return browse_send(c, t);
    return begun != BEGIN_TROUBLE;
}
