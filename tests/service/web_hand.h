/* For the tests of the pipeline: a machine, its accounts, one request through it, what was told. */
#ifndef TESTS_SERVICE_WEB_HAND_H
#define TESTS_SERVICE_WEB_HAND_H

#include "service/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define POOL  "NT AUTHORITY\\NETWORK SERVICE"
#define IUSR  "WEB1\\IUSR_WEB1"
#define ALICE "EXAMPLE\\alice"

struct hand {
    struct story story;
    struct arena *mem;
    struct turn turn;
    struct web_machine machine;
    struct web_app app;
    struct web_request request;
    struct web_answer answer;
    char steps[4096]; /* ids after "service.", a line each; refusals end in "!" */
    char who[2048];   /* "user/windows/thread" as told, a line each */
    char decisions[1024];
    char again[128], module_idle[128];
};
static struct hand h;

static inline void put_line(char *to, size_t room, const char *text)
{
    size_t at = strlen(to);
    snprintf(to + at, room - at, "%s\n", text);
}

static inline const char *arg_named(const struct arg *a, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(a[i].name, name) == 0)
            return arena_str(h.mem, a[i].text);
    return "";
}

static inline void hear_step(struct story *s, const char *id, enum outcome o, const struct arg *a,
                             size_t n)
{
    (void)s;
    char line[128];
    snprintf(line, sizeof line, "%s%s", id + strlen("service."), o == STEP_REFUSED ? "!" : "");
    put_line(h.steps, sizeof h.steps, line);
    if (strcmp(id, "service.pipeline.who") == 0)
        put_line(h.who, sizeof h.who,
                 arena_printf(h.mem, "%s / %s / %s", arg_named(a, n, "user"),
                              arg_named(a, n, "windows"), arg_named(a, n, "thread")));
    if (strcmp(id, "service.pipeline.module-idle") == 0)
        put_line(h.module_idle, sizeof h.module_idle, arg_named(a, n, "module"));
    if (strcmp(id, "service.pipeline.file") == 0)
        snprintf(h.again, sizeof h.again, "%s", arg_named(a, n, "again"));
}

static inline void hear_decision(struct story *s, const struct decision_told *d)
{
    (void)s;
    put_line(h.decisions, sizeof h.decisions, arena_printf(h.mem, "%s: %s", d->id, d->outcome));
}

static inline struct access_token *user(const char *name, uint32_t rid, const char *package,
                                        enum token_logon logon)
{
    static const struct group_membership groups[] = {{RID_DOMAIN_USERS, GROUP_USUAL},
                                                     {1105, GROUP_USUAL}};
    struct validation_info v = {.effective_name = bytes_str(name),
                                .logon_domain_name = BYTES_LIT("EXAMPLE"),
                                .logon_domain_id = {5, 4, {21, 1, 2, 3}},
                                .user_id = rid,
                                .primary_group_id = RID_DOMAIN_USERS,
                                .groups = groups,
                                .n_groups = rid == 1104 ? 2 : 1};
    return token_of_validation(h.mem, &v, package, logon, h.machine.names);
}

static inline const char *group_name(void *arg, const struct sid *s)
{
    (void)arg;
    return s->n == 5 && s->sub[4] == 1105               ? "EXAMPLE\\Staff"
           : s->n == 5 && s->sub[4] == RID_DOMAIN_USERS ? "EXAMPLE\\Domain Users"
                                                        : NULL;
}

/* Knows one account, EXAMPLE\svc with the password svc-pw. */
static inline const struct access_token *log_on(void *arg, struct turn *t, const char *name,
                                                const char *password)
{
    (void)arg;
    (void)t;
    if (strcmp(name, "EXAMPLE\\svc") || strcmp(password, "svc-pw"))
        return NULL;
    return user("svc", 1110, "", TOKEN_CLEARTEXT);
}

static inline struct access_token *alice_by(const char *package)
{
    return user("alice", 1104, package, strcmp(package, "Basic") ? TOKEN_NETWORK : TOKEN_CLEARTEXT);
}

static inline int hand_begin(void **state)
{
    static const struct group_names names = {group_name, NULL};
    static const struct sid domain = {5, 4, {21, 1, 2, 3}};
    struct sid pool = {5, 1, {20}}, iusr = {5, 5, {21, 7, 7, 7, 1003}};
    (void)state;
    h = (struct hand){.story = {hear_step, NULL, hear_decision}};
    h.mem = arena_new(1 << 18);
    h.turn = (struct turn){.mem = h.mem, .tell = &h.story};
    h.machine = (struct web_machine){
        .name = "WEB1",
        .domain = "EXAMPLE",
        .iusr = IUSR,
        .sid = {5, 4, {21, 7, 7, 7}},
        .domain_sid = &domain,
        .pool = token_of_account(h.mem, &pool, POOL, TOKEN_SERVICE),
        .anonymous = token_of_account(h.mem, &iusr, IUSR, TOKEN_ANONYMOUS),
        .logon = log_on,
        .names = &names,
    };
    h.app = (struct web_app){.path = "/", .schemes = AUTH_INTEGRATED, .mode = ASP_WINDOWS};
    h.request = (struct web_request){.method = BYTES_LIT("GET"), .path = BYTES_LIT("/page.aspx")};
    return 0;
}

static inline int hand_end(void **state)
{
    (void)state;
    arena_free(h.mem);
    return 0;
}
#define WEB_TEST(f) cmocka_unit_test_setup_teardown(f, hand_begin, hand_end)

static inline void by(const char *package)
{
    h.request.user = alice_by(package);
    h.request.anonymous = false;
}

static inline void anonymously(void)
{
    h.request.user = h.machine.anonymous;
    h.request.anonymous = true;
    h.app.schemes |= AUTH_ANONYMOUS;
}

static inline int ask(void)
{
    h.steps[0] = h.who[0] = h.decisions[0] = h.again[0] = h.module_idle[0] = '\0';
    assert_true(web_pipeline(&h.app, &h.machine, &h.request, &h.turn, &h.answer));
    return h.answer.status;
}

static inline bool page_says(const char *text)
{
    return strstr(arena_str(h.mem, h.answer.body), text) != NULL;
}

static inline bool was_told(const char *step)
{
    const char *line = arena_printf(h.mem, "pipeline.%s\n", step);
    const char *at = strstr(h.steps, line);
    return at && (at == h.steps || at[-1] == '\n');
}

#endif
