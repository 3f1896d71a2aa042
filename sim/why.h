/* Why a run went as it did, and what would have made it go otherwise: its decisions with their
 * inputs, and for each the smallest change of an input that flips the outcome. Changes are found by
 * trying: the scenario is edited, the world runs again, the same decision is looked for. What is
 * reported was run, and run again. */
#ifndef SIM_WHY_H
#define SIM_WHY_H

#include "sim/knobs.h"
#include "sim/world.h"

#define WHY_RUNS  2000 /* the most in all, unless told otherwise */
#define WHY_FLIPS 6    /* the most shown of a decision */

struct why_flip {
    struct knob_change changes[2];
    size_t n;
    const char *outcome; /* of the decision, then */
    /* Of the whole run, then: the first result that is another, "alice: no ticket"; NULL: it ends
     * as before. */
    const char *then;
};

struct why_decision {
    const struct event *event; /* its first time; ->decision is what was told */
    size_t step;               /* of the scenario, from 0 */
    size_t nth;                /* of that id in the step, from 0 */
    size_t packet;             /* the message that it followed; 0: none */
    size_t times;              /* with the same inputs */
    struct why_flip flips[WHY_FLIPS];
    size_t n_flips; /* smallest first */
};

struct why_report {
    struct why_decision *decisions;
    size_t n;
    size_t runs;  /* made */
    bool stopped; /* the most were made: there may be more to find */
    bool wrong;   /* a change did not give the same twice: our fault */
};

struct why_options {
    const char *id;   /* only decisions whose id begins so; NULL: all */
    bool no_flips;    /* only what was decided */
    size_t most_runs; /* 0: WHY_RUNS */
};

/* trace is the run of the scenario with these options. In mem. */
struct why_report why(const struct scenario *, const struct world_options *, const struct trace *,
                      const struct why_options *, struct crypto *, struct arena *mem);

/* For people, `width` cells a line; and as JSON. In mem. */
char *why_text(const struct scenario *, const struct why_report *, const struct why_options *,
               unsigned width, bool ascii, struct arena *mem);
char *why_json(const struct scenario *, const struct why_report *, const struct why_options *,
               struct arena *mem);

#endif
