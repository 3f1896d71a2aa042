/* ASP.NET's pipeline: its order, what its modules decide, what IIS does without it. */
#include "tests/service/web_hand.h"

#define DOM "S-1-5-21-1-2-3-"

/* ---- order (P40-P51) ------------------------------------------------------------------------- */

static void in_order(void **state)
{
    (void)state;
    by("Kerberos");
    assert_int_equal(ask(), 200);
    assert_string_equal(h.steps, "pipeline.token\n"
                                 "pipeline.who\n"
                                 "pipeline.runtime\n"
                                 "pipeline.application\n"
                                 "pipeline.process\n"
                                 "pipeline.begin-request\n"
                                 "pipeline.authenticate-request\n"
                                 "pipeline.windows.token\n"
                                 "pipeline.windows.roles\n"
                                 "pipeline.windows.user\n"
                                 "pipeline.who\n"
                                 "pipeline.module-idle\n"
                                 "pipeline.module-idle\n"
                                 "pipeline.default\n"
                                 "pipeline.who\n"
                                 "pipeline.anonymous-identification\n"
                                 "pipeline.authorize-request\n"
                                 "pipeline.url\n"
                                 "pipeline.file\n"
                                 "pipeline.handler\n"
                                 "pipeline.end-request\n");
    assert_string_equal(h.module_idle, "Forms\nPassport\n");
    assert_string_equal(h.decisions, "service.url: allow users=*\n");
    /* P46: the principal of the thread comes after that of the context. */
    assert_string_equal(h.who,
                        "- / " POOL " / -\n"
                        "- -> " ALICE " / " POOL " / -\n" ALICE " / " POOL " / - -> " ALICE "\n");
    assert_true(page_says("role: EXAMPLE\\Staff\n"));
    assert_true(page_says("role: NT AUTHORITY\\Authenticated Users\n"));
    assert_true(page_says("AuthenticationType: Kerberos\n"));
    assert_int_equal(h.answer.substatus, 0);
    assert_false(h.answer.challenge);
}

static void for_the_whole_request(void **state)
{
    (void)state;
    by("NTLM");
    h.app.impersonate = true;
    assert_int_equal(ask(), 200);
    const char *swap = strstr(h.steps, "pipeline.impersonate\npipeline.who\n");
    assert_true(swap && swap < strstr(h.steps, "pipeline.begin-request"));
    assert_non_null(strstr(h.who, "- / " POOL " -> " ALICE " / -\n"));
}

static void silence_changes_nothing(void **state)
{
    (void)state;
    by("NTLM");
    assert_int_equal(ask(), 200);
    struct bytes body = h.answer.body;
    h.turn.tell = NULL;
    assert_int_equal(ask(), 200);
    assert_true(bytes_equal(h.answer.body, body));
    assert_string_equal(h.steps, "");
}

/* ---- the other modules ----------------------------------------------------------------------- */

static const char *const unknown[] = {"?", NULL}, *const all[] = {"*", NULL};
static const struct url_rule deny_unknown[] = {{.users = unknown}};

static void forms(void **state)
{
    (void)state;
    h.app.mode = ASP_FORMS;
    h.app.rules = deny_unknown;
    h.app.n_rules = 1;
    anonymously();
    assert_int_equal(ask(), 302); /* a 401 becomes the way to the login page */
    assert_string_equal(h.answer.location, "/login.aspx");
    assert_false(h.answer.challenge);
    assert_int_equal(h.answer.substatus, 0);
    assert_true(was_told("forms.none"));
    assert_true(was_told("forms.login"));
    h.request.forms_user = "visitor";
    assert_int_equal(ask(), 200);
    assert_string_equal(h.answer.who.user, "visitor");
    assert_true(was_told("file-idle")); /* P48 */
    assert_false(page_says("role: "));
}

static void passport(void **state)
{
    (void)state;
    h.app.mode = ASP_PASSPORT;
    anonymously();
    assert_int_equal(ask(), 302);
    assert_non_null(h.answer.location);
    assert_true(was_told("passport!"));
    assert_false(was_told("handler"));
    assert_true(was_told("end-request"));
}

/* ---- UrlAuthorizationModule (P47) ------------------------------------------------------------ */

