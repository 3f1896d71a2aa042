#include "trace/trace.h"

#include <string.h>

struct trace *trace_new(struct arena *mem)
{
    struct trace *t = arena_new_of(mem, struct trace);
    t->mem = mem;
    t->title = t->realm = "";
    return t;
}

static const char *keep(struct arena *mem, const char *s)
{
    return s && *s ? arena_str(mem, bytes_str(s)) : "";
}

void trace_party(struct trace *t, struct party_told p)
{
    struct party_told *all = arena_array(t->mem, struct party_told, t->n_parties + 1);
    if (t->n_parties)
        memcpy(all, t->parties, t->n_parties * sizeof *all);
    all[t->n_parties++] = (struct party_told){
        keep(t->mem, p.name),
        keep(t->mem, p.role),
        keep(t->mem, p.address),
    };
    t->parties = all;
}

static const struct arg *keep_args(struct arena *mem, const struct arg *args, size_t n)
{
    struct arg *copy = arena_array(mem, struct arg, n);
    for (size_t i = 0; i < n; i++) {
        copy[i] = args[i];
        copy[i].name = keep(mem, args[i].name);
        copy[i].text = arena_copy(mem, args[i].text);
    }
    return copy;
}

static void grow(struct trace *t)
{
    size_t room = t->room ? 2 * t->room : 64;
    struct event **events = arena_array(t->mem, struct event *, room);
    if (t->n)
        memcpy(events, t->events, t->n * sizeof *events);
    t->events = events;
    t->room = room;
}

struct event *trace_add(struct trace *t, const struct event *from)
{
    if (t->n == t->room)
        grow(t);
    struct event *e = arena_new_of(t->mem, struct event);
    *e = *from;
    e->index = t->n;
    e->party = keep(t->mem, from->party);
    e->id = keep(t->mem, from->id);
    e->text = keep(t->mem, from->text);
    e->to = keep(t->mem, from->to);
    e->key_name = keep(t->mem, from->key_name);
    e->args = keep_args(t->mem, from->args, from->n_args);
    e->value = arena_copy(t->mem, from->value);
    if (e->kind == EVENT_PACKET) {
        bool same = !from->arrived.p ||
                    (from->arrived.p == from->data.p && from->arrived.n == from->data.n);
        e->data = arena_copy(t->mem, from->data);
        e->arrived = same ? e->data : arena_copy(t->mem, from->arrived);
        e->number = ++t->packets;
    }
    t->events[t->n++] = e;
    return e;
}

const struct event *trace_packet(const struct trace *t, size_t number)
{
    for (size_t i = 0; number && i < t->n; i++)
        if (t->events[i]->kind == EVENT_PACKET && t->events[i]->number == number)
            return t->events[i];
    return NULL;
}

static void told_step(struct story *story, const char *id, enum outcome outcome,
                      const struct arg *args, size_t n)
{
    const struct trace_story *s = (struct trace_story *)story;
    trace_add(s->trace, &(struct event){
                            .kind = EVENT_STEP,
                            .at = s->at,
                            .local = s->local,
                            .party = s->party,
                            .id = id,
                            .outcome = outcome,
                            .args = args,
                            .n_args = n,
                        });
}

static void told_key(struct story *story, const struct key_told *key)
{
    const struct trace_story *s = (struct trace_story *)story;
    trace_add(s->trace, &(struct event){
                            .kind = EVENT_KEY,
                            .at = s->at,
                            .local = s->local,
                            .party = key->holder,
                            .id = key->cause,
                            .key_name = key->name,
                            .etype = key->etype,
                            .kvno = key->kvno,
                            .value = key->value,
                        });
}

static const char *kept(struct arena *mem, const char *s)
{
    return s ? arena_str(mem, bytes_str(s)) : NULL;
}

static void told_decision(struct story *story, const struct decision_told *d)
{
    struct trace_story *s = (struct trace_story *)story;
    struct arena *mem = s->trace->mem;
    struct decision_told *copy = arena_new_of(mem, struct decision_told);
    struct decision_input *inputs = arena_array(mem, struct decision_input, d->n);
    for (size_t i = 0; i < d->n; i++)
        inputs[i] =
            (struct decision_input){kept(mem, d->inputs[i].name), kept(mem, d->inputs[i].subject),
                                    kept(mem, d->inputs[i].value)};
    *copy = (struct decision_told){kept(mem, d->id),
                                   kept(mem, d->rule),
                                   kept(mem, d->outcome),
                                   kept(mem, d->spec),
                                   inputs,
                                   d->n};
    struct event e = {.kind = EVENT_DECISION,
                      .at = s->at,
                      .local = s->local,
                      .party = s->party,
                      .id = copy->id,
                      .text = copy->outcome,
                      .decision = copy};
    trace_add(s->trace, &e);
}

void trace_story_init(struct trace_story *s, struct trace *t)
{
    *s = (struct trace_story){
        .story = {told_step, told_key, told_decision}, .trace = t, .party = ""};
}
