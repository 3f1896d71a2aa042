/* A KDC and a service made by hand from context/ and crypto/: they answer as told, wrongly when
 * told so. They are the other side in the client's tests. */
#ifndef TESTS_HAND_KDC_H
#define TESTS_HAND_KDC_H

#include "base/text.h"
#include "client/client.h"
#include "tests/client/hand_turn.h"
#include "wire/gss.h"
#include "wire/http.h"

struct hand_kdc {
    struct hand hand;
    struct party kdc, www, other;
    int32_t etypes[4];
    size_t n_etypes;
    struct client *client;
    struct key user, tgs, service, tgt_session, service_session;
    struct bytes request; /* what the client sent last; in the run's arena */
    struct packet sent;
    struct keytab keytab;
    struct keytab_entry entry;
    struct bytes component;
    int64_t clock; /* the KDC's */
};

/* What a reply is made of, to be changed by a test before it is sealed. */
struct hand_reply {
    struct hand_kdc *kdc;
    struct KDC_REP rep;
    struct EncTicketPart ticket;
    struct EncKDCRepPart part;
    const struct key *reply_key;
    int32_t usage;
};
typedef void (*hand_twist)(struct hand_reply *);

static inline struct PrincipalName hand_name(struct arena *mem, const char *text)
{
    struct PrincipalName name;
    assert_true(principal_parse(mem, text, NT_PRINCIPAL, &name, NULL));
    return name;
}

/* Carries away what the client sent: one packet. */
static inline void hand_take(struct hand_kdc *k)
{
    assert_int_equal(k->hand.out.n, 1);
    k->sent = k->hand.out.first->packet;
    k->request = k->sent.data = arena_copy(k->hand.run, k->sent.data);
}

static inline bool hand_do(struct hand_kdc *k, const struct client_do_args *args)
{
    struct turn *t = hand_turn(&k->hand, k->hand.turn.now);
    bool ok = client_do(k->client, args, t);
    if (ok && k->hand.out.n)
        hand_take(k);
    return ok;
}

static inline bool hand_give_from(struct hand_kdc *k, const struct party *from, enum transport via,
                                  struct bytes data)
{
    struct bytes kept = arena_copy(k->hand.run, data);
    struct turn *t = hand_turn(&k->hand, k->hand.turn.now);
    bool ok =
        client_receive(k->client, &(struct packet){.via = via, .from = from, .data = kept}, t);
    if (ok && k->hand.out.n)
        hand_take(k);
    return ok;
}

static inline struct client_outcome hand_give(struct hand_kdc *k, struct bytes data)
{
    assert_true(hand_give_from(k, &k->kdc, VIA_UDP, data));
    return client_result(k->client);
}

static inline void hand_kdc_begin(struct hand_kdc *k, int32_t etype)
{
    memset(k, 0, sizeof *k);
    hand_begin(&k->hand);
    k->hand.sentences = hand_file("trace/steps.en");
    k->kdc.name = "kdc";
    k->www.name = "www";
    k->other.name = "mallory";
    k->etypes[0] = etype;
    k->etypes[1] = 17;
    k->n_etypes = etype == 17 ? 1 : 2;
    k->clock = NOW;
    struct client_config config = {.party = "alice",
                                   .kdc = &k->kdc,
                                   .realm = REALM,
                                   .etypes = k->etypes,
                                   .n_etypes = k->n_etypes,
                                   .skew = 5 * MINUTE,
                                   .via = VIA_UDP};
    k->client = client_new(k->hand.run, &config);
    struct key *keys[] = {&k->user, &k->tgs, &k->service, &k->tgt_session, &k->service_session};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_true(key_random(k->hand.crypto, &k->hand.rng.rng, "test", etype, keys[i]));
    k->component = BYTES_LIT("alice");
    k->entry = (struct keytab_entry){.realm = REALM,
                                     .components = &k->component,
                                     .n_components = 1,
                                     .kvno = 1,
                                     .etype = etype,
                                     .key = key_bytes(&k->user)};
    k->keytab = (struct keytab){&k->entry, 1};
}

