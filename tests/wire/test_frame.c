/* The length before each message on TCP. */
#include "wire/frame.h"
#include "tests/wire/flat_support.h"

static void streams_are_cut(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t limit;
        enum frame_state state;
        const char *message;
        size_t used;
    } table[] = {
        {"", 0, FRAME_MORE, "", 0},
        {"000000", 0, FRAME_MORE, "", 0},
        {"00000000", 0, FRAME_WHOLE, "", 4},
        {"00000001", 0, FRAME_MORE, "", 0},
        {"00000001 aa", 0, FRAME_WHOLE, "aa", 5},
        {"00000001 aa bb", 0, FRAME_WHOLE, "aa", 5},
        {"00000002 aabb", 2, FRAME_WHOLE, "aabb", 6},
        {"00000003 aabbcc", 2, FRAME_LONG, "", 0},
        {"00000003", 2, FRAME_LONG, "", 0},
        {"7fffffff", 0, FRAME_MORE, "", 0},
        {"80000000", 0, FRAME_HIGH, "", 0},
        {"80000001 aa", 2, FRAME_HIGH, "", 0},
        {"ffffffff", 0, FRAME_HIGH, "", 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct bytes message, in = exactly(octets(table[i].in));
        size_t used;
        assert_int_equal(frame_read(in, table[i].limit, &message, &used), table[i].state);
        if (table[i].state == FRAME_WHOLE) {
            assert_bytes(message, octets(table[i].message));
            assert_int_equal(used, table[i].used);
        }
        tiles(frame_walk, in);
        release(in);
    }
}

static void messages_are_framed(void **state)
{
    (void)state;
    assert_bytes(frame_write(mem, octets("aabb")), octets("00000002 aabb"));
    assert_bytes(frame_write(mem, (struct bytes){0}), octets("00000000"));
    assert_int_equal(frame_write(mem, (struct bytes){NULL, (size_t)1 << 31}).n, 0);
}

static void the_map_has_every_frame(void **state)
{
    (void)state;
    assert_string_equal(map_text(frame_walk, octets("00000001 aa 00000000 00000009 bb")),
                        "0-5 frame[0]\n"
                        "0-4 frame[0].length\n"
                        "4-5 frame[0].message\n"
                        "5-9 frame[1]\n"
                        "5-9 frame[1].length\n"
                        "9-14 unread\n");
}

static void a_high_bit_is_a_fault_of_the_map(void **state)
{
    (void)state;
    struct faults f = {.mem = mem};
    struct tiler t = {.v = {tiler_enter, tiler_leave}};
    assert_false(frame_walk(octets("00000000 80000000"), mem, &f, &t.v));
    assert_fault(&f, "a high bit", (struct expected_fault){"frame.high-bit", "length", 4});
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FLAT_TEST(streams_are_cut),
        FLAT_TEST(messages_are_framed),
        FLAT_TEST(the_map_has_every_frame),
        FLAT_TEST(a_high_bit_is_a_fault_of_the_map),
    };
    return cmocka_run_group_tests_name("wire/frame", tests, NULL, NULL);
}
