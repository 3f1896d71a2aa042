/* What the files of the pipeline share. Nothing outside service/ includes this. */
#ifndef SERVICE_WEB_INSIDE_H
#define SERVICE_WEB_INSIDE_H

#include "service/web.h"

/* An IPrincipal with the IIdentity in it (P39). */
enum principal_kind {
    PRINCIPAL_NONE,    /* a null reference */
    PRINCIPAL_WINDOWS, /* WindowsPrincipal: the token is its identity */
    PRINCIPAL_GENERIC, /* GenericPrincipal: a name, and whoever made it vouches for it */
};
struct web_principal {
    enum principal_kind kind;
    const char *name, *authentication; /* "": anonymous */
    const struct access_token *token;  /* PRINCIPAL_WINDOWS; NULL: the anonymous WindowsIdentity */
};

/* One request on its way through the pipeline. */
struct web_visit {
    const struct web_app *app;
    const struct web_machine *machine;
    const struct web_request *request;
    struct turn *turn;
    struct web_answer *out;

    const struct web_file *file;          /* NULL: none of this path, or every path is a page */
    const struct access_token *handed;    /* by IIS, in HttpContext.WorkerRequest; NULL: none */
    struct web_principal user, principal; /* HttpContext.User, Thread.CurrentPrincipal */
    const struct access_token *thread;    /* of the thread; NULL: it has the process's */
    struct web_identities shown;          /* as last told */
    const char *inside;                   /* who it was within the code's own impersonation */
    const char *remote;                   /* what came of the resource on another machine */
    bool complete;                        /* CompleteRequest: only EndRequest is left */
};

/* Stages of the table in web_pipeline.c. */
void web_hand_over(struct web_visit *);
void web_impersonate(struct web_visit *); /* web_handler.c */
void web_windows_module(struct web_visit *);
void web_forms_module(struct web_visit *);
void web_passport_module(struct web_visit *);
void web_default_module(struct web_visit *);
void web_url_module(struct web_visit *);
void web_file_module(struct web_visit *);
void web_handler(struct web_visit *);
void web_end(struct web_visit *);

/* IIS serves the file itself (web_static.c). */
void web_static_file(struct web_visit *);
/* May that token read the file? What has no descriptor may be read. False too where the descriptor
 * cannot be read itself: then the status is 500. */
bool web_may_read(struct web_visit *, const struct access_token *);
/* 401 and what follows from it for whoever asked. */
void web_unauthorized(struct web_visit *, int substatus, bool ask_again);
bool web_has_schemes(const struct web_visit *);

/* Of the thread, as WindowsIdentity.GetCurrent() has it. */
const struct access_token *web_current(const struct web_visit *);
struct web_identities web_who(const struct web_visit *);
/* Tells the three answers to "who is it" when one has changed since they were told last (P52). */
void web_tell_who(struct web_visit *);
const char *web_or_dash(const char *);
/* HttpContext.User's name, or words for nobody. */
const char *web_somebody(const struct web_visit *);

#endif
