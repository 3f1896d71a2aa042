/* What is wrong with a file: problems with their places, in one list, shown sorted. */
#ifndef SIM_PROBLEMS_H
#define SIM_PROBLEMS_H

#include "base/arena.h"

/* From 1; columns count characters. */
struct place {
    size_t line, col;
};

struct problem {
    struct place at;
    const char *text;
};

#define PROBLEMS_MAX 64 /* more are counted, not kept */
struct problems {
    struct arena *mem;
    const char *file;
    size_t longest; /* octets the file may have; 0: SCENARIO_MAX */
    struct problem list[PROBLEMS_MAX];
    size_t n, more;
};

/* Always false. */
bool problem(struct problems *, struct place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "file:line:col: text", a line each, sorted by place; NULL: there are none. In mem. */
char *problems_text(struct problems *);

/* The name of the list that is nearest to what was written, when it is near enough to be meant;
 * NULL: none. name_of(list, i) gives the i-th. */
const char *nearest(const char *written, const char *(*name_of)(const void *list, size_t i),
                    const void *list, size_t n);
/* ` ; did you mean "X"?`, or "" where near is NULL. In mem. */
char *did_you_mean(struct arena *mem, const char *near);

#endif
