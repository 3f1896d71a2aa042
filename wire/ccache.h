/* Credential cache files, versions 1 to 4 (0x0501 to 0x0504), read and written (MIT's "credential
 * cache file format" document): a header in version 4, the default principal, then credentials to
 * the end of the file. What was read is written again octet for octet.
 *
 * Versions 3 and 4 are big-endian. Versions 1 and 2 have the byte order of the machine that wrote
 * them, and do not say which: it is taken to be the one in which the default principal has fewer
 * components; where both are the same, little-endian. Version 1 has no types of names (read as 0),
 * and its counts of components count the realm too. */
#ifndef WIRE_CCACHE_H
#define WIRE_CCACHE_H

#include "base/fault.h"

struct ccache_principal {
    int32_t name_type; /* not in version 1 */
    struct bytes realm;
    const struct bytes *components;
    size_t n_components;
};

struct ccache_data { /* an address or an authorization-data element */
    uint16_t type;
    struct bytes value;
};

struct ccache_cred {
    struct ccache_principal client, server;
    int32_t etype; /* 16 bits in the file, signed */
    struct bytes key;
    uint32_t authtime, starttime, endtime, renew_till; /* seconds since 1970; 0: none */
    bool is_skey;
    uint32_t flags; /* RFC 4120 bit 0 = 0x80000000 */
    const struct ccache_data *addresses, *authdata;
    size_t n_addresses, n_authdata;
    struct bytes ticket, second_ticket; /* DER */
    size_t at;                          /* offset in the file; not used in writing */
};

struct ccache {
    uint16_t version;    /* 0x0501 to 0x0504 */
    bool little;         /* versions 1 and 2: the integers are little-endian */
    struct bytes header; /* version 4: the tagged fields as they stand (tag 1: time offset) */
    struct ccache_principal principal;
    struct ccache_cred *creds;
    size_t n;
};

/* Views into `file`. */
bool ccache_read(struct bytes file, struct arena *, struct faults *, struct ccache *out);
/* In the version and byte order the struct says. {NULL, 0}: another version, or something longer
 * than its length field can say. */
struct bytes ccache_write(const struct ccache *, struct arena *);
const struct fault_row *ccache_fault_table(size_t *n);

#endif
