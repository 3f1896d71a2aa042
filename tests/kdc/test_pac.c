/* PACs in tickets: made, declined, handed on, refused; and what other realms may say in theirs. */
#include "context/pac.h"
#include "tests/kdc/tgs_asker.h"

#define DOMAIN "S-1-5-21-1-2-3"

static struct got mine; /* dora's TGT */
static struct key other_key;
static struct realm_policy policy;

static const uint32_t dora_groups[] = {1105, 513};
static const struct bytes dora_extra[] = {{(const uint8_t *)"S-1-5-21-9-9-9-1200", 19}};

static void set_policy(bool has_sid, bool no_pac)
{
    policy = *realm_policy(asker_realm(a));
    policy.has_sid = has_sid;
    policy.no_pac = no_pac;
    assert_true(sid_parse(bytes_str(DOMAIN), &policy.sid));
    asker_policy(a, &policy);
    kdc_realm(a->kdc, asker_realm(a));
}

static struct got logon_of(const char *name, const struct PA_DATA *padata, size_t n)
{
    struct ask q = {.cname = name,
                    .sname = TGS,
                    .till = TILL,
                    .options = KDC_OPT_RENEWABLE,
                    .rtime = TILL + DAY,
                    .stamp_key = asker_key(a, name, 18),
                    .stamp = a->turn.now++,
                    .padata = padata,
                    .n_padata = n};
    return ask_as(a, &q, q.stamp_key);
}

static int domain(void **state)
{
    int failed = setup(state);
    struct account dora = {.rid = 1107,
                           .groups = dora_groups,
                           .n_groups = 2,
                           .extra_sids = dora_extra,
                           .n_extra_sids = 1,
                           .full_name = BYTES_LIT("Dora D.")};
    asker_account(a, "dora", 0, asker_strong, 2, NULL, &dora);
    asker_account(a, "krbtgt/OTHER.TEST", ACCOUNT_TRUST, asker_strong, 2, NULL, NULL);
    assert_true(key_random(a->crypto, &a->rng.rng, "other", 18, &other_key));
    struct account_key k = {.kvno = 3, .key = other_key};
    struct trust t = {.realm = BYTES_LIT("OTHER.TEST"),
                      .inbound = true,
                      .transitive = true,
                      .keys = &k,
                      .n_keys = 1};
    assert_true(realm_build_trust(a->builder, &t));
    set_policy(true, false);
    mine = logon_of("dora", NULL, 0);
    return failed ? failed : mine.error;
}
#define IN_DOMAIN(f) cmocka_unit_test_setup_teardown(f, domain, teardown)

static struct pac pac_of(const struct EncTicketPart *t)
{
    struct pac pac;
    bool present;
    assert_true(pac_in_ticket(&a->asker, t, &present, &pac));
    return pac;
}

static bool has_pac(const struct EncTicketPart *t)
{
    struct pac pac;
    bool present;
    return pac_in_ticket(&a->asker, t, &present, &pac);
}

static struct validation_info checked(const struct EncTicketPart *t, const struct key *server)
{
    struct pac pac = pac_of(t);
    struct validation_info info;
    assert_int_equal(pac_check(&a->asker, &pac, t, server, asker_key(a, TGS, 18), "x", &info), 0);
    return info;
}

static struct ask by_dora(const struct Ticket *t)
{
    struct ask q = for_www();
    q.tgt = t;
    q.session = &mine.session;
    q.acname = "dora";
    q.ctime = a->turn.now++;
    return q;
}

/* ---- made ------------------------------------------------------------------------------------ */

static void test_what_a_logon_says(void **state)
{
    (void)state;
    struct validation_info v = checked(&mine.ticket, asker_key(a, TGS, 18));
    assert_true(bytes_equal_str(v.effective_name, "dora"));
    assert_true(bytes_equal_str(v.full_name, "Dora D."));
    assert_true(bytes_equal_str(v.logon_domain_name, "EXAMPLE"));
    assert_true(bytes_equal_str(v.logon_server, "KDC"));
    assert_string_equal(sid_text(a->mem, &v.logon_domain_id), DOMAIN);
    assert_int_equal(v.user_id, 1107);
    assert_int_equal(v.primary_group_id, 513);
    assert_int_equal(v.n_groups, 2); /* 513 once */
    assert_int_equal(v.groups[0].rid, 513);
    assert_int_equal(v.groups[1].rid, 1105);
    assert_int_equal(v.n_extra_sids, 2);
    assert_string_equal(sid_text(a->mem, &v.extra_sids[0].sid), "S-1-5-21-9-9-9-1200");
    assert_string_equal(sid_text(a->mem, &v.extra_sids[1].sid), "S-1-18-1");
    assert_int_equal(v.logoff_time, VALIDATION_NEVER);
    assert_non_null(strstr(a->heard.steps, "kdc.as.pac "));
}

