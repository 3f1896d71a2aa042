/* How long: what is asked, and what realm, client and service allow. */
#include "base/when.h"
#include "sim/knob_values.h"

#include <stdlib.h>

enum { LIFE, RENEW };

static void gather_spans(struct gathering *g, int64_t now, bool none, const char *some,
                         const char *without)
{
    static const struct {
        int64_t span;
        const char *text;
    } usual[] = {
        {HOUR, "1h"}, {10 * HOUR, "10h"}, {DAY, "1d"}, {5 * MINUTE, "5m"}, {7 * DAY, "7d"}};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (usual[i].span != now)
            gather(g, 2 + (unsigned)i, arena_printf(g->mem, "%lld", (long long)usual[i].span),
                   arena_printf(g->mem, some, usual[i].text));
    if (none && now)
        gather(g, 1, "0", without);
}

/* ---- asked ------------------------------------------------------------------------------------
 */

static int64_t *asked_at(struct scenario *s, const struct knob_change *c)
{
    if (c->step >= s->n_steps)
        return NULL;
    return c->knob->which == LIFE ? &s->steps[c->step].life : &s->steps[c->step].renew_life;
}

size_t asked_span_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                         struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const int64_t *span = asked_at(scenario_copy(s, mem), of);
    if (span)
        gather_spans(&g, *span, false,
                     of->knob->which == LIFE ? "it were asked for %s" : "renewal for %s were asked",
                     NULL);
    return g.n;
}

bool asked_span_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    int64_t *span = asked_at(s, c);
    (void)mem;
    if (span)
        *span = strtoll(c->value, NULL, 10);
    return span != NULL;
}

/* ---- allowed ----------------------------------------------------------------------------------
 */

size_t realm_span_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                         struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_realm *r = realm_in(scenario_copy(s, mem), of);
    if (r)
        gather_spans(&g, of->knob->which == LIFE ? r->max_life : r->max_renew, false,
                     arena_printf(mem, "the %s allowed %s%%s at most", of->subject,
                                  of->knob->which == LIFE ? "" : "renewal for "),
                     NULL);
    return g.n;
}

bool realm_span_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_realm *r = realm_in(s, c);
    (void)mem;
    if (r)
        *(c->knob->which == LIFE ? &r->max_life : &r->max_renew) = strtoll(c->value, NULL, 10);
    return r != NULL;
}

size_t account_span_values(const struct scenario *s, const struct knob_change *of,
                           struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_account *a = account_in(scenario_copy(s, mem), of);
    bool life = of->knob->which == LIFE;
    if (a)
        gather_spans(&g, life ? a->max_life : a->max_renew, true,
                     arena_printf(mem, "%s were allowed %s%%s at most", of->subject,
                                  life ? "" : "renewal for "),
                     arena_printf(mem, "%s had no bound of its own", of->subject));
    return g.n;
}

bool account_span_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_account *a = account_in(s, c);
    (void)mem;
    if (a)
        *(c->knob->which == LIFE ? &a->max_life : &a->max_renew) = strtoll(c->value, NULL, 10);
    return a != NULL;
}
