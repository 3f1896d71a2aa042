#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

/* What a decoder should do with an input: give these octets, or refuse at that offset. */
struct decoding {
    struct bytes in, out;
    int at; /* -1: accepted */
};

#define GIVES(in, out)                                                                             \
    {                                                                                              \
        BYTES_LIT(in), BYTES_LIT(out), -1                                                          \
    }
#define REFUSED(in, at)                                                                            \
    {                                                                                              \
        BYTES_LIT(in), {0}, at                                                                     \
    }

static void assert_decodes(const struct decoding *d, bool ok, struct bytes out, size_t at)
{
    if (d->at < 0) {
        assert_true(ok);
        assert_true(bytes_equal(out, d->out));
        return;
    }
    assert_false(ok);
    assert_int_equal(at, d->at);
}

static void hex(void **state)
{
    (void)state;
    static const struct decoding rows[] = {
        {{0}, {0}, -1},
        GIVES("00ff7f", "\x00\xff\x7f"),
        GIVES("DeadBEEF", "\xde\xad\xbe\xef"),
        GIVES(" de:ad-be\tef\r\n", "\xde\xad\xbe\xef"),
        REFUSED("0", 1),
        REFUSED("de a", 4),
        REFUSED("d ead", 1),
        REFUSED("0x00", 1),
        REFUSED("00gg", 2),
        REFUSED("00/0", 2),
        REFUSED("00@0", 2),
        REFUSED("00`0", 2),
        REFUSED("00\xff", 2),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes out;
        size_t at = 0;
        bool ok = hex_decode(mem, rows[i].in, &out, &at);
        assert_decodes(&rows[i], ok, out, at);
    }
    assert_string_equal(hex_text(mem, BYTES_LIT("\x00\x9f\xff")), "009fff");
    assert_string_equal(hex_text(mem, (struct bytes){0}), "");
}

static const struct {
    const char *octets, *text;
} rfc4648[] = {{"", ""},
               {"f", "Zg=="},
               {"fo", "Zm8="},
               {"foo", "Zm9v"},
               {"foob", "Zm9vYg=="},
               {"fooba", "Zm9vYmE="},
               {"foobar", "Zm9vYmFy"}};

static void base64_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rfc4648 / sizeof *rfc4648; i++) {
        struct bytes out;
        size_t at;
        assert_string_equal(base64_text(mem, bytes_str(rfc4648[i].octets)), rfc4648[i].text);
        assert_true(base64_decode(mem, bytes_str(rfc4648[i].text), false, &out, &at));
        assert_true(bytes_equal_str(out, rfc4648[i].octets));
    }
}

static void base64_is_strict(void **state)
{
    (void)state;
    static const struct decoding rows[] = {
        GIVES("+/+/", "\xfb\xff\xbf"),
        REFUSED("Zg", 2),       /* no padding */
        REFUSED("Zg=", 3),      /* half of it */
        REFUSED("Z", 1),        /* */
        REFUSED("Z===", 1),     /* six bits are no octet */
        REFUSED("====", 0),     /* */
        REFUSED("Zg==Zg==", 4), /* something after the end */
        REFUSED("Zg===", 4),    /* */
        REFUSED("Zh==", 1),     /* bits left over */
        REFUSED("Zm9=", 2),     /* */
        REFUSED("Z=g=", 1),     /* a digit behind padding */
        REFUSED("Zg=g", 3),     /* */
        REFUSED("Zm9v\n", 4),   /* white space */
        REFUSED("Zm-_", 2),     /* the other alphabet */
        REFUSED("Zm\0v", 2),    /* */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes out;
        size_t at = 99;
        bool ok = base64_decode(mem, rows[i].in, false, &out, &at);
        assert_decodes(&rows[i], ok, out, at);
    }
}

static void base64_with_spaces(void **state)
{
    (void)state;
    static const struct decoding rows[] = {
        GIVES(" Zm9v\r\n Ym\tE = \n", "fooba"),
        GIVES(" \n", ""),
        REFUSED("Zg= =\nZ", 6),
        REFUSED("Zg= \n", 5),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes out;
        size_t at = 99;
        bool ok = base64_decode(mem, rows[i].in, true, &out, &at);
        assert_decodes(&rows[i], ok, out, at);
    }
}