static void url_rules(void **state)
{
    (void)state;
    static const char *const alice[] = {"example\\ALICE", NULL}, *const ben[] = {"EXAMPLE\\ben",
                                                                                 NULL};
    static const char *const staff[] = {"EXAMPLE\\Staff", NULL};
    static const char *const admins[] = {"BUILTIN\\Administrators", NULL}, *const local[] = {
                                                                               "BUILTIN\\Users",
                                                                               NULL};
    static const char *const get[] = {"get", NULL}, *const post[] = {"POST", NULL};
    static const struct url_rule staff_only[] = {{.allow = true, .roles = staff}, {.users = all}};
    static const struct url_rule staff_last[] = {{.users = all}, {.allow = true, .roles = staff}};
    static const struct url_rule not_alice[] = {{.users = alice}};
    static const struct url_rule not_ben[] = {{.users = ben}};
    static const struct url_rule admins_only[] = {{.allow = true, .roles = admins}, {.users = all}};
    static const struct url_rule users_only[] = {{.allow = true, .roles = local}, {.users = all}};
    static const struct url_rule no_get[] = {{.users = all, .verbs = get}};
    static const struct url_rule no_post[] = {{.users = all, .verbs = post}};
    static const struct url_rule for_nobody[] = {{.allow = true}, {.users = all}};
    static const struct {
        const struct url_rule *rules;
        size_t n;
        int alice, nobody; /* status for her, and for an anonymous request */
    } table[] = {
        {NULL, 0, 200, 200},        {deny_unknown, 1, 200, 401}, {staff_only, 2, 200, 401},
        {staff_last, 2, 401, 401},  {not_alice, 1, 401, 200},    {not_ben, 1, 200, 200},
        {admins_only, 2, 401, 401}, {users_only, 2, 200, 401},   {no_get, 1, 401, 401},
        {no_post, 1, 200, 200},     {for_nobody, 2, 401, 401},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        h.app.rules = table[i].rules;
        h.app.n_rules = table[i].n;
        by("NTLM");
        if (ask() != table[i].alice)
            fail_msg("row %zu, alice: %d", i, h.answer.status);
        anonymously();
        if (ask() != table[i].nobody)
            fail_msg("row %zu, nobody: %d", i, h.answer.status);
        if (table[i].nobody == 401) {
            assert_int_equal(h.answer.substatus, 2);
            assert_true(h.answer.challenge);
            assert_false(was_told("file"));
            assert_true(was_told("end-request"));
        }
    }
    h.app.schemes = AUTH_ANONYMOUS; /* nothing to offer: nobody is asked */
    assert_int_equal(ask(), 401);
    assert_false(h.answer.challenge);
}

/* ---- FileAuthorizationModule (P48-P50) and IIS's own check (B9, E13) ------------------------- */

static const struct web_file files[] = {
    {.path = "/ben.txt", .sddl = "O:BAG:BAD:(A;;FR;;;" DOM "1107)", .text = "for Ben"},
    {.path = "/alice.txt", .sddl = "O:BAG:BAD:(A;;FR;;;" DOM "1104)", .text = "for Alice"},
    {.path = "/staff.txt", .sddl = "O:BAG:BAD:(A;;FR;;;" DOM "1105)"},
    {.path = "/free.txt", .text = "for all"},
    {.path = "/null.txt", .sddl = "O:BAD:NO_ACCESS_CONTROL"},
    {.path = "/empty.txt", .sddl = "O:BAD:"},
    {.path = "/iusr.txt", .sddl = "O:BAD:(A;;FR;;;S-1-5-21-7-7-7-1003)"},
    {.path = "/domain.txt", .sddl = "O:BAD:(A;;FR;;;DU)"},
    {.path = "/bad.txt", .sddl = "O:BAD:(A;;FR;;;EXAMPLE\\ben)"},
};

static const struct {
    const char *path;
    int alice, nobody; /* status, whoever serves it */
} readers[] = {
    {"/ben.txt", 401, 401},   {"/alice.txt", 200, 401},  {"/staff.txt", 200, 401},
    {"/free.txt", 200, 200},  {"/null.txt", 200, 200},   {"/empty.txt", 401, 401},
    {"/iusr.txt", 401, 200},  {"/domain.txt", 200, 401}, {"/bad.txt", 500, 500},
    {"/there.txt", 404, 404}, {"/BEN.TXT", 401, 401},
};

static void each_file(enum asp_mode mode)
{
    h.app.mode = mode;
    h.app.files = files;
    h.app.n_files = sizeof files / sizeof *files;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        h.request.path = bytes_str(readers[i].path);
        by("NTLM");
        if (ask() != readers[i].alice)
            fail_msg("%s, alice: %d", readers[i].path, h.answer.status);
        if (h.answer.status == 401) {
            assert_int_equal(h.answer.substatus, 3);
            assert_true(h.answer.challenge); /* somebody else may */
        }
        anonymously();
        if (ask() != readers[i].nobody)
            fail_msg("%s, nobody: %d", readers[i].path, h.answer.status);
    }
}

static void files_of_a_page(void **state)
{
    (void)state;
    each_file(ASP_WINDOWS);
}

static void files_of_iis(void **state)
{
    (void)state;
    each_file(ASP_ABSENT);
    by("NTLM");
    h.request.path = BYTES_LIT("/alice.txt");
    assert_int_equal(ask(), 200);
    assert_true(bytes_equal_str(h.answer.body, "for Alice\n"));
    assert_string_equal(h.answer.who.windows, ALICE);
    assert_string_equal(h.answer.who.authentication, "NTLM");
    assert_string_equal(h.answer.who.user, "-");
    assert_string_equal(h.decisions, "service.access: granted\n");
}

