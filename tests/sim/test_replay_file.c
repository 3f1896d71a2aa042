/* The replay cache in a file: nothing accepted is forgotten, and nothing is remembered for ever. */
#include "sim/replay_file.h"

#include "base/when.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW    (1795294315 * SECOND + 123456)
#define WINDOW (10 * MINUTE + SECOND)
#define RECORD 44

static struct arena *mem;
static char dir[] = "/tmp/tessera-test-XXXXXX";
static char *path;
static struct replay_file *file;

static void open_at(int64_t now)
{
    char *error;
    file = replay_file_open(path, 100000, now, mem, &error);
    if (!file)
        fail_msg("%s", error);
}

static void close_it(void)
{
    replay_file_close(file);
    file = NULL;
}

static int fresh(void **state)
{
    (void)state;
    unlink(path);
    open_at(NOW);
    return 0;
}

static int done(void **state)
{
    (void)state;
    close_it();
    return 0;
}

static bool unseen(const char *key, int64_t now)
{
    return replay_file_insert(file, bytes_str(key), now, WINDOW);
}

static off_t size(void)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void the_edge_belongs_to_what_is_remembered(void **state)
{
    (void)state;
    assert_true(unseen("a", NOW));
    assert_false(unseen("a", NOW));
    assert_false(unseen("a", NOW + WINDOW));
    assert_true(unseen("a", NOW + WINDOW + 1));
    assert_true(unseen("b", NOW));
}

static void a_restart_does_not_forget(void **state)
{
    (void)state;
    assert_true(unseen("a", NOW));
    close_it();
    open_at(NOW + SECOND);
    assert_false(unseen("a", NOW + WINDOW));
    assert_true(unseen("b", NOW + WINDOW));
    close_it();
    open_at(NOW + WINDOW + 1);
    assert_true(unseen("a", NOW + WINDOW + 1));
    assert_false(unseen("b", NOW + WINDOW + 1));
}

/* As after kill -9: the file is there as it was written, whatever is closed or not. */
static void what_was_answered_is_in_the_file(void **state)
{
    (void)state;
    assert_true(unseen("a", NOW));
    assert_int_equal(size(), 2 * RECORD);
}

static void a_torn_record_is_cut_off_and_the_others_stay(void **state)
{
    (void)state;
    for (off_t cut = 1; cut < RECORD; cut++) {
        done(NULL);
        fresh(NULL);
        assert_true(unseen("a", NOW));
        assert_true(unseen("b", NOW));
        close_it();
        assert_int_equal(truncate(path, 3 * RECORD - cut), 0);
        open_at(NOW);
        assert_int_equal(size(), 2 * RECORD);
        assert_false(unseen("a", NOW));
        assert_true(unseen("b", NOW));
        close_it();
        open_at(NOW);
        assert_false(unseen("b", NOW));
    }
}

static void a_record_that_was_changed_ends_what_is_read(void **state)
{
    (void)state;
    assert_true(unseen("a", NOW));
    assert_true(unseen("b", NOW));
    close_it();
    int fd = open(path, O_RDWR);
    assert_int_equal(pwrite(fd, "x", 1, 2 * RECORD + 7), 1);
    close(fd);
    open_at(NOW);
    assert_int_equal(size(), 2 * RECORD);
    assert_false(unseen("a", NOW));
}

static void what_is_over_is_left_out(void **state)
{
    (void)state;
    char key[32];
    for (int i = 0; i < 10; i++) {
        snprintf(key, sizeof key, "%d", i);
        assert_true(unseen(key, NOW + i));
    }
    assert_int_equal(size(), 11 * RECORD);
    close_it();
    open_at(NOW + WINDOW + 5);
    assert_int_equal(size(), 6 * RECORD); /* 5 to 9, and the first line */
}

static void another_program_cannot_have_it(void **state)
{
    (void)state;
    char *error;
    assert_null(replay_file_open(path, 10, NOW, mem, &error));
    assert_non_null(strstr(error, "another program has it"));
}

static void other_files_are_left_alone(void **state)
{
    (void)state;
    char *error;
    close_it();
    FILE *f = fopen(path, "w");
    fputs("something that somebody else wrote, and longer than a record\n", f);
    fclose(f);
    assert_null(replay_file_open(path, 10, NOW, mem, &error));
    assert_non_null(strstr(error, "is no replay cache"));
    assert_int_equal(size(), 61);
    assert_null(replay_file_open("/nowhere/at/all", 10, NOW, mem, &error));
    assert_non_null(strstr(error, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_edge_belongs_to_what_is_remembered, fresh, done),
        cmocka_unit_test_setup_teardown(a_restart_does_not_forget, fresh, done),
        cmocka_unit_test_setup_teardown(what_was_answered_is_in_the_file, fresh, done),
        cmocka_unit_test_setup_teardown(a_torn_record_is_cut_off_and_the_others_stay, fresh, done),
        cmocka_unit_test_setup_teardown(a_record_that_was_changed_ends_what_is_read, fresh, done),
        cmocka_unit_test_setup_teardown(what_is_over_is_left_out, fresh, done),
        cmocka_unit_test_setup_teardown(another_program_cannot_have_it, fresh, done),
        cmocka_unit_test_setup_teardown(other_files_are_left_alone, fresh, done),
    };
    mem = arena_new(0);
    if (!mem || !mkdtemp(dir))
        return 1;
    path = arena_printf(mem, "%s/replay", dir);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(dir);
    arena_free(mem);
    return failed;
}
