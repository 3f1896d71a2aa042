/* The live realm put together: engines, sockets, signals, and the turn around each packet. */
#include "sim/live_inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
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

static struct rng *rng_for_turn(struct live *l)
{
    if (!l->options.has_seed)
        return &l->rng.system.rng;
    seeded_rng_turn(&l->rng.seeded, l->turns);
    return &l->rng.seeded.rng;
}

bool live_turn(struct live *l, enum engine engine, struct packet *p, const struct live_peer *peer,
               struct outbox *box)
{
    arena_reset(l->turn_mem);
    outbox_init(box, l->turn_mem);
    l->turns++;
    int64_t now = now_us();
    p->from = &peer->party;
    struct turn turn = {
        .now = now, .rng = rng_for_turn(l), .crypto = l->crypto, .mem = l->turn_mem, .out = box};
    if (l->teller)
        turn.tell = live_tell_begin(l->teller, p, peer, now);
    bool ok = engines_receive(&l->engines, engine, p, &turn);
    if (l->teller)
        live_tell_end(l->teller, box, now);
    return ok;
}

/* ---- randomness
 * -----------------------------------------------------------------------------------
 */

static void start_randomness(struct live *l)
{
    system_rng_init(&l->rng.system);
    if (l->options.record && !l->options.has_seed) {
        /* what is to be played again needs randomness that can be drawn again */
        rng_fill(&l->rng.system.rng, "seed", &l->options.seed, sizeof l->options.seed);
        l->options.has_seed = true;
    }
    if (l->options.has_seed)
        seeded_rng_init(&l->rng.seeded, l->crypto, l->options.seed, "live");
}

/* ---- sockets -----------------------------------------------------------------------------------
 */

static uint16_t port_of(int fd)
{
    struct sockaddr_storage sa;
    socklen_t n = sizeof sa;
    if (getsockname(fd, (struct sockaddr *)&sa, &n))
        return 0;
    return ntohs(sa.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&sa)->sin6_port
                                          : ((struct sockaddr_in *)&sa)->sin_port);
}

static void set_port(struct sockaddr_storage *sa, uint16_t port)
{
    if (sa->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)sa)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)sa)->sin_port = htons(port);
}

/* UDP and TCP on one port. Where the port is ours to choose, another is tried when the second
 * protocol finds it taken. */
static bool open_kdc(struct live *l, struct sockaddr_storage *sa, socklen_t n)
{
    for (int tries = l->options.port ? 1 : 20; tries; tries--) {
        set_port(sa, l->options.port);
        if (!live_udp_open(l, (struct sockaddr *)sa, n))
            return false;
        l->port = port_of(l->udp);
        set_port(sa, l->port);
        if (live_stream_open(l, (struct sockaddr *)sa, n, ENGINE_KDC))
            return true;
        int why = errno;
        event_free(l->udp_event);
        l->udp_event = NULL;
        close(l->udp);
        l->udp = -1;
        errno = why;
    }
    return false;
}

static bool resolve(const char *address, struct sockaddr_storage *sa, socklen_t *n)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found;
    if (getaddrinfo(address, "0", &hints, &found))
        return false;
    memcpy(sa, found->ai_addr, found->ai_addrlen);
    *n = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static bool open_sockets(struct live *l, char **error)
{
    struct sockaddr_storage sa;
    socklen_t n;
    const char *address = l->options.address ? l->options.address : "127.0.0.1";
    if (!resolve(address, &sa, &n)) {
        *error = arena_printf(l->mem, "%s is not a numeric IP address", address);
        return false;
    }
    if (!open_kdc(l, &sa, n)) {
        *error = arena_printf(l->mem, "cannot listen on %s port %u: %s", address,
                              (unsigned)l->options.port, strerror(errno));
        return false;
    }
    if (!l->engines.service)
        return true;
    set_port(&sa, l->options.http_port);
    if (!live_stream_open(l, (struct sockaddr *)&sa, n, ENGINE_SERVICE)) {
        *error = arena_printf(l->mem, "cannot listen on %s port %u for HTTP: %s", address,
                              (unsigned)l->options.http_port, strerror(errno));
        return false;
    }
    l->http_port = port_of(evconnlistener_get_fd(l->http));
    return true;
}

