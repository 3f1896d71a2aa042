/* The AP exchange between two who share a ticket: what passes, what is refused and by which step.
 */
#include "base/text.h"
#include "context/ap.h"
#include "context/vector_ops.h"
#include "crypto/rng.h"
#include "wire/gss.h"
#include "wire/negotiate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW ((int64_t)1795000000 * SECOND + 500000)

struct told {
    struct story story;
    char last[64];
    enum outcome outcome;
};

static void hear(struct story *s, const char *id, enum outcome outcome, const struct arg *args,
                 size_t n)
{
    (void)args;
    (void)n;
    struct told *t = (struct told *)s;
    snprintf(t->last, sizeof t->last, "%s", id);
    t->outcome = outcome;
}

static struct arena *mem;
static struct crypto *crypto;
static struct seeded_rng rng;
static struct told told;
static struct turn turn;
static struct key service, session;
static struct bytes alice_part, www_parts[2];
static struct PrincipalName alice, www;

static int setup(void **state)
{
    (void)state;
    mem = arena_new(1 << 16);
    crypto = crypto_new();
    seeded_rng_init(&rng, crypto, 7, "test");
    told = (struct told){.story.step = hear};
    turn = (struct turn){
        .now = NOW, .rng = &rng.rng, .crypto = crypto, .mem = mem, .tell = &told.story};
    alice_part = BYTES_LIT("alice");
    www_parts[0] = BYTES_LIT("HTTP");
    www_parts[1] = BYTES_LIT("www");
    alice = (struct PrincipalName){.name_type = 1, .name_string = {&alice_part, 1}};
    www = (struct PrincipalName){.name_type = 2, .name_string = {www_parts, 2}};
    return key_random(crypto, &rng.rng, "service", 18, &service) &&
                   key_random(crypto, &rng.rng, "session", 17, &session)
               ? 0
               : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    crypto_free(crypto);
    return 0;
}

static int32_t find(void *arg, struct turn *t, const struct Ticket *ticket, struct key *out)
{
    (void)t;
    (void)ticket;
    *out = *(struct key *)arg;
    return 0;
}

static struct EncTicketPart part_of(void)
{
    return (struct EncTicketPart){.key = key_to_wire(&session),
                                  .crealm = BYTES_LIT("R"),
                                  .cname = alice,
                                  .transited.tr_type = 1,
                                  .authtime = NOW - HOUR,
                                  .endtime = NOW + HOUR};
}

static const struct key *subkey;     /* of the next requests; NULL: none */
static const char *said_realm = "R"; /* of the client, in the next authenticators */

static struct AP_REQ request(struct EncTicketPart part, int64_t ctime)
{
    struct AP_REQ out;
    struct Ticket t = {.tkt_vno = 5, .realm = BYTES_LIT("R"), .sname = www};
    assert_true(
        seal_value(&turn, &ASN_EncTicketPart, &part, &service, 1, USAGE_TICKET, &t.enc_part));
    struct ap_request want = {.ticket = &t,
                              .session = &session,
                              .crealm = bytes_str(said_realm),
                              .cname = &alice,
                              .usage = USAGE_AP_AUTHENTICATOR,
                              .subkey = subkey,
                              .ctime = ctime,
                              .has_seq_number = true,
                              .seq_number = 0xfffffff0};
    assert_true(ap_request_build(&turn, &want, &out));
    return out;
}

static int32_t check(const struct AP_REQ *req, struct ap_checked *out)
{
    struct ap_keys keys = {find, &service};
    struct ap_policy policy = {.skew = 5 * MINUTE, .usage = USAGE_AP_AUTHENTICATOR, .step = "t"};
    return ap_check(&turn, req, &keys, &policy, out);
}

static void expect(struct AP_REQ req, int32_t code, const char *step)
{
    struct ap_checked out;
    assert_int_equal(check(&req, &out), code);
    assert_string_equal(told.last, step);
    assert_int_equal(told.outcome, code ? STEP_REFUSED : STEP_DONE);
}

static void test_good(void **state)
{
    (void)state;
    struct ap_checked out;
    struct AP_REQ req = request(part_of(), NOW - 3);
    assert_int_equal(check(&req, &out), 0);
    assert_true(key_equal(&out.session, &session));
    assert_int_equal(out.subkey.n, 0);
    assert_int_equal(out.authenticator.ctime + out.authenticator.cusec, NOW - 3);
    assert_int_equal(out.authenticator.seq_number, 0xfffffff0);
}

