/* Which account a name means, exactly and as Windows has it; who has a name already; salts. */
#include "realm_support.h"

static struct realm_builder *begin(bool windows, bool duplicates)
{
    struct realm_builder *b = realm_build(mem, BYTES_LIT("EXAMPLE.TEST"));
    int32_t etypes[] = {18};
    struct realm_policy p = {
        .etypes = etypes, .n_etypes = 1, .windows_names = windows, .duplicates = duplicates};
    realm_build_policy(b, &p);
    return b;
}

static void add(struct realm_builder *b, const char *name, const char *spns, const char *upn)
{
    struct account a = account_of(name, spns, upn);
    assert_true(realm_build_account(b, &a, NULL));
}

static const struct realm *population(bool windows)
{
    struct realm_builder *b = begin(windows, false);
    add(b, "krbtgt/EXAMPLE.TEST", NULL, NULL);
    add(b, "alice", NULL, "alice.smith@example.com");
    add(b, "bob", NULL, "robert@EXAMPLE.TEST");
    add(b, "web", "HTTP/www.example.test MyService/MyServer:4766", NULL);
    add(b, "pc1$", "HOST/pc1.example.test HOST/pc1", NULL);
    add(b, "ldapd", NULL, "ldap/dir@EXAMPLE.TEST");
    return realm_freeze(b);
}

static struct lookup how;

static const char *look(const struct realm *r, const char *name, enum lookup_use use)
{
    struct PrincipalName n = strchr(name, '@') ? enterprise(name) : named(name);
    const struct account *a = realm_lookup(r, mem, &n, use, &how);
    assert_true((a != NULL) == (how.rule != LOOKUP_NONE && how.rule != LOOKUP_AMBIGUOUS));
    return a ? a->text : "-";
}

#define IS(realm, use, name, account, by)                                                          \
    do {                                                                                           \
        assert_string_equal(look(realm, name, use), account);                                      \
        assert_int_equal(how.rule, by);                                                            \
    } while (0)

static void test_exactly(void **state)
{
    (void)state;
    const struct realm *r = population(false);
    IS(r, LOOKUP_CLIENT, "alice", "alice", LOOKUP_NAME);
    assert_false(how.other_case);
    IS(r, LOOKUP_CLIENT, "Alice", "-", LOOKUP_NONE);
    IS(r, LOOKUP_CLIENT, "pc1", "-", LOOKUP_NONE);
    IS(r, LOOKUP_CLIENT, "HTTP/www.example.test", "-", LOOKUP_NONE); /* an SPN logs nobody on */
    IS(r, LOOKUP_SERVICE, "HTTP/www.example.test", "web", LOOKUP_SPN);
    IS(r, LOOKUP_SERVICE, "http/www.example.test", "-", LOOKUP_NONE);
    IS(r, LOOKUP_SERVICE, "HTTP/pc1", "-", LOOKUP_NONE);
    IS(r, LOOKUP_SERVICE, "web", "web", LOOKUP_NAME);
    IS(r, LOOKUP_CLIENT, "alice.smith@example.com", "alice", LOOKUP_UPN);
    IS(r, LOOKUP_CLIENT, "alice@EXAMPLE.TEST", "alice", LOOKUP_HERE);
    IS(r, LOOKUP_CLIENT, "alice@example.test", "-", LOOKUP_NONE);
    IS(r, LOOKUP_CLIENT, "alice@OTHER.TEST", "-", LOOKUP_NONE);
    IS(r, LOOKUP_CLIENT, "robert", "-", LOOKUP_NONE);
    assert_non_null(realm_lookup(
        r, mem,
        &(struct PrincipalName){.name_string = {&(struct bytes){(const uint8_t *)"bob", 3}, 1}},
        LOOKUP_CLIENT, NULL));
}

