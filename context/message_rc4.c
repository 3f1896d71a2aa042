/* The tokens of RFC 4757 7, in the frame that RFC 1964 1.2 gives to every token. The checksum does
 * not cover the sequence number; the number makes the key that seals. */
#include "context/message_inside.h"
#include "crypto/primitives.h"
#include "wire/gss.h"

#include <string.h>

enum { TOK_MIC_1964 = 0x0101, TOK_WRAP_1964 = 0x0201 };
enum { SGN_HMAC = 0x1100, SEAL_RC4 = 0x1000, SEAL_NONE = 0xffff };

/* After the token id: SGN_ALG, SEAL_ALG or filler, filler, SND_SEQ, SGN_CKSUM; Wrap: confounder. */
#define SND_SEQ    6
#define SGN_CKSUM  14
#define MIC_SIZE   22
#define CONFOUNDER 8

/* HMAC(key, 0), for the weakened type of a text and 0 and cut to 56 bits; then HMAC(that, salt). */
static bool two_steps(struct turn *t, const struct message_end *e, const uint8_t key[16],
                      struct bytes salt, uint8_t out[DIGEST_MAX])
{
    uint8_t first[DIGEST_MAX];
    size_t n;
    bool weakened = e->key.etype == 24;
    struct bytes zero = weakened ? bytes_of("fortybits\0\0\0\0", 14) : bytes_of("\0\0\0\0", 4);
    bool ok = hmac(t->crypto, "md5", bytes_of(key, 16), zero, first, &n);
    if (weakened)
        memset(first + 7, 0xab, 9);
    ok = ok && hmac(t->crypto, "md5", bytes_of(first, 16), salt, out, &n);
    wipe(first, sizeof first);
    return ok;
}

/* SND_SEQ there and back: RC4 under a key that the checksum makes. */
static bool crypt_seq(struct turn *t, const struct message_end *e, const uint8_t *cksum,
                      const uint8_t *in, uint8_t out[8])
{
    uint8_t kseq[DIGEST_MAX];
    bool ok = two_steps(t, e, e->key.v, bytes_of(cksum, 8), kseq) &&
              rc4(t->crypto, bytes_of(kseq, 16), bytes_of(in, 8), out);
    wipe(kseq, sizeof kseq);
    return ok;
}

static bool crypt_data(struct turn *t, const struct message_end *e, const uint8_t seq[4],
                       struct bytes in, uint8_t *out)
{
    uint8_t local[16], kcrypt[DIGEST_MAX];
    for (int i = 0; i < 16; i++)
        local[i] = e->key.v[i] ^ 0xf0;
    bool ok = two_steps(t, e, local, bytes_of(seq, 4), kcrypt) &&
              rc4(t->crypto, bytes_of(kcrypt, 16), in, out);
    wipe(local, sizeof local);
    wipe(kcrypt, sizeof kcrypt);
    return ok;
}

/* Over the first eight octets from the token id on, and what follows the header in the clear. The
 * usages 15 and 13 are Windows' numbers for signing and sealing. */
static bool checksum(struct turn *t, const struct message_end *e, uint16_t tok_id,
                     const uint8_t *inner, struct bytes text, uint8_t out[CHECKSUM_MAX])
{
    uint8_t *p = arena_take(t->mem, 8 + text.n);
    size_t n;
    put_be16(p, tok_id);
    memcpy(p + 2, inner, 6);
    if (text.n)
        memcpy(p + 8, text.p, text.n);
    return checksum_make(t->crypto, -138, &e->key, tok_id == TOK_MIC_1964 ? 15 : 13,
                         bytes_of(p, 8 + text.n), out, &n);
}

static bool key_fits(const struct message_end *e)
{
    return e->key.n == 16;
}

/* ---- making ---------------------------------------------------------------------------------- */

static bool put_header(struct turn *t, const struct message_end *e, uint16_t tok_id,
                       uint16_t seal_alg, const uint8_t seq[4], struct bytes text, uint8_t *inner)
{
    uint8_t cksum[CHECKSUM_MAX], number[8];
    put_be16(inner, SGN_HMAC);
    put_be16(inner + 2, seal_alg);
    put_be16(inner + 4, 0xffff);
    memcpy(number, seq, 4);
    memset(number + 4, e->is_acceptor ? 0xff : 0, 4);
    if (!checksum(t, e, tok_id, inner, text, cksum) ||
        !crypt_seq(t, e, cksum, number, inner + SND_SEQ))
        return false;
    memcpy(inner + SGN_CKSUM, cksum, 8);
    return true;
}

bool rc4_mic(struct turn *t, const struct message_end *e, uint64_t seq, struct bytes text,
             struct bytes *token)
{
    uint8_t inner[MIC_SIZE], number[4];
    put_be32(number, (uint32_t)seq);
    if (!key_fits(e) || !put_header(t, e, TOK_MIC_1964, 0xffff, number, text, inner))
        return false;
    *token = gss_token_write(t->mem, TOK_MIC_1964, bytes_of(inner, MIC_SIZE));
    return true;
}

