#include "sim/changes.h"

#include "sim/population.h"
#include "wire/names.h"

#include <string.h>

struct snapshot {
    const struct realm *realm;
    const struct snapshot *before;
};

/* One realm, and who wants to know of its changes. */
struct changing {
    struct changes *all;
    const char *name;
    const struct snapshot *now;
    struct realm_changer changer;
    void (*made)(void *arg, const struct realm *);
    void *arg;
};

struct changes {
    struct scenario now; /* its accounts are ours */
    struct changing *realms;
    size_t n_realms;
    uint64_t seed;
    struct crypto *crypto;
    struct arena *mem;
};

static struct changing *changing_of(const struct changes *c, const char *realm)
{
    for (size_t i = 0; i < c->n_realms; i++)
        if (!realm || strcmp(c->realms[i].name, realm) == 0)
            return &c->realms[i];
    return NULL;
}

static bool make(struct changes *c, struct changing *r, char **error)
{
    struct snapshot *s = arena_new_of(c->mem, struct snapshot);
    s->realm = population_realm(&c->now, r->name, c->seed, c->crypto, c->mem, error);
    s->before = r->now;
    if (s->realm)
        r->now = s;
    return s->realm != NULL;
}

struct changes *changes_new(const struct scenario *s, uint64_t seed, struct crypto *crypto,
                            struct arena *mem, char **error)
{
    struct changes *c = arena_new_of(mem, struct changes);
    *c = (struct changes){.now = *s, .seed = seed, .crypto = crypto, .mem = mem};
    c->now.accounts = arena_array(mem, struct scenario_account, s->n_accounts);
    for (size_t i = 0; i < s->n_accounts; i++)
        c->now.accounts[i] = s->accounts[i];
    c->n_realms = s->n_others + 1;
    c->realms = arena_array(mem, struct changing, c->n_realms);
    for (size_t i = 0; i < c->n_realms; i++) {
        c->realms[i] = (struct changing){.all = c, .name = scenario_realm_at(s, i)->name};
        if (!make(c, &c->realms[i], error))
            return NULL;
    }
    return c;
}

const struct realm *changes_realm(const struct changes *c, const char *realm)
{
    return changes_realm_was(c, realm, 0);
}

const struct realm *changes_realm_was(const struct changes *c, const char *realm, size_t back)
{
    const struct changing *r = changing_of(c, realm);
    const struct snapshot *s = r ? r->now : NULL;
    for (; s && back; back--)
        s = s->before;
    return s ? s->realm : NULL;
}

/* ---- one account ---------------------------------------------------------------------------- */
static struct bytes salt_now(struct changes *c, const struct scenario_account *a)
{
    struct PrincipalName name;
    principal_parse(c->mem, a->name, NT_PRINCIPAL, &name, NULL);
    const struct realm_policy *policy = realm_policy(changes_realm(c, a->realm));
    return account_salt(c->mem, bytes_str(a->realm), policy->windows_names, &name, a->flags);
}

/* The keys that it has become old ones. NULL: a random key comes. */
static void set_password(struct changes *c, struct scenario_account *a, const char *password,
                         bool forget)
{
    size_t n = a->n_old_passwords;
    const char **old = arena_array(c->mem, const char *, n + 1);
    const char **salts = arena_array(c->mem, const char *, n + 1);
    old[0] = a->password;
    salts[0] = a->salt;
    for (size_t i = 0; i < n; i++) {
        old[i + 1] = a->old_passwords[i];
        salts[i + 1] = a->old_salts ? a->old_salts[i] : a->salt;
    }
    a->n_old_passwords = forget ? 0 : n + 1;
    a->old_passwords = old;
    a->old_salts = salts;
    a->password = password;
    a->salt = NULL; /* made of the name that the account has now */
    a->kvno++;
    a->flags &= ~(uint32_t)ACCOUNT_MUST_CHANGE;
    a->password_expires = 0;
}

static void rename_to(struct changes *c, struct scenario_account *a, const char *name)
{
    if (!a->key_name)
        a->key_name = a->name;
    if (!a->salt && a->password)
        a->salt = arena_str(c->mem, salt_now(c, a));
    a->name = name;
}

static bool listed(const char *const *list, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], what) == 0)
            return true;
    return false;
}

static void change_spns(struct changes *c, struct scenario_account *a,
                        const struct scenario_change *by)
{
    const char **spns = arena_array(c->mem, const char *, a->n_spns + by->n_add_spns);
    size_t n = 0;
    for (size_t i = 0; i < a->n_spns; i++)
        if (!listed(by->remove_spns, by->n_remove_spns, a->spns[i]))
            spns[n++] = a->spns[i];
    for (size_t i = 0; i < by->n_add_spns; i++)
        spns[n++] = by->add_spns[i];
    a->spns = spns;
    a->n_spns = n;
}

