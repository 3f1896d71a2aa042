/* The KDC on TCP (RFC 4120 7.2.2), the service on HTTP and HTTPS, netlogon on DCE/RPC: connections,
 * several requests on each, with limits. A connection that brings no whole request for so many
 * seconds (LIVE_IDLE, or --idle) is closed; when there are too many, the one longest without
 * activity makes room. */
#include "sim/live_inside.h"

#include "context/ap.h"
#include "wire/frame.h"
#include "wire/http.h"
#include "wire/rpc.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <stdlib.h>

struct live_conn {
    TAILQ_ENTRY(live_conn) at;
    struct live_worker *worker;
    struct bufferevent *io;
    struct event *deadline; /* for the next whole request, however its octets trickle in */
    enum engine engine;
    uint16_t port; /* well-known; 0: the service's */
    struct live_peer peer;
    struct arena *tls_mem; /* NULL: not inside TLS */
    struct tls tls;        /* since the handshake */
    bool closing;          /* close when everything is written */
    bool waiting;          /* asked, but not read our answers: nothing more is read until it has */
};

enum cut { CUT_MORE, CUT_WHOLE, CUT_BAD };

static void conn_free(struct live_conn *c)
{
    TAILQ_REMOVE(&c->worker->conns, c, at);
    c->worker->n_conns--;
    live_closed(c->worker, c->engine, (struct conn *)c, &c->peer, c->tls_mem != NULL);
    bufferevent_free(c->io);
    event_free(c->deadline);
    arena_free(c->tls_mem);
    free(c);
}

static void set_deadline(struct live_conn *c)
{
    struct timeval idle = {
        c->worker->live->options.idle ? c->worker->live->options.idle : LIVE_IDLE, 0};
    event_add(c->deadline, &idle);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    conn_free(arg);
}

static void close_when_written(struct live_conn *c)
{
    c->closing = true;
    bufferevent_disable(c->io, EV_READ);
    if (evbuffer_get_length(bufferevent_get_output(c->io)) == 0)
        conn_free(c);
}

/* RFC 4120 7.2.2: a length the KDC does not take is answered with KRB_ERR_FIELD_TOOLONG. */
static void say_too_long(struct live_conn *c)
{
    struct live_worker *w = c->worker;
    struct outbox box;
    arena_reset(w->turn_mem);
    outbox_init(&box, w->turn_mem);
    struct PrincipalName krbtgt;
    struct bytes realm = bytes_str(w->engines.scenario->realm.name);
    char *name = arena_printf(w->turn_mem, "krbtgt/%s", w->engines.scenario->realm.name);
    struct event_base *loop = bufferevent_get_base(c->io);
    struct timeval tv;
    event_base_gettimeofday_cached(loop, &tv);
    struct turn turn = {.now = tv.tv_sec * SECOND + tv.tv_usec, .mem = w->turn_mem, .out = &box};
    principal_parse(w->turn_mem, name, NT_SRV_INST, &krbtgt, NULL);
    struct krb_error_args args = {.code = KRB_ERR_FIELD_TOOLONG, .realm = realm, .sname = &krbtgt};
    struct bytes framed = frame_write(w->turn_mem, krb_error_build(&turn, &args));
    bufferevent_write(c->io, framed.p, framed.n);
}

static void say_bad_request(struct live_conn *c)
{
    static const char *const fields[] = {"Connection: close", "Content-Type: text/plain"};
    arena_reset(c->worker->turn_mem);
    struct bytes reply = http_write(c->worker->turn_mem, "HTTP/1.1 400 Bad Request", fields, 2,
                                    BYTES_LIT("This is not an HTTP/1.1 request.\n"));
    bufferevent_write(c->io, reply.p, reply.n);
}

static enum cut cut_pdu(struct bytes stream, struct bytes *message, size_t *used)
{
    *used = rpc_length(stream);
    if (*used > LIVE_MESSAGE_MAX)
        return CUT_BAD;
    if (!*used || stream.n < *used)
        return CUT_MORE;
    *message = bytes_slice(stream, 0, *used);
    return CUT_WHOLE;
}

static enum cut cut_message(struct live_conn *c, struct bytes stream, struct bytes *message,
                            size_t *used)
{
    struct http_message http;
    if (c->engine == ENGINE_KDC) {
        switch (frame_read(stream, LIVE_MESSAGE_MAX, message, used)) {
        case FRAME_MORE:
            return CUT_MORE;
        case FRAME_WHOLE:
            return CUT_WHOLE;
        default:
            say_too_long(c);
            return CUT_BAD;
        }
    }
    if (c->engine == ENGINE_NETLOGON)
        return cut_pdu(stream, message, used);
    arena_reset(c->worker->turn_mem);
    switch (http_read(stream, c->worker->turn_mem, NULL, &http, used)) {
    case HTTP_MORE:
        return stream.n > LIVE_MESSAGE_MAX ? CUT_BAD : CUT_MORE;
    case HTTP_WHOLE:
        *message = bytes_slice(stream, 0, *used);
        return CUT_WHOLE;
    default:
        say_bad_request(c);
        return CUT_BAD;
    }
}

/* False: the connection is to be closed. */
static bool one_request(struct live_conn *c, struct bytes message)
{
    static const enum transport ways[] = {
        [ENGINE_KDC] = VIA_TCP, [ENGINE_SERVICE] = VIA_HTTP, [ENGINE_NETLOGON] = VIA_RPC};
    struct live_worker *w = c->worker;
    struct outbox box;
    struct packet p = {.conn = (struct conn *)c,
                       .via = ways[c->engine],
                       .port = c->port,
                       .tls = c->tls_mem ? &c->tls : NULL,
                       .data = message};
    if (!live_turn(w, c->engine, &p, &c->peer, &box))
        return false;
    bool open = true;
    for (const struct out *o = box.first; o; o = o->next) {
        struct bytes data = o->packet.data;
        if (o->kind == OUT_CLOSE) {
            open = false;
            continue;
        }
        if (c->engine == ENGINE_KDC)
            data = frame_write(w->turn_mem, data);
        bufferevent_write(c->io, data.p, data.n);
    }
    return open;
}

