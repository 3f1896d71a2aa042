/* The engines of a scenario's realms without their network: what live puts behind sockets and
 * replay behind a recording. Each realm that has a KDC among the parties has one here; which of
 * them a request is for stands in the request. */
#ifndef SIM_ENGINES_H
#define SIM_ENGINES_H

#include "base/turn.h"
#include "kdc/kdc.h"
#include "realm/store.h"
#include "service/service.h"
#include "sim/snapshots.h"
#include "sim/web_setup.h"

/* The last: netlogon, of the first realm's controller. */
enum engine { ENGINE_KDC, ENGINE_SERVICE, ENGINE_NETLOGON };

struct engines_kdc {
    const char *name; /* of its realm */
    struct kdc *kdc;
    struct ntlm_verifier *verifier;  /* NULL: the realm has no SID */
    struct snapshots *snapshots;     /* NULL: the realm is a store's */
    struct snapshots_reader looking; /* its own */
    struct realm_changer changer;
    const struct realm *realm; /* of its last turn: not to be looked at outside of one */
    uint64_t serial;           /* of that snapshot */
    uint32_t udp_limit;        /* octets of the longest answer by UDP */
    struct party party;
};

struct engines_local {
    const char *name;
    const struct realm *realm;
};

struct engines {
    struct store *store;         /* NULL: the realms are the scenario's */
    struct store_reader *reader; /* its own */
    bool owns;                   /* the snapshots, or the store */
    struct scenario *scenario;
    struct engines_kdc *kdcs; /* the first realm's first; there is one at least */
    size_t n_kdcs;
    struct ledger *ledger;
    struct service *service; /* NULL: the scenario has none, or it was not wanted */
    struct party service_party;
    struct web_setup web;         /* what it points to */
    struct engines_local *locals; /* machines' own accounts */
    size_t n_locals;
    char channel; /* its address is the connection between the service and its controller */
    /* Told of each packet between them before it is delivered; NULL: nobody is. */
    void (*passes)(void *arg, const struct packet *);
    void *passes_arg;
};

struct engines_options {
    const char *scenario; /* name or file; NULL: "example-test" */
    const char *store; /* a file (realm/store.h) in place of a scenario: each turn sees its newest
                        * state. NULL: none */
    const char *spn;   /* of the service of a store's realm, whose keytab is as it was at the start;
                        * NULL: there is none */
    bool no_service;
    struct ledger *ledger;      /* theirs to use, not to free */
    struct replay_cache replay; /* of the service; insert NULL: the ledger */
    const struct engines *like; /* scenario and realm are shared with these; NULL: read */
};
/* In mem. False: *error says why. Account keys come from the scenario's own seed, so that keytabs
 * made from it stay good from run to run. */
bool engines_start(struct engines *, const struct engines_options *, struct arena *mem,
                   char **error);

void engines_end(struct engines *); /* those that shared its scenario and realm first */

/* The number of the turn that seeded randomness is drawn for: what arrives and when, and not how
 * many came before it, so that it is the same however many threads serve. */
uint64_t engines_turn(struct crypto *, int64_t now, struct bytes data);

/* The one that a packet is for: sets p->to, and p->limit where it has one. A request for a realm
 * that nobody here serves goes to the first KDC, which says so. */
void engines_address(struct engines *, enum engine, struct packet *, struct arena *);
/* So that engines are known by this address. The octets must outlive them. */
void engines_at(struct engines *, struct bytes address);

/* One packet through one of them; what the service and its controller have to say to each other
 * passes between them in the same turn, and only what is for others leaves. It is addressed where
 * p->to is NULL. p->port: by its well-known number, KDC_PORT or KPASSWD_PORT (kdc/kdc.h). A
 * password that is changed counts from the next packet on, in every thread. False: our fault. */
bool engines_receive(struct engines *, enum engine, struct packet *, struct turn *);
/* A connection of its transport is gone. */
void engines_closed(struct engines *, enum engine, const struct conn *);

#endif