/* Passed over, it would leave the session key to what the sender wanted to seal with another. */
static void test_a_key_of_unknown_type(void **state)
{
    (void)state;
    const struct key odd = {.etype = 99, .n = 16}, cut = {.etype = 18, .n = 16};
    const struct key *const bad[] = {&odd, &cut};
    for (size_t i = 0; i < 2; i++) {
        subkey = bad[i];
        struct AP_REQ req = request(part_of(), NOW);
        subkey = NULL;
        expect(req, KDC_ERR_ETYPE_NOSUPP, "t.authenticator");
        struct EncTicketPart part = part_of();
        part.key = key_to_wire(bad[i]);
        expect(request(part, NOW), KDC_ERR_ETYPE_NOSUPP, "t.ticket");
    }
}

static void test_refusals(void **state)
{
    (void)state;
    struct AP_REQ req = request(part_of(), NOW);
    req.pvno = 4;
    expect(req, KRB_AP_ERR_BADVERSION, "t.message");
    req = request(part_of(), NOW);
    req.msg_type = 12;
    expect(req, KRB_AP_ERR_MSG_TYPE, "t.message");
    req = request(part_of(), NOW);
    req.ap_options = AP_OPT_USE_SESSION_KEY;
    expect(req, KRB_AP_ERR_NOKEY, "t.key");
    req = request(part_of(), NOW);
    req.ticket.enc_part.etype = 17;
    expect(req, KRB_AP_ERR_BAD_INTEGRITY, "t.ticket");
    req = request(part_of(), NOW);
    req.authenticator.cipher.n--;
    expect(req, KRB_AP_ERR_BAD_INTEGRITY, "t.authenticator");
    struct EncTicketPart part = part_of();
    part.crealm = BYTES_LIT("Q");
    expect(request(part, NOW), KRB_AP_ERR_BADMATCH, "t.names");
    part = part_of();
    part.key.keytype = 9999;
    expect(request(part, NOW), KDC_ERR_ETYPE_NOSUPP, "t.ticket");
    /* What opens but is another production is no ticket. */
    req = request(part_of(), NOW);
    struct PA_ENC_TS_ENC other = {.patimestamp = NOW};
    assert_true(seal_value(&turn, &ASN_PA_ENC_TS_ENC, &other, &service, 1, USAGE_TICKET,
                           &req.ticket.enc_part));
    expect(req, KRB_ERR_GENERIC, "t.ticket");
}

static void test_edges(void **state)
{
    (void)state;
    const int64_t skew = 5 * MINUTE;
    expect(request(part_of(), NOW - skew), 0, "t.end");
    expect(request(part_of(), NOW + skew), 0, "t.end");
    expect(request(part_of(), NOW - skew - 1), KRB_AP_ERR_SKEW, "t.skew");
    expect(request(part_of(), NOW + skew + 1), KRB_AP_ERR_SKEW, "t.skew");
    struct EncTicketPart part = part_of();
    part.endtime = NOW - 500000 - skew; /* whole seconds: half a second past */
    expect(request(part, NOW), KRB_AP_ERR_TKT_EXPIRED, "t.end");
    turn.now = NOW - 500000; /* at the edge itself */
    expect(request(part, turn.now), 0, "t.end");
    part = part_of();
    part.has_starttime = true;
    part.starttime = turn.now + skew;
    expect(request(part, turn.now), 0, "t.end");
    part.starttime += SECOND;
    expect(request(part, turn.now), KRB_AP_ERR_TKT_NYV, "t.start");
    part = part_of();
    part.flags = TKT_INVALID;
    expect(request(part, turn.now), KRB_AP_ERR_TKT_NYV, "t.start");
}

/* RFC 4120 3.7: with the option, the key is the session key of the acceptor's own TGT; that it has
 * one changes nothing for tickets without the option. */
