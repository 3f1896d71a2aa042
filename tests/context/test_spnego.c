/* SPNEGO's engine with mechanisms made by hand: every way a negotiation goes, token by token, and
 * every reason for which it ends. */
#include "tests/client/hand_turn.h"
#include "tests/context/hand_mech.h"

static struct hand hand;
static struct hand_end ini, acc;
static unsigned totals[256];
static struct turn *turn;

static int fresh(void **state)
{
    (void)state;
    turn = hand_turn(&hand, NOW);
    memset(totals, 0, sizeof totals);
    totals['K'] = totals['W'] = totals['X'] = totals['Y'] = 2;
    totals['N'] = 3;
    return 0;
}

static void begin(const char *initiator, const char *acceptor)
{
    hand_end_begin(&ini, hand.mem, false, initiator, totals);
    hand_end_begin(&acc, hand.mem, true, acceptor, totals);
}

struct ended {
    enum mech_state initiator, acceptor;
    char shapes[200]; /* of all tokens, a blank after each */
};

/* Somebody on the way: may change the token of that number (0 is the first). */
typedef struct bytes on_the_way(unsigned number, struct bytes token);

static enum mech_state one(struct hand_end *e, struct bytes in, struct bytes *out)
{
    enum mech_state state = spnego_step(&e->s, turn, in, out);
    while (state == MECH_WAITING) {
        struct hand_mech *toy = e->s.running->arg;
        assert_int_equal(out->n, 0);
        assert_int_equal(spnego_step(&e->s, turn, in, out), MECH_TROUBLE);
        state = spnego_resume(&e->s, turn, toy->state, toy->answer, out);
    }
    assert_int_equal(
        spnego_resume(&e->s, turn, MECH_DONE, (struct bytes){0}, out->n ? &(struct bytes){0} : out),
        MECH_TROUBLE);
    return state;
}

/* Token by token until nobody has anything to say. */
static struct ended run(on_the_way *change)
{
    struct ended e = {.initiator = MECH_CONTINUE, .acceptor = MECH_CONTINUE};
    struct bytes token = {0};
    e.initiator = one(&ini, token, &token);
    for (unsigned i = 0; token.n && i < 12; i++) {
        token = change ? change(i, token) : token;
        strcat(strcat(e.shapes, i ? " " : ""), hand_shape(hand.mem, token));
        if (i % 2 == 0)
            e.acceptor = one(&acc, token, &token);
        else
            e.initiator = one(&ini, token, &token);
    }
    return e;
}

static void must_go(const char *shapes)
{
    struct ended e = run(NULL);
    assert_string_equal(e.shapes, shapes);
    assert_int_equal(e.initiator, MECH_DONE);
    assert_int_equal(e.acceptor, MECH_DONE);
    assert_int_equal(ini.s.state, SPNEGO_DONE);
    assert_int_equal(acc.s.state, SPNEGO_DONE);
    assert_non_null(ini.s.chosen);
    assert_true(acc.s.chosen->name[0] == ini.s.chosen->name[0]);
    assert_int_equal(acc.s.mic_checked, strchr(shapes, 'm') != NULL);
    assert_int_equal(ini.s.mic_checked, strchr(shapes, 'm') != NULL);
    assert_int_equal(hand.faults.n, 0);
}

/* ---- ways that it goes ----------------------------------------------------------------------- */

static void the_first_choice_of_both(void **state)
{
    (void)state;
    begin("KN", "KN");
    must_go("IKNt R0Kt");
    assert_string_equal(hand.last, "client.spnego.mic-not-needed");
    assert_true(ini.s.optimistic && acc.s.optimistic);
    totals['K'] = 1;
    begin("KN", "KN");
    must_go("IKNt R0K");
    begin("N", "N");
    must_go("INt R1Nt R1t R0");
    totals['X'] = 4;
    begin("XN", "XK");
    must_go("IXNt R1Xt R1t R0t");
    totals['X'] = 5;
    begin("XN", "XK");
    must_go("IXNt R1Xt R1t R1t R1t R0");
}

