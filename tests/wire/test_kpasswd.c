/* Messages of the password protocol, and their results. */
#include "wire/kpasswd.h"
#include "tests/wire/flat_support.h"

static const struct {
    bool result;
    const char *in;
    struct expected_fault fault;
} table[] = {
    {false, "", {"kpasswd.cut", "message-length", 0}},
    {false, "00", {"kpasswd.cut", "message-length", 0}},
    {false, "0006 0001", {"kpasswd.length", "message-length", 0}},
    {false, "0005 0001 0000", {"kpasswd.length", "message-length", 0}},
    {false, "0007 0001 0000", {"kpasswd.length", "message-length", 0}},
    {false, "0002", {"kpasswd.cut", "protocol-version", 2}},
    {false, "0005 ff80 00", {"kpasswd.cut", "AP-length", 4}},
    {false, "0008 ff80 0003 6e01", {"kpasswd.ap-length", "AP-length", 4}},
    {false, "0006 0001 ffff", {"kpasswd.ap-length", "AP-length", 4}},
    {true, "", {"kpasswd.cut", "result-code", 0}},
    {true, "00", {"kpasswd.cut", "result-code", 0}},
};

static void every_fault_says_where(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = kpasswd_fault_table(&n);
    flat_watch(rows, n);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct faults f = {.mem = mem};
        struct kpasswd_message m;
        struct kpasswd_result r;
        struct bytes in = exactly(octets(table[i].in));
        assert_false(table[i].result ? kpasswd_result_read(in, &f, &r) : kpasswd_read(in, &f, &m));
        assert_fault(&f, table[i].in, table[i].fault);
        assert_false(tiles(table[i].result ? kpasswd_result_walk : kpasswd_walk, in));
        release(in);
    }
    assert_all_reached();
}

static void a_message_is_read_and_written(void **state)
{
    (void)state;
    struct kpasswd_message m;
    struct bytes in = octets("000f ff80 0004 6e020500 750305aabb");
    assert_true(kpasswd_read(in, NULL, &m));
    assert_int_equal(m.version, KPASSWD_SET);
    assert_bytes(m.ap, octets("6e020500"));
    assert_bytes(m.rest, octets("750305aabb"));
    assert_bytes(kpasswd_write(mem, &m), in);
    assert_string_equal(map_text(kpasswd_walk, in), "0-2 message-length\n"
                                                    "2-4 protocol-version\n"
                                                    "4-6 AP-length\n"
                                                    "6-10 AP\n"
                                                    "10-15 rest\n");
    assert_true(kpasswd_is(in));
    assert_false(kpasswd_is_reply(in));
}

static void a_reply_is_one_with_an_ap_rep_or_with_nothing_in_its_place(void **state)
{
    (void)state;
    struct kpasswd_message with = {.version = KPASSWD_CHANGE, .ap = octets("6f020500")};
    struct kpasswd_message without = {.version = KPASSWD_CHANGE, .rest = octets("7e020500")};
    assert_true(kpasswd_is_reply(kpasswd_write(mem, &with)));
    assert_true(kpasswd_is_reply(kpasswd_write(mem, &without)));
    assert_true(kpasswd_is_reply(kpasswd_write(mem, &(struct kpasswd_message){.version = 1})));
}

static void other_octets_are_no_message(void **state)
{
    (void)state;
    static const char *const others[] = {"", "0006 0001 00", "0006 0002 0000", "0007 0001 0000",
                                         "6a81 0001 0000"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(kpasswd_is(octets(others[i])));
}

static void what_two_octets_cannot_count_is_not_written(void **state)
{
    (void)state;
    static uint8_t zeros[UINT16_MAX];
    struct kpasswd_message m = {.version = 1, .rest = {zeros, UINT16_MAX - 6}};
    assert_int_equal(kpasswd_write(mem, &m).n, UINT16_MAX);
    m.ap = bytes_of(zeros, 1);
    assert_null(kpasswd_write(mem, &m).p);
}

static void a_result_is_read_and_written(void **state)
{
    (void)state;
    struct kpasswd_result r;
    struct bytes in = octets("0004 746f6f2073686f7274");
    assert_true(kpasswd_result_read(in, NULL, &r));
    assert_int_equal(r.code, 4);
    assert_bytes(r.text, BYTES_LIT("too short"));
    assert_bytes(kpasswd_result_write(mem, &r), in);
    assert_string_equal(map_text(kpasswd_result_walk, in), "0-2 result-code\n2-11 result-string\n");
    assert_true(kpasswd_result_read(octets("0000"), NULL, &r));
    assert_int_equal(r.text.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLAT_TEST(every_fault_says_where),
        FLAT_TEST(a_message_is_read_and_written),
        FLAT_TEST(a_reply_is_one_with_an_ap_rep_or_with_nothing_in_its_place),
        FLAT_TEST(other_octets_are_no_message),
        FLAT_TEST(what_two_octets_cannot_count_is_not_written),
        FLAT_TEST(a_result_is_read_and_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
