/* The hand-made KDC inside armor: reads the armored request, and answers in armor as told. */
#ifndef TESTS_FAST_HAND_H
#define TESTS_FAST_HAND_H

#include "context/fast.h"
#include "tests/client/hand_kdc.h"

static struct hand_kdc k;
static struct key host_session;
static struct ccache armor_file;
static struct ccache_cred armor_cred;

/* The armored request that was sent last. */
static struct read {
    struct KDC_REQ outer;
    struct KrbFastReq inner;
    struct key armor;
} sent;

static inline void armor_begin(void)
{
    static struct bytes host[2], tgs[2];
    struct turn *t = &k.hand.turn;
    struct Ticket ticket = {
        .tkt_vno = 5, .realm = REALM, .sname = hand_name(k.hand.run, "krbtgt/EXAMPLE.TEST")};
    host[0] = BYTES_LIT("host");
    host[1] = BYTES_LIT("pc");
    tgs[0] = BYTES_LIT("krbtgt");
    tgs[1] = REALM;
    hand_turn(&k.hand, NOW);
    assert_true(key_random(k.hand.crypto, &k.hand.rng.rng, "host", 18, &host_session));
    struct EncTicketPart part = {.key = key_to_wire(&host_session),
                                 .crealm = REALM,
                                 .cname = hand_name(k.hand.run, "host/pc"),
                                 .transited = {.tr_type = 1},
                                 .authtime = NOW,
                                 .endtime = NOW + HOUR};
    assert_true(
        seal_value(t, &ASN_EncTicketPart, &part, &k.tgs, 1, USAGE_TICKET, &ticket.enc_part));
    armor_cred = (struct ccache_cred){.client = {1, REALM, host, 2},
                                      .server = {2, REALM, tgs, 2},
                                      .etype = 18,
                                      .key = key_bytes(&host_session),
                                      .endtime = (uint32_t)((NOW + HOUR) / SECOND),
                                      .ticket = asn_encode(&ASN_Ticket, &ticket, k.hand.run)};
    armor_file = (struct ccache){.version = 0x0504, .creds = &armor_cred, .n = 1};
    armor_file.principal = armor_cred.client;
}

static inline void open_inner(const struct key *armor, const struct PA_FX_FAST_REQUEST *fast,
                              struct bytes covered)
{
    const struct KrbFastArmoredReq *a = &fast->armored_data;
    assert_true(checksum_verify(k.hand.crypto, (int32_t)a->req_checksum.cksumtype, armor,
                                USAGE_FAST_REQ_CHKSUM, covered, a->req_checksum.checksum));
    struct bytes copy = arena_copy(k.hand.run, a->enc_fast_req.cipher);
    struct EncryptedData sealed = a->enc_fast_req;
    struct turn t = k.hand.turn;
    sealed.cipher = copy;
    t.mem = k.hand.run;
    assert_int_equal(open_value(&t, &sealed, armor, USAGE_FAST_ENC, &ASN_KrbFastReq, &sent.inner),
                     OPEN_OK);
}

static inline void read_armored_request(void)
{
    struct PA_FX_FAST_REQUEST fast;
    struct AP_REQ ap;
    struct Authenticator auth;
    struct key subkey;
    struct turn *t = hand_turn(&k.hand, k.hand.turn.now);
    sent.outer = hand_read(&k, &ASN_AS_REQ);
    assert_int_equal(sent.outer.padata.n, 1);
    const struct PA_DATA *pa = hand_padata(&sent.outer, PA_FX_FAST);
    assert_non_null(pa);
    assert_true(
        asn_decode(&ASN_PA_FX_FAST_REQUEST, pa->padata_value, ASN_STRICT, k.hand.run, NULL, &fast));
    assert_true(fast.armored_data.has_armor);
    assert_int_equal(fast.armored_data.armor.armor_type, FX_FAST_ARMOR_AP_REQUEST);
    assert_true(asn_decode(&ASN_AP_REQ, fast.armored_data.armor.armor_value, ASN_STRICT, t->mem,
                           NULL, &ap));
    assert_int_equal(open_value(t, &ap.authenticator, &host_session, USAGE_AP_AUTHENTICATOR,
                                &ASN_Authenticator, &auth),
                     OPEN_OK);
    assert_true(key_from_wire(&auth.subkey, &subkey));
    assert_true(fast_armor_key(k.hand.crypto, &subkey, &host_session, &sent.armor));
    open_inner(&sent.armor, &fast, sent.outer.req_body.der);
}

static inline const struct PA_DATA *inner_padata(int64_t type)
{
    return padata_find(sent.inner.padata.at, sent.inner.padata.n, type);
}

/* ---- answers ----------------------------------------------------------------------------------
 */

struct answer {
    bool bare, no_finished, wrong_finished, unkeyed_finished, no_strengthen, odd_strengthen;
    bool no_challenge, junk_challenge, no_error;
    const struct key *challenge_of; /* whose long-term key; NULL: the user's */
    bool client_challenge;          /* sealed with the client's challenge key, as Heimdal 7 does */
    int32_t challenge_usage;        /* 0: 55 */
    const struct key *armor;        /* NULL: the right one */
    uint32_t nonce_off;
    const char *cname, *outer_cname; /* NULL: alice */
};

