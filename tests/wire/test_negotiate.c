/* The tokens of SPNEGO: what is read, written again octet for octet, and refused; both readers; the
 * ops of vectors; OIDs as text. */
#include "tests/wire/flat_support.h"
#include "wire/codec.h"
#include "wire/gss.h"
#include "wire/negotiate.h"
#include "wire/oid.h"
#include "wire/second.h"
#include "wire/vector_ops.h"

#define KRB5   "06092a864886f712010202"
#define NTLM   "060a2b06010401823702020a"
#define SPNEGO "06062b0601050502"

static struct second *second;

/* ---- reading and writing --------------------------------------------------------------------- */

static const struct row {
    const char *hex;
    bool hints; /* it is a NegTokenInit2 */
    size_t mechs;
    int state; /* -1: none */
    const char *token, *mic;
} rows[] = {
    /* [0] { mechTypes { Kerberos, NTLM }, mechToken 0102 } */
    {"602d" SPNEGO "a0233021a0193017" KRB5 NTLM "a20404020102", false, 2, -1, "0102", ""},
    {"602b" SPNEGO "a021301fa0193017" KRB5 NTLM "a3020400", false, 2, -1, "", ""},
    {"6023" SPNEGO "a0193017a00d300b" KRB5 "a3060404aabbccdd", false, 1, -1, "", "aabbccdd"},
    /* NegTokenInit2: hints under 3, mechListMIC under 4 */
    {"602d" SPNEGO "a0233021a00d300b" KRB5 "a3083006a0041b026869a4060404aabbccdd", true, 1, -1, "",
     "aabbccdd"},
    {"6016" SPNEGO "a00c300aa3083006a0041b026869", true, 0, -1, "", ""},
    {"a1073005a0030a0101", false, 0, 1, "", ""},
    {"a1143012a0030a0103a10b" KRB5, false, 0, 3, "", ""},
    {"a10f300da0030a0100a206040401020304", false, 0, 0, "01020304", ""},
    {"a10a3008a306040401020304", false, 0, -1, "", "01020304"},
    {"a102 3000", false, 0, -1, "", ""},
};

static void each_is_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes in = octets(rows[i].hex);
        struct faults faults = {.mem = mem};
        struct neg_token t;
        if (!neg_token_read(in, true, mem, &faults, &t))
            fail_msg("row %zu: %s", i, fault_text(mem, faults.list));
        assert_int_equal(t.init, in.p[0] == 0x60);
        assert_int_equal(t.mechs.n, rows[i].mechs);
        assert_int_equal(t.has_hints, rows[i].hints);
        assert_int_equal(t.has_state ? (int)t.state : -1, rows[i].state);
        assert_true(bytes_equal(t.token, octets(rows[i].token)));
        assert_true(bytes_equal(t.mic, octets(rows[i].mic)));
        if (i != 1) { /* empty octets are not written */
            if (!bytes_equal(neg_token_write(mem, &t), in))
                fail_msg("row %zu: %s", i, hex_text(mem, neg_token_write(mem, &t)));
        }
        if (t.mechs.n) {
            assert_int_equal(t.mech_list.p[0], 0x30);
            assert_int_equal(t.mech_list.n, 2 + t.mech_list.p[1]);
            assert_true(t.mech_list.p > in.p && t.mech_list.p < in.p + in.n);
        }
        assert_int_equal(neg_token_read(in, false, mem, NULL, &t), !rows[i].hints);
    }
}

static void what_the_schema_does_not_allow_is_not_written(void **state)
{
    (void)state;
    struct neg_token t = {.init = true, .mech_list = BYTES_LIT("\x30\x05")};
    assert_int_equal(neg_token_write(mem, &t).n, 0);
}

static const struct fault_case {
    const char *hex, *fault;
    size_t at;
} wrong[] = {
    {"", "spnego.not-a-token", 0},
    {"4e544c4d", "spnego.not-a-token", 0},
    {"a0113013a00d300b" KRB5, "spnego.frame", 0},
    {"600d" KRB5 "0100", "spnego.frame-mech", 4},
    {"6011" SPNEGO "a1073005a0030a0101", "spnego.frame", 10},
    {"6008" SPNEGO, "spnego.frame", 10},
    {"a1073005a0030a0104", "spnego.neg-state", 0},
    {"a1073005a0030a01ff", "spnego.neg-state", 0},
    {"a1083005a0030a010100", "asn.wrapper", 9},
};

static void each_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct faults faults = {.mem = mem};
        struct neg_token t;
        assert_false(neg_token_read(octets(wrong[i].hex), true, mem, &faults, &t));
        assert_int_equal(faults.n, 1);
        if (strcmp(faults.list[0].row->id, wrong[i].fault) != 0 || faults.list[0].at != wrong[i].at)
            fail_msg("row %zu: %s", i, fault_text(mem, faults.list));
    }
}

static bool survives(struct bytes in)
{
    struct bytes exact = exactly(in);
    struct faults faults = {.mem = mem};
    struct neg_token t;
    bool ok = neg_token_read(exact, true, mem, &faults, &t);
    assert_int_equal(faults.n, !ok);
    const struct asn_type *type = neg_token_type(exact);
    const char *why = "";
    if (type && !second_agrees(second, type, exact, mem, &why)) {
        /* libtasn1 knows no elements to come, and takes some lengths that DER does not have
         * (tests/wire/test_second.c). */
        struct faults strict = {.mem = mem};
        void *value = arena_take(mem, type->size);
        if (asn_decode(type, exact, ASN_STRICT, mem, &strict, value))
            fail_msg("%s: %s", hex_text(mem, exact), why);
    }
    release(exact);
    return ok;
}