static void the_acceptor_prefers_another(void **state)
{
    (void)state;
    begin("KN", "NK"); /* the initiator has the last token of NTLM */
    must_go("IKNt R3N R1t R1t R1tm R0m");
    assert_true(!ini.s.optimistic && ini.s.mic_required && ini.s.mic_sent);
    begin("KX", "X"); /* the acceptor has the last one of X */
    must_go("IKXt R3X R1t R1tm R0m");
    totals['X'] = 1; /* there is one only */
    begin("KX", "X");
    must_go("IKXt R3X R1tm R0m");
    totals['X'] = 4;
    begin("KX", "NX");
    must_go("IKXt R3X R1t R1t R1t R1tm R0m");
}

static void the_acceptor_would_have_liked_another(void **state)
{
    (void)state;
    begin("K", "NK");
    must_go("IKt R3Ktm R0m");
    totals['K'] = 1; /* RFC 4178 5 c IV */
    begin("K", "NK");
    must_go("IKt R3Km R0m");
    begin("N", "KN");
    must_go("INt R3Nt R1tm R0m");
    begin("N", "KN");
    acc.s.windows = true;
    must_go("INt R1Nt R1t R0");
}

static void a_mechanism_that_protected_itself(void **state)
{
    (void)state;
    begin("N", "N");
    ini.toys[0].insists = acc.toys[0].insists = true;
    must_go("INt R1Nt R1tm R0m");
    begin("X", "X");
    acc.toys[0].insists = true;
    must_go("IXt R1Xtm R0m");
}

static void a_mechanism_without_checksums(void **state)
{
    (void)state;
    begin("KY", "Y");
    ini.toys[1].no_mic = acc.toys[0].no_mic = true;
    for (int i = 0; i < 2; i++)
        ini.mechs[i] = hand_mech_of(&ini.toys[i]);
    acc.mechs[0] = hand_mech_of(&acc.toys[0]);
    must_go("IKYt R1Y R1t R0t");
}

static void two_numbers_of_kerberos(void **state)
{
    (void)state;
    begin("WKN", "KN"); /* by the letter they are two */
    must_go("IWKNt R3K R1t R1tm R0m");
    assert_int_equal(ini.toys[1].begun, 1);
    hand_end_begin(&ini, hand.mem, false, "WKN", totals);
    hand_end_begin(&acc, hand.mem, true, "KN", totals);
    acc.s.windows = true;
    snprintf(acc.toys[0].name, 2, "W"); /* its tokens are the same, whatever it is called */
    must_go("IWKNt R0Wt");
    begin("KN", "WN");
    snprintf(acc.toys[0].name, 2, "K");
    acc.s.windows = true;
    must_go("IKNt R0Kt");
}

static void what_cannot_begin_is_not_offered(void **state)
{
    (void)state;
    begin("KN", "KN");
    ini.toys[0].refuses = 1;
    acc.s.windows = true;
    must_go("INt R1Nt R1t R0");
    begin("KN", "KN");
    ini.toys[0].refuses = 1;
    ini.toys[0].waits = ini.toys[1].waits = true;
    must_go("INt R3Nt R1tm R0m");
}

static void others_are_asked_first(void **state)
{
    (void)state;
    static const char *const ways[][3] = {{"KN", "KN", "IKNt R0Kt"},
                                          {"KN", "N", "IKNt R3N R1t R1t R1tm R0m"},
                                          {"KX", "X", "IKXt R3X R1t R1tm R0m"},
                                          {"K", "NK", "IKt R3Ktm R0m"}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        begin(ways[i][0], ways[i][1]);
        for (int j = 0; j < 2; j++)
            ini.toys[j].waits = acc.toys[j].waits = true;
        must_go(ways[i][2]);
    }
}

static struct bytes without_token(unsigned number, struct bytes token)
{
    struct neg_token t;
    if (number || !neg_token_read(token, false, hand.mem, NULL, &t))
        return token;
    t.token = (struct bytes){0};
    return neg_token_write(hand.mem, &t);
}

