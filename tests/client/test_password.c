/* A password changed (RFC 3244), the client's side: each refusal, answers of another exchange, sent
 * back, or of another length than they say. */
#include "client/inside.h"
#include "context/protected.h"
#include "tests/client/hand_kdc.h"
#include "wire/kpasswd.h"

static struct hand_kdc k;
static struct ap_checked asked; /* the request's AP-REQ, opened */
static struct bytes wanted;     /* what its KRB-PRIV brought */

static int begin(void **state)
{
    (void)state;
    hand_kdc_begin(&k, 18);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_kdc_end(&k);
    return 0;
}

/* Everything of the request is as RFC 3244 2 says. */
static void open_request(void)
{
    struct kpasswd_message m;
    struct turn *t = hand_turn(&k.hand, k.hand.turn.now);
    t->mem = k.hand.run;
    assert_true(kpasswd_read(k.request, NULL, &m));
    assert_int_equal(m.version, KPASSWD_SET);
    asked = (struct ap_checked){.session = k.tgt_session};
    assert_true(asn_decode(&ASN_AP_REQ, m.ap, ASN_STRICT, k.hand.run, NULL, &asked.req));
    assert_int_equal(open_value(t, &asked.req.authenticator, &k.tgt_session, USAGE_AP_AUTHENTICATOR,
                                &ASN_Authenticator, &asked.authenticator),
                     OPEN_OK);
    assert_true(asked.authenticator.has_subkey && asked.authenticator.has_seq_number);
    assert_true(key_from_wire(&asked.authenticator.subkey, &asked.subkey));
    struct protected_end e = {.key = asked.subkey,
                              .with_seq = true,
                              .receive_seq = (uint32_t)asked.authenticator.seq_number,
                              .ours = &address_of_acceptor};
    assert_int_equal(priv_check(t, &e, m.rest, &wanted), 0);
}

/* Up to the change that was sent. */
static void ask_with(const struct client_do_args *more)
{
    struct client_do_args args = more ? *more : (struct client_do_args){0};
    args.task = CLIENT_PASSWORD;
    args.principal = "alice";
    args.keytab = &k.keytab;
    args.new_password = BYTES_LIT("A-new-password");
    assert_true(hand_do(&k, &args));
    assert_int_equal(hand_give(&k, hand_preauth_required(&k)).state, CLIENT_WAITING);
    assert_int_equal(hand_give(&k, hand_as_rep(&k, NULL)).state, CLIENT_WAITING);
    assert_int_equal(k.sent.port, 464);
    open_request();
}

static void ask(void)
{
    ask_with(NULL);
}

/* What an answer is made of. */
struct answer {
    uint16_t code;
    const char *text;
    const struct key *ap_key, *priv_key; /* NULL: the right ones */
    int64_t off;                         /* the echoed time, microseconds */
    uint32_t seq_off;                    /* the KRB-PRIV's number */
    const struct HostAddress *from;      /* NULL: the acceptor */
    bool no_result;                      /* one octet in its place */
};

static struct bytes answer(const struct answer *a)
{
    struct turn *t = hand_turn(&k.hand, k.hand.turn.now);
    t->mem = k.hand.run;
    struct ap_checked checked = asked;
    struct AP_REP rep;
    struct kpasswd_message m = {.version = KPASSWD_CHANGE};
    struct kpasswd_result result = {a->code, bytes_str(a->text ? a->text : "")};
    if (a->ap_key)
        checked.session = *a->ap_key;
    checked.authenticator.cusec += a->off;
    assert_true(ap_reply_build(t, &checked, NULL, true, 4711, &rep));
    struct protected_end e = {.key = a->priv_key ? *a->priv_key : asked.subkey,
                              .with_seq = true,
                              .send_seq = 4711 + a->seq_off,
                              .ours = a->from ? a->from : &address_of_acceptor};
    assert_true(priv_build(
        t, &e, a->no_result ? BYTES_LIT("\0") : kpasswd_result_write(t->mem, &result), &m.rest));
    m.ap = asn_encode(&ASN_AP_REP, &rep, t->mem);
    return kpasswd_write(t->mem, &m);
}

static void refused_as(int32_t error, const char *step, struct client_outcome o)
{
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_int_equal(o.error, error);
    assert_string_equal(k.hand.refused, step);
}

/* ---- what is asked, and believed ------------------------------------------------------------- */

