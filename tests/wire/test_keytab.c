/* Keytab files: what is refused and where, what is kept, and the published one. */
#include "wire/keytab.h"
#include "base/vector_file.h"
#include "tests/wire/flat_support.h"
#include "wire/vector_files.h"

/* One entry: alice@R, one component, type 1, time 0x5f000000, vno8 3, etype 17, two octets of key,
 * kvno 3. */
#define FIELDS "0001 0001 52 0005 616c696365 00000001 5f000000 03 0011 0002 aabb"
#define ENTRY  "0000001f" FIELDS "00000003"

static const struct row {
    const char *in;
    struct expected_fault fault;
} table[] = {
    {"", {"keytab.version", "version", 0}},
    {"05", {"keytab.version", "version", 0}},
    {"0501 " ENTRY, {"keytab.version", "version", 0}},
    {"0503 ", {"keytab.version", "version", 0}},
    {"0502 00", {"keytab.cut", "entry[0].length", 2}},
    {"0502 " ENTRY "000000", {"keytab.cut", "entry[1].length", 37}},
    {"0502 00000020 " FIELDS "00000003", {"keytab.entry-long", "entry[0].length", 2}},
    {"0502 7fffffff " FIELDS "00000003", {"keytab.entry-long", "entry[0].length", 2}},
    {"0502 fffffff0 0000", {"keytab.hole-long", "hole[0].length", 2}},
    {"0502 80000000 0000", {"keytab.hole-long", "hole[0].length", 2}},
    {"0502 fffffffe 0000 80000000", {"keytab.hole-long", "hole[1].length", 8}},
    {"0502 00000001 00", {"keytab.field-cut", "entry[0].num_components", 6}},
    {"0502 00000004 0001 0001", {"keytab.length", "entry[0].realm.length", 8}},
    {"0502 00000004 0003 0000", {"keytab.components", "entry[0].num_components", 6}},
    {"0502 00000004 ffff 0000", {"keytab.components", "entry[0].num_components", 6}},
    {"0502 00000006 0002 0000 0000", {"keytab.field-cut", "entry[0].components[1].length", 12}},
    {"0502 00000005 0001 0001 52", {"keytab.field-cut", "entry[0].components[0].length", 11}},
    {"0502 00000009 0001 0000 0003 aabb00 00000001 5f000000 03 0011",
     {"keytab.field-cut", "entry[0].name_type", 15}},
    {"0502 0000001b 0001 0001 52 0005 616c696365 00000001 5f000000 03 0011 0003 aabb",
     {"keytab.length", "entry[0].key.length", 29}},
    {"0502 " ENTRY "00000017 0001 0001 52 0005 616c696365 00000001 5f000000 03 0011",
     {"keytab.field-cut", "entry[1].key.length", 64}},
};

static void every_fault_says_where(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = keytab_fault_table(&n);
    flat_watch(rows, n);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct faults f = {.mem = mem};
        struct keytab k;
        struct bytes in = exactly(octets(table[i].in));
        assert_false(keytab_read(in, mem, &f, &k));
        assert_fault(&f, table[i].in, table[i].fault);
        assert_false(tiles(keytab_walk, in));
        release(in);
    }
    assert_all_reached();
}

static struct keytab read_whole(struct bytes in)
{
    struct faults f = {.mem = mem};
    struct keytab k;
    if (!keytab_read(in, mem, &f, &k))
        fail_msg("%s", fault_text(mem, &f.list[0]));
    return k;
}

static void an_entry_is_read(void **state)
{
    (void)state;
    struct keytab k = read_whole(octets("0502" ENTRY));
    const struct keytab_entry *e = &k.entries[0];
    assert_int_equal(k.n, 1);
    assert_true(bytes_equal_str(e->realm, "R"));
    assert_int_equal(e->n_components, 1);
    assert_true(bytes_equal_str(e->components[0], "alice"));
    assert_int_equal(e->name_type, 1);
    assert_int_equal(e->timestamp, 0x5f000000);
    assert_int_equal(e->kvno, 3);
    assert_true(e->has_kvno32);
    assert_int_equal(e->etype, 17);
    assert_bytes(e->key, octets("aabb"));
    assert_int_equal(e->at, 2);
    assert_int_equal(e->rest.n, 0);
}

