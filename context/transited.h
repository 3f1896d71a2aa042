/* The realms that took part in authenticating a client (RFC 4120 3.3.3.2): DOMAIN-X500-COMPRESS.
 * The list has no order in time; the client's realm and the last one are not in it. */
#ifndef CONTEXT_TRANSITED_H
#define CONTEXT_TRANSITED_H

#include "base/arena.h"

#define DOMAIN_X500_COMPRESS 1  /* tr-type: the only one there is */
#define TRANSITED_REALMS     64 /* more than these in one field are not read */
#define TRANSITED_OCTETS     2048

struct realms {
    struct bytes *at;
    size_t n;
};

/* Every realm that the field stands for, each once: names that are written as a part of the one
 * before made whole, a null subfield filled with the realms that lie between its neighbours in the
 * hierarchy (before the first stands crealm, behind the last srealm). Empty contents: none. False:
 * there is no such list: a backslash without anything behind it, a part without a whole, neighbours
 * with no hierarchy between them, more than the limits above. In mem. */
bool transited_expand(struct arena *, struct bytes contents, struct bytes crealm,
                      struct bytes srealm, struct realms *out);
/* The field for these realms and one more, which is put where the field becomes shortest; the same
 * field again when it is in it already. Null subfields are read but never written. False: over the
 * limits. */
bool transited_add(struct arena *, const struct realms *, struct bytes realm, struct bytes *out);
/* Does `realm` lie between the two in the hierarchy of their names (RFC 4120 1.2)? */
bool realm_between(struct arena *, struct bytes realm, struct bytes a, struct bytes b);
/* "EDU MIT.EDU", for the reader, with nothing that moves a cursor (base/text.h); "none". */
char *realms_text(struct arena *, const struct realms *);

#endif