bool rc4_wrap(struct turn *t, const struct message_end *e, uint64_t seq, bool confidential,
              struct bytes text, struct bytes *token)
{
    size_t n = CONFOUNDER + text.n + 1;
    uint8_t *inner = arena_take(t->mem, MIC_SIZE + n), *data = inner + MIC_SIZE, number[4];
    put_be32(number, (uint32_t)seq);
    rng_fill(t->rng, "confounder", data, CONFOUNDER);
    if (text.n)
        memcpy(data + CONFOUNDER, text.p, text.n);
    data[n - 1] = 1;
    if (!key_fits(e) || !put_header(t, e, TOK_WRAP_1964, confidential ? SEAL_RC4 : SEAL_NONE,
                                    number, bytes_of(data, n), inner))
        return false;
    if (confidential && !crypt_data(t, e, number, bytes_of(data, n), data))
        return false;
    *token = gss_token_write(t->mem, TOK_WRAP_1964, bytes_of(inner, MIC_SIZE + n));
    return true;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct opened {
    struct bytes inner, data; /* what follows the token id, and the header */
    size_t at;                /* of inner in the token */
    uint8_t seq[4];
    uint16_t seal_alg;
};

static bool check_sender(struct turn *t, const struct message_end *e, const uint8_t number[8],
                         size_t at)
{
    for (int i = 5; i < 8; i++)
        if (number[i] != number[4])
            return message_refuse(t, MESSAGE_DIRECTION, "SND_SEQ", at);
    if (number[4] != 0 && number[4] != 0xff)
        return message_refuse(t, MESSAGE_DIRECTION, "SND_SEQ", at);
    if ((number[4] == 0xff) == e->is_acceptor)
        return message_refuse(t, MESSAGE_REFLECTED, "SND_SEQ", at);
    return true;
}

static bool take_header(struct turn *t, const struct message_end *e, uint16_t tok_id,
                        struct bytes token, struct opened *o)
{
    struct gss_token frame;
    uint8_t number[8];
    if (!key_fits(e))
        return message_refuse(t, MESSAGE_ETYPE, "", 0);
    if (!gss_token_read(token, t->faults, &frame))
        return false;
    if (!bytes_equal(frame.mech, GSS_KRB5_OID))
        return message_refuse(t, MESSAGE_MECH, "thisMech", 0);
    o->inner = frame.inner;
    o->at = token.n - frame.inner.n;
    if (frame.tok_id != tok_id)
        return message_refuse(t, MESSAGE_TOK_ID, "TOK_ID", o->at - 2);
    if (o->inner.n < MIC_SIZE)
        return message_refuse(t, MESSAGE_CUT, "", token.n);
    const uint8_t *p = o->inner.p;
    o->seal_alg = be16(p + 2);
    o->data = bytes_slice(o->inner, MIC_SIZE, o->inner.n);
    if (be16(p) != SGN_HMAC)
        return message_refuse(t, MESSAGE_SGN_ALG, "SGN_ALG", o->at);
    if (be16(p + 4) != 0xffff || (tok_id == TOK_MIC_1964 && o->seal_alg != 0xffff))
        return message_refuse(t, MESSAGE_FILLER, "Filler", o->at + 2);
    if (o->seal_alg != SEAL_RC4 && o->seal_alg != SEAL_NONE)
        return message_refuse(t, MESSAGE_SEAL_ALG, "SEAL_ALG", o->at + 2);
    if (!crypt_seq(t, e, p + SGN_CKSUM, p + SND_SEQ, number))
        return message_refuse(t, MESSAGE_ETYPE, "", 0);
    memcpy(o->seq, number, 4);
    return check_sender(t, e, number, o->at + SND_SEQ);
}

static bool check_sum(struct turn *t, const struct message_end *e, uint16_t tok_id,
                      const struct opened *o, struct bytes text)
{
    uint8_t expected[CHECKSUM_MAX];
    return (checksum(t, e, tok_id, o->inner.p, text, expected) &&
            bytes_equal_secret(bytes_of(expected, 8), bytes_slice(o->inner, SGN_CKSUM, 8))) ||
           message_refuse(t, MESSAGE_CHECKSUM, "SGN_CKSUM", o->at + SGN_CKSUM);
}

bool rc4_mic_check(struct turn *t, const struct message_end *e, const uint64_t *expected_seq,
                   struct bytes token, struct bytes text, uint64_t *seq)
{
    struct opened o;
    if (!take_header(t, e, TOK_MIC_1964, token, &o))
        return false;
    if (o.data.n)
        return message_refuse(t, MESSAGE_CUT, "", o.at + MIC_SIZE);
    if (!check_sum(t, e, TOK_MIC_1964, &o, text))
        return false;
    *seq = be32(o.seq);
    return message_in_order(t, expected_seq, *seq, o.at + SND_SEQ);
}

bool rc4_unwrap(struct turn *t, const struct message_end *e, const uint64_t *expected_seq,
                struct bytes token, struct message *out)
{
    struct opened o;
    if (!take_header(t, e, TOK_WRAP_1964, token, &o))
        return false;
    if (o.data.n < CONFOUNDER + 1)
        return message_refuse(t, MESSAGE_CUT, "Data", token.n);
    struct bytes plain = o.data;
    if (o.seal_alg == SEAL_RC4) {
        uint8_t *p = arena_take(t->mem, plain.n);
        if (!crypt_data(t, e, o.seq, o.data, p))
            return message_refuse(t, MESSAGE_ETYPE, "", 0);
        plain.p = p;
    }
    if (!check_sum(t, e, TOK_WRAP_1964, &o, plain))
        return false;
    if (plain.p[plain.n - 1] != 1)
        return message_refuse(t, MESSAGE_PADDING, "Data", token.n - 1);
    struct message m = {.text = bytes_slice(plain, CONFOUNDER, plain.n - CONFOUNDER - 1),
                        .seq = be32(o.seq),
                        .confidential = o.seal_alg == SEAL_RC4};
    if (!message_in_order(t, expected_seq, m.seq, o.at + SND_SEQ))
        return false;
    *out = m;
    return true;
}
