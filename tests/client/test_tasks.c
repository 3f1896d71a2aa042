/* Tickets made of tickets, and the further things a logon can ask for: each asked as the RFC says,
 * each answer held against it. */
#include "client/inside.h"
#include "tests/client/hand_kdc.h"

static struct hand_kdc k;

static int begin(void **state)
{
    (void)state;
    hand_kdc_begin(&k, 18);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_kdc_end(&k);
    return 0;
}

static void refused_as(struct client_outcome o, int32_t error, const char *step)
{
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_int_equal(o.error, error);
    assert_string_equal(k.hand.refused, step);
}

/* ---- twists ----------------------------------------------------------------------------------
 */

static uint32_t add, drop;
static int64_t renew_till;

static void flags(struct hand_reply *r)
{
    r->part.flags = (r->part.flags | add) & ~drop;
    r->part.has_renew_till = renew_till != 0;
    r->part.renew_till = renew_till;
}

static struct HostAddress tens[] = {
    {.addr_type = 2, .address = {(const uint8_t *)"\x0a\0\0\x0b", 4}},
    {.addr_type = 2, .address = {(const uint8_t *)"\x0a\0\0\x0c", 4}}};
static struct HostAddresses one = {tens, 1}, two = {tens, 2}, other = {tens + 1, 1};
static const struct HostAddresses *given;

static void addresses(struct hand_reply *r)
{
    flags(r);
    r->part.has_caddr = given != NULL;
    if (given)
        r->part.caddr = *given;
}

static void later(struct hand_reply *r)
{
    struct KDC_REQ req = hand_read(r->kdc, &ASN_AS_REQ);
    r->part.flags |= TKT_POSTDATED | TKT_INVALID | TKT_MAY_POSTDATE;
    r->part.starttime = req.req_body.from + add;
}

static void logon_with(uint32_t more, int64_t till)
{
    add = more;
    drop = 0;
    renew_till = till;
    hand_logon_proof(&k, &(struct client_do_args){.renew_life = till ? till - NOW : 0});
    assert_int_equal(hand_give(&k, hand_as_rep(&k, flags)).state, CLIENT_GRANTED);
}

/* What came last is the ticket-granting ticket from now on. */
static void session_moves_on(void)
{
    k.tgt_session = k.service_session;
}

/* ---- renewal (RFC 4120 2.3) ------------------------------------------------------------------ */

static void renewed_for_as_long_again(void **state)
{
    (void)state;
    logon_with(TKT_RENEWABLE, NOW + DAY);
    k.hand.turn.now = k.clock = NOW + 6 * HOUR;
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_RENEW}));
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    assert_true(req.req_body.kdc_options & KDC_OPT_RENEW);
    assert_int_equal(req.req_body.till, NOW + 16 * HOUR);
    assert_string_equal(principal_text(k.hand.run, &req.req_body.sname, req.req_body.realm),
                        "krbtgt/EXAMPLE.TEST@EXAMPLE.TEST");
    struct client_outcome o = hand_give(&k, hand_tgs_rep(&k, flags));
    assert_int_equal(o.state, CLIENT_GRANTED);
    /* The renewed one is used from now on; not beyond renew-till. */
    session_moves_on();
    k.hand.turn.now = k.clock = NOW + 15 * HOUR;
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_RENEW}));
    req = hand_read(&k, &ASN_TGS_REQ);
    assert_int_equal(req.req_body.till, NOW + DAY);
    renew_till += SECOND;
    refused_as(hand_give(&k, hand_tgs_rep(&k, flags)), KRB_AP_ERR_MODIFIED, "client.rep.validity");
}

static int64_t life;

static void a_second_later(struct hand_reply *r)
{
    flags(r);
    r->part.has_starttime = true;
    r->part.starttime = k.clock + SECOND;
    r->part.endtime = r->part.starttime + life;
}

/* The KDC's now is the next second already; a second more than that is not what was asked. */
static void renewed_in_the_next_second(void **state)
{
    (void)state;
    logon_with(TKT_RENEWABLE, NOW + 2 * DAY);
    for (int more = 1; more >= 0; more--) {
        assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_RENEW}));
        life = 10 * HOUR + more * SECOND;
        struct client_outcome o = hand_give(&k, hand_tgs_rep(&k, a_second_later));
        assert_int_equal(o.state, more ? CLIENT_REFUSED : CLIENT_GRANTED);
    }
}

