/* What the codec makes of right input, and what it writes. */
#include "tests/wire/samples.h"
#include "wire/builtin.h"

#include <string.h>

static struct arena *mem;

/* ---- values ------------------------------------------------------------------------------------
 */

static struct bytes sample_named(const char *name, const struct asn_type **type)
{
    struct vector_file file = samples_read(mem);
    for (size_t i = 0; i < file.n; i++)
        if (strcmp(file.cases[i].name, name) == 0)
            return sample(&file.cases[i], mem, type);
    fail_msg("no case %s", name);
    return (struct bytes){0};
}

static struct KDC_REQ as_req(void)
{
    const struct asn_type *t;
    struct KDC_REQ req;
    struct bytes der = sample_named("as_req", &t);
    assert_ptr_equal(t, &ASN_AS_REQ);
    assert_true(asn_decode(t, der, ASN_STRICT, mem, NULL, &req));
    assert_ptr_equal(req.der.p, der.p);
    assert_int_equal(req.der.n, der.n);
    return req;
}

static void values(void **state)
{
    (void)state;
    struct KDC_REQ req = as_req();
    struct KDC_REQ_BODY *b = &req.req_body;
    assert_int_equal(req.pvno, 5);
    assert_int_equal(req.msg_type, 10);
    assert_true(req.has_padata);
    assert_int_equal(req.padata.n, 2);
    assert_int_equal(req.padata.at[1].padata_type, 13);
    assert_true(bytes_equal_str(req.padata.at[1].padata_value, "pa-data"));
    assert_int_equal(b->kdc_options, 0xfedcba90);
    assert_true(b->has_cname);
    assert_int_equal(b->cname.name_string.n, 2);
    assert_true(bytes_equal_str(b->cname.name_string.at[1], "extra"));
    assert_true(bytes_equal_str(b->realm, "ATHENA.MIT.EDU"));
    assert_int_equal(b->till, INT64_C(771228197) * 1000000);
    assert_int_equal(b->nonce, 42);
    assert_int_equal(b->etype.n, 2);
    assert_int_equal(b->etype.at[1], 1);
    assert_int_equal(b->additional_tickets.n, 2);
    assert_int_equal(b->additional_tickets.at[1].enc_part.kvno, 5);
}

static void der_is_the_element(void **state)
{
    (void)state;
    struct KDC_REQ req = as_req();
    struct Ticket *ticket = &req.req_body.additional_tickets.at[0];
    assert_int_equal(req.req_body.der.p[0], 0x30); /* without the context tag around it */
    assert_int_equal(ticket->der.p[0], 0x61);      /* with its own APPLICATION tag */
    assert_int_equal(ticket->der.n, 0x5e);
    assert_int_equal(req.req_body.cname.der.p[0], 0x30);
}

static void absent_is_absent(void **state)
{
    (void)state;
    const struct asn_type *t;
    struct KDC_REQ req;
    struct bytes der = sample_named("as_req (optionals NULL except server)", &t);
    memset(&req, 0xa5, sizeof req);
    assert_true(asn_decode(t, der, ASN_STRICT, mem, NULL, &req));
    assert_false(req.has_padata);
    assert_false(req.req_body.has_cname);
    assert_true(req.req_body.has_sname);
    assert_int_equal(req.req_body.cname.name_string.n, 0);
    assert_null(req.req_body.additional_tickets.at);
}

/* ---- what peers send ---------------------------------------------------------------------------
 */

static void deployed_flags(void **state)
{
    (void)state;
    uint32_t flags;
    assert_true(
        asn_decode(&ASN_KerberosFlags, hex(mem, "0303044050"), ASN_DEPLOYED, mem, NULL, &flags));
    assert_int_equal(flags, 0x40500000);
    assert_true(asn_decode(&ASN_KerberosFlags, hex(mem, "03060040000001ff"), ASN_DEPLOYED, mem,
                           NULL, &flags));
    assert_int_equal(flags, 0x40000001);
    assert_true(
        asn_decode(&ASN_KerberosFlags, hex(mem, "030100"), ASN_DEPLOYED, mem, NULL, &flags));
    assert_int_equal(flags, 0);
}

