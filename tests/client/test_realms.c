/* What a machine is configured to know of realms: whose a host is, and the way to others. */
#include "client/inside.h"
#include "tests/client/hand_kdc.h"

static struct hand_kdc k;
static struct party parties[5];
static const char *const realms[] = {"EXAMPLE.TEST", "A.NET", "B.ORG", "C.COM", "SUB.C.COM"};

static const struct party *kdc_of(void *arg, struct bytes realm)
{
    (void)arg;
    for (size_t i = 0; i < 5; i++)
        if (bytes_equal_str(realm, realms[i]))
            return &parties[i];
    return NULL;
}

static struct bytes realm_of_host(void *arg, struct bytes host)
{
    assert_ptr_equal(arg, &k);
    if (bytes_equal_str(host, "www.c.com"))
        return bytes_str("C.COM");
    return bytes_equal_str(host, "own.c.com") ? bytes_str("EXAMPLE.TEST") : (struct bytes){0};
}

/* To C.COM by A.NET and B.ORG, and in no other way; to B.ORG at once. */
static bool way(void *arg, struct bytes from, struct bytes to, struct bytes *before)
{
    static const char *const path[] = {"EXAMPLE.TEST", "A.NET", "B.ORG", "C.COM"};
    assert_ptr_equal(arg, &k);
    assert_true(bytes_equal_str(from, "EXAMPLE.TEST"));
    for (size_t i = 1; i < 4; i++)
        if (bytes_equal_str(to, path[i])) {
            *before = i > 1 ? bytes_str(path[i - 1]) : (struct bytes){0};
            return true;
        }
    return false;
}

static int begin(void **state)
{
    (void)state;
    hand_kdc_begin(&k, 18);
    for (size_t i = 0; i < 5; i++)
        parties[i].name = realms[i];
    k.client->config.kdc_of = kdc_of;
    k.client->config.realm_of_host = realm_of_host;
    k.client->config.names_arg = &k;
    assert_true(hand_do(&k, &(struct client_do_args){
                                .task = CLIENT_LOGON, .principal = "alice", .keytab = &k.keytab}));
    assert_true(hand_give_from(&k, &parties[0], VIA_UDP, hand_preauth_required(&k)));
    assert_true(hand_give_from(&k, &parties[0], VIA_UDP, hand_as_rep(&k, NULL)));
    return client_result(k.client).state != CLIENT_GRANTED;
}

static int end(void **state)
{
    (void)state;
    hand_kdc_end(&k);
    return 0;
}

static uint32_t more; /* flags of the ticket */

static void of_its_realm(struct hand_reply *r)
{
    struct KDC_REQ req = hand_read(r->kdc, &ASN_TGS_REQ);
    r->part.srealm = r->rep.ticket.realm = req.req_body.realm;
    r->part.flags |= more;
    r->part.has_caddr = req.req_body.has_addresses;
    r->part.caddr = req.req_body.addresses;
}

static const char *asked(void)
{
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    return principal_text(k.hand.run, &req.req_body.sname, req.req_body.realm);
}

static const char *ask(const char *spn)
{
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = spn}));
    return asked();
}

/* The KDC gives what was asked for. */
static const char *granted(void)
{
    assert_true(hand_give_from(&k, k.sent.to, VIA_UDP, hand_tgs_rep(&k, of_its_realm)));
    k.tgt_session = k.service_session;
    return client_result(k.client).state == CLIENT_WAITING ? asked() : "";
}

static const char *unknown(void)
{
    assert_true(hand_give_from(&k, k.sent.to, VIA_UDP,
                               hand_error(&k, KDC_ERR_S_PRINCIPAL_UNKNOWN, (struct bytes){0})));
    return client_result(k.client).state == CLIENT_WAITING ? asked() : "";
}

static void a_host_is_looked_for_in_its_realm(void **state)
{
    (void)state;
    assert_string_equal(ask("HTTP/www.c.com"), "krbtgt/C.COM@EXAMPLE.TEST");
    assert_string_equal(granted(), "HTTP/www.c.com@C.COM");
    assert_string_equal(granted(), "");
    assert_int_equal(client_result(k.client).state, CLIENT_GRANTED);
    /* It is in the cache under its realm. */
    assert_true(
        hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = "HTTP/www.c.com"}));
    assert_int_equal(k.hand.out.n, 0);
}

