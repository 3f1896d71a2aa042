/* The TGS among other realms: who is believed, where one is sent to, what the ticket says of the
 * way (RFC 4120 1.2, 2.7, 3.3.3; RFC 6806 8). */
#include "tests/kdc/tgs_asker.h"

/* OTHER is a neighbour whose word goes far, STRICT one that speaks for its own only, SILENT one to
 * which there is a way out but none in; FAR lies behind OTHER, LOST behind nobody. */
static struct key other_key, strict_key, silent_key;

static void trust(const char *name, bool inbound, bool transitive, struct key *key,
                  const char *suffix, const char *next)
{
    struct account_key k = {.kvno = 3};
    struct bytes suffixes[] = {bytes_str(suffix ? suffix : "")};
    if (key && !key_random(a->crypto, &a->rng.rng, name, 18, key))
        abort();
    if (key)
        k.key = *key;
    struct trust t = {.realm = bytes_str(name),
                      .inbound = inbound,
                      .transitive = transitive,
                      .keys = &k,
                      .n_keys = key ? 1 : 0,
                      .suffixes = suffixes,
                      .n_suffixes = suffix ? 1 : 0,
                      .next = bytes_str(next ? next : "")};
    if (!realm_build_trust(a->builder, &t))
        abort();
}

static int realms(void **state)
{
    int failed = setup(state);
    asker_account(a, "krbtgt/OTHER.TEST", ACCOUNT_TRUST, asker_strong, 2, NULL, NULL);
    asker_account(a, "krbtgt/STRICT.TEST", ACCOUNT_TRUST, asker_strong, 2, NULL, NULL);
    trust("OTHER.TEST", true, true, &other_key, "other.test", NULL);
    trust("STRICT.TEST", true, false, &strict_key, NULL, NULL);
    trust("SILENT.TEST", false, false, &silent_key, NULL, NULL);
    trust("FAR.TEST", false, true, NULL, "far.test", "OTHER.TEST");
    trust("LOST.TEST", false, false, NULL, "lost.test", "NOBODY.TEST");
    kdc_realm(a->kdc, asker_realm(a));
    return failed;
}

/* carol's TGT for us, as the KDC of `from` makes it. */
static struct Ticket visitor(const char *from, const struct key *key, struct EncTicketPart part)
{
    struct Ticket t = {.tkt_vno = 5, .realm = bytes_str(from), .sname = name_of(a->mem, TGS)};
    if (!seal_value(&a->asker, &ASN_EncTicketPart, &part, key, 3, USAGE_TICKET, &t.enc_part))
        abort();
    return t;
}

static struct EncTicketPart of_carol(const char *crealm, const char *transited)
{
    struct EncTicketPart part = tgt.ticket;
    part.cname = name_of(a->mem, "carol");
    part.crealm = bytes_str(crealm);
    part.transited = (struct TransitedEncoding){.tr_type = 1, .contents = bytes_str(transited)};
    return part;
}

static struct ask by_carol(const struct Ticket *t, const char *crealm)
{
    struct ask q = for_www();
    q.tgt = t;
    q.acname = "carol";
    q.acrealm = crealm;
    return q;
}

/* ---- coming in --------------------------------------------------------------------------------
 */

static void test_a_neighbours_client_is_served(void **state)
{
    (void)state;
    struct Ticket t = visitor("OTHER.TEST", &other_key, of_carol("OTHER.TEST", ""));
    struct ask q = by_carol(&t, "OTHER.TEST");
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_true(bytes_equal_str(g.ticket.crealm, "OTHER.TEST"));
    assert_true(bytes_equal_str(g.rep.crealm, "OTHER.TEST"));
    assert_true(bytes_equal_str(g.rep.ticket.realm, "EXAMPLE.TEST"));
    assert_true(bytes_equal_str(g.part.srealm, "EXAMPLE.TEST"));
    assert_int_equal(g.ticket.transited.contents.n, 0); /* its own realm is not in the list */
    assert_true(g.ticket.flags & TKT_TRANSITED_POLICY_CHECKED);
    assert_non_null(strstr(a->heard.keys, "K/krbtgt/EXAMPLE.TEST;"));
    assert_null(strstr(a->heard.steps, "kdc.tgs.client ")); /* there is no account to look at */
}

