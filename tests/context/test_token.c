/* Access tokens: what a controller says, what this machine adds, who matches a SID. */
#include "context/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

static int begin(void **state)
{
    (void)state;
    mem = arena_new(1 << 16);
    return mem ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static struct sid sid(const char *text)
{
    struct sid s;
    assert_true(sid_parse(bytes_str(text), &s));
    return s;
}

static bool has(const struct access_token *t, const char *text, bool allow)
{
    struct sid s = sid(text);
    return token_has(t, &s, allow);
}

static const char *staff(void *arg, const struct sid *s)
{
    (void)arg;
    return s->sub[s->n - 1] == 1105 ? "EXAMPLE\\Staff" : NULL;
}
static const struct group_names names = {staff, NULL};

static const struct group_membership memberships[] = {{RID_DOMAIN_USERS, GROUP_USUAL},
                                                      {1105, GROUP_USUAL},
                                                      {1106, GROUP_DENY_ONLY},
                                                      {1107, GROUP_MANDATORY}};

static struct validation_info alice(void)
{
    return (struct validation_info){
        .effective_name = BYTES_LIT("alice"),
        .logon_domain_name = BYTES_LIT("EXAMPLE"),
        .logon_domain_id = sid("S-1-5-21-1-2-3"),
        .user_id = 1104,
        .primary_group_id = RID_DOMAIN_USERS,
        .groups = memberships,
        .n_groups = 4,
    };
}

static void of_a_controller(void **state)
{
    (void)state;
    struct validation_info v = alice();
    struct access_token *t = token_of_validation(mem, &v, "Kerberos", TOKEN_NETWORK, &names);
    assert_string_equal(t->name, "EXAMPLE\\alice");
    assert_string_equal(t->user_only, "alice");
    assert_string_equal(t->package, "Kerberos");
    assert_true(has(t, "S-1-5-21-1-2-3-1104", true));
    assert_true(has(t, "S-1-5-21-1-2-3-513", true));
    assert_true(has(t, "S-1-5-21-1-2-3-1105", true));
    assert_string_equal(t->groups[1].name, "EXAMPLE\\Staff");
    /* A group for denying only refuses and never gives; one that is not enabled does neither. */
    assert_false(has(t, "S-1-5-21-1-2-3-1106", true));
    assert_true(has(t, "S-1-5-21-1-2-3-1106", false));
    assert_false(has(t, "S-1-5-21-1-2-3-1107", true));
    assert_false(has(t, "S-1-5-21-1-2-3-1107", false));
    static const char *const added[] = {"S-1-1-0", "S-1-5-2", "S-1-5-11", "S-1-5-32-545"};
    for (size_t i = 0; i < sizeof added / sizeof *added; i++)
        assert_true(has(t, added[i], true));
    assert_false(has(t, "S-1-5-32-544", true));
    assert_false(has(t, "S-1-5-64-10", true));
    assert_int_equal(t->n_groups, 8); /* the primary group is there once */
}

static void ways_are_groups(void **state)
{
    (void)state;
    static const struct {
        const char *package, *sid;
    } table[] = {{"NTLM", "S-1-5-64-10"}, {"SSL/PCT", "S-1-5-64-14"}, {"Digest", "S-1-5-64-21"}};
    struct validation_info v = alice();
    for (size_t i = 0; i < 3; i++) {
        struct access_token *t =
            token_of_validation(mem, &v, table[i].package, TOKEN_NETWORK, NULL);
        for (size_t j = 0; j < 3; j++)
            assert_int_equal(has(t, table[j].sid, true), i == j);
    }
}

static void more_groups(void **state)
{
    (void)state;
    struct validation_info v = alice();
    struct sid_and_attributes extra[] = {{sid("S-1-5-21-9-9-9-2000"), GROUP_USUAL}};
    struct group_membership resource[] = {{3000, GROUP_USUAL | GROUP_RESOURCE}};
    v.n_groups = 0;
    v.extra_sids = extra;
    v.n_extra_sids = 1;
    v.has_resource_groups = true;
    v.resource_group_domain_sid = sid("S-1-5-21-7-7-7");
    v.resource_groups = resource;
    v.n_resource_groups = 1;
    struct access_token *t = token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, NULL);
    assert_true(has(t, "S-1-5-21-1-2-3-513", true)); /* of primary_group_id alone */
    assert_true(has(t, "S-1-5-21-9-9-9-2000", true));
    assert_true(has(t, "S-1-5-21-7-7-7-3000", true));
}

