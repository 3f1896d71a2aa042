/* A password server made by hand: it opens what kpasswd sends and answers as told. */
#ifndef TESTS_HAND_KPASSWD_H
#define TESTS_HAND_KPASSWD_H

#include "context/protected.h"
#include "tests/client/hand_kdc.h"
#include "wire/kpasswd.h"

/* What is known once the request is open. */
struct hand_kpasswd {
    struct kpasswd_message request;
    struct ap_checked checked;
    struct key subkey;
    struct AP_REP rep;
};

/* Up to the request: a logon for kadmin/changepw, by keytab. */
static inline void hand_kpasswd_ask(struct hand_kdc *k, const char *new_password)
{
    struct client_do_args args = {.task = CLIENT_PASSWORD,
                                  .principal = "alice",
                                  .keytab = &k->keytab,
                                  .new_password = bytes_str(new_password)};
    assert_true(hand_do(k, &args));
    assert_int_equal(hand_give(k, hand_preauth_required(k)).state, CLIENT_WAITING);
    assert_int_equal(hand_give(k, hand_as_rep(k, NULL)).state, CLIENT_WAITING);
}

/* Opens the request, and makes the AP-REP with this sequence number; all of it is the run's. */
static inline void hand_kpasswd_open(struct hand_kdc *k, uint32_t seq, struct hand_kpasswd *out)
{
    struct turn *t = hand_turn(&k->hand, k->hand.turn.now);
    struct arena *mem = t->mem;
    memset(out, 0, sizeof *out);
    t->mem = k->hand.run;
    assert_true(kpasswd_read(k->request, NULL, &out->request));
    assert_true(
        asn_decode(&ASN_AP_REQ, out->request.ap, ASN_STRICT, t->mem, NULL, &out->checked.req));
    out->checked.session = k->tgt_session;
    assert_int_equal(open_value(t, &out->checked.req.authenticator, &k->tgt_session,
                                USAGE_AP_AUTHENTICATOR, &ASN_Authenticator,
                                &out->checked.authenticator),
                     OPEN_OK);
    assert_true(key_from_wire(&out->checked.authenticator.subkey, &out->subkey));
    assert_true(ap_reply_build(t, &out->checked, NULL, true, seq, &out->rep));
    t->mem = mem;
}

/* The reply to that: this user-data under this key, with this number. */
static inline struct bytes hand_kpasswd_reply(struct hand_kdc *k, const struct hand_kpasswd *open,
                                              const struct key *key, uint32_t seq,
                                              struct bytes user_data)
{
    struct turn *t = hand_turn(&k->hand, k->hand.turn.now);
    struct protected_end end = {
        .key = *key, .with_seq = true, .send_seq = seq, .ours = &address_of_acceptor};
    struct kpasswd_message m = {.version = KPASSWD_CHANGE,
                                .ap = asn_encode(&ASN_AP_REP, &open->rep, t->mem)};
    assert_true(priv_build(t, &end, user_data, &m.rest));
    return arena_copy(k->hand.run, kpasswd_write(t->mem, &m));
}

static inline struct bytes hand_kpasswd_result(struct hand_kdc *k, uint16_t code, const char *text)
{
    struct kpasswd_result r = {.code = code, .text = bytes_str(text)};
    return kpasswd_result_write(k->hand.run, &r);
}

#endif
