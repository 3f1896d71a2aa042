/* NTLM's messages and what they carry. */
#include "wire/ntlm.h"
#include "base/vector_file.h"
#include "tests/wire/flat_support.h"

#define SIGNATURE    "4e544c4d53535000"
#define NEGOTIATE    SIGNATURE "01000000"
#define CHALLENGE    SIGNATURE "02000000"
#define AUTHENTICATE SIGNATURE "03000000"
#define NONE         "0000000000000000"
#define EMPTY_6      NONE NONE NONE NONE NONE NONE

enum what { MESSAGE, PAIRS, RESPONSE, MESSAGE_SIGNATURE };
static flat_walk *const walks[] = {
    [MESSAGE] = ntlm_walk,
    [PAIRS] = av_pairs_walk,
    [RESPONSE] = ntlmv2_response_walk,
    [MESSAGE_SIGNATURE] = ntlm_signature_walk,
};

#define PROOF "00112233445566778899aabbccddeeff"

static const struct row {
    enum what what;
    const char *in;
    struct expected_fault fault;
} table[] = {
    {MESSAGE, "4e544c4d53535001 01000000", {"ntlm.signature", "Signature", 0}},
    {MESSAGE, "60", {"ntlm.signature", "Signature", 0}},
    {MESSAGE, "", {"ntlm.cut", "Signature", 0}},
    {MESSAGE, SIGNATURE "010000", {"ntlm.cut", "MessageType", 8}},
    {MESSAGE, SIGNATURE "04000000", {"ntlm.type", "MessageType", 8}},
    {MESSAGE, SIGNATURE "00000000", {"ntlm.type", "MessageType", 8}},
    {MESSAGE, NEGOTIATE "010000", {"ntlm.cut", "NegotiateFlags", 12}},
    {MESSAGE, CHALLENGE NONE "01000000 00112233445566", {"ntlm.cut", "ServerChallenge", 24}},
    {MESSAGE, AUTHENTICATE NONE NONE "0000", {"ntlm.cut", "DomainNameFields.MaxLen", 30}},
    {MESSAGE,
     CHALLENGE "0200 0200 31000000 01000000 0011223344556677" NONE NONE "41",
     {"ntlm.past-end", "TargetNameFields.BufferOffset", 16}},
    {MESSAGE,
     CHALLENGE "0200 0200 ffffffff 01000000 0011223344556677" NONE NONE "4100",
     {"ntlm.past-end", "TargetNameFields.BufferOffset", 16}},
    {MESSAGE,
     CHALLENGE "0200 0200 08000000 01000000 0011223344556677" NONE NONE "4100",
     {"ntlm.in-header", "TargetNameFields.BufferOffset", 16}},
    {MESSAGE,
     CHALLENGE "0300 0300 30000000 01000000 0011223344556677" NONE NONE "410042",
     {"ntlm.text", "TargetName", 50}},
    {MESSAGE,
     CHALLENGE "0200 0200 30000000 01000000 0011223344556677" NONE NONE "00d8",
     {"ntlm.text", "TargetName", 48}},
    {PAIRS, "0100", {"ntlm.av-cut", "AvPair[0].AvLen", 2}},
    {PAIRS, "01000200 4100 02", {"ntlm.av-cut", "AvPair[1].AvId", 6}},
    {PAIRS, "01000300 4100", {"ntlm.av-long", "AvPair[0].AvLen", 2}},
    {PAIRS, "0100ffff", {"ntlm.av-long", "AvPair[0].AvLen", 2}},
    {PAIRS, "06000200 0000", {"ntlm.av-size", "AvPair[0].AvLen", 2}},
    {PAIRS, "07000400 00000000", {"ntlm.av-size", "AvPair[0].AvLen", 2}},
    {PAIRS, "0a000400 00000000", {"ntlm.av-size", "AvPair[0].AvLen", 2}},
    {RESPONSE, PROOF "01", {"ntlm.response-cut", "HiRespType", 17}},
    {RESPONSE, PROOF "0101 0000 00000000 00000000", {"ntlm.response-cut", "TimeStamp", 24}},
    {RESPONSE,
     PROOF "0101 0000 00000000 0000000000000000 0011223344556677 00000000 0100",
     {"ntlm.av-cut", "AvPairs.AvPair[0].AvLen", 46}},
    {MESSAGE_SIGNATURE, "", {"ntlm.message-signature-cut", "Version", 0}},
    {MESSAGE_SIGNATURE, "01000000 001122", {"ntlm.message-signature-cut", "Checksum", 4}},
    {MESSAGE_SIGNATURE,
     "02000000 0011223344556677 00000000",
     {"ntlm.message-signature-version", "Version", 0}},
    {MESSAGE_SIGNATURE,
     "01000000 0011223344556677 00000000 00",
     {"ntlm.message-signature-long", "", 16}},
};

