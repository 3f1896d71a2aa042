/* The proxy's engine: the gate is a service whose admitted requests do not come to a page but go on
 * to their origin; what differs is struct gate (inside.h). */
#include "service/proxy.h"
#include "service/inside.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define PENDING_MAX 64

/* A connection to an origin. Responses come in the order of the requests (RFC 9112 9.3). */
struct upstream {
    const struct conn *conn; /* NULL: this place is free */
    const struct party *origin;
    uint16_t port;
    const struct conn *client; /* whose it is; NULL: everybody's */
    uint64_t used;
    uint64_t pending[PENDING_MAX]; /* who waits, oldest first */
    size_t n;
};

struct proxy {
    struct proxy_config config;
    struct service *gate;
    struct upstream *up;
    size_t max;
    uint64_t requests;
};

enum proxy_finding { PROXY_CONNECT, PROXY_TARGET, PROXY_ORIGIN, PROXY_RESPONSE, PROXY_FINDINGS };

static const struct fault_row rows[PROXY_FINDINGS] = {
    [PROXY_CONNECT] = {"proxy.connect", "this proxy makes no tunnels", "RFC 9110 9.3.6", NULL},
    [PROXY_TARGET] = {"proxy.target", "the request does not say which server it is for",
                      "RFC 9112 3.2.2", "http://host/path"},
    [PROXY_ORIGIN] = {"proxy.origin", "the server that the request is for cannot be reached",
                      "RFC 9110 15.6.3", NULL},
    [PROXY_RESPONSE] = {"proxy.response", "what the origin sent is not one response",
                        "RFC 9110 15.6.3", NULL},
};

const struct fault_row *proxy_fault_table(size_t *n)
{
    *n = PROXY_FINDINGS;
    return rows;
}

static enum next refuse(struct visit *v, enum proxy_finding what, int status, const char *found)
{
    v->status = status;
    tell(v->turn, STEP_REFUSED, rows[what].id, A_STR("found", found), A_INT("status", status));
    fault_raise(v->turn->faults, (struct fault){.row = &rows[what], .found = found});
    return ANSWER;
}

/* ---- connections to origins ------------------------------------------------------------------ */

static struct upstream *upstream_of(struct proxy *p, const struct conn *conn)
{
    for (size_t i = 0; conn && i < p->max; i++)
        if (p->up[i].conn == conn)
            return &p->up[i];
    return NULL;
}

/* The one there is, or a new one in a free place or that of the one not used for longest. */
static struct upstream *upstream_for(struct proxy *p, struct turn *t, const struct party *origin,
                                     uint16_t port, const struct conn *client, bool *is_new)
{
    struct upstream *place = &p->up[0];
    *is_new = false;
    for (size_t i = 0; i < p->max; i++) {
        struct upstream *u = &p->up[i];
        if (u->conn && u->origin == origin && u->port == port && u->client == client &&
            u->n < PENDING_MAX)
            return u;
        if (place->conn && (!u->conn || (u->n == 0 && u->used < place->used)))
            place = u;
    }
    const struct conn *conn = p->config.connect(p->config.arg, origin, port);
    if (!conn)
        return NULL;
    if (place->conn)
        outbox_close(t->out, (struct conn *)(uintptr_t)place->conn);
    *place = (struct upstream){.conn = conn, .origin = origin, .port = port, .client = client};
    *is_new = true;
    return place;
}

/* ---- requests -------------------------------------------------------------------------------- */

struct aim {
    struct bytes host, target; /* of what is sent on */
    struct bytes authority;    /* host and port as they came; empty: none did */
    uint16_t port;
};

/* http://host[:port]/path?query */
static bool take_aim(struct bytes uri, struct aim *out)
{
    struct bytes scheme = BYTES_LIT("http://");
    if (!bytes_equal_nocase(bytes_slice(uri, 0, scheme.n), scheme))
        return false;
    struct bytes rest = bytes_slice(uri, scheme.n, uri.n);
    size_t end = 0, host;
    unsigned port = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
        end++;
    for (host = end; host > 0 && rest.p[host - 1] >= '0' && rest.p[host - 1] <= '9';)
        host--;
    bool has_port = host > 0 && rest.p[host - 1] == ':';
    for (size_t i = host; has_port && i < end && port <= UINT16_MAX; i++)
        port = port * 10 + (unsigned)(rest.p[i] - '0');
    *out = (struct aim){.host = bytes_slice(rest, 0, has_port ? host - 1 : end),
                        .target = bytes_slice(rest, end, rest.n),
                        .authority = bytes_slice(rest, 0, end),
                        .port = (uint16_t)(port ? port : 80)};
    if (!out->target.n)
        out->target = BYTES_LIT("/");
    return out->host.n && port <= UINT16_MAX && out->target.p[0] == '/';
}

