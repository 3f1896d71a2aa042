#include "sim/why.h"

#include "trace/catalogue.h"

#include <stdlib.h>
#include <string.h>

/* One edit of the scenario: one change or two. */
struct trial {
    struct knob_change changes[2];
    size_t n;
};

struct search {
    const struct scenario *scenario;
    struct world_options world;
    const struct trace *trace;
    struct crypto *crypto;
    struct arena *mem;
    struct why_report *report;
    size_t most;
};

/* ---- decisions of a run -----------------------------------------------------------------------
 */

static bool same_inputs(const struct decision_told *a, const struct decision_told *b)
{
    if (a->n != b->n || strcmp(a->id, b->id) != 0 || strcmp(a->outcome, b->outcome) != 0)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->inputs[i].value, b->inputs[i].value) != 0 ||
            strcmp(a->inputs[i].subject, b->inputs[i].subject) != 0)
            return false;
    return true;
}

static struct why_decision *known(struct why_report *r, const struct decision_told *d)
{
    for (size_t i = 0; i < r->n; i++)
        if (same_inputs(r->decisions[i].event->decision, d))
            return &r->decisions[i];
    return NULL;
}

static size_t nth_in_step(const struct trace *t, const struct event *e)
{
    size_t nth = 0;
    for (size_t i = e->index; i-- && t->events[i]->kind != EVENT_TASK;)
        nth += t->events[i]->kind == EVENT_DECISION && strcmp(t->events[i]->id, e->id) == 0;
    return nth;
}

static void collect(struct search *s, const char *id)
{
    struct why_report *r = s->report;
    size_t step = 0, tasks = 0, packet = 0;
    r->decisions = arena_array(s->mem, struct why_decision, s->trace->n);
    for (size_t i = 0; i < s->trace->n; i++) {
        const struct event *e = s->trace->events[i];
        if (e->kind == EVENT_TASK)
            step = tasks++;
        if (e->kind == EVENT_PACKET)
            packet = e->number;
        if (e->kind != EVENT_DECISION || (id && strncmp(e->id, id, strlen(id)) != 0))
            continue;
        struct why_decision *before = known(r, e->decision);
        if (before)
            before->times++;
        else
            r->decisions[r->n++] = (struct why_decision){.event = e,
                                                         .step = step,
                                                         .nth = nth_in_step(s->trace, e),
                                                         .packet = packet,
                                                         .times = 1};
    }
}

/* The same decision in another run: of the same id, at the same place in the same step, before
 * which so many were put in. */
static const char *outcome_in(const struct trace *t, const struct why_decision *d, size_t inserted)
{
    size_t tasks = 0, nth = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct event *e = t->events[i];
        tasks += e->kind == EVENT_TASK;
        if (e->kind == EVENT_DECISION && tasks == d->step + 1 + inserted &&
            strcmp(e->id, d->event->id) == 0 && nth++ == d->nth)
            return e->decision->outcome;
    }
    return NULL;
}

static size_t inserted(const struct trial *trial)
{
    size_t n = 0;
    for (size_t i = 0; i < trial->n; i++)
        n += trial->changes[i].knob->inserts;
    return n;
}

/* ---- trying -----------------------------------------------------------------------------------
 */

static const struct event *result(const struct trace *t, size_t nth)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->events[i]->kind == EVENT_RESULT && nth-- == 0)
            return t->events[i];
    return NULL;
}

static int64_t actual(const struct event *result)
{
    for (size_t i = 0; i < result->n_args; i++)
        if (strcmp(result->args[i].name, "actual") == 0)
            return result->args[i].number;
    return 0;
}

/* What it was, without what it was expected to be. */
static const char *said(struct arena *mem, const char *text)
{
    const char *was = strstr(text, ", but it was "), *from = was ? was + 13 : text;
    return arena_str(mem, bytes_of(from, strcspn(from, ":")));
}

/* The first result that is another. */
static const char *what_then(const struct search *s, const struct trace *t)
{
    const struct event *was, *is;
    for (size_t i = 0; (is = result(t, i)); i++) {
        was = result(s->trace, i);
        if (was && strcmp(was->id, is->id) == 0 && actual(was) == actual(is))
            continue;
        struct arg error = A_ERROR("error", actual(is));
        if (actual(is) >= EXPECT_HTTP || actual(is) < EXPECT_NO_ANSWER)
            return arena_printf(s->mem, "%s: %s", is->party, said(s->mem, is->text));
        return actual(is) > 0
                   ? arena_printf(s->mem, "%s is refused with %s", is->party,
                                  arg_text(s->mem, &error))
                   : arena_printf(s->mem, "%s: %s", is->party,
                                  strcmp(is->id, "granted") == 0 ? "granted" : "no answer");
    }
    return NULL;
}

