/* The dissector: what it names, what it opens, and that no octet is left out, whatever comes. */
#include "tests/trace/support.h"
#include "tests/wire/samples.h"
#include "base/text.h"
#include "wire/dns.h"
#include "wire/gss.h"
#include "wire/http.h"
#include "wire/negotiate.h"

#include <string.h>

static struct made m;

static const char *value_at(struct root *r, const char *path)
{
    struct field *f = field_find(r, path);
    if (!f)
        fail_msg("no field %s", path);
    return f->value;
}

#define assert_value(r, path, value) assert_string_equal(value_at(r, path), value)

static struct root *read_all(struct bytes data, enum transport via)
{
    struct keyring *ring = arena_new_of(m.mem, struct keyring);
    *ring = made_ring(&m);
    struct root *r = dissect(data, via, ring, m.crypto, m.mem);
    assert_tiled(r);
    return r;
}

/* ---- published messages --------------------------------------------------------------------- */

static void vector(void **state)
{
    const struct asn_type *t;
    struct bytes der = sample(*state, m.mem, &t);
    struct root *r = dissect_as(der, t, NULL, NULL, m.mem);
    assert_tiled(r);
    assert_string_equal(r->top->path, t->name);
}

/* Every beginning of it, and every octet of it damaged. */
static void vector_damaged(void **state)
{
    const struct asn_type *t;
    struct bytes der = sample(*state, m.mem, &t);
    for (size_t n = 0; n < der.n; n++) {
        struct arena *a = arena_new(1 << 14);
        struct root *r = dissect_as(bytes_slice(der, 0, n), t, NULL, NULL, a);
        assert_tiled(r);
        arena_free(a);
    }
    uint8_t *copy = (uint8_t *)arena_copy(m.mem, der).p;
    for (size_t i = 0; i < der.n; i++)
        for (int x = 1; x < 256; x += 127) {
            struct arena *a = arena_new(1 << 14);
            copy[i] ^= (uint8_t)x;
            assert_tiled(dissect_as(bytes_of(copy, der.n), t, NULL, NULL, a));
            assert_tiled(dissect(bytes_of(copy, der.n), VIA_UDP, NULL, NULL, a));
            copy[i] ^= (uint8_t)x;
            arena_free(a);
        }
}

/* What the codec maps and what the dissector shows are the same spans. */
struct spans {
    struct asn_visitor visitor;
    struct root *r;
    struct field *f;
};

static void same_span(struct asn_visitor *v, const struct asn_span *s)
{
    struct spans *all = (struct spans *)v;
    while (all->f && (all->f->header || all->f->root != all->r))
        all->f = field_next(all->f);
    assert_non_null(all->f);
    assert_ptr_equal(all->f->type, s->type);
    assert_int_equal(all->f->at, s->at);
    assert_int_equal(all->f->body, s->body);
    assert_int_equal(all->f->end, s->end);
    assert_int_equal(all->f->depth, s->depth);
    all->f = field_next(all->f);
}

static void ignore(struct asn_visitor *v, const struct asn_span *s)
{
    (void)v;
    (void)s;
}

static void vector_agrees(void **state)
{
    const struct asn_type *t;
    struct bytes der = sample(*state, m.mem, &t);
    struct root *r = dissect_as(der, t, NULL, NULL, m.mem);
    struct spans all = {{same_span, ignore}, r, r->top};
    if (asn_walk(t, der, ASN_STRICT, m.mem, NULL, &all.visitor))
        while (all.f) {
            assert_true(all.f->header || all.f->root != r);
            all.f = field_next(all.f);
        }
}

/* ---- values --------------------------------------------------------------------------------- */

