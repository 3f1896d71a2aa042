/* The live realm explains itself: each exchange as it happens, its steps and the answer. */
#include "sim/live_inside.h"

#include "base/text.h"
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

/* How a replay knows what the ports were for, and the certificate that bindings are made of. */
static char *record_title(struct arena *mem, const struct live *l)
{
    const char *scenario =
        l->options.scenario ? l->options.scenario : l->workers->engines.scenario->name;
    char *tls = arena_printf(mem, "%s", "");
    if (l->https_port)
        tls = arena_printf(mem, "(TLS at %u %s) ", (unsigned)l->https_port,
                           hex_text(mem, bytes_slice(l->tls->end_point, l->tls->end_point.n - 32,
                                                     l->tls->end_point.n)));
    return arena_printf(mem, LIVE_RECORD_TITLE LIVE_RECORD_KPASSWD "%s%s",
                        (unsigned)l->ports[DOOR_KPASSWD], tls, scenario);
}

static uint16_t own_port(const struct live *l, const struct packet *p)
{
    if (p->via == VIA_HTTP)
        return p->tls ? l->https_port : l->http_port;
    if (p->via == VIA_RPC)
        return l->rpc_port;
    return l->ports[p->port == KPASSWD_PORT ? DOOR_KPASSWD : DOOR_KDC];
}

/* A trace of one exchange, so that memory does not grow with their number. */
struct story *live_tell_begin(struct live_teller *t, const struct packet *p,
                              const struct live_peer *peer, int64_t now)
{
    struct live *l = t->live;
    arena_reset(t->mem);
    t->trace = trace_new(t->mem);
    t->trace->title = record_title(t->mem, l);
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
                                .tls = p->tls != NULL,
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

#define CHANNEL_PORT 49200 /* the service's end of the connection to its controller */

/* The record has it between the service's address and the controller's, at the lessons' port, by
 * which a replay knows that it makes it itself. */
void live_tell_passes(void *arg, const struct packet *p)
{
    struct live_teller *t = arg;
    bool asks = p->to->name != t->request.to;
    trace_party(t->trace,
                (struct party_told){asks ? p->to->name : p->from->name, "kdc", "127.0.0.1"});
    trace_add(t->trace, &(struct event){.kind = EVENT_PACKET,
                                        .at = t->request.at,
                                        .local = t->request.at,
                                        .party = p->from->name,
                                        .to = p->to->name,
                                        .via = VIA_RPC,
                                        .from_port = asks ? CHANNEL_PORT : NETLOGON_PORT,
                                        .to_port = asks ? NETLOGON_PORT : CHANNEL_PORT,
                                        .conn = 2,
                                        .number = ++t->trace->packets,
                                        .data = p->data,
                                        .arrived = p->data});
    t->story.party = arena_str(t->mem, bytes_str(p->to->name));
}

static const char *label_of(struct live_teller *t, struct bytes data, enum transport via)
{
    return message_label(dissect(data, via, NULL, NULL, t->mem), t->mem);
}

static struct bytes arg_of(const struct event *e, const char *name)
{
    for (size_t i = 0; i < e->n_args; i++)
        if (strcmp(e->args[i].name, name) == 0)
            return e->args[i].text;
    return (struct bytes){0};
}

/* "EXAMPLE\alice by NTLM, verified by NTLMv2": what came of it, in one line; nothing where nobody
 * was admitted. */
static void say_who(struct live_teller *t)
{
    struct bytes who = {0};
    const char *scheme = "", *verified = NULL;
    for (size_t i = 0; i < t->trace->n; i++) {
        const struct event *e = t->trace->events[i];
        if (e->kind == EVENT_STEP && strcmp(e->id, "service.http.answer") == 0)
            who = arg_of(e, "client");
        if (e->kind == EVENT_DECISION && strcmp(e->id, "service.scheme") == 0)
            scheme = e->decision->outcome;
        if (e->kind == EVENT_DECISION && strcmp(e->id, "ntlm.level") == 0)
            verified = e->decision->outcome;
    }
    if (who.n)
        fprintf(t->out, "  = %s by %s%s%s\n", text_escape(t->mem, who), scheme,
                verified ? ", verified by " : "", verified ? verified : "");
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
            r->tls ? "HTTP inside TLS" : names[r->via]);
    for (size_t i = 1; i < t->trace->n; i++) {
        const struct event *e = t->trace->events[i];
        if (e->kind == EVENT_STEP)
            fputs(event_text(e, &options, t->mem), t->out);
        else if (e->kind == EVENT_PACKET)
            fprintf(t->out, "  %s -> %s  %s  %zu octets\n", e->party, e->to,
                    label_of(t, e->data, e->via), e->data.n);
    }
    for (const struct out *o = box->first; o; o = o->next)
        if (o->kind == OUT_SEND)
            fprintf(t->out, "  -> %s  %zu octets\n", label_of(t, o->packet.data, r->via),
                    o->packet.data.n);
    if (!box->first)
        fprintf(t->out, "  -> no answer\n");
    say_who(t);
    fflush(t->out);
}

/* What follows the section's and the interface's block: a file has one of each. */
static struct bytes without_head(struct bytes file)
{
    for (int block = 0; block < 2; block++)
        file = bytes_slice(file, le32(file.p + 4), file.n);
    return file;
}

static void write_section(struct live_teller *t)
{
    struct bytes section = trace_pcapng(t->trace, t->live->workers->crypto, t->mem);
    if (t->begun)
        section = without_head(section);
    t->begun = true;
    if (fwrite(section.p, 1, section.n, t->record) != section.n || fflush(t->record))
        t->record_ok = false;
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
    write_section(t);
}

/* A connection on which nothing passes: a replay forgets what it knew of its ends. */
void live_tell_closed(struct live_teller *t, const struct live_peer *peer, bool tls, int64_t now)
{
    static const struct packet nothing = {.via = VIA_HTTP};
    static const struct tls inside;
    struct packet p = nothing;
    struct party service = t->live->workers->engines.service_party;
    if (!t->record || !t->record_ok)
        return;
    p.to = &service;
    p.tls = tls ? &inside : NULL;
    live_tell_begin(t, &p, peer, now);
    write_section(t);
}

void live_tell_end(struct live_teller *t, const struct outbox *box, int64_t now)
{
    if (t->out)
        say(t, box);
    if (t->record && t->record_ok)
        record(t, box, now);
}