static void test_as_windows(void **state)
{
    (void)state;
    const struct realm *r = population(true);
    IS(r, LOOKUP_CLIENT, "alice", "alice", LOOKUP_NAME);
    assert_false(how.other_case);
    IS(r, LOOKUP_CLIENT, "ALICE", "alice", LOOKUP_NAME);
    assert_true(how.other_case);
    IS(r, LOOKUP_CLIENT, "pc1", "pc1$", LOOKUP_MACHINE);
    IS(r, LOOKUP_CLIENT, "Pc1$", "pc1$", LOOKUP_NAME);
    IS(r, LOOKUP_CLIENT, "pc1$$", "-", LOOKUP_NONE);
    IS(r, LOOKUP_CLIENT, "robert", "bob", LOOKUP_UPN); /* robert@EXAMPLE.TEST */
    IS(r, LOOKUP_CLIENT, "Alice@example.test", "alice", LOOKUP_HERE);
    IS(r, LOOKUP_CLIENT, "pc1@example.test", "pc1$", LOOKUP_MACHINE);
    IS(r, LOOKUP_CLIENT, "ALICE.SMITH@example.com", "alice", LOOKUP_UPN);
    IS(r, LOOKUP_SERVICE, "http/WWW.example.test", "web", LOOKUP_SPN);
    assert_true(how.other_case);
    IS(r, LOOKUP_SERVICE, "HTTP/www", "-", LOOKUP_NONE); /* a short name is another name */
    IS(r, LOOKUP_SERVICE, "myservice/myserver:4766", "web", LOOKUP_SPN);
    IS(r, LOOKUP_SERVICE, "MyService/MyServer", "-", LOOKUP_NONE); /* a port is part of it */
    IS(r, LOOKUP_SERVICE, "krbtgt/example.test", "krbtgt/EXAMPLE.TEST", LOOKUP_NAME);
    IS(r, LOOKUP_SERVICE, "pc1", "pc1$", LOOKUP_MACHINE);
}

static void test_host_stands_for_others(void **state)
{
    (void)state;
    const struct realm *r = population(true);
    IS(r, LOOKUP_SERVICE, "CIFS/PC1", "pc1$", LOOKUP_ALIAS);
    assert_string_equal(how.alias, "CIFS -> host");
    IS(r, LOOKUP_SERVICE, "host/pc1", "pc1$", LOOKUP_SPN);
    assert_null(how.alias);
    IS(r, LOOKUP_SERVICE, "ldap/pc1", "-", LOOKUP_NONE); /* not in the list */
    IS(r, LOOKUP_SERVICE, "http/pc1:8080", "-", LOOKUP_NONE);
    IS(r, LOOKUP_CLIENT, "cifs/pc1", "-", LOOKUP_NONE);
    assert_string_equal(spn_alias(BYTES_LIT("MSDTC")), "host");
    assert_null(spn_alias(BYTES_LIT("MSSQLSvc")));
    assert_null(spn_alias(BYTES_LIT("host")));
}

/* A service's own SPN goes before what HOST stands for. */
static void test_an_spn_goes_before_the_alias(void **state)
{
    (void)state;
    struct realm_builder *b = begin(true, false);
    add(b, "pc1$", "HOST/pc1", NULL);
    add(b, "pool", "HTTP/pc1", NULL);
    const struct realm *r = realm_freeze(b);
    IS(r, LOOKUP_SERVICE, "http/pc1", "pool", LOOKUP_SPN);
    IS(r, LOOKUP_SERVICE, "cifs/pc1", "pc1$", LOOKUP_ALIAS);
}

/* CVE-2021-42278: a ticket for "dc" is not one for "dc$" once nobody is called "dc" any more. */
static void test_a_ticket_leads_to_nobody_else(void **state)
{
    (void)state;
    struct realm_builder *b = begin(true, false);
    add(b, "dc$", NULL, "eve@EXAMPLE.TEST");
    const struct realm *r = realm_freeze(b);
    IS(r, LOOKUP_CLIENT, "dc", "dc$", LOOKUP_MACHINE);
    IS(r, LOOKUP_TICKET, "dc", "-", LOOKUP_NONE);
    IS(r, LOOKUP_TICKET, "eve", "-", LOOKUP_NONE);
    IS(r, LOOKUP_TICKET, "eve@EXAMPLE.TEST", "-", LOOKUP_NONE);
    IS(r, LOOKUP_TICKET, "DC$", "dc$", LOOKUP_NAME);
}

