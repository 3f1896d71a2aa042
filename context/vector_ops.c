#include "context/vector_ops.h"
#include "base/text.h"
#include "context/ap.h"
#include "context/message.h"
#include "context/vector_ntlm.h"
#include "context/vector_pac.h"
#include "wire/gss.h"
#include "wire/negotiate.h"

#include <string.h>

/* Gives the confounder of the case. */
struct given_rng {
    struct rng rng;
    struct bytes octets;
};

static void given_fill(struct rng *rng, const char *purpose, uint8_t *p, size_t n)
{
    struct given_rng *g = (struct given_rng *)rng;
    (void)purpose;
    memset(p, 0, n);
    if (g->octets.n)
        memcpy(p, g->octets.p, n < g->octets.n ? n : g->octets.n);
}

struct run {
    struct given_rng rng;
    struct turn turn;
    const struct vector_case *c;
    struct message_end sender, receiver;
    const char **why;
};

static enum vector_result failed(struct run *r, const char *why)
{
    *r->why = why;
    return VECTOR_FAILED;
}

static struct bytes octets(struct run *r, const char *name)
{
    struct bytes b;
    vector_octets(r->c, name, &b);
    return b;
}

static enum vector_result compare(struct run *r, const char *name, struct bytes came)
{
    struct bytes expected;
    if (!vector_octets(r->c, name, &expected))
        return failed(r, arena_printf(r->turn.mem, "the case has no field %s", name));
    if (!bytes_equal(expected, came))
        return failed(r,
                      arena_printf(r->turn.mem, "%s: expected %s, got %s", name,
                                   hex_text(r->turn.mem, expected), hex_text(r->turn.mem, came)));
    return VECTOR_PASSED;
}

/* Both ends under the key of the case. */
static enum vector_result set_ends(struct run *r, int32_t etype, bool by_acceptor, bool subkey)
{
    if (!etype_find(etype)) {
        *r->why = arena_printf(r->turn.mem, "enctype %d is not implemented", (int)etype);
        return VECTOR_SKIPPED;
    }
    struct message_end e = {.is_acceptor = by_acceptor, .acceptor_subkey = subkey};
    if (!key_import(etype, octets(r, "key"), &e.key))
        return failed(r, "key: not one of its enctype");
    r->sender = r->receiver = e;
    r->receiver.is_acceptor = !by_acceptor;
    return VECTOR_PASSED;
}

/* ---- what must be refused -------------------------------------------------------------------- */

/* Does the receiver take it? A MIC for the text; a Wrap token as saying the text. */
static bool takes(struct run *r, bool mic, uint64_t seq, struct bytes token, struct bytes text)
{
    struct arena *mem = r->turn.mem;
    struct arena *scratch = arena_new(0);
    struct message m;
    uint64_t got;
    if (!scratch)
        return true; /* a change that was not tried is not refused */
    r->turn.mem = scratch;
    bool ok =
        mic ? message_mic_check(&r->turn, &r->receiver, &seq, token, text, &got)
            : message_unwrap(&r->turn, &r->receiver, &seq, token, &m) && bytes_equal(m.text, text);
    r->turn.mem = mem;
    arena_free(scratch);
    return ok;
}

