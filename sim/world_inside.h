/* What the files of the world share; nobody else includes this. */
#ifndef SIM_WORLD_INSIDE_H
#define SIM_WORLD_INSIDE_H

#include "client/client.h"
#include "crypto/rng.h"
#include "kdc/kdc.h"
#include "service/proxy.h"
#include "service/service.h"
#include "sim/changes.h"
#include "sim/population.h"
#include "sim/web_setup.h"
#include "sim/world.h"

#define WORLD_LATENCY     (SECOND / 1000)   /* from one party to another */
#define WORLD_TIMEOUT     SECOND            /* a client waits so long, then twice as long... */
#define WORLD_TRIES       3                 /* how often it sends a request in all */
#define WORLD_PATIENCE    (60 * SECOND)     /* a browser waits so long for a page */
#define WORLD_TURN_MEMORY ((size_t)4 << 20) /* octets one turn may cost */
#define WORLD_LEDGER      4096
#define WORLD_FIRST_PORT  49152 /* of clients: RFC 6335 6 */
#define WORLD_PACKETS_MAX 1000  /* in a run: no exchange may go on for ever */

/* A party at work. */
struct actor {
    struct party handle; /* first: engines know an actor by it */
    const struct scenario_party *is;
    int64_t clock; /* ahead of the world's */
    struct seeded_rng rng;
    uint64_t turns;
    uint16_t port;         /* servers: where they listen, where nothing else is said */
    struct client *client; /* by role; the others are NULL */
    struct client *agent;  /* service: what its pages open on other machines with; NULL: nothing */
    struct hop *hop;       /* service: what a page wants to open; NULL: nothing */
    struct kdc *kdc;
    struct service *service;
    struct proxy *proxy;
    struct world *world;            /* proxy: where it opens connections */
    struct ntlm_verifier *verifier; /* kdc: of a realm with a SID */
    struct web_setup *web;          /* service: what its engine points to */
    const struct tls *tls;          /* service: of connections to it, where it has a certificate */
    struct actor *user;  /* service: whose logon it uses for user-to-user; NULL: nobody's */
    struct ledger *seen; /* service: its replay cache */
    struct keytab *keytab;
};

/* A TCP connection, or the two ends of an exchange of datagrams. */
struct conn {
    struct conn *next;
    unsigned number; /* TCP: from 1; datagrams: 0 */
    enum transport via;
    struct actor *opener, *server;
    uint16_t port, to_port; /* the opener's, the server's */
    size_t task;            /* in which it was opened */
    bool lasts;             /* it outlives the task: a browser's, a secure channel's */
    bool closed, told;      /* told: its ends know that it is closed */
    const struct actor *closed_by;
    const struct tls *tls; /* as the server sees it; NULL: it is not inside TLS */
};

/* A message under way. */
struct flight {
    struct flight *next; /* later, or at the same time and sent later */
    int64_t at;
    struct event *event; /* NULL: an injection, see copy_of */
    const struct event *copy_of;
    struct conn *conn;
    struct actor *from, *to;
};

struct world {
    const struct scenario *scenario;
    struct arena *mem, *turn_mem;
    struct crypto *crypto;
    struct trace *trace;
    struct trace_story story;
    /* What story's do by themselves. */
    void (*key)(struct story *, const struct key_told *);
    void (*decision)(struct story *, const struct decision_told *);
    void (*told_step)(struct story *, const char *, enum outcome, const struct arg *, size_t);
    struct changes *changes; /* the realms as they are now */
    struct ledger *ledger;
    uint64_t seed;
    int64_t now;
    struct actor *actors; /* one for each party of the scenario, in its order */
    size_t n_actors;
    struct conn *conns;
    unsigned tcp;  /* connections opened so far */
    uint16_t port; /* the next client's */
    struct flight *flights;
    size_t *struck_at, *seen; /* each change: matching messages so far; packet struck, or 0 */
    bool different, trouble;
    const char *overheard, *guessable; /* whose passwords an eavesdropper has, or can guess at */
    /* the step being run */
    const struct scenario_step *step;
    size_t task;
    bool *noted;        /* each note of it */
    int32_t status;     /* the last NTSTATUS but success that was told in it */
    struct flight last; /* what its client sent last */
    unsigned tries;
    int64_t deadline; /* when it sends that again */
};

