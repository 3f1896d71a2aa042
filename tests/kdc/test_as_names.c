/* Names: which account each form means, what the reply calls it, and what is refused. */
#include "tests/kdc/as_case.h"

#define CANON KDC_OPT_CANONICALIZE

static void windows(bool on)
{
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.windows_names = on;
    asker_policy(a, &p);
}

/* Logs on under this name with the key of that account. */
static struct got as(const char *name, int32_t type, uint32_t options, const char *account)
{
    struct ask q = {name, TGS, .options = options, .till = TILL, .cname_type = type};
    q.stamp_key = asker_key(a, account, 18);
    return ask_as(a, &q, q.stamp_key);
}

static const char *called(const struct got *g)
{
    if (g->error)
        return "-";
    assert_true(principal_equal(&g->rep.cname, &g->ticket.cname));
    return principal_text(a->mem, &g->ticket.cname, (struct bytes){0});
}

#define CALLED(name, type, options, account, want)                                                 \
    do {                                                                                           \
        struct got g_ = as(name, type, options, account);                                          \
        assert_string_equal(called(&g_), want);                                                    \
    } while (0)
#define REFUSED(name, type, options, code)                                                         \
    do {                                                                                           \
        assert_int_equal(as(name, type, options, "alice").error, code);                            \
        assert_string_equal(a->heard.refused, "kdc.as.client");                                    \
    } while (0)

static void people(void)
{
    struct account upn = {.upn = BYTES_LIT("alice.smith@example.com")};
    asker_account(a, "asmith", ACCOUNT_NO_SERVER, asker_strong, 2, NULL, &upn);
    asker_account(a, "dc$", ACCOUNT_MACHINE, asker_strong, 2, "HOST/dc.example.test", NULL);
}

static void test_enterprise(void **state)
{
    (void)state;
    people();
    CALLED("alice.smith\\@example.com", NT_ENTERPRISE, CANON, "asmith", "asmith");
    CALLED("alice\\@EXAMPLE.TEST", NT_ENTERPRISE, CANON, "alice", "alice");
    REFUSED("alice\\@example.com", NT_ENTERPRISE, CANON, KDC_ERR_C_PRINCIPAL_UNKNOWN);
    REFUSED("alice.smith\\@example.com", NT_PRINCIPAL, CANON, KDC_ERR_C_PRINCIPAL_UNKNOWN);
    CALLED("alice.smith\\@example.com", NT_ENTERPRISE, 0, "asmith", "asmith");
    CALLED("alice", NT_ENTERPRISE, CANON, "alice", "alice"); /* as Heimdal sends it */
}

static void test_the_ticket_works(void **state)
{
    (void)state;
    people();
    struct got tgt = as("alice.smith\\@example.com", NT_ENTERPRISE, CANON, "asmith");
    struct ask q = {.sname = "HTTP/www.example.test",
                    .till = TILL,
                    .tgt = &tgt.rep.ticket,
                    .session = &tgt.session,
                    .acname = "asmith"};
    assert_int_equal(ask_tgs(a, &q).error, 0);
}

/* RFC 4120 6.2: the type is a hint; equal parts are an equal name. */
static void test_types_are_hints(void **state)
{
    (void)state;
    static const int32_t types[] = {0,      NT_PRINCIPAL, NT_SRV_INST,       NT_SRV_HST,
                                    NT_UID, NT_SMTP_NAME, NT_X500_PRINCIPAL, -128};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        CALLED("alice", types[i], 0, "alice", "alice");
    REFUSED("CN=alice,DC=example", NT_X500_PRINCIPAL, 0, KDC_ERR_C_PRINCIPAL_UNKNOWN);
    REFUSED("alice\\@example.test", NT_SMTP_NAME, 0, KDC_ERR_C_PRINCIPAL_UNKNOWN);
    REFUSED("WELLKNOWN/ANONYMOUS", NT_WELLKNOWN, 1 << 15, KDC_ERR_C_PRINCIPAL_UNKNOWN);
}

static void test_a_client_of_a_trusted_realm_is_sent_there(void **state)
{
    (void)state;
    struct trust t = {.realm = BYTES_LIT("SUB.EXAMPLE.TEST")};
    assert_true(realm_build_trust(a->builder, &t));
    static const char *const there[] = {"bob\\@SUB.EXAMPLE.TEST", "bob\\@sub.example.test"};
    for (int i = 0; i < 2; i++) {
        struct got g = as(there[i], NT_ENTERPRISE, CANON, "alice");
        assert_int_equal(g.error, KDC_ERR_WRONG_REALM);
        assert_true(g.krb_error.has_crealm && g.krb_error.has_cname);
        assert_true(bytes_equal_str(g.krb_error.crealm, "SUB.EXAMPLE.TEST"));
        assert_int_equal(g.krb_error.cname.name_type, NT_ENTERPRISE);
    }
    REFUSED(there[0], NT_ENTERPRISE, 0, KDC_ERR_WRONG_REALM);
    REFUSED(there[0], NT_PRINCIPAL, CANON, KDC_ERR_C_PRINCIPAL_UNKNOWN);
    REFUSED("bob\\@elsewhere.test", NT_ENTERPRISE, CANON, KDC_ERR_C_PRINCIPAL_UNKNOWN);
    REFUSED("nobody", NT_ENTERPRISE, CANON, KDC_ERR_C_PRINCIPAL_UNKNOWN);
}

