/* From realm to realm: referred by KDCs, or seeking the way. */
#include "client/inside.h"
#include "tests/client/hand_kdc.h"

static struct hand_kdc k;
static struct party parties[16];
static const char *const realms[] = {
    "EXAMPLE.TEST", "B.TEST", "C.TEST", "TEST", "SUB.C.TEST", "R1", "R2", "R3",
    "R4",           "R5",     "R6",     "R7",   "R8",         "R9", "RA", "RB",
};

static const struct party *kdc_of(void *arg, struct bytes realm)
{
    (void)arg;
    for (size_t i = 0; i < 16; i++)
        if (bytes_equal_str(realm, realms[i]))
            return &parties[i];
    return NULL;
}

static int begin(void **state)
{
    (void)state;
    hand_kdc_begin(&k, 18);
    for (size_t i = 0; i < 16; i++)
        parties[i].name = realms[i];
    k.client->config.kdc_of = kdc_of;
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_kdc_end(&k);
    return 0;
}

/* ---- KDCs ------------------------------------------------------------------------------------ */

static const char *named; /* the name in the reply; NULL: as asked */
static uint32_t more;

static void of_its_realm(struct hand_reply *r)
{
    struct KDC_REQ req = hand_read(r->kdc, &ASN_TGS_REQ);
    r->part.srealm = r->rep.ticket.realm = req.req_body.realm;
    r->part.flags |= more;
    if (named)
        r->part.sname = r->rep.ticket.sname = hand_name(r->kdc->hand.run, named);
}

static const char *asked(void)
{
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    return principal_text(k.hand.run, &req.req_body.sname, req.req_body.realm);
}

/* The KDC that was asked answers with this name; with its key the next one is asked. */
static struct client_outcome answer(const char *name)
{
    named = name;
    assert_true(hand_give_from(&k, k.sent.to, VIA_UDP, hand_tgs_rep(&k, of_its_realm)));
    k.tgt_session = k.service_session;
    return client_result(k.client);
}

static struct client_outcome unknown(void)
{
    assert_true(hand_give_from(&k, k.sent.to, VIA_UDP,
                               hand_error(&k, KDC_ERR_S_PRINCIPAL_UNKNOWN, (struct bytes){0})));
    return client_result(k.client);
}

static void log_on(void)
{
    assert_true(hand_do(&k, &(struct client_do_args){
                                .task = CLIENT_LOGON, .principal = "alice", .keytab = &k.keytab}));
    assert_true(hand_give_from(&k, &parties[0], VIA_UDP, hand_preauth_required(&k)));
    assert_true(hand_give_from(&k, &parties[0], VIA_UDP, hand_as_rep(&k, NULL)));
    assert_int_equal(client_result(k.client).state, CLIENT_GRANTED);
}

static void ask(const char *spn)
{
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = spn}));
}

/* ---- referred (RFC 6806 8) ------------------------------------------------------------------- */

static void over_two_realms(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www.c.test");
    assert_string_equal(asked(), "HTTP/www.c.test@EXAMPLE.TEST");
    assert_true(hand_read(&k, &ASN_TGS_REQ).req_body.kdc_options & KDC_OPT_CANONICALIZE);
    assert_int_equal(answer("krbtgt/B.TEST").state, CLIENT_WAITING);
    assert_ptr_equal(k.sent.to, &parties[1]);
    assert_string_equal(asked(), "HTTP/www.c.test@B.TEST");
    assert_int_equal(answer("krbtgt/C.TEST").state, CLIENT_WAITING);
    assert_ptr_equal(k.sent.to, &parties[2]);
    more = TKT_TRANSITED_POLICY_CHECKED;
    struct client_outcome o = answer(NULL);
    more = 0;
    assert_int_equal(o.state, CLIENT_GRANTED);
    assert_non_null(strstr(o.text, "HTTP/www.c.test@C.TEST"));
    /* The first ticket of the way is our own KDC's and kept: the next service there costs one
     * question, this one none. */
    ask("HTTP/www.c.test");
    assert_int_equal(k.hand.out.n, 0);
    ask("HTTP/other@B.TEST");
    assert_ptr_equal(k.sent.to, &parties[1]);
    /* The second is B's choice, asked for by nobody: the way to C is for our KDC to show. */
    ask("HTTP/other.c.test@C.TEST");
    assert_string_equal(asked(), "krbtgt/C.TEST@EXAMPLE.TEST");
}

