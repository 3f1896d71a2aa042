/* Security descriptors as text (MS-DTYP 2.5.1). */
#include "service/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;
static const struct sid domain = {5, 4, {21, 1, 2, 3}};

static int begin(void **state)
{
    (void)state;
    mem = arena_new(1 << 16);
    return mem ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static struct security_descriptor read_it(const char *text)
{
    struct security_descriptor d;
    const char *why = NULL;
    if (!sddl_read(mem, text, &domain, &d, &why))
        fail_msg("%s: %s", text, why);
    return d;
}

/* Read, written, through octets and back: the text is in the form that is written. */
static void there_and_back(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out; /* NULL: as it came */
    } table[] = {
        {"", NULL},
        {"O:BA", NULL},
        {"O:BAG:BAD:(A;;FR;;;S-1-5-21-1-2-3-1105)", NULL},
        {"O:SYG:SYD:", NULL},
        {"D:NO_ACCESS_CONTROL", NULL},
        {"D:P", NULL},
        {"D:PARAI(A;;FA;;;WD)", NULL},
        {"D:AIARP(A;;FA;;;WD)", "D:PARAI(A;;FA;;;WD)"},
        {"D:(D;CIOINPIOID;0x3;;;AN)(A;;GR;;;AU)", NULL},
        {"D:(A;OICI;GRGX;;;AU)", "D:(A;CIOI;0xa0000000;;;AU)"},
        {"D:(A;;RCWD;;;OW)", "D:(A;;0x60000;;;OW)"},
        {"D:(A;;CCLCSWRPLORC;;;BU)", "D:(A;;0x2009d;;;BU)"},
        {"D:(A;;;;;WD)", "D:(A;;0x0;;;WD)"},
        {"D:(A;;0X1F01FF;;;WD)", "D:(A;;FA;;;WD)"},
        {"O:DAG:DUD:(A;;FW;;;LA)(A;;FX;;;LG)",
         "O:S-1-5-21-1-2-3-512G:S-1-5-21-1-2-3-513"
         "D:(A;;FW;;;S-1-5-21-1-2-3-500)(A;;FX;;;S-1-5-21-1-2-3-501)"},
        {"O:S-1-5-32-544G:S-1-5-18D:(A;;FR;;;S-1-1-0)", "O:BAG:SYD:(A;;FR;;;WD)"},
        {"D:(A;;FR;;;WD)O:BA", "O:BAD:(A;;FR;;;WD)"},
        {"O:S-1-0x123456789abc-7", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *out = table[i].out ? table[i].out : table[i].in, *why = NULL;
        struct security_descriptor d = read_it(table[i].in), again;
        assert_string_equal(sddl_write(mem, &d), out);
        assert_true(descriptor_read(descriptor_write(mem, &d), mem, &again, &why));
        assert_string_equal(sddl_write(mem, &again), out);
    }
}

static void in_pieces(void **state)
{
    (void)state;
    struct security_descriptor d = read_it("O:BAG:SYD:PAI(D;IO;GA;;;AN)(A;;FR;;;DU)");
    struct sid users = sid_in(&domain, RID_DOMAIN_USERS);
    assert_true(d.has_owner && d.has_group && d.has_dacl);
    assert_int_equal(d.owner.sub[1], 544);
    assert_int_equal(d.group.sub[0], 18);
    assert_int_equal(d.control,
                     SD_SELF_RELATIVE | SD_DACL_PRESENT | SD_DACL_PROTECTED | SD_DACL_INHERITED);
    assert_int_equal(d.n_dacl, 2);
    assert_int_equal(d.dacl[0].type, ACE_DENY);
    assert_int_equal(d.dacl[0].flags, ACE_INHERIT_ONLY);
    assert_int_equal(d.dacl[0].mask, 1 << 28);
    assert_int_equal(d.dacl[1].mask, FILE_GENERIC_READ);
    assert_true(sid_equal(&d.dacl[1].sid, &users));
    d = read_it("O:BA");
    assert_false(d.has_dacl);
    d = read_it("D:NO_ACCESS_CONTROL");
    assert_false(d.has_dacl);
    d = read_it("D:");
    assert_true(d.has_dacl && d.n_dacl == 0);
}

static const struct {
    const char *text, *id;
    size_t at;
} refused[] = {
    {"X:BA", "sddl.part", 0},
    {"O:BA ", "sddl.part", 4},
    {"O:BAO:BA", "sddl.twice", 4},
    {"G:BAG:BA", "sddl.twice", 4},
    {"D:D:", "sddl.twice", 2},
    {"D:NO_ACCESS_CONTROLD:", "sddl.twice", 19},
    {"S:(AU;SA;FA;;;WD)", "sddl.audit", 0},
    {"O:", "sddl.sid", 2},
    {"O:DA", "sddl.domain", 2}, /* on a machine without a domain */
    {"O:zz", "sddl.sid", 2},
    {"O:S-1-", "sddl.sid", 2},
    {"O:S-1-5-21-", "sddl.sid", 2},
    {"D:X(A;;FA;;;WD)", "sddl.flags", 2},
    {"D:(A;;FA;;;WD", "sddl.entry", 13},
    {"D:(A;;FA;;;WD))", "sddl.entry", 14},
    {"D:(A;;FA;;;WD;)", "sddl.entry", 13},
    {"D:(OA;;FA;;;WD)", "sddl.ace-type", 3},
    {"D:(AU;;FA;;;WD)", "sddl.ace-type", 3},
    {"D:(XA;;FA;;;WD;(1))", "sddl.ace-type", 3},
    {"D:(A;SA;FA;;;WD)", "sddl.ace-flags", 5},
    {"D:(A;;ZZ;;;WD)", "sddl.rights", 6},
    {"D:(A;;F;;;WD)", "sddl.rights", 6},
    {"D:(A;;0x;;;WD)", "sddl.rights", 6},
    {"D:(A;;0x123456789;;;WD)", "sddl.rights", 6},
    {"D:(A;;0x1z;;;WD)", "sddl.entry", 9},
    {"D:(A;;FA;ab;;WD)", "sddl.object", 9},
    {"D:(A;;FA;;ab;WD)", "sddl.object", 10},
};

static char seen[32];
static size_t seen_at;
static void (*before)(const struct fault *);

static void see(const struct fault *f)
{
    strncpy(seen, f->row->id, sizeof seen - 1);
    seen_at = f->at;
    if (before)
        before(f);
}

static void says_where(void **state)
{
    (void)state;
    size_t n, reached = 0;
    const struct fault_row *rows = web_fault_table(&n);
    before = fault_observer;
    fault_observer = see;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct security_descriptor d;
        const char *why = NULL;
        const struct sid *in = strcmp(refused[i].id, "sddl.domain") ? &domain : NULL;
        const char *text = refused[i].text;
        if (sddl_read(mem, text, in, &d, &why))
            fail_msg("%s was read", text);
        if (strcmp(seen, refused[i].id) || seen_at != refused[i].at)
            fail_msg("%s: %s", text, why);
        assert_non_null(strstr(why, "MS-DTYP 2.5.1.1"));
    }
    fault_observer = before;
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
            if (strcmp(rows[r].id, refused[i].id) == 0) {
                reached++;
                break;
            }
    assert_int_equal(reached, n);
}

