/* Accounts that change in a run: the new keys and the old ones, and what a snapshot taken before
 * still says; and the two ends of a trust. */
#include "sim/changes.h"

#include "crypto/rng.h"
#include "wire/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;
static struct crypto *crypto;
static struct scenario scenario;
static struct changes *changes;

static const char file[] =
    "title: t\n"
    "realm: {name: A.TEST, etypes: [rc4-hmac, aes128-cts-hmac-sha1-96], password_min: 8}\n"
    "realms: [{name: B.TEST}, {name: C.TEST}]\n"
    "trusts:\n"
    "  - {from: A.TEST, to: B.TEST, both: true, suffixes: [b.test]}\n"
    "  - {from: A.TEST, to: C.TEST, next: B.TEST}\n"
    "accounts:\n"
    "  - {name: alice, password: old-one, flags: [must-change-password]}\n"
    "  - {name: svc, spns: [HTTP/www, HTTP/web]}\n"
    "  - {name: many, password: third, kvno: 3, old_passwords: [second, first]}\n";

static int begin(void **state)
{
    (void)state;
    char *error = NULL;
    mem = arena_new(0);
    crypto = crypto_new();
    if (!mem || !crypto || !scenario_read(mem, "test", bytes_str(file), &scenario, &error))
        return -1;
    changes = changes_new(&scenario, 7, crypto, mem, &error);
    return changes ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    crypto_free(crypto);
    arena_free(mem);
    return 0;
}

static const struct account *find(const struct realm *realm, const char *name)
{
    struct PrincipalName parsed;
    assert_true(principal_parse(mem, name, NT_PRINCIPAL, &parsed, NULL));
    return realm_find(realm, mem, &parsed);
}

static const struct account *now(const char *name)
{
    return find(changes_realm(changes, NULL), name);
}

static bool same_key(const struct account_key *a, const struct account_key *b)
{
    assert_true(a && b);
    return bytes_equal(key_bytes(&a->key), key_bytes(&b->key));
}

static void apply(struct scenario_step step)
{
    char *error = NULL;
    if (!changes_apply(changes, &step, &error))
        fail_msg("%s", error);
}

static void a_new_password_leaves_the_old_key_beside_it(void **state)
{
    (void)state;
    const struct account *before = now("alice");
    apply((struct scenario_step){.account = "alice", .new_password = "new-one"});
    const struct account *after = now("alice");
    assert_int_equal(after->keys[0].kvno, 2);
    assert_false(same_key(account_key(after, 2, 17), account_key(before, 1, 17)));
    assert_true(same_key(account_key(after, 1, 17), account_key(before, 1, 17)));
    assert_false(after->flags & ACCOUNT_MUST_CHANGE);
    /* a turn that began before goes on with what it saw */
    assert_ptr_equal(find(changes_realm_was(changes, NULL, 1), "alice"), before);
    assert_int_equal(before->keys[0].kvno, 1);
    assert_null(changes_realm_was(changes, NULL, 2));
}

static void random_keys_differ_and_old_ones_can_be_forgotten(void **state)
{
    (void)state;
    const struct account *first = now("svc");
    apply((struct scenario_step){.account = "svc", .change = {.rotate = true}});
    assert_true(same_key(account_key(now("svc"), 1, 17), account_key(first, 1, 17)));
    assert_false(same_key(account_key(now("svc"), 2, 17), account_key(first, 1, 17)));
    apply((struct scenario_step){.account = "svc", .change = {.rotate = true, .forget = true}});
    assert_int_equal(now("svc")->n_keys, 2);
    assert_int_equal(now("svc")->keys[0].kvno, 3);
}

static void the_file_can_give_keys_of_several_versions(void **state)
{
    (void)state;
    static const char *const passwords[] = {"first", "second", "third"};
    for (uint32_t kvno = 1; kvno <= 3; kvno++) {
        struct key key;
        assert_true(string_to_key(crypto, 23, bytes_str(passwords[kvno - 1]), (struct bytes){0},
                                  (struct bytes){0}, &key));
        assert_true(
            bytes_equal(key_bytes(&account_key(now("many"), kvno, 23)->key), key_bytes(&key)));
    }
}

/* MS-KILE 3.1.1.2: the salt is made when the password is. */
static void the_salt_stays_until_the_password_changes(void **state)
{
    (void)state;
    const struct account *before = now("alice");
    apply((struct scenario_step){.account = "alice", .change = {.rename = "alice.jones"}});
    assert_null(now("alice"));
    assert_true(same_key(account_key(now("alice.jones"), 1, 17), account_key(before, 1, 17)));
    assert_true(bytes_equal_str(account_key(now("alice.jones"), 1, 17)->salt, "A.TESTalice"));
    apply((struct scenario_step){.account = "alice.jones", .new_password = "new-one"});
    assert_true(bytes_equal_str(account_key(now("alice.jones"), 2, 17)->salt, "A.TESTalice.jones"));
    assert_true(bytes_equal_str(account_key(now("alice.jones"), 1, 17)->salt, "A.TESTalice"));
}

