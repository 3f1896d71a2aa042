/* Logging on: what is asked, what is answered, what the user reads. */
#include "tests/client/hand_kdc.h"

static struct hand_kdc k;

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

static void with_password(const char *password)
{
    struct client_do_args args = {
        .task = CLIENT_LOGON, .principal = "alice", .password = bytes_str(password)};
    assert_true(hand_do(&k, &args));
}

static void user_key_of(const char *password, const char *salt)
{
    assert_true(string_to_key(k.hand.crypto, 18, bytes_str(password), bytes_str(salt),
                              (struct bytes){0}, &k.user));
}

static void request_is_like_kinit(void **state)
{
    (void)state;
    with_password("alice-pw-1");
    assert_ptr_equal(k.sent.to, &k.kdc);
    assert_int_equal(k.sent.via, VIA_UDP);
    struct KDC_REQ req = hand_read(&k, &ASN_AS_REQ);
    assert_int_equal(req.pvno, 5);
    assert_int_equal(req.msg_type, 10);
    assert_int_equal(req.padata.n, 1);
    assert_non_null(hand_padata(&req, PA_REQ_ENC_PA_REP));
    assert_int_equal(req.req_body.kdc_options, KDC_OPT_RENEWABLE_OK);
    assert_int_equal(req.req_body.cname.name_type, NT_PRINCIPAL);
    assert_true(bytes_equal_str(req.req_body.realm, "EXAMPLE.TEST"));
    assert_int_equal(req.req_body.sname.name_type, NT_SRV_INST);
    assert_true(bytes_equal_str(req.req_body.sname.name_string.at[0], "krbtgt"));
    assert_true(req.req_body.till == NOW + 10 * HOUR);
    assert_false(req.req_body.has_rtime);
    assert_true(req.req_body.nonce <= 0x7fffffff);
    assert_int_equal(req.req_body.etype.n, 2);
    assert_int_equal(req.req_body.etype.at[0], 18);
}

static void proof_after_preauth_required(void **state)
{
    (void)state;
    struct EncryptedData sealed;
    struct PA_ENC_TS_ENC stamp;
    with_password("alice-pw-1");
    int64_t nonce = hand_read(&k, &ASN_AS_REQ).req_body.nonce;
    user_key_of("alice-pw-1", "EXAMPLE.TESTalice");
    k.hand.turn.now = NOW + 123456;
    assert_int_equal(hand_give(&k, hand_preauth_required(&k)).state, CLIENT_WAITING);
    struct KDC_REQ req = hand_read(&k, &ASN_AS_REQ);
    assert_true(req.req_body.nonce != nonce);
    assert_true(bytes_equal_str(hand_padata(&req, PA_FX_COOKIE)->padata_value, "MIT"));
    const struct PA_DATA *pa = hand_padata(&req, PA_ENC_TIMESTAMP);
    assert_non_null(pa);
    assert_true(
        asn_decode(&ASN_PA_ENC_TIMESTAMP, pa->padata_value, ASN_STRICT, k.hand.run, NULL, &sealed));
    assert_false(sealed.has_kvno);
    assert_int_equal(open_value(&k.hand.turn, &sealed, &k.user, 1, &ASN_PA_ENC_TS_ENC, &stamp),
                     OPEN_OK);
    assert_true(stamp.patimestamp + stamp.pausec == NOW + 123456);

    struct client_outcome o = hand_give(&k, hand_as_rep(&k, NULL));
    assert_int_equal(o.state, CLIENT_GRANTED);
    assert_int_equal(k.hand.derivations, 1);
    assert_string_equal(hand_key(&k.hand, "K/alice")->holder, "alice");
    assert_memory_equal(hand_key(&k.hand, "K/alice")->value, k.user.v, 32);
    assert_memory_equal(hand_key(&k.hand, "session alice-krbtgt")->value, k.tgt_session.v, 32);
}

/* The salt and the number of rounds are the KDC's word. */
static void parameters_of_the_kdc(void **state)
{
    (void)state;
    struct bytes params = BYTES_LIT("\0\0\x20\0");
    with_password("alice-pw-1");
    assert_true(string_to_key(k.hand.crypto, 18, BYTES_LIT("alice-pw-1"), BYTES_LIT("sel"), params,
                              &k.user));
    hand_give(&k, hand_error(&k, KDC_ERR_PREAUTH_REQUIRED, hand_methods(&k, 18, "sel", params)));
    assert_int_equal(hand_give(&k, hand_as_rep(&k, NULL)).state, CLIENT_GRANTED);
    assert_int_equal(k.hand.derivations, 1);
}