static void damage_is_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes in = octets(rows[i].hex);
        for (size_t n = 0; n < in.n; n++)
            assert_false(survives(bytes_slice(in, 0, n)));
        uint8_t *copy = (uint8_t *)arena_copy(mem, in).p;
        for (size_t bit = 0; bit < 8 * in.n; bit++) {
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            survives(bytes_of(copy, in.n));
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
}

/* libtasn1 reads each token as the codec does. */
static void both_readers_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes in = octets(rows[i].hex);
        struct gss_token frame = {.inner = in};
        const char *why = "";
        if (in.p[0] == 0x60)
            assert_true(gss_token_read(in, NULL, &frame));
        const struct asn_type *type = neg_token_type(frame.inner);
        assert_ptr_equal(type, rows[i].hints ? &ASN_NegotiationToken2 : &ASN_NegotiationToken);
        struct leaves leaves;
        if (i != 9 && !second_read(second, type, frame.inner, mem, &leaves, &why))
            fail_msg("row %zu: %s", i, why);
        if (!second_agrees(second, type, frame.inner, mem, &why))
            fail_msg("row %zu: %s", i, why);
    }
}

/* ---- vectors --------------------------------------------------------------------------------- */

static struct vector_file read_vectors(const char *text)
{
    struct vector_file file;
    const char *error;
    if (!vector_file_read(mem, bytes_str(text), "text", &file, &error))
        fail_msg("%s", error);
    return file;
}

static void published(void **state)
{
    (void)state;
    static char text[1 << 14];
    FILE *f = fopen("tests/vectors/spnego-tokens.txt", "rb");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    struct vector_file file = read_vectors(text);
    const char *why = NULL;
    assert_int_equal(file.n, 2);
    for (size_t i = 0; i < file.n; i++) {
        if (vector_run_wire(&file.cases[i], mem, &why) != VECTOR_PASSED)
            fail_msg("%s: %s", file.cases[i].name, why);
        struct bytes token;
        assert_true(vector_octets(&file.cases[i], "token", &token));
        assert_true(survives(token));
    }
}

static void the_ops_say_no(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum vector_result result;
    } cases[] = {
        {"[a]\nop.txt=spnego\ntoken=a1073005a0030a0101\nneg_state.int=1\n", VECTOR_PASSED},
        {"[a]\nop.txt=spnego\ntoken=a1073005a0030a0101\nneg_state.int=2\n", VECTOR_FAILED},
        {"[a]\nop.txt=spnego\ntoken=a1073005a0030a0101\nsupported_mech.txt=1.2\n", VECTOR_FAILED},
        {"[a]\nop.txt=spnego\ntoken=a1073005a0030a0101\nmechs.txt=1.2\n", VECTOR_FAILED},
        {"[a]\nop.txt=spnego\ntoken=a107\n", VECTOR_FAILED},
        {"[a]\nop.txt=spnego\n", VECTOR_FAILED},
        {"[a]\nop.txt=spnego\ntoken="
         "602b" SPNEGO "a021301fa0193017" KRB5 NTLM "a3020400\n",
         VECTOR_FAILED}, /* an empty mechListMIC is not written again */
        {"[a]\nop.txt=token\ntoken=a1073005a0030a0101\n", VECTOR_PASSED},
        {"[a]\nop.txt=token\ntoken=4e544c4d53535000\n", VECTOR_PASSED},
        {"[a]\nop.txt=token\ntoken=600d" KRB5 "0100\n", VECTOR_PASSED},
        {"[a]\nop.txt=token\ntoken=3003020101\n", VECTOR_FAILED},
        {"[a]\nop.txt=token\n", VECTOR_FAILED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vector_file file = read_vectors(cases[i].text);
        const char *why = NULL;
        if (vector_run_wire(&file.cases[0], mem, &why) != cases[i].result)
            fail_msg("case %zu: %s", i, why ? why : "passed");
        assert_int_equal(why == NULL, cases[i].result == VECTOR_PASSED);
    }
}

static void oids(void **state)
{
    (void)state;
    assert_string_equal(oid_text(mem, octets("2a864886f712010202")), "1.2.840.113554.1.2.2");
    assert_string_equal(oid_text(mem, octets("8837")), "2.999");
    assert_string_equal(oid_text(mem, octets("2a86")), "2a86"); /* cut */
    assert_string_equal(oid_text(mem, octets("")), "");
    assert_string_equal(oid_shown(mem, octets("2b06010401823702020a")),
                        "1.3.6.1.4.1.311.2.2.10 NTLM");
    assert_string_equal(oid_shown(mem, octets("2a03")), "1.2.3");
    assert_null(oid_name(octets("2a03")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FLAT_TEST(each_is_read_and_written),
        FLAT_TEST(what_the_schema_does_not_allow_is_not_written),
        FLAT_TEST(each_fault),
        FLAT_TEST(damage_is_survived),
        FLAT_TEST(both_readers_agree),
        FLAT_TEST(published),
        FLAT_TEST(the_ops_say_no),
        FLAT_TEST(oids),
    };
    second = second_new();
    if (!second)
        return 2;
    int failures = cmocka_run_group_tests_name("wire/negotiate", tests, NULL, NULL);
    second_free(second);
    return failures;
}
