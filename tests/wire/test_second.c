/* The two readers against each other: on every published encoding, on all that damage makes of
 * them, and on what libtasn1 takes although it is not DER, or not what the schema says:
 *
 *   asn.wrapper             an explicit tag longer than the element in it
 *   asn.field-missing       a SEQUENCE without octets, whatever must be in it
 *   der.length-not-minimal  a length in more octets than it needs
 *   der.truncated           an explicit tag, at the end of a message, that holds less than it says
 *   asn.integer-empty       an INTEGER without octets
 *   asn.integer-padded      an INTEGER in more octets than it needs
 *   asn.integer-too-large   an INTEGER of any size
 *   asn.integer-range       ranges are dropped by asn1Parser
 *   krb.pvno, krb.msg-type  and so are the values of the fields that have one value only
 *   asn.boolean-value       a BOOLEAN of any octet
 *   asn.bits-unused         more unused bits than an octet has
 *   asn.bits-padding        unused bits that are set
 *   asn.time-fraction       fractions of a second
 *   asn.time-date           the thirtieth of February
 *   asn.list-short          SIZE is kept and not enforced
 */
#include "tests/wire/samples.h"
#include "wire/second.h"

#include <string.h>

static struct arena *mem;
static struct second *second;

static const struct lax {
    const char *id; /* of our refusal */
    const struct asn_type *type;
    const char *in;
} table[] = {
    {"asn.wrapper", &ASN_EncryptionKey, "300b a004020101 a1040402aabb"},
    {"asn.field-missing", &ASN_EncryptionKey, "3000"},
    {"asn.field-missing", &ASN_AP_REP, "6f02 3000"},
    {"der.length-not-minimal", &ASN_Int32, "02810101"},
    {"der.length-not-minimal", &ASN_EncryptionKey, "30820009 a003020101 a1020400"},
    {"der.truncated", &ASN_EncryptionKey, "3009 a003020101 a1010400"},
    {"asn.integer-empty", &ASN_Int32, "0200"},
    {"asn.integer-padded", &ASN_Int32, "0202007f"},
    {"asn.integer-too-large", &ASN_Int32, "0209010000000000000000"},
    {"asn.integer-range", &ASN_Microseconds, "02030f4240"},
    {"krb.pvno", &ASN_AP_REP, "6f1b 3019 a003020104 a10302010f a20d300b a003020112 a2040402aabb"},
    {"krb.msg-type", &ASN_AP_REP,
     "6f1b 3019 a003020105 a10302010e a20d300b a003020112 a2040402aabb"},
    {"asn.boolean-value", &ASN_KERB_PA_PAC_REQUEST, "3005 a003010101"},
    {"asn.bits-unused", &ASN_KerberosFlags, "0303090000"},
    {"asn.bits-padding", &ASN_KerberosFlags, "03020301"},
    {"asn.time-fraction", &ASN_KerberosTime, "1811 32303236303130313030303030302e355a"},
    {"asn.time-date", &ASN_KerberosTime, "180f 32303236303233303030303030305a"},
    {"asn.list-short", &ASN_ETYPE_INFO2, "3000"},
};

static void agrees(const struct asn_type *t, struct bytes in)
{
    const char *why = "";
    if (!second_agrees(second, t, in, mem, &why))
        fail_msg("%s %s: %s", t->name, hex_text(mem, in), why);
}

static void on_samples(void **state)
{
    const struct asn_type *t;
    struct bytes der = sample(*state, mem, &t);
    agrees(t, der);
    struct leaves leaves;
    const char *why;
    assert_true(second_read(second, t, der, mem, &leaves, &why));
    assert_true(leaves.n > 0);
}

static void quiet(struct asn_visitor *v, const struct asn_span *s)
{
    bool *unknown = (bool *)(v + 1);
    *unknown |= s->unknown;
}

static void nothing(struct asn_visitor *v, const struct asn_span *s)
{
    (void)v;
    (void)s;
}

static const char *our_fault(const struct asn_type *t, struct bytes in, bool *unknown)
{
    struct {
        struct asn_visitor visitor;
        bool unknown;
    } v = {{quiet, nothing}, false};
    struct faults faults = {.mem = mem};
    bool ok = asn_walk(t, in, ASN_DEPLOYED, mem, &faults, &v.visitor);
    *unknown = v.unknown;
    return ok ? NULL : faults.list[0].row->id;
}

