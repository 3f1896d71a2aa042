/* A KDC's reply that is not what it should be: everything that stands in clear may have been
 * written by anybody, and what stands under the seal may belong to another request. */
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

/* ---- twists: what somebody on the way, or a KDC that errs, could do -------------------------- */

static void nonce_off(struct hand_reply *r)
{
    r->part.nonce ^= 1;
}
static void clear_sname(struct hand_reply *r)
{
    r->rep.ticket.sname = hand_name(r->kdc->hand.mem, "HTTP/mallory.example.test");
}
static void clear_realm(struct hand_reply *r)
{
    r->rep.ticket.realm = BYTES_LIT("EVIL.TEST");
}
static void clear_crealm(struct hand_reply *r)
{
    r->rep.crealm = BYTES_LIT("EVIL.TEST");
}
static void clear_cname(struct hand_reply *r)
{
    r->rep.cname = hand_name(r->kdc->hand.mem, "mallory");
}
static void both_sname(struct hand_reply *r)
{
    clear_sname(r);
    r->part.sname = r->rep.ticket.sname;
}
static void both_realm(struct hand_reply *r)
{
    clear_realm(r);
    r->part.srealm = r->rep.ticket.realm;
}
static void ends_late(struct hand_reply *r)
{
    r->part.endtime += SECOND;
}
static void never_valid(struct hand_reply *r)
{
    r->part.endtime = r->part.starttime;
}
static void renews_late(struct hand_reply *r)
{
    r->part.flags |= TKT_RENEWABLE;
    r->part.has_renew_till = true;
    r->part.renew_till = r->part.endtime + SECOND;
}
static void weak_session(struct hand_reply *r)
{
    static const uint8_t sixteen[16];
    r->part.key.keytype = 23;
    r->part.key.keyvalue = bytes_of(sixteen, 16);
}
static void short_session(struct hand_reply *r)
{
    r->part.key.keyvalue.n = 31;
}
static void wrong_usage(struct hand_reply *r)
{
    r->usage = USAGE_TICKET;
}
static void wrong_version(struct hand_reply *r)
{
    r->rep.pvno = 4;
}
static void wrong_type(struct hand_reply *r)
{
    r->rep.msg_type = r->rep.msg_type == 11 ? 13 : 11;
}

static const struct {
    hand_twist twist;
    int32_t error;
    const char *step;
} twists[] = {
    {nonce_off, KRB_AP_ERR_MODIFIED, "client.rep.nonce"},
    {clear_sname, KRB_AP_ERR_MODIFIED, "client.rep.server"},
    {clear_realm, KRB_AP_ERR_MODIFIED, "client.rep.server"},
    {clear_crealm, KRB_AP_ERR_MODIFIED, "client.rep.client"},
    {clear_cname, KRB_AP_ERR_MODIFIED, "client.rep.client"},
    {both_sname, KRB_AP_ERR_MODIFIED, "client.rep.asked"},
    {both_realm, KRB_AP_ERR_MODIFIED, "client.rep.asked"},
    {ends_late, KRB_AP_ERR_MODIFIED, "client.rep.validity"},
    {never_valid, KRB_AP_ERR_MODIFIED, "client.rep.validity"},
    {renews_late, KRB_AP_ERR_MODIFIED, "client.rep.validity"},
    {weak_session, KDC_ERR_ETYPE_NOSUPP, "client.rep.etype"},
    {short_session, KDC_ERR_ETYPE_NOSUPP, "client.rep.etype"},
    {wrong_usage, KRB_AP_ERR_BAD_INTEGRITY, "client.rep.open"},
    {wrong_version, KRB_AP_ERR_MSG_TYPE, "client.malformed"},
    {wrong_type, KRB_AP_ERR_MSG_TYPE, "client.malformed"},
};

static void refused(struct client_outcome o, int32_t error, const char *step)
{
    struct ccache cache;
    assert_int_equal(o.state, CLIENT_REFUSED);
    if (error)
        assert_int_equal(o.error, error);
    if (step)
        assert_string_equal(k.hand.refused, step);
    assert_true(k.hand.faults.n > 0);
    if (k.client->task.kind == CLIENT_LOGON)
        assert_false(client_ccache(k.client, k.hand.run, &cache));
}

static void as_rep_twisted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof twists / sizeof *twists; i++) {
        hand_logon_proof(&k, NULL);
        refused(hand_give(&k, hand_as_rep(&k, twists[i].twist)), twists[i].error, twists[i].step);
    }
}

static void tgs_rep_twisted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof twists / sizeof *twists; i++) {
        hand_ask_ticket(&k);
        struct client_outcome o = hand_give(&k, hand_tgs_rep(&k, twists[i].twist));
        refused(o, twists[i].error, twists[i].step);
        assert_non_null(strstr(o.text, "while getting credentials for HTTP/www.example.test"));
        assert_null(k.client->creds->next); /* the logon's ticket alone */
        k.client->creds = NULL;
    }
}

