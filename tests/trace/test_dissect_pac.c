/* PACs in the dissector: the published one, each octet a leaf with words, whole and damaged. */
#include "tests/trace/support.h"
#include "base/vector_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *mem, *keep;
static struct bytes data;

static int fresh(void **state)
{
    (void)state;
    arena_reset(mem);
    return 0;
}

static const char *value_at(struct root *r, const char *path)
{
    const struct field *f = field_find(r, path);
    if (!f)
        fail_msg("no field %s", path);
    return f->value;
}

#define PAC_AT "AuthorizationData[0].ad-data/PAC"
#define INFO   PAC_AT ".Buffer/LOGON_INFO.KERB_VALIDATION_INFO"

static void values(void **state)
{
    (void)state;
    struct root *r = dissect_as(data, &ASN_AuthorizationData, NULL, NULL, mem);
    assert_tiled(r);
    assert_string_equal(value_at(r, PAC_AT ".cBuffers"), "4");
    assert_string_equal(value_at(r, PAC_AT ".Buffers[0]"), "1 LOGON_INFO, 1200 octets at 72");
    assert_string_equal(value_at(r, PAC_AT ".Buffers[1].ulType"), "10 CLIENT_INFO");
    assert_string_equal(value_at(r, INFO ".PasswordLastSet"), "2006-03-18 10:44:54.837147Z");
    assert_string_equal(value_at(r, INFO ".LogoffTime"), "never");
    assert_string_equal(value_at(r, INFO ".UserId"), "2914711");
    assert_string_equal(value_at(r, INFO ".UserFlags"), "LOGON_EXTRA_SIDS");
}

/* Every leaf has words of its own: none is what is said where nothing is known. */
static void words(void **state)
{
    (void)state;
    struct root *r = dissect_as(data, &ASN_AuthorizationData, NULL, NULL, mem);
    size_t n = 0;
    for (struct field *f = r->top; f; f = field_next(f)) {
        if (!strstr(f->path, "/PAC") || f->header)
            continue;
        if (!f->words || f->words->place[0] == '?')
            fail_msg("no words for %s", f->path);
        n++;
    }
    assert_true(n > 300);
}

static void try(struct bytes in)
{
    assert_tiled(dissect_as(in, &ASN_AuthorizationData, NULL, NULL, mem));
    arena_reset(mem);
}

static void damaged(void **state)
{
    (void)state;
    uint8_t *copy = malloc(data.n);
    for (size_t i = 0; i < data.n; i++) {
        memcpy(copy, data.p, data.n);
        try(bytes_of(copy, i));
        copy[i] ^= (uint8_t)(1 << i % 8);
        try(bytes_of(copy, data.n));
    }
    free(copy);
}

int main(void)
{
    static char text[1 << 16];
    struct vector_file file;
    const char *error;
    mem = arena_new(1 << 16);
    keep = arena_new(1 << 16);
    FILE *f = fopen("tests/vectors/ms-pac.txt", "rb");
    if (!f ||
        !vector_file_read(keep, bytes_of(text, fread(text, 1, sizeof text, f)), "ms-pac", &file,
                          &error) ||
        !vector_octets(&file.cases[0], "authorization_data_der", &data))
        exit(2);
    fclose(f);
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(values, fresh),
                                       cmocka_unit_test_setup(words, fresh),
                                       cmocka_unit_test_setup(damaged, fresh)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    arena_free(keep);
    return failed;
}
