/* DOMAIN-X500-COMPRESS (RFC 4120 3.3.3.2): the RFC's own examples, more of the same rules, and the
 * way back. */
#include "context/transited.h"

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

/* Compared without regard to order: the field has none. */
static void expands(const char *contents, const char *crealm, const char *srealm,
                    const char *expected)
{
    struct realms got;
    assert_true(
        transited_expand(mem, bytes_str(contents), bytes_str(crealm), bytes_str(srealm), &got));
    char *want = arena_printf(mem, "|%s|", expected);
    size_t n = 0;
    for (const char *p = want; *p; p++)
        n += *p == '|';
    assert_int_equal(got.n, *expected ? n - 1 : 0);
    for (size_t i = 0; i < got.n; i++) {
        char *name = arena_printf(mem, "|%.*s|", (int)got.at[i].n, (const char *)got.at[i].p);
        if (!strstr(want, name))
            fail_msg("%s is not in %s", name, want);
    }
}

static void unreadable(const char *contents, const char *crealm, const char *srealm)
{
    struct realms got;
    assert_false(
        transited_expand(mem, bytes_str(contents), bytes_str(crealm), bytes_str(srealm), &got));
}

static void test_the_examples_of_the_rfc(void **state)
{
    (void)state;
    expands("EDU,MIT.,ATHENA.,WASHINGTON.EDU,CS.", "x", "x",
            "EDU|MIT.EDU|ATHENA.MIT.EDU|WASHINGTON.EDU|CS.WASHINGTON.EDU");
    expands("EDU,MIT.,WASHINGTON.EDU", "ATHENA.MIT.EDU", "CS.WASHINGTON.EDU",
            "EDU|MIT.EDU|WASHINGTON.EDU");
    expands("/COM,/HP,/APOLLO, /COM/DEC", "x", "x", "/COM|/COM/HP|/COM/HP/APOLLO|/COM/DEC");
    expands("/COM,/HP", "/COM/HP/APOLLO", "/COM/DEC", "/COM|/COM/HP");
    expands(",EDU, /COM,", "ATHENA.MIT.EDU", "/COM/HP/APOLLO", "MIT.EDU|EDU|/COM|/COM/HP");
    expands(",", "ATHENA.MIT.EDU", "CS.WASHINGTON.EDU", "MIT.EDU|EDU|WASHINGTON.EDU");
    expands("", "ATHENA.MIT.EDU", "CS.WASHINGTON.EDU", "");
}

static void test_null_subfields(void **state)
{
    (void)state;
    expands(",", "ATHENA.MIT.EDU", "EDU", "MIT.EDU");
    expands(",", "EDU", "ATHENA.MIT.EDU", "MIT.EDU");
    expands(",EDU,BLORT.COM,COM,", "ATHENA.MIT.EDU", "HACK.FOOBAR.COM",
            "MIT.EDU|EDU|BLORT.COM|COM|FOOBAR.COM");
    expands(",EDU,", "XYZZY.ATHENA.MIT.EDU", "XYZZY.CS.CMU.EDU",
            "EDU|MIT.EDU|ATHENA.MIT.EDU|CMU.EDU|CS.CMU.EDU");
    expands("EDU,,ATHENA.MIT.EDU", "x", "x", "EDU|MIT.EDU|ATHENA.MIT.EDU");
    expands(",,", "A.X", "B.X", "X");
    unreadable(",", "ATHENA.MIT.EDU", "FOOBAR.COM");              /* nothing above both */
    unreadable(",EDU,/COM,", "ATHENA.MIT.EDU", "/COM/HP/APOLLO"); /* EDU/COM is of neither style */
}

