/* The tokens of RFC 4121 4.2.6. Nothing that a token says of itself is believed before it agrees
 * with what the key vouches for. */
#include "context/message_inside.h"
#include "wire/gss.h"

#include <string.h>

#define HEADER 16

enum { SENT_BY_ACCEPTOR = 1, SEALED = 2, ACCEPTOR_SUBKEY = 4 };

static const struct fault_row faults[] = {
    [MESSAGE_ETYPE] = {"message.etype", "keys of this encryption type have no such tokens",
                       "RFC 4121 1", NULL},
    [MESSAGE_CUT] = {"message.cut", "the token has not the length of its parts together",
                     "RFC 4121 4.2.6", NULL},
    [MESSAGE_TOK_ID] = {"message.tok-id", "the token is not of the kind that is read here",
                        "RFC 4121 4.1", NULL},
    [MESSAGE_FILLER] = {"message.filler", "the octets without meaning have one value only",
                        "RFC 4121 4.2.6", "ff"},
    [MESSAGE_REFLECTED] = {"message.reflected",
                           "the token was made at this end of the context: it has come back",
                           "RFC 4121 4.2.2", NULL},
    [MESSAGE_SUBKEY] = {"message.subkey",
                        "the token is under another key than the two ends have agreed on",
                        "RFC 4121 4.2.2", NULL},
    [MESSAGE_EC] = {"message.ec", "the extra count is not the length of the checksum",
                    "RFC 4121 4.2.3", NULL},
    [MESSAGE_RRC] = {"message.rrc", "the token is rotated by more octets than it has",
                     "RFC 4121 4.2.5", NULL},
    [MESSAGE_CHECKSUM] =
        {"message.checksum",
         "the checksum does not fit: another key made it, or something was changed",
         "RFC 4121 4.2.4", NULL},
    [MESSAGE_SEALED] = {"message.sealed",
                        "the message does not open: another key sealed it, or it was changed",
                        "RFC 4121 4.2.4", NULL},
    [MESSAGE_HEADER] = {"message.header", "the header is not the one that was sealed with the text",
                        "RFC 4121 4.2.4", NULL},
    [MESSAGE_SEQUENCE] = {"message.sequence", "the message is not the next one", "RFC 4121 4.2.1",
                          NULL},
    [MESSAGE_MECH] = {"message.mech", "the token's frame names another mechanism", "RFC 1964 1.2",
                      NULL},
    [MESSAGE_SGN_ALG] = {"message.sgn-alg", "the checksum of RC4 tokens is HMAC-MD5",
                         "RFC 4757 7.2", "11 00"},
    [MESSAGE_SEAL_ALG] = {"message.seal-alg", "RC4 tokens are sealed with RC4 or not at all",
                          "RFC 4757 7.3", "10 00 or ff ff"},
    [MESSAGE_DIRECTION] = {"message.direction",
                           "the four octets that say who sent the token are not alike",
                           "RFC 4757 7.2", "00000000 or ffffffff"},
    [MESSAGE_PADDING] = {"message.padding", "the padding of RC4 tokens is one octet",
                         "RFC 4757 7.3", "01"},
};

const struct fault_row *message_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof faults[0];
    return faults;
}

bool message_refuse(struct turn *t, enum message_fault id, const char *field, size_t at)
{
    return fault_raise(t->faults, (struct fault){.row = &faults[id],
                                                 .path = field,
                                                 .at = at,
                                                 .expected = faults[id].expected});
}

bool message_in_order(struct turn *t, const uint64_t *expected, uint64_t seq, size_t at)
{
    return !expected || *expected == seq || message_refuse(t, MESSAGE_SEQUENCE, "SND_SEQ", at);
}

static bool is_rc4(const struct message_end *e)
{
    return e->key.etype == 23 || e->key.etype == 24;
}

/* RFC 4121 1: what came after DES, triple DES and RC4. */
static const struct etype_row *row_of(const struct message_end *e)
{
    const struct etype_row *row = etype_find(e->key.etype);
    return row && row->key_size == e->key.n && row->block_size == 1 ? row : NULL;
}

