/* Whether an account is in good standing: each reason, which comes first, and which way in it
 * closes. */
#include "realm/standing.h"

#include "base/when.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW (1795294315 * SECOND) /* 2026-11-21T20:51:55Z, a Saturday */

static struct arena *mem;
static struct ledger *ledger;
static struct realm_policy policy;
static struct account_key one_key;
static struct account a;

static int setup(void **state)
{
    (void)state;
    static struct bytes alice[] = {{(const uint8_t *)"alice", 5}};
    mem = arena_new(0);
    ledger = ledger_new(100, false);
    policy = (struct realm_policy){.attempts = 2, .attempt_window = 10 * MINUTE};
    a = (struct account){.keys = &one_key, .n_keys = 1, .text = "alice"};
    a.name.name_string.at = alice;
    a.name.name_string.n = 1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ledger_free(ledger);
    arena_free(mem);
    return 0;
}

static const struct realm *realm_called(const char *name)
{
    struct realm_builder *b = realm_build(mem, bytes_str(name));
    realm_build_policy(b, &policy);
    return realm_freeze(b);
}

static enum standing at(enum way_in way, int64_t now)
{
    return account_standing(&a, realm_called("EXAMPLE.TEST"), ledger, way, now, mem);
}

static void guess_wrong(int64_t now)
{
    struct bytes name = attempts_name(&a, realm_called("EXAMPLE.TEST"), mem);
    if (attempt_reserve(ledger, name, policy.attempts, now, policy.attempt_window))
        attempt_settle(ledger, name, false, now);
}

static void each_reason_and_the_first_of_several(void **state)
{
    (void)state;
    static const uint8_t never_open[LOGON_HOURS_OCTETS];
    assert_int_equal(at(TO_LOG_ON, NOW), IN_GOOD_STANDING);
    a.n_keys = 0;
    assert_int_equal(at(TO_LOG_ON, NOW), HAS_NO_KEY);
    a.flags = ACCOUNT_MUST_CHANGE;
    assert_int_equal(at(TO_LOG_ON, NOW), MUST_CHANGE_PASSWORD);
    a.password_expires = NOW;
    assert_int_equal(at(TO_LOG_ON, NOW - 1), MUST_CHANGE_PASSWORD);
    assert_int_equal(at(TO_LOG_ON, NOW), HAS_OLD_PASSWORD);
    guess_wrong(NOW);
    assert_int_equal(at(TO_LOG_ON, NOW), HAS_OLD_PASSWORD);
    guess_wrong(NOW);
    assert_int_equal(at(TO_LOG_ON, NOW), HAS_WRONG_ATTEMPTS);
    assert_int_equal(at(TO_LOG_ON, NOW + 10 * MINUTE + 1), HAS_OLD_PASSWORD);
    a.logon_hours = never_open;
    assert_int_equal(at(TO_LOG_ON, NOW), IS_OUTSIDE_HOURS);
    a.expires = NOW;
    assert_int_equal(at(TO_LOG_ON, NOW - 1), IS_OUTSIDE_HOURS);
    assert_int_equal(at(TO_LOG_ON, NOW), HAS_EXPIRED);
    a.flags |= ACCOUNT_LOCKED;
    assert_int_equal(at(TO_LOG_ON, NOW), IS_LOCKED);
    a.flags |= ACCOUNT_DISABLED;
    assert_int_equal(at(TO_LOG_ON, NOW), IS_DISABLED);
    assert_int_equal(at(TO_CHANGE_PASSWORD, NOW), IS_DISABLED);
    assert_int_equal(at(WITH_A_TICKET, NOW), IS_DISABLED);
}

static void an_old_password_may_still_be_changed(void **state)
{
    (void)state;
    a.flags = ACCOUNT_MUST_CHANGE;
    a.password_expires = NOW - DAY;
    assert_int_equal(at(TO_CHANGE_PASSWORD, NOW), IN_GOOD_STANDING);
    guess_wrong(NOW);
    guess_wrong(NOW);
    assert_int_equal(at(TO_CHANGE_PASSWORD, NOW), HAS_WRONG_ATTEMPTS);
}

/* Who has a ticket has proven the key: others' guesses must not take its use away. */
static void with_a_ticket_only_the_account_counts(void **state)
{
    (void)state;
    a.flags = ACCOUNT_MUST_CHANGE;
    a.password_expires = NOW - DAY;
    guess_wrong(NOW);
    guess_wrong(NOW);
    assert_int_equal(at(WITH_A_TICKET, NOW), IN_GOOD_STANDING);
    a.flags = ACCOUNT_LOCKED;
    assert_int_equal(at(WITH_A_TICKET, NOW), IS_LOCKED);
}

/* MS-SAMR 2.2.6.5: the first bit is Sunday's first hour. */
static void hours_of_the_week(void **state)
{
    (void)state;
    uint8_t hours[LOGON_HOURS_OCTETS] = {0};
    int64_t sunday = NOW - NOW % DAY + DAY;
    a.logon_hours = hours;
    hours[0] = 1;
    assert_true(within_logon_hours(&a, sunday));
    assert_true(within_logon_hours(&a, sunday + HOUR - 1));
    assert_false(within_logon_hours(&a, sunday + HOUR));
    assert_false(within_logon_hours(&a, sunday - 1));
    assert_true(within_logon_hours(&a, -4 * DAY)); /* Sunday, 28 December 1969 */
    assert_false(within_logon_hours(&a, -4 * DAY - 1));
    hours[0] = 0;
    hours[20] = 0x10; /* Saturday, 20 to 21 */
    assert_true(within_logon_hours(&a, NOW));
    assert_false(within_logon_hours(&a, NOW + HOUR));
}

/* Or whoever is alice in another realm would log on there, and so clear the count here. */
static void a_name_in_another_realm_is_somebody_else(void **state)
{
    (void)state;
    const struct realm *other = realm_called("OTHER.TEST");
    guess_wrong(NOW);
    guess_wrong(NOW);
    assert_int_equal(at(TO_LOG_ON, NOW), HAS_WRONG_ATTEMPTS);
    assert_int_equal(account_standing(&a, other, ledger, TO_LOG_ON, NOW, mem), IN_GOOD_STANDING);
    struct bytes name = attempts_name(&a, other, mem);
    assert_true(attempt_reserve(ledger, name, policy.attempts, NOW, policy.attempt_window));
    attempt_settle(ledger, name, true, NOW);
    assert_int_equal(at(TO_LOG_ON, NOW), HAS_WRONG_ATTEMPTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_reason_and_the_first_of_several, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_in_another_realm_is_somebody_else, setup, teardown),
        cmocka_unit_test_setup_teardown(an_old_password_may_still_be_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(with_a_ticket_only_the_account_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(hours_of_the_week, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