static void test_none_is_made(void **state)
{
    (void)state;
    struct KERB_PA_PAC_REQUEST asked = {.include_pac = false};
    struct PA_DATA pa = {.padata_type = PA_PAC_REQUEST,
                         .padata_value = asn_encode(&ASN_KERB_PA_PAC_REQUEST, &asked, a->mem)};
    struct got g = logon_of("dora", &pa, 1);
    assert_int_equal(g.error, 0);
    assert_false(has_pac(&g.ticket));
    assert_non_null(strstr(a->heard.steps, "kdc.as.pac.declined "));
    mine = g; /* nor does a ticket by that one have any */
    struct ask q = by_dora(&mine.rep.ticket);
    g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_false(g.ticket.has_authorization_data);
    asked.include_pac = true;
    pa.padata_value = asn_encode(&ASN_KERB_PA_PAC_REQUEST, &asked, a->mem);
    g = logon_of("dora", &pa, 1);
    assert_true(has_pac(&g.ticket));
    g = logon_of("alice", NULL, 0); /* she has no RID */
    assert_false(has_pac(&g.ticket));
    set_policy(true, true);
    assert_false(logon_of("dora", NULL, 0).ticket.has_authorization_data);
    set_policy(false, false);
    assert_false(logon_of("dora", NULL, 0).ticket.has_authorization_data);
}

/* ---- handed on ------------------------------------------------------------------------------- */

static void test_signed_for_the_service(void **state)
{
    (void)state;
    struct ask q = by_dora(&mine.rep.ticket);
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    struct validation_info v = checked(&g.ticket, asker_key(a, WWW, 18));
    assert_int_equal(v.user_id, 1107);
    assert_int_equal(g.ticket.authorization_data.n, 1);
    assert_non_null(strstr(a->heard.steps, "kdc.tgs.pac.server kdc.tgs.pac.kdc kdc.tgs.pac.client "
                                           "kdc.tgs.pac.info kdc.tgs.pac "));
    /* for RC4's key, for another realm's KDC, and when renewed */
    static const int32_t permitted[] = {18, 17, 23};
    static const int64_t offered[] = {18, 23};
    policy.etypes = permitted;
    policy.n_etypes = 3;
    policy.weak_sessions = true;
    asker_policy(a, &policy);
    kdc_realm(a->kdc, asker_realm(a));
    q = by_dora(&mine.rep.ticket);
    q.sname = "old/www.example.test";
    q.etypes = offered;
    q.n_etypes = 2;
    g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(checked(&g.ticket, asker_key(a, "oldsvc", 23)).user_id, 1107);
    q = by_dora(&mine.rep.ticket);
    q.sname = "krbtgt/OTHER.TEST";
    g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(checked(&g.ticket, asker_key(a, "krbtgt/OTHER.TEST", 18)).user_id, 1107);
    q = by_dora(&mine.rep.ticket);
    q.sname = TGS;
    q.options = KDC_OPT_RENEW;
    g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(checked(&g.ticket, asker_key(a, TGS, 18)).user_id, 1107);
}

/* A realm that has lost its SID hands none on; nor is one made for a ticket that had none. */
static void test_not_handed_on(void **state)
{
    (void)state;
    set_policy(false, false);
    struct ask q = by_dora(&mine.rep.ticket);
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_false(g.ticket.has_authorization_data);
}

/* What a client asks to be put into its ticket is never taken for the KDC's word. */
static void test_a_clients_own_pac(void **state)
{
    (void)state;
    struct AuthorizationData_item own = mine.ticket.authorization_data.at[0];
    struct AuthorizationData data = {&own, 1};
    struct got none = logon_of("alice", NULL, 0);
    struct ask q = for_www();
    q.tgt = &none.rep.ticket;
    q.session = &none.session;
    q.data = &data;
    q.ctime = a->turn.now++;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_false(g.ticket.has_authorization_data);
}

/* ---- refused --------------------------------------------------------------------------------- */

/* dora's TGT with another PAC in it. */
static struct Ticket with_pac(struct bytes pac)
{
    struct AuthorizationData_item *item = arena_new_of(a->mem, struct AuthorizationData_item);
    struct EncTicketPart part = mine.ticket;
    *item = pac_element(&a->asker, pac);
    part.der = (struct bytes){0};
    part.has_authorization_data = true;
    part.authorization_data = (struct AuthorizationData){item, 1};
    return resealed(part);
}