static void test_user_to_user(void **state)
{
    (void)state;
    struct ap_keys keys = {find, &session};
    struct ap_policy policy = {
        .skew = 5 * MINUTE, .usage = USAGE_AP_AUTHENTICATOR, .step = "t", .own_session = &service};
    policy.own_realm = BYTES_LIT("R");
    struct ap_checked out;
    struct AP_REQ req = request(part_of(), NOW);
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), KRB_AP_ERR_BAD_INTEGRITY);
    req.ap_options = AP_OPT_USE_SESSION_KEY;
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), 0);
    assert_true(key_equal(&out.session, &session));
    policy.own_session = &session;
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), KRB_AP_ERR_BAD_INTEGRITY);
    assert_string_equal(told.last, "t.ticket");
    /* A client of another realm, whose way nobody looked at, may not write its own realm over ours
     * and pass for a client of the realm that the ticket is of. */
    policy.own_session = &service;
    policy.check_path = true;
    struct EncTicketPart part = part_of();
    part.crealm = BYTES_LIT("OTHER");
    said_realm = "OTHER";
    req = request(part, NOW);
    said_realm = "R";
    req.ap_options = AP_OPT_USE_SESSION_KEY;
    req.ticket.realm = BYTES_LIT("OTHER");
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), KRB_AP_ERR_NOT_US);
    assert_string_equal(told.last, "t.key");
}

static void test_addresses(void **state)
{
    (void)state;
    struct HostAddress here = {.addr_type = 2, .address = BYTES_LIT("\x0a\x00\x00\x0b")};
    struct EncTicketPart part = part_of();
    part.has_caddr = true;
    part.caddr = (struct HostAddresses){&here, 1};
    struct ap_keys keys = {find, &service};
    struct ap_policy policy = {
        .skew = 5 * MINUTE, .usage = USAGE_AP_AUTHENTICATOR, .step = "t", .sender = here.address};
    struct ap_checked out;
    struct AP_REQ req = request(part, NOW);
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), 0);
    policy.sender = BYTES_LIT("\x0a\x00\x00\x0c");
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), KRB_AP_ERR_BADADDR);
    assert_string_equal(told.last, "t.addresses");
    policy.sender = (struct bytes){0}; /* nothing to compare with */
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), 0);
    policy.sender = BYTES_LIT("\x0a\x00\x00\x0c");
    req = request(part_of(), NOW); /* a ticket without addresses is good from everywhere */
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), 0);
}

/* RFC 4120 2.7: who does not look at the path has to have it from the KDC that somebody did. */
static void test_path(void **state)
{
    (void)state;
    struct ap_keys keys = {find, &service};
    struct ap_policy policy = {
        .skew = 5 * MINUTE, .usage = USAGE_AP_AUTHENTICATOR, .step = "t", .check_path = true};
    struct ap_checked out;
    struct AP_REQ req = request(part_of(), NOW); /* of this realm: there is no path */
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), 0);
    req.ticket.realm = BYTES_LIT("OTHER");
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), KRB_AP_PATH_NOT_ACCEPTED);
    assert_string_equal(told.last, "t.path");
    struct EncTicketPart part = part_of();
    part.flags |= TKT_TRANSITED_POLICY_CHECKED;
    req = request(part, NOW);
    req.ticket.realm = BYTES_LIT("OTHER");
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), 0);
    policy.check_path = false; /* the KDC's own look at it */
    req = request(part_of(), NOW);
    req.ticket.realm = BYTES_LIT("OTHER");
    assert_int_equal(ap_check(&turn, &req, &keys, &policy, &out), 0);
}

static void test_reply(void **state)
{
    (void)state;
    struct ap_checked checked;
    struct AP_REQ req = request(part_of(), NOW - 3);
    assert_int_equal(check(&req, &checked), 0);
    struct AP_REP rep;
    struct EncAPRepPart part;
    assert_true(ap_reply_build(&turn, &checked, &service, true, 7, &rep));
    assert_int_equal(ap_reply_check(&turn, &rep, &session, NOW - 3, "t", &part), 0);
    assert_int_equal(part.seq_number, 7);
    assert_true(part.has_subkey);
    assert_int_equal(ap_reply_check(&turn, &rep, &session, NOW - 2, "t", &part),
                     KRB_AP_ERR_MUT_FAIL);
    assert_string_equal(told.last, "t.time");
    struct key wrong = session;
    wrong.v[0] ^= 1;
    assert_int_equal(ap_reply_check(&turn, &rep, &wrong, NOW - 3, "t", &part),
                     KRB_AP_ERR_BAD_INTEGRITY);
    assert_int_equal(ap_reply_check(&turn, &rep, &service, NOW - 3, "t", &part),
                     KRB_AP_ERR_BAD_INTEGRITY); /* another etype */
    struct PA_ENC_TS_ENC other = {.patimestamp = NOW};
    assert_true(
        seal_value(&turn, &ASN_PA_ENC_TS_ENC, &other, &session, 0, USAGE_AP_REP, &rep.enc_part));
    assert_int_equal(ap_reply_check(&turn, &rep, &session, NOW, "t", &part), KRB_AP_ERR_MODIFIED);
    assert_string_equal(told.last, "t.open");
}

