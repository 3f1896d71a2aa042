/* Whether realms, accounts, trusts and parties fit together. */
#include "sim/scenario_check.h"

#include "context/seal.h"
#include "realm/presets.h"
#include "wire/names.h"

#include <stdlib.h>
#include <string.h>

struct place where(const struct reader *r, const void *slot, const void *whole)
{
    struct place at = {1, 1};
    if (!place_of_slot(r, slot, &at))
        place_of_slot(r, whole, &at);
    return at;
}

/* ---- names ---------------------------------------------------------------------------------- */
struct named {
    const char *realm, *name;
    bool may_stand_twice;
    struct place at;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    if (!order)
        order = strcmp(x->realm, y->realm);
    if (order)
        return order;
    return x->at.line != y->at.line ? (x->at.line < y->at.line ? -1 : 1)
                                    : (x->at.col > y->at.col) - (x->at.col < y->at.col);
}

static void check_twice(struct reader *r, struct named *all, size_t n, const char *what)
{
    qsort(all, n, sizeof *all, by_name);
    for (size_t i = 1; i < n; i++)
        if (strcmp(all[i].name, all[i - 1].name) == 0 &&
            strcmp(all[i].realm, all[i - 1].realm) == 0 &&
            !(all[i].may_stand_twice && all[i - 1].may_stand_twice))
            problem(r->all, all[i].at, "%s \"%s\" stands twice, first in line %zu", what,
                    all[i].name, all[i - 1].at.line);
}

static void check_account_names(struct reader *r, const struct scenario *s)
{
    size_t n = 0, room = 0;
    for (size_t i = 0; i < s->n_accounts; i++)
        room += 1 + s->accounts[i].n_spns;
    struct named *all = arena_array(r->mem, struct named, room);
    for (size_t i = 0; i < s->n_accounts; i++) {
        const struct scenario_account *a = &s->accounts[i];
        const struct scenario_realm *realm = scenario_realm(s, a->realm);
        const char *in = a->realm ? a->realm : "";
        if (a->name)
            all[n++] = (struct named){in, a->name, false, where(r, &a->name, a)};
        for (size_t j = 0; j < a->n_spns; j++)
            all[n++] =
                (struct named){in, a->spns[j], realm && realm->duplicates, where(r, &a->spns, a)};
    }
    check_twice(r, all, n, "name");
}

static void check_party_names(struct reader *r, const struct scenario *s)
{
    struct named *all = arena_array(r->mem, struct named, s->n_parties);
    size_t n = 0;
    for (size_t i = 0; i < s->n_parties; i++)
        if (s->parties[i].name)
            all[n++] =
                (struct named){"", s->parties[i].name, false, where(r, &s->parties[i].name, NULL)};
    check_twice(r, all, n, "party");
}

bool check_principal(struct reader *r, const char *name, struct place at, struct bytes *realm)
{
    struct PrincipalName parsed;
    *realm = (struct bytes){0};
    return !name || principal_parse(r->mem, name, NT_PRINCIPAL, &parsed, realm) ||
           problem(r->all, at, "\"%s\" is not the name of a principal", name);
}

/* A name without a realm: that is said by another key. */
static void check_bare(struct reader *r, const char *name, struct place at)
{
    struct bytes realm;
    if (check_principal(r, name, at, &realm) && realm.n)
        problem(r->all, at, "\"%s\" names a realm; leave \"@...\" out", name);
}

const char *account_name(const void *list, size_t i)
{
    const char *name = ((const struct scenario_account *)list)[i].name;
    return name ? name : "";
}

static const char *realm_name_at(const void *list, size_t i)
{
    const struct scenario_realm *realm = scenario_realm_at(list, i);
    return realm && realm->name ? realm->name : "";
}

/* ---- realms, trusts, accounts --------------------------------------------------------------- */
void check_in_realm(struct reader *r, const struct scenario *s, const char *name, struct place at)
{
    if (name && s->realm.name && !scenario_realm(s, name))
        problem(r->all, at, "no realm is called \"%s\"%s", name,
                did_you_mean(r->mem, nearest(name, realm_name_at, s, s->n_others + 1)));
}

