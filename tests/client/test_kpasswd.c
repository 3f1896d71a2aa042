/* What kpasswd sends, and which answers it believes (RFC 3244). */
#include "tests/client/hand_kpasswd.h"

#define SEQ 4711

static struct hand_kdc k;
static struct hand_kpasswd open;

static int begin(void **state)
{
    (void)state;
    hand_kdc_begin(&k, 18);
    hand_kpasswd_ask(&k, "correct horse");
    hand_kpasswd_open(&k, SEQ, &open);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_kdc_end(&k);
    return 0;
}

static struct bytes reply(uint16_t code, const char *text)
{
    return hand_kpasswd_reply(&k, &open, &open.subkey, SEQ, hand_kpasswd_result(&k, code, text));
}

static void refused_with(struct bytes answer, int32_t code, const char *said)
{
    struct client_outcome o = hand_give(&k, answer);
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_int_equal(o.error, code);
    assert_non_null(strstr(o.text, said));
}

static void the_new_password_goes_under_the_subkey_alone(void **state)
{
    (void)state;
    struct bytes got;
    struct ChangePasswdData data;
    struct turn *t = hand_turn(&k.hand, k.hand.turn.now);
    struct protected_end at = {.key = open.subkey,
                               .with_seq = true,
                               .receive_seq = (uint32_t)open.checked.authenticator.seq_number,
                               .ours = &address_of_acceptor};
    assert_int_equal(open.request.version, KPASSWD_SET);
    assert_int_equal(priv_check(t, &at, open.request.rest, &got), 0);
    assert_true(asn_decode(&ASN_ChangePasswdData, got, ASN_STRICT, t->mem, NULL, &data));
    assert_true(bytes_equal_str(data.newpasswd, "correct horse"));
    assert_true(data.has_targname && bytes_equal_str(data.targname.name_string.at[0], "alice"));
    at.key = k.tgt_session;
    at.receive_seq = (uint32_t)open.checked.authenticator.seq_number;
    assert_int_not_equal(priv_check(t, &at, open.request.rest, &got), 0);
}

static void what_the_server_proves_is_believed(void **state)
{
    (void)state;
    assert_int_equal(hand_give(&k, reply(0, "Fine.")).state, CLIENT_GRANTED);
}

static void a_refusal_is_told_in_the_server_s_words(void **state)
{
    (void)state;
    refused_with(reply(4, "Too short."), KPASSWD_RESULTS + 4, "Too short.");
}

/* RFC 4120 3.5.2: the wrong key, the wrong number, a message sent back. */
static void an_answer_without_proof_changes_nothing(void **state)
{
    (void)state;
    struct bytes fine = hand_kpasswd_result(&k, 0, "Fine.");
    refused_with(hand_kpasswd_reply(&k, &open, &k.tgt_session, SEQ, fine), KRB_AP_ERR_BAD_INTEGRITY,
                 "");
    assert_string_equal(k.hand.refused, "client.kpasswd.proof");
}

static void an_answer_out_of_order_changes_nothing(void **state)
{
    (void)state;
    struct bytes fine = hand_kpasswd_result(&k, 0, "Fine.");
    refused_with(hand_kpasswd_reply(&k, &open, &open.subkey, SEQ + 1, fine), KRB_AP_ERR_BADORDER,
                 "");
}

static void an_ap_rep_for_another_request_changes_nothing(void **state)
{
    (void)state;
    open.checked.authenticator.cusec++;
    struct turn *t = hand_turn(&k.hand, k.hand.turn.now);
    t->mem = k.hand.run;
    assert_true(ap_reply_build(t, &open.checked, NULL, true, SEQ, &open.rep));
    t->mem = k.hand.mem;
    refused_with(reply(0, "Fine."), KRB_AP_ERR_MUT_FAIL, "");
}

/* Whoever writes a KRB-ERROR proves nothing: "changed" cannot stand in it. */
static void no_error_in_clear_says_that_it_was_changed(void **state)
{
    (void)state;
    struct kpasswd_message m = {.version = KPASSWD_CHANGE,
                                .rest = hand_error(&k, 60, hand_kpasswd_result(&k, 0, "Fine."))};
    assert_int_equal(hand_give(&k, kpasswd_write(k.hand.run, &m)).state, CLIENT_REFUSED);
}

static void no_changed_bit_is_taken_for_success(void **state)
{
    (void)state;
    struct bytes right = reply(0, "Fine.");
    for (size_t i = 0; i < right.n * 8; i += 7) {
        end(NULL);
        begin(NULL);
        right = reply(0, "Fine.");
        ((uint8_t *)(uintptr_t)right.p)[i / 8] ^= (uint8_t)(1 << i % 8);
        hand_give(&k, right);
        if (client_result(k.client).state == CLIENT_GRANTED) /* its version is nobody's business */
            assert_in_range(i / 8, 2, 3);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_new_password_goes_under_the_subkey_alone),
        TEST(what_the_server_proves_is_believed),
        TEST(a_refusal_is_told_in_the_server_s_words),
        TEST(an_answer_without_proof_changes_nothing),
        TEST(an_answer_out_of_order_changes_nothing),
        TEST(an_ap_rep_for_another_request_changes_nothing),
        TEST(no_error_in_clear_says_that_it_was_changed),
        TEST(no_changed_bit_is_taken_for_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
