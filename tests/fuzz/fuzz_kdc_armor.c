/* Inside FAST's armor. First octet: which plaintext (0 the KrbFastReq of an AS-REQ without proof, 1
 * of one with an encrypted challenge, 2 the time in that challenge, 3 the KrbFastReq of a TGS-REQ);
 * bit 2: the rest is the plaintext itself, not changes to a good one (two octets of place, one to
 * exclusive-or); bit 3: told. What comes of it is sealed and summed up as the armor's owner would.
 */
#include "context/fast.h"
#include "tests/fuzz/fuzz_kdc.h"

struct made {
    struct key subkey, armor;
    struct bytes ap_req, plain; /* of the KrbFastReq */
};

static struct bytes sealed(struct asker *a, struct bytes plain, const struct key *key,
                           int32_t usage)
{
    size_t n = sealed_size(key->etype, plain.n);
    uint8_t *cipher = arena_take(a->mem, n);
    MUST(seal(a->crypto, &a->rng.rng, key, usage, plain, cipher));
    return bytes_of(cipher, n);
}

static void make_armor(struct asker *a, struct made *m, const struct Checksum *sum, int32_t usage)
{
    struct AP_REQ ap;
    struct PrincipalName cname = name_of(a->mem, "alice");
    MUST(key_random(a->crypto, &a->rng.rng, "subkey", 18, &m->subkey));
    MUST(fast_armor_key(a->crypto, &m->subkey, &fuzz_tgt.session, &m->armor));
    struct ap_request want = {.ticket = &fuzz_tgt.rep.ticket,
                              .session = &fuzz_tgt.session,
                              .crealm = BYTES_LIT("EXAMPLE.TEST"),
                              .cname = &cname,
                              .usage = usage,
                              .cksum = sum,
                              .subkey = &m->subkey,
                              .ctime = ASKER_NOW};
    MUST(ap_request_build(&a->asker, &want, &ap));
    m->ap_req = asn_encode(&ASN_AP_REQ, &ap, a->mem);
}

static struct PA_DATA fast_padata(struct asker *a, const struct made *m, struct bytes covered,
                                  bool armor)
{
    struct PA_FX_FAST_REQUEST whole = {.choice = 1};
    struct KrbFastArmoredReq *out = &whole.armored_data;
    uint8_t *sum = arena_take(a->mem, CHECKSUM_MAX);
    size_t n;
    MUST(checksum_make(a->crypto, 0, &m->armor, USAGE_FAST_REQ_CHKSUM, covered, sum, &n));
    out->has_armor = armor;
    out->armor = (struct KrbFastArmor){.armor_type = 1, .armor_value = m->ap_req};
    out->req_checksum = (struct Checksum){.cksumtype = 16, .checksum = {sum, n}};
    out->enc_fast_req = (struct EncryptedData){
        .etype = 18, .cipher = sealed(a, m->plain, &m->armor, USAGE_FAST_ENC)};
    return (struct PA_DATA){.padata_type = PA_FX_FAST,
                            .padata_value = asn_encode(&ASN_PA_FX_FAST_REQUEST, &whole, a->mem)};
}

static struct PA_DATA challenge(struct asker *a, const struct made *m, struct bytes change,
                                bool change_it, bool whole)
{
    struct key key;
    struct PA_ENC_TS_ENC stamp = {.patimestamp = ASKER_NOW / SECOND * SECOND};
    struct bytes plain = asn_encode(&ASN_PA_ENC_TS_ENC, &stamp, a->mem);
    MUST(fast_client_challenge_key(a->crypto, &m->armor, asker_key(a, "alice", 18), &key));
    if (change_it)
        plain = whole ? change : changed(a, plain, change);
    struct EncryptedData e = {.etype = 18,
                              .cipher = sealed(a, plain, &key, USAGE_ENC_CHALLENGE_CLIENT)};
    return (struct PA_DATA){.padata_type = PA_ENCRYPTED_CHALLENGE,
                            .padata_value = asn_encode(&ASN_EncryptedChallenge, &e, a->mem)};
}

