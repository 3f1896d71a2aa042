/* Which scheme of those that are challenged, with whose credentials (RFC 9110 11.4; RFC 4559 4;
 * MS-NTHT): the strongest that both know, or, as Internet Explorer had it, the first that is
 * offered. */
#include "client/browse.h"

#include "base/text.h"

static const struct {
    unsigned scheme;
    const char *name; /* as in a challenge */
    enum begun (*begin)(struct client *, struct turn *, struct side *);
} schemes[] = {
    /* strongest first */
    {BROWSE_NEGOTIATE, "Negotiate", browse_negotiate},
    {BROWSE_NTLM, "NTLM", browse_ntlm},
    {BROWSE_DIGEST, "Digest", browse_digest},
    {BROWSE_BASIC, "Basic", browse_basic},
};
#define SCHEMES (sizeof schemes / sizeof *schemes)

const char *browse_scheme_name(unsigned scheme)
{
    for (size_t i = 0; i < SCHEMES; i++)
        if (schemes[i].scheme == scheme)
            return schemes[i].name;
    return "none";
}

const char *browse_admitted(const struct side *side)
{
    if (side->scheme != BROWSE_NEGOTIATE || !side->n_mechs)
        return browse_scheme_name(side->scheme);
    const struct mech *mech = side->raw ? &side->mechs[0] : side->spnego.chosen;
    if (!mech)
        mech = &side->mechs[0];
    return bytes_equal(mech->oid, OID_NTLMSSP) ? "Negotiate (NTLM)" : "Negotiate (Kerberos)";
}

/* ---- challenges ------------------------------------------------------------------------------ */

static unsigned scheme_of(struct bytes name)
{
    for (size_t i = 0; i < SCHEMES; i++)
        if (bytes_equal_nocase(name, bytes_str(schemes[i].name)))
            return schemes[i].scheme;
    return 0;
}

size_t browse_list(struct client *c, struct turn *t, unsigned scheme,
                   struct auth_value out[AUTH_VALUES_MAX])
{
    const struct browse *b = c->task.browse;
    size_t found = 0;
    for (size_t i = 0; i < b->n_challenges; i++) {
        struct auth_value values[AUTH_VALUES_MAX];
        size_t n;
        if (!auth_read(b->challenges[i], t->mem, NULL, values, &n))
            continue;
        for (size_t v = 0; v < n && found < AUTH_VALUES_MAX; v++)
            if (scheme_of(values[v].scheme) == scheme)
                out[found++] = values[v];
    }
    return found;
}

struct bytes browse_token(struct client *c, struct turn *t, unsigned scheme)
{
    struct auth_value values[AUTH_VALUES_MAX];
    struct bytes token = {0};
    size_t n = browse_list(c, t, scheme, values);
    for (size_t i = 0; i < n; i++)
        if (values[i].token68.n && auth_token(&values[i], t->mem, t->faults, &token))
            return token;
    return (struct bytes){0};
}

/* The schemes of the answer in their order, as text too. What cannot be read is passed over: the
 * other fields may do. */
static size_t list_offered(struct client *c, struct turn *t, unsigned order[SCHEMES],
                           const char **text)
{
    const struct browse *b = c->task.browse;
    unsigned known = 0;
    size_t n_known = 0;
    *text = "";
    for (size_t i = 0; i < b->n_challenges; i++) {
        struct auth_value values[AUTH_VALUES_MAX];
        size_t n;
        if (!auth_read(b->challenges[i], t->mem, t->faults, values, &n)) {
            tell(t, STEP_NOTED, "client.http.challenge", A_TEXT("value", b->challenges[i]));
            continue;
        }
        for (size_t v = 0; v < n; v++) {
            unsigned scheme = scheme_of(values[v].scheme);
            if (scheme & known)
                continue;
            known |= scheme;
            if (scheme)
                order[n_known++] = scheme;
            if (i < 12) /* for the reader */
                *text = arena_printf(t->mem, "%s%s%s", *text, **text ? ", " : "",
                                     text_escape(t->mem, values[v].scheme));
        }
    }
    return n_known;
}

