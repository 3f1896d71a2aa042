/* Every way in which the codec refuses, by an input made for it: which rule, at which path, at
 * which octet. */
#include "tests/wire/samples.h"
#include "wire/builtin.h"

#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

/* ---- a schema for what Kerberos' own does not reach --------------------------------------------
 */

struct Nest {
    struct bytes der;
    bool has_inner;
    void *inner; /* never built: an endless type is only walked */
};
static const struct asn_type Nest;
static const struct asn_field nest_fields[] = {{"inner", ASN_NONE, true,
                                                offsetof(struct Nest, inner),
                                                offsetof(struct Nest, has_inner), &Nest}};
static const struct asn_type Nest = {.name = "Nest",
                                     .base = "Nest",
                                     .section = "",
                                     .kind = ASN_SEQUENCE,
                                     .app = ASN_NONE,
                                     .app_too = ASN_NONE,
                                     .size = sizeof(struct Nest),
                                     .n_fields = 1,
                                     .fields = nest_fields};

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

/* ---- the inputs --------------------------------------------------------------------------------
 */

enum { S = 1, D = 2, BOTH = S | D }; /* the policies that refuse it */

/* The fields of an EncryptionKey. */
#define KEY "a003020101 a104 0402aabb"

static const struct row {
    const struct asn_type *type;
    const char *in;
    unsigned refused_by;
    const char *id, *path;
    size_t at;
    const char *expected, *found;
} table[] = {
    {&ASN_Int32, "", BOTH, "der.truncated", "Int32", 0, "a tag and a length", "nothing"},
    {&ASN_Int32, "02", BOTH, "der.truncated", "Int32", 0, "a tag and a length", "1 octet"},
    {&ASN_Int32, "020201", BOTH, "der.truncated", "Int32", 0, "2 octets of contents", "1"},
    {&ASN_Int32, "028201", BOTH, "der.truncated", "Int32", 0, "a tag and a length", "3 octets"},
    {&ASN_Int32, "02820100 01", BOTH, "der.truncated", "Int32", 0, "256 octets of contents", "1"},
    {&ASN_EncryptionKey, "300b a004020101 a104 0402aabb", BOTH, "asn.wrapper",
     "EncryptionKey.keytype", 7, "the end", "1 more octets"},
    {&ASN_EncryptionKey, "300b a003020201 a104 0402aabb", BOTH, "der.truncated",
     "EncryptionKey.keytype", 4, "2 octets of contents", "1"},
    {&ASN_EncryptionKey, "3002 a000", BOTH, "der.truncated", "EncryptionKey.keytype", 4,
     "a tag and a length", "nothing"},
    {&ASN_Int32, "1f810100", BOTH, "der.tag-long", "Int32", 0, "a tag number up to 30", "1f"},
    {&ASN_EncryptionKey, "3080 0000", BOTH, "der.length-indefinite", "EncryptionKey", 1,
     "a definite length", "80"},
    {&ASN_Int32, "02ff01", BOTH, "der.length-reserved", "Int32", 1, "80 to fe", "ff"},
    {&ASN_Int32, "02810101", BOTH, "der.length-not-minimal", "Int32", 1, "the fewest octets", "81"},
    {&ASN_Int32, "0282000101", BOTH, "der.length-not-minimal", "Int32", 1, "the fewest octets",
     "82"},
    {&ASN_Int32, "02847fffffff 01", BOTH, "der.length-too-large", "Int32", 1,
     "less than 2147483647", "84"},
    {&ASN_Int32, "02850100000000 01", BOTH, "der.length-too-large", "Int32", 1,
     "less than 2147483647", "85"},
    {&ASN_Int32, "220101", BOTH, "der.form", "Int32", 0, "primitive", "constructed"},
    {&ASN_EncryptionKey, "1000", BOTH, "der.form", "EncryptionKey", 0, "constructed", "primitive"},
    {&ASN_EncryptionKey, "3003 800101", BOTH, "der.form", "EncryptionKey.keytype", 2, "constructed",
     "primitive"},
    {&ASN_EncryptionKey, "300d a003020101 a106 2404 0402aabb", BOTH, "der.form",
     "EncryptionKey.keyvalue", 9, "primitive", "constructed"},
    {&ASN_Int32, "040101", BOTH, "asn.tag", "Int32", 0, "INTEGER of Int32, RFC 4120 5.2.4",
     "OCTET STRING"},
    {&ASN_AP_REP, "6e00", BOTH, "asn.tag", "AP-REP", 0,
     "[APPLICATION 15] of AP-REP, RFC 4120 5.5.2", "[APPLICATION 14]"},
    {&ASN_EncryptionKey, "3005 a003040101", BOTH, "asn.tag", "EncryptionKey.keytype", 4,
     "INTEGER of Int32, RFC 4120 5.2.4", "OCTET STRING"},
    {&ASN_EncryptionKey, "3005 c503020101", BOTH, "asn.tag", "EncryptionKey.keytype", 2, "[0]",
     "[PRIVATE 5]"},
    {&ASN_EncASRepPart, "7a00", S, "asn.tag", "EncASRepPart", 0,
     "[APPLICATION 25] of EncASRepPart, RFC 4120 5.4.2", "[APPLICATION 26]"},
    {&ASN_AP_REP, "6f02 3100", BOTH, "asn.tag", "AP-REP", 2, "SEQUENCE of AP-REP, RFC 4120 5.5.2",
     "SET"},
    {&ASN_AP_REP, "6f04 3000 0500", BOTH, "asn.wrapper", "AP-REP", 4, "the end", "2 more octets"},
    {&ASN_Int32, "020101 00", BOTH, "asn.trailing", "Int32", 3, "the end", "1"},
    {&ASN_EncryptionKey, "3000", BOTH, "asn.field-missing", "EncryptionKey.keytype", 2, "[0]",
     "the end"},
    {&ASN_EncryptionKey, "3006 a1040402aabb", BOTH, "asn.field-missing", "EncryptionKey.keytype", 2,
     "[0]", "[1]"},
    {&ASN_EncryptionKey, "300a a003020101 a003020101", BOTH, "asn.field-order",
     "EncryptionKey.keytype", 7, NULL, "[0]"},
    {&ASN_EncryptionKey, "3010 " KEY " a003020101", BOTH, "asn.field-order",
     "EncryptionKey.keytype", 13, NULL, "[0]"},
    {&ASN_EncryptionKey, "3010 " KEY " a203020101", S, "asn.field-unknown", "EncryptionKey", 13,
     "the end", "[2]"},
    {&ASN_EncryptionKey, "3010 " KEY " a284020101", BOTH, "der.truncated", "EncryptionKey", 13,
     "a tag and a length", "5 octets"},
    {&ASN_ETYPE_INFO2, "3000", BOTH, "asn.list-short", "ETYPE-INFO2", 2, "1 or more", "0"},
    {&ASN_METHOD_DATA, "3004 3000 0500", BOTH, "asn.field-missing", "METHOD-DATA[0].padata-type", 4,
     "[1]", "the end"},
    {&ASN_METHOD_DATA, "300d 3009a103020102a2020400 0500", BOTH, "asn.tag", "METHOD-DATA[1]", 13,
     "SEQUENCE of PA-DATA, RFC 4120 5.2.7", "NULL"},
    {&Pick, "0500", BOTH, "asn.choice", "Pick", 0, "an alternative of Pick", "NULL"},
    {&Pick, "a0020400", BOTH, "asn.tag", "Pick.number", 2, "INTEGER of Int32, RFC 4120 5.2.4",
     "OCTET STRING"},
    {&ASN_Int32, "0200", BOTH, "asn.integer-empty", "Int32", 2, "1 octet or more", "none"},
    {&ASN_Int32, "0202007f", BOTH, "asn.integer-padded", "Int32", 2, "the fewest octets", "2"},
    {&ASN_Int32, "0202ff80", BOTH, "asn.integer-padded", "Int32", 2, "the fewest octets", "2"},
    {&asn_builtin_integer, "0209010000000000000000", BOTH, "asn.integer-too-large", "INTEGER", 2,
     "8 octets or fewer", "9"},
    {&ASN_Int32, "02050080000000", S, "asn.integer-range", "Int32", 2, "-2147483648 to 2147483647",
     "2147483648"},
    {&ASN_UInt32, "0201ff", S, "asn.integer-range", "UInt32", 2, "0 to 4294967295", "-1"},
    {&ASN_UInt32, "02050100000000", BOTH, "asn.integer-range", "UInt32", 2, NULL, "4294967296"},
    {&ASN_Int32, "0205ff7fffffff", BOTH, "asn.integer-range", "Int32", 2, NULL, "-2147483649"},
    {&ASN_Microseconds, "02030f4240", BOTH, "asn.integer-range", "Microseconds", 2, "0 to 999999",
     "1000000"},
    {&asn_builtin_boolean, "0100", BOTH, "asn.boolean-size", "BOOLEAN", 2, "1 octet", "0"},
    {&asn_builtin_boolean, "0102ffff", BOTH, "asn.boolean-size", "BOOLEAN", 2, "1 octet", "2"},
    {&asn_builtin_boolean, "010101", BOTH, "asn.boolean-value", "BOOLEAN", 2, "00 or ff", "01"},
    {&ASN_KerberosTime, "1800", BOTH, "asn.time-form", "KerberosTime", 2, "YYYYMMDDHHMMSSZ",
     "nothing"},
    /* "202601010000Z" */
    {&ASN_KerberosTime, "180d 3230323630313031303030305a", BOTH, "asn.time-form", "KerberosTime",
     14, "YYYYMMDDHHMMSSZ", "202601010000Z"},
    /* "20260101000000Zz", then "20260101000000.5Z", "20260101000000", "20260101000000+0100" */
    {&ASN_KerberosTime, "1810 32303236303130313030303030305a1b", BOTH, "asn.time-form",
     "KerberosTime", 17, "YYYYMMDDHHMMSSZ", "20260101000000Z?"},
    {&ASN_KerberosTime, "1811 32303236303130313030303030302e355a", BOTH, "asn.time-fraction",
     "KerberosTime", 16, "YYYYMMDDHHMMSSZ", "20260101000000.5Z"},
    {&ASN_KerberosTime, "180e 3230323630313031303030303030", BOTH, "asn.time-zone", "KerberosTime",
     16, "YYYYMMDDHHMMSSZ", "20260101000000"},
    {&ASN_KerberosTime, "1813 32303236303130313030303030302b30313030", BOTH, "asn.time-zone",
     "KerberosTime", 16, "YYYYMMDDHHMMSSZ", "20260101000000+0100"},
    /* "20260229000000Z", "20261231235960Z", "20260101240000Z" */
    {&ASN_KerberosTime, "180f 32303236303232393030303030305a", BOTH, "asn.time-date",
     "KerberosTime", 2, "a date and a time that exist", "20260229000000Z"},
    {&ASN_KerberosTime, "180f 32303236313233313233353936305a", BOTH, "asn.time-date",
     "KerberosTime", 2, "a date and a time that exist", "20261231235960Z"},
    {&ASN_KerberosTime, "180f 32303236303130313234303030305a", BOTH, "asn.time-date",
     "KerberosTime", 2, "a date and a time that exist", "20260101240000Z"},
    {&asn_builtin_bits, "0300", BOTH, "asn.bits-empty", "BIT STRING", 2, "1 octet or more", "none"},
    {&asn_builtin_bits, "03020800", BOTH, "asn.bits-unused", "BIT STRING", 2, "0 to 7", "8"},
    {&asn_builtin_bits, "030101", BOTH, "asn.bits-unused", "BIT STRING", 2, "0", "1"},
    {&asn_builtin_bits, "03020301", BOTH, "asn.bits-padding", "BIT STRING", 3, "zeros",
     "01 with 3 unused"},
    {&ASN_KerberosFlags, "03020780", S, "asn.flags-short", "KerberosFlags", 2, "32 bits", "1"},
    {&ASN_KerberosFlags, "0306004000000000", S, "asn.flags-long", "KerberosFlags", 2, "32 bits",
     "40"},
    {&ASN_Realm, "1b03 41c3a9", S, "asn.string-not-ia5", "Realm", 3, "an octet below 80", "c3"},
    {&asn_builtin_oid, "0600", BOTH, "asn.oid-empty", "OBJECT IDENTIFIER", 2, "1 octet or more",
     "none"},
    {&asn_builtin_oid, "06022b86", BOTH, "asn.oid-cut", "OBJECT IDENTIFIER", 3, "an octet below 80",
     "134"},
    {&asn_builtin_oid, "06032b8001", BOTH, "asn.oid-padded", "OBJECT IDENTIFIER", 3,
     "the fewest octets", "80"},
    {&asn_builtin_any, "3080", BOTH, "der.length-indefinite", "ANY", 1, NULL, "80"},
    {&ASN_AP_REP, "6f07 3005 a003020104", BOTH, "krb.pvno", "AP-REP.pvno", 8, "5", "4"},
    {&ASN_Ticket, "6107 3005 a003020104", BOTH, "krb.pvno", "Ticket.tkt-vno", 8, "5", "4"},
    {&ASN_Authenticator, "6207 3005 a003020106", BOTH, "krb.pvno",
     "Authenticator.authenticator-vno", 8, "5", "6"},
    {&ASN_AP_REP, "6f0c 300a a003020105 a10302010e", BOTH, "krb.msg-type", "AP-REP.msg-type", 13,
     "15", "14"},
};