static void values(void **state)
{
    (void)state;
    struct root *r = read_all(made_as_req(&m, true), VIA_UDP);
    assert_string_equal(r->what, "AS-REQ");
    assert_value(r, "AS-REQ.pvno", "5");
    assert_value(r, "AS-REQ.padata", "1 item");
    assert_value(r, "AS-REQ.padata[0]", "2 PA-ENC-TIMESTAMP");
    assert_value(r, "AS-REQ.req-body.kdc-options", "forwardable renewable-ok");
    assert_value(r, "AS-REQ.req-body.cname", "alice");
    assert_value(r, "AS-REQ.req-body.sname", "krbtgt/EXAMPLE.TEST");
    assert_value(r, "AS-REQ.req-body.till", "2026-11-22 06:00:00Z");
    assert_value(r, "AS-REQ.req-body.etype[0]", "18 aes256-cts-hmac-sha1-96");
    assert_value(r, "AS-REQ.padata[0].padata-value/PA-ENC-TIMESTAMP.cipher/PA-ENC-TS-ENC.pausec",
                 "155000");
    struct field *f = field_find(r, "AS-REQ.req-body.sname");
    assert_string_equal(f->words->place, "AS-REQ.req-body.sname");
    assert_string_equal(
        header_words(m.mem, r->top->first),
        arena_printf(m.mem, "APPLICATION 10, constructed, %zu octets follow", r->data.n - 3));
}

static void error(void **state)
{
    (void)state;
    struct root *r = read_all(made_error(&m), VIA_TCP);
    assert_string_equal(message_label(r, m.mem), "KRB-ERROR 25 KDC_ERR_PREAUTH_REQUIRED");
    assert_value(r, "KRB-ERROR.e-text", "NEEDED_PREAUTH");
    const char *entry = "KRB-ERROR.e-data/METHOD-DATA[0].padata-value/ETYPE-INFO2[0]";
    assert_value(r, entry, "18 aes256-cts-hmac-sha1-96, salt \"EXAMPLE.TESTalice\"");
    assert_value(r, arena_printf(m.mem, "%s.s2kparams", entry), "4096 iterations");
    assert_int_equal(field_find(r, "KRB-ERROR.e-data/METHOD-DATA[1].padata-value")->state,
                     FIELD_PLAIN);
    /* A cookie: of no concern to anyone but the KDC. */
    assert_int_equal(field_find(r, "KRB-ERROR.e-data/METHOD-DATA[2].padata-value")->state,
                     FIELD_PLAIN);
}

/* ---- sealed --------------------------------------------------------------------------------- */

static void opened_all(struct root *r, size_t want)
{
    size_t n = 0;
    for (struct field *f = r->top; f; f = field_next(f)) {
        assert_int_not_equal(f->state, FIELD_SEALED);
        assert_int_not_equal(f->state, FIELD_BROKEN);
        n += f->state == FIELD_OPENED;
    }
    assert_int_equal(n, want);
}

static void tgs_req(void **state)
{
    (void)state;
    struct root *r = read_all(made_tgs_req(&m), VIA_UDP);
    opened_all(r, 2);
    assert_string_equal(message_label(r, m.mem), "TGS-REQ HTTP/www.example.test");
    const char *ap = "TGS-REQ.padata[0].padata-value/AP-REQ";
    assert_value(r, arena_printf(m.mem, "%s.ticket", ap), "krbtgt/EXAMPLE.TEST@EXAMPLE.TEST");
    struct field *f =
        field_find(r, arena_printf(m.mem, "%s.authenticator.cipher/Authenticator.cksum", ap));
    assert_int_equal(f->covers->usage, 6);
    assert_string_equal(f->words->place, "PA-TGS-REQ/AP-REQ.authenticator/Authenticator.cksum");
    f = field_find(r, arena_printf(m.mem, "%s.authenticator.cipher", ap));
    assert_int_equal(f->opened_usage, 7);
    assert_string_equal(f->opened_by->name, "session alice-krbtgt");
    assert_int_equal(f->inner->confounder, 16);
    assert_value(r, "TGS-REQ.req-body.nonce", "4294967295");
}

static void replies(void **state)
{
    (void)state;
    struct root *r = read_all(made_rep(&m, true), VIA_UDP);
    opened_all(r, 2);
    assert_value(r, "AS-REP.enc-part.cipher/EncASRepPart.last-req[0]", "0 none");
    r = read_all(made_rep(&m, false), VIA_UDP);
    opened_all(r, 2);
    struct field *f = field_find(r, "TGS-REP.enc-part.cipher");
    assert_int_equal(f->opened_usage, 9);
    struct seal_part parts[3];
    assert_int_equal(seal_parts(18, 56, parts), 3);
    assert_string_equal(parts[2].name, "HMAC");
    assert_int_equal(parts[2].at, 44);
    assert_int_equal(seal_parts(18, 27, parts), 0);
}

