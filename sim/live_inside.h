/* What the files of the live realm share; nobody else includes this. */
#ifndef SIM_LIVE_INSIDE_H
#define SIM_LIVE_INSIDE_H

#include "base/turn.h"
#include "crypto/rng.h"
#include "sim/engines.h"
#include "sim/live.h"
#include "sim/live_tls.h"
#include "sim/replay_file.h"

#include <event2/event.h>
#include <event2/listener.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define LIVE_LEDGER                                                                                \
    ((size_t)1 << 20) /* replays, attempts, replies remembered: five minutes of                    \
                       * 3 000 TGS-REQs a second; taken as it fills */
#define LIVE_TURN_MEMORY ((size_t)4 << 20) /* octets one request may cost */
#define LIVE_MESSAGE_MAX ((size_t)1 << 20) /* octets of a request on TCP or HTTP */
#define LIVE_UNREAD_MAX  ((size_t)1 << 18) /* octets of answers that wait on one connection */

/* A client's address as text and the party that engines are told. */
struct live_peer {
    char text[80];
    uint16_t port;
    uint8_t octets[16]; /* the address, for the party */
    struct party party;
};

struct live_conn; /* live_stream.c */
TAILQ_HEAD(live_conns, live_conn);

struct live_teller; /* live_tell.c */
struct live_batch;  /* live_udp.c */

/* Where the KDC is asked for what, each by UDP and by TCP. */
enum live_door { DOOR_KDC, DOOR_KPASSWD, LIVE_DOORS };

struct live_udp {
    struct live_worker *worker;
    enum live_door door;
    int fd; /* -1: closed */
    struct event *event;
};

/* A thread with everything of its own: loop, sockets, engines, cryptography, memory. The kernel
 * spreads what arrives over the workers' sockets. Worker 0 runs on the thread that opened it all.
 */
struct live_worker {
    struct live *live;
    pthread_t thread;
    bool runs;  /* the thread does */
    bool ended; /* the engines are gone */
    struct arena *turn_mem;
    struct crypto *crypto;
    struct engines engines;
    union {
        struct system_rng system;
        struct seeded_rng seeded;
    } rng;

    struct event_base *loop;
    struct event *stop_event;
    struct live_udp udp[LIVE_DOORS];
    struct live_batch *batch;                                    /* of both */
    struct evconnlistener *tcp[LIVE_DOORS], *http, *https, *rpc; /* the last: worker 0's */
    struct live_conns conns;                                     /* least recently active first */
    size_t n_conns;
};

struct live {
    struct live_options options;
    struct arena *mem;
    uint64_t seed; /* of seeded randomness */
    bool seeded;
    struct live_worker *workers;
    unsigned n_workers;
    struct ledger *ledger;
    struct replay_file *replay; /* NULL: the ledger */
    struct event *signals[3];   /* in worker 0's loop */
    int stop[2];                /* closed at one end, it stops the workers that read the other */
    uint16_t ports[LIVE_DOORS], http_port, https_port, rpc_port;
    struct live_tls *tls;       /* NULL: no HTTPS */
    size_t max_conns;           /* of each worker */
    int child;                  /* its end is ours; 0: none */
    struct live_teller *teller; /* NULL: quiet and not recorded */
    pthread_mutex_t telling;    /* one exchange after the other is narrated and recorded */
};

/* One packet through an engine. What leaves is in *box; it lives in turn_mem until the next call.
 * Narrates and records when asked to. False: our fault. */
bool live_turn(struct live_worker *, enum engine, struct packet *, const struct live_peer *,
               struct outbox *box);

/* A stream connection is gone. */
void live_closed(struct live_worker *, enum engine, const struct conn *, const struct live_peer *,
                 bool tls);

void live_peer_address(struct live_peer *, const struct sockaddr *); /* of the party */
void live_peer_of(struct live_peer *, const struct sockaddr *, socklen_t);

/* The well-known number of a door's port, which engines know it by (packet->port). */
uint16_t live_door_port(enum live_door);
bool live_udp_open(struct live_worker *, enum live_door, const struct sockaddr *, socklen_t);
void live_udp_close(struct live_worker *, enum live_door);
void live_udp_close_all(struct live_worker *);
/* NULL: errno says why. */
struct evconnlistener *live_stream_open(struct live_worker *, const struct sockaddr *, socklen_t);
void live_stream_close_all(struct live_worker *);

/* live_worker.c */
/* Nothing more has arrived for now: what the turns before have left of keys is wiped. */
void live_rest(struct live_worker *);
int64_t live_now(void); /* by the system's clock */
/* The worker's own, before its sockets. first: whose scenario and realm it shares; NULL: none. */
bool live_worker_start(struct live_worker *, const struct live_worker *first, char **error);
bool live_worker_run(struct live_worker *); /* in a thread of its own */
void live_worker_end(struct live_worker *);

/* What stands in a record's comment, by which `tessera replay` knows it. */
#define LIVE_RECORD_TITLE   "tessera live "
#define LIVE_RECORD_KPASSWD "(kpasswd at %u) "         /* the port, before the scenario */
#define LIVE_RECORD_TLS     "(TLS at %u %64[0-9a-f]) " /* and the hash of its certificate */

/* NULL: *error says what could not be written. */
struct live_teller *live_teller_new(struct live *, FILE *out, char **error);
bool live_teller_free(struct live_teller *); /* false: the record could not be finished */
/* Around a turn: the story to put into it (NULL: not narrated), and what came of it. */
struct story *live_tell_begin(struct live_teller *, const struct packet *, const struct live_peer *,
                              int64_t now);
void live_tell_end(struct live_teller *, const struct outbox *, int64_t now);
/* A packet between the service and its controller, within a turn. arg: the teller. */
void live_tell_passes(void *arg, const struct packet *);
/* A client's connection to the service is gone: what the service forgets then, it has to forget in
 * a replay too. tls: it was inside TLS. */
void live_tell_closed(struct live_teller *, const struct live_peer *, bool tls, int64_t now);

#endif
