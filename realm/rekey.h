/* New keys for an account that is there. */
#ifndef REALM_REKEY_H
#define REALM_REKEY_H

#include "realm/realm.h"

#define KEY_VERSIONS 4 /* that are kept: tickets sealed with the ones before are still about */

/* Puts keys of a new version before those that *account has; what is older than KEY_VERSIONS is
 * dropped. Their kvno is set here: one more than the newest, or 1. In mem. */
void account_add_keys(struct arena *mem, struct account *, const struct account_key *, size_t n);

/* What Windows' logon keeps of a password beside keys: the NT hash, the MD5s of Digest, the LM hash
 * where it had one, and with ACCOUNT_REVERSIBLE the password itself. For an account of the domain
 * with these names. False: the password is no UTF-8. In mem. */
bool account_secrets(struct arena *mem, struct crypto *, struct bytes realm, struct bytes netbios,
                     struct account *, struct bytes password);

/* Keys made of the password, of every etype of its newest keys (of the policy's, where it has
 * none), with the salt that the realm gives it; must-change and the password's end are lifted; what
 * account_secrets has is made anew.
 * False: an etype cannot be had. */
bool account_new_password(struct arena *mem, struct crypto *, const struct realm *,
                          struct account *, struct bytes password);

#endif
