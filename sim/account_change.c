#include "sim/account_change.h"

#include "realm/rekey.h"
#include "sim/account_text.h"
#include "sim/population.h"
#include "sim/verb_client.h"
#include "wire/names.h"

#include <stdio.h>
#include <string.h>

#define AT_ONCE 20000 /* accounts added in one change */

static int trouble(const char *error)
{
    return verb_trouble("%s", error);
}

static struct population_keys making(struct action *a)
{
    return (struct population_keys){a->crypto, a->o->has_seed ? NULL : &a->random.rng, a->o->seed};
}

struct PrincipalName principal_named(struct arena *mem, const char *text)
{
    struct PrincipalName name = {0};
    principal_parse(mem, text, strchr(text, '/') ? NT_SRV_INST : NT_PRINCIPAL, &name, NULL);
    return name;
}

/* Ends the change: lasting, or not at all with the reason told. */
static int commit(struct store_change *c)
{
    char *error = NULL;
    return store_commit(c, &error) ? 0 : trouble(error);
}

int account_end(struct store_change *c, int status)
{
    if (!status)
        return commit(c);
    store_abort(c);
    return status;
}

static int give_up(struct store_change *c, const char *error)
{
    int status = trouble(error);
    store_abort(c);
    return status;
}

/* "18:HEX" as a scenario has it: "18 KVNO HEX". */
bool account_given_keys(struct action *a, uint32_t kvno)
{
    struct account_options *o = a->o;
    for (size_t i = 0; i < o->account.n_keys; i++) {
        const char *colon = strchr(o->keys[i], ':');
        if (!colon) {
            verb_trouble("'%s' is not a key as in 18:00112233...", o->keys[i]);
            return false;
        }
        o->keys[i] = arena_printf(a->mem, "%.*s %u %s", (int)(colon - o->keys[i]), o->keys[i],
                                  (unsigned)kvno, colon + 1);
    }
    return true;
}

/* What keys are made of, where a password is wanted. */
bool account_ask_for_password(struct action *a, const char *name)
{
    struct account_options *o = a->o;
    if (o->random + !!o->account.n_keys + !!o->password_file > 1)
        return verb_trouble("one of --password-file, --random and --key at a time"), false;
    if (o->random || o->account.n_keys)
        return true;
    char *error = NULL;
    const char *file = o->password_file && strcmp(o->password_file, "-") ? o->password_file : NULL;
    struct bytes password =
        client_verb_password(arena_printf(a->mem, "Password of %s: ", name), file, a->mem, &error);
    if (password.n)
        o->account.password = arena_str(a->mem, password);
    else if (file && !password.p)
        verb_trouble("%s", error);
    else
        verb_trouble("no password for %s; --random makes keys without one", name);
    return password.n > 0;
}

#define RID_FIRST 1104 /* as in a scenario */

struct highest {
    uint32_t next;
    struct arena *mem; /* for one account at a time */
};

static bool see_rid(void *arg, const struct account *a)
{
    struct highest *h = arg;
    if (a->rid >= h->next)
        h->next = a->rid + 1;
    arena_reset(h->mem);
    return true;
}

/* The RID behind all that are in use; 0: the realm is no domain. */
static uint32_t next_rid(const struct realm *realm)
{
    const struct realm_policy *p = realm_policy(realm);
    struct highest h = {.next = RID_FIRST, .mem = arena_new(0)};
    for (size_t i = 0; i < p->n_groups; i++)
        if (p->groups[i].rid >= h.next)
            h.next = p->groups[i].rid + 1;
    if (p->has_sid)
        realm_each(realm, h.mem, see_rid, &h);
    arena_free(h.mem);
    return p->has_sid ? h.next : 0;
}

