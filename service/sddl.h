/* What SDDL's reader and writer share (MS-DTYP 2.5.1.1): tables of letters. Nothing outside
 * service/ includes this. */
#ifndef SERVICE_SDDL_H
#define SERVICE_SDDL_H

#include "service/web.h"

struct sddl_letters {
    const char *letters;
    uint32_t value;
};
/* Ended by a row without letters, in the order in which they are written. */
extern const struct sddl_letters sddl_acl_flags[], sddl_ace_flags[], sddl_rights[];
/* Accounts and groups with the same RID in every domain. */
extern const struct sddl_letters sddl_in_domain[];

#endif