static void test_by_way_of_another(void **state)
{
    (void)state;
    struct Ticket t = visitor("OTHER.TEST", &other_key, of_carol("FAR.TEST", ""));
    struct ask q = by_carol(&t, "FAR.TEST");
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_true(bytes_equal_str(g.ticket.transited.contents, "OTHER.TEST"));
    assert_int_equal(g.ticket.transited.tr_type, 1);
    assert_true(g.ticket.flags & TKT_TRANSITED_POLICY_CHECKED);
    /* With that ticket as a TGT of ours, the list goes on as it is. */
    q.sname = TGS;
    q.ctime = ASKER_NOW + 1;
    struct got here = ask_tgs(a, &q);
    q = by_carol(&here.rep.ticket, "FAR.TEST");
    q.session = &here.session;
    q.ctime = ASKER_NOW + 2;
    g = ask_tgs(a, &q);
    assert_true(bytes_equal_str(g.ticket.transited.contents, "OTHER.TEST"));
    assert_true(g.ticket.flags & TKT_TRANSITED_POLICY_CHECKED);
}

/* Realms on the way: known here, or in the hierarchy between the two; else not. */
static void test_every_realm_on_the_way_counts(void **state)
{
    (void)state;
    static const struct {
        const char *crealm, *transited, *added;
        int32_t error;
    } rows[] = {
        {"FAR.TEST", "STRICT.TEST", "STRICT.TEST,OTHER.TEST", 0},
        {"A.TEST", "TEST", "TEST,OTHER.", 0}, /* between A.TEST and EXAMPLE.TEST */
        {"A.FAR.TEST", "FAR.TEST", "FAR.TEST,OTHER.TEST", 0},
        {"FAR.TEST", "EVIL.COM", NULL, KDC_ERR_PATH_NOT_ACCEPTED},
        {"FAR.TEST", "SILENT.TEST", NULL, KDC_ERR_PATH_NOT_ACCEPTED},  /* only a way out */
        {"FAR.TEST", "EXAMPLE.TEST", NULL, KDC_ERR_PATH_NOT_ACCEPTED}, /* we know where we were */
        {"FAR.TEST", "STRICT.TEST,EVIL.COM", NULL, KDC_ERR_PATH_NOT_ACCEPTED},
        {"FAR.TEST", "A\\", NULL, KDC_ERR_PATH_NOT_ACCEPTED}, /* cannot be read */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct Ticket t =
            visitor("OTHER.TEST", &other_key, of_carol(rows[i].crealm, rows[i].transited));
        struct ask q = by_carol(&t, rows[i].crealm);
        q.ctime = ASKER_NOW + (int64_t)i;
        if (rows[i].error) {
            refused(q, rows[i].error, "kdc.tgs.path");
            continue;
        }
        struct got g = ask_tgs(a, &q);
        assert_int_equal(g.error, 0);
        assert_true(bytes_equal_str(g.ticket.transited.contents, rows[i].added));
    }
}

static void test_the_check_left_to_the_service(void **state)
{
    (void)state;
    struct Ticket t = visitor("OTHER.TEST", &other_key, of_carol("FAR.TEST", "EVIL.COM"));
    struct ask q = by_carol(&t, "FAR.TEST");
    q.options = KDC_OPT_DISABLE_TRANSITED_CHECK;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags & TKT_TRANSITED_POLICY_CHECKED, 0);
    assert_true(bytes_equal_str(g.ticket.transited.contents, "EVIL.COM,OTHER.TEST"));
    /* Nor does a TGT of ours that was had this way become a checked one. */
    q.sname = TGS;
    q.ctime = ASKER_NOW + 1;
    struct got here = ask_tgs(a, &q);
    q = by_carol(&here.rep.ticket, "FAR.TEST");
    q.session = &here.session;
    q.ctime = ASKER_NOW + 2;
    refused(q, KDC_ERR_PATH_NOT_ACCEPTED, "kdc.tgs.path");
    q.options = KDC_OPT_DISABLE_TRANSITED_CHECK;
    assert_int_equal(ask_tgs(a, &q).ticket.flags & TKT_TRANSITED_POLICY_CHECKED, 0);
}

