/* Kerberos as a mechanism: frames, ids, and checksums with the keys of the context, alone and
 * inside the negotiation. The AP exchange itself is made by hand: words instead of messages. */
#include "tests/client/hand_turn.h"
#include "context/mech_krb5.h"
#include "context/spnego.h"
#include "wire/gss.h"
#include "wire/negotiate.h"

static struct hand hand;
static struct turn *turn;

/* One end, and what its exchange is to do. */
struct end {
    struct mech_krb5 krb5;
    struct mech mechs[2];
    struct spnego s;
    struct key session, subkey, acceptor;
    bool mutual, refuses, no_keys, waits;
    uint16_t heard;
};
static struct end ini, acc;

static void set_keys(struct end *e)
{
    uint64_t own = e->krb5.is_acceptor ? 70 : 7, other = e->krb5.is_acceptor ? 7 : 70;
    if (!e->no_keys)
        mech_krb5_keys(&e->krb5, &e->session, &e->subkey, &e->acceptor, own, other);
}

static enum mech_state exchange(void *arg, struct turn *t, struct krb5_round *r)
{
    struct end *e = arg;
    (void)t;
    e->heard = r->in_id;
    if (!e->krb5.is_acceptor && r->in_id == 0) {
        r->out_id = TOK_AP_REQ;
        r->out = BYTES_LIT("request");
        if (!e->mutual)
            set_keys(e);
        return e->mutual ? MECH_CONTINUE : MECH_DONE;
    }
    if (e->refuses || r->in_id == TOK_KRB_ERROR) {
        r->out_id = e->krb5.is_acceptor ? TOK_KRB_ERROR : 0;
        r->out = BYTES_LIT("error");
        return MECH_REFUSED;
    }
    assert_true(
        bytes_equal(r->in, e->krb5.is_acceptor ? BYTES_LIT("request") : BYTES_LIT("reply")));
    set_keys(e);
    if (e->waits)
        return MECH_WAITING;
    if (e->krb5.is_acceptor && e->mutual) {
        r->out_id = TOK_AP_REP;
        r->out = BYTES_LIT("reply");
    }
    return MECH_DONE;
}

static void begin_end(struct end *e, bool acceptor, bool mutual)
{
    mech_krb5_init(&e->krb5, acceptor, exchange, e);
    e->mutual = mutual;
    e->mechs[0] = e->mechs[1] = mech_krb5(&e->krb5, OID_KRB5);
    spnego_init(&e->s, hand.mem, acceptor ? "www" : "alice",
                acceptor ? "service.spnego" : "client.spnego", acceptor, e->mechs, 1);
}

static void begin(int32_t etype, bool subkeys, bool mutual)
{
    turn = hand_turn(&hand, NOW);
    memset(&ini, 0, sizeof ini);
    memset(&acc, 0, sizeof acc);
    key_random(hand.crypto, &hand.rng.rng, "session", etype, &ini.session);
    acc.session = ini.session;
    if (subkeys) {
        key_random(hand.crypto, &hand.rng.rng, "subkey", etype, &ini.subkey);
        key_random(hand.crypto, &hand.rng.rng, "acceptor", etype, &ini.acceptor);
        acc.subkey = ini.subkey;
        acc.acceptor = ini.acceptor;
    }
    begin_end(&ini, false, mutual);
    begin_end(&acc, true, mutual);
}

static struct bytes step(struct end *e, struct bytes in, enum mech_state wanted)
{
    struct bytes out;
    assert_int_equal(spnego_step(&e->s, turn, in, &out), wanted);
    return out;
}

static void inside_the_negotiation(void **state)
{
    (void)state;
    static const int32_t etypes[] = {17, 18, 19, 20, 23, 24, 25, 26};
    for (size_t i = 0; i < 2 * sizeof etypes / sizeof *etypes; i++) {
        begin(etypes[i / 2], i % 2, true);
        struct bytes out = step(&ini, (struct bytes){0}, MECH_CONTINUE);
        out = step(&acc, out, MECH_DONE);
        assert_int_equal(step(&ini, out, MECH_DONE).n, 0);
        assert_false(ini.s.mic_sent || acc.s.mic_checked);
        /* The list must be signed: the acceptor would have preferred something else. */
        begin(etypes[i / 2], i % 2, true);
        acc.mechs[0].oid = OID_NTLMSSP;
        acc.s.n_mechs = 2;
        out = step(&acc, step(&ini, (struct bytes){0}, MECH_CONTINUE), MECH_CONTINUE);
        out = step(&ini, out, MECH_DONE);
        assert_int_equal(step(&acc, out, MECH_DONE).n, 0);
        assert_true(ini.s.mic_sent && ini.s.mic_checked && acc.s.mic_sent && acc.s.mic_checked);
        assert_true(ini.krb5.send_seq == 8 && ini.krb5.receive_seq == 71);
        assert_true(acc.krb5.send_seq == 71 && acc.krb5.receive_seq == 8);
        /* Without proof of the acceptor there is one token, and it signs first. */
        if (etypes[i / 2] == 23 || etypes[i / 2] == 24)
            continue;
        begin(etypes[i / 2], false, false);
        acc.mechs[0].oid = OID_NTLMSSP;
        acc.s.n_mechs = 2;
        out = step(&acc, step(&ini, (struct bytes){0}, MECH_CONTINUE), MECH_CONTINUE);
        step(&acc, step(&ini, out, MECH_DONE), MECH_DONE);
    }
}