/* How much work the client does is not for whoever wrote a hint in clear to say. */
static void too_many_rounds(void **state)
{
    (void)state;
    static const char *const many[] = {"\0\x98\x96\x81", "\xff\xff\xff\xff", "\0\0\0\0"};
    for (size_t i = 0; i < 3; i++) {
        struct bytes params = bytes_of((const uint8_t *)many[i], 4);
        with_password("alice-pw-1");
        struct client_outcome o = hand_give(
            &k, hand_error(&k, KDC_ERR_PREAUTH_REQUIRED, hand_methods(&k, 18, "sel", params)));
        assert_int_equal(o.state, CLIENT_REFUSED);
        assert_string_equal(k.hand.refused, "client.as.work");
        assert_int_equal(k.hand.derivations, 0);
    }
}

/* The same type twice, with different salts: the first one counts (RFC 4120 5.2.7.5). */
static void a_type_named_twice(void **state)
{
    (void)state;
    struct ETYPE_INFO2_ENTRY two[] = {{.etype = 18, .has_salt = true, .salt = BYTES_LIT("one")},
                                      {.etype = 18, .has_salt = true, .salt = BYTES_LIT("two")}};
    struct ETYPE_INFO2 info = {two, 2};
    struct PA_DATA list[] = {{.padata_type = PA_ETYPE_INFO2,
                              .padata_value = asn_encode(&ASN_ETYPE_INFO2, &info, k.hand.run)},
                             {.padata_type = PA_ENC_TIMESTAMP, .padata_value = BYTES_LIT("")}};
    struct METHOD_DATA methods = {list, 2};
    with_password("alice-pw-1");
    user_key_of("alice-pw-1", "one");
    hand_give(&k, hand_error(&k, KDC_ERR_PREAUTH_REQUIRED,
                             asn_encode(&ASN_METHOD_DATA, &methods, k.hand.run)));
    assert_int_equal(hand_give(&k, hand_as_rep(&k, NULL)).state, CLIENT_GRANTED);
}

static void without_preauth(void **state)
{
    (void)state;
    with_password("bob-pw-1");
    user_key_of("bob-pw-1", "EXAMPLE.TESTalice");
    assert_int_equal(hand_give(&k, hand_as_rep(&k, NULL)).state, CLIENT_GRANTED);
    assert_int_equal(k.hand.derivations, 1);
}

static void wrong_password(void **state)
{
    (void)state;
    const char *words = "kinit: Password incorrect while getting initial credentials";
    with_password("wrong");
    hand_give(&k, hand_preauth_required(&k));
    struct client_outcome o =
        hand_give(&k, hand_error(&k, KDC_ERR_PREAUTH_FAILED, (struct bytes){0}));
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_int_equal(o.error, KDC_ERR_PREAUTH_FAILED);
    assert_string_equal(o.text, words);

    /* Where the KDC asks for no proof, the client finds out itself. */
    with_password("wrong");
    o = hand_give(&k, hand_as_rep(&k, NULL));
    assert_int_equal(o.error, KRB_AP_ERR_BAD_INTEGRITY);
    assert_string_equal(o.text, words);
    assert_string_equal(k.hand.refused, "client.rep.open");
}

static void keytab_in_place_of_a_password(void **state)
{
    (void)state;
    hand_logon(&k);
    assert_int_equal(k.hand.derivations, 0);
    hand_logon_proof(&k, NULL);
    struct client_outcome o =
        hand_give(&k, hand_error(&k, KDC_ERR_PREAUTH_FAILED, (struct bytes){0}));
    assert_string_equal(o.text,
                        "kinit: Preauthentication failed while getting initial credentials");

    /* Its encryption types go first, and without one of them there is no key. */
    k.entry.etype = 17;
    k.entry.key = bytes_of(k.user.v, 16);
    struct client_do_args args = {.task = CLIENT_LOGON, .principal = "alice", .keytab = &k.keytab};
    assert_true(hand_do(&k, &args));
    assert_int_equal(hand_read(&k, &ASN_AS_REQ).req_body.etype.at[0], 17);
    o = hand_give(&k, hand_preauth_required(&k));
    assert_int_equal(o.error, KDC_ERR_ETYPE_NOSUPP);
    assert_string_equal(k.hand.refused, "client.as.key");
}

