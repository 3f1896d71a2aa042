/* FAST at the KDC: what is inside counts, what is outside does not, and each way to be refused. */
#include "tests/kdc/fast_asker.h"

static void refused_armored(struct armored *r, int32_t code, const char *step, bool inside_armor)
{
    struct fast_got g = ask_armored(r, NULL);
    assert_int_equal(g.code, code);
    assert_int_equal(g.got.error, code);
    assert_string_equal(a->heard.refused, step);
    assert_int_equal(g.armored, inside_armor);
}

static const struct key *alices(void)
{
    return asker_key(a, "alice", 18);
}

/* ---- a logon ----------------------------------------------------------------------------------
 */

static void test_asked_for_a_proof(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    struct fast_got g = ask_armored(&r, NULL);
    assert_int_equal(g.code, KDC_ERR_PREAUTH_REQUIRED);
    assert_true(g.armored);
    assert_int_equal(g.response.nonce, 4711);
    assert_non_null(inside(&g, PA_ETYPE_INFO2));
    assert_non_null(inside(&g, PA_ENCRYPTED_CHALLENGE));
    assert_non_null(inside(&g, PA_FX_COOKIE));
    assert_null(inside(&g, PA_ENC_TIMESTAMP));
    assert_null(inside(&g, PA_FX_FAST));
}

static void test_bare_offer_has_no_challenge(void **state)
{
    (void)state;
    struct ask q = {"alice", TGS, .till = TILL};
    struct METHOD_DATA m;
    struct got g = ask_as(a, &q, NULL);
    assert_true(asn_decode(&ASN_METHOD_DATA, g.krb_error.e_data, ASN_STRICT, a->mem, NULL, &m));
    assert_int_equal(padata_find(m.at, m.n, PA_FX_FAST)->padata_value.n, 0);
    assert_null(padata_find(m.at, m.n, PA_ENCRYPTED_CHALLENGE));
    assert_null(padata_find(m.at, m.n, PA_FX_COOKIE));
}

static void test_challenge(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    inner_add(&r, challenge(&r, alices(), 0));
    struct fast_got g = ask_armored(&r, alices());
    assert_int_equal(g.got.error, 0);
    assert_true(g.got.ticket.flags & TKT_PRE_AUTHENT);
    const struct KrbFastFinished *f = &g.response.finished;
    assert_true(g.response.has_finished);
    assert_int_equal(g.response.nonce, 4711);
    assert_true(principal_equal(&f->cname, &g.got.ticket.cname));
    assert_true(checksum_verify(a->crypto, (int32_t)f->ticket_checksum.cksumtype, &r.key,
                                USAGE_FAST_FINISHED, g.got.rep.ticket.der,
                                f->ticket_checksum.checksum));
    /* and the KDC's half */
    struct EncryptedData sealed;
    struct PA_ENC_TS_ENC stamp;
    struct key key;
    assert_true(asn_decode(&ASN_EncryptedChallenge,
                           inside(&g, PA_ENCRYPTED_CHALLENGE)->padata_value, ASN_STRICT, a->mem,
                           NULL, &sealed));
    assert_true(fast_kdc_challenge_key(a->crypto, &r.key, alices(), &key));
    assert_int_equal(
        open_value(&a->asker, &sealed, &key, USAGE_ENC_CHALLENGE_KDC, &ASN_PA_ENC_TS_ENC, &stamp),
        OPEN_OK);
    assert_true(stamp.patimestamp + stamp.pausec == a->turn.now);
}

/* What the reply is sealed with is not the client's key alone. */
static void test_reply_key_is_strengthened(void **state)
{
    (void)state;
    struct armored r = armored_as("open");
    bool ok;
    struct bytes octets = asker_turn(a, armored_octets(&r), &ok);
    const struct key *weak = asker_key(a, "open", 18);
    assert_int_equal(read_reply(a, octets, weak, USAGE_AS_REP).error, -2);
    assert_int_equal(read_armored(octets, &r.key, weak, USAGE_AS_REP).got.error, 0);
}

static void test_confirmed_with_the_strengthened_key(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    struct Checksum sum;
    struct key strengthen, strong;
    inner_add(&r, challenge(&r, alices(), 0));
    inner_add(&r, (struct PA_DATA){.padata_type = PA_REQ_ENC_PA_REP});
    struct bytes request = armored_octets(&r);
    bool ok;
    struct fast_got g = read_armored(asker_turn(a, request, &ok), &r.key, alices(), USAGE_AS_REP);
    assert_int_equal(g.got.error, 0);
    assert_int_equal(g.got.part.encrypted_pa_data.n, 2);
    assert_int_equal(g.got.part.encrypted_pa_data.at[1].padata_type, PA_FX_FAST);
    assert_true(asn_decode(&ASN_Checksum, g.got.part.encrypted_pa_data.at[0].padata_value,
                           ASN_STRICT, a->mem, NULL, &sum));
    assert_true(key_from_wire(&g.response.strengthen_key, &strengthen));
    assert_true(fast_reply_key(a->crypto, &strengthen, alices(), &strong));
    assert_true(checksum_verify(a->crypto, (int32_t)sum.cksumtype, &strong, USAGE_AS_REQ, request,
                                sum.checksum));
}

