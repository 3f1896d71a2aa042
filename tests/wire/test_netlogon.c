/* Netlogon's stubs. Those said to be impacket's were written by impacket 0.10.0. */
#include "wire/netlogon.h"
#include "tests/wire/flat_support.h"

#define IMPACKET_REQ_CHALLENGE                                                                     \
    "19e100000600000000000000060000005c005c004400430031000000050000000000000005000000570045004200" \
    "310000000001020304050607"
#define IMPACKET_AUTHENTICATE3                                                                     \
    "000000000600000000000000060000005700450042003100240000000200abab05000000000000000500000057"   \
    "0045004200310000000001020304050607bfbfffff2f61"
#define IMPACKET_GET_CAPABILITIES                                                                  \
    "0600000000000000060000005c005c004400430031000000f39f000005000000000000000500000057004500420"  \
    "0"                                                                                            \
    "31000000abab00010203040506077856341200000000000000000000000001000000"
#define IMPACKET_SAM_LOGON_EX                                                                      \
    "033700000600000000000000060000005c005c004400430031000000348600000500000000000000050000005700" \
    "450042003100000002000200bdbd1e8700000e000e00b2ac00002008000000000000000000000a000a00f41f0000" \
    "06000600bd1400000123456789abcdef18001800ff00000018001800ff0000000700000000000000070000004500" \
    "580041004d0050004c004500abab05000000000000000500000061006c00690063006500abab0300000000000000" \
    "03000000500043003100abab180000000000000018000000404142434445464748494a4b4c4d4e4f505152535455" \
    "5657180000000000000018000000606162636465666768696a6b6c6d6e6f70717273747576770600bfbf00000000"
#define CHALLENGE_ANSWER    "08090a0b0c0d0e0f00000000"
#define AUTHENTICATE_ANSWER "08090a0b0c0d0e0fffff2f615204000000000000"
#define GENERIC_ANSWER      "0500 0000 00000200 03000000 04000200 03000000 aabbcc 01 00000000 00000000"
#define GENERIC_QUESTION                                                                           \
    "00000000 00000000 0400 0400 00000200 00000000 00000000 00000000 00000000 00000000 00000000 "  \
    "00000000 00000000 00000000 0e000e00 04000200 02000000 08000200 0700000000000000 07000000 "    \
    "57004400690067006500730074000000 02000000 aabb 0500 00000000"

/* What each sample is. */
static const struct sample {
    const char *hex;
    uint16_t opnum;
    bool answer;
} samples[] = {
    {IMPACKET_REQ_CHALLENGE, NETR_SERVER_REQ_CHALLENGE, false},
    {CHALLENGE_ANSWER, NETR_SERVER_REQ_CHALLENGE, true},
    {IMPACKET_AUTHENTICATE3, NETR_SERVER_AUTHENTICATE3, false},
    {AUTHENTICATE_ANSWER, NETR_SERVER_AUTHENTICATE3, true},
    {IMPACKET_GET_CAPABILITIES, NETR_LOGON_GET_CAPABILITIES, false},
    {IMPACKET_SAM_LOGON_EX, NETR_LOGON_SAM_LOGON_EX, false},
    {GENERIC_QUESTION, NETR_LOGON_SAM_LOGON_EX, false},
    {GENERIC_ANSWER, NETR_LOGON_SAM_LOGON_EX, true},
};
#define SAMPLES (sizeof samples / sizeof *samples)

static const struct sample *walked;

static bool walk(struct bytes in, struct arena *m, struct faults *f, struct flat_visitor *v)
{
    return netlogon_stub_walk(in, walked->opnum, walked->answer, m, f, v);
}