/* ---- world.c ---- */
struct actor *world_actor(struct world *, const char *name);
/* The account of that text in a realm as it is now, "@REALM" heeded. NULL: none. */
const struct account *world_account(const struct world *, const char *realm, const char *name);

/* ---- world_cast.c ---- */
/* The parties with their engines. False: *error, or our fault. */
bool world_cast(struct world *, char **error);
void world_uncast(struct world *); /* what engines hold beside the run's arena */

/* ---- world_ask.c ---- */
/* A step that a client does, from its request to its outcome. */
void world_ask(struct world *);

/* The client of a party, for what it does itself. */
struct client *world_client(const struct actor *);
/* A client's task from its request to its end, and all that is under way; `end` is called when it
 * is over: NULL: nobody answered. */
void world_converse(struct world *, struct actor *, const struct client_do_args *,
                    void (*end)(struct world *, struct actor *, const struct client_outcome *));

/* ---- eavesdrop.c ---- */
/* What the eavesdropper that keeps a ledger has of a packet, and all in all by now. */
void world_overhear(struct world *, const struct event *, const struct actor *from,
                    const struct actor *to);
void world_tell_ledger(struct world *);

/* ---- world_hop.c ---- */
/* For web_machine: the page's code opens something (arg: the service's web_setup). */
void world_hop_wanted(void *arg, const char *spn, const struct access_token *,
                      const struct next_hop *);
/* What pages wanted is opened, over the network. */
void world_hops(struct world *);

/* ---- world_change.c ---- */
/* A step change-account: the accounts, the snapshot of the KDC, the keytabs of services. */
void world_change_realm(struct world *);
void world_change(struct world *);

/* ---- world_net.c ---- */
/* Something leaves `from`: into the trace, through the changes, under way. answers: the packet
 * whose turn this comes from, or NULL. */
void world_send(struct world *, struct actor *from, const struct packet *,
                const struct event *answers);
/* The same octets once more on the same connection. */
void world_send_again(struct world *, const struct flight *);
void world_fly(struct world *, struct flight);
/* A connection for an engine that opens its own. */
struct conn *world_connect(struct world *, struct actor *from, struct actor *to, enum transport,
                           uint16_t port);
/* What waits for a controller, and until when by the world's clock; NULL: nobody waits. */
struct actor *world_alarm(struct world *, int64_t *at);
/* Its controller has not answered. */
void world_controller_lost(struct world *, struct actor *);
/* The next message arrives; time passes until then. */
void world_arrive(struct world *);
/* Runs an engine: `go` is called with a turn; what it sends is sent. */
void world_turn(struct world *, struct actor *, const struct event *answers,
                bool (*go)(struct actor *, const struct packet *, const void *arg, struct turn *),
                const struct packet *, const void *arg);

/* ---- world_tamper.c ---- */
/* Applies the changes that strike this packet: its fate and `arrived` are set; false: it does not
 * arrive. *late: how much later it does. */
bool world_tamper(struct world *, struct event *, const char *label, const struct flight *,
                  int64_t *late);
/* ---- world_strike.c ---- */
/* Takes a mechanism out of the list that stands in a Negotiate token. False: there is none such. */
bool world_strike_mech(struct world *, const struct scenario_tamper *, struct event *);

/* A recorded message is sent again. */
void world_inject(struct world *, const struct flight *);

/* ---- world_tell.c ---- */
void world_tell_init(struct world *);
void world_tell_parties(struct world *);
/* The keys of an account of that realm; not those that `known` (may be NULL) has already. */
void world_tell_keys(struct world *, const struct actor *, const char *realm,
                     const struct account *, const struct account *known);
void world_tell_machine(struct world *, const struct actor *, const uint8_t secret[16]);
void world_tell_step(struct world *, const struct actor *, const char *id, enum outcome,
                     const struct arg *, size_t n);
void world_tell_task(struct world *);
void world_tell_tamper(struct world *, enum tamper_kind, const struct actor *, const char *text);
void world_tell_notes(struct world *, const struct event *, const char *label);
void world_tell_result(struct world *, const struct actor *, int32_t actual, const char *text);
void world_tell_unused(struct world *);

#endif