static void wrong_key(void **state)
{
    (void)state;
    struct keyring ring = {0};
    struct key other = made_key(&m, 18);
    made_hold(&m, &ring, "K/bob", &other, "bob");
    struct root *r = dissect(made_as_req(&m, true), VIA_UDP, &ring, m.crypto, m.mem);
    struct field *f = field_find(r, "AS-REQ.padata[0].padata-value/PA-ENC-TIMESTAMP.cipher");
    assert_int_equal(f->state, FIELD_SEALED);
    assert_null(f->inner);
    assert_int_equal(f->opens->usage, 1);
    assert_tiled(r);
}

/* Who knows only the password learns the rest from what it opens. */
static void learn(void **state)
{
    (void)state;
    struct keyring ring = {0};
    made_hold(&m, &ring, "K/alice", &m.client, "alice");
    struct root *r = dissect(made_rep(&m, true), VIA_UDP, &ring, m.crypto, m.mem);
    assert_int_equal(dissect_learn(r, &ring, m.crypto, m.mem), 1);
    assert_string_equal(ring.keys[1].name, "session alice-krbtgt/EXAMPLE.TEST");
    r = dissect(made_tgs_req(&m), VIA_UDP, &ring, m.crypto, m.mem);
    assert_int_equal(dissect_learn(r, &ring, m.crypto, m.mem), 1);
    r = dissect(made_rep(&m, false), VIA_UDP, &ring, m.crypto, m.mem);
    assert_int_equal(dissect_learn(r, &ring, m.crypto, m.mem), 1);
    assert_int_equal(dissect_learn(r, &ring, m.crypto, m.mem), 0);
}

/* ---- tokens --------------------------------------------------------------------------------- */

static struct bytes http_with(const char *start, const char *field, struct bytes token)
{
    const char *fields[] = {
        "Host: www.example.test",
        arena_printf(m.mem, "%s: Negotiate %s", field, base64_text(m.mem, token)),
    };
    return http_write(m.mem, start, fields, 2, (struct bytes){0});
}

static void http(void **state)
{
    (void)state;
    struct gss_checksum c = {.flags = GSS_MUTUAL | GSS_REPLAY};
    struct Authenticator a = {
        .has_cksum = true,
        .cksum = {.cksumtype = CKSUMTYPE_GSS, .checksum = gss_checksum_write(m.mem, &c)},
    };
    struct Ticket t = made_ticket(&m, &m.service, &m.app, "HTTP", "www.example.test");
    struct bytes token = gss_token_write(m.mem, TOK_AP_REQ, made_ap_req(&m, t, &m.app, 11, a));
    struct root *r = read_all(http_with("GET / HTTP/1.1", "Authorization", token), VIA_HTTP);
    opened_all(r, 2);
    assert_string_equal(r->what, "HTTP request");
    assert_string_equal(message_label(r, m.mem), "HTTP GET / + AP-REQ HTTP/www.example.test");
    assert_value(r, "HTTP.field[0]", "Host: www.example.test");
    const char *in = "HTTP.field[1].token68/GSS-TOKEN.innerToken/AP-REQ.authenticator.cipher/"
                     "Authenticator.cksum.checksum/GSS-CHECKSUM.Flags";
    assert_value(r, in, "GSS_C_MUTUAL_FLAG GSS_C_REPLAY_FLAG");
    assert_value(r, "HTTP.field[1].token68/GSS-TOKEN.thisMech.oid",
                 "1.2.840.113554.1.2.2 Kerberos 5");
    r = read_all(BYTES_LIT("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\n"
                           "Content-Length: 0\r\n\r\n"),
                 VIA_HTTP);
    assert_string_equal(message_label(r, m.mem), "HTTP 401 offers Negotiate");
}

/* A logon handed over: the KRB-CRED in the checksum in the authenticator, to its innermost key. */
static struct bytes krb5_oid(void)
{
    return GSS_KRB5_OID;
}

