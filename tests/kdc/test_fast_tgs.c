/* FAST at the TGS: the ticket brought and its subkey make the armor. */
#include "tests/kdc/fast_asker.h"

struct tgs_twist {
    const char *outer, *inner; /* services; NULL: absent */
    bool explicit_armor, no_fast, no_subkey, wrong_checksum;
    int64_t ad_type; /* in the authenticator; 0: none */
    uint32_t options, inner_options;
    struct PA_DATA *extra;   /* inside */
    const struct got *bring; /* NULL: alice's TGT */
};

static struct bytes tgs_armored(const struct tgs_twist *w, struct key *armor, struct key *subkey)
{
    const struct got *bring = w->bring ? w->bring : &tgt;
    assert_true(key_random(a->crypto, &a->rng.rng, "subkey", 18, subkey));
    assert_true(fast_armor_key(a->crypto, subkey, &bring->session, armor));
    struct ask q = {.sname = w->outer, .till = TILL, .options = w->options}, in = q;
    in.sname = w->inner;
    in.options = w->inner_options;
    in.nonce = 4712;
    struct KDC_REQ req = {.pvno = 5, .msg_type = 12, .has_padata = true};
    req.req_body = asker_body(a, &q);
    struct bytes body = asn_encode(&ASN_KDC_REQ_BODY, &req.req_body, a->mem);
    uint8_t *sum = arena_take(a->mem, CHECKSUM_MAX);
    size_t n;
    assert_true(checksum_make(a->crypto, 0, &bring->session, USAGE_TGS_CKSUM, body, sum, &n));
    struct AuthorizationData_item mark = {.ad_type = w->ad_type};
    struct Authenticator auth = {.authenticator_vno = 5,
                                 .crealm = BYTES_LIT("EXAMPLE.TEST"),
                                 .cname = name_of(a->mem, "alice"),
                                 .has_cksum = true,
                                 .cksum = {.cksumtype = 16, .checksum = bytes_of(sum, n)},
                                 .ctime = a->turn.now / SECOND * SECOND,
                                 .cusec = a->turn.now % SECOND,
                                 .has_subkey = !w->no_subkey,
                                 .subkey = key_to_wire(subkey),
                                 .has_authorization_data = w->ad_type != 0,
                                 .authorization_data = {&mark, 1}};
    struct AP_REQ ap = {.pvno = 5, .msg_type = 14, .ticket = bring->rep.ticket};
    assert_true(seal_value(&a->asker, &ASN_Authenticator, &auth, &bring->session, 0,
                           USAGE_TGS_AUTHENTICATOR, &ap.authenticator));
    struct PA_DATA padata[2] = {{.padata_type = PA_TGS_REQ}, {.padata_type = PA_FX_FAST}};
    padata[0].padata_value = asn_encode(&ASN_AP_REQ, &ap, a->mem);
    struct KrbFastReq inner = {.req_body = asker_body(a, &in)};
    inner.padata.at = w->extra;
    inner.padata.n = w->extra != NULL;
    struct KrbFastArmor more = {.armor_type = 1, .armor_value = padata[0].padata_value};
    assert_true(fast_request_value(&a->asker, armor, w->explicit_armor ? &more : NULL,
                                   w->wrong_checksum ? body : padata[0].padata_value, &inner,
                                   &padata[1].padata_value));
    req.padata.at = padata;
    req.padata.n = w->no_fast ? 1 : 2;
    return asn_encode(&ASN_TGS_REQ, &req, a->mem);
}

static struct fast_got ask_tgs_armored(struct tgs_twist w)
{
    struct key armor, subkey;
    bool ok;
    struct bytes octets = asker_turn(a, tgs_armored(&w, &armor, &subkey), &ok);
    assert_true(ok);
    return read_armored(octets, &armor, &subkey, USAGE_TGS_REP_SUBKEY);
}

static void test_tgs(void **state)
{
    (void)state;
    struct fast_got g = ask_tgs_armored((struct tgs_twist){.outer = "no/such", .inner = WWW});
    assert_int_equal(g.got.error, 0);
    assert_int_equal(g.response.nonce, 4712);
    assert_true(bytes_equal_str(g.response.finished.cname.name_string.at[0], "alice"));
    g = ask_tgs_armored((struct tgs_twist){.outer = WWW, .inner = "no/such"});
    assert_int_equal(g.code, KDC_ERR_S_PRINCIPAL_UNKNOWN);
    assert_true(g.armored);
    g = ask_tgs_armored((struct tgs_twist){.outer = WWW}); /* CVE-2021-37750 */
    assert_int_equal(g.code, KDC_ERR_S_PRINCIPAL_UNKNOWN);
}

