/* What closes an account or opens it, and the time at which that is asked. Of an account that was
 * open at the logon and is looked at again later, the change comes in between: a step is put in. */
#include "base/when.h"
#include "realm/realm.h"
#include "sim/knob_values.h"

#include <stdlib.h>
#include <string.h>

/* The account as it is when the scenario begins. */
static struct scenario_account *account_of(const struct scenario *s, const struct knob_change *of,
                                           struct arena *mem)
{
    return account_in(scenario_copy(s, mem), of);
}

/* A step change-account before the one in question. */
static struct scenario_step *put_step(struct scenario *s, const struct knob_change *c,
                                      struct arena *mem)
{
    struct scenario_step *steps = arena_array(mem, struct scenario_step, s->n_steps + 1);
    const char *account =
        arena_printf(mem, "%s%s%s", c->subject, c->realm ? "@" : "", c->realm ? c->realm : "");
    if (c->step > s->n_steps)
        return NULL;
    memcpy(steps, s->steps, c->step * sizeof *steps);
    memcpy(steps + c->step + 1, s->steps + c->step, (s->n_steps - c->step) * sizeof *steps);
    s->steps = steps;
    s->n_steps++;
    steps[c->step] = (struct scenario_step){.kind = DO_CHANGE, .account = account};
    return &steps[c->step];
}

static const char *in_between(const struct knob_change *of, const char *words, struct arena *mem)
{
    return of->knob->inserts ? arena_printf(mem, "before step %zu %s", of->step + 1, words) : words;
}

/* ---- flags ------------------------------------------------------------------------------------
 */

static const struct {
    uint32_t flag;
    const char *on, *off;
} flags[] = {
    {ACCOUNT_DISABLED, "%s were disabled", "%s were not disabled"},
    {ACCOUNT_LOCKED, "%s were locked", "%s were not locked"},
    {ACCOUNT_MUST_CHANGE, "%s had to change the password first",
     "%s need not change the password first"},
    {ACCOUNT_DES_ONLY, "%s were marked for DES alone", "%s were not marked for DES alone"},
    {ACCOUNT_NO_SERVER, "there were no tickets for %s", "there were tickets for %s"},
};

size_t flag_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                   struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_account *a = account_of(s, of, mem);
    for (size_t i = 0; a && i < sizeof flags / sizeof *flags; i++) {
        bool on = a->flags & of->knob->which;
        if (flags[i].flag == of->knob->which)
            gather(&g, 1, on ? "no" : "yes",
                   in_between(of, arena_printf(mem, on ? flags[i].off : flags[i].on, of->subject),
                              mem));
    }
    return g.n;
}

bool flag_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_account *a = account_in(s, c);
    if (!a)
        return false;
    uint32_t set = *c->value == 'y' ? a->flags | c->knob->which : a->flags & ~c->knob->which;
    struct scenario_step *step = c->knob->inserts ? put_step(s, c, mem) : NULL;
    if (step) {
        step->change.given = GIVEN_FLAGS;
        step->change.flags = set;
    } else {
        a->flags = set;
    }
    return true;
}

/* ---- ends -------------------------------------------------------------------------------------
 */

enum { ACCOUNT_END, PASSWORD_END };

static const char *number(struct arena *mem, int64_t n)
{
    return arena_printf(mem, "%lld", (long long)n);
}

size_t expires_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                      struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_account *a = account_of(s, of, mem);
    bool password = of->knob->which == PASSWORD_END;
    int64_t end = !a ? 0 : password ? a->password_expires : a->expires;
    const char *whose = arena_printf(mem, password ? "the password of %s" : "%s", of->subject);
    if (!a)
        return 0;
    if (end)
        gather(&g, 1, "0", in_between(of, arena_printf(mem, "%s never expired", whose), mem));
    if (!end || end > s->start)
        gather(
            &g, 2, number(mem, s->start - DAY),
            in_between(of, arena_printf(mem, "%s were given an end the day before", whose), mem));
    if (end && end <= s->start)
        gather(&g, 2, number(mem, s->start + 365 * DAY),
               in_between(of, arena_printf(mem, "%s were given another year", whose), mem));
    return g.n;
}

bool expires_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_account *a = account_in(s, c);
    int64_t end = strtoll(c->value, NULL, 10);
    struct scenario_step *step = a && c->knob->inserts ? put_step(s, c, mem) : NULL;
    if (step) {
        step->change.given = GIVEN_EXPIRES;
        step->change.expires = end;
    } else if (a) {
        *(c->knob->which == PASSWORD_END ? &a->password_expires : &a->expires) = end;
    }
    return a != NULL;
}

/* ---- hours ------------------------------------------------------------------------------------
 */

size_t hours_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                    struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_account *a = account_of(s, of, mem);
    if (a && a->logon_hours)
        gather(&g, 1, "always",
               in_between(of, arena_printf(mem, "%s might log on at any hour", of->subject), mem));
    if (a)
        gather(&g, 3, "never",
               in_between(of, arena_printf(mem, "%s might log on at no hour", of->subject), mem));
    return g.n;
}

bool hours_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    static const uint8_t none[SCENARIO_HOURS];
    struct scenario_account *a = account_in(s, c);
    const uint8_t *hours = *c->value == 'n' ? none : NULL;
    struct scenario_step *step = a && c->knob->inserts ? put_step(s, c, mem) : NULL;
    if (step) {
        step->change.given = GIVEN_HOURS;
        step->change.logon_hours = hours;
    } else if (a) {
        a->logon_hours = hours;
    }
    return a != NULL;
}

/* ---- wrong attempts ---------------------------------------------------------------------------
 */

size_t attempts_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                       struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_realm *r = realm_in(scenario_copy(s, mem), of);
    for (uint32_t n = 1; r && n <= 10; n++)
        if (n != r->attempts)
            gather(&g, 1 + (n > r->attempts ? n - r->attempts : r->attempts - n), number(mem, n),
                   arena_printf(mem, "an account were closed after %u wrong password%s",
                                (unsigned)n, n == 1 ? "" : "s"));
    if (r && r->attempts)
        gather(&g, 2, "0", "wrong passwords were not counted");
    return g.n;
}

bool attempts_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_realm *r = realm_in(s, c);
    (void)mem;
    if (r)
        r->attempts = (uint32_t)strtoul(c->value, NULL, 10);
    return r != NULL;
}

/* ---- the time ---------------------------------------------------------------------------------
 * All clocks together: the whole run takes place at another time. */
size_t now_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                  struct knob_change out[KNOB_VALUES])
{
    static const struct {
        int64_t by;
        const char *words;
    } moves[] = {{12 * HOUR, "all of this happened 12 hours later"},
                 {-12 * HOUR, "all of this happened 12 hours earlier"},
                 {7 * DAY, "all of this happened a week later"},
                 {-7 * DAY, "all of this happened a week earlier"},
                 {3650 * DAY, "all of this happened ten years later"},
                 {-3650 * DAY, "all of this happened ten years earlier"}};
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        gather(&g, 3 + (unsigned)i, number(mem, s->start + moves[i].by), moves[i].words);
    return g.n;
}

bool now_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    (void)mem;
    s->start = strtoll(c->value, NULL, 10);
    return true;
}