static int32_t usage(bool by_acceptor, bool mic)
{
    if (mic)
        return by_acceptor ? USAGE_ACCEPTOR_SIGN : USAGE_INITIATOR_SIGN;
    return by_acceptor ? USAGE_ACCEPTOR_SEAL : USAGE_INITIATOR_SEAL;
}

/* ---- making ---------------------------------------------------------------------------------- */

static void put_header(const struct message_end *e, uint16_t tok_id, bool sealed, uint64_t seq,
                       uint8_t *out)
{
    put_be16(out, tok_id);
    out[2] = (uint8_t)((e->is_acceptor ? SENT_BY_ACCEPTOR : 0) | (sealed ? SEALED : 0) |
                       (e->acceptor_subkey ? ACCEPTOR_SUBKEY : 0));
    memset(out + 3, 0xff, 5);
    if (tok_id == TOK_WRAP)
        put_be32(out + 4, 0); /* EC and RRC, as they are under the checksum and the seal */
    put_be64(out + 8, seq);
}

/* The text, then the header: in this order under the checksum and under the seal. */
static struct bytes text_and_header(struct turn *t, struct bytes text, const uint8_t *header)
{
    uint8_t *p = arena_take(t->mem, text.n + HEADER);
    if (text.n)
        memcpy(p, text.p, text.n);
    memcpy(p + text.n, header, HEADER);
    return bytes_of(p, text.n + HEADER);
}

bool message_mic(struct turn *t, const struct message_end *e, uint64_t seq, struct bytes text,
                 struct bytes *token)
{
    if (is_rc4(e))
        return rc4_mic(t, e, seq, text, token);
    if (!row_of(e))
        return false;
    uint8_t *out = arena_take(t->mem, HEADER + CHECKSUM_MAX);
    size_t n;
    put_header(e, TOK_MIC, false, seq, out);
    if (!checksum_make(t->crypto, 0, &e->key, usage(e->is_acceptor, true),
                       text_and_header(t, text, out), out + HEADER, &n))
        return false;
    *token = bytes_of(out, HEADER + n);
    return true;
}

/* To the right: the last octets come first. */
static void rotate(struct turn *t, uint8_t *p, size_t n, size_t by)
{
    struct bytes before = arena_copy(t->mem, bytes_of(p, n));
    memcpy(p, before.p + (n - by), by);
    memcpy(p + by, before.p, n - by);
}

