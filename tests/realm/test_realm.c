/* The realm: accounts by any of their names, at the cost of one. */
#include "realm/realm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct PrincipalName named(struct arena *mem, const char *text)
{
    struct PrincipalName n = {0};
    assert_true(principal_parse(mem, text, 1, &n, NULL));
    return n;
}

static struct arena *mem;

static int setup(void **state)
{
    (void)state;
    mem = arena_new(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static void test_names(void **state)
{
    (void)state;
    struct realm_builder *b = realm_build(mem, BYTES_LIT("EXAMPLE.TEST"));
    struct PrincipalName spns[] = {named(mem, "HTTP/www"), named(mem, "HTTP/www.example.test")};
    struct account web = {.name = named(mem, "web"), .spns = spns, .n_spns = 2, .text = "web"};
    struct account user = {.name = named(mem, "HTTP/www")}, same = {.name = named(mem, "web")};
    struct account other = {.name = named(mem, "other"), .spns = spns + 1, .n_spns = 1};
    const struct account *by;
    assert_true(realm_build_account(b, &web, &by));
    assert_null(by);
    assert_false(realm_build_account(b, &user, &by)); /* its own name is somebody's SPN */
    assert_string_equal(by->text, "web");
    assert_false(realm_build_account(b, &same, &by));
    assert_false(realm_build_account(b, &other, NULL));
    struct account plain = {.name = named(mem, "a/b")};
    assert_true(realm_build_account(b, &plain, &by));
    const struct realm *r = realm_freeze(b);
    assert_int_equal(realm_count(r), 2);
    struct PrincipalName n = named(mem, "HTTP/www.example.test");
    n.name_type = 77; /* not compared */
    assert_string_equal(realm_find(r, NULL, &n)->text, "web");
    n = named(mem, "http/www");
    assert_null(realm_find(r, NULL, &n)); /* letters are as they are */
    n = named(mem, "ab");
    assert_null(realm_find(r, NULL, &n));
    n = named(mem, "a/b");
    assert_string_equal(realm_find(r, NULL, &n)->text, "a/b"); /* text is made when not given */
    assert_ptr_equal(realm_account(r, 1), realm_find(r, NULL, &n));
    assert_null(realm_account(r, 2));
    assert_null(realm_find(r, NULL, &(struct PrincipalName){0}));
}

static void test_keys(void **state)
{
    (void)state;
    struct realm_builder *b = realm_build(mem, BYTES_LIT("EXAMPLE.TEST"));
    struct account_key keys[] = {{.kvno = 1, .key.etype = 18},
                                 {.kvno = 3, .key.etype = 17},
                                 {.kvno = 3, .key.etype = 23},
                                 {.kvno = 3, .key.etype = 18},
                                 {.kvno = 2, .key.etype = 18}};
    struct account a = {.name = named(mem, "a"), .keys = keys, .n_keys = 5};
    assert_true(realm_build_account(b, &a, NULL));
    const struct account *got = realm_account(realm_freeze(b), 0);
    assert_int_equal(account_key(got, 0, 0)->kvno, 3);
    assert_int_equal(account_key(got, 0, 0)->key.etype, 18);
    assert_int_equal(account_key(got, 0, 23)->kvno, 3);
    assert_int_equal(account_key(got, 2, 18)->kvno, 2);
    assert_int_equal(account_key(got, 1, 0)->key.etype, 18);
    assert_null(account_key(got, 2, 17));
    assert_null(account_key(got, 4, 0));
    assert_null(account_key(got, 0, 20));
    assert_int_equal(got->keys[4].kvno, 1);
    assert_true(got->keys[0].key.lasting);
}

static double find_cost(const struct realm *r, unsigned n)
{
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (unsigned i = 0; i < 100000; i++) {
        char text[32];
        struct bytes c = bytes_of(text, (size_t)sprintf(text, "user%u", i * 7919U % n));
        struct PrincipalName name = {.name_string = {&c, 1}};
        assert_non_null(realm_find(r, NULL, &name));
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
}

static const struct realm *crowd(unsigned n)
{
    struct realm_builder *b = realm_build(mem, BYTES_LIT("EXAMPLE.TEST"));
    for (unsigned i = 0; i < n; i++) {
        char text[32], host[32];
        struct bytes c = bytes_of(text, (size_t)sprintf(text, "user%u", i));
        struct bytes spn[2] = {BYTES_LIT("host"), bytes_of(host, (size_t)sprintf(host, "h%u", i))};
        struct PrincipalName s = {.name_string = {spn, 2}};
        struct account a = {.name.name_string = {&c, 1}, .spns = &s, .n_spns = 1, .text = ""};
        assert_true(realm_build_account(b, &a, NULL));
    }
    return realm_freeze(b);
}

static void test_a_hundred_thousand(void **state)
{
    (void)state;
    const struct realm *few = crowd(100), *many = crowd(100000);
    assert_int_equal(realm_count(many), 100000);
    double a = find_cost(few, 100), b = find_cost(many, 100000);
    print_message("one look-up: %.3f us among 100, %.3f us among 100000\n", a / 1e5, b / 1e5);
    assert_true(b < 20 * a); /* caches, not a search */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_names), TEST(test_keys),
                                       TEST(test_a_hundred_thousand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
