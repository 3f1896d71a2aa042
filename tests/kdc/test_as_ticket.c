/* The first ticket: flags, times, and what the reply says. */
#include "tests/kdc/as_case.h"

static void test_reply(void **state)
{
    (void)state;
    struct PA_DATA confirm = {.padata_type = PA_REQ_ENC_PA_REP};
    struct ask q = {"alice",
                    TGS,
                    .till = TILL,
                    .nonce = 0xfffffffe,
                    .padata = &confirm,
                    .n_padata = 1,
                    .stamp_key = asker_key(a, "alice", 18),
                    .addresses = true};
    struct bytes request = as_req(a, &q);
    bool ok;
    struct got g = read_reply(a, asker_turn(a, request, &ok), q.stamp_key, USAGE_AS_REP);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.part.nonce, 0xfffffffe);
    assert_int_equal(g.ticket.flags, TKT_INITIAL | TKT_PRE_AUTHENT | TKT_ENC_PA_REP);
    assert_int_equal(g.part.flags, g.ticket.flags);
    assert_true(bytes_equal(g.part.key.keyvalue, g.ticket.key.keyvalue));
    assert_true(principal_equal(&g.part.sname, &g.rep.ticket.sname));
    assert_true(bytes_equal_str(g.ticket.crealm, "EXAMPLE.TEST"));
    assert_int_equal(g.ticket.authtime, ASKER_NOW - ASKER_NOW % SECOND);
    assert_int_equal(g.ticket.endtime, TILL);
    assert_int_equal(g.ticket.caddr.n, 1);
    assert_int_equal(g.rep.enc_part.kvno, 2);
    assert_int_equal(g.rep.padata.at[0].padata_type, PA_ETYPE_INFO2);
    /* RFC 6806 11: the checksum is over the request as it was sent. */
    struct Checksum sum;
    assert_int_equal(g.part.encrypted_pa_data.at[0].padata_type, PA_REQ_ENC_PA_REP);
    assert_true(asn_decode(&ASN_Checksum, g.part.encrypted_pa_data.at[0].padata_value, ASN_STRICT,
                           a->mem, NULL, &sum));
    assert_true(checksum_verify(a->crypto, (int32_t)sum.cksumtype, q.stamp_key, USAGE_AS_REQ,
                                request, sum.checksum));
    assert_string_equal(a->heard.keys, "K/alice;session alice-krbtgt;K/krbtgt;");
}

static void test_flags(void **state)
{
    (void)state;
    uint32_t both = KDC_OPT_FORWARDABLE | KDC_OPT_PROXIABLE;
    struct got g = logon(a, both);
    assert_int_equal(g.ticket.flags & both, both);
    struct ask q = {"sensitive", TGS, .options = both, .till = TILL,
                    .stamp_key = asker_key(a, "sensitive", 18)};
    g = ask_as(a, &q, q.stamp_key);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags & both, 0);
    assert_int_equal(logon(a, 0).ticket.flags & both, 0);
}

static struct got for_times(int64_t till, uint32_t options, int64_t rtime, const char *who)
{
    struct ask q = {who,
                    TGS,
                    .options = options,
                    .till = till,
                    .rtime = rtime,
                    .stamp_key = asker_key(a, who, 18)};
    return ask_as(a, &q, q.stamp_key);
}

static void test_times(void **state)
{
    (void)state;
    const int64_t now = ASKER_NOW - ASKER_NOW % SECOND;
    assert_int_equal(for_times(0, 0, 0, "alice").ticket.endtime, now + 10 * HOUR);
    assert_int_equal(for_times(now + HOUR, 0, 0, "alice").ticket.endtime, now + HOUR);
    assert_int_equal(for_times(now + 11 * HOUR, 0, 0, "alice").ticket.endtime, now + 10 * HOUR);
    assert_int_equal(for_times(0, 0, 0, "brief").ticket.endtime, now + HOUR);
    assert_int_equal(for_times(now + SECOND, 0, 0, "alice").ticket.endtime, now + SECOND);
    assert_int_equal(for_times(now, 0, 0, "alice").error, KDC_ERR_NEVER_VALID);
    assert_int_equal(for_times(now - DAY, 0, 0, "alice").error, KDC_ERR_NEVER_VALID);
    struct ask q = {"alice", TGS, .till = TILL, .from = ASKER_NOW + 6 * MINUTE,
                    .stamp_key = asker_key(a, "alice", 18)};
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_CANNOT_POSTDATE);
    q.from = now - DAY;
    assert_int_equal(ask_as(a, &q, q.stamp_key).ticket.starttime, now);
}