static void renewal_refused(void **state)
{
    (void)state;
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_RENEW}));
    refused_as(client_result(k.client), KRB_AP_ERR_NO_TGT, "client.tgs.tgt");
    assert_string_equal(client_result(k.client).text,
                        "kinit: Matching credential not found while renewing credentials");
    hand_logon(&k);
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_RENEW}));
    struct client_outcome o = hand_give(&k, hand_error(&k, KDC_ERR_BADOPTION, (struct bytes){0}));
    assert_string_equal(o.text,
                        "kinit: KDC can't fulfill requested option while renewing credentials");
    k.hand.turn.now = NOW + 10 * HOUR;
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_RENEW}));
    refused_as(client_result(k.client), KRB_AP_ERR_TKT_EXPIRED, "client.tgs.expired");
}

/* A service's ticket is renewed with itself, not with the ticket-granting ticket. */
static void a_services_ticket_renewed(void **state)
{
    (void)state;
    hand_ask_ticket(&k);
    assert_int_equal(hand_give(&k, hand_tgs_rep(&k, NULL)).state, CLIENT_GRANTED);
    session_moves_on();
    assert_true(hand_do(
        &k, &(struct client_do_args){.task = CLIENT_RENEW, .spn = "HTTP/www.example.test"}));
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    struct AP_REQ ap;
    assert_true(asn_decode(&ASN_AP_REQ, hand_padata(&req, PA_TGS_REQ)->padata_value, ASN_STRICT,
                           k.hand.run, NULL, &ap));
    assert_string_equal(principal_text(k.hand.run, &ap.ticket.sname, (struct bytes){0}),
                        "HTTP/www.example.test");
}

/* ---- postdated (RFC 4120 2.4) ---------------------------------------------------------------- */

static void log_on_for_later(int64_t off)
{
    add = (uint32_t)off;
    hand_logon_proof(&k, &(struct client_do_args){.postdate = 2 * HOUR});
}

static void a_postdated_ticket_waits(void **state)
{
    (void)state;
    log_on_for_later(0);
    struct KDC_REQ req = hand_read(&k, &ASN_AS_REQ);
    assert_true(req.req_body.kdc_options & KDC_OPT_POSTDATED);
    assert_int_equal(req.req_body.from, NOW + 2 * HOUR);
    assert_int_equal(req.req_body.till, NOW + 12 * HOUR);
    assert_int_equal(hand_give(&k, hand_as_rep(&k, later)).state, CLIENT_GRANTED);
    /* Nothing is asked with it, not even when its time has come. */
    k.hand.turn.now = k.clock = NOW + 2 * HOUR;
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = "HTTP/www"}));
    refused_as(client_result(k.client), KRB_AP_ERR_TKT_NYV, "client.tgs.invalid");
    assert_int_equal(k.hand.out.n, 0);
    /* It is validated: the same times, the flag gone. */
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_VALIDATE}));
    req = hand_read(&k, &ASN_TGS_REQ);
    assert_true(req.req_body.kdc_options & KDC_OPT_VALIDATE);
    assert_int_equal(req.req_body.till, NOW + 12 * HOUR);
    struct client before = *k.client;
    add = TKT_INVALID;
    drop = renew_till = 0;
    refused_as(hand_give(&k, hand_tgs_rep(&k, flags)), KRB_AP_ERR_MODIFIED, "client.rep.flags");
    *k.client = before;
    assert_int_equal(hand_give(&k, hand_tgs_rep(&k, NULL)).state, CLIENT_GRANTED);
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = "HTTP/www"}));
    assert_int_equal(client_result(k.client).state, CLIENT_WAITING);
}

static void another_start_than_asked(void **state)
{
    (void)state;
    log_on_for_later(SECOND);
    refused_as(hand_give(&k, hand_as_rep(&k, later)), KRB_AP_ERR_MODIFIED, "client.rep.validity");
}

