/* Who may log on: each state of an account, as the KDC answers it, and what is then still possible.
 */
#include "tests/kdc/as_case.h"

static void add(const char *name, uint32_t flags, const struct account *more)
{
    asker_account(a, name, flags, asker_strong, 2, NULL, more);
}

static struct got try(const char *who, const char *service)
{
    struct ask q = {who, service, .till = TILL, .stamp_key = asker_key(a, who, 18)};
    return ask_as(a, &q, q.stamp_key);
}

/* The right password or none: the state of the account is looked at first. */
static void closed(const char *who, int32_t code)
{
    struct ask bare = {who, TGS, .till = TILL};
    assert_int_equal(ask_as(a, &bare, NULL).error, code);
    assert_string_equal(a->heard.refused, "kdc.as.client-valid");
    assert_int_equal(try(who, TGS).error, code);
    assert_string_equal(a->heard.refused, "kdc.as.client-valid");
}

static void test_each_state(void **state)
{
    (void)state;
    static const uint8_t no_hour[LOGON_HOURS_OCTETS];
    add("locked", ACCOUNT_LOCKED, NULL);
    add("night", 0, &(struct account){.logon_hours = no_hour});
    add("stale", 0, &(struct account){.password_expires = ASKER_NOW});
    add("fresh", 0, &(struct account){.password_expires = ASKER_NOW + 1});
    add("ending", 0, &(struct account){.expires = ASKER_NOW + 1});
    closed("closed", KDC_ERR_CLIENT_REVOKED);
    closed("locked", KDC_ERR_CLIENT_REVOKED);
    closed("night", KDC_ERR_CLIENT_REVOKED);
    closed("gone", KDC_ERR_NAME_EXP);
    closed("stale", KDC_ERR_KEY_EXPIRED);
    closed("change", KDC_ERR_KEY_EXPIRED);
    assert_int_equal(try("fresh", TGS).error, 0);
    assert_int_equal(try("ending", TGS).error, 0);
}

static void test_only_an_old_password_may_be_changed(void **state)
{
    (void)state;
    add("locked", ACCOUNT_LOCKED, NULL);
    add("stale", 0, &(struct account){.password_expires = ASKER_NOW});
    assert_int_equal(try("change", "kadmin/changepw").error, 0);
    assert_int_equal(try("stale", "kadmin/changepw").error, 0);
    assert_int_equal(try("locked", "kadmin/changepw").error, KDC_ERR_CLIENT_REVOKED);
    assert_int_equal(try("gone", "kadmin/changepw").error, KDC_ERR_NAME_EXP);
    /* And with the old one: not the ticket of a logon, left open on a desk. */
    struct got tgt = logon(a, 0);
    struct ask q = {
        .sname = "kadmin/changepw", .till = TILL, .tgt = &tgt.rep.ticket, .session = &tgt.session};
    assert_int_equal(ask_tgs(a, &q).error, KDC_ERR_POLICY);
    assert_string_equal(a->heard.refused, "kdc.tgs.server");
}

/* An account that is closed by wrong passwords says so before it asks for proof, whichever way one
 * comes, and whoever has a ticket goes on with it. */
static void test_wrong_passwords_close(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.attempts = 2;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    struct got tgt = logon(a, 0);
    struct ask bad = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
    for (bad.nonce = 100; bad.nonce < 102; bad.nonce++)
        assert_int_equal(ask_as(a, &bad, NULL).error, KDC_ERR_PREAUTH_FAILED);
    closed("alice", KDC_ERR_CLIENT_REVOKED);
    assert_int_equal(try("alice", "kadmin/changepw").error, KDC_ERR_CLIENT_REVOKED);
    struct ask q = {.sname = "HTTP/www.example.test",
                    .till = TILL,
                    .tgt = &tgt.rep.ticket,
                    .session = &tgt.session};
    assert_int_equal(ask_tgs(a, &q).error, 0);
    assert_int_equal(try("sensitive", TGS).error, 0); /* others are not meant */
    a->turn.now += 10 * MINUTE + SECOND;
    assert_int_equal(try("alice", TGS).error, 0);
}

