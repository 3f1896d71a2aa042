/* NDR: what was written is read, what lies about its length is refused before memory is taken for
 * it, and maps tile. */
#include "wire/ndr.h"
#include "tests/wire/flat_support.h"

static const struct group_membership groups[] = {{513, GROUP_USUAL}, {1105, GROUP_USUAL}};

/* A logon with everything in it. */
static struct validation_info sample(void)
{
    struct sid_and_attributes *extra = arena_array(mem, struct sid_and_attributes, 2);
    struct validation_info v = {
        .logon_time = 1790000000000000,
        .logoff_time = VALIDATION_NEVER,
        .kickoff_time = VALIDATION_NEVER,
        .password_last_set = -11644473599999999, /* a microsecond after 1601 began */
        .tenths = {3, 0, 0, 9},
        .effective_name = BYTES_LIT("alice"),
        .full_name = BYTES_LIT("Alice \xc3\x84rger \xf0\x9f\x98\x80"),
        .logon_script = BYTES_LIT(""),
        .profile_path = {NULL, 0},
        .home_directory = BYTES_LIT("\\\\files\\alice"),
        .home_directory_drive = BYTES_LIT("H:"),
        .logon_count = 7,
        .bad_password_count = 1,
        .user_id = 1104,
        .primary_group_id = 513,
        .groups = groups,
        .n_groups = 2,
        .user_flags = LOGON_EXTRA_SIDS,
        .user_session_key = {1, 2, 3},
        .logon_server = BYTES_LIT("DC1"),
        .logon_domain_name = BYTES_LIT("EXAMPLE"),
        .lm_key = {9},
        .user_account_control = 0x10,
        .failed_logon_count = 2,
        .extra_sids = extra,
        .n_extra_sids = 2,
    };
    sid_parse(bytes_str("S-1-5-21-1-2-3"), &v.logon_domain_id);
    sid_parse(bytes_str("S-1-18-1"), &extra[0].sid);
    sid_parse(bytes_str("S-1-5-21-4-5-6-1107"), &extra[1].sid);
    extra[0].attributes = extra[1].attributes = GROUP_USUAL;
    return v;
}

static struct validation_info with_resource_groups(void)
{
    struct validation_info v = sample();
    v.has_resource_groups = true;
    sid_parse(bytes_str("S-1-5-21-1-2-3"), &v.resource_group_domain_sid);
    v.resource_groups = groups;
    v.n_resource_groups = 2;
    return v;
}

static struct bytes kerb_octets(const struct validation_info *v)
{
    struct ndr_writer w;
    ndr_write_init(&w, mem);
    ndr_put_type_headers(&w);
    ndr_write_kerb_validation_info(&w, v);
    ndr_put_type_end(&w);
    return ndr_written(&w);
}

static struct bytes sam_octets(const struct validation_info *v)
{
    struct ndr_writer w;
    ndr_write_init(&w, mem);
    ndr_write_sam_info4(&w, v);
    return ndr_written(&w);
}

static bool read_kerb(struct bytes in, struct faults *f, struct validation_info *out)
{
    struct ndr_reader r;
    ndr_read_init(&r, in, mem, f, NULL);
    ndr_type_headers(&r);
    ndr_read_kerb_validation_info(&r, out);
    return ndr_read_end(&r);
}

static bool walk_kerb(struct bytes in, struct arena *m, struct faults *f, struct flat_visitor *v)
{
    struct ndr_reader r;
    struct validation_info out;
    ndr_read_init(&r, in, m, f, v);
    ndr_type_headers(&r);
    ndr_read_kerb_validation_info(&r, &out);
    return ndr_read_end(&r);
}

static bool read_sam(struct bytes in, struct faults *f, struct validation_info *out)
{
    struct ndr_reader r;
    ndr_read_init(&r, in, mem, f, NULL);
    ndr_read_sam_info4(&r, out);
    return ndr_read_end(&r);
}

static bool walk_sam(struct bytes in, struct arena *m, struct faults *f, struct flat_visitor *v)
{
    struct ndr_reader r;
    struct validation_info out;
    ndr_read_init(&r, in, m, f, v);
    ndr_read_sam_info4(&r, &out);
    return ndr_read_end(&r);
}

static void written_is_read(void **state)
{
    (void)state;
    struct validation_info in = with_resource_groups(), out;
    struct faults f = {.mem = mem};
    struct bytes octets_ = kerb_octets(&in);
    assert_true(read_kerb(octets_, &f, &out));
    assert_bytes(kerb_octets(&out), octets_);
    assert_bytes(out.effective_name, in.effective_name);
    assert_bytes(out.full_name, in.full_name);
    assert_null(out.profile_path.p);
    assert_non_null(out.logon_script.p);
    assert_int_equal(out.logoff_time, VALIDATION_NEVER);
    assert_int_equal(out.password_last_set, in.password_last_set);
    assert_int_equal(out.tenths[3], 9);
    assert_int_equal(out.password_can_change, 0);
    assert_int_equal(out.n_groups, 2);
    assert_int_equal(out.groups[1].rid, 1105);
    assert_int_equal(out.n_extra_sids, 2);
    assert_string_equal(sid_text(mem, &out.extra_sids[1].sid), "S-1-5-21-4-5-6-1107");
    assert_int_equal(out.n_resource_groups, 2);
    assert_true(tiles(walk_kerb, octets_));
}