/* The body outside may say what it likes: it only goes into the checksum. */
static void test_inner_body_counts(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    struct ask wild = {"nobody", "no/such", .realm = "NO.TEST", .till = 1, .nonce = 1};
    r.outer.req_body = asker_body(a, &wild);
    inner_add(&r, challenge(&r, alices(), 0));
    assert_int_equal(ask_armored(&r, alices()).got.error, 0);
}

static void test_hidden_client(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    r.inner.fast_options = FAST_HIDE_CLIENT_NAMES | FAST_KDC_FOLLOW_REFERRALS;
    struct PrincipalName nobody = fast_anonymous_name();
    r.outer.req_body.cname = nobody;
    struct fast_got g = ask_armored(&r, NULL);
    assert_int_equal(g.code, KDC_ERR_PREAUTH_REQUIRED);
    assert_false(g.got.krb_error.has_cname);
    assert_true(g.error.has_cname);
    inner_add(&r, challenge(&r, alices(), 0));
    g = ask_armored(&r, alices());
    assert_int_equal(g.got.error, 0);
    assert_true(principal_equal(&g.got.rep.cname, &nobody));
    assert_true(bytes_equal_str(g.got.rep.crealm, "WELLKNOWN:ANONYMOUS"));
    assert_true(bytes_equal_str(g.response.finished.cname.name_string.at[0], "alice"));
    assert_true(bytes_equal_str(g.got.ticket.cname.name_string.at[0], "alice"));
}

/* ---- refused ----------------------------------------------------------------------------------
 */

static void test_proofs_refused(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    inner_add(&r, challenge(&r, asker_key(a, "bob", 18), 0));
    refused_armored(&r, KDC_ERR_PREAUTH_FAILED, "kdc.as.preauth", true);
    r = armored_as("alice");
    inner_add(&r, challenge(&r, alices(), 6 * MINUTE));
    refused_armored(&r, KRB_AP_ERR_SKEW, "kdc.as.preauth", true);
    r = armored_as("alice");
    struct armored other = armored_as("alice");
    inner_add(&r, challenge(&other, alices(), 0)); /* sealed under another armor */
    refused_armored(&r, KDC_ERR_PREAUTH_FAILED, "kdc.as.preauth", true);
    r = armored_as("alice");
    inner_add(&r, (struct PA_DATA){.padata_type = PA_ENCRYPTED_CHALLENGE,
                                   .padata_value = BYTES_LIT("junk")});
    refused_armored(&r, KDC_ERR_PREAUTH_FAILED, "kdc.as.preauth", true);
    r = armored_as("alice");
    inner_add(&r, asker_stamp(a, alices(), a->turn.now)); /* inside armor that is no proof */
    refused_armored(&r, KDC_ERR_PREAUTH_REQUIRED, "kdc.as.preauth", true);
}

/* CVE-2021-36222: a challenge without armor. */
static void test_challenge_without_armor(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    struct PA_DATA pa = challenge(&r, alices(), 0);
    struct ask q = {"alice", TGS, .till = TILL, .padata = &pa, .n_padata = 1};
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_PREAUTH_REQUIRED);
    pa.padata_value = (struct bytes){0};
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_PREAUTH_REQUIRED);
}

static void test_armor_refused(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    r.no_armor = true;
    refused_armored(&r, KDC_ERR_PREAUTH_FAILED, "kdc.fast", false);
    r = armored_as("alice");
    r.no_subkey = true;
    refused_armored(&r, KDC_ERR_POLICY, "kdc.fast", false);
    r = armored_as("alice");
    r.armor = (struct KrbFastArmor){.armor_type = 2, .armor_value = BYTES_LIT("x")};
    refused_armored(&r, KDC_ERR_PREAUTH_FAILED, "kdc.fast", false);
    r.armor.armor_type = FX_FAST_ARMOR_AP_REQUEST;
    refused_armored(&r, KRB_ERR_GENERIC, "kdc.fast", false);
    r = armored_as("alice");
    r.acname = "alice"; /* the ticket is the host's */
    refused_armored(&r, KRB_AP_ERR_BADMATCH, "kdc.fast", false);
}

