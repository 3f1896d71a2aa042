/* krb5.conf, as far as our client reads it. */
#include "sim/krb5_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char text[] = "[capaths]\n"
                           "  HOME = {\n"
                           "    NEAR = .\n"
                           "    FAR = ONE\n"
                           "    FAR = TWO\n"
                           "  }\n"
                           "  OTHER = {\n"
                           "    FAR = NEAR\n"
                           "  }\n"
                           "[domain_realm]\n"
                           "  .far.test = FAR\n"
                           "  far.test = FAR\n"
                           "  odd.far.test = HOME\n";
static struct krb5_conf conf;
static struct arena *mem;

static int begin(void **state)
{
    (void)state;
    char path[] = "/tmp/tessera-conf-XXXXXX", *error;
    int fd = mkstemp(path);
    mem = arena_new(0);
    bool ok = fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1;
    close(fd);
    ok = ok && krb5_conf_read(path, mem, &conf, &error);
    unlink(path);
    return !ok;
}

static int end(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static void the_way_goes_back_step_by_step(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *before;
        bool said;
    } rows[] = {
        {"HOME", "FAR", "TWO", true},  {"HOME", "TWO", "ONE", true}, {"HOME", "ONE", NULL, true},
        {"HOME", "NEAR", NULL, true},  {"HOME", "X", NULL, false},   {"OTHER", "FAR", "NEAR", true},
        {"OTHER", "NEAR", NULL, true}, {"X", "FAR", NULL, false},    {"OTHER", "ONE", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *before;
        assert_int_equal(krb5_conf_way(&conf, rows[i].from, rows[i].to, &before), rows[i].said);
        if (!rows[i].before)
            assert_null(before);
        else
            assert_string_equal(before, rows[i].before);
    }
}

static void a_host_is_of_the_realm_that_fits_best(void **state)
{
    (void)state;
    assert_string_equal(krb5_conf_realm_of(&conf, "www.far.test"), "FAR");
    assert_string_equal(krb5_conf_realm_of(&conf, "far.test"), "FAR");
    assert_string_equal(krb5_conf_realm_of(&conf, "odd.far.test"), "HOME");
    assert_null(krb5_conf_realm_of(&conf, "www.near.test"));
    assert_null(krb5_conf_realm_of(&conf, "notfar.test"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_way_goes_back_step_by_step),
        cmocka_unit_test(a_host_is_of_the_realm_that_fits_best),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