/* What a neighbour may say ends somewhere, whatever the client leaves to the service. */
static void test_for_whom_a_neighbour_speaks(void **state)
{
    (void)state;
    struct Ticket t = visitor("STRICT.TEST", &strict_key, of_carol("FAR.TEST", ""));
    struct ask q = by_carol(&t, "FAR.TEST");
    refused(q, KDC_ERR_POLICY, "kdc.tgs.path");
    q.options = KDC_OPT_DISABLE_TRANSITED_CHECK;
    refused(q, KDC_ERR_POLICY, "kdc.tgs.path");
    t = visitor("STRICT.TEST", &strict_key, of_carol("STRICT.TEST", ""));
    q = by_carol(&t, "STRICT.TEST");
    q.ctime = ASKER_NOW + 1;
    assert_int_equal(ask_tgs(a, &q).error, 0);
    /* alice of EXAMPLE.TEST is ours to vouch for, and nobody else's. */
    struct EncTicketPart part = tgt.ticket;
    t = visitor("OTHER.TEST", &other_key, part);
    q = for_www();
    q.tgt = &t;
    q.ctime = ASKER_NOW + 2;
    refused(q, KDC_ERR_POLICY, "kdc.tgs.path");
}

/* Where letters of either case are the same, they are the same in the name of a client's realm. */
static void test_no_neighbour_speaks_for_us_in_other_letters(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    struct EncTicketPart part = tgt.ticket;
    part.crealm = BYTES_LIT("Example.Test");
    struct Ticket t = visitor("OTHER.TEST", &other_key, part);
    struct ask q = for_www();
    q.tgt = &t;
    q.acrealm = "Example.Test";
    assert_int_equal(ask_tgs(a, &q).error, 0); /* here that is some other realm */
    struct ask ours = for_www(), suffix = for_www();
    ours.realm = suffix.realm = "Example.Test"; /* and in what is asked for */
    suffix.sname = "HTTP/www.far.test";
    suffix.options = KDC_OPT_CANONICALIZE;
    ours.ctime = suffix.ctime = ASKER_NOW + 1;
    refused(ours, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    p.windows_names = true;
    asker_policy(a, &p);
    ours.ctime = ASKER_NOW + 2;
    suffix.ctime = ASKER_NOW + 3;
    assert_int_equal(ask_tgs(a, &ours).error, 0);
    assert_int_equal(ask_tgs(a, &suffix).error, 0);
    q.ctime = ASKER_NOW + 4;
    refused(q, KDC_ERR_POLICY, "kdc.tgs.path");
}

static void test_tickets_of_others_that_do_not_open(void **state)
{
    (void)state;
    struct EncTicketPart part = of_carol("SILENT.TEST", "");
    struct Ticket t = visitor("SILENT.TEST", &silent_key, part);
    refused(by_carol(&t, "SILENT.TEST"), KDC_ERR_POLICY, "kdc.tgs.ap");
    t = visitor("EVIL.COM", &other_key, part); /* no key is shared */
    refused(by_carol(&t, "SILENT.TEST"), KRB_AP_ERR_NOKEY, "kdc.tgs.ap");
    t = visitor("STRICT.TEST", &other_key, part); /* OTHER's key under STRICT's name */
    refused(by_carol(&t, "SILENT.TEST"), KRB_AP_ERR_BAD_INTEGRITY, "kdc.tgs.ap");
    t = visitor("OTHER.TEST", &other_key, part);
    t.enc_part.kvno = 9;
    refused(by_carol(&t, "SILENT.TEST"), KRB_AP_ERR_BADKEYVER, "kdc.tgs.ap");
    t.enc_part.kvno = 3;
    t.enc_part.etype = 17;
    refused(by_carol(&t, "SILENT.TEST"), KRB_AP_ERR_NOKEY, "kdc.tgs.ap");
    part = of_carol("FAR.TEST", "A");
    part.transited.tr_type = 2;
    t = visitor("OTHER.TEST", &other_key, part);
    refused(by_carol(&t, "FAR.TEST"), KDC_ERR_TRTYPE_NOSUPP, "kdc.tgs.path");
    /* Its own KDC renews and validates a ticket, and no other. */
    t = visitor("OTHER.TEST", &other_key, of_carol("OTHER.TEST", ""));
    struct ask q = by_carol(&t, "OTHER.TEST");
    q.sname = TGS;
    q.options = KDC_OPT_RENEW;
    refused(q, KDC_ERR_POLICY, "kdc.tgs.options");
}

/* A ticket at the wrong door: the error says which door it is. */
static void test_the_wrong_kdc_says_so(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.sname = "krbtgt/OTHER.TEST";
    struct got referral = ask_tgs(a, &q);
    assert_int_equal(referral.error, 0);
    q = for_www();
    q.tgt = &referral.rep.ticket;
    q.session = &referral.session;
    q.ctime = ASKER_NOW + 1;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, KRB_AP_ERR_NOT_US);
    assert_true(bytes_equal_str(g.krb_error.e_text, "this TGT is for another realm's KDC"));
    q = for_www();
    q.ctime = ASKER_NOW + 2;
    struct got www = ask_tgs(a, &q);
    q.tgt = &www.rep.ticket;
    q.session = &www.session;
    q.sname = "brief";
    g = ask_tgs(a, &q);
    assert_int_equal(g.error, KRB_AP_ERR_NOT_US);
    assert_true(bytes_equal_str(g.krb_error.e_text, "this is a service's ticket and no TGT"));
}

