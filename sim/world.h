/* The world: parties with their engines, a clock for each, an in-memory network, tampering. It runs
 * a scenario once, from beginning to end, into a trace. Same scenario and seed, same octets. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "crypto/crypto.h"
#include "sim/scenario.h"
#include "trace/trace.h"

struct world_options {
    bool has_seed;
    uint64_t seed; /* instead of the scenario's */
    bool has_clock;
    int64_t clock; /* instead of the scenario's start */
};

enum run_outcome {
    RUN_AS_EXPECTED, /* every step ended as the scenario expects */
    RUN_DIFFERENT,   /* some did not: the trace's results say which */
    RUN_TROUBLE,     /* our fault */
};
/* options may be NULL. The trace lives in mem (the arena of the run). */
enum run_outcome world_run(const struct scenario *, const struct world_options *, struct arena *mem,
                           struct crypto *, struct trace **out);

#endif
