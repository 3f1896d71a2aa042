/* The network: connections, messages under way, engines woken by what arrives. */
#include "sim/world_inside.h"

#include "sim/dns.h"
#include "trace/dissect.h"

/* ---- connections ---------------------------------------------------------------------------- */
static struct conn *conn_open(struct world *w, struct actor *opener, struct actor *server,
                              enum transport via, uint16_t to_port)
{
    struct conn *c = arena_new_of(w->mem, struct conn);
    *c = (struct conn){.next = w->conns,
                       .number = via_datagram(via) ? 0 : ++w->tcp,
                       .via = via,
                       .opener = opener,
                       .server = server,
                       .port = w->port,
                       .to_port = to_port,
                       .task = w->task};
    w->port = w->port == UINT16_MAX ? WORLD_FIRST_PORT : w->port + 1;
    return w->conns = c;
}

/* A client's engine knows no connections: one for each way to each port of a server in a task. */
static struct conn *conn_of(struct world *w, struct actor *from, struct actor *to,
                            enum transport via, uint16_t port)
{
    uint16_t to_port = port ? port : to->port;
    for (struct conn *c = w->conns; c; c = c->next)
        if (c->opener == from && c->server == to && c->via == via && c->to_port == to_port &&
            c->task == w->task && !c->closed)
            return c;
    return conn_open(w, from, to, via, to_port);
}

static uint16_t port_of(const struct conn *c, const struct actor *a)
{
    return a == c->opener ? c->port : c->to_port;
}

/* ---- leaving -------------------------------------------------------------------------------- */
void world_fly(struct world *w, struct flight f)
{
    struct flight **at = &w->flights, *own = arena_new_of(w->mem, struct flight);
    while (*at && (*at)->at <= f.at)
        at = &(*at)->next;
    *own = f;
    own->next = *at;
    *at = own;
}

static struct event *packet_event(struct world *w, const struct flight *f, struct bytes data,
                                  enum fate fate, size_t in_reply)
{
    return trace_add(w->trace, &(struct event){.kind = EVENT_PACKET,
                                               .at = w->now,
                                               .local = w->now + f->from->clock,
                                               .party = f->from->handle.name,
                                               .id = "",
                                               .text = "",
                                               .number = w->trace->packets + 1,
                                               .in_reply = in_reply,
                                               .to = f->to->handle.name,
                                               .via = f->conn->via,
                                               .fate = fate,
                                               .from_port = port_of(f->conn, f->from),
                                               .to_port = port_of(f->conn, f->to),
                                               .conn = f->conn->number,
                                               .data = data,
                                               .arrived = data});
}

/* What a message is called takes reading it: only for those who ask. */
static const char *label_of(struct world *w, const struct event *e)
{
    bool asked = w->step && w->step->n_notes;
    for (size_t i = 0; i < w->scenario->n_tampers && !asked; i++)
        asked = w->scenario->tampers[i].message || w->scenario->tampers[i].packet == e->number;
    return asked ? message_label(dissect(e->data, e->via, NULL, NULL, w->mem), w->mem) : "";
}

/* Into the trace, through the changes, under way. */
static void leave(struct world *w, struct flight *f, struct bytes data, enum fate fate,
                  size_t in_reply)
{
    int64_t late = 0;
    if (w->trace->packets >= WORLD_PACKETS_MAX) {
        w->trouble = true;
        return;
    }
    f->event = packet_event(w, f, data, fate, in_reply);
    const char *label = label_of(w, f->event);
    world_tell_notes(w, f->event, label);
    f->at = w->now + WORLD_LATENCY;
    if (!world_tamper(w, f->event, label, f, &late))
        return;
    f->at += late;
    world_fly(w, *f);
}

void world_send(struct world *w, struct actor *from, const struct packet *p,
                const struct event *answers)
{
    struct actor *to = (struct actor *)(uintptr_t)p->to;
    struct conn *c = p->conn ? p->conn : conn_of(w, from, to, p->via, p->port);
    struct flight f = {.conn = c, .from = from, .to = to};
    leave(w, &f, p->data, FATE_DELIVERED, answers && !from->client ? answers->number : 0);
    if (!from->client)
        return;
    w->last = f;
    w->tries = 1;
    w->deadline = w->now + WORLD_TIMEOUT;
}

