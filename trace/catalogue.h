/* The sentences of steps, by id; the args of a step fill {name} places in them. Text comes from
 * trace/steps.en: one line an id, "id | section | sentence when done | sentence when refused". */
#ifndef TRACE_CATALOGUE_H
#define TRACE_CATALOGUE_H

#include "trace/trace.h"

struct sentence {
    const char *id;
    const char *spec;           /* NULL: no section says so */
    const char *done, *refused; /* NULL: it does not happen */
};
const struct sentence *sentence_find(const char *id); /* NULL: none */
const struct sentence *sentence_table(size_t *n);

/* The sentence of a step event with its args in it. An id without a sentence gives the id and its
 * args. Text from the network is escaped. In mem. */
char *sentence_of(struct arena *mem, const struct event *);
/* What its sentence lacks: the name of a {place} that no arg fills, or the id itself where there is
 * no sentence for this outcome; NULL: nothing. For the tests of those who tell steps. */
const char *sentence_gap(struct arena *mem, const struct event *);
/* One arg as text: "18 aes256-cts-hmac-sha1-96", "2026-11-21 20:51:55Z", "6 min 0 s". In mem. */
char *arg_text(struct arena *mem, const struct arg *);
/* A length of time in microseconds: "10 h 0 min", "6 min 0 s", "0.25 s". In mem. */
char *span_text(struct arena *mem, int64_t span);

#endif