static void administrators_and_guests(void **state)
{
    (void)state;
    struct group_membership admins[] = {{RID_DOMAIN_ADMINS, GROUP_USUAL}};
    struct validation_info v = alice();
    v.groups = admins;
    v.n_groups = 1;
    assert_true(
        has(token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, NULL), "S-1-5-32-544", true));
    v = alice();
    v.user_id = RID_ADMINISTRATOR;
    assert_true(
        has(token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, NULL), "S-1-5-32-544", true));
    const struct sid other = sid("S-1-5-21-7-7-7"), home = v.logon_domain_id;
    struct group_names here = {.machine = &other, .domain = &home};
    assert_true(
        has(token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, &here), "S-1-5-32-544", true));
    here.domain = NULL; /* one that the machine is not in */
    assert_false(
        has(token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, &here), "S-1-5-32-544", true));
    v.user_id = 1104;
    v.groups = admins;
    v.n_groups = 1;
    assert_false(
        has(token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, &here), "S-1-5-32-544", true));
    here.machine = &home;
    assert_true(
        has(token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, &here), "S-1-5-32-544", true));
    v = alice();
    struct access_token *process = token_of_validation(mem, &v, "", TOKEN_SERVICE, NULL);
    assert_true(has(process, "S-1-5-6", true));
    assert_false(has(process, "S-1-5-2", true));
    v.user_flags = LOGON_GUEST;
    struct access_token *t = token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, NULL);
    assert_true(has(t, "S-1-5-32-546", true));
    assert_true(has(t, "S-1-1-0", true));
    assert_false(has(t, "S-1-5-11", true));
    assert_false(has(t, "S-1-5-32-545", true));
    v = alice();
    v.logon_domain_name = (struct bytes){0};
    assert_string_equal(token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, NULL)->name, "alice");
}

static void of_accounts(void **state)
{
    (void)state;
    static const struct {
        const char *sid, *name, *user_only;
        enum token_logon logon;
        const char *groups; /* of the seven below, those that are in it */
    } table[] = {
        {"S-1-5-20", "NT AUTHORITY\\NETWORK SERVICE", "NETWORK SERVICE", TOKEN_SERVICE, "weaU"},
        {"S-1-5-18", "NT AUTHORITY\\SYSTEM", "SYSTEM", TOKEN_SERVICE, "weaA"},
        {"S-1-5-7", "NT AUTHORITY\\ANONYMOUS LOGON", "ANONYMOUS LOGON", TOKEN_NETWORK, "n"},
        {"S-1-5-21-1-1-1-1003", "WEB1\\IUSR_WEB1", "IUSR_WEB1", TOKEN_ANONYMOUS, "wnaG"},
        {"S-1-5-21-1-2-3-1110", "svc", "svc", TOKEN_SERVICE, "weaU"},
    };
    static const struct {
        char letter;
        const char *sid;
    } groups[] = {{'w', "S-1-1-0"},     {'e', "S-1-5-6"},      {'n', "S-1-5-2"},
                  {'a', "S-1-5-11"},    {'U', "S-1-5-32-545"}, {'A', "S-1-5-32-544"},
                  {'G', "S-1-5-32-546"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct sid s = sid(table[i].sid);
        struct access_token *t = token_of_account(mem, &s, table[i].name, table[i].logon);
        assert_string_equal(t->name, table[i].name);
        assert_string_equal(t->user_only, table[i].user_only);
        assert_string_equal(t->package, "");
        assert_true(token_has(t, &s, true));
        for (size_t j = 0; j < sizeof groups / sizeof *groups; j++)
            assert_int_equal(has(t, groups[j].sid, true),
                             strchr(table[i].groups, groups[j].letter) != NULL);
    }
}

static void a_copy_stands_alone(void **state)
{
    (void)state;
    struct arena *other = arena_new(1 << 12);
    struct validation_info v = alice();
    struct access_token *t = token_of_validation(other, &v, "Basic", TOKEN_CLEARTEXT, &names);
    t->password = arena_copy(other, BYTES_LIT("alice-pw-1"));
    struct access_token *copy = token_copy(mem, t);
    size_t n = t->n_groups;
    arena_free(other);
    assert_string_equal(copy->name, "EXAMPLE\\alice");
    assert_string_equal(copy->package, "Basic");
    assert_true(bytes_equal_str(copy->password, "alice-pw-1"));
    assert_int_equal(copy->n_groups, n);
    assert_string_equal(copy->groups[1].name, "EXAMPLE\\Staff");
    assert_true(has(copy, "S-1-5-21-1-2-3-1105", true));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(of_a_controller),           TEST(ways_are_groups), TEST(more_groups),
        TEST(administrators_and_guests), TEST(of_accounts),     TEST(a_copy_stands_alone),
    };
    return cmocka_run_group_tests_name("access tokens", tests, NULL, NULL);
}
