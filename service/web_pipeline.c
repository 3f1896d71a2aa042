/* ASP.NET's pipeline (P40): events in their order, at each the modules that listen to it. */
#include "service/web_inside.h"

#include <string.h>

static const struct stage {
    const char *step; /* told when it begins; NULL: it tells its own */
    void (*run)(struct web_visit *);
} stages[] = {
    {NULL, web_hand_over},                  /* IIS: whose token, and to whom (P2) */
    {"service.pipeline.runtime", NULL},     /* HttpRuntime makes the HttpContext */
    {"service.pipeline.application", NULL}, /* HttpApplicationFactory gives one out */
    {NULL, web_impersonate},                /* P54, P55, P57, P58 */
    {"service.pipeline.begin-request", NULL},
    {"service.pipeline.authenticate-request", NULL}, /* of three modules one acts (P41) */
    {NULL, web_windows_module},                      /* P43-P45 */
    {NULL, web_forms_module},
    {NULL, web_passport_module},                         /* E16 */
    {NULL, web_default_module},                          /* P42, P46 */
    {"service.pipeline.anonymous-identification", NULL}, /* P51 */
    {"service.pipeline.authorize-request", NULL},
    {NULL, web_url_module},  /* P47 */
    {NULL, web_file_module}, /* P48-P50 */
    {NULL, web_handler},     /* P54-P59 */
};

/* ---- where the request belongs --------------------------------------------------------------- */

static bool begins(struct bytes path, struct bytes app)
{
    while (app.n && app.p[app.n - 1] == '/')
        app.n--;
    return app.n == 0 || (bytes_equal_nocase(bytes_slice(path, 0, app.n), app) &&
                          (path.n == app.n || path.p[app.n] == '/'));
}

const struct web_app *web_app_of(const struct web_app *apps, size_t n, struct bytes path)
{
    const struct web_app *best = NULL;
    for (size_t i = 0; i < n; i++)
        if (begins(path, bytes_str(apps[i].path)) &&
            (!best || strlen(apps[i].path) > strlen(best->path)))
            best = &apps[i];
    return best;
}

static const struct web_file *file_of(const struct web_app *app, struct bytes path)
{
    for (size_t i = 0; i < app->n_files; i++)
        if (bytes_equal_nocase(bytes_str(app->files[i].path), path))
            return &app->files[i];
    return NULL;
}

/* ---- IIS and ASP.NET ------------------------------------------------------------------------- */

/* A filter that authenticates by itself leaves IIS without a token to hand over (P13). */
void web_hand_over(struct web_visit *v)
{
    if (v->app->isapi_filter) {
        tell(v->turn, STEP_NOTED, "service.pipeline.isapi-filter");
        return;
    }
    v->handed = v->request->user;
    if (!v->handed)
        tell(v->turn, STEP_NOTED, "service.pipeline.no-token");
    else if (v->request->anonymous)
        tell(v->turn, STEP_DONE, "service.pipeline.iusr", A_STR("who", v->handed->name),
             A_SID("sid", sid_text(v->turn->mem, &v->handed->user)));
    else
        tell(v->turn, STEP_DONE, "service.pipeline.token", A_STR("who", v->handed->name),
             A_STR("package", v->handed->package),
             A_STR("from", v->handed->where_from ? v->handed->where_from : ""));
}

static void run_stages(struct web_visit *v)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages && !v->complete; i++) {
        if (stages[i].step)
            tell(v->turn, STEP_DONE, stages[i].step);
        if (stages[i].run)
            stages[i].run(v);
        web_tell_who(v);
    }
    web_end(v);
}

bool web_pipeline(const struct web_app *app, const struct web_machine *machine,
                  const struct web_request *request, struct turn *t, struct web_answer *out)
{
    struct web_visit v = {
        .app = app, .machine = machine, .request = request, .turn = t, .out = out};
    *out = (struct web_answer){.status = 200};
    if (!machine || !machine->pool)
        return false;
    v.user.name = v.user.authentication = "";
    v.principal = (struct web_principal){PRINCIPAL_GENERIC, "", "", NULL};
    v.file = file_of(app, request->path);
    if (app->mode == ASP_ABSENT)
        web_static_file(&v);
    else
        run_stages(&v);
    return true;
}