/* RFC 4121 2; RC4's tokens cannot say that the acceptor's key is used. */
static void which_key(void **state)
{
    (void)state;
    static const struct {
        int32_t etype;
        bool initiator, acceptor;
        char which;
    } rows[] = {{18, false, false, 's'}, {18, true, false, 'i'}, {18, false, true, 'a'},
                {18, true, true, 'a'},   {23, true, true, 'i'},  {23, false, true, 's'},
                {24, true, true, 'i'},   {0, true, true, 'a'}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(rows[i].etype ? rows[i].etype : 23, true, true);
        if (rows[i].etype == 0) /* of another type than the rest */
            key_random(hand.crypto, &hand.rng.rng, "acceptor", 18, &ini.acceptor);
        mech_krb5_keys(&ini.krb5, &ini.session, rows[i].initiator ? &ini.subkey : NULL,
                       rows[i].acceptor ? &ini.acceptor : NULL, 1, 2);
        const struct key *want = rows[i].which == 's'   ? &ini.session
                                 : rows[i].which == 'i' ? &ini.subkey
                                                        : &ini.acceptor;
        assert_true(bytes_equal(key_bytes(&ini.krb5.end.key), key_bytes(want)));
        assert_int_equal(ini.krb5.end.acceptor_subkey, rows[i].which == 'a');
    }
}

/* RC4 with one number for both ends: the acceptor's token, with the hidden direction turned round,
 * would be the initiator's. */
static void whose_checksum_is_it(void **state)
{
    (void)state;
    struct bytes mic, list = BYTES_LIT("list");
    begin(23, false, false);
    struct mech *i = &ini.mechs[0], *a = &acc.mechs[0];
    mech_krb5_keys(&acc.krb5, &acc.session, NULL, NULL, 8, 7);
    assert_true(a->mic(a->arg, turn, list, &mic));
    uint8_t *turned = (uint8_t *)arena_copy(hand.mem, mic).p;
    size_t snd_seq = mic.n - 16; /* SND_SEQ and SGN_CKSUM end it, 8 octets each */
    put_be32(turned + snd_seq, be32(turned + snd_seq) ^ 8 ^ 7);
    put_be32(turned + snd_seq + 4, ~be32(turned + snd_seq + 4));
    assert_true(a->check(a->arg, turn, list, bytes_of(turned, mic.n))); /* its own, turned round */
    mech_krb5_keys(&acc.krb5, &acc.session, NULL, NULL, 7, 7);
    mech_krb5_keys(&ini.krb5, &ini.session, NULL, NULL, 7, 7);
    assert_false(a->mic(a->arg, turn, list, &mic));
    assert_string_equal(hand.faults.list[hand.faults.n - 1].row->id, "krb5.no-number");
    assert_false(a->check(a->arg, turn, list, bytes_of(turned, mic.n)));
    assert_false(i->mic(i->arg, turn, list, &mic));
    begin(18, false, false);
    mech_krb5_keys(&acc.krb5, &acc.session, NULL, NULL, 7, 7);
    assert_true(acc.mechs[0].mic(&acc.krb5, turn, list, &mic));
}

