/* The store: what is put in is found again by every name, a turn sees one state, a change is made
 * whole or not at all. */
#include "store_support.h"

static void test_what_is_put_in(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    add_one(s, "alice", NULL, "alice.smith@example.com");
    add_one(s, "web", "HTTP/www MyService/MyServer:4766", NULL);
    struct store_reader *r = store_reader(s, mem, &error);
    const struct realm *realm = store_begin(r);
    assert_true(bytes_equal_str(realm_name(realm), "EXAMPLE.TEST"));
    assert_int_equal(realm_policy(realm)->n_etypes, 2);
    assert_int_equal(realm_policy(realm)->etypes[1], 17);
    assert_int_equal(realm_count(realm), 2);
    assert_null(realm_account(realm, 0));
    assert_string_equal(look(realm, "alice", LOOKUP_CLIENT), "alice");
    assert_string_equal(look(realm, "Alice", LOOKUP_CLIENT), "-");
    assert_string_equal(look(realm, "MyService/MyServer:4766", LOOKUP_SERVICE), "web");
    assert_string_equal(look(realm, "HTTP/www", LOOKUP_SERVICE), "web");
    assert_string_equal(look(realm, "HTTP/www", LOOKUP_CLIENT), "-");
    assert_string_equal(look(realm, "HTTP/none", LOOKUP_SERVICE), "-");
    struct PrincipalName n = enterprise("alice.smith@example.com");
    assert_non_null(realm_lookup(realm, mem, &n, LOOKUP_CLIENT, NULL));
    n = named("web");
    assert_non_null(realm_find(realm, mem, &n));
    store_end(r);
    assert_null(store_trouble(r));
    store_reader_free(r);
    store_close(s);
}

static void test_as_windows(void **state)
{
    (void)state;
    create(true);
    struct store *s = opened(STORE_CHANGE);
    add_one(s, "pc1$", "HOST/pc1", NULL);
    struct store_change *c = change_of(s);
    struct account same = account_of("PC1$", NULL, NULL), spn = account_of("x", "host/PC1", NULL);
    const struct account *by;
    assert_false(store_add(c, &same, &by));
    assert_string_equal(by->text, "pc1$");
    assert_false(store_add(c, &spn, &by));
    assert_string_equal(look(store_changed(c), "CIFS/Pc1", LOOKUP_SERVICE), "pc1$");
    store_abort(c);
    store_close(s);
}

static void test_a_turn_sees_one_state(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    struct store_reader *one = store_reader(s, mem, &error), *two = store_reader(s, mem, &error);
    const struct realm *before = store_begin(one);
    add_one(s, "alice", NULL, NULL);
    assert_string_equal(look(before, "alice", LOOKUP_CLIENT), "-");
    assert_int_equal(realm_count(before), 0);
    assert_string_equal(look(store_begin(two), "alice", LOOKUP_CLIENT), "alice");
    store_end(one);
    assert_ptr_equal(store_begin(one), before); /* the engines keep the pointer */
    assert_string_equal(look(before, "alice", LOOKUP_CLIENT), "alice");
    store_end(one);
    store_end(two);
    store_reader_free(one);
    store_reader_free(two);
    store_close(s);
}

static void test_all_or_nothing(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    struct store_change *c = change_of(s);
    struct account a = account_of("alice", NULL, NULL);
    assert_true(store_add(c, &a, NULL));
    assert_string_equal(look(store_changed(c), "alice", LOOKUP_CLIENT), "alice");
    store_abort(c);
    c = change_of(s);
    assert_string_equal(look(store_changed(c), "alice", LOOKUP_CLIENT), "-");
    store_abort(c);
    store_close(s);
}

static void test_changing_names(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    add_one(s, "web", "HTTP/www HTTP/old", NULL);
    add_one(s, "other", NULL, NULL);
    struct store_change *c = change_of(s);
    struct account next = account_of("web2", "HTTP/www HTTP/new", "web@x"),
                   taken = account_of("other", NULL, NULL);
    struct PrincipalName web = named("web"), nobody = named("nobody");
    const struct account *by;
    assert_false(store_set(c, &web, &taken, &by));
    assert_string_equal(by->text, "other");
    assert_false(store_set(c, &nobody, &next, &by));
    assert_true(store_set(c, &web, &next, &by));
    assert_null(by);
    const struct realm *r = store_changed(c);
    assert_string_equal(look(r, "web", LOOKUP_CLIENT), "-");
    assert_string_equal(look(r, "HTTP/old", LOOKUP_SERVICE), "-");
    assert_string_equal(look(r, "HTTP/www", LOOKUP_SERVICE), "web2");
    assert_string_equal(look(r, "HTTP/new", LOOKUP_SERVICE), "web2");
    assert_int_equal(realm_count(r), 2);
    struct PrincipalName web2 = named("web2");
    assert_false(store_remove(c, &web));
    assert_true(store_remove(c, &web2));
    assert_string_equal(look(r, "HTTP/www", LOOKUP_SERVICE), "-");
    assert_int_equal(realm_count(r), 1);
    assert_true(store_add(c, &next, &by)); /* its names are free again */
    commit(c);
    store_close(s);
}

