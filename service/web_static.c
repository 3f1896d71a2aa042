/* A file that IIS serves itself: it opens it under the request's token (B9, E13). */
#include "service/web_inside.h"

#include "base/text.h"

static void serve(struct web_visit *v)
{
    struct arena *mem = v->turn->mem;
    const char *text =
        v->file && v->file->text ? v->file->text : text_escape(mem, bytes_str(v->out->who.windows));
    v->out->body = bytes_str(arena_printf(mem, "%s\n", text));
    tell(v->turn, STEP_DONE, "service.pipeline.static", A_STR("who", v->out->who.windows),
         A_STR("file", v->file ? v->file->path : ""));
}

/* The two policies for an anonymous account that may not read: the document about BITS has the
 * client refused for good, IIS offers the other schemes. */
static void denied(struct web_visit *v)
{
    bool again = !v->request->anonymous || v->app->anonymous_retry;
    web_unauthorized(v, 3, again);
    if (!v->request->anonymous)
        tell(v->turn, STEP_REFUSED, "service.pipeline.static", A_STR("who", v->handed->name),
             A_STR("file", v->file->path));
    else
        tell(v->turn, STEP_REFUSED,
             v->out->challenge ? "service.pipeline.anonymous-retry"
                               : "service.pipeline.anonymous-final",
             A_STR("who", v->handed->name), A_STR("file", v->file->path));
}

void web_static_file(struct web_visit *v)
{
    web_hand_over(v);
    v->thread = v->handed;
    v->out->who = web_who(v);
    v->out->who.authentication = web_or_dash(v->handed ? v->handed->package : "");
    if (v->app->n_files && !v->file) {
        v->out->status = 404;
        tell(v->turn, STEP_REFUSED, "service.pipeline.missing", A_TEXT("path", v->request->path));
    } else if (web_may_read(v, web_current(v))) {
        serve(v);
    } else if (!v->complete) {
        denied(v);
    }
    v->out->who.user = v->out->who.thread = "-";
}
