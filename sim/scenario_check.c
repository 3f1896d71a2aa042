#include "sim/scenario_check.h"

#include "context/seal.h"
#include "wire/names.h"

#include <stdlib.h>
#include <string.h>

/* Where the member stands; where the file leaves it out, where the whole stands. */
static struct place where(const struct reader *r, const void *slot, const void *whole)
{
    struct place at = {1, 1};
    if (!place_of_slot(r, slot, &at))
        place_of_slot(r, whole, &at);
    return at;
}

/* ---- names ---------------------------------------------------------------------------------- */
struct named {
    const char *name;
    struct place at;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    if (order)
        return order;
    return x->at.line != y->at.line ? (x->at.line < y->at.line ? -1 : 1)
                                    : (x->at.col > y->at.col) - (x->at.col < y->at.col);
}

static void check_twice(struct reader *r, struct named *all, size_t n, const char *what)
{
    qsort(all, n, sizeof *all, by_name);
    for (size_t i = 1; i < n; i++)
        if (strcmp(all[i].name, all[i - 1].name) == 0)
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
        if (a->name)
            all[n++] = (struct named){a->name, where(r, &a->name, a)};
        for (size_t j = 0; j < a->n_spns; j++)
            all[n++] = (struct named){a->spns[j], where(r, &a->spns, a)};
    }
    check_twice(r, all, n, "name");
}

static void check_party_names(struct reader *r, const struct scenario *s)
{
    struct named *all = arena_array(r->mem, struct named, s->n_parties);
    size_t n = 0;
    for (size_t i = 0; i < s->n_parties; i++)
        if (s->parties[i].name)
            all[n++] = (struct named){s->parties[i].name, where(r, &s->parties[i].name, NULL)};
    check_twice(r, all, n, "party");
}

/* A name is a principal's, without a realm: that is the scenario's. */
static void check_principal(struct reader *r, const char *name, struct place at)
{
    struct PrincipalName parsed;
    struct bytes realm = {0};
    if (!name)
        return;
    if (!principal_parse(r->mem, name, NT_PRINCIPAL, &parsed, &realm))
        problem(r->all, at, "\"%s\" is not the name of a principal", name);
    else if (realm.n)
        problem(r->all, at, "\"%s\" names a realm; leave \"@...\" out", name);
}

static const char *account_name(const void *list, size_t i)
{
    const char *name = ((const struct scenario_account *)list)[i].name;
    return name ? name : "";
}

static const char *party_name(const void *list, size_t i)
{
    const char *name = ((const struct scenario_party *)list)[i].name;
    return name ? name : "";
}

/* ---- the realm and its accounts ------------------------------------------------------------- */
static void check_etypes(struct reader *r, const int32_t *etypes, size_t n, struct place at)
{
    for (size_t i = 0; i < n; i++)
        if (!etype_find(etypes[i]))
            problem(r->all, at, "no keys of encryption type %s can be made here",
                    name_text(r->mem, NAMES_ETYPE, etypes[i]));
}

static void check_account(struct reader *r, const struct scenario_account *a)
{
    check_principal(r, a->name, where(r, &a->name, a));
    for (size_t i = 0; i < a->n_spns; i++)
        check_principal(r, a->spns[i], where(r, &a->spns, a));
    check_etypes(r, a->etypes, a->n_etypes, where(r, &a->etypes, a));
    if (a->salt && !a->password)
        problem(r->all, where(r, &a->salt, a), "a salt without a password has no effect");
    if (a->kvno == 0)
        problem(r->all, where(r, &a->kvno, a), "kvno counts from 1");
    if (a->max_life < 0)
        problem(r->all, where(r, &a->max_life, a), "max_life cannot be negative");
    if (a->max_renew < 0)
        problem(r->all, where(r, &a->max_renew, a), "max_renew cannot be negative");
}

