/* The TGS: what a ticket may become, by its flags and addresses. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_options),
        TEST(test_each_flag),
        TEST(test_forwarded_stays),
        TEST(test_addresses_of_the_new_ticket),
        TEST(test_proxy_of_a_service_ticket),
        TEST(test_what_is_had_again_is_for_the_same_account),
        TEST(test_enc_pa_rep_is_of_the_first_ticket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