void check_etypes(struct reader *r, const int32_t *etypes, size_t n, struct place at)
{
    for (size_t i = 0; i < n; i++)
        if (!etype_find(etypes[i]))
            problem(r->all, at, "no keys of encryption type %s can be made here",
                    name_text(r->mem, NAMES_ETYPE, etypes[i]));
}

static void check_account(struct reader *r, const struct scenario *s,
                          const struct scenario_account *a)
{
    check_bare(r, a->name, where(r, &a->name, a));
    check_in_realm(r, s, a->realm, where(r, &a->realm, a));
    for (size_t i = 0; i < a->n_spns; i++)
        check_bare(r, a->spns[i], where(r, &a->spns, a));
    check_etypes(r, a->etypes, a->n_etypes, where(r, &a->etypes, a));
    if (a->salt && !a->password)
        problem(r->all, where(r, &a->salt, a), "a salt without a password has no effect");
    if (a->kvno == 0)
        problem(r->all, where(r, &a->kvno, a), "kvno counts from 1");
    else if (a->n_old_passwords >= a->kvno)
        problem(r->all, where(r, &a->old_passwords, a),
                "%zu old passwords want a kvno of at least %zu", a->n_old_passwords,
                a->n_old_passwords + 1);
    if (a->max_life < 0)
        problem(r->all, where(r, &a->max_life, a), "max_life cannot be negative");
    if (a->max_renew < 0)
        problem(r->all, where(r, &a->max_renew, a), "max_renew cannot be negative");
}

static const char *preset_name(const void *list, size_t i)
{
    return ((const struct preset *)list)[i].name;
}

void check_preset(struct reader *r, const char *name, struct place at)
{
    size_t n;
    const struct preset *presets = preset_table(&n);
    if (!preset_find(name))
        problem(r->all, at, "no preset is called \"%s\"%s", name,
                did_you_mean(r->mem, nearest(name, preset_name, presets, n)));
}

static void check_realm(struct reader *r, const struct scenario_realm *realm)
{
    if (realm->name && strpbrk(realm->name, "@/:"))
        problem(r->all, where(r, &realm->name, realm),
                "realm \"%s\" holds one of @ / :", realm->name);
    check_etypes(r, realm->etypes, realm->n_etypes, where(r, &realm->etypes, realm));
    if (realm->preset)
        check_preset(r, realm->preset, where(r, &realm->preset, realm));
    if (realm->skew < 0)
        problem(r->all, where(r, &realm->skew, realm), "skew cannot be negative");
    if (realm->name && realm->max_life <= 0)
        problem(r->all, where(r, &realm->max_life, realm), "max_life must be more than 0");
    if (realm->max_renew < 0)
        problem(r->all, where(r, &realm->max_renew, realm), "max_renew cannot be negative");
    if (realm->attempt_window < 0)
        problem(r->all, where(r, &realm->attempt_window, realm),
                "attempt_window cannot be negative");
}

static void check_realms(struct reader *r, const struct scenario *s)
{
    const struct scenario_realm *realm;
    struct named *all = arena_array(r->mem, struct named, s->n_others + 1);
    size_t n = 0;
    for (size_t i = 0; (realm = scenario_realm_at(s, i)); i++) {
        check_realm(r, realm);
        if (realm->name)
            all[n++] = (struct named){"", realm->name, false, where(r, &realm->name, realm)};
    }
    check_twice(r, all, n, "realm");
}

static void check_trust(struct reader *r, const struct scenario *s, const struct scenario_trust *t)
{
    struct place at = where(r, &t->to, t);
    check_in_realm(r, s, t->from, where(r, &t->from, t));
    check_in_realm(r, s, t->to, at);
    check_in_realm(r, s, t->next, where(r, &t->next, t));
    if (t->from && t->to && strcmp(t->from, t->to) == 0)
        problem(r->all, at, "a realm needs no trust in itself");
    if (t->next && (t->password || t->both || t->n_etypes))
        problem(r->all, where(r, &t->next, t),
                "a way by another realm has no key: password, both and etypes belong to the "
                "trusts it is made of");
    if (t->n_keys && (t->next || t->password || t->n_etypes))
        problem(r->all, where(r, &t->keys, t),
                "keys as they are stand without password, etypes and next");
    check_etypes(r, t->etypes, t->n_etypes, where(r, &t->etypes, t));
}