static void test_characters_that_are_signs(void **state)
{
    (void)state;
    expands("A\\,B", "x", "x", "A,B");
    expands("A\\\\B", "x", "x", "A\\B");
    expands("EDU,MIT\\.", "x", "x", "EDU|MIT.");
    expands("EDU,\\ MIT", "x", "x", "EDU| MIT");
    expands("EDU,\\/COM", "x", "x", "EDU|/COM");
    unreadable("EDU\\", "x", "x");
    unreadable("EDU.", "x", "x"); /* a part of nothing */
}

static void test_limits(void **state)
{
    (void)state;
    char field[TRANSITED_OCTETS + 2];
    memset(field, 'a', sizeof field);
    struct realms got;
    assert_true(transited_expand(mem, bytes_of(field, TRANSITED_OCTETS), bytes_str("x"),
                                 bytes_str("x"), &got));
    assert_false(transited_expand(mem, bytes_of(field, TRANSITED_OCTETS + 1), bytes_str("x"),
                                  bytes_str("x"), &got));
    size_t n = 0;
    for (int i = 0; i < TRANSITED_REALMS; i++)
        n += (size_t)snprintf(field + n, sizeof field - n, "%sR%d", i ? "," : "", i);
    struct bytes more, full = bytes_of(field, n);
    assert_true(transited_expand(mem, full, bytes_str("x"), bytes_str("x"), &got));
    assert_int_equal(got.n, TRANSITED_REALMS);
    assert_false(transited_add(mem, &got, bytes_str("ONE.MORE"), &more));
    assert_true(transited_add(mem, &got, bytes_str("R7"), &more)); /* it is in it already */
    n += (size_t)snprintf(field + n, sizeof field - n, ",S");
    assert_false(transited_expand(mem, bytes_of(field, n), bytes_str("x"), bytes_str("x"), &got));
    /* A thousand commas cost no more than they say. */
    memset(field, ',', TRANSITED_OCTETS);
    size_t before = arena_used(mem);
    assert_true(transited_expand(mem, bytes_of(field, TRANSITED_OCTETS), bytes_str("A.X"),
                                 bytes_str("B.X"), &got));
    assert_in_range(arena_used(mem) - before, 1, 8192);
}

/* ---- the way back -----------------------------------------------------------------------------
 */

static struct bytes added(const char *const *names, size_t n)
{
    struct bytes field = {0};
    for (size_t i = 0; i < n; i++) {
        struct realms list;
        assert_true(transited_expand(mem, field, bytes_str("x"), bytes_str("y"), &list));
        assert_true(transited_add(mem, &list, bytes_str(names[i]), &field));
    }
    return field;
}

#define ADDED(expected, ...)                                                                       \
    do {                                                                                           \
        const char *names[] = {__VA_ARGS__};                                                       \
        struct bytes field = added(names, sizeof names / sizeof *names);                           \
        if (!bytes_equal_str(field, expected))                                                     \
            fail_msg("%.*s", (int)field.n, (const char *)field.p);                                 \
        char *back = arena_printf(mem, "%s", names[0]);                                            \
        for (size_t i = 1; i < sizeof names / sizeof *names; i++)                                  \
            back = arena_printf(mem, "%s|%s", back, names[i]);                                     \
        expands(expected, "x", "y", back);                                                         \
    } while (0)

static void test_written_as_short_as_can_be(void **state)
{
    (void)state;
    ADDED("EDU", "EDU");
    ADDED("EDU,MIT.,ATHENA.", "EDU", "MIT.EDU", "ATHENA.MIT.EDU");
    ADDED("EDU,MIT.,ATHENA.", "ATHENA.MIT.EDU", "MIT.EDU", "EDU"); /* from below too */
    ADDED("EDU,MIT.,ATHENA.,WASHINGTON.EDU,CS.", "EDU", "MIT.EDU", "ATHENA.MIT.EDU",
          "WASHINGTON.EDU", "CS.WASHINGTON.EDU");
    ADDED("/COM,/HP,/APOLLO, /COM/DEC", "/COM", "/COM/HP", "/COM/HP/APOLLO", "/COM/DEC");
    ADDED("/COM,EDU", "EDU", "/COM"); /* in this order no space is needed */
    ADDED("EDU,OTHER.TEST", "EDU", "OTHER.TEST");
}

