/* Every published case of NTLM, a test each, named as in its file; and whether the runner would
 * notice a wrong one. */
#include "context/vector_ops.h"
#include "wire/vector_ops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const files[] = {
    "tests/vectors/ms-nlmp-4.2.txt",
    "tests/vectors/davenport-ntlm.txt",
    "tests/vectors/ntlmv2-cbt-mic-example.txt",
    "tests/vectors/ntlm-recorded.txt",
};

static struct crypto *crypto;
static struct arena *mem, *scratch;

static enum vector_result run(const struct vector_case *c, const char **why)
{
    enum vector_result result = vector_run_wire(c, scratch, why);
    return result == VECTOR_SKIPPED ? vector_run_context(crypto, c, scratch, why) : result;
}

static void one_case(void **state)
{
    const char *why = NULL;
    if (run(*state, &why) != VECTOR_PASSED)
        fail_msg("%s", why);
    arena_reset(scratch);
}

/* Any field that says what comes out, with one bit changed. Messages of a logon may differ in what
 * nothing in the case vouches for. */
static void a_wrong_field_is_noticed(void **state)
{
    struct vector_case *c = *state;
    const char *why;
    bool logon = strstr(vector_op(c, mem), "verify") || strstr(vector_op(c, mem), "must-fail");
    for (size_t i = 0; i < c->n; i++) {
        struct vector_field *f = &c->fields[i];
        bool message =
            f->name.n > 8 && bytes_equal_str(bytes_slice(f->name, f->name.n - 8, 8), "_message");
        if (f->kind != VECTOR_OCTETS || message || bytes_equal_str(f->name, "message") ||
            (logon && bytes_equal_str(f->name, "server_challenge")))
            continue;
        ((uint8_t *)(uintptr_t)f->value.p)[f->value.n - 1] ^= 1;
        assert_int_equal(run(c, &why), VECTOR_FAILED);
        assert_non_null(why);
        ((uint8_t *)(uintptr_t)f->value.p)[f->value.n - 1] ^= 1;
        arena_reset(scratch);
    }
}

static struct bytes whole_file(const char *path)
{
    static char text[1 << 16];
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(2);
    }
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    return arena_copy(mem, bytes_of(text, n));
}

static int run_file(const char *path)
{
    struct vector_file file;
    const char *error;
    if (!vector_file_read(mem, whole_file(path), path, &file, &error)) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    struct CMUnitTest *tests = arena_array(mem, struct CMUnitTest, 2 * file.n);
    for (size_t i = 0; i < file.n; i++) {
        tests[2 * i] = (struct CMUnitTest){
            .name = file.cases[i].name, .test_func = one_case, .initial_state = &file.cases[i]};
        tests[2 * i + 1] = (struct CMUnitTest){.name = file.cases[i].name,
                                               .test_func = a_wrong_field_is_noticed,
                                               .initial_state = &file.cases[i]};
    }
    return _cmocka_run_group_tests(path, tests, 2 * file.n, NULL, NULL);
}

int main(void)
{
    int failures = 0;
    crypto = crypto_new();
    mem = arena_new(1 << 16);
    scratch = arena_new(1 << 16);
    if (!crypto || !mem || !scratch)
        return 2;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        failures += run_file(files[i]);
    arena_free(scratch);
    arena_free(mem);
    crypto_free(crypto);
    return failures ? 1 : 0;
}
