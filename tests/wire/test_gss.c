/* GSS framing and the checksum 0x8003. */
#include "wire/gss.h"
#include "tests/wire/flat_support.h"
#include "wire/codec.h"
#include "wire/vector_ops.h"

#define KRB5   "0609 2a864886f712010202"
#define SPNEGO "0606 2b0601050502"

/* Lgth, Bnd of 16 octets, then flags. */
#define BINDINGS "10000000 000102030405060708090a0b0c0d0e0f"

static const struct row {
    bool checksum;
    const char *in;
    struct expected_fault fault;
} table[] = {
    {false, "", {"gss.not-a-token", "header", 0}},
    {false, "0404 00ffffffffff", {"gss.not-a-token", "header", 0}},
    {false, "60", {"der.truncated", "header", 0}},
    {false, "6080", {"der.length-indefinite", "header", 1}},
    {false, "60810d" KRB5 "0100", {"der.length-not-minimal", "header", 1}},
    {false, "600e" KRB5 "0100", {"der.truncated", "header", 0}},
    {false, "600c" KRB5 "0100", {"gss.trailing", "", 14}},
    {false, "6000", {"gss.no-oid", "thisMech", 2}},
    {false, "6004 04020100", {"gss.no-oid", "thisMech", 2}},
    {false, "6002 0600", {"gss.oid-empty", "thisMech", 3}},
    {false, "6003 060901", {"der.truncated", "thisMech", 2}},
    {false, "6004 06810100", {"der.length-not-minimal", "thisMech", 3}},
    {false, "600b" KRB5, {"gss.tok-id-cut", "TOK_ID", 13}},
    {false, "600c" KRB5 "01", {"gss.tok-id-cut", "TOK_ID", 13}},
    {true, "", {"gss.checksum-cut", "Lgth", 0}},
    {true, "100000", {"gss.checksum-cut", "Lgth", 0}},
    {true, "00000010 00", {"gss.lgth", "Lgth", 0}},
    {true, "11000000 00", {"gss.lgth", "Lgth", 0}},
    {true, "10000000 0001020304", {"gss.checksum-cut", "Bnd", 4}},
    {true, BINDINGS "000000", {"gss.checksum-cut", "Flags", 20}},
    {true, BINDINGS "01000000 01", {"gss.checksum-cut", "DlgOpt", 24}},
    {true, BINDINGS "01000000 0001 0000", {"gss.dlg-opt", "DlgOpt", 24}},
    {true, BINDINGS "01000000 0100 00", {"gss.checksum-cut", "Dlgth", 26}},
    {true, BINDINGS "01000000 0100 0300 aabb", {"gss.dlgth", "Dlgth", 26}},
};

static const struct {
    const char *in;
    struct expected_fault fault;
} messages[] = {
    {"", {"gss.message-cut", "TOK_ID", 0}},
    {"6004", {"gss.message", "TOK_ID", 0}},
    {"0404", {"gss.message-cut", "Flags", 2}},
    {"0404 00 ffff", {"gss.message-cut", "Filler", 3}},
    {"0404 00 ffff00ffff", {"gss.filler", "Filler", 5}},
    {"0504 00 00", {"gss.filler", "Filler", 3}},
    {"0504 00 ff 000c 00", {"gss.message-cut", "RRC", 6}},
    {"0504 00 ff 000c 0000 00000000", {"gss.message-cut", "SND_SEQ", 8}},
};

static void messages_say_where(void)
{
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct tiler t = {.v = {tiler_enter, tiler_leave}};
        struct faults f = {.mem = mem};
        struct bytes in = exactly(octets(messages[i].in));
        assert_false(gss_message_walk(in, mem, &f, &t.v));
        assert_fault(&f, messages[i].in, messages[i].fault);
        assert_int_equal(t.at, in.n);
        release(in);
    }
}

