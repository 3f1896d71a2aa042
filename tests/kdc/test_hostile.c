/* What no client sends: damaged requests, no memory, odd names. The KDC answers with an error or
 * not at all, and never gives what was not proven. */
#include "tests/kdc/asker.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TGS "krbtgt/EXAMPLE.TEST"
#define WWW "HTTP/www.example.test"

static struct asker *a;
static struct bytes as_request, tgs_request, renew_request, body; /* in a->run */
static struct got tgt;

static int setup(void **state)
{
    (void)state;
    a = asker_new();
    tgt = logon(a, KDC_OPT_FORWARDABLE);
    struct ask q = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18)};
    struct ask t = {.sname = WWW, .till = TILL, .tgt = &tgt.rep.ticket, .session = &tgt.session};
    as_request = arena_copy(a->run, as_req(a, &q));
    tgs_request = arena_copy(a->run, tgs_req(a, &t));
    struct got old = logon(a, KDC_OPT_RENEWABLE);
    struct ask r = {.sname = TGS,
                    .options = KDC_OPT_RENEW,
                    .till = TILL,
                    .tgt = &old.rep.ticket,
                    .session = &old.session};
    renew_request = arena_copy(a->run, tgs_req(a, &r));
    struct KDC_REQ req;
    if (!asn_decode(&ASN_AS_REQ, as_request, ASN_STRICT, a->run, NULL, &req))
        return -1;
    body = req.req_body.der;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asker_free(a);
    return 0;
}

/* A fresh ledger for each try, so that no earlier reply is given. */
static struct bytes fresh_turn(struct bytes data, bool *ok)
{
    arena_reset(a->mem);
    ledger_free(a->ledger);
    a->ledger = ledger_new(16, false);
    struct kdc *kdc = a->kdc;
    struct kdc_config config = {"kdc", asker_realm(a), a->ledger};
    a->kdc = kdc_new(a->mem, &config);
    struct bytes reply = asker_turn(a, data, ok);
    a->kdc = kdc;
    return reply;
}

static uint8_t tag_of(struct bytes reply)
{
    return reply.n ? reply.p[0] : 0;
}

/* ---- damage
 * ----------------------------------------------------------------------------------------- */

/* In an AS-REQ the body is not protected: a change there may be granted. A change in what proves
 * the key may not. */
static void test_as_flips(void **state)
{
    (void)state;
    size_t body_at = (size_t)(body.p - as_request.p);
    uint8_t *copy = malloc(as_request.n);
    for (size_t i = 0; i < 8 * as_request.n; i++) {
        memcpy(copy, as_request.p, as_request.n);
        copy[i / 8] ^= (uint8_t)(1 << i % 8);
        bool ok;
        uint8_t tag = tag_of(fresh_turn(bytes_of(copy, as_request.n), &ok));
        assert_true(ok);
        assert_true(tag == 0 || tag == 0x7e || (tag == 0x6b && i / 8 >= body_at));
    }
    free(copy);
}

/* All of a TGS-REQ's body is summed up in the authenticator; in front of it, the AP-REQ's options
 * and the names in clear are not. */
static void test_tgs_flips(void **state)
{
    (void)state;
    unsigned granted = 0;
    uint8_t *copy = malloc(tgs_request.n);
    struct KDC_REQ req;
    assert_true(asn_decode(&ASN_TGS_REQ, tgs_request, ASN_STRICT, a->run, NULL, &req));
    size_t body_at = (size_t)(req.req_body.der.p - tgs_request.p);
    for (size_t i = 0; i < 8 * tgs_request.n; i++) {
        memcpy(copy, tgs_request.p, tgs_request.n);
        copy[i / 8] ^= (uint8_t)(1 << i % 8);
        bool ok;
        uint8_t tag = tag_of(fresh_turn(bytes_of(copy, tgs_request.n), &ok));
        assert_true(ok);
        assert_true(tag == 0 || tag == 0x7e || tag == 0x6d);
        assert_true(tag != 0x6d || i / 8 < body_at);
        granted += tag == 0x6d;
    }
    assert_in_range(granted, 1, 100); /* bits of ap-options and of a name type */
    free(copy);
}

