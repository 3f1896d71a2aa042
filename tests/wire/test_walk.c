/* The map of octets: every octet is told of once, in order, under its name. */
#include "tests/wire/samples.h"
#include "wire/builtin.h"

#include <stddef.h>
#include <string.h>

static struct arena *mem;

struct map {
    struct asn_visitor visitor;
    struct asn_span spans[256];
    size_t n;  /* spans told */
    size_t at; /* octets told of */
    unsigned depth;
};

static bool constructed(const struct asn_span *s)
{
    return s->type && (s->type->kind == ASN_SEQUENCE || s->type->kind == ASN_SEQUENCE_OF ||
                       s->type->kind == ASN_CHOICE);
}

static void map_enter(struct asn_visitor *v, const struct asn_span *s)
{
    struct map *m = (struct map *)v;
    assert_int_equal(s->depth, m->depth);
    assert_int_equal(s->at, m->at);
    assert_in_range(s->body, s->at, s->end);
    m->spans[m->n++] = *s;
    m->at = constructed(s) ? s->body : s->end;
    m->depth += constructed(s);
}

static void map_leave(struct asn_visitor *v, const struct asn_span *s)
{
    struct map *m = (struct map *)v;
    assert_true(constructed(s));
    m->depth--;
    assert_int_equal(s->depth, m->depth);
}

static bool map(struct map *m, const struct asn_type *t, struct bytes in, enum asn_policy policy)
{
    *m = (struct map){.visitor = {map_enter, map_leave}};
    bool ok = asn_walk(t, in, policy, mem, NULL, &m->visitor);
    assert_int_equal(m->depth, 0); /* whatever was entered was left, at a fault too */
    return ok;
}

static void tiles(void **state)
{
    const struct asn_type *t;
    struct bytes der = sample(*state, mem, &t);
    struct map m;
    assert_true(map(&m, t, der, ASN_DEPLOYED));
    assert_int_equal(m.at, der.n);
    assert_ptr_equal(m.spans[0].type, t);
    assert_null(m.spans[0].field);
    for (size_t n = 0; n < der.n; n++)
        assert_false(map(&m, t, bytes_slice(der, 0, n), ASN_DEPLOYED));
}

static void headers_and_contents(void **state)
{
    (void)state;
    struct map m;
    struct bytes in = hex(mem, "6f1b 3019 a003020105 a10302010f a20d300b a003020112 a2040402aabb");
    assert_true(map(&m, &ASN_AP_REP, in, ASN_STRICT));
    assert_int_equal(m.n, 6);
    assert_int_equal(m.spans[0].body, 4); /* the APPLICATION tag and the SEQUENCE's */
    assert_string_equal(m.spans[1].field->name, "pvno");
    assert_int_equal(m.spans[1].at, 4);
    assert_int_equal(m.spans[1].body, 8);
    assert_int_equal(m.spans[1].end, 9);
    assert_ptr_equal(m.spans[3].type, &ASN_EncryptedData);
    assert_int_equal(m.spans[3].depth, 1);
    assert_string_equal(m.spans[5].field->name, "cipher");
    assert_int_equal(m.spans[5].depth, 2);
    assert_int_equal(m.spans[5].end, in.n);
}

static void elements_are_numbered(void **state)
{
    (void)state;
    struct map m;
    struct bytes in = hex(mem, "3016 3009a103020102a2020400 3009a103020113a2020400");
    assert_true(map(&m, &ASN_METHOD_DATA, in, ASN_STRICT));
    assert_int_equal(m.n, 7);
    assert_int_equal(m.spans[1].index, 0);
    assert_int_equal(m.spans[4].index, 1);
    assert_null(m.spans[4].field);
    assert_int_equal(m.spans[4].at, 13);
}

