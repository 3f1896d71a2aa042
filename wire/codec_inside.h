/* What the files of the codec share and nobody else includes: its faults by number, the place
 * where a reader is, and the readers and writers of contents octets. */
#ifndef WIRE_CODEC_INSIDE_H
#define WIRE_CODEC_INSIDE_H

#include "wire/codec.h"

enum codec_fault {
    CODEC_OK,
    DER_TRUNCATED,
    DER_TAG_LONG,
    DER_LENGTH_INDEFINITE,
    DER_LENGTH_RESERVED,
    DER_LENGTH_NOT_MINIMAL,
    DER_LENGTH_TOO_LARGE,
    DER_FORM,
    TAG_WRONG,
    CHOICE_NONE,
    WRAPPER_LONG,
    MESSAGE_TRAILING,
    FIELD_MISSING,
    FIELD_ORDER,
    FIELD_UNKNOWN,
    LIST_SHORT,
    TOO_DEEP,
    INTEGER_EMPTY,
    INTEGER_PADDED,
    INTEGER_TOO_LARGE,
    INTEGER_RANGE,
    BOOLEAN_SIZE,
    BOOLEAN_VALUE,
    TIME_FORM,
    TIME_FRACTION,
    TIME_ZONE,
    TIME_DATE,
    BITS_EMPTY,
    BITS_UNUSED,
    BITS_PADDING,
    FLAGS_SHORT,
    FLAGS_LONG,
    STRING_NOT_IA5,
    OID_EMPTY,
    OID_CUT,
    OID_PADDED,
    KRB_PVNO,
    KRB_MSG_TYPE,
    CODEC_FAULTS
};

/* Where the reader is, by name: one per element being read, on the stack, linked to the element
 * around it. A path is made of them only when there is something to say. */
struct place {
    const struct place *up;
    const struct asn_type *type;
    const struct asn_field *field; /* NULL at the top and in a SEQUENCE OF */
    size_t index;                  /* in a SEQUENCE OF */
    unsigned depth;
};

/* What one run of the reader has and does not change. */
struct reader {
    struct bytes in;
    enum asn_policy policy;
    struct arena *mem;
    struct faults *faults;
    struct asn_visitor *visitor; /* NULL when values are built */
};

/* ---- codec_faults.c -------------------------------------------------------------------------- */

/* Refusing is rare: kept out of the way of what is common. */
#define RARE __attribute__((cold, noinline))

#define WORDS 96 /* room for what was expected or found, in words */

/* Raises a fault at the place; returns false. expected and found may be NULL. */
RARE bool codec_refuse(const struct reader *, const struct place *, enum codec_fault, size_t at,
                       const char *expected, const char *found);
/* The same, where what was expected and found are numbers. */
RARE bool codec_refuse_number(const struct reader *, const struct place *, enum codec_fault,
                              size_t at, const char *expected, int64_t found);
/* "[APPLICATION 10]", "INTEGER", "[3]": an identifier octet in words. Returns out. */
char *codec_tag_words(uint8_t identifier, char out[WORDS]);

/* ---- codec_header.c -------------------------------------------------------------------------- */

#define CONSTRUCTED 0x20
#define APPLICATION 0x60 /* class and constructed bit */
#define CONTEXT     0xa0

/* The identifier octet of each kind's universal tag; 0 for ANY and CHOICE, which have none. */
extern const uint8_t codec_universal[];
/* The one strict reader of tag and length; no fault is raised yet. n is at most INT_MAX. */
enum codec_fault codec_header(const uint8_t *p, size_t n, struct asn_header *);
/* Raises what codec_header found wrong with the element at `at`, which has to end by `limit`. */
RARE bool codec_header_refuse(const struct reader *, const struct place *, enum codec_fault,
                              size_t at, size_t limit);

/* codec_header on in[at, limit), raising what it finds. */
bool codec_header_at(const struct reader *, const struct place *, size_t at, size_t limit,
                     struct asn_header *);
/* Whether an element of this field may begin with this identifier octet; the constructed bit is
 * not looked at, so that a wrong one is met, and named, by codec_headers. */
bool codec_starts(const struct asn_field *, uint8_t identifier);
/* Where an element lies: in[own, end) without its context tag, in[body, end) its contents. For ANY
 * and CHOICE, which have no universal tag, the contents are the element itself. */
struct extent {
    size_t own, body, end;
};
/* Reads all headers of the element of this place that begins at e->body and has to end by e->end:
 * context, APPLICATION and universal tag in this order, each filled by the next. */
bool codec_headers(const struct reader *, const struct place *, struct extent *e);

/* ---- codec_values.c -------------------------------------------------------------------------- */

/* Checks the contents octets in[body, end) of a primitive and gives its C value, if out is not
 * NULL. */
bool codec_value(const struct reader *, const struct place *, size_t body, size_t end, void *out);

#endif