/* Who asks for a renewable ticket and says no limit takes the KDC's; a limit said is a limit. */
static void renewable_without_a_limit(void **state)
{
    (void)state;
    struct client_do_args args = {.kdc_options = KDC_OPT_RENEWABLE};
    hand_logon_proof(&k, &args);
    assert_int_equal(hand_give(&k, hand_as_rep(&k, renews_late)).state, CLIENT_GRANTED);
    args = (struct client_do_args){.renew_life = HOUR};
    hand_logon_proof(&k, &args);
    assert_int_equal(hand_give(&k, hand_as_rep(&k, renews_late)).state, CLIENT_REFUSED);
}

/* ---- the clock ------------------------------------------------------------------------------- */

static void five_minutes_exactly(void **state)
{
    (void)state;
    static const struct {
        int64_t off;
        bool good;
    } table[] = {
        {5 * MINUTE, true},
        {-5 * MINUTE, true},
        {5 * MINUTE + SECOND, false},
        {-5 * MINUTE - SECOND, false},
        {0, true},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        hand_logon_proof(&k, NULL);
        k.clock = NOW + table[i].off;
        struct client_outcome o = hand_give(&k, hand_as_rep(&k, NULL));
        assert_int_equal(o.state, table[i].good ? CLIENT_GRANTED : CLIENT_REFUSED);
        k.clock = NOW;
        if (table[i].good)
            continue;
        assert_int_equal(o.error, KRB_AP_ERR_SKEW);
        assert_string_equal(
            o.text, "kinit: Clock skew too great in KDC reply while getting initial credentials");
    }
    /* A microsecond is enough. */
    hand_logon_proof(&k, NULL);
    struct bytes rep = hand_as_rep(&k, NULL);
    k.hand.turn.now = NOW + 5 * MINUTE + 1;
    assert_int_equal(hand_give(&k, rep).error, KRB_AP_ERR_SKEW);
    k.hand.turn.now = NOW;
}

/* ---- enc-pa-rep (RFC 6806 11) ---------------------------------------------------------------- */

static enum { CONFIRM_GOOD, CONFIRM_BAD, CONFIRM_MISSING, CONFIRM_UNKEYED, CONFIRM_JUNK } confirm;

static void confirmed(struct hand_reply *r)
{
    static uint8_t octets[CHECKSUM_MAX];
    static struct PA_DATA pa;
    struct hand_kdc *kdc = r->kdc;
    struct Checksum sum = {.cksumtype = 16};
    size_t n;
    struct bytes over = kdc->request;
    r->part.flags |= TKT_ENC_PA_REP;
    if (confirm == CONFIRM_MISSING)
        return;
    if (confirm == CONFIRM_BAD)
        over.n--;
    if (confirm == CONFIRM_UNKEYED)
        sum.cksumtype = 14; /* SHA-1 without a key: anyone can make it */
    assert_true(checksum_make(kdc->hand.crypto, (int32_t)sum.cksumtype,
                              confirm == CONFIRM_UNKEYED ? NULL : &kdc->user, USAGE_AS_REQ, over,
                              octets, &n));
    sum.checksum = bytes_of(octets, n);
    pa = (struct PA_DATA){.padata_type = PA_REQ_ENC_PA_REP,
                          .padata_value = asn_encode(&ASN_Checksum, &sum, kdc->hand.mem)};
    if (confirm == CONFIRM_JUNK)
        pa.padata_value = BYTES_LIT("0");
    r->part.has_encrypted_pa_data = true;
    r->part.encrypted_pa_data.at = &pa;
    r->part.encrypted_pa_data.n = 1;
}

static void request_confirmed(void **state)
{
    (void)state;
    for (confirm = CONFIRM_GOOD; confirm <= CONFIRM_JUNK; confirm++) {
        hand_logon_proof(&k, NULL);
        struct client_outcome o = hand_give(&k, hand_as_rep(&k, confirmed));
        assert_int_equal(o.state, confirm == CONFIRM_GOOD ? CLIENT_GRANTED : CLIENT_REFUSED);
        if (confirm != CONFIRM_GOOD)
            assert_string_equal(k.hand.refused, "client.rep.confirmed");
    }
}

/* ---- canonicalize (RFC 6806 6, 11): another name of the same realm, when asked for and when the
 * request is known to have arrived as it was sent ---------------------------------------------- */

static void another_name_confirmed(struct hand_reply *r)
{
    confirmed(r);
    clear_cname(r);
}

static void another_realm_confirmed(struct hand_reply *r)
{
    confirmed(r);
    clear_crealm(r);
}