static void an_initiator_that_sends_no_token_yet(void **state)
{
    (void)state;
    struct bytes out;
    begin("KN", "KN");
    spnego_step(&ini.s, turn, (struct bytes){0}, &out);
    assert_int_equal(spnego_step(&acc.s, turn, without_token(0, out), &out), MECH_CONTINUE);
    assert_string_equal(hand_shape(hand.mem, out), "R1K");
    out = neg_token_write(hand.mem, &(struct neg_token){.token = BYTES_LIT("K 1/2")});
    assert_int_equal(spnego_step(&acc.s, turn, out, &out), MECH_DONE);
    assert_string_equal(hand_shape(hand.mem, out), "R0t");
}

/* ---- bare ------------------------------------------------------------------------------------ */

static enum mech_state echo(void *arg, struct turn *t, struct bytes in, struct bytes *out)
{
    (void)t;
    unsigned *n = arg;
    *out = in.n ? in : BYTES_LIT("NTLMSSP\0\1...");
    return ++*n == 3 ? MECH_DONE : *n == 4 ? MECH_REFUSED : MECH_CONTINUE;
}

static void bare_tokens_are_answered_bare(void **state)
{
    (void)state;
    struct bytes out,
        ntlm = BYTES_LIT("NTLMSSP\0\1..."),
        krb5 = BYTES_LIT("\x60\x0d\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\0");
    struct bytes windows = BYTES_LIT("\x60\x0d\x06\x09\x2a\x86\x48\x82\xf7\x12\x01\x02\x02\x01\0");
    unsigned n = 1;
    begin("N", "KN");
    acc.mechs[0].step = acc.mechs[1].step = echo;
    acc.mechs[0].arg = acc.mechs[1].arg = &n;
    assert_int_equal(spnego_step(&acc.s, turn, ntlm, &out), MECH_CONTINUE);
    assert_true(bytes_equal(out, ntlm) && acc.s.raw && acc.s.chosen == &acc.mechs[1]);
    assert_int_equal(spnego_step(&acc.s, turn, ntlm, &out), MECH_DONE);
    assert_int_equal(acc.s.state, SPNEGO_DONE);
    for (int i = 0; i < 2; i++) {
        n = 3;
        spnego_init(&acc.s, hand.mem, "www", "service.spnego", true, acc.mechs, 2);
        assert_int_equal(spnego_step(&acc.s, turn, i ? krb5 : windows, &out), MECH_REFUSED);
        assert_true(bytes_equal(out, i ? krb5 : windows)); /* what the mechanism said, bare */
        assert_true(acc.s.raw && acc.s.chosen == &acc.mechs[0]);
    }
    spnego_init(&acc.s, hand.mem, "www", "service.spnego", true, acc.mechs, 1);
    assert_int_equal(spnego_step(&acc.s, turn, ntlm, &out), MECH_REFUSED); /* not taken here */
    assert_int_equal(out.n, 0);
    n = 1;
    ini.mechs[0].step = echo;
    ini.mechs[0].arg = &n;
    ini.s.raw = true;
    assert_int_equal(spnego_step(&ini.s, turn, (struct bytes){0}, &out), MECH_CONTINUE);
    assert_true(bytes_equal(out, ntlm));
    assert_int_equal(spnego_step(&ini.s, turn, ntlm, &out), MECH_DONE);
    assert_ptr_equal(ini.s.chosen, &ini.mechs[0]);
}

static void what_begins(void **state)
{
    (void)state;
    struct bytes out;
    begin("K", "K");
    spnego_step(&ini.s, turn, (struct bytes){0}, &out);
    assert_true(spnego_begins(out));
    spnego_step(&acc.s, turn, out, &out);
    assert_false(spnego_begins(out));
    assert_false(spnego_begins((struct bytes){0}));
    assert_true(spnego_begins(BYTES_LIT("NTLMSSP\0\1\0\0\0")));
    assert_false(spnego_begins(BYTES_LIT("NTLMSSP\0\3\0\0\0")));
    spnego_init(&acc.s, hand.mem, "www", "service.spnego", true, acc.mechs, 1);
    assert_string_equal(hand_shape(hand.mem, spnego_hint(&acc.s, turn)), "IKh");
}