/* A name is not SDDL: whoever writes scenarios gives SIDs for it. */
static void names_are_not_sids(void **state)
{
    (void)state;
    struct security_descriptor d;
    const char *why = NULL;
    assert_false(sddl_read(mem, "D:(A;;FR;;;EXAMPLE\\ben)", &domain, &d, &why));
    assert_non_null(strstr(why, "EXAMPLE"));
}

static void damage_is_survived(void **state)
{
    (void)state;
    static const char whole[] = "O:BAG:S-1-5-18D:PAI(A;CIIO;GAFR;;;WD)(D;;0x1;;;DA)(A;ID;FA;;;OW)";
    for (size_t n = 0; n < sizeof whole - 1; n++)
        for (int bit = 0; bit < 8; bit++) {
            struct security_descriptor d;
            const char *why = NULL;
            char *copy = strdup(whole);
            copy[n] = bit < 7 ? (char)(copy[n] ^ (1 << bit)) : '\0';
            if (!sddl_read(mem, copy, &domain, &d, &why))
                assert_non_null(why);
            free(copy);
            arena_reset(mem);
        }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(there_and_back),     TEST(in_pieces),          TEST(says_where),
        TEST(names_are_not_sids), TEST(damage_is_survived),
    };
    return cmocka_run_group_tests_name("SDDL", tests, NULL, NULL);
}
