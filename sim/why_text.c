#include "sim/why.h"
#include "trace/sheet.h"

#include <string.h>

struct page {
    struct sheet sheet;
    unsigned width;
    bool ascii;
};

static void line(struct page *p, const char *first, const char *text)
{
    sheet_wrap(&p->sheet, first, text, p->width, p->ascii);
}

static const char *mark(const struct page *p, const char *sign, const char *plain)
{
    return p->ascii ? plain : sign;
}

/* ---- inputs -----------------------------------------------------------------------------------
 */

static size_t longest_name(const struct decision_told *d)
{
    size_t most = 0;
    for (size_t i = 0; i < d->n; i++)
        if (strlen(d->inputs[i].name) > most)
            most = strlen(d->inputs[i].name);
    return most;
}

/* "18 17, of alice (any types, in order of preference)" */
static const char *input_text(struct arena *mem, const struct decision_told *d,
                              const struct decision_input *in)
{
    const struct knob *k = knob_find(d->id, in->name);
    const char *value = in->value && *in->value ? in->value : "none";
    const char *of = arena_printf(mem, "%s: %s", in->subject, value);
    if (!k)
        return of;
    if (k->fixed)
        return arena_printf(mem, "%s (not to be turned: %s)", of, k->fixed);
    return arena_printf(mem, "%s (%s)", of, k->domain);
}

static void put_inputs(struct page *p, const struct decision_told *d)
{
    struct arena *mem = p->sheet.mem;
    int most = (int)longest_name(d);
    for (size_t i = 0; i < d->n; i++)
        line(p,
             arena_printf(mem, "   %s %-*s  ", mark(p, "\xc2\xb7", "-"), most, d->inputs[i].name),
             input_text(mem, d, &d->inputs[i]));
}

/* ---- flips ------------------------------------------------------------------------------------
 */

static const char *flip_text(struct arena *mem, const struct why_flip *f)
{
    const char *words = f->changes[0].words;
    if (f->n == 2)
        words = arena_printf(mem, "%s, and %s", words, f->changes[1].words);
    const char *then = f->then ? arena_printf(mem, "Then %s.", f->then) : "The run ends as before.";
    return arena_printf(mem, "If %s: %s. %s", words, f->outcome, then);
}

static void put_flips(struct page *p, const struct why_report *r, const struct why_decision *d)
{
    struct arena *mem = p->sheet.mem;
    for (size_t i = 0; i < d->n_flips; i++)
        line(p, arena_printf(mem, "   %s ", mark(p, "\xe2\x86\xaa", ">")),
             flip_text(mem, &d->flips[i]));
    if (!d->n_flips)
        line(p, arena_printf(mem, "   %s ", mark(p, "\xe2\x86\xaa", ">")),
             r->stopped ? "Nothing that was tried flips it; not all was tried."
                        : "Nothing flips it: no change of one input, and no two together.");
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static void put_decision(struct page *p, const struct why_report *r, const struct why_options *o,
                         size_t i)
{
    struct arena *mem = p->sheet.mem;
    const struct why_decision *d = &r->decisions[i];
    const struct decision_told *told = d->event->decision;
    const char *title = decision_title(told->id);
    const char *where =
        d->packet ? arena_printf(mem, "after message %zu", d->packet) : "before any message";
    const char *times = d->times > 1 ? arena_printf(mem, ", %zu times in all", d->times) : "";
    line(p, "", "");
    line(p, arena_printf(mem, "%-3zu", i + 1),
         arena_printf(mem, "%s decides %s", d->event->party, title ? title : told->id));
    line(p, "   ", arena_printf(mem, "%s, step %zu, %s%s", told->id, d->step + 1, where, times));
    put_inputs(p, told);
    line(p, "   rule  ", arena_printf(mem, "%s (%s)", told->rule, told->spec));
    line(p, "   so    ", told->outcome);
    if (!o->no_flips)
        put_flips(p, r, d);
}

char *why_text(const struct scenario *s, const struct why_report *r, const struct why_options *o,
               unsigned width, bool ascii, struct arena *mem)
{
    struct page p = {.sheet = {.mem = mem}, .width = width, .ascii = ascii};
    sheet_str(&p.sheet, "");
    line(&p, "", s->title);
    for (size_t i = 0; i < r->n; i++)
        put_decision(&p, r, o, i);
    line(&p, "", "");
    if (!r->n)
        line(&p, "", "Nothing is decided in this run.");
    else if (!o->no_flips)
        line(&p, "",
             arena_printf(mem, "The world ran %zu times to find this.%s", r->runs,
                          r->stopped ? " It stopped there; --runs lets it go on." : ""));
    return (char *)p.sheet.p;
}