static void sam_info4(void **state)
{
    (void)state;
    struct validation_info in = sample(), out;
    struct faults f = {.mem = mem};
    in.dns_logon_domain_name = BYTES_LIT("EXAMPLE.TEST");
    in.upn = BYTES_LIT("alice@example.test");
    struct bytes octets_ = sam_octets(&in);
    assert_true(read_sam(octets_, &f, &out));
    assert_bytes(sam_octets(&out), octets_);
    assert_bytes(out.upn, in.upn);
    assert_bytes(out.dns_logon_domain_name, in.dns_logon_domain_name);
    assert_memory_equal(out.lm_key, in.lm_key, 8);
    assert_true(tiles(walk_sam, octets_));
}

static void not_utf8(void **state)
{
    (void)state;
    struct validation_info v = sample();
    v.full_name = BYTES_LIT("\xff");
    assert_null(kerb_octets(&v).p);
    v = sample();
    v.full_name = bytes_of(arena_take(mem, 40000), 40000); /* 80000 octets: no u16 */
    assert_null(kerb_octets(&v).p);
}

/* ---- primitives ------------------------------------------------------------------------------ */

static void alignment(void **state)
{
    (void)state;
    struct ndr_writer w;
    struct ndr_reader r;
    struct faults f = {.mem = mem};
    ndr_write_init(&w, mem);
    ndr_put_u8(&w, 1);
    ndr_put_u16(&w, 2);
    ndr_put_u8(&w, 3);
    ndr_put_u32(&w, 4);
    ndr_put_hyper(&w, 5);
    ndr_put_wstring(&w, BYTES_LIT("a\xc3\xa4"));
    ndr_put_pointer(&w, false);
    ndr_put_pointer(&w, true);
    ndr_put_pointer(&w, true);
    assert_bytes(ndr_written(&w), octets("01000200 03000000 04000000 00000000 0500000000000000"
                                         "03000000 00000000 03000000 6100e4000000 0000"
                                         "00000000 00000200 04000200"));
    ndr_read_init(&r, ndr_written(&w), mem, &f, NULL);
    assert_int_equal(ndr_u8(&r, "a"), 1);
    assert_int_equal(ndr_u16(&r, "b"), 2);
    assert_int_equal(ndr_u8(&r, "c"), 3);
    assert_int_equal(ndr_u32(&r, "d"), 4);
    assert_int_equal(ndr_hyper(&r, "e"), 5);
    assert_bytes(ndr_wstring(&r, "f"), BYTES_LIT("a\xc3\xa4"));
    assert_false(ndr_pointer(&r, "g"));
    assert_true(ndr_pointer(&r, "h"));
    assert_true(ndr_pointer(&r, "i"));
    assert_true(ndr_read_end(&r));
    /* and once bad, zeros */
    assert_int_equal(ndr_u32(&r, "j"), 0);
    assert_true(r.bad);
    assert_int_equal(ndr_u8(&r, "k"), 0);
    assert_int_equal(f.n, 1);
}

/* A count near 2^32 costs no memory. */
static void lying_counts(void **state)
{
    (void)state;
    static const char *const counts[] = {"ffffffff", "00000010", "01000080", "03000000"};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct ndr_reader r;
        struct faults f = {.mem = mem};
        struct bytes in = octets(arena_printf(mem, "%s 0000000000000000", counts[i]));
        size_t before = arena_used(mem);
        ndr_read_init(&r, in, mem, &f, NULL);
        assert_int_equal(ndr_max_count(&r, "n", 4), 0);
        assert_true(r.bad);
        assert_true(arena_used(mem) - before < 1024);
    }
    struct ndr_reader r;
    ndr_read_init(&r, octets("01000100"), mem, NULL, NULL);
    assert_int_equal(ndr_max_count(&r, "n", 0), 0); /* of nothing, but more than NDR_COUNT_MAX */
}

/* ---- faults ---------------------------------------------------------------------------------- */