/* Anonymous and Integrated are both on, and only Ben may read: refused for good, or asked. */
static void bens_file(void **state)
{
    (void)state;
    static const enum asp_mode modes[] = {ASP_ABSENT, ASP_WINDOWS};
    h.app.files = files;
    h.app.n_files = 1;
    h.request.path = BYTES_LIT("/ben.txt");
    for (size_t i = 0; i < 2; i++)
        for (int retry = 0; retry < 2; retry++) {
            h.app.mode = modes[i];
            h.app.anonymous_retry = retry;
            anonymously();
            assert_int_equal(ask(), 401);
            assert_int_equal(h.answer.substatus, 3);
            assert_int_equal(h.answer.challenge, retry);
            if (modes[i] == ASP_ABSENT)
                assert_true(was_told(retry ? "anonymous-retry!" : "anonymous-final!"));
            h.request.user = user("ben", 1107, "NTLM", TOKEN_NETWORK);
            h.request.anonymous = false;
            assert_int_equal(ask(), 200);
        }
}

/* It is the caller's token that counts, not the thread's (P49). */
static void the_callers_token(void **state)
{
    (void)state;
    h.app.files = files;
    h.app.n_files = sizeof files / sizeof *files;
    h.app.impersonate = true;
    h.app.identity_user = "EXAMPLE\\svc";
    h.app.identity_password = "svc-pw";
    h.request.path = BYTES_LIT("/alice.txt");
    by("NTLM");
    assert_int_equal(ask(), 200);
    h.request.path = BYTES_LIT("/ben.txt");
    assert_int_equal(ask(), 401);
    assert_non_null(strstr(h.again, "offered"));
    assert_true(was_told("end-request"));
    assert_false(was_told("handler"));
    assert_string_equal(h.decisions, "service.url: allow users=*\n"
                                     "service.access: denied: read (0x120089)\n");
}

static void no_process(void **state)
{
    (void)state;
    by("NTLM");
    h.machine.pool = NULL;
    assert_false(web_pipeline(&h.app, &h.machine, &h.request, &h.turn, &h.answer));
    assert_false(web_pipeline(&h.app, NULL, &h.request, &h.turn, &h.answer));
}

/* ---- applications ---------------------------------------------------------------------------- */

static void the_longest_path(void **state)
{
    (void)state;
    static const struct web_app apps[] = {{.path = "/app"}, {.path = "/"}, {.path = "/app/deep/"}};
    static const struct {
        const char *path;
        int app;
    } table[] = {{"/", 1},           {"/x", 1},          {"/app", 0},
                 {"/APP/x", 0},      {"/apple", 1},      {"/app/deep", 2},
                 {"/app/deep/x", 2}, {"/app/deeper", 0}, {"", 1}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_ptr_equal(web_app_of(apps, 3, bytes_str(table[i].path)), &apps[table[i].app]);
    assert_null(web_app_of(apps, 1, BYTES_LIT("/x")));
    assert_null(web_app_of(NULL, 0, BYTES_LIT("/x")));
}

static void an_application_without_files(void **state)
{
    (void)state;
    by("NTLM");
    h.request.path = BYTES_LIT("/anything");
    assert_int_equal(ask(), 200);
    h.app.mode = ASP_ABSENT;
    assert_int_equal(ask(), 200);
    assert_true(bytes_equal_str(h.answer.body, ALICE "\n"));
    h.request.user = NULL;
    assert_int_equal(ask(), 200);
    assert_true(was_told("no-token"));
}

/* A name is what a controller says, maybe one of another realm. */
static void names_do_not_write_on_the_terminal(void **state)
{
    (void)state;
    static const enum asp_mode modes[] = {ASP_WINDOWS, ASP_ABSENT};
    for (size_t i = 0; i < 2; i++) {
        h.request.user = user("al\x1b[2J\nrole: Boss", 1104, "NTLM", TOKEN_NETWORK);
        h.app.mode = modes[i];
        assert_int_equal(ask(), 200);
        assert_null(memchr(h.answer.body.p, 0x1b, h.answer.body.n));
        assert_null(memmem(h.answer.body.p, h.answer.body.n, "\nrole: Boss", 11));
        assert_non_null(memmem(h.answer.body.p, h.answer.body.n, "\\x1b[2J\\x0arole: Boss", 19));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WEB_TEST(in_order),
        WEB_TEST(for_the_whole_request),
        WEB_TEST(silence_changes_nothing),
        WEB_TEST(forms),
        WEB_TEST(passport),
        WEB_TEST(no_process),
        WEB_TEST(url_rules),
        WEB_TEST(files_of_a_page),
        WEB_TEST(files_of_iis),
        WEB_TEST(bens_file),
        WEB_TEST(the_callers_token),
        WEB_TEST(the_longest_path),
        WEB_TEST(an_application_without_files),
        WEB_TEST(names_do_not_write_on_the_terminal),
    };
    return cmocka_run_group_tests_name("the pipeline of a web server", tests, NULL, NULL);
}