static void faults(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = ntlm_wire_fault_table(&n);
    flat_watch(rows, n);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct bytes in = exactly(octets(table[i].in));
        struct tiler t = {.v = {tiler_enter, tiler_leave}};
        struct faults f = {.mem = mem};
        assert_false(walks[table[i].what](in, mem, &f, &t.v));
        assert_fault(&f, table[i].in, table[i].fault);
        assert_int_equal(t.at, in.n);
        release(in);
    }
    assert_all_reached();
}

/* ---- forms ----------------------------------------------------------------------------------- */

static void forms_of_negotiate(void **state)
{
    (void)state;
    struct negotiate_message m;
    static const struct {
        const char *in;
        bool has_version;
        const char *domain;
    } rows[] = {
        {NEGOTIATE "01b20000", false, ""},
        {NEGOTIATE "01b20000" NONE NONE, false, ""},
        {NEGOTIATE "01b20002" NONE NONE "0a0063450000000f", true, ""},
        {NEGOTIATE "01120000 0300 0300 20000000" NONE "444f4d", false, "DOM"},
        {NEGOTIATE "01120000 0300 0300 28000000" NONE "0a0063450000000f 444f4d", true, "DOM"},
        /* Not announced by its flag: not looked at, wherever it points. */
        {NEGOTIATE "01000000 0300 0300 ff000000" NONE, false, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct faults f = {.mem = mem};
        assert_true(negotiate_read(octets(rows[i].in), mem, &f, &m));
        assert_int_equal(m.has_version, rows[i].has_version);
        assert_true(bytes_equal_str(m.domain, rows[i].domain));
        assert_true(tiles(ntlm_walk, octets(rows[i].in)));
        if (m.has_version)
            assert_int_equal(m.version.build, 0x4563);
        assert_int_equal(ntlm_message_type(octets(rows[i].in)), 1);
    }
    assert_int_equal(ntlm_message_type(octets("60")), 0);
    assert_int_equal(ntlm_message_type(octets(SIGNATURE "04000000")), 0);
}

/* The header ends where the first thing pointed at begins. */
static void forms_of_authenticate(void **state)
{
    (void)state;
    struct authenticate_message m;
    static const struct {
        size_t header;
        uint32_t flags;
        bool version, mic;
        size_t mic_at;
    } rows[] = {
        {52, 0, false, false, 0}, {64, 0, false, false, 0},        {72, 0, true, false, 0},
        {80, 0, false, true, 64}, {80, 0x2000000, true, false, 0}, {88, 0, true, true, 72},
        {96, 0, true, true, 72},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = rows[i].header + 4;
        uint8_t *p = arena_take(mem, n);
        memcpy(p, octets(AUTHENTICATE).p, 12);
        put_le16(p + 36, 4); /* the user */
        put_le32(p + 40, (uint32_t)rows[i].header);
        if (rows[i].header > 52)
            put_le32(p + 60, rows[i].flags);
        memcpy(p + rows[i].header, "user", 4);
        struct faults f = {.mem = mem};
        assert_true(authenticate_read(bytes_of(p, n), mem, &f, &m));
        assert_true(bytes_equal_str(m.user, "user"));
        assert_int_equal(m.has_version, rows[i].version);
        assert_int_equal(m.has_mic, rows[i].mic);
        assert_int_equal(m.mic_at, rows[i].mic_at);
        assert_true(tiles(ntlm_walk, bytes_of(p, n)));
    }
}

static void of_another_type(void **state)
{
    (void)state;
    struct challenge_message m;
    struct faults f = {.mem = mem};
    assert_false(challenge_read(octets(NEGOTIATE "01b20000"), mem, &f, &m));
    assert_string_equal(f.list[0].row->id, "ntlm.type");
}

/* Whatever the offsets say: gaps are leaves, what two fields share is shown once. */
static void gaps_and_overlaps(void **state)
{
    (void)state;
    struct authenticate_message m;
    struct bytes in =
        octets(AUTHENTICATE "0200 0200 44000000  0400 0400 42000000  0000 0000 00000000"
                            "0000 0000 00000000  0200 0200 48000000  0000 0000 00000000"
                            "00000000 ffff 1111 2222 3333 5054 eeee");
    struct faults f = {.mem = mem};
    assert_true(authenticate_read(in, mem, &f, &m));
    assert_bytes(m.lm_response, octets("2222"));
    assert_bytes(m.nt_response, octets("11112222"));
    assert_bytes(m.workstation, BYTES_LIT("PT"));
    assert_true(tiles(ntlm_walk, in));
    const char *map = map_text(ntlm_walk, in);
    assert_non_null(strstr(map, "64-66 Gap\n66-70 NtChallengeResponse\n70-72 Gap\n"
                                "72-74 Workstation\n74-76 Gap\n"));
}

static void the_ends_of_a_field(void **state)
{
    (void)state;
    static const struct {
        uint32_t at;
        uint16_t n;
        bool taken;
    } rows[] = {
        {0, 0, true},       {0, 1, false},          {48, 4, true},
        {51, 1, true},      {52, 1, false},         {52, 0, true},
        {53, 0, true},      {48, 5, false},         {48, 0xffff, false},
        {0xffff, 1, false}, {0xffffffff, 1, false}, {0xffffffff, 0xffff, false},
    };
    struct challenge_message m;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes in = exactly(
            octets(CHALLENGE "0000 0000 00000000 00000000 0011223344556677" NONE NONE "aabbccdd"));
        put_le16((uint8_t *)(uintptr_t)in.p + 40, rows[i].n);
        put_le32((uint8_t *)(uintptr_t)in.p + 44, rows[i].at);
        struct faults f = {.mem = mem};
        assert_int_equal(challenge_read(in, mem, &f, &m), rows[i].taken);
        assert_int_equal(tiles(ntlm_walk, in), rows[i].taken);
        release(in);
    }
}