static void test_duplicates_are_ambiguous(void **state)
{
    (void)state;
    for (int windows = 0; windows < 2; windows++) {
        struct realm_builder *b = begin(windows, true);
        add(b, "one", "HTTP/www", "u@x");
        add(b, "two", "HTTP/www", NULL);
        add(b, "three", windows ? "http/WWW" : "http/www", "u@x");
        struct account same = account_of("one", NULL, NULL);
        assert_false(realm_build_account(b, &same, NULL));
        const struct realm *r = realm_freeze(b);
        IS(r, LOOKUP_SERVICE, "HTTP/www", "-", LOOKUP_AMBIGUOUS);
        assert_string_equal(how.both[0]->text, "one");
        assert_string_equal(how.both[1]->text, "two");
        IS(r, LOOKUP_CLIENT, "u@x", "-", LOOKUP_AMBIGUOUS);
        IS(r, LOOKUP_CLIENT, "two", "two", LOOKUP_NAME);
    }
}

/* An account that has a name twice, as its own and as an SPN, is one account. */
static void test_twice_the_same_is_one(void **state)
{
    (void)state;
    struct realm_builder *b = begin(true, false);
    add(b, "HTTP/www", "http/www", NULL);
    IS(realm_freeze(b), LOOKUP_SERVICE, "HTTP/WWW", "HTTP/www", LOOKUP_NAME);
}

static void test_names_are_taken(void **state)
{
    (void)state;
    struct realm_builder *b = begin(true, false);
    const struct account *by;
    add(b, "web", "HTTP/www", "web@example.test");
    struct account own = account_of("WEB", NULL, NULL), spn = account_of("a", "http/WWW", NULL),
                   upn = account_of("a", NULL, "Web@example.test"),
                   none = account_of("a", "HTTP/www:80", "a@example.test");
    assert_false(realm_build_account(b, &own, &by));
    assert_string_equal(by->text, "web");
    assert_false(realm_build_account(b, &spn, &by));
    assert_string_equal(by->text, "web");
    assert_false(realm_build_account(b, &upn, &by));
    assert_string_equal(by->text, "web");
    assert_true(realm_build_account(b, &none, &by));
    struct realm_builder *exact = begin(false, false);
    add(exact, "web", "HTTP/www", NULL);
    assert_true(realm_build_account(exact, &own, &by));
    assert_true(realm_build_account(exact, &spn, &by));
}

static const char *salt(const char *name, bool windows, uint32_t flags)
{
    struct PrincipalName n = named(name);
    return arena_str(mem, account_salt(mem, BYTES_LIT("Example.Test"), windows, &n, flags));
}

static void test_salts(void **state)
{
    (void)state;
    assert_string_equal(salt("alice", false, 0), "Example.Testalice");
    assert_string_equal(salt("HTTP/www", false, 0), "Example.TestHTTPwww");
    assert_string_equal(salt("alice", true, 0), "EXAMPLE.TESTalice");
    assert_string_equal(salt("PC1$", true, ACCOUNT_MACHINE), "EXAMPLE.TESThostpc1.example.test");
    assert_string_equal(salt("PC1$", false, ACCOUNT_MACHINE), "EXAMPLE.TESThostpc1.example.test");
    assert_string_equal(salt("PC1", false, ACCOUNT_MACHINE), "EXAMPLE.TESThostpc1.example.test");
    assert_string_equal(salt("PC1$", true, 0), "EXAMPLE.TESTPC1$"); /* the flag decides */
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_exactly),
                                       TEST(test_as_windows),
                                       TEST(test_host_stands_for_others),
                                       TEST(test_an_spn_goes_before_the_alias),
                                       TEST(test_a_ticket_leads_to_nobody_else),
                                       TEST(test_duplicates_are_ambiguous),
                                       TEST(test_twice_the_same_is_one),
                                       TEST(test_names_are_taken),
                                       TEST(test_salts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