static void names_come_and_go(void **state)
{
    (void)state;
    static const char *add[] = {"HTTP/intranet"}, *away[] = {"HTTP/web"};
    apply((struct scenario_step){
        .account = "svc",
        .change = {.add_spns = add, .n_add_spns = 1, .remove_spns = away, .n_remove_spns = 1}});
    assert_ptr_equal(now("HTTP/intranet"), now("svc"));
    assert_non_null(now("HTTP/www"));
    assert_null(now("HTTP/web"));
    apply((struct scenario_step){.account = "svc", .change = {.remove = true}});
    assert_null(now("svc"));
    assert_null(now("HTTP/www"));
}

static void what_cannot_be_changes_nothing(void **state)
{
    (void)state;
    static const char *taken[] = {"HTTP/www"};
    char *error = NULL;
    const struct realm *before = changes_realm(changes, NULL);
    assert_false(changes_apply(
        changes,
        &(struct scenario_step){.account = "alice", .change = {.add_spns = taken, .n_add_spns = 1}},
        &error));
    assert_string_equal(error, "account svc: a name of it belongs to alice already");
    assert_false(changes_apply(changes, &(struct scenario_step){.account = "nobody"}, &error));
    assert_string_equal(error, "there is no account nobody");
    assert_ptr_equal(changes_realm(changes, NULL), before);
}

static const struct realm *made;
static void on_made(void *arg, const struct realm *realm)
{
    (void)arg;
    made = realm;
}

static void a_user_changes_his_password(void **state)
{
    (void)state;
    const struct realm_changer *changer = changes_changer(changes, NULL, on_made, NULL);
    struct turn turn = {.mem = mem};
    const char *why = NULL;
    made = NULL;
    assert_int_equal(
        changer->set_password(changer->arg, &turn, &now("alice")->name, BYTES_LIT("short"), &why),
        4);
    assert_string_equal(why, "The password has 5 characters; the policy wants 8.");
    assert_null(made);
    /* characters are counted, not octets */
    assert_int_equal(changer->set_password(changer->arg, &turn, &now("alice")->name,
                                           BYTES_LIT("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"), &why),
                     4);
    assert_int_equal(changer->set_password(changer->arg, &turn, &now("alice")->name,
                                           BYTES_LIT("long enough"), &why),
                     0);
    assert_ptr_equal(made, changes_realm(changes, NULL));
    assert_int_equal(now("alice")->keys[0].kvno, 2);
}

/* What one KDC seals for the way out, the other opens. */
static void the_two_ends_of_a_trust_have_one_key(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"A.TEST", "B.TEST"}, {"B.TEST", "A.TEST"}};
    const struct trust *in[2];
    for (size_t i = 0; i < 2; i++) {
        const struct account *out =
            find(changes_realm(changes, names[i][0]), arena_printf(mem, "krbtgt/%s", names[i][1]));
        in[i] = realm_trust(changes_realm(changes, names[i][1]), mem, bytes_str(names[i][0]));
        assert_true(out && in[i] && in[i]->inbound && (out->flags & ACCOUNT_TRUST));
        assert_int_equal(in[i]->n_keys, out->n_keys);
        for (size_t k = 0; k < out->n_keys; k++)
            assert_true(same_key(account_key(out, 1, in[i]->keys[k].key.etype), &in[i]->keys[k]));
    }
    /* each way has its own */
    assert_false(same_key(&in[0]->keys[0], &in[1]->keys[0]));
}

static void a_way_by_another_realm_has_no_key(void **state)
{
    (void)state;
    const struct realm *a = changes_realm(changes, "A.TEST");
    const struct trust *way = realm_route(a, mem, BYTES_LIT("C.TEST"));
    assert_non_null(way);
    assert_true(bytes_equal_str(way->realm, "B.TEST"));
    assert_null(find(a, "krbtgt/C.TEST"));
    assert_null(realm_trust(changes_realm(changes, "C.TEST"), mem, BYTES_LIT("A.TEST")));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(a_new_password_leaves_the_old_key_beside_it),
        T(random_keys_differ_and_old_ones_can_be_forgotten),
        T(the_file_can_give_keys_of_several_versions),
        T(the_salt_stays_until_the_password_changes),
        T(names_come_and_go),
        T(what_cannot_be_changes_nothing),
        T(a_user_changes_his_password),
        T(the_two_ends_of_a_trust_have_one_key),
        T(a_way_by_another_realm_has_no_key),
    };
    return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