/* ---- what they carry ------------------------------------------------------------------------- */

static void lists_of_pairs(void **state)
{
    (void)state;
    struct av_pairs p;
    struct faults f = {.mem = mem};
    assert_true(av_pairs_read(octets("01000200 4100 7700 0100 ff 06000400 02000000 00000000"), mem,
                              &f, &p));
    assert_int_equal(p.n, 3);
    assert_true(p.ends);
    assert_int_equal(p.at[1].id, 0x77);
    assert_bytes(av_pair(&p, MsvAvFlags)->value, octets("02000000"));
    assert_null(av_pair(&p, MsvAvTimestamp));
    assert_bytes(av_pairs_write(mem, p.at, p.n), p.der);
    assert_true(av_pairs_read(octets("01000200 4100"), mem, &f, &p));
    assert_false(p.ends);
    assert_true(av_pairs_read(octets("00000000 010002"), mem, &f, &p)); /* ends early */
    assert_int_equal(p.n, 0);
    assert_int_equal(p.der.n, 4);
    assert_true(tiles(av_pairs_walk, octets("00000000 010002")));
    assert_true(av_pairs_read((struct bytes){0}, mem, &f, &p));
    assert_true(tiles(av_pairs_walk, (struct bytes){0}));
    struct av_pair many[20];
    for (size_t i = 0; i < 20; i++)
        many[i] = (struct av_pair){MsvAvNbComputerName, BYTES_LIT("x\0")};
    assert_true(av_pairs_read(av_pairs_write(mem, many, 20), mem, &f, &p));
    assert_int_equal(p.n, 20);
}

static void responses(void **state)
{
    (void)state;
    struct ntlmv2_response r;
    struct faults f = {.mem = mem};
    uint8_t old[24] = {0};
    assert_false(ntlmv2_response_read(bytes_of(old, 24), mem, &f, &r));
    assert_int_equal(f.n, 0);
    struct bytes in = octets(PROOF "0101 0000 00000000 80dd7e1b6a7bd501 0102030405060708 00000000"
                                   "06000400 02000000 00000000 00000000");
    assert_true(ntlmv2_response_read(in, mem, &f, &r));
    assert_bytes(bytes_of(r.proof, 16), octets(PROOF));
    assert_int_equal(r.temp.n, in.n - 16);
    assert_int_equal(r.client_challenge[7], 8);
    assert_int_equal(r.pairs.n, 1);
    assert_int_equal(filetime_of(r.timestamp), r.filetime);
    assert_true(tiles(ntlmv2_response_walk, in));
}

