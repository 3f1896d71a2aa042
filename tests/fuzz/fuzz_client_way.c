/* The client on its way to another realm's service, and with a new password. The first octet
 * chooses what the rest is: what a name server says, a referral, the plaintext under its seal, an
 * answer of the password server, the result under its seal. With its high bit the rest is a script
 * of edits to the right octets (tests/fuzz/edit.h). */
#define HAND_WITHOUT_CMOCKA
#include "client/inside.h"
#include "tests/client/hand_kpasswd.h"
#include "tests/fuzz/edit.h"
#include "wire/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define SEQ 4711

enum place { NAME_SERVER, REFERRAL, REFERRAL_PART, PASSWORD_REPLY, PASSWORD_RESULT, PLACES };

static struct prepared {
    struct hand_kdc k;
    struct client waiting;
    struct bytes right;
    struct hand_kpasswd open; /* of the password server */
    struct KDC_REP rep;       /* REFERRAL_PART: what goes around it */
    struct key key;
} prepared[PLACES], *into;
static struct arena *scratch;
static struct party resolver = {.name = "dns"}, far = {.name = "far"};
static const struct dns_host hosts[] = {
    {.name = "www.example.test", .alias = "web7.example.test"},
    {.name = "web7.example.test", .address = "10.0.0.21", .reverse = "rack3.hoster.test"},
    {.name = "rack3.hoster.test", .address = "10.0.0.21"},
};

static const struct party *kdc_of(void *arg, struct bytes realm)
{
    (void)arg;
    return bytes_equal_str(realm, "B.TEST")         ? &far
           : bytes_equal_str(realm, "EXAMPLE.TEST") ? &into->k.kdc
                                                    : NULL;
}

/* To B.TEST, before it is sealed. */
static void refer(struct hand_reply *r)
{
    struct hand_kdc *k = &into->k;
    r->part.sname = r->rep.ticket.sname = hand_name(k->hand.run, "krbtgt/B.TEST");
    into->key = *r->reply_key;
    into->right = arena_copy(k->hand.run, asn_encode(&ASN_EncTGSRepPart, &r->part, k->hand.mem));
}

static void prepare_referral(enum place place)
{
    struct hand_kdc *k = &into->k;
    k->client->config.kdc_of = kdc_of;
    hand_ask_ticket(k);
    struct bytes rep = hand_tgs_rep(k, refer);
    if (place == REFERRAL)
        into->right = rep;
    else
        assert_true(asn_decode(&ASN_TGS_REP, rep, ASN_STRICT, k->hand.run, NULL, &into->rep));
}

static void prepare(enum place place)
{
    struct hand_kdc *k = &into->k;
    hand_kdc_begin(k, 18);
    free(k->hand.sentences);
    k->hand.sentences = NULL;
    if (place == NAME_SERVER) {
        k->client->config.resolver = &resolver;
        k->client->config.names = NAMES_REVERSE;
        hand_ask_ticket(k);
        into->right = dns_answer(k->hand.run, k->request, hosts, sizeof hosts / sizeof *hosts);
    } else if (place == REFERRAL || place == REFERRAL_PART) {
        prepare_referral(place);
    } else {
        hand_kpasswd_ask(k, "correct horse");
        hand_kpasswd_open(k, SEQ, &into->open);
        into->right = hand_kpasswd_result(k, 0, "Fine.");
        if (place == PASSWORD_REPLY)
            into->right = hand_kpasswd_reply(k, &into->open, &into->open.subkey, SEQ, into->right);
    }
    into->waiting = *k->client;
}

static struct bytes message_of(struct prepared *p, enum place place, struct bytes octets)
{
    if (place == PASSWORD_RESULT)
        return hand_kpasswd_reply(&p->k, &p->open, &p->open.subkey, SEQ, octets);
    if (place != REFERRAL_PART)
        return octets;
    size_t size = sealed_size(p->key.etype, octets.n);
    uint8_t *out = arena_take(scratch, size);
    assert_true(
        seal(p->k.hand.crypto, &p->k.hand.rng.rng, &p->key, USAGE_TGS_REP_SUBKEY, octets, out));
    p->rep.enc_part.cipher = bytes_of(out, size);
    return asn_encode(&ASN_TGS_REP, &p->rep, scratch);
}

/* Who has no key ends it or changes nothing; what goes on goes to somebody who is known. */
static void must_hold(struct prepared *p, enum place place)
{
    struct client_outcome o = client_result(p->k.client);
    assert_true(o.text != NULL);
    for (const char *s = o.text; *s; s++)
        assert_true((unsigned char)*s >= ' ' && *s != 0x7f);
    if (place == NAME_SERVER || place == REFERRAL)
        assert_true(o.state != CLIENT_GRANTED);
    for (const struct out *out = p->k.hand.out.first; out; out = out->next)
        assert_true(out->packet.to == &p->k.kdc || out->packet.to == &far ||
                    out->packet.to == &resolver);
    if (place == REFERRAL && p->k.hand.out.n && p->k.hand.out.first->packet.to == &far)
        assert_true(key_equal(&p->k.client->creds->session, &p->k.service_session));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!scratch) {
        scratch = arena_new(1 << 20);
        for (enum place place = 0; place < PLACES; place++) {
            into = &prepared[place];
            prepare(place);
        }
    }
    if (n == 0 || n > 4096)
        return 0;
    enum place place = (data[0] & 0x7f) % PLACES;
    struct prepared *p = into = &prepared[place];
    struct hand_kdc *k = &p->k;
    arena_reset(scratch);
    struct arena *run = k->hand.run;
    k->hand.run = scratch;
    *k->client = p->waiting;
    k->client->mem = scratch;
    k->hand.rng.turn = 1000;
    hand_turn(&k->hand, k->hand.turn.now);
    bool dns = place == NAME_SERVER;
    struct bytes message = message_of(p, place, edit_or_replace(scratch, p->right, data, n));
    assert_true(hand_give_from(k, dns ? &resolver : &k->kdc, dns ? VIA_DNS : VIA_UDP, message));
    must_hold(p, place);
    k->hand.run = run;
    return 0;
}