static void on_end(evutil_socket_t sig, short what, void *arg)
{
    (void)sig, (void)what;
    struct live *l = arg;
    event_base_loopbreak(l->loop);
}

static void on_child(evutil_socket_t sig, short what, void *arg)
{
    (void)sig, (void)what;
    struct live *l = arg;
    siginfo_t info = {0};
    /* WNOWAIT: whoever started the child reads its status */
    if (l->child && waitid(P_PID, (id_t)l->child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == l->child)
        event_base_loopbreak(l->loop);
}

static bool listen_to_signals(struct live *l)
{
    static const struct {
        int signal;
        event_callback_fn fn;
    } rows[] = {{SIGTERM, on_end}, {SIGINT, on_end}, {SIGCHLD, on_child}};
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 3; i++) {
        l->signals[i] = evsignal_new(l->loop, rows[i].signal, rows[i].fn, l);
        if (!l->signals[i] || event_add(l->signals[i], NULL))
            return false;
    }
    return true;
}

static void raise_file_limit(struct live *l)
{
    struct rlimit limit;
    l->max_conns = 512;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 128)
        l->max_conns = limit.rlim_cur - 64;
}

/* In one piece: a reader never sees half a number. */
static bool write_pid(struct live *l, char **error)
{
    char *temp = arena_printf(l->mem, "%s.new", l->options.pid_file);
    FILE *f = fopen(temp, "w");
    bool ok = f && fprintf(f, "%ld\n", (long)getpid()) > 0;
    ok = f && fclose(f) == 0 && ok && rename(temp, l->options.pid_file) == 0;
    if (!ok)
        *error = arena_printf(l->mem, "%s: %s", l->options.pid_file, strerror(errno));
    return ok;
}

static bool start(struct live *l, char **error)
{
    *error = arena_printf(l->mem, "out of memory, or OpenSSL has no legacy provider");
    l->crypto = crypto_new();
    l->turn_mem = arena_new((size_t)64 << 10);
    l->loop = event_base_new();
    if (!l->crypto || !l->turn_mem || !l->loop || !listen_to_signals(l))
        return false;
    arena_limit(l->turn_mem, LIVE_TURN_MEMORY);
    raise_file_limit(l);
    struct engines_options engines = {l->options.scenario, l->options.no_http, LIVE_LEDGER};
    start_randomness(l);
    if (!engines_start(&l->engines, &engines, l->crypto, l->mem, error) || !open_sockets(l, error))
        return false;
    if (!l->options.quiet || l->options.record) {
        l->teller = live_teller_new(l, l->options.quiet ? NULL : stdout, error);
        if (!l->teller)
            return false;
    }
    return !l->options.pid_file || write_pid(l, error);
}

struct live *live_open(const struct live_options *options, struct arena *mem, char **error)
{
    struct live *l = arena_new_of(mem, struct live);
    l->options = *options;
    l->mem = mem;
    l->udp = -1;
    TAILQ_INIT(&l->conns);
    if (start(l, error))
        return l;
    l->options.pid_file = NULL;
    live_close(l);
    return NULL;
}

bool live_serve(struct live *l, int child)
{
    l->child = child;
    event_base_dispatch(l->loop);
    bool ok = !l->teller || live_teller_free(l->teller);
    l->teller = NULL;
    return ok;
}

void live_close(struct live *l)
{
    if (l->options.pid_file)
        unlink(l->options.pid_file);
    if (l->teller)
        live_teller_free(l->teller);
    live_stream_close_all(l);
    if (l->udp_event)
        event_free(l->udp_event);
    if (l->udp >= 0)
        close(l->udp);
    for (size_t i = 0; i < 3; i++)
        if (l->signals[i])
            event_free(l->signals[i]);
    if (l->loop)
        event_base_free(l->loop);
    engines_end(&l->engines);
    arena_free(l->turn_mem);
    crypto_free(l->crypto);
    wipe(&l->rng, sizeof l->rng);
}

uint16_t live_port(const struct live *l)
{
    return l->port;
}

uint16_t live_http_port(const struct live *l)
{
    return l->http_port;
}

const struct scenario *live_scenario(const struct live *l)
{
    return l->engines.scenario;
}
