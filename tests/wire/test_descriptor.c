/* Self-relative security descriptors. */
#include "wire/descriptor.h"
#include "tests/wire/flat_support.h"
#include "wire/words.h"

/* Header with offsets (owner, group, SACL, DACL), then S-1-5-18 and lists. */
#define OWNER "01 01 000000000005 12000000"
#define ACE   "00 00 1400 89001200 " OWNER
#define ACL   "02 00 1c00 0100 0000 " ACE

static const struct {
    const char *in;
    struct expected_fault fault;
} refused[] = {
    {"", {"descriptor.cut", "Revision", 0}},
    {"02 00 0480", {"descriptor.revision", "Revision", 0}},
    {"01 00 04", {"descriptor.cut", "Control", 2}},
    {"01 00 0400 00000000", {"descriptor.absolute", "Control", 2}},
    {"01 00 0080 00000000 00000000 00000000", {"descriptor.cut", "OffsetDacl", 16}},
    {"01 00 0080 10000000 00000000 00000000 00000000", {"descriptor.offset", "OffsetOwner", 4}},
    {"01 00 0080 14000000 00000000 00000000 00000000", {"descriptor.offset", "OffsetOwner", 4}},
    {"01 00 0080 14000000 00000000 00000000 00000000 02", {"descriptor.sid", "OwnerSid", 20}},
    {"01 00 0080 14000000 00000000 00000000 00000000 01 10 000000000005 12000000",
     {"descriptor.sid", "OwnerSid", 20}},
    {"01 00 0080 14000000 18000000 00000000 00000000" OWNER,
     {"descriptor.overlap", "OffsetGroup", 8}},
    {"01 00 0480 00000000 00000000 00000000 14000000 02 00 1c00 0100",
     {"descriptor.cut", "Dacl.Sbz2", 26}},
    {"01 00 0480 00000000 00000000 00000000 14000000 02 00 1d00 0100 0000" ACE,
     {"descriptor.acl-size", "Dacl.AclSize", 22}},
    {"01 00 0480 00000000 00000000 00000000 14000000 02 00 1c00 0600 0000" ACE,
     {"descriptor.acl-size", "Dacl.AclSize", 22}},
    {"01 00 0480 00000000 00000000 00000000 14000000 02 00 1c00 0100 0000 05 00 1400 "
     "89001200" OWNER,
     {"descriptor.ace-type", "Dacl.ACE[0].AceType", 28}},
    {"01 00 0480 00000000 00000000 00000000 14000000 02 00 1c00 0100 0000 00 00 1500 "
     "89001200" OWNER,
     {"descriptor.ace-size", "Dacl.ACE[0].AceSize", 30}},
    {"01 00 0480 00000000 00000000 00000000 14000000 02 00 1c00 0200 0000" ACE,
     {"descriptor.cut", "Dacl.ACE[1].AceType", 48}},
    {"01 00 0480 00000000 00000000 00000000 14000000 02 00 2000 0100 0000 00 00 1800 89001200" OWNER
     "00000000",
     {"descriptor.ace-size", "Dacl.ACE[0].AceSize", 30}},
};

static void faults_say_where(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = descriptor_fault_table(&n);
    flat_watch(rows, n);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct faults f = {.mem = mem};
        struct tiler t = {.v = {tiler_enter, tiler_leave}};
        struct security_descriptor d;
        const char *why = NULL;
        struct bytes in = octets(refused[i].in);
        assert_false(descriptor_walk(in, mem, &f, &t.v));
        assert_fault(&f, refused[i].in, refused[i].fault);
        assert_int_equal(t.at, in.n);
        assert_false(descriptor_read(in, mem, &d, &why));
        assert_string_equal(why, fault_text(mem, &f.list[0]));
    }
    assert_all_reached();
}

/* With holes before, between and behind the parts, and an audit list in the middle. */
#define WITH_ALL                                                                                   \
    "01 00 1480 5c000000 00000000 18000000 40000000 ffffffff"                                      \
    "02 00 2800 0100 0000 02 40 2000 89001200" OWNER "aabbccdd 00000000 00000000" ACL "" OWNER     \
    "22"

static void a_map_has_every_octet(void **state)
{
    (void)state;
    struct bytes in = octets(WITH_ALL);
    struct security_descriptor d;
    const char *why = "";
    if (!descriptor_read(in, mem, &d, &why))
        fail_msg("%s", why);
    assert_true(d.has_owner && d.has_dacl && !d.has_group);
    assert_int_equal(d.n_dacl, 1);
    assert_int_equal(d.dacl[0].mask, 0x120089);
    assert_int_equal(d.owner.sub[0], 18);
    assert_true(tiles(descriptor_walk, in));
    assert_string_equal(map_text(descriptor_walk, in), "0-1 Revision\n"
                                                       "1-2 Sbz1\n"
                                                       "2-4 Control\n"
                                                       "4-8 OffsetOwner\n"
                                                       "8-12 OffsetGroup\n"
                                                       "12-16 OffsetSacl\n"
                                                       "16-20 OffsetDacl\n"
                                                       "20-24 unused\n"
                                                       "24-64 Sacl\n"
                                                       "24-25 Sacl.AclRevision\n"
                                                       "25-26 Sacl.Sbz1\n"
                                                       "26-28 Sacl.AclSize\n"
                                                       "28-30 Sacl.AceCount\n"
                                                       "30-32 Sacl.Sbz2\n"
                                                       "32-64 Sacl.ACE[0]\n"
                                                       "32-33 Sacl.ACE[0].AceType\n"
                                                       "33-34 Sacl.ACE[0].AceFlags\n"
                                                       "34-36 Sacl.ACE[0].AceSize\n"
                                                       "36-64 Sacl.ACE[0].body\n"
                                                       "64-92 Dacl\n"
                                                       "64-65 Dacl.AclRevision\n"
                                                       "65-66 Dacl.Sbz1\n"
                                                       "66-68 Dacl.AclSize\n"
                                                       "68-70 Dacl.AceCount\n"
                                                       "70-72 Dacl.Sbz2\n"
                                                       "72-92 Dacl.ACE[0]\n"
                                                       "72-73 Dacl.ACE[0].AceType\n"
                                                       "73-74 Dacl.ACE[0].AceFlags\n"
                                                       "74-76 Dacl.ACE[0].AceSize\n"
                                                       "76-80 Dacl.ACE[0].Mask\n"
                                                       "80-92 Dacl.ACE[0].Sid\n"
                                                       "80-81 Dacl.ACE[0].Sid.Revision\n"
                                                       "81-82 Dacl.ACE[0].Sid.SubAuthorityCount\n"
                                                       "82-88 Dacl.ACE[0].Sid.IdentifierAuthority\n"
                                                       "88-92 Dacl.ACE[0].Sid.SubAuthority\n"
                                                       "92-104 OwnerSid\n"
                                                       "92-93 OwnerSid.Revision\n"
                                                       "93-94 OwnerSid.SubAuthorityCount\n"
                                                       "94-100 OwnerSid.IdentifierAuthority\n"
                                                       "100-104 OwnerSid.SubAuthority\n"
                                                       "104-105 unused\n");
}

