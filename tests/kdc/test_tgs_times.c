/* The TGS: from when until when a ticket is good: renewed, postdated, validated (RFC 4120 2.2 to
 * 2.4). */
#include "tests/kdc/tgs_asker.h"

static void test_times(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.till = ASKER_NOW - ASKER_NOW % SECOND;
    refused(q, KDC_ERR_NEVER_VALID, "kdc.tgs.times");
    q.till = 0;
    q.ctime = ASKER_NOW + 1;
    assert_int_equal(ask_tgs(a, &q).ticket.endtime, tgt.ticket.endtime);
    q.sname = "brief"; /* the service's own bound */
    q.ctime = ASKER_NOW + 2;
    assert_int_equal(ask_tgs(a, &q).ticket.endtime, ASKER_NOW - ASKER_NOW % SECOND + HOUR);
}

static void test_renew(void **state)
{
    (void)state;
    a->turn.now += 7 * HOUR;
    struct ask q = {.sname = TGS,
                    .options = KDC_OPT_RENEW,
                    .till = TILL,
                    .tgt = &tgt.rep.ticket,
                    .session = &tgt.session};
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags, tgt.ticket.flags & ~(uint32_t)TKT_INITIAL);
    assert_int_equal(g.ticket.authtime, tgt.ticket.authtime);
    assert_int_equal(g.ticket.endtime - g.ticket.starttime,
                     tgt.ticket.endtime - tgt.ticket.starttime);
    assert_int_equal(g.ticket.renew_till, tgt.ticket.renew_till);
    q.sname = WWW;
    q.ctime = a->turn.now + 1;
    refused(q, KDC_ERR_SERVER_NOMATCH, "kdc.tgs.options");
    /* Not past its end... */
    a->turn.now = tgt.ticket.endtime + 5 * MINUTE + 1;
    q.sname = TGS;
    q.ctime = 0;
    refused(q, KRB_AP_ERR_TKT_EXPIRED, "kdc.tgs.ap");
    /* ...and never past renew-till. */
    struct EncTicketPart part = tgt.ticket;
    part.endtime = part.renew_till = ASKER_NOW - ASKER_NOW % SECOND;
    struct Ticket t = resealed(part);
    a->turn.now = ASKER_NOW + 1;
    q.tgt = &t;
    refused(q, KRB_AP_ERR_TKT_EXPIRED, "kdc.tgs.options");
    part.endtime = ASKER_NOW + HOUR;
    part.renew_till = ASKER_NOW - ASKER_NOW % SECOND + 2 * HOUR;
    t = resealed(part);
    q.ctime = ASKER_NOW + 5;
    g = ask_tgs(a, &q);
    assert_int_equal(g.ticket.endtime, part.endtime - part.endtime % SECOND);
}

/* The account was marked after its logon: what is renewed is no longer to be handed on. */
static void test_renew_of_a_marked_account(void **state)
{
    (void)state;
    struct EncTicketPart part = tgt.ticket;
    part.cname.der = (struct bytes){0};
    part.cname.name_string.at = &BYTES_LIT("sensitive");
    struct Ticket t = resealed(part);
    struct ask q = {.sname = TGS,
                    .options = KDC_OPT_RENEW,
                    .till = TILL,
                    .tgt = &t,
                    .session = &tgt.session,
                    .acname = "sensitive"};
    assert_true(part.flags & TKT_FORWARDABLE);
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags & (TKT_FORWARDABLE | TKT_PROXIABLE), 0);
}

static void test_renew_service_ticket(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.options = KDC_OPT_RENEWABLE;
    q.till = ASKER_NOW - ASKER_NOW % SECOND + HOUR;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    struct ask r = {.sname = WWW,
                    .options = KDC_OPT_RENEW,
                    .till = TILL,
                    .tgt = &g.rep.ticket,
                    .session = &g.session,
                    .ctime = ASKER_NOW + 1};
    assert_int_equal(ask_tgs(a, &r).error, 0);
    r.options = 0; /* a service's ticket gets nothing but itself */
    refused(r, KRB_AP_ERR_NOT_US, "kdc.tgs.ap");
    r.options = KDC_OPT_RENEW;
    r.sname = TGS;
    refused(r, KRB_AP_ERR_NOT_US, "kdc.tgs.ap");
}