static void the_map_names_every_field(void **state)
{
    (void)state;
    assert_string_equal(map_text(keytab_walk, octets("0502 fffffffe 0000" ENTRY)),
                        "0-2 version\n"
                        "2-8 hole[0]\n"
                        "2-6 hole[0].length\n"
                        "6-8 hole[0].unused\n"
                        "8-43 entry[0]\n"
                        "8-12 entry[0].length\n"
                        "12-14 entry[0].num_components\n"
                        "14-17 entry[0].realm\n"
                        "14-16 entry[0].realm.length\n"
                        "16-17 entry[0].realm.value\n"
                        "17-24 entry[0].components[0]\n"
                        "17-19 entry[0].components[0].length\n"
                        "19-24 entry[0].components[0].value\n"
                        "24-28 entry[0].name_type\n"
                        "28-32 entry[0].timestamp\n"
                        "32-33 entry[0].vno8\n"
                        "33-35 entry[0].keytype\n"
                        "35-39 entry[0].key\n"
                        "35-37 entry[0].key.length\n"
                        "37-39 entry[0].key.value\n"
                        "39-43 entry[0].vno\n");
}

/* What each of these holds beside entries is written again. */
static void odd_files_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t n;
        uint32_t kvno;
    } odd[] = {
        {"0502", 0, 0},
        {"0502 00000000", 0, 0},
        {"0502 00000000 aabbcc", 0, 0},
        {"0502 fffffffc 00000000", 0, 0},
        {"0502 fffffffe 0000 fffffffd 000000" ENTRY "ffffffff 00", 1, 3},
        {"0502 0000001b" FIELDS, 1, 3},                         /* no 32-bit kvno */
        {"0502 0000001e" FIELDS "000000", 1, 3},                /* not enough for one */
        {"0502 00000023" FIELDS "00000000 00000000", 1, 3},     /* written into a larger hole */
        {"0502 00000023" FIELDS "00000103 00000001", 1, 0x103}, /* Heimdal's flags */
        {"0502 0000001f" FIELDS "00000104", 1, 0x104},          /* the two versions disagree */
        {"0502 00000015 0000 0000 fffffffe 00000000 ff ff85 0000 ffffffff", 1, 0xffffffff},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct bytes in = octets(odd[i].in);
        struct keytab k = read_whole(in);
        assert_int_equal(k.n, odd[i].n);
        if (k.n)
            assert_int_equal(k.entries[0].kvno, odd[i].kvno);
        assert_bytes(keytab_write(&k, mem), in);
        assert_true(tiles(keytab_walk, in));
    }
}

static void one_made_by_hand_is_written(void **state)
{
    (void)state;
    struct bytes name[] = {BYTES_LIT("HTTP"), BYTES_LIT("www.example.test")};
    struct keytab_entry e = {.realm = BYTES_LIT("EXAMPLE.TEST"),
                             .components = name,
                             .n_components = 2,
                             .name_type = 3,
                             .timestamp = 1,
                             .kvno = 258,
                             .has_kvno32 = true,
                             .etype = -128,
                             .key = BYTES_LIT("key")};
    struct keytab k = {&e, 1, {0}};
    struct keytab again = read_whole(keytab_write(&k, mem));
    assert_int_equal(again.n, 1);
    assert_int_equal(again.entries[0].kvno, 258);
    assert_int_equal(again.entries[0].kvno8_apart, 0);
    assert_int_equal(again.entries[0].etype, -128);
    assert_true(bytes_equal(again.entries[0].components[1], name[1]));
}

static void what_does_not_fit_is_not_written(void **state)
{
    (void)state;
    static uint8_t long_one[65536];
    struct bytes name = bytes_of(long_one, sizeof long_one);
    struct keytab_entry bad[] = {{.realm = name},
                                 {.key = name},
                                 {.components = &name, .n_components = 1},
                                 {.n_components = 65536}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct keytab k = {&bad[i], 1, {0}};
        assert_int_equal(keytab_write(&k, mem).n, 0);
    }
    name.n--;
    struct keytab_entry good = {.realm = name, .key = name, .components = &name, .n_components = 1};
    struct keytab k = {&good, 1, {0}};
    assert_int_equal(read_whole(keytab_write(&k, mem)).entries[0].key.n, 65535);
}

/* ---- the published one ----------------------------------------------------------------------- */