static void lax(void **state)
{
    const struct lax *row = *state;
    struct bytes in = hex(mem, row->in);
    struct leaves leaves;
    const char *why;
    bool unknown;
    assert_string_equal(our_fault(row->type, in, &unknown), row->id);
    assert_true(second_read(second, row->type, in, mem, &leaves, &why));
    assert_false(second_agrees(second, row->type, in, mem, &why));
    assert_non_null(strstr(why, "only the second reader takes it"));
}

/* A fault of ours that is in the list is one that libtasn1 may not have seen. */
static bool listed(const char *id)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].id, id) == 0)
            return true;
    return false;
}

/* One bit changed: either both read the same from it, or the difference is a known one. */
static void on_damage(void **state)
{
    const struct asn_type *t;
    struct bytes der = sample(*state, mem, &t);
    struct arena *kept = mem;
    uint8_t *damaged = (uint8_t *)arena_copy(mem, der).p;
    struct bytes in = {damaged, der.n};
    mem = arena_new(1 << 16);
    for (size_t bit = 0; bit < 8 * der.n; bit++) {
        const char *why;
        bool unknown;
        arena_reset(mem);
        damaged[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        const char *id = our_fault(t, in, &unknown);
        if (id ? !listed(id) : !unknown) {
            if (!second_agrees(second, t, in, mem, &why))
                fail_msg("%s %s: %s", t->name, hex_text(mem, in), why);
        }
        damaged[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    arena_free(mem);
    mem = kept;
}

static void other_types(void **state)
{
    (void)state;
    static const struct asn_type stranger = {.name = "Stranger"};
    struct leaves leaves;
    const char *why = NULL;
    assert_false(second_read(second, &stranger, BYTES_LIT("\2\1\1"), mem, &leaves, &why));
    assert_non_null(why);
}

static void leaves_have_paths(void **state)
{
    (void)state;
    struct leaves l;
    const char *why;
    struct bytes in = hex(mem, "3014 a003020101 a10d300b 1b0161 1b026263 1b020000");
    assert_true(second_read(second, &ASN_PrincipalName, in, mem, &l, &why));
    assert_int_equal(l.n, 4);
    assert_string_equal(l.list[0].path, "PrincipalName.name-type");
    assert_string_equal(l.list[2].path, "PrincipalName.name-string[1]");
    assert_true(bytes_equal_str(l.list[2].value, "bc"));
    in = hex(mem, "3009 a003020101 a1023000");
    assert_true(second_read(second, &ASN_PrincipalName, in, mem, &l, &why));
    assert_int_equal(l.n, 2);
    assert_string_equal(l.list[1].path, "PrincipalName.name-string");
    agrees(&ASN_PrincipalName, in);
    agrees(&ASN_METHOD_DATA, hex(mem, "3000"));
    agrees(&ASN_KERB_PA_PAC_REQUEST, hex(mem, "3005 a003010100"));
    agrees(&ASN_KerberosFlags, hex(mem, "030303a8f8"));
}

static int run_table(void)
{
    size_t n = sizeof table / sizeof *table;
    struct CMUnitTest *tests = arena_array(mem, struct CMUnitTest, n);
    for (size_t i = 0; i < n; i++)
        tests[i] =
            (struct CMUnitTest){.name = arena_printf(mem, "%s: %s", table[i].id, table[i].in),
                                .test_func = lax,
                                .initial_state = (void *)&table[i]};
    return _cmocka_run_group_tests("second reader: what it takes", tests, n, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_types),
        cmocka_unit_test(leaves_have_paths),
    };
    mem = arena_new(1 << 16);
    second = second_new();
    int failures = cmocka_run_group_tests_name("second reader", tests, NULL, NULL);
    failures += run_table();
    failures += samples_run("second reader: samples", mem, on_samples);
    failures += samples_run("second reader: every bit flipped", mem, on_damage);
    second_free(second);
    arena_free(mem);
    return failures ? 1 : 0;
}
