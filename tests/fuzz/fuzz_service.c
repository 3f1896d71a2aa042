/* The service against a client that sends anything. The first octet chooses what the rest is: a
 * whole request, the token, the AP-REQ, or the plaintext under one of its seals. With its high bit
 * the rest is a script of edits to the right octets (tests/fuzz/edit.h). */
#define HAND_WITHOUT_CMOCKA
#include "service/inside.h"
#include "tests/fuzz/edit.h"
#include "tests/service/hand_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum place { REQUEST, TOKEN, AP_REQ, TICKET_PART, AUTHENTICATOR, CHECKSUM, PLACES };

static struct hand_client h;
static struct service fresh;
static struct arena *scratch;

static struct EncryptedData sealed(const struct key *key, uint32_t kvno, int32_t usage,
                                   struct bytes plain)
{
    size_t n = sealed_size(key->etype, plain.n);
    uint8_t *out = arena_take(scratch, n);
    assert_true(seal(h.hand.crypto, &h.hand.rng.rng, key, usage, plain, out));
    return (struct EncryptedData){
        .etype = key->etype, .has_kvno = kvno != 0, .kvno = kvno, .cipher = bytes_of(out, n)};
}

/* A request in which one place is what the input says. */
static struct bytes request_of(enum place place, const uint8_t *data, size_t n)
{
    struct hand_request r;
    hand_request_fill(&h, &r);
    struct bytes sum = gss_checksum_write(scratch, &r.fields);
    r.auth.cksum.checksum = place == CHECKSUM ? edit_or_replace(scratch, sum, data, n) : sum;
    struct bytes ticket = asn_encode(&ASN_EncTicketPart, &r.ticket, scratch);
    struct bytes auth = asn_encode(&ASN_Authenticator, &r.auth, scratch);
    if (place == TICKET_PART)
        ticket = edit_or_replace(scratch, ticket, data, n);
    if (place == AUTHENTICATOR)
        auth = edit_or_replace(scratch, auth, data, n);
    r.outer.enc_part = sealed(&r.key, r.kvno, USAGE_TICKET, ticket);
    r.req.ticket = r.outer;
    r.req.authenticator = sealed(&r.session, 0, r.usage, auth);
    struct bytes req = asn_encode(&ASN_AP_REQ, &r.req, scratch);
    if (place == AP_REQ)
        req = edit_or_replace(scratch, req, data, n);
    struct bytes token = gss_token_write(scratch, TOK_AP_REQ, req);
    if (place == TOKEN)
        token = edit_or_replace(scratch, token, data, n);
    struct bytes whole = hand_request_of(&h, token);
    return place == REQUEST ? edit_or_replace(scratch, whole, data, n) : whole;
}

/* One answer, readable; who holds no key is let in as nobody but the one whose ticket it was. */
static void must_hold(enum place place, struct bytes request)
{
    struct hand_answer a = hand_send(&h, request);
    int status = a.http.status;
    assert_true(status == 200 || status == 400 || status == 401 || status == 405);
    for (size_t i = 0; i + 1 < a.http.body.n; i++)
        assert_true(a.http.body.p[i] >= ' ' && a.http.body.p[i] != 0x7f);
    if (status != 200)
        return;
    if (place <= AP_REQ && a.http.body.n)
        assert_true(bytes_equal_str(a.http.body, "alice@EXAMPLE.TEST\n"));
    a = hand_send(&h, request);
    assert_int_equal(a.http.status, 401);
    assert_int_equal(a.error.error_code, KRB_AP_ERR_REPEAT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!scratch) {
        scratch = arena_new(1 << 20);
        hand_client_begin(&h, 18);
        free(h.hand.sentences);
        h.hand.sentences = NULL;
        fresh = *h.service;
    }
    if (n == 0 || n > 4096)
        return 0;
    enum place place = (data[0] & 0x7f) % PLACES;
    arena_reset(scratch);
    struct arena *run = h.hand.run;
    h.hand.run = scratch;
    *h.service = fresh;
    hand_forget(&h);
    h.hand.rng.turn = 1000;
    hand_turn(&h.hand, NOW);
    must_hold(place, request_of(place, data, n));
    h.hand.run = run;
    return 0;
}