static const char *names_of(unsigned set, struct arena *mem)
{
    const char *text = "";
    for (size_t i = 0; i < SCHEMES; i++)
        if (set & schemes[i].scheme)
            text = arena_printf(mem, "%s%s%s", text, *text ? ", " : "", schemes[i].name);
    return *text ? text : "none";
}

/* ---- credentials ----------------------------------------------------------------------------- */

struct bytes browse_user(const struct client *c, const struct browser_credential *credential)
{
    if (credential->user.n || !credential->implicit || !c->known || !c->cname.name_string.n)
        return credential->user;
    return c->cname.name_string.at[0];
}

struct bytes browse_domain(const struct client *c, const struct browser_credential *credential)
{
    if (credential->domain.n || !credential->implicit || !c->known)
        return credential->domain;
    return c->crealm;
}

/* Why this row is not used for the scheme; NULL: it is. */
static const char *unfit(const struct client *c, const struct side *side, unsigned scheme,
                         const struct browser_credential *row)
{
    const unsigned by_password = BROWSE_BASIC | BROWSE_DIGEST;
    if (row->implicit && side->to == TO_SERVER && browse_config(c)->not_intranet)
        return "the logon's credentials do not go to this zone";
    if (row->implicit && (scheme & by_password))
        return "a logon leaves no password to send";
    return NULL;
}

const struct browser_credential *browse_credential(const struct client *c, const struct side *side,
                                                   unsigned scheme, const char **why)
{
    const struct browser_config *config = browse_config(c);
    *why = "no credentials are at hand for it";
    for (size_t i = 0; i < config->n_credentials; i++) {
        const struct browser_credential *row = &config->credentials[i];
        if (row->target != side->to || !(row->schemes & scheme))
            continue;
        const char *unfit_why = unfit(c, side, scheme, row);
        if (!unfit_why)
            return row;
        *why = unfit_why;
    }
    return NULL;
}

static const char *whose(const struct client *c, const struct browser_credential *row,
                         struct arena *mem)
{
    if (row->implicit)
        return arena_printf(mem, "the logon of %s", row->token ? row->token : c->config.party);
    return arena_printf(mem, "a password of %s", text_escape(mem, row->user));
}

static const char *credentials_text(const struct client *c, const struct side *side,
                                    struct arena *mem)
{
    const struct browser_config *config = browse_config(c);
    const char *text = "";
    for (size_t i = 0; i < config->n_credentials; i++) {
        const struct browser_credential *row = &config->credentials[i];
        if (row->target == side->to)
            text = arena_printf(mem, "%s%s%s for %s", text, *text ? "; " : "", whose(c, row, mem),
                                names_of(row->schemes, mem));
    }
    return *text ? text : "none";
}

/* ---- the choice ------------------------------------------------------------------------------ */

static void tell_choice(const struct client *c, struct turn *t, const struct side *side,
                        const char *offered, const char *outcome)
{
    if (!told(t))
        return;
    const struct browser_config *config = browse_config(c);
    unsigned known = config->schemes ? config->schemes : BROWSE_ALL;
    const char *party = c->config.party;
    const struct decision_input inputs[] = {
        {"asked-by", party, side->to == TO_PROXY ? "the proxy" : "the server"},
        {"offered", side->to == TO_PROXY ? "proxy" : "server", offered},
        {"known", party, names_of(known, t->mem)},
        {"order", party, config->in_order ? "as offered" : "strongest first"},
        {"credentials", party, credentials_text(c, side, t->mem)},
        {"zone", party, config->not_intranet ? "internet" : "intranet"},
        {"tls", "server", browse_secure(c) ? "yes" : "no"},
        {"basic-needs-tls", party, config->basic_needs_tls ? "yes" : "no"},
        {"passed-over", party, *side->without ? side->without : "none"},
    };
    tell_decision(t, .id = "client.scheme",
                  .rule = config->in_order
                              ? "the first scheme offered that is known here and can be begun"
                              : "the strongest scheme that both know and that can be begun",
                  .outcome = outcome, .spec = "RFC 9110 11.4", .inputs = inputs,
                  .n = sizeof inputs / sizeof *inputs);
}

