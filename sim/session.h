/* A scenario on the table: read, run once to its end, and kept with what is needed to read its
 * trace. For interfaces that look at a run without knowing how one is made. */
#ifndef SIM_SESSION_H
#define SIM_SESSION_H

#include "sim/matrix.h"

struct session {
    struct arena *mem; /* everything below lives in it */
    struct crypto *crypto;
    struct scenario scenario;
    struct trace *trace;
    enum run_outcome outcome;
};

/* A built-in by name, or a file by path (scenario_load). options may be NULL. NULL: *error says
 * why, in `errors`. */
struct session *session_open(const char *name_or_path, const struct world_options *options,
                             struct arena *errors, char **error);
/* Of a cell of a matrix over a scenario that outlives it. */
struct session *session_of_cell(const struct matrix *, const struct scenario *base, size_t row,
                                size_t column, const struct world_options *, struct arena *errors,
                                char **error);
/* Wipes and frees. NULL is allowed. */
void session_close(struct session *);

#endif
