/* What the files of the dissector share and nobody else includes. */
#ifndef TRACE_DISSECT_INSIDE_H
#define TRACE_DISSECT_INSIDE_H

#include "trace/dissect.h"
#include "wire/codec.h"
#include "wire/flat.h"

/* A field, where it stands for the tables of wire/, and its number if it is one. */
struct node {
    struct field field;
    struct place place;
    const struct asn_field *member; /* the row it was read by; NULL: top, element, flat */
    bool has_number;
    int64_t number;
};

static inline struct node *node_of(const struct field *f)
{
    return (struct node *)f;
}

#define DISSECT_DEPTH 40         /* deepest nesting of elements and inner roots that is followed */
#define DISSECT_TRIES (1u << 24) /* octets that may be tried with keys, over a whole message */

struct dissector {
    struct arena *mem;
    const struct keyring *ring;
    struct crypto *crypto;
    unsigned depth;
    size_t tries;
};

/* ---- dissect.c ------------------------------------------------------------------------------ */

struct root *root_new(struct dissector *, struct bytes data, struct field *from, const char *what);
/* A new field at the end of parent's (NULL: a top of the root). path and words follow from place,
 * which the caller fills before field_finish. */
struct node *node_new(struct dissector *, struct root *, struct field *parent, const char *name,
                      size_t at, size_t end);
/* Sets the path and the words of a node whose place is complete. */
void node_place(struct dissector *, struct node *);
/* A tag-length header leaf. */
void node_header(struct dissector *, struct field *, const char *name, size_t at, size_t end);
/* An opaque leaf of octets that belong to nothing. */
struct node *node_stray(struct dissector *, struct root *, struct field *parent, const char *name,
                        size_t at, size_t end);
/* What hangs off `from`: its value read as a production, as another name in paths (container;
 * NULL: none). */
struct root *dissect_inner(struct dissector *, struct bytes, const struct asn_type *,
                           struct field *from, const char *container);
/* Reads all of the root's data as a production; `up` is what stands around it. */
void dissect_root(struct dissector *, struct root *, const struct asn_type *,
                  const struct place *up);
/* A top-level Kerberos message by its APPLICATION tag; NULL: none of them. */
const struct asn_type *message_type(struct bytes data);
/* Puts a fault on the leaf it is about. */
void root_fault(struct root *, const struct fault *);

/* ---- dissect_element.c ---------------------------------------------------------------------- */

/* Reads tag and length as far as they can be made out. False: not even that. */
struct header {
    uint8_t identifier;
    size_t size, contents; /* contents as claimed, which may be more than there is */
};
bool header_read(struct bytes, struct header *);
/* "[3]", "APPLICATION 10", "SEQUENCE": an identifier octet by name. */
const char *tag_name(struct arena *, uint8_t identifier);
/* The element of `type` in data[at, end) as a field of parent; returns where the next one begins.
 */
size_t dissect_element(struct dissector *, struct root *, struct field *parent,
                       const struct asn_type *, const struct asn_field *member, size_t index,
                       const struct place *up, size_t at, size_t end);

/* ---- dissect_value.c ------------------------------------------------------------------------ */

/* Sets value (and number) of a complete node from its octets and its parts. */
void node_value(struct dissector *, struct node *);
/* Octets as text where all of them print, in hexadecimal otherwise, cut where long. */
char *octets_text(struct arena *, struct bytes);
/* A PrincipalName field's components joined by '/'; "" for NULL. */
const char *principal_shown(struct arena *, const struct field *);

/* ---- dissect_open.c ------------------------------------------------------------------------- */

/* Follows what a complete SEQUENCE holds or seals. */
void node_open(struct dissector *, struct node *);

/* ---- dissect_flat.c ------------------------------------------------------------------------- */

/* Reads all of the root's data as that format, under the name of a container in paths (NULL: the
 * root's own). */
void dissect_flat(struct dissector *, struct root *, enum flat_format, const char *container);
/* A mechanism's token of whatever its first octets say, hung off `from`; NULL: nothing known. */
struct root *dissect_token(struct dissector *, struct bytes, struct field *from);
/* The same by a walk that has no format of its own. */
typedef bool dissect_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
void dissect_map(struct dissector *, struct root *, dissect_walk *, const char *container);
struct root *dissect_http(struct dissector *, struct bytes);
/* Octets for which kpasswd_is. */
struct root *dissect_kpasswd(struct dissector *, struct bytes);
struct root *dissect_dns(struct dissector *, struct bytes);

/* ---- dissect_pac.c -------------------------------------------------------------------------- */

/* What a PAC's buffer of that type holds, hung off its field. */
void dissect_pac_buffer(struct dissector *, struct field *, int64_t type);
/* What a structure of NDR or a PAC comes to, for its line; NULL: nothing that its parts do not say.
 */
const char *ndr_shown(struct arena *, const struct field *);

/* ---- dissect_ntlm.c ------------------------------------------------------------------------- */

/* Octets for which ntlm_message_type, hung off `from` (NULL: a message). */
struct root *dissect_ntlm(struct dissector *, struct bytes, struct field *from);
/* What a mechListMIC of NTLM looks like. */
bool is_ntlm_signature(struct bytes);

/* ---- dissect_rpc.c -------------------------------------------------------------------------- */

struct root *dissect_rpc(struct dissector *, struct bytes);

#endif