static void what_the_user_names_goes_before(void **state)
{
    (void)state;
    assert_string_equal(ask("HTTP/www.c.com@A.NET"), "krbtgt/A.NET@EXAMPLE.TEST");
    assert_string_equal(ask("HTTP/www.c.com:8080"), "krbtgt/C.COM@EXAMPLE.TEST");
    assert_string_equal(ask("HTTP/elsewhere"), "HTTP/elsewhere@EXAMPLE.TEST");
    assert_string_equal(ask("HTTP/own.c.com"), "HTTP/own.c.com@EXAMPLE.TEST");
    assert_string_equal(ask("krbtgt/A.NET"), "krbtgt/A.NET@EXAMPLE.TEST");
}

/* The farthest that a KDC gives, then on from there. */
static void the_way_is_as_configured(void **state)
{
    (void)state;
    k.client->config.way = way;
    assert_string_equal(ask("HTTP/www.c.com"), "krbtgt/C.COM@EXAMPLE.TEST");
    assert_string_equal(unknown(), "krbtgt/B.ORG@EXAMPLE.TEST");
    assert_string_equal(unknown(), "krbtgt/A.NET@EXAMPLE.TEST");
    assert_string_equal(granted(), "krbtgt/C.COM@A.NET");
    assert_string_equal(unknown(), "krbtgt/B.ORG@A.NET");
    assert_string_equal(granted(), "krbtgt/C.COM@B.ORG");
    assert_string_equal(granted(), "HTTP/www.c.com@C.COM");
}

static void neighbours_have_no_other_way(void **state)
{
    (void)state;
    k.client->config.way = way;
    assert_string_equal(ask("HTTP/x@A.NET"), "krbtgt/A.NET@EXAMPLE.TEST");
    assert_string_equal(unknown(), "");
    assert_int_equal(client_result(k.client).error, KDC_ERR_S_PRINCIPAL_UNKNOWN);
}

static void where_nothing_is_configured_the_names_show_it(void **state)
{
    (void)state;
    k.client->config.way = way;
    assert_string_equal(ask("HTTP/x@SUB.C.COM"), "krbtgt/SUB.C.COM@EXAMPLE.TEST");
    assert_string_equal(unknown(), "krbtgt/C.COM@EXAMPLE.TEST");
}

/* RFC 4120 2.5: a proxy is for the service alone; what leads there is a ticket as any other. */
static void a_proxy_for_a_service_elsewhere(void **state)
{
    (void)state;
    struct HostAddress one = {.addr_type = 2, .address = BYTES_LIT("\x0a\0\0\7")};
    struct HostAddresses other = {&one, 1};
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_PROXY,
                                                     .spn = "HTTP/www@C.COM",
                                                     .addresses = &other}));
    assert_string_equal(asked(), "krbtgt/C.COM@EXAMPLE.TEST");
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    assert_false(req.req_body.has_addresses);
    assert_int_equal(req.req_body.kdc_options & KDC_OPT_PROXY, 0);
    assert_string_equal(granted(), "HTTP/www@C.COM");
    req = hand_read(&k, &ASN_TGS_REQ);
    assert_int_equal(req.req_body.addresses.n, 1);
    assert_true(req.req_body.kdc_options & KDC_OPT_PROXY);
    more = TKT_PROXY;
    assert_string_equal(granted(), "");
    more = 0;
    assert_int_equal(client_result(k.client).state, CLIENT_GRANTED);
    /* What led there is kept, the proxy ticket only handed out. */
    assert_non_null(client_cache_tgt(k.client, BYTES_LIT("C.COM")));
    for (const struct cred *cred = k.client->creds; cred; cred = cred->next)
        assert_int_equal(cred->flags & TKT_PROXY, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_host_is_looked_for_in_its_realm),
        TEST(what_the_user_names_goes_before),
        TEST(the_way_is_as_configured),
        TEST(neighbours_have_no_other_way),
        TEST(a_proxy_for_a_service_elsewhere),
        TEST(where_nothing_is_configured_the_names_show_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
