/* The cursor under the readers of wire/flat.h's formats: takes integers and octets in order, never
 * past the end of what encloses them, knows where it is by name, and records the map of octets
 * when it is wanted. The same steps serve reading and mapping, so the two cannot disagree. */
#ifndef WIRE_FLAT_READER_H
#define WIRE_FLAT_READER_H

#include "wire/flat.h"

#define FLAT_DEPTH 8
#define FLAT_ALONE SIZE_MAX /* not an element of a list */

/* An integer of a format. */
struct flat_row {
    const char *name;
    enum flat_kind kind;
    uint8_t octets; /* 1, 2, 4 or 8 */
    bool is_signed;
    int registry;
};

struct flat_level {
    const char *name;
    size_t index; /* FLAT_ALONE: not in a list */
    size_t span;  /* in the map */
};

struct flat_reader {
    struct bytes in;
    size_t at;  /* the next octet */
    size_t end; /* where the innermost thing with a length ends */
    struct arena *mem;
    struct faults *faults;
    const struct fault_row *cut;   /* a field of fixed size does not fit before `end` */
    const struct fault_row *long_; /* a length says more than there is before `end` */
    struct flat_level levels[FLAT_DEPTH];
    unsigned depth;
    bool little; /* integers are little-endian, whatever their rows say */
    bool mapped;
    struct flat_span *spans;
    size_t n_spans, room;
};

/* Starts at the beginning of `in`; `mapped` records spans. */
struct flat_reader flat_start(struct bytes in, struct arena *, struct faults *, bool mapped);
/* Tells the visitor what was recorded, and what is left as FLAT_UNREAD. */
void flat_tell(struct flat_reader *, struct flat_visitor *);

size_t flat_left(const struct flat_reader *);
/* A constructed thing begins and ends at the cursor. Its name and index become part of the path. */
void flat_enter(struct flat_reader *, const char *name, size_t index);
void flat_leave(struct flat_reader *);

/* False: the octets are not there, a fault was raised. */
bool flat_int(struct flat_reader *, const struct flat_row *, int64_t *out);
bool flat_octets(struct flat_reader *, const char *name, enum flat_kind, size_t n,
                 struct bytes *out);
/* The same of kind FLAT_BUFFER. */
bool flat_buffer(struct flat_reader *, const char *name, int registry, int64_t number, size_t n);
/* A thing with a length before it: name.length and name.value (the leaf is called `name` in the
 * map too, its path ends in .value). `length` is the row of the integer. */
bool flat_counted(struct flat_reader *, const struct flat_row *length, const char *name,
                  size_t index, enum flat_kind, struct bytes *out);

/* Raises `row` at offset `at`, at path + "." + name (no name: the path as it is). False. */
bool flat_refuse(struct flat_reader *, const struct fault_row *row, const char *name, size_t at,
                 const char *expected, const char *found);
/* The same for a number where `format` takes a long long for each. */
bool flat_refuse_number(struct flat_reader *, const struct fault_row *row, const char *name,
                        size_t at, const char *expected, int64_t e, const char *found, int64_t f);

#endif
