/* What `tessera account` changes in a store: add, set, delete; and trusts. */
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

int account_trust_add(struct action *); /* account_trust.c */
int account_trust_delete(struct action *);
int account_trust_list(struct action *, const struct realm *);

/* Ends the change: lasting, or where status is not 0 not at all. The status then. */
int account_end(struct store_change *, int status);
/* "18:HEX" of the options as a scenario has it: "18 KVNO HEX". */
bool account_given_keys(struct action *, uint32_t kvno);
/* The password that keys are made of, where one is wanted: "Password of NAME: ". */
bool account_ask_for_password(struct action *, const char *name);
struct PrincipalName principal_named(struct arena *, const char *text);

#endif