static void ones_own_password_is_changed(void **state)
{
    (void)state;
    struct ChangePasswdData d;
    ask();
    assert_true(asn_decode(&ASN_ChangePasswdData, wanted, ASN_STRICT, k.hand.run, NULL, &d));
    assert_true(bytes_equal_str(d.newpasswd, "A-new-password"));
    assert_string_equal(principal_text(k.hand.run, &d.targname, d.targrealm), "alice@EXAMPLE.TEST");
    struct client_outcome o = hand_give(&k, answer(&(struct answer){.text = "Fine."}));
    assert_int_equal(o.state, CLIENT_GRANTED);
    assert_string_equal(o.text, "Password changed.");
}

static void anothers_password_is_set(void **state)
{
    (void)state;
    struct ChangePasswdData d;
    ask_with(&(struct client_do_args){.change_for = "bob"});
    assert_true(asn_decode(&ASN_ChangePasswdData, wanted, ASN_STRICT, k.hand.run, NULL, &d));
    assert_string_equal(principal_text(k.hand.run, &d.targname, d.targrealm), "bob@EXAMPLE.TEST");
}

/* ---- what the server refuses ----------------------------------------------------------------- */

static void the_servers_words_arrive(void **state)
{
    (void)state;
    static const struct {
        uint16_t code;
        const char *text, *shown;
    } rows[] = {
        {1, "", "Malformed request error"},
        {2, "disk", "Server error: disk"},
        {3, "", "Authentication error"},
        {4, "Too short.", "Password change rejected: Too short."},
        {5, "no", "Access denied: no"},
        {6, "", "Wrong protocol version"},
        {7, "", "Initial password required"},
        {8, "", "Password change failed"},
        {65535, "?", "Password change failed: ?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask();
        struct answer a = {.code = rows[i].code, .text = rows[i].text};
        struct client_outcome o = hand_give(&k, answer(&a));
        refused_as(KPASSWD_RESULTS + rows[i].code, "client.kpasswd.result", o);
        assert_non_null(strstr(o.text, rows[i].shown));
    }
}

/* ---- who answers ----------------------------------------------------------------------------- */

static void only_who_could_open_the_ticket_is_believed(void **state)
{
    (void)state;
    struct key other;
    assert_true(key_random(k.hand.crypto, &k.hand.rng.rng, "other", 18, &other));
    const struct {
        int32_t error;
        struct answer answer;
    } rows[] = {
        {KRB_AP_ERR_BAD_INTEGRITY, {.ap_key = &other}},
        {KRB_AP_ERR_MUT_FAIL, {.off = 1}},
        {KRB_AP_ERR_BAD_INTEGRITY, {.priv_key = &other}},
        {KRB_AP_ERR_BAD_INTEGRITY, {.priv_key = &k.tgt_session}}, /* not the subkey */
        {KRB_AP_ERR_BADORDER, {.seq_off = 1}},
        {KRB_AP_ERR_BADADDR, {.from = &address_of_initiator}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask();
        refused_as(rows[i].error, "client.kpasswd.proof", hand_give(&k, answer(&rows[i].answer)));
    }
}

static void what_is_no_answer_is_malformed(void **state)
{
    (void)state;
    ask();
    refused_as(KRB_AP_ERR_MSG_TYPE, "client.malformed",
               hand_give(&k, answer(&(struct answer){.no_result = true})));
    static const struct bytes others[] = {
        BYTES_LIT(""),
        BYTES_LIT("\0"),
        BYTES_LIT("\0\6\0\1\0\1"),
        BYTES_LIT("\0\7\0\1\0\0"),
        BYTES_LIT("\0\6\0\1\0\0"),
        BYTES_LIT("\0\7\0\1\0\1x"),
        BYTES_LIT("\0\7\0\1\0\0x"),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ask();
        refused_as(KRB_AP_ERR_MSG_TYPE, "client.malformed", hand_give(&k, others[i]));
    }
}

/* The request itself, sent back: its AP message is no AP-REP. */
static void a_request_that_comes_back_is_no_answer(void **state)
{
    (void)state;
    ask();
    refused_as(KRB_AP_ERR_MSG_TYPE, "client.malformed", hand_give(&k, k.request));
    /* Nor with an AP-REP put before its own KRB-PRIV. */
    ask();
    struct kpasswd_message request, m;
    assert_true(kpasswd_read(k.request, NULL, &request));
    struct bytes reply = answer(&(struct answer){.text = "Fine."});
    assert_true(kpasswd_read(reply, NULL, &m));
    m.rest = request.rest;
    refused_as(KRB_AP_ERR_BADADDR, "client.kpasswd.proof",
               hand_give(&k, kpasswd_write(k.hand.run, &m)));
}

/* Two changes, one after the other with one ticket: the answer to the first says nothing of the
 * second, nor do halves of both. */
static void an_answer_is_of_one_exchange(void **state)
{
    (void)state;
    struct kpasswd_message first, second, mixed;
    ask();
    struct bytes before = answer(&(struct answer){.text = "Fine."});
    k.hand.turn.now += SECOND;
    k.clock += SECOND;
    ask();
    refused_as(KRB_AP_ERR_MUT_FAIL, "client.kpasswd.proof", hand_give(&k, before));
    ask();
    struct bytes now = answer(&(struct answer){.text = "Fine."});
    assert_true(kpasswd_read(before, NULL, &first) && kpasswd_read(now, NULL, &second));
    mixed = (struct kpasswd_message){KPASSWD_CHANGE, second.ap, first.rest};
    refused_as(KRB_AP_ERR_BAD_INTEGRITY, "client.kpasswd.proof",
               hand_give(&k, kpasswd_write(k.hand.run, &mixed)));
}

static void no_length_lies(void **state)
{
    (void)state;
    ask();
    struct bytes good = answer(&(struct answer){.text = "Yes."});
    struct task waiting = k.client->task;
    for (size_t n = 0; n < good.n; n++) { /* cut, with the length that it has then or had before */
        for (int fits = 0; fits < 2; fits++) {
            uint8_t *cut = arena_take(k.hand.run, good.n);
            memcpy(cut, good.p, good.n);
            if (fits)
                put_be16(cut, (uint16_t)n);
            k.client->task = waiting;
            assert_int_equal(hand_give(&k, bytes_of(cut, n)).state, CLIENT_REFUSED);
        }
    }
    for (unsigned ap = 0; ap < 65536; ap += 7) { /* the AP message's length */
        uint8_t *lie = arena_take(k.hand.run, good.n);
        memcpy(lie, good.p, good.n);
        if (be16(lie + 4) == ap)
            continue;
        put_be16(lie + 4, (uint16_t)ap);
        k.client->task = waiting;
        assert_int_equal(hand_give(&k, bytes_of(lie, good.n)).state, CLIENT_REFUSED);
    }
}

/* ---- in the clear ---------------------------------------------------------------------------- */

static struct bytes in_clear(int32_t error, uint16_t result, const char *text, bool framed)
{
    struct kpasswd_result r = {result, bytes_str(text)};
    struct bytes e = hand_error(&k, error, kpasswd_result_write(k.hand.run, &r));
    struct kpasswd_message m = {.version = KPASSWD_CHANGE, .rest = e};
    return framed ? kpasswd_write(k.hand.run, &m) : e;
}

/* Anyone could have written it: it ends the exchange, and changes nothing. */
static void in_the_clear_it_can_only_be_refused(void **state)
{
    (void)state;
    for (int framed = 0; framed < 2; framed++) {
        ask();
        refused_as(KPASSWD_RESULTS + 3, "client.kpasswd.result",
                   hand_give(&k, in_clear(KRB_AP_ERR_REPEAT, 3, "twice", framed)));
        ask(); /* "changed", says an error */
        refused_as(KRB_ERR_GENERIC, "client.error.final",
                   hand_give(&k, in_clear(KRB_ERR_GENERIC, 0, "Password changed.", framed)));
        ask(); /* nothing that can be read: the error's own number */
        struct bytes bare = hand_error(&k, KRB_AP_ERR_SKEW, (struct bytes){0});
        struct kpasswd_message m = {.version = KPASSWD_CHANGE, .rest = bare};
        refused_as(KRB_AP_ERR_SKEW, "client.error.final",
                   hand_give(&k, framed ? kpasswd_write(k.hand.run, &m) : bare));
    }
}

static void a_name_that_is_none_is_said_before_anything_is_sent(void **state)
{
    (void)state;
    struct client_do_args args = {.task = CLIENT_PASSWORD,
                                  .principal = "alice",
                                  .keytab = &k.keytab,
                                  .new_password = BYTES_LIT("A-new-password"),
                                  .change_for = "bob\\"};
    assert_true(hand_do(&k, &args));
    assert_int_equal(client_result(k.client).state, CLIENT_REFUSED);
    assert_int_equal(k.hand.out.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ones_own_password_is_changed, begin, end),
        cmocka_unit_test_setup_teardown(anothers_password_is_set, begin, end),
        cmocka_unit_test_setup_teardown(the_servers_words_arrive, begin, end),
        cmocka_unit_test_setup_teardown(only_who_could_open_the_ticket_is_believed, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_answer_is_malformed, begin, end),
        cmocka_unit_test_setup_teardown(a_request_that_comes_back_is_no_answer, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_is_of_one_exchange, begin, end),
        cmocka_unit_test_setup_teardown(no_length_lies, begin, end),
        cmocka_unit_test_setup_teardown(in_the_clear_it_can_only_be_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_name_that_is_none_is_said_before_anything_is_sent, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