static struct bytes ap_req_token(void)
{
    struct gss_checksum c = {.flags = GSS_MUTUAL};
    struct Authenticator a = {
        .has_cksum = true,
        .cksum = {.cksumtype = CKSUMTYPE_GSS, .checksum = gss_checksum_write(m.mem, &c)},
    };
    struct Ticket t = made_ticket(&m, &m.service, &m.app, "HTTP", "www.example.test");
    return gss_token_write(m.mem, TOK_AP_REQ, made_ap_req(&m, t, &m.app, 11, a));
}

static struct bytes negotiation(bool first, bool hints)
{
    struct bytes oids[] = {krb5_oid(), BYTES_LIT("\x2b\6\1\4\1\x82\x37\2\2\x0a"),
                           BYTES_LIT("\x2a\3")};
    struct bytes mic = BYTES_LIT("\4\4\1\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\7checksum....");
    struct neg_token t = {.init = first,
                          .mechs = {oids, first ? 3 : 0},
                          .has_hints = hints,
                          .hint_name = hints ? BYTES_LIT("hint") : BYTES_LIT(""),
                          .has_state = !first,
                          .state = NEG_REQUEST_MIC,
                          .mech = first ? (struct bytes){0} : krb5_oid(),
                          .token = ap_req_token(),
                          .mic = first ? (struct bytes){0} : mic};
    return neg_token_write(m.mem, &t);
}

static void spnego(void **state)
{
    (void)state;
    struct root *r =
        read_all(http_with("GET / HTTP/1.1", "Authorization", negotiation(true, false)), VIA_HTTP);
    opened_all(r, 2);
    assert_string_equal(message_label(r, m.mem), "HTTP GET / + NegTokenInit (AP-REQ)");
    const char *in = "HTTP.field[1].token68/GSS-TOKEN.innerToken/NegotiationToken.negTokenInit";
    assert_value(r, in, "Kerberos 5, NTLM, 1.2.3");
    assert_value(r, arena_printf(m.mem, "%s.mechTypes[1]", in), "1.3.6.1.4.1.311.2.2.10 NTLM");
    assert_value(r,
                 arena_printf(m.mem,
                              "%s.mechToken/GSS-TOKEN.innerToken/AP-REQ.authenticator.cipher/"
                              "Authenticator.cksum.checksum/GSS-CHECKSUM.Flags",
                              in),
                 "GSS_C_MUTUAL_FLAG");
    r = read_all(negotiation(false, false), VIA_TCP);
    opened_all(r, 2);
    assert_string_equal(message_label(r, m.mem), "NegTokenResp (AP-REQ)");
    in = "NegotiationToken.negTokenResp";
    assert_value(r, in, "3 request-mic");
    assert_value(r, arena_printf(m.mem, "%s.supportedMech", in), "1.2.840.113554.1.2.2 Kerberos 5");
    assert_value(r, arena_printf(m.mem, "%s.mechListMIC/GSS-MESSAGE.SND_SEQ", in), "7");
    assert_non_null(field_find(r, "NegotiationToken.negTokenResp.negState")->meaning);
    r = read_all(negotiation(true, true), VIA_TCP);
    assert_value(r, "GSS-TOKEN.innerToken/NegotiationToken2.negTokenInit.negHints.hintName",
                 "hint");
    assert_string_equal(message_label(r, m.mem), "GSS token + NegTokenInit (AP-REQ)");
}

static void spnego_labels(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *label;
    } rows[] = {
        {"a1073005a0030a0101", "NegTokenResp (accept-incomplete)"},
        {"a1073005a0030a0109", "NegTokenResp (9)"},
        {"a1023000", "NegTokenResp"},
        {"a1083006a20404020102", "NegTokenResp (token)"},
        {"a10c300aa2080406610430020102", "NegTokenResp (Ticket)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(message_label(read_all(hex(m.mem, rows[i].hex), VIA_TCP), m.mem),
                            rows[i].label);
    struct root *r = read_all(hex(m.mem, "a011300fa007300506032a0304a10403020160"), VIA_TCP);
    assert_value(r, "NegotiationToken.negTokenInit.reqFlags", "mutualFlag replayFlag");
}