/* Armor is a ticket for the KDC, not for a service. */
static void test_armor_of_a_service_ticket(void **state)
{
    (void)state;
    struct ask q = for_www();
    struct got www = ask_tgs(a, &q);
    assert_int_equal(www.error, 0);
    struct armored r = armored_as("alice");
    r.ticket = &www.rep.ticket;
    r.session = &www.session;
    r.acname = "alice";
    armored_key(&r);
    refused_armored(&r, KRB_AP_ERR_NOT_US, "kdc.fast", false);
}

static void test_armor_that_is_over(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    a->turn.now += 9 * HOUR;
    refused_armored(&r, KRB_AP_ERR_TKT_EXPIRED, "kdc.fast", false);
}

static void test_checksum_refused(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    r.wrong_checksum = true;
    refused_armored(&r, KRB_AP_ERR_MODIFIED, "kdc.fast", true);
    r = armored_as("alice");
    r.other_body = true; /* the body outside changed on the way */
    refused_armored(&r, KRB_AP_ERR_MODIFIED, "kdc.fast", true);
    r = armored_as("alice");
    r.cksumtype = 7; /* MD5: anyone can make it */
    refused_armored(&r, KRB_AP_ERR_INAPP_CKSUM, "kdc.fast", true);
    r = armored_as("alice");
    r.cksumtype = 999;
    refused_armored(&r, KDC_ERR_SUMTYPE_NOSUPP, "kdc.fast", true);
    r = armored_as("alice");
    r.cksumtype = 15; /* of another type of key */
    refused_armored(&r, KRB_AP_ERR_MODIFIED, "kdc.fast", true);
}

static void test_critical_options(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 32; bit++) {
        struct armored r = armored_as("alice");
        r.inner.fast_options = KRB_BIT(bit);
        struct fast_got g = ask_armored(&r, NULL);
        assert_true(g.armored);
        assert_int_equal(g.code, bit < 16 && bit != 1 ? KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS
                                                      : KDC_ERR_PREAUTH_REQUIRED);
    }
}

/* CVE-2021-37750: a body inside without a server's name; and each other optional member left out.
 */
static void test_inner_body_with_less(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    inner_add(&r, challenge(&r, alices(), 0));
    r.inner.req_body.has_sname = false;
    refused_armored(&r, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.as.server", true);
    r.inner.req_body.has_sname = true;
    r.inner.req_body.has_cname = false;
    refused_armored(&r, KDC_ERR_C_PRINCIPAL_UNKNOWN, "kdc.as.client", true);
    r.inner.req_body.has_cname = true;
    r.inner.req_body.etype.n = 0;
    refused_armored(&r, KDC_ERR_ETYPE_NOSUPP, "kdc.as.etype", true);
    r = armored_as("alice");
    r.outer.req_body.has_sname = r.outer.req_body.has_cname = false;
    inner_add(&r, challenge(&r, alices(), 0));
    assert_int_equal(ask_armored(&r, alices()).got.error, 0);
}

/* ---- cookies ----------------------------------------------------------------------------------
 */

static struct PA_DATA cookie_for(const char *name)
{
    struct armored r = armored_as(name);
    struct fast_got g = ask_armored(&r, NULL);
    assert_non_null(inside(&g, PA_FX_COOKIE));
    return *inside(&g, PA_FX_COOKIE);
}

static struct fast_got with_cookie(struct PA_DATA pa)
{
    struct armored r = armored_as("alice");
    inner_add(&r, pa);
    inner_add(&r, challenge(&r, alices(), 0));
    return ask_armored(&r, alices());
}

static void test_cookie(void **state)
{
    (void)state;
    struct PA_DATA pa = cookie_for("alice");
    assert_int_equal(with_cookie(pa).got.error, 0);
    assert_int_equal(with_cookie(cookie_for("bob")).code, KDC_ERR_PREAUTH_EXPIRED);
    assert_int_equal(
        with_cookie((struct PA_DATA){.padata_type = PA_FX_COOKIE, .padata_value = BYTES_LIT("MIT")})
            .code,
        KDC_ERR_PREAUTH_EXPIRED);
    assert_int_equal(
        with_cookie((struct PA_DATA){.padata_type = PA_FX_COOKIE, .padata_value = {0}}).code,
        KDC_ERR_PREAUTH_EXPIRED);
    for (size_t i = 0; i < pa.padata_value.n; i++) {
        struct PA_DATA bad = pa;
        bad.padata_value = arena_copy(a->mem, pa.padata_value);
        ((uint8_t *)(uintptr_t)bad.padata_value.p)[i] ^= 1;
        assert_int_equal(with_cookie(bad).code, KDC_ERR_PREAUTH_EXPIRED);
        bad.padata_value = bytes_slice(pa.padata_value, 0, i);
        assert_int_equal(with_cookie(bad).code, KDC_ERR_PREAUTH_EXPIRED);
    }
    a->turn.now += 5 * MINUTE;
    a->asker.now = a->turn.now;
    assert_int_equal(with_cookie(pa).got.error, 0);
    a->turn.now += 1;
    a->asker.now = a->turn.now;
    assert_int_equal(with_cookie(pa).code, KDC_ERR_PREAUTH_EXPIRED);
}

/* ---- accounts that want armor -----------------------------------------------------------------
 */

static void test_armor_required(void **state)
{
    (void)state;
    asker_account(a, "careful", ACCOUNT_FAST_REQUIRED, asker_strong, 2, NULL, NULL);
    const struct key *key = asker_key(a, "careful", 18);
    struct METHOD_DATA m;
    struct ask q = {"careful", TGS, .till = TILL};
    struct got g = ask_as(a, &q, NULL);
    assert_int_equal(g.error, KDC_ERR_PREAUTH_REQUIRED);
    assert_true(asn_decode(&ASN_METHOD_DATA, g.krb_error.e_data, ASN_STRICT, a->mem, NULL, &m));
    assert_int_equal(m.n, 1); /* no salt, no other way */
    assert_int_equal(m.at[0].padata_type, PA_FX_FAST);
    q.stamp_key = key;
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_POLICY);
    struct armored r = armored_as("careful");
    inner_add(&r, challenge(&r, key, 0));
    assert_int_equal(ask_armored(&r, key).got.error, 0);
}