/* Every one-bit change of what it is, every beginning of it, and its way back to the sender. */
static enum vector_result refuse_changes(struct run *r, bool mic, uint64_t seq, struct bytes token,
                                         struct bytes text)
{
    struct bytes whole[] = {token, text};
    for (int part = 0; part < 2; part++) {
        struct bytes parts[] = {token, text};
        uint8_t *changed = (uint8_t *)arena_str(r->turn.mem, whole[part]);
        parts[part].p = changed;
        for (size_t bit = 0; bit < 8 * whole[part].n; bit++) {
            changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (takes(r, mic, seq, parts[0], parts[1]))
                return failed(r, arena_printf(r->turn.mem, "%s: accepted with bit %zu changed",
                                              part ? "payload" : "token", bit));
            changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    for (size_t n = 0; n < token.n; n++)
        if (takes(r, mic, seq, bytes_slice(token, 0, n), text))
            return failed(r, arena_printf(r->turn.mem, "accepted when cut to %zu octets", n));
    r->receiver = r->sender;
    if (takes(r, mic, seq, token, text))
        return failed(r, "accepted by its sender");
    return VECTOR_PASSED;
}

/* ---- the ops --------------------------------------------------------------------------------- */

static enum vector_result run_token(struct run *r, bool mic)
{
    int64_t usage = vector_number(r->c, "usage", 0);
    struct bytes token = octets(r, "token"), text = octets(r, "payload"), again;
    if (usage < USAGE_ACCEPTOR_SEAL || usage > USAGE_INITIATOR_SIGN || token.n < 16)
        return failed(r, "usage or token: not of a message of a context");
    bool subkey = (token.p[2] & 4) != 0;
    enum vector_result result = set_ends(r, (int32_t)vector_number(r->c, "enctype", 0),
                                         usage <= USAGE_ACCEPTOR_SIGN, subkey);
    if (result != VECTOR_PASSED)
        return result;
    struct message m = {.text = text};
    if (mic ? !message_mic_check(&r->turn, &r->receiver, NULL, token, text, &m.seq)
            : !message_unwrap(&r->turn, &r->receiver, NULL, token, &m))
        return failed(r, "token: refused");
    if ((result = compare(r, "payload", m.text)) != VECTOR_PASSED)
        return result;
    if (m.seq != (uint64_t)vector_number(r->c, "seq", (int64_t)m.seq))
        return failed(r, arena_printf(r->turn.mem, "seq: got %llu", (unsigned long long)m.seq));
    bool ok = mic ? message_mic(&r->turn, &r->sender, m.seq, text, &again)
                  : message_wrap(&r->turn, &r->sender, m.seq, false, 0, text, &again);
    bool same_form = mic || (!m.confidential && be16(token.p + 6) == 0 && token.p[0] == 5);
    if (same_form && (!ok || (result = compare(r, "token", again)) != VECTOR_PASSED))
        return ok ? result : failed(r, "token: not made");
    return refuse_changes(r, mic, m.seq, token, text);
}

static enum vector_result run_mic(struct run *r)
{
    return run_token(r, true);
}

static enum vector_result run_wrap(struct run *r)
{
    return run_token(r, false);
}

/* From SGN_ALG to the confounder; what follows is sealed. The published frame, as DCE/RPC has it,
 * counts only these. */
#define RC4_HEADER 30

static enum vector_result compare_rc4(struct run *r, struct bytes token)
{
    struct gss_token t;
    if (!gss_token_read(token, NULL, &t) || t.inner.n < RC4_HEADER)
        return failed(r, "what was made is no token");
    struct bytes header = bytes_slice(t.inner, 0, RC4_HEADER);
    const struct {
        const char *name;
        struct bytes came;
    } rows[] = {
        {"sgn_cksum", bytes_slice(header, 14, 8)},
        {"snd_seq_encrypted", bytes_slice(header, 6, 8)},
        {"token_header", gss_token_write(r->turn.mem, t.tok_id, header)},
        {"sealed", bytes_slice(t.inner, RC4_HEADER, t.inner.n)},
    };
    enum vector_result result = VECTOR_PASSED;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && result == VECTOR_PASSED; i++)
        if (i > 1 || vector_field(r->c, rows[i].name))
            result = compare(r, rows[i].name, rows[i].came);
    return result;
}

static enum vector_result run_wrap_rc4(struct run *r)
{
    struct bytes plain = octets(r, "plaintext"), seq = octets(r, "seq_be"), token;
    bool by_acceptor = bytes_equal_str(octets(r, "direction"), "acceptor");
    enum vector_result result =
        set_ends(r, (int32_t)vector_number(r->c, "enctype", 23), by_acceptor, false);
    if (result != VECTOR_PASSED)
        return result;
    if (seq.n != 4)
        return failed(r, "seq_be: four octets are needed");
    r->rng = (struct given_rng){{given_fill}, octets(r, "confounder")};
    if (!message_wrap(&r->turn, &r->sender, be32(seq.p), true, 0, plain, &token))
        return failed(r, "the arguments were refused");
    result = compare_rc4(r, token);
    if (result != VECTOR_PASSED)
        return result;
    if (!takes(r, false, be32(seq.p), token, plain))
        return failed(r, "made, but refused");
    return refuse_changes(r, false, be32(seq.p), token, plain);
}

/* ---- AP-REQ ---------------------------------------------------------------------------------- */

/* The ticket with the key of the case, the authenticator with the session key in the ticket. */
static enum vector_result run_ap_req(struct run *r, struct bytes token)
{
    struct gss_token frame;
    struct AP_REQ req;
    struct EncTicketPart ticket;
    struct Authenticator authenticator;
    struct key key, session;
    if (!gss_token_read(token, NULL, &frame) || frame.tok_id != TOK_AP_REQ ||
        !asn_decode(&ASN_AP_REQ, frame.inner, ASN_DEPLOYED, r->turn.mem, NULL, &req))
        return failed(r, "no AP-REQ in a frame of Kerberos");
    if (!vector_field(r->c, "key"))
        return VECTOR_PASSED;
    if (!key_import((int32_t)vector_number(r->c, "enctype", req.ticket.enc_part.etype),
                    octets(r, "key"), &key))
        return failed(r, "key: not one of its enctype");
    if (open_value(&r->turn, &req.ticket.enc_part, &key, USAGE_TICKET, &ASN_EncTicketPart,
                   &ticket) != OPEN_OK)
        return failed(r, "the ticket does not open");
    if (!key_from_wire(&ticket.key, &session) ||
        open_value(&r->turn, &req.authenticator, &session, USAGE_AP_AUTHENTICATOR,
                   &ASN_Authenticator, &authenticator) != OPEN_OK)
        return failed(r, "the authenticator does not open");
    return VECTOR_PASSED;
}

static enum vector_result run_gss_ap_req(struct run *r)
{
    return run_ap_req(r, octets(r, "token"));
}

static enum vector_result run_spnego_ap_req(struct run *r)
{
    struct neg_token token;
    if (!neg_token_read(octets(r, "token"), true, r->turn.mem, NULL, &token))
        return failed(r, "token: not of the negotiation");
    return run_ap_req(r, token.token);
}

static enum vector_result run_pac_verify(struct run *r)
{
    return vector_pac_verify(&r->turn, r->c, r->why);
}

static enum vector_result run_ticket_verify(struct run *r)
{
    return vector_ticket_verify(&r->turn, r->c, r->why);
}

static const struct {
    const char *op;
    enum vector_result (*run)(struct run *);
} ops[] = {
    {"gss-mic", run_mic},
    {"gss-wrap-integrity", run_wrap},
    {"gss-wrap-rc4", run_wrap_rc4},
    {"gss-ap-req", run_gss_ap_req},
    {"gss-spnego-ap-req", run_spnego_ap_req},
    {"pac-verify", run_pac_verify},
    {"ticket-verify", run_ticket_verify},
};

enum vector_result vector_run_context(struct crypto *crypto, const struct vector_case *c,
                                      struct arena *mem, const char **why)
{
    const char *op = vector_op(c, mem);
    struct run r = {.rng = {{given_fill}, {NULL, 0}}, .c = c, .why = why};
    r.turn = (struct turn){.rng = &r.rng.rng, .crypto = crypto, .mem = mem};
    *why = NULL;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i].op) == 0)
            return ops[i].run(&r);
    enum vector_result result = VECTOR_SKIPPED;
    if (!vector_run_ntlm(crypto, c, mem, &result, why))
        *why = arena_printf(mem, "op %s is not one of a context's", op);
    return result;
}
