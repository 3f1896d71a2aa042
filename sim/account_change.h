/* What `tessera account` changes in a store: add, set, delete. */
#ifndef SIM_ACCOUNT_CHANGE_H
#define SIM_ACCOUNT_CHANGE_H

#include "crypto/rng.h"
#include "realm/store.h"
#include "sim/account_options.h"

/* An action with what it needs. */
struct action {
    struct account_options *o;
    struct arena *mem;
    struct crypto *crypto;
    struct system_rng random;
    struct store *store;
};

/* The exit status; what is wrong has been said. */
int account_add(struct action *);
int account_set(struct action *);
int account_delete(struct action *);

struct PrincipalName principal_named(struct arena *, const char *text);

#endif