static void spnego_damaged(void **state)
{
    (void)state;
    struct bytes tokens[] = {negotiation(true, false), negotiation(false, false),
                             negotiation(true, true)};
    for (size_t k = 0; k < 3; k++) {
        struct bytes in = tokens[k];
        uint8_t *copy = (uint8_t *)arena_copy(m.mem, in).p;
        for (size_t i = 0; i < in.n; i++) {
            struct arena *a = arena_new(1 << 14);
            struct root *r = dissect(bytes_slice(in, 0, i), VIA_TCP, NULL, NULL, a);
            assert_tiled(r);
            message_label(r, a);
            arena_reset(a);
            copy[i] ^= (uint8_t)(1 << i % 8);
            r = dissect(bytes_of(copy, in.n), VIA_TCP, NULL, NULL, a);
            assert_tiled(r);
            message_label(r, a);
            copy[i] ^= (uint8_t)(1 << i % 8);
            arena_free(a);
        }
    }
}

static void delegated(void **state)
{
    (void)state;
    struct Ticket tgt = made_ticket(&m, &m.tgs, &m.session, "krbtgt", "EXAMPLE.TEST");
    struct KrbCredInfo info = {.key = made_told(&m.session),
                               .has_pname = true,
                               .pname = made_name(&m, 1, "alice", NULL),
                               .has_flags = true,
                               .flags = 0x60000000};
    struct EncKrbCredPart part = {.ticket_info = {&info, 1}};
    struct KRB_CRED cred = {
        .pvno = 5,
        .msg_type = 22,
        .tickets = {&tgt, 1},
        .enc_part = made_seal(&m, &m.subkey, 14, 0, asn_encode(&ASN_EncKrbCredPart, &part, m.mem)),
    };
    struct gss_checksum c = {
        .has_deleg = true, .deleg_option = 1, .deleg = asn_encode(&ASN_KRB_CRED, &cred, m.mem)};
    struct Authenticator a = {
        .has_cksum = true,
        .cksum = {.cksumtype = CKSUMTYPE_GSS, .checksum = gss_checksum_write(m.mem, &c)},
        .has_subkey = true,
        .subkey = made_told(&m.subkey),
    };
    struct Ticket t = made_ticket(&m, &m.service, &m.app, "HTTP", "www.example.test");
    struct bytes token = gss_token_write(m.mem, TOK_AP_REQ, made_ap_req(&m, t, &m.app, 11, a));
    struct root *r = read_all(http_with("GET / HTTP/1.1", "Authorization", token), VIA_HTTP);
    opened_all(r, 4); /* ticket, authenticator; in it another ticket, and what belongs to that */
    assert_value(r,
                 "HTTP.field[1].token68/GSS-TOKEN.innerToken/AP-REQ.authenticator.cipher/"
                 "Authenticator.cksum.checksum/GSS-CHECKSUM.Deleg/KRB-CRED.enc-part.cipher/"
                 "EncKrbCredPart.ticket-info[0].flags",
                 "forwardable forwarded");
}

static void dns(void **state)
{
    (void)state;
    const struct dns_host host = {.name = "www.example.test", .address = "10.0.0.21"};
    struct dns_message query = {.question = {"www.example.test", DNS_A, 1}};
    struct bytes asked = dns_write(&query, m.mem);
    struct root *r = read_all(asked, VIA_DNS);
    assert_string_equal(message_label(r, m.mem), "DNS query A www.example.test");
    r = read_all(dns_answer(m.mem, asked, &host, 1), VIA_DNS);
    assert_string_equal(message_label(r, m.mem), "DNS answer A 10.0.0.21");
    assert_value(r, "DNS.answer[0].TYPE", "1 A");
    assert_value(r, "DNS.RCODE", "0x80 no error");
    r = read_all(dns_answer(m.mem, asked, NULL, 0), VIA_DNS);
    assert_string_equal(message_label(r, m.mem), "DNS answer NXDOMAIN to A www.example.test");
    for (size_t n = 0; n < asked.n; n++)
        assert_tiled(dissect(bytes_slice(asked, 0, n), VIA_DNS, NULL, NULL, m.mem));
}

