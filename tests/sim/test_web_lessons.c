/* What the lessons about the web server claim: the eavesdropper's ledger is made of what passed,
 * and a page that opens something elsewhere is seen there as whoever it can prove. */
#include "tests/sim/runs.h"
#include "trace/catalogue.h"

static const char *arg_of(const struct event *e, const char *name)
{
    for (size_t i = 0; e && i < e->n_args; i++)
        if (strcmp(e->args[i].name, name) == 0)
            return arg_text(mem, &e->args[i]);
    return "";
}

static struct trace *run_lesson(const char *name)
{
    struct scenario *s = arena_new_of(mem, struct scenario);
    char *error = NULL;
    assert_true(scenario_load(mem, name, s, &error));
    return run_expecting(s, RUN_AS_EXPECTED);
}

/* ---- the eavesdropper ------------------------------------------------------------------------ */

static void the_ledger_grows(void **state)
{
    (void)state;
    static const char *const after[] = {
        "no password, and nothing to try one on",
        "something to try passwords on, of alice (Kerberos logon)",
        "something to try passwords on, of alice (Kerberos logon)",
        "something to try passwords on, of alice (Kerberos logon), EXAMPLE\\alice (NTLM)",
        "the password of EXAMPLE\\alice; something to try passwords on, of alice (Kerberos "
        "logon), EXAMPLE\\alice (NTLM)",
        "the password of EXAMPLE\\alice; something to try passwords on, of alice (Kerberos "
        "logon), EXAMPLE\\alice (NTLM), alice (Digest)",
        "the password of EXAMPLE\\alice; something to try passwords on, of alice (Kerberos "
        "logon), EXAMPLE\\alice (NTLM), alice (Digest)",
    };
    struct trace *t = run_lesson("eavesdropper");
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        assert_string_equal(arg_of(event_of(t, EVENT_STEP, "eve.ledger", i), "what"), after[i]);
    assert_string_equal(arg_of(event_of(t, EVENT_STEP, "eve.password", 0), "what"), "alice-pw-1");
    assert_null(event_of(t, EVENT_STEP, "eve.password", 1)); /* the second time it was inside TLS */
    assert_non_null(event_of(t, EVENT_STEP, "eve.ticket", 0));
    assert_non_null(event_of(t, EVENT_STEP, "eve.lengths", 3));
    assert_null(event_of(t, EVENT_STEP, "eve.lengths", 4));
}

#define FILE_                                                                                      \
    "title: t\ngoal: g\ntakeaway: t\n"                                                             \
    "realm: {name: EXAMPLE.TEST, sid: S-1-5-21-1-2-3}\n"                                           \
    "accounts:\n"                                                                                  \
    "  - {name: alice, password: alice-pw-1}\n"                                                    \
    "  - {name: svc, password: svc-pw-1}\n"                                                        \
    "  - {name: WEB1$, password: web1-pw-1, flags: [machine], spns: [HTTP/www.example.test]}\n"    \
    "  - {name: SQL1$, password: sql1-pw-1, flags: [machine], spns: [HTTP/sql.example.test]}\n"    \
    "parties:\n"                                                                                   \
    "  - {name: alice, role: client, account: alice, browser: {lm_level: %u, schemes: [%s],\n"     \
    "     credentials: [{user: alice, domain: EXAMPLE, password: alice-pw-1}]}}\n"                 \
    "  - {name: eve, role: eavesdropper, ledger: true}\n"                                          \
    "  - {name: dc, role: kdc}\n"                                                                  \
    "  - {name: www, role: service, spn: HTTP/www.example.test, computer: WEB1, pool: %s,\n"       \
    "     apps: [{schemes: [ntlm, basic], impersonate: %s,\n"                                      \
    "              files: [{path: /, text: x, remote_spn: %s}]}]}\n"                               \
    "  - {name: sql, role: service, spn: HTTP/sql.example.test, computer: SQL1,\n"                 \
    "     ntlm: {anonymous: %s}, apps: [{schemes: [negotiate, ntlm]}]}\n"                          \
    "steps:\n  - {do: browse, party: alice, url: \"http://www.example.test/\"}\n"

#define NETWORK_SERVICE "NT AUTHORITY\\NETWORK SERVICE"
#define SQL             "HTTP/sql.example.test"

static struct trace *run_file(unsigned level, const char *schemes, const char *pool,
                              const char *impersonate, const char *spn, const char *anonymous)
{
    const char *text = arena_printf(mem, FILE_, level, schemes, pool, impersonate, spn, anonymous);
    return run_expecting(scenario_text(text), RUN_AS_EXPECTED);
}

static void an_older_response(void **state)
{
    (void)state;
    struct trace *t = run_file(0, "ntlm", NETWORK_SERVICE, "false", SQL, "false");
    const char *what = arg_of(event_of(t, EVENT_STEP, "eve.guess", 0), "what");
    assert_non_null(strstr(what, "three DES"));
    assert_null(
        event_of(t, EVENT_STEP, "eve.guess", 1)); /* it listens to clients, not to servers */
}

/* ---- the second hop -------------------------------------------------------------------------- */

static const struct event *hop(const struct trace *t)
{
    return event_of(t, EVENT_STEP, "world.hop", 0);
}

