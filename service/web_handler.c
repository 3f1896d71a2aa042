/* Under whose name it runs: impersonation by configuration and in code, and the page. */
#include "service/web_inside.h"

#include "base/text.h"

/* ---- by configuration (P54, P55, P57, P58) --------------------------------------------------- */

static void fixed_identity(struct web_visit *v)
{
    const struct web_app *app = v->app;
    const char *password = app->identity_password ? app->identity_password : "";
    tell(v->turn, STEP_NOTED, "service.pipeline.clear-text", A_STR("who", app->identity_user));
    v->thread = v->machine->logon
                    ? v->machine->logon(v->machine->arg, v->turn, app->identity_user, password)
                    : NULL;
    if (v->thread) {
        tell(v->turn, STEP_DONE, "service.pipeline.fixed", A_STR("who", v->thread->name));
        return;
    }
    v->out->status = 500;
    v->complete = true;
    tell(v->turn, STEP_REFUSED, "service.pipeline.fixed", A_STR("who", app->identity_user));
}

void web_impersonate(struct web_visit *v)
{
    const char *pool = v->machine->pool->name;
    if (!v->app->impersonate) {
        tell(v->turn, STEP_DONE, "service.pipeline.process", A_STR("pool", pool),
             A_STR("own", sid_known(&v->machine->pool->user) ? "" : "it is an account of its own"));
        return;
    }
    if (v->app->identity_user) {
        fixed_identity(v);
        return;
    }
    v->thread = v->handed;
    if (!v->thread)
        tell(v->turn, STEP_NOTED, "service.pipeline.impersonate-nobody", A_STR("pool", pool));
    else
        tell(v->turn, STEP_DONE, "service.pipeline.impersonate", A_STR("who", v->thread->name),
             A_STR("pool", pool),
             A_STR("anonymous", v->request->anonymous ? "all anonymous users share it" : ""));
}

/* ---- what the page opens elsewhere (P59, E12) ------------------------------------------------ */

static void open_remote(struct web_visit *v)
{
    if (!v->file || !v->file->remote_spn)
        return;
    struct next_hop hop = web_next_hop(v->turn, v->machine, web_current(v));
    tell(v->turn, hop.anonymous ? STEP_REFUSED : STEP_DONE, "service.pipeline.remote",
         A_STR("spn", v->file->remote_spn), A_STR("here", web_current(v)->name),
         A_STR("there", hop.who), A_STR("why", hop.why));
    v->remote = arena_printf(v->turn->mem, "%s: %s", v->file->remote_spn, hop.who);
    if (v->machine->open)
        v->machine->open(v->machine->arg, v->file->remote_spn, web_current(v), &hop);
}

/* ---- in the page's code (P56) ---------------------------------------------------------------- */

static const char *const ends[] = {
    [CODE_IMPERSONATES] = "service.pipeline.code.reverted",
    [CODE_THROWS] = "service.pipeline.code.exception",
    [CODE_FORGETS] = "service.pipeline.code.forgotten",
};

static void run_code(struct web_visit *v)
{
    const struct access_token *before = v->thread;
    if (v->app->code == CODE_NONE) {
        open_remote(v);
        return;
    }
    if (!v->user.token) {
        tell(v->turn, STEP_NOTED, "service.pipeline.code.nobody", A_STR("who", web_somebody(v)));
        open_remote(v);
        return;
    }
    v->thread = v->user.token;
    v->inside = v->thread->name;
    tell(v->turn, STEP_DONE, "service.pipeline.code", A_STR("who", v->thread->name));
    web_tell_who(v);
    open_remote(v);
    if (v->app->code != CODE_FORGETS)
        v->thread = before;
    tell(v->turn, v->app->code == CODE_FORGETS ? STEP_REFUSED : STEP_DONE, ends[v->app->code],
         A_STR("who", v->inside), A_STR("back", web_current(v)->name));
    web_tell_who(v);
}

/* ---- the page -------------------------------------------------------------------------------- */

/* Names are whatever a controller, ours or another realm's, says: what would move a cursor or begin
 * a line of its own is shown as an escape. */
static const char *shown(struct arena *mem, const char *name)
{
    return name ? text_escape(mem, bytes_str(name)) : NULL;
}

static const char *roles_lines(const struct web_visit *v)
{
    const struct access_token *t = v->user.token;
    struct arena *mem = v->turn->mem;
    const char *text = "";
    for (size_t i = 0; t && i < t->n_groups; i++)
        if (t->groups[i].attributes & GROUP_ENABLED)
            text = arena_printf(mem, "%srole: %s\n", text,
                                t->groups[i].name ? shown(mem, t->groups[i].name)
                                                  : sid_text(mem, &t->groups[i].sid));
    return text;
}

static const char *line(struct arena *mem, const char *what, const char *value)
{
    return value ? arena_printf(mem, "%s%s\n", what, value) : "";
}

static void print_page(struct web_visit *v)
{
    struct arena *mem = v->turn->mem;
    struct web_identities who = v->out->who = web_who(v);
    v->out->body = bytes_str(arena_printf(
        mem,
        "%sHttpContext.User: %s\nAuthenticationType: %s\nWindowsIdentity.GetCurrent(): %s\n"
        "Thread.CurrentPrincipal: %s\nprocess: %s\n%s%s%s",
        line(mem, "", v->file ? v->file->text : NULL), shown(mem, who.user),
        shown(mem, who.authentication), shown(mem, who.windows), shown(mem, who.thread),
        shown(mem, who.process), line(mem, "while impersonating in code: ", shown(mem, v->inside)),
        line(mem, "next machine, ", shown(mem, v->remote)), roles_lines(v)));
}

void web_handler(struct web_visit *v)
{
    if (v->app->n_files && !v->file) {
        v->out->status = 404;
        v->complete = true;
        tell(v->turn, STEP_REFUSED, "service.pipeline.missing", A_TEXT("path", v->request->path));
        return;
    }
    tell(v->turn, STEP_DONE, "service.pipeline.handler", A_STR("who", web_current(v)->name));
    run_code(v);
    print_page(v);
}

/* ---- the end --------------------------------------------------------------------------------- */

static const char *status_text(const struct web_visit *v)
{
    const struct web_answer *a = v->out;
    return arena_printf(v->turn->mem, a->substatus ? "%d.%d" : "%d", a->status, a->substatus);
}

/* Forms has no challenge in HTTP: its module makes a way to the login page of the 401. */
void web_end(struct web_visit *v)
{
    v->out->who = web_who(v);
    if (v->app->mode == ASP_FORMS && v->out->status == 401) {
        v->out->status = 302;
        v->out->substatus = 0;
        v->out->challenge = false;
        v->out->location = "/login.aspx";
        tell(v->turn, STEP_DONE, "service.pipeline.forms.login",
             A_STR("location", v->out->location));
    }
    tell(v->turn, STEP_DONE, "service.pipeline.end-request", A_STR("status", status_text(v)),
         A_STR("challenge", v->out->challenge ? "the schemes are offered again" : ""));
}
