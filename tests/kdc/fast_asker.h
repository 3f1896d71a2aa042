/* The host's ticket in hand, to armor other requests with, for the tests of FAST. What an armored
 * request is made of can be changed before it is sealed. */
#ifndef TESTS_KDC_FAST_ASKER_H
#define TESTS_KDC_FAST_ASKER_H

#include "context/fast.h"
#include "tests/kdc/tgs_asker.h"

struct armored {
    struct KDC_REQ outer;
    struct KrbFastReq inner;
    struct AP_REQ ap;
    struct KrbFastArmor armor;
    bool no_armor, no_subkey;
    struct key subkey, key; /* key: of the armor; made by armored_key */
    const struct Ticket *ticket;
    const struct key *session;
    const char *acname;
    int32_t cksumtype; /* 0: the key's */
    bool wrong_checksum, other_body;
};

static struct got host; /* websvc's ticket-granting ticket: the armor */

static inline int fast_setup(void **state)
{
    int bad = setup(state);
    struct ask q = {"websvc", TGS, .till = TILL, .stamp_key = asker_key(a, "websvc", 18)};
    host = ask_as(a, &q, q.stamp_key);
    return bad || host.error;
}

#define FAST(f) cmocka_unit_test_setup_teardown(f, fast_setup, teardown)

static inline void armored_key(struct armored *r)
{
    assert_true(key_random(a->crypto, &a->rng.rng, "subkey", r->session->etype, &r->subkey));
    assert_true(fast_armor_key(a->crypto, &r->subkey, r->session, &r->key));
}

/* An AS-REQ of that client, in the host's armor, without a proof. */
static inline struct armored armored_as(const char *cname)
{
    struct armored r = {.ticket = &host.rep.ticket, .session = &host.session, .acname = "websvc"};
    struct ask q = {cname, TGS, .till = TILL};
    r.outer = (struct KDC_REQ){.pvno = 5, .msg_type = 10, .req_body = asker_body(a, &q)};
    r.inner.req_body = r.outer.req_body;
    armored_key(&r);
    return r;
}

static inline void inner_add(struct armored *r, struct PA_DATA pa)
{
    struct PA_DATA *all = arena_array(a->mem, struct PA_DATA, r->inner.padata.n + 1);
    for (size_t i = 0; i < r->inner.padata.n; i++)
        all[i] = r->inner.padata.at[i];
    all[r->inner.padata.n++] = pa;
    r->inner.padata.at = all;
}

/* The proof, with this long-term key, so much off the KDC's clock. */
static inline struct PA_DATA challenge(struct armored *r, const struct key *long_term, int64_t off)
{
    struct PA_DATA pa = {.padata_type = PA_ENCRYPTED_CHALLENGE};
    struct key key;
    struct turn t = a->asker;
    t.now += off;
    assert_true(fast_client_challenge_key(a->crypto, &r->key, long_term, &key));
    assert_true(fast_challenge_value(&t, &key, USAGE_ENC_CHALLENGE_CLIENT, &pa.padata_value));
    return pa;
}

static inline struct bytes sealed_request(struct armored *r, struct bytes covered)
{
    uint8_t *sum = arena_take(a->mem, CHECKSUM_MAX);
    size_t n;
    struct PA_FX_FAST_REQUEST whole = {.choice = 1};
    struct KrbFastArmoredReq *out = &whole.armored_data;
    int32_t type = r->cksumtype ? r->cksumtype : etype_find(r->key.etype)->cksumtype;
    if (!checksum_make(a->crypto, type, checksum_is_keyed(type) ? &r->key : NULL,
                       USAGE_FAST_REQ_CHKSUM, covered, sum, &n))
        memset(sum, 7, n = 12);
    if (r->wrong_checksum)
        sum[0] ^= 1;
    out->req_checksum = (struct Checksum){.cksumtype = type, .checksum = bytes_of(sum, n)};
    assert_true(seal_value(&a->asker, &ASN_KrbFastReq, &r->inner, &r->key, 0, USAGE_FAST_ENC,
                           &out->enc_fast_req));
    out->has_armor = !r->no_armor;
    out->armor = r->armor;
    return asn_encode(&ASN_PA_FX_FAST_REQUEST, &whole, a->mem);
}