static void test_case(void **state)
{
    (void)state;
    REFUSED("ALICE", 0, CANON, KDC_ERR_C_PRINCIPAL_UNKNOWN);
    windows(true);
    CALLED("ALICE", 0, CANON, "alice", "alice");
    CALLED("ALICE", 0, 0, "alice", "ALICE"); /* letters of other case are no other name */
    struct got tgt = as("ALICE", 0, 0, "alice");
    struct ask q = {.sname = "HTTP/www.example.test",
                    .till = TILL,
                    .tgt = &tgt.rep.ticket,
                    .session = &tgt.session,
                    .acname = "ALICE"};
    assert_int_equal(ask_tgs(a, &q).error, 0);
}

static void test_realm_in_other_case(void **state)
{
    (void)state;
    struct ask q = {"alice", "krbtgt/example.test", "example.test", .till = TILL,
                    .stamp_key = asker_key(a, "alice", 18)};
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_WRONG_REALM);
    windows(true);
    struct got g = ask_as(a, &q, q.stamp_key);
    assert_int_equal(g.error, 0);
    assert_true(bytes_equal_str(g.rep.crealm, "EXAMPLE.TEST"));
    assert_true(bytes_equal_str(g.rep.ticket.sname.name_string.at[1], "EXAMPLE.TEST"));
    assert_true(bytes_equal_str(g.part.sname.name_string.at[1], "EXAMPLE.TEST"));
}

/* CVE-2021-42278, 42287: what "dc" gets while there is only "dc$" must not become the ticket of a
 * later "dc", nor the other way about. */
static void test_no_ticket_under_the_name_of_another(void **state)
{
    (void)state;
    people();
    windows(true);
    CALLED("dc", 0, CANON, "dc$", "dc$");
    REFUSED("dc", 0, 0, KDC_ERR_C_PRINCIPAL_UNKNOWN);
    /* Where there are both, each gets its own. */
    asker_account(a, "srv", 0, asker_strong, 2, NULL, NULL);
    asker_account(a, "srv$", ACCOUNT_MACHINE, asker_strong, 2, NULL, NULL);
    CALLED("srv", 0, CANON, "srv", "srv");
    CALLED("srv$", 0, CANON, "srv$", "srv$");
}

static void test_one_count_for_all_names(void **state)
{
    (void)state;
    people();
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.windows_names = true;
    p.attempts = 2;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    static const struct {
        const char *name;
        int32_t type;
    } names[] = {{"asmith", 0}, {"ASMITH", 0}};
    for (int i = 0; i < 2; i++) {
        struct ask bad = {names[i].name, TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
        assert_int_equal(ask_as(a, &bad, NULL).error, KDC_ERR_PREAUTH_FAILED);
    }
    struct got g = as("alice.smith\\@example.com", NT_ENTERPRISE, CANON, "asmith");
    assert_int_equal(g.error, KDC_ERR_CLIENT_REVOKED);
    assert_string_equal(a->heard.refused, "kdc.as.client-valid");
}

static void test_ambiguous(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.duplicates = true;
    asker_policy(a, &p);
    struct account upn = {.upn = BYTES_LIT("boss@example.com")};
    asker_account(a, "one", 0, asker_strong, 2, "HTTP/twice", &upn);
    asker_account(a, "two", 0, asker_strong, 2, "HTTP/twice", &upn);
    REFUSED("boss\\@example.com", NT_ENTERPRISE, CANON, KDC_ERR_PRINCIPAL_NOT_UNIQUE);
    struct ask q = {"alice", "HTTP/twice", .till = TILL};
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_PRINCIPAL_NOT_UNIQUE);
    assert_string_equal(a->heard.refused, "kdc.as.server");
    struct got tgt = logon(a, 0);
    struct ask t = {
        .sname = "HTTP/twice", .till = TILL, .tgt = &tgt.rep.ticket, .session = &tgt.session};
    assert_int_equal(ask_tgs(a, &t).error, KDC_ERR_PRINCIPAL_NOT_UNIQUE);
}

/* A service keeps the name it was asked by: it is what its keytab has. */
static void test_service_names(void **state)
{
    (void)state;
    people();
    windows(true);
    struct ask q = {"alice", "HTTP/dc.example.test", .options = CANON, .till = TILL,
                    .stamp_key = asker_key(a, "alice", 18)};
    bool ok;
    struct got g = read_reply(a, asker_turn(a, as_req(a, &q), &ok), NULL, 0);
    assert_int_equal(g.error, 0);
    assert_string_equal(principal_text(a->mem, &g.rep.ticket.sname, (struct bytes){0}),
                        "HTTP/dc.example.test");
    assert_non_null(strstr(a->heard.keys, "K/dc$"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_enterprise),
        TEST(test_the_ticket_works),
        TEST(test_types_are_hints),
        TEST(test_a_client_of_a_trusted_realm_is_sent_there),
        TEST(test_case),
        TEST(test_realm_in_other_case),
        TEST(test_no_ticket_under_the_name_of_another),
        TEST(test_one_count_for_all_names),
        TEST(test_ambiguous),
        TEST(test_service_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