/* Runs the edited world; NULL: it cannot be edited so, or does not come to its end. */
static struct trace *run_trial(struct search *s, const struct trial *trial, struct arena *mem)
{
    struct scenario *copy = scenario_copy(s->scenario, mem);
    struct trace *t = NULL;
    for (size_t i = 0; i < trial->n; i++)
        if (!knob_turn(copy, &trial->changes[i], mem))
            return NULL;
    s->report->runs++;
    return world_run(copy, &s->world, mem, s->crypto, &t) == RUN_TROUBLE ? NULL : t;
}

static const char *realm_of(const struct search *s, const struct why_decision *d)
{
    const struct scenario_party *party = scenario_party(s->scenario, d->event->party);
    return party ? party->realm : NULL;
}

static bool same_realm(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_input_of(const struct search *s, const struct why_decision *d,
                        const struct knob_change *c)
{
    const struct decision_told *told = d->event->decision;
    if (!same_realm(realm_of(s, d), c->realm))
        return false;
    for (size_t i = 0; i < told->n; i++)
        if (knob_find(told->id, told->inputs[i].name) == c->knob &&
            strcmp(told->inputs[i].subject, c->subject) == 0 &&
            (!c->knob->per_step || d->step == c->step))
            return true;
    return false;
}

static unsigned cost_of(const struct knob_change *changes, size_t n)
{
    return changes[0].cost + (n > 1 ? 100 + changes[1].cost : 0);
}

/* The smallest change of each input for each outcome, smallest first. */
static void note(struct why_decision *d, const struct why_flip *flip)
{
    size_t at;
    for (size_t i = 0; i < d->n_flips; i++) {
        const struct why_flip *f = &d->flips[i];
        if (f->n == 1 && flip->n == 1 && f->changes[0].knob == flip->changes[0].knob &&
            strcmp(f->outcome, flip->outcome) == 0) {
            if (cost_of(f->changes, f->n) <= cost_of(flip->changes, flip->n))
                return;
            memmove(&d->flips[i], &d->flips[i + 1], (d->n_flips - i - 1) * sizeof *f);
            d->n_flips--;
            break;
        }
    }
    for (at = d->n_flips; at; at--)
        if (cost_of(d->flips[at - 1].changes, d->flips[at - 1].n) <=
            cost_of(flip->changes, flip->n))
            break;
    if (at == WHY_FLIPS)
        return;
    if (d->n_flips < WHY_FLIPS)
        d->n_flips++;
    memmove(&d->flips[at + 1], &d->flips[at], (d->n_flips - at - 1) * sizeof *d->flips);
    d->flips[at] = *flip;
}

static bool concerns(const struct search *s, const struct why_decision *d,
                     const struct trial *trial)
{
    for (size_t i = 0; i < trial->n; i++)
        if (!is_input_of(s, d, &trial->changes[i]))
            return false;
    return true;
}

/* One run serves every decision that has these inputs. only: no other decision. */
static void try_it(struct search *s, const struct trial *trial, const struct why_decision *only)
{
    struct arena *mem = arena_new(0);
    struct trace *t = mem ? run_trial(s, trial, mem) : NULL;
    for (size_t i = 0; t && i < s->report->n; i++) {
        struct why_decision *d = &s->report->decisions[i];
        const char *outcome = outcome_in(t, d, inserted(trial));
        if ((only && d != only) || !concerns(s, d, trial) || !outcome ||
            strcmp(outcome, d->event->decision->outcome) == 0)
            continue;
        struct why_flip flip = {.n = trial->n,
                                .outcome = arena_str(s->mem, bytes_str(outcome)),
                                .then = what_then(s, t)};
        memcpy(flip.changes, trial->changes, sizeof flip.changes);
        note(d, &flip);
    }
    arena_free(mem);
}

static bool may_run(struct search *s)
{
    if (s->report->runs < s->most)
        return true;
    s->report->stopped = true;
    return false;
}

/* ---- single changes ---------------------------------------------------------------------------
 */

struct changes {
    struct knob_change *list;
    size_t n, room;
};

static bool has_change(const struct changes *all, const struct knob_change *c)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->list[i].knob == c->knob && all->list[i].step == c->step &&
            same_realm(all->list[i].realm, c->realm) &&
            strcmp(all->list[i].subject, c->subject) == 0 &&
            strcmp(all->list[i].value, c->value) == 0)
            return true;
    return false;
}

