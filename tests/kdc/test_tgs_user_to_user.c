/* The TGS: tickets sealed with the session key of a second TGT (RFC 4120 2.9.2, 3.7). */
#include "tests/kdc/tgs_asker.h"

static struct got bobs; /* bob's TGT */

static int with_bob(void **state)
{
    int failed = setup(state);
    struct ask q = {
        .cname = "bob", .sname = TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
    bobs = ask_as(a, &q, q.stamp_key);
    return failed || bobs.error;
}

static struct ask for_bob(void)
{
    struct ask q = for_www();
    q.sname = "bob";
    q.options = KDC_OPT_ENC_TKT_IN_SKEY;
    q.second = &bobs.rep.ticket;
    q.ticket_key = &bobs.session;
    return q;
}

static void test_sealed_with_the_session_key(void **state)
{
    (void)state;
    struct ask q = for_bob();
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0); /* opened with bob's session key */
    assert_false(g.rep.ticket.enc_part.has_kvno);
    assert_int_equal(g.rep.ticket.enc_part.etype, bobs.session.etype);
    assert_int_equal(g.session.etype, bobs.session.etype);
    assert_true(bytes_equal_str(g.rep.ticket.sname.name_string.at[0], "bob"));
    assert_true(bytes_equal_str(g.ticket.cname.name_string.at[0], "alice"));
    assert_non_null(strstr(a->heard.keys, "session bob-krbtgt;"));
    q.ctime = ASKER_NOW + 1; /* without a name the owner of the second TGT is meant */
    q.sname = NULL;
    g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_true(bytes_equal_str(g.rep.ticket.sname.name_string.at[0], "bob"));
    assert_true(bytes_equal_str(g.part.sname.name_string.at[0], "bob"));
}

/* Without the option bob can have no tickets: his password would open them to guessing. */
static void test_needed_for_an_account_that_is_no_server(void **state)
{
    (void)state;
    struct ask q = for_bob();
    q.options = 0;
    refused(q, KDC_ERR_MUST_USE_USER2USER, "kdc.tgs.server");
}

static void test_the_second_ticket(void **state)
{
    (void)state;
    struct ask q = for_bob();
    q.second = NULL;
    refused(q, KDC_ERR_BADOPTION, "kdc.tgs.user-to-user");
    q = for_www(); /* a ticket, but to no TGS */
    struct got www = ask_tgs(a, &q);
    q = for_bob();
    q.ctime = ASKER_NOW + 1;
    q.second = &www.rep.ticket;
    refused(q, KDC_ERR_POLICY, "kdc.tgs.user-to-user");
    struct Ticket t = bobs.rep.ticket;
    t.der = (struct bytes){0};
    q.second = &t;
    t.realm = BYTES_LIT("OTHER.TEST");
    refused(q, KRB_AP_ERR_NOT_US, "kdc.tgs.user-to-user");
    t.realm = bobs.rep.ticket.realm;
    t.sname = name_of(a->mem, "krbtgt/OTHER.TEST");
    refused(q, KRB_AP_ERR_NOT_US, "kdc.tgs.user-to-user");
    t.sname = bobs.rep.ticket.sname;
    t.enc_part.kvno = 9;
    refused(q, KRB_AP_ERR_NOKEY, "kdc.tgs.user-to-user");
    t.enc_part.kvno = 2;
    t.enc_part.cipher.n--;
    refused(q, KRB_AP_ERR_BAD_INTEGRITY, "kdc.tgs.user-to-user");
}