static inline void hand_kdc_end(struct hand_kdc *k)
{
    hand_end(&k->hand);
}

/* ---- errors ------------------------------------------------------------------------------------
 */

static inline struct bytes hand_error(struct hand_kdc *k, int32_t code, struct bytes data)
{
    int64_t now = k->hand.turn.now;
    struct turn *t = hand_turn(&k->hand, k->clock);
    struct PrincipalName tgs = hand_name(k->hand.mem, "krbtgt/EXAMPLE.TEST");
    struct krb_error_args args = {.code = code, .realm = REALM, .sname = &tgs, .e_data = data};
    struct bytes error = arena_copy(k->hand.run, krb_error_build(t, &args));
    t->now = now;
    return error;
}

/* METHOD-DATA like a real KDC's: FAST, ETYPE-INFO2, the timestamp, a cookie. */
static inline struct bytes hand_methods(struct hand_kdc *k, int32_t etype, const char *salt,
                                        struct bytes params)
{
    struct ETYPE_INFO2_ENTRY entry = {.etype = etype,
                                      .has_salt = salt != NULL,
                                      .salt = salt ? bytes_str(salt) : (struct bytes){0},
                                      .has_s2kparams = params.n != 0,
                                      .s2kparams = params};
    struct ETYPE_INFO2 info = {&entry, 1};
    struct PA_DATA list[] = {
        {.padata_type = PA_FX_FAST, .padata_value = BYTES_LIT("")},
        {.padata_type = PA_ETYPE_INFO2,
         .padata_value = asn_encode(&ASN_ETYPE_INFO2, &info, k->hand.run)},
        {.padata_type = PA_ENC_TIMESTAMP, .padata_value = BYTES_LIT("")},
        {.padata_type = PA_FX_COOKIE, .padata_value = BYTES_LIT("MIT")},
    };
    struct METHOD_DATA methods = {list, 4};
    return asn_encode(&ASN_METHOD_DATA, &methods, k->hand.run);
}

static inline struct bytes hand_preauth_required(struct hand_kdc *k)
{
    return hand_error(k, KDC_ERR_PREAUTH_REQUIRED,
                      hand_methods(k, k->etypes[0], "EXAMPLE.TESTalice", (struct bytes){0}));
}

/* ---- requests ----------------------------------------------------------------------------------
 */

static inline struct KDC_REQ hand_read(struct hand_kdc *k, const struct asn_type *type)
{
    struct KDC_REQ req;
    assert_true(asn_decode(type, k->request, ASN_STRICT, k->hand.run, NULL, &req));
    return req;
}

static inline const struct PA_DATA *hand_padata(const struct KDC_REQ *req, int64_t type)
{
    for (size_t i = 0; req->has_padata && i < req->padata.n; i++)
        if (req->padata.at[i].padata_type == type)
            return &req->padata.at[i];
    return NULL;
}

/* ---- replies -----------------------------------------------------------------------------------
 */

static inline struct bytes hand_seal(struct hand_kdc *k, struct hand_reply *r,
                                     const struct key *ticket_key, const struct asn_type *part,
                                     const struct asn_type *message)
{
    struct turn *t = &k->hand.turn;
    assert_true(seal_value(t, &ASN_EncTicketPart, &r->ticket, ticket_key, 1, USAGE_TICKET,
                           &r->rep.ticket.enc_part));
    assert_true(seal_value(t, part, &r->part, r->reply_key, 0, r->usage, &r->rep.enc_part));
    return arena_copy(k->hand.run, asn_encode(message, &r->rep, k->hand.mem));
}

