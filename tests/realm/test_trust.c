/* Trusts, the way to realms that are not neighbours, and the presets of policy. */
#include "realm/presets.h"
#include "realm_support.h"

static void trust(struct realm_builder *b, const char *realm, const char *next, const char *suffix,
                  bool fine)
{
    struct bytes s = bytes_str(suffix ? suffix : "");
    struct trust t = {.realm = bytes_str(realm),
                      .next = bytes_str(next),
                      .suffixes = &s,
                      .n_suffixes = suffix ? 1 : 0,
                      .transitive = true};
    assert_true(realm_build_trust(b, &t) == fine);
}

static const struct realm *neighbours(bool windows)
{
    struct realm_builder *b = realm_build(mem, BYTES_LIT("A.TEST"));
    struct realm_policy p = {.windows_names = windows};
    realm_build_policy(b, &p);
    trust(b, "B.TEST", "", "b.test", true);
    trust(b, "C.TEST", "B.TEST", "c.b.test", true);
    trust(b, "D.TEST", "C.TEST", ".d.test", true);
    trust(b, "LOOP.TEST", "ROUND.TEST", "loop.test", true);
    trust(b, "ROUND.TEST", "LOOP.TEST", NULL, true);
    trust(b, "LOST.TEST", "NOWHERE.TEST", NULL, true);
    trust(b, "B.TEST", "", NULL, false);
    trust(b, "A.TEST", "", NULL, false);
    return realm_freeze(b);
}

static const char *name(const struct trust *t)
{
    return t ? arena_str(mem, t->realm) : "-";
}

static void test_ways(void **state)
{
    (void)state;
    const struct realm *r = neighbours(false);
    assert_int_equal(realm_trust_count(r), 6);
    assert_string_equal(name(realm_trust_at(r, 1)), "C.TEST");
    assert_null(realm_trust_at(r, 6));
    assert_string_equal(name(realm_trust(r, mem, BYTES_LIT("D.TEST"))), "D.TEST");
    assert_string_equal(name(realm_trust(r, mem, BYTES_LIT("d.test"))), "-");
    assert_string_equal(name(realm_route(r, mem, BYTES_LIT("B.TEST"))), "B.TEST");
    assert_string_equal(name(realm_route(r, mem, BYTES_LIT("D.TEST"))), "B.TEST");
    assert_string_equal(name(realm_route(r, mem, BYTES_LIT("E.TEST"))), "-");
    assert_string_equal(name(realm_route(r, mem, BYTES_LIT("LOOP.TEST"))), "-");
    assert_string_equal(name(realm_route(r, mem, BYTES_LIT("LOST.TEST"))), "-");
    r = neighbours(true);
    assert_string_equal(name(realm_trust(r, mem, BYTES_LIT("d.test"))), "D.TEST");
    assert_string_equal(name(realm_route(r, mem, BYTES_LIT("d.Test"))), "B.TEST");
}

static const char *by_host(const struct realm *r, const char *spn)
{
    struct PrincipalName n = named(spn);
    return name(realm_route_host(r, mem, &n));
}

static void test_ways_by_host(void **state)
{
    (void)state;
    const struct realm *r = neighbours(false);
    assert_string_equal(by_host(r, "HTTP/www.b.test"), "B.TEST");
    assert_string_equal(by_host(r, "HTTP/WWW.B.test:8080"), "B.TEST");
    assert_string_equal(by_host(r, "HTTP/b.test."), "B.TEST");
    assert_string_equal(by_host(r, "HTTP/www.c.b.test"), "B.TEST"); /* C, whose next is B */
    assert_string_equal(by_host(r, "HTTP/www.d.test/more"), "B.TEST");
    assert_string_equal(by_host(r, "HTTP/webb.test"), "-"); /* not at a dot */
    assert_string_equal(by_host(r, "HTTP/www.loop.test"), "-");
    assert_string_equal(by_host(r, "www.b.test"), "-"); /* no host in it */
    assert_string_equal(by_host(r, "HTTP/test"), "-");
}

static void test_the_longest_suffix_decides(void **state)
{
    (void)state;
    struct realm_builder *b = realm_build(mem, BYTES_LIT("A.TEST"));
    trust(b, "SUB.TEST", "", "sub.b.test", true);
    trust(b, "B.TEST", "", "b.test", true);
    const struct realm *r = realm_freeze(b);
    assert_string_equal(by_host(r, "HTTP/www.sub.b.test"), "SUB.TEST");
    assert_string_equal(by_host(r, "HTTP/www.b.test"), "B.TEST");
}

static void test_presets(void **state)
{
    (void)state;
    size_t n;
    const struct preset *all = preset_table(&n);
    assert_true(n >= 14);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(preset_find(all[i].name), &all[i]);
        assert_true(i == 0 || !all[i].windows || strcmp(all[i - 1].since, all[i].since) < 0);
        assert_int_equal(all[i].default_supported & ~(uint32_t)0x3f, 0);
        struct realm_policy p = {.skew = 7};
        preset_apply(&all[i], mem, &p);
        assert_true(p.n_etypes > 0 && p.skew == 7);
        assert_string_equal(p.preset, all[i].name);
        for (size_t k = 0; k < p.n_etypes; k++)
            assert_non_null(etype_find(p.etypes[k]));
    }
    assert_null(preset_find("windows-2030"));
    assert_int_equal(preset_find("windows-2022-11")->default_supported, 0x27);
    assert_int_equal(preset_find("windows-2026-01")->default_supported, 0x27);
    assert_int_equal(preset_find("windows-2026-04")->default_supported, 0x18);
    assert_false(preset_find("mit-1.21")->weak_sessions);
    assert_true(preset_find("mit-1.18")->weak_sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_ways), TEST(test_ways_by_host),
                                       TEST(test_the_longest_suffix_decides), TEST(test_presets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
