/* The part of scenario files about domains, web servers, browsers and proxies: what is read, what
 * follows from what, and each complaint with its place. */
#include "client/client.h"
#include "service/service.h"
#include "tests/sim/runs.h"

/* Lines 1 to 7; what a test adds begins in line 8. */
#define HEAD                                                                                       \
    "title: t\nrealm: {name: EXAMPLE.TEST, sid: S-1-5-21-1-2-3, groups: [{name: Staff, rid: "      \
    "1105}]}\n"                                                                                    \
    "realms: [{name: WEB1, local: true, sid: S-1-5-21-4-5-6}]\naccounts:\n"                        \
    "  - {name: alice, password: p}\n"                                                             \
    "  - {name: WEB1$, password: q, flags: [machine], spns: [HTTP/www.example.test]}\n"            \
    "  - {name: carl, realm: WEB1, password: r}\n"
#define CAST                                                                                       \
    "parties:\n  - {name: alice, role: client, account: alice}\n  - {name: dc, role: kdc}\n"       \
    "  - {name: www, role: service, spn: HTTP/www.example.test, computer: WEB1, local: WEB1, "     \
    "tls: true, apps: [{path: /}]}\n" /* to line 11 */

static const struct {
    const char *text, *error;
} bad[] = {
    {"title: t\nrealm: {name: R, sid: S-1-x}\naccounts: []\n",
     "f:2:23: sid \"S-1-x\" is not one as in S-1-5-21-1004336348-1177238915-682003330"},
    {"title: t\nrealm: {name: R, groups: [{name: a, rid: 1}]}\naccounts: []\n",
     "f:2:26: groups of a realm without a \"sid\""},
    {"title: t\nrealm: {name: R, lm_level: 6}\naccounts: []\n",
     "f:2:28: LMCompatibilityLevel is 0 to 5, not 6"},
    {"title: t\nrealm: {name: R}\nrealms: [{name: W, local: true}]\naccounts: []\n",
     "f:3:27: a machine's own accounts want the machine's \"sid\""},
    {"title: t\nrealm: {name: R}\naccounts: [{name: a, groups: [Staff]}]\n",
     "f:3:30: realm R has no \"sid\": its accounts have neither rid nor groups"},
    {HEAD "  - {name: b, groups: [Stuff]}\n",
     "f:8:23: no group is called \"Stuff\"; did you mean \"Staff\"?"},
    {HEAD "  - {name: b, certificate: abc}\n",
     "f:8:28: a certificate is known by its SHA-256: 64 digits, 0-9 and a-f"},
    {HEAD "parties:\n  - {name: w, role: service, spn: HTTP/www.example.test, apps: [{}]}\n"
          "  - {name: dc, role: kdc}\n",
     "f:9:12: no account \"WWW$\" in EXAMPLE.TEST: without it computer WWW has no secure channel "
     "to "
     "\"dc\" (\"controller: none\": it is in no domain)"},
    {HEAD "parties:\n  - {name: w, role: service, spn: HTTP/www.example.test, local: "
          "EXAMPLE.TEST}\n",
     "f:9:65: realm EXAMPLE.TEST is not \"local\": it has a KDC, not a machine"},
    {HEAD "parties:\n  - {name: w, role: service, spn: HTTP/www.example.test, controller: none, "
          "apps: [{path: x}]}\n",
     "f:9:90: path \"x\" does not begin with /"},
    {HEAD "parties:\n  - {name: w, role: service, spn: HTTP/www.example.test, controller: none, "
          "apps: [{rules: [{}]}]}\n",
     "f:9:92: a rule has one of \"allow\" and \"deny\""},
    {HEAD "parties:\n  - {name: w, role: service, spn: HTTP/www.example.test, controller: none, "
          "apps: [{require_tls: true}]}\n",
     "f:9:97: service \"w\" has no \"tls\""},
    {HEAD "parties:\n  - {name: w, role: service, spn: HTTP/www.example.test, controller: none, "
          "apps: [{path: /a}, {path: /a}]}\n",
     "f:9:102: a second application at /a"},
    {HEAD "parties:\n  - {name: a, role: client, browser: {proxy: p}}\n",
     "f:9:46: no party is called \"p\""},
    {HEAD "parties:\n  - {name: a, role: client, browser: {credentials: [{user: x}]}}\n",
     "f:9:53: a credential is either \"implicit\" or has \"user\" and \"password\""},
    {HEAD CAST "steps:\n  - {do: browse, party: alice}\n",
     "f:13:10: browse without the key \"url\""},
    {HEAD CAST "steps:\n  - {do: browse, party: alice, url: www}\n",
     "f:13:37: a url begins with http:// or https://"},
    {HEAD CAST "steps:\n  - {do: browse, party: alice, url: http://nowhere.test/}\n",
     "f:13:37: nobody answers at \"nowhere.test\": no service has that host in its spn, and no dns "
     "party knows it"},
    {HEAD CAST "steps:\n  - {do: browse, party: alice, url: http://www.example.test/, expect: HTTP "
               "9}\n",
     "f:13:71: no error is called \"HTTP 9\""},
};