/* ---- the test ----------------------------------------------------------------------------------
 */

static struct arena *mem;
static const struct fault_row *seen[128];
static size_t n_seen;
static void (*observed_before)(const struct fault *);

static void observe(const struct fault *f)
{
    if (observed_before)
        observed_before(f);
    for (size_t i = 0; i < n_seen; i++)
        if (seen[i] == f->row)
            return;
    seen[n_seen++] = f->row;
}

static void same_text(const char *expected, const char *found)
{
    if (expected)
        assert_string_equal(found, expected);
}

static void check_fault(const struct row *r, const struct faults *faults)
{
    assert_int_equal(faults->n, 1);
    const struct fault *f = &faults->list[0];
    assert_string_equal(f->row->id, r->id);
    assert_string_equal(f->path, r->path);
    assert_int_equal(f->at, r->at);
    same_text(r->expected, f->expected);
    same_text(r->found, f->found);
    assert_non_null(f->row->spec);
}

static void quiet(struct asn_visitor *v, const struct asn_span *s)
{
    (void)v;
    (void)s;
}

/* Reading and walking refuse alike. */
static void check_row(const struct row *r, enum asn_policy policy, bool refused)
{
    struct bytes in = hex(mem, r->in);
    struct faults decoded = {.mem = mem}, walked = {.mem = mem};
    struct asn_visitor visitor = {quiet, quiet};
    void *value = arena_take(mem, r->type->size);
    bool ok = asn_decode(r->type, in, policy, mem, &decoded, value);
    assert_int_equal(asn_walk(r->type, in, policy, mem, &walked, &visitor), ok);
    if (refused) {
        assert_false(ok);
        check_fault(r, &decoded);
        check_fault(r, &walked);
    } else if (!ok) { /* what follows in these short inputs may be wrong as well, not this */
        assert_string_not_equal(decoded.list[0].row->id, r->id);
    }
}