static void check_realm(struct reader *r, const struct scenario *s)
{
    if (s->realm && strpbrk(s->realm, "@/:"))
        problem(r->all, where(r, &s->realm, s), "realm \"%s\" holds one of @ / :", s->realm);
    check_etypes(r, s->etypes, s->n_etypes, where(r, &s->etypes, s));
    if (s->skew < 0)
        problem(r->all, where(r, &s->skew, s), "skew cannot be negative");
    if (s->max_life <= 0)
        problem(r->all, where(r, &s->max_life, s), "max_life must be more than 0");
    if (s->max_renew < 0)
        problem(r->all, where(r, &s->max_renew, s), "max_renew cannot be negative");
    for (size_t i = 0; i < s->n_accounts; i++)
        check_account(r, &s->accounts[i]);
    check_account_names(r, s);
}

/* ---- parties -------------------------------------------------------------------------------- */
static void check_party(struct reader *r, const struct scenario *s, const struct scenario_party *p)
{
    struct place account = where(r, &p->account, p);
    if (p->account && !scenario_account(s, p->account))
        problem(
            r->all, account, "no account is called \"%s\"%s", p->account,
            did_you_mean(r->mem, nearest(p->account, account_name, s->accounts, s->n_accounts)));
    if (p->role != ROLE_SERVICE || !p->name)
        return;
    if (!p->spn)
        problem(r->all, where(r, p, p), "service \"%s\" without the key \"spn\"", p->name);
    else if (!p->account)
        problem(r->all, where(r, &p->spn, p), "no account serves \"%s\"%s", p->spn,
                did_you_mean(r->mem, nearest(p->spn, account_name, s->accounts, s->n_accounts)));
}

static void check_parties(struct reader *r, const struct scenario *s)
{
    size_t kdcs = 0;
    for (size_t i = 0; i < s->n_parties; i++) {
        const struct scenario_party *p = &s->parties[i];
        if (p->role == ROLE_KDC && p->name && ++kdcs == 2)
            problem(r->all, where(r, &p->role, p), "a second KDC; a realm has one here");
        check_party(r, s, p);
    }
    for (size_t i = 0; i < s->n_steps && !kdcs; i++)
        if (s->steps[i].kind <= DO_GET && s->steps[i].party) {
            problem(r->all, where(r, &s->steps[i], NULL),
                    "a step that needs a party of role kdc; "
                    "there is none");
            break;
        }
    check_party_names(r, s);
}

/* ---- steps ---------------------------------------------------------------------------------- */
/* The named party, where it may be any (role < 0) or must have one role. */
static void check_actor(struct reader *r, const struct scenario *s, const char *name, int role,
                        struct place at)
{
    const struct scenario_party *p = scenario_party(s, name);
    if (!p)
        problem(r->all, at, "no party is called \"%s\"%s", name,
                did_you_mean(r->mem, nearest(name, party_name, s->parties, s->n_parties)));
    else if (role >= 0 && (int)p->role != role)
        problem(r->all, at, "party \"%s\" is a %s; a %s is wanted here", name, role_text(p->role),
                role_text((uint32_t)role));
}

static void check_spn(struct reader *r, const struct scenario *s, const struct scenario_step *step)
{
    struct place at = where(r, &step->spn, step);
    check_principal(r, step->spn, at);
    if (step->expect == 0 && !scenario_serves(s, step->spn) &&
        strncmp(step->spn, "krbtgt/", 7) != 0)
        problem(r->all, at, "no account serves \"%s\" (say what to \"expect\" if that is meant)%s",
                step->spn,
                did_you_mean(r->mem, nearest(step->spn, account_name, s->accounts, s->n_accounts)));
}

static void check_keytab_salt(struct reader *r, const struct scenario *s,
                              const struct scenario_step *step)
{
    const struct scenario_account *a = scenario_account(s, step->principal);
    struct place at = where(r, &step->keytab_salt, step);
    if (step->keytab_salt && !step->with_keytab)
        problem(r->all, at, "keytab_salt without with_keytab");
    else if (step->keytab_salt && (!a || !a->password))
        problem(r->all, at, "no password is known for \"%s\"", step->principal);
}

