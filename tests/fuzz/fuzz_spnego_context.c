/* Both ends of a negotiation and somebody between them. The first three octets say what the ends
 * have; then each four octets are a change: which token, where, what is put there, how (an octet,
 * an octet inserted, octets left out, or the rest of the input as the token). Whoever finishes by a
 * mechanism that is not the first of both has seen the list as it was sent; what was not changed
 * goes through. */
#define HAND_WITHOUT_CMOCKA
#include "tests/client/hand_turn.h"
#include "tests/context/hand_mech.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct hand hand;
static struct hand_end ini, acc;
static struct turn *turn;

static const char *const lists[] = {"KN", "NK", "K", "N", "KX", "XN", "WKN", "XYKN"};

static void set(struct hand_end *e, uint8_t how)
{
    e->s.windows = how & 1;
    for (size_t i = 0; i < e->s.n_mechs; i++) {
        e->toys[i].insists = how & 2;
        e->toys[i].waits = how & 4;
        e->toys[i].refuses = how & 8 && i == 0;
    }
}

static enum mech_state one(struct hand_end *e, struct bytes in, struct bytes *out)
{
    enum mech_state state = spnego_step(&e->s, turn, in, out);
    for (int i = 0; state == MECH_WAITING; i++) {
        struct hand_mech *toy = e->s.running->arg;
        assert_true(i < 10);
        state = spnego_resume(&e->s, turn, toy->state, toy->answer, out);
    }
    assert_true(state != MECH_TROUBLE);
    assert_true(state != MECH_DONE || (e->s.chosen && e->s.state == SPNEGO_DONE && e->s.mech_done));
    assert_true(state != MECH_REFUSED || (e->s.why && e->s.state == SPNEGO_REFUSED));
    return state;
}

static struct bytes changed(struct bytes token, unsigned number, const uint8_t *p, size_t n)
{
    for (; n >= 4; p += 4, n -= 4) {
        size_t at = p[1];
        if ((p[0] & 7) != number || at > token.n)
            continue;
        uint8_t *copy = arena_take(hand.mem, token.n + 1);
        if (token.n)
            memcpy(copy, token.p, token.n);
        if (p[0] >> 6 == 0 && at < token.n) {
            copy[at] = p[2];
        } else if (p[0] >> 6 == 1) {
            memmove(copy + at + 1, copy + at, token.n - at);
            copy[at] = p[2];
            token.n++;
        } else if (p[0] >> 6 == 2) {
            size_t less = p[2] < token.n - at ? p[2] : token.n - at;
            memmove(copy + at, copy + at + less, token.n - at - less);
            token.n -= less;
        } else if (p[0] >> 6 == 3) {
            return arena_copy(hand.mem, bytes_of(p + 1, n - 1));
        }
        token.p = copy;
    }
    return token;
}

static bool first_of_both(void)
{
    return ini.s.chosen == &ini.s.mechs[ini.s.first] && !ini.s.mic_required && !acc.s.mic_required;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static unsigned totals[256];
    if (n < 3)
        return 0;
    if (!hand.run)
        hand_begin(&hand);
    turn = hand_turn(&hand, NOW);
    totals['K'] = totals['W'] = 1 + (data[2] & 1);
    totals['N'] = 3;
    totals['X'] = 1 + (data[2] >> 1 & 3);
    totals['Y'] = 4;
    hand_end_begin(&ini, hand.mem, false, lists[data[0] & 7], totals);
    hand_end_begin(&acc, hand.mem, true, lists[data[1] & 7], totals);
    set(&ini, data[0] >> 4);
    set(&acc, data[1] >> 4);
    ini.s.raw = data[2] & 0x80;

    enum mech_state a = MECH_CONTINUE, i;
    struct bytes token = {0};
    i = one(&ini, token, &token);
    bool untouched = true;
    unsigned k = 0;
    for (; token.n && k < 12; k++) {
        struct bytes sent = token;
        token = changed(token, k, data + 3, n - 3);
        untouched &= bytes_equal(sent, token);
        if (k % 2 == 0)
            a = one(&acc, token, &token);
        else
            i = one(&ini, token, &token);
    }
    assert_true(k < 12);
    if (i == MECH_DONE && a == MECH_DONE && !ini.s.raw && !acc.s.raw && !first_of_both())
        assert_true(bytes_equal(ini.s.mech_list, acc.s.mech_list));
    if (i == MECH_DONE && !ini.s.raw && ini.s.chosen != &ini.s.mechs[ini.s.first])
        assert_true(ini.s.mic_checked);
    if (a == MECH_DONE && !acc.s.raw && acc.s.mic_required)
        assert_true(acc.s.mic_checked);
    if (untouched && i == MECH_DONE)
        assert_true(a == MECH_DONE);
    return 0;
}
