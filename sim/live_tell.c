/* The live realm explains itself: each exchange as it happens, its steps and the answer. */
#include "sim/live_inside.h"

#include "trace/dissect.h"
#include "trace/export.h"
#include "trace/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct live_teller {
    struct live *live;
    FILE *out;    /* NULL: only recorded */
    FILE *record; /* NULL: not recorded */
    bool begun, record_ok;
    struct arena *mem; /* one exchange: its trace and what is made of it */
    struct trace *trace;
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
    t->record_ok = true;
    if (l->options.record && !(t->record = fopen(l->options.record, "wb"))) {
        *error = arena_printf(l->mem, "%s: %s", l->options.record, strerror(errno));
        live_teller_free(t);
        return NULL;
    }
    return t;
}

bool live_teller_free(struct live_teller *t)
{
    bool ok = t->record_ok;
    if (t->record && fclose(t->record))
        ok = false;
    arena_free(t->mem);
    free(t);
    return ok;
}

static char *record_title(struct arena *mem, const char *scenario, uint16_t kpasswd_port)
{
    return arena_printf(mem, LIVE_RECORD_TITLE LIVE_RECORD_KPASSWD "%s", (unsigned)kpasswd_port,
                        scenario);
}

static uint16_t own_port(const struct live *l, const struct packet *p)
{
    if (p->via == VIA_HTTP)
        return l->http_port;
    return l->ports[p->port == KPASSWD_PORT ? DOOR_KPASSWD : DOOR_KDC];
}

/* A trace of one exchange, so that memory does not grow with their number. */
struct story *live_tell_begin(struct live_teller *t, const struct packet *p,
                              const struct live_peer *peer, int64_t now)
{
    struct live *l = t->live;
    arena_reset(t->mem);
    t->trace = trace_new(t->mem);
    t->trace->title = record_title(
        t->mem, l->options.scenario ? l->options.scenario : l->workers->engines.scenario->name,
        l->ports[DOOR_KPASSWD]);
    t->trace->realm = l->workers->engines.scenario->realm.name;
    t->trace->seed = l->seed;
    trace_party(t->trace, (struct party_told){peer->text, "client", peer->text});
    trace_party(t->trace, (struct party_told){p->to->name, "kdc", "127.0.0.1"});
    t->request = (struct event){.kind = EVENT_PACKET,
                                .at = now,
                                .local = now,
                                .party = peer->text,
                                .to = p->to->name,
                                .via = p->via,
                                .from_port = peer->port,
                                .to_port = own_port(l, p),
                                .conn = p->via != VIA_UDP,
                                .number = 1,
                                .data = p->data,
                                .arrived = p->data};
    trace_add(t->trace, &t->request);
    t->trace->packets = 1;
    if (!t->out)
        return NULL;
    trace_story_init(&t->story, t->trace);
    t->story.party = p->to->name;
    t->story.at = t->story.local = now;
    return &t->story.story;
}

static const char *label_of(struct live_teller *t, struct bytes data, enum transport via)
{
    return message_label(dissect(data, via, NULL, NULL, t->mem), t->mem);
}

static void say(struct live_teller *t, const struct outbox *box)
{
    static const char *const names[] = {[VIA_UDP] = "UDP",
                                        [VIA_TCP] = "TCP",
                                        [VIA_HTTP] = "HTTP",
                                        [VIA_DNS] = "UDP",
                                        [VIA_RPC] = "TCP"};
    static const struct text_options options = {.ascii = true};
    const struct event *r = t->trace->events[0];
    char when[WHEN_TEXT];
    fprintf(t->out, "\n%s  %s port %u  %s  %zu octets, %s\n", when_text(r->at, true, when),
            r->party, (unsigned)r->from_port, label_of(t, r->data, r->via), r->data.n,
            names[r->via]);
    for (size_t i = 1; i < t->trace->n; i++)
        if (t->trace->events[i]->kind == EVENT_STEP)
            fputs(event_text(t->trace->events[i], &options, t->mem), t->out);
    for (const struct out *o = box->first; o; o = o->next)
        if (o->kind == OUT_SEND)
            fprintf(t->out, "  -> %s  %zu octets\n", label_of(t, o->packet.data, r->via),
                    o->packet.data.n);
    if (!box->first)
        fprintf(t->out, "  -> no answer\n");
    fflush(t->out);
}

/* What follows the section's and the interface's block: a file has one of each. */
static struct bytes without_head(struct bytes file)
{
    for (int block = 0; block < 2; block++)
        file = bytes_slice(file, le32(file.p + 4), file.n);
    return file;
}

static void record(struct live_teller *t, const struct outbox *box, int64_t now)
{
    const struct event *r = &t->request;
    for (const struct out *o = box->first; o; o = o->next) {
        if (o->kind != OUT_SEND)
            continue;
        struct event reply = *r;
        reply.at = reply.local = now;
        reply.party = r->to;
        reply.to = r->party;
        reply.from_port = r->to_port;
        reply.to_port = r->from_port;
        reply.number = ++t->trace->packets;
        reply.in_reply = 1;
        reply.data = reply.arrived = o->packet.data;
        trace_add(t->trace, &reply);
    }
    struct bytes section = trace_pcapng(t->trace, t->live->workers->crypto, t->mem);
    if (t->begun)
        section = without_head(section);
    t->begun = true;
    if (fwrite(section.p, 1, section.n, t->record) != section.n || fflush(t->record))
        t->record_ok = false;
}

void live_tell_end(struct live_teller *t, const struct outbox *box, int64_t now)
{
    if (t->out)
        say(t, box);
    if (t->record && t->record_ok)
        record(t, box, now);
}
