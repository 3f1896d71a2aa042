#include "base/when.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text;
    int64_t seconds;
} times[] = {
    {"19700101000000Z", 0},
    {"19691231235959Z", -1},
    {"20000229120000Z", 951825600},
    {"20380119031407Z", 2147483647}, /* the last second of 32 bits with sign */
    {"20380119031408Z", 2147483648},
    {"21060207062815Z", 4294967295}, /* and without */
    {"21060207062816Z", 4294967296},
    {"21000228235959Z", 4107542399}, /* 2100 is no leap year */
    {"21000301000000Z", 4107542400},
    {"24000229000000Z", 13574563200},
    {"99991231235959Z", 253402300799},
    {"00000101000000Z", -62167219200},
};

static void kerberos_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t when;
        uint8_t out[KERBEROS_TIME_LEN];
        assert_true(when_read_kerberos(bytes_str(times[i].text), &when));
        assert_true(when == times[i].seconds * SECOND);
        when_write_kerberos(when, out);
        assert_memory_equal(out, times[i].text, KERBEROS_TIME_LEN);
        when_write_kerberos(when + SECOND - 1, out); /* the fraction is cut, downwards */
        assert_memory_equal(out, times[i].text, KERBEROS_TIME_LEN);
    }
}

static void what_is_no_kerberos_time(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "20161231235960Z", /* the leap second that was */
        "20230229000000Z", /* no leap year */
        "21000229000000Z", /* nor this */
        "20230431000000Z",   "20231301000000Z",     "20230001000000Z",
        "20230100000000Z",   "20230101240000Z",     "20230101006000Z",
        "20230101000000z",   "20230101000000",      "20230101000000Z ",
        "2023010100000 Z",   "+0230101000000Z",     "202301010000Z",
        "20230101000000.5Z", "20230101000000+0000", "",
    };
    int64_t when = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(when_read_kerberos(bytes_str(bad[i]), &when));
    assert_int_equal(when, 77);
}

static void times_past_the_calendar_are_held(void **state)
{
    (void)state;
    uint8_t out[KERBEROS_TIME_LEN];
    when_write_kerberos(NEVER, out);
    assert_memory_equal(out, "99991231235959Z", KERBEROS_TIME_LEN);
    when_write_kerberos(INT64_MIN, out);
    assert_memory_equal(out, "00000101000000Z", KERBEROS_TIME_LEN);
}

static void every_day_of_the_calendar(void **state)
{
    (void)state;
    struct date before = {0};
    for (int64_t day = -719528; day <= 2932896; day++) {
        struct date d = when_to_date(day * 86400 + 86399);
        int64_t seconds;
        assert_true(when_from_date(d.year, d.month, d.day, d.hour, d.minute, d.second, &seconds));
        assert_true(seconds == day * 86400 + 86399);
        assert_true(d.day == before.day + 1 || d.day == 1);
        before = d;
    }
    assert_int_equal(before.year, 9999);
}

static void times_for_people(void **state)
{
    (void)state;
    char out[WHEN_TEXT];
    int64_t when = 1795294315 * SECOND + 42;
    assert_string_equal(when_text(when, false, out), "2026-11-21 20:51:55Z");
    assert_string_equal(when_text(when, true, out), "2026-11-21 20:51:55.000042Z");
    assert_string_equal(when_text(-1, true, out), "1969-12-31 23:59:59.999999Z");
    assert_true(strlen(when_text(NEVER, true, out)) < WHEN_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kerberos_times),
        cmocka_unit_test(what_is_no_kerberos_time),
        cmocka_unit_test(times_past_the_calendar_are_held),
        cmocka_unit_test(every_day_of_the_calendar),
        cmocka_unit_test(times_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
