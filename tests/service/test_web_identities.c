/* Table 1 and the other modes of IIS: who it is, by each of three questions (P52, P53), and what
 * the next machine sees (P59, E12). */
#include "tests/service/web_hand.h"

/* ---- the matrix ------------------------------------------------------------------------------ */

enum setting { IMPERSONATE_WINDOWS, WINDOWS, IMPERSONATE_FORMS, FORMS, SETTINGS };
static const struct {
    bool impersonate;
    enum asp_mode mode;
} settings[SETTINGS] = {[IMPERSONATE_WINDOWS] = {true, ASP_WINDOWS},
                        [WINDOWS] = {false, ASP_WINDOWS},
                        [IMPERSONATE_FORMS] = {true, ASP_FORMS},
                        [FORMS] = {false, ASP_FORMS}};

static const struct {
    const char *iis; /* "": anonymous; else the AuthenticationType */
    enum setting setting;
    const char *user, *windows, *thread;
} cells[] = {
    {"Negotiate", IMPERSONATE_WINDOWS, ALICE, ALICE, ALICE},
    {"Negotiate", WINDOWS, ALICE, POOL, ALICE},
    {"Negotiate", IMPERSONATE_FORMS, "visitor", ALICE, "visitor"},
    {"Negotiate", FORMS, "visitor", POOL, "visitor"},
    {"Kerberos", IMPERSONATE_WINDOWS, ALICE, ALICE, ALICE},
    {"Kerberos", WINDOWS, ALICE, POOL, ALICE},
    {"Kerberos", IMPERSONATE_FORMS, "visitor", ALICE, "visitor"},
    {"Kerberos", FORMS, "visitor", POOL, "visitor"},
    {"NTLM", IMPERSONATE_WINDOWS, ALICE, ALICE, ALICE},
    {"NTLM", WINDOWS, ALICE, POOL, ALICE},
    {"NTLM", IMPERSONATE_FORMS, "visitor", ALICE, "visitor"},
    {"NTLM", FORMS, "visitor", POOL, "visitor"},
    {"Basic", IMPERSONATE_WINDOWS, ALICE, ALICE, ALICE},
    {"Basic", WINDOWS, ALICE, POOL, ALICE},
    {"Basic", IMPERSONATE_FORMS, "visitor", ALICE, "visitor"},
    {"Basic", FORMS, "visitor", POOL, "visitor"},
    {"Digest", IMPERSONATE_WINDOWS, ALICE, ALICE, ALICE},
    {"Digest", WINDOWS, ALICE, POOL, ALICE},
    {"Digest", IMPERSONATE_FORMS, "visitor", ALICE, "visitor"},
    {"Digest", FORMS, "visitor", POOL, "visitor"},
    {"SSL/PCT", IMPERSONATE_WINDOWS, ALICE, ALICE, ALICE},
    {"SSL/PCT", WINDOWS, ALICE, POOL, ALICE},
    {"SSL/PCT", IMPERSONATE_FORMS, "visitor", ALICE, "visitor"},
    {"SSL/PCT", FORMS, "visitor", POOL, "visitor"},
    {"", IMPERSONATE_WINDOWS, "-", IUSR, "-"},
    {"", WINDOWS, "-", POOL, "-"},
    {"", IMPERSONATE_FORMS, "visitor", IUSR, "visitor"},
    {"", FORMS, "visitor", POOL, "visitor"},
};

static void every_cell(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        bool forms = settings[cells[i].setting].mode == ASP_FORMS;
        h.app.mode = settings[cells[i].setting].mode;
        h.app.impersonate = settings[cells[i].setting].impersonate;
        h.app.forms_user = forms ? "visitor" : NULL;
        if (*cells[i].iis)
            by(cells[i].iis);
        else
            anonymously();
        assert_int_equal(ask(), 200);
        const struct web_identities *w = &h.answer.who;
        if (strcmp(w->user, cells[i].user) || strcmp(w->windows, cells[i].windows) ||
            strcmp(w->thread, cells[i].thread))
            fail_msg("%s, setting %d: %s / %s / %s", cells[i].iis, cells[i].setting, w->user,
                     w->windows, w->thread);
        assert_string_equal(w->process, POOL);
        assert_string_equal(w->authentication, forms           ? "Forms"
                                               : *cells[i].iis ? cells[i].iis
                                                               : "-");
        assert_true(page_says(arena_printf(h.mem, "HttpContext.User: %s\n", cells[i].user)));
        assert_true(
            page_says(arena_printf(h.mem, "WindowsIdentity.GetCurrent(): %s\n", cells[i].windows)));
        assert_true(
            page_says(arena_printf(h.mem, "Thread.CurrentPrincipal: %s\n", cells[i].thread)));
    }
}