static void test_renewable(void **state)
{
    (void)state;
    const int64_t now = ASKER_NOW - ASKER_NOW % SECOND;
    struct got g = for_times(now + HOUR, KDC_OPT_RENEWABLE, now + DAY, "alice");
    assert_true(g.ticket.flags & TKT_RENEWABLE);
    assert_int_equal(g.ticket.renew_till, now + DAY);
    g = for_times(now + HOUR, KDC_OPT_RENEWABLE, 0, "alice");
    assert_int_equal(g.ticket.renew_till, now + 7 * DAY);
    g = for_times(now + HOUR, KDC_OPT_RENEWABLE, now + 30 * DAY, "alice");
    assert_int_equal(g.ticket.renew_till, now + 7 * DAY);
    g = for_times(now + DAY, KDC_OPT_RENEWABLE_OK, 0, "alice"); /* shorter than asked */
    assert_int_equal(g.ticket.renew_till, now + DAY);
    g = for_times(now + HOUR, KDC_OPT_RENEWABLE_OK, 0, "alice"); /* as long as asked */
    assert_false(g.ticket.has_renew_till);
    assert_int_equal(g.ticket.flags & TKT_RENEWABLE, 0);
    g = for_times(now + 2 * HOUR, KDC_OPT_RENEWABLE, now + HOUR, "alice");
    assert_false(g.ticket.has_renew_till);
}

static void test_far_times(void **state)
{
    (void)state;
    static const int64_t years[] = {INT64_C(2147483646), INT64_C(2147483648), INT64_C(4294967294),
                                    INT64_C(4294967296), INT64_C(16725225600)};
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        a->turn.now = a->asker.now = years[i] * SECOND + 999999;
        struct got g = for_times(0, KDC_OPT_RENEWABLE, 0, "alice");
        assert_int_equal(g.error, 0);
        assert_int_equal(g.ticket.starttime, years[i] * SECOND);
        assert_int_equal(g.ticket.endtime, years[i] * SECOND + 10 * HOUR);
        assert_int_equal(g.ticket.renew_till, years[i] * SECOND + 7 * DAY);
    }
}

/* ---- postdated: good for nothing until it is validated (RFC 4120 2.4) -------------------------
 */

static struct got postdated(int64_t from, int64_t till, uint32_t options)
{
    struct ask q = {"alice",      TGS,          .options = options,
                    .from = from, .till = till, .stamp_key = asker_key(a, "alice", 18)};
    return ask_as(a, &q, q.stamp_key);
}

static void test_postdated(void **state)
{
    (void)state;
    const uint32_t opt = KDC_OPT_POSTDATED;
    const int64_t now = ASKER_NOW - ASKER_NOW % SECOND;
    struct got g = postdated(now + DAY, now + 3 * DAY, opt);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags & (TKT_POSTDATED | TKT_INVALID | TKT_MAY_POSTDATE),
                     TKT_POSTDATED | TKT_INVALID);
    assert_int_equal(g.ticket.authtime, now);
    assert_int_equal(g.ticket.starttime, now + DAY);
    assert_int_equal(g.ticket.endtime, now + DAY + 10 * HOUR);
    assert_int_equal(g.part.starttime, now + DAY);
    /* Within the skew it starts now, and is valid. */
    g = postdated(now + 5 * MINUTE, TILL, opt);
    assert_int_equal(g.ticket.starttime, now);
    assert_int_equal(g.ticket.flags & (TKT_POSTDATED | TKT_INVALID), 0);
    g = postdated(now + 5 * MINUTE + SECOND, TILL, opt);
    assert_true(g.ticket.flags & TKT_INVALID);
    /* Not opted for, too far, over before it begins. */
    assert_int_equal(postdated(now + DAY, now + 3 * DAY, 0).error, KDC_ERR_CANNOT_POSTDATE);
    assert_int_equal(postdated(now + 7 * DAY, now + 9 * DAY, opt).error, 0);
    assert_int_equal(postdated(now + 7 * DAY + SECOND, now + 9 * DAY, opt).error,
                     KDC_ERR_CANNOT_POSTDATE);
    assert_int_equal(postdated(NEVER - SECOND, 0, opt).error, KDC_ERR_CANNOT_POSTDATE);
    assert_int_equal(postdated(now + DAY, now + DAY, opt).error, KDC_ERR_NEVER_VALID);
    assert_string_equal(a->heard.refused, "kdc.as.times");
}

