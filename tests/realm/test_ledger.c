/* The ledger: exact, bounded, and exact among threads. */
#include "base/when.h"
#include "realm/ledger.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW ((int64_t)1795000000 * SECOND)

static struct bytes key_of(char *room, unsigned i)
{
    return bytes_of(
        room, (size_t)sprintf(room, "key number %u of a longer kind, past the inline size", i));
}

/* ---- replays -----------------------------------------------------------------------------------
 */

static void test_replay(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(10, false);
    struct bytes k = BYTES_LIT("a"), other = BYTES_LIT("a\0"),
                 long_one = BYTES_LIT("0123456789012345678901234567890123456789");
    assert_int_equal(replay_insert(l, k, NOW, MINUTE), REPLAY_NEW);
    assert_int_equal(replay_insert(l, other, NOW, MINUTE), REPLAY_NEW);
    assert_int_equal(replay_insert(l, (struct bytes){0}, NOW, MINUTE), REPLAY_NEW);
    assert_int_equal(replay_insert(l, long_one, NOW, MINUTE), REPLAY_NEW);
    assert_int_equal(replay_insert(l, k, NOW + MINUTE, MINUTE), REPLAY_SEEN);
    assert_int_equal(replay_insert(l, long_one, NOW + MINUTE, MINUTE), REPLAY_SEEN);
    assert_int_equal(replay_insert(l, (struct bytes){0}, NOW - HOUR, MINUTE), REPLAY_SEEN);
    assert_int_equal(replay_insert(l, k, NOW + MINUTE + 1, MINUTE), REPLAY_NEW);
    ledger_free(l);
}

static void test_every_octet_counts(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(20000, false);
    for (size_t n = 1; n < 100; n++) {
        uint8_t key[100] = {0};
        assert_int_equal(replay_insert(l, bytes_of(key, n), NOW, MINUTE), REPLAY_NEW);
        for (size_t i = 0; i < n; i++) {
            key[i] = 1;
            assert_int_equal(replay_insert(l, bytes_of(key, n), NOW, MINUTE), REPLAY_NEW);
            key[i] = 0;
        }
    }
    ledger_free(l);
}

static void test_full(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(100, false);
    char room[100];
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(replay_insert(l, key_of(room, i), NOW + i, MINUTE), REPLAY_NEW);
    assert_int_equal(replay_insert(l, key_of(room, 100), NOW + 100, MINUTE), REPLAY_FULL);
    assert_int_equal(replay_insert(l, key_of(room, 5), NOW + 100, MINUTE), REPLAY_SEEN);
    /* The oldest goes when its time is over, and not before. */
    assert_int_equal(replay_insert(l, key_of(room, 100), NOW + MINUTE, MINUTE), REPLAY_FULL);
    assert_int_equal(replay_insert(l, key_of(room, 100), NOW + MINUTE + 1, MINUTE), REPLAY_NEW);
    assert_int_equal(replay_insert(l, key_of(room, 101), NOW + MINUTE + 1, MINUTE), REPLAY_FULL);
    assert_int_equal(replay_insert(l, key_of(room, 1), NOW + MINUTE + 1, MINUTE), REPLAY_SEEN);
    ledger_free(l);
}

static void test_ten_thousand_then_all_again(void **state)
{
    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        struct ledger *l = ledger_new(10000, shared);
        char room[100];
        for (unsigned i = 0; i < 10000; i++)
            assert_int_equal(replay_insert(l, key_of(room, i), NOW, MINUTE), REPLAY_NEW);
        for (unsigned i = 0; i < 10000; i++)
            assert_int_equal(replay_insert(l, key_of(room, i), NOW, MINUTE), REPLAY_SEEN);
        ledger_free(l);
    }
}

#define THREADS 8
#define KEYS    20000
static atomic_uint first[KEYS];

static void *insert_all(void *ledger)
{
    char room[100];
    for (unsigned i = 0; i < KEYS; i++)
        if (replay_insert(ledger, key_of(room, i), NOW, MINUTE) == REPLAY_NEW)
            atomic_fetch_add(&first[i], 1);
    return NULL;
}

static void test_replay_threads(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(KEYS, true);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, insert_all, l);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < KEYS; i++)
        assert_int_equal(first[i], 1);
    ledger_free(l);
}

/* ---- attempts ----------------------------------------------------------------------------------
 */

static void test_attempts(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(10, false);
    struct bytes alice = BYTES_LIT("alice"), bob = BYTES_LIT("bob");
    assert_true(attempt_reserve(l, alice, 0, NOW, MINUTE)); /* not counted at all */
    for (int i = 0; i < 3; i++) {
        assert_true(attempt_reserve(l, alice, 3, NOW, MINUTE));
        attempt_settle(l, alice, false, NOW + i);
    }
    assert_false(attempt_reserve(l, alice, 3, NOW + 3, MINUTE));
    assert_true(attempt_reserve(l, bob, 3, NOW + 3, MINUTE));
    attempt_settle(l, bob, true, NOW + 3);
    assert_false(attempt_reserve(l, alice, 3, NOW + 2 + MINUTE, MINUTE));
    assert_true(attempt_reserve(l, alice, 3, NOW + 3 + MINUTE, MINUTE)); /* since the last */
    attempt_settle(l, alice, true, NOW + 3 + MINUTE);
    /* Reserved and never settled: it counts until its window has passed. */
    assert_true(attempt_reserve(l, alice, 1, NOW, MINUTE));
    assert_false(attempt_reserve(l, alice, 1, NOW, MINUTE));
    assert_true(attempt_reserve(l, alice, 1, NOW + MINUTE + 1, MINUTE));
    attempt_settle(l, BYTES_LIT("nobody"), false, NOW);
    ledger_free(l);
}

