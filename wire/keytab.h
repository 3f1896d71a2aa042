/* Keytab files, format 0x0502 (0x0501's host byte order is refused): big-endian, entries with a
 * signed 32-bit length, negative lengths are holes, a length of 0 ends the file. MIT's "keytab
 * file format" document.
 *
 * What was read is written again octet for octet: besides the entries, the struct keeps what lies
 * between them. Made by hand, the members that say so stay zero. */
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
    bool has_kvno32;   /* the trailing 32-bit kvno was there and not 0 / is to be written */
    int32_t etype;
    struct bytes key;
    size_t at; /* offset of the entry's length in the file; not used in writing */

    /* Zero in an entry made by hand. */
    struct bytes holes;  /* holes right before the entry, with their lengths */
    struct bytes rest;   /* after the last field known here: Heimdal's flags, unused space */
    uint8_t kvno8_apart; /* the 8-bit kvno is (kvno & 0xff) ^ this: 0 unless the two disagree */
};

struct keytab {
    struct keytab_entry *entries;
    size_t n;
    struct bytes tail; /* holes after the last entry, and what follows a length of 0 */
};

/* Views into `file`. */
bool keytab_read(struct bytes file, struct arena *, struct faults *, struct keytab *out);
/* {NULL, 0}: a realm, component or key longer than 65535 octets, or more components than that. */
struct bytes keytab_write(const struct keytab *, struct arena *);
const struct fault_row *keytab_fault_table(size_t *n);

#endif
