/* `tessera setspn`: SPNs with the letters of Windows' setspn, on a store, or to look at on a
 * scenario's realm. SPNs are compared in letters of either case, as a directory does. */
#include "crypto/crypto.h"
#include "realm/store.h"
#include "sim/account_names.h"
#include "sim/population.h"
#include "sim/verb.h"
#include "sim/verbs.h"
#include "wire/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct setspn {
    const char *store, *scenario, *domain;
    int letter; /* S A D L R Q X; 0: none */
    bool computer, user, quiet;
    const char *words[2];
    size_t n_words;
    struct arena *mem;
    struct store_change *change; /* NULL: looked at only */
    const struct realm *realm;
};

enum { O_STORE = 1, O_SCENARIO };
static const struct argp_option rows[] = {
    {NULL, 'S', NULL, 0, "SPN ACCOUNT: add, where nobody has it yet", 1},
    {NULL, 'A', NULL, 0, "SPN ACCOUNT: add, without looking", 1},
    {NULL, 'D', NULL, 0, "SPN ACCOUNT: take away", 1},
    {NULL, 'R', NULL, 0, "ACCOUNT: the HOST SPNs of a computer anew", 1},
    {NULL, 'L', NULL, 0, "ACCOUNT: list (so without a letter)", 1},
    {NULL, 'Q', NULL, 0, "SPN: who has it; * stands for anything", 1},
    {NULL, 'X', NULL, 0, "SPNs that stand on more than one account", 1},
    {NULL, 'C', NULL, 0, "ACCOUNT is a computer", 2},
    {NULL, 'U', NULL, 0, "ACCOUNT is a user", 2},
    {NULL, 'P', NULL, 0, "no progress on the output", 2},
    {NULL, 'F', NULL, 0, "ask the whole forest: there is one domain here", 2},
    {NULL, 'T', "DOMAIN", 0, "ask this domain: there is one here", 2},
    {"store", O_STORE, "FILE", 0, "the store", 3},
    {"scenario", O_SCENARIO, "NAME", 0, "a scenario's realm instead, for -L, -Q and -X", 3},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct setspn *o = state->input;
    switch (key) {
    case 'S':
    case 'A':
    case 'D':
    case 'R':
    case 'L':
    case 'Q':
    case 'X':
        if (o->letter)
            argp_error(state, "one of -S -A -D -R -L -Q -X at a time");
        o->letter = key;
        return 0;
    case 'C':
        o->computer = true;
        return 0;
    case 'U':
        o->user = true;
        return 0;
    case 'P':
        o->quiet = true;
        return 0;
    case 'F':
        return 0;
    case 'T':
        o->domain = arg;
        return 0;
    case O_STORE:
        o->store = arg;
        return 0;
    case O_SCENARIO:
        o->scenario = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (o->n_words == 2)
            argp_error(state, "'%s' is one word too many", arg);
        o->words[o->n_words++] = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- finding --------------------------------------------------------------------------------- */

static const char *spn_text(struct arena *mem, const struct PrincipalName *spn)
{
    return principal_text(mem, spn, (struct bytes){0});
}

static const struct account *by_name(struct setspn *o, const char *name)
{
    struct PrincipalName n = {0};
    if (!principal_parse(o->mem, name, strchr(name, '/') ? NT_SRV_INST : NT_PRINCIPAL, &n, NULL))
        return NULL;
    return realm_lookup(o->realm, o->mem, &n, LOOKUP_TICKET, NULL);
}

/* "DOMAIN\name": a computer of that name if there is one, else a user. NULL: said so. */
static const struct account *target(struct setspn *o, const char *word)
{
    const char *name = strchr(word, '\\') ? strchr(word, '\\') + 1 : word;
    const struct account *a = NULL;
    if (!o->user)
        a = by_name(o, arena_printf(o->mem, "%s$", name));
    if (!a && (!o->computer || name[strlen(name) - (*name != '\0')] == '$'))
        a = by_name(o, name);
    if (!a)
        printf("Could not find account %s\n", name);
    return a;
}

/* '*' stands for any octets, none too. */
static bool matches(const char *pattern, const char *text)
{
    for (; *pattern && *pattern != '*'; pattern++, text++)
        if (strncasecmp(pattern, text, 1) != 0)
            return false;
    if (!*pattern)
        return !*text;
    for (;; text++) {
        if (matches(pattern + 1, text))
            return true;
        if (!*text)
            return false;
    }
}

struct holders {
    const char *pattern, *but; /* an account that does not count; NULL: all count */
    size_t n;
    struct arena *mem;
};

static bool print_holder(void *arg, const struct account *a)
{
    struct holders *h = arg;
    /* An account of a service's name has it as much as one that was given it. */
    bool has = a->name.name_string.n >= 2 && matches(h->pattern, a->text);
    for (size_t i = 0; i < a->n_spns && !has; i++)
        has = matches(h->pattern, spn_text(h->mem, &a->spns[i]));
    has = has && !(h->but && !strcmp(h->but, a->text));
    if (has)
        printf("%s\n", a->text);
    for (size_t i = 0; has && i < a->n_spns; i++)
        printf("\t%s\n", spn_text(h->mem, &a->spns[i]));
    h->n += has;
    arena_reset(h->mem);
    return true;
}

/* Prints who has an SPN that matches; how many. */
static size_t holders(struct setspn *o, const char *pattern, const char *but)
{
    struct holders h = {pattern, but, 0, arena_new(0)};
    if (!o->quiet)
        printf("Checking domain %.*s\n", (int)realm_name(o->realm).n,
               (const char *)realm_name(o->realm).p);
    realm_each(o->realm, h.mem, print_holder, &h);
    arena_free(h.mem);
    return h.n;
}

/* ---- looking --------------------------------------------------------------------------------- */

static int list(struct setspn *o)
{
    const struct account *a = target(o, o->words[0]);
    if (!a)
        return 1;
    printf("Registered ServicePrincipalNames for %s:\n", a->text);
    for (size_t i = 0; i < a->n_spns; i++)
        printf("\t%s\n", spn_text(o->mem, &a->spns[i]));
    return 0;
}

static int query(struct setspn *o)
{
    size_t n = holders(o, o->words[0], NULL);
    puts(n ? "\nExisting SPN found!" : "\nNo such SPN found.");
    return n ? 0 : 1;
}

struct placed {
    const char *spn, *account;
};
struct placing {
    struct placed *list;
    size_t n, room;
    struct arena *mem;
};

static bool place(void *arg, const struct account *a)
{
    struct placing *p = arg;
    const char *name = a->n_spns ? arena_str(p->mem, bytes_str(a->text)) : NULL;
    for (size_t i = 0; i < a->n_spns; i++) {
        if (p->n == p->room) {
            p->room = p->room ? 2 * p->room : 1024;
            p->list = realloc(p->list, p->room * sizeof *p->list);
            if (!p->list)
                abort();
        }
        p->list[p->n++] = (struct placed){spn_text(p->mem, &a->spns[i]), name};
    }
    return true;
}

static int by_spn(const void *a, const void *b)
{
    return strcasecmp(((const struct placed *)a)->spn, ((const struct placed *)b)->spn);
}

static int duplicates(struct setspn *o)
{
    struct placing p = {.mem = o->mem};
    size_t groups = 0;
    realm_each(o->realm, o->mem, place, &p);
    if (p.n)
        qsort(p.list, p.n, sizeof *p.list, by_spn);
    for (size_t i = 0, end; i < p.n; i = end) {
        for (end = i + 1; end < p.n && !by_spn(&p.list[i], &p.list[end]); end++)
            ;
        if (end == i + 1)
            continue;
        groups++;
        printf("%s is registered on these accounts:\n", p.list[i].spn);
        for (size_t k = i; k < end; k++)
            printf("\t%s\n", p.list[k].account);
        putchar('\n');
    }
    free(p.list);
    printf("found %zu group%s of duplicate SPNs.\n", groups, groups == 1 ? "" : "s");
    return groups ? 1 : 0;
}

/* ---- changing -------------------------------------------------------------------------------- */

static bool put(struct setspn *o, const struct account *a, const struct PrincipalName *spns,
                size_t n)
{
    struct account next = *a;
    const struct account *taken = NULL;
    next.spns = spns;
    next.n_spns = n;
    if (store_set(o->change, &a->name, &next, &taken)) {
        puts("Updated object");
        return true;
    }
    printf("%s\nDuplicate SPN found, aborting operation!\n", taken ? taken->text : "");
    return false;
}

/* The account's SPNs in an array with room for more; without the one that reads so. */
static struct PrincipalName *others(struct setspn *o, const struct account *a, const char *spn,
                                    size_t *n)
{
    struct PrincipalName *all = arena_array(o->mem, struct PrincipalName, a->n_spns + 2);
    *n = 0;
    for (size_t i = 0; i < a->n_spns; i++)
        if (strcasecmp(spn_text(o->mem, &a->spns[i]), spn) != 0)
            all[(*n)++] = a->spns[i];
    return all;
}

static bool add_to(struct setspn *o, struct PrincipalName *all, size_t *n, const char *spn)
{
    printf("\t%s\n", spn);
    *n += principal_parse(o->mem, spn, NT_SRV_INST, &all[*n], NULL);
    return true;
}

static int add(struct setspn *o)
{
    const char *spn = o->words[0];
    const struct account *a = target(o, o->words[1]);
    size_t n;
    if (!a)
        return 1;
    if (o->letter == 'S' && holders(o, spn, a->text)) {
        puts("\nDuplicate SPN found, aborting operation!");
        return 1;
    }
    struct PrincipalName *all = others(o, a, spn, &n);
    printf("\nRegistering ServicePrincipalNames for %s\n", a->text);
    return add_to(o, all, &n, spn) && put(o, a, all, n) ? 0 : 1;
}

static int take_away(struct setspn *o)
{
    const struct account *a = target(o, o->words[1]);
    size_t n;
    if (!a)
        return 1;
    struct PrincipalName *all = others(o, a, o->words[0], &n);
    printf("Unregistering ServicePrincipalNames for %s\n\t%s\n", a->text, o->words[0]);
    if (n < a->n_spns)
        return put(o, a, all, n) ? 0 : 1;
    puts("It is not registered there.");
    return 1;
}

/* HOST/pc1 and HOST/pc1.example.test. */
static int reset(struct setspn *o)
{
    o->computer = true;
    const struct account *a = target(o, o->words[0]);
    size_t n;
    if (!a)
        return 1;
    int length = (int)strcspn(a->text, "$");
    char *domain = arena_str(o->mem, realm_name(o->realm));
    for (char *p = domain; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 'a' - 'A');
    const char *spn = arena_printf(o->mem, "HOST/%.*s", length, a->text);
    const char *full = arena_printf(o->mem, "%s.%s", spn, domain);
    struct account without = *a;
    without.spns = others(o, a, spn, &without.n_spns);
    struct PrincipalName *all = others(o, &without, full, &n);
    printf("Registering ServicePrincipalNames for %s\n", a->text);
    return add_to(o, all, &n, spn) && add_to(o, all, &n, full) && put(o, a, all, n) ? 0 : 1;
}

/* ---- which ----------------------------------------------------------------------------------- */

static const struct letter {
    int letter;
    size_t words;
    bool changes;
    int (*act)(struct setspn *);
    const char *wants;
} letters[] = {
    {'S', 2, true, add, "-S wants SPN ACCOUNT"},       {'A', 2, true, add, "-A wants SPN ACCOUNT"},
    {'D', 2, true, take_away, "-D wants SPN ACCOUNT"}, {'R', 1, true, reset, "-R wants ACCOUNT"},
    {'L', 1, false, list, "-L wants ACCOUNT"},         {'Q', 1, false, query, "-Q wants SPN"},
    {'X', 0, false, duplicates, "-X wants no word"},
};

static int act_in_domain(struct setspn *o, const struct letter *l)
{
    const char *realm = arena_str(o->mem, realm_name(o->realm));
    if (o->domain && strcmp(o->domain, "*") != 0 && strcasecmp(o->domain, realm) != 0)
        return verb_trouble("there is no domain %s here, only %s", o->domain, realm);
    return l->act(o);
}

static int change(struct setspn *o, const struct letter *l)
{
    char *error = NULL;
    struct store *s = store_open(o->store, STORE_CHANGE, o->mem, &error);
    o->change = s ? store_change(s, o->mem, &error) : NULL;
    if (!o->change)
        return verb_trouble("%s", error);
    o->realm = store_changed(o->change);
    int status = act_in_domain(o, l);
    if (status)
        store_abort(o->change);
    else if (!store_commit(o->change, &error))
        status = verb_trouble("%s", error);
    store_close(s);
    return status;
}

static int look_at_store(struct setspn *o, const struct letter *l)
{
    char *error = NULL;
    struct store *s = store_open(o->store, STORE_READ, o->mem, &error);
    struct store_reader *r = s ? store_reader(s, o->mem, &error) : NULL;
    o->realm = r ? store_begin(r) : NULL;
    if (!o->realm)
        return verb_trouble("%s", r ? store_trouble(r) : error);
    int status = act_in_domain(o, l);
    store_end(r);
    store_reader_free(r);
    store_close(s);
    return status;
}

static int look_at_scenario(struct setspn *o, const struct letter *l)
{
    struct scenario s;
    char *error = NULL;
    struct crypto *crypto = crypto_new();
    if (!verb_scenario(o->scenario, o->mem, &s))
        return 2;
    o->realm = crypto ? population_realm(&s, NULL, s.seed, crypto, o->mem, &error) : NULL;
    int status =
        o->realm ? act_in_domain(o, l) : verb_trouble("%s", error ? error : "no cryptography");
    crypto_free(crypto);
    return status;
}

static int act(struct setspn *o)
{
    const struct letter *l = letters;
    while (l->letter != (o->letter ? o->letter : 'L'))
        l++;
    if (o->n_words != l->words)
        return verb_trouble("setspn %s; see `tessera setspn --help`", l->wants);
    const char *wrong = l->act == add ? spn_wrong(o->words[0], o->mem) : NULL;
    if (wrong)
        return verb_trouble("%s", wrong);
    if (!o->store == !o->scenario)
        return verb_trouble("setspn wants --store FILE or --scenario NAME%s",
                            o->store ? ", not both" : "");
    if (o->computer && o->user)
        return verb_trouble("setspn wants -C or -U, not both");
    if (o->scenario && l->changes)
        return verb_trouble("a scenario's realm is not changed: -%c wants --store FILE", l->letter);
    if (o->scenario)
        return look_at_scenario(o, l);
    return l->changes ? change(o, l) : look_at_store(o, l);
}

int verb_setspn(int argc, char **argv)
{
    static const struct argp argp = {rows,
                                     parse,
                                     "-S SPN ACCOUNT\n-A SPN ACCOUNT\n-D SPN ACCOUNT\n-R ACCOUNT\n"
                                     "[-L] ACCOUNT\n-Q SPN\n-X",
                                     "Service principal names, with the letters of setspn.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct setspn o = {.mem = arena_new(0)};
    verb_parse(&argp, argc, argv, &o);
    int status = act(&o);
    arena_free(o.mem);
    return status;
}
