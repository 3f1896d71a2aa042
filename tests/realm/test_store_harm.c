/* The store under harm: killed writers, files cut off or torn, a full disk, a disk that fails. What
 * was answered for is there; what is not whole is told, and never believed. */
#include "store_support.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

/* The disk fails when it is told to: these stand before the C library's for everyone. */
static bool sync_fails, write_fails;

int fdatasync(int fd)
{
    (void)fd;
    errno = EIO;
    return sync_fails ? -1 : 0; /* here nothing survives the machine anyway */
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pwrite");
    errno = EIO;
    return write_fails ? -1 : real(fd, p, n, at);
}

ssize_t pwritev(int fd, const struct iovec *p, int n, off_t at)
{
    static ssize_t (*real)(int, const struct iovec *, int, off_t);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pwritev");
    errno = EIO;
    return write_fails ? -1 : real(fd, p, n, at);
}

#define USERS 400 /* of a file that is cut or torn */

static const char *user(unsigned i)
{
    return arena_printf(mem, "user%u", i);
}

static void check_users(unsigned first, unsigned n)
{
    struct store *s = opened(STORE_CHECK);
    struct store_reader *r = store_reader(s, mem, &error);
    const struct realm *realm = store_begin(r);
    for (unsigned i = first; i < n; i++) {
        assert_string_equal(look(realm, user(i), LOOKUP_CLIENT), user(i));
        assert_string_equal(look(realm, arena_printf(mem, "HTTP/%s", user(i)), LOOKUP_SERVICE),
                            user(i));
    }
    store_end(r);
    store_reader_free(r);
    store_close(s);
}

static void add_users(unsigned first, unsigned n)
{
    struct store *s = opened(STORE_CHANGE);
    for (unsigned i = first; i < n; i++) {
        struct account a = account_of(user(i), arena_printf(mem, "HTTP/%s", user(i)), NULL);
        struct store_change *c = change_of(s);
        assert_true(store_add(c, &a, NULL));
        commit(c);
    }
    store_close(s);
}

/* ---- kill -9 --------------------------------------------------------------------------------- */

static _Noreturn void write_until_killed(int out, unsigned first)
{
    char *why = NULL;
    struct store *s = store_open(file, STORE_CHANGE, mem, &why);
    for (unsigned i = first; s; i++) {
        struct store_change *c = store_change(s, mem, &why);
        struct account a = account_of(user(i), arena_printf(mem, "HTTP/%s", user(i)), NULL);
        if (!c || !store_add(c, &a, NULL) || !store_commit(c, &why) ||
            write(out, &i, sizeof i) != sizeof i)
            break;
    }
    _exit(1);
}

static void test_a_killed_writer(void **state)
{
    (void)state;
    create(false);
    unsigned acknowledged = 0;
    for (int round = 0; round < 25; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (!child)
            write_until_killed(ends[1], acknowledged);
        close(ends[1]);
        usleep(1000 + (useconds_t)(round * 1791 % 29000));
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        unsigned i;
        while (read(ends[0], &i, sizeof i) == sizeof i)
            acknowledged = i + 1;
        close(ends[0]);
        check_users(0, acknowledged);
        /* One more may have been made lasting before its answer was written. */
        struct store *s = opened(STORE_CHANGE);
        struct store_change *c = change_of(s);
        size_t n = realm_count(store_changed(c));
        assert_true(n == acknowledged || n == acknowledged + 1);
        acknowledged = (unsigned)n;
        store_abort(c);
        store_close(s);
    }
    print_message("%u accounts were acknowledged, each is there\n", acknowledged);
    assert_true(acknowledged > 25);
}

/* ---- cut off and torn ------------------------------------------------------------------------ */

static struct bytes whole_file(void)
{
    struct stat is;
    int fd = open(file, O_RDONLY);
    assert_int_equal(fstat(fd, &is), 0);
    uint8_t *p = arena_take(mem, (size_t)is.st_size);
    assert_int_equal(read(fd, p, (size_t)is.st_size), is.st_size);
    close(fd);
    return bytes_of(p, (size_t)is.st_size);
}

static void write_file(struct bytes b)
{
    int fd = open(file, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, b.p, b.n), (ssize_t)b.n);
    close(fd);
}

/* Opened, everything can be read; or it is told why not. */
static bool opens_whole(unsigned users)
{
    struct store *s = store_open(file, STORE_READ, mem, &error);
    if (!s) {
        assert_true(strstr(error, "cut off") || strstr(error, "not a store"));
        return false;
    }
    store_close(s);
    check_users(0, users);
    return true;
}

static void test_cut_off_at_every_page(void **state)
{
    (void)state;
    create(false);
    add_users(0, USERS);
    struct bytes whole = whole_file();
    assert_true(whole.n > 20 * 4096);
    unsigned opened_whole = 0;
    for (size_t n = 0; n < whole.n; n += 4096) {
        write_file(bytes_slice(whole, 0, n));
        opened_whole += opens_whole(USERS);
        write_file(bytes_slice(whole, 0, n + 1000 < whole.n ? n + 1000 : n));
        opened_whole += opens_whole(USERS);
    }
    print_message("%zu pages; %u cuts took only pages that are free\n", whole.n / 4096,
                  opened_whole);
    assert_true(opened_whole < whole.n / 4096);
    write_file(whole);
    assert_true(opens_whole(USERS));
}