static inline void hand_fill(struct hand_kdc *k, struct hand_reply *r, const struct KDC_REQ *req,
                             const struct key *session)
{
    struct arena *mem = k->hand.mem;
    int64_t start = k->clock / SECOND * SECOND;
    *r = (struct hand_reply){.kdc = k};
    r->rep.pvno = 5;
    r->rep.msg_type = req->msg_type + 1;
    r->rep.crealm = REALM;
    r->rep.cname = hand_name(mem, "alice");
    r->rep.ticket.tkt_vno = 5;
    r->rep.ticket.realm = REALM;
    r->rep.ticket.sname = req->req_body.sname;
    r->ticket = (struct EncTicketPart){.flags = TKT_INITIAL | TKT_PRE_AUTHENT | TKT_FORWARDABLE,
                                       .key = key_to_wire(session),
                                       .crealm = REALM,
                                       .cname = r->rep.cname,
                                       .transited = {.tr_type = 1},
                                       .authtime = start,
                                       .has_starttime = true,
                                       .starttime = start,
                                       .endtime = req->req_body.till};
    static struct LastReq_item last;
    last.lr_value = start;
    r->part = (struct EncKDCRepPart){.key = key_to_wire(session),
                                     .last_req = {&last, 1},
                                     .nonce = req->req_body.nonce,
                                     .flags = r->ticket.flags,
                                     .authtime = start,
                                     .has_starttime = true,
                                     .starttime = start,
                                     .endtime = req->req_body.till,
                                     .srealm = REALM,
                                     .sname = req->req_body.sname};
}

static inline struct bytes hand_as_rep(struct hand_kdc *k, hand_twist twist)
{
    struct KDC_REQ req = hand_read(k, &ASN_AS_REQ);
    struct hand_reply r;
    hand_turn(&k->hand, k->hand.turn.now);
    hand_fill(k, &r, &req, &k->tgt_session);
    r.reply_key = &k->user;
    r.usage = USAGE_AS_REP;
    if (twist)
        twist(&r);
    return hand_seal(k, &r, &k->tgs, &ASN_EncASRepPart, &ASN_AS_REP);
}

/* Opens the request's authenticator, checks what binds the body, and answers under the subkey. */
static inline struct bytes hand_tgs_rep(struct hand_kdc *k, hand_twist twist)
{
    struct KDC_REQ req = hand_read(k, &ASN_TGS_REQ);
    struct turn *t = hand_turn(&k->hand, k->hand.turn.now);
    struct AP_REQ ap;
    struct Authenticator auth;
    struct hand_reply r;
    struct key subkey;
    const struct PA_DATA *pa = hand_padata(&req, PA_TGS_REQ);
    assert_non_null(pa);
    assert_true(asn_decode(&ASN_AP_REQ, pa->padata_value, ASN_STRICT, t->mem, NULL, &ap));
    assert_int_equal(open_value(t, &ap.authenticator, &k->tgt_session, USAGE_TGS_AUTHENTICATOR,
                                &ASN_Authenticator, &auth),
                     OPEN_OK);
    assert_true(auth.has_cksum && auth.has_subkey);
    assert_true(checksum_verify(t->crypto, (int32_t)auth.cksum.cksumtype, &k->tgt_session,
                                USAGE_TGS_CKSUM, req.req_body.der, auth.cksum.checksum));
    assert_true(key_from_wire(&auth.subkey, &subkey));
    hand_fill(k, &r, &req, &k->service_session);
    r.reply_key = &subkey;
    r.usage = USAGE_TGS_REP_SUBKEY;
    if (twist)
        twist(&r);
    return hand_seal(k, &r, &k->service, &ASN_EncTGSRepPart, &ASN_TGS_REP);
}

/* ---- the service -------------------------------------------------------------------------------
 */

static inline struct bytes hand_http(struct hand_kdc *k, const char *start, struct bytes token,
                                     const char *body)
{
    struct arena *mem = k->hand.run;
    const char *fields[1] = {arena_printf(mem, "WWW-Authenticate: Negotiate%s%s",
                                          token.n ? " " : "",
                                          token.n ? base64_text(mem, token) : "")};
    return http_write(mem, start, fields, token.p ? 1 : 0, bytes_str(body));
}