static void test_attempts_withdrawn(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(10, false);
    struct bytes alice = BYTES_LIT("alice");
    assert_true(attempt_reserve(l, alice, 2, NOW, MINUTE));
    attempt_settle(l, alice, false, NOW);
    assert_int_equal(attempt_count(l, alice, NOW), 1);
    for (int i = 0; i < 5; i++) { /* takes its place while it lasts, and changes nothing */
        assert_true(attempt_reserve(l, alice, 2, NOW, MINUTE));
        assert_false(attempt_reserve(l, alice, 2, NOW, MINUTE));
        attempt_withdraw(l, alice);
        assert_int_equal(attempt_count(l, alice, NOW), 1);
    }
    assert_int_equal(attempt_count(l, alice, NOW + MINUTE), 1);
    assert_int_equal(attempt_count(l, alice, NOW + MINUTE + 1), 0);
    attempt_withdraw(l, BYTES_LIT("nobody"));
    assert_int_equal(attempt_count(l, BYTES_LIT("nobody"), NOW), 0);
    ledger_free(l);
}

static void test_attempts_full(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(2, false);
    for (int i = 0; i < 2; i++) {
        assert_true(attempt_reserve(l, bytes_str(i ? "b" : "a"), 3, NOW, MINUTE));
        attempt_settle(l, bytes_str(i ? "b" : "a"), false, NOW);
    }
    assert_false(attempt_reserve(l, BYTES_LIT("c"), 3, NOW, MINUTE)); /* it could not be counted */
    assert_true(attempt_reserve(l, BYTES_LIT("c"), 3, NOW + MINUTE + 1, MINUTE));
    ledger_free(l);
}

static atomic_uint evaluated;

static void *guess(void *ledger)
{
    for (int i = 0; i < 100; i++)
        if (attempt_reserve(ledger, BYTES_LIT("alice"), 5, NOW, HOUR)) {
            atomic_fetch_add(&evaluated, 1);
            attempt_settle(ledger, BYTES_LIT("alice"), false, NOW);
        }
    return NULL;
}

static void test_attempt_threads(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(100, true);
    pthread_t threads[64];
    for (int i = 0; i < 64; i++)
        pthread_create(&threads[i], NULL, guess, l);
    for (int i = 0; i < 64; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(evaluated, 5);
    ledger_free(l);
}

/* ---- earlier replies
 * ----------------------------------------------------------------------------- */

static void test_lookaside(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(10, false);
    uint8_t out[100];
    struct bytes q = BYTES_LIT("request"), r = BYTES_LIT("a reply"), s = BYTES_LIT("another one");
    assert_int_equal(lookaside_find(l, q, NOW, out, sizeof out), 0);
    lookaside_keep(l, q, r, NOW);
    assert_int_equal(lookaside_find(l, q, NOW + LOOKASIDE_LIFE, out, sizeof out), r.n);
    assert_memory_equal(out, r.p, r.n);
    assert_int_equal(lookaside_find(l, q, NOW + LOOKASIDE_LIFE + 1, out, sizeof out), 0);
    assert_int_equal(lookaside_find(l, q, NOW, out, r.n - 1), 0); /* no room */
    assert_int_equal(lookaside_find(l, q, NOW, out, r.n), r.n);
    lookaside_keep(l, q, s, NOW);
    assert_int_equal(lookaside_find(l, q, NOW, out, sizeof out), s.n);
    lookaside_keep(l, q, (struct bytes){0}, NOW);
    lookaside_keep(l, (struct bytes){0}, r, NOW);
    assert_int_equal(lookaside_find(l, (struct bytes){0}, NOW, out, sizeof out), 0);
    ledger_free(l);
}

static void test_lookaside_bounds(void **state)
{
    (void)state;
    struct ledger *l = ledger_new(4, false);
    static uint8_t big[300 << 10], out[300 << 10];
    char room[100];
    for (unsigned i = 0; i < 6; i++)
        lookaside_keep(l, key_of(room, i), BYTES_LIT("reply"), NOW);
    assert_int_equal(lookaside_find(l, key_of(room, 1), NOW, out, sizeof out), 0);
    assert_int_equal(lookaside_find(l, key_of(room, 2), NOW, out, sizeof out), 5);
    /* More octets than are kept in all: not kept, and nothing lost for it. */
    lookaside_keep(l, BYTES_LIT("big"), bytes_of(big, sizeof big), NOW);
    assert_int_equal(lookaside_find(l, BYTES_LIT("big"), NOW, out, sizeof out), 0);
    assert_int_equal(lookaside_find(l, key_of(room, 5), NOW, out, sizeof out), 5);
    lookaside_keep(l, BYTES_LIT("half"), bytes_of(big, 200 << 10), NOW);
    lookaside_keep(l, BYTES_LIT("more"), bytes_of(big, 100 << 10), NOW);
    assert_int_equal(lookaside_find(l, BYTES_LIT("half"), NOW, out, sizeof out), 0);
    assert_int_equal(lookaside_find(l, BYTES_LIT("more"), NOW, out, sizeof out), 100 << 10);
    ledger_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_every_octet_counts),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_ten_thousand_then_all_again),
        cmocka_unit_test(test_replay_threads),
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_attempts_withdrawn),
        cmocka_unit_test(test_attempts_full),
        cmocka_unit_test(test_attempt_threads),
        cmocka_unit_test(test_lookaside),
        cmocka_unit_test(test_lookaside_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
