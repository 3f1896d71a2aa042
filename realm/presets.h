/* What KDCs of a name and date permit, as data: the same scenario under each shows what an update
 * changed. */
#ifndef REALM_PRESETS_H
#define REALM_PRESETS_H

#include "realm/realm.h"

#define PRESET_ETYPES 9

struct preset {
    const char *name;              /* "windows-2022-11": as files and commands call it */
    const char *title;             /* "Windows, November 2022" */
    const char *since;             /* "2022-11-08": the day of its release; months "2008-02" */
    int32_t etypes[PRESET_ETYPES]; /* permitted, preferred first; numbers, also of etypes that are
                                    * not implemented here (1 and 3: single DES); 0 ends them */
    uint32_t default_supported;    /* of accounts that say nothing (enum etype_bits); 0: their
                                    * keys decide */
    bool weak_sessions;            /* as in struct realm_policy */
    bool windows;                  /* names and salts as MS-KILE says */
    const char *text;              /* one sentence: what it means for tickets */
    const char *spec;              /* where that is said */
};

/* NULL: none of that name. */
const struct preset *preset_find(const char *name);
/* Windows by date, then MIT by version; n of them. */
const struct preset *preset_table(size_t *n);
/* Sets what a preset says of a policy: its etypes that are implemented (in mem), what accounts
 * support by default, weak session keys, how names are looked up, and its name. */
void preset_apply(const struct preset *, struct arena *mem, struct realm_policy *);

#endif
