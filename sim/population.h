/* Who lives in a scenario: its accounts made into a realm's snapshot, and the keytabs that are
 * copies of some of its keys. The world and live start from here. */
#ifndef SIM_POPULATION_H
#define SIM_POPULATION_H

#include "realm/realm.h"
#include "sim/scenario.h"
#include "wire/keytab.h"

/* The account that passwords are changed at (RFC 3244); each realm has it, as it has krbtgt. */
#define CHANGEPW "kadmin/changepw"

/* The realm of that name (NULL: the first). In mem (the arena of the run). Keys of accounts with a
 * password come from string-to-key (remembered within the process: a PBKDF2 takes milliseconds);
 * random ones, krbtgt's among them, from the stream of the seed. The two ends of a trust have the
 * same ones. NULL: *error says which account and why. */
const struct realm *population_realm(const struct scenario *, const char *realm, uint64_t seed,
                                     struct crypto *, struct arena *mem, char **error);

/* What the realm's KDC goes by: its preset, and what the file says beside it. In mem. */
struct realm_policy population_policy(const struct scenario_realm *, struct arena *mem);

/* One account, for a realm that is there: what a row of a scenario's accounts says, with keys made
 * as above; random ones from `random`, or where that is NULL from the stream of the seed. */
struct population_keys {
    struct crypto *crypto;
    struct rng *random;
    uint64_t seed;
};
bool population_account(const struct realm *, const struct scenario_account *,
                        const struct population_keys *, struct arena *mem, struct account *out,
                        char **error);

/* A trust, of a realm that is there, with a realm elsewhere: what this side has of it. *out is the
 * way out, the account krbtgt/TO; without a text where there is none. */
bool population_trust(const struct realm *, const struct scenario_trust *,
                      const struct population_keys *, struct arena *mem, struct account *out,
                      struct trust *, char **error);

/* Every key of the account, as entries under its own name, its SPNs, and under spn when that is not
 * NULL and another name. In mem. */
void population_keytab(const struct realm *, const struct account *, const char *spn, int64_t when,
                       struct arena *mem, struct keytab *out);

#endif
