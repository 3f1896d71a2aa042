/* Changes of passwords (RFC 3244): what is taken, what is refused and how, and what gets no answer.
 */
#include "tests/kdc/kpasswd_asker.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void new_kdc(const struct realm_changer *with, size_t password_min)
{
    kdc_of_realm(with, people(password_min));
}

static int fresh(void **state)
{
    (void)state;
    arena_reset(a->mem);
    arena_reset(a->run);
    a->turn.now = ASKER_NOW;
    history = 0;
    new_kdc(&changer, 8);
    assert_true(key_random(a->crypto, &a->rng.rng, "session", 18, &session));
    assert_true(key_random(a->crypto, &a->rng.rng, "subkey", 18, &subkey));
    return 0;
}

/* ---- replies --------------------------------------------------------------------------------- */

struct result_got {
    bool sealed, bare;
    int32_t error; /* of a KRB-ERROR */
    int result;
    const char *text;
};

static struct result_got read_result(struct bytes reply)
{
    struct result_got g = {.result = -1};
    struct kpasswd_message m = {0};
    struct kpasswd_result r;
    struct bytes data;
    assert_true(reply.n != 0);
    g.bare = reply.p[0] == 0x7e;
    if (g.bare)
        m.rest = reply;
    else
        assert_true(kpasswd_read(reply, NULL, &m) && m.version == KPASSWD_CHANGE &&
                    kpasswd_is_reply(reply));
    if (m.ap.n) {
        struct AP_REP rep;
        struct EncAPRepPart part;
        assert_true(asn_decode(&ASN_AP_REP, m.ap, ASN_STRICT, a->mem, NULL, &rep));
        assert_int_equal(ap_reply_check(&a->asker, &rep, &session, sent_at, "test", &part), 0);
        struct protected_end end = {.key = subkey,
                                    .with_seq = true,
                                    .receive_seq = (uint32_t)part.seq_number,
                                    .ours = &address_of_initiator};
        assert_int_equal(priv_check(&a->asker, &end, m.rest, &data), 0);
        g.sealed = true;
    } else {
        struct KRB_ERROR e;
        assert_true(asn_decode(&ASN_KRB_ERROR, m.rest, ASN_STRICT, a->mem, NULL, &e));
        g.error = (int32_t)e.error_code;
        data = e.e_data;
    }
    assert_true(kpasswd_result_read(data, NULL, &r));
    g.result = r.code;
    g.text = arena_str(a->mem, r.text);
    return g;
}

static struct result_got asked(const struct change *c)
{
    return read_result(sent(request(c)));
}

static void refused(int result, const char *text, const struct change *c)
{
    struct result_got g = asked(c);
    assert_true(g.sealed);
    assert_int_equal(g.result, result);
    assert_string_equal(g.text, text);
    assert_int_equal(changed.calls, 0);
}

static void refused_in_clear(int result, int32_t error, const struct change *c)
{
    struct result_got g = asked(c);
    assert_false(g.sealed);
    assert_true(g.bare != c->old_form);
    assert_int_equal(g.result, result);
    assert_int_equal(g.error, error);
    assert_int_equal(changed.calls, 0);
}

#define GOOD .password = "new-password"

/* ---- what is taken --------------------------------------------------------------------------- */

static void ones_own_password_is_changed(void **state)
{
    (void)state;
    struct change ways[] = {{GOOD}, {GOOD, .old_form = true}, {GOOD, .target = "alice"}};
    for (unsigned i = 0; i < 3; i++) {
        a->turn.now += SECOND;
        struct result_got g = asked(&ways[i]);
        assert_true(g.sealed);
        assert_int_equal(g.result, 0);
        assert_string_equal(g.text, "Changed.");
        assert_int_equal(changed.calls, i + 1);
        assert_string_equal(changed.name, "alice");
        assert_string_equal(changed.password, "new-password");
    }
}