static void one_row(void **state)
{
    const struct row *r = *state;
    check_row(r, ASN_STRICT, r->refused_by & S);
    check_row(r, ASN_DEPLOYED, r->refused_by & D);
}

static int every_row(void)
{
    size_t n = sizeof table / sizeof *table;
    struct CMUnitTest *tests = arena_array(mem, struct CMUnitTest, n);
    for (size_t i = 0; i < n; i++)
        tests[i] =
            (struct CMUnitTest){.name = arena_printf(mem, "%s: %s", table[i].id, table[i].in),
                                .test_func = one_row,
                                .initial_state = (void *)&table[i]};
    return _cmocka_run_group_tests("codec: a row of faults each", tests, n, NULL, NULL);
}

/* n SEQUENCEs in one another, the innermost empty. */
static struct bytes nested(size_t n)
{
    size_t room = 6 * n, at = room;
    uint8_t *octets = arena_take(mem, room), header[16];
    for (size_t i = 0; i < n; i++) {
        size_t octets_of_it = asn_header_write(0x30, room - at, header);
        at -= octets_of_it;
        memcpy(octets + at, header, octets_of_it);
    }
    return (struct bytes){octets + at, room - at};
}

static void *walk_nested(void *arg)
{
    struct asn_visitor visitor = {quiet, quiet};
    const struct bytes *in = arg;
    struct faults faults = {.mem = mem};
    assert_false(asn_walk(&Nest, *in, ASN_DEPLOYED, mem, &faults, &visitor));
    assert_string_equal(faults.list[0].row->id, "asn.depth");
    assert_int_equal(strlen(faults.list[0].path), strlen("Nest") + 32 * strlen(".inner"));
    struct KDC_REQ req;
    assert_false(asn_decode(&ASN_AS_REQ, *in, ASN_DEPLOYED, mem, NULL, &req));
    return arg;
}