static void test_may_postdate(void **state)
{
    (void)state;
    struct got g = logon(a, KDC_OPT_ALLOW_POSTDATE);
    assert_int_equal(g.ticket.flags & (TKT_MAY_POSTDATE | TKT_INVALID), TKT_MAY_POSTDATE);
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.no_postdate = true;
    asker_policy(a, &p);
    assert_int_equal(logon(a, KDC_OPT_ALLOW_POSTDATE).error, KDC_ERR_CANNOT_POSTDATE);
    assert_int_equal(postdated(TILL, TILL + HOUR, KDC_OPT_POSTDATED).error,
                     KDC_ERR_CANNOT_POSTDATE);
    assert_string_equal(a->heard.refused, "kdc.as.options");
}

/* An invalid ticket gets no other. */
static void test_postdated_is_of_no_use_yet(void **state)
{
    (void)state;
    struct got g = postdated(TILL, TILL + HOUR, KDC_OPT_POSTDATED);
    struct ask q = {.sname = "HTTP/www.example.test",
                    .till = TILL + HOUR,
                    .tgt = &g.rep.ticket,
                    .session = &g.session};
    assert_int_equal(ask_tgs(a, &q).error, KRB_AP_ERR_TKT_NYV);
}

/* ---- which bound decides ----------------------------------------------------------------------
 */

static char bounds[2][80];

static void hear_bound(struct story *s, const struct decision_told *d)
{
    (void)s;
    int i = strcmp(d->id, "kdc.as.lifetime") ? strcmp(d->id, "kdc.as.renewable") ? -1 : 1 : 0;
    if (i >= 0)
        snprintf(bounds[i], sizeof *bounds, "%s", d->outcome);
}

static void test_the_bound_is_told(void **state)
{
    (void)state;
    const int64_t now = ASKER_NOW - ASKER_NOW % SECOND;
    a->heard.story.decision = hear_bound;
    for_times(0, 0, 0, "alice");
    assert_string_equal(bounds[0], "10h, by realm-max-life");
    for_times(now + HOUR + 30 * SECOND, KDC_OPT_RENEWABLE, now + DAY, "alice");
    assert_string_equal(bounds[0], "1h30s, by asked-life");
    assert_string_equal(bounds[1], "1d, by asked-renew");
    for_times(0, KDC_OPT_RENEWABLE, 0, "brief");
    assert_string_equal(bounds[0], "1h, by client-max-life");
    assert_string_equal(bounds[1], "7d, by realm-max-renew");
    struct account short_lived = {.max_life = 5 * MINUTE, .max_renew = 2 * DAY};
    asker_account(a, "host/short", 0, asker_strong, 2, NULL, &short_lived);
    struct ask q = {"alice", "host/short", .options = KDC_OPT_RENEWABLE,
                    .stamp_key = asker_key(a, "alice", 18)};
    struct got g = ask_as(a, &q, q.stamp_key);
    assert_string_equal(bounds[0], "5m, by service-max-life");
    assert_string_equal(bounds[1], "2d, by service-max-renew");
    assert_int_equal(g.ticket.endtime, now + 5 * MINUTE);
    assert_int_equal(g.ticket.renew_till, now + 2 * DAY);
}

/* ---- addresses --------------------------------------------------------------------------------
 */

/* The client names where it will use the ticket; where it asks from is another matter. */
static void test_addresses_are_carried(void **state)
{
    (void)state;
    struct ask q = {"alice", TGS, .till = TILL, .addresses = true,
                    .stamp_key = asker_key(a, "alice", 18)};
    static const uint8_t elsewhere[] = {192, 0, 2, 1};
    a->client.address = bytes_of(elsewhere, 4);
    struct got g = ask_as(a, &q, q.stamp_key);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.caddr.n, 1);
    assert_int_equal(g.ticket.caddr.at[0].addr_type, 2);
    assert_true(bytes_equal(g.ticket.caddr.at[0].address, BYTES_LIT("\x0a\x00\x00\x05")));
    assert_int_equal(g.part.caddr.n, 1);
    assert_non_null(strstr(a->heard.steps, "kdc.as.addresses"));
    q.addresses = false;
    q.nonce = 5;
    assert_false(ask_as(a, &q, q.stamp_key).ticket.has_caddr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reply),
        TEST(test_flags),
        TEST(test_times),
        TEST(test_renewable),
        TEST(test_far_times),
        TEST(test_postdated),
        TEST(test_may_postdate),
        TEST(test_postdated_is_of_no_use_yet),
        TEST(test_the_bound_is_told),
        TEST(test_addresses_are_carried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
