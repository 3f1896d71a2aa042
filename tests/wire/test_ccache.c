/* Credential caches: what is refused and where, both versions, the published ones. */
#include "wire/ccache.h"
#include "base/vector_file.h"
#include "tests/wire/flat_support.h"
#include "wire/vector_ops.h"

#define HEADER    "0504 000c 0001 0008 0000012c 0000d431"
#define PRINCIPAL "00000001 00000001 00000001 52 00000003 626f62" /* bob@R, 20 octets */
#define TIMES     "00000001 00000002 00000003 00000004"
/* From the key on, after two principals: 40 octets into the credential. */
#define KEY  "0011 00000002 aabb"
#define REST "00000000 00000000 00000001 54 00000000"
#define CRED PRINCIPAL PRINCIPAL KEY TIMES "00 40800000" REST

static const struct row {
    const char *in;
    struct expected_fault fault;
} table[] = {
    {"", {"ccache.version", "version", 0}},
    {"05", {"ccache.version", "version", 0}},
    {"0500" PRINCIPAL, {"ccache.version", "version", 0}},
    {"0501", {"ccache.cut", "default_principal.count", 2}},
    {"0501 00000000 00000000", {"ccache.no-realm", "default_principal.count", 2}},
    {"0502 01000000 02000000 00000000", {"ccache.count", "default_principal.count", 6}},
    {"0505" PRINCIPAL, {"ccache.version", "version", 0}},
    {"0504 00", {"ccache.cut", "header.length", 2}},
    {"0504 0004 0001", {"ccache.length", "header.length", 2}},
    {"0504 0003 000100", {"ccache.header-cut", "header.field[0].taglen", 6}},
    {"0504 0001 00", {"ccache.header-cut", "header.field[0].tag", 4}},
    {"0504 0006 0007 0004 0000" PRINCIPAL, {"ccache.length", "header.field[0].taglen", 6}},
    {"0504 0008 0001 0004 0000 0000" PRINCIPAL,
     {"ccache.header-time", "header.field[0].taglen", 6}},
    {"0503", {"ccache.cut", "default_principal.name_type", 2}},
    {"0503 00000001 00000002 00000000", {"ccache.count", "default_principal.count", 6}},
    {"0503 00000001 ffffffff 00000000", {"ccache.count", "default_principal.count", 6}},
    {"0503 00000001 00000000 00000001", {"ccache.length", "default_principal.realm.length", 10}},
    {"0503 00000001 00000001 00000000",
     {"ccache.cut", "default_principal.components[0].length", 14}},
    {"0503 00000001 00000001 00000000 80000000",
     {"ccache.length", "default_principal.components[0].length", 14}},
    {"0503" PRINCIPAL PRINCIPAL PRINCIPAL "0011 0012",
     {"ccache.keytype-twice", "credential[0].keyblock.enctype_again", 64}},
    {HEADER PRINCIPAL PRINCIPAL PRINCIPAL "0011 00000003 aabb",
     {"ccache.length", "credential[0].keyblock.data.length", 78}},
    {HEADER PRINCIPAL PRINCIPAL PRINCIPAL KEY "0000",
     {"ccache.cut", "credential[0].times.authtime", 84}},
    {HEADER PRINCIPAL PRINCIPAL PRINCIPAL KEY TIMES "02",
     {"ccache.is-skey", "credential[0].is_skey", 100}},
    {HEADER PRINCIPAL PRINCIPAL PRINCIPAL KEY TIMES "01 00",
     {"ccache.cut", "credential[0].ticket_flags", 101}},
    {HEADER PRINCIPAL PRINCIPAL PRINCIPAL KEY TIMES
     "01 00000000 00000002 0002 00000000 0002 000000",
     {"ccache.count", "credential[0].addresses.count", 105}},
    {HEADER PRINCIPAL PRINCIPAL PRINCIPAL KEY TIMES
     "01 00000000 00000001 0002 00000000 00000001 0001 00000001",
     {"ccache.length", "credential[0].authdata.element[0].data.length", 121}},
    {HEADER PRINCIPAL CRED CRED "00", {"ccache.cut", "credential[2].client.name_type", 208}},
};

static void every_fault_says_where(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = ccache_fault_table(&n);
    flat_watch(rows, n);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct faults f = {.mem = mem};
        struct ccache c;
        struct bytes in = exactly(octets(table[i].in));
        assert_false(ccache_read(in, mem, &f, &c));
        assert_fault(&f, table[i].in, table[i].fault);
        assert_false(tiles(ccache_walk, in));
        release(in);
    }
    assert_all_reached();
}

static struct ccache read_whole(struct bytes in)
{
    struct faults f = {.mem = mem};
    struct ccache c;
    if (!ccache_read(in, mem, &f, &c))
        fail_msg("%s", fault_text(mem, &f.list[0]));
    return c;
}