/* B's KDC knows the session key of what it makes. With a ticket for our own KDC in the cache it
 * could answer in that KDC's name from then on. */
static void no_neighbour_makes_the_ticket_for_our_own_kdc(void **state)
{
    (void)state;
    log_on();
    struct key home = k.tgt_session;
    ask("HTTP/www.b.test");
    assert_int_equal(answer("krbtgt/B.TEST").state, CLIENT_WAITING);
    assert_int_equal(answer("krbtgt/EXAMPLE.TEST").state, CLIENT_REFUSED);
    for (const struct cred *cred = k.client->creds; cred; cred = cred->next)
        assert_true(bytes_equal_str(cred->srealm, "EXAMPLE.TEST"));
    /* Nor is one believed that has come into a cache. */
    struct cred odd = *k.client->creds;
    odd.srealm = BYTES_LIT("B.TEST");
    odd.server = client_tgs_name(k.hand.run, BYTES_LIT("EXAMPLE.TEST"));
    client_cache_keep(k.client, &odd);
    assert_true(bytes_equal_str(client_cache_tgt(k.client, BYTES_LIT("EXAMPLE.TEST"))->srealm,
                                "EXAMPLE.TEST"));
    k.tgt_session = home;
    ask("HTTP/other");
    assert_string_equal(asked(), "HTTP/other@EXAMPLE.TEST");
    assert_int_equal(answer(NULL).state, CLIENT_GRANTED);
}

static void ends_soon(struct hand_reply *r)
{
    of_its_realm(r);
    r->part.endtime = r->part.starttime + HOUR;
}

/* A way that was gone before is gone again when its ticket has expired. */
static void a_way_lasts_as_long_as_its_ticket(void **state)
{
    (void)state;
    log_on();
    struct key home = k.tgt_session;
    ask("HTTP/www@B.TEST");
    assert_true(hand_give_from(&k, k.sent.to, VIA_UDP, hand_tgs_rep(&k, ends_soon)));
    assert_string_equal(asked(), "HTTP/www@B.TEST");
    ask("HTTP/www@B.TEST");
    assert_string_equal(asked(), "HTTP/www@B.TEST");
    k.hand.turn.now = k.clock = NOW + HOUR;
    k.tgt_session = home;
    ask("HTTP/www@B.TEST");
    assert_string_equal(asked(), "krbtgt/B.TEST@EXAMPLE.TEST");
    assert_int_equal(answer(NULL).state, CLIENT_WAITING);
}

/* A ticket that shows the way is not the service's: the GET waits for the right one. */
static void a_referral_is_no_ticket_for_the_service(void **state)
{
    (void)state;
    log_on();
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_GET,
                                                     .spn = "HTTP/www.b.test",
                                                     .service = &k.www,
                                                     .host = "www.b.test"}));
    assert_int_equal(answer("krbtgt/B.TEST").state, CLIENT_WAITING);
    assert_int_equal(k.sent.via, VIA_UDP);
    assert_int_equal(answer(NULL).state, CLIENT_WAITING);
    assert_int_equal(k.sent.via, VIA_HTTP);
    struct ap_checked checked;
    hand_open_get(&k, &checked);
    assert_string_equal(
        principal_text(k.hand.run, &checked.req.ticket.sname, checked.req.ticket.realm),
        "HTTP/www.b.test@B.TEST");
}

static void refused_as(struct client_outcome o, int32_t error, const char *step)
{
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_int_equal(o.error, error);
    assert_string_equal(k.hand.refused, step);
}

static void round_in_a_circle(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www");
    assert_int_equal(answer("krbtgt/B.TEST").state, CLIENT_WAITING);
    refused_as(answer("krbtgt/EXAMPLE.TEST"), KDC_ERR_PATH_NOT_ACCEPTED, "client.referral");
}

/* A ticket for the KDC's own realm leads nowhere. */
static void to_where_one_is(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www");
    refused_as(answer("krbtgt/EXAMPLE.TEST"), KRB_AP_ERR_MODIFIED, "client.rep.asked");
}