static inline struct bytes armored_octets(struct armored *r)
{
    struct PrincipalName cname = name_of(a->mem, r->acname);
    struct ap_request want = {.ticket = r->ticket,
                              .session = r->session,
                              .crealm = BYTES_LIT("EXAMPLE.TEST"),
                              .cname = &cname,
                              .usage = USAGE_AP_AUTHENTICATOR,
                              .subkey = r->no_subkey ? NULL : &r->subkey,
                              .ctime = a->turn.now};
    assert_true(ap_request_build(&a->asker, &want, &r->ap));
    if (!r->armor.armor_value.n)
        r->armor = (struct KrbFastArmor){.armor_type = FX_FAST_ARMOR_AP_REQUEST,
                                         .armor_value = asn_encode(&ASN_AP_REQ, &r->ap, a->mem)};
    struct bytes body = asn_encode(&ASN_KDC_REQ_BODY, &r->outer.req_body, a->mem);
    struct PA_DATA pa = {.padata_type = PA_FX_FAST, .padata_value = sealed_request(r, body)};
    r->outer.has_padata = true;
    r->outer.padata.at = &pa;
    r->outer.padata.n = 1;
    if (r->other_body)
        r->outer.req_body.nonce++;
    return asn_encode(&ASN_AS_REQ, &r->outer, a->mem);
}

/* ---- answers ----------------------------------------------------------------------------------
 */

struct fast_got {
    struct got got; /* of a ticket: opened with the strengthened key; of an error: the outer one */
    bool armored;
    struct KrbFastResponse response;
    struct KRB_ERROR error; /* inside */
    int32_t code;           /* of the error inside; 0: a ticket */
};

static inline const struct PA_DATA *inside(const struct fast_got *g, int64_t type)
{
    return padata_find(g->response.padata.at, g->response.padata.n, type);
}

static inline void open_armor(struct fast_got *g, const struct key *key, const struct PA_DATA *pa)
{
    struct PA_FX_FAST_REPLY reply;
    assert_non_null(pa);
    assert_true(
        asn_decode(&ASN_PA_FX_FAST_REPLY, pa->padata_value, ASN_STRICT, a->mem, NULL, &reply));
    assert_int_equal(open_value(&a->asker, &reply.armored_data.enc_fast_rep, key, USAGE_FAST_REP,
                                &ASN_KrbFastResponse, &g->response),
                     OPEN_OK);
    g->armored = true;
}

static inline struct fast_got read_armored(struct bytes octets, const struct key *key,
                                           const struct key *reply_key, int32_t usage)
{
    struct fast_got g = {.got = read_reply(a, octets, NULL, 0)};
    struct METHOD_DATA methods = {0};
    if (g.got.error > 0) {
        g.code = g.got.error;
        if (g.got.krb_error.has_e_data &&
            asn_decode(&ASN_METHOD_DATA, g.got.krb_error.e_data, ASN_STRICT, a->mem, NULL,
                       &methods) &&
            padata_find(methods.at, methods.n, PA_FX_FAST) &&
            padata_find(methods.at, methods.n, PA_FX_FAST)->padata_value.n) {
            open_armor(&g, key, padata_find(methods.at, methods.n, PA_FX_FAST));
            assert_true(asn_decode(&ASN_KRB_ERROR, inside(&g, PA_FX_ERROR)->padata_value,
                                   ASN_STRICT, a->mem, NULL, &g.error));
            g.code = (int32_t)g.error.error_code;
            assert_false(g.error.has_e_data);
            assert_false(g.response.has_finished || g.response.has_strengthen_key);
        }
    } else if (g.got.error == 0) {
        struct key strengthen, strong;
        open_armor(&g, key, padata_find(g.got.rep.padata.at, g.got.rep.padata.n, PA_FX_FAST));
        assert_int_equal(g.got.rep.padata.n, 1);
        assert_true(key_from_wire(&g.response.strengthen_key, &strengthen));
        assert_true(fast_reply_key(a->crypto, &strengthen, reply_key, &strong));
        g.got = read_reply(a, octets, &strong, usage);
    }
    return g;
}

static inline struct fast_got ask_armored(struct armored *r, const struct key *reply_key)
{
    bool ok;
    struct bytes octets = asker_turn(a, armored_octets(r), &ok);
    assert_true(ok);
    return read_armored(octets, &r->key, reply_key, USAGE_AS_REP);
}

#endif
