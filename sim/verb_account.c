/* `tessera account`: the accounts of a store. */
#include "base/text.h"
#include "crypto/rng.h"
#include "realm/presets.h"
#include "realm/store.h"
#include "sim/account_change.h"
#include "sim/account_names.h"
#include "sim/account_text.h"
#include "sim/population.h"
#include "sim/verbs.h"
#include "wire/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Names are shown without what would move the cursor. */
static const char *shown(struct action *a, const char *name)
{
    return text_escape(a->mem, bytes_str(name));
}

/* ---- making a store -------------------------------------------------------------------------- */

struct filling {
    struct store_change *change;
    const struct account *taken_by;
};

static bool fill_in(void *arg, const struct account *a)
{
    struct filling *f = arg;
    return store_add(f->change, a, &f->taken_by);
}

static int create(struct action *a, const struct scenario *s, uint64_t seed)
{
    struct account_options *o = a->o;
    char *error = NULL;
    if (o->realm && !scenario_realm(s, o->realm))
        return verb_trouble("%s: no realm %s", s->file, o->realm);
    const struct realm *realm = population_realm(s, o->realm, seed, a->crypto, a->mem, &error);
    if (!realm || !store_create(o->store, realm_name(realm), realm_policy(realm), a->mem, &error))
        return verb_trouble("%s", error);
    a->store = store_open(o->store, STORE_CHANGE, a->mem, &error);
    struct filling f = {a->store ? store_change(a->store, a->mem, &error) : NULL, NULL};
    if (!f.change)
        return verb_trouble("%s", error);
    for (size_t i = 0; i < realm_trust_count(realm); i++)
        store_set_trust(f.change, realm_trust_at(realm, i));
    realm_each(realm, a->mem, fill_in, &f);
    size_t n = realm_count(realm);
    int status = store_commit(f.change, &error) ? 0 : verb_trouble("%s", error);
    if (!status)
        printf("%s: realm %s, %zu account%s\n", shown(a, o->store),
               text_escape(a->mem, realm_name(realm)), n, n == 1 ? "" : "s");
    return status;
}

/* Three random numbers behind S-1-5-21, as a new domain gets them. */
static const char *random_sid(struct action *a)
{
    uint32_t n[3];
    rng_fill(&a->random.rng, "sid", (uint8_t *)n, sizeof n);
    return arena_printf(a->mem, "S-1-5-21-%u-%u-%u", (unsigned)n[0], (unsigned)n[1],
                        (unsigned)n[2]);
}

static int init(struct action *a)
{
    struct account_options *o = a->o;
    const char *wrong = o->realm ? realm_name_wrong(o->realm, a->mem) : "it wants --realm NAME";
    if (wrong)
        return verb_trouble("account init: %s", wrong);
    if (o->preset && !preset_find(o->preset)) {
        size_t n;
        const struct preset *all = preset_table(&n);
        char *names = arena_printf(a->mem, "%s", all[0].name);
        for (size_t i = 1; i < n; i++)
            names = arena_printf(a->mem, "%s, %s", names, all[i].name);
        return verb_trouble("no preset '%s'; there are: %s", o->preset, names);
    }
    int32_t usual[] = {18, 17};
    struct scenario s = {.file = "init"};
    s.realm = (struct scenario_realm){.name = o->realm,
                                      .etypes = o->account.n_etypes ? o->etypes : usual,
                                      .n_etypes = o->account.n_etypes ? o->account.n_etypes : 2,
                                      .skew = 5 * MINUTE,
                                      .max_life = 10 * HOUR,
                                      .max_renew = 7 * DAY,
                                      .preset = o->preset,
                                      .name_rule = o->windows ? RULE_WINDOWS : 0,
                                      .duplicates = o->duplicates};
    if (o->preset && !o->account.n_etypes)
        s.realm.n_etypes = 0;
    s.realm.sid = o->sid && !strcmp(o->sid, "random") ? random_sid(a) : o->sid;
    if (!o->has_seed)
        rng_fill(&a->random.rng, "seed", &o->seed, sizeof o->seed);
    return create(a, &s, o->seed);
}