static void another_number_or_text_does_not_fit(void **state)
{
    (void)state;
    struct bytes mic, list = BYTES_LIT("list");
    begin(18, true, true);
    struct mech *i = &ini.mechs[0], *a = &acc.mechs[0];
    assert_false(i->mic(i->arg, turn, list, &mic)); /* no key yet */
    assert_false(a->check(a->arg, turn, list, BYTES_LIT("mic")));
    set_keys(&ini);
    set_keys(&acc);
    assert_true(i->mic(i->arg, turn, list, &mic));
    assert_false(a->check(a->arg, turn, BYTES_LIT("lisT"), mic));
    assert_false(i->check(i->arg, turn, list, mic)); /* its own */
    assert_true(a->check(a->arg, turn, list, mic));
    assert_false(a->check(a->arg, turn, list, mic)); /* a second time */
    assert_true(i->mic(i->arg, turn, list, &mic));
    assert_true(i->mic(i->arg, turn, list, &mic)); /* one was left out */
    assert_false(a->check(a->arg, turn, list, mic));
}

static void frames(void **state)
{
    (void)state;
    struct gss_token token;
    struct bytes out;
    begin(18, false, true);
    struct mech *i = &ini.mechs[0], *a = &acc.mechs[0];
    assert_int_equal(i->step(i->arg, turn, (struct bytes){0}, &out), MECH_CONTINUE);
    assert_true(gss_token_read(out, NULL, &token));
    assert_int_equal(token.tok_id, TOK_AP_REQ);
    assert_true(bytes_equal(token.mech, OID_KRB5));
    /* Who comes with Windows 2000's number is answered with it. */
    out = gss_token_write_as(hand.mem, OID_MS_KRB5, TOK_AP_REQ, BYTES_LIT("request"));
    assert_int_equal(a->step(a->arg, turn, out, &out), MECH_DONE);
    assert_true(gss_token_read(out, NULL, &token));
    assert_true(bytes_equal(token.mech, OID_MS_KRB5));
    assert_int_equal(token.tok_id, TOK_AP_REP);
    acc.refuses = true;
    out = gss_token_write(hand.mem, TOK_AP_REQ, BYTES_LIT("request"));
    assert_int_equal(a->step(a->arg, turn, out, &out), MECH_REFUSED);
    assert_int_equal(i->step(i->arg, turn, out, &out), MECH_REFUSED);
    assert_int_equal(ini.heard, TOK_KRB_ERROR);
    acc.refuses = false;
    acc.waits = true;
    out = gss_token_write(hand.mem, TOK_AP_REQ, BYTES_LIT("request"));
    assert_int_equal(a->step(a->arg, turn, out, &out), MECH_WAITING);
    assert_int_equal(out.n, 0);
    assert_true(gss_token_read(mech_krb5_frame(&acc.krb5, turn, TOK_AP_REP, BYTES_LIT("reply")),
                               NULL, &token));
    /* Done without a key is our own mistake. */
    begin(18, false, false);
    ini.no_keys = true;
    i = &ini.mechs[0];
    assert_int_equal(i->step(i->arg, turn, (struct bytes){0}, &out), MECH_TROUBLE);
}

static void each_fault(void **state)
{
    (void)state;
    static const struct {
        bool at_acceptor;
        const char *oid;
        uint16_t id;
        const char *fault;
    } rows[] = {
        {true, "\x2a\3", TOK_AP_REQ, "krb5.mech"},  {true, NULL, TOK_AP_REP, "krb5.tok-id"},
        {true, NULL, TOK_KRB_ERROR, "krb5.tok-id"}, {false, NULL, TOK_AP_REQ, "krb5.tok-id"},
        {false, NULL, 0x0101, "krb5.tok-id"},
    };
    struct bytes out;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(18, false, true);
        struct end *e = rows[i].at_acceptor ? &acc : &ini;
        struct bytes oid = rows[i].oid ? bytes_str(rows[i].oid) : OID_KRB5;
        struct bytes in = gss_token_write_as(hand.mem, oid, rows[i].id, BYTES_LIT("request"));
        assert_int_equal(e->mechs[0].step(&e->krb5, turn, in, &out), MECH_REFUSED);
        assert_string_equal(hand.faults.list[0].row->id, rows[i].fault);
        assert_non_null(e->krb5.why);
        assert_int_equal(e->heard, 0);
    }
    begin(18, false, true);
    assert_int_equal(acc.mechs[0].step(&acc.krb5, turn, (struct bytes){0}, &out), MECH_REFUSED);
    assert_string_equal(hand.faults.list[0].row->id, "gss.not-a-token");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_the_negotiation),
        cmocka_unit_test(which_key),
        cmocka_unit_test(whose_checksum_is_it),
        cmocka_unit_test(another_number_or_text_does_not_fit),
        cmocka_unit_test(frames),
        cmocka_unit_test(each_fault),
    };
    hand_begin(&hand);
    hand.sentences = hand_file("trace/steps.en");
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    hand_end(&hand);
    return failures ? 1 : 0;
}
