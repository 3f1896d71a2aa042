/* The client in armor. The first octet chooses what the rest is: the error that asks for a proof,
 * the AS-REP, or the KrbFastResponse that is sealed in either. With its high bit the rest is a
 * script of edits to the right octets (tests/fuzz/edit.h). */
#define HAND_WITHOUT_CMOCKA
#include "client/inside.h"
#include "tests/client/fast_hand.h"
#include "tests/fuzz/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum place { ERROR, REPLY, IN_ERROR, IN_REPLY, PLACES };

/* What is right, and the client that waits for it. */
static struct stage {
    struct client waiting;
    struct bytes message, response; /* whole; the plaintext of its KrbFastResponse */
    struct KRB_ERROR error;
    struct KDC_REP rep;
    struct key armor;
} stages[2];
static struct arena *scratch;

static void open_response(struct stage *s, const struct PA_DATA *fast)
{
    struct PA_FX_FAST_REPLY reply;
    size_t n;
    assert_true(asn_decode(&ASN_PA_FX_FAST_REPLY, fast->padata_value, ASN_STRICT, k.hand.run, NULL,
                           &reply));
    struct bytes cipher = reply.armored_data.enc_fast_rep.cipher;
    uint8_t *plain = arena_take(k.hand.run, cipher.n);
    s->armor = sent.armor;
    assert_true(unseal(k.hand.crypto, &s->armor, USAGE_FAST_REP, cipher, plain, &n));
    s->response = bytes_of(plain, n);
}

static void prepare(void)
{
    static const struct answer right;
    struct METHOD_DATA methods;
    struct arena *run;
    hand_kdc_begin(&k, 18);
    free(k.hand.sentences);
    k.hand.sentences = NULL;
    run = k.hand.run;
    armor_begin();
    struct client_do_args args = {
        .task = CLIENT_LOGON, .principal = "alice", .keytab = &k.keytab, .armor = &armor_file};
    assert_true(hand_do(&k, &args));
    read_armored_request();
    struct stage *s = &stages[0];
    s->message = arena_copy(run, armored_error(&right, KDC_ERR_PREAUTH_REQUIRED));
    s->waiting = *k.client;
    assert_true(asn_decode(&ASN_KRB_ERROR, s->message, ASN_STRICT, run, NULL, &s->error));
    assert_true(asn_decode(&ASN_METHOD_DATA, s->error.e_data, ASN_STRICT, run, NULL, &methods));
    open_response(s, &methods.at[0]);

    assert_true(hand_give(&k, s->message).state == CLIENT_WAITING);
    read_armored_request();
    s = &stages[1];
    s->message = armored_reply(&right);
    s->waiting = *k.client;
    assert_true(asn_decode(&ASN_AS_REP, s->message, ASN_STRICT, run, NULL, &s->rep));
    open_response(s, &s->rep.padata.at[0]);
}

/* The message with this KrbFastResponse in it. */
static struct bytes around(struct stage *s, bool error, struct bytes response)
{
    struct PA_FX_FAST_REPLY reply = {.choice = 1};
    struct PA_DATA fast = {.padata_type = PA_FX_FAST};
    size_t size = sealed_size(s->armor.etype, response.n);
    uint8_t *out = arena_take(scratch, size);
    assert_true(seal(k.hand.crypto, &k.hand.rng.rng, &s->armor, USAGE_FAST_REP, response, out));
    reply.armored_data.enc_fast_rep =
        (struct EncryptedData){.etype = s->armor.etype, .cipher = bytes_of(out, size)};
    fast.padata_value = asn_encode(&ASN_PA_FX_FAST_REPLY, &reply, scratch);
    if (error) {
        struct METHOD_DATA methods = {&fast, 1};
        s->error.e_data = asn_encode(&ASN_METHOD_DATA, &methods, scratch);
        return asn_encode(&ASN_KRB_ERROR, &s->error, scratch);
    }
    s->rep.padata.at = &fast;
    return asn_encode(&ASN_AS_REP, &s->rep, scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!scratch) {
        scratch = arena_new(1 << 20);
        prepare();
    }
    if (n == 0 || n > 4096)
        return 0;
    enum place place = (data[0] & 0x7f) % PLACES;
    bool error = place == ERROR || place == IN_ERROR, inside = place >= IN_ERROR;
    struct stage *s = &stages[error ? 0 : 1];
    arena_reset(scratch);
    struct arena *run = k.hand.run;
    k.hand.run = scratch;
    *k.client = s->waiting;
    k.client->mem = scratch;
    k.hand.rng.turn = 1000;
    hand_turn(&k.hand, k.hand.turn.now);
    struct bytes octets = edit_or_replace(scratch, inside ? s->response : s->message, data, n);
    struct client_outcome o = hand_give(&k, inside ? around(s, error, octets) : octets);
    for (const char *c = o.text; *c; c++)
        assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
    assert_true(!error || o.state != CLIENT_GRANTED);
    if (o.state == CLIENT_GRANTED)
        assert_true(key_equal(&k.client->creds->session, &k.tgt_session));
    k.hand.run = run;
    return 0;
}