static struct bytes sam_answer(void)
{
    static const struct group_membership groups[] = {{513, GROUP_USUAL}, {1105, GROUP_USUAL}};
    struct validation_info info = {.logoff_time = VALIDATION_NEVER,
                                   .kickoff_time = VALIDATION_NEVER,
                                   .effective_name = bytes_str("alice"),
                                   .full_name = bytes_str("Alice"),
                                   .user_id = 1104,
                                   .primary_group_id = 513,
                                   .groups = groups,
                                   .n_groups = 2,
                                   .user_session_key = {1, 2, 3},
                                   .logon_domain_name = bytes_str("EXAMPLE")};
    struct netr_sam_logon_ex m = {
        .validation_level = NetlogonValidationSamInfo4, .info = &info, .authoritative = 1};
    assert_true(sid_parse(bytes_str("S-1-5-21-1-2-3"), &info.logon_domain_id));
    return netr_sam_logon_ex_write(mem, true, &m);
}

static void stubs_of_another_implementation(void **state)
{
    (void)state;
    struct netr_req_challenge c;
    struct netr_authenticate3 a;
    struct netr_get_capabilities g;
    assert_true(netr_req_challenge_read(octets(IMPACKET_REQ_CHALLENGE), false, mem, NULL, &c));
    assert_bytes(c.primary_name, bytes_str("\\\\DC1"));
    assert_bytes(c.computer_name, bytes_str("WEB1"));
    assert_memory_equal(c.challenge, "\0\1\2\3\4\5\6\7", 8);
    assert_true(netr_req_challenge_read(octets(CHALLENGE_ANSWER), true, mem, NULL, &c));
    assert_memory_equal(c.challenge, "\x8\x9\xa\xb\xc\xd\xe\xf", 8);
    assert_true(netr_authenticate3_read(octets(IMPACKET_AUTHENTICATE3), false, mem, NULL, &a));
    assert_int_equal(a.primary_name.n, 0);
    assert_bytes(a.account_name, bytes_str("WEB1$"));
    assert_int_equal(a.channel_type, WorkstationSecureChannel);
    assert_bytes(a.computer_name, bytes_str("WEB1"));
    assert_int_equal(a.flags, NETLOGON_FLAGS_USUAL);
    assert_true(netr_authenticate3_read(octets(AUTHENTICATE_ANSWER), true, mem, NULL, &a));
    assert_int_equal(a.flags, NETLOGON_FLAGS_USUAL);
    assert_int_equal(a.account_rid, 1106);
    assert_int_equal(a.status, 0);
    assert_true(
        netr_get_capabilities_read(octets(IMPACKET_GET_CAPABILITIES), false, mem, NULL, &g));
    assert_bytes(g.server_name, bytes_str("\\\\DC1"));
    assert_int_equal(g.authenticator.timestamp, 0x12345678);
    assert_int_equal(g.level, 1);
}