void world_send_again(struct world *w, const struct flight *f)
{
    struct flight again = *f;
    struct arg args[] = {A_INT("packet", (int64_t)f->event->number),
                         A_SPAN("span", WORLD_TIMEOUT << (w->tries - 1)),
                         A_INT("try", w->tries + 1)};
    world_tell_step(w, f->from, "world.again", STEP_NOTED, args, 3);
    leave(w, &again, f->event->data, FATE_DELIVERED, 0);
    w->tries++;
    w->deadline = w->now + (WORLD_TIMEOUT << (w->tries - 1));
}

void world_inject(struct world *w, const struct flight *f)
{
    struct flight again = *f;
    again.conn = conn_open(w, f->from, f->to, f->conn->via, f->conn->to_port);
    leave(w, &again, f->copy_of->arrived, FATE_INJECTED, 0);
}

/* ---- turns ---------------------------------------------------------------------------------- */
/* What a reader found wrong, where the engine has not told of a refusal itself since `before`. */
static void tell_faults(struct world *w, const struct actor *a, const struct faults *faults,
                        size_t before)
{
    for (size_t i = before; i < w->trace->n; i++)
        if (w->trace->events[i]->kind == EVENT_STEP && w->trace->events[i]->outcome == STEP_REFUSED)
            return;
    for (size_t i = 0; i < faults->n; i++) {
        struct arg args[] = {A_STR("fault", fault_text(w->mem, &faults->list[i]))};
        world_tell_step(w, a, "world.fault", STEP_NOTED, args, 1);
    }
}

void world_turn(struct world *w, struct actor *a, const struct event *answers,
                bool (*go)(struct actor *, const struct packet *, const void *arg, struct turn *),
                const struct packet *p, const void *arg)
{
    struct outbox box;
    size_t before = w->trace->n;
    arena_reset(w->turn_mem);
    outbox_init(&box, w->turn_mem);
    seeded_rng_turn(&a->rng, a->turns++);
    w->story.party = a->handle.name;
    w->story.at = w->now;
    w->story.local = w->now + a->clock;
    struct faults faults = {.mem = w->turn_mem};
    struct turn t = {.now = w->now + a->clock,
                     .rng = &a->rng.rng,
                     .crypto = w->crypto,
                     .mem = w->turn_mem,
                     .out = &box,
                     .tell = &w->story.story,
                     .faults = &faults};
    if (!go(a, p, arg, &t)) {
        w->trouble = true;
        return;
    }
    tell_faults(w, a, &faults, before);
    for (const struct out *o = box.first; o && !w->trouble; o = o->next) {
        if (o->kind == OUT_SEND)
            world_send(w, a, &o->packet, answers);
        else if (o->packet.conn)
            o->packet.conn->closed = true;
    }
}

static bool receive(struct actor *a, const struct packet *p, const void *arg, struct turn *t)
{
    (void)arg;
    if (a->kdc)
        return kdc_receive(a->kdc, p, t);
    if (a->service)
        return service_receive(a->service, p, t);
    if (a->is->role == ROLE_DNS)
        return dns_receive(a->is, p, t);
    return !a->client || client_receive(a->client, p, t); /* an eavesdropper only listens */
}

static size_t limit_of(const struct world *w, const struct actor *kdc)
{
    return scenario_realm(w->scenario, kdc->is->realm)->udp_limit;
}

void world_arrive(struct world *w)
{
    struct flight f = *w->flights;
    w->flights = f.next;
    w->now = f.at > w->now ? f.at : w->now;
    if (!f.event) {
        world_inject(w, &f);
        return;
    }
    bool datagram = f.conn->via == VIA_UDP && f.to->kdc;
    struct packet p = {.conn = f.conn,
                       .via = f.conn->via,
                       .from = &f.from->handle,
                       .to = &f.to->handle,
                       .port = f.conn->to_port,
                       .limit = datagram ? limit_of(w, f.to) : 0,
                       .data = f.event->arrived};
    world_turn(w, f.to, f.event, receive, &p, NULL);
}
