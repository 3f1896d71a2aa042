/* A client made by hand from context/ and crypto/, which writes requests as told: rightly, or
 * wrongly where a test twists them. It is the other side in the service's tests. */
#ifndef TESTS_HAND_CLIENT_H
#define TESTS_HAND_CLIENT_H

#include "base/text.h"
#include "service/service.h"
#include "tests/client/hand_turn.h"
#include "wire/gss.h"
#include "wire/http.h"

struct hand_client {
    struct hand hand;
    struct party alice, www;
    struct service *service;
    struct key key, session, subkey; /* key: the service's */
    struct keytab keytab;
    struct keytab_entry entries[2];
    struct bytes components[2];
    struct bytes seen[4096]; /* the replay cache */
    int64_t seen_at[4096], window;
    size_t n_seen;
};

/* What a request is made of, to be changed by a test before it is sealed. */
struct hand_request {
    struct hand_client *from;
    struct EncTicketPart ticket;
    struct Ticket outer;
    struct Authenticator auth;
    struct gss_checksum fields;
    struct AP_REQ req;
    struct key key; /* the ticket is sealed with */
    uint32_t kvno;
    struct key session; /* the authenticator is sealed with */
    int32_t usage;
    uint16_t tok_id;
};
typedef void (*hand_request_twist)(struct hand_request *);

static inline bool hand_insert(void *arg, struct bytes key, int64_t now, int64_t window)
{
    struct hand_client *h = arg;
    h->window = window;
    for (size_t i = 0; i < h->n_seen; i++)
        if (bytes_equal(h->seen[i], key) && now - h->seen_at[i] <= window)
            return false;
    assert_true(h->n_seen < 4096);
    h->seen[h->n_seen] = bytes_of(memcpy(malloc(key.n), key.p, key.n), key.n);
    h->seen_at[h->n_seen++] = now;
    return true;
}

static inline void hand_forget(struct hand_client *h)
{
    while (h->n_seen)
        free((void *)(uintptr_t)h->seen[--h->n_seen].p);
}

static inline struct service_config hand_service_config(struct hand_client *h)
{
    return (struct service_config){.party = "www",
                                   .spn = "HTTP/www.example.test",
                                   .realm = REALM,
                                   .keytab = &h->keytab,
                                   .skew = 5 * MINUTE,
                                   .replay = {hand_insert, h}};
}

static inline void hand_service_new(struct hand_client *h, bool subkey)
{
    struct service_config config = hand_service_config(h);
    config.acceptor_subkey = subkey;
    h->service = service_new(h->hand.run, &config);
    assert_non_null(h->service);
}

static inline void hand_client_begin(struct hand_client *h, int32_t etype)
{
    memset(h, 0, sizeof *h);
    hand_begin(&h->hand);
    h->hand.sentences = hand_file("trace/steps.en");
    h->alice.name = "alice";
    h->www.name = "www";
    struct key *keys[] = {&h->key, &h->session, &h->subkey};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_true(key_random(h->hand.crypto, &h->hand.rng.rng, "test", etype, keys[i]));
    h->components[0] = BYTES_LIT("HTTP");
    h->components[1] = BYTES_LIT("www.example.test");
    h->entries[0] = (struct keytab_entry){.realm = REALM,
                                          .components = h->components,
                                          .n_components = 2,
                                          .kvno = 3,
                                          .has_kvno32 = true,
                                          .etype = etype,
                                          .key = key_bytes(&h->key)};
    h->keytab = (struct keytab){h->entries, 1};
    hand_service_new(h, true);
}

static inline void hand_client_end(struct hand_client *h)
{
    hand_forget(h);
    hand_end(&h->hand);
}

