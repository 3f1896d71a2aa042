/* What the realm's tests share: an arena a test, names from text, and accounts in one line. */
#ifndef TESTS_REALM_SUPPORT_H
#define TESTS_REALM_SUPPORT_H

#include "realm/realm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

static int setup(void **state)
{
    (void)state;
    mem = arena_new(1 << 16);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static inline struct PrincipalName named(const char *text)
{
    struct PrincipalName n = {0};
    assert_true(principal_parse(mem, text, 1, &n, NULL));
    return n;
}

/* An enterprise name: one component, whatever stands in it. */
static inline struct PrincipalName enterprise(const char *text)
{
    struct bytes *at = arena_new_of(mem, struct bytes);
    *at = bytes_str(text);
    return (struct PrincipalName){.name_type = 10, .name_string = {at, 1}};
}

/* spns: separated by single spaces; NULL: none. */
static inline struct account account_of(const char *name, const char *spns, const char *upn)
{
    struct account a = {.name = named(name), .text = name};
    struct PrincipalName *list = arena_array(mem, struct PrincipalName, 16);
    char *text = arena_str(mem, bytes_str(spns ? spns : "")), *rest = NULL;
    for (char *spn = strtok_r(text, " ", &rest); spn; spn = strtok_r(NULL, " ", &rest))
        list[a.n_spns++] = named(spn);
    a.spns = list;
    a.upn = bytes_str(upn ? upn : "");
    return a;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
