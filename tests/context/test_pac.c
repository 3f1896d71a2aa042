/* PACs made, found in tickets and checked: every signature, and what each change of it breaks. */
#include "context/ap.h"
#include "context/pac.h"
#include "base/vector_file.h"
#include "context/vector_ops.h"
#include "crypto/rng.h"
#include "wire/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct crypto *crypto;
static struct arena *mem;
static struct seeded_rng rng;
static struct faults faults;

static int open_all(void **state)
{
    (void)state;
    crypto = crypto_new();
    mem = arena_new(1 << 16);
    if (!crypto || !mem)
        return -1;
    seeded_rng_init(&rng, crypto, 1, "test");
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    crypto_free(crypto);
    arena_free(mem);
    return 0;
}

static struct turn turn(void)
{
    faults = (struct faults){.mem = mem};
    return (struct turn){.rng = &rng.rng, .crypto = crypto, .mem = mem, .faults = &faults};
}

static struct key key_of(int32_t etype)
{
    struct key k;
    assert_true(key_random(crypto, &rng.rng, NULL, etype, &k));
    return k;
}

/* alice's ticket with a PAC signed by these keys. */
static struct EncTicketPart ticket_of(struct turn *t, const struct key *server,
                                      const struct key *kdc)
{
    static struct bytes alice[] = {{(const uint8_t *)"alice", 5}};
    struct validation_info info = {.effective_name = BYTES_LIT("alice"), .user_id = 1104};
    assert_true(sid_parse(bytes_str("S-1-5-21-1-2-3"), &info.logon_domain_id));
    struct EncTicketPart part = {.authtime = 1790000000 * SECOND};
    part.cname = (struct PrincipalName){.name_type = 1, .name_string = {alice, 1}};
    struct pac_making m = {&info, pac_client_name(t, &part.cname), part.authtime, server, kdc};
    struct bytes pac;
    assert_true(pac_make(t, &m, &pac));
    part.has_authorization_data = true;
    part.authorization_data.n = 1;
    part.authorization_data.at = arena_new_of(mem, struct AuthorizationData_item);
    part.authorization_data.at[0] = pac_element(t, pac);
    return part;
}

static struct pac pac_of(struct turn *t, const struct EncTicketPart *part)
{
    struct pac pac;
    bool present;
    assert_true(pac_in_ticket(t, part, &present, &pac));
    assert_true(present);
    return pac;
}

/* Under every encryption type a PAC is signed and checked; and with no other key. */
static void under_every_type(void **state)
{
    (void)state;
    size_t n;
    const struct etype_row *rows = etype_table(&n);
    for (size_t i = 0; i < n; i++) {
        struct turn t = turn();
        struct key server = key_of(rows[i].etype), kdc = key_of(18), other = key_of(rows[i].etype);
        struct EncTicketPart part = ticket_of(&t, &server, &kdc);
        struct pac pac = pac_of(&t, &part);
        struct validation_info info;
        assert_int_equal(pac_check(&t, &pac, &part, &server, &kdc, "x", &info), 0);
        assert_int_equal(info.user_id, 1104);
        assert_int_equal(pac_check(&t, &pac, &part, &server, NULL, "x", &info), 0);
        assert_int_equal(pac_check(&t, &pac, &part, &other, NULL, "x", &info), KRB_AP_ERR_MODIFIED);
        assert_int_equal(info.user_id, 0); /* nothing is believed of it */
        assert_int_equal(pac_check(&t, &pac, &part, &server, &other, "x", &info),
                         KRB_AP_ERR_MODIFIED);
        assert_int_equal(pac_check(&t, &pac, &part, &kdc, &kdc, "x", &info), KRB_AP_ERR_MODIFIED);
    }
}