/* Of the examples of RFC 4121's tokens (made by a Windows acceptor). */
static void messages_are_mapped(void **state)
{
    (void)state;
    assert_string_equal(
        map_text(gss_message_walk,
                 octets("050401ff000c000000000000575e85d601010000853b728d5268525a1386c19f")),
        "0-2 TOK_ID\n2-3 Flags\n3-4 Filler\n4-6 EC\n6-8 RRC\n8-16 SND_SEQ\n16-32 Data\n");
    assert_string_equal(
        map_text(gss_message_walk,
                 octets("040401ffffffffff00000000575e85d6c34d12ba3e5b1b1310cd9cb3")),
        "0-2 TOK_ID\n2-3 Flags\n3-8 Filler\n8-16 SND_SEQ\n16-28 SGN_CKSUM\n");
}

static void every_fault_says_where(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = gss_fault_table(&n);
    flat_watch(rows, n);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct faults f = {.mem = mem};
        struct gss_token t;
        struct gss_checksum c;
        struct bytes in = exactly(octets(table[i].in));
        assert_false(table[i].checksum ? gss_checksum_read(in, &f, &c)
                                       : gss_token_read(in, &f, &t));
        assert_fault(&f, table[i].in, table[i].fault);
        assert_false(tiles(table[i].checksum ? gss_checksum_walk : gss_token_walk, in));
        release(in);
    }
    messages_say_where();
    assert_all_reached();
}

static void a_token_is_read_and_written(void **state)
{
    (void)state;
    struct gss_token t;
    struct bytes in = octets("6011" KRB5 "0100 6e020500");
    assert_true(gss_token_read(in, NULL, &t));
    assert_bytes(t.mech, GSS_KRB5_OID);
    assert_int_equal(t.tok_id, TOK_AP_REQ);
    assert_bytes(t.inner, octets("6e020500"));
    assert_bytes(gss_token_write(mem, TOK_AP_REQ, t.inner), in);
    assert_string_equal(map_text(gss_token_walk, in), "0-2 header\n"
                                                      "2-13 thisMech\n"
                                                      "2-4 thisMech.header\n"
                                                      "4-13 thisMech.oid\n"
                                                      "13-15 TOK_ID\n"
                                                      "15-19 innerToken\n");
}

static void long_tokens_have_long_lengths(void **state)
{
    (void)state;
    static uint8_t zeros[70000];
    static const size_t sizes[] = {0, 114, 115, 242, 243, 65522, 65523, 70000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct bytes inner = bytes_of(zeros, sizes[i]);
        struct gss_token t;
        struct bytes out = gss_token_write(mem, TOK_KRB_ERROR, inner);
        assert_true(gss_token_read(out, NULL, &t));
        assert_int_equal(t.tok_id, TOK_KRB_ERROR);
        assert_bytes(t.inner, inner);
        assert_true(tiles(gss_token_walk, out));
    }
}

/* SPNEGO's inner token begins at once. */
static void other_mechanisms_have_no_token_id(void **state)
{
    (void)state;
    struct gss_token t;
    struct bytes in = octets("600a" SPNEGO "a000");
    assert_true(gss_token_read(in, NULL, &t));
    assert_int_equal(t.tok_id, 0);
    assert_bytes(t.inner, octets("a000"));
    assert_true(tiles(gss_token_walk, in));
    assert_false(gss_mech_has_tok_id(octets("2b0601050502")));
    assert_true(gss_mech_has_tok_id(octets("2a864882f712010202")));
    assert_true(gss_mech_has_tok_id(octets("2a864886f71201020203")));
    assert_true(gss_mech_has_tok_id(octets("2b0601050205")));
}