/* ---- postdated (RFC 4120 2.4) ------------------------------------------------------------------
 */

static struct Ticket may_postdate(void)
{
    struct EncTicketPart part = tgt.ticket;
    part.flags |= TKT_MAY_POSTDATE;
    return resealed(part);
}

static void test_postdated(void **state)
{
    (void)state;
    int64_t from = ASKER_NOW - ASKER_NOW % SECOND + 2 * HOUR;
    struct Ticket t = may_postdate();
    struct ask q = for_www();
    q.options = KDC_OPT_POSTDATED;
    q.from = from;
    refused(q, KDC_ERR_CANNOT_POSTDATE, "kdc.tgs.options"); /* the TGT may not be postdated */
    q.tgt = &t;
    q.options = KDC_OPT_ALLOW_POSTDATE;
    refused(q, KDC_ERR_CANNOT_POSTDATE, "kdc.tgs.options"); /* a start without the option */
    q.options |= KDC_OPT_POSTDATED | KDC_OPT_RENEWABLE;
    q.till = from + HOUR;
    q.ctime = ASKER_NOW + 2;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags & ~(TKT_PRE_AUTHENT | TKT_TRANSITED_POLICY_CHECKED),
                     TKT_POSTDATED | TKT_INVALID | TKT_MAY_POSTDATE | TKT_RENEWABLE);
    assert_int_equal(g.ticket.starttime, from);
    assert_int_equal(g.part.starttime, from);
    assert_int_equal(g.ticket.endtime, from + HOUR);
    assert_int_equal(g.ticket.authtime, tgt.ticket.authtime);
    assert_in_range(g.ticket.renew_till, g.ticket.endtime, tgt.ticket.renew_till);
    q.from = tgt.ticket.endtime + HOUR; /* not past the ticket brought */
    q.till = 0;
    q.ctime = ASKER_NOW + 3;
    refused(q, KDC_ERR_NEVER_VALID, "kdc.tgs.times");
    q.from = ASKER_NOW - HOUR; /* a start in the past is now */
    q.ctime = ASKER_NOW + 4;
    assert_int_equal(ask_tgs(a, &q).ticket.starttime, ASKER_NOW - ASKER_NOW % SECOND);
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.no_postdate = true; /* whatever the ticket brought says */
    asker_policy(a, &p);
    q.ctime = ASKER_NOW + 5;
    q.options = KDC_OPT_POSTDATED;
    refused(q, KDC_ERR_CANNOT_POSTDATE, "kdc.tgs.options");
    q.options = KDC_OPT_ALLOW_POSTDATE;
    refused(q, KDC_ERR_CANNOT_POSTDATE, "kdc.tgs.options");
}

/* RFC 4120 2.2, 3.3.3: only the marked ticket itself, only once its start has passed; what comes
 * back differs by the mark alone. */
static void test_validate(void **state)
{
    (void)state;
    int64_t start = ASKER_NOW - ASKER_NOW % SECOND + MINUTE;
    struct EncTicketPart part = tgt.ticket;
    part.flags |= TKT_INVALID | TKT_POSTDATED;
    part.starttime = start;
    struct Ticket t = resealed(part);
    struct ask q = {.sname = TGS,
                    .options = KDC_OPT_VALIDATE,
                    .till = TILL,
                    .tgt = &t,
                    .session = &tgt.session};
    refused(q, KRB_AP_ERR_TKT_NYV, "kdc.tgs.options"); /* no skew is granted here */
    a->turn.now = start;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags, part.flags & ~(uint32_t)(TKT_INVALID | TKT_INITIAL));
    assert_int_equal(g.ticket.starttime, start);
    assert_int_equal(g.ticket.endtime, part.endtime);
    assert_int_equal(g.ticket.renew_till, part.renew_till);
    q.options = KDC_OPT_VALIDATE | KDC_OPT_RENEW;
    q.ctime = start + 1;
    refused(q, KRB_AP_ERR_TKT_NYV, "kdc.tgs.options");
    q.options = KDC_OPT_RENEW;
    refused(q, KRB_AP_ERR_TKT_NYV, "kdc.tgs.ap");
    q.options = KDC_OPT_VALIDATE;
    q.sname = WWW;
    refused(q, KDC_ERR_SERVER_NOMATCH, "kdc.tgs.options");
    q.sname = TGS;
    q.tgt = &tgt.rep.ticket;
    q.ctime = 0;
    refused(q, KDC_ERR_BADOPTION, "kdc.tgs.options"); /* nothing to validate */
}

