/* A store in a folder of its own, for a test. */
#ifndef TESTS_STORE_SUPPORT_H
#define TESTS_STORE_SUPPORT_H

#include "realm/store.h"

#include "realm_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], file[96];
static char *error;

static int store_setup(void **state)
{
    setup(state);
    snprintf(folder, sizeof folder, "/tmp/tessera-store.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/realm", folder);
    error = NULL;
    return 0;
}

static int store_teardown(void **state)
{
    char path[128];
    unlink(file);
    snprintf(path, sizeof path, "%s-lock", file);
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
    return teardown(state);
}

static inline void create(bool windows)
{
    int32_t etypes[] = {18, 17};
    struct realm_policy p = {
        .skew = 5 * MINUTE, .etypes = etypes, .n_etypes = 2, .windows_names = windows};
    assert_true(store_create(file, BYTES_LIT("EXAMPLE.TEST"), &p, mem, &error));
}

static inline struct store *opened(enum store_use use)
{
    struct store *s = store_open(file, use, mem, &error);
    if (!s)
        fail_msg("%s", error);
    return s;
}

static inline struct store_change *change_of(struct store *s)
{
    struct store_change *c = store_change(s, mem, &error);
    if (!c)
        fail_msg("%s", error);
    return c;
}

static inline void commit(struct store_change *c)
{
    if (!store_commit(c, &error))
        fail_msg("%s", error);
}

/* Adds an account in a change of its own. */
static inline void add_one(struct store *s, const char *name, const char *spns, const char *upn)
{
    struct store_change *c = change_of(s);
    struct account a = account_of(name, spns, upn);
    assert_true(store_add(c, &a, NULL));
    commit(c);
}

static inline const char *look(const struct realm *r, const char *name, enum lookup_use use)
{
    struct PrincipalName n = named(name);
    const struct account *a = realm_lookup(r, mem, &n, use, NULL);
    return a ? a->text : "-";
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)

#endif
