/* `tessera account trust`: the realms that a store's realm trusts. */
#include "sim/account_change.h"
#include "sim/account_text.h"
#include "sim/population.h"
#include "base/text.h"
#include "wire/names.h"

#include <stdio.h>
#include <string.h>

static struct bytes realm_in(const struct action *a)
{
    return bytes_str(a->o->words[0]);
}

/* The account whose keys seal what goes there (RFC 4120 1.2). */
static struct PrincipalName way_out_name(struct action *a)
{
    return principal_named(a->mem, arena_printf(a->mem, "krbtgt/%s", a->o->words[0]));
}

static bool fits(struct action *a)
{
    struct account_options *o = a->o;
    const char *wrong = NULL;
    if (o->n_words != 1)
        wrong = "account trust add wants the name of a realm";
    else if (strpbrk(o->words[0], "@/:") || !*o->words[0])
        wrong = "a realm's name holds none of @ / :";
    else if (o->next && (o->direction || o->random || o->account.n_keys || o->password_file))
        wrong = "a way by another realm has no key and no direction";
    else if (o->direction == TRUST_IN && o->n_suffixes)
        wrong = "suffixes say where tickets go; nothing goes to a realm that is only let in";
    if (wrong)
        verb_trouble("%s", wrong);
    return !wrong;
}

static struct scenario_trust said(struct action *a, const char *here)
{
    struct account_options *o = a->o;
    bool out = o->direction != TRUST_IN;
    return (struct scenario_trust){.from = out ? here : o->words[0],
                                   .to = out ? o->words[0] : here,
                                   .both = !o->next && !o->direction,
                                   .transitive = o->transitive,
                                   .password = o->account.password,
                                   .suffixes = o->suffixes,
                                   .n_suffixes = o->n_suffixes,
                                   .next = o->next,
                                   .etypes = o->etypes,
                                   .n_etypes = o->account.n_etypes,
                                   .keys = o->keys,
                                   .n_keys = o->account.n_keys};
}

static void number_keys(const struct account_key *keys, size_t n, uint32_t kvno)
{
    for (size_t i = 0; i < n; i++)
        ((struct account_key *)(uintptr_t)keys)[i].kvno = kvno;
}

static void print_key_pair(struct action *a, const char *here, const struct account *out,
                           const struct trust *t)
{
    struct account in = {.keys = t->keys, .n_keys = t->n_keys};
    if (out->text)
        printf("krbtgt/%s@%s\n", a->o->words[0], here);
    account_print_keys(stdout, out, "  ");
    if (in.n_keys)
        printf("krbtgt/%s@%s\n", here, a->o->words[0]);
    account_print_keys(stdout, &in, "  ");
}

static int add_in(struct action *a, struct store_change *c)
{
    const struct realm *realm = store_changed(c);
    char *here = arena_str(a->mem, realm_name(realm)), *error = NULL;
    struct population_keys from = {a->crypto, a->o->has_seed ? NULL : &a->random.rng, a->o->seed};
    struct scenario_trust row = said(a, here);
    const struct account *taken = NULL;
    struct account out;
    struct trust trust;
    if (realm_is(realm, realm_in(a)))
        return verb_trouble("a realm needs no trust in itself");
    if (realm_trust(realm, a->mem, realm_in(a)))
        return verb_trouble("there is a trust with %s already", a->o->words[0]), 1;
    if (!population_trust(realm, &row, &from, a->mem, &out, &trust, &error))
        return verb_trouble("%s", error);
    number_keys(out.keys, out.n_keys, a->o->account.kvno);
    number_keys(trust.keys, trust.n_keys, a->o->account.kvno);
    if (out.text && !store_add(c, &out, &taken))
        return verb_trouble("%s: a name of it belongs to %s already", out.text, taken->text), 1;
    store_set_trust(c, &trust);
    print_key_pair(a, here, &out, &trust);
    return 0;
}

int account_trust_add(struct action *a)
{
    struct account_options *o = a->o;
    char *error = NULL;
    if (!fits(a))
        return 2;
    o->account.kvno = o->account.kvno ? o->account.kvno : 1;
    if (!o->next &&
        (!account_ask_for_password(a, arena_printf(a->mem, "the trust with %s", o->words[0])) ||
         !account_given_keys(a, o->account.kvno)))
        return 2;
    struct store_change *c = store_change(a->store, a->mem, &error);
    if (!c)
        return verb_trouble("%s", error);
    return account_end(c, add_in(a, c));
}

int account_trust_delete(struct action *a)
{
    char *error = NULL;
    if (a->o->n_words != 1)
        return verb_trouble("account trust delete wants the name of a realm");
    struct store_change *c = store_change(a->store, a->mem, &error);
    if (!c)
        return verb_trouble("%s", error);
    struct PrincipalName name = way_out_name(a);
    const struct account *out = realm_find(store_changed(c), a->mem, &name);
    bool was = store_remove_trust(c, realm_in(a));
    if (was && out && out->flags & ACCOUNT_TRUST)
        store_remove(c, &name);
    if (!was)
        verb_trouble("no trust with %s", a->o->words[0]);
    return account_end(c, was ? 0 : 1);
}

/* "MIDDLE.TEST  out in transitive  18 17  by ...  suffixes". */
static void print_trust(struct action *a, const struct realm *realm, const struct trust *t)
{
    struct bytes parts[] = {BYTES_LIT("krbtgt"), t->realm};
    struct PrincipalName name = {.name_string = {parts, 2}};
    const struct account *out = realm_find(realm, a->mem, &name);
    printf("%-24s%s%s%s", text_escape(a->mem, t->realm), out ? " out" : "", t->inbound ? " in" : "",
           t->transitive ? " transitive" : "");
    if (t->next.n)
        printf(" by %s", text_escape(a->mem, t->next));
    for (size_t i = 0; i < t->n_suffixes; i++)
        printf("  %s", text_escape(a->mem, t->suffixes[i]));
    putchar('\n');
    struct account in = {.keys = t->keys, .n_keys = t->n_keys};
    if (a->o->show_keys && out)
        account_print_keys(stdout, out, "    out ");
    if (a->o->show_keys)
        account_print_keys(stdout, &in, "    in ");
}

int account_trust_list(struct action *a, const struct realm *realm)
{
    size_t seen = 0;
    for (size_t i = 0; i < realm_trust_count(realm); i++) {
        const struct trust *t = realm_trust_at(realm, i);
        if (a->o->n_words && !bytes_equal(t->realm, realm_in(a)))
            continue;
        print_trust(a, realm, t);
        seen++;
    }
    if (!a->o->n_words || seen)
        return 0;
    verb_trouble("no trust with %s", a->o->words[0]);
    return 1;
}