enum reader { WSTRING, USTRING, SID, HEADERS, COUNT, COUNT_OF };
static const struct {
    enum reader reader;
    const char *hex;
    struct expected_fault fault;
} wrong[] = {
    {COUNT, "010000", {"ndr.cut", "n", 0}},
    {COUNT, "02000000 00000000", {"ndr.count", "n", 0}},
    {COUNT_OF, "01000000 00000000", {"ndr.count-of", "max_count", 0}},
    {COUNT, "00000000 0000000000000000", {"ndr.more", "", 4}},
    {WSTRING, "01000000 01000000 01000000 0000", {"ndr.varying", "x.offset", 4}},
    {WSTRING, "01000000 00000000 02000000 61000000", {"ndr.varying", "x.actual_count", 8}},
    {WSTRING, "01000000 00000000 01000000 6100", {"ndr.string-end", "x.value", 12}},
    {WSTRING, "00000000 00000000 00000000", {"ndr.string-end", "x.value", 12}},
    {WSTRING, "02000000 00000000 02000000 00000000", {"ndr.string-end", "x.value", 12}},
    {WSTRING, "02000000 00000000 02000000 00d80000", {"ndr.text", "x.value", 12}},
    {USTRING, "03000400 04000200", {"ndr.unicode-string", "x.Length", 0}},
    {USTRING, "04000200 04000200", {"ndr.unicode-string", "x.Length", 0}},
    {USTRING, "02000200 00000000", {"ndr.unicode-string-null", "x.Buffer", 4}},
    {USTRING,
     "02000200 04000200 02000000 00000000 01000000 6100",
     {"ndr.unicode-string-count", "x.actual_count", 16}},
    {USTRING,
     "02000200 04000200 01000000 00000000 00000000",
     {"ndr.unicode-string-count", "x.actual_count", 16}},
    {SID, "01000000 02010000 00000005 20000000", {"ndr.sid", "x.Revision", 4}},
    {SID, "01000000 01020000 00000005 20000000", {"ndr.sid", "x.Revision", 4}},
    {HEADERS, "02100800 cccccccc 00000000 00000000", {"ndr.type-headers", "CommonTypeHeader", 0}},
    {HEADERS, "01000008 cccccccc 00000000 00000000", {"ndr.type-headers", "CommonTypeHeader", 0}},
    {HEADERS,
     "01100800 cccccccc 00000000 00000000 00000200",
     {"ndr.object-length", "PrivateHeader.ObjectBufferLength", 8}},
    {HEADERS, "01100800 cccccccc 04000000 00000000 00000000", {"ndr.no-top", "Pointer", 16}},
};

static void read_with(enum reader how, struct ndr_reader *r)
{
    if (how == WSTRING)
        ndr_wstring(r, "x");
    else if (how == USTRING)
        ndr_ustring_text(r, "x", ndr_ustring(r, "x"));
    else if (how == SID)
        ndr_sid(r, "x");
    else if (how == HEADERS)
        ndr_type_headers(r);
    else if (how == COUNT)
        ndr_max_count(r, "n", 4);
    else
        ndr_count_of(r, 2, 4);
}

static void faults_are_reached(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = ndr_fault_table(&n);
    flat_watch(rows, n);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct faults f = {.mem = mem};
        struct ndr_reader r;
        struct bytes in = exactly(octets(wrong[i].hex));
        ndr_read_init(&r, in, mem, &f, NULL);
        read_with(wrong[i].reader, &r);
        assert_false(ndr_read_end(&r));
        assert_fault(&f, wrong[i].hex, wrong[i].fault);
        release(in);
    }
    assert_all_reached();
}

/* A null array of many, in each of the three. */
static void absent_arrays(void **state)
{
    (void)state;
    static const size_t pointers[] = {16 + 4 + 0x70, 16 + 4 + 0xc8, 16 + 4 + 0xd4};
    static const char *const names[] = {"KERB_VALIDATION_INFO.GroupIds",
                                        "KERB_VALIDATION_INFO.ExtraSids",
                                        "KERB_VALIDATION_INFO.ResourceGroupIds"};
    for (size_t i = 0; i < 3; i++) {
        struct validation_info v = with_resource_groups(), out;
        struct faults f = {.mem = mem};
        struct bytes b = kerb_octets(&v);
        uint8_t *p = (uint8_t *)(uintptr_t)b.p + pointers[i];
        assert_int_not_equal(le32(p), 0);
        put_le32(p, 0);
        assert_false(read_kerb(b, &f, &out));
        assert_string_equal(f.list[0].row->id, "ndr.count-of");
        assert_string_equal(f.list[0].path, names[i]);
    }
}

/* ---- hostile --------------------------------------------------------------------------------- */

static void try_kerb(struct bytes in)
{
    struct validation_info out;
    bool ok = tiles(walk_kerb, in);
    assert_int_equal(read_kerb(in, NULL, &out), ok);
}

static void try_sam(struct bytes in)
{
    struct validation_info out;
    bool ok = tiles(walk_sam, in);
    assert_int_equal(read_sam(in, NULL, &out), ok);
}

static void hostile(void **state)
{
    (void)state;
    struct validation_info v = with_resource_groups();
    struct bytes kerb = exactly(kerb_octets(&v)), sam = exactly(sam_octets(&v));
    each_truncation(kerb, try_kerb);
    each_flip(kerb, try_kerb);
    each_truncation(sam, try_sam);
    each_flip(sam, try_sam);
    release(kerb);
    release(sam);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLAT_TEST(written_is_read), FLAT_TEST(sam_info4),          FLAT_TEST(not_utf8),
        FLAT_TEST(alignment),       FLAT_TEST(lying_counts),       FLAT_TEST(absent_arrays),
        FLAT_TEST(hostile),         FLAT_TEST(faults_are_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