static int import(struct action *a)
{
    struct scenario s;
    const char *name = a->o->words[0], *dot = strrchr(name, '.');
    bool is_file = strchr(name, '/') || (dot && strcmp(dot, ".yaml") == 0);
    char *error = NULL;
    if (is_file && !scenario_import(a->mem, name, &s, &error))
        return verb_trouble("%s", error);
    if (!is_file && !verb_scenario(name, a->mem, &s))
        return 2;
    return create(a, &s, a->o->has_seed ? a->o->seed : s.seed);
}

/* ---- reading --------------------------------------------------------------------------------- */

struct listing {
    struct arena *mem;
    bool keys;
};

static bool list_one(void *arg, const struct account *a)
{
    struct listing *l = arg;
    account_print(stdout, a, l->mem);
    if (l->keys)
        account_print_keys(stdout, a, "    ");
    arena_reset(l->mem);
    return true;
}

static int list(struct action *a, const struct realm *realm)
{
    struct arena *each = arena_new(0);
    struct listing l = {each, a->o->show_keys};
    int status = 0;
    for (size_t i = 0; i < a->o->n_words; i++) {
        struct PrincipalName name = principal_named(a->mem, a->o->words[i]);
        const struct account *found = realm_lookup(realm, a->mem, &name, LOOKUP_SERVICE, NULL);
        if (found)
            list_one(&l, found);
        else
            verb_trouble("no account %s", a->o->words[i]);
        status = found ? status : 1;
    }
    if (!a->o->n_words)
        realm_each(realm, each, list_one, &l);
    arena_free(each);
    return status;
}

struct keytab_of {
    const struct realm *realm;
    struct arena *mem;
    struct keytab all;
    size_t room;
};

static bool add_to_keytab(void *arg, const struct account *a)
{
    struct keytab_of *k = arg;
    struct account *copy = arena_new_of(k->mem, struct account);
    struct keytab one;
    *copy = *a; /* what it points to stays until the turn's end */
    population_keytab(k->realm, copy, NULL, (int64_t)time(NULL) * SECOND, k->mem, &one);
    while (k->all.n + one.n > k->room) {
        struct keytab_entry *more =
            arena_array(k->mem, struct keytab_entry, k->room = 2 * (k->room + one.n));
        if (k->all.n)
            memcpy(more, k->all.entries, k->all.n * sizeof *more);
        k->all.entries = more;
    }
    if (one.n)
        memcpy(k->all.entries + k->all.n, one.entries, one.n * sizeof *one.entries);
    k->all.n += one.n;
    return true;
}

static int keytab(struct action *a, const struct realm *realm)
{
    struct keytab_of k = {.realm = realm, .mem = a->mem};
    char *error = NULL;
    if (!a->o->output)
        return verb_trouble("account keytab wants --output FILE");
    for (size_t i = 0; i < a->o->n_words; i++) {
        struct PrincipalName name = principal_named(a->mem, a->o->words[i]);
        const struct account *found = realm_lookup(realm, a->mem, &name, LOOKUP_SERVICE, NULL);
        struct keytab one;
        if (!found)
            return verb_trouble("no account %s", a->o->words[i]), 1;
        population_keytab(realm, found, a->o->words[i], (int64_t)time(NULL) * SECOND, a->mem, &one);
        struct keytab_entry *all = arena_array(a->mem, struct keytab_entry, k.all.n + one.n);
        if (k.all.n)
            memcpy(all, k.all.entries, k.all.n * sizeof *all);
        memcpy(all + k.all.n, one.entries, one.n * sizeof *all);
        k.all = (struct keytab){.entries = all, .n = k.all.n + one.n};
    }
    if (!a->o->n_words)
        realm_each(realm, a->mem, add_to_keytab, &k);
    struct file_out file = {a->o->output, keytab_write(&k.all, a->mem), 0600};
    return files_write(&file, 1, a->mem, &error) ? 0 : verb_trouble("%s", error);
}