/* Who asks on and on and does not read the answers must not fill our memory with them. */
static bool answers_wait(struct live_conn *c)
{
    c->waiting = evbuffer_get_length(bufferevent_get_output(c->io)) > LIVE_UNREAD_MAX;
    if (c->waiting)
        bufferevent_disable(c->io, EV_READ);
    return c->waiting;
}

static void take_requests(struct live_conn *c)
{
    struct evbuffer *in = bufferevent_get_input(c->io);
    TAILQ_REMOVE(&c->worker->conns, c, at);
    TAILQ_INSERT_TAIL(&c->worker->conns, c, at);
    while (!answers_wait(c)) {
        size_t n = evbuffer_get_length(in), used = 0;
        struct bytes message, stream = bytes_of(evbuffer_pullup(in, -1), n);
        enum cut cut = n ? cut_message(c, stream, &message, &used) : CUT_MORE;
        if (cut == CUT_MORE)
            return;
        if (cut == CUT_BAD || !one_request(c, message)) {
            close_when_written(c);
            return;
        }
        evbuffer_drain(in, used);
        set_deadline(c);
    }
}

static void on_read(struct bufferevent *io, void *arg)
{
    (void)io;
    struct live_conn *c = arg;
    struct live_worker *w = c->worker;
    take_requests(c); /* the connection may be gone */
    live_rest(w);
}

/* Everything is written. */
static void on_write(struct bufferevent *io, void *arg)
{
    struct live_conn *c = arg;
    if (c->closing) {
        conn_free(c);
    } else if (c->waiting) {
        bufferevent_enable(io, EV_READ);
        on_read(io, c);
    }
}

/* End of file, an error or a time-out: all end the connection. */
static void on_event(struct bufferevent *io, short what, void *arg)
{
    struct live_conn *c = arg;
    if (what & BEV_EVENT_CONNECTED) /* the handshake is done */
        tls_peer(bufferevent_openssl_get_ssl(io), c->tls_mem, &c->tls);
    else
        conn_free(c);
}

/* Inside TLS, as the server. */
static struct bufferevent *secured(struct live_conn *c, int fd)
{
    const struct live_tls *tls = c->worker->live->tls;
    struct ssl_st *ssl = tls_accept(tls->door);
    c->tls_mem = arena_new(0);
    c->tls.end_point = tls->end_point;
    if (!ssl || !c->tls_mem)
        return NULL;
    struct bufferevent *io = bufferevent_openssl_socket_new(
        c->worker->loop, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (io)
        bufferevent_openssl_set_allow_dirty_shutdown(io, 1);
    return io;
}

/* Takes the socket. */
static struct live_conn *conn_new(struct live_worker *w, int fd, bool tls)
{
    struct live_conn *c = calloc(1, sizeof *c);
    if (!c) {
        evutil_closesocket(fd);
        return NULL;
    }
    c->worker = w;
    c->io = tls ? secured(c, fd) : bufferevent_socket_new(w->loop, fd, BEV_OPT_CLOSE_ON_FREE);
    c->deadline = evtimer_new(w->loop, on_deadline, c);
    if (c->io && c->deadline)
        return c;
    if (c->io)
        bufferevent_free(c->io);
    else
        evutil_closesocket(fd);
    if (c->deadline)
        event_free(c->deadline);
    arena_free(c->tls_mem);
    free(c);
    return NULL;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *sa,
                      int n, void *arg)
{
    struct live_worker *w = arg;
    if (w->n_conns >= w->live->max_conns)
        conn_free(TAILQ_FIRST(&w->conns));
    struct live_conn *c = conn_new(w, fd, listener == w->https);
    if (!c)
        return;
    c->engine = listener == w->http || listener == w->https ? ENGINE_SERVICE
                : listener == w->rpc                        ? ENGINE_NETLOGON
                                                            : ENGINE_KDC;
    for (enum live_door door = 0; door < LIVE_DOORS; door++)
        if (listener == w->tcp[door])
            c->port = live_door_port(door);
    if (listener == w->rpc)
        c->port = NETLOGON_PORT;
    live_peer_of(&c->peer, sa, (socklen_t)n);
    TAILQ_INSERT_TAIL(&w->conns, c, at);
    w->n_conns++;
    bufferevent_setcb(c->io, on_read, on_write, on_event, c);
    bufferevent_setwatermark(c->io, EV_READ, 0, LIVE_MESSAGE_MAX + FRAME_HEADER);
    bufferevent_enable(c->io, EV_READ | EV_WRITE);
    set_deadline(c);
}

struct evconnlistener *live_stream_open(struct live_worker *w, const struct sockaddr *sa,
                                        socklen_t n)
{
    return evconnlistener_new_bind(w->loop, on_accept, w,
                                   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE |
                                       LEV_OPT_REUSEABLE_PORT | LEV_OPT_CLOSE_ON_EXEC,
                                   1024, sa, (int)n);
}

void live_stream_close_all(struct live_worker *w)
{
    while (!TAILQ_EMPTY(&w->conns))
        conn_free(TAILQ_FIRST(&w->conns));
    for (enum live_door door = 0; door < LIVE_DOORS; door++)
        if (w->tcp[door])
            evconnlistener_free(w->tcp[door]);
    struct evconnlistener *others[] = {w->http, w->https, w->rpc};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i])
            evconnlistener_free(others[i]);
}