static void ten_realms_are_enough(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www");
    for (int i = 5; i < 15; i++)
        assert_int_equal(answer(arena_printf(k.hand.run, "krbtgt/%s", realms[i])).state,
                         CLIENT_WAITING);
    refused_as(answer("krbtgt/RB"), KDC_ERR_PATH_NOT_ACCEPTED, "client.referral");
}

static void a_realm_nobody_knows(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www");
    struct client_outcome o = answer("krbtgt/NOWHERE.TEST");
    refused_as(o, KDC_ERR_SVC_UNAVAILABLE, "client.realm");
    assert_string_equal(o.text, "kvno: Cannot find KDC for realm \"NOWHERE.TEST\" while getting "
                                "credentials for HTTP/www@NOWHERE.TEST");
}

/* Another service than was asked for is no referral. */
static void another_service(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www");
    refused_as(answer("HTTP/other"), KRB_AP_ERR_MODIFIED, "client.rep.asked");
}

/* Only a question for a service can be answered by a referral. */
static void a_renewal_is_not_referred(void **state)
{
    (void)state;
    log_on();
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_RENEW}));
    refused_as(answer("krbtgt/B.TEST"), KRB_AP_ERR_MODIFIED, "client.rep.asked");
}

/* Memory that runs out on the way does not count as a step of it. */
static void each_allocation_fails_once(void **state)
{
    (void)state;
    free(k.hand.sentences);
    k.hand.sentences = NULL;
    bool ok = false;
    for (unsigned long n = 1; !ok; n++) {
        k.client->creds = NULL;
        log_on();
        ask("HTTP/www");
        named = "krbtgt/B.TEST";
        struct bytes rep = hand_tgs_rep(&k, of_its_realm);
        struct packet p = {.from = k.sent.to, .data = rep};
        struct turn *t = hand_turn(&k.hand, NOW);
        arena_fail_after(n);
        ok = client_receive(k.client, &p, t);
        arena_fail_after(0);
        assert_true(n < 2000);
        if (ok)
            break;
        t = hand_turn(&k.hand, NOW);
        assert_true(client_receive(k.client, &p, t));
        assert_int_equal(client_result(k.client).state, CLIENT_WAITING);
        assert_int_equal(k.hand.out.n, 1);
        assert_ptr_equal(k.hand.out.first->packet.to, &parties[1]);
    }
}

/* ---- seeking the way (RFC 4120 1.2) -----------------------------------------------------------
 */

static void the_realm_is_named(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www@B.TEST");
    assert_string_equal(asked(), "krbtgt/B.TEST@EXAMPLE.TEST");
    assert_int_equal(answer(NULL).state, CLIENT_WAITING);
    assert_string_equal(asked(), "HTTP/www@B.TEST");
    assert_int_equal(answer(NULL).state, CLIENT_GRANTED);
}

/* The KDC gives the ticket for a realm on the way instead of the one asked for. */
static void a_realm_on_the_way(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www@SUB.C.TEST");
    assert_int_equal(answer("krbtgt/C.TEST").state, CLIENT_WAITING);
    assert_string_equal(asked(), "krbtgt/SUB.C.TEST@C.TEST");
}

static void nearer_and_nearer(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www@SUB.C.TEST");
    assert_string_equal(asked(), "krbtgt/SUB.C.TEST@EXAMPLE.TEST");
    assert_int_equal(unknown().state, CLIENT_WAITING);
    assert_string_equal(asked(), "krbtgt/C.TEST@EXAMPLE.TEST");
    assert_int_equal(unknown().state, CLIENT_WAITING);
    assert_string_equal(asked(), "krbtgt/TEST@EXAMPLE.TEST");
    assert_int_equal(answer(NULL).state, CLIENT_WAITING);
    assert_string_equal(asked(), "krbtgt/SUB.C.TEST@TEST");
    assert_int_equal(unknown().state, CLIENT_WAITING);
    assert_string_equal(asked(), "krbtgt/C.TEST@TEST");
    assert_int_equal(answer(NULL).state, CLIENT_WAITING);
    assert_string_equal(asked(), "krbtgt/SUB.C.TEST@C.TEST");
    assert_int_equal(answer(NULL).state, CLIENT_WAITING);
    assert_string_equal(asked(), "HTTP/www@SUB.C.TEST");
    assert_int_equal(unknown().error, KDC_ERR_S_PRINCIPAL_UNKNOWN);
}

