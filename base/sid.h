/* Security identifiers (MS-DTYP 2.4.2): who somebody is to an access check. */
#ifndef BASE_SID_H
#define BASE_SID_H

#include "base/arena.h"

#define SID_SUBS_MAX 15

struct sid {
    uint64_t authority; /* 48 bits */
    uint8_t n;          /* sub-authorities used; the RID is the last */
    uint32_t sub[SID_SUBS_MAX];
};

/* "S-1-5-21-1-2-3-500" (MS-DTYP 2.4.2.1), and nothing else. */
bool sid_parse(struct bytes text, struct sid *out);
char *sid_text(struct arena *mem, const struct sid *);
bool sid_equal(const struct sid *, const struct sid *);
/* The account or group of that RID in a domain. */
struct sid sid_in(const struct sid *domain, uint32_t rid);
/* Octets of the packet form (MS-DTYP 2.4.2.2): 8 + 4 n. */
#define SID_OCTETS_MAX (8 + 4 * SID_SUBS_MAX)
size_t sid_octets(const struct sid *);
void sid_put(const struct sid *, uint8_t *at); /* sid_octets of them */
/* Reads one at the start of `in`; how many octets it took, or 0: none stands there. */
size_t sid_read(struct bytes in, struct sid *out);

/* Those that are the same everywhere (MS-DTYP 2.4.2.4): S-1-1-0 is "Everyone", S-1-5-20 is
 * "NT AUTHORITY\\NETWORK SERVICE". */
struct sid_row {
    const char *sid, *name;
    const char *alias; /* SDDL's two letters (MS-DTYP 2.5.1.1); NULL: none */
};
const struct sid_row *sid_table(size_t *n);
const struct sid_row *sid_known(const struct sid *);          /* NULL: not one of them */
bool sid_of_name(const char *name_or_alias, struct sid *out); /* of the table, letters folded */
/* RIDs with a fixed meaning in every domain: 500, 501, 502, 512, 513, 515, 516 ... */
enum {
    RID_ADMINISTRATOR = 500,
    RID_GUEST = 501,
    RID_KRBTGT = 502,
    RID_DOMAIN_ADMINS = 512,
    RID_DOMAIN_USERS = 513,
    RID_DOMAIN_GUESTS = 514,
    RID_DOMAIN_COMPUTERS = 515,
    RID_DOMAIN_CONTROLLERS = 516,
};

#endif
