/* The reader of scenario files: what it makes of a good one. */
#include "sim/scenario.h"

#include "base/when.h"
#include "realm/realm.h"
#include "sim/scenario_rows.h"
#include "sim/scenario_values.h"
#include "wire/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

static int make_arena(void **state)
{
    (void)state;
    mem = arena_new(0);
    return mem ? 0 : -1;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

/* Lines 1 to 4 of every file here; what a test adds begins in line 5. */
#define HEAD "title: t\nrealm: {name: R}\naccounts:\n  - {name: alice, password: p}\n"
#define CAST                                                                                       \
    "  - {name: HTTP/www}\nparties:\n  - {name: alice, role: client, account: alice}\n"            \
    "  - {name: kdc, role: kdc}\n  - {name: www, role: service, spn: HTTP/www}\n" /* to line 9 */

/* ---- good ones ------------------------------------------------------------------------------ */
static void read_good(const char *text, struct scenario *s)
{
    char *error = NULL;
    bool ok = scenario_read(mem, "dir/my-lesson.yaml", bytes_str(text), s, &error);
    if (!ok)
        print_error("%s\n", error);
    assert_true(ok);
}

static void names_stay_names(void **state)
{
    (void)state;
    struct scenario s;
    read_good("\xef\xbb\xbf" /* as some editors begin a file */
              "title: 12:30\nrealm: {name: NO}\naccounts: [{name: 0x10, password: true}]\n",
              &s);
    assert_string_equal(s.title, "12:30");
    assert_string_equal(s.realm.name, "NO");
    assert_string_equal(s.accounts[0].name, "0x10");
    assert_string_equal(s.accounts[0].password, "true");
    assert_string_equal(s.name, "my-lesson");
    assert_string_equal(s.file, "dir/my-lesson.yaml");
}

static void what_is_left_out(void **state)
{
    (void)state;
    struct scenario s;
    read_good(HEAD CAST "steps:\n  - {do: logon, party: alice}\n  - {do: get, party: alice, spn: "
                        "HTTP/www}\n",
              &s);
    assert_int_equal(s.seed, 1);
    assert_int_equal(s.realm.skew, 5 * MINUTE);
    assert_int_equal(s.realm.udp_limit, 1465);
    assert_int_equal(s.realm.n_etypes, 2);
    assert_int_equal(s.realm.etypes[0], 18);
    assert_string_equal(s.parties[0].address, "10.0.0.11");
    assert_int_equal(s.parties[0].n_etypes, 2);
    assert_string_equal(s.parties[2].account, "HTTP/www");
    assert_string_equal(s.steps[0].principal, "alice");
    assert_string_equal(s.steps[0].password, "p");
    assert_string_equal(s.steps[1].service, "www");
    assert_string_equal(s.steps[1].host, "www");
    assert_string_equal(s.steps[1].target, "/");
    assert_true(s.steps[1].mutual);
    assert_int_equal(s.accounts[0].kvno, 1);
    assert_int_equal(s.accounts[1].line, 5);
}

static void every_kind_of_value(void **state)
{
    (void)state;
    struct scenario s;
    read_good(
        "title: t\nrealm: {name: R, etypes: [rc4-hmac, 17], skew: 1h30m}\n"
        "start: 2026-11-21T20:51:55Z\nseed: 18446744073709551615\n"
        "accounts:\n  - {name: a, password: x, flags: [disabled, no-server]}\n"
        "parties: [{name: a, role: client, account: a, clock: -6m, via: tcp}, {name: k, role: "
        "kdc}]\n"
        "steps:\n  - {do: logon, party: a, options: [forwardable, 8], expect: "
        "KRB_AP_ERR_SKEW}\n"
        "  - {do: logon, party: a, expect: no answer}\n  - {do: logon, party: a, expect: 24}\n"
        "tamper:\n  - {do: substitute, packet: 1, at: 2, octets: 00 ff}\n",
        &s);
    assert_int_equal(s.realm.etypes[0], 23);
    assert_int_equal(s.realm.etypes[1], 17);
    assert_int_equal(s.realm.skew, 90 * MINUTE);
    assert_int_equal(s.start, 1795294315 * SECOND);
    assert_true(s.seed == UINT64_MAX);
    assert_int_equal(s.accounts[0].flags, ACCOUNT_DISABLED | ACCOUNT_NO_SERVER);
    assert_int_equal(s.parties[0].clock, -6 * MINUTE);
    assert_int_equal(s.parties[0].via, VIA_TCP);
    assert_int_equal(s.steps[0].kdc_options, KDC_OPT_FORWARDABLE | KDC_OPT_RENEWABLE);
    assert_int_equal(s.steps[0].expect, KRB_AP_ERR_SKEW);
    assert_int_equal(s.steps[1].expect, EXPECT_NO_ANSWER);
    assert_int_equal(s.steps[2].expect, 24);
    assert_int_equal(s.tampers[0].octets.n, 2);
}

static void spans(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t span; /* NEVER: refused */
    } cases[] = {
        {"5m", 5 * MINUTE},
        {"-6m", -6 * MINUTE},
        {"+30s", 30 * SECOND},
        {"10h", 10 * HOUR},
        {"7d", 7 * DAY},
        {"250ms", SECOND / 4},
        {"1h30m", 90 * MINUTE},
        {"0", 0},
        {"", NEVER},
        {"5", NEVER},
        {"m", NEVER},
        {"--5m", NEVER},
        {"5 m", NEVER},
        {"5M", NEVER},
        {"5mm", NEVER},
        {"99999999999999999999d", NEVER},
        {"3661d", NEVER},
        {"3660d1s", NEVER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t span = NEVER;
        bool ok = span_read(cases[i].text, &span);
        assert_int_equal(ok, cases[i].span != NEVER);
        if (ok)
            assert_int_equal(span, cases[i].span);
    }
}

static void labels(void **state)
{
    (void)state;
    assert_true(scenario_message_is("AS-REQ", "AS-REQ"));
    assert_true(scenario_message_is("AS-REQ +timestamp", "AS-REQ"));
    assert_false(scenario_message_is("AS-REQ", "AS-REQ +timestamp"));
    assert_true(scenario_message_is("HTTP GET / + AP-REQ HTTP/www", "AP-REQ"));
    assert_true(scenario_message_is("KRB-ERROR 25 KDC_ERR_PREAUTH_REQUIRED", "KRB-ERROR 25"));
    assert_false(scenario_message_is("KRB-ERROR 25 KDC_ERR_PREAUTH_REQUIRED", "KRB-ERROR 2"));
    assert_false(scenario_message_is("TGS-REQ", "S-REQ"));
    assert_false(scenario_message_is("AS-REQ", ""));
}

static void builtins_are_good(void **state)
{
    (void)state;
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    assert_true(n >= 7);
    for (size_t i = 0; i < n; i++) {
        struct scenario s;
        char *error = NULL;
        assert_true(scenario_load(mem, all[i].name, &s, &error));
        assert_string_equal(s.name, all[i].name);
        assert_true(s.title && *s.title && *s.goal && *s.takeaway && s.n_try_next);
        assert_int_equal(s.start, 1795294315 * SECOND);
    }
}

static void not_there(void **state)
{
    (void)state;
    struct scenario s;
    char *error = NULL;
    assert_false(scenario_load(mem, "kerberos-logo", &s, &error));
    assert_string_equal(error, "no scenario 'kerberos-logo'; did you mean \"kerberos-logon\"?");
    assert_false(scenario_load(mem, "zzz", &s, &error));
    assert_string_equal(error, "no scenario 'zzz'; `tessera list` names them");
    assert_false(scenario_load(mem, "./nowhere.yaml", &s, &error));
    assert_string_equal(error, "./nowhere.yaml: No such file or directory");
}

/* docs/scenario.md names every key of every mapping. */
static void check_shape(const struct shape *shape, const char *text)
{
    for (size_t i = 0; i < shape->n; i++) {
        if (!strstr(text, arena_printf(mem, "`%s`", shape->rows[i].name)))
            fail_msg("docs/scenario.md lacks `%s` of %s", shape->rows[i].name, shape->what);
        if (shape->rows[i].shape)
            check_shape(shape->rows[i].shape, text);
    }
}

static void manual_is_complete(void **state)
{
    (void)state;
    static char text[65536];
    FILE *f = fopen("docs/scenario.md", "r");
    assert_non_null(f);
    assert_true(fread(text, 1, sizeof text - 1, f) > 1000);
    fclose(f);
    check_shape(&scenario_shape, text);
    const char *example = strstr(text, "```yaml\n") + 8;
    size_t n = (size_t)(strstr(example, "```") - example);
    struct scenario s;
    read_good(arena_str(mem, bytes_of(example, n)), &s);
}

/* MS-SAMR 2.2.6.5: from Sunday 00:00, the low bit first. */
static void hours_of_the_week(void **state)
{
    (void)state;
    const uint8_t *hours;
    assert_true(hours_read(mem, "Mon-Fri 08:00-18:00", &hours));
    assert_memory_equal(hours, "\0\0\0\0\xff\3\0\xff\3\0\xff\3\0\xff\3\0\xff\3\0\0\0", 21);
    assert_true(hours_read(mem, "Sat-Sun 00:00-24:00, Mon 00:00-01:00", &hours));
    assert_memory_equal(hours, "\xff\xff\xff\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff", 21);
    assert_true(hours_read(mem, "ff0000000000000000000000000000000000000000", &hours));
    assert_int_equal(hours[0], 0xff);
    static const char *const no_hours[] = {"",
                                           "Mon",
                                           "Mon 8:00-18:00",
                                           "Mon 08:30-18:00",
                                           "Mon 18:00-08:00",
                                           "Mon-Fri",
                                           "Mon-Fry 08:00-18:00",
                                           "Mon 08:00-25:00",
                                           "Mon 08:00-18:00,Tue",
                                           "Mon 08:00-18:00 ",
                                           "mon 08:00-18:00",
                                           "Mon 08:00 - 18:00",
                                           "ff000000000000000000000000000000000000000",
                                           "Mon  08:00-18:00"};
    for (size_t i = 0; i < sizeof no_hours / sizeof *no_hours; i++)
        if (hours_read(mem, no_hours[i], &hours))
            fail_msg("\"%s\" was taken", no_hours[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)
        TEST(hours_of_the_week),
        TEST(names_stay_names),
        TEST(what_is_left_out),
        TEST(every_kind_of_value),
        TEST(spans),
        TEST(labels),
        TEST(builtins_are_good),
        TEST(not_there),
        TEST(manual_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