/* ---- reasons for which it ends --------------------------------------------------------------- */

/* The parts of a token, put there as they are. */
struct put {
    unsigned number;
    const char *shape; /* as hand_shape; 'z' a token, 'f' a false mechListMIC */
};
static const struct put *puts_now;

static struct bytes put_token(unsigned number, struct bytes token)
{
    struct neg_token t = {0}, old = {0};
    struct bytes oids[8];
    if (!puts_now || puts_now->number != number)
        return token;
    neg_token_read(token, false, hand.mem, NULL, &old);
    t.init = puts_now->shape[0] == 'I';
    t.mechs.at = oids;
    for (const char *c = puts_now->shape + 1; *c; c++) {
        if (*c >= '0' && *c <= '9')
            t.has_state = true, t.state = *c - '0';
        else if (*c == 't')
            t.token = old.token;
        else if (*c == 'z')
            t.token = BYTES_LIT("K 1/2");
        else if (*c == 'm')
            t.mic = old.mic;
        else if (*c == 'f')
            t.mic = BYTES_LIT("false");
        else if (t.init)
            oids[t.mechs.n++] = hand_oid(*c);
        else
            t.mech = hand_oid(*c);
    }
    return neg_token_write(hand.mem, &t);
}

static const struct end_row {
    const char *initiator, *acceptor; /* their mechanisms */
    struct put put;
    const char *fault;
    bool at_acceptor;
} ends[] = {
    {"K", "K", {0, "R1t"}, "spnego.not-init", true},
    {"K", "N", {99, ""}, "spnego.no-mech", true},
    {"KN", "KN", {0, "It"}, "spnego.no-mech", true},
    {"KN", "KN", {0, "IXSt"}, "spnego.no-mech", true},
    {"KN", "N", {0, "IKNtf"}, "spnego.mic-early", true},
    {"N", "N", {0, "INtf"}, "spnego.mic-early", true},
    {"K", "K", {0, "IKtf"}, "spnego.mic-wrong", true},
    {"N", "N", {1, "INt"}, "spnego.not-resp", false},
    {"N", "N", {2, "INt"}, "spnego.not-resp", true},
    {"K", "K", {1, "RKt"}, "spnego.state-missing", false},
    {"K", "K", {1, "R0t"}, "spnego.mech-missing", false},
    {"K", "K", {1, "R0Nt"}, "spnego.not-offered", false},
    {"K", "K", {1, "R0St"}, "spnego.not-offered", false},
    {"K", "K", {1, "R2"}, "spnego.rejected", false},
    {"K", "K", {1, "R2t"}, "spnego.rejected", false},
    {"N", "N", {2, "R2"}, "spnego.rejected", true},
    {"N", "N", {2, "R1Kt"}, "spnego.mech-changed", true},
    {"NK", "N", {3, "R0K"}, "spnego.mech-changed", false},
    {"N", "N", {2, "R3t"}, "spnego.request-late", true},
    {"N", "N", {3, "R3"}, "spnego.request-late", false},
    {"KN", "N", {1, "R1N"}, "spnego.no-request", false},
    {"KN", "N", {1, "R0N"}, "spnego.not-done", false},
    {"KN", "N", {1, "R3Nz"}, "spnego.token-early", false},
    {"K", "K", {0, "IKz"}, NULL, true}, /* the same as it was */
    {"X", "X", {0, "IXz"}, "spnego.mech-refused", true},
    {"K", "K", {1, "R0Kz"}, "spnego.mech-refused", false},
    {"N", "N", {3, "R0z"}, "spnego.token-late", false},
    {"K", "NK", {2, "R0zm"}, "spnego.token-late", true},
    {"N", "N", {2, "R1"}, "spnego.token-missing", true},
    {"N", "N", {1, "R1N"}, "spnego.token-missing", false},
    {"N", "N", {1, "R0N"}, "spnego.not-done", false},
    {"N", "N", {1, "R0Nt"}, "spnego.not-done", false},
    {"N", "N", {3, "R1"}, "spnego.nothing-left", false},
    {"K", "K", {1, "R1Kt"}, "spnego.nothing-left", false},
    {"N", "N", {1, "R1Ntf"}, "spnego.mic-wrong", false},
    {"N", "N", {2, "R1tf"}, "spnego.mic-wrong", true},
    {"N", "N", {3, "R0f"}, "spnego.mic-wrong", false},
    {"K", "K", {1, "R0Ktf"}, "spnego.mic-wrong", false},
    {"K", "NK", {1, "R3Ktf"}, "spnego.mic-wrong", false},
    {"K", "NK", {1, "R3Kt"}, "spnego.mic-missing", false},
    {"K", "NK", {1, "R0Kt"}, NULL, false}, /* its own first choice; the acceptor waits for ever */
    {"K", "NK", {2, "R0f"}, "spnego.mic-wrong", true},
    {"K", "NK", {2, "R0"}, "spnego.mic-missing", true},
    {"KN", "N", {4, "R1t"}, "spnego.mic-missing", true},
    {"KN", "N", {4, "R1tf"}, "spnego.mic-wrong", true},
    {"KN", "N", {5, "R0"}, "spnego.mic-missing", false},
    {"KN", "N", {5, "R0f"}, "spnego.mic-wrong", false},
    {"KN", "N", {5, "R1m"}, "spnego.nothing-left", false},
    {"KX", "X", {3, "R0t"}, "spnego.mic-missing", false},
    {"KX", "X", {3, "R1t"}, "spnego.mic-missing", false},
    {"KX", "X", {4, "R0"}, "spnego.mic-missing", true},
};

