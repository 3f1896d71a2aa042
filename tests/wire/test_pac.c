/* PACs: the published one octet for octet, and hostile ones. */
#include "wire/pac.h"
#include "base/vector_file.h"
#include "wire/vector_ops.h"
#include "tests/wire/flat_support.h"

static struct bytes sample_field(const char *field)
{
    static char text[1 << 16];
    struct vector_file file;
    const char *error = NULL;
    struct bytes out;
    FILE *f = fopen("tests/vectors/ms-pac.txt", "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    assert_true(vector_file_read(mem, bytes_of(text, n), "ms-pac.txt", &file, &error));
    assert_true(vector_octets(&file.cases[0], field, &out));
    return out;
}

static struct bytes sample(void)
{
    return sample_field("pac");
}

/* A copy that can be changed. */
static uint8_t *changeable(struct bytes b)
{
    return (uint8_t *)arena_str(mem, b);
}

static void published(void **state)
{
    (void)state;
    struct pac p;
    struct faults f = {.mem = mem};
    struct bytes octets_ = sample();
    assert_true(pac_read(octets_, mem, &f, &p));
    assert_int_equal(p.n, 4);
    assert_true(tiles(pac_walk, octets_));
    for (size_t i = 0; i < p.n; i++)
        assert_true(tiles(pac_buffer_walk(p.buffers[i].type), p.buffers[i].data));
    struct validation_info v;
    assert_true(pac_logon_info_read(pac_find(&p, PAC_LOGON_INFO)->data, mem, &f, &v));
    assert_bytes(v.effective_name, BYTES_LIT("lzhu"));
    assert_bytes(v.logon_script, BYTES_LIT("ntds2.bat"));
    assert_int_equal(v.n_groups, 26);
    assert_int_equal(v.groups[0].rid, 3392609);
    assert_int_equal(v.n_extra_sids, 13);
    assert_bytes(pac_logon_info_write(mem, &v), pac_find(&p, PAC_LOGON_INFO)->data);
    assert_null(pac_find(&p, PAC_UPN_DNS_INFO));
}

/* ---- hostile input (CVE-2022-42898) ---------------------------------------------------------- */

struct row {
    size_t at, octets;
    uint64_t value;
    const char *id;
};

static void counts_and_offsets_that_lie(void **state)
{
    (void)state;
    /* 8: the first entry: type 8, size 12, offset 16 */
    static const struct row rows[] = {
        {0, 4, 0x10000000, "pac.count"}, /* 16 * 2^28 is 0 in 32 bits */
        {0, 4, 0x10000004, "pac.count"},
        {0, 4, 0xffffffff, "pac.count"},
        {0, 4, 0x7fffffff, "pac.count"},
        {0, 4, 84, "pac.count"},
        {4, 4, 1, "pac.version"},
        {12, 4, 0xffffffff, "pac.outside"},
        {12, 4, 0xffffffb8, "pac.outside"}, /* with the offset: 2^32 */
        {12, 4, 1344 - 72 + 1, "pac.outside"},
        {16, 8, 0xfffffff8, "pac.outside"},
        {16, 8, 0x100000048, "pac.outside"}, /* 72 in its low half */
        {16, 8, 0xfffffffffffffff8, "pac.outside"},
        {16, 8, 0x8000000000000000, "pac.outside"},
        {16, 8, 64, "pac.outside"}, /* in the directory */
        {16, 8, 0, "pac.outside"},
        {16, 8, 1344, "pac.outside"},
        {16, 8, 73, "pac.aligned"},
        {32, 8, 72, "pac.overlap"},
        {32, 8, 1264, "pac.overlap"},
        {24, 4, 1, "pac.twice"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct faults f = {.mem = mem};
        struct pac p;
        struct bytes b = sample();
        uint8_t *changed = changeable(b);
        if (rows[i].octets == 8)
            put_le64(changed + rows[i].at, rows[i].value);
        else
            put_le32(changed + rows[i].at, (uint32_t)rows[i].value);
        struct bytes in = exactly(bytes_of(changed, b.n));
        size_t before = arena_used(mem);
        assert_false(pac_read(in, mem, &f, &p));
        assert_true(arena_used(mem) - before < 4096);
        if (strcmp(f.list[0].row->id, rows[i].id) != 0)
            fail_msg("%zu: %s instead of %s", i, f.list[0].row->id, rows[i].id);
        assert_false(tiles(pac_walk, in));
        release(in);
    }
}

/* Buffers in another order than the directory's, empty ones, and holes. */
static void odd_but_right(void **state)
{
    (void)state;
    struct bytes b = octets("0300000000000000"
                            "ff000000 02000000 4800000000000000"
                            "fe000000 03000000 4000000000000000"
                            "fd000000 00000000 3800000000000000"
                            "0000000000000000 aabbcc0000000000 ddee0000");
    struct pac p;
    assert_true(pac_read(b, mem, NULL, &p));
    assert_int_equal(p.buffers[0].data.p[0], 0xdd);
    assert_int_equal(p.buffers[1].data.n, 3);
    assert_int_equal(p.buffers[2].data.n, 0);
    assert_true(tiles(pac_walk, b));
    assert_true(pac_read(octets("0000000000000000"), mem, NULL, &p));
}

/* ---- buffers --------------------------------------------------------------------------------- */

static const struct {
    pac_walker *walk;
    const char *hex;
    struct expected_fault fault; /* id NULL: right */
} buffers[] = {
    {pac_client_info_walk, "0102030405060708 0400 61006200", {NULL, NULL, 0}},
    {pac_client_info_walk, "0102030405060708 0000", {NULL, NULL, 0}},
    {pac_client_info_walk, "0102030405060708 0600 61006200", {"pac.length", "NameLength", 8}},
    {pac_client_info_walk, "0102030405060708 0200 61006200", {"pac.length", "NameLength", 8}},
    {pac_client_info_walk, "0102030405060708 0200 00d8", {"pac.text", "Name", 10}},
    {pac_client_info_walk, "01020304050607", {"pac.cut", "ClientId", 0}},
    {pac_signature_walk, "76ffffff 00112233445566778899aabbccddeeff", {NULL, NULL, 0}},
    {pac_signature_walk, "76ffffff 00112233445566778899aabbccddeeff 3412", {NULL, NULL, 0}},
    {pac_signature_walk, "10000000 00112233445566778899aabb", {NULL, NULL, 0}},
    {pac_signature_walk, "63000000 0011", {NULL, NULL, 0}},
    {pac_signature_walk,
     "76ffffff 00112233445566778899aabbccddee",
     {"pac.signature", "Signature", 4}},
    {pac_signature_walk, "10000000 00112233445566778899aabbcc", {"pac.signature", "Signature", 4}},
    {pac_signature_walk, "100000", {"pac.cut", "SignatureType", 0}},
    {pac_upn_dns_walk, "0200 1000 0200 1800 00000000 00000000 6100000000000000 6200", {0}},
    {pac_upn_dns_walk, "0200 1800 0200 1000 00000000 00000000 6200000000000000 6100", {0}},
    {pac_upn_dns_walk, "0000 0000 0000 0000 00000000", {0}},
    {pac_upn_dns_walk,
     "0200 1400 0200 1800 02000000 0200 1c00 0400 2000 6100000062000000 6300000001020304",
     {0}},
    {pac_upn_dns_walk,
     "0200 1000 0200 1100 00000000 00000000 61006200",
     {"pac.place", "DnsDomainNameOffset", 18}},
    {pac_upn_dns_walk, "0200 0400 0000 0000 00000000", {"pac.place", "UpnOffset", 12}},
    {pac_upn_dns_walk, "0200 ffff 0000 0000 00000000", {"pac.place", "UpnOffset", 12}},
    {pac_upn_dns_walk, "0200 1000 0000 0000 00000000 00000000 00d8", {"pac.text", "Upn", 16}},
    {pac_attributes_walk, "02000000 01000000", {0}},
    {pac_attributes_walk, "02000000 010000", {"pac.cut", "Flags", 4}},
    {pac_requestor_walk, "010100000000000512000000", {0}},
    {pac_requestor_walk, "01010000000000051200000000", {"pac.sid", "UserSid", 0}},
    {pac_requestor_walk, "", {"pac.sid", "UserSid", 0}},
};

static void each_buffer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
        struct faults f = {.mem = mem};
        struct bytes in = exactly(octets(buffers[i].hex));
        struct tiler t = {.v = {tiler_enter, tiler_leave}};
        bool ok = buffers[i].walk(in, mem, &f, &t.v);
        if (ok != !buffers[i].fault.id)
            fail_msg("%s: %s", buffers[i].hex, ok ? "taken" : f.list[0].row->id);
        if (!ok)
            assert_fault(&f, buffers[i].hex, buffers[i].fault);
        assert_int_equal(t.at, in.n);
        release(in);
    }
}

