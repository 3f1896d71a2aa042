/* The TGS: authorization data that the client asks for, and what stands in its ticket already (RFC
 * 4120 3.3.3, 5.2.6). */
#include "tests/kdc/tgs_asker.h"

enum { IF_RELEVANT = 1, KDC_ISSUED = 4, AND_OR = 5, MANDATORY_FOR_KDC = 8, PAC = 128 };

static struct AuthorizationData_item wrapped(struct AuthorizationData_item *at, size_t n)
{
    struct AuthorizationData inner = {at, n};
    return (struct AuthorizationData_item){
        .ad_type = IF_RELEVANT, .ad_data = asn_encode(&ASN_AD_IF_RELEVANT, &inner, a->mem)};
}

static struct AuthorizationData unwrapped(const struct AuthorizationData_item *item)
{
    struct AuthorizationData inner;
    assert_int_equal(item->ad_type, IF_RELEVANT);
    assert_true(asn_decode(&ASN_AD_IF_RELEVANT, item->ad_data, ASN_STRICT, a->mem, NULL, &inner));
    return inner;
}

static struct got ask_with(struct AuthorizationData_item *at, size_t n, struct ask q)
{
    struct AuthorizationData data = {at, n};
    q.data = &data;
    q.ctime = ++a->turn.now;
    return ask_tgs(a, &q);
}

static void test_what_the_client_asks_for_is_in_the_ticket(void **state)
{
    (void)state;
    struct AuthorizationData_item some[] = {{.ad_type = 99, .ad_data = BYTES_LIT("less")},
                                            {.ad_type = AND_OR, .ad_data = BYTES_LIT("of two")}};
    struct AuthorizationData_item asked[] = {some[0], wrapped(some, 2)};
    struct got g = ask_with(asked, 2, for_www());
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.authorization_data.n, 2);
    assert_int_equal(g.ticket.authorization_data.at[0].ad_type, 99);
    assert_true(bytes_equal(g.ticket.authorization_data.at[1].ad_data, asked[1].ad_data));
    assert_non_null(strstr(a->heard.steps, "kdc.tgs.restrictions "));
}

static void test_what_the_ticket_has_comes_first(void **state)
{
    (void)state;
    struct AuthorizationData_item old = {.ad_type = 98, .ad_data = BYTES_LIT("old")},
                                  asked = {.ad_type = 99, .ad_data = BYTES_LIT("new")};
    struct EncTicketPart part = tgt.ticket;
    part.has_authorization_data = true;
    part.authorization_data = (struct AuthorizationData){&old, 1};
    struct Ticket t = resealed(part);
    struct ask q = for_www();
    q.tgt = &t;
    struct got g = ask_with(&asked, 1, q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.authorization_data.n, 2);
    assert_int_equal(g.ticket.authorization_data.at[0].ad_type, 98);
    assert_int_equal(g.ticket.authorization_data.at[1].ad_type, 99);
}

/* RFC 4120 5.4.1: usage 4 with the session key, 5 with the subkey, and no other. */
static void test_it_is_sealed_with_the_subkey_or_the_session_key(void **state)
{
    (void)state;
    struct AuthorizationData_item asked = {.ad_type = 99, .ad_data = BYTES_LIT("less")};
    struct key subkey;
    assert_true(key_random(a->crypto, &a->rng.rng, "subkey", 17, &subkey));
    struct ask q = for_www();
    q.data_usage = USAGE_TGS_AD_SUBKEY;
    assert_int_equal(ask_with(&asked, 1, q).error, KRB_AP_ERR_BAD_INTEGRITY);
    assert_string_equal(a->heard.refused, "kdc.tgs.restrictions");
    q.subkey = &subkey;
    struct got g = ask_with(&asked, 1, q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.authorization_data.n, 1);
    q.data_usage = USAGE_TGS_AD_SESSION;
    assert_int_equal(ask_with(&asked, 1, q).error, KRB_AP_ERR_BAD_INTEGRITY);
}

/* RFC 4120 5.2.6.4: in the request or in the ticket. Where it is only relevant to those who know
 * it, nobody has to. */
static void test_what_the_kdc_must_understand_is_refused(void **state)
{
    (void)state;
    struct AuthorizationData_item must = {.ad_type = MANDATORY_FOR_KDC, .ad_data = BYTES_LIT("0")};
    assert_int_equal(ask_with(&must, 1, for_www()).error, KDC_ERR_POLICY);
    assert_string_equal(a->heard.refused, "kdc.tgs.restrictions");
    struct AuthorizationData_item may = wrapped(&must, 1);
    assert_int_equal(ask_with(&may, 1, for_www()).error, 0);
    struct EncTicketPart part = tgt.ticket;
    part.has_authorization_data = true;
    part.authorization_data = (struct AuthorizationData){&must, 1};
    struct Ticket t = resealed(part);
    struct ask q = for_www();
    q.tgt = &t;
    refused(q, KDC_ERR_POLICY, "kdc.tgs.authorization");
}

/* A client that writes its own PAC, or says that the KDC has issued something, at whatever depth.
 */
static void test_no_client_speaks_for_the_kdc(void **state)
{
    (void)state;
    static const int64_t words[] = {PAC, KDC_ISSUED, 96, 97, 512};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct AuthorizationData_item two[] = {
            {.ad_type = words[i], .ad_data = BYTES_LIT("the KDC said")},
            {.ad_type = 99, .ad_data = BYTES_LIT("less")}};
        struct AuthorizationData_item inner = wrapped(two, 2);
        struct AuthorizationData_item asked[] = {two[0], wrapped(two, 1), wrapped(&inner, 1)};
        struct got g = ask_with(asked, 3, for_www());
        assert_int_equal(g.error, 0);
        assert_int_equal(g.ticket.authorization_data.n, 1);
        struct AuthorizationData once = unwrapped(&g.ticket.authorization_data.at[0]);
        assert_int_equal(once.n, 1);
        struct AuthorizationData twice = unwrapped(&once.at[0]);
        assert_int_equal(twice.n, 1);
        assert_int_equal(twice.at[0].ad_type, 99);
    }
    struct AuthorizationData_item deep = {.ad_type = PAC, .ad_data = BYTES_LIT("signed")};
    for (int i = 0; i < 40; i++)
        deep = wrapped(&deep, 1);
    struct got g = ask_with(&deep, 1, for_www());
    assert_int_equal(g.error, 0);
    assert_false(g.ticket.has_authorization_data);
}

static void test_what_does_not_read_is_refused(void **state)
{
    (void)state;
    struct AuthorizationData_item junk = {.ad_type = IF_RELEVANT, .ad_data = BYTES_LIT("junk")};
    struct got g = ask_with(&junk, 1, for_www());
    assert_int_equal(g.error, 0); /* relevant to nobody who cannot read it */
    assert_false(g.ticket.has_authorization_data);
    struct key other = tgt.session;
    other.v[0] ^= 1;
    struct ask q = for_www();
    q.session = &other; /* the authenticator is refused first */
    assert_int_equal(ask_with(&junk, 1, q).error, KRB_AP_ERR_BAD_INTEGRITY);
    assert_string_equal(a->heard.refused, "kdc.tgs.ap");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_the_client_asks_for_is_in_the_ticket),
        TEST(test_what_the_ticket_has_comes_first),
        TEST(test_it_is_sealed_with_the_subkey_or_the_session_key),
        TEST(test_what_the_kdc_must_understand_is_refused),
        TEST(test_no_client_speaks_for_the_kdc),
        TEST(test_what_does_not_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