/* On a small stack: how deep the input is must not matter to it. */
static void depth(void **state)
{
    (void)state;
    struct asn_visitor visitor = {quiet, quiet};
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 * 1024);
    assert_true(asn_walk(&Nest, nested(ASN_DEPTH), ASN_STRICT, mem, NULL, &visitor));
    for (size_t n = ASN_DEPTH + 1; n <= 200000; n *= 3) {
        struct bytes in = nested(n);
        pthread_t thread;
        void *done = NULL;
        assert_int_equal(pthread_create(&thread, &small, walk_nested, &in), 0);
        pthread_join(thread, &done);
        assert_ptr_equal(done, &in);
    }
    pthread_attr_destroy(&small);
}

static void nested_indefinite(void **state)
{
    (void)state;
    static uint8_t octets[400000];
    for (size_t i = 0; i < sizeof octets; i += 2) {
        octets[i] = 0x30;
        octets[i + 1] = 0x80;
    }
    struct faults faults = {.mem = mem};
    struct asn_visitor visitor = {quiet, quiet};
    assert_false(asn_walk(&Nest, (struct bytes){octets, sizeof octets}, ASN_DEPLOYED, mem, &faults,
                          &visitor));
    assert_string_equal(faults.list[0].row->id, "der.length-indefinite");
    assert_int_equal(faults.list[0].at, 1);
}

