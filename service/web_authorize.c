/* May he: the modules at AuthorizeRequest, and what a 401 means for whoever asked. */
#include "service/web_inside.h"

#include <string.h>

bool web_has_schemes(const struct web_visit *v)
{
    return (v->app->schemes & ~(unsigned)AUTH_ANONYMOUS) != 0;
}

/* 401, not 403: somebody else may be let in, so the client is asked who it is, again if need be
 * (RFC 9110 15.5.2). */
void web_unauthorized(struct web_visit *v, int substatus, bool ask_again)
{
    v->out->status = 401;
    v->out->substatus = substatus;
    v->out->challenge = ask_again && web_has_schemes(v);
    v->complete = true;
}

/* ---- UrlAuthorizationModule (P47) ------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
    return bytes_equal_nocase(bytes_str(a), bytes_str(b));
}

static bool in_role(const struct web_principal *p, const char *role)
{
    const struct access_token *t = p->token;
    for (size_t i = 0; t && i < t->n_groups; i++)
        if (t->groups[i].attributes & GROUP_ENABLED && t->groups[i].name &&
            same(t->groups[i].name, role))
            return true;
    return false;
}

/* A logon as nobody has a name too, and authenticates nobody for it. */
static bool is_unknown(const struct web_principal *p)
{
    static const struct sid anonymous = {5, 1, {7}};
    return !*p->name || (p->token && sid_equal(&p->token->user, &anonymous));
}

static bool is_user(const struct web_principal *p, const char *user)
{
    if (strcmp(user, "*") == 0)
        return true;
    return strcmp(user, "?") == 0 ? is_unknown(p) : *p->name && same(p->name, user);
}

static bool verb_fits(const struct web_visit *v, const struct url_rule *rule)
{
    for (size_t i = 0; rule->verbs && rule->verbs[i]; i++)
        if (bytes_equal_nocase(v->request->method, bytes_str(rule->verbs[i])))
            return true;
    return !rule->verbs;
}

static bool fits(const struct web_visit *v, const struct url_rule *rule)
{
    if (!verb_fits(v, rule))
        return false;
    for (size_t i = 0; rule->users && rule->users[i]; i++)
        if (is_user(&v->user, rule->users[i]))
            return true;
    for (size_t i = 0; rule->roles && rule->roles[i]; i++)
        if (in_role(&v->user, rule->roles[i]))
            return true;
    return false;
}

static const char *joined(struct arena *mem, const char *text, const char *name,
                          const char *const *list)
{
    for (size_t i = 0; list && list[i]; i++)
        text =
            arena_printf(mem, "%s%s%s", text, i ? "," : arena_printf(mem, " %s=", name), list[i]);
    return text;
}

static const char *rule_text(struct arena *mem, const struct url_rule *rule)
{
    const char *text = rule->allow ? "allow" : "deny";
    text = joined(mem, text, "users", rule->users);
    text = joined(mem, text, "roles", rule->roles);
    return joined(mem, text, "verbs", rule->verbs);
}

static const char *const everybody[] = {"*", NULL};
static const struct url_rule inherited = {.allow = true, .users = everybody};

static const char *rules_text(const struct web_visit *v)
{
    struct arena *mem = v->turn->mem;
    const char *text = "";
    for (size_t i = 0; i < v->app->n_rules; i++)
        text = arena_printf(mem, "%s%s; ", text, rule_text(mem, &v->app->rules[i]));
    return arena_printf(mem, "%sinherited: %s", text, rule_text(mem, &inherited));
}

static void tell_url(const struct web_visit *v, const struct url_rule *rule)
{
    struct arena *mem = v->turn->mem;
    const char *roles = "";
    if (!told(v->turn))
        return;
    for (size_t i = 0; v->user.token && i < v->user.token->n_groups; i++)
        if (v->user.token->groups[i].name)
            roles = arena_printf(mem, "%s%s%s", roles, *roles ? ", " : "",
                                 v->user.token->groups[i].name);
    const char *subject = v->user.token ? v->user.token->user_only : web_or_dash(v->user.name);
    const struct decision_input inputs[] = {
        {"user", subject, web_or_dash(v->user.name)},
        {"roles", subject, web_or_dash(roles)},
        {"verb", subject, arena_str(mem, v->request->method)},
        {"rules", v->app->path, rules_text(v)},
    };
    tell_decision(v->turn, .id = "service.url",
                  .rule = "The first rule that names the verb and the user or one of his roles "
                          "decides: ? is whoever is not authenticated, * is everybody. Behind the "
                          "application's rules stands the inherited one, which allows everybody.",
                  .outcome = rule_text(mem, rule), .spec = "ASP.NET 2.0 <authorization>",
                  .inputs = inputs, .n = sizeof inputs / sizeof *inputs);
}

void web_url_module(struct web_visit *v)
{
    struct arena *mem = v->turn->mem;
    size_t i = 0;
    while (i < v->app->n_rules && !fits(v, &v->app->rules[i]))
        i++;
    const struct url_rule *rule = i < v->app->n_rules ? &v->app->rules[i] : &inherited;
    if (told(v->turn))
        tell(v->turn, rule->allow ? STEP_DONE : STEP_REFUSED, "service.pipeline.url",
             A_STR("who", web_somebody(v)), A_TEXT("verb", v->request->method),
             A_STR("rule", rule_text(mem, rule)),
             A_STR("inherited", rule == &inherited ? "the inherited rule" : ""),
             A_INT("number", (int64_t)i + 1));
    tell_url(v, rule);
    if (!rule->allow)
        web_unauthorized(v, 2, true);
}

/* ---- FileAuthorizationModule (P48-P50) ------------------------------------------------------- */

bool web_may_read(struct web_visit *v, const struct access_token *token)
{
    struct security_descriptor d;
    const struct web_machine *m = v->machine;
    const char *why;
    if (!v->file || !v->file->sddl)
        return true;
    if (!sddl_read(v->turn->mem, v->file->sddl, m->domain_sid ? m->domain_sid : &m->sid, &d,
                   &why)) {
        v->out->status = 500;
        v->complete = true;
        tell(v->turn, STEP_REFUSED, "service.pipeline.descriptor", A_STR("file", v->file->path),
             A_STR("why", why));
        return false;
    }
    return access_check(v->turn, &d, token, FILE_GENERIC_READ, v->file->path).granted;
}

/* The token is the one that IIS handed over, IUSR's too, whatever the thread has. */
void web_file_module(struct web_visit *v)
{
    if (v->user.kind != PRINCIPAL_WINDOWS) {
        tell(v->turn, STEP_NOTED, "service.pipeline.file-idle", A_STR("who", web_somebody(v)));
        return;
    }
    if (web_may_read(v, v->handed)) {
        tell(v->turn, STEP_DONE, "service.pipeline.file", A_STR("who", v->handed->name),
             A_STR("file", v->file ? v->file->path : ""),
             A_STR("free", !v->file        ? "no file stands behind this page, so there is no list"
                           : v->file->sddl ? ""
                                           : "the file has no descriptor"));
        return;
    }
    if (v->complete)
        return;
    bool again = !v->request->anonymous || v->app->anonymous_retry;
    web_unauthorized(v, 3, again);
    tell(v->turn, STEP_REFUSED, "service.pipeline.file", A_STR("who", v->handed->name),
         A_STR("file", v->file->path),
         A_STR("again", v->out->challenge ? "the schemes are offered, and somebody who may could "
                                            "still come"
                                          : "no scheme is offered, so nobody is asked who he is"));
}