static void assert_refused(struct bytes pac, int32_t code, const char *step)
{
    struct Ticket t = with_pac(pac);
    struct ask q = by_dora(&t);
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, code);
    assert_string_equal(a->heard.refused, "kdc.tgs.pac");
    assert_non_null(strstr(a->heard.steps, step));
}

static struct bytes made(const char *client, uint32_t rid, const char *sid,
                         const struct key *server, const struct key *kdc)
{
    struct validation_info v = {.effective_name = BYTES_LIT("dora"), .user_id = rid};
    struct pac_making m = {&v, bytes_str(client), mine.ticket.authtime, server, kdc};
    struct bytes pac;
    assert_true(sid_parse(bytes_str(sid), &v.logon_domain_id));
    assert_true(pac_make(&a->asker, &m, &pac));
    return pac;
}

static void test_pacs_that_are_not_ours(void **state)
{
    (void)state;
    const struct key *tgs = asker_key(a, TGS, 18), *www = asker_key(a, WWW, 18);
    assert_refused(made("dora", 1107, DOMAIN, www, tgs), KRB_AP_ERR_MODIFIED, "pac.server ");
    assert_refused(made("dora", 1107, DOMAIN, tgs, www), KRB_AP_ERR_MODIFIED, "pac.kdc ");
    assert_refused(made("alice", 1107, DOMAIN, tgs, tgs), KRB_AP_ERR_MODIFIED, "pac.client ");
    assert_refused(made("dora", 500, DOMAIN, tgs, tgs), KDC_ERR_TGT_REVOKED, "pac.info ");
    assert_refused(made("dora", 1107, "S-1-5-21-9-9-9", tgs, tgs), KDC_ERR_TGT_REVOKED,
                   "pac.info ");
    assert_refused(BYTES_LIT("junk"), KRB_AP_ERR_MODIFIED, "kdc.tgs.pac ");
    struct Ticket t = with_pac(made("dora", 1107, DOMAIN, tgs, asker_key(a, TGS, 17)));
    struct ask q = by_dora(&t); /* an older key of krbtgt is as good */
    assert_int_equal(ask_tgs(a, &q).error, 0);
}

/* ---- of other realms ------------------------------------------------------------------------- */

static struct bytes user = BYTES_LIT("carol"); /* as the PAC calls her */
static bool no_logon_info;

/* As MIT's KDC makes it: her name and two signatures. */
static struct bytes name_alone(const struct pac_making *m)
{
    struct pac_client_info info = {pac_client_id(m->authtime), m->client_name};
    struct pac_buffer only = {.type = PAC_CLIENT_INFO_TYPE,
                              .data = pac_client_info_write(a->mem, &info)};
    struct bytes pac;
    assert_true(pac_sign(&a->asker, &only, 1, m->server_key, m->kdc_key, &pac));
    return pac;
}

static struct got by_carol(struct validation_info *v, const char *domain_sid)
{
    struct EncTicketPart part = mine.ticket;
    struct key far = other_key; /* whatever signs there: it cannot be checked here */
    far.v[0] ^= 1;
    part.der = (struct bytes){0};
    part.cname = name_of(a->mem, "carol");
    part.crealm = BYTES_LIT("OTHER.TEST");
    part.transited = (struct TransitedEncoding){.tr_type = 1};
    v->effective_name = user;
    v->user_id = 1300;
    assert_true(sid_parse(bytes_str(domain_sid), &v->logon_domain_id));
    struct pac_making m = {v, BYTES_LIT("carol"), part.authtime, &other_key, &far};
    struct bytes pac;
    assert_true(pac_make(&a->asker, &m, &pac));
    if (no_logon_info)
        pac = name_alone(&m);
    struct AuthorizationData_item item = pac_element(&a->asker, pac);
    part.authorization_data = (struct AuthorizationData){&item, 1};
    struct Ticket t = {
        .tkt_vno = 5, .realm = BYTES_LIT("OTHER.TEST"), .sname = name_of(a->mem, TGS)};
    assert_true(
        seal_value(&a->asker, &ASN_EncTicketPart, &part, &other_key, 3, USAGE_TICKET, &t.enc_part));
    struct ask q = by_dora(&t);
    q.acname = "carol";
    q.acrealm = "OTHER.TEST";
    return ask_tgs(a, &q);
}

