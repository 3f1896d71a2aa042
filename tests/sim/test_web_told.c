/* Each step of the pipeline and of access checks has its sentence, and every place in it is filled.
 * TOLD=1 prints them, for reading. */
#include "tests/service/web_hand.h"
#include "trace/catalogue.h"

#include <stdlib.h>

static struct trace_story teller;

static void run(const char *what)
{
    struct trace *trace = trace_new(h.mem);
    trace_story_init(&teller, trace);
    teller.party = "www";
    h.turn.tell = &teller.story;
    if (getenv("TOLD"))
        printf("\n== %s\n", what);
    ask();
    assert_true(trace->n > 0);
    for (size_t i = 0; i < trace->n; i++) {
        const struct event *e = trace->events[i];
        if (e->kind != EVENT_STEP)
            continue;
        const char *gap = sentence_gap(h.mem, e);
        if (gap)
            fail_msg("%s: %s: no %s", what, e->id, gap);
        if (getenv("TOLD"))
            printf("%-10s %s\n", e->outcome == STEP_REFUSED ? "refused" : "",
                   sentence_of(h.mem, e));
    }
}

static const char *const unknown[] = {"?", NULL};
static const struct url_rule deny_unknown[] = {{.users = unknown}};
static const struct web_file files[] = {
    {.path = "/page.aspx",
     .sddl = "O:S-1-5-21-1-2-3-1104D:(D;IO;FA;;;WD)(A;;GR;;;S-1-5-21-1-2-3-1107)"
             "(A;;0x1;;;S-1-5-21-1-2-3-1105)(A;;FR;;;WD)",
     .remote_spn = "MSSQLSvc/sql.example.test:1433"},
    {.path = "/ben.txt", .sddl = "O:BAG:BAD:(A;;FR;;;S-1-5-21-1-2-3-1107)"},
    {.path = "/deny.txt", .sddl = "D:(D;;FR;;;S-1-5-21-1-2-3-1105)(A;;FR;;;WD)"},
    {.path = "/null.txt", .sddl = "D:NO_ACCESS_CONTROL"},
    {.path = "/empty.txt", .sddl = "D:"},
    {.path = "/bad.txt", .sddl = "D:(A;;FR;;;ben)"},
};

static void with_files(void)
{
    h.app.files = files;
    h.app.n_files = sizeof files / sizeof *files;
}

static void every_sentence(void **state)
{
    (void)state;
    by("Kerberos");
    run("Windows, an application without files");
    with_files();
    run("Windows");
    for (size_t i = 1; i < sizeof files / sizeof *files; i++) {
        h.request.path = bytes_str(files[i].path);
        run(files[i].path);
    }
    h.request.path = BYTES_LIT("/none.txt");
    run("a page that is not there");
    h.request.path = BYTES_LIT("/page.aspx");
    h.app.impersonate = true;
    run("impersonation");
    h.app.identity_user = "EXAMPLE\\svc";
    h.app.identity_password = "svc-pw";
    run("a fixed identity");
    h.app.identity_password = "wrong";
    run("a fixed identity with a wrong password");
    h.app.impersonate = false;
    for (enum in_code c = CODE_IMPERSONATES; c <= CODE_FORGETS; c++) {
        h.app.code = c;
        run("in code");
    }
    h.app.mode = ASP_FORMS;
    h.app.forms_user = "visitor";
    run("Forms, in code");
    h.app.isapi_filter = h.app.impersonate = true;
    h.app.identity_user = NULL;
    h.app.mode = ASP_WINDOWS;
    run("an ISAPI filter");
}

static void every_sentence_for_nobody(void **state)
{
    (void)state;
    static const enum asp_mode modes[] = {ASP_WINDOWS, ASP_FORMS, ASP_PASSPORT, ASP_NONE,
                                          ASP_ABSENT};
    anonymously();
    with_files();
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        h.app.mode = modes[i];
        h.app.impersonate = i % 2 == 0;
        h.app.n_rules = 0;
        h.request.path = BYTES_LIT("/page.aspx");
        run("anonymous");
        h.app.rules = deny_unknown;
        h.app.n_rules = 1;
        run("anonymous, and not allowed");
        h.app.n_rules = 0;
        for (int retry = 0; retry < 2; retry++) {
            h.app.anonymous_retry = retry;
            h.request.path = BYTES_LIT("/ben.txt");
            run("Ben's file");
        }
        h.request.path = BYTES_LIT("/none.txt");
        run("no such file");
    }
    h.request.user = NULL;
    h.request.path = BYTES_LIT("/page.aspx");
    run("no token");
    by("NTLM");
    h.request.path = BYTES_LIT("/ben.txt");
    run("Alice at Ben's file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WEB_TEST(every_sentence),
        WEB_TEST(every_sentence_for_nobody),
    };
    return cmocka_run_group_tests_name("sentences of the web server", tests, NULL, NULL);
}