static void no_list_is_not_an_empty_one(void **state)
{
    (void)state;
    struct security_descriptor d;
    const char *why = "";
    assert_true(descriptor_read(octets("01 00 0080 00000000 00000000 00000000 14000000 " ACL), mem,
                                &d, &why));
    assert_false(d.has_dacl); /* not said to be present */
    assert_true(
        descriptor_read(octets("01 00 0480 00000000 00000000 00000000 00000000"), mem, &d, &why));
    assert_false(d.has_dacl); /* present, and none */
    assert_true(descriptor_read(
        octets("01 00 0480 00000000 00000000 00000000 14000000 02 00 0800 0000 0000"), mem, &d,
        &why));
    assert_true(d.has_dacl && d.n_dacl == 0);
}

static void written_as_read(void **state)
{
    (void)state;
    struct ace list[] = {{ACE_DENY, ACE_INHERITED, 0x1f01ff, {5, 1, {7}}},
                         {ACE_ALLOW, 0, 0x120089, {5, 5, {21, 1, 2, 3, 1104}}}};
    struct security_descriptor d = {.has_owner = true,
                                    .has_group = true,
                                    .has_dacl = true,
                                    .owner = {5, 2, {32, 544}},
                                    .group = {5, 1, {18}},
                                    .control = SD_DACL_PROTECTED,
                                    .dacl = list,
                                    .n_dacl = 2};
    struct security_descriptor back;
    const char *why = "";
    struct bytes out = descriptor_write(mem, &d);
    assert_true(descriptor_read(out, mem, &back, &why));
    assert_int_equal(back.control, SD_DACL_PROTECTED | SD_DACL_PRESENT | SD_SELF_RELATIVE);
    assert_bytes(descriptor_write(mem, &back), out);
    assert_true(tiles(descriptor_walk, out));
    /* More than 64 KiB of entries fit into no list. */
    d.n_dacl = 2400;
    struct ace *many = arena_array(mem, struct ace, d.n_dacl);
    for (size_t i = 0; i < d.n_dacl; i++)
        many[i] = list[1];
    d.dacl = many;
    assert_int_equal(descriptor_write(mem, &d).n, 0);
}

static void any(struct bytes in)
{
    struct security_descriptor d;
    const char *why = NULL;
    bool ok = descriptor_read(in, mem, &d, &why);
    assert_int_equal(tiles(descriptor_walk, in), ok);
    if (!ok)
        assert_non_null(why);
}

static void damage_is_survived(void **state)
{
    (void)state;
    struct bytes whole = exactly(octets(WITH_ALL));
    each_truncation(whole, any);
    each_flip(whole, any);
    release(whole);
}

struct worded {
    struct flat_visitor v;
    struct place places[8];
    unsigned depth;
};

static void worded_enter(struct flat_visitor *v, const struct flat_span *s)
{
    struct worded *w = (struct worded *)v;
    struct place *p = &w->places[w->depth + 1];
    *p = (struct place){.up = &w->places[w->depth], .member = s->name, .name = s->name};
    if (!word_for(p))
        fail_msg("no words for %s", s->path);
    if (s->constructed)
        w->depth++;
}

static void worded_leave(struct flat_visitor *v, const struct flat_span *s)
{
    (void)s;
    ((struct worded *)v)->depth--;
}

static void every_field_has_words(void **state)
{
    (void)state;
    struct worded w = {.v = {worded_enter, worded_leave},
                       .places = {{.name = "SECURITY_DESCRIPTOR"}}};
    assert_non_null(word_for(&w.places[0]));
    descriptor_walk(octets(WITH_ALL), mem, NULL, &w.v);
    struct worded group = {.v = {worded_enter, worded_leave},
                           .places = {{.name = "SECURITY_DESCRIPTOR"}}};
    descriptor_walk(octets("01 00 0080 00000000 14000000 00000000 00000000 " OWNER), mem, NULL,
                    &group.v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLAT_TEST(faults_say_where),   FLAT_TEST(a_map_has_every_octet),
        FLAT_TEST(written_as_read),    FLAT_TEST(no_list_is_not_an_empty_one),
        FLAT_TEST(damage_is_survived), FLAT_TEST(every_field_has_words),
    };
    return cmocka_run_group_tests_name("security descriptors", tests, NULL, NULL);
}
