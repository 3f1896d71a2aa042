/* The generator: what it makes of a schema that has one of everything (flags.asn), and the flag
 * bits by which it reads asn1Parser's array, whose names libtasn1 keeps to itself. */
#include "wire/flags_rows.c"
#include "wire/flags_table.c"
#include "wire/refused_table.c"

#include "base/text.h"
#include "wire/codec.h"
#include "wire/generate/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

/* ---- the array ---------------------------------------------------------------------------------
 */

/* The row of that name in a table; what it ends with has no name, no type and no value. */
static const asn1_static_node *row(const asn1_static_node *table, const char *name)
{
    for (const asn1_static_node *r = table; r->name || r->type || r->value; r++)
        if (r->name && strcmp(r->name, name) == 0)
            return r;
    fail_msg("no row %s", name);
    return NULL;
}

static void bits_of_members(void **state)
{
    (void)state;
    const asn1_static_node *t = asn_table_refused;
    assert_true(row(t, "defaulted")->type & F_DEFAULT);
    assert_false(row(t, "defaulted")->type & F_OPTION);
    assert_true(row(t, "optional")->type & F_OPTION);
    assert_false(row(t, "optional")->type & F_DEFAULT);
    assert_false(row(t, "explicit")->type & (F_OPTION | F_DEFAULT));
    assert_true(row(asn_table_flags, "id-value")->type & F_ASSIGN);
    assert_false(row(asn_table_flags, "Name")->type & F_ASSIGN);
}

/* A tag is the first child of what it stands before. */
static void bits_of_tags(void **state)
{
    (void)state;
    const asn1_static_node *t = asn_table_refused;
    const asn1_static_node *implicit = row(t, "implicit"), *explicit = row(t, "explicit");
    const asn1_static_node *application = row(t, "Application");
    assert_int_equal(implicit[1].type & T_MASK, T_TAG);
    assert_true(implicit[1].type & F_IMPLICIT);
    assert_false(explicit[1].type & F_IMPLICIT);
    assert_false(explicit[1].type & F_APPLICATION);
    assert_true(application[1].type & F_APPLICATION);
    assert_true(application[1].type & F_IMPLICIT);
    const asn1_static_node *all = row(asn_table_flags, "All");
    assert_true(all[1].type & F_APPLICATION);
    assert_false(all[1].type & F_IMPLICIT);
}

static void bits_of_the_tree(void **state)
{
    (void)state;
    const asn1_static_node *t = asn_table_refused;
    assert_true(row(t, "Implicit")->type & F_DOWN);
    assert_true(row(t, "Implicit")->type & F_RIGHT);
    assert_false(row(t, "Application")->type & F_RIGHT); /* the last production */
    assert_false(row(t, "optional")->type & F_RIGHT);    /* the last member */
    assert_true(row(t, "optional")->type & F_DOWN);      /* its tag */
}

/* ---- the rows ----------------------------------------------------------------------------------
 */

static const struct asn_field *field(const struct asn_type *t, const char *name)
{
    for (unsigned i = 0; i < t->n_fields; i++)
        if (strcmp(t->fields[i].name, name) == 0)
            return &t->fields[i];
    fail_msg("no field %s", name);
    return NULL;
}

static void kinds(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum asn_kind kind;
        int tag;
        bool optional;
    } expected[] = {
        {"number", ASN_INTEGER, 0, false},
        {"plain", ASN_INTEGER, 1, true},
        {"level", ASN_ENUMERATED, 2, false},
        {"yes", ASN_BOOLEAN, 3, false},
        {"when", ASN_TIME, 4, false},
        {"options", ASN_FLAGS, 5, true},
        {"mask", ASN_BITS, 6, false},
        {"octets", ASN_OCTETS, 7, false},
        {"string", ASN_STRING, 8, false},
        {"name", ASN_OID, 9, false},
        {"list", ASN_SEQUENCE_OF, 10, false},
        {"pick", ASN_CHOICE, 11, false},
        {"untagged", ASN_INTEGER, ASN_NONE, false},
        {"any", ASN_ANY, ASN_NONE, true},
    };
    assert_int_equal(ASN_All.n_fields, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct asn_field *f = &ASN_All.fields[i];
        assert_string_equal(f->name, expected[i].name);
        assert_int_equal(f->type->kind, expected[i].kind);
        assert_int_equal(f->tag, expected[i].tag);
        assert_int_equal(f->optional, expected[i].optional);
    }
}