static void a_credential_is_read(void **state)
{
    (void)state;
    struct ccache c = read_whole(octets(HEADER PRINCIPAL CRED));
    const struct ccache_cred *cred = &c.creds[0];
    assert_int_equal(c.version, 0x0504);
    assert_bytes(c.header, octets("0001 0008 0000012c 0000d431"));
    assert_true(bytes_equal_str(c.principal.components[0], "bob"));
    assert_int_equal(c.n, 1);
    assert_int_equal(cred->at, 36);
    assert_true(bytes_equal_str(cred->server.realm, "R"));
    assert_int_equal(cred->etype, 17);
    assert_bytes(cred->key, octets("aabb"));
    assert_int_equal(cred->authtime, 1);
    assert_int_equal(cred->renew_till, 4);
    assert_false(cred->is_skey);
    assert_int_equal(cred->flags, 0x40800000);
    assert_true(bytes_equal_str(cred->ticket, "T"));
    assert_int_equal(cred->second_ticket.n, 0);
}

static void odd_files_are_kept(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "0503" PRINCIPAL,
        HEADER PRINCIPAL,
        "0504 0000" PRINCIPAL,
        "0504 0004 ffff 0000" PRINCIPAL,
        "0504 0006 0009 0002 aabb" PRINCIPAL,
        HEADER PRINCIPAL CRED CRED CRED CRED CRED CRED,
        "0503 80000000 00000000 00000000",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct bytes in = octets(odd[i]);
        struct ccache c = read_whole(in);
        assert_bytes(ccache_write(&c, mem), in);
        assert_true(tiles(ccache_walk, in));
    }
}

/* The same credential as above, by the two old versions in either byte order (MIT's document). */
#define OLD_BE(type, count)   type count "00000001 52 00000003 626f62"
#define OLD_LE(type, count)   type count "01000000 52 03000000 626f62"
#define TIMES_LE              "01000000 02000000 03000000 04000000"
#define REST_BE               "0011 00000002 aabb" TIMES "00 40800000" REST
#define REST_LE               "1100 02000000 aabb" TIMES_LE "00 00008040 00000000 00000000 01000000 54 00000000"
#define OLD(version, p, rest) version p p p rest

static void the_old_versions_have_either_byte_order(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        bool little;
        int32_t name_type;
    } rows[] = {
        {OLD("0501", OLD_BE("", "00000002"), REST_BE), false, 0},
        {OLD("0501", OLD_LE("", "02000000"), REST_LE), true, 0},
        {OLD("0502", OLD_BE("00000001", "00000001"), REST_BE), false, 1},
        {OLD("0502", OLD_LE("01000000", "01000000"), REST_LE), true, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes in = octets(rows[i].in);
        struct ccache c = read_whole(in);
        assert_int_equal(c.little, rows[i].little);
        assert_int_equal(c.principal.name_type, rows[i].name_type);
        assert_int_equal(c.n, 1);
        assert_int_equal(c.creds[0].server.n_components, 1);
        assert_true(bytes_equal_str(c.creds[0].server.realm, "R"));
        assert_true(bytes_equal_str(c.creds[0].server.components[0], "bob"));
        assert_int_equal(c.creds[0].etype, 17);
        assert_int_equal(c.creds[0].renew_till, 4);
        assert_int_equal(c.creds[0].flags, 0x40800000);
        assert_true(bytes_equal_str(c.creds[0].ticket, "T"));
        assert_bytes(ccache_write(&c, mem), in);
        assert_true(tiles(ccache_walk, in));
    }
}