static void who_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *schemes, *pool, *impersonate, *anonymous;
        const char *who, *scheme; /* "": it is refused */
    } table[] = {
        {"ntlm", NETWORK_SERVICE, "true", "true", "NT AUTHORITY\\ANONYMOUS LOGON", "NTLM"},
        {"ntlm", NETWORK_SERVICE, "true", "false", "", "NTLM"},
        {"basic", NETWORK_SERVICE, "true", "false", "EXAMPLE\\alice", "Negotiate (Kerberos)"},
        {"ntlm", NETWORK_SERVICE, "false", "false", "EXAMPLE\\WEB1$", "Negotiate (Kerberos)"},
        {"ntlm", "EXAMPLE\\svc", "false", "false", "EXAMPLE\\svc", "Negotiate (Kerberos)"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct trace *t = run_file(3, table[i].schemes, table[i].pool, table[i].impersonate, SQL,
                                   table[i].anonymous);
        assert_non_null(hop(t));
        assert_string_equal(arg_of(hop(t), "who"), table[i].who);
        assert_string_equal(arg_of(hop(t), "scheme"), table[i].scheme);
        assert_int_equal(hop(t)->outcome, *table[i].who ? STEP_DONE : STEP_REFUSED);
    }
}

/* Nobody is called so: nothing is sent. */
static void nobody_there(void **state)
{
    (void)state;
    struct trace *t =
        run_file(3, "ntlm", NETWORK_SERVICE, "false", "HTTP/none.example.test", "false");
    assert_null(hop(t));
    assert_string_equal(trace_packet(t, t->packets)->to, "alice");
}

/* ---- what decides ---------------------------------------------------------------------------- */

static void each_condition_is_named(void **state)
{
    (void)state;
    static const char *const ends[] = {
        "HTTP 200: by Negotiate (Kerberos)",
        "not Kerberos: the URL has an address",
        "not Kerberos: no account has the SPN",
        "HTTP 401: by Negotiate (Kerberos)", /* another account has it */
        "not Kerberos: the other end chose NTLM",
        "not Kerberos: there is no encryption type in common",
        "not Kerberos: no KDC was reached",
        "not Kerberos: no trust leads to the service's realm",
        "not Kerberos: the client is older than Windows 2000",
        "not Kerberos: the clocks are too far apart",
        "HTTP 401: by Negotiate (Kerberos)", /* the clocks, with a ticket */
    };
    struct trace *t = run_lesson("negotiate-decision");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const struct event *e = event_of(t, EVENT_RESULT, NULL, i + 1); /* behind the logon's */
        assert_non_null(e);
        if (!strstr(e->text, ends[i]))
            fail_msg("\"%s\" is not in \"%s\"", ends[i], e->text);
    }
    assert_null(event_of(t, EVENT_RESULT, NULL, 12));
}

/* P8: bare as in SPNEGO; and only where the account is the machine's. */
static void an_account_of_the_machine(void **state)
{
    (void)state;
    static const struct {
        const char *pool, *raw, *end;
    } table[] = {
        {"WEB1\\ASPNET", "false", "HTTP 200: by Negotiate (NTLM)"},
        {"WEB1\\ASPNET", "true", "HTTP 401"},
        {NETWORK_SERVICE, "false", "HTTP 200: by Negotiate (Kerberos)"},
        {NETWORK_SERVICE, "true", "HTTP 200: by Negotiate (Kerberos)"},
        {"EXAMPLE\\alice", "false", "HTTP 200: by Negotiate (Kerberos)"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *text = arena_printf(
            mem,
            "title: t\ngoal: g\ntakeaway: t\n"
            "realm: {name: EXAMPLE.TEST, sid: S-1-5-21-1-2-3}\n"
            "realms: [{name: WEB1, local: true, sid: S-1-5-21-4-5-6}]\n"
            "accounts:\n"
            "  - {name: alice, password: alice-pw-1}\n"
            "  - {name: ASPNET, realm: WEB1, password: aspnet-pw-1}\n"
            "  - {name: WEB1$, password: w, flags: [machine], spns: [HTTP/www.example.test]}\n"
            "parties:\n"
            "  - {name: alice, role: client, account: alice, browser: {raw_kerberos: %s}}\n"
            "  - {name: dc, role: kdc}\n"
            "  - {name: www, role: service, spn: HTTP/www.example.test, computer: WEB1,\n"
            "     local: WEB1, pool: %s, apps: [{schemes: [negotiate]}]}\n"
            "steps:\n  - {do: logon, party: alice}\n"
            "  - {do: browse, party: alice, url: \"http://www.example.test/\"}\n",
            table[i].raw, table[i].pool);
        struct trace *t;
        world_run(scenario_text(text), NULL, mem, crypto, &t);
        const struct event *e = event_of(t, EVENT_RESULT, NULL, 1);
        if (!e || !strstr(e->text, table[i].end))
            fail_msg("%zu: \"%s\" is not in \"%s\"", i, table[i].end, e ? e->text : "nothing");
        bool told = event_of(t, EVENT_STEP, "service.negotiate.account", 0) != NULL;
        assert_int_equal(told, strcmp(table[i].pool, "WEB1\\ASPNET") == 0);
    }
}

/* ---- notes ----------------------------------------------------------------------------------- */

/* A note beside no message is read by nobody. */
static void every_note_is_shown(void **state)
{
    (void)state;
    size_t n;
    scenario_builtins(&n);
    for (size_t i = 0; i < n; i++) {
        struct scenario *s = scenario_builtin(i);
        struct trace *t = run_expecting(s, RUN_AS_EXPECTED);
        size_t notes = 0, shown = 0;
        for (size_t k = 0; k < s->n_steps; k++)
            notes += s->steps[k].n_notes;
        while (event_of(t, EVENT_STEP, "world.note", shown))
            shown++;
        if (shown != notes)
            fail_msg("%s: %zu of %zu notes are shown", s->name, shown, notes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_ledger_grows),    TEST(an_older_response),       TEST(who_is_seen),
        TEST(nobody_there),        TEST(each_condition_is_named), TEST(an_account_of_the_machine),
        TEST(every_note_is_shown),
    };
    return cmocka_run_group_tests(tests, make_crypto, free_crypto);
}