static void test_a_neighbours_word(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "S-1-5-21-7-7-7-1200", /* its own */
        "S-1-5-21-1-2-3-512",  /* our Domain Admins */
        "S-1-5-21-1-2-3",      /* we */
        "S-1-5-32-544",        /* Administrators of every machine */
        "S-1-5-18",
        "S-1-1-0",
        "S-1-18-1",
        "S-1-5-21-1-2-33-512", /* nearly ours */
    };
    struct sid_and_attributes extra[8];
    for (size_t i = 0; i < 8; i++) {
        assert_true(sid_parse(bytes_str(texts[i]), &extra[i].sid));
        extra[i].attributes = GROUP_USUAL;
    }
    struct validation_info v = {
        .extra_sids = extra, .n_extra_sids = 8, .has_resource_groups = true};
    struct group_membership group = {512, GROUP_USUAL};
    v.resource_groups = &group;
    v.n_resource_groups = 1;
    assert_true(sid_parse(bytes_str(DOMAIN), &v.resource_group_domain_sid));
    struct got g = by_carol(&v, "S-1-5-21-7-7-7");
    assert_int_equal(g.error, 0);
    assert_non_null(strstr(a->heard.steps, "kdc.tgs.pac.filter "));
    struct validation_info out = checked(&g.ticket, asker_key(a, WWW, 18));
    assert_int_equal(out.n_extra_sids, 3);
    assert_string_equal(sid_text(a->mem, &out.extra_sids[0].sid), texts[0]);
    assert_string_equal(sid_text(a->mem, &out.extra_sids[1].sid), texts[6]);
    assert_string_equal(sid_text(a->mem, &out.extra_sids[2].sid), texts[7]);
    assert_false(out.has_resource_groups);
    assert_string_equal(sid_text(a->mem, &out.logon_domain_id), "S-1-5-21-7-7-7");
    v = (struct validation_info){.extra_sids = extra, .n_extra_sids = 1};
    g = by_carol(&v, "S-1-5-21-7-7-7"); /* nothing to leave out */
    assert_null(strstr(a->heard.steps, "kdc.tgs.pac.filter "));
    assert_int_equal(checked(&g.ticket, asker_key(a, WWW, 18)).n_extra_sids, 1);
    v = (struct validation_info){0};
    assert_int_equal(by_carol(&v, DOMAIN).error, KDC_ERR_POLICY); /* its client is none of ours */
    v = (struct validation_info){0};
    assert_int_equal(by_carol(&v, "S-1-5-32").error, KDC_ERR_POLICY);
}

/* Its own SID, and our name: a list of users by name would let it in. */
static void test_a_neighbours_pac_that_says_nothing(void **state)
{
    (void)state;
    struct validation_info v = {0};
    struct pac pac;
    bool present;
    no_logon_info = true;
    struct got g = by_carol(&v, "S-1-5-21-7-7-7");
    no_logon_info = false;
    assert_int_equal(g.error, 0);
    assert_non_null(strstr(a->heard.steps, "kdc.tgs.pac.empty "));
    pac_in_ticket(&a->asker, &g.ticket, &present, &pac);
    assert_false(present);
}

static void test_a_neighbour_with_our_name(void **state)
{
    (void)state;
    static const struct {
        const char *domain, *user;
        int32_t error;
    } table[] = {
        {"OTHER", "carol", 0},
        {"EXAMPLE", "carol", KDC_ERR_POLICY},
        {"example.test", "carol", KDC_ERR_POLICY},
        {"", "EXAMPLE\\carol", KDC_ERR_POLICY},
        {"EXAMPLE\\carol", "", KDC_ERR_POLICY},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct validation_info v = {.logon_domain_name = bytes_str(table[i].domain)};
        user = bytes_str(table[i].user);
        int32_t error = by_carol(&v, "S-1-5-21-7-7-7").error;
        user = BYTES_LIT("carol");
        if (error != table[i].error)
            fail_msg("row %zu: %d", i, (int)error);
    }
}

/* Each bit of a PAC in a ticket: never a ticket, never a crash. */
static void test_every_flip(void **state)
{
    (void)state;
    struct bytes pac = pac_of(&mine.ticket).octets;
    for (size_t i = 0; i < pac.n; i++) {
        uint8_t *p = (uint8_t *)arena_str(a->mem, pac);
        p[i] ^= (uint8_t)(1 << i % 8);
        struct Ticket t = with_pac(bytes_of(p, pac.n));
        struct ask q = by_dora(&t);
        assert_int_equal(ask_tgs(a, &q).error, KRB_AP_ERR_MODIFIED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DOMAIN(test_what_a_logon_says),
        IN_DOMAIN(test_none_is_made),
        IN_DOMAIN(test_signed_for_the_service),
        IN_DOMAIN(test_not_handed_on),
        IN_DOMAIN(test_a_clients_own_pac),
        IN_DOMAIN(test_pacs_that_are_not_ours),
        IN_DOMAIN(test_a_neighbours_word),
        IN_DOMAIN(test_a_neighbours_pac_that_says_nothing),
        IN_DOMAIN(test_a_neighbour_with_our_name),
        IN_DOMAIN(test_every_flip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
