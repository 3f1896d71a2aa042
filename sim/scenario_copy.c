#include "sim/knobs.h"
#include "sim/population.h"

#include <string.h>

static void *copy_of(struct arena *mem, const void *from, size_t size, size_t n, size_t more)
{
    uint8_t *to = arena_take_array(mem, size, n + more);
    if (n)
        memcpy(to + size * more, from, size * n);
    return to;
}

/* What follows from others of its values is written down. */
static void spell_out(struct scenario_realm *r, struct arena *mem)
{
    struct realm_policy policy = population_policy(r, mem);
    r->weak_sessions = policy.weak_sessions ? MAY : MAY_NOT;
}

static const struct realm_policy *policy_in(const struct scenario *s, const char *realm,
                                            struct arena *mem)
{
    struct realm_policy *policy = arena_new_of(mem, struct realm_policy);
    *policy = population_policy(scenario_realm(s, realm), mem);
    return policy;
}

static struct scenario_account krbtgt_of(const struct scenario_realm *r, struct arena *mem)
{
    return (struct scenario_account){
        .name = arena_printf(mem, "krbtgt/%s", r->name), .realm = r->name, .kvno = 1};
}

/* The krbtgt accounts come first, as where nobody has named them. */
static void copy_accounts(const struct scenario *s, struct scenario *to, struct arena *mem)
{
    const struct scenario_realm *r;
    struct scenario_account *missing = arena_array(mem, struct scenario_account, s->n_others + 1);
    size_t more = 0;
    for (size_t i = 0; (r = scenario_realm_at(s, i)); i++) {
        if (r->local) /* it has no KDC */
            continue;
        missing[more] = krbtgt_of(r, mem);
        more += !scenario_account(s, r->name, missing[more].name);
    }
    to->accounts = copy_of(mem, s->accounts, sizeof *s->accounts, s->n_accounts, more);
    to->n_accounts = s->n_accounts + more;
    for (size_t i = 0; i < more; i++)
        to->accounts[i] = missing[i];
    for (size_t i = 0; i < to->n_accounts; i++) {
        struct scenario_account *a = &to->accounts[i];
        if (a->n_etypes)
            continue;
        const struct realm_policy *policy = policy_in(s, a->realm, mem);
        a->etypes = copy_of(mem, policy->etypes, sizeof *policy->etypes, policy->n_etypes, 0);
        a->n_etypes = policy->n_etypes;
    }
}

static void copy_web(struct scenario_party *p, struct arena *mem)
{
    struct scenario_server *v = &p->server;
    struct scenario_browser *b = &p->browser;
    b->credentials = copy_of(mem, b->credentials, sizeof *b->credentials, b->n_credentials, 0);
    v->apps = copy_of(mem, v->apps, sizeof *v->apps, v->n_apps, 0);
    for (size_t i = 0; i < v->n_apps; i++) {
        struct scenario_app *a = &v->apps[i];
        a->rules = copy_of(mem, a->rules, sizeof *a->rules, a->n_rules, 0);
        a->files = copy_of(mem, a->files, sizeof *a->files, a->n_files, 0);
    }
}

struct scenario *scenario_copy(const struct scenario *s, struct arena *mem)
{
    struct scenario *to = arena_new_of(mem, struct scenario);
    *to = *s;
    copy_accounts(s, to, mem);
    to->others = copy_of(mem, s->others, sizeof *s->others, s->n_others, 0);
    spell_out(&to->realm, mem);
    for (size_t i = 0; i < to->n_others; i++)
        spell_out(&to->others[i], mem);
    to->trusts = copy_of(mem, s->trusts, sizeof *s->trusts, s->n_trusts, 0);
    to->parties = copy_of(mem, s->parties, sizeof *s->parties, s->n_parties, 0);
    for (size_t i = 0; i < to->n_parties; i++)
        copy_web(&to->parties[i], mem);
    to->steps = copy_of(mem, s->steps, sizeof *s->steps, s->n_steps, 0);
    return to;
}
