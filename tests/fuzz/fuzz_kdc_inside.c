/* Inside the seals of the KDC's messages. First octet: which plaintext (0 authenticator, 1 ticket,
 * 2 timestamp, 3 the body of a TGS-REQ, summed up anew); bit 2: the rest is the plaintext itself,
 * not changes to a good one (two octets of place, one to exclusive-or). What comes of it is sealed
 * again as its owner would, and fed. */
#include "tests/fuzz/fuzz_kdc.h"

static void reseal(struct asker *a, struct EncryptedData *e, const struct key *key, int32_t usage,
                   struct bytes change, bool whole)
{
    uint8_t *plain = arena_take(a->mem, e->cipher.n);
    size_t n;
    MUST(unseal(a->crypto, key, usage, e->cipher, plain, &n));
    struct bytes now = whole ? change : changed(a, bytes_of(plain, n), change);
    size_t size = sealed_size(key->etype, now.n);
    uint8_t *cipher = arena_take(a->mem, size);
    MUST(seal(a->crypto, &a->rng.rng, key, usage, now, cipher));
    e->cipher = bytes_of(cipher, size);
}

static struct bytes with_ap_req(struct asker *a, struct KDC_REQ *req, unsigned which,
                                struct bytes change, bool whole)
{
    struct AP_REQ ap;
    struct bytes *value = &req->padata.at[0].padata_value;
    MUST(asn_decode(&ASN_AP_REQ, *value, ASN_STRICT, a->mem, NULL, &ap));
    if (which == 0) {
        reseal(a, &ap.authenticator, &fuzz_tgt.session, USAGE_TGS_AUTHENTICATOR, change, whole);
    } else {
        reseal(a, &ap.ticket.enc_part, asker_key(a, TGS, 18), USAGE_TICKET, change, whole);
        ap.ticket.der = (struct bytes){0};
    }
    *value = asn_encode(&ASN_AP_REQ, &ap, a->mem);
    return asn_encode(&ASN_TGS_REQ, req, a->mem);
}

static struct bytes wrapped(struct asker *a, uint8_t identifier, struct bytes one, struct bytes two)
{
    uint8_t head[6];
    size_t n = asn_header_write(identifier, one.n + two.n, head);
    uint8_t *out = arena_take(a->mem, n + one.n + two.n);
    memcpy(out, head, n);
    if (one.n)
        memcpy(out + n, one.p, one.n);
    if (two.n)
        memcpy(out + n + one.n, two.p, two.n);
    return bytes_of(out, n + one.n + two.n);
}

/* The message with another body, which is its last part. */
static struct bytes around(struct asker *a, struct bytes message, struct bytes body)
{
    struct asn_header app, sequence, field;
    struct bytes rest = message;
    MUST(asn_header_read(rest, NULL, &app));
    rest = bytes_slice(rest, app.header, rest.n);
    MUST(asn_header_read(rest, NULL, &sequence));
    rest = bytes_slice(rest, sequence.header, rest.n);
    size_t at = 0; /* of [4] */
    while (rest.p[at] != 0xa4) {
        MUST(asn_header_read(bytes_slice(rest, at, rest.n), NULL, &field));
        at += field.header + field.contents;
    }
    struct bytes last = wrapped(a, 0xa4, body, (struct bytes){0});
    struct bytes inner = wrapped(a, 0x30, bytes_slice(rest, 0, at), last);
    return wrapped(a, 0x6c, inner, (struct bytes){0});
}

/* A TGS-REQ whose body is these octets, summed up by one who has the session key. */
static struct bytes with_body(struct asker *a, struct KDC_REQ *req, struct bytes body)
{
    struct AP_REQ ap;
    uint8_t sum[CHECKSUM_MAX];
    size_t n;
    struct PrincipalName cname = name_of(a->mem, "alice");
    MUST(checksum_make(a->crypto, 0, &fuzz_tgt.session, USAGE_TGS_CKSUM, body, sum, &n));
    struct Checksum cksum = {.cksumtype = 16, .checksum = {sum, n}};
    struct ap_request want = {.ticket = &fuzz_tgt.rep.ticket,
                              .session = &fuzz_tgt.session,
                              .crealm = BYTES_LIT("EXAMPLE.TEST"),
                              .cname = &cname,
                              .usage = USAGE_TGS_AUTHENTICATOR,
                              .cksum = &cksum,
                              .ctime = ASKER_NOW};
    MUST(ap_request_build(&a->asker, &want, &ap));
    req->padata.at[0].padata_value = asn_encode(&ASN_AP_REQ, &ap, a->mem);
    return around(a, asn_encode(&ASN_TGS_REQ, req, a->mem), body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct asker *a = fuzz_begin();
    if (n < 1)
        return 0;
    unsigned which = data[0] & 3;
    bool whole = data[0] & 4;
    struct bytes change = bytes_of(data + 1, n - 1), packet;
    struct KDC_REQ req;
    struct ask as = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18)};
    struct ask tgs = {
        .sname = WWW, .till = TILL, .tgt = &fuzz_tgt.rep.ticket, .session = &fuzz_tgt.session};
    packet = which == 2 ? as_req(a, &as) : tgs_req(a, &tgs);
    MUST(asn_decode(which == 2 ? &ASN_AS_REQ : &ASN_TGS_REQ, packet, ASN_STRICT, a->mem, NULL,
                    &req));
    if (which == 3) {
        packet = with_body(a, &req, whole ? change : changed(a, req.req_body.der, change));
    } else if (which == 2) {
        struct EncryptedData stamp;
        struct bytes *value = &req.padata.at[0].padata_value;
        MUST(asn_decode(&ASN_PA_ENC_TIMESTAMP, *value, ASN_STRICT, a->mem, NULL, &stamp));
        reseal(a, &stamp, as.stamp_key, USAGE_PA_ENC_TIMESTAMP, change, whole);
        *value = asn_encode(&ASN_PA_ENC_TIMESTAMP, &stamp, a->mem);
        packet = asn_encode(&ASN_AS_REQ, &req, a->mem);
    } else {
        packet = with_ap_req(a, &req, which, change, whole);
    }
    a->turn.tell = data[0] & 8 ? &a->heard.story : NULL;
    feed(a, packet);
    return 0;
}
