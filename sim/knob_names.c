/* Names of services and the way to them: what is asked for, who has it, how it is looked up, and
 * which realms are trusted. */
#include "sim/knob_values.h"

#include "wire/names.h"

#include <string.h>

static struct scenario_step *step_in(struct scenario *s, const struct knob_change *c)
{
    return c->step < s->n_steps ? &s->steps[c->step] : NULL;
}

/* ---- the name asked for -----------------------------------------------------------------------
 */

static const char *asked_of(const struct scenario_step *step)
{
    return !step ? NULL : step->spn ? step->spn : step->in_tkt;
}

static void gather_name(struct gathering *g, const struct scenario_step *step, const char *name)
{
    const char *asked = asked_of(step);
    if (!name || !strchr(name, '/') || strncmp(name, "krbtgt/", 7) == 0 ||
        (asked && strcmp(asked, name) == 0))
        return;
    gather(g, 2, name, arena_printf(g->mem, "%s asked for %s", g->of.subject, name));
}

size_t asked_name_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                         struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_step *step = step_in(scenario_copy(s, mem), of);
    for (size_t i = 0; step && i < s->n_accounts; i++) {
        gather_name(&g, step, s->accounts[i].name);
        for (size_t k = 0; k < s->accounts[i].n_spns; k++)
            gather_name(&g, step, s->accounts[i].spns[k]);
    }
    if (step)
        gather_name(&g, step, "HTTP/nobody.invalid"); /* RFC 2606 2 */
    return g.n;
}

bool asked_name_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_step *step = step_in(s, c);
    (void)mem;
    if (!step || !asked_of(step))
        return false;
    *(step->spn ? &step->spn : &step->in_tkt) = c->value;
    return true;
}

/* ---- who has it -------------------------------------------------------------------------------
 */

static const char **spns_without(const struct scenario_account *a, const char *spn, size_t *n,
                                 struct arena *mem)
{
    const char **spns = arena_array(mem, const char *, a->n_spns + 1);
    *n = 0;
    for (size_t i = 0; i < a->n_spns; i++)
        if (strcmp(a->spns[i], spn) != 0)
            spns[(*n)++] = a->spns[i];
    return spns;
}

/* The value is "+account" or "-account": the name asked for is given to it, or taken away. */
size_t registered_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                         struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const char *asked = asked_of(step_in(scenario_copy(s, mem), of));
    for (size_t i = 0; asked && i < s->n_accounts; i++) {
        const struct scenario_account *a = &s->accounts[i];
        size_t n;
        if (of->realm && strcmp(a->realm, of->realm) != 0)
            continue;
        spns_without(a, asked, &n, mem);
        if (n < a->n_spns)
            gather(&g, 1, arena_printf(mem, "-%s", a->name),
                   arena_printf(mem, "%s were not registered for %s", asked, a->name));
        else if (strcmp(a->name, asked) != 0)
            gather(&g, 1, arena_printf(mem, "+%s", a->name),
                   arena_printf(mem, "%s were registered for %s", asked, a->name));
    }
    return g.n;
}

bool registered_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct knob_change of = *c;
    of.subject = c->value + 1;
    struct scenario_account *a = account_in(s, &of);
    const char *asked = asked_of(step_in(s, c));
    if (!a || !asked)
        return false;
    a->spns = spns_without(a, asked, &a->n_spns, mem);
    if (*c->value == '+')
        a->spns[a->n_spns++] = asked;
    return true;
}

size_t name_rule_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                        struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    (void)s;
    gather(&g, 2, "exactly", arena_printf(mem, "the %s compared names exactly", of->subject));
    gather(&g, 2, "as Windows does",
           arena_printf(mem, "the %s looked names up as Windows does", of->subject));
    return g.n;
}

bool name_rule_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_realm *r = realm_in(s, c);
    (void)mem;
    if (r)
        r->name_rule = *c->value == 'e' ? RULE_EXACT : RULE_WINDOWS;
    return r != NULL;
}

/* ---- options of the request -------------------------------------------------------------------
 */

static const struct {
    uint32_t option;
    const char *on, *off;
} options[] = {
    {KDC_OPT_CANONICALIZE, "%s took another ticket than it asks for",
     "%s took no other ticket than it asks for"},
    {KDC_OPT_DISABLE_TRANSITED_CHECK, "%s left the check of the path to the service",
     "%s left the check of the path to the KDC"},
};

size_t option_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                     struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_step *step = step_in(scenario_copy(s, mem), of);
    for (size_t i = 0; step && i < sizeof options / sizeof *options; i++) {
        bool on = step->kdc_options & of->knob->which;
        if (options[i].option == of->knob->which)
            gather(&g, 1, on ? "no" : "yes",
                   arena_printf(mem, on ? options[i].off : options[i].on, of->subject));
    }
    return g.n;
}

bool option_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_step *step = step_in(s, c);
    (void)mem;
    if (step)
        step->kdc_options ^= c->knob->which;
    return step != NULL;
}

/* ---- trusts -----------------------------------------------------------------------------------
 * The value is the place of the trust among those of the scenario. */

static struct scenario_trust *trust_in(struct scenario *s, const struct knob_change *c)
{
    size_t i = (size_t)(*c->value - '0');
    return i < s->n_trusts ? &s->trusts[i] : NULL;
}

static bool is_of_realm(const struct scenario_trust *t, const char *realm)
{
    return !realm || strcmp(t->from, realm) == 0 || strcmp(t->to, realm) == 0;
}

static void gather_trusts(struct gathering *g, const struct scenario *s, const char *words)
{
    for (size_t i = 0; i < s->n_trusts && i < 10; i++)
        if (is_of_realm(&s->trusts[i], g->of.realm))
            gather(g, 2, arena_printf(g->mem, "%zu", i),
                   arena_printf(g->mem, words, s->trusts[i].from, s->trusts[i].to));
}

size_t trusts_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                     struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    gather_trusts(&g, s, "there were no trust from %s to %s");
    return g.n;
}

bool trusts_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_trust *t = trust_in(s, c);
    (void)mem;
    if (t)
        *t = s->trusts[--s->n_trusts];
    return t != NULL;
}

size_t suffixes_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                       struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    gather_trusts(&g, s, "nobody in %s knew which hosts are in %s");
    return g.n;
}

bool suffixes_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_trust *t = trust_in(s, c);
    (void)mem;
    if (!t || !t->n_suffixes)
        return false;
    t->n_suffixes = 0;
    return true;
}

/* The subject is the realm that vouches. */
size_t transitive_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                         struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    for (size_t i = 0; i < s->n_trusts && i < 10; i++)
        if (is_of_realm(&s->trusts[i], of->realm) && is_of_realm(&s->trusts[i], of->subject))
            gather(&g, 1, arena_printf(mem, "%zu", i),
                   arena_printf(mem, "the trust between %s and %s were %stransitive",
                                s->trusts[i].from, s->trusts[i].to,
                                s->trusts[i].transitive ? "not " : ""));
    return g.n;
}

bool transitive_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_trust *t = trust_in(s, c);
    (void)mem;
    if (t)
        t->transitive = !t->transitive;
    return t != NULL;
}
