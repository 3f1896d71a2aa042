/* The engines of a scenario's realm without its network: what live puts behind sockets and replay
 * behind a recording. */
#ifndef SIM_ENGINES_H
#define SIM_ENGINES_H

#include "base/turn.h"
#include "kdc/kdc.h"
#include "service/service.h"
#include "sim/scenario.h"

enum engine { ENGINE_KDC, ENGINE_SERVICE };

struct engines {
    struct scenario *scenario;
    const struct realm *realm;
    struct ledger *ledger;
    struct kdc *kdc;
    struct service *service; /* NULL: the scenario has none, or it was not wanted */
    struct party kdc_party, service_party;
};

struct engines_options {
    const char *scenario; /* name or file; NULL: "example-test" */
    bool no_service;
    size_t ledger_entries;
};
/* In mem. False: *error says why. Account keys come from the scenario's own seed, so that keytabs
 * made from it stay good from run to run. */
bool engines_start(struct engines *, const struct engines_options *, struct crypto *,
                   struct arena *mem, char **error);
void engines_end(struct engines *);

/* One packet through one of them; p->to is set. False: our fault. */
bool engines_receive(struct engines *, enum engine, struct packet *, struct turn *);

#endif