static int export(struct action *a, const struct realm *realm)
{
    const char *why = NULL;
    char *text = NULL, *error = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    struct arena *each = arena_new(0);
    bool whole = out && realm_export(out, realm, each, &why);
    bool written = out && !ferror(out) && fclose(out) == 0;
    struct file_out file = {a->o->output, bytes_of(text, n), 0600};
    int status = 0;
    if (!written)
        status = verb_trouble("out of memory");
    else if (!a->o->output)
        fwrite(text, 1, n, stdout);
    else if (!files_write(&file, 1, a->mem, &error))
        status = verb_trouble("%s", error);
    if (written && !whole)
        status = verb_trouble("%s: not all of it is in the export: %s", shown(a, a->o->store), why);
    if (text)
        wipe(text, n);
    free(text);
    arena_free(each);
    return status;
}

static int check(struct action *a, const struct realm *realm)
{
    printf("%s: whole; realm %s, %zu accounts\n", shown(a, a->o->store),
           text_escape(a->mem, realm_name(realm)), realm_count(realm));
    return 0;
}

/* ---- which ----------------------------------------------------------------------------------- */

enum {
    REALM = 1 << OF_REALM,
    KEYS = 1 << OF_KEYS,
    ACCOUNT = 1 << OF_ACCOUNT,
    OUTPUT = 1 << OF_OUTPUT,
    TRUST = 1 << OF_TRUST,
    NAMES = 1 << 30 /* its words are names of accounts */
};
#define ONE_NAME  "the name of the account"
#define ONE_REALM "the name of a realm"
#define NO_WORD   "no other word"

static const struct {
    const char *name;
    int (*make)(struct action *);
    int (*change)(struct action *);
    int (*read)(struct action *, const struct realm *);
    unsigned groups;    /* options that say something to it */
    size_t least, most; /* words */
    const char *wants;
} actions[] = {
    {"init", init, NULL, NULL, REALM | KEYS | OUTPUT, 0, 0, NO_WORD},
    {"import", import, NULL, NULL, REALM | OUTPUT, 1, 1, "one scenario file"},
    {"add", NULL, account_add, NULL, KEYS | ACCOUNT | OUTPUT | NAMES, 1, 1, ONE_NAME},
    {"set", NULL, account_set, NULL, KEYS | ACCOUNT | OUTPUT | NAMES, 1, 1, ONE_NAME},
    {"delete", NULL, account_delete, NULL, NAMES, 1, 1, ONE_NAME},
    {"list", NULL, NULL, list, OUTPUT | NAMES, 0, OPTION_LIST, NULL},
    {"keytab", NULL, NULL, keytab, OUTPUT | NAMES, 0, OPTION_LIST, NULL},
    {"export", NULL, NULL, export, OUTPUT, 0, 0, NO_WORD},
    {"check", NULL, NULL, check, 0, 0, 0, NO_WORD},
    {"trust add", NULL, account_trust_add, NULL, KEYS | TRUST | OUTPUT, 1, 1, ONE_REALM},
    {"trust delete", NULL, account_trust_delete, NULL, TRUST, 1, 1, ONE_REALM},
    {"trust list", NULL, NULL, account_trust_list, OUTPUT, 0, 1, ONE_REALM},
};
#define ACTIONS (sizeof actions / sizeof *actions)

/* Does the command line say what the action can take, and no more? */
static bool takes(const struct account_options *o, size_t i, size_t named_by)
{
    size_t n = o->n_words - named_by;
    if (!o->store)
        return verb_trouble("account %s wants --store FILE", actions[i].name), false;
    if (n < actions[i].least || n > actions[i].most)
        return verb_trouble("account %s wants %s", actions[i].name, actions[i].wants), false;
    for (unsigned g = OF_REALM; g < OPTION_GROUPS; g++)
        if (o->said[g] && !(actions[i].groups & 1U << g))
            return verb_trouble("account %s has no use for --%s", actions[i].name, o->said[g]),
                   false;
    return true;
}

