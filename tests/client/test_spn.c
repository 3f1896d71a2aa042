/* From the name of a host to the name of its service, each question a packet. */
#include "client/inside.h"
#include "tests/client/hand_kdc.h"
#include "wire/dns.h"

static struct hand_kdc k;
static struct party resolver = {.name = "dns"};
static const struct dns_host hosts[] = {
    {.name = "www.example.test", .alias = "Web7.example.test"},
    {.name = "Web7.example.test", .address = "10.0.0.21", .reverse = "rack3.hoster.test"},
    {.name = "quiet.example.test", .address = "10.0.0.22"},
    {.name = "_kerberos._udp.EXAMPLE.TEST", .service = "kdc.example.test", .port = 88},
};

static int begin(void **state)
{
    (void)state;
    hand_kdc_begin(&k, 18);
    k.client->config.resolver = &resolver;
    hand_logon(&k);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_kdc_end(&k);
    return 0;
}

/* ---- decisions --------------------------------------------------------------------------------
 */

static char outcome[128], inputs[256];

static void keep(struct story *s, const struct decision_told *d)
{
    (void)s;
    assert_string_equal(d->id, "client.spn");
    snprintf(outcome, sizeof outcome, "%s", d->outcome);
    *inputs = 0;
    for (size_t i = 0; i < d->n; i++) {
        size_t at = strlen(inputs);
        snprintf(inputs + at, sizeof inputs - at, "%s%s=%s", at ? " " : "", d->inputs[i].name,
                 d->inputs[i].value);
    }
}

static struct bytes answer_to_it(void)
{
    return dns_answer(k.hand.run, k.request, hosts, sizeof hosts / sizeof *hosts);
}

static bool asks_dns(void)
{
    return k.hand.out.n && k.sent.via == VIA_DNS && client_result(k.client).state == CLIENT_WAITING;
}

/* The name that the KDC is asked for, once DNS has said what it is asked. */
static const char *ask(enum name_policy policy, const char *spn)
{
    k.client->config.names = policy;
    k.hand.story.decision = keep;
    *outcome = *inputs = 0;
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = spn}));
    while (asks_dns()) {
        assert_ptr_equal(k.sent.to, &resolver);
        assert_int_equal(k.sent.port, DNS_PORT);
        assert_true(hand_give_from(&k, &resolver, VIA_DNS, answer_to_it()));
    }
    if (client_result(k.client).state == CLIENT_REFUSED)
        return "";
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    return principal_text(k.hand.run, &req.req_body.sname, (struct bytes){0});
}

static void each_policy_makes_its_name(void **state)
{
    (void)state;
    static const struct {
        enum name_policy policy;
        const char *typed, *spn, *inputs;
    } table[] = {
        {NAMES_AS_TYPED, "HTTP/www.example.test", "HTTP/www.example.test",
         "typed=www.example.test names=as-typed cname=none address=none ptr=none"},
        {NAMES_FORWARD, "HTTP/www.example.test", "HTTP/web7.example.test",
         "typed=www.example.test names=forward cname=Web7.example.test address=10.0.0.21 ptr=none"},
        {NAMES_FORWARD, "HTTP/WWW.example.test:8080", "HTTP/web7.example.test:8080", NULL},
        {NAMES_REVERSE, "HTTP/www.example.test", "HTTP/rack3.hoster.test",
         "typed=www.example.test names=reverse cname=Web7.example.test address=10.0.0.21 "
         "ptr=rack3.hoster.test"},
        {NAMES_REVERSE, "HTTP/quiet.example.test", "HTTP/quiet.example.test", NULL},
        {NAMES_REVERSE, "HTTP/10.0.0.21", "HTTP/rack3.hoster.test", NULL},
        {NAMES_REVERSE, "HTTP/10.0.0.99", "HTTP/10.0.0.99", NULL},
        {NAMES_FORWARD, "HTTP/10.0.0.21", "HTTP/10.0.0.21", NULL},
        {NAMES_FORWARD, "HTTP/nowhere.test", "HTTP/nowhere.test", NULL},
        {NAMES_FALLBACK, "HTTP/www.example.test", "HTTP/www.example.test", NULL},
        {NAMES_SSPI, "HTTP/www", "HTTP/www", NULL},
        {NAMES_SSPI, "HTTP/www.example.test", "HTTP/www.example.test", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_string_equal(ask(table[i].policy, table[i].typed), table[i].spn);
        assert_string_equal(outcome, table[i].spn);
        if (table[i].inputs)
            assert_string_equal(inputs, table[i].inputs);
    }
}

static void an_address_makes_no_name(void **state)
{
    (void)state;
    assert_string_equal(ask(NAMES_SSPI, "HTTP/10.0.0.21"), "");
    assert_string_equal(k.hand.refused, "client.spn");
    assert_string_equal(outcome, "none");
    assert_non_null(strstr(client_result(k.client).text, "NTLM"));
    k.client->config.resolver = NULL; /* Windows asks none */
    assert_string_equal(ask(NAMES_SSPI, "HTTP/www"), "HTTP/www");
}

/* What is no service on a host has no host to be looked up. */
static void other_names_stay(void **state)
{
    (void)state;
    assert_string_equal(ask(NAMES_FORWARD, "bob"), "bob");
    assert_string_equal(ask(NAMES_FORWARD, "krbtgt/OTHER.TEST"), "krbtgt/OTHER.TEST");
    assert_string_equal(ask(NAMES_FORWARD, "HTTP/no such host"), "");
    assert_string_equal(k.hand.refused, "client.name");
}

static struct client_outcome unknown(void)
{
    return hand_give(&k, hand_error(&k, KDC_ERR_S_PRINCIPAL_UNKNOWN, (struct bytes){0}));
}

static void falling_back(void **state)
{
    (void)state;
    assert_string_equal(ask(NAMES_FALLBACK, "HTTP/www.example.test"), "HTTP/www.example.test");
    assert_int_equal(unknown().state, CLIENT_WAITING);
    assert_true(asks_dns());
    assert_true(hand_give_from(&k, &resolver, VIA_DNS, answer_to_it()));
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    assert_string_equal(principal_text(k.hand.run, &req.req_body.sname, (struct bytes){0}),
                        "HTTP/web7.example.test");
    assert_int_equal(unknown().error, KDC_ERR_S_PRINCIPAL_UNKNOWN); /* once is enough */
    /* DNS has no other name: the KDC's answer stands. */
    ask(NAMES_FALLBACK, "HTTP/quiet.example.test");
    unknown();
    assert_true(hand_give_from(&k, &resolver, VIA_DNS, answer_to_it()));
    assert_int_equal(client_result(k.client).error, KDC_ERR_S_PRINCIPAL_UNKNOWN);
}

/* The page is asked of the party that was named, with the ticket for whom DNS named. */
static void a_page(void **state)
{
    (void)state;
    k.client->config.names = NAMES_FORWARD;
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_GET,
                                                     .service = &k.www,
                                                     .host = "www.example.test"}));
    assert_true(asks_dns());
    assert_true(hand_give_from(&k, &resolver, VIA_DNS, answer_to_it()));
    assert_int_equal(hand_give(&k, hand_tgs_rep(&k, NULL)).state, CLIENT_WAITING);
    assert_ptr_equal(k.sent.to, &k.www);
    assert_int_equal(k.sent.via, VIA_HTTP);
}

