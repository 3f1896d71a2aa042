/* PDUs of a secure channel dissected: labels, what keys open, words for everything, leaves that
 * tile. */
#include "tests/context/netlogon_pair.h"
#include "trace/dissect.h"

static struct pair p;
static struct keyring ring;
static struct arena *mem;

static int begin(void **state)
{
    (void)state;
    pair_begin(&p);
    mem = arena_new(1 << 16);
    pair_ask(&p, 1);
    p.status = STATUS_WRONG_PASSWORD;
    pair_ask(&p, 2);
    const struct hand_key *k = hand_key(&p.hand, "netlogon WEB1-DC1");
    struct ring_key key = {.name = "netlogon WEB1-DC1", .holders = {"www", "dc"}};
    key.key = (struct key){.etype = ETYPE_NETLOGON, .n = 16};
    memcpy(key.key.v, k->value, 16);
    ring = (struct keyring){0};
    keyring_add(&ring, key, mem);
    return 0;
}

static int end(void **state)
{
    (void)state;
    pair_end(&p);
    arena_free(mem);
    return 0;
}

static struct bytes sent(unsigned i)
{
    return bytes_of(p.sent[i].p, p.sent[i].n);
}

static void assert_tiles(struct root *r)
{
    size_t at = 0;
    for (struct field *f = r->top; f; f = field_next(f)) {
        size_t from, to;
        if (f->root != r || !field_leaf(f, &from, &to))
            continue;
        assert_int_equal(from, at);
        at = to;
    }
    assert_int_equal(at, r->data.n);
    for (struct field *f = r->top; f; f = field_next(f))
        if (f->root == r && f->inner)
            assert_tiles(f->inner);
}

static const struct {
    unsigned number;
    const char *label, *sealed; /* with the key, and without it */
} labels[] = {
    {0, "bind", NULL},
    {1, "bind_ack", NULL},
    {2, "NetrServerReqChallenge", NULL},
    {3, "NetrServerReqChallenge answer STATUS_SUCCESS", NULL},
    {4, "NetrServerAuthenticate3", NULL},
    {5, "NetrServerAuthenticate3 answer STATUS_SUCCESS", NULL},
    {6, "alter_context", NULL},
    {7, "alter_context_resp", NULL},
    {8, "NetrLogonSamLogonEx", "NetrLogonSamLogonEx, sealed"},
    {9, "NetrLogonSamLogonEx answer STATUS_SUCCESS", "response, sealed"},
    {10, "NetrLogonSamLogonEx", "NetrLogonSamLogonEx, sealed"},
    {11, "NetrLogonSamLogonEx answer STATUS_WRONG_PASSWORD", "response, sealed"},
};

static void each_pdu_has_its_label(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        struct root *r = dissect(sent(labels[i].number), VIA_RPC, &ring, p.hand.crypto, mem);
        assert_string_equal(message_label(r, mem), labels[i].label);
        assert_tiles(r);
        r = dissect(sent(labels[i].number), VIA_RPC, NULL, NULL, mem);
        assert_string_equal(message_label(r, mem),
                            labels[i].sealed ? labels[i].sealed : labels[i].label);
        assert_tiles(r);
    }
}

static void every_field_has_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        struct root *r = dissect(sent(labels[i].number), VIA_RPC, &ring, p.hand.crypto, mem);
        for (struct field *f = r->top; f; f = field_next(f)) {
            if (f->header)
                continue;
            assert_non_null(f->words);
            if (f->words == word_exact("?flat") || f->words == word_exact("?group"))
                fail_msg("no words for %s", f->path);
        }
    }
}

static const char *value_at(struct root *r, const char *path)
{
    struct field *f = field_find(r, path);
    if (!f)
        fail_msg("no field %s", path);
    return f->value;
}