static void test_truncations(void **state)
{
    (void)state;
    const struct bytes whole[] = {as_request, tgs_request};
    for (size_t w = 0; w < 2; w++)
        for (size_t n = 0; n < whole[w].n; n++) {
            bool ok;
            struct bytes reply = fresh_turn(bytes_of(whole[w].p, n), &ok);
            assert_true(ok);
            assert_int_equal(reply.n, 0);
        }
}

static void test_silence(void **state)
{
    (void)state;
    static const struct bytes junk[] = {{NULL, 0},
                                        {(const uint8_t *)"GET / HTTP/1.1\r\n", 16},
                                        {(const uint8_t *)"\x6b\x00", 2},
                                        {(const uint8_t *)"\x7e\x00", 2}};
    for (size_t i = 0; i < 4; i++) {
        bool ok;
        assert_int_equal(fresh_turn(junk[i], &ok).n, 0);
        assert_true(ok);
        assert_string_equal(a->faults.list[0].row->id, "kdc.not-a-request");
    }
    bool ok;
    assert_int_equal(fresh_turn(BYTES_LIT("\x6a\x05\x30"), &ok).n, 0);
    assert_string_equal(a->faults.list[0].row->id, "kdc.not-whole");
    size_t n;
    kdc_fault_table(&n);
    assert_int_equal(n, 3); /* two reached above, one in test_kpasswd.c */
}

static void test_malformed(void **state)
{
    (void)state;
    bool ok;
    struct got g = read_reply(a, fresh_turn(BYTES_LIT("\x6a\x02\x30\x00"), &ok), NULL, 0);
    assert_int_equal(g.error, KRB_ERR_GENERIC);
    assert_true(principal_equal(
        &g.krb_error.sname,
        &(struct PrincipalName){
            .name_string = {(struct bytes[]){BYTES_LIT("krbtgt"), BYTES_LIT("EXAMPLE.TEST")}, 2}}));
    struct ask q = {"alice", TGS, .till = TILL};
    struct KDC_REQ req = {.pvno = 4, .msg_type = 10, .req_body = asker_body(a, &q)};
    g = read_reply(a, fresh_turn(asn_encode(&ASN_AS_REQ, &req, a->run), &ok), NULL, 0);
    assert_int_equal(g.error, KDC_ERR_BAD_PVNO);
    req.pvno = 5;
    req.msg_type = 12;
    req.req_body = asker_body(a, &q);
    g = read_reply(a, fresh_turn(asn_encode(&ASN_AS_REQ, &req, a->run), &ok), NULL, 0);
    assert_int_equal(g.error, KRB_AP_ERR_MSG_TYPE);
    assert_true(a->faults.n > 0);
}

/* ---- odd values
 * -------------------------------------------------------------------------------------- */

static void test_odd_names(void **state)
{
    (void)state;
    struct bytes none[] = {{NULL, 0}}, empty[] = {BYTES_LIT("krbtgt"), {NULL, 0}},
                 odd[] = {BYTES_LIT("krbtgt"), BYTES_LIT("EXAMPLE.TEST"), {NULL, 0}},
                 ctrl[] = {BYTES_LIT("\x1b[31m\n%s%n\x01")};
    struct {
        struct bytes *at;
        size_t n;
    } names[] = {{NULL, 0}, {none, 1}, {empty, 2}, {odd, 3}, {ctrl, 1}};
    a->turn.tell = &a->heard.story;
    for (size_t c = 0; c < 5; c++)
        for (size_t s = 0; s < 5; s++) {
            struct ask q = {"alice", TGS, .till = TILL};
            struct KDC_REQ req = {.pvno = 5, .msg_type = 10, .req_body = asker_body(a, &q)};
            req.req_body.cname.name_string.at = names[c].at;
            req.req_body.cname.name_string.n = names[c].n;
            req.req_body.sname.name_string.at = names[s].at;
            req.req_body.sname.name_string.n = names[s].n;
            bool ok;
            struct bytes data = asn_encode(&ASN_AS_REQ, &req, a->run);
            struct got g = read_reply(a, fresh_turn(data, &ok), NULL, 0);
            assert_int_equal(g.error, KDC_ERR_C_PRINCIPAL_UNKNOWN);
        }
}