/* A PAC is signed with keys of the old ticket: it does not go on, what stands beside it does. */
static void test_a_foreign_pac_stays_behind(void **state)
{
    (void)state;
    struct AuthorizationData_item inside[] = {{.ad_type = 128, .ad_data = BYTES_LIT("signed")},
                                              {.ad_type = 97, .ad_data = BYTES_LIT("kept")}};
    struct AuthorizationData both = {inside, 2}, pac = {inside, 1};
    struct AuthorizationData_item outside[] = {
        {.ad_type = 1, .ad_data = asn_encode(&ASN_AD_IF_RELEVANT, &both, a->mem)},
        {.ad_type = 1, .ad_data = asn_encode(&ASN_AD_IF_RELEVANT, &pac, a->mem)},
        {.ad_type = 1, .ad_data = BYTES_LIT("junk")},
        {.ad_type = 128, .ad_data = BYTES_LIT("signed")},
        {.ad_type = 99, .ad_data = BYTES_LIT("kept")},
    };
    struct EncTicketPart part = of_carol("OTHER.TEST", "");
    part.has_authorization_data = true;
    part.authorization_data = (struct AuthorizationData){outside, 5};
    struct Ticket t = visitor("OTHER.TEST", &other_key, part);
    struct ask q = by_carol(&t, "OTHER.TEST");
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.authorization_data.n, 2);
    struct AuthorizationData left;
    assert_true(asn_decode(&ASN_AD_IF_RELEVANT, g.ticket.authorization_data.at[0].ad_data,
                           ASN_STRICT, a->mem, NULL, &left));
    assert_int_equal(left.n, 1);
    assert_int_equal(left.at[0].ad_type, 97);
    assert_int_equal(g.ticket.authorization_data.at[1].ad_type, 99);
    part.authorization_data.n = 1;
    part.authorization_data.at = &outside[3]; /* nothing else: nothing left */
    t = visitor("OTHER.TEST", &other_key, part);
    q.ctime = ASKER_NOW + 1;
    assert_false(ask_tgs(a, &q).ticket.has_authorization_data);
}

/* ---- going out --------------------------------------------------------------------------------
 */

static const char *sent_to(struct ask q)
{
    struct got g = ask_tgs(a, &q);
    if (g.error)
        return NULL;
    assert_true(bytes_equal_str(g.rep.ticket.realm, "EXAMPLE.TEST"));
    return principal_text(a->mem, &g.rep.ticket.sname, (struct bytes){0});
}

static void test_a_tgt_for_another_realm(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.sname = "krbtgt/OTHER.TEST";
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0); /* opened with the key of krbtgt/OTHER.TEST */
    assert_int_equal(g.ticket.transited.contents.n, 0);
    assert_true(bytes_equal_str(g.part.sname.name_string.at[1], "OTHER.TEST"));
    q.sname = "krbtgt/FAR.TEST"; /* the next one on the way; RFC 4120 3.3.1 asks for no option */
    q.ctime = ASKER_NOW + 1;
    assert_string_equal(sent_to(q), "krbtgt/OTHER.TEST");
    q.sname = "krbtgt/LOST.TEST";
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    q.sname = "krbtgt/SILENT.TEST"; /* no account: no key for the way out */
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    q.sname = "krbtgt/OTHER.TEST";
    q.options = KDC_OPT_PROXY;
    refused(q, KDC_ERR_BADOPTION, "kdc.tgs.options"); /* no proxy is a TGT, wherever to */
}