/* Attempts that came in another way (a password change, NTLM) count with those of the AS. */
static void test_one_count_over_all_ways(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.attempts = 2;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    struct PrincipalName alice = name_of(a->mem, "alice");
    struct bytes name =
        attempts_name(realm_find(asker_realm(a), a->mem, &alice), asker_realm(a), a->mem);
    assert_true(attempt_reserve(a->ledger, name, 2, a->turn.now, 10 * MINUTE));
    attempt_settle(a->ledger, name, false, a->turn.now);
    struct ask bad = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
    assert_int_equal(ask_as(a, &bad, NULL).error, KDC_ERR_PREAUTH_FAILED);
    closed("alice", KDC_ERR_CLIENT_REVOKED);
}

/* One under way elsewhere is one less here: the key is not tried. */
static void test_attempts_under_way_count(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.attempts = 1;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    assert_true(
        attempt_reserve(a->ledger, BYTES_LIT("alice@EXAMPLE.TEST"), 1, a->turn.now, 10 * MINUTE));
    assert_int_equal(try("alice", TGS).error, KDC_ERR_CLIENT_REVOKED);
    assert_string_equal(a->heard.refused, "kdc.as.preauth");
    assert_null(strstr(a->heard.steps, "kdc.preauth.timestamp.open"));
    attempt_settle(a->ledger, BYTES_LIT("alice@EXAMPLE.TEST"), true, a->turn.now);
    a->turn.now += SECOND;
    assert_int_equal(try("alice", TGS).error, 0);
}

/* ---- what the client is told of its own ends --------------------------------------------------
 */

static void test_ends_are_told(void **state)
{
    (void)state;
    const int64_t now = ASKER_NOW - ASKER_NOW % SECOND;
    add("both", 0, &(struct account){.password_expires = now + 3 * DAY, .expires = now + 9 * DAY});
    add("short", 0, &(struct account){.expires = now + DAY});
    struct got g = try("both", TGS);
    assert_int_equal(g.part.last_req.n, 2);
    assert_int_equal(g.part.last_req.at[0].lr_type, 6);
    assert_int_equal(g.part.last_req.at[0].lr_value, now + 3 * DAY);
    assert_int_equal(g.part.last_req.at[1].lr_type, 7);
    assert_int_equal(g.part.last_req.at[1].lr_value, now + 9 * DAY);
    assert_int_equal(g.part.key_expiration, now + 3 * DAY);
    g = try("short", TGS);
    assert_int_equal(g.part.last_req.n, 1);
    assert_int_equal(g.part.last_req.at[0].lr_type, 7);
    assert_int_equal(g.part.key_expiration, now + DAY);
    g = try("alice", TGS);
    assert_int_equal(g.part.last_req.n, 1);
    assert_int_equal(g.part.last_req.at[0].lr_type, 0);
    assert_false(g.part.has_key_expiration);
}

/* ---- the decision -----------------------------------------------------------------------------
 */

static struct {
    char id[40], outcome[40], first[80];
    size_t n;
} decided;

static void hear_decision(struct story *s, const struct decision_told *d)
{
    (void)s;
    if (strcmp(d->id, "kdc.as.client-valid") && strcmp(d->id, "kdc.tgs.client"))
        return;
    snprintf(decided.id, sizeof decided.id, "%s", d->id);
    snprintf(decided.outcome, sizeof decided.outcome, "%s", d->outcome);
    snprintf(decided.first, sizeof decided.first, "%s of %s: %s", d->inputs[0].name,
             d->inputs[0].subject, d->inputs[0].value);
    decided.n = d->n;
}

static void test_decision(void **state)
{
    (void)state;
    a->heard.story.decision = hear_decision;
    try("closed", TGS);
    assert_string_equal(decided.id, "kdc.as.client-valid");
    assert_string_equal(decided.outcome, "KDC_ERR_CLIENT_REVOKED");
    assert_string_equal(decided.first, "disabled of closed: yes");
    struct got tgt = logon(a, 0);
    assert_string_equal(decided.outcome, "open");
    assert_string_equal(decided.first, "disabled of alice: no");
    struct ask q = {.sname = "HTTP/www.example.test",
                    .till = TILL,
                    .tgt = &tgt.rep.ticket,
                    .session = &tgt.session};
    assert_int_equal(ask_tgs(a, &q).error, 0);
    assert_string_equal(decided.id, "kdc.tgs.client");
    assert_int_equal(decided.n, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_state),
        TEST(test_only_an_old_password_may_be_changed),
        TEST(test_wrong_passwords_close),
        TEST(test_one_count_over_all_ways),
        TEST(test_attempts_under_way_count),
        TEST(test_ends_are_told),
        TEST(test_decision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