static void each_complaint(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct scenario s;
        char *error = NULL;
        bool read = scenario_read(mem, "f", bytes_str(bad[i].text), &s, &error);
        if (!read && strcmp(error, bad[i].error) == 0)
            continue;
        print_error("%s\nwanted: %s\ngot:    %s\n", bad[i].text, bad[i].error,
                    read ? "it was read" : error);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void read_text(const char *text, struct scenario *s)
{
    char *error = NULL;
    if (!scenario_read(mem, "f", bytes_str(text), s, &error))
        fail_msg("%s", error);
}

static void every_value(void **state)
{
    (void)state;
    struct scenario s;
    read_text(
        HEAD "parties:\n"
             "  - name: alice\n    role: client\n    account: alice\n    browser: {schemes: [ntlm, "
             "basic], lm_level: 0, kerberos: false, proxy: px, credentials: [{target: proxy, "
             "user: u, password: v}]}\n"
             "  - {name: dc, role: kdc}\n"
             "  - {name: px, role: proxy, computer: WEB1, schemes: [basic], shares_connections: "
             "true, relay: www}\n"
             "  - name: www\n    role: service\n    spn: HTTP/www.example.test\n"
             "    computer: WEB1\n    local: WEB1\n    tls: true\n    ntlm: {level: 5}\n"
             "    apps:\n      - path: /a\n        schemes: [anonymous, certificate]\n"
             "        mode: forms\n        protection: require\n        code: forgets\n"
             "        rules: [{deny: [\"?\"]}, {allow: {users: [x], roles: [y, z], verbs: "
             "[GET]}}]\n"
             "        identity: {user: i, password: j}\n"
             "        files: [{path: /a/f, sddl: \"D:\", text: t}]\n"
             "tamper: [{do: strike-mech, packet: 3, mech: ntlm}]\n",
        &s);
    const struct scenario_browser *b = &s.parties[0].browser;
    assert_int_equal(b->schemes, BROWSE_NTLM | BROWSE_BASIC);
    assert_int_equal(b->lm_level, 0);
    assert_false(b->kerberos);
    assert_true(b->ntlm && b->intranet && b->windows2000); /* as left out */
    assert_string_equal(b->proxy, "px");
    assert_int_equal(b->credentials[0].target, TO_PROXY);
    assert_true(s.parties[2].proxy.shares_connections);
    assert_int_equal(s.parties[2].port, 8080);
    const struct scenario_server *v = &s.parties[3].server;
    assert_string_equal(v->controller, "dc");
    assert_string_equal(v->iusr, "IUSR_WEB1");
    assert_string_equal(v->pool, "NT AUTHORITY\\NETWORK SERVICE");
    assert_int_equal(v->ntlm.level, 5);
    const struct scenario_app *a = v->apps;
    assert_int_equal(a->schemes, AUTH_ANONYMOUS | AUTH_CERTIFICATE);
    assert_int_equal(a->mode, ASP_FORMS);
    assert_int_equal(a->protection, PROTECTION_REQUIRE);
    assert_int_equal(a->code, CODE_FORGETS);
    assert_int_equal(a->rules[0].given, RULE_DENIES);
    assert_string_equal(a->rules[0].deny.users[0], "?");
    assert_int_equal(a->rules[1].given, RULE_ALLOWS);
    assert_int_equal(a->rules[1].allow.n_roles, 2);
    assert_string_equal(a->identity.password, "j");
    assert_string_equal(a->files[0].sddl, "D:");
    assert_int_equal(s.tampers[0].kind, TAMPER_STRIKE_MECH);
    assert_int_equal(s.tampers[0].mech, STRIKE_NTLM);
}

static const struct url_case {
    const char *step;
    const char *host, *target;
    size_t port;
    bool tls;
    int32_t expect;
} urls[] = {
    {"url: http://www.example.test", "www.example.test", "/", 0, false, EXPECT_HTTP + 200},
    {"url: https://www.example.test/a/b?c", "www.example.test", "/a/b?c", 0, true,
     EXPECT_HTTP + 200},
    {"url: \"http://WWW.example.test:8080/x\", expect: HTTP 401", "WWW.example.test", "/x", 8080,
     false, EXPECT_HTTP + 401},
    {"url: http://10.0.0.13/, expect: granted", "10.0.0.13", "/", 0, false, EXPECT_HTTP + 200},
};

static void urls_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        const struct url_case *u = &urls[i];
        struct scenario s;
        read_text(
            arena_printf(mem, "%s%ssteps: [{do: browse, party: alice, %s}]\n", HEAD, CAST, u->step),
            &s);
        const struct scenario_step *step = s.steps;
        assert_string_equal(step->host, u->host);
        assert_string_equal(step->target, u->target);
        assert_string_equal(step->service, "www");
        assert_int_equal(step->url_port, u->port);
        assert_int_equal(step->tls, u->tls);
        assert_int_equal(step->expect, u->expect);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(each_complaint), TEST(every_value),
                                       TEST(urls_taken_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