/* The authenticator of the GET that was sent. */
static inline void hand_open_get(struct hand_kdc *k, struct ap_checked *out)
{
    struct http_message http;
    struct gss_token gss;
    struct bytes token;
    size_t used, at;
    struct turn *t = &k->hand.turn;
    struct arena *mem = k->hand.run;
    assert_int_equal(http_read(k->request, mem, NULL, &http, &used), HTTP_WHOLE);
    assert_true(http_negotiate(http_field(&http, "authorization")->value, mem, NULL, &token, &at));
    assert_true(gss_token_read(token, NULL, &gss));
    assert_int_equal(gss.tok_id, TOK_AP_REQ);
    memset(out, 0, sizeof *out);
    assert_true(asn_decode(&ASN_AP_REQ, gss.inner, ASN_STRICT, mem, NULL, &out->req));
    out->session = k->service_session;
    assert_int_equal(open_value(t, &out->req.authenticator, &k->service_session,
                                USAGE_AP_AUTHENTICATOR, &ASN_Authenticator, &out->authenticator),
                     OPEN_OK);
}

/* The page with the service's proof, its time off by so many microseconds. */
static inline struct bytes hand_page(struct hand_kdc *k, int64_t off, bool subkey)
{
    struct ap_checked checked;
    struct AP_REP rep;
    hand_turn(&k->hand, k->hand.turn.now);
    hand_open_get(k, &checked);
    checked.authenticator.cusec += off;
    assert_true(ap_reply_build(&k->hand.turn, &checked, subkey ? &k->user : NULL, true, 77, &rep));
    struct bytes der = asn_encode(&ASN_AP_REP, &rep, k->hand.run);
    return hand_http(k, "HTTP/1.1 200 OK", gss_token_write(k->hand.run, TOK_AP_REP, der), "hello");
}

/* ---- whole exchanges ----------------------------------------------------------------------------
 */

/* Up to the second AS-REQ, by keytab: no time goes into string-to-key. */
static inline void hand_logon_proof(struct hand_kdc *k, const struct client_do_args *more)
{
    struct client_do_args args = more ? *more : (struct client_do_args){0};
    args.task = CLIENT_LOGON;
    args.principal = "alice";
    args.keytab = &k->keytab;
    assert_true(hand_do(k, &args));
    assert_int_equal(hand_give(k, hand_preauth_required(k)).state, CLIENT_WAITING);
}

static inline void hand_logon(struct hand_kdc *k)
{
    hand_logon_proof(k, NULL);
    assert_int_equal(hand_give(k, hand_as_rep(k, NULL)).state, CLIENT_GRANTED);
}

static inline void hand_ask_ticket(struct hand_kdc *k)
{
    hand_logon(k);
    struct client_do_args args = {.task = CLIENT_TICKET, .spn = "HTTP/www.example.test"};
    assert_true(hand_do(k, &args));
}

static inline void hand_get(struct hand_kdc *k, bool mutual)
{
    hand_logon(k);
    struct client_do_args args = {.task = CLIENT_GET,
                                  .spn = "HTTP/www.example.test",
                                  .service = &k->www,
                                  .host = "www.example.test",
                                  .target = "/",
                                  .mutual = mutual};
    assert_true(hand_do(k, &args));
    if (k->sent.via != VIA_HTTP) /* the ticket was in the cache */
        assert_int_equal(hand_give(k, hand_tgs_rep(k, NULL)).state, CLIENT_WAITING);
}

static inline struct client_outcome hand_give_page(struct hand_kdc *k, struct bytes page)
{
    assert_true(hand_give_from(k, &k->www, VIA_HTTP, page));
    return client_result(k->client);
}

#endif