static void who_may_sets_anothers(void **state)
{
    (void)state;
    struct result_got g =
        asked(&(struct change){GOOD, .client = "admin", .target = "alice", .not_initial = true});
    assert_int_equal(g.result, 0);
    assert_string_equal(changed.name, "alice");
}

/* As the ticket of who logged on under a name in other letters has it. */
static void letters_of_other_case_are_the_same_account_where_the_realm_says_so(void **state)
{
    (void)state;
    refused(5, "who asks has no account here", &(struct change){GOOD, .client = "ALICE"});
    either_case = true;
    new_kdc(&changer, 8);
    either_case = false;
    a->turn.now += SECOND;
    assert_int_equal(asked(&(struct change){GOOD, .client = "ALICE"}).result, 0);
    assert_string_equal(changed.name, "alice");
    changed.calls = 0;
    a->turn.now += SECOND;
    refused(7, "log on for this with your password",
            &(struct change){GOOD, .client = "ALICE", .target = "Alice", .not_initial = true});
}

static void a_request_sent_twice_is_one_change(void **state)
{
    (void)state;
    struct bytes data = request(&(struct change){GOOD});
    struct bytes first = sent(data), second = sent(data);
    assert_true(bytes_equal(first, second));
    assert_int_equal(changed.calls, 1);
}

static void characters_are_counted_not_octets(void **state)
{
    (void)state;
    struct result_got g =
        asked(&(struct change){.password = "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9fxyz"});
    assert_int_equal(g.result, 4);
    a->turn.now += SECOND;
    g = asked(&(struct change){.password = "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9fwxyz"});
    assert_int_equal(g.result, 0);
}

/* ---- what is refused --------------------------------------------------------------------------
 */

static void the_policy_says_why(void **state)
{
    (void)state;
    refused(4, "The password must have at least 8 characters.",
            &(struct change){.password = "short"});
    a->turn.now += SECOND;
    refused(4, "The new password must not be the old one.",
            &(struct change){.password = "alice-pw-1"});
    new_kdc(&changer, 0);
    refused(4, "The password must not be the name of the account.",
            &(struct change){.password = "ALICE"});
}

static void passwords_of_before_are_known_by_their_keys(void **state)
{
    (void)state;
    static const char *const passwords[] = {"longtime-4", "longtime-3", "longtime-2", "longtime-1"};
    for (history = 0; history < 6; history++) {
        new_kdc(&changer, 8);
        for (size_t i = 0; i < 4; i++) {
            a->turn.now += SECOND;
            struct result_got g =
                asked(&(struct change){.client = "longtime", .password = passwords[i]});
            assert_int_equal(g.result, i <= history ? 4 : 0);
            if (i && i <= history)
                assert_string_equal(g.text,
                                    arena_printf(a->mem,
                                                 "The new password must not be one of the %zu "
                                                 "before.",
                                                 history));
        }
        a->turn.now += SECOND;
        assert_int_equal(
            asked(&(struct change){.client = "longtime", .password = "longtime-5"}).result, 0);
    }
}

static void who_may_not_is_refused(void **state)
{
    (void)state;
    refused(5, "you may not set the password of another",
            &(struct change){GOOD, .target = "admin"});
    a->turn.now += SECOND;
    refused(7, "log on for this with your password", &(struct change){GOOD, .not_initial = true});
    a->turn.now += SECOND;
    refused(5, "the client's account is disabled", &(struct change){GOOD, .client = "closed"});
    a->turn.now += SECOND;
    refused(5, "who asks has no account here", &(struct change){GOOD, .crealm = "OTHER.TEST"});
    a->turn.now += SECOND;
    refused(5, "who asks has no account here", &(struct change){GOOD, .client = "nobody"});
    a->turn.now += SECOND;
    refused(2, "there is no such account",
            &(struct change){GOOD, .client = "admin", .target = "nobody"});
    a->turn.now += SECOND;
    refused(2, "there is no such account",
            &(struct change){GOOD, .client = "admin", .target = "alice", .target_realm = "OTHER"});
}

