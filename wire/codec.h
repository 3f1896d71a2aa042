/* The one DER codec: reads, writes and maps octets by the rows of wire/rows.h (X.690; RFC 4120's
 * ASN.1 is DER throughout, RFC 4120 5). No allocation but the arena's; decoded values are views
 * into the input, which must outlive them. */
#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include "base/fault.h"
#include "wire/rows.h"

enum asn_policy {
    /* Every rule of X.690's DER and of the schema: for the debugger and the tests. What it takes,
     * asn_encode_anew gives back octet for octet; hence flags of exactly 32 bits, no more. */
    ASN_STRICT,
    /* What peers in use send and must be answered: unknown trailing fields of a SEQUENCE are
     * skipped, UInt32 and Int32 may arrive as either (the value is kept as it was sent, -1 as -1),
     * EncASRepPart may wear EncTGSRepPart's tag, flags may be shorter than 32 bits, or longer (the
     * rest is dropped), strings may hold any octets. Everything else is as strict. */
    ASN_DEPLOYED,
};

#define ASN_DEPTH 32 /* deepest nesting of elements that is followed */

/* Reads exactly one element of this type, which must fill the input. *out is a struct of the C
 * type of the row (type->size octets), all of it written. False: a fault was raised, whose offset
 * is that of the first octet that is wrong; for what is cut short, that of its tag.
 *
 * Beyond the rows two rules are checked, since the engines answer them differently: fields named
 * pvno, tkt-vno and authenticator-vno hold 5 ("krb.pvno"), and msg-type holds the number of the
 * message's APPLICATION tag ("krb.msg-type"). */
bool asn_decode(const struct asn_type *, struct bytes in, enum asn_policy, struct arena *,
                struct faults *, void *out);

/* The octets of the value, in the arena. An optional member is written when its has_ is set; `der`
 * is not looked at, except where the type is carried (a Ticket goes on as it came). A value the
 * schema does not allow (an ANY that is empty, a CHOICE without choice) is a programming error:
 * returns {NULL, 0}. */
struct bytes asn_encode(const struct asn_type *, const void *value, struct arena *);
/* The same, also building carried types anew from their members. */
struct bytes asn_encode_anew(const struct asn_type *, const void *value, struct arena *);

/* ---- the map of octets, for those who show them -------------------------------------------- */

/* One element of the schema met in the input. Offsets are from the start of the input. The element
 * is in[at, end); in[at, body) are its headers (context, APPLICATION and universal tag-lengths,
 * in that order), in[body, end) its contents. */
struct asn_span {
    const struct asn_type *type;
    const struct asn_field *field; /* NULL for the top and for elements of a SEQUENCE OF */
    size_t index;                  /* in a SEQUENCE OF */
    size_t at, body, end;
    unsigned depth; /* 0 for the top */
    bool unknown;   /* an extension the schema does not have; type is NULL */
};

struct asn_visitor {
    /* Called in the order of the octets. Constructed kinds (SEQUENCE, SEQUENCE OF, CHOICE) are
     * entered before their parts and left after; others are only entered. */
    void (*enter)(struct asn_visitor *, const struct asn_span *);
    void (*leave)(struct asn_visitor *, const struct asn_span *);
};

/* Walks without building values. Stops at the first fault like asn_decode (what was entered before
 * stays told, and is left in order). */
bool asn_walk(const struct asn_type *, struct bytes in, enum asn_policy, struct arena *,
              struct faults *, struct asn_visitor *);

/* One tag-length at the start of `in`, by DER's rules: identifier octet (class, constructed bit,
 * number up to 30) and the lengths of header and contents. For readers outside the schema. */
struct asn_header {
    uint8_t identifier;
    size_t header, contents;
};
bool asn_header_read(struct bytes in, struct faults *, struct asn_header *out);
/* Octets of the tag-length of so many octets of contents; writes them at out (6 at most). */
size_t asn_header_write(uint8_t identifier, size_t contents, uint8_t *out);

/* Every fault row of the codec, n of them. */
const struct fault_row *asn_fault_table(size_t *n);

#endif