static void test_a_referral_by_the_hosts_suffix(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.sname = "HTTP/www.other.test";
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server"); /* not asked to */
    q.options = KDC_OPT_CANONICALIZE;
    q.ctime = ASKER_NOW + 1;
    assert_string_equal(sent_to(q), "krbtgt/OTHER.TEST");
    assert_non_null(strstr(a->heard.steps, "kdc.tgs.referral "));
    q.sname = "HTTP/www.far.test";
    q.ctime = ASKER_NOW + 2;
    assert_string_equal(sent_to(q), "krbtgt/OTHER.TEST");
    q.sname = "HTTP/www.lost.test";
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    q.sname = "HTTP/nowhere.example.test";
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    q.sname = WWW; /* what is here is here */
    q.ctime = ASKER_NOW + 3;
    assert_string_equal(sent_to(q), WWW);
    assert_null(strstr(a->heard.steps, "kdc.tgs.referral "));
}

static void test_a_referral_by_the_realm_of_the_request(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.realm = "FAR.TEST";
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    q.options = KDC_OPT_CANONICALIZE;
    q.ctime = ASKER_NOW + 1;
    assert_string_equal(sent_to(q), "krbtgt/OTHER.TEST");
    q.realm = "EVIL.COM";
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
}

/* Names that have no host to go by, and hosts that are nothing but signs. */
static void test_odd_names_are_not_referred(void **state)
{
    (void)state;
    static const char *const names[] = {"other.test", "HTTP/",    "HTTP/.",
                                        "krbtgt/",    "HTTP/:80", "a/b/other.test"};
    struct ask q = for_www();
    q.options = KDC_OPT_CANONICALIZE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        q.sname = names[i];
        q.ctime = ASKER_NOW + (int64_t)i;
        if (ask_tgs(a, &q).error != KDC_ERR_S_PRINCIPAL_UNKNOWN)
            fail_msg("%s is referred", names[i]);
    }
}

/* Of three realms in a row this is the one in the middle; and nobody is sent back. */
static void test_the_middle_of_a_chain(void **state)
{
    (void)state;
    struct Ticket t = visitor("STRICT.TEST", &strict_key, of_carol("STRICT.TEST", ""));
    struct ask q = by_carol(&t, "STRICT.TEST");
    q.sname = "krbtgt/FAR.TEST";
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_true(bytes_equal_str(g.rep.ticket.sname.name_string.at[1], "OTHER.TEST"));
    assert_true(bytes_equal_str(g.ticket.crealm, "STRICT.TEST"));
    t = visitor("OTHER.TEST", &other_key, of_carol("OTHER.TEST", ""));
    q = by_carol(&t, "OTHER.TEST");
    q.sname = "HTTP/www.other.test";
    q.options = KDC_OPT_CANONICALIZE;
    q.ctime = ASKER_NOW + 1;
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
}

#define REALMS(f) cmocka_unit_test_setup_teardown(f, realms, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        REALMS(test_a_neighbours_client_is_served),
        REALMS(test_by_way_of_another),
        REALMS(test_every_realm_on_the_way_counts),
        REALMS(test_the_check_left_to_the_service),
        REALMS(test_for_whom_a_neighbour_speaks),
        REALMS(test_no_neighbour_speaks_for_us_in_other_letters),
        REALMS(test_tickets_of_others_that_do_not_open),
        REALMS(test_the_wrong_kdc_says_so),
        REALMS(test_a_foreign_pac_stays_behind),
        REALMS(test_a_tgt_for_another_realm),
        REALMS(test_a_referral_by_the_hosts_suffix),
        REALMS(test_a_referral_by_the_realm_of_the_request),
        REALMS(test_odd_names_are_not_referred),
        REALMS(test_the_middle_of_a_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
