/* What the tests of the AS share: an asker a test, and an answer that is a refusal. */
#ifndef TESTS_KDC_AS_CASE_H
#define TESTS_KDC_AS_CASE_H

#include "tests/kdc/asker.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct asker *a;

static int setup(void **state)
{
    (void)state;
    a = asker_new();
    a->turn.tell = &a->heard.story;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asker_free(a);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TGS     "krbtgt/EXAMPLE.TEST"

#endif
