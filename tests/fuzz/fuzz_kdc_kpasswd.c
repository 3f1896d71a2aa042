/* The KDC's door for changes of passwords (RFC 3244). First octet: what the rest is (0 the whole
 * message, 1 its AP-REQ, 2 its KRB-PRIV, 3 the plaintext under that, 4 the user-data, 5 the
 * password of the older form, 6 the authenticator); its high bit: a script of edits to the right
 * octets (tests/fuzz/edit.h). Who has no key changes nobody's password. */
#include "tests/fuzz/edit.h"
#include "tests/kdc/kpasswd_asker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum place { WHOLE, AP, PRIV, PRIV_PART, USER_DATA, OLD_FORM, AUTHENTICATOR, PLACES };

static const uint8_t *input;
static size_t input_n;

static struct bytes instead(struct bytes right)
{
    return edit_or_replace(a->mem, right, input, input_n);
}

static struct bytes unsealed(const struct EncryptedData *e, const struct key *key, int32_t usage)
{
    uint8_t *plain = arena_take(a->mem, e->cipher.n);
    size_t n;
    must(unseal(a->crypto, key, usage, e->cipher, plain, &n));
    return bytes_of(plain, n);
}

static void reseal(struct EncryptedData *e, const struct key *key, int32_t usage,
                   struct bytes plain)
{
    size_t n = sealed_size(key->etype, plain.n);
    uint8_t *out = arena_take(a->mem, n);
    must(seal(a->crypto, &a->rng.rng, key, usage, plain, out));
    e->cipher = bytes_of(out, n);
}

static struct bytes with_authenticator(struct bytes ap)
{
    struct AP_REQ req;
    must(asn_decode(&ASN_AP_REQ, ap, ASN_STRICT, a->mem, NULL, &req));
    reseal(&req.authenticator, &session, USAGE_AP_AUTHENTICATOR,
           instead(unsealed(&req.authenticator, &session, USAGE_AP_AUTHENTICATOR)));
    return asn_encode(&ASN_AP_REQ, &req, a->mem);
}

static struct bytes with_priv_part(struct bytes message)
{
    struct KRB_PRIV priv;
    must(asn_decode(&ASN_KRB_PRIV, message, ASN_STRICT, a->mem, NULL, &priv));
    reseal(&priv.enc_part, &subkey, USAGE_KRB_PRIV,
           instead(unsealed(&priv.enc_part, &subkey, USAGE_KRB_PRIV)));
    return asn_encode(&ASN_KRB_PRIV, &priv, a->mem);
}

static struct bytes message_of(enum place place)
{
    struct change c = {.password = "new-password", .old_form = place == OLD_FORM};
    struct kpasswd_message m;
    struct bytes whole = request(&c);
    if (place == WHOLE)
        return instead(whole);
    must(kpasswd_read(whole, NULL, &m));
    if (place == AP)
        m.ap = instead(m.ap);
    else if (place == PRIV)
        m.rest = instead(m.rest);
    else if (place == PRIV_PART)
        m.rest = with_priv_part(m.rest);
    else if (place == AUTHENTICATOR)
        m.ap = with_authenticator(m.ap);
    else {
        struct protected_end end = {
            .key = subkey, .with_seq = true, .send_seq = SEQ, .ours = &address_of_initiator};
        must(priv_build(&a->asker, &end, instead(data_of(&c)), &m.rest));
    }
    return kpasswd_write(a->mem, &m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct realm *realm;
    static struct arena *run, *kept;
    if (!a) {
        a = asker_new();
        run = a->run;
        kept = arena_new(1 << 12);
        realm = people(8);
        must(key_random(a->crypto, &a->rng.rng, "session", 18, &session));
        must(key_random(a->crypto, &a->rng.rng, "subkey", 18, &subkey));
    }
    if (n == 0 || n > 4096)
        return 0;
    enum place place = (data[0] & 0x7f) % PLACES;
    input = data;
    input_n = n;
    arena_reset(a->mem);
    arena_reset(kept);
    a->run = kept;
    a->turn.now = ASKER_NOW;
    kdc_of_realm(&changer, realm);
    struct bytes message = message_of(place), reply = sent(message);
    a->run = run;
    if (reply.n && reply.p[0] != 0x7e) /* a KRB-ERROR has another beginning */
        must(kpasswd_is_reply(reply));
    must(changed.calls <= 1);
    if (changed.calls && place <= PRIV)
        must(strcmp(changed.name, "alice") == 0 && strcmp(changed.password, "new-password") == 0);
    if (changed.calls && place != AUTHENTICATOR && place != PRIV_PART)
        must(strcmp(changed.name, "alice") == 0);
    return 0;
}
