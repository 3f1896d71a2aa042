/* Records of the store: everything an account, a policy and a trust have comes back; what is
 * damaged is refused, with the fault that says how. */
#include "realm/store_record.h"

#include "realm_support.h"

/* A field more than is compared here: write it in realm/store_record.c, and compare it below. */
#if __SIZEOF_POINTER__ == 8
_Static_assert(sizeof(struct account) == 152, "a field of struct account");
_Static_assert(sizeof(struct account_key) == 88, "a field of struct account_key");
_Static_assert(sizeof(struct realm_policy) == 104, "a field of struct realm_policy");
_Static_assert(sizeof(struct trust) == 72, "a field of struct trust");
#endif

static struct account everything(void)
{
    static const uint8_t hours[LOGON_HOURS_OCTETS] = {1, 2, 255, [20] = 9};
    struct account a = account_of("HTTP/www", "http/w2 MyService/MyServer:4766", "w@example.test");
    struct account_key *keys = arena_array(mem, struct account_key, 3);
    assert_true(key_import(18, BYTES_LIT("0123456789abcdef0123456789abcdef"), &keys[0].key));
    assert_true(key_import(17, BYTES_LIT("0123456789abcdef"), &keys[1].key));
    assert_true(key_import(23, BYTES_LIT("fedcba9876543210"), &keys[2].key));
    keys[0].kvno = keys[1].kvno = 4000000000;
    keys[2].kvno = 1;
    keys[0].has_salt = true;
    keys[0].salt = BYTES_LIT("EXAMPLE.TESTHTTPwww");
    keys[1].s2kparams = BYTES_LIT("\0\0\x10\0");
    a.keys = keys;
    a.n_keys = 3;
    a.flags = ACCOUNT_DISABLED | ACCOUNT_MACHINE;
    a.max_life = HOUR;
    a.max_renew = 7 * DAY;
    a.expires = -5;
    a.password_expires = INT64_MAX;
    a.logon_hours = hours;
    a.supported_etypes = 0xffffffff;
    return a;
}

static void check_keys(const struct account_key *a, const struct account_key *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a[i].kvno, b[i].kvno);
        assert_true(key_equal(&a[i].key, &b[i].key));
        assert_true(a[i].has_salt == b[i].has_salt && b[i].key.lasting);
        assert_true(bytes_equal(a[i].salt, b[i].salt));
        assert_true(bytes_equal(a[i].s2kparams, b[i].s2kparams));
    }
}

static void test_an_account(void **state)
{
    (void)state;
    struct account a = everything(), b;
    assert_true(record_read_account(mem, record_account(mem, &a), NULL, &b));
    assert_true(principal_equal(&a.name, &b.name) && a.name.name_type == b.name.name_type);
    assert_int_equal(b.flags, a.flags);
    assert_true(b.max_life == a.max_life && b.max_renew == a.max_renew);
    assert_true(b.expires == a.expires && b.password_expires == a.password_expires);
    assert_memory_equal(b.logon_hours, a.logon_hours, LOGON_HOURS_OCTETS);
    assert_int_equal(b.supported_etypes, a.supported_etypes);
    assert_true(bytes_equal(a.upn, b.upn));
    assert_int_equal(b.n_keys, 3);
    check_keys(a.keys, b.keys, 3);
    assert_int_equal(b.n_spns, 2);
    assert_true(principal_equal(&a.spns[1], &b.spns[1]));
    assert_string_equal(b.text, a.text);
    struct account plain = account_of("a", NULL, NULL);
    assert_true(record_read_account(mem, record_account(mem, &plain), NULL, &b));
    assert_null(b.logon_hours);
    assert_int_equal(b.n_keys + b.n_spns + b.upn.n, 0);
}

static void test_a_policy_and_a_trust(void **state)
{
    (void)state;
    int32_t etypes[] = {18, -128, 23};
    struct realm_policy p = {.skew = 1,
                             .max_life = 2,
                             .max_renew = 3,
                             .etypes = etypes,
                             .n_etypes = 3,
                             .attempts = 5,
                             .password_min = 9,
                             .password_history = 3,
                             .no_postdate = true,
                             .attempt_window = 6,
                             .windows_names = true,
                             .preset = "windows-2022-11",
                             .default_supported = 0x27,
                             .tickets_as_asked = true},
                        q;
    assert_true(record_read_policy(mem, record_policy(mem, &p), NULL, &q));
    assert_true(q.skew == 1 && q.max_life == 2 && q.max_renew == 3 && q.n_etypes == 3);
    assert_memory_equal(q.etypes, etypes, sizeof etypes);
    assert_true(q.attempts == 5 && q.password_min == 9 && q.password_history == 3 &&
                q.no_postdate && q.attempt_window == 6 && q.windows_names && !q.duplicates);
    assert_string_equal(q.preset, p.preset);
    assert_true(q.default_supported == 0x27 && !q.weak_sessions && q.tickets_as_asked);
    struct account a = everything();
    struct bytes suffixes[] = {BYTES_LIT("b.test"), BYTES_LIT("c.test")};
    struct trust t = {.realm = BYTES_LIT("B.TEST"),
                      .inbound = true,
                      .keys = a.keys,
                      .n_keys = 3,
                      .suffixes = suffixes,
                      .n_suffixes = 2,
                      .next = BYTES_LIT("N.TEST")},
                 u;
    assert_true(record_read_trust(mem, record_trust(mem, &t), NULL, &u));
    assert_true(bytes_equal(t.realm, u.realm) && u.inbound && !u.transitive);
    assert_int_equal(u.n_keys, 3);
    check_keys(t.keys, u.keys, 3);
    assert_int_equal(u.n_suffixes, 2);
    assert_true(bytes_equal(u.suffixes[1], suffixes[1]) && bytes_equal(u.next, t.next));
}

