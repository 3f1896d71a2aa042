/* Lists of encryption types: what a client asks for, what a realm permits, what an account has keys
 * of. Tried are each type more, each type less, each type first, and each alone. */
#include "crypto/crypto.h"
#include "sim/knob_values.h"
#include "sim/population.h"

#include <stdlib.h>

#define LIST 16

struct list {
    int32_t at[LIST];
    size_t n;
};

static struct list list_of(const int32_t *etypes, size_t n)
{
    struct list l = {.n = n < LIST ? n : LIST};
    for (size_t i = 0; i < l.n; i++)
        l.at[i] = etypes[i];
    return l;
}

static const char *list_text(const struct list *l, struct arena *mem)
{
    const char *text = "";
    for (size_t i = 0; i < l->n; i++)
        text = arena_printf(mem, "%s%s%d", text, i ? " " : "", (int)l->at[i]);
    return text;
}

static void list_put(const char *text, struct arena *mem, int32_t **etypes, size_t *n)
{
    char *end;
    *etypes = arena_array(mem, int32_t, LIST);
    for (*n = 0; *text && *n < LIST; text = *end ? end + 1 : end)
        (*etypes)[(*n)++] = (int32_t)strtol(text, &end, 10);
}

static struct list without(const struct list *l, size_t i)
{
    struct list to = {0};
    for (size_t k = 0; k < l->n; k++)
        if (k != i)
            to.at[to.n++] = l->at[k];
    return to;
}

static struct list with(const struct list *l, int32_t etype, bool first)
{
    struct list to = {0};
    if (first)
        to.at[to.n++] = etype;
    for (size_t i = 0; i < l->n && to.n < LIST - 1; i++)
        to.at[to.n++] = l->at[i];
    if (!first)
        to.at[to.n++] = etype;
    return to;
}

static bool has(const struct list *l, int32_t etype)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->at[i] == etype)
            return true;
    return false;
}

/* How a change of the list is said: the subject, then one of these, then the type. */
struct phrases {
    const char *more, *less, *first, *alone;
};

static void put(struct gathering *g, unsigned cost, const struct list *l, const char *phrase,
                int32_t etype)
{
    const struct etype_row *row = etype_find(etype);
    const char *name = row ? arena_printf(g->mem, "%d %s", (int)etype, row->name)
                           : arena_printf(g->mem, "%d", (int)etype);
    gather(g, cost, list_text(l, g->mem), arena_printf(g->mem, phrase, g->of.subject, name));
}

static void put_less(struct gathering *g, const struct list *l, const struct phrases *says)
{
    for (size_t i = 0; l->n > 1 && i < l->n; i++) {
        struct list less = without(l, i), first = with(&less, l->at[i], true);
        put(g, 1, &less, says->less, l->at[i]);
        if (i && says->first)
            put(g, 2, &first, says->first, l->at[i]);
        put(g, 3 + (unsigned)l->n, &(struct list){{l->at[i]}, 1}, says->alone, l->at[i]);
    }
}

/* Types that few have are tried only where the realm has them in use. */
static bool is_tried(const struct etype_row *row, const struct realm_policy *policy)
{
    for (size_t i = 0; policy && i < policy->n_etypes; i++)
        if (policy->etypes[i] == row->etype)
            return true;
    return row->etype == 18 || row->etype == 17 || row->etype == 23 ||
           (!policy && !row->rare && !row->weak);
}

static void put_more(struct gathering *g, const struct list *l, const struct phrases *says,
                     const struct realm_policy *policy)
{
    size_t n;
    const struct etype_row *rows = etype_table(&n);
    for (size_t i = 0; i < n; i++) {
        int32_t e = rows[i].etype;
        if (has(l, e) || !is_tried(&rows[i], policy))
            continue;
        struct list last = with(l, e, false), first = with(l, e, true);
        put(g, 1, &last, says->more, e);
        put(g, 3 + (unsigned)l->n, &(struct list){{e}, 1}, says->alone, e);
        if (says->first)
            put(g, 2, &first, says->first, e);
    }
}

/* policy NULL: any type may come. */
static size_t all_values(const struct knob_change *of, struct arena *mem, struct knob_change *out,
                         const struct list *l, const struct phrases *says,
                         const struct realm_policy *policy)
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    put_more(&g, l, says, policy);
    put_less(&g, l, says);
    return g.n;
}

static struct realm_policy policy_of(const struct scenario *s, const struct knob_change *of,
                                     struct arena *mem)
{
    const struct scenario_realm *r = realm_in(scenario_copy(s, mem), of);
    return r ? population_policy(r, mem) : (struct realm_policy){0};
}

/* ---- the client's list ------------------------------------------------------------------------
 */

size_t client_etypes_values(const struct scenario *s, const struct knob_change *of,
                            struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    static const struct phrases says = {"%s also offered %s", "%s did not offer %s",
                                        "%s preferred %s", "%s offered nothing but %s"};
    const struct scenario_party *p = scenario_party(s, of->subject);
    struct realm_policy policy = policy_of(s, of, mem);
    struct list l = p ? list_of(p->etypes, p->n_etypes) : (struct list){0};
    return p ? all_values(of, mem, out, &l, &says, &policy) : 0;
}

bool client_etypes_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_party *p = party_in(s, c->subject);
    if (p)
        list_put(c->value, mem, &p->etypes, &p->n_etypes);
    return p != NULL;
}

/* ---- the realm's ------------------------------------------------------------------------------
 */

size_t permitted_etypes_values(const struct scenario *s, const struct knob_change *of,
                               struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    static const struct phrases says = {"the %s also permitted %s", "the %s did not permit %s",
                                        "the %s preferred %s", "the %s permitted nothing but %s"};
    struct realm_policy policy = policy_of(s, of, mem);
    struct list l = list_of(policy.etypes, policy.n_etypes);
    return all_values(of, mem, out, &l, &says, NULL);
}

bool permitted_etypes_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_realm *r = realm_in(s, c);
    if (r)
        list_put(c->value, mem, &r->etypes, &r->n_etypes);
    return r != NULL;
}

/* ---- an account's keys ------------------------------------------------------------------------
 */

size_t key_etypes_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                         struct knob_change out[KNOB_VALUES])
{
    static const struct phrases says = {"%s also had a key of %s", "%s had no key of %s", NULL,
                                        "%s had no key but one of %s"};
    const struct scenario_account *a = account_in(scenario_copy(s, mem), of);
    struct realm_policy policy = policy_of(s, of, mem);
    struct list l = a ? list_of(a->etypes, a->n_etypes) : (struct list){0};
    return a ? all_values(of, mem, out, &l, &says, &policy) : 0;
}

bool key_etypes_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_account *a = account_in(s, c);
    struct scenario_step *step;
    if (!a)
        return false;
    list_put(c->value, mem, &a->etypes, &a->n_etypes);
    for (size_t at = 0; (step = given_later(s, c->subject, GIVEN_ETYPES, &at));) {
        step->change.etypes = a->etypes;
        step->change.n_etypes = a->n_etypes;
    }
    return true;
}