static int add_many(struct action *a)
{
    struct account_options *o = a->o;
    struct population_keys from = making(a);
    char *error = NULL;
    for (uint64_t i = 1; i <= o->count;) {
        struct arena *mem = arena_new((size_t)1 << 20);
        struct store_change *c = store_change(a->store, mem, &error);
        if (!c)
            return trouble(error);
        uint32_t rid = next_rid(store_changed(c));
        for (unsigned k = 0; k < AT_ONCE && i <= o->count; k++, i++) {
            struct scenario_account row = o->account;
            row.rid = rid ? rid++ : 0;
            const struct account *taken;
            struct account account;
            row.name = arena_printf(mem, "%s%06llu", o->words[0], (unsigned long long)i);
            if (!population_account(store_changed(c), &row, &from, mem, &account, &error))
                return give_up(c, error);
            if (!store_add(c, &account, &taken))
                return give_up(c, arena_printf(mem, "%s: the name is taken", row.name));
        }
        if (commit(c))
            return 2;
        arena_free(mem);
    }
    printf("%llu accounts were added\n", (unsigned long long)o->count);
    return 0;
}

int account_add(struct action *a)
{
    struct account_options *o = a->o;
    struct population_keys from = making(a);
    const struct account *taken = NULL;
    char *error = NULL;
    o->account.name = o->words[0];
    if (!account_ask_for_password(a, o->words[0]) || !account_given_keys(a, o->account.kvno))
        return 2;
    if (o->count)
        return add_many(a);
    struct store_change *c = store_change(a->store, a->mem, &error);
    if (!c)
        return trouble(error);
    struct account account;
    if (!o->account.rid)
        o->account.rid = next_rid(store_changed(c));
    if (!population_account(store_changed(c), &o->account, &from, a->mem, &account, &error))
        return give_up(c, error);
    if (!store_add(c, &account, &taken)) {
        verb_trouble("%s: a name of it belongs to %s already", o->words[0], taken->text);
        store_abort(c);
        return 1;
    }
    int status = commit(c);
    if (!status)
        account_print_keys(stdout, &account, "");
    return status;
}

/* What is said on the command line, in place of what was. */
static void say_anew(struct account *to, const struct account *said, uint32_t given)
{
    if (given & GAVE_FLAGS)
        to->flags = said->flags;
    if (!(to->flags & ACCOUNT_REVERSIBLE))
        to->reversible = (struct bytes){0};
    if (given & GAVE_RID)
        to->rid = said->rid;
    if (given & GAVE_FULL_NAME)
        to->full_name = said->full_name;
    if (given & GAVE_GROUPS) {
        to->groups = said->groups;
        to->n_groups = said->n_groups;
    }
    if (given & GAVE_EXPIRES)
        to->expires = said->expires;
    if (given & GAVE_PASSWORD_EXPIRES)
        to->password_expires = said->password_expires;
    if (given & GAVE_HOURS)
        to->logon_hours = said->logon_hours;
    if (given & GAVE_SUPPORTED)
        to->supported_etypes = said->supported_etypes;
    if (given & GAVE_UPN)
        to->upn = said->upn;
    if (given & GAVE_LIVES) {
        to->max_life = said->max_life;
        to->max_renew = said->max_renew;
    }
}

/* Its SPNs without those that are to go, and with the new ones behind. False: one to go is not
 * there. */
static bool change_spns(struct action *a, struct account *to, const struct account *said)
{
    struct PrincipalName *spns =
        arena_array(a->mem, struct PrincipalName, to->n_spns + said->n_spns);
    size_t n = 0, gone = 0;
    for (size_t i = 0; i < to->n_spns; i++) {
        bool stays = true;
        for (size_t k = 0; k < a->o->n_no_spns; k++) {
            struct PrincipalName no = principal_named(a->mem, a->o->no_spns[k]);
            stays = stays && !principal_equal(&no, &to->spns[i]);
        }
        if (stays)
            spns[n++] = to->spns[i];
        gone += !stays;
    }
    for (size_t i = 0; i < said->n_spns; i++)
        spns[n++] = said->spns[i];
    to->spns = spns;
    to->n_spns = n;
    return gone == a->o->n_no_spns;
}

