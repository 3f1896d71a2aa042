/* A store in which bits have flipped: an account is given out as it was, or not at all; and nothing
 * ends the program, whoever reads and whoever changes. */
#include "store_support.h"

#include "realm/store_record.h"

#include <fcntl.h>

#define USERS 60
#ifndef FLIPS
#define FLIPS 600 /* damaged files */
#endif

static struct account accounts[USERS];
static uint64_t seed = 1;

static size_t draw(size_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (size_t)(seed >> 33) % below;
}

/* Some with few names, some with many, one too large for a page. */
static void make_accounts(void)
{
    for (unsigned i = 0; i < USERS; i++) {
        char *spns = arena_printf(mem, "HTTP/h%u HOST/h%u:%u HTTP/s%u", i, i, 8000 + i, i % 4);
        struct account *a = &accounts[i];
        *a = account_of(arena_printf(mem, "user%u", i), spns,
                        arena_printf(mem, "u%u@example.test", i));
        if (i == 7) {
            struct PrincipalName *many = arena_array(mem, struct PrincipalName, 400);
            for (unsigned k = 0; k < 400; k++)
                many[k] = named(arena_printf(mem, "cifs/server%u.example.test", k));
            a->spns = many;
            a->n_spns = 400;
        }
        struct account_key *key = arena_new_of(mem, struct account_key);
        assert_true(key_import(18, bytes_str("0123456789abcdef0123456789abcdef"), &key->key));
        key->key.lasting = true;
        key->kvno = i + 1;
        a->keys = key;
        a->n_keys = 1;
    }
}

static struct bytes make_store(void)
{
    static uint8_t whole[1 << 20];
    int32_t etypes[] = {18};
    struct realm_policy p = {
        .etypes = etypes, .n_etypes = 1, .windows_names = true, .duplicates = true};
    assert_true(store_create(file, BYTES_LIT("EXAMPLE.TEST"), &p, mem, &error));
    struct store *s = opened(STORE_CHANGE);
    struct store_change *c = change_of(s);
    make_accounts();
    for (unsigned i = 0; i < USERS; i++)
        assert_true(store_add(c, &accounts[i], NULL));
    struct trust t = {.realm = BYTES_LIT("OTHER.TEST"), .inbound = true};
    store_set_trust(c, &t);
    commit(c);
    add_one(s, "later", NULL, NULL); /* some pages are free by now */
    store_close(s);
    int fd = open(file, O_RDONLY);
    ssize_t n = read(fd, whole, sizeof whole);
    close(fd);
    assert_true(n > 0 && n < (ssize_t)sizeof whole);
    return bytes_of(whole, (size_t)n);
}

static void write_damaged(struct bytes whole)
{
    static uint8_t damaged[1 << 20];
    memcpy(damaged, whole.p, whole.n);
    for (size_t flips = 1 + draw(3); flips; flips--)
        damaged[draw(whole.n)] ^= (uint8_t)(1 << draw(8));
    if (draw(3) == 0) /* at the head of a page, where it hurts most */
        damaged[draw(whole.n / 4096) * 4096 + draw(200)] ^= (uint8_t)(1 << draw(8));
    int fd = open(file, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, damaged, whole.n), (ssize_t)whole.n);
    close(fd);
}

static struct {
    unsigned refused, right, missing, wrong;
} seen;

static void compare(const struct account *found, const struct account *was, struct arena *turn)
{
    if (!found)
        seen.missing++;
    else if (bytes_equal(record_account(turn, found), record_account(turn, was)))
        seen.right++;
    else
        seen.wrong++;
}

static bool count_one(void *arg, const struct account *a)
{
    *(size_t *)arg += a->n_keys;
    return true;
}

static void read_all(struct store *s, struct arena *turn)
{
    struct store_reader *r = store_reader(s, turn, &error);
    const struct realm *realm = r ? store_begin(r) : NULL;
    for (unsigned i = 0; realm && i < USERS; i++) {
        struct PrincipalName own = accounts[i].name, spn = accounts[i].spns[1];
        compare(realm_lookup(realm, turn, &own, LOOKUP_CLIENT, NULL), &accounts[i], turn);
        compare(realm_lookup(realm, turn, &spn, LOOKUP_SERVICE, NULL), &accounts[i], turn);
    }
    size_t keys = 0;
    if (realm) {
        realm_each(realm, turn, count_one, &keys);
        store_end(r);
    }
    store_reader_free(r);
}

static void change_some(struct store *s, struct arena *turn)
{
    struct store_change *c = store_change(s, turn, &error);
    if (!c)
        return;
    for (unsigned i = 0; i < USERS; i += 3) {
        struct account a = accounts[i];
        a.n_spns = 0;
        a.flags = ACCOUNT_DISABLED;
        store_set(c, &accounts[i].name, &a, NULL);
        store_remove(c, &accounts[i + 1].name);
    }
    struct account more = account_of("more", "HTTP/more", NULL);
    store_add(c, &more, NULL);
    store_commit(c, &error);
}

static void test_flipped_bits(void **state)
{
    (void)state;
    struct bytes whole = make_store();
    struct arena *turn = arena_new(1 << 20);
    for (unsigned i = 0; i < FLIPS; i++, arena_reset(turn)) {
        write_damaged(whole);
        struct store *s = store_open(file, i % 2 ? STORE_CHANGE : STORE_READ, turn, &error);
        seen.refused += !s;
        if (s)
            read_all(s, turn);
        if (s && i % 2)
            change_some(s, turn);
        store_close(s);
    }
    arena_free(turn);
    print_message("%zu octets, %d damaged files: %u refused; of the others' accounts %u as they "
                  "were, %u not found, %u otherwise\n",
                  whole.n, FLIPS, seen.refused, seen.right, seen.missing, seen.wrong);
    assert_true(seen.refused > 0 && seen.right > 0);
    assert_int_equal(seen.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {STORE_TEST(test_flipped_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