/* A kvno or nonce in either signedness keeps the value, and so the octets, it came with. */
static void deployed_integers(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int64_t value;
    } rows[] = {{"0204ff000000", -16777216},
                {"020500ff000000", 4278190080},
                {"0201ff", -1},
                {"020480000000", INT32_MIN},
                {"020500ffffffff", UINT32_MAX}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t v;
        struct bytes in = hex(mem, rows[i].in);
        assert_true(asn_decode(&ASN_Int32, in, ASN_DEPLOYED, mem, NULL, &v));
        assert_true(asn_decode(&ASN_UInt32, in, ASN_DEPLOYED, mem, NULL, &v));
        assert_true(v == rows[i].value);
        assert_true(bytes_equal(asn_encode(&ASN_UInt32, &v, mem), in));
    }
}

static void deployed_enc_part_tag(void **state)
{
    (void)state;
    const struct asn_type *t;
    struct EncKDCRepPart part;
    struct bytes der = sample_named("enc_kdc_rep_part", &t);
    assert_int_equal(der.p[0], 0x7a);
    assert_false(asn_decode(&ASN_EncASRepPart, der, ASN_STRICT, mem, NULL, &part));
    assert_true(asn_decode(&ASN_EncASRepPart, der, ASN_DEPLOYED, mem, NULL, &part));
    assert_int_equal(part.nonce, 42);
    assert_int_equal(asn_encode(&ASN_EncASRepPart, &part, mem).p[0], 0x79);
}

static void deployed_strings(void **state)
{
    (void)state;
    struct bytes realm;
    assert_true(asn_decode(&ASN_Realm, hex(mem, "1b0341c3a9"), ASN_DEPLOYED, mem, NULL, &realm));
    assert_true(bytes_equal_str(realm, "A\xc3\xa9"));
}

static void deployed_extensions(void **state)
{
    (void)state;
    struct EncryptionKey key;
    struct bytes in = hex(mem, "3012 a003020101 a1040402aabb a303020100 0500");
    assert_true(asn_decode(&ASN_EncryptionKey, in, ASN_DEPLOYED, mem, NULL, &key));
    assert_true(bytes_equal(key.keyvalue, hex(mem, "aabb")));
}

/* ---- the writer --------------------------------------------------------------------------------
 */

static void integers_written(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *out;
    } rows[] = {{0, "020100"},
                {127, "02017f"},
                {128, "02020080"},
                {-128, "020180"},
                {-129, "0202ff7f"},
                {INT64_MAX, "02087fffffffffffffff"},
                {INT64_MIN, "02088000000000000000"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes out = asn_encode(&asn_builtin_integer, &rows[i].value, mem);
        assert_string_equal(hex_text(mem, out), rows[i].out);
        int64_t back;
        assert_true(asn_decode(&asn_builtin_integer, out, ASN_STRICT, mem, NULL, &back));
        assert_true(back == rows[i].value);
    }
}

static void primitives_written(void **state)
{
    (void)state;
    bool yes = true;
    int64_t when = INT64_C(771228197) * 1000000 + 999999;
    struct asn_bits bits = {hex(mem, "a8"), 3};
    assert_string_equal(hex_text(mem, asn_encode(&asn_builtin_boolean, &yes, mem)), "0101ff");
    assert_string_equal(hex_text(mem, asn_encode(&ASN_KerberosTime, &when, mem)),
                        "180f31393934303631303036303331375a");
    assert_string_equal(hex_text(mem, asn_encode(&asn_builtin_bits, &bits, mem)), "030203a8");
}

/* Every form of length, through the room of the writer several times over. */
static void lengths_written(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 511, 512, 65535, 65536, 1 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct bytes value = {arena_take(mem, sizes[i]), sizes[i]}, back;
        struct bytes out = asn_encode(&asn_builtin_octets, &value, mem);
        uint8_t header[6];
        size_t n = asn_header_write(0x04, sizes[i], header);
        assert_int_equal(out.n, n + sizes[i]);
        assert_memory_equal(out.p, header, n);
        assert_true(asn_decode(&asn_builtin_octets, out, ASN_STRICT, mem, NULL, &back));
        assert_int_equal(back.n, sizes[i]);
    }
    uint8_t header[16];
    assert_int_equal(asn_header_write(0x04, UINT32_MAX, header), 6);
    if (SIZE_MAX > UINT32_MAX)
        assert_int_equal(asn_header_write(0x04, (size_t)UINT32_MAX + 1, header), 0);
}

