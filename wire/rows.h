/* What the generator (wire/generate/rows.c) writes for each production of the .asn modules, and
 * what the one codec (wire/codec.h) reads: the schema as rows.
 *
 * C values: INTEGER and ENUMERATED int64_t; BOOLEAN bool; GeneralizedTime int64_t microseconds
 * since 1970; KerberosFlags uint32_t (RFC 4120 bit 0 = 0x80000000); other BIT STRINGs struct
 * asn_bits; OCTET STRING, strings, OBJECT IDENTIFIER and ANY struct bytes (a view of the contents,
 * for ANY of the whole element); SEQUENCE struct NAME whose first member is `struct bytes der`,
 * the octets it was read from (the whole element, its APPLICATION tag included); SEQUENCE OF
 * struct { TYPE *at; size_t n; }; CHOICE struct NAME with `int choice` (1 = first alternative,
 * 0 = none) and a member for each. An OPTIONAL member x has `bool has_x` before it. */
#ifndef WIRE_ROWS_H
#define WIRE_ROWS_H

#include "base/bytes.h"

enum asn_kind {
    ASN_INTEGER,
    ASN_ENUMERATED,
    ASN_BOOLEAN,
    ASN_TIME,
    ASN_FLAGS, /* BIT STRING of at least 32 bits, held in a uint32_t */
    ASN_BITS,
    ASN_OCTETS,
    ASN_STRING, /* GeneralString */
    ASN_OID,
    ASN_ANY,
    ASN_SEQUENCE,
    ASN_SEQUENCE_OF,
    ASN_CHOICE,
};

struct asn_bits {
    struct bytes bits;
    uint8_t unused; /* of the last octet, 0..7 */
};

struct asn_list { /* the shape of every SEQUENCE OF */
    void *at;
    size_t n;
};

#define ASN_NONE (-1)

struct asn_field;

struct asn_type {
    const char *name;    /* as the standard prints it: "KDC-REQ-BODY" */
    const char *base;    /* the production it is another name of: "KDC-REQ" of
                          * "AS-REQ"; its own name otherwise */
    const char *section; /* "RFC 4120 5.4.1" */
    enum asn_kind kind;
    int16_t app, app_too; /* APPLICATION tag written, and another one that deployed
                           * peers send in its place; or ASN_NONE */
    bool ranged;          /* INTEGER: min..max holds */
    int64_t min, max;
    uint32_t least; /* SEQUENCE OF: fewest elements */
    bool carried;   /* SEQUENCE: when .der is set, the encoder writes those octets */
    uint32_t size;  /* sizeof the C value */
    uint16_t n_fields;
    const struct asn_field *fields; /* SEQUENCE, CHOICE */
    const struct asn_type *of;      /* SEQUENCE OF */
};

struct asn_field {
    const char *name; /* "req-body" */
    int16_t tag;      /* context tag, EXPLICIT; or ASN_NONE */
    bool optional;
    uint16_t offset; /* of the member in the C struct */
    uint16_t has;    /* of its has_ member; only when optional */
    const struct asn_type *type;
};

#endif