/* HMAC-MD5 takes a key of any type: under an AES key it is refused all the same. */
static void a_weaker_signature(void **state)
{
    (void)state;
    struct turn t = turn();
    struct key server = key_of(18), as_rc4 = {.etype = 23, .n = 16}, kdc = key_of(23);
    memcpy(as_rc4.v, server.v, 16);
    struct EncTicketPart part = ticket_of(&t, &as_rc4, &kdc);
    struct pac pac = pac_of(&t, &part);
    struct validation_info info;
    assert_int_equal(pac_check(&t, &pac, &part, &as_rc4, NULL, "x", &info), 0);
    assert_int_equal(pac_check(&t, &pac, &part, &server, NULL, "x", &info), KRB_AP_ERR_MODIFIED);
}

static void another_client_or_logon(void **state)
{
    (void)state;
    static struct bytes bob[] = {{(const uint8_t *)"bob", 3}};
    struct turn t = turn();
    struct key server = key_of(18), kdc = key_of(18);
    struct EncTicketPart part = ticket_of(&t, &server, &kdc), other = part;
    struct pac pac = pac_of(&t, &part);
    struct validation_info info;
    other.authtime += SECOND;
    assert_int_equal(pac_check(&t, &pac, &other, &server, &kdc, "x", &info), KRB_AP_ERR_MODIFIED);
    other = part;
    other.cname.name_string.at = bob;
    assert_int_equal(pac_check(&t, &pac, &other, &server, &kdc, "x", &info), KRB_AP_ERR_MODIFIED);
}

/* Every one-bit change is refused: by the directory, or by a signature. */
static void each_flip(void **state)
{
    (void)state;
    struct turn t = turn();
    struct key server = key_of(17), kdc = key_of(18);
    struct EncTicketPart part = ticket_of(&t, &server, &kdc);
    struct pac pac = pac_of(&t, &part);
    struct arena *keep = mem;
    uint8_t *p = (uint8_t *)arena_str(keep, pac.octets);
    mem = arena_new(1 << 16);
    for (size_t bit = 0; bit < 8 * pac.octets.n; bit++) {
        struct pac changed;
        struct validation_info info;
        t = turn();
        p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (pac_read(bytes_of(p, pac.octets.n), mem, NULL, &changed) &&
            pac_check(&t, &changed, &part, &server, &kdc, "x", &info) == 0)
            fail_msg("bit %zu", bit);
        p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        arena_reset(mem);
    }
    arena_free(mem);
    mem = keep;
}

static void signed_again(void **state)
{
    (void)state;
    struct turn t = turn();
    struct key krbtgt = key_of(18), service = key_of(23);
    struct EncTicketPart part = ticket_of(&t, &krbtgt, &krbtgt);
    struct pac pac = pac_of(&t, &part), next;
    struct validation_info info;
    struct bytes again;
    assert_true(pac_sign_again(&t, &pac, &service, &krbtgt, &again));
    assert_true(pac_read(again, mem, NULL, &next));
    assert_int_equal(next.n, 4);
    assert_int_equal(pac_check(&t, &next, &part, &service, &krbtgt, "x", &info), 0);
    assert_int_equal(pac_check(&t, &next, &part, &krbtgt, NULL, "x", &info), KRB_AP_ERR_MODIFIED);
}

/* Without one of its buffers it is refused, however well it is signed. */
static void what_has_to_be_there(void **state)
{
    (void)state;
    static const uint32_t types[] = {PAC_LOGON_INFO, PAC_CLIENT_INFO_TYPE};
    struct turn t = turn();
    struct key server = key_of(18), kdc = key_of(18);
    struct EncTicketPart part = ticket_of(&t, &server, &kdc);
    struct pac pac = pac_of(&t, &part);
    for (size_t i = 0; i < 2; i++) {
        const struct pac_buffer *b = pac_find(&pac, types[i]);
        struct validation_info info;
        struct bytes less;
        struct pac without;
        assert_true(pac_sign(&t, b, 1, &server, &kdc, &less)); /* this one alone */
        assert_true(pac_read(less, mem, NULL, &without));
        assert_int_equal(pac_check(&t, &without, &part, &server, &kdc, "x", &info),
                         KRB_AP_ERR_MODIFIED);
    }
    struct pac none = {.octets = {(const uint8_t *)"\0\0\0\0\0\0\0", 8}};
    struct validation_info info;
    assert_int_equal(pac_check(&t, &none, &part, &server, &kdc, "x", &info), KRB_AP_ERR_MODIFIED);
}