/* A ticket goes on as it came, even with an extension in it, unless it is to be built anew. */
static void tickets_are_carried(void **state)
{
    (void)state;
    struct bytes in = hex(mem, "612f 302d a003020105 a1031b0141 a20e300ca003020101a10530031b0142"
                               " a30c300aa003020100a2030401ff a403020107");
    struct Ticket ticket;
    assert_true(asn_decode(&ASN_Ticket, in, ASN_DEPLOYED, mem, NULL, &ticket));
    assert_true(bytes_equal(asn_encode(&ASN_Ticket, &ticket, mem), in));
    assert_int_equal(asn_encode_anew(&ASN_Ticket, &ticket, mem).n, in.n - 5);
    ticket.der = (struct bytes){NULL, 0};
    assert_int_equal(asn_encode(&ASN_Ticket, &ticket, mem).n, in.n - 5);
}

static void mistakes_are_not_written(void **state)
{
    (void)state;
    struct bytes nothing = {NULL, 0};
    struct asn_bits bits = {hex(mem, "00"), 8};
    struct ETYPE_INFO2 empty = {NULL, 0};
    assert_null(asn_encode(&asn_builtin_any, &nothing, mem).p);
    assert_null(asn_encode(&asn_builtin_oid, &nothing, mem).p);
    assert_null(asn_encode(&asn_builtin_bits, &bits, mem).p);
    assert_null(asn_encode(&ASN_ETYPE_INFO2, &empty, mem).p);
    assert_non_null(asn_encode(&asn_builtin_octets, &nothing, mem).p);
}

/* ---- cost --------------------------------------------------------------------------------------
 */

/* The bodies of n tickets, as in KRB-CRED, and the memory that reading them takes. */
static size_t read_tickets(size_t n)
{
    const struct asn_type *t;
    struct Ticket one;
    struct KRB_CRED cred = {.pvno = 5, .msg_type = 22}, back;
    assert_true(asn_decode(&ASN_Ticket, sample_named("ticket", &t), ASN_STRICT, mem, NULL, &one));
    cred.tickets.at = arena_take_array(mem, sizeof one, n);
    cred.tickets.n = n;
    for (size_t i = 0; i < n; i++)
        cred.tickets.at[i] = one;
    struct bytes der = asn_encode_anew(&ASN_KRB_CRED, &cred, mem);
    size_t before = arena_used(mem);
    assert_true(asn_decode(&ASN_KRB_CRED, der, ASN_STRICT, mem, NULL, &back));
    assert_int_equal(back.tickets.n, n);
    assert_true(bytes_equal(back.tickets.at[n - 1].der, one.der));
    return arena_used(mem) - before;
}

static void long_lists_cost_by_length(void **state)
{
    (void)state;
    size_t few = read_tickets(1000), many = read_tickets(8000);
    assert_in_range(many, 0, 10 * few);
}

/* A list of rubbish costs memory by its good elements, not by their claimed number. */
static void rubbish_costs_little(void **state)
{
    (void)state;
    struct bytes in = {arena_take(mem, 60004), 60004};
    uint8_t *p = (uint8_t *)in.p;
    put_be32(p, 0x3082ea60);
    for (size_t i = 4; i < in.n; i += 2)
        p[i] = 0x30;
    struct METHOD_DATA out;
    size_t before = arena_used(mem);
    assert_false(asn_decode(&ASN_METHOD_DATA, in, ASN_DEPLOYED, mem, NULL, &out));
    assert_in_range(arena_used(mem) - before, 0, 16 * sizeof *out.at + 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(der_is_the_element),
        cmocka_unit_test(absent_is_absent),
        cmocka_unit_test(deployed_flags),
        cmocka_unit_test(deployed_integers),
        cmocka_unit_test(deployed_enc_part_tag),
        cmocka_unit_test(deployed_strings),
        cmocka_unit_test(deployed_extensions),
        cmocka_unit_test(integers_written),
        cmocka_unit_test(primitives_written),
        cmocka_unit_test(lengths_written),
        cmocka_unit_test(tickets_are_carried),
        cmocka_unit_test(mistakes_are_not_written),
        cmocka_unit_test(long_lists_cost_by_length),
        cmocka_unit_test(rubbish_costs_little),
    };
    mem = arena_new(1 << 20);
    int failures = cmocka_run_group_tests_name("codec", tests, NULL, NULL);
    arena_free(mem);
    return failures;
}