static void postdating_refused(void **state)
{
    (void)state;
    log_on_for_later(0);
    struct client_outcome o =
        hand_give(&k, hand_error(&k, KDC_ERR_CANNOT_POSTDATE, (struct bytes){0}));
    assert_string_equal(
        o.text, "kinit: Ticket is ineligible for postdating while getting initial credentials");
}

/* ---- addresses, forwarded and proxy tickets (RFC 4120 2.5, 2.6) -------------------------------
 */

static void addresses_come_back(void **state)
{
    (void)state;
    static const struct {
        const struct HostAddresses *asked, *given;
        bool good;
    } table[] = {
        {&one, &one, true},  {&two, &two, true},  {NULL, NULL, true},  {&one, NULL, false},
        {&one, &two, false}, {&two, &one, false}, {NULL, &one, false}, {&one, &other, false},
    };
    add = drop = 0;
    renew_till = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        hand_logon_proof(&k, &(struct client_do_args){.addresses = table[i].asked});
        struct KDC_REQ req = hand_read(&k, &ASN_AS_REQ);
        assert_int_equal(req.req_body.has_addresses, table[i].asked != NULL);
        given = table[i].given;
        struct client_outcome o = hand_give(&k, hand_as_rep(&k, addresses));
        if (table[i].good)
            assert_int_equal(o.state, CLIENT_GRANTED);
        else
            refused_as(o, KRB_AP_ERR_MODIFIED, "client.rep.addresses");
    }
}

static void log_on_from(const struct HostAddresses *list)
{
    add = drop = 0;
    renew_till = 0;
    given = list;
    hand_logon_proof(&k, &(struct client_do_args){.addresses = list});
    assert_int_equal(hand_give(&k, hand_as_rep(&k, addresses)).state, CLIENT_GRANTED);
}

/* A service's ticket has the addresses of the one it was got with, said again or not. */
static void addresses_are_inherited(void **state)
{
    (void)state;
    log_on_from(&one);
    const struct HostAddresses *answers[] = {NULL, &one, &two};
    for (size_t i = 0; i < 3; i++) {
        assert_true(hand_do(
            &k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = "HTTP/www", .anew = true}));
        given = answers[i];
        struct client_outcome o = hand_give(&k, hand_tgs_rep(&k, addresses));
        assert_int_equal(o.state, i < 2 ? CLIENT_GRANTED : CLIENT_REFUSED);
        if (i < 2)
            assert_int_equal(k.client->creds->caddr.n, 1);
    }
    assert_string_equal(k.hand.refused, "client.rep.addresses");
}

static void a_forwarded_ticket_is_handed_on(void **state)
{
    (void)state;
    struct ccache cache;
    log_on_from(&one);
    struct client_do_args forward = {.task = CLIENT_FORWARD, .addresses = &other};
    assert_true(hand_do(&k, &forward));
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    assert_true(req.req_body.kdc_options & KDC_OPT_FORWARDED);
    assert_int_equal(req.req_body.addresses.at[0].address.p[3], 12);
    struct client before = *k.client;
    given = &other;
    refused_as(hand_give(&k, hand_tgs_rep(&k, addresses)), KRB_AP_ERR_MODIFIED, "client.rep.flags");
    *k.client = before;
    add = TKT_FORWARDED;
    assert_int_equal(hand_give(&k, hand_tgs_rep(&k, addresses)).state, CLIENT_GRANTED);
    /* Not in the cache: what it is handed on as has nothing else. */
    assert_null(k.client->creds->next);
    assert_true(client_ccache_got(k.client, k.hand.run, &cache));
    assert_int_equal(cache.n, 1);
    assert_true(cache.creds[0].flags & TKT_FORWARDED);
    assert_int_equal(cache.creds[0].addresses[0].value.p[3], 12);
    assert_memory_equal(cache.creds[0].key.p, k.service_session.v, 32);
    /* Another host's client uses it. */
    struct client_config config = k.client->config;
    k.client = client_new(k.hand.run, &config);
    assert_true(client_ccache_load(k.client, &cache));
    assert_int_equal(k.client->creds->caddr.n, 1);
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = "HTTP/www"}));
    assert_int_equal(client_result(k.client).state, CLIENT_WAITING);
    assert_false(client_ccache_got(k.client, k.hand.run, &cache));
}