bool message_wrap(struct turn *t, const struct message_end *e, uint64_t seq, bool confidential,
                  uint16_t rrc, struct bytes text, struct bytes *token)
{
    if (is_rc4(e))
        return rrc == 0 && rc4_wrap(t, e, seq, confidential, text, token);
    if (!row_of(e))
        return false;
    size_t room = sealed_size(e->key.etype, text.n + HEADER) + text.n + CHECKSUM_MAX, n;
    uint8_t *out = arena_take(t->mem, HEADER + room), *data = out + HEADER;
    int32_t u = usage(e->is_acceptor, false);
    put_header(e, TOK_WRAP, confidential, seq, out);
    struct bytes whole = text_and_header(t, text, out);
    if (confidential) {
        if (!seal(t->crypto, t->rng, &e->key, u, whole, data))
            return false;
        n = sealed_size(e->key.etype, whole.n);
    } else {
        if (!checksum_make(t->crypto, 0, &e->key, u, whole, data + text.n, &n))
            return false;
        if (text.n)
            memcpy(data, text.p, text.n);
        put_be16(out + 4, (uint16_t)n);
        n += text.n;
    }
    if (rrc > n)
        return false;
    rotate(t, data, n, rrc);
    put_be16(out + 6, rrc == n ? 0 : rrc);
    *token = bytes_of(out, HEADER + n);
    return true;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool check_header(struct turn *t, const struct message_end *e, struct bytes token,
                         uint16_t tok_id)
{
    if (!row_of(e))
        return message_refuse(t, MESSAGE_ETYPE, "", 0);
    if (token.n < HEADER)
        return message_refuse(t, MESSAGE_CUT, "", token.n);
    if (be16(token.p) != tok_id)
        return message_refuse(t, MESSAGE_TOK_ID, "TOK_ID", 0);
    if (!(token.p[2] & SENT_BY_ACCEPTOR) != e->is_acceptor)
        return message_refuse(t, MESSAGE_REFLECTED, "Flags", 2);
    if (!(token.p[2] & ACCEPTOR_SUBKEY) == e->acceptor_subkey)
        return message_refuse(t, MESSAGE_SUBKEY, "Flags", 2);
    for (size_t i = 3; i < (tok_id == TOK_MIC ? 8 : 4); i++)
        if (token.p[i] != 0xff)
            return message_refuse(t, MESSAGE_FILLER, "Filler", i);
    return true;
}

bool message_mic_check(struct turn *t, const struct message_end *e, const uint64_t *expected_seq,
                       struct bytes token, struct bytes text, uint64_t *seq)
{
    if (is_rc4(e))
        return rc4_mic_check(t, e, expected_seq, token, text, seq);
    if (!check_header(t, e, token, TOK_MIC))
        return false;
    if (!checksum_verify(t->crypto, 0, &e->key, usage(!e->is_acceptor, true),
                         text_and_header(t, text, token.p), bytes_slice(token, HEADER, token.n)))
        return message_refuse(t, MESSAGE_CHECKSUM, "SGN_CKSUM", HEADER);
    *seq = be64(token.p + 8);
    return message_in_order(t, expected_seq, *seq, 8);
}

static bool check_plain(struct turn *t, const struct message_end *e, struct bytes token,
                        struct bytes data, struct bytes *text)
{
    size_t ec = be16(token.p + 4);
    uint8_t header[HEADER];
    if (ec != row_of(e)->mac_size)
        return message_refuse(t, MESSAGE_EC, "EC", 4);
    if (data.n < ec)
        return message_refuse(t, MESSAGE_CUT, "Data", token.n);
    memcpy(header, token.p, HEADER);
    put_be32(header + 4, 0);
    *text = bytes_slice(data, 0, data.n - ec);
    if (!checksum_verify(t->crypto, 0, &e->key, usage(!e->is_acceptor, false),
                         text_and_header(t, *text, header), bytes_slice(data, text->n, ec)))
        return message_refuse(t, MESSAGE_CHECKSUM, "Data", HEADER);
    return true;
}

/* What was sealed: text, EC octets of filler, the header with its RRC zero. */
static bool open_sealed(struct turn *t, const struct message_end *e, struct bytes token,
                        struct bytes data, struct bytes *text)
{
    size_t ec = be16(token.p + 4), n;
    uint8_t header[HEADER], *plain = arena_take(t->mem, data.n);
    if (data.n < sealed_size(e->key.etype, HEADER + ec))
        return message_refuse(t, MESSAGE_CUT, "Data", token.n);
    if (!unseal(t->crypto, &e->key, usage(!e->is_acceptor, false), data, plain, &n))
        return message_refuse(t, MESSAGE_SEALED, "Data", HEADER);
    memcpy(header, token.p, HEADER);
    put_be16(header + 6, 0);
    if (!bytes_equal(bytes_of(header, HEADER), bytes_of(plain + n - HEADER, HEADER)))
        return message_refuse(t, MESSAGE_HEADER, "", 0);
    *text = bytes_of(plain, n - HEADER - ec);
    return true;
}

bool message_unwrap(struct turn *t, const struct message_end *e, const uint64_t *expected_seq,
                    struct bytes token, struct message *out)
{
    if (is_rc4(e))
        return rc4_unwrap(t, e, expected_seq, token, out);
    if (!check_header(t, e, token, TOK_WRAP))
        return false;
    struct bytes data = bytes_slice(token, HEADER, token.n);
    size_t rrc = be16(token.p + 6);
    if (rrc && rrc >= data.n)
        return message_refuse(t, MESSAGE_RRC, "RRC", 6);
    if (rrc) {
        uint8_t *turned = arena_take(t->mem, data.n);
        memcpy(turned, data.p + rrc, data.n - rrc);
        memcpy(turned + (data.n - rrc), data.p, rrc);
        data.p = turned;
    }
    struct message m = {.seq = be64(token.p + 8), .confidential = (token.p[2] & SEALED) != 0};
    if (!(m.confidential ? open_sealed(t, e, token, data, &m.text)
                         : check_plain(t, e, token, data, &m.text)) ||
        !message_in_order(t, expected_seq, m.seq, 8))
        return false;
    *out = m;
    return true;
}