static inline void hand_request_fill(struct hand_client *h, struct hand_request *r)
{
    struct arena *mem = h->hand.run;
    int64_t now = h->hand.turn.now;
    struct PrincipalName alice, www;
    assert_true(principal_parse(mem, "alice", NT_PRINCIPAL, &alice, NULL));
    assert_true(principal_parse(mem, "HTTP/www.example.test", NT_SRV_HST, &www, NULL));
    *r = (struct hand_request){.from = h,
                               .key = h->key,
                               .kvno = 3,
                               .session = h->session,
                               .usage = USAGE_AP_AUTHENTICATOR,
                               .tok_id = TOK_AP_REQ};
    r->ticket = (struct EncTicketPart){.flags = TKT_PRE_AUTHENT,
                                       .key = key_to_wire(&h->session),
                                       .crealm = REALM,
                                       .cname = alice,
                                       .transited = {.tr_type = 1},
                                       .authtime = now / SECOND * SECOND - HOUR,
                                       .endtime = now / SECOND * SECOND + HOUR};
    r->outer = (struct Ticket){.tkt_vno = 5, .realm = REALM, .sname = www};
    r->auth = (struct Authenticator){.authenticator_vno = 5,
                                     .crealm = REALM,
                                     .cname = alice,
                                     .has_cksum = true,
                                     .cksum = {.cksumtype = CKSUMTYPE_GSS},
                                     .ctime = now / SECOND * SECOND,
                                     .cusec = now % SECOND,
                                     .has_subkey = true,
                                     .subkey = key_to_wire(&h->subkey),
                                     .has_seq_number = true,
                                     .seq_number = 41};
    r->fields.flags = GSS_MUTUAL | GSS_REPLAY | GSS_SEQUENCE | GSS_CONF | GSS_INTEG;
    r->req = (struct AP_REQ){.pvno = 5, .msg_type = 14, .ap_options = AP_OPT_MUTUAL_REQUIRED};
}

static inline struct bytes hand_ap_req(struct hand_client *h, hand_request_twist twist)
{
    struct hand_request r;
    struct turn *t = &h->hand.turn;
    hand_request_fill(h, &r);
    if (twist)
        twist(&r);
    if (r.auth.has_cksum && !r.auth.cksum.checksum.n)
        r.auth.cksum.checksum = gss_checksum_write(h->hand.run, &r.fields);
    assert_true(seal_value(t, &ASN_EncTicketPart, &r.ticket, &r.key, r.kvno, USAGE_TICKET,
                           &r.outer.enc_part));
    r.req.ticket = r.outer;
    assert_true(
        seal_value(t, &ASN_Authenticator, &r.auth, &r.session, 0, r.usage, &r.req.authenticator));
    return arena_copy(h->hand.run, asn_encode(&ASN_AP_REQ, &r.req, h->hand.run));
}

static inline struct bytes hand_request_of(struct hand_client *h, struct bytes token)
{
    struct arena *mem = h->hand.run;
    const char *fields[] = {
        "Host: www.example.test",
        arena_printf(mem, "Authorization: Negotiate %s", base64_text(mem, token))};
    return http_write(mem, "GET / HTTP/1.1", fields, 2, (struct bytes){0});
}

static inline struct bytes hand_request(struct hand_client *h, hand_request_twist twist)
{
    return hand_request_of(h, gss_token_write(h->hand.run, TOK_AP_REQ, hand_ap_req(h, twist)));
}

/* The service's answer, read. */
struct hand_answer {
    struct http_message http;
    bool challenged; /* WWW-Authenticate: Negotiate is there */
    bool has_token;
    struct gss_token token;
    struct KRB_ERROR error; /* when the token is one */
    struct bytes octets;
};

static inline void hand_read_answer(struct hand_client *h, struct hand_answer *a)
{
    size_t used, at;
    struct bytes octets = {0};
    struct arena *mem = h->hand.run;
    memset(a, 0, sizeof *a);
    assert_int_equal(h->hand.out.n, 1);
    assert_ptr_equal(h->hand.out.first->packet.to, &h->alice);
    a->octets = arena_copy(mem, h->hand.out.first->packet.data);
    assert_int_equal(http_read(a->octets, mem, NULL, &a->http, &used), HTTP_WHOLE);
    assert_int_equal(used, a->octets.n);
    const struct http_field *f = http_field(&a->http, "WWW-Authenticate");
    a->challenged = f != NULL;
    if (!f || !http_negotiate(f->value, mem, NULL, &octets, &at) || !octets.n)
        return;
    a->has_token = true;
    assert_true(gss_token_read(octets, NULL, &a->token));
    if (a->token.tok_id == TOK_KRB_ERROR)
        assert_true(asn_decode(&ASN_KRB_ERROR, a->token.inner, ASN_STRICT, mem, NULL, &a->error));
}

static inline struct hand_answer hand_send(struct hand_client *h, struct bytes request)
{
    struct hand_answer a;
    struct bytes kept = arena_copy(h->hand.run, request);
    struct turn *t = hand_turn(&h->hand, h->hand.turn.now);
    assert_true(service_receive(
        h->service,
        &(struct packet){.via = VIA_HTTP, .from = &h->alice, .to = &h->www, .data = kept}, t));
    hand_read_answer(h, &a);
    return a;
}

#endif
