/* The TGS: what a ticket may become, by its flags and its times. */
#include "tests/kdc/tgs_asker.h"

static void test_options(void **state)
{
    (void)state;
    static const uint32_t bad[] = {1 << 15, 1 << 17, /* anonymous; cname-in-addl-tkt */
                                   KDC_OPT_ALLOW_POSTDATE, KDC_OPT_VALIDATE};
    struct ask q = for_www();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        q.options = bad[i];
        q.ctime = ASKER_NOW + (int64_t)i;
        refused(q, KDC_ERR_BADOPTION, "kdc.tgs.options");
    }
    q = for_www();
    q.enc_authorization_data = true;
    refused(q, KDC_ERR_BADOPTION, "kdc.tgs.options");
    q = for_www();
    q.from = ASKER_NOW + HOUR;
    q.ctime = ASKER_NOW + 77;
    refused(q, KDC_ERR_CANNOT_POSTDATE, "kdc.tgs.options");
    static const int32_t later[] = {PA_FOR_USER, PA_S4U_X509_USER};
    for (size_t i = 0; i < 2; i++) {
        struct PA_DATA pa = {.padata_type = later[i], .padata_value = BYTES_LIT("junk")};
        q = for_www();
        q.padata = &pa;
        q.n_padata = 1;
        refused(q, KDC_ERR_BADOPTION, "kdc.tgs.padata");
    }
}

/* Each option that the TGT must cover: with its flag it is granted, without it refused. */
static void test_each_flag(void **state)
{
    (void)state;
    static const struct {
        uint32_t option, flag, given;
    } rows[] = {{KDC_OPT_FORWARDABLE, TKT_FORWARDABLE, TKT_FORWARDABLE},
                {KDC_OPT_FORWARDED, TKT_FORWARDABLE, TKT_FORWARDED},
                {KDC_OPT_PROXIABLE, TKT_PROXIABLE, TKT_PROXIABLE},
                {KDC_OPT_PROXY, TKT_PROXIABLE, TKT_PROXY},
                {KDC_OPT_RENEWABLE, TKT_RENEWABLE, TKT_RENEWABLE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ask q = for_www();
        q.options = rows[i].option;
        q.till = ASKER_NOW - ASKER_NOW % SECOND + HOUR;
        q.ctime = ASKER_NOW + (int64_t)i;
        struct got g = ask_tgs(a, &q);
        assert_int_equal(g.error, 0);
        assert_int_equal(g.ticket.flags & ~(TKT_PRE_AUTHENT | TKT_TRANSITED_POLICY_CHECKED),
                         rows[i].given);
        struct EncTicketPart part = tgt.ticket;
        part.flags &= ~rows[i].flag;
        struct Ticket t = resealed(part);
        q.tgt = &t;
        q.ctime += 100;
        refused(q, KDC_ERR_BADOPTION, "kdc.tgs.options");
    }
    struct ask q = {.sname = TGS,
                    .options = KDC_OPT_PROXY,
                    .till = TILL,
                    .tgt = &tgt.rep.ticket,
                    .session = &tgt.session};
    refused(q, KDC_ERR_BADOPTION, "kdc.tgs.options");
}

static void test_forwarded_stays(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.sname = TGS;
    q.options = KDC_OPT_FORWARDED | KDC_OPT_FORWARDABLE;
    q.addresses = true;
    struct got forwarded = ask_tgs(a, &q);
    assert_int_equal(forwarded.error, 0);
    assert_int_equal(forwarded.ticket.caddr.n, 1);
    q = for_www();
    q.tgt = &forwarded.rep.ticket;
    q.session = &forwarded.session;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_true(g.ticket.flags & TKT_FORWARDED);
    assert_int_equal(g.ticket.flags & TKT_INITIAL, 0);
    assert_int_equal(g.ticket.caddr.n, 1);
}

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

/* RFC 4120 2.5, 2.6: forwarded and proxy tickets name the addresses asked for, or none; others keep
 * those of the ticket brought. */
static void test_addresses_of_the_new_ticket(void **state)
{
    (void)state;
    struct EncTicketPart part = tgt.ticket;
    struct HostAddress home = {.addr_type = 2, .address = BYTES_LIT("\x0a\x00\x00\x0b")};
    part.has_caddr = true;
    part.caddr = (struct HostAddresses){&home, 1};
    struct Ticket t = resealed(part);
    static const uint32_t elsewhere[] = {KDC_OPT_FORWARDED, KDC_OPT_PROXY};
    struct ask q = for_www();
    q.tgt = &t;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.ticket.caddr.n, 1);
    assert_true(bytes_equal(g.ticket.caddr.at[0].address, home.address));
    assert_int_equal(g.part.caddr.n, 1);
    for (size_t i = 0; i < 2; i++) {
        q.options = elsewhere[i];
        q.addresses = false;
        q.ctime = ASKER_NOW + 2 * (int64_t)i + 1;
        assert_false(ask_tgs(a, &q).ticket.has_caddr);
        q.addresses = true;
        q.ctime++;
        g = ask_tgs(a, &q);
        assert_int_equal(g.ticket.caddr.n, 1);
        assert_false(bytes_equal(g.ticket.caddr.at[0].address, home.address));
    }
    /* The ticket brought has to come from one of its addresses, where they are known. */
    a->client.address = BYTES_LIT("\x0a\x00\x00\x0b");
    q = for_www();
    q.tgt = &t;
    q.ctime = ASKER_NOW + 10;
    assert_int_equal(ask_tgs(a, &q).error, 0);
    a->client.address = BYTES_LIT("\x0a\x00\x00\x0c");
    q.ctime = ASKER_NOW + 11;
    refused(q, KRB_AP_ERR_BADADDR, "kdc.tgs.ap");
    q.tgt = &tgt.rep.ticket; /* without addresses it is good from everywhere */
    assert_int_equal(ask_tgs(a, &q).error, 0);
}

