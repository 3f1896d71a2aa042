#include "base/text.h"
#include "sim/why.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *text(struct arena *mem, const char *s)
{
    return json_string(text_escape(mem, bytes_str(s ? s : "")));
}

static void set(json_t *o, const char *name, json_t *value)
{
    json_object_set_new(o, name, value);
}

static json_t *input(struct arena *mem, const char *id, const struct decision_input *in)
{
    const struct knob *k = knob_find(id, in->name);
    json_t *o = json_object();
    set(o, "name", text(mem, in->name));
    set(o, "subject", text(mem, in->subject));
    set(o, "value", text(mem, in->value));
    if (k)
        set(o, "domain", text(mem, k->domain));
    if (k && k->fixed)
        set(o, "fixed", text(mem, k->fixed));
    return o;
}

static json_t *flip(struct arena *mem, const struct why_flip *f)
{
    json_t *o = json_object(), *changes = json_array();
    for (size_t i = 0; i < f->n; i++) {
        json_t *c = json_object();
        set(c, "input", text(mem, f->changes[i].knob->input));
        set(c, "subject", text(mem, f->changes[i].subject));
        set(c, "value", text(mem, f->changes[i].value));
        set(c, "words", text(mem, f->changes[i].words));
        json_array_append_new(changes, c);
    }
    set(o, "changes", changes);
    set(o, "outcome", text(mem, f->outcome));
    if (f->then)
        set(o, "then", text(mem, f->then));
    return o;
}

static json_t *decision(struct arena *mem, const struct why_decision *d,
                        const struct why_options *options)
{
    const struct decision_told *told = d->event->decision;
    json_t *o = json_object(), *inputs = json_array(), *flips = json_array();
    for (size_t i = 0; i < told->n; i++)
        json_array_append_new(inputs, input(mem, told->id, &told->inputs[i]));
    for (size_t i = 0; i < d->n_flips; i++)
        json_array_append_new(flips, flip(mem, &d->flips[i]));
    set(o, "id", text(mem, told->id));
    set(o, "party", text(mem, d->event->party));
    set(o, "step", json_integer((json_int_t)d->step + 1));
    set(o, "packet", json_integer((json_int_t)d->packet));
    set(o, "times", json_integer((json_int_t)d->times));
    set(o, "inputs", inputs);
    set(o, "rule", text(mem, told->rule));
    set(o, "outcome", text(mem, told->outcome));
    set(o, "spec", text(mem, told->spec));
    if (options->no_flips)
        json_decref(flips);
    else
        set(o, "flips", flips);
    return o;
}

char *why_json(const struct scenario *s, const struct why_report *r,
               const struct why_options *options, struct arena *mem)
{
    json_t *o = json_object(), *list = json_array();
    for (size_t i = 0; i < r->n; i++)
        json_array_append_new(list, decision(mem, &r->decisions[i], options));
    set(o, "scenario", text(mem, s->title));
    set(o, "decisions", list);
    set(o, "runs", json_integer((json_int_t)r->runs));
    set(o, "stopped", json_boolean(r->stopped));
    char *dump = json_dumps(o, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    char *out = arena_printf(mem, "%s\n", dump ? dump : "null");
    free(dump);
    json_decref(o);
    return out;
}