static void change(struct changes *c, struct scenario_account *a, const struct scenario_step *step)
{
    const struct scenario_change *by = &step->change;
    if (by->rename)
        rename_to(c, a, by->rename);
    if (by->given & GIVEN_ETYPES) {
        a->etypes = by->etypes;
        a->n_etypes = by->n_etypes;
    }
    if (step->new_password || by->rotate)
        set_password(c, a, step->new_password, by->forget);
    else if (by->forget)
        a->n_old_passwords = 0;
    if (by->given & GIVEN_FLAGS)
        a->flags = by->flags;
    if (by->given & GIVEN_SUPPORTED)
        a->supported_etypes = by->supported_etypes;
    if (by->given & GIVEN_EXPIRES)
        a->expires = by->expires;
    if (by->given & GIVEN_PASSWORD_EXPIRES)
        a->password_expires = by->password_expires;
    if (by->given & GIVEN_HOURS)
        a->logon_hours = by->logon_hours;
    change_spns(c, a, by);
}

/* Our own copy of the scenario's; NULL: it has none such any more. */
static struct scenario_account *account_of(struct changes *c, const char *realm, const char *name)
{
    const struct scenario_account *a = scenario_account(&c->now, realm, name);
    return a ? &c->now.accounts[a - c->now.accounts] : NULL;
}

bool changes_apply(struct changes *c, const struct scenario_step *step, char **error)
{
    struct scenario_account *a = account_of(c, NULL, step->account);
    if (!a) {
        *error = arena_printf(c->mem, "there is no account %s", step->account);
        return false;
    }
    struct changing *r = changing_of(c, a->realm);
    struct scenario before = c->now;
    c->now.accounts = arena_array(c->mem, struct scenario_account, before.n_accounts);
    size_t at = (size_t)(a - before.accounts), n = 0;
    for (size_t i = 0; i < before.n_accounts; i++)
        if (i != at || !step->change.remove)
            c->now.accounts[n++] = before.accounts[i];
    c->now.n_accounts = n;
    if (!step->change.remove)
        change(c, &c->now.accounts[at], step);
    if (!make(c, r, error)) {
        c->now = before;
        return false;
    }
    if (r->made)
        r->made(r->arg, r->now->realm);
    return true;
}

bool changes_preset(struct changes *c, const char *realm, const char *preset, char **error)
{
    struct changing *r = changing_of(c, realm);
    const struct scenario_realm *named = scenario_realm(&c->now, r->name);
    struct scenario before = c->now;
    c->now.others = arena_array(c->mem, struct scenario_realm, before.n_others);
    for (size_t i = 0; i < before.n_others; i++)
        c->now.others[i] = before.others[i];
    if (named == &before.realm || named == &c->now.realm)
        c->now.realm.preset = preset;
    else
        c->now.others[named - before.others].preset = preset;
    if (!make(c, r, error)) {
        c->now = before;
        return false;
    }
    if (r->made)
        r->made(r->arg, r->now->realm);
    return true;
}

/* ---- for kpasswd ---------------------------------------------------------------------------- */
static size_t characters(struct bytes utf8)
{
    size_t n = 0;
    for (size_t i = 0; i < utf8.n; i++)
        n += (utf8.p[i] & 0xc0) != 0x80;
    return n;
}

#define SOFTERROR 4 /* RFC 3244 2 */
static int32_t set_by_user(void *arg, struct turn *turn, const struct PrincipalName *name,
                           struct bytes password, const char **why)
{
    struct changing *r = arg;
    struct changes *c = r->all;
    struct scenario_account *a =
        account_of(c, r->name, principal_text(turn->mem, name, (struct bytes){0}));
    size_t least = scenario_realm(&c->now, r->name)->password_min;
    char *error = NULL;
    if (!a) {
        *why = "There is no such account.";
        return SOFTERROR;
    }
    if (characters(password) < least) {
        *why = arena_printf(turn->mem, "The password has %zu characters; the policy wants %zu.",
                            characters(password), least);
        return SOFTERROR;
    }
    struct scenario_account before = *a;
    set_password(c, a, arena_str(c->mem, password), false);
    if (!make(c, r, &error)) {
        *a = before;
        *why = error;
        return SOFTERROR;
    }
    if (r->made)
        r->made(r->arg, r->now->realm);
    *why = "The password is changed.";
    return 0;
}

const struct realm_changer *changes_changer(struct changes *c, const char *realm,
                                            void (*made)(void *arg, const struct realm *),
                                            void *arg)
{
    struct changing *r = changing_of(c, realm);
    r->made = made;
    r->arg = arg;
    r->changer = (struct realm_changer){set_by_user, r};
    return &r->changer;
}