/* No module acts: the user is anonymous, whoever IIS knows it to be (P42). */
static void mode_none(void **state)
{
    (void)state;
    h.app.mode = ASP_NONE;
    h.app.impersonate = true;
    by("NTLM");
    assert_int_equal(ask(), 200);
    assert_string_equal(h.answer.who.user, "-");
    assert_string_equal(h.answer.who.windows, ALICE);
    assert_string_equal(h.answer.who.thread, "-");
    assert_true(was_told("default.anonymous"));
    assert_string_equal(h.module_idle, "Windows\nForms\nPassport\n");
}

static void other_processes(void **state)
{
    (void)state;
    struct sid svc = {5, 5, {21, 1, 2, 3, 1110}};
    h.machine.pool = token_of_account(h.mem, &svc, "EXAMPLE\\svc", TOKEN_SERVICE);
    by("Kerberos");
    assert_int_equal(ask(), 200); /* P58: as much as a fixed identity, without impersonation */
    assert_string_equal(h.answer.who.windows, "EXAMPLE\\svc");
    assert_string_equal(h.answer.who.process, "EXAMPLE\\svc");
    assert_string_equal(h.answer.who.user, ALICE);
}

static void a_fixed_identity(void **state)
{
    (void)state;
    h.app.impersonate = true;
    h.app.identity_user = "EXAMPLE\\svc";
    h.app.identity_password = "svc-pw";
    by("Kerberos");
    assert_int_equal(ask(), 200);
    assert_string_equal(h.answer.who.windows, "EXAMPLE\\svc");
    assert_string_equal(h.answer.who.user, ALICE);
    assert_true(was_told("clear-text"));
    h.app.identity_password = "wrong";
    assert_int_equal(ask(), 500);
    assert_true(was_told("fixed!"));
    assert_false(was_told("handler"));
    h.app.identity_password = NULL;
    assert_int_equal(ask(), 500);
    h.machine.logon = NULL;
    assert_int_equal(ask(), 500);
    h.app.impersonate = false; /* the element's account is for impersonation only */
    assert_int_equal(ask(), 200);
    assert_string_equal(h.answer.who.windows, POOL);
}

/* ---- in code (P56) --------------------------------------------------------------------------- */

static void temporary_impersonation(void **state)
{
    (void)state;
    static const struct {
        enum in_code code;
        const char *step, *after;
    } table[] = {{CODE_IMPERSONATES, "code.reverted", POOL},
                 {CODE_THROWS, "code.exception", POOL},
                 {CODE_FORGETS, "code.forgotten!", ALICE}};
    by("NTLM");
    for (size_t i = 0; i < 3; i++) {
        h.app.code = table[i].code;
        assert_int_equal(ask(), 200);
        assert_true(was_told("code"));
        assert_true(was_told(table[i].step));
        assert_string_equal(h.answer.who.windows, table[i].after);
        assert_true(page_says("while impersonating in code: " ALICE "\n"));
    }
    assert_non_null(strstr(h.who, POOL " -> " ALICE));
    h.app.code = CODE_IMPERSONATES; /* and back to what it was, not to the process */
    h.app.impersonate = true;
    h.app.identity_user = "EXAMPLE\\svc";
    h.app.identity_password = "svc-pw";
    assert_int_equal(ask(), 200);
    assert_string_equal(h.answer.who.windows, "EXAMPLE\\svc");
}

static void nobody_to_impersonate(void **state)
{
    (void)state;
    h.app.code = CODE_IMPERSONATES;
    anonymously();
    assert_int_equal(ask(), 200);
    assert_true(was_told("code.nobody"));
    by("NTLM");
    h.app.mode = ASP_FORMS;
    h.app.forms_user = "visitor";
    assert_int_equal(ask(), 200);
    assert_true(was_told("code.nobody"));
    assert_string_equal(h.answer.who.windows, POOL);
}

/* A filter that authenticates by itself: no token, so nobody to be or to impersonate (P13). */
static void isapi_filter(void **state)
{
    (void)state;
    by("NTLM");
    h.app.isapi_filter = true;
    h.app.impersonate = true;
    assert_int_equal(ask(), 200);
    assert_string_equal(h.answer.who.user, "-");
    assert_string_equal(h.answer.who.windows, POOL);
    assert_true(was_told("isapi-filter"));
    assert_true(was_told("windows.none"));
    assert_true(was_told("impersonate-nobody"));
}

/* ---- the next machine ------------------------------------------------------------------------ */