static void what_the_key_opens(void **state)
{
    (void)state;
    struct root *r = dissect(sent(8), VIA_RPC, &ring, p.hand.crypto, mem);
    struct field *stub = field_find(r, "RPC.stub_data");
    assert_int_equal(stub->state, FIELD_OPENED);
    assert_string_equal(stub->opened_by->name, "netlogon WEB1-DC1");
    assert_string_equal(value_at(r, "RPC.stub_data/NETLOGON-STUB"), "alice of EXAMPLE");
    assert_string_equal(value_at(r, "RPC.stub_data/NETLOGON-STUB.LogonLevel"),
                        "2 NetlogonNetworkInformation");
    r = dissect(sent(9), VIA_RPC, &ring, p.hand.crypto, mem);
    assert_string_equal(value_at(r, "RPC.stub_data/NETLOGON-STUB.ValidationInformation."
                                    "NETLOGON_VALIDATION_SAM_INFO4.UserId"),
                        "1104");
    r = dissect(sent(11), VIA_RPC, &ring, p.hand.crypto, mem);
    assert_string_equal(value_at(r, "RPC.stub_data/NETLOGON-STUB.NTSTATUS"),
                        "0xC000006A STATUS_WRONG_PASSWORD");
    r = dissect(sent(0), VIA_RPC, NULL, NULL, mem);
    assert_string_equal(value_at(r, "RPC.p_cont_elem[0].abstract_syntax.if_uuid"),
                        "12345678-1234-abcd-ef00-01234567cffb netlogon");
    /* Another key opens nothing. */
    struct keyring others = {0};
    struct ring_key key = ring.keys[0];
    key.key.v[5] ^= 1;
    keyring_add(&others, key, mem);
    r = dissect(sent(8), VIA_RPC, &others, p.hand.crypto, mem);
    assert_int_equal(field_find(r, "RPC.stub_data")->state, FIELD_SEALED);
}

static void a_fault_says_which(void **state)
{
    (void)state;
    struct rpc_pdu m = {.type = RPC_FAULT, .flags = RPC_WHOLE, .status = RPC_FAULT_OP_RNG_ERROR};
    struct root *r = dissect(rpc_write(mem, &m), VIA_RPC, NULL, NULL, mem);
    assert_string_equal(message_label(r, mem), "fault nca_s_op_rng_error");
    m = (struct rpc_pdu){
        .type = RPC_REQUEST, .flags = RPC_WHOLE, .opnum = 99, .stub = BYTES_LIT("abc")};
    r = dissect(rpc_write(mem, &m), VIA_RPC, NULL, NULL, mem);
    assert_string_equal(message_label(r, mem), "request");
    assert_int_equal(field_find(r, "RPC.stub_data")->state, FIELD_OPAQUE);
    r = dissect(BYTES_LIT("no PDU"), VIA_RPC, NULL, NULL, mem);
    assert_string_equal(message_label(r, mem), "RPC");
}

static void truncated_and_flipped(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 16);
    for (unsigned i = 0; i < 12; i++) {
        struct bytes whole = sent(i);
        for (size_t n = 0; n < whole.n; n += 1 + n / 64) {
            assert_tiles(dissect(bytes_slice(whole, 0, n), VIA_RPC, &ring, p.hand.crypto, a));
            arena_reset(a);
        }
        for (size_t bit = 0; bit < 8 * whole.n; bit += 5) {
            uint8_t copy[PDU_MAX];
            memcpy(copy, whole.p, whole.n);
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            struct root *r = dissect(bytes_of(copy, whole.n), VIA_RPC, &ring, p.hand.crypto, a);
            assert_tiles(r);
            assert_non_null(message_label(r, a));
            arena_reset(a);
        }
    }
    arena_free(a);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(each_pdu_has_its_label), T(every_field_has_words), T(what_the_key_opens),
        T(a_fault_says_which),     T(truncated_and_flipped),
    };
    return cmocka_run_group_tests_name("trace/dissect_rpc", tests, NULL, NULL);
}
