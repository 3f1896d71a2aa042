#include "sim/scenario_check.h"

#include <string.h>

/* ---- steps ---------------------------------------------------------------------------------- */
static const char *party_name(const void *list, size_t i)
{
    const char *name = ((const struct scenario_party *)list)[i].name;
    return name ? name : "";
}

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

/* Can it be said before the run which names are served? */
static bool names_are_known(const struct scenario *s)
{
    const struct scenario_realm *realm;
    for (size_t i = 0; i < s->n_steps; i++)
        if (s->steps[i].kind == DO_CHANGE)
            return false;
    for (size_t i = 0; (realm = scenario_realm_at(s, i)); i++)
        if (realm->name_rule == RULE_WINDOWS || realm->preset)
            return false;
    return true;
}

static void check_spn(struct reader *r, const struct scenario *s, const struct scenario_step *step)
{
    struct place at = where(r, &step->spn, step);
    struct bytes realm;
    if (check_principal(r, step->spn, at, &realm) && step->expect == 0 && names_are_known(s) &&
        !scenario_serves(s, NULL, step->spn) && strncmp(step->spn, "krbtgt/", 7) != 0)
        problem(r->all, at, "no account serves \"%s\" (say what to \"expect\" if that is meant)%s",
                step->spn,
                did_you_mean(r->mem, nearest(step->spn, account_name, s->accounts, s->n_accounts)));
}

static void check_keytab_salt(struct reader *r, const struct scenario *s,
                              const struct scenario_step *step)
{
    const struct scenario_party *p = scenario_party(s, step->party);
    const struct scenario_account *a = scenario_account(s, p ? p->realm : NULL, step->principal);
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
    struct bytes realm;
    check_principal(r, step->principal, at, &realm);
    if (step->with_keytab && step->password)
        problem(r->all, where(r, &step->password, step), "a password beside with_keytab");
    else if (!step->with_keytab && !step->password && !step->anonymous)
        problem(r->all, at, "no password is known for \"%s\"", step->principal);
    check_keytab_salt(r, s, step);
}

static void check_browse(struct reader *r, const struct scenario *s,
                         const struct scenario_step *step)
{
    struct place at = where(r, &step->url, step);
    const struct scenario_party *p = scenario_party(s, step->service);
    if (!step->url)
        problem(r->all, at, "browse without the key \"url\"");
    else if (!step->host)
        problem(r->all, at, "a url begins with http:// or https://");
    else if (!step->service)
        problem(r->all, at,
                "nobody answers at \"%s\": no service has that host in its spn, and "
                "no dns party knows it",
                step->host);
    else if (!p || (p->role != ROLE_SERVICE && p->role != ROLE_PROXY))
        check_actor(r, s, step->service, ROLE_SERVICE, where(r, &step->service, step));
    else if (step->tls && p->role == ROLE_SERVICE && !p->server.tls)
        problem(r->all, at, "https, but service \"%s\" has no tls", p->name);
    else if (p->role == ROLE_SERVICE && !p->server.n_apps)
        problem(r->all, at, "service \"%s\" has no apps to browse", p->name);
    if (step->url_port > UINT16_MAX)
        problem(r->all, at, "port %zu is more than 65535", step->url_port);
}

static void check_asking(struct reader *r, const struct scenario *s,
                         const struct scenario_step *step)
{
    check_actor(r, s, step->party, ROLE_CLIENT, where(r, &step->party, step));
    const struct scenario_party *p = scenario_party(s, step->party);
    if (p && p->role == ROLE_CLIENT && (step->kind == DO_LOGON || step->kind == DO_PASSWORD))
        check_logon(r, s, step);
    if (step->hide_client && !step->armor)
        problem(r->all, where(r, &step->hide_client, step), "hide_client without armor");
    if (step->armor)
        check_actor(r, s, step->armor, ROLE_CLIENT, where(r, &step->armor, step));
    if (step->u2u)
        check_actor(r, s, step->u2u, ROLE_CLIENT, where(r, &step->u2u, step));
    if (step->kind == DO_BROWSE)
        check_browse(r, s, step);
    else if (step->service)
        check_actor(r, s, step->service, ROLE_SERVICE, where(r, &step->service, step));
    else if (step->kind == DO_GET)
        problem(r->all, where(r, &step->spn, step), "get without the key \"service\"");
    if (step->kind == DO_GET && step->url && (step->spn || strncmp(step->url, "http://", 7) != 0))
        problem(r->all, where(r, &step->url, step),
                step->spn ? "a url beside an spn: the client makes the one of the other"
                          : "a url begins with http://");
    if (step->spn && step->kind == DO_BROWSE)
        return; /* whatever a browser is made to ask for */
    if (step->spn && step->kind != DO_LOGON)
        check_spn(r, s, step);
    else if (step->kind == DO_TICKET || step->kind == DO_PROXY)
        problem(r->all, where(r, step, step), "%s without the key \"spn\"",
                step_kind_text(step->kind));
    if (step->kind == DO_PASSWORD && !step->new_password)
        problem(r->all, where(r, step, step), "change-password without the key \"new_password\"");
}

static void check_change(struct reader *r, const struct scenario_step *step)
{
    const struct scenario_change *c = &step->change;
    if (!step->account)
        problem(r->all, where(r, step, step), "change-account without the key \"account\"");
    if (c->rotate && step->new_password)
        problem(r->all, where(r, &c->rotate, step),
                "rotate makes a random key; a new_password "
                "beside it");
    check_etypes(r, c->etypes, c->n_etypes, where(r, &c->etypes, step));
}

static void check_change_realm(struct reader *r, const struct scenario *s,
                               const struct scenario_step *step)
{
    check_in_realm(r, s, step->realm, where(r, &step->realm, step));
    if (step->preset)
        check_preset(r, step->preset, where(r, &step->preset, step));
    else
        problem(r->all, where(r, step, step), "change-realm without the key \"preset\"");
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
    if (step->kind == DO_REALM)
        check_change_realm(r, s, step);
    if (step->kind == DO_CHANGE)
        check_change(r, step);
    if (step->kind == DO_SAY || step->kind == DO_WAIT || step->kind == DO_CHANGE ||
        step->kind == DO_REALM)
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
    scenario_check_cast(r, s);
    scenario_check_web(r, s);
    for (size_t i = 0; i < s->n_steps; i++)
        check_step(r, s, &s->steps[i]);
    for (size_t i = 0; i < s->n_tampers; i++)
        check_tamper(r, &s->tampers[i]);
}