static void test_signs_are_written_with_a_backslash(void **state)
{
    (void)state;
    ADDED("A\\,B", "A,B");
    ADDED("A\\\\B", "A\\B");
    ADDED("A\\.\\.", "A..");
    ADDED("\\ \\ A B", "  A B");
    ADDED("EDU,M\\,T.", "EDU", "M,T.EDU");
    ADDED("EDU,DU", "EDU", "DU"); /* ends alike, and is no part of it */
}

static void test_once_is_enough(void **state)
{
    (void)state;
    const char *names[] = {"EDU", "MIT.EDU", "EDU", "MIT.EDU"};
    assert_true(bytes_equal_str(added(names, 4), "EDU,MIT."));
    struct realms none = {0};
    struct bytes field;
    assert_false(transited_add(mem, &none, (struct bytes){0}, &field)); /* a realm has a name */
}

/* Whatever the names, what is written is read as the same realms. */
static void test_every_list_comes_back(void **state)
{
    (void)state;
    static const char letters[] = "A.,\\ /";
    uint32_t r = 12345;
    for (int round = 0; round < 2000; round++) {
        struct bytes field = {0};
        struct realms list = {0}, back;
        struct bytes names[4];
        for (size_t i = 0; i < 4; i++) {
            char *name = arena_take(mem, 8);
            size_t n = 1 + (r >> 16) % 6;
            for (size_t k = 0; k < n; k++) {
                r = r * 1103515245 + 12345;
                name[k] = letters[(r >> 16) % (sizeof letters - 1)];
            }
            names[i] = bytes_of(name, n);
            assert_true(transited_add(mem, &list, names[i], &field));
            assert_true(transited_expand(mem, field, bytes_str("x"), bytes_str("y"), &list));
        }
        assert_true(transited_expand(mem, field, bytes_str("x"), bytes_str("y"), &back));
        for (size_t i = 0; i < 4; i++) {
            bool found = false;
            for (size_t k = 0; k < back.n; k++)
                found |= bytes_equal(back.at[k], names[i]);
            if (!found)
                fail_msg("\"%.*s\" lost \"%.*s\"", (int)field.n, (const char *)field.p,
                         (int)names[i].n, (const char *)names[i].p);
        }
        assert_in_range(back.n, 1, 4);
    }
}

static void test_between(void **state)
{
    (void)state;
    assert_true(realm_between(mem, bytes_str("MIT.EDU"), bytes_str("A.MIT.EDU"), bytes_str("EDU")));
    assert_true(realm_between(mem, bytes_str("EDU"), bytes_str("A.MIT.EDU"), bytes_str("CMU.EDU")));
    assert_false(realm_between(mem, bytes_str("COM"), bytes_str("A.MIT.EDU"), bytes_str("EDU")));
    assert_false(realm_between(mem, bytes_str("EDU"), bytes_str("MIT.EDU"), bytes_str("X.COM")));
}

static void test_what_is_shown_moves_no_cursor(void **state)
{
    (void)state;
    struct realms all;
    assert_true(transited_expand(mem, BYTES_LIT("A\x1b[2J,B\0C"), (struct bytes){0},
                                 (struct bytes){0}, &all));
    assert_string_equal(realms_text(mem, &all), "A\\x1b[2J B\\x00C");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_examples_of_the_rfc),
        TEST(test_null_subfields),
        TEST(test_characters_that_are_signs),
        TEST(test_limits),
        TEST(test_written_as_short_as_can_be),
        TEST(test_signs_are_written_with_a_backslash),
        TEST(test_once_is_enough),
        TEST(test_every_list_comes_back),
        TEST(test_between),
        TEST(test_what_is_shown_moves_no_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
