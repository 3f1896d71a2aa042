/* Names as text and back. */
#include "context/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

static int setup(void **state)
{
    (void)state;
    mem = arena_new(1 << 16);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
        const char *components[3], *realm;
    } rows[] = {
        {"alice", 1, {"alice"}, NULL},
        {"alice@EXAMPLE.TEST", 1, {"alice"}, "EXAMPLE.TEST"},
        {"HTTP/www.example.test", 2, {"HTTP", "www.example.test"}, NULL},
        {"a/b/c@R/X", 3, {"a", "b", "c"}, "R/X"},
        {"HTTP/", 2, {"HTTP", ""}, NULL},
        {"a\\/b\\@c", 1, {"a/b@c"}, NULL},
        {"\\n\\t\\b\\\\x", 1, {"\n\t\b\\x"}, NULL},
        {"x@a\\@b", 1, {"x"}, "a@b"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct PrincipalName name;
        struct bytes realm = {0};
        assert_true(principal_parse(mem, rows[i].text, 1, &name, &realm));
        assert_int_equal(name.name_string.n, rows[i].n);
        for (size_t c = 0; c < rows[i].n; c++)
            assert_true(bytes_equal_str(name.name_string.at[c], rows[i].components[c]));
        assert_true(bytes_equal_str(realm, rows[i].realm ? rows[i].realm : ""));
        assert_string_equal(principal_text(mem, &name, realm), rows[i].text);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "@R", "a@", "a@b@c", "a\\", "a@b\\"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct PrincipalName name;
        struct bytes realm;
        assert_false(principal_parse(mem, bad[i], 1, &name, &realm));
    }
}

static void test_nul_inside(void **state)
{
    (void)state;
    struct bytes parts[] = {bytes_of("a\0b", 3), {0}};
    struct PrincipalName name = {.name_string = {parts, 2}}, back;
    char *text = principal_text(mem, &name, (struct bytes){0});
    assert_string_equal(text, "a\\0b/");
    assert_true(principal_parse(mem, text, 1, &back, NULL));
    assert_true(principal_equal(&name, &back));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_parse), TEST(test_refused), TEST(test_nul_inside)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
