/* Records of the store: everything an account, a policy and a trust have comes back; what is
 * damaged is refused, with the fault that says how. */
#include "realm/store_record.h"

#include "realm_support.h"

/* A field more than is compared here: write it in realm/store_record.c, and compare it below. */
#if __SIZEOF_POINTER__ == 8
_Static_assert(sizeof(struct account) == 312, "a field of struct account");
_Static_assert(sizeof(struct account_key) == 88, "a field of struct account_key");
_Static_assert(sizeof(struct realm_policy) == 224, "a field of struct realm_policy");
_Static_assert(sizeof(struct trust) == 72, "a field of struct trust");
#endif

#define BYTES_LIT_OF(s)                                                                            \
    {                                                                                              \
        (const uint8_t *)(s), sizeof(s) - 1                                                        \
    }

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
    static const uint32_t groups[] = {1105, 4000000000};
    static const struct bytes extra[] = {BYTES_LIT_OF("S-1-5-21-9-9-9-512")},
                              workstations[] = {BYTES_LIT_OF("PC1"), BYTES_LIT_OF("PC2")};
    a.rid = 1104;
    a.primary_group = 514;
    a.groups = groups;
    a.n_groups = 2;
    a.extra_sids = extra;
    a.n_extra_sids = 1;
    a.has_nt_hash = a.has_lm_hash = true;
    memset(a.nt_hash, 0xa1, sizeof a.nt_hash);
    memset(a.lm_hash, 0xb2, sizeof a.lm_hash);
    a.reversible = BYTES_LIT("pw");
    a.wdigest = BYTES_LIT("0123456789abcdef");
    a.workstations = workstations;
    a.n_workstations = 2;
    a.certificate = BYTES_LIT("c0ffee");
    a.full_name = BYTES_LIT("Web Server");
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

static void check_windows(const struct account *a, const struct account *b)
{
    assert_int_equal(b->rid, a->rid);
    assert_int_equal(b->primary_group, a->primary_group);
    assert_int_equal(b->n_groups, a->n_groups);
    assert_memory_equal(b->groups, a->groups, a->n_groups * sizeof *a->groups);
    assert_int_equal(b->n_extra_sids, a->n_extra_sids);
    assert_true(bytes_equal(a->extra_sids[0], b->extra_sids[0]));
    assert_true(b->has_nt_hash && b->has_lm_hash);
    assert_memory_equal(b->nt_hash, a->nt_hash, 16);
    assert_memory_equal(b->lm_hash, a->lm_hash, 16);
    assert_true(bytes_equal(a->reversible, b->reversible) && bytes_equal(a->wdigest, b->wdigest));
    assert_int_equal(b->n_workstations, a->n_workstations);
    assert_true(bytes_equal(a->workstations[1], b->workstations[1]));
    assert_true(bytes_equal(a->certificate, b->certificate) &&
                bytes_equal(a->full_name, b->full_name));
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
    check_windows(&a, &b);
    struct account plain = account_of("a", NULL, NULL);
    assert_true(record_read_account(mem, record_account(mem, &plain), NULL, &b));
    assert_null(b.logon_hours);
    assert_int_equal(b.n_keys + b.n_spns + b.upn.n, 0);
    assert_false(b.has_nt_hash || b.has_lm_hash);
    assert_int_equal(b.rid + b.n_groups + b.n_extra_sids + b.n_workstations + b.full_name.n, 0);
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
                             .tickets_as_asked = true,
                             .netbios = "EXAMPLE",
                             .has_sid = true,
                             .groups = &(const struct group){1105, "Staff"},
                             .n_groups = 1,
                             .lm_level = 5},
                        q;
    assert_true(sid_parse(bytes_str("S-1-5-21-1-2-3"), &p.sid));
    assert_true(record_read_policy(mem, record_policy(mem, &p), NULL, &q));
    assert_true(q.skew == 1 && q.max_life == 2 && q.max_renew == 3 && q.n_etypes == 3);
    assert_memory_equal(q.etypes, etypes, sizeof etypes);
    assert_true(q.attempts == 5 && q.password_min == 9 && q.password_history == 3 &&
                q.no_postdate && q.attempt_window == 6 && q.windows_names && !q.duplicates);
    assert_string_equal(q.preset, p.preset);
    assert_true(q.default_supported == 0x27 && !q.weak_sessions && q.tickets_as_asked);
    assert_string_equal(q.netbios, "EXAMPLE");
    assert_true(q.has_sid && sid_equal(&q.sid, &p.sid) && q.n_groups == 1 && q.lm_level == 5);
    assert_int_equal(q.groups[0].rid, 1105);
    assert_string_equal(q.groups[0].name, "Staff");
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
    static const size_t at[] = {offsetof(struct realm_policy, no_postdate),
                                offsetof(struct realm_policy, windows_names),
                                offsetof(struct realm_policy, duplicates),
                                offsetof(struct realm_policy, weak_sessions),
                                offsetof(struct realm_policy, tickets_as_asked),
                                offsetof(struct realm_policy, no_pac),
                                offsetof(struct realm_policy, ntlm_blocked)};
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
 * 3-4 "a", 5 flags, 6-9 times, 10 hours, 11 supported, 12 UPN, 13 keys, 14 SPNs, 15-17 text, 18-19
 * RID and primary group, 20-21 groups and SIDs, 22-23 hashes, 24 password, 25 WDigest, 26
 * workstations, 27 certificate, 28 full name, 29-36 the sum. */
static void test_each_fault(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        const char *octets; /* in place of the one there */
        size_t n;
        const char *id;
    } rows[] = {
        {0, "\x01", 1, "store.version"},
        {22, "\x01z", 2, "store.hash"},
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
        {28,
         "\x00"
         "x",
         2, "store.left-over"},
    };
    struct account a = account_of("a", NULL, NULL);
    struct bytes plain = record_account(mem, &a);
    assert_int_equal(plain.n, 37);
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

/* Three of a domain: its SID is a SID, a group has a name. */
static void test_a_domains_faults(void **state)
{
    (void)state;
    struct realm_policy p = {.has_sid = true, .sid = {5, 1, {18}}}, q;
    p.groups = &(const struct group){1105, NULL};
    p.n_groups = 1;
    struct faults f = {.mem = mem};
    assert_false(record_read_policy(mem, record_policy(mem, &p), &f, &q));
    assert_string_equal(f.list[0].row->id, "store.text");
    p.n_groups = 0;
    struct bytes whole = record_policy(mem, &p);
    uint8_t *sid = memmem(whole.p, whole.n, "\x0c\x01\x01", 3);
    assert_non_null(sid);
    sid[1] = 2; /* no revision of SIDs */
    f.n = 0;
    assert_false(record_read_policy(mem, whole, &f, &q));
    assert_string_equal(f.list[0].row->id, "store.sid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_account),           TEST(test_a_policy_and_a_trust),
        TEST(test_each_yes_of_a_policy), TEST(test_every_cut_and_every_flip),
        TEST(test_a_changed_octet),      TEST(test_each_fault),
        TEST(test_a_domains_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
