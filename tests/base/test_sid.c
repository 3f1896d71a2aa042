#include "base/sid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

/* MS-DTYP 2.4.2.1 and 2.4.2.2: a text and its octets. */
static const struct {
    const char *text;
    uint8_t octets[SID_OCTETS_MAX];
} pairs[] = {
    {"S-1-1-0", {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}},
    {"S-1-5-32-544", {1, 2, 0, 0, 0, 0, 0, 5, 0x20, 0, 0, 0, 0x20, 2, 0, 0}},
    {"S-1-5-21-397955417-626881126-188441444-500",
     {1,    5,    0,    0,    0,    0,    0,    5,    0x15, 0,    0,    0, 0x59, 0x51,
      0xb8, 0x17, 0x66, 0x72, 0x5d, 0x25, 0x64, 0x63, 0x3b, 0x0b, 0xf4, 1, 0,    0}},
    {"S-1-4294967295-4294967295", {1, 1, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}},
    {"S-1-0x0123456789ab-7", {1, 1, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 7, 0, 0, 0}},
};

static void text_and_octets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct sid s, back;
        uint8_t put[SID_OCTETS_MAX] = {0};
        assert_true(sid_parse(bytes_str(pairs[i].text), &s));
        assert_string_equal(sid_text(mem, &s), pairs[i].text);
        sid_put(&s, put);
        assert_memory_equal(put, pairs[i].octets, SID_OCTETS_MAX);
        assert_int_equal(sid_read(bytes_of(put, sid_octets(&s)), &back), sid_octets(&s));
        assert_true(sid_equal(&s, &back));
        for (size_t n = 0; n < sid_octets(&s); n++)
            assert_int_equal(sid_read(bytes_of(put, n), &back), 0);
    }
}

static void refused_texts(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "S-1-",
        "S-1-5",
        "S-1-5-",
        "s-1-5-18",
        "S-2-5-18",
        "S-1-05-18",
        "S-1-5-018",
        "S-1-5-4294967296",
        "S-1-4294967296-1",
        "S-1-0x000000000005-1", /* small enough for decimal */
        "S-1-0x12345678901-1",
        "S-1-5-18 ",
        "S-1-5--18",
        "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16",
    };
    struct sid s;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(sid_parse(bytes_str(bad[i]), &s));
    assert_true(sid_parse(bytes_str("S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15"), &s));
    assert_int_equal(s.n, SID_SUBS_MAX);
}

static void refused_octets(void **state)
{
    (void)state;
    uint8_t octets[SID_OCTETS_MAX + 4] = {1, 15, 0, 0, 0, 0, 0, 5};
    struct sid s;
    assert_int_equal(sid_read(bytes_of(octets, sizeof octets), &s), SID_OCTETS_MAX);
    octets[1] = 16;
    assert_int_equal(sid_read(bytes_of(octets, sizeof octets), &s), 0);
    octets[1] = 1;
    octets[0] = 2;
    assert_int_equal(sid_read(bytes_of(octets, sizeof octets), &s), 0);
}

static void of_a_domain(void **state)
{
    (void)state;
    struct sid domain, s;
    assert_true(sid_parse(bytes_str("S-1-5-21-1-2-3"), &domain));
    s = sid_in(&domain, RID_DOMAIN_USERS);
    assert_string_equal(sid_text(mem, &s), "S-1-5-21-1-2-3-513");
    assert_false(sid_equal(&s, &domain));
}

/* Every row reads, no SID and no alias stands twice, and each is found again. */
static void known_ones(void **state)
{
    (void)state;
    size_t n;
    const struct sid_row *rows = sid_table(&n);
    for (size_t i = 0; i < n; i++) {
        struct sid s, by_name;
        assert_true(sid_parse(bytes_str(rows[i].sid), &s));
        assert_ptr_equal(sid_known(&s), &rows[i]);
        assert_true(sid_of_name(rows[i].name, &by_name));
        assert_true(sid_equal(&s, &by_name));
        if (rows[i].alias) {
            assert_true(sid_of_name(rows[i].alias, &by_name));
            assert_true(sid_equal(&s, &by_name));
        }
    }
    struct sid s;
    assert_true(sid_of_name("nt authority\\network service", &s));
    assert_string_equal(sid_text(mem, &s), "S-1-5-20");
    assert_false(sid_of_name("EXAMPLE\\alice", &s));
    assert_null(sid_known(&(struct sid){.authority = 5, .n = 1, .sub = {21}}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_octets), cmocka_unit_test(refused_texts),
        cmocka_unit_test(refused_octets),  cmocka_unit_test(of_a_domain),
        cmocka_unit_test(known_ones),
    };
    mem = arena_new(4096);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    return failed;
}
