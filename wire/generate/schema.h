/* The schema as the generator holds it: asn1Parser's array as a tree, and questions about it. */
#ifndef WIRE_GENERATE_SCHEMA_H
#define WIRE_GENERATE_SCHEMA_H

#include <libtasn1.h>
#include <stdbool.h>

/* The array's types and flag bits. libtasn1 names the bits only in a private header: these are our
 * names for them, and tests/wire/test_generate.c has a schema with each. */
enum {
    T_IDENTIFIER = ASN1_ETYPE_IDENTIFIER,
    T_INTEGER = ASN1_ETYPE_INTEGER,
    T_BOOLEAN = ASN1_ETYPE_BOOLEAN,
    T_SEQUENCE = ASN1_ETYPE_SEQUENCE,
    T_BITS = ASN1_ETYPE_BIT_STRING,
    T_OCTETS = ASN1_ETYPE_OCTET_STRING,
    T_TAG = ASN1_ETYPE_TAG,
    T_DEFAULT = ASN1_ETYPE_DEFAULT,
    T_SIZE = ASN1_ETYPE_SIZE,
    T_SEQUENCE_OF = ASN1_ETYPE_SEQUENCE_OF,
    T_OID = ASN1_ETYPE_OBJECT_ID,
    T_ANY = ASN1_ETYPE_ANY,
    T_CHOICE = ASN1_ETYPE_CHOICE,
    T_ENUMERATED = ASN1_ETYPE_ENUMERATED,
    T_GENERALSTRING = ASN1_ETYPE_GENERALSTRING,
    T_TIME = ASN1_ETYPE_GENERALIZED_TIME,
    T_MASK = 0xff
};
enum {
    F_APPLICATION = 1 << 10,
    F_IMPLICIT = 1 << 12,
    F_OPTION = 1 << 14,
    F_DEFAULT = 1 << 15,
    F_ASSIGN = 1 << 28, /* a value, not a type */
    F_DOWN = 1 << 29,
    F_RIGHT = 1 << 30
};

struct node {
    const char *name, *value;
    unsigned type, flags;
    struct node *child, *next;
    const char *section; /* of a production: "5.2.4", "MS-KILE 2.2.3" */
    bool emitted;        /* its struct has been written */
};

/* The productions of the module in the order of the text; values are left out. */
#define MAX_TYPES 256
extern struct node *types[MAX_TYPES];
extern int n_types;

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

void schema_read(const asn1_static_node *table);
/* Gives each production the section marked above it in the text on stdin: "-- @ 5.2.4". */
void schema_sections(void);

/* The production of that name. */
struct node *find(const char *name);
/* What a chain of other names ends in. */
const struct node *resolve(const struct node *);
/* The first child of that type, or NULL. */
struct node *child_of(const struct node *, unsigned type);
/* The first member, alternative or element, past tags and sizes. */
struct node *members(const struct node *);
/* A type with a struct: SEQUENCE, SEQUENCE OF, CHOICE. */
bool is_struct(const struct node *);
/* KerberosFlags, by whatever name. */
bool is_flags(const struct node *);

/* ---- names in C ---------------------------------------------------------------------------- */

/* Text as by printf; never freed, this program ends soon. */
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A name as C spells it: "KDC_REQ_BODY". */
char *c_name(const char *name);
/* The struct of the elements of a list whose type has no name. */
char *item_name(const char *owner);
/* The C type of a value that has no struct. */
const char *c_primitive(const struct node *);

#endif