static void test_error(void **state)
{
    (void)state;
    struct KRB_ERROR e;
    struct krb_error_args full = {.code = 37,
                                  .realm = BYTES_LIT("R"),
                                  .sname = &www,
                                  .cname = &alice,
                                  .crealm = BYTES_LIT("C"),
                                  .ctime = NOW + 1,
                                  .e_text = BYTES_LIT("late"),
                                  .e_data = BYTES_LIT("d")};
    assert_true(
        asn_decode(&ASN_KRB_ERROR, krb_error_build(&turn, &full), ASN_STRICT, mem, NULL, &e));
    assert_int_equal(e.stime + e.susec, NOW);
    assert_int_equal(e.ctime + e.cusec, NOW + 1);
    assert_int_equal(e.error_code, 37);
    assert_true(bytes_equal_str(e.e_text, "late") && bytes_equal_str(e.e_data, "d"));
    assert_true(bytes_equal_str(e.crealm, "C") && e.has_cname);
    full.ctime = -1; /* the end of 1969: whoever claims it gets it back */
    assert_true(
        asn_decode(&ASN_KRB_ERROR, krb_error_build(&turn, &full), ASN_STRICT, mem, NULL, &e));
    assert_int_equal(e.ctime, -SECOND);
    assert_int_equal(e.cusec, 999999);
    struct krb_error_args bare = {.code = 60, .realm = BYTES_LIT("R")};
    assert_true(
        asn_decode(&ASN_KRB_ERROR, krb_error_build(&turn, &bare), ASN_STRICT, mem, NULL, &e));
    assert_false(e.has_ctime || e.has_cusec || e.has_cname || e.has_crealm || e.has_e_text ||
                 e.has_e_data);
}

/* ---- the ops gss-ap-req and gss-spnego-ap-req of vectors ------------------------------------- */

static enum vector_result vector(const char *op, struct bytes token, const struct key *key)
{
    struct vector_file file;
    const char *why = NULL, *error;
    char *text = arena_printf(mem, "[a]\nop.txt=%s\ntoken=%s\n", op, hex_text(mem, token));
    if (key)
        text = arena_printf(mem, "%senctype.int=%d\nkey=%s\n", text, (int)key->etype,
                            hex_text(mem, key_bytes(key)));
    assert_true(vector_file_read(mem, bytes_str(text), "a", &file, &error));
    enum vector_result result = vector_run_context(crypto, &file.cases[0], mem, &why);
    assert_int_equal(why == NULL, result == VECTOR_PASSED);
    return result;
}

static void test_vectors(void **state)
{
    (void)state;
    struct AP_REQ req = request(part_of(), NOW);
    struct bytes token = gss_token_write(mem, TOK_AP_REQ, asn_encode_anew(&ASN_AP_REQ, &req, mem));
    struct bytes oid = GSS_KRB5_OID;
    struct neg_token t = {.init = true, .mechs = {&oid, 1}, .token = token};
    struct bytes negotiation = neg_token_write(mem, &t);
    assert_int_equal(vector("gss-ap-req", token, NULL), VECTOR_PASSED);
    assert_int_equal(vector("gss-ap-req", token, &service), VECTOR_PASSED);
    assert_int_equal(vector("gss-ap-req", token, &session), VECTOR_FAILED);
    assert_int_equal(vector("gss-ap-req", negotiation, &service), VECTOR_FAILED);
    assert_int_equal(vector("gss-spnego-ap-req", negotiation, &service), VECTOR_PASSED);
    assert_int_equal(vector("gss-spnego-ap-req", negotiation, &session), VECTOR_FAILED);
    assert_int_equal(vector("gss-spnego-ap-req", token, &service), VECTOR_FAILED);
    t.token = gss_token_write(mem, TOK_AP_REP, asn_encode_anew(&ASN_AP_REQ, &req, mem));
    assert_int_equal(vector("gss-spnego-ap-req", neg_token_write(mem, &t), NULL), VECTOR_FAILED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_vectors),   TEST(test_good),  TEST(test_a_key_of_unknown_type),
        TEST(test_refusals),  TEST(test_edges), TEST(test_user_to_user),
        TEST(test_addresses), TEST(test_path),  TEST(test_reply),
        TEST(test_error)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