static void a_proxy_ticket_is_handed_on(void **state)
{
    (void)state;
    struct ccache cache;
    log_on_from(NULL);
    struct client_do_args proxy = {
        .task = CLIENT_PROXY, .spn = "HTTP/www.example.test", .addresses = &other};
    assert_true(hand_do(&k, &proxy));
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    assert_true(req.req_body.kdc_options & KDC_OPT_PROXY);
    add = TKT_PROXY;
    given = &other;
    assert_int_equal(hand_give(&k, hand_tgs_rep(&k, addresses)).state, CLIENT_GRANTED);
    assert_true(client_ccache_got(k.client, k.hand.run, &cache));
    assert_true(cache.creds[0].flags & TKT_PROXY);
    assert_true(hand_do(&k, &proxy));
    struct client_outcome o = hand_give(&k, hand_error(&k, KDC_ERR_BADOPTION, (struct bytes){0}));
    assert_string_equal(o.text, "proxy: KDC can't fulfill requested option while getting a proxy "
                                "ticket for HTTP/www.example.test@EXAMPLE.TEST");
}

/* ---- names and services of a logon ------------------------------------------------------------
 */

static void enterprise_names(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *name, *realm;
    } table[] = {
        {"alice@corp.test", "alice@corp.test", "EXAMPLE.TEST"},
        {"alice@corp.test@OTHER.TEST", "alice@corp.test", "OTHER.TEST"},
        {"alice", "alice", "EXAMPLE.TEST"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct client_do_args args = {.task = CLIENT_LOGON,
                                      .principal = table[i].typed,
                                      .keytab = &k.keytab,
                                      .name_type = NT_ENTERPRISE};
        assert_true(hand_do(&k, &args));
        struct KDC_REQ req = hand_read(&k, &ASN_AS_REQ);
        assert_int_equal(req.req_body.cname.name_type, NT_ENTERPRISE);
        assert_int_equal(req.req_body.cname.name_string.n, 1);
        assert_true(bytes_equal_str(req.req_body.cname.name_string.at[0], table[i].name));
        assert_true(bytes_equal_str(req.req_body.realm, table[i].realm));
        assert_true(req.req_body.kdc_options & KDC_OPT_CANONICALIZE);
    }
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_LOGON,
                                                     .principal = "",
                                                     .name_type = NT_ENTERPRISE}));
    refused_as(client_result(k.client), KRB_ERR_GENERIC, "client.name");
}

static void a_first_ticket_for_a_service(void **state)
{
    (void)state;
    hand_logon_proof(
        &k, &(struct client_do_args){.in_tkt = "kadmin/changepw", .name_type = NT_SRV_INST});
    struct KDC_REQ req = hand_read(&k, &ASN_AS_REQ);
    assert_string_equal(principal_text(k.hand.run, &req.req_body.sname, req.req_body.realm),
                        "kadmin/changepw@EXAMPLE.TEST");
    assert_int_equal(req.req_body.cname.name_type, NT_SRV_INST);
    assert_int_equal(hand_give(&k, hand_as_rep(&k, NULL)).state, CLIENT_GRANTED);
    /* It is no ticket-granting ticket. */
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = "HTTP/www"}));
    refused_as(client_result(k.client), KRB_AP_ERR_NO_TGT, "client.tgs.tgt");
}

