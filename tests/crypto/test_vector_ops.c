/* The runner itself: it must be able to say no. */
#include "crypto/vector_ops.h"
#include "tests/crypto/opened.h"

static enum vector_result run(const char *text, const char **why)
{
    struct vector_file file;
    const char *error;
    assert_true(vector_file_read(mem, bytes_str(text), "inline", &file, &error));
    return vector_run_crypto(crypto, &file.cases[0], mem, why);
}

#define AES128_EMPTY                                                                               \
    "[c]\nop.txt=encrypt\nenctype.int=17\nkey=5a5c0f0ba54f3828b2195e66ca24a289\nusage.int=0\n"     \
    "plaintext=\nconfounder=814fc74e38526a9c5922c0ee1677e36d\n"

static void what_is_right_passes(void **state)
{
    (void)state;
    const char *why = "unset";
    assert_int_equal(run(AES128_EMPTY
                         "ciphertext=49ff8e11c173d9583a3254fbe7b1f1df36c538e8416784a1672e6676\n",
                         &why),
                     VECTOR_PASSED);
    assert_null(why);
}

static void what_is_wrong_fails(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "[c]\nop.txt=md4\ninput=61\noutput=bde52cb31de33e46245e05fbdbd6fb25\n",
        "[c]\nop.txt=md4\ninput=61\noutput=bde52cb31de33e46245e05fbdbd6fb\n",
        "[c]\nop.txt=md4\ninput=61\n",
        "[c]\nop.txt=rc4\nkey=\ninput=00\noutput=00\n",
        "[c]\nop.txt=n-fold\ninput=61\nbits.int=63\noutput=00\n",
        "[c]\nop.txt=n-fold\ninput=61\noutput=\n",
        "[c]\nop.txt=aes-cts\nkey=00\niv=00\ninput=00\noutput=00\n",
        "[c]\nop.txt=aes-block\nkey=00112233445566778899aabbccddeeff\ninput=00\noutput=00\n",
        "[c]\nop.txt=prf\nenctype.int=17\nkey=00\ninput=\noutput=00\n",
        "[c]\nop.txt=string-to-key\nenctype.int=3\npassword=\nsalt=\nkey=00\n",
        "[c]\nop.txt=checksum\ncksumtype.int=16\nenctype.int=0\ninput=\noutput=00\n",
        "[c]\nop.txt=string-to-key\nenctype.int=18\npassword=\nsalt=\niterations.int=0\nkey=00\n",
        AES128_EMPTY "ciphertext=49ff8e11c173d9583a3254fbe7b1f1df36c538e8416784a1672e6677\n",
        AES128_EMPTY "ciphertext=00\n",
        AES128_EMPTY,
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *why = NULL;
        assert_int_equal(run(rows[i], &why), VECTOR_FAILED);
        assert_non_null(why);
    }
}

static void what_is_unknown_is_skipped(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"[c]\nop.txt=spake\n", "op spake is not implemented"},
        {"[c]\nkey=00\n", "op  is not implemented"},
        {"[c]\nop.txt=encrypt\nenctype.int=99\n", "enctype 99 is not implemented"},
        {"[c]\nop.txt=prf\n", "enctype 0 is not implemented"},
        {"[c]\nop.txt=checksum\ncksumtype.int=99\n", "cksumtype 99 is not implemented"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *why = NULL;
        assert_int_equal(run(rows[i].text, &why), VECTOR_SKIPPED);
        assert_string_equal(why, rows[i].why);
    }
}

static void text_is_as_good_as_hexadecimal(void **state)
{
    (void)state;
    const char *why;
    assert_int_equal(
        run("[c]\nop.txt=md4\ninput.txt=a\noutput=bde52cb31de33e46245e05fbdbd6fb24\n", &why),
        VECTOR_PASSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_passes),
        cmocka_unit_test(what_is_wrong_fails),
        cmocka_unit_test(what_is_unknown_is_skipped),
        cmocka_unit_test(text_is_as_good_as_hexadecimal),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