static inline struct bytes wrapped(const struct answer *w, struct KrbFastResponse *response)
{
    struct bytes value;
    struct turn t = k.hand.turn;
    t.mem = k.hand.run;
    response->nonce = sent.inner.req_body.nonce + w->nonce_off;
    assert_true(fast_reply_value(&t, w->armor ? w->armor : &sent.armor, response, &value));
    return value;
}

/* KRB-ERROR 25 in armor, the inner error of this code beside the usual offers. */
static inline struct bytes armored_error(const struct answer *w, int32_t code)
{
    struct METHOD_DATA offers, outer = {0};
    struct PA_DATA all[8], fast = {.padata_type = PA_FX_FAST};
    struct KrbFastResponse response = {0};
    assert_true(asn_decode(&ASN_METHOD_DATA,
                           hand_methods(&k, 18, "EXAMPLE.TESTalice", (struct bytes){0}), ASN_STRICT,
                           k.hand.run, NULL, &offers));
    all[0] = (struct PA_DATA){.padata_type = PA_ENCRYPTED_CHALLENGE};
    response.padata.n = 1;
    for (size_t i = 1; i < offers.n; i++)
        all[response.padata.n++] = offers.at[i];
    if (!w->no_error)
        all[response.padata.n++] = (struct PA_DATA){
            .padata_type = PA_FX_ERROR, .padata_value = hand_error(&k, code, (struct bytes){0})};
    response.padata.at = all;
    hand_turn(&k.hand, k.hand.turn.now);
    fast.padata_value = wrapped(w, &response);
    outer.at = &fast;
    outer.n = 1;
    struct bytes data = asn_encode(&ASN_METHOD_DATA, &outer, k.hand.run);
    return hand_error(&k, KDC_ERR_PREAUTH_REQUIRED, w->bare ? (struct bytes){0} : data);
}

static inline struct PA_DATA kdc_challenge(const struct answer *w)
{
    struct PA_DATA pa = {.padata_type = PA_ENCRYPTED_CHALLENGE, .padata_value = BYTES_LIT("junk")};
    const struct key *user = w->challenge_of ? w->challenge_of : &k.user;
    struct key key;
    assert_true((w->client_challenge ? fast_client_challenge_key : fast_kdc_challenge_key)(
        k.hand.crypto, &sent.armor, user, &key));
    if (!w->junk_challenge)
        assert_true(fast_challenge_value(
            &k.hand.turn, &key, w->challenge_usage ? w->challenge_usage : USAGE_ENC_CHALLENGE_KDC,
            &pa.padata_value));
    return pa;
}

static inline void finish(const struct answer *w, struct bytes ticket, struct KrbFastResponse *out)
{
    uint8_t *sum = arena_take(k.hand.run, CHECKSUM_MAX);
    size_t n;
    assert_true(checksum_make(k.hand.crypto, w->unkeyed_finished ? 7 : 16,
                              w->unkeyed_finished ? NULL : &sent.armor, USAGE_FAST_FINISHED, ticket,
                              sum, &n));
    sum[0] ^= w->wrong_finished;
    out->has_finished = !w->no_finished;
    out->finished = (struct KrbFastFinished){
        .timestamp = NOW,
        .crealm = REALM,
        .cname = hand_name(k.hand.run, w->cname ? w->cname : "alice"),
        .ticket_checksum = {.cksumtype = w->unkeyed_finished ? 7 : 16, .checksum = {sum, n}}};
}

static inline struct bytes armored_reply(const struct answer *w)
{
    struct hand_reply r;
    struct key strengthen, strong;
    struct PA_DATA inner[2], fast = {.padata_type = PA_FX_FAST};
    struct KrbFastResponse response = {.has_strengthen_key = !w->no_strengthen};
    struct turn *t = hand_turn(&k.hand, k.hand.turn.now);
    assert_true(key_random(k.hand.crypto, &k.hand.rng.rng, "strengthen", 18, &strengthen));
    assert_true(fast_reply_key(k.hand.crypto, &strengthen, &k.user, &strong));
    response.strengthen_key = key_to_wire(&strengthen);
    if (w->odd_strengthen)
        response.strengthen_key.keytype = 99;
    hand_fill(&k, &r, &sent.outer, &k.tgt_session);
    assert_true(seal_value(t, &ASN_EncTicketPart, &r.ticket, &k.tgs, 1, USAGE_TICKET,
                           &r.rep.ticket.enc_part));
    finish(w, asn_encode(&ASN_Ticket, &r.rep.ticket, k.hand.run), &response);
    if (!w->no_challenge)
        inner[response.padata.n++] = kdc_challenge(w);
    response.padata.at = inner;
    fast.padata_value = wrapped(w, &response);
    r.rep.has_padata = !w->bare;
    r.rep.padata.at = &fast;
    r.rep.padata.n = 1;
    if (w->outer_cname)
        r.rep.cname = hand_name(k.hand.run, w->outer_cname);
    assert_true(seal_value(t, &ASN_EncASRepPart, &r.part, w->no_strengthen ? &k.user : &strong, 0,
                           USAGE_AS_REP, &r.rep.enc_part));
    return arena_copy(k.hand.run, asn_encode(&ASN_AS_REP, &r.rep, k.hand.mem));
}

#endif
