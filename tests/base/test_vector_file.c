#include "base/vector_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

static bool read_text(const char *text, struct vector_file *out, const char **error)
{
    return vector_file_read(mem, bytes_str(text), "f.txt", out, error);
}

static void a_file_is_cases_of_fields(void **state)
{
    (void)state;
    struct vector_file f;
    const char *error;
    struct bytes b;
    assert_true(read_text("# about\n\n[one]\nop.txt=md4\ninput=\noutput=31d6\n\n"
                          "[two]\r\nn.int=-138\r\nsalt.txt= a=b \r\n\r\n",
                          &f, &error));
    assert_int_equal(f.n, 2);
    assert_string_equal(f.cases[0].name, "one");
    assert_int_equal(f.cases[0].line, 3);
    assert_int_equal(f.cases[0].n, 3);
    assert_string_equal(vector_op(&f.cases[0], mem), "md4");
    assert_true(vector_octets(&f.cases[0], "input", &b) && b.n == 0);
    assert_true(vector_octets(&f.cases[0], "output", &b) && b.n == 2);
    assert_false(vector_octets(&f.cases[0], "key", &b));
    assert_int_equal(vector_number(&f.cases[1], "n", 0), -138);
    assert_int_equal(vector_number(&f.cases[1], "m", 7), 7);
    assert_false(vector_octets(&f.cases[1], "n", &b));
    assert_true(vector_octets(&f.cases[1], "salt", &b) && bytes_equal_str(b, " a=b "));
    assert_string_equal(vector_op(&f.cases[1], mem), "");
}

static void the_last_line_needs_no_end(void **state)
{
    (void)state;
    struct vector_file f;
    const char *error;
    assert_true(read_text("[a]\nx=00", &f, &error));
    assert_int_equal(f.cases[0].n, 1);
    assert_true(read_text("", &f, &error));
    assert_int_equal(f.n, 0);
}

static void many_cases_and_fields(void **state)
{
    (void)state;
    char text[20000], *at = text;
    for (int i = 0; i < 100; i++) {
        at += sprintf(at, "[case-%d]\n", i);
        for (int k = 0; k < i % 20; k++)
            at += sprintf(at, "f%d.int=%d\n", k, i * k);
    }
    struct vector_file f;
    const char *error;
    assert_true(read_text(text, &f, &error));
    assert_int_equal(f.n, 100);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(f.cases[i].n, i % 20);
        assert_int_equal(vector_number(&f.cases[i], "f7", -1), i % 20 > 7 ? i * 7 : -1);
    }
}

static void errors_have_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"x=00\n", "f.txt:1:1: a field outside a case"},
        {"[a]\n\nx=00\n", "f.txt:3:1: a field outside a case"},
        {"[a\n", "f.txt:1:3: a case is [name]"},
        {"[]\n", "f.txt:1:3: a case is [name]"},
        {"[a]\nx\n", "f.txt:2:2: a field is name=value"},
        {"[a]\n=00\n", "f.txt:2:1: a field is name=value"},
        {"[a]\nxy=00q\n", "f.txt:2:6: not two hexadecimal digits"},
        {"[a]\nxy=000\n", "f.txt:2:7: not two hexadecimal digits"},
        {"[a]\nx.int=1a\n", "f.txt:2:7: not a decimal number"},
        {"[a]\nx.int=\n", "f.txt:2:7: not a decimal number"},
        {"[a]\nx.int=-\n", "f.txt:2:7: not a decimal number"},
        {"[a]\nx.int=1234567890123456789\n", "f.txt:2:7: not a decimal number"},
        {"[a]\nx=00\nx.txt=a\n", "f.txt:3:1: this field stands twice in the case"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vector_file f;
        const char *error = "";
        assert_false(read_text(rows[i].text, &f, &error));
        assert_string_equal(error, rows[i].error);
    }
}

static int open_arena(void **state)
{
    (void)state;
    return (mem = arena_new(1 << 12)) ? 0 : -1;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_cases_of_fields),
        cmocka_unit_test(the_last_line_needs_no_end),
        cmocka_unit_test(many_cases_and_fields),
        cmocka_unit_test(errors_have_a_place),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