static void timestamp_at_once(void **state)
{
    (void)state;
    struct client_do_args args = {.task = CLIENT_LOGON,
                                  .principal = "alice",
                                  .password = BYTES_LIT("alice-pw-1"),
                                  .timestamp_first = true};
    assert_true(hand_do(&k, &args));
    struct KDC_REQ req = hand_read(&k, &ASN_AS_REQ);
    assert_non_null(hand_padata(&req, PA_ENC_TIMESTAMP));
    user_key_of("alice-pw-1", "EXAMPLE.TESTalice");
    assert_int_equal(hand_give(&k, hand_as_rep(&k, NULL)).state, CLIENT_GRANTED);

    /* The guess of the salt was wrong: what the KDC says with the error is tried once. */
    assert_true(hand_do(&k, &args));
    struct bytes methods = hand_methods(&k, 18, "EXAMPLE.TESTAlice", (struct bytes){0});
    struct bytes failed = hand_error(&k, KDC_ERR_PREAUTH_FAILED, methods);
    assert_int_equal(hand_give(&k, failed).state, CLIENT_WAITING);
    assert_int_equal(hand_give(&k, failed).state, CLIENT_REFUSED);
}

static void no_loop(void **state)
{
    (void)state;
    hand_logon_proof(&k, NULL);
    struct client_outcome o = hand_give(&k, hand_preauth_required(&k));
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_string_equal(k.hand.refused, "client.as.rounds");
}

static void no_method(void **state)
{
    (void)state;
    struct PA_DATA pa = {.padata_type = PA_PK_AS_REQ, .padata_value = BYTES_LIT("")};
    struct METHOD_DATA methods = {&pa, 1};
    with_password("alice-pw-1");
    struct client_outcome o =
        hand_give(&k, hand_error(&k, KDC_ERR_PREAUTH_REQUIRED,
                                 asn_encode(&ASN_METHOD_DATA, &methods, k.hand.run)));
    assert_string_equal(
        o.text, "kinit: Generic preauthentication failure while getting initial credentials");
    assert_string_equal(k.hand.refused, "client.as.method");
}

/* A type that was not offered, however the KDC may like it (RFC 4120 3.1.5). */
static void hint_of_a_type_not_offered(void **state)
{
    (void)state;
    with_password("alice-pw-1");
    struct client_outcome o =
        hand_give(&k, hand_error(&k, KDC_ERR_PREAUTH_REQUIRED,
                                 hand_methods(&k, 23, NULL, (struct bytes){0})));
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_string_equal(k.hand.refused, "client.as.key");
}

static void junk_in_method_data(void **state)
{
    (void)state;
    static const char *const junk[] = {"", "0", "\x30\x02\x30\x00", "junk"};
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        with_password("alice-pw-1");
        struct bytes data = bytes_str(junk[i]);
        struct client_outcome o = hand_give(&k, hand_error(&k, KDC_ERR_PREAUTH_REQUIRED, data));
        assert_int_equal(o.state, CLIENT_REFUSED);
    }
    /* Every padata type with nothing in it. */
    for (int64_t type = -140; type < 200; type++) {
        struct PA_DATA pa[] = {{.padata_type = type, .padata_value = BYTES_LIT("")},
                               {.padata_type = PA_ENC_TIMESTAMP, .padata_value = BYTES_LIT("x")}};
        struct METHOD_DATA methods = {pa, 2};
        hand_do(&k, &(struct client_do_args){
                        .task = CLIENT_LOGON, .principal = "alice", .keytab = &k.keytab});
        assert_true(hand_give_from(&k, &k.kdc, VIA_UDP,
                                   hand_error(&k, KDC_ERR_PREAUTH_REQUIRED,
                                              asn_encode(&ASN_METHOD_DATA, &methods, k.hand.run))));
    }
}

static void too_big_goes_to_tcp(void **state)
{
    (void)state;
    hand_logon_proof(&k, NULL);
    struct bytes before = k.request;
    struct bytes big = hand_error(&k, KRB_ERR_RESPONSE_TOO_BIG, (struct bytes){0});
    assert_int_equal(hand_give(&k, big).state, CLIENT_WAITING);
    assert_int_equal(k.sent.via, VIA_TCP);
    assert_true(bytes_equal(k.request, before));
    assert_true(hand_give_from(&k, &k.kdc, VIA_TCP, hand_as_rep(&k, NULL)));
    assert_int_equal(client_result(k.client).state, CLIENT_GRANTED);

    /* Over TCP there is nowhere to go on to. */
    hand_logon_proof(&k, NULL);
    hand_give(&k, big);
    struct client_outcome o = hand_give(&k, big);
    assert_int_equal(o.error, KRB_ERR_RESPONSE_TOO_BIG);
}

