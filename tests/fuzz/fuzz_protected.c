/* KRB-SAFE, KRB-PRIV and KRB-CRED. First octet: which (bits 0 and 1), whether what follows is its
 * inside, sealed with the right key (bit 2), time (bit 3), sequence numbers (bit 4), no key (bit
 * 5); its high bit: what follows is a script of edits. Who has no key gets nothing else taken. */
#include "context/protected.h"
#include "crypto/rng.h"
#include "tests/fuzz/edit.h"
#include "tests/fuzz/flat_fuzz.h"

#define NOW  (1795294315 * SECOND + 123456)
#define TEXT BYTES_LIT("what the application says")

enum kind { SAFE, PRIV, CRED };

static struct crypto *crypto;
static struct seeded_rng rng;
static const struct HostAddress alice = {.addr_type = 2, .address = BYTES_LIT("\x0a\0\0\x0b")};
static const struct HostAddress www = {.addr_type = 2, .address = BYTES_LIT("\x0a\0\0\x0d")};

static struct bytes made(struct turn *t, enum kind kind, struct protected_end from)
{
    struct bytes out, parts[] = {BYTES_LIT("krbtgt"), BYTES_LIT("EXAMPLE.TEST")};
    struct Ticket ticket = {.tkt_vno = 5,
                            .realm = BYTES_LIT("EXAMPLE.TEST"),
                            .sname = {.name_type = 2, .name_string = {parts, 2}},
                            .enc_part = {.etype = 18, .cipher = TEXT}};
    struct KrbCredInfo info = {.key = {.keytype = 18, .keyvalue = TEXT}};
    MUST(kind == SAFE   ? safe_build(t, &from, TEXT, &out)
         : kind == PRIV ? priv_build(t, &from, TEXT, &out)
                        : cred_build(t, &from, &ticket, &info, 1, &out));
    return out;
}

/* What lies under the seal, as the input says, in the message again. */
static struct bytes inside(const struct protected_end *from, enum kind kind, struct bytes message,
                           const uint8_t *data, size_t n)
{
    struct KRB_PRIV priv;
    struct KRB_CRED cred;
    const struct asn_type *type = kind == PRIV ? &ASN_KRB_PRIV : &ASN_KRB_CRED;
    struct EncryptedData *part = kind == PRIV ? &priv.enc_part : &cred.enc_part;
    int32_t usage = kind == PRIV ? USAGE_KRB_PRIV : USAGE_KRB_CRED;
    struct bytes plain;
    MUST(asn_decode(type, message, ASN_STRICT, mem, NULL,
                    kind == PRIV ? (void *)&priv : (void *)&cred));
    uint8_t *opened = arena_take(mem, part->cipher.n);
    plain = part->cipher;
    if (from->key.n) {
        MUST(unseal(crypto, &from->key, usage, plain, opened, &plain.n));
        plain.p = opened;
    }
    part->cipher = plain = edit_or_replace(mem, plain, data, n);
    if (from->key.n) {
        size_t size = sealed_size(from->key.etype, plain.n);
        uint8_t *out = arena_take(mem, size);
        MUST(seal(crypto, &rng.rng, &from->key, usage, plain, out));
        part->cipher = bytes_of(out, size);
    }
    return asn_encode(type, kind == PRIV ? (void *)&priv : (void *)&cred, mem);
}

static void take(struct turn *t, enum kind kind, struct protected_end *to, struct bytes message,
                 bool by_the_key)
{
    struct bytes text = {0};
    struct KRB_CRED cred = {0};
    struct EncKrbCredPart part = {0};
    uint32_t before = to->receive_seq;
    int32_t code = kind == SAFE   ? safe_check(t, to, message, &text)
                   : kind == PRIV ? priv_check(t, to, message, &text)
                                  : cred_check(t, to, message, &cred, &part);
    if (code) {
        MUST(t->faults->n >= 1 && to->receive_seq == before);
        MUST(*fault_text(mem, &t->faults->list[0]));
        return;
    }
    MUST(kind == CRED || !to->with_seq || to->receive_seq == before + 1);
    if (kind == CRED)
        MUST(part.ticket_info.n == cred.tickets.n);
    else if (!by_the_key)
        MUST(bytes_equal(text, TEXT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 4096 || (!crypto && !(crypto = crypto_new())))
        return 0;
    struct faults faults = begin();
    seeded_rng_init(&rng, crypto, 1, "fuzz");
    struct turn t = {.now = NOW, .rng = &rng.rng, .crypto = crypto, .mem = mem, .faults = &faults};
    enum kind kind = (data[0] & 3) % 3;
    struct protected_end from = {.skew = 5 * MINUTE,
                                 .with_time = data[0] & 8,
                                 .with_seq = data[0] & 16,
                                 .send_seq = 7,
                                 .receive_seq = 9,
                                 .ours = &alice,
                                 .theirs = &www};
    bool has_key = kind != CRED || !(data[0] & 32), by_the_key = (data[0] & 4) && kind != SAFE;
    if (!from.with_time)
        from.with_seq = true;
    if (has_key)
        MUST(key_random(crypto, &rng.rng, NULL, 18, &from.key));
    struct protected_end to = from;
    to.ours = &www;
    to.theirs = &alice;
    to.receive_seq = 7;
    struct bytes message = made(&t, kind, from);
    message =
        by_the_key ? inside(&from, kind, message, data, n) : edit_or_replace(mem, message, data, n);
    take(&t, kind, &to, message, by_the_key);
    return 0;
}
