/* What the tests of the trace share: messages made by hand, with keys, so that everything in them
 * can be opened. */
#ifndef TESTS_TRACE_SUPPORT_H
#define TESTS_TRACE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crypto/rng.h"
#include "trace/dissect.h"
#include "wire/codec.h"
#include "wire/kerberos.h"

#define NOON ((int64_t)1795291200 * 1000000) /* 2026-11-21 20:00:00Z */

struct made {
    struct arena *mem;
    struct crypto *crypto;
    struct seeded_rng rng;
    struct key client, tgs, service, session, app, subkey;
};

static inline struct key made_key(struct made *m, int32_t etype)
{
    struct key k;
    assert_true(key_random(m->crypto, &m->rng.rng, "session-key", etype, &k));
    return k;
}

static inline void made_init(struct made *m)
{
    m->mem = arena_new(1 << 16);
    m->crypto = crypto_new();
    assert_non_null(m->crypto);
    seeded_rng_init(&m->rng, m->crypto, 42, "test");
    m->client = made_key(m, 18);
    m->tgs = made_key(m, 18);
    m->service = made_key(m, 17);
    m->session = made_key(m, 18);
    m->app = made_key(m, 20);
    m->subkey = made_key(m, 19);
}

static inline void made_free(struct made *m)
{
    crypto_free(m->crypto);
    arena_free(m->mem);
}

static inline struct EncryptedData made_seal(struct made *m, const struct key *k, int32_t usage,
                                             int64_t kvno, struct bytes plain)
{
    size_t n = sealed_size(k->etype, plain.n);
    uint8_t *out = arena_take(m->mem, n);
    assert_true(seal(m->crypto, &m->rng.rng, k, usage, plain, out));
    return (struct EncryptedData){
        .etype = k->etype, .has_kvno = kvno != 0, .kvno = kvno, .cipher = bytes_of(out, n)};
}

static inline struct PrincipalName made_name(struct made *m, int64_t type, const char *a,
                                             const char *b)
{
    struct PrincipalName p = {.name_type = type};
    p.name_string.n = b ? 2 : 1;
    p.name_string.at = arena_array(m->mem, struct bytes, 2);
    p.name_string.at[0] = bytes_str(a);
    p.name_string.at[1] = bytes_str(b ? b : "");
    return p;
}

#define REALM BYTES_LIT("EXAMPLE.TEST")

static inline struct EncryptionKey made_told(const struct key *k)
{
    return (struct EncryptionKey){.keytype = k->etype, .keyvalue = key_bytes(k)};
}

static inline struct Ticket made_ticket(struct made *m, const struct key *seal_key,
                                        const struct key *session, const char *a, const char *b)
{
    struct EncTicketPart part = {
        .flags = 0x40e00000,
        .key = made_told(session),
        .crealm = REALM,
        .cname = made_name(m, 1, "alice", NULL),
        .transited = {.tr_type = 1, .contents = BYTES_LIT("")},
        .authtime = NOON,
        .endtime = NOON + 36000LL * 1000000,
    };
    struct bytes plain = asn_encode(&ASN_EncTicketPart, &part, m->mem);
    return (struct Ticket){
        .tkt_vno = 5,
        .realm = REALM,
        .sname = made_name(m, 2, a, b),
        .enc_part = made_seal(m, seal_key, 2, 2, plain),
    };
}

static inline struct bytes made_ap_req(struct made *m, struct Ticket ticket,
                                       const struct key *session, int32_t usage,
                                       struct Authenticator a)
{
    a.authenticator_vno = 5;
    a.crealm = REALM;
    a.cname = made_name(m, 1, "alice", NULL);
    a.cusec = 123456;
    a.ctime = NOON;
    struct AP_REQ r = {
        .pvno = 5,
        .msg_type = 14,
        .ap_options = 0x20000000,
        .ticket = ticket,
        .authenticator =
            made_seal(m, session, usage, 0, asn_encode(&ASN_Authenticator, &a, m->mem)),
    };
    return asn_encode_anew(&ASN_AP_REQ, &r, m->mem);
}

static inline struct bytes made_tgs_req(struct made *m)
{
    struct Authenticator a = {
        .has_cksum = true,
        .cksum = {.cksumtype = 16, .checksum = BYTES_LIT("123456789012")},
        .has_subkey = true,
        .subkey = made_told(&m->subkey),
    };
    struct Ticket tgt = made_ticket(m, &m->tgs, &m->session, "krbtgt", "EXAMPLE.TEST");
    struct PA_DATA pa = {.padata_type = 1, .padata_value = made_ap_req(m, tgt, &m->session, 7, a)};
    int64_t etypes[] = {20, 18};
    struct KDC_REQ q = {.pvno = 5, .msg_type = 12, .has_padata = true};
    q.padata.at = arena_array(m->mem, struct PA_DATA, 1);
    q.padata.at[0] = pa;
    q.padata.n = 1;
    q.req_body = (struct KDC_REQ_BODY){
        .kdc_options = 0x40010000,
        .realm = REALM,
        .has_sname = true,
        .sname = made_name(m, 3, "HTTP", "www.example.test"),
        .till = NOON + 36000LL * 1000000,
        .nonce = 4294967295,
    };
    q.req_body.etype.at = (int64_t *)arena_copy(m->mem, bytes_of(etypes, sizeof etypes)).p;
    q.req_body.etype.n = 2;
    return asn_encode_anew(&ASN_TGS_REQ, &q, m->mem);
}