static void another_name_when_asked_for(void **state)
{
    (void)state;
    static const struct {
        uint32_t options;
        hand_twist twist;
        enum client_state state;
    } table[] = {
        {KDC_OPT_CANONICALIZE, another_name_confirmed, CLIENT_GRANTED},
        {KDC_OPT_CANONICALIZE, another_realm_confirmed, CLIENT_REFUSED},
        {KDC_OPT_CANONICALIZE, clear_cname, CLIENT_REFUSED},
        {0, another_name_confirmed, CLIENT_REFUSED},
    };
    confirm = CONFIRM_GOOD;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct client_do_args args = {.kdc_options = table[i].options};
        hand_logon_proof(&k, &args);
        struct client_outcome o = hand_give(&k, hand_as_rep(&k, table[i].twist));
        assert_int_equal(o.state, table[i].state);
        if (o.state == CLIENT_REFUSED)
            assert_string_equal(k.hand.refused, "client.rep.client");
    }
}

/* ---- every bit and every length -------------------------------------------------------------- */

/* What the client does not look at may differ: the ticket is closed to it, and name types carry no
 * meaning (RFC 4120 6.2). All else must be as it was. */
static bool same_meaning(const struct asn_type *type, struct bytes was, struct bytes is)
{
    struct KDC_REP a, b;
    assert_true(asn_decode(type, was, ASN_DEPLOYED, k.hand.mem, NULL, &a));
    if (!asn_decode(type, is, ASN_DEPLOYED, k.hand.mem, NULL, &b))
        return false;
    return bytes_equal(a.crealm, b.crealm) && principal_equal(&a.cname, &b.cname) &&
           bytes_equal(a.ticket.realm, b.ticket.realm) &&
           principal_equal(&a.ticket.sname, &b.ticket.sname) &&
           a.enc_part.etype == b.enc_part.etype &&
           bytes_equal(a.enc_part.cipher, b.enc_part.cipher) && a.msg_type == b.msg_type &&
           a.pvno == b.pvno;
}

static void try_changed(struct client *waiting, const struct asn_type *type, struct bytes was,
                        struct bytes is)
{
    *k.client = *waiting;
    struct client_outcome o = hand_give(&k, is);
    if (o.state == CLIENT_GRANTED && !same_meaning(type, was, is))
        fail_msg("a changed %s was believed", type->name);
}

static void every_change(const struct asn_type *type, struct bytes rep)
{
    struct client waiting = *k.client;
    free(k.hand.sentences); /* checked elsewhere; here are thousands */
    k.hand.sentences = NULL;
    uint8_t *copy = malloc(rep.n + 1);
    for (size_t bit = 0; bit < 8 * rep.n; bit++) {
        memcpy(copy, rep.p, rep.n);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        try_changed(&waiting, type, rep, bytes_of(copy, rep.n));
    }
    memcpy(copy, rep.p, rep.n);
    copy[rep.n] = 0;
    for (size_t n = 0; n <= rep.n + 1; n++)
        if (n != rep.n)
            try_changed(&waiting, type, rep, bytes_of(copy, n));
    free(copy);
    *k.client = waiting;
    assert_int_equal(hand_give(&k, rep).state, CLIENT_GRANTED);
}

static void every_change_of_as_rep(void **state)
{
    (void)state;
    hand_logon_proof(&k, NULL);
    every_change(&ASN_AS_REP, hand_as_rep(&k, NULL));
}

static void every_change_of_tgs_rep(void **state)
{
    (void)state;
    hand_ask_ticket(&k);
    every_change(&ASN_TGS_REP, hand_tgs_rep(&k, NULL));
}

/* Of an error nothing is protected; none may be taken for a grant. */
static void every_change_of_an_error(void **state)
{
    (void)state;
    struct client_do_args args = {.task = CLIENT_LOGON, .principal = "alice", .keytab = &k.keytab};
    free(k.hand.sentences);
    k.hand.sentences = NULL;
    assert_true(hand_do(&k, &args));
    struct client waiting = *k.client;
    struct bytes error = hand_preauth_required(&k);
    uint8_t *copy = malloc(error.n);
    for (size_t bit = 0; bit < 8 * error.n; bit++) {
        memcpy(copy, error.p, error.n);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        *k.client = waiting;
        assert_int_not_equal(hand_give(&k, bytes_of(copy, error.n)).state, CLIENT_GRANTED);
    }
    for (size_t n = 0; n < error.n; n++) {
        *k.client = waiting;
        assert_int_not_equal(hand_give(&k, bytes_of(copy, n)).state, CLIENT_GRANTED);
    }
    free(copy);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(as_rep_twisted),
        TEST(tgs_rep_twisted),
        TEST(another_name_when_asked_for),
        TEST(renewable_without_a_limit),
        TEST(five_minutes_exactly),
        TEST(request_confirmed),
        TEST(every_change_of_as_rep),
        TEST(every_change_of_tgs_rep),
        TEST(every_change_of_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