static void written_buffers(void **state)
{
    (void)state;
    struct pac_client_info info = {pac_client_id(1790000000999999), BYTES_LIT("b\xc3\xb6se")}, out;
    struct bytes b = pac_client_info_write(mem, &info);
    assert_true(pac_client_info_read(b, mem, NULL, &out));
    assert_bytes(out.name, info.name);
    /* 2026-09-21 14:13:20 UTC, whole seconds */
    assert_int_equal(out.client_id, (1790000000 + 11644473600) * 10000000);
    info.name = BYTES_LIT("\xff");
    assert_null(pac_client_info_write(mem, &info).p);
    struct pac_signature s;
    assert_true(pac_signature_read(octets("10000000 00112233445566778899aabb 0700"), NULL, &s));
    assert_int_equal(s.type, 16);
    assert_int_equal(s.at, 4);
    assert_int_equal(s.signature.n, 12);
}

static void try_pac(struct bytes in)
{
    struct pac p;
    bool ok = tiles(pac_walk, in);
    assert_int_equal(pac_read(in, mem, NULL, &p), ok);
    for (size_t i = 0; ok && i < p.n; i++) {
        pac_walker *walk = pac_buffer_walk(p.buffers[i].type);
        if (walk)
            tiles(walk, p.buffers[i].data);
    }
}