static void the_map_names_every_field(void **state)
{
    (void)state;
    const char *map = map_text(ccache_walk, octets(HEADER PRINCIPAL CRED));
    static const char *const lines[] = {
        "0-2 version\n",
        "2-16 header\n",
        "4-16 header.field[0]\n",
        "8-12 header.field[0].time_offset\n",
        "16-36 default_principal\n",
        "36-56 credential[0].client\n",
        "76-84 credential[0].keyblock\n",
        "84-100 credential[0].times\n",
        "100-101 credential[0].is_skey\n",
        "117-118 credential[0].ticket.value\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(map, lines[i]))
            fail_msg("no %s in %s", lines[i], map);
}

static void what_does_not_fit_is_not_written(void **state)
{
    (void)state;
    static uint8_t header[65536];
    struct ccache c = {.version = 0x0500};
    assert_int_equal(ccache_write(&c, mem).n, 0);
    c = (struct ccache){.version = 0x0504, .header = bytes_of(header, sizeof header)};
    assert_int_equal(ccache_write(&c, mem).n, 0);
    c = (struct ccache){.version = 0x0503, .principal.realm = {header, (size_t)1 << 32}};
    assert_int_equal(ccache_write(&c, mem).n, 0);
}

/* ---- the published ones ---------------------------------------------------------------------- */

static struct vector_file published(void)
{
    static char text[1 << 14];
    static const char name[] = "tests/vectors/ccache-file.txt";
    struct vector_file file;
    const char *error;
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    if (!vector_file_read(mem, bytes_of(text, n), name, &file, &error))
        fail_msg("%s", error);
    return file;
}

static void the_published_ones_pass(void **state)
{
    (void)state;
    struct vector_file file = published();
    const char *why;
    assert_int_equal(file.n, 2);
    for (size_t i = 0; i < file.n; i++)
        if (vector_run_wire(&file.cases[i], mem, &why) != VECTOR_PASSED)
            fail_msg("%s: %s", file.cases[i].name, why);
}

static void their_credentials_are_listed(void **state)
{
    (void)state;
    struct vector_file file = published();
    for (size_t i = 0; i < file.n; i++) {
        struct bytes in;
        assert_true(vector_octets(&file.cases[i], "file", &in));
        struct ccache c = read_whole(in);
        assert_int_equal(c.version, 0x0503 + i);
        assert_int_equal(c.header.n, i ? 12 : 0);
        assert_true(bytes_equal_str(c.principal.realm, "KRBTEST.COM"));
        assert_true(bytes_equal_str(c.principal.components[0], "testclient"));
        assert_int_equal(c.n, 2);
        const struct ccache_cred *one = &c.creds[0], *two = &c.creds[1];
        assert_true(bytes_equal_str(one->server.realm, "EXAMPLE.COM"));
        assert_int_equal(one->server.n_components, 2);
        assert_true(bytes_equal_str(one->server.components[0], "test"));
        assert_true(bytes_equal_str(one->server.components[1], "host"));
        assert_int_equal(one->etype, 17);
        assert_int_equal(one->key.n, 16);
        assert_int_equal(one->authtime, 11);
        assert_int_equal(one->starttime, 222);
        assert_int_equal(one->endtime, 3333);
        assert_int_equal(one->renew_till, 1000000000);
        assert_int_equal(one->flags, 0x40800000);
        assert_int_equal(one->n_addresses, 1);
        assert_int_equal(one->addresses[0].type, 2);
        assert_bytes(one->addresses[0].value, octets("0a000001"));
        assert_int_equal(one->n_authdata, 2);
        assert_int_equal(one->authdata[0].type, 512);
        assert_true(bytes_equal_str(one->authdata[0].value, "signticket"));
        assert_int_equal((int16_t)one->authdata[1].type, -100);
        assert_true(bytes_equal_str(one->ticket, "ticket"));
        assert_false(one->is_skey);
        assert_true(two->is_skey);
        assert_int_equal(two->server.n_components, 0);
        assert_int_equal(two->etype, 23);
        assert_true(bytes_equal_str(two->second_ticket, "2ticket"));
    }
}

/* The two differ in the version, the header and the key type written twice: one becomes the
 * other. */
static void version_3_becomes_version_4(void **state)
{
    (void)state;
    struct vector_file file = published();
    struct bytes three, four;
    assert_true(vector_octets(&file.cases[0], "file", &three));
    assert_true(vector_octets(&file.cases[1], "file", &four));
    struct ccache c = read_whole(three);
    c.version = 0x0504;
    c.header = octets("0001 0008 0000012c 0000d431");
    assert_bytes(ccache_write(&c, mem), four);
}

static void a_vector_that_says_otherwise_fails(void **state)
{
    (void)state;
    static const char *const wrong[] = {"header=0503", "principal=00", "cred1=00",
                                        "cred1=\ncred2=", "file2=00\nop2.txt=x"};
    struct vector_file file;
    const char *error, *why;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *text = arena_printf(mem, "[x]\nop.txt=ccache\nfile=%s\n%s\n",
                                  hex_text(mem, octets(HEADER PRINCIPAL CRED)), wrong[i]);
        assert_true(vector_file_read(mem, bytes_str(text), "x", &file, &error));
        assert_int_equal(vector_run_wire(&file.cases[0], mem, &why),
                         i == 4 ? VECTOR_PASSED : VECTOR_FAILED);
    }
}

static void read_map_write(struct bytes in)
{
    struct ccache c;
    bool ok = ccache_read(in, mem, NULL, &c);
    assert_int_equal(tiles(ccache_walk, in), ok);
    if (ok)
        assert_bytes(ccache_write(&c, mem), in);
}

static void damage_is_survived(void **state)
{
    (void)state;
    struct vector_file file = published();
    struct bytes in[2];
    for (size_t i = 0; i < 2; i++) {
        assert_true(vector_octets(&file.cases[i], "file", &in[i]));
        in[i] = exactly(in[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        each_truncation(in[i], read_map_write);
        each_flip(in[i], read_map_write);
        release(in[i]);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FLAT_TEST(every_fault_says_where),      FLAT_TEST(a_credential_is_read),
        FLAT_TEST(odd_files_are_kept),          FLAT_TEST(the_old_versions_have_either_byte_order),
        FLAT_TEST(the_map_names_every_field),   FLAT_TEST(what_does_not_fit_is_not_written),
        FLAT_TEST(the_published_ones_pass),     FLAT_TEST(their_credentials_are_listed),
        FLAT_TEST(version_3_becomes_version_4), FLAT_TEST(a_vector_that_says_otherwise_fails),
        FLAT_TEST(damage_is_survived),
    };
    return cmocka_run_group_tests_name("wire/ccache", tests, NULL, NULL);
}
