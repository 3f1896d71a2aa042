/* A realm that changes while others look at it: what they see stays, what is over goes. */
#include "base/text.h"
#include "crypto/rng.h"
#include "sim/snapshots.h"
#include "wire/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <malloc.h>
#include <pthread.h>

#include <cmocka.h>

static const char text[] = "title: Passwords\ngoal: \"-\"\ntakeaway: \"-\"\n"
                           "realm: {name: EXAMPLE.TEST, etypes: [18, 17, 23]}\n"
                           "accounts:\n"
                           "  - {name: alice, password: alice-pw-1, etypes: [23]}\n"
                           "  - {name: bob, password: bob-pw-1, etypes: [17]}\n"
                           "parties:\n  - {name: kdc, role: kdc}\n";

static struct arena *mem, *turn_mem;
static struct crypto *crypto;
static struct snapshots *all;
static struct snapshots_reader first, second;

static int begin(void **state)
{
    (void)state;
    struct scenario *s;
    char *error = NULL;
    mem = arena_new(0);
    turn_mem = arena_new(0);
    crypto = crypto_new();
    s = arena_new_of(mem, struct scenario);
    if (!scenario_read(mem, "passwords", bytes_str(text), s, &error))
        fail_msg("%s", error);
    all = snapshots_new(s, NULL, mem, &error);
    if (!all)
        fail_msg("%s", error);
    snapshots_add_reader(all, &first);
    snapshots_add_reader(all, &second);
    return 0;
}

static int end(void **state)
{
    (void)state;
    snapshots_remove_reader(&first);
    snapshots_remove_reader(&second);
    snapshots_free(all);
    crypto_free(crypto);
    arena_free(turn_mem);
    arena_free(mem);
    return 0;
}

static int32_t set(struct crypto *with, struct arena *in, const char *name, const char *password)
{
    struct realm_changer changer = snapshots_changer(all);
    struct turn t = {.crypto = with, .mem = in};
    struct PrincipalName n;
    const char *why = NULL;
    assert_true(principal_parse(in, name, NT_PRINCIPAL, &n, NULL));
    int32_t result = changer.set_password(changer.arg, &t, &n, bytes_str(password), &why);
    assert_non_null(why);
    return result;
}

static uint32_t kvno_of(const struct realm *r, const char *name)
{
    struct PrincipalName n;
    assert_true(principal_parse(turn_mem, name, NT_PRINCIPAL, &n, NULL));
    const struct account *a = realm_find(r, turn_mem, &n);
    return a && a->n_keys ? a->keys[0].kvno : 0;
}

static void a_change_counts_for_who_looks_after_it(void **state)
{
    (void)state;
    uint64_t serial, later;
    const struct realm *before = snapshots_begin(&first, &serial);
    assert_int_equal(kvno_of(before, "alice"), 1);
    assert_int_equal(set(crypto, turn_mem, "alice", "Another-pw"), 0);
    assert_int_equal(kvno_of(before, "alice"), 1);
    const struct realm *now = snapshots_begin(&second, &later);
    assert_int_equal(kvno_of(now, "alice"), 2);
    assert_int_equal(kvno_of(now, "bob"), 1);
    assert_true(serial != later);
    assert_int_equal(realm_count(now), realm_count(before));
    snapshots_end(&first);
    assert_int_equal(kvno_of(snapshots_begin(&first, &serial), "alice"), 2);
    assert_int_equal(serial, later);
    snapshots_end(&first);
    snapshots_end(&second);
}

static void what_is_looked_at_stays(void **state)
{
    (void)state;
    uint64_t serial;
    char password[32];
    assert_int_equal(set(crypto, turn_mem, "alice", "Second-pw"), 0);
    const struct realm *kept = snapshots_begin(&first, &serial);
    for (int i = 0; i < 50; i++) {
        snprintf(password, sizeof password, "Password-%d", i);
        assert_int_equal(set(crypto, turn_mem, "alice", password), 0);
        assert_int_equal(kvno_of(kept, "alice"), 2);
    }
    assert_int_equal(snapshots_count(all), 2);
    snapshots_end(&first);
    assert_int_equal(set(crypto, turn_mem, "alice", "Last-pw"), 0);
    assert_int_equal(snapshots_count(all), 1);
}

static void what_cannot_be_changed_is_said(void **state)
{
    (void)state;
    uint64_t serial;
    assert_int_equal(set(crypto, turn_mem, "nobody", "Some-pw"), 2);
    assert_int_equal(set(crypto, turn_mem, "alice", ""), 4);
    snapshots_begin(&first, &serial);
    assert_int_equal(serial, 1);
    snapshots_end(&first);
}

/* As a user would who changes the password on and on; each turn looks at the realm. */
static void memory_stays_flat_over_20000_changes(void **state)
{
    (void)state;
    struct crypto *own = crypto_new();
    struct arena *turns = arena_new(0);
    size_t before = 0;
    char password[32];
    for (int i = 0; i < 20000; i++) {
        uint64_t serial;
        snapshots_begin(&first, &serial);
        snprintf(password, sizeof password, "Password-%d", i);
        assert_int_equal(set(own, turns, "alice", password), 0);
        snapshots_end(&first);
        arena_reset(turns);
        if (i == 99)
            before = mallinfo2().uordblks + mallinfo2().hblkhd;
    }
    size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    assert_true(after <= before + ((size_t)256 << 10));
    assert_true(snapshots_count(all) <= 2);
    const struct realm *now = snapshots_begin(&first, &(uint64_t){0});
    assert_int_equal(kvno_of(now, "alice"), 20001);
    snapshots_end(&first);
    arena_free(turns);
    crypto_free(own);
}

/* Who looks sees a whole realm, whatever goes on beside it. */
static atomic_bool stop;
static void *looks(void *arg)
{
    struct snapshots_reader *r = arg;
    struct arena *own = arena_new(0);
    uint32_t last = 0;
    uint64_t serial;
    bool ok = true;
    while (!atomic_load(&stop)) {
        struct PrincipalName n;
        const struct realm *now = snapshots_begin(r, &serial);
        principal_parse(own, "alice", NT_PRINCIPAL, &n, NULL);
        const struct account *a = realm_find(now, own, &n);
        ok = ok && a && a->keys[0].kvno == serial && a->keys[0].kvno >= last;
        last = ok ? a->keys[0].kvno : last;
        snapshots_end(r);
        arena_reset(own);
    }
    arena_free(own);
    return ok && last ? r : NULL;
}

static void threads_look_while_another_changes(void **state)
{
    (void)state;
    pthread_t threads[2];
    void *saw[2];
    char password[32];
    atomic_store(&stop, false);
    assert_int_equal(pthread_create(&threads[0], NULL, looks, &first), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, looks, &second), 0);
    for (int i = 0; i < 3000; i++) {
        snprintf(password, sizeof password, "Password-%d", i);
        assert_int_equal(set(crypto, turn_mem, "alice", password), 0);
        assert_true(snapshots_count(all) <= 4);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], &saw[i]);
    assert_non_null(saw[0]);
    assert_non_null(saw[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_counts_for_who_looks_after_it, begin, end),
        cmocka_unit_test_setup_teardown(what_is_looked_at_stays, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_changed_is_said, begin, end),
        cmocka_unit_test_setup_teardown(memory_stays_flat_over_20000_changes, begin, end),
        cmocka_unit_test_setup_teardown(threads_look_while_another_changes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
