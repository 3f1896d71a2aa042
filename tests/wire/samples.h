/* The messages of tests/vectors/asn1-messages.txt, for the tests of the codec and of the second
 * reader. Included by one .c file a program. */
#ifndef TESTS_WIRE_SAMPLES_H
#define TESTS_WIRE_SAMPLES_H

#include "base/text.h"
#include "wire/codec.h"
#include "wire/kerberos.h"
#include "wire/vector_ops.h"

#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define SAMPLES "tests/vectors/asn1-messages.txt"

static inline struct vector_file samples_read(struct arena *mem)
{
    static char text[1 << 16];
    struct vector_file file;
    const char *error;
    FILE *f = fopen(SAMPLES, "rb");
    if (!f) {
        perror(SAMPLES);
        exit(2);
    }
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    if (!vector_file_read(mem, bytes_of(text, n), SAMPLES, &file, &error)) {
        fprintf(stderr, "%s\n", error);
        exit(2);
    }
    return file;
}

/* One of them, and what it is. */
static inline struct bytes sample(const struct vector_case *c, struct arena *mem,
                                  const struct asn_type **type)
{
    struct bytes der;
    *type = vector_asn_type(vector_op(c, mem));
    assert_non_null(*type);
    assert_true(vector_octets(c, "der", &der));
    return der;
}

/* Hexadecimal, spaces allowed. */
static inline struct bytes hex(struct arena *mem, const char *text)
{
    struct bytes out;
    size_t at;
    assert_true(hex_decode(mem, bytes_str(text), &out, &at));
    return out;
}

/* A dynamic test for each sample; fn finds its case in *state. */
static inline int samples_run(const char *group, struct arena *mem, CMUnitTestFunction fn)
{
    struct vector_file file = samples_read(mem);
    struct CMUnitTest *tests = arena_array(mem, struct CMUnitTest, file.n);
    for (size_t i = 0; i < file.n; i++)
        tests[i] = (struct CMUnitTest){
            .name = file.cases[i].name, .test_func = fn, .initial_state = &file.cases[i]};
    return _cmocka_run_group_tests(group, tests, file.n, NULL, NULL);
}

#endif
