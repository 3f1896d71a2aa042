/* Who it is: the modules at AuthenticateRequest, and the three answers that a page can get. */
#include "service/web_inside.h"

#include <string.h>

/* ---- the three answers (P52) ----------------------------------------------------------------- */

const char *web_or_dash(const char *s)
{
    return s && *s ? s : "-";
}

const char *web_somebody(const struct web_visit *v)
{
    return *v->user.name ? v->user.name : "the anonymous user";
}

const struct access_token *web_current(const struct web_visit *v)
{
    return v->thread ? v->thread : v->machine->pool;
}

struct web_identities web_who(const struct web_visit *v)
{
    return (struct web_identities){
        .user = web_or_dash(v->user.name),
        .windows = web_or_dash(web_current(v)->name),
        .thread = web_or_dash(v->principal.name),
        .authentication = web_or_dash(v->user.authentication),
        .process = v->machine->pool->name,
    };
}

/* "before -> now"; the name alone where it stayed. */
static const char *change(struct arena *mem, const char *before, const char *now)
{
    return !before || strcmp(before, now) == 0 ? now : arena_printf(mem, "%s -> %s", before, now);
}

void web_tell_who(struct web_visit *v)
{
    struct arena *mem = v->turn->mem;
    struct web_identities now = web_who(v), was = v->shown;
    if (!told(v->turn) ||
        (was.user && strcmp(was.user, now.user) == 0 && strcmp(was.windows, now.windows) == 0 &&
         strcmp(was.thread, now.thread) == 0))
        return;
    tell(v->turn, STEP_NOTED, "service.pipeline.who",
         A_STR("user", change(mem, was.user, now.user)),
         A_STR("windows", change(mem, was.windows, now.windows)),
         A_STR("thread", change(mem, was.thread, now.thread)));
    v->shown = now;
}

/* ---- WindowsAuthenticationModule (P43-P45) --------------------------------------------------- */

/* The roles of a WindowsPrincipal are its token's groups. */
static const char *roles_of(struct arena *mem, const struct access_token *t)
{
    const char *text = "";
    for (size_t i = 0; i < t->n_groups; i++) {
        const struct token_group *g = &t->groups[i];
        if (g->attributes & GROUP_ENABLED)
            text = arena_printf(mem, "%s%s%s", text, *text ? ", " : "",
                                g->name ? g->name : sid_text(mem, &g->sid));
    }
    return text;
}

/* IUSR's token stands for nobody, so its identity is the anonymous one; the token itself is still
 * there for whoever impersonates or checks a list. */
static void windows_principal(struct web_visit *v)
{
    const struct access_token *t = v->request->anonymous ? NULL : v->handed;
    v->user = (struct web_principal){PRINCIPAL_WINDOWS, t ? t->name : "", t ? t->package : "", t};
    tell(v->turn, STEP_DONE, "service.pipeline.windows.token", A_STR("who", v->handed->name));
    if (t)
        tell(v->turn, STEP_DONE, "service.pipeline.windows.roles",
             A_INT("count", (int64_t)t->n_groups), A_STR("roles", roles_of(v->turn->mem, t)));
    else
        tell(v->turn, STEP_NOTED, "service.pipeline.windows.anonymous",
             A_STR("who", v->handed->name));
    tell(v->turn, STEP_DONE, "service.pipeline.windows.user", A_STR("who", v->user.name),
         A_STR("package", v->user.authentication));
}

static const char *const modes[] = {[ASP_WINDOWS] = "Windows",
                                    [ASP_FORMS] = "Forms",
                                    [ASP_PASSPORT] = "Passport",
                                    [ASP_NONE] = "None"};

/* Of the three modules only the one that <authentication mode> names acts (P41). */
static bool acts(struct web_visit *v, enum asp_mode mode)
{
    if (v->app->mode != mode)
        tell(v->turn, STEP_NOTED, "service.pipeline.module-idle", A_STR("module", modes[mode]),
             A_STR("mode", modes[v->app->mode]));
    return v->app->mode == mode;
}

void web_windows_module(struct web_visit *v)
{
    if (!acts(v, ASP_WINDOWS))
        return;
    if (v->handed)
        windows_principal(v);
    else
        tell(v->turn, STEP_NOTED, "service.pipeline.windows.none");
}

/* ---- the others ------------------------------------------------------------------------------ */

void web_forms_module(struct web_visit *v)
{
    const char *name = v->request->forms_user ? v->request->forms_user : v->app->forms_user;
    if (!acts(v, ASP_FORMS))
        return;
    if (!name) {
        tell(v->turn, STEP_NOTED, "service.pipeline.forms.none");
        return;
    }
    v->user = (struct web_principal){PRINCIPAL_GENERIC, name, "Forms", NULL};
    tell(v->turn, STEP_DONE, "service.pipeline.forms", A_STR("who", name));
}

/* Passport's servers are gone: what is left of it is where it sent people (E16). */
void web_passport_module(struct web_visit *v)
{
    if (!acts(v, ASP_PASSPORT))
        return;
    v->out->status = 302;
    v->out->location = "https://login.passport.test/";
    v->complete = true;
    tell(v->turn, STEP_REFUSED, "service.pipeline.passport", A_STR("location", v->out->location));
}

/* HttpContext.User is never a null reference from here on (P42), and Thread.CurrentPrincipal is
 * the same object (P46). */
void web_default_module(struct web_visit *v)
{
    if (v->user.kind == PRINCIPAL_NONE) {
        v->user = (struct web_principal){PRINCIPAL_GENERIC, "", "", NULL};
        tell(v->turn, STEP_DONE, "service.pipeline.default.anonymous",
             A_STR("mode", modes[v->app->mode]));
    }
    v->principal = v->user;
    tell(v->turn, STEP_DONE, "service.pipeline.default", A_STR("who", web_somebody(v)));
}
