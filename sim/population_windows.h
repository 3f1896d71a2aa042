/* What Windows' logon adds to a domain and to its accounts, made of what a scenario says. */
#ifndef SIM_POPULATION_WINDOWS_H
#define SIM_POPULATION_WINDOWS_H

#include "sim/population.h"

/* SID, names, groups and levels of the domain. */
void population_domain(const struct scenario_realm *, struct arena *mem, struct realm_policy *);

/* Where an account lives, and what it is made with. */
struct population_place {
    const struct realm_policy *policy;
    struct bytes realm;
    struct crypto *crypto;
    struct arena *mem;
};
/* RID, groups and the like, and what is kept of its password. Nothing, where the domain has no SID.
 * False: *error says why. */
bool population_windows(const struct population_place *, const struct scenario_account *,
                        struct account *, char **error);

#endif
