/* The network: connections, messages under way, engines woken by what arrives. */
#include "sim/world_inside.h"

#include "sim/dns.h"
#include "trace/dissect.h"

#include <string.h>

/* ---- connections ---------------------------------------------------------------------------- */
/* A browser keeps its connections, and so does a secure channel; what else a client does is over
 * with its task, and what a page opens is over with the page. */
static bool lasts(const struct world *w, const struct actor *opener, enum transport via)
{
    if (opener->agent && via == VIA_HTTP)
        return false;
    return !opener->client ? via == VIA_RPC || via == VIA_HTTP
                           : via == VIA_HTTP && w->step && w->step->kind == DO_BROWSE;
}

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
                       .task = w->task,
                       .lasts = lasts(w, opener, via)};
    w->port = w->port == UINT16_MAX ? WORLD_FIRST_PORT : w->port + 1;
    return w->conns = c;
}

/* The client's certificate is the server's to see. */
static const struct tls *seen_by_server(struct world *w, const struct actor *client,
                                        const struct tls *tls)
{
    const struct scenario_account *a =
        scenario_account(w->scenario, client->is->realm, client->is->account);
    return web_tls_with(w->mem, w->crypto, tls, client->is->browser.certificate,
                        a ? a->certificate : NULL);
}

/* Engines that name no connection get one for each way to each port of a server in a task, or the
 * one that lasts; a browser that asked for a fresh one, none from before the task. */
static struct conn *conn_of(struct world *w, struct actor *from, struct actor *to,
                            const struct packet *p)
{
    uint16_t usual =
        p->tls && to->is->role == ROLE_SERVICE ? (uint16_t)to->is->server.tls_port : to->port;
    uint16_t to_port = p->port ? p->port : usual;
    for (struct conn *c = w->conns; c; c = c->next)
        if (c->opener == from && c->server == to && c->via == p->via && c->to_port == to_port &&
            !c->tls == !p->tls && !c->closed &&
            (c->task == w->task ||
             (c->lasts && lasts(w, from, p->via) && !(from->client && w->step->fresh))))
            return c;
    struct conn *c = conn_open(w, from, to, p->via, to_port);
    c->tls = p->tls ? seen_by_server(w, from, p->tls) : NULL;
    return c;
}

struct conn *world_connect(struct world *w, struct actor *from, struct actor *to,
                           enum transport via, uint16_t port)
{
    return conn_open(w, from, to, via, port ? port : to->port);
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
                                               .tls = f->conn->tls != NULL,
                                               .data = data,
                                               .arrived = data});
}

/* What a message is called takes reading it: only for those who ask. */
static const char *label_of(struct world *w, const struct event *e)
{
    bool asked = w->step && w->step->n_notes;
    for (size_t i = 0; i < w->scenario->n_tampers && !asked; i++)
        asked = w->scenario->tampers[i].message || w->scenario->tampers[i].packet == e->number;
    if (!asked)
        return "";
    /* What a sealed call is, who has its key can say. */
    struct keyring ring = {0};
    if (e->via == VIA_RPC)
        ring = keyring_of(w->trace, w->trace->n, w->mem);
    return message_label(dissect(e->data, e->via, &ring, w->crypto, w->mem), w->mem);
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
    world_overhear(w, f->event, f->from, f->to);
    f->at = w->now + WORLD_LATENCY;
    if (!world_tamper(w, f->event, label, f, &late))
        return;
    f->at += late;
    world_fly(w, *f);
}

/* The request that this answers: what arrived just now, or where somebody else had to be asked
 * before, what came last on the same connection. 0: it is no answer. */
static size_t answered(const struct world *w, const struct flight *f, const struct event *arrived)
{
    if (!arrived || f->from == f->conn->opener)
        return 0;
    if (strcmp(arrived->party, f->to->handle.name) == 0)
        return arrived->number;
    for (size_t i = w->trace->packets; i && f->conn->number; i--) {
        const struct event *e = trace_packet(w->trace, i);
        if (e->conn == f->conn->number && strcmp(e->to, f->from->handle.name) == 0)
            return i;
    }
    return 0;
}

/* What its pages open goes over these; its secure channel is another matter. */
static bool is_agents(const struct actor *a, const struct conn *c)
{
    return a->agent && c->opener == a && c->via != VIA_RPC;
}

void world_send(struct world *w, struct actor *from, const struct packet *p,
                const struct event *answers)
{
    struct actor *to = (struct actor *)(uintptr_t)p->to;
    struct conn *c = p->conn ? p->conn : conn_of(w, from, to, p);
    struct flight f = {.conn = c, .from = from, .to = to};
    bool asks = from->client || is_agents(from, c);
    bool page = p->via == VIA_HTTP && (c->lasts || is_agents(from, c));
    leave(w, &f, p->data, FATE_DELIVERED, answered(w, &f, answers));
    if (!asks)
        return;
    w->last = f;
    w->tries = page ? WORLD_TRIES : 1; /* a browser does not ask twice */
    w->deadline = w->now + (page ? WORLD_PATIENCE : WORLD_TIMEOUT);
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

static bool lose(struct actor *a, const struct packet *p, const void *arg, struct turn *t)
{
    (void)p, (void)arg;
    return service_controller_lost(a->service, t);
}

static bool lose_end(struct actor *a, const struct packet *p, const void *arg, struct turn *t)
{
    (void)p;
    return proxy_closed(a->proxy, arg, t);
}

/* An end of a connection learns that the other has closed it. */
static void tell_end(struct world *w, struct actor *a, struct conn *c)
{
    if (a->verifier && c->via == VIA_RPC)
        ntlm_closed(a->verifier, c);
    else if (a->service && c->via == VIA_RPC && a == c->opener && a != c->closed_by)
        world_controller_lost(w, a);
    else if (is_agents(a, c))
        client_closed(a->agent, c);
    else if (a->service)
        service_closed(a->service, c);
    else if (a->proxy && a != c->closed_by)
        world_turn(w, a, NULL, lose_end, NULL, c);
    else if (a->client)
        client_closed(a->client, c);
}

static void tell_closed(struct world *w)
{
    for (struct conn *c = w->conns; c && !w->trouble; c = c->next) {
        if (!c->closed || c->told)
            continue;
        c->told = true;
        tell_end(w, c->opener, c);
        tell_end(w, c->server, c);
    }
}

void world_controller_lost(struct world *w, struct actor *a)
{
    world_turn(w, a, NULL, lose, NULL, NULL);
}

struct actor *world_alarm(struct world *w, int64_t *at)
{
    struct actor *first = NULL;
    *at = NEVER;
    for (size_t i = 0; i < w->n_actors; i++) {
        struct actor *a = &w->actors[i];
        int64_t own = a->service ? service_alarm(a->service) : INT64_MAX;
        if (own != INT64_MAX && own - a->clock < *at) {
            *at = own - a->clock;
            first = a;
        }
    }
    return first;
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
        else if (o->packet.conn && !o->packet.conn->closed) {
            o->packet.conn->closed = true;
            o->packet.conn->closed_by = a;
        }
    }
    tell_closed(w);
}

static bool receive(struct actor *a, const struct packet *p, const void *arg, struct turn *t)
{
    (void)arg;
    if (is_agents(a, p->conn))
        return client_receive(a->agent, p, t);
    if (a->proxy)
        return proxy_receive(a->proxy, p, t);
    if (p->via == VIA_RPC && !a->service)
        return !a->verifier || ntlm_receive(a->verifier, p, t);
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
                       .tls = f.conn->tls,
                       .data = f.event->arrived};
    world_turn(w, f.to, f.event, receive, &p, NULL);
}