static void test_its_owner_and_time(void **state)
{
    (void)state;
    struct Ticket t;
    struct ask q = for_bob();
    q.sname = WWW; /* alice would be told that bob is the web server */
    refused(q, KDC_ERR_SERVER_NOMATCH, "kdc.tgs.user-to-user.owner");
    q.sname = "alice";
    refused(q, KDC_ERR_SERVER_NOMATCH, "kdc.tgs.user-to-user.owner");
    q = for_bob();
    q.second = &t;
    struct EncTicketPart part = bobs.ticket;
    part.crealm = BYTES_LIT("OTHER.TEST");
    t = resealed(part);
    refused(q, KDC_ERR_SERVER_NOMATCH, "kdc.tgs.user-to-user");
    part = bobs.ticket;
    part.flags |= TKT_INVALID;
    t = resealed(part);
    refused(q, KRB_AP_ERR_TKT_NYV, "kdc.tgs.user-to-user");
    part = bobs.ticket;
    part.endtime = ASKER_NOW - 6 * MINUTE;
    t = resealed(part);
    refused(q, KRB_AP_ERR_TKT_EXPIRED, "kdc.tgs.user-to-user");
    part = bobs.ticket;
    part.cname = name_of(a->mem, "closed");
    t = resealed(part);
    q.sname = "closed"; /* who is disabled is not reached this way either */
    refused(q, KDC_ERR_SERVICE_REVOKED, "kdc.tgs.server");
}

/* A service's account may own several names; each may be asked for. */
static void test_by_any_name_of_the_owner(void **state)
{
    (void)state;
    struct EncTicketPart part = bobs.ticket;
    part.cname = name_of(a->mem, "websvc");
    struct Ticket t = resealed(part);
    struct ask q = for_bob();
    q.sname = WWW;
    q.second = &t;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_true(bytes_equal_str(g.rep.ticket.sname.name_string.at[0], "HTTP"));
}

static void test_type_of_the_session_key(void **state)
{
    (void)state;
    static const int64_t only_17[] = {17};
    struct ask q = for_bob();
    q.etypes = only_17;
    q.n_etypes = 1;
    refused(q, KDC_ERR_ETYPE_NOSUPP, "kdc.tgs.user-to-user.etype");
}

/* Were weak keys taken for sessions when bob logged on, his is one; it does not make another when
 * they no longer are (CVE-2025-3576). */
static void test_a_weak_session_makes_no_other(void **state)
{
    (void)state;
    static const int32_t permitted[] = {18, 17, 23};
    static const int64_t asked[] = {23, 18};
    struct realm_policy p = *realm_policy(asker_realm(a));
    struct EncTicketPart part = bobs.ticket;
    struct key weak;
    assert_true(key_random(a->crypto, &a->rng.rng, "weak", 23, &weak));
    part.key = key_to_wire(&weak);
    struct Ticket t = resealed(part);
    struct ask q = for_bob();
    q.second = &t;
    q.ticket_key = &weak;
    q.etypes = asked;
    q.n_etypes = 2;
    p.etypes = permitted;
    p.n_etypes = 3;
    asker_policy(a, &p);
    refused(q, KDC_ERR_ETYPE_NOSUPP, "kdc.tgs.user-to-user.etype");
    p.weak_sessions = true;
    asker_policy(a, &p);
    q.ctime = ASKER_NOW + 1;
    assert_int_equal(ask_tgs(a, &q).error, 0);
}

/* Letters of other case lead to the same account, where the realm takes them for the same. */
static void test_an_owner_in_other_letters(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    struct EncTicketPart part = bobs.ticket;
    part.cname = name_of(a->mem, "BOB");
    struct Ticket t = resealed(part);
    struct ask q = for_bob();
    q.second = &t;
    refused(q, KDC_ERR_SERVER_NOMATCH, "kdc.tgs.user-to-user.owner");
    p.windows_names = true;
    asker_policy(a, &p);
    assert_int_equal(ask_tgs(a, &q).error, 0);
}

#define WITH_BOB(f) cmocka_unit_test_setup_teardown(f, with_bob, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOB(test_sealed_with_the_session_key),
        WITH_BOB(test_needed_for_an_account_that_is_no_server),
        WITH_BOB(test_the_second_ticket),
        WITH_BOB(test_its_owner_and_time),
        WITH_BOB(test_by_any_name_of_the_owner),
        WITH_BOB(test_type_of_the_session_key),
        WITH_BOB(test_a_weak_session_makes_no_other),
        WITH_BOB(test_an_owner_in_other_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