static void no_way_is_left(void **state)
{
    (void)state;
    log_on();
    ask("HTTP/www@C.TEST");
    assert_int_equal(unknown().state, CLIENT_WAITING); /* krbtgt/TEST */
    assert_int_equal(unknown().error, KDC_ERR_S_PRINCIPAL_UNKNOWN);
    ask("HTTP/www@ELSEWHERE");
    assert_int_equal(unknown().error, KDC_ERR_S_PRINCIPAL_UNKNOWN);
}

/* ---- a client of another realm (RFC 6806 7) ---------------------------------------------------
 */

static struct bytes wrong_realm(const char *crealm)
{
    hand_turn(&k.hand, k.hand.turn.now);
    struct PrincipalName tgs = hand_name(k.hand.mem, "krbtgt/EXAMPLE.TEST");
    struct krb_error_args args = {.code = KDC_ERR_WRONG_REALM,
                                  .realm = REALM,
                                  .sname = &tgs,
                                  .cname = &tgs,
                                  .crealm = bytes_str(crealm)};
    return arena_copy(k.hand.run, krb_error_build(&k.hand.turn, &args));
}

static struct client_outcome is_of(const char *realm)
{
    assert_true(hand_give_from(&k, k.sent.to, VIA_UDP, wrong_realm(realm)));
    return client_result(k.client);
}

static void log_on_as_enterprise(void)
{
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_LOGON,
                                                     .principal = "alice@corp.test",
                                                     .keytab = &k.keytab,
                                                     .name_type = NT_ENTERPRISE}));
}

static void another_realm_has_the_client(void **state)
{
    (void)state;
    log_on_as_enterprise();
    assert_int_equal(is_of("B.TEST").state, CLIENT_WAITING);
    assert_ptr_equal(k.sent.to, &parties[1]);
    struct KDC_REQ req = hand_read(&k, &ASN_AS_REQ);
    assert_string_equal(principal_text(k.hand.run, &req.req_body.sname, req.req_body.realm),
                        "krbtgt/B.TEST@B.TEST");
    assert_true(bytes_equal_str(req.req_body.cname.name_string.at[0], "alice@corp.test"));
    /* And back again is a circle. */
    refused_as(is_of("EXAMPLE.TEST"), KDC_ERR_PATH_NOT_ACCEPTED, "client.referral");
    log_on_as_enterprise();
    refused_as(is_of("EXAMPLE.TEST"), KDC_ERR_PATH_NOT_ACCEPTED, "client.referral");
    log_on_as_enterprise();
    refused_as(is_of("nowhere.test"), KDC_ERR_SVC_UNAVAILABLE, "client.realm");
}

/* Who did not ask for it is not sent elsewhere by an error that nobody protects. */
static void only_when_asked_for(void **state)
{
    (void)state;
    assert_true(hand_do(&k, &(struct client_do_args){
                                .task = CLIENT_LOGON, .principal = "alice", .keytab = &k.keytab}));
    struct client_outcome o = is_of("B.TEST");
    assert_int_equal(o.error, KDC_ERR_WRONG_REALM);
    assert_string_equal(o.text, "kinit: Realm not local to KDC while getting initial credentials");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(over_two_realms),
        TEST(no_neighbour_makes_the_ticket_for_our_own_kdc),
        TEST(a_way_lasts_as_long_as_its_ticket),
        TEST(a_referral_is_no_ticket_for_the_service),
        TEST(round_in_a_circle),
        TEST(to_where_one_is),
        TEST(ten_realms_are_enough),
        TEST(a_realm_nobody_knows),
        TEST(another_service),
        TEST(a_renewal_is_not_referred),
        TEST(each_allocation_fails_once),
        TEST(the_realm_is_named),
        TEST(a_realm_on_the_way),
        TEST(nearer_and_nearer),
        TEST(no_way_is_left),
        TEST(another_realm_has_the_client),
        TEST(only_when_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