static void a_question_of_another_implementation(void **state)
{
    (void)state;
    struct netr_sam_logon_ex m;
    assert_true(netr_sam_logon_ex_read(octets(IMPACKET_SAM_LOGON_EX), false, mem, NULL, &m));
    assert_bytes(m.logon_server, bytes_str("\\\\DC1"));
    assert_bytes(m.computer_name, bytes_str("WEB1"));
    assert_int_equal(m.logon_level, NetlogonNetworkInformation);
    assert_int_equal(m.validation_level, NetlogonValidationSamInfo4);
    assert_bytes(m.domain, bytes_str("EXAMPLE"));
    assert_bytes(m.user, bytes_str("alice"));
    assert_bytes(m.workstation, bytes_str("PC1"));
    assert_int_equal(m.parameter_control, 0x820);
    assert_memory_equal(m.challenge, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
    assert_int_equal(m.nt_response.n, 24);
    assert_int_equal(m.nt_response.p[0], 0x40);
    assert_int_equal(m.lm_response.p[23], 0x77);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct netr_req_challenge c = {bytes_str("\\\\DC1"), bytes_str("WEB1"), "challen", 0}, c2;
    struct bytes out = netr_req_challenge_write(mem, false, &c);
    assert_true(netr_req_challenge_read(out, false, mem, NULL, &c2));
    assert_bytes(bytes_slice(out, 4, out.n),
                 bytes_slice(netr_req_challenge_write(mem, false, &c2), 4, out.n));
    assert_bytes(
        netr_req_challenge_write(
            mem, true, &(struct netr_req_challenge){.challenge = {8, 9, 10, 11, 12, 13, 14, 15}}),
        octets(CHALLENGE_ANSWER));
    struct netr_authenticate3 a;
    assert_true(netr_authenticate3_read(octets(IMPACKET_AUTHENTICATE3), false, mem, NULL, &a));
    a.primary_name = (struct bytes){0};
    out = netr_authenticate3_write(mem, false, &a);
    assert_true(netr_authenticate3_read(out, false, mem, NULL, &a));
    assert_bytes(a.computer_name, bytes_str("WEB1"));
    assert_true(netr_authenticate3_read(octets(AUTHENTICATE_ANSWER), true, mem, NULL, &a));
    assert_bytes(netr_authenticate3_write(mem, true, &a), octets(AUTHENTICATE_ANSWER));
    struct netr_get_capabilities g, g2;
    assert_true(
        netr_get_capabilities_read(octets(IMPACKET_GET_CAPABILITIES), false, mem, NULL, &g));
    out = netr_get_capabilities_write(mem, false, &g);
    assert_true(netr_get_capabilities_read(out, false, mem, NULL, &g2));
    assert_int_equal(g2.authenticator.timestamp, 0x12345678);
    g.capabilities = 5;
    assert_true(netr_get_capabilities_read(netr_get_capabilities_write(mem, true, &g), true, mem,
                                           NULL, &g2));
    assert_int_equal(g2.capabilities, 5);
}

static void questions_and_answers_are_written(void **state)
{
    (void)state;
    struct netr_sam_logon_ex m, again;
    assert_true(netr_sam_logon_ex_read(octets(IMPACKET_SAM_LOGON_EX), false, mem, NULL, &m));
    struct bytes out = netr_sam_logon_ex_write(mem, false, &m);
    assert_int_equal(out.n, octets(IMPACKET_SAM_LOGON_EX).n);
    assert_true(netr_sam_logon_ex_read(out, false, mem, NULL, &again));
    assert_bytes(again.user, m.user);
    assert_bytes(again.nt_response, m.nt_response);
    assert_bytes(again.lm_response, m.lm_response);
    assert_true(netr_sam_logon_ex_read(octets(GENERIC_QUESTION), false, mem, NULL, &m));
    assert_bytes(m.package, bytes_str("WDigest"));
    assert_bytes(m.message, octets("aabb"));
    assert_true(
        netr_sam_logon_ex_read(netr_sam_logon_ex_write(mem, false, &m), false, mem, NULL, &again));
    assert_bytes(again.message, m.message);
    assert_true(netr_sam_logon_ex_read(octets(GENERIC_ANSWER), true, mem, NULL, &m));
    assert_bytes(m.generic, octets("aabbcc"));
    assert_int_equal(m.authoritative, 1);
    assert_true(
        netr_sam_logon_ex_read(netr_sam_logon_ex_write(mem, true, &m), true, mem, NULL, &again));
    assert_bytes(again.generic, m.generic);
    assert_true(netr_sam_logon_ex_read(sam_answer(), true, mem, NULL, &m));
    assert_non_null(m.info);
    assert_bytes(m.info->effective_name, bytes_str("alice"));
    assert_int_equal(m.info->n_groups, 2);
    m = (struct netr_sam_logon_ex){.validation_level = 6, .status = (int32_t)0xC000006A};
    assert_true(
        netr_sam_logon_ex_read(netr_sam_logon_ex_write(mem, true, &m), true, mem, NULL, &again));
    assert_null(again.info);
    assert_int_equal(again.status, (int32_t)0xC000006A);
    m = (struct netr_sam_logon_ex){.logon_level = 2, .user = bytes_str("\xff")};
    assert_int_equal(netr_sam_logon_ex_write(mem, false, &m).n, 0);
}

/* A change of octets in a sample. */
static const struct {
    size_t sample, at;
    const char *hex;
    struct expected_fault fault;
} changes[] = {
    {5, 56, "0300", {"netlogon.union", "LogonInformation.tag", 58}},
    {5, 54, "03000300", {"netlogon.level", "LogonInformation.tag", 64}},
    {5, 60, "00000000", {"netlogon.null", "LogonInformation.Pointer", 64}},
    {5,
     112,
     "00000000",
     {"netlogon.data", "LogonInformation.LogonNetwork.NtChallengeResponse.Buffer", 116}},
    {5,
     108,
     "18001900",
     {"netlogon.string", "LogonInformation.LogonNetwork.NtChallengeResponse.value", 208}},
    {6, 64, "00000000", {"netlogon.data", "LogonInformation.LogonGeneric.LogonData", 68}},
    {7,
     12,
     "00000000",
     {"netlogon.data", "ValidationInformation.ValidationGeneric2.ValidationData", 16}},
    {7, 0, "0300", {"netlogon.validation-level", "ValidationInformation.tag", 8}},
};

static void raised(struct faults *f, const char *what, struct expected_fault e, bool ok)
{
    assert_false(ok);
    assert_fault(f, what, e);
}

static void digest_faults(void)
{
    static const struct {
        const char *hex;
        struct expected_fault fault;
        bool answer;
    } rows[] = {
        {"1a000000", {"netlogon.digest-cut", "DIGEST_VALIDATION_REQ", 4}, false},
        {"0a000000", {"netlogon.digest-cut", "DIGEST_VALIDATION_RESP", 4}, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct faults f = {.mem = mem};
        struct digest_validation_request q;
        struct digest_validation_response a;
        struct bytes in = octets(rows[i].hex);
        raised(&f, rows[i].hex, rows[i].fault,
               rows[i].answer ? digest_validation_response_read(in, mem, &f, &a)
                              : digest_validation_request_read(in, mem, &f, &q));
    }
    struct digest_validation_request q = {.username = bytes_str("alice")}, q2;
    struct bytes good = digest_validation_request_write(mem, &q);
    static const struct {
        size_t at;
        uint8_t octet;
        struct expected_fault fault;
    } spoilt[] = {
        {0, 0x1b, {"netlogon.digest-type", "MessageType", 0}},
        {6, 0xff, {"netlogon.digest-size", "MsgSize", 6}},
        {57, 0x41, {"netlogon.digest-text", "AccountName", 57}},
    };
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
        struct faults f = {.mem = mem};
        struct bytes b = arena_copy(mem, good);
        ((uint8_t *)(uintptr_t)b.p)[spoilt[i].at] = spoilt[i].octet;
        if (i == 2) /* every NUL behind the first text becomes a letter */
            memset((uint8_t *)(uintptr_t)b.p + 57, 0x41, b.n - 57);
        raised(&f, "digest", spoilt[i].fault, digest_validation_request_read(b, mem, &f, &q2));
    }
}

static void every_fault_says_where(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = netlogon_wire_fault_table(&n);
    flat_watch(rows, n);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct faults f = {.mem = mem};
        struct netr_sam_logon_ex m;
        walked = &samples[changes[i].sample];
        struct bytes to = octets(changes[i].hex), in = arena_copy(mem, octets(walked->hex));
        memcpy((uint8_t *)(uintptr_t)in.p + changes[i].at, to.p, to.n);
        assert_false(netr_sam_logon_ex_read(in, walked->answer, mem, &f, &m));
        assert_fault(&f, changes[i].hex, changes[i].fault);
        assert_false(tiles(walk, in));
    }
    walked = &(const struct sample){"", 1, false};
    assert_false(netlogon_stub_known(1));
    assert_false(tiles(walk, octets("00")));
    digest_faults();
    assert_all_reached();
}

