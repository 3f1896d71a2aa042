/* What a page opens on another machine (P59, E12): there the web server is a client itself, with
 * whatever the token of its thread can prove. */
#include "sim/world_inside.h"

#include "sim/population.h"

#include <string.h>

struct hop {
    const char *spn;
    bool anonymous;
    struct bytes user, domain, password; /* n == 0: by the keys of `account` */
    const char *account;                 /* of the process; NULL: none */
};

/* ---- what can be proven ---------------------------------------------------------------------- */

/* NETWORK SERVICE and SYSTEM are the computer. */
static const char *account_of(struct world *w, const struct actor *a,
                              const struct access_token *token)
{
    const char *machine = arena_printf(w->mem, "%s$", a->is->server.computer);
    const char *own = arena_str(w->mem, bytes_str(token->user_only));
    return sid_known(&token->user) ? machine : own;
}

void world_hop_wanted(void *arg, const char *spn, const struct access_token *token,
                      const struct next_hop *hop)
{
    const struct web_setup *web = arg;
    struct world *w = web->arg;
    struct actor *a = world_actor(w, web->party->name);
    const char *slash = strchr(token->name, '\\');
    if (token->has_delegated_tgt &&
        !token->password.n) /* who hands one over has a lesson of his own */
        return;
    a->hop = arena_new_of(w->mem, struct hop);
    *a->hop = (struct hop){.spn = arena_str(w->mem, bytes_str(spn)), .anonymous = hop->anonymous};
    if (hop->anonymous)
        return;
    if (!token->password.n) {
        a->hop->account = account_of(w, a, token);
        return;
    }
    a->hop->user = arena_copy(w->mem, bytes_str(token->user_only));
    a->hop->password = arena_copy(w->mem, token->password);
    if (slash)
        a->hop->domain = arena_copy(w->mem, bytes_of(token->name, (size_t)(slash - token->name)));
}

/* ---- the client ------------------------------------------------------------------------------ */

static const struct party *kdc_of(void *arg, struct bytes realm)
{
    struct world *w = arg;
    for (size_t i = 0; i < w->n_actors; i++)
        if (w->actors[i].kdc && bytes_equal(bytes_str(w->actors[i].is->realm), realm))
            return &w->actors[i].handle;
    return NULL;
}

static struct client *agent_of(struct world *w, const struct actor *a)
{
    const struct scenario_party *p = a->is;
    const struct scenario_realm *realm = scenario_realm(w->scenario, p->realm);
    struct browser_credential *credential = arena_new_of(w->mem, struct browser_credential);
    struct browser_config *browser = arena_new_of(w->mem, struct browser_config);
    *credential = (struct browser_credential){.target = TO_SERVER,
                                              .schemes = BROWSE_NEGOTIATE | BROWSE_NTLM,
                                              .implicit = a->hop->account != NULL,
                                              .user = a->hop->user,
                                              .domain = a->hop->domain,
                                              .password = a->hop->password,
                                              .token = a->hop->account};
    *browser = (struct browser_config){
        .credentials = credential,
        .n_credentials = 1,
        .schemes = a->hop->anonymous ? BROWSE_NTLM : BROWSE_NEGOTIATE | BROWSE_NTLM,
        .lm_level = 3,
        .workstation = bytes_str(p->server.computer),
        .windows2000 = true,
    };
    struct client_config config = {.party = p->name,
                                   .kdc = kdc_of(w, bytes_str(p->realm)),
                                   .realm = bytes_str(p->realm),
                                   .etypes = realm->etypes,
                                   .n_etypes = realm->n_etypes,
                                   .skew = realm->skew,
                                   .via = VIA_UDP,
                                   .kdc_of = kdc_of,
                                   .arg = w,
                                   .names = NAMES_SSPI,
                                   .browser = browser};
    return client_new(w->mem, &config);
}

/* ---- the way there --------------------------------------------------------------------------- */

static const char *seen_as(struct world *w, struct bytes body)
{
    static const char name[] = "HttpContext.User: ";
    const uint8_t *at = body.n ? memmem(body.p, body.n, name, sizeof name - 1) : NULL;
    if (!at)
        return "";
    at += sizeof name - 1;
    size_t left = (size_t)(body.p + body.n - at);
    const uint8_t *end = memchr(at, '\n', left);
    return arena_str(w->mem, bytes_of(at, end ? (size_t)(end - at) : left));
}

static void logged_on(struct world *w, struct actor *a, const struct client_outcome *out)
{
    (void)w, (void)a, (void)out; /* without a ticket it goes on by NTLM, or as nobody */
}

static void opened(struct world *w, struct actor *a, const struct client_outcome *out)
{
    const struct browsed *b = client_browsed(a->agent);
    bool page = out && out->state == CLIENT_GRANTED && b->status == 200;
    struct arg args[] = {A_STR("spn", a->hop->spn), A_INT("status", out ? b->status : 0),
                         A_STR("who", page ? seen_as(w, b->body) : ""),
                         A_STR("scheme", b->scheme ? b->scheme : "none")};
    world_tell_step(w, a, "world.hop", page ? STEP_DONE : STEP_REFUSED, args, 4);
}

static void hop(struct world *w, struct actor *a)
{
    const char *host = strchr(a->hop->spn, '/') + 1;
    struct actor *to = world_actor(w, scenario_party_at(w->scenario, host));
    const struct account *account = world_account(w, a->is->realm, a->hop->account);
    if (!to || (a->hop->account && !account))
        return;
    a->agent = agent_of(w, a);
    if (account) {
        struct keytab *keytab = arena_new_of(w->mem, struct keytab);
        population_keytab(changes_realm(w->changes, a->is->realm), account, NULL, w->now, w->mem,
                          keytab);
        struct client_do_args logon = {
            .task = CLIENT_LOGON, .principal = account->text, .keytab = keytab};
        world_converse(w, a, &logon, logged_on);
    }
    struct client_do_args browse = {.task = CLIENT_BROWSE,
                                    .service = &to->handle,
                                    .host = host,
                                    .target = "/",
                                    .method = "GET",
                                    .mutual = true,
                                    .fresh = true};
    if (!w->trouble)
        world_converse(w, a, &browse, opened);
}

void world_hops(struct world *w)
{
    for (size_t i = 0; i < w->n_actors && !w->trouble; i++)
        if (w->actors[i].hop) {
            hop(w, &w->actors[i]);
            w->actors[i].hop = NULL;
        }
}