/* RFC 4120 2.5: a proxy of a service ticket is had with that ticket. */
static void test_proxy_of_a_service_ticket(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.options = KDC_OPT_PROXIABLE;
    struct got g = ask_tgs(a, &q);
    struct ask p = {.sname = WWW,
                    .options = KDC_OPT_PROXY,
                    .till = TILL,
                    .tgt = &g.rep.ticket,
                    .session = &g.session,
                    .addresses = true,
                    .ctime = ASKER_NOW + 1};
    struct got proxy = ask_tgs(a, &p);
    assert_int_equal(proxy.error, 0);
    assert_true(proxy.ticket.flags & TKT_PROXY);
    assert_int_equal(proxy.ticket.caddr.n, 1);
    p.sname = TGS; /* never to a TGT by way of one */
    refused(p, KRB_AP_ERR_NOT_US, "kdc.tgs.ap");
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

/* mallory's service is called as brief is as an enterprise name. What he makes with its key is
 * renewed for him, never for the other (RFC 6806 5). */
static void test_what_is_had_again_is_for_the_same_account(void **state)
{
    (void)state;
    asker_account(a, "mallory", 0, asker_strong, 2, "brief\\@EXAMPLE.TEST", NULL);
    kdc_realm(a->kdc, asker_realm(a));
    struct Ticket t = {.tkt_vno = 5,
                       .realm = BYTES_LIT("EXAMPLE.TEST"),
                       .sname = name_of(a->mem, "brief\\@EXAMPLE.TEST")};
    assert_true(seal_value(&a->asker, &ASN_EncTicketPart, &tgt.ticket, asker_key(a, "mallory", 18),
                           2, USAGE_TICKET, &t.enc_part));
    static const uint32_t options[] = {KDC_OPT_RENEW, KDC_OPT_PROXY};
    for (size_t i = 0; i < 2; i++) {
        struct ask q = for_www();
        q.tgt = &t;
        q.sname = "brief\\@EXAMPLE.TEST";
        q.options = options[i];
        q.ctime = ASKER_NOW + 2 * (int64_t)i;
        q.ticket_key = asker_key(a, "mallory", 18);
        assert_int_equal(ask_tgs(a, &q).error, 0);
        q.sname_type = NT_ENTERPRISE;
        q.ctime++;
        refused(q, KRB_AP_ERR_NOT_US, "kdc.tgs.options");
    }
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

/* RFC 6806 11: enc-pa-rep says that this reply has the checksum over its AS-REQ in its
 * encrypted-pa-data. A reply of the TGS has none and answers no AS-REQ: the flag ends here. */
static void test_enc_pa_rep_is_of_the_first_ticket(void **state)
{
    (void)state;
    struct EncTicketPart part = tgt.ticket;
    part.flags |= TKT_ENC_PA_REP;
    struct Ticket t = resealed(part);
    struct ask q = for_www();
    q.tgt = &t;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags & TKT_ENC_PA_REP, 0);
    assert_int_equal(g.part.flags & TKT_ENC_PA_REP, 0);
    assert_false(g.part.has_encrypted_pa_data);
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
        TEST(test_options),
        TEST(test_each_flag),
        TEST(test_forwarded_stays),
        TEST(test_times),
        TEST(test_renew),
        TEST(test_renew_of_a_marked_account),
        TEST(test_renew_service_ticket),
        TEST(test_addresses_of_the_new_ticket),
        TEST(test_proxy_of_a_service_ticket),
        TEST(test_postdated),
        TEST(test_what_is_had_again_is_for_the_same_account),
        TEST(test_validate),
        TEST(test_validate_service_ticket),
        TEST(test_renewable_ok),
        TEST(test_enc_pa_rep_is_of_the_first_ticket),
        TEST(test_the_bound_that_decides_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
