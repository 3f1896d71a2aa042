/* What administrators and users change while a run goes on: the accounts of a scenario as they are
 * now, and a new snapshot of the realm after each change (realm/realm.h). */
#ifndef SIM_CHANGES_H
#define SIM_CHANGES_H

#include "realm/realm.h"
#include "sim/scenario.h"

struct changes;

/* All in mem (the arena of the run); the scenario has to outlive it. NULL: *error says which
 * account cannot be made. */
struct changes *changes_new(const struct scenario *, uint64_t seed, struct crypto *,
                            struct arena *mem, char **error);

/* The realm of that name (NULL: the first) as it is now, good to the end of the run, after later
 * changes too. NULL: the scenario has none of that name. */
const struct realm *changes_realm(const struct changes *, const char *realm);
/* As it was `back` changes ago; NULL: it is not so old. */
const struct realm *changes_realm_was(const struct changes *, const char *realm, size_t back);

/* What a step change-account says. A password that changes takes the kvno one higher; the keys
 * before stay unless they are to be forgotten, and so does the salt of a renamed account until its
 * password changes (MS-KILE 3.1.1.2 makes it then). False: nothing is changed, *error says why. */
bool changes_apply(struct changes *, const struct scenario_step *, char **error);

/* The realm of that name (NULL: the first), which the scenario has, goes by another preset from now
 * on. False: *error. */
bool changes_preset(struct changes *, const char *realm, const char *preset, char **error);

/* For kpasswd in a realm that the scenario has. `made` is called with the snapshot after each
 * change, within the engine's turn. */
const struct realm_changer *changes_changer(struct changes *, const char *realm,
                                            void (*made)(void *arg, const struct realm *),
                                            void *arg);

#endif