static void test_odd_numbers(void **state)
{
    (void)state;
    static const int64_t etypes[] = {-2147483648LL, -1,  0,     1,          127, 128,
                                     255,           256, 65535, 2147483647, 18};
    static const uint32_t nonces[] = {0, 1, 127, 128, 0x7fffffff, 0x80000000, 0xffffffff};
    for (size_t i = 0; i < sizeof nonces / sizeof *nonces; i++) {
        struct ask q = {"alice",
                        TGS,
                        .till = TILL,
                        .nonce = nonces[i],
                        .etypes = etypes,
                        .n_etypes = 11,
                        .stamp_key = asker_key(a, "alice", 18)};
        struct got g = ask_as(a, &q, q.stamp_key);
        assert_int_equal(g.error, 0);
        assert_int_equal(g.part.nonce, nonces[i] ? nonces[i] : 4711);
    }
}

static void test_many_etypes(void **state)
{
    (void)state;
    static int64_t many[10000];
    for (size_t i = 0; i < 10000; i++)
        many[i] = 18;
    struct ask q = {"alice", TGS, .till = TILL, .etypes = many, .n_etypes = 10000};
    struct got g = ask_as(a, &q, NULL);
    assert_int_equal(g.error, KDC_ERR_PREAUTH_REQUIRED);
    assert_in_range(g.krb_error.e_data.n, 10, 100);
}

/* ---- no memory
 * --------------------------------------------------------------------------------------- */

/* Every allocation of an exchange fails once: the engine says it was its own fault, and the same
 * request succeeds afterwards. */
static void fails_at_each(struct bytes request, uint8_t tag)
{
    for (unsigned long n = 1; n < 10000; n++) {
        arena_reset(a->mem);
        struct packet p = {.from = &a->client, .to = &a->server, .data = request};
        a->faults = (struct faults){.mem = a->mem};
        outbox_init(&a->out, a->mem);
        arena_fail_after(n);
        bool ok = kdc_receive(a->kdc, &p, &a->turn);
        arena_fail_after(0);
        if (ok) {
            assert_int_equal(tag_of(a->out.first->packet.data), tag);
            assert_true(n > 5);
            return;
        }
        assert_null(a->out.first);
    }
    fail();
}

static void test_no_memory(void **state)
{
    (void)state;
    struct kdc *kdc = a->kdc;
    a->kdc = kdc_new(a->run, &(struct kdc_config){"kdc", asker_realm(a), NULL});
    for (int told = 0; told < 2; told++) {
        a->turn.tell = told ? &a->heard.story : NULL;
        fails_at_each(as_request, 0x6b);
        fails_at_each(tgs_request, 0x6d);
        fails_at_each(renew_request, 0x6d);
    }
    a->kdc = kdc;
}

/* The same with a ledger: what was reserved and not settled goes by with its window. */
static void test_no_memory_and_attempts(void **state)
{
    (void)state;
    struct realm_policy policy = *realm_policy(asker_realm(a));
    policy.attempts = 1000;
    policy.attempt_window = MINUTE;
    asker_policy(a, &policy);
    fails_at_each(as_request, 0x6b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_as_flips),    TEST(test_tgs_flips),
        TEST(test_truncations), TEST(test_silence),
        TEST(test_malformed),   TEST(test_odd_names),
        TEST(test_odd_numbers), TEST(test_many_etypes),
        TEST(test_no_memory),   TEST(test_no_memory_and_attempts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