static bool stays_here(struct bytes name)
{
    static const char *const names[] = {"Proxy-Authorization", "Proxy-Connection",
                                        "Content-Length"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (bytes_equal_nocase(name, bytes_str(names[i])))
            return true;
    return false;
}

/* What the URI says of the host counts, not the field (RFC 9112 3.2.2). */
static struct bytes rewritten(struct visit *v, const struct aim *aim)
{
    struct arena *mem = v->turn->mem;
    const struct http_message *m = &v->http;
    const char **fields = arena_array(mem, const char *, m->n_fields + 1);
    size_t n = 0;
    bool named = aim->authority.n > 0;
    if (named)
        fields[n++] = arena_printf(mem, "Host: %s", arena_str(mem, aim->authority));
    for (size_t i = 0; i < m->n_fields; i++)
        if (!stays_here(m->fields[i].name) &&
            !(named && bytes_equal_nocase(m->fields[i].name, BYTES_LIT("Host"))))
            fields[n++] = arena_printf(mem, "%s: %s", arena_str(mem, m->fields[i].name),
                                       arena_str(mem, m->fields[i].value));
    return http_write(mem,
                      arena_printf(mem, "%s %s HTTP/1.%d", arena_str(mem, m->method),
                                   arena_str(mem, aim->target), m->minor),
                      fields, n, m->body);
}

static bool is_request(struct visit *v, struct bytes request)
{
    struct http_message m;
    size_t used;
    return http_read(request, v->turn->mem, NULL, &m, &used) == HTTP_WHOLE;
}

static const char *way(const struct proxy *p, bool is_new)
{
    if (p->config.shares_connections)
        return is_new ? "a new connection, which others will use too"
                      : "a connection that others use too";
    return is_new ? "a new connection, which is this client's alone" : "this client's connection";
}

static enum next forward(struct visit *v, void *arg)
{
    struct proxy *p = arg;
    struct aim aim = {.target = v->http.target, .port = 80};
    const char *uri = text_escape(v->turn->mem, v->http.target);
    bool is_new;
    if (bytes_equal_str(v->http.method, "CONNECT"))
        return refuse(v, PROXY_CONNECT, 501, uri);
    if (!take_aim(v->http.target, &aim)) {
        if (!p->config.relay)
            return refuse(v, PROXY_TARGET, 400, uri);
        aim = (struct aim){.target = v->http.target, .port = 80};
    }
    struct bytes request = rewritten(v, &aim);
    if (!is_request(v,
                    request)) /* the URI's authority is no host, or there is one field too many */
        return refuse(v, PROXY_TARGET, 400, uri);
    const struct party *origin =
        p->config.relay ? p->config.relay : p->config.origin(p->config.arg, aim.host);
    struct connection *c = connection_for(v);
    struct upstream *u = origin
                             ? upstream_for(p, v->turn, origin, aim.port,
                                            p->config.shares_connections ? NULL : c->conn, &is_new)
                             : NULL;
    if (!u)
        return refuse(v, PROXY_ORIGIN, 502, uri);
    tell(v->turn, p->config.relay ? STEP_NOTED : STEP_DONE,
         p->config.relay ? "proxy.relay" : "proxy.forward", A_STR("origin", origin->name),
         A_STR("uri", uri), A_STR("way", way(p, is_new)));
    u->pending[u->n++] = c->id;
    u->used = ++p->requests;
    outbox_send(v->turn->out, &(struct packet){.conn = (struct conn *)(uintptr_t)u->conn,
                                               .via = VIA_HTTP,
                                               .from = v->packet->to,
                                               .to = origin,
                                               .port = aim.port,
                                               .data = request});
    return WAIT;
}

/* ---- responses ------------------------------------------------------------------------------- */

static uint64_t take_pending(struct upstream *u)
{
    uint64_t id = u->pending[0];
    u->n--;
    memmove(u->pending, u->pending + 1, u->n * sizeof *u->pending);
    return id;
}

static bool answer(struct proxy *p, uint64_t id, struct bytes data, struct turn *t)
{
    struct connection *c = connection_of_id(p->gate, id);
    if (!c || !c->waiting)
        return true; /* it has gone */
    outbox_reply(t->out, &c->first->packet, data);
    return service_finish(p->gate, c, t);
}

static struct bytes bad_gateway(struct turn *t)
{
    static const char *const fields[] = {"Content-Type: text/plain; charset=utf-8"};
    return http_write(t->mem, "HTTP/1.1 502 Bad Gateway", fields, 1,
                      BYTES_LIT("The origin's answer cannot be had.\n"));
}

/* Who waits on it is told that there is no answer. */
static bool give_up(struct proxy *p, struct upstream *u, struct turn *t)
{
    struct upstream gone = *u;
    *u = (struct upstream){.conn = NULL};
    while (gone.n)
        if (!answer(p, take_pending(&gone), bad_gateway(t), t))
            return false;
    return true;
}

static bool upstream_lost(void *arg, const struct packet *packet, struct turn *t)
{
    struct proxy *p = arg;
    return give_up(p, upstream_of(p, packet->conn), t);
}

/* An interim response (RFC 9110 15.2) is not the answer yet: who takes it for one has all that
 * follow go to whoever asked next. */
static bool interim(struct proxy *p, const struct upstream *u, struct bytes data, struct turn *t)
{
    struct connection *c = connection_of_id(p->gate, u->pending[0]);
    if (c && c->waiting)
        outbox_reply(t->out, &c->first->packet, data);
    return true;
}

static bool response(struct proxy *p, struct upstream *u, const struct packet *packet,
                     struct turn *t)
{
    struct http_message m;
    size_t used;
    if (!u->n) { /* nobody asked */
        tell(t, STEP_NOTED, "proxy.surplus", A_STR("origin", u->origin->name));
        return true;
    }
    bool good = http_read(packet->data, t->mem, t->faults, &m, &used) == HTTP_WHOLE &&
                !m.is_request && used == packet->data.n;
    if (!good) {
        tell(t, STEP_REFUSED, rows[PROXY_RESPONSE].id, A_STR("found", "no HTTP response"),
             A_INT("status", 502));
        fault_raise(t->faults, (struct fault){.row = &rows[PROXY_RESPONSE]});
        outbox_close(t->out, (struct conn *)(uintptr_t)u->conn); /* where it ends is not known */
        return give_up(p, u, t);
    }
    tell(t, STEP_DONE, "proxy.answer", A_INT("status", m.status), A_STR("origin", u->origin->name));
    if (m.status < 200)
        return interim(p, u, arena_copy(t->mem, packet->data), t);
    return answer(p, take_pending(u), arena_copy(t->mem, packet->data), t);
}

static bool receive(void *arg, const struct packet *packet, struct turn *t)
{
    struct proxy *p = arg;
    struct upstream *u = upstream_of(p, packet->conn);
    return response(p, u, packet, t);
}

bool proxy_receive(struct proxy *p, const struct packet *packet, struct turn *t)
{
    if (packet->via == VIA_HTTP && upstream_of(p, packet->conn))
        return turn_guarded(receive, p, packet, t);
    return service_receive(p->gate, packet, t);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static bool client_lost(void *arg, const struct packet *packet, struct turn *t)
{
    struct proxy *p = arg;
    for (size_t i = 0; packet->conn && i < p->max; i++)
        if (p->up[i].conn && p->up[i].client == packet->conn) {
            outbox_close(t->out, (struct conn *)(uintptr_t)p->up[i].conn);
            p->up[i] = (struct upstream){.conn = NULL};
        }
    service_closed(p->gate, packet->conn);
    return true;
}

bool proxy_closed(struct proxy *p, const struct conn *conn, struct turn *t)
{
    struct packet packet = {.conn = (struct conn *)(uintptr_t)conn, .via = VIA_HTTP};
    return turn_guarded(upstream_of(p, conn) ? upstream_lost : client_lost, p, &packet, t);
}

struct proxy *proxy_new(struct arena *mem, const struct proxy_config *config)
{
    static const struct web_app open = {.path = "/", .schemes = AUTH_ANONYMOUS};
    static const struct service_config everybody = {
        .spn = "HTTP/proxy", .realm = BYTES_LIT("PROXY"), .apps = &open, .n_apps = 1};
    struct proxy *p = arena_new_of(mem, struct proxy);
    struct service_config gate = config->gate ? *config->gate : everybody;
    gate.party = config->party;
    gate.max_conns = config->max_conns ? config->max_conns : gate.max_conns;
    *p = (struct proxy){.config = *config, .gate = service_new(mem, &gate)};
    if (!p->gate)
        return NULL;
    p->gate->gate = (struct gate){
        "Proxy-Authorization", "Proxy-Authenticate", "Proxy-Authentication-Info", 407, forward, p};
    p->max = p->gate->max_conns;
    p->up = arena_array(mem, struct upstream, p->max);
    return p;
}

void proxy_free(struct proxy *p)
{
    if (p)
        service_free(p->gate);
}
