/* The live realm explains itself: each exchange as it happens, its steps and the answer. */
#include "sim/live_inside.h"

#include "trace/catalogue.h"
#include "trace/dissect.h"

#include <stdlib.h>
#include <string.h>

struct live_teller {
    struct live *live;
    FILE *out;             /* NULL: only recorded */
    struct arena *mem;     /* one exchange */
    struct trace *trace;   /* its steps */
    struct trace_story story;
    struct event request;
};

struct live_teller *live_teller_new(struct live *l, FILE *out, char **error)
{
    struct live_teller *t = calloc(1, sizeof *t);
    if (t)
        t->mem = arena_new((size_t)64 << 10);
    if (!t || !t->mem) {
        free(t);
        *error = arena_printf(l->mem, "out of memory");
        return NULL;
    }
    t->live = l;
    t->out = out;
    return t;
}

bool live_teller_free(struct live_teller *t)
{
    arena_free(t->mem);
    free(t);
    return true;
}

struct story *live_tell_begin(struct live_teller *t, const struct packet *p,
                              const struct live_peer *peer, int64_t now)
{
    arena_reset(t->mem);
    t->request = (struct event){.kind = EVENT_PACKET,
                                .at = now,
                                .party = peer->text,
                                .to = p->to ? p->to->name : "",
                                .via = p->via,
                                .from_port = peer->port,
                                .data = arena_copy(t->mem, p->data)};
    if (!t->out)
        return NULL;
    t->trace = trace_new(t->mem);
    trace_story_init(&t->story, t->trace);
    t->story.at = t->story.local = now;
    return &t->story.story;
}

static const char *label_of(struct live_teller *t, struct bytes data, enum transport via)
{
    return message_label(dissect(data, via, NULL, NULL, t->mem), t->mem);
}

static void say_steps(struct live_teller *t)
{
    static const char *const marks[] = {
        [STEP_DONE] = "ok", [STEP_REFUSED] = "x ", [STEP_NOTED] = "  "};
    for (size_t i = 0; i < t->trace->n; i++) {
        const struct event *e = t->trace->events[i];
        if (e->kind == EVENT_STEP)
            fprintf(t->out, "    %s %s\n", marks[e->outcome], sentence_of(t->mem, e));
    }
}

void live_tell_end(struct live_teller *t, const struct outbox *box, int64_t now)
{
    static const char *const names[] = {
        [VIA_UDP] = "UDP", [VIA_TCP] = "TCP", [VIA_HTTP] = "HTTP"};
    const struct event *r = &t->request;
    char when[WHEN_TEXT];
    if (!t->out)
        return;
    fprintf(t->out, "\n%s  %s port %u  %s  %zu octets, %s\n", when_text(now, true, when), r->party,
            (unsigned)r->from_port, label_of(t, r->data, r->via), r->data.n, names[r->via]);
    say_steps(t);
    for (const struct out *o = box->first; o; o = o->next)
        if (o->kind == OUT_SEND)
            fprintf(t->out, "  -> %s  %zu octets\n", label_of(t, o->packet.data, r->via),
                    o->packet.data.n);
    if (!box->first)
        fprintf(t->out, "  -> no answer\n");
    fflush(t->out);
}
