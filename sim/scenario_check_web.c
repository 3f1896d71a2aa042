/* Whether domains, web servers, browsers and proxies fit together. */
#include "sim/scenario_check.h"

#include "base/sid.h"
#include "service/web.h"

#include <stdlib.h>
#include <string.h>

/* ---- domains -------------------------------------------------------------------------------- */
static bool is_number(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

static const char *group_name(const void *groups, size_t i)
{
    const char *name = ((const struct scenario_group *)groups)[i].name;
    return name ? name : "";
}

static bool has_group(const struct scenario_realm *realm, const char *name)
{
    for (size_t i = 0; i < realm->n_groups; i++)
        if (realm->groups[i].name && strcmp(realm->groups[i].name, name) == 0)
            return true;
    return is_number(name);
}

static void check_level(struct reader *r, uint32_t level, struct place at)
{
    if (level > 5)
        problem(r->all, at, "LMCompatibilityLevel is 0 to 5, not %u", (unsigned)level);
}

static void check_domain(struct reader *r, const struct scenario_realm *realm)
{
    struct sid sid;
    if (realm->sid && !sid_parse(bytes_str(realm->sid), &sid))
        problem(r->all, where(r, &realm->sid, realm),
                "sid \"%s\" is not one as in S-1-5-21-1004336348-1177238915-682003330", realm->sid);
    if (realm->local && !realm->sid)
        problem(r->all, where(r, &realm->local, realm),
                "a machine's own accounts want the machine's \"sid\"");
    if (realm->n_groups && !realm->sid)
        problem(r->all, where(r, &realm->groups, realm), "groups of a realm without a \"sid\"");
    check_level(r, realm->lm_level, where(r, &realm->lm_level, realm));
}

static void check_member(struct reader *r, const struct scenario *s,
                         const struct scenario_account *a)
{
    const struct scenario_realm *realm = scenario_realm(s, a->realm);
    struct place at = where(r, &a->groups, a);
    if (!realm)
        return;
    if ((a->rid || a->n_groups) && !realm->sid)
        problem(r->all, a->rid ? where(r, &a->rid, a) : at,
                "realm %s has no \"sid\": its accounts have neither rid nor groups",
                realm->name ? realm->name : "");
    for (size_t i = 0; i < a->n_groups; i++)
        if (realm->sid && !has_group(realm, a->groups[i]))
            problem(r->all, at, "no group is called \"%s\"%s", a->groups[i],
                    did_you_mean(
                        r->mem, nearest(a->groups[i], group_name, realm->groups, realm->n_groups)));
    if (a->certificate &&
        (strlen(a->certificate) != 64 || strspn(a->certificate, "0123456789abcdef") != 64))
        problem(r->all, where(r, &a->certificate, a),
                "a certificate is known by its SHA-256: 64 digits, 0-9 and a-f");
}

/* ---- servers -------------------------------------------------------------------------------- */
static const char *party_name(const void *list, size_t i)
{
    const char *name = ((const struct scenario_party *)list)[i].name;
    return name ? name : "";
}

static const struct scenario_party *check_named(struct reader *r, const struct scenario *s,
                                                const char *name, enum role role, struct place at)
{
    const struct scenario_party *p = scenario_party(s, name);
    if (!p)
        problem(r->all, at, "no party is called \"%s\"%s", name,
                did_you_mean(r->mem, nearest(name, party_name, s->parties, s->n_parties)));
    else if (p->role != role)
        problem(r->all, at, "party \"%s\" is a %s; a %s is wanted here", name, role_text(p->role),
                role_text(role));
    return p && p->role == role ? p : NULL;
}

static void check_app(struct reader *r, const struct scenario_party *p,
                      const struct scenario_app *a)
{
    if (a->path && *a->path != '/')
        problem(r->all, where(r, &a->path, a), "path \"%s\" does not begin with /", a->path);
    for (size_t i = 0; i < a->n_rules; i++)
        if (a->rules[i].given != RULE_ALLOWS && a->rules[i].given != RULE_DENIES)
            problem(r->all, where(r, &a->rules[i], a), "a rule has one of \"allow\" and \"deny\"");
    for (size_t i = 0; i < a->n_files; i++)
        if (a->files[i].path && *a->files[i].path != '/')
            problem(r->all, where(r, &a->files[i].path, a), "path \"%s\" does not begin with /",
                    a->files[i].path);
    if ((a->require_tls || a->require_certificate) && !p->server.tls)
        problem(r->all, where(r, a->require_tls ? &a->require_tls : &a->require_certificate, a),
                "service \"%s\" has no \"tls\"", p->name);
    for (size_t i = 0; i < p->server.n_apps; i++) {
        const struct scenario_app *b = &p->server.apps[i];
        if (b < a && a->path && b->path && strcmp(a->path, b->path) == 0)
            problem(r->all, where(r, &a->path, a), "a second application at %s", a->path);
    }
}

/* The member's own account, without which there is no secure channel. */
static void check_machine(struct reader *r, const struct scenario *s,
                          const struct scenario_party *p)
{
    const struct scenario_server *v = &p->server;
    const struct scenario_realm *realm = scenario_realm(s, p->realm);
    char *name = arena_printf(r->mem, "%s$", v->computer);
    const struct scenario_account *a = scenario_account(s, p->realm, name);
    if (!realm || !realm->sid || !v->controller || strcmp(v->controller, "none") == 0)
        return;
    check_named(r, s, v->controller, ROLE_KDC, where(r, &v->controller, p));
    if (!a)
        problem(r->all, where(r, &v->computer, p),
                "no account \"%s\" in %s: without it computer %s has no secure channel to \"%s\" "
                "(\"controller: none\": it is in no domain)",
                name, realm->name ? realm->name : "", v->computer, v->controller);
}

static void check_server(struct reader *r, const struct scenario *s, const struct scenario_party *p)
{
    const struct scenario_server *v = &p->server;
    const struct scenario_realm *local = v->local ? scenario_realm(s, v->local) : NULL;
    struct place at = where(r, &v->local, p);
    check_level(r, v->ntlm.level, where(r, &v->ntlm.level, p));
    check_in_realm(r, s, v->local, at);
    if (local && !local->local)
        problem(r->all, at, "realm %s is not \"local\": it has a KDC, not a machine", v->local);
    if (v->tls_port > UINT16_MAX)
        problem(r->all, where(r, &v->tls_port, p), "port %zu is more than 65535", v->tls_port);
    unsigned asks = AUTH_NTLM | AUTH_NEGOTIATE | AUTH_BASIC | AUTH_DIGEST;
    if (!v->n_apps && !(p->proxy.schemes & asks))
        return;
    check_machine(r, s, p);
    for (size_t i = 0; i < v->n_apps; i++)
        check_app(r, p, &v->apps[i]);
}

/* ---- browsers and proxies ------------------------------------------------------------------- */
static void check_browser(struct reader *r, const struct scenario *s,
                          const struct scenario_party *p)
{
    const struct scenario_browser *b = &p->browser;
    check_level(r, b->lm_level, where(r, &b->lm_level, p));
    if (b->proxy)
        check_named(r, s, b->proxy, ROLE_PROXY, where(r, &b->proxy, p));
    for (size_t i = 0; i < b->n_credentials; i++) {
        const struct scenario_credential *c = &b->credentials[i];
        if (c->implicit ? c->password != NULL : !c->user || !c->password)
            problem(r->all, where(r, c, p),
                    c->implicit ? "an implicit credential has no password: it is the logon's own"
                                : "a credential is either \"implicit\" or has \"user\" and "
                                  "\"password\"");
    }
}

void scenario_check_web(struct reader *r, const struct scenario *s)
{
    const struct scenario_realm *realm;
    for (size_t i = 0; (realm = scenario_realm_at(s, i)); i++)
        check_domain(r, realm);
    for (size_t i = 0; i < s->n_accounts; i++)
        check_member(r, s, &s->accounts[i]);
    for (size_t i = 0; i < s->n_parties; i++) {
        const struct scenario_party *p = &s->parties[i];
        if (!p->name)
            continue;
        if (p->role == ROLE_SERVICE || p->role == ROLE_PROXY)
            check_server(r, s, p);
        if (p->role == ROLE_CLIENT)
            check_browser(r, s, p);
        if (p->role == ROLE_PROXY && p->proxy.relay)
            check_named(r, s, p->proxy.relay, ROLE_SERVICE, where(r, &p->proxy.relay, p));
    }
}
