/* Every published vector that cryptography answers, a test each, named as in its file. */
#include "crypto/vector_ops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const files[] = {
    "tests/vectors/primitives.txt",     "tests/vectors/rfc3961.txt",
    "tests/vectors/rfc3962.txt",        "tests/vectors/rfc8009.txt",
    "tests/vectors/rfc6113-fx-cf2.txt", "tests/vectors/krb5-encrypt-sha1-rc4.txt",
    "tests/vectors/krb5-more.txt",      "tests/vectors/rfc6803-camellia.txt",
    "tests/vectors/http-digest.txt",    "tests/vectors/ms-nrpc.txt",
};

static struct crypto *crypto;
static struct arena *mem;

static struct bytes whole_file(const char *path)
{
    static char text[1 << 18];
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(2);
    }
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    return arena_copy(mem, bytes_of(text, n));
}

static void one_case(void **state)
{
    const char *why;
    switch (vector_run_crypto(crypto, *state, mem, &why)) {
    case VECTOR_PASSED:
        break;
    case VECTOR_FAILED:
        fail_msg("%s", why);
        break;
    case VECTOR_SKIPPED:
        fail_msg("%s", why); /* every published case is computed */
    }
}

static int run_file(const char *path)
{
    struct vector_file file;
    const char *error;
    if (!vector_file_read(mem, whole_file(path), path, &file, &error)) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    struct CMUnitTest *tests = arena_array(mem, struct CMUnitTest, file.n);
    for (size_t i = 0; i < file.n; i++)
        tests[i] = (struct CMUnitTest){
            .name = file.cases[i].name, .test_func = one_case, .initial_state = &file.cases[i]};
    return _cmocka_run_group_tests(path, tests, file.n, NULL, NULL);
}

int main(void)
{
    int failures = 0;
    crypto = crypto_new();
    mem = arena_new(1 << 16);
    if (!crypto || !mem)
        return 2;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        failures += run_file(files[i]);
    arena_free(mem);
    crypto_free(crypto);
    return failures ? 1 : 0;
}
