/* Mechanisms made by hand: tokens that say their number, and a checksum that anybody could make but
 * that fits nothing else. */
#ifndef TESTS_HAND_MECH_H
#define TESTS_HAND_MECH_H

#include "context/spnego.h"
#include "wire/negotiate.h"

#include <stdio.h>
#include <string.h>

struct hand_mech {
    char name[2];   /* "K" */
    unsigned total; /* tokens of the whole exchange, the initiator's first */
    bool acceptor, insists, waits, no_mic, no_key, says_nothing;
    unsigned refuses; /* at the token of this number; of the initiator 1: it cannot begin */
    unsigned next;    /* the number of the token that is sent or awaited */
    unsigned begun;
    struct bytes answer; /* while it waits */
    enum mech_state state;
};

static inline struct bytes hand_mech_token(struct turn *t, const struct hand_mech *m, unsigned k)
{
    return bytes_str(arena_printf(t->mem, "%s %u/%u", m->name, k, m->total));
}

static inline enum mech_state hand_mech_step(void *arg, struct turn *t, struct bytes in,
                                             struct bytes *out)
{
    struct hand_mech *m = arg;
    bool starts = !in.n && !m->acceptor;
    if (starts || (m->acceptor && bytes_equal(in, hand_mech_token(t, m, 1)))) {
        m->next = 1;
        m->begun++;
    }
    if (m->refuses && m->next == m->refuses) {
        *out = m->acceptor ? BYTES_LIT("no") : (struct bytes){0};
        return MECH_REFUSED;
    }
    if (!starts && !bytes_equal(in, hand_mech_token(t, m, m->next++)))
        return MECH_REFUSED;
    enum mech_state state = MECH_DONE;
    struct bytes answer = {0};
    if (m->next <= m->total) {
        answer = m->says_nothing ? answer : hand_mech_token(t, m, m->next);
        state = m->next++ == m->total ? MECH_DONE : MECH_CONTINUE;
    }
    if (m->waits) {
        m->answer = answer;
        m->state = state;
        return MECH_WAITING;
    }
    *out = answer;
    return state;
}

static inline struct bytes hand_mech_sum(struct turn *t, const struct hand_mech *m, bool acceptor,
                                         struct bytes text)
{
    uint64_t sum = 0xcbf29ce484222325 ^ (uint64_t)m->name[0] << 8 ^ acceptor;
    for (size_t i = 0; i < text.n; i++)
        sum = (sum ^ text.p[i]) * 0x100000001b3;
    uint8_t *p = arena_take(t->mem, 8);
    put_be64(p, sum);
    return bytes_of(p, 8);
}

static inline bool hand_mech_mic(void *arg, struct turn *t, struct bytes text, struct bytes *mic)
{
    const struct hand_mech *m = arg;
    *mic = hand_mech_sum(t, m, m->acceptor, text);
    return m->next > m->total && !m->no_key;
}

static inline bool hand_mech_check(void *arg, struct turn *t, struct bytes text, struct bytes mic)
{
    const struct hand_mech *m = arg;
    return m->next > m->total && bytes_equal(mic, hand_mech_sum(t, m, !m->acceptor, text));
}

static inline bool hand_mech_insists(void *arg)
{
    return ((struct hand_mech *)arg)->insists;
}

/* K: Kerberos, W: Kerberos as Windows 2000 numbered it, N: NTLM, X and Y: others. */
static inline struct bytes hand_oid(char c)
{
    return c == 'K'   ? OID_KRB5
           : c == 'W' ? OID_MS_KRB5
           : c == 'N' ? OID_NTLMSSP
           : c == 'X' ? BYTES_LIT("\x2a\x03\x04")
           : c == 'S' ? OID_SPNEGO
                      : BYTES_LIT("\x2a\x03\x05");
}

static inline char hand_letter(struct bytes oid)
{
    for (const char *c = "KWNXYS"; *c; c++)
        if (bytes_equal(hand_oid(*c), oid))
            return *c;
    return '?';
}

static inline struct mech hand_mech_of(struct hand_mech *m)
{
    return (struct mech){.oid = hand_oid(m->name[0]),
                         .name = m->name,
                         .step = hand_mech_step,
                         .mic = m->no_mic ? NULL : hand_mech_mic,
                         .check = m->no_mic ? NULL : hand_mech_check,
                         .insists = hand_mech_insists,
                         .arg = m};
}

/* An end of a negotiation with its mechanisms, "KN" best first. */
struct hand_end {
    struct hand_mech toys[SPNEGO_MECHS_MAX];
    struct mech mechs[SPNEGO_MECHS_MAX];
    struct spnego s;
};

static inline void hand_end_begin(struct hand_end *e, struct arena *mem, bool acceptor,
                                  const char *mechs, const unsigned *totals)
{
    size_t n = 0;
    memset(e, 0, sizeof *e);
    for (; mechs[n]; n++) {
        e->toys[n] = (struct hand_mech){
            .name = {mechs[n]}, .total = totals[(uint8_t)mechs[n]], .acceptor = acceptor};
        e->mechs[n] = hand_mech_of(&e->toys[n]);
    }
    spnego_init(&e->s, mem, acceptor ? "www" : "alice",
                acceptor ? "service.spnego" : "client.spnego", acceptor, e->mechs, n);
}

/* "IKNt": a NegTokenInit that offers K and N with a token; "R3Ktm": a NegTokenResp of request-mic
 * that takes K, with a token and a mechListMIC; "b": a bare token; "-": none. */
static inline const char *hand_shape(struct arena *mem, struct bytes in)
{
    struct neg_token t;
    char text[64] = "";
    size_t n = 0;
    if (!in.n)
        return "-";
    if (!neg_token_read(in, true, mem, NULL, &t))
        return "b";
    text[n++] = t.init ? 'I' : 'R';
    for (size_t i = 0; i < t.mechs.n && n < 40; i++)
        text[n++] = hand_letter(t.mechs.at[i]);
    if (t.has_state)
        text[n++] = (char)('0' + t.state);
    if (t.mech.n)
        text[n++] = hand_letter(t.mech);
    if (t.token.n)
        text[n++] = 't';
    if (t.mic.n)
        text[n++] = 'm';
    if (t.has_hints)
        text[n++] = 'h';
    return arena_printf(mem, "%s", text);
}

#endif