static void a_digest_question_is_written_and_read(void **state)
{
    (void)state;
    struct digest_validation_request q = {.username = bytes_str("alice"),
                                          .realm = bytes_str("EXAMPLE"),
                                          .nonce = bytes_str("n1"),
                                          .cnonce = bytes_str("c1"),
                                          .nc = bytes_str("00000001"),
                                          .algorithm = bytes_str("MD5-sess"),
                                          .qop = bytes_str("auth"),
                                          .method = bytes_str("GET"),
                                          .uri = bytes_str("/"),
                                          .response = bytes_str("0123"),
                                          .account = bytes_str("alice"),
                                          .domain = bytes_str("EXAMPLE"),
                                          .server = bytes_str("WEB1")};
    struct digest_validation_request r;
    struct bytes out = digest_validation_request_write(mem, &q);
    assert_bytes(bytes_slice(out, 0, 6), octets("1a000000 0100"));
    assert_bytes(bytes_slice(out, 8, 6), octets("0300 0200 0300"));
    assert_true(digest_validation_request_read(out, mem, NULL, &r));
    assert_bytes(r.username, q.username);
    assert_bytes(r.uri, q.uri);
    assert_bytes(r.response, q.response);
    assert_bytes(r.server, q.server);
    for (size_t n = 0; n < out.n; n++) {
        struct bytes cut = exactly(bytes_slice(out, 0, n));
        assert_false(digest_validation_request_read(cut, mem, NULL, &r));
        release(cut);
    }
    struct digest_validation_response a = {.session_key =
                                               bytes_str("0123456789abcdef0123456789abcdef"),
                                           .auth_data = bytes_str("pac"),
                                           .account = bytes_str("alice")},
                                      b;
    out = digest_validation_response_write(mem, &a);
    assert_int_equal(le16(out.p + 12), 33);
    assert_true(digest_validation_response_read(out, mem, NULL, &b));
    assert_bytes(b.session_key, a.session_key);
    assert_bytes(b.auth_data, a.auth_data);
    assert_bytes(b.account, a.account);
    for (size_t n = 0; n < out.n; n++) {
        struct bytes cut = exactly(bytes_slice(out, 0, n));
        assert_false(digest_validation_response_read(cut, mem, NULL, &b));
        release(cut);
    }
    a.session_key = bytes_str("longer than what MD5 makes of it, so it is left out");
    assert_true(
        digest_validation_response_read(digest_validation_response_write(mem, &a), mem, NULL, &b));
    assert_int_equal(b.session_key.n, 0);
}