static void in_a_ticket(void **state)
{
    (void)state;
    struct turn t = turn();
    struct AuthorizationData_item item = {.ad_type = PAC_WIN2K, .ad_data = BYTES_LIT("junk")};
    struct EncTicketPart part = {0};
    struct pac pac;
    bool present = true;
    assert_false(pac_in_ticket(&t, &part, &present, &pac));
    assert_false(present);
    part.has_authorization_data = true;
    part.authorization_data = (struct AuthorizationData){&item, 1};
    assert_false(pac_in_ticket(&t, &part, &present, &pac)); /* the KDC always wraps it */
    assert_false(present);
    struct AuthorizationData_item wrapped = pac_element(&t, BYTES_LIT("junk"));
    part.authorization_data.at = &wrapped;
    assert_false(pac_in_ticket(&t, &part, &present, &pac));
    assert_true(present);
    assert_string_equal(faults.list[0].row->id, "pac.count");
}

/* ---- published ------------------------------------------------------------------------------- */

static void vectors(void **state)
{
    (void)state;
    static char text[1 << 16];
    struct vector_file file;
    const char *error = NULL, *why = NULL;
    FILE *f = fopen("tests/vectors/ms-pac.txt", "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    assert_true(vector_file_read(mem, bytes_of(text, n), "ms-pac.txt", &file, &error));
    enum vector_result result = vector_run_context(crypto, &file.cases[1], mem, &why);
    assert_string_equal(why ? why : "", "");
    assert_int_equal(result, VECTOR_PASSED);
}

/* A ticket with all four signatures, as the op wants it; and what is refused of one. */
static void ticket_verify(void **state)
{
    (void)state;
    struct turn t = turn();
    struct key server = key_of(18), kdc = key_of(18), other = key_of(18);
    struct EncTicketPart part = ticket_of(&t, &server, &kdc);
    part.key = key_to_wire(&server);
    struct Ticket ticket = {.tkt_vno = 5, .realm = BYTES_LIT("R"), .sname = part.cname};
    part.crealm = BYTES_LIT("R");
    part.transited.tr_type = 1;
    assert_true(
        seal_value(&t, &ASN_EncTicketPart, &part, &server, 1, USAGE_TICKET, &ticket.enc_part));
    const char *form = "[t]\nop.txt=ticket-verify\nticket=%s\nserver_key=%s\nkdc_key=%s\n"
                       "enctype.int=18\n";
    const struct {
        const struct key *server, *kdc;
        enum vector_result result;
    } rows[] = {{&server, &kdc, VECTOR_PASSED},
                {&other, &kdc, VECTOR_FAILED},
                {&server, &other, VECTOR_FAILED}};
    char *der = NULL;
    for (size_t i = 0; i < 3; i++) {
        struct vector_file file;
        const char *error = NULL, *why = NULL;
        struct bytes octets = asn_encode(&ASN_Ticket, &ticket, mem);
        der = arena_take(mem, 2 * octets.n + 1);
        for (size_t j = 0; j < octets.n; j++)
            sprintf(der + 2 * j, "%02x", octets.p[j]);
        char keys[2][65];
        for (size_t j = 0; j < 32; j++) {
            sprintf(keys[0] + 2 * j, "%02x", rows[i].server->v[j]);
            sprintf(keys[1] + 2 * j, "%02x", rows[i].kdc->v[j]);
        }
        char *text = arena_printf(mem, form, der, keys[0], keys[1]);
        assert_true(vector_file_read(mem, bytes_str(text), "x", &file, &error));
        assert_int_equal(vector_run_context(crypto, &file.cases[0], mem, &why), rows[i].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(under_every_type),
        cmocka_unit_test(a_weaker_signature),
        cmocka_unit_test(another_client_or_logon),
        cmocka_unit_test(each_flip),
        cmocka_unit_test(signed_again),
        cmocka_unit_test(what_has_to_be_there),
        cmocka_unit_test(in_a_ticket),
        cmocka_unit_test(vectors),
        cmocka_unit_test(ticket_verify),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
