/* A worker: what a thread of the live realm has of its own, and a turn of it. */
#include "sim/live_inside.h"

#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t live_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

/* What came by IPv4 to a socket for both is IPv4 (RFC 4291 2.5.5.2). */
void live_peer_address(struct live_peer *peer, const struct sockaddr *sa)
{
    const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
    const void *from = six;
    size_t n = 16;
    if (sa->sa_family == AF_INET) {
        from = &((const struct sockaddr_in *)(const void *)sa)->sin_addr;
        n = 4;
    } else if (sa->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(six)) {
        from = six->s6_addr + 12;
        n = 4;
    } else if (sa->sa_family != AF_INET6) {
        return;
    }
    memcpy(peer->octets, from, n);
    peer->party.address = bytes_of(peer->octets, n);
}

void live_peer_of(struct live_peer *peer, const struct sockaddr *sa, socklen_t n)
{
    char host[64], port[8];
    if (getnameinfo(sa, n, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV))
        snprintf(host, sizeof host, "?"), port[0] = '\0';
    snprintf(peer->text, sizeof peer->text, "%s", host);
    peer->port = (uint16_t)atoi(port);
    peer->party.name = peer->text;
    live_peer_address(peer, sa);
}

/* ---- a turn ------------------------------------------------------------------------------------
 */

static struct rng *rng_for_turn(struct live_worker *w, int64_t now, struct bytes data)
{
    if (!w->live->seeded)
        return &w->rng.system.rng;
    seeded_rng_turn(&w->rng.seeded, engines_turn(w->crypto, now, data));
    return &w->rng.seeded.rng;
}

static bool turn(struct live_worker *w, enum engine engine, struct packet *p,
                 const struct live_peer *peer, struct outbox *box)
{
    struct live_teller *teller = w->live->teller;
    int64_t now = live_now();
    struct turn turn = {.now = now,
                        .rng = rng_for_turn(w, now, p->data),
                        .crypto = w->crypto,
                        .mem = w->turn_mem,
                        .out = box};
    engines_address(&w->engines, engine, p, w->turn_mem);
    if (teller)
        turn.tell = live_tell_begin(teller, p, peer, now);
    w->engines.passes = teller ? live_tell_passes : NULL;
    w->engines.passes_arg = teller;
    bool ok = engines_receive(&w->engines, engine, p, &turn);
    if (teller)
        live_tell_end(teller, box, now);
    return ok;
}

bool live_turn(struct live_worker *w, enum engine engine, struct packet *p,
               const struct live_peer *peer, struct outbox *box)
{
    arena_reset(w->turn_mem);
    outbox_init(box, w->turn_mem);
    p->from = &peer->party;
    if (!w->live->teller)
        return turn(w, engine, p, peer, box);
    /* In the order of the record the replies can be made again. */
    pthread_mutex_lock(&w->live->telling);
    bool ok = turn(w, engine, p, peer, box);
    pthread_mutex_unlock(&w->live->telling);
    return ok;
}

void live_closed(struct live_worker *w, enum engine engine, const struct conn *c,
                 const struct live_peer *peer, bool tls)
{
    if (engine == ENGINE_KDC || w->ended)
        return;
    engines_closed(&w->engines, engine, c);
    if (engine != ENGINE_SERVICE || !w->live->teller)
        return;
    pthread_mutex_lock(&w->live->telling);
    live_tell_closed(w->live->teller, peer, tls, live_now());
    pthread_mutex_unlock(&w->live->telling);
}

/* Where calls deeper than this one have left what they had on the stack. */
#define DEPTH ((size_t)48 << 10)
static __attribute__((noinline)) void wipe_stack(void)
{
    uint8_t left[DEPTH];
    wipe(left, sizeof left);
}

void live_rest(struct live_worker *w)
{
    arena_reset(w->turn_mem);
    crypto_forget(w->crypto);
    wipe_stack();
}

uint16_t live_door_port(enum live_door door)
{
    return door == DOOR_KPASSWD ? KPASSWD_PORT : KDC_PORT;
}

/* ---- life --------------------------------------------------------------------------------------
 */

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    event_base_loopbreak(arg);
}

bool live_worker_start(struct live_worker *w, const struct live_worker *first, char **error)
{
    struct live *l = w->live;
    struct engines_options engines = {.scenario = l->options.scenario,
                                      .store = l->options.store,
                                      .spn = l->options.spn,
                                      .no_service = l->options.no_http,
                                      .ledger = l->ledger,
                                      .replay = {l->replay ? replay_file_insert : NULL, l->replay},
                                      .like = first ? &first->engines : NULL};
    w->crypto = crypto_new();
    w->turn_mem = arena_new((size_t)64 << 10);
    w->loop = event_base_new();
    if (!w->crypto || !w->turn_mem || !w->loop)
        return false;
    arena_limit(w->turn_mem, LIVE_TURN_MEMORY);
    if (l->seeded)
        seeded_rng_init(&w->rng.seeded, w->crypto, l->seed, "live");
    else
        system_rng_init(&w->rng.system);
    w->stop_event = event_new(w->loop, l->stop[0], EV_READ, on_stop, w->loop);
    if (!w->stop_event || event_add(w->stop_event, NULL))
        return false;
    return engines_start(&w->engines, &engines, l->mem, error);
}

static void *serve(void *arg)
{
    struct live_worker *w = arg;
    event_base_dispatch(w->loop);
    return NULL;
}

/* Signals are for the thread that waits for them. */
bool live_worker_run(struct live_worker *w)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    w->runs = pthread_create(&w->thread, NULL, serve, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return w->runs;
}

void live_worker_end(struct live_worker *w)
{
    w->ended = true;
    engines_end(&w->engines);
    live_stream_close_all(w);
    live_udp_close_all(w);
    if (w->stop_event)
        event_free(w->stop_event);
    if (w->loop)
        event_base_free(w->loop);
    arena_free(w->turn_mem);
    crypto_free(w->crypto);
    wipe(&w->rng, sizeof w->rng);
}
