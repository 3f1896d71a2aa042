/* Keytab files, format 0x0502 (0x0501's host byte order is refused): big-endian, entries with a
 * signed 32-bit length, negative lengths are holes. MIT's "keytab file format" document. */
#ifndef WIRE_KEYTAB_H
#define WIRE_KEYTAB_H

#include "base/fault.h"

struct keytab_entry {
    struct bytes realm;
    const struct bytes *components;
    size_t n_components;
    int32_t name_type;
    int64_t timestamp; /* seconds since 1970 */
    uint32_t kvno;     /* the 32-bit one where present and not 0, else the 8-bit one */
    bool has_kvno32;   /* the trailing 32-bit kvno was there / is to be written */
    int32_t etype;
    struct bytes key;
    size_t at;         /* offset of the entry in the file; not used in writing */
};

struct keytab {
    struct keytab_entry *entries;
    size_t n;
};

/* Views into `file`. */
bool keytab_read(struct bytes file, struct arena *, struct faults *, struct keytab *out);
struct bytes keytab_write(const struct keytab *, struct arena *);
const struct fault_row *keytab_fault_table(size_t *n);

#endif
