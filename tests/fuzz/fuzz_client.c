/* The client against a KDC and a service that say anything. The first octet chooses what the rest
 * is: a message given to a client that waits for one, or the plaintext under the seal of one. With
 * its high bit the rest is a script of edits to the right octets (tests/fuzz/edit.h). */
#define HAND_WITHOUT_CMOCKA
#include "client/inside.h"
#include "tests/client/hand_kdc.h"
#include "tests/fuzz/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum place {
    FIRST_ANSWER,
    AS_REP,
    TGS_REP,
    PAGE,
    AP_REP_TOKEN,
    METHODS,
    AS_PART,
    TGS_PART,
    AP_PART,
    PLACES
};

/* A client that waits, and what would be right to give it. */
static struct prepared {
    struct hand_kdc k;
    struct client waiting;
    struct bytes right;
    struct KDC_REP rep; /* AS_PART, TGS_PART: what goes around the part */
    struct key key;
    int32_t usage;
} prepared[PLACES];
static struct arena *scratch;

/* ---- what would be right --------------------------------------------------------------------- */

static struct prepared *into;

/* Takes the parts of a reply before they are sealed. */
static void keep_as_part(struct hand_reply *r)
{
    struct turn *t = &into->k.hand.turn;
    into->key = *r->reply_key;
    into->usage = r->usage;
    into->right =
        arena_copy(into->k.hand.run, asn_encode(&ASN_EncASRepPart, &r->part, into->k.hand.mem));
    assert_true(seal_value(t, &ASN_EncTicketPart, &r->ticket, &into->k.tgs, 1, USAGE_TICKET,
                           &r->rep.ticket.enc_part));
}

static void keep_tgs_part(struct hand_reply *r)
{
    keep_as_part(r);
    into->right =
        arena_copy(into->k.hand.run, asn_encode(&ASN_EncTGSRepPart, &r->part, into->k.hand.mem));
}

/* The message around the part, kept decoded so that it can be sealed anew. */
static void keep_around(const struct asn_type *type, struct bytes message)
{
    assert_true(asn_decode(type, message, ASN_STRICT, into->k.hand.run, NULL, &into->rep));
}

static void prepare(enum place place)
{
    struct hand_kdc *k = &into->k;
    struct ap_checked checked;
    hand_kdc_begin(k, 18);
    free(k->hand.sentences);
    k->hand.sentences = NULL;
    struct client_do_args logon = {
        .task = CLIENT_LOGON, .principal = "alice", .keytab = &k->keytab};
    if (place == FIRST_ANSWER || place == METHODS) {
        assert_true(hand_do(k, &logon));
        into->right = place == METHODS ? hand_methods(k, 18, "EXAMPLE.TESTalice", (struct bytes){0})
                                       : hand_preauth_required(k);
    } else if (place == AS_REP || place == AS_PART) {
        hand_logon_proof(k, NULL);
        struct bytes rep = hand_as_rep(k, place == AS_PART ? keep_as_part : NULL);
        if (place == AS_PART)
            keep_around(&ASN_AS_REP, rep);
        else
            into->right = rep;
    } else if (place == TGS_REP || place == TGS_PART) {
        hand_ask_ticket(k);
        struct bytes rep = hand_tgs_rep(k, place == TGS_PART ? keep_tgs_part : NULL);
        if (place == TGS_PART)
            keep_around(&ASN_TGS_REP, rep);
        else
            into->right = rep;
    } else {
        struct AP_REP rep;
        hand_get(k, true);
        hand_open_get(k, &checked);
        assert_true(ap_reply_build(&k->hand.turn, &checked, &k->user, true, 7, &rep));
        struct EncAPRepPart part = {.ctime = checked.authenticator.ctime,
                                    .cusec = checked.authenticator.cusec,
                                    .has_subkey = true,
                                    .subkey = key_to_wire(&k->user)};
        into->right = place == PAGE           ? hand_page(k, 0, true)
                      : place == AP_REP_TOKEN ? asn_encode(&ASN_AP_REP, &rep, k->hand.run)
                                              : asn_encode(&ASN_EncAPRepPart, &part, k->hand.run);
    }
    into->waiting = *k->client;
}

/* ---- one run --------------------------------------------------------------------------------- */

static struct bytes sealed(struct prepared *p, const struct key *key, int32_t usage,
                           struct bytes plain)
{
    uint8_t *out = arena_take(scratch, sealed_size(key->etype, plain.n));
    assert_true(seal(p->k.hand.crypto, &p->k.hand.rng.rng, key, usage, plain, out));
    return bytes_of(out, sealed_size(key->etype, plain.n));
}

static struct bytes message_of(struct prepared *p, enum place place, struct bytes octets)
{
    struct hand_kdc *k = &p->k;
    if (place == METHODS)
        return hand_error(k, KDC_ERR_PREAUTH_REQUIRED, octets);
    if (place == AS_PART || place == TGS_PART) {
        p->rep.enc_part.cipher = sealed(p, &p->key, p->usage, octets);
        return asn_encode(place == AS_PART ? &ASN_AS_REP : &ASN_TGS_REP, &p->rep, scratch);
    }
    if (place == AP_PART) {
        struct AP_REP rep = {.pvno = 5, .msg_type = 15};
        rep.enc_part.etype = 18;
        rep.enc_part.cipher = sealed(p, &k->service_session, USAGE_AP_REP, octets);
        octets = asn_encode(&ASN_AP_REP, &rep, scratch);
    }
    if (place == AP_PART || place == AP_REP_TOKEN)
        return hand_http(k, "HTTP/1.1 200 OK", gss_token_write(scratch, TOK_AP_REP, octets), "x");
    return octets;
}

/* Who does not know the key cannot have granted anything but what the KDC would have. */
static void must_hold(struct prepared *p, enum place place)
{
    struct client *c = p->k.client;
    struct client_outcome o = client_result(c);
    struct ccache cache;
    assert_true(o.text != NULL);
    for (const char *s = o.text; *s; s++)
        assert_true((unsigned char)*s >= ' ' && *s != 0x7f);
    if (client_ccache(c, scratch, &cache))
        assert_true(ccache_write(&cache, scratch).n > 0);
    if (o.state != CLIENT_GRANTED)
        return;
    assert_true(place != FIRST_ANSWER && place != METHODS);
    if (place == AS_REP)
        assert_true(key_equal(&c->creds->session, &p->k.tgt_session));
    if (place == TGS_REP)
        assert_true(key_equal(&c->creds->session, &p->k.service_session));
    if (place == AS_PART || place == TGS_PART)
        assert_true(c->creds->endtime <= c->task.till &&
                    principal_equal(&c->creds->server, &c->task.sname));
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
    struct prepared *p = &prepared[place];
    struct hand_kdc *k = &p->k;
    arena_reset(scratch);
    struct arena *run = k->hand.run;
    k->hand.run = scratch;
    *k->client = p->waiting;
    k->client->mem = scratch;
    k->hand.rng.turn = 1000;
    hand_turn(&k->hand, k->hand.turn.now);
    struct bytes octets = edit_or_replace(scratch, p->right, data, n);
    bool page = place == PAGE || place == AP_REP_TOKEN || place == AP_PART;
    struct bytes message = message_of(p, place, octets);
    assert_true(hand_give_from(k, page ? &k->www : &k->kdc, page ? VIA_HTTP : VIA_UDP, message));
    must_hold(p, place);
    k->hand.run = run;
    return 0;
}