/* The names of accounts, without the realm's where they have it. */
static bool names_are_good(struct action *a)
{
    char *error = NULL;
    const char *wrong = NULL;
    struct store_reader *r = store_reader(a->store, a->mem, &error);
    const struct realm *realm = r ? store_begin(r) : NULL;
    if (!realm)
        wrong = r ? store_trouble(r) : error;
    for (size_t i = 0; realm && !wrong && i < a->o->n_words; i++)
        wrong = account_name_wrong(&a->o->words[i], realm_name(realm), a->mem);
    if (realm && !wrong && a->o->rename)
        wrong = account_name_wrong(&a->o->rename, realm_name(realm), a->mem);
    if (wrong)
        verb_trouble("%s", wrong);
    if (realm)
        store_end(r);
    store_reader_free(r);
    return !wrong;
}

static int read_only(struct action *a, int (*read)(struct action *, const struct realm *))
{
    char *error = NULL;
    struct store_reader *r = store_reader(a->store, a->mem, &error);
    const struct realm *realm = r ? store_begin(r) : NULL;
    if (!realm)
        return verb_trouble("%s", r ? store_trouble(r) : error);
    int status = read(a, realm);
    if (store_trouble(r))
        status = verb_trouble("%s: %s", shown(a, a->o->store), store_trouble(r));
    store_end(r);
    store_reader_free(r);
    return status;
}

static int act(struct action *a, size_t i)
{
    char *error = NULL;
    if (actions[i].make)
        return actions[i].make(a);
    enum store_use use = actions[i].change          ? STORE_CHANGE
                         : actions[i].read == check ? STORE_CHECK
                                                    : STORE_READ;
    a->store = store_open(a->o->store, use, a->mem, &error);
    if (!a->store)
        return verb_trouble("%s", error);
    if (actions[i].groups & NAMES && !names_are_good(a))
        return 2;
    return actions[i].change ? actions[i].change(a) : read_only(a, actions[i].read);
}

/* How many words of the command line are the action's name: one, two, or it is not its name. */
static size_t names_action(const struct account_options *o, const char *name)
{
    if (o->n_words && !strcmp(o->words[0], name))
        return 1;
    const char *second = strchr(name, ' ');
    return second && o->n_words > 1 && !strcmp(o->words[1], second + 1) &&
                   strlen(o->words[0]) == (size_t)(second - name) &&
                   !strncmp(o->words[0], name, (size_t)(second - name))
               ? 2
               : 0;
}

int verb_account(int argc, char **argv)
{
    struct arena *mem = arena_new(0);
    struct account_options o = {.mem = mem};
    verb_parse(&account_argp, argc, argv, &o);
    size_t i = 0, words = 1;
    while (i < ACTIONS && !(words = names_action(&o, actions[i].name)))
        i++;
    if (i == ACTIONS)
        verb_trouble("account wants one of init, add, set, delete, list, keytab, import, export, "
                     "check, trust add, trust delete, trust list; see `tessera account --help`");
    if (i == ACTIONS || !takes(&o, i, words)) {
        arena_free(mem);
        return 2;
    }
    o.n_words -= words;
    memmove(o.words, o.words + words, o.n_words * sizeof *o.words);
    if (actions[i].change == account_add && !o.account.kvno)
        o.account.kvno = 1;
    o.account.spns = o.spns;
    o.account.groups = o.groups;
    o.account.keys = o.keys;
    o.account.etypes = o.etypes;
    struct action a = {.o = &o, .mem = mem, .crypto = crypto_new()};
    system_rng_init(&a.random);
    int status = a.crypto ? act(&a, i) : verb_trouble("OpenSSL cannot be used");
    store_close(a.store);
    crypto_free(a.crypto);
    wipe(&a.random, sizeof a.random);
    arena_free(mem);
    return status;
}
