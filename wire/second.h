/* The second reader: libtasn1's own decoder, by the same schema but by none of our code, reads a
 * message again. Each reader catches the other's mistakes.
 *
 * It takes memory from the heap and is slow (a few hundred microseconds a message): for tests and
 * for showing a trace, never inside an engine's turn. */
#ifndef WIRE_SECOND_H
#define WIRE_SECOND_H

#include "base/arena.h"
#include "wire/rows.h"

struct second;

/* With every module of the schema. NULL when there is no memory. */
struct second *second_new(void);
void second_free(struct second *);

/* What a message holds in the end: a primitive and its contents octets (of ANY the whole element).
 * A SEQUENCE OF without elements is one too, without octets. */
struct leaf {
    const char *path; /* "AS-REQ.req-body.etype[2]" */
    struct bytes value;
};
struct leaves {
    struct leaf *list; /* in the order of the message */
    size_t n, room;
};

/* As libtasn1 reads it. False: it refuses, or the type is not a named production of a module; *why
 * says which. */
bool second_read(struct second *, const struct asn_type *, struct bytes in, struct arena *,
                 struct leaves *out, const char **why);

/* Whether libtasn1 and asn_walk (as deployed) both refuse, or find the same leaves with the same
 * values. Where not, *why says what is different. */
bool second_agrees(struct second *, const struct asn_type *, struct bytes in, struct arena *,
                   const char **why);

#endif
