/* A fault: why something that came in was refused, exactly. Each module has a table of the faults
 * it can raise (struct fault_row); a fault is a row with a place and two values.
 *
 * Faults are about input. What the program itself got wrong is not a fault but a `false`. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base/arena.h"

struct fault_row {
    const char *id;       /* "der.length-not-minimal": stable, used by tests and --json */
    const char *why;      /* one sentence for the reader, without names of functions */
    const char *spec;     /* "X.690 8.1.3.5": the section that says so */
    const char *expected; /* what should have stood there, when that is always the same; or NULL */
};

struct fault {
    const struct fault_row *row;
    const char *path;     /* "AS-REQ.req-body.till": where by name; "" at the top */
    size_t at;            /* offset in octets from the start of what was read */
    const char *expected; /* what should stand there, in words or digits; or NULL */
    const char *found;    /* what stands there; or NULL */
};

/* The sink. Strict readers stop at the first fault; lenient ones collect and go on. Everything in
 * it lives in `mem`. */
struct faults {
    struct arena *mem;
    struct fault *list; /* in the order of their discovery */
    size_t n, room;
};

/* Adds a copy (strings too). Does nothing where `sink` is NULL: a caller that wants no reasons
 * pays for none. Always returns false, so that a reader can say `return fault_raise(...)`. */
bool fault_raise(struct faults *sink, struct fault);

/* "AS-REQ.req-body.till, offset 0x41: why; expected X, found Y (section)". In mem. */
char *fault_text(struct arena *mem, const struct fault *);

/* Called with every fault raised, when set: the tests use it to see that each row is reached. */
extern void (*fault_observer)(const struct fault *);

#endif