static inline struct bytes made_as_req(struct made *m, bool proof)
{
    struct PA_ENC_TS_ENC ts = {.patimestamp = NOON, .has_pausec = true, .pausec = 155000};
    struct EncryptedData sealed =
        made_seal(m, &m->client, 1, 0, asn_encode(&ASN_PA_ENC_TS_ENC, &ts, m->mem));
    struct PA_DATA pa = {.padata_type = 2,
                         .padata_value = asn_encode(&ASN_PA_ENC_TIMESTAMP, &sealed, m->mem)};
    struct KDC_REQ q = {.pvno = 5, .msg_type = 10, .has_padata = proof};
    q.padata.at = arena_array(m->mem, struct PA_DATA, 1);
    q.padata.at[0] = pa;
    q.padata.n = 1;
    static int64_t etypes[] = {18};
    q.req_body = (struct KDC_REQ_BODY){
        .kdc_options = 0x40000010,
        .has_cname = true,
        .cname = made_name(m, 1, "alice", NULL),
        .realm = REALM,
        .has_sname = true,
        .sname = made_name(m, 2, "krbtgt", "EXAMPLE.TEST"),
        .till = NOON + 36000LL * 1000000,
        .nonce = 12345,
    };
    q.req_body.etype.at = etypes;
    q.req_body.etype.n = 1;
    return asn_encode_anew(&ASN_AS_REQ, &q, m->mem);
}

static inline struct bytes made_error(struct made *m)
{
    struct ETYPE_INFO2_ENTRY entry = {
        .etype = 18,
        .has_salt = true,
        .salt = BYTES_LIT("EXAMPLE.TESTalice"),
        .has_s2kparams = true,
        .s2kparams = bytes_of("\0\0\x10\0", 4),
    };
    struct ETYPE_INFO2 info = {&entry, 1};
    struct PA_DATA list[] = {
        {.padata_type = 19, .padata_value = asn_encode(&ASN_ETYPE_INFO2, &info, m->mem)},
        {.padata_type = 2, .padata_value = BYTES_LIT("")},
        {.padata_type = 133, .padata_value = BYTES_LIT("MIT")},
    };
    struct METHOD_DATA methods = {list, 3};
    struct KRB_ERROR e = {
        .pvno = 5,
        .msg_type = 30,
        .stime = NOON,
        .susec = 7,
        .error_code = 25,
        .realm = REALM,
        .sname = made_name(m, 2, "krbtgt", "EXAMPLE.TEST"),
        .has_e_text = true,
        .e_text = BYTES_LIT("NEEDED_PREAUTH"),
        .has_e_data = true,
        .e_data = asn_encode(&ASN_METHOD_DATA, &methods, m->mem),
    };
    return asn_encode(&ASN_KRB_ERROR, &e, m->mem);
}

static inline struct bytes made_rep(struct made *m, bool as)
{
    struct EncKDCRepPart part = {
        .key = made_told(as ? &m->session : &m->app),
        .nonce = as ? 12345 : 4294967295,
        .flags = 0x40e00000,
        .authtime = NOON,
        .endtime = NOON + 36000LL * 1000000,
        .srealm = REALM,
        .sname = as ? made_name(m, 2, "krbtgt", "EXAMPLE.TEST")
                    : made_name(m, 3, "HTTP", "www.example.test"),
    };
    struct LastReq_item last = {.lr_type = 0, .lr_value = NOON};
    part.last_req.at = &last;
    part.last_req.n = 1;
    struct bytes plain = asn_encode(as ? &ASN_EncASRepPart : &ASN_EncTGSRepPart, &part, m->mem);
    struct KDC_REP r = {
        .pvno = 5,
        .msg_type = as ? 11 : 13,
        .crealm = REALM,
        .cname = made_name(m, 1, "alice", NULL),
        .ticket = as ? made_ticket(m, &m->tgs, &m->session, "krbtgt", "EXAMPLE.TEST")
                     : made_ticket(m, &m->service, &m->app, "HTTP", "www.example.test"),
        .enc_part =
            as ? made_seal(m, &m->client, 3, 2, plain) : made_seal(m, &m->subkey, 9, 0, plain),
    };
    return asn_encode_anew(as ? &ASN_AS_REP : &ASN_TGS_REP, &r, m->mem);
}

static inline void made_hold(struct made *m, struct keyring *ring, const char *name,
                             const struct key *k, const char *holder)
{
    keyring_add(ring, (struct ring_key){.key = *k, .name = name, .holders = {holder}}, m->mem);
}

static inline struct keyring made_ring(struct made *m)
{
    struct keyring ring = {0};
    made_hold(m, &ring, "K/alice", &m->client, "alice");
    made_hold(m, &ring, "K/krbtgt", &m->tgs, "kdc");
    made_hold(m, &ring, "K/www", &m->service, "www");
    made_hold(m, &ring, "session alice-krbtgt", &m->session, "alice");
    made_hold(m, &ring, "session alice-www", &m->app, "alice");
    made_hold(m, &ring, "subkey alice", &m->subkey, "alice");
    return ring;
}

/* Leaves tile each root, every field lies within its root, and everything shown has words. */
static inline void assert_tiled(struct root *r)
{
    uint8_t *owners = calloc(r->data.n + 1, 1);
    for (struct field *f = r->top; f; f = field_next(f)) {
        size_t at, end;
        assert_true(f->at <= f->body && f->body <= f->end && f->end <= f->root->data.n);
        assert_true(f->header || f->words);
        assert_non_null(f->path);
        assert_non_null(f->value);
        if (f->root != r || !field_leaf(f, &at, &end))
            continue;
        assert_true(end >= at);
        for (size_t i = at; i < end; i++) {
            owners[i]++;
            assert_ptr_equal(field_at(r, i), f);
        }
        if (f->inner)
            assert_tiled(f->inner);
    }
    for (size_t i = 0; i < r->data.n; i++)
        assert_int_equal(owners[i], 1);
    free(owners);
}

#endif