static void the_map_names_what_stands_where(void **state)
{
    (void)state;
    walked = &samples[0];
    assert_string_equal(map_text(walk, octets(walked->hex)),
                        "0-28 PrimaryName\n"
                        "0-4 PrimaryName.Pointer\n"
                        "4-28 PrimaryName.String\n"
                        "4-8 PrimaryName.String.max_count\n"
                        "8-12 PrimaryName.String.offset\n"
                        "12-16 PrimaryName.String.actual_count\n"
                        "16-28 PrimaryName.String.value\n"
                        "28-50 ComputerName\n"
                        "28-32 ComputerName.max_count\n"
                        "32-36 ComputerName.offset\n"
                        "36-40 ComputerName.actual_count\n"
                        "40-50 ComputerName.value\n"
                        "50-58 ClientChallenge\n");
}

static void try_walk(struct bytes in)
{
    tiles(walk, in);
}

static void try_cut(struct bytes in)
{
    tiles(walk, in);
}

static void each_truncation_and_each_flip_tiles(void **state)
{
    (void)state;
    for (size_t i = 0; i <= SAMPLES; i++) {
        static const struct sample sam = {NULL, NETR_LOGON_SAM_LOGON_EX, true};
        walked = i < SAMPLES ? &samples[i] : &sam;
        struct bytes in = exactly(i < SAMPLES ? octets(walked->hex) : sam_answer());
        assert_true(tiles(walk, in));
        assert_true(netlogon_stub_known(walked->opnum));
        each_truncation(in, try_cut);
        each_flip(in, try_walk);
        release(in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLAT_TEST(stubs_of_another_implementation),
        FLAT_TEST(a_question_of_another_implementation),
        FLAT_TEST(what_is_written_is_read),
        FLAT_TEST(questions_and_answers_are_written),
        FLAT_TEST(every_fault_says_where),
        FLAT_TEST(a_digest_question_is_written_and_read),
        FLAT_TEST(the_map_names_what_stands_where),
        FLAT_TEST(each_truncation_and_each_flip_tiles),
    };
    return cmocka_run_group_tests_name("wire/netlogon", tests, NULL, NULL);
}