static void extensions_are_unknown(void **state)
{
    (void)state;
    struct map m;
    struct bytes in = hex(mem, "3012 a003020101 a1040402aabb a303020100 0500");
    assert_false(map(&m, &ASN_EncryptionKey, in, ASN_STRICT));
    assert_true(map(&m, &ASN_EncryptionKey, in, ASN_DEPLOYED));
    assert_int_equal(m.n, 5);
    assert_int_equal(m.at, in.n);
    assert_true(m.spans[3].unknown && m.spans[4].unknown);
    assert_null(m.spans[3].type);
    assert_int_equal(m.spans[3].at, 13);
    assert_int_equal(m.spans[3].body, 15);
    assert_int_equal(m.spans[4].end, 20);
}

/* ---- CHOICE and ANY ----------------------------------------------------------------------------
 */

struct Pick {
    int choice;
    int64_t number;
    struct bytes text;
};
static const struct asn_field pick_fields[] = {
    {"number", 0, false, offsetof(struct Pick, number), 0, &ASN_Int32},
    {"text", ASN_NONE, false, offsetof(struct Pick, text), 0, &asn_builtin_octets}};
static const struct asn_type Pick = {.name = "Pick",
                                     .base = "Pick",
                                     .section = "",
                                     .kind = ASN_CHOICE,
                                     .app = ASN_NONE,
                                     .app_too = ASN_NONE,
                                     .size = sizeof(struct Pick),
                                     .n_fields = 2,
                                     .fields = pick_fields};

struct Holder {
    struct bytes der;
    struct Pick pick;
    bool has_any;
    struct bytes any;
};
static const struct asn_field holder_fields[] = {
    {"pick", 1, false, offsetof(struct Holder, pick), 0, &Pick},
    {"any", ASN_NONE, true, offsetof(struct Holder, any), offsetof(struct Holder, has_any),
     &asn_builtin_any}};
static const struct asn_type Holder = {.name = "Holder",
                                       .base = "Holder",
                                       .section = "",
                                       .kind = ASN_SEQUENCE,
                                       .app = ASN_NONE,
                                       .app_too = ASN_NONE,
                                       .size = sizeof(struct Holder),
                                       .n_fields = 2,
                                       .fields = holder_fields};

static void choice_and_any(void **state)
{
    (void)state;
    static const char *const inputs[] = {
        "300c a105a003020107 a503020101", /* the first alternative; ANY is the whole [5] */
        "3006 a1040402aabb",              /* the second; no ANY */
    };
    for (int i = 0; i < 2; i++) {
        struct map m;
        struct Holder h;
        struct bytes in = hex(mem, inputs[i]);
        assert_true(map(&m, &Holder, in, ASN_STRICT));
        assert_int_equal(m.at, in.n);
        assert_ptr_equal(m.spans[1].type, &Pick);
        assert_int_equal(m.spans[1].body, 4); /* its alternative has the rest, [0] too */
        assert_int_equal(m.spans[2].at, 4);
        assert_ptr_equal(m.spans[2].field, &pick_fields[i]);
        assert_true(asn_decode(&Holder, in, ASN_STRICT, mem, NULL, &h));
        assert_int_equal(h.pick.choice, i + 1);
        assert_int_equal(h.has_any, i == 0);
        assert_true(bytes_equal(asn_encode_anew(&Holder, &h, mem), in));
        if (i == 0) {
            assert_int_equal(h.pick.number, 7);
            assert_string_equal(hex_text(mem, h.any), "a503020101");
            assert_int_equal(m.spans[3].body, 9);
        }
    }
    struct Holder none = {.pick.choice = 0};
    assert_null(asn_encode(&Holder, &none, mem).p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_and_contents),
        cmocka_unit_test(elements_are_numbered),
        cmocka_unit_test(extensions_are_unknown),
        cmocka_unit_test(choice_and_any),
    };
    mem = arena_new(1 << 16);
    int failures = cmocka_run_group_tests_name("walk", tests, NULL, NULL);
    failures += samples_run("walk: leaves tile each sample", mem, tiles);
    arena_free(mem);
    return failures ? 1 : 0;
}