static void each_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const struct end_row *row = &ends[i];
        fresh(NULL);
        totals['X'] = 2;
        begin(row->initiator, row->acceptor);
        puts_now = &row->put;
        struct ended e = run(put_token);
        if (!row->fault)
            continue;
        const struct spnego *s = row->at_acceptor ? &acc.s : &ini.s;
        if (s->state != SPNEGO_REFUSED || hand.faults.n == 0)
            fail_msg("row %zu, %s: not refused: %s", i, row->fault, e.shapes);
        if (strcmp(hand.faults.list[0].row->id, row->fault) != 0)
            fail_msg("row %zu: %s, not %s: %s", i, hand.faults.list[0].row->id, row->fault,
                     e.shapes);
        assert_non_null(s->why);
        assert_string_equal(hand.refused[0] ? "refused" : "", "refused");
        assert_false(ini.s.state == SPNEGO_DONE && acc.s.state == SPNEGO_DONE);
    }
    puts_now = NULL;
}

static void the_rest_of_the_reasons(void **state)
{
    (void)state;
    struct bytes out, none = {0};
    begin("K", "K");
    assert_int_equal(spnego_step(&acc.s, turn, none, &out), MECH_REFUSED);
    assert_string_equal(hand.faults.list[0].row->id, "spnego.no-token");
    assert_string_equal(hand_shape(hand.mem, out), "R2");
    assert_int_equal(spnego_step(&acc.s, turn, none, &out), MECH_REFUSED);
    assert_string_equal(hand.faults.list[1].row->id, "spnego.over");
    ini.toys[0].refuses = 1;
    assert_int_equal(spnego_step(&ini.s, turn, none, &out), MECH_REFUSED);
    assert_string_equal(hand.faults.list[2].row->id, "spnego.none-begins");
    assert_int_equal(out.n, 0);
    spnego_init(&acc.s, hand.mem, "www", "service.spnego", true, acc.mechs, 1);
    assert_int_equal(spnego_step(&acc.s, turn, BYTES_LIT("NTLMSSP\0\1"), &out), MECH_REFUSED);
    assert_string_equal(hand.faults.list[3].row->id, "spnego.not-here");
    spnego_init(&acc.s, hand.mem, "www", "service.spnego", true, acc.mechs, 1);
    assert_int_equal(spnego_step(&acc.s, turn, BYTES_LIT("\xa1\x03"), &out), MECH_REFUSED);
    assert_string_equal(acc.s.why, "the token cannot be read");
    /* Nothing at all, in the midst of it. */
    for (int at = 0; at < 2; at++) {
        fresh(NULL);
        begin("N", "N");
        assert_int_equal(spnego_step(&ini.s, turn, none, &out), MECH_CONTINUE);
        assert_int_equal(spnego_step(&acc.s, turn, out, &out), MECH_CONTINUE);
        assert_int_equal(spnego_step(at ? &acc.s : &ini.s, turn, none, &out), MECH_REFUSED);
    }
    fresh(NULL);
    /* What the mechanism says of its refusal goes along. */
    begin("K", "K");
    acc.toys[0].refuses = 1;
    struct ended e = run(NULL);
    assert_string_equal(e.shapes, "IKt R2t");
    assert_int_equal(ini.s.state, SPNEGO_REFUSED);
    /* A list that must be signed, and no key to do it with. */
    for (int at = 0; at < 3; at++) {
        fresh(NULL);
        begin(at == 2 ? "K" : "KN", at == 2 ? "NK" : "N");
        ini.toys[1].no_key = at == 0;
        acc.toys[at == 2].no_key = at > 0;
        e = run(NULL);
        assert_false(e.initiator == MECH_DONE || e.acceptor == MECH_DONE);
        assert_string_equal(hand.faults.list[0].row->id, "spnego.no-key");
    }
    fresh(NULL);
    begin("K", "NK");
    ini.toys[0].no_key = true;
    assert_int_equal(run(NULL).initiator, MECH_REFUSED);
    fresh(NULL);
    /* A mechanism that goes on without a word. */
    begin("N", "N");
    acc.toys[0].says_nothing = true;
    assert_int_equal(run(NULL).acceptor, MECH_TROUBLE);
    begin("N", "N");
    ini.toys[0].says_nothing = true;
    assert_int_equal(spnego_step(&ini.s, turn, none, &out), MECH_TROUBLE);
}