/* ---- parties -------------------------------------------------------------------------------- */
/* The user of that party, and no other: the account is his. */
static void check_its_user(struct reader *r, const struct scenario *s,
                           const struct scenario_party *p)
{
    const struct scenario_party *user = scenario_party(s, p->u2u);
    struct place at = where(r, &p->u2u, p);
    if (!user || user->role != ROLE_CLIENT)
        problem(r->all, at, "no client is called \"%s\"", p->u2u);
    else if (p->account && user->account && strcmp(p->account, user->account) != 0)
        problem(r->all, at, "\"%s\" is %s, but the service runs as %s", p->u2u, user->account,
                p->account);
}

/* A machine of a workgroup has a name, and no account that tickets could be sealed for. */
static bool in_no_domain(const struct scenario_party *p)
{
    return p->server.controller && strcmp(p->server.controller, "none") == 0;
}

static void check_party(struct reader *r, const struct scenario *s, const struct scenario_party *p)
{
    struct place account = where(r, &p->account, p);
    check_in_realm(r, s, p->realm, where(r, &p->realm, p));
    if (p->account && !scenario_account(s, p->realm, p->account))
        problem(
            r->all, account, "no account is called \"%s\"%s", p->account,
            did_you_mean(r->mem, nearest(p->account, account_name, s->accounts, s->n_accounts)));
    if (p->port > UINT16_MAX)
        problem(r->all, where(r, &p->port, p), "port %zu is more than 65535", p->port);
    if (p->role != ROLE_SERVICE || !p->name)
        return;
    if (p->u2u)
        check_its_user(r, s, p);
    if (!p->spn)
        problem(r->all, where(r, p, p), "service \"%s\" without the key \"spn\"", p->name);
    else if (!p->account && !in_no_domain(p))
        problem(r->all, where(r, &p->spn, p), "no account serves \"%s\"%s", p->spn,
                did_you_mean(r->mem, nearest(p->spn, account_name, s->accounts, s->n_accounts)));
}

/* A row says one thing of a name; an alias has no address of its own (RFC 1034 3.6.2). */
static void check_host(struct reader *r, const struct scenario_host *h)
{
    int said = (h->address != NULL) + (h->alias_of != NULL) + (h->srv != NULL);
    if (h->name && said != 1)
        problem(r->all, where(r, h, NULL),
                "host \"%s\" wants one of \"address\", \"alias_of\" and \"srv\"", h->name);
    if (h->ptr && !h->address)
        problem(r->all, where(r, &h->ptr, h), "a name to point back to without an address");
}

static void check_second_kdc(struct reader *r, const struct scenario *s, size_t i)
{
    const struct scenario_party *p = &s->parties[i];
    for (size_t j = 0; j < i; j++) {
        const struct scenario_party *q = &s->parties[j];
        if (q->role == ROLE_KDC && q->name && p->realm && q->realm &&
            strcmp(q->realm, p->realm) == 0) {
            problem(r->all, where(r, &p->role, p), "a second KDC; a realm has one here");
            return;
        }
    }
}

static void check_parties(struct reader *r, const struct scenario *s)
{
    size_t kdcs = 0;
    for (size_t i = 0; i < s->n_parties; i++) {
        const struct scenario_party *p = &s->parties[i];
        kdcs += p->role == ROLE_KDC;
        if (p->role == ROLE_KDC && p->name)
            check_second_kdc(r, s, i);
        check_party(r, s, p);
        for (size_t j = 0; j < p->n_hosts; j++)
            check_host(r, &p->hosts[j]);
    }
    for (size_t i = 0; i < s->n_steps && !kdcs; i++)
        if (s->steps[i].kind < DO_BROWSE && s->steps[i].party) {
            problem(r->all, where(r, &s->steps[i], NULL),
                    "a step that needs a party of role kdc; there is none");
            break;
        }
    check_party_names(r, s);
}

void scenario_check_cast(struct reader *r, const struct scenario *s)
{
    check_realms(r, s);
    for (size_t i = 0; i < s->n_trusts; i++)
        check_trust(r, s, &s->trusts[i]);
    for (size_t i = 0; i < s->n_accounts; i++)
        check_account(r, s, &s->accounts[i]);
    check_account_names(r, s);
    check_parties(r, s);
}