/* Every beginning of an HTTP message with all in it: leaves tile, in all its layers. */
static void http_damaged(void **state)
{
    (void)state;
    struct gss_checksum c = {.flags = GSS_MUTUAL};
    struct Authenticator a = {
        .has_cksum = true,
        .cksum = {.cksumtype = CKSUMTYPE_GSS, .checksum = gss_checksum_write(m.mem, &c)},
    };
    struct Ticket t = made_ticket(&m, &m.service, &m.app, "HTTP", "www.example.test");
    struct bytes token = gss_token_write(m.mem, TOK_AP_REQ, made_ap_req(&m, t, &m.app, 11, a));
    struct bytes all = http_with("GET / HTTP/1.1", "Authorization", token);
    struct keyring ring = made_ring(&m);
    for (size_t n = 0; n <= all.n; n++) {
        struct arena *mem = arena_new(1 << 16);
        assert_tiled(dissect(bytes_slice(all, 0, n), VIA_HTTP, &ring, m.crypto, mem));
        arena_free(mem);
    }
    for (size_t n = 0; n <= token.n; n++) {
        struct arena *mem = arena_new(1 << 16);
        assert_tiled(dissect(bytes_slice(token, 0, n), VIA_TCP, &ring, m.crypto, mem));
        arena_free(mem);
    }
}

/* ---- damage --------------------------------------------------------------------------------- */

static void broken(void **state)
{
    (void)state;
    struct bytes der = made_as_req(&m, false);
    struct root *r = dissect(bytes_slice(der, 0, 100), VIA_UDP, NULL, NULL, m.mem);
    assert_tiled(r);
    assert_value(r, "AS-REQ.req-body.cname", "alice");
    assert_non_null(r->top->fault);
    assert_int_equal(r->top->state, FIELD_BROKEN);

    uint8_t *copy = (uint8_t *)arena_copy(m.mem, der).p;
    r = dissect(der, VIA_UDP, NULL, NULL, m.mem);
    struct field *pvno = field_find(r, "AS-REQ.pvno");
    copy[pvno->body] = 4;
    r = dissect(bytes_of(copy, der.n), VIA_UDP, NULL, NULL, m.mem);
    pvno = field_find(r, "AS-REQ.pvno");
    assert_int_equal(pvno->state, FIELD_BROKEN);
    assert_string_equal(pvno->fault->found, "4");
    assert_value(r, "AS-REQ.req-body.cname", "alice");
}

/* AD-IF-RELEVANT within itself, deeper than is followed: it ends, and every octet has its leaf. */
static void deep(void **state)
{
    (void)state;
    struct bytes in = BYTES_LIT("x");
    for (int i = 0; i < 200; i++) {
        struct AuthorizationData_item item = {.ad_type = 1, .ad_data = in};
        struct AuthorizationData list = {&item, 1};
        in = asn_encode(&ASN_AuthorizationData, &list, m.mem);
    }
    assert_tiled(dissect_as(in, &ASN_AuthorizationData, NULL, NULL, m.mem));
}

static void nothing(void **state)
{
    (void)state;
    struct root *r = dissect((struct bytes){0}, VIA_UDP, NULL, NULL, m.mem);
    assert_tiled(r);
    assert_string_equal(message_label(r, m.mem), "unknown message");
    assert_tiled(dissect((struct bytes){0}, VIA_HTTP, NULL, NULL, m.mem));
    assert_tiled(dissect_as((struct bytes){0}, &ASN_AS_REQ, NULL, NULL, m.mem));
}

int main(void)
{
    made_init(&m);
    const struct CMUnitTest own[] = {
        cmocka_unit_test(values),        cmocka_unit_test(error),
        cmocka_unit_test(tgs_req),       cmocka_unit_test(replies),
        cmocka_unit_test(wrong_key),     cmocka_unit_test(learn),
        cmocka_unit_test(dns),           cmocka_unit_test(http),
        cmocka_unit_test(delegated),     cmocka_unit_test(spnego),
        cmocka_unit_test(spnego_labels), cmocka_unit_test(spnego_damaged),
        cmocka_unit_test(http_damaged),  cmocka_unit_test(broken),
        cmocka_unit_test(deep),          cmocka_unit_test(nothing),
    };
    int failed = cmocka_run_group_tests_name("dissect", own, NULL, NULL);
    failed += samples_run("messages", m.mem, vector);
    failed += samples_run("messages, damaged", m.mem, vector_damaged);
    failed += samples_run("messages, as the codec maps them", m.mem, vector_agrees);
    made_free(&m);
    return failed != 0;
}
