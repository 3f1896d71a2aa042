/* What is known of connections: a bounded table, each with memory of its own that goes with it. */
#include "service/inside.h"

#include <string.h>

#include "base/tls.h"

struct connection *connection_find(struct service *s, const struct conn *conn)
{
    for (size_t i = 0; conn && i < s->n_conns; i++)
        if (s->keys[i] == conn && s->conns[i].conn == conn)
            return &s->conns[i];
    return NULL;
}

struct connection *connection_of_id(struct service *s, uint64_t id)
{
    for (size_t i = 0; id && i < s->n_conns; i++)
        if (s->conns[i].id == id)
            return &s->conns[i];
    return NULL;
}

void connection_forget(struct connection *c)
{
    arena_free(c->mem);
    arena_free(c->queue);
    *c = (struct connection){.id = 0};
}

/* A free place, or that of the one not used for longest. */
static struct connection *place(struct service *s)
{
    struct connection *oldest = &s->conns[0];
    for (size_t i = 0; i < s->n_conns; i++) {
        if (!s->conns[i].id)
            return &s->conns[i];
        if (s->conns[i].used < oldest->used)
            oldest = &s->conns[i];
    }
    if (s->n_conns < s->max_conns)
        return &s->conns[s->n_conns++];
    connection_forget(oldest);
    return oldest;
}

/* The memory of a connection ends the turn as the turn's own does, when it runs out. */
static void escape_as_turn(struct arena *mem, struct visit *v)
{
    jmp_buf *escape = arena_escape(v->turn->mem, NULL);
    arena_escape(v->turn->mem, escape);
    if (mem)
        arena_escape(mem, escape);
}

void connection_enter(struct connection *c, struct visit *v)
{
    v->connection = c;
    c->visit = v;
    c->used = ++v->service->requests;
    escape_as_turn(c->mem, v);
    escape_as_turn(c->queue, v);
}

static bool memory(struct arena **mem, struct visit *v)
{
    if (*mem)
        return true;
    *mem = arena_new(0);
    if (!*mem)
        return false;
    arena_limit(*mem, SERVICE_MEMORY);
    escape_as_turn(*mem, v);
    return true;
}

struct connection *connection_for(struct visit *v)
{
    if (v->connection)
        return v->connection;
    struct connection *c = place(v->service);
    *c = (struct connection){.conn = v->packet->conn, .id = ++v->service->ids};
    v->service->keys[c - v->service->conns] = c->conn;
    connection_enter(c, v);
    return c;
}

bool connection_begin(struct connection *c, struct visit *v)
{
    c->spnego = NULL;
    c->kerberos = NULL;
    c->ntlm = NULL;
    c->proven = c->token = NULL;
    c->begun = v->app;
    if (c->mem)
        arena_reset(c->mem);
    return memory(&c->mem, v);
}

/* The keys of a context protect nothing in HTTP: they end with it. */
void connection_settle(struct connection *c)
{
    if (c->ntlm)
        wipe(&c->ntlm->session, sizeof c->ntlm->session);
    if (c->spnego && c->kerberos)
        wipe(c->kerberos, sizeof *c->kerberos);
    c->spnego = NULL;
    c->kerberos = NULL;
    c->ntlm = NULL;
}

bool connection_asks_more(struct visit *v)
{
    struct connection *c = v->connection;
    if (!v->app || !c->begun || v->app->protection <= c->begun->protection)
        return false;
    connection_settle(c);
    service_refuse(v, FIND_NTLM_ORDER, 401, 0,
                   "a message of one that began where less is asked of the channel");
    return true;
}

void connection_prove(struct visit *v, const struct access_token *token)
{
    v->connection->token = token;
    v->connection->app = v->app;
}

/* The transport keeps it only for the turn. */
static const struct tls *tls_copy(struct arena *mem, const struct tls *tls)
{
    struct tls *own;
    if (!tls)
        return NULL;
    own = arena_new_of(mem, struct tls);
    own->end_point = arena_copy(mem, tls->end_point);
    own->client_certificate = arena_copy(mem, tls->client_certificate);
    if (tls->client_subject)
        own->client_subject = arena_str(mem, bytes_str(tls->client_subject));
    if (tls->client_fingerprint)
        own->client_fingerprint = arena_str(mem, bytes_str(tls->client_fingerprint));
    return own;
}

struct arena *connection_queue(struct connection *c, struct visit *v)
{
    return memory(&c->queue, v) ? c->queue : NULL;
}

bool connection_hold(struct connection *c, struct visit *v, const struct packet *p)
{
    if (c->n_held == SERVICE_HELD_MAX || !memory(&c->queue, v) ||
        (c->n_held && arena_used(c->queue) + p->data.n > SERVICE_MEMORY / 2))
        return false;
    if (p->data.n > SERVICE_MEMORY / 2)
        return false;
    struct held *h = arena_new_of(c->queue, struct held);
    h->packet = *p;
    h->packet.data = arena_copy(c->queue, p->data);
    h->packet.tls = tls_copy(c->queue, p->tls);
    if (c->last)
        c->last->next = h;
    else
        c->first = h;
    c->last = h;
    c->n_held++;
    return true;
}

void connection_next(struct connection *c)
{
    c->question = NULL;
    c->first = c->first->next;
    c->n_held--;
    if (c->first)
        return;
    c->last = NULL;
    arena_reset(c->queue);
}
