/* The sentences of steps, by id; the args of a step fill {name} places in them. Text comes from
 * trace/steps.en: one line an id, "id | section | sentence when done | sentence when refused". */
#ifndef TRACE_CATALOGUE_H
#define TRACE_CATALOGUE_H

#include "trace/trace.h"

struct sentence {
    const char *id, *spec, *done, *refused;
};
const struct sentence *sentence_find(const char *id); /* NULL: none */
const struct sentence *sentence_table(size_t *n);

/* The sentence of a step event with its args in it. An id without a sentence gives the id and its
 * args. Text from the network is escaped. In mem. */
char *sentence_of(struct arena *mem, const struct event *);
/* One arg as text. */
char *arg_text(struct arena *mem, const struct arg *);

#endif