/* ---- somebody on the way --------------------------------------------------------------------- */

static void struck_off(const char *first, const char *acceptor, const char *fault)
{
    begin("KN", acceptor);
    puts_now = &(struct put){0, first};
    struct ended e = run(put_token);
    puts_now = NULL;
    assert_false(e.initiator == MECH_DONE || e.acceptor == MECH_DONE);
    assert_string_equal(hand.faults.list[0].row->id, fault);
}

static struct bytes ntlm_begins(unsigned number, struct bytes token)
{
    /* Kerberos struck, and NTLM's own first token put in its place. */
    struct neg_token t = {
        .init = true, .mechs = {(struct bytes[]){OID_NTLMSSP}, 1}, .token = BYTES_LIT("N 1/3")};
    struct neg_token r;
    if (number == 0)
        return neg_token_write(hand.mem, &t);
    /* The initiator shall start NTLM: the challenge is kept back for its next token. */
    if (number == 1 && neg_token_read(token, false, hand.mem, NULL, &r)) {
        r.token = (struct bytes){0};
        r.state = NEG_REQUEST_MIC;
        return neg_token_write(hand.mem, &r);
    }
    return token;
}

static void a_list_that_was_changed(void **state)
{
    (void)state;
    struck_off("INt", "KN", "spnego.mech-refused"); /* its token was Kerberos' */
    fresh(NULL);
    struck_off("IN", "KN", "spnego.mic-wrong");
    fresh(NULL);
    struck_off("INKt", "KN", "spnego.token-missing"); /* its first choice, but not its token */
    fresh(NULL);
    struck_off("IKKNt", "NK", "spnego.mic-wrong");
    fresh(NULL);
    struck_off("IXNt", "KN", "spnego.mic-wrong");
    /* With Windows' rule the initiator sees that it is not its first, and signs. */
    fresh(NULL);
    begin("KN", "KN");
    ini.s.windows = acc.s.windows = true;
    puts_now = &(struct put){0, "IN"};
    struct ended e = run(put_token);
    puts_now = NULL;
    assert_false(e.initiator == MECH_DONE || e.acceptor == MECH_DONE);
    assert_string_equal(hand.faults.list[0].row->id, "spnego.mic-wrong");
    /* A relay that plays each end for the other comes no further. */
    fresh(NULL);
    begin("KN", "KN");
    acc.s.windows = true;
    e = run(ntlm_begins);
    assert_false(e.initiator == MECH_DONE);
}

