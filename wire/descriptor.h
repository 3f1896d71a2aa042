/* Security descriptors: who owns an object and who may do what with it (MS-DTYP 2.4.6), as octets
 * in one piece ("self-relative"). Their text form is service/web.h's, for the machine that has the
 * files. Audit lists (SACL) are mapped, and otherwise passed over. */
#ifndef WIRE_DESCRIPTOR_H
#define WIRE_DESCRIPTOR_H

#include "base/fault.h"
#include "base/sid.h"

enum { ACE_ALLOW = 0, ACE_DENY = 1 }; /* MS-DTYP 2.4.4.1; no others are read */
enum {
    ACE_OBJECT_INHERIT = 1,
    ACE_CONTAINER_INHERIT = 2,
    ACE_NO_PROPAGATE = 4,
    ACE_INHERIT_ONLY = 8,
    ACE_INHERITED = 16,
};
enum { /* Control */
       SD_DACL_PRESENT = 0x4,
       SD_SACL_PRESENT = 0x10,
       SD_DACL_INHERIT_REQUIRED = 0x100,
       SD_DACL_INHERITED = 0x400,
       SD_DACL_PROTECTED = 0x1000,
       SD_SELF_RELATIVE = 0x8000,
};

struct ace {
    uint8_t type, flags;
    uint32_t mask;
    struct sid sid;
};
struct security_descriptor {
    bool has_owner, has_group, has_dacl; /* has_dacl false: everybody may do everything */
    struct sid owner, group;
    uint16_t control;
    const struct ace *dacl;
    size_t n_dacl; /* has_dacl and 0: nobody may do anything */
};

/* Empty: a list that does not fit into 64 KiB. */
struct bytes descriptor_write(struct arena *mem, const struct security_descriptor *);
/* False: *why says where and what (in mem). Parts that share octets are refused. */
bool descriptor_read(struct bytes, struct arena *mem, struct security_descriptor *out,
                     const char **why);
const struct fault_row *descriptor_fault_table(size_t *n);

#endif
