/* Names from a command line, before they go into a store. */
#include "sim/account_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena *mem;

static void a_name_is_text(void **state)
{
    (void)state;
    assert_null(name_wrong("alice", mem));
    assert_null(name_wrong("\xc3\xa9ric", mem));
    assert_non_null(name_wrong("", mem));
    assert_string_equal(name_wrong("a\nb", mem), "'a\\x0ab' holds a control character");
    assert_string_equal(name_wrong("b\xff", mem), "'b\\xff' is not UTF-8");
}

static void a_realm_has_no_separator(void **state)
{
    (void)state;
    assert_null(realm_name_wrong("EXAMPLE.TEST", mem));
    assert_non_null(realm_name_wrong("A@B", mem));
    assert_non_null(realm_name_wrong("A/B", mem));
}

static void an_spn_has_a_service_and_a_host(void **state)
{
    (void)state;
    assert_null(spn_wrong("MyService/MyServer:4766", mem));
    assert_null(spn_wrong("ldap/dc.example.test/EXAMPLE.TEST", mem));
    assert_non_null(spn_wrong("www", mem));
    assert_non_null(spn_wrong("HTTP/", mem));
    assert_non_null(spn_wrong("/www", mem));
    assert_non_null(spn_wrong("HTTP/w w", mem));
}

static void a_name_of_this_realm_loses_its_realm_and_another_is_refused(void **state)
{
    const char *name = "alice@EXAMPLE.TEST", *other = "alice@OTHER.TEST", *two = "a@b@c";
    struct bytes realm = bytes_str("EXAMPLE.TEST");
    (void)state;
    assert_null(account_name_wrong(&name, realm, mem));
    assert_string_equal(name, "alice");
    assert_string_equal(account_name_wrong(&other, realm, mem),
                        "'alice@OTHER.TEST' is of another realm; this one is EXAMPLE.TEST");
    assert_non_null(account_name_wrong(&two, realm, mem));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_text),
        cmocka_unit_test(a_realm_has_no_separator),
        cmocka_unit_test(an_spn_has_a_service_and_a_host),
        cmocka_unit_test(a_name_of_this_realm_loses_its_realm_and_another_is_refused),
    };
    mem = arena_new(0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return failed;
}