/* ---- damage -----------------------------------------------------------------------------------
 */

/* Do both bring the same armor but for what no seal covers: the AP-REQ's options and the type of
 * the name on its ticket, neither of which means anything here? */
static bool same_under_seal(struct bytes one, struct bytes two)
{
    struct bytes both[2] = {one, two};
    for (int i = 0; i < 2; i++) {
        struct KDC_REQ req;
        struct PA_FX_FAST_REQUEST fast;
        struct AP_REQ ap;
        if (!asn_decode(&ASN_AS_REQ, both[i], ASN_DEPLOYED, a->mem, NULL, &req) ||
            !asn_decode(&ASN_PA_FX_FAST_REQUEST, req.padata.at[0].padata_value, ASN_DEPLOYED,
                        a->mem, NULL, &fast) ||
            !asn_decode(&ASN_AP_REQ, fast.armored_data.armor.armor_value, ASN_DEPLOYED, a->mem,
                        NULL, &ap))
            return false;
        ap.ap_options = 0;
        ap.ticket.sname.name_type = 0;
        fast.armored_data.armor.armor_value = asn_encode_anew(&ASN_AP_REQ, &ap, a->mem);
        req.padata.at[0].padata_value = asn_encode(&ASN_PA_FX_FAST_REQUEST, &fast, a->mem);
        both[i] = asn_encode(&ASN_AS_REQ, &req, a->mem);
    }
    return bytes_equal(both[0], both[1]);
}

/* Every octet of an armored request changed, and every beginning of it: no ticket, no crash. */
static void test_every_octet(void **state)
{
    (void)state;
    struct armored r = armored_as("alice");
    inner_add(&r, challenge(&r, alices(), 0));
    struct bytes good = arena_copy(a->run, armored_octets(&r));
    for (size_t i = 0; i < good.n; i++) {
        bool ok;
        uint8_t *bad = (uint8_t *)(uintptr_t)arena_copy(a->mem, good).p;
        bad[i] ^= 0x01;
        struct bytes octets = asker_turn(a, bytes_of(bad, good.n), &ok);
        if (octets.n && octets.p[0] == 0x6b && same_under_seal(good, bytes_of(bad, good.n)))
            continue;
        assert_true(ok && (!octets.n || octets.p[0] == 0x7e));
        octets = asker_turn(a, bytes_slice(good, 0, i), &ok);
        assert_true(ok && !octets.n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAST(test_asked_for_a_proof),
        FAST(test_bare_offer_has_no_challenge),
        FAST(test_challenge),
        FAST(test_reply_key_is_strengthened),
        FAST(test_confirmed_with_the_strengthened_key),
        FAST(test_inner_body_counts),
        FAST(test_hidden_client),
        FAST(test_proofs_refused),
        FAST(test_challenge_without_armor),
        FAST(test_armor_refused),
        FAST(test_armor_of_a_service_ticket),
        FAST(test_armor_that_is_over),
        FAST(test_checksum_refused),
        FAST(test_critical_options),
        FAST(test_inner_body_with_less),
        FAST(test_cookie),
        FAST(test_armor_required),
        FAST(test_every_octet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