/* A page of nothing, of ones, or of another page, in the place of each. Opened, it may give out
 * less, but it does not end the program. */
static void test_torn_pages(void **state)
{
    (void)state;
    create(false);
    add_users(0, USERS);
    struct bytes whole = whole_file();
    unsigned refused = 0;
    for (size_t page = 0; page < whole.n / 4096; page++)
        for (int how = 0; how < 3; how++) {
            uint8_t *torn = (uint8_t *)(uintptr_t)arena_copy(mem, whole).p;
            if (how == 2)
                memcpy(torn + page * 4096, whole.p + (page + 3) * 4096 % (whole.n - 4096), 4096);
            else
                memset(torn + page * 4096, how ? 0xff : 0, 4096);
            write_file(bytes_of(torn, whole.n));
            struct store *s = store_open(file, STORE_READ, mem, &error);
            refused += !s;
            struct store_reader *r = s ? store_reader(s, mem, &error) : NULL;
            const struct realm *realm = r ? store_begin(r) : NULL;
            for (unsigned i = 0; realm && i < USERS; i++)
                look(realm, user(i), LOOKUP_CLIENT);
            if (realm)
                store_end(r);
            store_reader_free(r);
            store_close(s);
        }
    print_message("%u of %zu torn files were refused\n", refused, 3 * (whole.n / 4096));
    assert_true(refused > 0);
    write_file(whole);
}

static void test_other_files(void **state)
{
    (void)state;
    assert_null(store_open(file, STORE_READ, mem, &error));
    assert_non_null(strstr(error, "No such file"));
    assert_null(store_open(folder, STORE_READ, mem, &error));
    assert_non_null(strstr(error, "regular file"));
    create(false);
    assert_false(store_create(file, BYTES_LIT("X"), &(struct realm_policy){0}, mem, &error));
    assert_non_null(strstr(error, "exists"));
    write_file(BYTES_LIT("title: a scenario\n"));
    assert_null(store_open(file, STORE_READ, mem, &error));
    assert_non_null(strstr(error, "not a store"));
}

/* Two names of one file are one store: who changes it by the one waits for who does by the other.
 */
static void test_by_another_name(void **state)
{
    (void)state;
    char other[128], lock[160];
    struct stat is;
    snprintf(other, sizeof other, "%s/link", folder);
    snprintf(lock, sizeof lock, "%s-lock", other);
    create(false);
    assert_int_equal(symlink(file, other), 0);
    struct store *s = store_open(other, STORE_CHANGE, mem, &error);
    assert_non_null(s);
    assert_int_not_equal(stat(lock, &is), 0);
    store_close(s);
    unlink(other);
}

/* ---- a full disk, a failing one -------------------------------------------------------------- */

static bool try_to_add(struct store *s, unsigned i)
{
    struct store_change *c = store_change(s, mem, &error);
    struct account a = account_of(user(i), arena_printf(mem, "HTTP/%s", user(i)), NULL);
    return c && store_add(c, &a, NULL) && store_commit(c, &error);
}

static void test_no_space(void **state)
{
    (void)state;
    create(false);
    struct store *s = opened(STORE_CHANGE);
    struct rlimit before, little = {128 * 1024, 128 * 1024};
    getrlimit(RLIMIT_FSIZE, &before);
    little.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &little);
    unsigned n = 0;
    while (n < 10000 && try_to_add(s, n))
        n++;
    setrlimit(RLIMIT_FSIZE, &before);
    assert_true(n > 10 && n < 10000);
    assert_non_null(strstr(error, "nothing was changed"));
    assert_true(try_to_add(s, n)); /* there is room again */
    store_close(s);
    check_users(0, n + 1);
}

static void test_a_disk_that_fails(void **state)
{
    (void)state;
    create(false);
    add_users(0, 10);
    struct store *s = opened(STORE_CHANGE);
    sync_fails = true;
    assert_false(try_to_add(s, 10));
    assert_non_null(strstr(error, "nothing was changed"));
    sync_fails = false;
    assert_true(try_to_add(s, 10));
    write_fails = true;
    assert_false(try_to_add(s, 11));
    write_fails = false;
    store_close(s);
    check_users(0, 11);
    s = opened(STORE_CHANGE);
    struct store_change *c = change_of(s);
    assert_int_equal(realm_count(store_changed(c)), 11);
    store_abort(c);
    assert_true(try_to_add(s, 11));
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_a_killed_writer),  STORE_TEST(test_cut_off_at_every_page),
        STORE_TEST(test_torn_pages),       STORE_TEST(test_other_files),
        STORE_TEST(test_by_another_name),  STORE_TEST(test_no_space),
        STORE_TEST(test_a_disk_that_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