static void words_of_errors(void **state)
{
    (void)state;
    static const struct {
        int32_t code;
        const char *words;
    } table[] = {
        {6,
         "kinit: Client 'alice@EXAMPLE.TEST' not found in Kerberos database while getting initial "
         "credentials"},
        {37, "kinit: Clock skew too great while getting initial credentials"},
        {18, "kinit: Client's credentials have been revoked while getting initial credentials"},
        {23, "kinit: Password has expired while getting initial credentials"},
        {14, "kinit: KDC has no support for encryption type while getting initial credentials"},
        {12, "kinit: KDC policy rejects request while getting initial credentials"},
        {999, "kinit: Error 999 while getting initial credentials"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        with_password("alice-pw-1");
        struct client_outcome o = hand_give(&k, hand_error(&k, table[i].code, (struct bytes){0}));
        assert_int_equal(o.error, table[i].code);
        assert_string_equal(o.text, table[i].words);
    }
}

static void only_the_one_who_was_asked(void **state)
{
    (void)state;
    with_password("alice-pw-1");
    user_key_of("alice-pw-1", "EXAMPLE.TESTalice");
    struct bytes rep = hand_as_rep(&k, NULL);
    assert_true(hand_give_from(&k, &k.other, VIA_UDP, rep));
    assert_int_equal(client_result(k.client).state, CLIENT_WAITING);
    assert_true(hand_give_from(&k, &k.kdc, VIA_HTTP, rep));
    assert_int_equal(client_result(k.client).state, CLIENT_WAITING);
    assert_int_equal(hand_give(&k, BYTES_LIT("\x6dx")).state, CLIENT_WAITING);
    assert_int_equal(hand_give(&k, (struct bytes){0}).state, CLIENT_WAITING);
    assert_int_equal(hand_give(&k, rep).state, CLIENT_GRANTED);
    /* And not twice. */
    assert_int_equal(hand_give(&k, rep).state, CLIENT_GRANTED);
    assert_string_equal(k.hand.last, "client.ignored");
    assert_int_equal(k.hand.out.n, 0);
}

static void names_that_would_write_on_the_terminal(void **state)
{
    (void)state;
    struct client_do_args args = {
        .task = CLIENT_LOGON, .principal = "a\x1b[31mb\nc%s", .keytab = &k.keytab};
    assert_true(hand_do(&k, &args));
    struct client_outcome o =
        hand_give(&k, hand_error(&k, KDC_ERR_C_PRINCIPAL_UNKNOWN, (struct bytes){0}));
    assert_null(strchr(o.text, 0x1b));
    assert_null(strchr(o.text, '\n'));
    assert_non_null(strstr(o.text, "\\x1b[31m"));
    assert_non_null(strstr(o.text, "%s"));
}

static void names_that_are_none(void **state)
{
    (void)state;
    static const char *const names[] = {"", "a\\", "@X", "a@", "a@b@c"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct client_do_args args = {
            .task = CLIENT_LOGON, .principal = names[i], .keytab = &k.keytab};
        assert_true(hand_do(&k, &args));
        assert_int_equal(client_result(k.client).state, CLIENT_REFUSED);
        assert_int_equal(k.hand.out.n, 0);
    }
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_LOGON}));
    assert_int_equal(client_result(k.client).state, CLIENT_REFUSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(request_is_like_kinit),
        TEST(proof_after_preauth_required),
        TEST(parameters_of_the_kdc),
        TEST(too_many_rounds),
        TEST(a_type_named_twice),
        TEST(without_preauth),
        TEST(wrong_password),
        TEST(keytab_in_place_of_a_password),
        TEST(timestamp_at_once),
        TEST(no_loop),
        TEST(no_method),
        TEST(hint_of_a_type_not_offered),
        TEST(junk_in_method_data),
        TEST(too_big_goes_to_tcp),
        TEST(words_of_errors),
        TEST(only_the_one_who_was_asked),
        TEST(names_that_would_write_on_the_terminal),
        TEST(names_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
