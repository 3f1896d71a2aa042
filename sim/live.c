/* The live realm put together: engines, sockets, signals, and the turn around each packet. */
#include "sim/live_inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- randomness --------------------------------------------------------------------------------
 */

static void start_randomness(struct live *l)
{
    l->seeded = l->options.has_seed || l->options.record;
    l->seed = l->options.seed;
    if (!l->seeded || l->options.has_seed)
        return;
    /* what is to be played again needs randomness that can be drawn again */
    struct system_rng system;
    system_rng_init(&system);
    rng_fill(&system.rng, "seed", &l->seed, sizeof l->seed);
    wipe(&system, sizeof system);
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

/* Is the port free? The workers' own sockets share theirs, and would share it with another
 * program of the same user's too. */
static bool is_free(const struct sockaddr *sa, socklen_t n, int type)
{
    int on = 1, fd = socket(sa->sa_family, type | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    if (type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool ok = bind(fd, sa, n) == 0;
    int why = errno;
    close(fd);
    errno = why;
    return ok;
}

static uint16_t wanted_port(const struct live *l, enum live_door door)
{
    return door == DOOR_KPASSWD ? l->options.kpasswd_port : l->options.port;
}

/* UDP and TCP on one port, of one worker. */
static bool open_door(struct live_worker *w, enum live_door door, struct sockaddr_storage *sa,
                      socklen_t n)
{
    uint16_t *port = &w->live->ports[door];
    set_port(sa, *port);
    if (!live_udp_open(w, door, (struct sockaddr *)sa, n))
        return false;
    if (!*port)
        *port = port_of(w->udp[door].fd);
    set_port(sa, *port);
    w->tcp[door] = live_stream_open(w, (struct sockaddr *)sa, n);
    if (w->tcp[door])
        return true;
    int why = errno;
    live_udp_close(w, door);
    errno = why;
    return false;
}

/* Where the port is ours to choose, another is tried when TCP finds it taken. */
static bool open_first_door(struct live_worker *w, enum live_door door, struct sockaddr_storage *sa,
                            socklen_t n)
{
    uint16_t wanted = wanted_port(w->live, door);
    w->live->ports[door] = wanted;
    set_port(sa, wanted);
    if (wanted)
        return is_free((struct sockaddr *)sa, n, SOCK_DGRAM) &&
               is_free((struct sockaddr *)sa, n, SOCK_STREAM) && open_door(w, door, sa, n);
    for (int tries = 20; tries; tries--) {
        w->live->ports[door] = 0;
        if (open_door(w, door, sa, n))
            return true;
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

/* At the port the other workers have, or else at the one that is wanted. */
static bool open_stream(struct live_worker *w, struct evconnlistener **listener, uint16_t *port,
                        uint16_t wanted, bool if_free, struct sockaddr_storage *sa, socklen_t n)
{
    set_port(sa, *port ? *port : wanted);
    if (!*port && wanted && !is_free((struct sockaddr *)sa, n, SOCK_STREAM)) {
        if (!if_free)
            return false;
        set_port(sa, 0);
    }
    *listener = live_stream_open(w, (struct sockaddr *)sa, n);
    if (*listener)
        *port = port_of(evconnlistener_get_fd(*listener));
    return *listener != NULL;
}

/* HTTP and HTTPS of each worker, netlogon of the first. */
static bool open_streams(struct live_worker *w, const char *address, struct sockaddr_storage *sa,
                         socklen_t n, char **error)
{
    struct live *l = w->live;
    const struct {
        const char *what;
        bool wanted;
        struct evconnlistener **listener;
        uint16_t *port, option;
        bool if_free;
    } rows[] = {
        {"HTTP", w->engines.service, &w->http, &l->http_port, l->options.http_port},
        {"HTTPS", w->engines.service && l->tls, &w->https, &l->https_port, l->options.https_port,
         l->options.https_if_free},
        {"RPC", w == l->workers && w->engines.kdcs->verifier, &w->rpc, &l->rpc_port,
         l->options.rpc_port, l->options.rpc_if_free},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].wanted && !open_stream(w, rows[i].listener, rows[i].port, rows[i].option,
                                           rows[i].if_free, sa, n)) {
            *error = arena_printf(l->mem, "cannot listen on %s port %u for %s: %s", address,
                                  (unsigned)rows[i].option, rows[i].what, strerror(errno));
            return false;
        }
    return true;
}

/* 0.0.0.0, ::, and nowhere in particular. */
static bool is_any(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
    return ((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr == INADDR_ANY;
}

static bool open_doors(struct live_worker *w, const char *address, struct sockaddr_storage *sa,
                       socklen_t n, char **error)
{
    struct live *l = w->live;
    bool first = w == l->workers;
    for (enum live_door door = 0; door < LIVE_DOORS; door++)
        if (!(first ? open_first_door : open_door)(w, door, sa, n)) {
            *error = arena_printf(l->mem, "cannot listen on %s port %u%s: %s", address,
                                  (unsigned)wanted_port(l, door),
                                  door == DOOR_KPASSWD ? " for kpasswd" : "", strerror(errno));
            return false;
        }
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
    struct live_peer *own = arena_new_of(l->mem, struct live_peer);
    if (!is_any((struct sockaddr *)&sa))
        live_peer_address(own, (struct sockaddr *)&sa);
    for (struct live_worker *w = l->workers; w < l->workers + l->n_workers; w++) {
        engines_at(&w->engines, own->party.address);
        if (!open_doors(w, address, &sa, n, error))
            return false;
        if (!open_streams(w, address, &sa, n, error))
            return false;
    }
    return true;
}

static void on_end(evutil_socket_t sig, short what, void *arg)
{
    (void)sig, (void)what;
    struct live *l = arg;
    event_base_loopbreak(l->workers->loop);
}

static void on_child(evutil_socket_t sig, short what, void *arg)
{
    (void)sig, (void)what;
    struct live *l = arg;
    siginfo_t info = {0};
    /* WNOWAIT: whoever started the child reads its status */
    if (l->child && waitid(P_PID, (id_t)l->child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == l->child)
        event_base_loopbreak(l->workers->loop);
}

static bool listen_to_signals(struct live *l)
{
    static const struct {
        int signal;
        event_callback_fn fn;
    } rows[] = {{SIGTERM, on_end}, {SIGINT, on_end}, {SIGCHLD, on_child}};
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 3; i++) {
        l->signals[i] = evsignal_new(l->workers->loop, rows[i].signal, rows[i].fn, l);
        if (!l->signals[i] || event_add(l->signals[i], NULL))
            return false;
    }
    return true;
}

static void raise_file_limit(struct live *l)
{
    struct rlimit limit;
    size_t all = 512;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
        if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 128)
            all = limit.rlim_cur - 64;
    }
    l->max_conns = all / l->n_workers ? all / l->n_workers : 1;
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

/* A narrated exchange is told whole before the next: more threads would only wait. */
static unsigned count_workers(const struct live_options *o)
{
    cpu_set_t
        set; /* those this process may use: less than there are under taskset or in a container */
    long n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    if (o->workers)
        return o->workers;
    if (o->record) /* what one worker's service knows of a connection, a replay's has to know */
        return 1;
    return o->quiet && n > 1 ? (unsigned)(n < LIVE_WORKERS_MAX ? n : LIVE_WORKERS_MAX) : 1;
}

static bool start_workers(struct live *l, char **error)
{
    for (unsigned i = 0; i < l->n_workers; i++) {
        struct live_worker *w = &l->workers[i];
        if (!live_worker_start(w, i ? l->workers : NULL, error))
            return false;
    }
    return true;
}

static bool start(struct live *l, char **error)
{
    *error = arena_printf(l->mem, "out of memory, or OpenSSL has no legacy provider");
    l->ledger = ledger_new(LIVE_LEDGER, l->n_workers > 1);
    if (!l->ledger || pipe2(l->stop, O_CLOEXEC | O_NONBLOCK))
        return false;
    if (l->options.replay_cache &&
        !(l->replay = replay_file_open(l->options.replay_cache, LIVE_LEDGER,
                                       (int64_t)time(NULL) * SECOND, l->mem, error)))
        return false;
    start_randomness(l);
    raise_file_limit(l);
    if (!start_workers(l, error))
        return false;
    if (!l->options.no_http && !l->options.store) {
        char *why;
        l->tls = live_tls_new(l->workers->engines.scenario, l->options.address, l->mem, &why);
        if (!l->tls && why) {
            *error = why;
            return false;
        }
    }
    if (!listen_to_signals(l) || !open_sockets(l, error))
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
    l->stop[0] = l->stop[1] = -1;
    l->n_workers = count_workers(options);
    l->workers = arena_array(mem, struct live_worker, l->n_workers);
    pthread_mutex_init(&l->telling, NULL);
    for (unsigned i = 0; i < l->n_workers; i++) {
        struct live_worker *w = &l->workers[i];
        *w = (struct live_worker){.live = l};
        for (enum live_door door = 0; door < LIVE_DOORS; door++)
            w->udp[door] = (struct live_udp){.worker = w, .door = door, .fd = -1};
        TAILQ_INIT(&w->conns);
    }
    if (start(l, error))
        return l;
    l->options.pid_file = NULL;
    live_close(l);
    return NULL;
}

/* The others stop when the end that they read of is closed at its other one. */
static void stop_workers(struct live *l)
{
    if (l->stop[1] >= 0)
        close(l->stop[1]);
    l->stop[1] = -1;
    for (unsigned i = 1; i < l->n_workers; i++) {
        if (l->workers[i].runs)
            pthread_join(l->workers[i].thread, NULL);
        l->workers[i].runs = false;
    }
}

bool live_serve(struct live *l, int child)
{
    l->child = child;
    bool ok = true;
    for (unsigned i = 1; i < l->n_workers && ok; i++)
        ok = live_worker_run(&l->workers[i]);
    if (ok)
        event_base_dispatch(l->workers->loop);
    stop_workers(l);
    ok = (!l->teller || live_teller_free(l->teller)) && ok;
    l->teller = NULL;
    return ok;
}

void live_close(struct live *l)
{
    if (l->options.pid_file)
        unlink(l->options.pid_file);
    stop_workers(l);
    if (l->teller)
        live_teller_free(l->teller);
    for (size_t i = 0; i < 3; i++)
        if (l->signals[i])
            event_free(l->signals[i]);
    for (unsigned i = l->n_workers; i--;) /* the first has what the others share */
        live_worker_end(&l->workers[i]);
    if (l->stop[0] >= 0)
        close(l->stop[0]);
    live_tls_free(l->tls);
    replay_file_close(l->replay);
    ledger_free(l->ledger);
    pthread_mutex_destroy(&l->telling);
}

uint16_t live_port(const struct live *l)
{
    return l->ports[DOOR_KDC];
}

uint16_t live_kpasswd_port(const struct live *l)
{
    return l->ports[DOOR_KPASSWD];
}

uint16_t live_http_port(const struct live *l)
{
    return l->http_port;
}

uint16_t live_https_port(const struct live *l)
{
    return l->https_port;
}

uint16_t live_rpc_port(const struct live *l)
{
    return l->rpc_port;
}

const struct scenario *live_scenario(const struct live *l)
{
    return l->workers->engines.scenario;
}

const char *const *live_realms(const struct live *l, struct arena *mem, size_t *n)
{
    const struct engines *e = &l->workers->engines;
    const char **names = arena_array(mem, const char *, e->n_kdcs);
    for (*n = 0; *n < e->n_kdcs; ++*n)
        names[*n] = e->kdcs[*n].name;
    return names;
}