static void other_names(void **state)
{
    (void)state;
    assert_string_equal(ASN_Another.base, "All");
    assert_string_equal(ASN_Another.name, "Another");
    assert_ptr_equal(ASN_Another.fields, ASN_All.fields);
    assert_int_equal(ASN_Another.app, 7); /* what is named again keeps its tag */
    assert_int_equal(ASN_All.app, 7);
    assert_true(ASN_Number.ranged);
    assert_true(ASN_Number.min == INT32_MIN && ASN_Number.max == INT32_MAX);
    assert_int_equal(ASN_Options.kind, ASN_FLAGS);
    assert_int_equal(ASN_Mask.kind, ASN_BITS);
    assert_int_equal(ASN_Name.kind, ASN_OID);
}

static void sections(void **state)
{
    (void)state;
    assert_string_equal(ASN_Int32.section, "TEST 1.1"); /* a number stands for the module's text */
    assert_string_equal(ASN_All.section, "TEST 1.2");
    assert_string_equal(ASN_Pick.section, "FLAGS 9");
}

static void lists(void **state)
{
    (void)state;
    const struct asn_type *list = field(&ASN_All, "list")->type;
    assert_int_equal(list->least, 2);
    assert_ptr_equal(list->of, &ASN_Int32);
    assert_string_equal(list->name, "All.list");
    assert_int_equal(ASN_Pairs.least, 0);
    assert_string_equal(ASN_Pairs.of->name, "Pairs.item");
    assert_int_equal(ASN_Pairs.of->size, sizeof(struct Pairs_item));
    assert_int_equal(ASN_Anys.of->kind, ASN_ANY);
}

static void every_production(void **state)
{
    (void)state;
    size_t n = 0;
    while (asn_flags_types[n])
        n++;
    assert_int_equal(n, 12);
    assert_ptr_equal(asn_flags_types[7], &ASN_All);
}

/* ---- a value through them ----------------------------------------------------------------------
 */

static void round_trip(void **state)
{
    (void)state;
    int64_t numbers[] = {1, -1};
    struct All in = {.number = -5,
                     .has_plain = true,
                     .plain = 1000,
                     .level = 1,
                     .yes = true,
                     .when = 1000000,
                     .has_options = true,
                     .options = 0x40000001,
                     .mask = {BYTES_LIT("\xa0"), 5},
                     .octets = BYTES_LIT("\1\2"),
                     .string = BYTES_LIT("text"),
                     .name = BYTES_LIT("\x2b\6"),
                     .list = {numbers, 2},
                     .pick = {.choice = 2, .octets = BYTES_LIT("\3")},
                     .untagged = 9,
                     .has_any = true,
                     .any = BYTES_LIT("\5\0")};
    struct All out;
    struct bytes der = asn_encode(&ASN_All, &in, mem);
    struct faults faults = {.mem = mem};
    assert_non_null(der.p);
    if (!asn_decode(&ASN_Another, der, ASN_STRICT, mem, &faults, &out))
        fail_msg("%s", fault_text(mem, faults.list));
    assert_true(out.number == -5 && out.has_plain && out.plain == 1000 && out.level == 1);
    assert_true(out.yes && out.when == 1000000 && out.options == 0x40000001);
    assert_true(bytes_equal(out.mask.bits, in.mask.bits) && out.mask.unused == 5);
    assert_true(bytes_equal(out.string, in.string) && bytes_equal(out.name, in.name));
    assert_true(out.list.n == 2 && out.list.at[1] == -1);
    assert_true(out.pick.choice == 2 && bytes_equal(out.pick.octets, in.pick.octets));
    assert_true(out.untagged == 9 && out.has_any && bytes_equal(out.any, in.any));
    assert_true(bytes_equal(asn_encode_anew(&ASN_All, &out, mem), der));
    in.list.n = 1;
    assert_null(asn_encode(&ASN_All, &in, mem).p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_of_members),
        cmocka_unit_test(bits_of_tags),
        cmocka_unit_test(bits_of_the_tree),
        cmocka_unit_test(kinds),
        cmocka_unit_test(other_names),
        cmocka_unit_test(sections),
        cmocka_unit_test(lists),
        cmocka_unit_test(every_production),
        cmocka_unit_test(round_trip),
    };
    mem = arena_new(4096);
    int failures = cmocka_run_group_tests_name("generator", tests, NULL, NULL);
    arena_free(mem);
    return failures;
}