static struct vector_file published(void)
{
    static char text[1 << 14];
    static const char name[] = "tests/vectors/keytab-file.txt";
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

static void the_published_one_passes(void **state)
{
    (void)state;
    struct vector_file file = published();
    const char *why;
    assert_int_equal(file.n, 1);
    if (vector_keytab(&file.cases[0], mem, &why) != VECTOR_PASSED)
        fail_msg("%s", why);
    assert_int_equal(vector_file_op(&file.cases[0], mem, &why), VECTOR_PASSED);
    assert_int_equal(vector_ccache(&file.cases[0], mem, &why), VECTOR_FAILED);
}

static void its_entries_are_listed(void **state)
{
    (void)state;
    static const int etypes[] = {17, 18, 17, 18, 19, 19, 20, 20, 16, 16, 23, 23};
    static const unsigned kvnos[] = {1, 1, 2, 2, 1, 2, 1, 2, 1, 2, 1, 2};
    struct vector_file file = published();
    struct bytes in;
    assert_true(vector_octets(&file.cases[0], "file", &in));
    struct keytab k = read_whole(in);
    assert_int_equal(k.n, 12);
    for (size_t i = 0; i < k.n; i++) {
        assert_int_equal(k.entries[i].etype, etypes[i]);
        assert_int_equal(k.entries[i].kvno, kvnos[i]);
        assert_int_equal(k.entries[i].name_type, 1);
        assert_int_equal(k.entries[i].timestamp, 0x59beb1d8);
        assert_true(bytes_equal_str(k.entries[i].realm, "TEST.GOKRB5"));
        assert_true(bytes_equal_str(k.entries[i].components[0], "testuser1"));
    }
}

static void a_vector_that_says_otherwise_fails(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "entries.int=2",     "realm.txt=S",       "principal.txt=bob",
        "key_etype_17=aacc", "key_etype_18=aabb",
    };
    struct vector_file file;
    const char *error, *why;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *text = arena_printf(mem, "[x]\nop.txt=keytab\nfile=%s\n%s\n",
                                  hex_text(mem, octets("0502" ENTRY)), wrong[i]);
        assert_true(vector_file_read(mem, bytes_str(text), "x", &file, &error));
        assert_int_equal(vector_keytab(&file.cases[0], mem, &why), VECTOR_FAILED);
        assert_non_null(why);
    }
}

/* Whatever is still accepted is written again as it was. */
static void read_map_write(struct bytes in)
{
    struct keytab k;
    bool ok = keytab_read(in, mem, NULL, &k);
    assert_int_equal(tiles(keytab_walk, in), ok);
    if (ok)
        assert_bytes(keytab_write(&k, mem), in);
}

static void damage_is_survived(void **state)
{
    (void)state;
    struct vector_file file = published();
    struct bytes in;
    assert_true(vector_octets(&file.cases[0], "file", &in));
    in = exactly(in);
    each_truncation(in, read_map_write);
    each_flip(in, read_map_write);
    release(in);
}

/* As many components as a count can say: no more memory than a small multiple of the file. */
static void memory_stays_in_proportion(void **state)
{
    (void)state;
    struct keytab k;
    uint8_t *p = arena_take(mem, 1 << 20);
    put_be16(p, 0x0502);
    put_be32(p + 2, (1 << 20) - 6);
    put_be16(p + 6, 0xffff);
    size_t before = arena_used(mem);
    assert_true(keytab_read(bytes_of(p, 1 << 20), mem, NULL, &k));
    assert_int_equal(k.entries[0].n_components, 65535);
    assert_true(arena_used(mem) - before < 4 << 20);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FLAT_TEST(every_fault_says_where),
        FLAT_TEST(an_entry_is_read),
        FLAT_TEST(the_map_names_every_field),
        FLAT_TEST(odd_files_are_kept),
        FLAT_TEST(one_made_by_hand_is_written),
        FLAT_TEST(what_does_not_fit_is_not_written),
        FLAT_TEST(the_published_one_passes),
        FLAT_TEST(its_entries_are_listed),
        FLAT_TEST(a_vector_that_says_otherwise_fails),
        FLAT_TEST(damage_is_survived),
        FLAT_TEST(memory_stays_in_proportion),
    };
    return cmocka_run_group_tests_name("wire/keytab", tests, NULL, NULL);
}