/* Before it is begun; NULL: nothing is in its way. */
static const char *obstacle(struct client *c, struct side *side, unsigned scheme)
{
    const struct browser_config *config = browse_config(c);
    const char *why = NULL;
    if (scheme == BROWSE_BASIC && config->basic_needs_tls && !browse_secure(c))
        return "the password would travel in clear";
    if (scheme == BROWSE_NTLM && config->no_ntlm)
        return "NTLM is switched off";
    side->credential = browse_credential(c, side, scheme, &why);
    return side->credential ? NULL : why;
}

void browse_pass(struct client *c, struct turn *t, struct side *side)
{
    const char *name = browse_scheme_name(side->scheme);
    tell(t, STEP_NOTED, "client.scheme.passed", A_STR("scheme", name), A_STR("why", side->why));
    side->without = arena_printf(c->mem, "%s%s%s: %s", side->without, *side->without ? "; " : "",
                                 name, side->why);
    side->passed |= side->scheme;
    side->scheme = 0;
}

static enum begun try_scheme(struct client *c, struct turn *t, struct side *side, size_t row,
                             const char *offered)
{
    side->scheme = schemes[row].scheme;
    side->why = obstacle(c, side, side->scheme);
    enum begun begun = NOT_BEGUN;
    if (!side->why) {
        tell(t, STEP_DONE, "client.scheme", A_STR("scheme", schemes[row].name),
             A_STR("offered", offered), A_STR("credentials", whose(c, side->credential, t->mem)));
        tell_choice(c, t, side, offered, schemes[row].name);
        begun = schemes[row].begin(c, t, side);
    }
    if (begun == NOT_BEGUN)
        browse_pass(c, t, side);
    return begun;
}

static size_t row_of(unsigned scheme)
{
    size_t i = 0;
    while (i < SCHEMES && schemes[i].scheme != scheme)
        i++;
    return i;
}

static bool none(struct client *c, struct turn *t, struct side *side, const char *offered)
{
    side->scheme = 0;
    tell_choice(c, t, side, offered, "none");
    if (!c->task.browse->n_challenges)
        return browse_refused(c, t, FIND_NO_SCHEME, "no scheme is offered with it");
    return browse_refused(
        c, t, FIND_NO_SCHEME,
        arena_printf(t->mem, "%s is offered, and %s",
                     *offered ? offered : "nothing that can be read",
                     *side->without ? side->without : "none of it is known here"));
}

bool browse_choose(struct client *c, struct turn *t, struct side *side)
{
    const struct browser_config *config = browse_config(c);
    unsigned known = config->schemes ? config->schemes : BROWSE_ALL, order[SCHEMES], there = 0;
    const char *offered = "";
    if (!side->without)
        side->without = "";
    size_t n = list_offered(c, t, order, &offered);
    for (size_t i = 0; i < n; i++)
        there |= order[i] & known & ~side->passed;
    for (size_t i = 0; i < (config->in_order ? n : SCHEMES); i++) {
        unsigned scheme = config->in_order ? order[i] : schemes[i].scheme;
        if (!(scheme & there))
            continue;
        switch (try_scheme(c, t, side, row_of(scheme), offered)) {
        case BEGUN:
            return browse_send(c, t);
        case BEGIN_ELSEWHERE:
        case BEGIN_ENDED:
            return true;
        case BEGIN_TROUBLE:
            return false;
        case NOT_BEGUN:
            break;
        }
    }
    return none(c, t, side, offered);
}