static void times(void **state)
{
    (void)state;
    assert_int_equal(filetime_of(0), 116444736000000000);
    assert_int_equal(filetime_to(116444736000000000), 0);
    assert_int_equal(filetime_to(0), -11644473600000000);
    assert_int_equal(filetime_of(-11644473600000000), 0);
    assert_int_equal(filetime_of(INT64_MIN), 0);
}

static void signatures(void **state)
{
    (void)state;
    assert_true(tiles(ntlm_signature_walk, octets("01000000 7fb38ec5c55d4976 00000000")));
}

/* ---- every published message ----------------------------------------------------------------- */

static const char *const files[] = {
    "tests/vectors/ms-nlmp-4.2.txt",
    "tests/vectors/davenport-ntlm.txt",
    "tests/vectors/ntlmv2-cbt-mic-example.txt",
};
static const char *const fields[] = {"message", "token", "challenge_message",
                                     "authenticate_message"};

static struct bytes messages[32];
static size_t n_messages;

static void collect(struct arena *keep)
{
    static char text[1 << 17];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct vector_file file;
        const char *error;
        FILE *f = fopen(files[i], "rb");
        if (!f || !vector_file_read(keep, bytes_of(text, fread(text, 1, sizeof text, f)), files[i],
                                    &file, &error))
            exit(2);
        fclose(f);
        for (size_t c = 0; c < file.n; c++)
            for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
                struct bytes b;
                if (n_messages < 32 && vector_octets(&file.cases[c], fields[k], &b))
                    messages[n_messages++] = b;
            }
    }
}

static void try(struct bytes b)
{
    struct authenticate_message m;
    struct ntlmv2_response r;
    struct challenge_message c;
    struct av_pairs p;
    bool whole = tiles(ntlm_walk, b);
    unsigned type = ntlm_message_type(b);
    if (type == 3) {
        assert_int_equal(authenticate_read(b, mem, NULL, &m), whole);
        if (whole && ntlmv2_response_read(m.nt_response, mem, NULL, &r))
            tiles(ntlmv2_response_walk, m.nt_response);
    }
    if (type == 2 && challenge_read(b, mem, NULL, &c))
        assert_int_equal(tiles(av_pairs_walk, c.target_info),
                         av_pairs_read(c.target_info, mem, NULL, &p));
}

static void cut_and_flipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_messages; i++) {
        assert_true(tiles(ntlm_walk, messages[i]));
        each_truncation(messages[i], try);
        each_flip(messages[i], try);
    }
}

/* Those of Windows and of the specification are in the writers' order; Davenport's NEGOTIATE is
 * not. */
static void written_again(void **state)
{
    (void)state;
    size_t same = 0;
    for (size_t i = 0; i < n_messages; i++) {
        struct negotiate_message n;
        struct challenge_message c;
        struct authenticate_message a;
        struct bytes again = {0};
        switch (ntlm_message_type(messages[i])) {
        case 1:
            assert_true(negotiate_read(messages[i], mem, NULL, &n));
            again = negotiate_write(mem, &n);
            break;
        case 2:
            assert_true(challenge_read(messages[i], mem, NULL, &c));
            again = challenge_write(mem, &c);
            break;
        default:
            assert_true(authenticate_read(messages[i], mem, NULL, &a));
            again = authenticate_write(mem, &a);
        }
        assert_int_equal(again.n, messages[i].n);
        same += bytes_equal(again, messages[i]);
    }
    assert_int_equal(n_messages, 11);
    assert_int_equal(same, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLAT_TEST(faults),          FLAT_TEST(forms_of_negotiate), FLAT_TEST(forms_of_authenticate),
        FLAT_TEST(of_another_type), FLAT_TEST(gaps_and_overlaps),  FLAT_TEST(the_ends_of_a_field),
        FLAT_TEST(lists_of_pairs),  FLAT_TEST(responses),          FLAT_TEST(times),
        FLAT_TEST(signatures),      FLAT_TEST(cut_and_flipped),    FLAT_TEST(written_again),
    };
    struct arena *keep = arena_new(1 << 16);
    collect(keep);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(keep);
    return failures;
}