/* Each yes and no by itself, so that none stands for another. */
static void test_each_yes_of_a_policy(void **state)
{
    (void)state;
    static const size_t at[] = {
        offsetof(struct realm_policy, no_postdate), offsetof(struct realm_policy, windows_names),
        offsetof(struct realm_policy, duplicates), offsetof(struct realm_policy, weak_sessions),
        offsetof(struct realm_policy, tickets_as_asked)};
    for (size_t yes = 0; yes < sizeof at / sizeof *at; yes++) {
        struct realm_policy p = {.skew = 1}, q;
        *(bool *)((uint8_t *)&p + at[yes]) = true;
        assert_true(record_read_policy(mem, record_policy(mem, &p), NULL, &q));
        for (size_t i = 0; i < sizeof at / sizeof *at; i++)
            assert_int_equal(*(bool *)((uint8_t *)&q + at[i]), i == yes);
    }
}

/* Whatever is read is written again as it was, so no two records mean one thing. */
static bool is_read(struct bytes in, const char **why)
{
    struct faults f = {.mem = mem};
    struct account a;
    if (record_read_account(mem, in, &f, &a)) {
        assert_true(bytes_equal(record_account(mem, &a), in));
        return true;
    }
    assert_int_equal(f.n, 1);
    assert_true(f.list[0].at <= in.n);
    *why = f.list[0].row->id;
    return false;
}

static void test_every_cut_and_every_flip(void **state)
{
    (void)state;
    struct account a = everything();
    struct bytes whole = record_account(mem, &a), copy = arena_copy(mem, whole);
    const char *why;
    for (size_t n = 0; n < whole.n; n++) {
        assert_false(is_read(bytes_slice(whole, 0, n), &why));
        for (int bit = 0; bit < 8; bit++) {
            ((uint8_t *)(uintptr_t)copy.p)[n] ^= (uint8_t)(1 << bit);
            is_read(copy, &why);
            ((uint8_t *)(uintptr_t)copy.p)[n] ^= (uint8_t)(1 << bit);
        }
    }
}

/* Octets of which none is damaged in itself, but one is another than was written. */
static void test_a_changed_octet(void **state)
{
    (void)state;
    struct account a = everything();
    struct bytes whole = record_account(mem, &a);
    const char *why = "nothing";
    for (size_t i = 0; i < whole.n; i++)
        if (whole.p[i] == '7') { /* in a key, and in a port */
            ((uint8_t *)(uintptr_t)whole.p)[i] = '6';
            assert_false(is_read(whole, &why));
            assert_string_equal(why, "store.sum");
            ((uint8_t *)(uintptr_t)whole.p)[i] = '7';
        }
    assert_string_equal(why, "store.sum");
    assert_true(is_read(whole, &why));
}

/* An account of which nothing is said, octet by octet: 0 version, 1 name type, 2 components,
 * 3-4 "a", 5 flags, 6-9 times, 10 hours, 11 supported, 12 UPN, 13 keys, 14 SPNs, 15-17 text, 18-25
 * the sum. */
static void test_each_fault(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        const char *octets; /* in place of the one there */
        size_t n;
        const char *id;
    } rows[] = {
        {0, "\x02", 1, "store.version"},
        {3, "\x7f", 1, "store.cut"},
        {6, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, "store.number-long"},
        {6, "\x80\x00", 2, "store.number-long"},
        {5, "\xff\xff\xff\xff\x7f", 5, "store.number-big"},
        {14, "\x70", 1, "store.count"},
        {13, "\x01\x01\x12\x01x\x00\x00\x00", 8, "store.key"},
        {13,
         "\x01\x01\x17\x10"
         "0123456789abcdef\x02\x00\x00",
         23, "store.yes-no"},
        {10, "\x01z", 2, "store.hours"},
        {16, "\0", 1, "store.text"},
        {15, "\x00", 1, "store.text"},
        {17,
         "\x00"
         "x",
         2, "store.left-over"},
    };
    struct account a = account_of("a", NULL, NULL);
    struct bytes plain = record_account(mem, &a);
    assert_int_equal(plain.n, 26);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t behind = plain.n - rows[i].at - 1;
        uint8_t *bad = arena_take(mem, rows[i].at + rows[i].n + behind);
        memcpy(bad, plain.p, rows[i].at);
        memcpy(bad + rows[i].at, rows[i].octets, rows[i].n);
        memcpy(bad + rows[i].at + rows[i].n, plain.p + rows[i].at + 1, behind);
        const char *why = "nothing";
        assert_false(is_read(bytes_of(bad, rows[i].at + rows[i].n + behind), &why));
        assert_string_equal(why, rows[i].id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_account),           TEST(test_a_policy_and_a_trust),
        TEST(test_each_yes_of_a_policy), TEST(test_every_cut_and_every_flip),
        TEST(test_a_changed_octet),      TEST(test_each_fault)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