#define ANONYMOUS "NT AUTHORITY\\ANONYMOUS LOGON"

static void each_token(void **state)
{
    (void)state;
    static const struct {
        const char *package;
        enum token_logon logon;
        bool delegated;
        const char *who;
    } table[] = {
        {"NTLM", TOKEN_NETWORK, false, ANONYMOUS},    {"Kerberos", TOKEN_NETWORK, false, ANONYMOUS},
        {"Kerberos", TOKEN_NETWORK, true, ALICE},     {"Digest", TOKEN_NETWORK, false, ANONYMOUS},
        {"SSL/PCT", TOKEN_NETWORK, false, ANONYMOUS}, {"Basic", TOKEN_CLEARTEXT, false, ALICE},
        {"", TOKEN_NETWORK, false, ANONYMOUS},        {"", TOKEN_CLEARTEXT, false, ALICE},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct access_token *t = user("alice", 1104, table[i].package, table[i].logon);
        t->has_delegated_tgt = table[i].delegated;
        struct next_hop hop = web_next_hop(&h.turn, &h.machine, t);
        assert_string_equal(hop.who, table[i].who);
        assert_int_equal(hop.anonymous, strcmp(hop.who, ANONYMOUS) == 0);
        assert_non_null(hop.why);
    }
    assert_non_null(strstr(h.decisions, "service.next-hop: " ANONYMOUS));
}

static void each_process(void **state)
{
    (void)state;
    static const struct {
        struct sid sid;
        const char *name, *who, *in_workgroup;
    } table[] = {
        {{5, 1, {20}}, POOL, "EXAMPLE\\WEB1$", ANONYMOUS},
        {{5, 1, {18}}, "NT AUTHORITY\\SYSTEM", "EXAMPLE\\WEB1$", ANONYMOUS},
        {{5, 1, {19}}, "NT AUTHORITY\\LOCAL SERVICE", ANONYMOUS, ANONYMOUS},
        {{5, 5, {21, 1, 2, 3, 1110}}, "EXAMPLE\\svc", "EXAMPLE\\svc", "EXAMPLE\\svc"},
    };
    struct web_machine alone = h.machine;
    alone.domain = NULL;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct access_token *t =
            token_of_account(h.mem, &table[i].sid, table[i].name, TOKEN_SERVICE);
        assert_string_equal(web_next_hop(&h.turn, &h.machine, t).who, table[i].who);
        assert_string_equal(web_next_hop(&h.turn, &alone, t).who, table[i].in_workgroup);
    }
    assert_true(web_next_hop(&h.turn, &h.machine, h.machine.anonymous).anonymous);
    struct access_token *kept = token_copy(h.mem, h.machine.anonymous);
    kept->password = BYTES_LIT("iusr-pw-1"); /* IIS logged it on with the password that it keeps */
    assert_string_equal(web_next_hop(&h.turn, &h.machine, kept).who, IUSR);
}

static void a_page_opens_something_elsewhere(void **state)
{
    (void)state;
    static const struct {
        const char *package;
        bool impersonate;
        enum in_code code;
        const char *who;
    } table[] = {
        {"NTLM", false, CODE_NONE, "EXAMPLE\\WEB1$"},  {"NTLM", true, CODE_NONE, ANONYMOUS},
        {"NTLM", false, CODE_IMPERSONATES, ANONYMOUS}, {"Basic", true, CODE_NONE, ALICE},
        {"Basic", false, CODE_IMPERSONATES, ALICE},
    };
    static const struct web_file files[] = {
        {.path = "/page.aspx", .remote_spn = "MSSQLSvc/sql.example.test:1433"}};
    h.app.files = files;
    h.app.n_files = 1;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        by(table[i].package);
        h.app.impersonate = table[i].impersonate;
        h.app.code = table[i].code;
        assert_int_equal(ask(), 200);
        assert_true(page_says(arena_printf(
            h.mem, "next machine, MSSQLSvc/sql.example.test:1433: %s\n", table[i].who)));
        assert_true(was_told(strcmp(table[i].who, ANONYMOUS) ? "remote" : "remote!"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WEB_TEST(every_cell),
        WEB_TEST(mode_none),
        WEB_TEST(other_processes),
        WEB_TEST(a_fixed_identity),
        WEB_TEST(temporary_impersonation),
        WEB_TEST(nobody_to_impersonate),
        WEB_TEST(isapi_filter),
        WEB_TEST(each_token),
        WEB_TEST(each_process),
        WEB_TEST(a_page_opens_something_elsewhere),
    };
    return cmocka_run_group_tests_name("identities of a web server", tests, NULL, NULL);
}