static void test_tgs_refused(void **state)
{
    (void)state;
    struct tgs_twist good = {.outer = WWW, .inner = WWW}, w = good;
    w.explicit_armor = true;
    assert_int_equal(ask_tgs_armored(w).code, KDC_ERR_PREAUTH_FAILED);
    w = good;
    w.wrong_checksum = true;
    assert_int_equal(ask_tgs_armored(w).code, KRB_AP_ERR_MODIFIED);
    w = good;
    w.no_subkey = true;
    assert_int_equal(ask_tgs_armored(w).code, KDC_ERR_PREAUTH_FAILED);
    struct PA_DATA s4u = {.padata_type = PA_FOR_USER};
    w = good;
    w.extra = &s4u;
    assert_int_equal(ask_tgs_armored(w).code, KDC_ERR_BADOPTION);
}

/* Marks in the authenticator (RFC 6113 5.4.1.1, 5.4.2). */
static void test_tgs_marks(void **state)
{
    (void)state;
    struct tgs_twist w = {.outer = WWW, .inner = WWW, .ad_type = AD_FX_FAST_USED};
    assert_int_equal(ask_tgs_armored(w).got.error, 0);
    w.no_fast = true; /* the armor was taken off */
    assert_int_equal(ask_tgs_armored(w).code, KRB_AP_ERR_MODIFIED);
    w.no_fast = false;
    w.ad_type = AD_FX_FAST_ARMOR; /* good as armor only */
    assert_int_equal(ask_tgs_armored(w).code, KDC_ERR_POLICY);
}

/* Outside it renews a service ticket; inside it would use that as a TGT. */
static void test_tgs_other_ticket(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.options = KDC_OPT_RENEWABLE;
    q.rtime = TILL + DAY;
    struct got www = ask_tgs(a, &q);
    assert_int_equal(www.error, 0);
    struct tgs_twist w = {
        .outer = WWW, .inner = "krbtgt/EXAMPLE.TEST", .options = KDC_OPT_RENEW, .bring = &www};
    assert_int_equal(ask_tgs_armored(w).code, KRB_AP_ERR_NOT_US);
    w.inner_options = KDC_OPT_RENEW; /* and so not either: another service */
    assert_int_equal(ask_tgs_armored(w).code, KRB_AP_ERR_NOT_US);
    w.inner = WWW;
    assert_int_equal(ask_tgs_armored(w).got.error, 0);
    w.inner_options = KDC_OPT_PROXY; /* which may be had with the ticket itself too */
    assert_int_equal(ask_tgs_armored(w).code, KDC_ERR_BADOPTION);
}

/* Outside it validates a ticket whose time has not come; inside it would use it before. And only
 * what is inside counts: what is outside grants nothing and denies nothing. */
static void test_tgs_not_valid_yet(void **state)
{
    (void)state;
    struct got marked = tgt;
    struct EncTicketPart part = tgt.ticket;
    part.flags |= TKT_INVALID | TKT_POSTDATED;
    marked.rep.ticket = resealed(part);
    struct tgs_twist w = {
        .outer = TGS, .inner = WWW, .options = KDC_OPT_VALIDATE, .bring = &marked};
    assert_int_equal(ask_tgs_armored(w).code, KRB_AP_ERR_TKT_NYV);
    assert_string_equal(a->heard.refused, "kdc.tgs.options");
    w.inner_options = KDC_OPT_RENEW;
    w.inner = TGS; /* renewed before it is validated */
    assert_int_equal(ask_tgs_armored(w).code, KRB_AP_ERR_TKT_NYV);
    w.inner_options = KDC_OPT_VALIDATE;
    struct fast_got g = ask_tgs_armored(w);
    assert_int_equal(g.got.error, 0);
    assert_int_equal(g.got.ticket.flags & TKT_INVALID, 0);
    w.options = 0; /* outside it is used: it does not get as far as the armor */
    assert_int_equal(ask_tgs_armored(w).code, KRB_AP_ERR_TKT_NYV);
    assert_string_equal(a->heard.refused, "kdc.tgs.ap");
    w = (struct tgs_twist){.outer = TGS, .inner = WWW, .options = KDC_OPT_RENEW};
    g = ask_tgs_armored(w); /* what the inside does not ask for is not done */
    assert_int_equal(g.got.error, 0);
    assert_true(bytes_equal_str(g.got.rep.ticket.sname.name_string.at[0], "HTTP"));
    assert_int_equal(g.got.ticket.flags & TKT_RENEWABLE, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAST(test_tgs),
        FAST(test_tgs_refused),
        FAST(test_tgs_marks),
        FAST(test_tgs_other_ticket),
        FAST(test_tgs_not_valid_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
