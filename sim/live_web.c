#include "sim/live_web.h"

#include "crypto/tls_client.h"
#include "sim/live_http.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE   10000 /* milliseconds for an answer */
#define ANSWER_MAX ((size_t)17 << 20)
#define PIECE      16384

struct web_link {
    struct web_link *next;
    int fd;
    struct tls_client *tls;
    unsigned number;
    struct tls told; /* what the engine is told of it */
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool ready(int fd, short events, int64_t until, const char **why)
{
    struct pollfd p = {.fd = fd, .events = events};
    int64_t left = until - now_ms();
    *why = "no answer in time";
    return left > 0 && poll(&p, 1, (int)left) == 1;
}

/* ---- octets, through TLS or not ----------------------------------------------------------------
 */

static bool wait_for(const struct web_link *l, enum tls_state state, int64_t until,
                     const char **why)
{
    if (state == TLS_READ || state == TLS_WRITE)
        return ready(l->fd, state == TLS_READ ? POLLIN : POLLOUT, until, why);
    *why = state == TLS_END ? "the connection was closed" : tls_client_why(l->tls);
    return false;
}

static bool write_some(struct web_link *l, struct bytes data, size_t *n, int64_t until,
                       const char **why)
{
    if (l->tls) {
        enum tls_state state = tls_client_write(l->tls, data, n);
        *n = state == TLS_DONE ? *n : 0;
        return state == TLS_DONE || wait_for(l, state, until, why);
    }
    ssize_t sent = send(l->fd, data.p, data.n, MSG_NOSIGNAL | MSG_DONTWAIT);
    *n = sent > 0 ? (size_t)sent : 0;
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        *why = strerror(errno);
        return false;
    }
    return sent > 0 || ready(l->fd, POLLOUT, until, why);
}

/* *n 0: the end of the stream. */
static bool read_some(struct web_link *l, uint8_t *out, size_t room, size_t *n, int64_t until,
                      const char **why)
{
    for (;;) {
        if (l->tls) {
            enum tls_state state = tls_client_read(l->tls, out, room, n);
            *n = state == TLS_DONE ? *n : 0;
            if (state == TLS_DONE || state == TLS_END)
                return true;
            if (!wait_for(l, state, until, why))
                return false;
            continue;
        }
        ssize_t got = recv(l->fd, out, room, MSG_DONTWAIT);
        *n = got > 0 ? (size_t)got : 0;
        if (got >= 0)
            return true;
        *why = strerror(errno);
        if ((errno != EAGAIN && errno != EINTR) || !ready(l->fd, POLLIN, until, why))
            return false;
    }
}

/* ---- connections ------------------------------------------------------------------------------
 */

static void close_link(struct live_web *w, struct web_link *gone)
{
    for (struct web_link **at = &w->links; *at; at = &(*at)->next)
        if (*at == gone) {
            *at = gone->next;
            break;
        }
    tls_client_free(gone->tls);
    close(gone->fd);
}

void live_web_end(struct live_web *w)
{
    while (w->links)
        close_link(w, w->links);
}

static struct web_link *open_link(struct live_web *w, const char **why)
{
    const struct dial_place *to = w->proxy.host ? &w->proxy : &w->server;
    int fd = dial_connect(to, w->peer, why);
    if (fd < 0) {
        *why = arena_printf(w->mem, "port %u: %s", (unsigned)to->port, *why);
        return NULL;
    }
    struct web_link *l = arena_new_of(w->mem, struct web_link);
    *l = (struct web_link){.next = w->links, .fd = fd, .number = ++*w->conns};
    w->links = l;
    return l;
}

static bool secure(struct live_web *w, struct web_link *l, const char **why)
{
    struct tls_client_config config = {w->host, w->authorities, w->insecure};
    int64_t until = now_ms() + PATIENCE;
    enum tls_state state;
    fcntl(l->fd, F_SETFL, fcntl(l->fd, F_GETFL) | O_NONBLOCK);
    l->tls = tls_client_new(l->fd, &config, why);
    if (!l->tls)
        return false;
    while ((state = tls_client_handshake(l->tls)) != TLS_DONE)
        if (!wait_for(l, state, until, why))
            return false;
    l->told.end_point = tls_client_end_point(l->tls, w->mem);
    return true;
}

/* ---- a request and its answer -----------------------------------------------------------------
 */

static bool send_all(struct web_link *l, struct bytes data, const char **why)
{
    int64_t until = now_ms() + PATIENCE;
    size_t n;
    for (; data.n; data = bytes_slice(data, n, data.n))
        if (!write_some(l, data, &n, until, why))
            return false;
    return true;
}

/* *began: something came, so that the request is not to be sent again. */
static bool receive(struct live_web *w, struct web_link *l, bool tunnel, struct bytes *answer,
                    bool *ended, bool *began, const char **why)
{
    int64_t until = now_ms() + PATIENCE;
    struct http_stream in = {.mem = w->mem, .tunnel = tunnel};
    uint8_t piece[PIECE];
    size_t n;
    *ended = false;
    while (!http_stream_whole(&in, *ended, answer, why)) {
        if (*ended || in.n > ANSWER_MAX || in.bad)
            return false;
        if (!read_some(l, piece, sizeof piece, &n, until, why))
            return false;
        *ended = n == 0;
        *began |= n > 0;
        http_stream_add(&in, bytes_of(piece, n));
    }
    *ended |= in.to_the_end;
    return true;
}

static bool ask_over(struct live_web *w, struct web_link *l, const struct packet *p,
                     struct packet *answer, bool *ended, bool *began, const char **why)
{
    bool tunnel = bytes_starts(p->data, BYTES_LIT("CONNECT "));
    w->number = l->number;
    if (p->tls && !l->tls && !secure(w, l, why))
        return false;
    if (!send_all(l, p->data, why) || !receive(w, l, tunnel, &answer->data, ended, began, why))
        return false;
    answer->conn = (struct conn *)(void *)l;
    answer->tls = l->tls ? &l->told : NULL;
    return true;
}

/* A kept connection may have been closed by the other end just now: then another one is opened, and
 * the engine sees by it that its handshake is void. */
bool live_web_ask(struct live_web *w, const struct packet *p, struct packet *answer,
                  struct conn **gone, const char **why)
{
    struct web_link *l = (struct web_link *)(void *)p->conn;
    bool ended = false, began = false, ok = false;
    *gone = NULL;
    if (l) {
        ok = ask_over(w, l, p, answer, &ended, &began, why);
        if (!ok) {
            *gone = p->conn;
            close_link(w, l);
        }
    }
    if (!ok && !began) {
        l = open_link(w, why);
        ok = l && ask_over(w, l, p, answer, &ended, &began, why);
        if (l && !ok)
            close_link(w, l);
    }
    if (ok && ended) {
        *gone = answer->conn;
        close_link(w, l);
    }
    return ok;
}