static struct bytes as_packet(struct asker *a, struct made *m, unsigned which, struct bytes change,
                              bool whole)
{
    struct ask q = {"alice", TGS, .till = TILL};
    struct KDC_REQ req = {.msg_type = 10, .req_body = asker_body(a, &q)};
    struct KrbFastReq inner = {.req_body = req.req_body};
    make_armor(a, m, NULL, USAGE_AP_AUTHENTICATOR);
    struct PA_DATA pa = challenge(a, m, change, which == 2, whole);
    inner.padata.at = &pa;
    inner.padata.n = which != 0;
    m->plain = asn_encode(&ASN_KrbFastReq, &inner, a->mem);
    if (which != 2)
        m->plain = whole ? change : changed(a, m->plain, change);
    struct bytes body = asn_encode(&ASN_KDC_REQ_BODY, &req.req_body, a->mem);
    struct PA_DATA fast = fast_padata(a, m, body, true);
    return asker_encode(a, &q, &req, &fast);
}

static struct bytes tgs_packet(struct asker *a, struct made *m, struct bytes change, bool whole)
{
    struct ask q = {.sname = WWW, .till = TILL};
    struct KDC_REQ req = {.msg_type = 12, .req_body = asker_body(a, &q)};
    struct KrbFastReq inner = {.req_body = req.req_body};
    struct bytes body = asn_encode(&ASN_KDC_REQ_BODY, &req.req_body, a->mem);
    uint8_t *sum = arena_take(a->mem, CHECKSUM_MAX);
    size_t n;
    MUST(checksum_make(a->crypto, 0, &fuzz_tgt.session, USAGE_TGS_CKSUM, body, sum, &n));
    struct Checksum cksum = {.cksumtype = 16, .checksum = {sum, n}};
    make_armor(a, m, &cksum, USAGE_TGS_AUTHENTICATOR);
    m->plain = asn_encode(&ASN_KrbFastReq, &inner, a->mem);
    m->plain = whole ? change : changed(a, m->plain, change);
    struct PA_DATA first = {.padata_type = PA_TGS_REQ, .padata_value = m->ap_req};
    struct PA_DATA fast = fast_padata(a, m, m->ap_req, false);
    q.padata = &first;
    q.n_padata = 1;
    return asker_encode(a, &q, &req, &fast);
}

/* No first ticket without a challenge that opens, unless the account asks for none. */
static void check_proven(struct asker *a, const struct made *m, const struct KDC_REP *rep)
{
    struct KrbFastReq inner;
    const struct account *client = realm_find(asker_realm(a), NULL, &rep->cname);
    MUST(asn_decode(&ASN_KrbFastReq, m->plain, ASN_DEPLOYED, a->mem, NULL, &inner));
    if (inner.fast_options & FAST_HIDE_CLIENT_NAMES)
        client = realm_find(asker_realm(a), NULL, &inner.req_body.cname);
    MUST(client);
    if (client->flags & ACCOUNT_NO_PREAUTH)
        return;
    for (size_t i = 0; i < client->n_keys; i++)
        for (size_t p = 0; p < inner.padata.n; p++) {
            struct EncryptedData e;
            struct PA_ENC_TS_ENC ts;
            struct key key;
            if (inner.padata.at[p].padata_type == PA_ENCRYPTED_CHALLENGE &&
                asn_decode(&ASN_EncryptedChallenge, inner.padata.at[p].padata_value, ASN_DEPLOYED,
                           a->mem, NULL, &e) &&
                fast_client_challenge_key(a->crypto, &m->armor, &client->keys[i].key, &key) &&
                open_value(&a->asker, &e, &key, USAGE_ENC_CHALLENGE_CLIENT, &ASN_PA_ENC_TS_ENC,
                           &ts) == OPEN_OK)
                return;
        }
    MUST(!"a first ticket without proof");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct asker *a = fuzz_begin();
    if (n < 1)
        return 0;
    unsigned which = data[0] & 3;
    bool whole = data[0] & 4, ok;
    struct bytes change = bytes_of(data + 1, n - 1), reply;
    struct made m;
    struct KDC_REP rep;
    struct KRB_ERROR error;
    struct bytes packet =
        which == 3 ? tgs_packet(a, &m, change, whole) : as_packet(a, &m, which, change, whole);
    a->turn.tell = data[0] & 8 ? &a->heard.story : NULL;
    reply = asker_turn(a, packet, &ok);
    MUST(ok && reply.n);
    if (reply.p[0] == 0x7e) {
        MUST(asn_decode(&ASN_KRB_ERROR, reply, ASN_DEPLOYED, a->mem, NULL, &error));
        return 0;
    }
    MUST(asn_decode(which == 3 ? &ASN_TGS_REP : &ASN_AS_REP, reply, ASN_DEPLOYED, a->mem, NULL,
                    &rep));
    if (which != 3)
        check_proven(a, &m, &rep);
    return 0;
}