static void what_cannot_be_read_is_malformed(void **state)
{
    (void)state;
    refused(1, "what was sealed is no ChangePasswdData", &(struct change){GOOD, .raw = true});
    a->turn.now += SECOND;
    refused(1, "a name without its realm",
            &(struct change){GOOD, .target = "alice", .no_realm = true});
    struct kpasswd_message m = {.version = KPASSWD_SET, .ap = BYTES_LIT("\x6e\x02\x30\x00")};
    struct result_got g = read_result(sent(kpasswd_write(a->mem, &m)));
    assert_true(g.bare);
    assert_int_equal(g.result, 1);
    m.version = 2;
    g = read_result(sent(kpasswd_write(a->mem, &m)));
    assert_int_equal(g.result, 6);
}

static void where_nobody_can_change_anything_that_is_said(void **state)
{
    (void)state;
    new_kdc(NULL, 8);
    refused(2, "passwords cannot be changed here", &(struct change){GOOD});
    new_kdc(&changer, 8);
    changed.result = 4;
    a->turn.now += SECOND;
    struct result_got g = asked(&(struct change){GOOD});
    assert_int_equal(g.result, 4);
    assert_string_equal(g.text, "Not now.");
}

static void without_a_common_key_it_is_said_in_clear(void **state)
{
    (void)state;
    struct key other = subkey;
    other.v[0] ^= 1;
    const struct {
        int result;
        int32_t error;
        struct change c;
    } rows[] = {
        {3, KRB_AP_ERR_BAD_INTEGRITY, {GOOD, .ticket_key = &(struct key){.etype = 17, .n = 16}}},
        {3, KRB_AP_ERR_NOT_US, {GOOD, .sname = "krbtgt/EXAMPLE.TEST"}},
        {3, KRB_AP_ERR_SKEW, {GOOD, .ctime = ASKER_NOW - 5 * MINUTE - 1}},
        {3, KRB_ERR_GENERIC, {GOOD, .no_subkey = true}},
        {3, KRB_AP_ERR_BADORDER, {GOOD, .no_seq = true}},
        {3, KRB_AP_ERR_BAD_INTEGRITY, {GOOD, .priv_key = &other}},
        {3, KRB_AP_ERR_BAD_INTEGRITY, {GOOD, .priv_key = &session}},
        {3, KRB_AP_ERR_BADORDER, {GOOD, .seq = SEQ + 1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct change c = rows[i].c;
        for (int old = 0; old < 2; old++) {
            a->turn.now = ASKER_NOW + (c.ctime ? 0 : (int64_t)(2 * i + (size_t)old));
            c.old_form = old;
            c.ctime -= c.ctime ? old : 0;
            refused_in_clear(rows[i].result, rows[i].error, &c);
        }
    }
}

static void an_authenticator_is_good_for_one_change(void **state)
{
    (void)state;
    struct bytes data = request(&(struct change){GOOD});
    assert_int_equal(read_result(sent(data)).result, 0);
    struct kpasswd_message m;
    assert_true(kpasswd_read(data, NULL, &m));
    struct protected_end end = {
        .key = subkey, .with_seq = true, .send_seq = SEQ, .ours = &address_of_initiator};
    assert_true(priv_build(&a->asker, &end, BYTES_LIT("other-password"), &m.rest));
    m.version = KPASSWD_CHANGE;
    struct result_got g = read_result(sent(kpasswd_write(a->mem, &m)));
    assert_int_equal(g.error, KRB_AP_ERR_REPEAT);
    assert_int_equal(changed.calls, 1);
}

/* ---- what gets no answer ----------------------------------------------------------------------
 */

static void silent(struct bytes data)
{
    assert_int_equal(sent(data).n, 0);
    assert_string_equal(a->faults.list[a->faults.n - 1].row->id, "kdc.not-a-change");
}

/* Two servers, or one and itself, must not talk for ever (CVE-2002-2443). */
static void no_reply_is_answered(void **state)
{
    (void)state;
    struct bytes sealed = sent(request(&(struct change){GOOD}));
    a->turn.now += SECOND;
    struct bytes old = sent(request(&(struct change){GOOD, .old_form = true, .no_subkey = true}));
    a->turn.now += SECOND;
    struct bytes bare = sent(request(&(struct change){GOOD, .no_subkey = true}));
    assert_true(sealed.n && old.n && bare.n && bare.p[0] == 0x7e);
    silent(sealed);
    silent(old);
    silent(bare);
    silent(BYTES_LIT(""));
    silent(BYTES_LIT("\0\6\0\1\0\0"));
}

/* Port 88 is for tickets and 464 for passwords: neither does the other's work. */
static void each_port_takes_its_own_only(void **state)
{
    (void)state;
    struct bytes change = request(&(struct change){GOOD});
    assert_int_equal(sent_to(KDC_PORT, change).n, 0);
    assert_string_equal(a->faults.list[a->faults.n - 1].row->id, "kdc.not-a-request");
    silent(BYTES_LIT("\x6a\x03\x30\x01\x00"));
    assert_int_equal(changed.calls, 0);
    assert_true(sent(change).n != 0);
    assert_int_equal(changed.calls, 1);
}

/* Whatever is cut or flipped: the password that was sealed, or none, is set; and the engine comes
 * back. */
static void nothing_changed_on_the_way_is_taken(void **state)
{
    (void)state;
    struct change c = {GOOD};
    struct bytes data = request(&c);
    uint8_t *changing = (uint8_t *)arena_str(a->mem, data);
    for (size_t n = 0; n < data.n; n++)
        silent(bytes_of(changing, n));
    struct arena *mem = a->mem;
    const struct realm *realm = people(8);
    a->mem = a->turn.mem = arena_new(1 << 16);
    for (size_t bit = 0; bit < 8 * data.n; bit++) {
        arena_reset(a->mem);
        ledger_free(a->ledger);
        a->ledger = ledger_new(16, false);
        kdc = kdc_new(a->mem, &(struct kdc_config){"kdc", realm, a->ledger, &changer});
        changing[bit / 8] ^= (uint8_t)(1 << bit % 8);
        sent(bytes_of(changing, data.n));
        changing[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (changed.calls)
            assert_string_equal(changed.password, "new-password");
        changed.calls = 0;
    }
    arena_free(a->mem);
    a->mem = a->turn.mem = mem;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ones_own_password_is_changed, fresh),
        cmocka_unit_test_setup(who_may_sets_anothers, fresh),
        cmocka_unit_test_setup(letters_of_other_case_are_the_same_account_where_the_realm_says_so,
                               fresh),
        cmocka_unit_test_setup(a_request_sent_twice_is_one_change, fresh),
        cmocka_unit_test_setup(characters_are_counted_not_octets, fresh),
        cmocka_unit_test_setup(the_policy_says_why, fresh),
        cmocka_unit_test_setup(passwords_of_before_are_known_by_their_keys, fresh),
        cmocka_unit_test_setup(who_may_not_is_refused, fresh),
        cmocka_unit_test_setup(what_cannot_be_read_is_malformed, fresh),
        cmocka_unit_test_setup(where_nobody_can_change_anything_that_is_said, fresh),
        cmocka_unit_test_setup(without_a_common_key_it_is_said_in_clear, fresh),
        cmocka_unit_test_setup(an_authenticator_is_good_for_one_change, fresh),
        cmocka_unit_test_setup(no_reply_is_answered, fresh),
        cmocka_unit_test_setup(each_port_takes_its_own_only, fresh),
        cmocka_unit_test_setup(nothing_changed_on_the_way_is_taken, fresh),
    };
    a = asker_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    asker_free(a);
    return failed;
}