static bool add_text(void *arg, const struct account *a)
{
    strcat(strcat(arg, a->text), " ");
    return strcmp(a->text, "last");
}

static void test_each_in_order(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    add_one(s, "zoe", NULL, NULL);
    add_one(s, "adam", NULL, NULL);
    add_one(s, "last", NULL, NULL);
    add_one(s, "unseen", NULL, NULL);
    struct store_reader *r = store_reader(s, mem, &error);
    char all[64] = "";
    realm_each(store_begin(r), mem, add_text, all);
    assert_string_equal(all, "zoe adam last ");
    store_end(r);
    store_reader_free(r);
    store_close(s);
}

/* Policy and trusts are decoded once, and again when they have changed. */
static void test_settings(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    struct store_reader *reader = store_reader(s, mem, &error);
    const struct realm *r = store_begin(reader);
    assert_int_equal(realm_trust_count(r), 0);
    store_end(reader);
    struct store_change *c = change_of(s);
    struct realm_policy p = *realm_policy(store_changed(c));
    p.windows_names = true;
    p.preset = "windows-2025";
    store_set_policy(c, &p);
    struct bytes suffix = BYTES_LIT("b.test");
    struct trust b = {.realm = BYTES_LIT("B.TEST"), .suffixes = &suffix, .n_suffixes = 1},
                 d = {.realm = BYTES_LIT("D.TEST"), .next = BYTES_LIT("B.TEST")};
    store_set_trust(c, &b);
    store_set_trust(c, &d);
    assert_int_equal(realm_trust_count(store_changed(c)), 2);
    commit(c);
    r = store_begin(reader);
    assert_true(realm_policy(r)->windows_names);
    assert_string_equal(realm_policy(r)->preset, "windows-2025");
    assert_true(bytes_equal_str(realm_route(r, mem, BYTES_LIT("d.test"))->realm, "B.TEST"));
    store_end(reader);
    c = change_of(s);
    assert_false(store_remove_trust(c, BYTES_LIT("E.TEST")));
    assert_true(store_remove_trust(c, BYTES_LIT("B.TEST")));
    commit(c);
    r = store_begin(reader);
    assert_int_equal(realm_trust_count(r), 1);
    assert_null(realm_route(r, mem, BYTES_LIT("D.TEST")));
    store_end(reader);
    store_reader_free(reader);
    store_close(s);
}

/* Names too long for a key of the file, and names that fold into one. */
static void test_odd_names(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    char *one = arena_take(mem, 1000), *two = arena_take(mem, 1000);
    memset(one, 'a', 900);
    memset(two, 'a', 900);
    two[899] = 'b';
    add_one(s, one, NULL, NULL);
    add_one(s, two, NULL, NULL);
    add_one(s, "Web", "web/WEB", NULL);
    add_one(s, "web", "Web/web", NULL);
    add_one(s, "HTTP/x", "http/X", NULL);
    struct store_change *c = change_of(s);
    const struct realm *r = store_changed(c);
    assert_string_equal(look(r, one, LOOKUP_CLIENT), one);
    assert_string_equal(look(r, two, LOOKUP_CLIENT), two);
    assert_string_equal(look(r, "Web", LOOKUP_CLIENT), "Web");
    assert_string_equal(look(r, "web", LOOKUP_CLIENT), "web");
    assert_string_equal(look(r, "web/WEB", LOOKUP_SERVICE), "Web");
    assert_string_equal(look(r, "WEB", LOOKUP_SERVICE), "-");
    assert_string_equal(look(r, "http/X", LOOKUP_SERVICE), "HTTP/x");
    struct PrincipalName name = named(one);
    assert_true(store_remove(c, &name));
    assert_string_equal(look(r, two, LOOKUP_CLIENT), two);
    store_abort(c);
    store_close(s);
}

static void test_passwords(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    add_one(s, "alice", NULL, NULL);
    struct realm_changer changer = store_changer(s);
    struct crypto *crypto = crypto_new();
    struct turn turn = {.mem = mem, .crypto = crypto};
    struct PrincipalName alice = named("alice"), nobody = named("nobody");
    const char *why = NULL;
    for (int i = 0; i < 6; i++)
        assert_int_equal(changer.set_password(changer.arg, &turn, &alice, BYTES_LIT("new"), &why),
                         0);
    assert_int_equal(changer.set_password(changer.arg, &turn, &alice, BYTES_LIT(""), &why), 4);
    assert_non_null(why);
    assert_int_equal(changer.set_password(changer.arg, &turn, &nobody, BYTES_LIT("new"), &why), 2);
    struct store_reader *r = store_reader(s, mem, &error);
    const struct account *a = realm_find(store_begin(r), mem, &alice);
    assert_int_equal(a->n_keys, 2 * 4); /* two etypes, four versions */
    assert_int_equal(a->keys[0].kvno, 6);
    assert_int_equal(a->keys[0].key.etype, 18);
    assert_int_equal(a->keys[7].kvno, 3);
    assert_true(bytes_equal_str(a->keys[0].salt, "EXAMPLE.TESTalice"));
    struct key expected;
    assert_true(
        string_to_key(crypto, 18, BYTES_LIT("new"), a->keys[0].salt, (struct bytes){0}, &expected));
    assert_true(key_equal(&expected, &a->keys[0].key));
    store_end(r);
    store_reader_free(r);
    crypto_free(crypto);
    store_close(s);
}