static void change_keys(struct action *a, struct account *to, const struct account *said,
                        bool has_kvno)
{
    uint32_t kvno = said->n_keys ? said->keys[0].kvno : 1;
    if (a->o->only_newest)
        to->n_keys = 0;
    account_add_keys(a->mem, to, said->keys, said->n_keys);
    struct account_key *newest = (struct account_key *)(uintptr_t)to->keys;
    for (size_t i = 0; i < said->n_keys && has_kvno; i++)
        newest[i].kvno = kvno;
    /* What NTLM and Digest go by is of the new password too, or is gone. */
    to->has_nt_hash = said->has_nt_hash;
    memcpy(to->nt_hash, said->nt_hash, sizeof to->nt_hash);
    to->has_lm_hash = false;
    to->wdigest = said->wdigest;
    to->reversible = said->reversible;
}

static int set_in(struct action *a, struct store_change *c, bool rekey, bool has_kvno)
{
    struct account_options *o = a->o;
    struct population_keys from = making(a);
    struct PrincipalName name = principal_named(a->mem, o->words[0]);
    const struct account *old = realm_lookup(store_changed(c), a->mem, &name, LOOKUP_TICKET, NULL),
                         *taken = NULL;
    struct account said, next;
    char *error = NULL;
    if (!old) {
        verb_trouble("no account %s", o->words[0]);
        return 1;
    }
    next = *old;
    o->account.name = o->rename ? o->rename : old->text;
    if (!(o->given & GAVE_FLAGS))
        o->account.flags = old->flags; /* a machine's salt is another */
    if (!population_account(store_changed(c), &o->account, &from, a->mem, &said, &error))
        return trouble(error);
    say_anew(&next, &said, o->given);
    if (!change_spns(a, &next, &said))
        return verb_trouble("%s has no such SPN to be taken away", old->text);
    if (rekey)
        change_keys(a, &next, &said, has_kvno);
    next.name = said.name;
    next.text = said.text;
    if (!store_set(c, &old->name, &next, &taken)) {
        verb_trouble("%s: a name of it belongs to %s already", next.text,
                     taken ? taken->text : "another");
        return 1;
    }
    if (rekey)
        account_print_keys(stdout, &next, "");
    return 0;
}

int account_set(struct action *a)
{
    struct account_options *o = a->o;
    char *error = NULL;
    if (!o->said[OF_KEYS] && !o->said[OF_ACCOUNT])
        return verb_trouble("account set: what is to change? see `tessera account --help`");
    bool rekey = o->said[OF_KEYS], has_kvno = o->account.kvno;
    if (!has_kvno)
        o->account.kvno = 1;
    if ((rekey && !account_ask_for_password(a, o->words[0])) ||
        !account_given_keys(a, o->account.kvno))
        return 2;
    struct store_change *c = store_change(a->store, a->mem, &error);
    if (!c)
        return trouble(error);
    return account_end(c, set_in(a, c, rekey, has_kvno));
}

int account_delete(struct action *a)
{
    char *error = NULL;
    struct PrincipalName name = principal_named(a->mem, a->o->words[0]);
    struct store_change *c = store_change(a->store, a->mem, &error);
    if (!c)
        return trouble(error);
    struct bytes realm = realm_name(store_changed(c));
    struct PrincipalName tgs = {.name_string = {(struct bytes[]){bytes_str("krbtgt"), realm}, 2}};
    if (principal_equal(&name, &tgs)) {
        verb_trouble("%s is the KDC's own key; without it there are no tickets", a->o->words[0]);
        return account_end(c, 1);
    }
    const struct account *old = realm_find(store_changed(c), a->mem, &name);
    const char *other = strchr(a->o->words[0], '/');
    if (old && old->flags & ACCOUNT_TRUST && other &&
        realm_trust(store_changed(c), a->mem, bytes_str(other + 1))) {
        verb_trouble("%s is the way to a trusted realm: account trust delete %s", a->o->words[0],
                     other + 1);
        return account_end(c, 1);
    }
    bool was = store_remove(c, &name);
    if (!was)
        verb_trouble("no account %s", a->o->words[0]);
    return account_end(c, was ? 0 : 1);
}
