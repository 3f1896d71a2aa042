/* The inputs of decisions as things that can be turned: for each input of each decision, what else
 * it could be, and how a scenario is edited to make it so. `tessera why` turns them one by one and
 * runs the world again. An input without a row here cannot be told: a test finds it. */
#ifndef SIM_KNOBS_H
#define SIM_KNOBS_H

#include "base/story.h"
#include "sim/scenario.h"

#define KNOB_VALUES 48 /* the most that one input is tried with */

struct knob;

/* One value that an input does not have, and what it takes to give it. */
struct knob_change {
    const struct knob *knob;
    const char *subject; /* party, account or "realm" */
    const char *realm;   /* of who decides */
    size_t step;         /* per_step: of the scenario, from 0 */
    const char *value;   /* "18 17" */
    const char *words;   /* a clause: "alice also offered 17" */
    unsigned cost;       /* how far from what it is; the smallest change has the lowest */
};

struct knob {
    const char *decision; /* an id, or how ids begin: "kdc.etype." */
    const char *input;
    const char *domain; /* what it can be, for the reader */
    const char *fixed;  /* why it cannot be turned; NULL: it can */
    size_t (*values)(const struct scenario *, const struct knob_change *of, struct arena *,
                     struct knob_change out[KNOB_VALUES]);
    /* In a copy (scenario_copy). False: there is nothing there to be edited. */
    bool (*edit)(struct scenario *, const struct knob_change *, struct arena *);
    uint32_t which; /* a flag or a bit, where several knobs share their functions */
    bool per_step;  /* it is turned for one step of the scenario, not for all */
    bool inserts;   /* per_step: a step is put in before that one */
};

/* NULL: no row. */
const struct knob *knob_find(const char *decision, const char *input);
/* What is decided, in words: "the type of the session key"; NULL: no row. */
const char *decision_title(const char *id);

/* What the input could be instead, given its knob, subject, realm and step; 0 when it is fixed. */
size_t knob_values(const struct knob_change *of, const struct scenario *, struct arena *,
                   struct knob_change out[KNOB_VALUES]);
bool knob_turn(struct scenario *copy, const struct knob_change *, struct arena *);

/* A copy whose accounts, parties and steps can be edited. What the file left out stands in it, so
 * that one change stays one: accounts have etypes of their own, and krbtgt is an account. Its run
 * is the same, octet for octet. */
struct scenario *scenario_copy(const struct scenario *, struct arena *);

#endif