static void add_change(struct changes *all, const struct knob_change *c, struct arena *mem)
{
    if (all->n == all->room) {
        struct knob_change *list = arena_array(mem, struct knob_change, 2 * all->room + 64);
        if (all->n)
            memcpy(list, all->list, all->n * sizeof *list);
        all->list = list;
        all->room = 2 * all->room + 64;
    }
    all->list[all->n++] = *c;
}

static void changes_of(struct search *s, const struct why_decision *d, struct changes *all)
{
    const struct decision_told *told = d->event->decision;
    struct knob_change values[KNOB_VALUES];
    for (size_t i = 0; i < told->n; i++) {
        struct knob_change of = {.knob = knob_find(told->id, told->inputs[i].name),
                                 .subject = told->inputs[i].subject,
                                 .realm = realm_of(s, d),
                                 .step = d->step};
        size_t n = of.knob ? knob_values(&of, s->scenario, s->mem, values) : 0;
        for (size_t v = 0; v < n; v++)
            if (!has_change(all, &values[v]))
                add_change(all, &values[v], s->mem);
    }
}

static void try_singles(struct search *s)
{
    struct changes all = {0};
    for (size_t i = 0; i < s->report->n; i++)
        changes_of(s, &s->report->decisions[i], &all);
    for (size_t i = 0; i < all.n && may_run(s); i++)
        try_it(s, &(struct trial){{all.list[i]}, 1}, NULL);
}

/* ---- pairs ------------------------------------------------------------------------------------
 */

static int by_cost(const void *a, const void *b)
{
    const struct trial *x = a, *y = b;
    unsigned cx = cost_of(x->changes, x->n), cy = cost_of(y->changes, y->n);
    return cx < cy ? -1 : cx > cy;
}

/* Of two inputs, the cheapest first, until one flips it. */
static void try_pairs(struct search *s, struct why_decision *d)
{
    struct changes all = {0};
    changes_of(s, d, &all);
    struct trial *pairs = arena_array(s->mem, struct trial, all.n * all.n / 2 + 1);
    size_t n = 0;
    for (size_t i = 0; i < all.n; i++)
        for (size_t j = i + 1; j < all.n; j++)
            if (all.list[i].knob != all.list[j].knob ||
                strcmp(all.list[i].subject, all.list[j].subject) != 0)
                pairs[n++] = (struct trial){{all.list[i], all.list[j]}, 2};
    qsort(pairs, n, sizeof *pairs, by_cost);
    for (size_t i = 0; i < n && !d->n_flips && may_run(s); i++)
        try_it(s, &pairs[i], d);
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static bool holds(struct search *s, const struct why_decision *d, const struct why_flip *f)
{
    struct trial trial = {.n = f->n};
    memcpy(trial.changes, f->changes, sizeof trial.changes);
    struct arena *mem = arena_new(0);
    struct trace *t = mem ? run_trial(s, &trial, mem) : NULL;
    const char *outcome = t ? outcome_in(t, d, inserted(&trial)) : NULL;
    bool same = outcome && strcmp(outcome, f->outcome) == 0;
    arena_free(mem);
    return same;
}

struct why_report why(const struct scenario *scenario, const struct world_options *world,
                      const struct trace *trace, const struct why_options *options,
                      struct crypto *crypto, struct arena *mem)
{
    struct why_report r = {0};
    struct search s = {.scenario = scenario,
                       .world = world ? *world : (struct world_options){0},
                       .trace = trace,
                       .crypto = crypto,
                       .mem = mem,
                       .report = &r,
                       .most = options && options->most_runs ? options->most_runs : WHY_RUNS};
    collect(&s, options ? options->id : NULL);
    if (options && options->no_flips)
        return r;
    try_singles(&s);
    for (size_t i = 0; i < r.n; i++)
        if (!r.decisions[i].n_flips)
            try_pairs(&s, &r.decisions[i]);
    for (size_t i = 0; i < r.n; i++)
        for (size_t f = 0; f < r.decisions[i].n_flips; f++)
            r.wrong |= !holds(&s, &r.decisions[i], &r.decisions[i].flips[f]);
    return r;
}
