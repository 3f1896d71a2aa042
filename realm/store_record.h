/* How a store writes an account, a policy, a trust: a version, then every field in its order.
 * Numbers are in groups of 7 bits, low ones first, the high bit saying that more follow; octets
 * have their length before them. What is read views the record, which has to stay where it is. */
#ifndef REALM_STORE_RECORD_H
#define REALM_STORE_RECORD_H

#include "base/fault.h"
#include "realm/realm.h"

/* In mem. */
struct bytes record_realm(struct arena *mem, struct bytes name);
struct bytes record_account(struct arena *mem, const struct account *);
struct bytes record_policy(struct arena *mem, const struct realm_policy *);
struct bytes record_trust(struct arena *mem, const struct trust *);

/* False: not a record of ours, or a damaged one; a fault says where. Arrays are in mem. */
bool record_read_realm(struct arena *mem, struct bytes record, struct faults *, struct bytes *name);
bool record_read_account(struct arena *mem, struct bytes record, struct faults *, struct account *);
bool record_read_policy(struct arena *mem, struct bytes record, struct faults *,
                        struct realm_policy *);
bool record_read_trust(struct arena *mem, struct bytes record, struct faults *, struct trust *);

const struct fault_row *record_fault_table(size_t *n);

#endif
