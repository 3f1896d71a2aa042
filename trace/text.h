/* The trace as text: for pipes, logs, golden files and readers of a terminal. One block a message:
 * a line that says who sends what to whom, then what its receiver did with it, a line a step. */
#ifndef TRACE_TEXT_H
#define TRACE_TEXT_H

#include "trace/dissect.h"

struct text_options {
    unsigned width;   /* lines are broken before so many cells; 0: 100 */
    bool ascii;       /* nothing beyond ASCII */
    bool fields;      /* the field tree below each message, with offsets */
    bool words;       /* what each field is for, below it */
    bool with_keys;   /* the values of keys, which are otherwise left out */
    const char *eyes; /* sealed parts are opened with the keys that this party comes to hold in the
                       * run; NULL: with everyone's */
};

/* Ends in a newline; in mem. crypto may be NULL: sealed parts stay closed. options may be NULL. */
char *trace_text(const struct trace *, const struct text_options *, struct crypto *,
                 struct arena *mem);
/* One step, key, tamper or result event as its lines in trace_text, "" for the others. */
char *event_text(const struct event *, const struct text_options *, struct arena *mem);

#endif
