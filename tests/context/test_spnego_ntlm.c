/* SPNEGO over NTLM: whose checksum over the list goes with the AUTHENTICATE, and when it is worth
 * nothing. */
#include "tests/client/hand_turn.h"
#include "tests/context/hand_mech.h"
#include "context/ntlm.h"

static struct hand hand;
static struct turn *turn;
static struct ntlm_client client;
static struct ntlm_server server;
static struct hand_mech kerberos; /* the initiator's, which nobody answers */
static struct mech ini_mechs[2], acc_mechs[2];
static struct spnego ini, acc;

static void begin(unsigned level, bool kerberos_first, bool windows)
{
    turn = hand_turn(&hand, NOW);
    const struct ntlm_client_config c = {.party = "alice",
                                         .user = BYTES_LIT("alice"),
                                         .domain = BYTES_LIT("EXAMPLE"),
                                         .workstation = BYTES_LIT("PC1"),
                                         .password = BYTES_LIT("alice-pw-1"),
                                         .level = level,
                                         .flags = NTLMSSP_NEGOTIATE_SIGN,
                                         .version = {10, 0, 19041, 15}};
    const struct ntlm_server_config s = {.party = "www",
                                         .nb_computer = BYTES_LIT("WWW"),
                                         .nb_domain = BYTES_LIT("EXAMPLE"),
                                         .dns_computer = BYTES_LIT("www.example.test"),
                                         .dns_domain = BYTES_LIT("example.test"),
                                         .in_domain = true,
                                         .version = {10, 0, 17763, 15}};
    size_t n = 0;
    ntlm_client_init(&client, hand.mem, &c);
    ntlm_server_init(&server, hand.mem, &s);
    kerberos = (struct hand_mech){.name = "K", .total = 2};
    if (kerberos_first)
        ini_mechs[n++] = hand_mech_of(&kerberos);
    ini_mechs[n++] = ntlm_client_mech(&client);
    acc_mechs[0] = ntlm_server_mech(&server);
    spnego_init(&ini, hand.mem, "alice", "client.spnego", false, ini_mechs, n);
    spnego_init(&acc, hand.mem, "www", "service.spnego", true, acc_mechs, 1);
    ini.windows = acc.windows = windows;
}

static enum mech_state verify(void)
{
    struct ntlm_compared compared;
    struct logon_answer answer = {.status = STATUS_LOGON_FAILURE};
    uint8_t hash[16];
    assert_true(ntowf_v1(hand.crypto, BYTES_LIT("alice-pw-1"), hash));
    if (ntlm_compare(turn, &server.question, hash, NULL, 0, &compared)) {
        answer.status = STATUS_SUCCESS;
        memcpy(answer.session_base_key, compared.session_base_key, 16);
        memcpy(answer.lm_key, compared.lm_key, 8);
    }
    return ntlm_server_answer(&server, turn, &answer);
}

static struct bytes at_initiator(struct bytes in, enum mech_state wanted)
{
    struct bytes out;
    assert_int_equal(spnego_step(&ini, turn, in, &out), wanted);
    return out;
}

static struct bytes at_acceptor(struct bytes in, enum mech_state wanted)
{
    struct bytes out;
    enum mech_state state = spnego_step(&acc, turn, in, &out);
    if (state == MECH_WAITING)
        state = spnego_resume(&acc, turn, verify(), (struct bytes){0}, &out);
    assert_int_equal(state, wanted);
    return out;
}

/* Levels from 2 on use ESS, and those from 3 on NTLMv2 with a MIC of its own. */
static void the_list_is_signed(void **state)
{
    (void)state;
    struct bytes none = {0}, out;
    for (unsigned level = 1; level <= 5; level++) {
        begin(level, true, false);
        out = at_acceptor(at_initiator(none, MECH_CONTINUE), MECH_CONTINUE);
        assert_string_equal(hand_shape(hand.mem, out), "R3N");
        out = at_acceptor(at_initiator(out, MECH_CONTINUE), MECH_CONTINUE);
        out = at_initiator(out, MECH_CONTINUE);
        assert_string_equal(hand_shape(hand.mem, out), "R1tm");
        at_initiator(at_acceptor(out, MECH_DONE), MECH_DONE);
        assert_true(ini.mic_checked && acc.mic_checked);
        begin(level, false, false);
        out = at_acceptor(at_initiator(none, MECH_CONTINUE), MECH_CONTINUE);
        out = at_initiator(out, MECH_CONTINUE);
        /* NTLM's own MIC makes it due, even for the first choice of both. */
        assert_string_equal(hand_shape(hand.mem, out), level >= 3 ? "R1tm" : "R1t");
        at_initiator(at_acceptor(out, MECH_DONE), MECH_DONE);
    }
}

static struct neg_token read(struct bytes in)
{
    struct neg_token t;
    assert_true(neg_token_read(in, false, hand.mem, NULL, &t));
    return t;
}

static struct bytes write(const struct neg_token *t)
{
    return neg_token_write(hand.mem, t);
}

/* Without ESS a checksum is a CRC under RC4's stream (MS-NLMP 3.4.4.1): from the initiator's
 * anybody makes the acceptor's, by changing a number that he knows. Whoever is on the way can take
 * ESS off the CHALLENGE, so such a checksum proves nothing. */
static void a_checksum_that_anybody_can_make(void **state)
{
    (void)state;
    struct bytes none = {0}, out;
    for (int windows = 0; windows < 2; windows++) {
        begin(3, true, windows);
        at_initiator(none, MECH_CONTINUE);
        out = at_initiator(write(&(struct neg_token){
                               .has_state = true, .state = NEG_REQUEST_MIC, .mech = OID_NTLMSSP}),
                           MECH_CONTINUE);
        struct bytes challenge;
        ntlm_server_step(&server, turn, read(out).token, &challenge);
        uint8_t *octets = (uint8_t *)arena_copy(hand.mem, challenge).p;
        put_le32(octets + 20,
                 le32(octets + 20) & ~(uint32_t)NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY);
        struct neg_token answer = {.has_state = true,
                                   .state = NEG_ACCEPT_INCOMPLETE,
                                   .token = bytes_of(octets, challenge.n)};
        if (spnego_step(&ini, turn, write(&answer), &out) == MECH_REFUSED)
            continue;
        uint8_t *mic = (uint8_t *)arena_copy(hand.mem, read(out).mic).p;
        put_le32(mic + 12, le32(mic + 12) ^ 1); /* the acceptor's first is the second of both */
        answer = (struct neg_token){
            .has_state = true, .state = NEG_ACCEPT_COMPLETED, .mic = bytes_of(mic, 16)};
        at_initiator(write(&answer), MECH_REFUSED);
    }
}

static void nobody_has_no_key(void **state)
{
    (void)state;
    struct bytes none = {0}, out;
    begin(3, true, false);
    client.config.user = none;
    out = at_acceptor(at_initiator(none, MECH_CONTINUE), MECH_CONTINUE);
    out = at_acceptor(at_initiator(out, MECH_CONTINUE), MECH_CONTINUE);
    at_initiator(out, MECH_REFUSED);
    assert_string_equal(ini.why,
                        "a mechListMIC is due and the mechanism has nothing to make it with");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_signed),
        cmocka_unit_test(a_checksum_that_anybody_can_make),
        cmocka_unit_test(nobody_has_no_key),
    };
    hand_begin(&hand);
    hand.sentences = hand_file("trace/steps.en");
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    hand_end(&hand);
    return failures ? 1 : 0;
}
