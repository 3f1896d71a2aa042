#include "realm/rekey.h"

void account_add_keys(struct arena *mem, struct account *a, const struct account_key *keys,
                      size_t n)
{
    uint32_t kvno = a->n_keys ? a->keys[0].kvno + 1 : 1;
    struct account_key *all = arena_array(mem, struct account_key, n + a->n_keys);
    size_t kept = 0, versions = n ? 1 : 0;
    for (; kept < n; kept++) {
        all[kept] = keys[kept];
        all[kept].kvno = kvno;
    }
    for (size_t i = 0; i < a->n_keys; i++) {
        if (i == 0 || a->keys[i].kvno != a->keys[i - 1].kvno)
            versions++;
        if (versions <= KEY_VERSIONS)
            all[kept++] = a->keys[i];
    }
    a->keys = all;
    a->n_keys = kept;
}

bool account_new_password(struct arena *mem, struct crypto *crypto, const struct realm *realm,
                          struct account *a, struct bytes password)
{
    const struct realm_policy *policy = realm_policy(realm);
    struct bytes salt =
        account_salt(mem, realm_name(realm), policy->windows_names, &a->name, a->flags);
    size_t n = 0;
    while (n < a->n_keys && a->keys[n].kvno == a->keys[0].kvno)
        n++;
    bool had = n > 0;
    if (!had)
        n = policy->n_etypes;
    struct account_key *keys = arena_array(mem, struct account_key, n);
    for (size_t i = 0; i < n; i++) {
        int32_t etype = had ? a->keys[i].key.etype : policy->etypes[i];
        keys[i].has_salt = etype_find(etype) && etype_find(etype)->salted;
        keys[i].salt = salt;
        if (!string_to_key(crypto, etype, password, salt, (struct bytes){0}, &keys[i].key))
            return false;
    }
    account_add_keys(mem, a, keys, n);
    wipe(keys, n * sizeof *keys);
    a->flags &= ~(uint32_t)ACCOUNT_MUST_CHANGE;
    a->password_expires = 0;
    return true;
}