/* Each octet of each token changed in one bit: whoever finishes has an unchanged list. */
static unsigned flip_token;
static size_t flip_bit;

static struct bytes flipped(unsigned number, struct bytes token)
{
    if (number != flip_token || flip_bit >= 8 * token.n)
        return token;
    uint8_t *copy = (uint8_t *)arena_copy(hand.mem, token).p;
    copy[flip_bit / 8] ^= (uint8_t)(1 << flip_bit % 8);
    return bytes_of(copy, token.n);
}

static void every_bit_of_every_token(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"KN", "KN"}, {"KN", "NK"}, {"K", "NK"}, {"KX", "X"}};
    for (size_t p = 0; p < 4; p++)
        for (flip_token = 0; flip_token < 6; flip_token++)
            for (flip_bit = 0; flip_bit < 8 * 64; flip_bit++) {
                fresh(NULL);
                begin(pairs[p][0], pairs[p][1]);
                struct ended e = run(flipped);
                if (e.initiator == MECH_DONE && e.acceptor == MECH_DONE &&
                    acc.s.chosen->name[0] != 'K')
                    assert_true(bytes_equal(ini.s.mech_list, acc.s.mech_list));
                assert_false(e.initiator == MECH_TROUBLE || e.acceptor == MECH_TROUBLE);
            }
}

static struct bytes cut(unsigned number, struct bytes token)
{
    return number == flip_token && flip_bit < token.n ? bytes_slice(token, 0, flip_bit) : token;
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    for (flip_token = 0; flip_token < 6; flip_token++)
        for (flip_bit = 1; flip_bit < 40; flip_bit++) {
            fresh(NULL);
            begin("KN", "NK");
            struct ended e = run(cut);
            assert_int_equal(e.initiator == MECH_DONE && e.acceptor == MECH_DONE,
                             hand.faults.n == 0);
        }
}

static void a_long_list(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    struct bytes *oids = arena_array(hand.mem, struct bytes, MANY), out;
    for (size_t i = 0; i < MANY; i++)
        oids[i] = hand_oid(i == MANY - 1 ? 'K' : i % 2 ? 'S' : 'X');
    struct neg_token t = {.init = true, .mechs = {oids, MANY}};
    begin("K", "K");
    assert_int_equal(spnego_step(&acc.s, turn, neg_token_write(hand.mem, &t), &out), MECH_CONTINUE);
    assert_string_equal(hand_shape(hand.mem, out), "R3K");
    /* More of one's own than there is room for: the first eight count. */
    struct mech many[SPNEGO_MECHS_MAX + 1];
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        many[i] = ini.mechs[0];
    spnego_init(&ini.s, hand.mem, "alice", "client.spnego", false, many, SPNEGO_MECHS_MAX + 1);
    assert_int_equal(spnego_step(&ini.s, turn, (struct bytes){0}, &out), MECH_CONTINUE);
    assert_string_equal(hand_shape(hand.mem, out), "IKKKKKKKKt");
}

#define FRESH(test) cmocka_unit_test_setup(test, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(the_first_choice_of_both),
        FRESH(the_acceptor_prefers_another),
        FRESH(the_acceptor_would_have_liked_another),
        FRESH(a_mechanism_that_protected_itself),
        FRESH(a_mechanism_without_checksums),
        FRESH(two_numbers_of_kerberos),
        FRESH(what_cannot_begin_is_not_offered),
        FRESH(others_are_asked_first),
        FRESH(an_initiator_that_sends_no_token_yet),
        FRESH(bare_tokens_are_answered_bare),
        FRESH(what_begins),
        FRESH(each_reason),
        FRESH(the_rest_of_the_reasons),
        FRESH(a_list_that_was_changed),
        FRESH(every_bit_of_every_token),
        FRESH(every_cut_is_refused),
        FRESH(a_long_list),
    };
    hand_begin(&hand);
    hand.sentences = hand_file("trace/steps.en");
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    hand_end(&hand);
    return failures ? 1 : 0;
}