static void base64_of_every_length(void **state)
{
    (void)state;
    uint8_t octets[256];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 37);
    for (size_t n = 0; n <= sizeof octets; n++) {
        struct bytes out;
        size_t at;
        char *text = base64_text(mem, bytes_of(octets, n));
        assert_int_equal(strlen(text), (n + 2) / 3 * 4);
        assert_true(base64_decode(mem, bytes_str(text), false, &out, &at));
        assert_true(bytes_equal(out, bytes_of(octets, n)));
        assert_true(hex_decode(mem, bytes_str(hex_text(mem, out)), &out, &at));
        assert_true(bytes_equal(out, bytes_of(octets, n)));
    }
}

static void utf8_validity(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "alice",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {
        "\x80",             /* a continuation alone */
        "\xc0\x80",         /* overlong NUL */
        "\xc1\xbf",         /* overlong */
        "\xe0\x9f\xbf",     /* overlong */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",     /* surrogate */
        "\xed\xbf\xbf",     /* surrogate */
        "\xf4\x90\x80\x80", /* past U+10FFFF */
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
        "a\xc3",        /* cut short */
        "\xe2\x82",     /* cut short */
        "\xf0\x9d\x84", /* cut short */
        "\xe2\x28\xa1", /* no continuation */
        "\xc3\x28",     /* no continuation */
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(utf8_valid(bytes_str(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(utf8_valid(bytes_str(bad[i])));
    assert_true(utf8_valid(BYTES_LIT("a\0b")));
}

static void utf16_of_names(void **state)
{
    (void)state;
    static const struct {
        struct bytes utf8, utf16;
    } rows[] = {
        {{0}, {0}},
        {BYTES_LIT("User"), BYTES_LIT("U\0s\0e\0r\0")},
        {BYTES_LIT("\xc3\x9f"), BYTES_LIT("\xdf\x00")},
        {BYTES_LIT("\xe2\x82\xac"), BYTES_LIT("\xac\x20")},
        {BYTES_LIT("\xef\xbf\xbf"), BYTES_LIT("\xff\xff")},
        {BYTES_LIT("\xf0\x9d\x84\x9e"), BYTES_LIT("\x34\xd8\x1e\xdd")},
        {BYTES_LIT("\xf4\x8f\xbf\xbf"), BYTES_LIT("\xff\xdb\xff\xdf")},
        {BYTES_LIT("a\0b"), BYTES_LIT("a\0\0\0b\0")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes out;
        size_t at;
        assert_true(utf16le_from_utf8(mem, rows[i].utf8, &out, &at));
        assert_true(bytes_equal(out, rows[i].utf16));
        assert_true(utf8_from_utf16le(mem, rows[i].utf16, &out, &at));
        assert_true(bytes_equal(out, rows[i].utf8));
    }
}

static void utf16_is_strict(void **state)
{
    (void)state;
    static const struct decoding rows[] = {
        REFUSED("U", 0),
        REFUSED("U\0s", 2),
        REFUSED("U\0\x34\xd8", 2),              /* a high surrogate at the end */
        REFUSED("U\0\x34\xd8s\0", 2),           /* and before something else */
        REFUSED("\x34\xd8\x34\xd8\x1e\xdd", 0), /* two of them */
        REFUSED("U\0\x1e\xdds\0", 2),           /* a low one first */
        REFUSED("\x34\xd8\x1e", 0),             /* half of a low one */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes out;
        size_t at = 99;
        bool ok = utf8_from_utf16le(mem, rows[i].in, &out, &at);
        assert_decodes(&rows[i], ok, out, at);
    }
    struct bytes out;
    size_t at;
    assert_false(utf16le_from_utf8(mem, BYTES_LIT("ab\xed\xa0\x80"), &out, &at));
    assert_int_equal(at, 2);
}

static void every_code_point_goes_both_ways(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10ffff; point += point < 0x11000 ? 1 : 251) {
        if (point >= 0xd800 && point <= 0xdfff)
            continue;
        uint8_t octets[4];
        struct bytes utf8 = {octets, utf8_put(point, octets)}, out, back;
        uint32_t read;
        size_t at;
        assert_true(utf16le_from_utf8(mem, utf8, &out, &at));
        assert_true(utf8_from_utf16le(mem, out, &back, &at));
        assert_true(bytes_equal(utf8, back));
        assert_true(utf8_next(&utf8, &read));
        assert_int_equal(read, point);
        assert_int_equal(utf8.n, 0);
        arena_reset(mem);
    }
}

static void what_is_shown(void **state)
{
    (void)state;
    static const struct {
        struct bytes in;
        const char *shown;
    } rows[] = {
        {{0}, ""},
        {BYTES_LIT("host/www.example.test"), "host/www.example.test"},
        {BYTES_LIT("J\xc3\xbcrgen \xe2\x82\xac \xf0\x9d\x84\x9e"),
         "J\xc3\xbcrgen \xe2\x82\xac \xf0\x9d\x84\x9e"},
        {BYTES_LIT("a\0b\n\t\r\x7f"), "a\\x00b\\x0a\\x09\\x0d\\x7f"},
        {BYTES_LIT("\x1b[2J"), "\\x1b[2J"},
        {BYTES_LIT("\xc2\x9b"
                   "2J"),
         "\\xc2\\x9b2J"}, /* CSI as one C1 character */
        {BYTES_LIT("\x9b"
                   "2J"),
         "\\x9b2J"},                           /* and as an octet */
        {BYTES_LIT("caf\xe9!"), "caf\\xe9!"},  /* Latin-1 */
        {BYTES_LIT("\xe2\x82"), "\\xe2\\x82"}, /* cut short */
        {BYTES_LIT("\xe2\x80\xae"
                   "x"),
         "\\xe2\\x80\\xaex"}, /* right to left */
        {BYTES_LIT("a\xe2\x80\x8b"
                   "b"),
         "a\\xe2\\x80\\x8b"
         "b"}, /* no width */
        {BYTES_LIT("\xef\xbb\xbf"
                   "a"),
         "\\xef\\xbb\\xbf"
         "a"},
        {BYTES_LIT("EXAMPLE\\alice"), "EXAMPLE\\alice"},
        {BYTES_LIT("EXAMPLE\\xavier"), "EXAMPLE\\xavier"},
        {BYTES_LIT("a\\x1b"), "a\\x5cx1b"}, /* not to be taken for an ESC */
        {BYTES_LIT("a\\x1"), "a\\x1"},
        {BYTES_LIT("\\"), "\\"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(text_escape(mem, rows[i].in), rows[i].shown);
}

/* Whatever comes in, what goes out is UTF-8 without a control character. */
static void nothing_shown_moves_the_cursor(void **state)
{
    (void)state;
    uint8_t octets[3];
    for (unsigned i = 0; i < 0x1000000; i += 97) {
        put_be16(octets, (uint16_t)(i >> 8));
        octets[2] = (uint8_t)i;
        struct bytes shown = bytes_str(text_escape(mem, bytes_of(octets, 3)));
        uint32_t point;
        while (utf8_next(&shown, &point))
            assert_true(point >= 0x20 && (point < 0x7f || point > 0x9f));
        assert_int_equal(shown.n, 0);
        arena_reset(mem);
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
        cmocka_unit_test(hex),
        cmocka_unit_test(base64_examples),
        cmocka_unit_test(base64_is_strict),
        cmocka_unit_test(base64_with_spaces),
        cmocka_unit_test(base64_of_every_length),
        cmocka_unit_test(utf8_validity),
        cmocka_unit_test(utf16_of_names),
        cmocka_unit_test(utf16_is_strict),
        cmocka_unit_test(every_code_point_goes_both_ways),
        cmocka_unit_test(what_is_shown),
        cmocka_unit_test(nothing_shown_moves_the_cursor),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
