/* Matrices: a scenario, and two lists of settings. Every cell is a run of its own: the scenario
 * with the row's and the column's setting, from beginning to end in the world. */
#ifndef SIM_MATRIX_H
#define SIM_MATRIX_H

#include "sim/world.h"

struct matrix_setting {
    const char *name; /* "level 3", "impersonate, Windows" */
    /* In a copy (scenario_copy). */
    void (*set)(struct scenario *, const struct matrix_setting *, struct arena *);
    uint32_t value, other; /* what `set` needs */
};

struct matrix_cell {
    const char *text;  /* "NTLMv2"; of several values a line each */
    const char *brief; /* the same, for a table of 80 columns */
    const char *ended; /* how its first page ended: "HTTP 200: by NTLM, 3 requests" */
    bool granted;
};

struct matrix {
    const char *name;     /* "lmcompat" */
    const char *scenario; /* that it stands on */
    const char *title, *rows_are, *columns_are;
    const struct matrix_setting *rows, *columns;
    size_t n_rows, n_columns;
    /* Fills in text and brief; ended and granted stand there already. */
    void (*read)(const struct trace *, struct arena *, struct matrix_cell *);
};

const struct matrix *matrix_table(size_t *n);
const struct matrix *matrix_find(const char *name); /* NULL: none such */
/* That stands on the scenario of this name; NULL: none does. */
const struct matrix *matrix_on(const char *scenario);

/* The scenario of a cell, for whoever runs it himself. Of its steps nothing is expected. */
struct scenario *matrix_scenario(const struct matrix *, const struct scenario *base, size_t row,
                                 size_t column, struct arena *);
/* False: it did not come to its end. The trace lives in mem. */
bool matrix_run(const struct matrix *, const struct scenario *base, size_t row, size_t column,
                const struct world_options *, struct arena *mem, struct crypto *,
                struct matrix_cell *, struct trace **);
/* Every cell, row by row, in mem; what the runs took is given back. NULL: one did not come to its
 * end. A run takes some milliseconds: 36 of them are shown at once. */
struct matrix_cell *matrix_run_all(const struct matrix *, const struct scenario *base,
                                   const struct world_options *, struct arena *mem,
                                   struct crypto *);

#endif