static void nobody_has_no_key(void **state)
{
    (void)state;
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_LOGON, .anonymous = true}));
    struct KDC_REQ req = hand_read(&k, &ASN_AS_REQ);
    assert_true(req.req_body.kdc_options & KDC_OPT_REQUEST_ANONYMOUS);
    assert_int_equal(req.req_body.cname.name_type, NT_WELLKNOWN);
    assert_string_equal(principal_text(k.hand.run, &req.req_body.cname, req.req_body.realm),
                        "WELLKNOWN/ANONYMOUS@EXAMPLE.TEST");
    refused_as(hand_give(&k, hand_preauth_required(&k)), KDC_ERR_PREAUTH_REQUIRED,
               "client.as.method");
    assert_true(hand_do(&k, &(struct client_do_args){
                                .task = CLIENT_LOGON, .anonymous = true, .principal = "@B.TEST"}));
    req = hand_read(&k, &ASN_AS_REQ);
    assert_true(bytes_equal_str(req.req_body.realm, "B.TEST"));
    struct client_outcome o =
        hand_give(&k, hand_error(&k, KDC_ERR_C_PRINCIPAL_UNKNOWN, (struct bytes){0}));
    assert_string_equal(o.text,
                        "kinit: Client 'WELLKNOWN/ANONYMOUS@B.TEST' not found in Kerberos database "
                        "while getting initial credentials");
}

/* ---- user-to-user (RFC 4120 3.7) --------------------------------------------------------------
 */

static void user_to_user(void **state)
{
    (void)state;
    struct ccache bobs;
    hand_logon(&k); /* the other's cache is this one's, for the test */
    assert_true(client_ccache(k.client, k.hand.run, &bobs));
    struct client_do_args args = {
        .task = CLIENT_TICKET, .spn = "bob", .name_type = NT_PRINCIPAL, .second_ticket = &bobs};
    assert_true(hand_do(&k, &args));
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    assert_true(req.req_body.kdc_options & KDC_OPT_ENC_TKT_IN_SKEY);
    assert_int_equal(req.req_body.additional_tickets.n, 1);
    assert_true(bytes_equal(req.req_body.additional_tickets.at[0].der, bobs.creds[0].ticket));
    assert_int_equal(req.req_body.sname.name_type, NT_PRINCIPAL);
    assert_int_equal(hand_give(&k, hand_tgs_rep(&k, NULL)).state, CLIENT_GRANTED);
    /* Had already; but who asks without the other's ticket gets another one. */
    assert_true(hand_do(&k, &args));
    assert_int_equal(k.hand.out.n, 0);
    args.second_ticket = NULL;
    assert_true(hand_do(&k, &args));
    assert_int_equal(k.hand.out.n, 1);
    /* The AP-REQ says under which key the ticket is. */
    args = (struct client_do_args){
        .task = CLIENT_GET, .spn = "bob", .service = &k.www, .host = "www", .second_ticket = &bobs};
    struct ap_checked checked;
    assert_true(hand_do(&k, &args));
    hand_open_get(&k, &checked);
    assert_true(checked.req.ap_options & AP_OPT_USE_SESSION_KEY);
}

static void without_the_other_users_ticket(void **state)
{
    (void)state;
    struct ccache empty = {.version = 0x0504};
    hand_logon(&k);
    struct client_do_args args = {.task = CLIENT_TICKET, .spn = "bob", .second_ticket = &empty};
    assert_true(hand_do(&k, &args));
    refused_as(client_result(k.client), KRB_AP_ERR_NO_TGT, "client.tgs.second");
    struct bytes parts[] = {BYTES_LIT("krbtgt"), REALM};
    struct ccache_cred junk = {.server = {2, REALM, parts, 2}, .ticket = BYTES_LIT("no ticket")};
    args.second_ticket = &(struct ccache){.version = 0x0504, .creds = &junk, .n = 1};
    assert_true(hand_do(&k, &args));
    refused_as(client_result(k.client), KRB_AP_ERR_NO_TGT, "client.tgs.second");
    assert_int_equal(k.hand.out.n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(renewed_for_as_long_again),
        TEST(renewed_in_the_next_second),
        TEST(renewal_refused),
        TEST(a_services_ticket_renewed),
        TEST(a_postdated_ticket_waits),
        TEST(another_start_than_asked),
        TEST(postdating_refused),
        TEST(addresses_come_back),
        TEST(addresses_are_inherited),
        TEST(a_forwarded_ticket_is_handed_on),
        TEST(a_proxy_ticket_is_handed_on),
        TEST(enterprise_names),
        TEST(a_first_ticket_for_a_service),
        TEST(nobody_has_no_key),
        TEST(user_to_user),
        TEST(without_the_other_users_ticket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
