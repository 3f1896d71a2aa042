/* What a snapshot is made of, for realm/ only. Accounts are found by any of their names with the
 * letters folded, whether in memory or in a store; what counts as the same name is decided by who
 * looks up. */
#ifndef REALM_INSIDE_H
#define REALM_INSIDE_H

#include "realm/realm.h"

struct realm {
    struct bytes name;
    struct realm_policy policy;
    const struct trust *const *trusts;
    size_t n_trusts;
    /* Every account with a name that differs from this one in nothing but case, and perhaps others;
     * made in mem where they are not there already; the same may come twice. */
    void (*candidates)(const struct realm *, struct arena *mem, const struct PrincipalName *,
                       account_visitor *, void *arg);
    size_t (*count)(const struct realm *);
    const struct account *(*at)(const struct realm *, size_t index); /* NULL: a store */
    void (*each)(const struct realm *, struct arena *mem, account_visitor *, void *arg);
};

/* The kinds of names that an account has. */
enum name_kind { KIND_OWN = 1, KIND_SPN = 2, KIND_UPN = 4 };

bool same_octets(struct bytes a, struct bytes b, bool folded);
bool same_name(const struct PrincipalName *, const struct PrincipalName *, bool folded);
/* By which of these kinds the account has the name; 0: by none. A UPN is compared with the name's
 * text, components joined by '/'. */
enum name_kind account_has(const struct account *, const struct PrincipalName *, unsigned kinds,
                           bool folded);
/* A name of one component, viewing the text. */
struct PrincipalName one_component(struct arena *mem, struct bytes text);
/* The account that has a name of this one already, by the rules of the policy; NULL: nobody. `self`
 * (by its own name) does not count. */
const struct account *name_taken(const struct realm *, struct arena *mem, const struct account *a,
                                 const struct PrincipalName *self);

struct PrincipalName copy_name(struct arena *, const struct PrincipalName *);
struct account *copy_account(struct arena *, const struct account *);
struct trust *copy_trust(struct arena *, const struct trust *);
void copy_policy(struct arena *, const struct realm_policy *from, struct realm_policy *to);
/* The policy of a realm of which nothing is said. */
void default_policy(struct arena *, struct realm_policy *);

#endif