/* A name of one account, of a few and of many: LMDB keeps their numbers in three ways. */
static void test_a_name_of_many(void **state)
{
    (void)state;
    int32_t etypes[] = {18};
    struct realm_policy p = {.etypes = etypes, .n_etypes = 1, .duplicates = true};
    assert_true(store_create(file, BYTES_LIT("EXAMPLE.TEST"), &p, mem, &error));
    for (unsigned i = 0; i < 1200; i += 1 + i * i / 4) {
        struct store *s = opened(STORE_CHANGE);
        struct store_change *c = change_of(s);
        for (unsigned k = 0; k < i; k++) {
            struct account a = account_of(arena_printf(mem, "u%u-%u", i, k), "HTTP/shared", NULL);
            assert_true(store_add(c, &a, NULL));
        }
        commit(c);
        store_close(s);
        store_close(opened(STORE_CHECK));
    }
    struct store *s = opened(STORE_CHANGE);
    struct store_change *c = change_of(s);
    for (unsigned k = 0; k < 256; k += 2) {
        struct PrincipalName name = named(arena_printf(mem, "u256-%u", k));
        assert_true(store_remove(c, &name));
    }
    commit(c);
    store_close(s);
    store_close(opened(STORE_CHECK));
}

/* What a reader remembers of one state is not said of the next. */
static void test_new_keys_of_krbtgt(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    struct store_reader *r = store_reader(s, mem, &error);
    struct PrincipalName name = named("krbtgt/EXAMPLE.TEST");
    struct account a = account_of("krbtgt/EXAMPLE.TEST", NULL, NULL);
    for (uint32_t flags = 0; flags < 4; flags++) {
        const struct account *found = realm_find(store_begin(r), mem, &name);
        assert_true(flags ? found->flags == flags : !found);
        store_end(r);
        const struct account *again = realm_find(store_begin(r), mem, &name);
        assert_true(flags ? again->flags == flags : !again);
        store_end(r);
        struct store_change *c = change_of(s);
        a.flags = flags + 1;
        assert_true(flags ? store_set(c, &name, &a, NULL) : store_add(c, &a, NULL));
        assert_int_equal(realm_find(store_changed(c), mem, &name)->flags, flags + 1);
        commit(c);
    }
    store_reader_free(r);
    store_close(s);
}

static uint64_t drawn = 7;

static unsigned draw(unsigned below)
{
    drawn = drawn * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(drawn >> 33) % below;
}

/* Small accounts and some of many pages. */
static struct account any_account(unsigned i)
{
    struct account a = account_of(arena_printf(mem, "user%u", i), NULL, NULL);
    struct PrincipalName *spns = arena_array(mem, struct PrincipalName, 400);
    a.n_spns = draw(8) ? draw(4) : draw(400);
    for (size_t k = 0; k < a.n_spns; k++)
        spns[k] = named(k ? arena_printf(mem, "HTTP/%u-%zu", i, k) : "HTTP/shared");
    a.spns = spns;
    return a;
}

/* However pages are taken and given back, what is whole is never called damaged. */
static void test_ups_and_downs(void **state)
{
    (void)state;
    int32_t etypes[] = {18};
    struct realm_policy p = {.etypes = etypes, .n_etypes = 1, .duplicates = true};
    assert_true(store_create(file, BYTES_LIT("EXAMPLE.TEST"), &p, mem, &error));
    for (unsigned round = 0; round < 60; round++) {
        struct store *s = opened(STORE_CHANGE);
        struct store_change *c = change_of(s);
        for (unsigned k = draw(60); k; k--) {
            struct account a = any_account(draw(round % 50 < 25 ? 600 : 20));
            if (draw(round % 20 < 10 ? 4 : 2))
                (void)(store_add(c, &a, NULL) || store_set(c, &a.name, &a, NULL));
            else
                store_remove(c, &a.name);
        }
        if (draw(7))
            commit(c);
        else
            store_abort(c);
        store_close(s);
        store_close(opened(STORE_CHECK));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {STORE_TEST(test_what_is_put_in),
                                       STORE_TEST(test_as_windows),
                                       STORE_TEST(test_a_turn_sees_one_state),
                                       STORE_TEST(test_all_or_nothing),
                                       STORE_TEST(test_changing_names),
                                       STORE_TEST(test_each_in_order),
                                       STORE_TEST(test_settings),
                                       STORE_TEST(test_odd_names),
                                       STORE_TEST(test_passwords),
                                       STORE_TEST(test_a_name_of_many),
                                       STORE_TEST(test_new_keys_of_krbtgt),
                                       STORE_TEST(test_ups_and_downs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