/* Longer than libtasn1 can count: refused before an octet is looked at. */
static void too_long(void **state)
{
    (void)state;
    struct faults faults = {.mem = mem};
    struct bytes in = {(const uint8_t *)"", (size_t)INT_MAX + 1};
    int64_t v;
    assert_false(asn_decode(&ASN_Int32, in, ASN_STRICT, mem, &faults, &v));
    assert_string_equal(faults.list[0].row->id, "der.length-too-large");
}

/* A reader without a schema raises the same rows, without a path. */
static void header_alone(void **state)
{
    (void)state;
    struct faults faults = {.mem = mem};
    struct asn_header h;
    assert_false(asn_header_read(hex(mem, "30820001"), &faults, &h));
    assert_string_equal(faults.list[0].row->id, "der.length-not-minimal");
    assert_string_equal(faults.list[0].path, "");
    assert_int_equal(faults.list[0].at, 1);
    assert_false(asn_header_read((struct bytes){NULL, 0}, NULL, &h));
}

static void every_row_was_seen(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = asn_fault_table(&n);
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t j = 0; j < n_seen; j++)
            found = found || seen[j] == &rows[i];
        if (!found)
            fail_msg("no test raises %s", rows[i].id);
        assert_non_null(rows[i].why);
        assert_non_null(rows[i].spec);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth),
        cmocka_unit_test(too_long),
        cmocka_unit_test(nested_indefinite),
        cmocka_unit_test(header_alone),
        cmocka_unit_test(every_row_was_seen),
    };
    mem = arena_new(1 << 16);
    observed_before = fault_observer;
    fault_observer = observe;
    int failures = every_row();
    failures += cmocka_run_group_tests_name("codec: refusals", tests, NULL, NULL);
    arena_free(mem);
    return failures ? 1 : 0;
}