static void damaged(void **state)
{
    (void)state;
    struct bytes b = exactly(sample());
    each_truncation(b, try_pac);
    each_flip(b, try_pac);
    release(b);
}

static void every_row_is_reached(void **state)
{
    size_t n;
    const struct fault_row *rows = pac_fault_table(&n);
    flat_watch(rows, n);
    counts_and_offsets_that_lie(state);
    each_buffer(state);
    assert_all_reached();
}

/* The vector runner's three ops, and what each refuses. */
static void vector_ops(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum vector_result result;
    } rows[] = {
        {"[a]\nop.txt=pac\npac=0000000000000000\n", VECTOR_FAILED}, /* no LOGON_INFO */
        {"[a]\nop.txt=pac\n", VECTOR_FAILED},
        {"[a]\nop.txt=pac\npac=00\n", VECTOR_FAILED},
        {"[a]\nop.txt=pac-part\nbytes=01020304050607080000\n", VECTOR_PASSED},
        {"[a]\nop.txt=pac-part\nbytes=01020304050607080000\ntype.int=10\n", VECTOR_PASSED},
        {"[a]\nop.txt=pac-part\nbytes=01020304050607080000\ntype.int=1\n", VECTOR_FAILED},
        {"[a]\nop.txt=pac-part\nbytes=01\n", VECTOR_FAILED},
        {"[a]\nop.txt=pac-part\npac=0000000000000000\n", VECTOR_PASSED},
        {"[a]\nop.txt=pac-part\n", VECTOR_FAILED},
        {"[a]\nop.txt=pac-must-fail\npac=00\n", VECTOR_PASSED},
        {"[a]\nop.txt=pac-must-fail\npac=0000000000000000\n", VECTOR_FAILED},
        {"[a]\nop.txt=pac-must-fail\nbytes=01\n", VECTOR_PASSED},
        {"[a]\nop.txt=pac-must-fail\n", VECTOR_FAILED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vector_file file;
        const char *error = NULL, *why = NULL;
        assert_true(vector_file_read(mem, bytes_str(rows[i].text), "x", &file, &error));
        if (vector_run_wire(&file.cases[0], mem, &why) != rows[i].result)
            fail_msg("%zu: %s", i, why ? why : "passed");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLAT_TEST(published),       FLAT_TEST(counts_and_offsets_that_lie),
        FLAT_TEST(odd_but_right),   FLAT_TEST(each_buffer),
        FLAT_TEST(written_buffers), FLAT_TEST(damaged),
        FLAT_TEST(vector_ops),      FLAT_TEST(every_row_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