static void check_logon(struct reader *r, const struct scenario *s,
                        const struct scenario_step *step)
{
    struct place at = where(r, &step->principal, step);
    if (!step->principal) {
        problem(r->all, at, "who logs on? party \"%s\" has no account", step->party);
        return;
    }
    check_principal(r, step->principal, at);
    if (step->with_keytab && step->password)
        problem(r->all, where(r, &step->password, step), "a password beside with_keytab");
    else if (!step->with_keytab && !step->password)
        problem(r->all, at, "no password is known for \"%s\"", step->principal);
    check_keytab_salt(r, s, step);
}

static void check_asking(struct reader *r, const struct scenario *s,
                         const struct scenario_step *step)
{
    check_actor(r, s, step->party, ROLE_CLIENT, where(r, &step->party, step));
    const struct scenario_party *p = scenario_party(s, step->party);
    if (step->kind == DO_LOGON) {
        if (p && p->role == ROLE_CLIENT)
            check_logon(r, s, step);
        return;
    }
    if (step->service)
        check_actor(r, s, step->service, ROLE_SERVICE, where(r, &step->service, step));
    else if (step->kind == DO_GET)
        problem(r->all, where(r, &step->spn, step), "get without the key \"service\"");
    if (step->spn)
        check_spn(r, s, step);
    else if (step->kind == DO_TICKET)
        problem(r->all, where(r, step, step), "ticket without the key \"spn\"");
}

static void check_step(struct reader *r, const struct scenario *s, const struct scenario_step *step)
{
    struct place at = where(r, step, step), own;
    if (step->kind == DO_SAY && !step->say)
        problem(r->all, at, "say without the key \"say\"");
    if (step->kind == DO_WAIT && step->span <= 0)
        problem(r->all, where(r, &step->span, step), "wait wants \"for\", a time of more than 0");
    if (step->kind == DO_CLOCK && !place_of_slot(r, &step->clock, &own))
        problem(r->all, at, "clock without the key \"ahead\"");
    if (step->kind == DO_SAY || step->kind == DO_WAIT)
        return;
    if (!step->party)
        problem(r->all, at, "%s without the key \"party\"", step_kind_text(step->kind));
    else if (step->kind == DO_CLOCK)
        check_actor(r, s, step->party, -1, where(r, &step->party, step));
    else
        check_asking(r, s, step);
    if (step->life < 0 || step->renew_life < 0)
        problem(r->all, where(r, step->life < 0 ? &step->life : &step->renew_life, step),
                "a ticket cannot live less than no time");
}

/* ---- changes -------------------------------------------------------------------------------- */
static void check_tamper(struct reader *r, const struct scenario_tamper *t)
{
    struct place at = where(r, t, t), own;
    if (!t->packet == !t->message)
        problem(r->all, at, "a change wants either \"packet\" or \"message\"");
    if (t->nth == 0)
        problem(r->all, where(r, &t->nth, t), "nth counts from 1");
    if (t->span < 0 || (t->kind == TAMPER_DELAY && t->span == 0))
        problem(r->all, where(r, &t->span, t), "%s wants \"after\", a time of more than 0",
                tamper_kind_text(t->kind));
    if (t->kind == TAMPER_SUBSTITUTE && !place_of_slot(r, &t->octets, &own))
        problem(r->all, at, "substitute without the key \"octets\"");
    if (t->kind == TAMPER_TRUNCATE && !place_of_slot(r, &t->at, &own))
        problem(r->all, at, "truncate without the key \"at\"");
}

void scenario_check(struct reader *r, const struct scenario *s)
{
    check_realm(r, s);
    check_parties(r, s);
    for (size_t i = 0; i < s->n_steps; i++)
        check_step(r, s, &s->steps[i]);
    for (size_t i = 0; i < s->n_tampers; i++)
        check_tamper(r, &s->tampers[i]);
}
