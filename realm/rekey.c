#include "realm/rekey.h"

#include "crypto/ntlm.h"

#include <string.h>

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

static struct bytes lettered(struct arena *mem, struct bytes text, bool upper)
{
    char *s = arena_str(mem, text);
    for (size_t i = 0; i < text.n; i++) {
        if (upper && s[i] >= 'a' && s[i] <= 'z')
            s[i] = (char)(s[i] - 'a' + 'A');
        if (!upper && s[i] >= 'A' && s[i] <= 'Z')
            s[i] = (char)(s[i] - 'A' + 'a');
    }
    return bytes_of(s, text.n);
}

static bool digests(struct arena *mem, struct crypto *crypto, struct bytes realm,
                    struct bytes netbios, struct account *a, struct bytes password)
{
    struct bytes name = bytes_str(a->text), dns = lettered(mem, realm, false);
    struct bytes upn = a->upn;
    if (!upn.n)
        upn = bytes_str(arena_printf(mem, "%s@%s", a->text, (const char *)dns.p));
    struct bytes typed = bytes_str(
        arena_printf(mem, "%s\\%s", (const char *)lettered(mem, netbios, true).p, a->text));
    const struct bytes forms[WDIGEST_FORMS][2] = {
        {name, lettered(mem, netbios, true)},
        {name, lettered(mem, netbios, false)},
        {name, lettered(mem, realm, true)},
        {name, dns},
        {upn, {0}},
        {lettered(mem, upn, false), {0}},
        {typed, {0}},
        {typed, lettered(mem, netbios, true)},
        {typed, lettered(mem, realm, true)},
        {typed, dns},
    };
    uint8_t *out = arena_take(mem, 16 * WDIGEST_FORMS);
    for (size_t i = 0; i < WDIGEST_FORMS; i++) {
        struct bytes parts[] = {forms[i][0], BYTES_LIT(":"), forms[i][1], BYTES_LIT(":"), password};
        if (!md5_of(crypto, parts, sizeof parts / sizeof *parts, out + 16 * i))
            return false;
    }
    a->wdigest = bytes_of(out, 16 * WDIGEST_FORMS);
    return true;
}

bool account_secrets(struct arena *mem, struct crypto *crypto, struct bytes realm,
                     struct bytes netbios, struct account *a, struct bytes password)
{
    a->has_nt_hash = ntowf_v1(crypto, password, a->nt_hash);
    if (a->has_lm_hash)
        a->has_lm_hash = lmowf_v1(crypto, password, a->lm_hash);
    a->reversible = a->flags & ACCOUNT_REVERSIBLE ? arena_copy(mem, password) : (struct bytes){0};
    return a->has_nt_hash && digests(mem, crypto, realm, netbios, a, password);
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
    return !policy->has_sid ||
           account_secrets(mem, crypto, realm_name(realm), realm_netbios(realm, mem), a, password);
}