static void test_validate_service_ticket(void **state)
{
    (void)state;
    struct Ticket t = may_postdate();
    struct ask q = for_www();
    q.tgt = &t;
    q.options = KDC_OPT_POSTDATED;
    q.from = ASKER_NOW + HOUR;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    a->turn.now = ASKER_NOW + HOUR;
    struct ask v = {.sname = WWW,
                    .options = KDC_OPT_VALIDATE,
                    .till = TILL,
                    .tgt = &g.rep.ticket,
                    .session = &g.session};
    struct got valid = ask_tgs(a, &v);
    assert_int_equal(valid.error, 0);
    assert_int_equal(valid.ticket.flags & TKT_INVALID, 0);
    assert_int_equal(valid.ticket.endtime, g.ticket.endtime);
}

/* RFC 4120 3.3.3: a life shorter than was asked, made up for by renewal. */
static void test_renewable_ok(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.sname = "brief";
    q.options = KDC_OPT_RENEWABLE_OK;
    struct got g = ask_tgs(a, &q);
    assert_true(g.ticket.flags & TKT_RENEWABLE);
    assert_int_equal(g.ticket.renew_till, TILL);
    q.till = g.ticket.endtime; /* as long as was asked: no need */
    q.ctime = ASKER_NOW + 1;
    assert_int_equal(ask_tgs(a, &q).ticket.flags & TKT_RENEWABLE, 0);
    struct EncTicketPart part = tgt.ticket;
    part.flags &= ~(uint32_t)TKT_RENEWABLE;
    struct Ticket t = resealed(part);
    q.tgt = &t;
    q.till = TILL;
    q.ctime = ASKER_NOW + 2;
    assert_int_equal(ask_tgs(a, &q).ticket.flags & TKT_RENEWABLE, 0);
}

/* Each bound in its turn is the one that sets the end, and is told. */
static void test_the_bound_that_decides_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *sname;
        int64_t till, tgt_end, realm;
        const char *told;
    } rows[] = {{WWW, TILL, 0, 0, "what was asked"},
                {WWW, 0, 0, 0, "the ticket brought"},
                {WWW, 0, 2 * HOUR, HOUR, "the realm's longest life"},
                {"brief", 0, 0, 0, "the service's longest life"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct realm_policy p = *realm_policy(asker_realm(a));
        p.max_life = rows[i].realm ? rows[i].realm : 10 * HOUR;
        asker_policy(a, &p);
        struct EncTicketPart part = tgt.ticket;
        if (rows[i].tgt_end)
            part.endtime = ASKER_NOW - ASKER_NOW % SECOND + rows[i].tgt_end;
        struct Ticket t = resealed(part);
        struct ask q = for_www();
        q.tgt = &t;
        q.sname = rows[i].sname;
        q.till = rows[i].till;
        q.ctime = ASKER_NOW + (int64_t)i;
        assert_int_equal(ask_tgs(a, &q).error, 0);
        assert_string_equal(a->heard.bound, rows[i].told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_times),
        TEST(test_renew),
        TEST(test_renew_of_a_marked_account),
        TEST(test_renew_service_ticket),
        TEST(test_postdated),
        TEST(test_validate),
        TEST(test_validate_service_ticket),
        TEST(test_renewable_ok),
        TEST(test_the_bound_that_decides_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
