/* The map of octets of the formats without ASN.1: what stands where, under the specification's
 * term. The counterpart of asn_walk (wire/codec.h).
 *
 * Leaves tile the input: each octet belongs to exactly one leaf, in order. Where reading stops at
 * a fault, the spans met so far are told, and the octets not understood are one leaf of kind
 * FLAT_UNREAD. */
#ifndef WIRE_FLAT_H
#define WIRE_FLAT_H

#include "base/fault.h"

enum flat_kind {
    FLAT_GROUP,  /* constructed: has parts, no octets of its own */
    FLAT_TEXT,   /* octets meant to be read as text */
    FLAT_UTF16,  /* the same in UTF-16LE */
    FLAT_BE_INT, /* integers, big- and little-endian: .number */
    FLAT_LE_INT,
    FLAT_BE_FLAGS, /* .number; bits by .registry */
    FLAT_LE_FLAGS,
    FLAT_BE_LENGTH, /* .number: how much follows */
    FLAT_LE_LENGTH,
    FLAT_TIME,      /* big-endian seconds since 1970: .number */
    FLAT_FILETIME,  /* little-endian, 100 ns since 1601: .number */
    FLAT_OCTETS,    /* without meaning here: keys, holes, a peer's extensions */
    FLAT_BUFFER,    /* octets of a format of their own: .number of .registry says which */
    FLAT_DER,       /* an element that the schema's codec can take further */
    FLAT_BASE64,    /* a token in base64: http_negotiate decodes it */
    FLAT_SEPARATOR, /* white space, colon, CRLF */
    FLAT_UNREAD,    /* from the fault on */
};

struct flat_span {
    const char *name; /* the specification's term: "keytype", "DlgOpt", "Authorization" */
    const char *path; /* "entry[2].key.length"; the name alone at the top */
    size_t at, end;   /* in octets from the start of the input */
    enum flat_kind kind;
    int registry;   /* of enum registry (wire/names.h), where the number has names there; or
                     * FLAT_NO_NAMES */
    int64_t number; /* of the integer kinds, signed where the format says so */
    unsigned depth; /* 0 for the outermost */
    bool constructed;
};
#define FLAT_NO_NAMES (-1)

struct flat_visitor {
    /* Called in the order of the octets. Constructed spans are entered before their parts and left
     * after; leaves are only entered. Spans live in the arena of the walk. */
    void (*enter)(struct flat_visitor *, const struct flat_span *);
    void (*leave)(struct flat_visitor *, const struct flat_span *);
};

/* Each reads as the module's strict reader does and raises its faults; false when one was raised.
 * The visitor is told everything in either case. */
bool keytab_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool ccache_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool gss_token_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
/* A per-message token, MIC or Wrap (RFC 4121 4.2.6); what is sealed in it is one leaf. */
bool gss_message_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool gss_checksum_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
/* RFC 3244's messages, and the result inside them. */
bool kpasswd_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool kpasswd_result_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
/* Exactly one message, head and body; one that is not whole yet is a fault here. */
bool http_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
/* What the base64 of Basic's credentials holds (RFC 7617 2). */
bool user_pass_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool dns_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
/* Messages over TCP, each after its length, to the end of the input; the rest of a stream that
 * ends within a message is FLAT_UNREAD, and no fault. */
bool frame_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
/* A self-relative security descriptor (wire/descriptor.h). */
bool descriptor_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);

#endif