static void checksums_are_read_and_written(void **state)
{
    (void)state;
    static const char *const whole[] = {
        BINDINGS "3e000000",
        BINDINGS "3e000000 00000000 00000002 aabb",
        BINDINGS "3f000000 0100 0200 cccc",
        BINDINGS "3f000000 0100 0000 00000001",
    };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct bytes in = octets(whole[i]);
        struct gss_checksum c;
        assert_true(gss_checksum_read(in, NULL, &c));
        assert_int_equal(c.flags, i < 2 ? 0x3e : 0x3f);
        assert_int_equal(c.has_deleg, i >= 2);
        assert_int_equal(c.bindings[15], 15);
        assert_bytes(gss_checksum_write(mem, &c), in);
        assert_true(tiles(gss_checksum_walk, in));
    }
    assert_string_equal(map_text(gss_checksum_walk, octets(BINDINGS "3f000000 0100 0200 cccc ee")),
                        "0-4 Lgth\n"
                        "4-20 Bnd\n"
                        "20-24 Flags\n"
                        "24-26 DlgOpt\n"
                        "26-28 Dlgth\n"
                        "28-30 Deleg\n"
                        "30-31 Exts\n");
}

static void the_flag_follows_the_ticket(void **state)
{
    (void)state;
    static uint8_t large[65536];
    struct gss_checksum c = {.flags = GSS_DELEG | GSS_INTEG}, again;
    assert_true(gss_checksum_read(gss_checksum_write(mem, &c), NULL, &again));
    assert_int_equal(again.flags, GSS_INTEG);
    c = (struct gss_checksum){.has_deleg = true, .deleg = bytes_of(large, 65535)};
    assert_true(gss_checksum_read(gss_checksum_write(mem, &c), NULL, &again));
    assert_int_equal(again.flags, GSS_DELEG);
    assert_int_equal(again.deleg.n, 65535);
    c.deleg.n++;
    assert_int_equal(gss_checksum_write(mem, &c).n, 0);
}

static void damaged_token(struct bytes in)
{
    struct gss_token t;
    bool ok = gss_token_read(in, NULL, &t);
    assert_int_equal(tiles(gss_token_walk, in), ok);
    if (ok && bytes_equal(t.mech, GSS_KRB5_OID))
        assert_bytes(gss_token_write(mem, t.tok_id, t.inner), in);
}

static void damaged_checksum(struct bytes in)
{
    struct gss_checksum c;
    bool ok = gss_checksum_read(in, NULL, &c);
    assert_int_equal(tiles(gss_checksum_walk, in), ok);
    if (ok)
        assert_bytes(gss_checksum_write(mem, &c), in);
}

static void damage_is_survived(void **state)
{
    (void)state;
    struct bytes token = exactly(octets("6011" KRB5 "0100 6e020500"));
    struct bytes checksum = exactly(octets(BINDINGS "3f000000 0100 0200 cccc ee"));
    each_truncation(token, damaged_token);
    each_flip(token, damaged_token);
    each_truncation(checksum, damaged_checksum);
    each_flip(checksum, damaged_checksum);
    release(token);
    release(checksum);
}

static void published_tokens(void **state)
{
    (void)state;
    static uint8_t text[65536];
    static const char name[] = "tests/vectors/gss-krb5.txt";
    FILE *f = fopen(name, "rb");
    struct arena *a = arena_new(1 << 16);
    struct vector_file file;
    const char *why = NULL;
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    assert_true(vector_file_read(a, bytes_of(text, n), name, &file, &why));
    assert_true(file.n > 0);
    for (size_t i = 0; i < file.n; i++)
        assert_int_equal(vector_run_wire(&file.cases[i], a, &why), VECTOR_PASSED);
    arena_free(a);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FLAT_TEST(every_fault_says_where),
        FLAT_TEST(messages_are_mapped),
        FLAT_TEST(a_token_is_read_and_written),
        FLAT_TEST(long_tokens_have_long_lengths),
        FLAT_TEST(other_mechanisms_have_no_token_id),
        FLAT_TEST(checksums_are_read_and_written),
        FLAT_TEST(the_flag_follows_the_ticket),
        FLAT_TEST(damage_is_survived),
        FLAT_TEST(published_tokens),
    };
    return cmocka_run_group_tests_name("wire/gss", tests, NULL, NULL);
}