/* ---- what is no answer ------------------------------------------------------------------------
 */

static void strangers_are_not_heard(void **state)
{
    (void)state;
    k.client->config.names = NAMES_FORWARD;
    assert_true(hand_do(
        &k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = "HTTP/www.example.test"}));
    struct bytes good = answer_to_it();
    struct client waiting = *k.client;
    const size_t places[] = {0, 2, 14, 31}; /* ID, the flag of answers, a letter, the type */
    for (size_t i = 0; i < 4; i++) {
        struct bytes copy = arena_copy(k.hand.run, good);
        ((uint8_t *)(uintptr_t)copy.p)[places[i]] ^= places[i] == 2 ? 0x80 : 1;
        assert_true(hand_give_from(&k, &resolver, VIA_DNS, copy));
        assert_true(client_result(k.client).state == CLIENT_WAITING && k.hand.out.n == 0);
    }
    assert_true(hand_give_from(&k, &resolver, VIA_DNS, bytes_slice(good, 0, good.n - 1)));
    assert_true(hand_give_from(&k, &k.other, VIA_DNS, good));
    assert_true(hand_give_from(&k, &resolver, VIA_UDP, good));
    assert_int_equal(client_result(k.client).state, CLIENT_WAITING);
    *k.client = waiting;
    assert_true(hand_give_from(&k, &resolver, VIA_DNS, good));
    assert_int_equal(k.sent.via, VIA_UDP);
}

/* ---- the KDC of a realm -----------------------------------------------------------------------
 */

static void log_on_in(const char *principal)
{
    k.client->config.discover = true;
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_LOGON,
                                                     .principal = principal,
                                                     .keytab = &k.keytab}));
    assert_true(asks_dns());
    assert_true(hand_give_from(&k, &resolver, VIA_DNS, answer_to_it()));
}

static void a_realms_kdc_is_found(void **state)
{
    (void)state;
    log_on_in("alice");
    assert_ptr_equal(k.sent.to, &k.kdc);
    hand_read(&k, &ASN_AS_REQ);
    /* DNS does not tell small letters from capitals; the realm's name stays wrong. */
    log_on_in("alice@example.test");
    assert_true(bytes_equal_str(hand_read(&k, &ASN_AS_REQ).req_body.realm, "example.test"));
    log_on_in("alice@EXAMPEL.TEST");
    assert_string_equal(k.hand.refused, "client.realm");
    assert_string_equal(
        client_result(k.client).text,
        "kinit: Cannot find KDC for realm \"EXAMPEL.TEST\" while getting initial credentials");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_policy_makes_its_name),
        TEST(an_address_makes_no_name),
        TEST(other_names_stay),
        TEST(falling_back),
        TEST(a_page),
        TEST(strangers_are_not_heard),
        TEST(a_realms_kdc_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
