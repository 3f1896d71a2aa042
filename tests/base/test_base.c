/* Views, arenas, faults, the turn with its outbox and its story. */
#include "base/turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- bytes ---------------------------------------------------------------------------------- */

static void views_compare(void **state)
{
    (void)state;
    struct bytes none = {0};
    assert_true(bytes_equal(none, BYTES_LIT("")));
    assert_true(bytes_equal(BYTES_LIT("a\0b"), BYTES_LIT("a\0b")));
    assert_false(bytes_equal(BYTES_LIT("a\0b"), BYTES_LIT("a\0c")));
    assert_false(bytes_equal(BYTES_LIT("a"), BYTES_LIT("aa")));
    assert_true(bytes_equal_str(none, ""));
    assert_true(bytes_equal_nocase(BYTES_LIT("Example.TEST[`"), BYTES_LIT("eXAMPLE.test[`")));
    assert_false(bytes_equal_nocase(BYTES_LIT("@["), BYTES_LIT("`{")));
    assert_false(bytes_equal_nocase(BYTES_LIT("\xc4"), BYTES_LIT("\xe4")));
    assert_true(bytes_starts(BYTES_LIT("krbtgt/X"), BYTES_LIT("krbtgt/")));
    assert_true(bytes_starts(none, none));
    assert_false(bytes_starts(BYTES_LIT("kr"), BYTES_LIT("krb")));
}

static void secrets_compare_whole(void **state)
{
    (void)state;
    uint8_t a[40] = {0}, b[40] = {0};
    assert_true(bytes_equal_secret((struct bytes){0}, (struct bytes){0}));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] = 0x80;
        assert_false(bytes_equal_secret(bytes_of(a, 40), bytes_of(b, 40)));
        b[i] = 0;
    }
    assert_true(bytes_equal_secret(bytes_of(a, 40), bytes_of(b, 40)));
    assert_false(bytes_equal_secret(bytes_of(a, 40), bytes_of(b, 39)));
}

static void slices_stay_inside(void **state)
{
    (void)state;
    struct bytes b = BYTES_LIT("abcdef");
    assert_true(bytes_equal_str(bytes_slice(b, 1, 3), "bcd"));
    assert_true(bytes_equal_str(bytes_slice(b, 4, SIZE_MAX), "ef"));
    assert_int_equal(bytes_slice(b, 7, 1).n, 0);
    assert_int_equal(bytes_slice(b, SIZE_MAX, SIZE_MAX).n, 0);
    assert_null(bytes_slice((struct bytes){0}, 3, 3).p);
}

static void integers_have_an_order(void **state)
{
    (void)state;
    uint8_t p[8];
    put_be64(p, 0x0123456789abcdef);
    assert_memory_equal(p, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
    assert_true(be64(p) == 0x0123456789abcdef && le64(p) == 0xefcdab8967452301);
    assert_int_equal(be32(p), 0x01234567);
    assert_int_equal(le32(p), 0x67452301);
    assert_int_equal(be16(p + 6), 0xcdef);
    assert_int_equal(le16(p + 6), 0xefcd);
    put_le64(p, 0xfedcba9876543210);
    assert_memory_equal(p, "\x10\x32\x54\x76\x98\xba\xdc\xfe", 8);
    assert_true(le64(p) == 0xfedcba9876543210);
    assert_int_equal(be32((const uint8_t *)"\xff\xff\xff\xff"), UINT32_MAX);
    wipe(p, sizeof p);
    assert_memory_equal(p, "\0\0\0\0\0\0\0\0", 8);
    wipe(NULL, 0);
}

/* ---- arena ---------------------------------------------------------------------------------- */

static void what_is_taken_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    for (size_t n = 0; n < 5000; n += 37) {
        uint8_t *p = arena_take(a, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        if (n)
            memset(p, 0xa5, n);
    }
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    uint8_t *again = arena_take(a, 4000);
    for (size_t i = 0; i < 4000; i++)
        assert_int_equal(again[i], 0);
    arena_free(a);
    arena_free(NULL);
}

static void copies_live_on(void **state)
{
    (void)state;
    struct arena *a = arena_new(64);
    char text[] = "a\0b";
    struct bytes copy = arena_copy(a, bytes_of(text, 3));
    char *s = arena_str(a, BYTES_LIT("abc"));
    memset(text, 'x', 3);
    assert_true(bytes_equal(copy, BYTES_LIT("a\0b")));
    assert_string_equal(s, "abc");
    assert_string_equal(arena_str(a, (struct bytes){0}), "");
    assert_string_equal(arena_printf(a, "%d of %s", 7, "nine"), "7 of nine");
    arena_free(a);
}

/* Does taking n octets leave by the escape? */
static bool escapes(struct arena *a, size_t n)
{
    jmp_buf here;
    volatile bool left = true;
    jmp_buf *before = arena_escape(a, &here);
    if (setjmp(here) == 0) {
        arena_take(a, n);
        left = false;
    }
    arena_escape(a, before);
    return left;
}

static void the_limit_holds(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    arena_limit(a, 1024);
    assert_false(escapes(a, 1024));
    assert_true(escapes(a, 1));
    arena_reset(a);
    assert_false(escapes(a, 1000));
    assert_true(escapes(a, 17));
    assert_false(escapes(a, 16));
    assert_true(escapes(a, SIZE_MAX));
    arena_limit(a, 0);
    assert_true(escapes(a, SIZE_MAX - 15));
    assert_false(escapes(a, 100000));
    arena_free(a);
}

static bool array_escapes(struct arena *a, size_t size, size_t n)
{
    jmp_buf here;
    volatile bool left = true;
    jmp_buf *before = arena_escape(a, &here);
    if (setjmp(here) == 0) {
        arena_take_array(a, size, n);
        left = false;
    }
    arena_escape(a, before);
    return left;
}

static void an_array_too_long_to_count(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    assert_true(array_escapes(a, 16, SIZE_MAX / 8));
    assert_true(array_escapes(a, SIZE_MAX, 2));
    assert_false(array_escapes(a, 0, SIZE_MAX));
    assert_false(array_escapes(a, SIZE_MAX, 0));
    arena_free(a);
}

static void the_nth_taking_fails_on_demand(void **state)
{
    (void)state;
    struct arena *a = arena_new(0), *b = arena_new(0);
    arena_fail_after(3);
    assert_false(escapes(a, 1));
    assert_false(escapes(b, 1));
    assert_true(escapes(a, 1));
    assert_false(escapes(a, 1));
    arena_fail_after(1);
    arena_fail_after(0);
    assert_false(escapes(a, 1));
    arena_free(a);
    arena_free(b);
}

/* ---- fault ---------------------------------------------------------------------------------- */

static const struct fault_row short_row = {"der.short", "the value ends too early", "X.690 8.1.3",
                                           NULL};
static const struct fault_row pvno_row = {"as.pvno", "not version 5", "RFC 4120 5.4.1", "5"};
static unsigned observed;

static void observe(const struct fault *f)
{
    observed += f->row != NULL;
}

static void faults_are_kept_in_order(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct faults sink = {.mem = a};
    char path[] = "AS-REQ.pvno", found[] = "4";
    for (size_t i = 0; i < 20; i++)
        assert_false(fault_raise(&sink, (struct fault){&pvno_row, path, i, .found = found}));
    assert_false(fault_raise(&sink, (struct fault){&short_row, NULL, 0x41}));
    memset(path, 'x', 6);
    found[0] = 'x';
    assert_int_equal(sink.n, 21);
    assert_int_equal(sink.list[19].at, 19);
    assert_string_equal(fault_text(a, &sink.list[2]),
                        "AS-REQ.pvno, offset 0x2: not version 5; expected 5, found 4 "
                        "(RFC 4120 5.4.1)");
    assert_string_equal(fault_text(a, &sink.list[20]),
                        "offset 0x41: the value ends too early (X.690 8.1.3)");
    arena_free(a);
}

static void a_fault_without_a_sink_is_still_seen(void **state)
{
    (void)state;
    void (*before)(const struct fault *) = fault_observer;
    observed = 0;
    fault_observer = observe;
    assert_false(fault_raise(NULL, (struct fault){&short_row}));
    fault_observer = NULL;
    assert_false(fault_raise(NULL, (struct fault){&short_row}));
    assert_int_equal(observed, 1);
    fault_observer = before;
}

/* ---- turn and outbox ------------------------------------------------------------------------ */

static bool greedy(void *arg, const struct packet *p, struct turn *turn)
{
    (void)p;
    arena_take(turn->mem, *(size_t *)arg);
    return true;
}

static void a_turn_without_memory_is_false(void **state)
{
    (void)state;
    struct turn turn = {.mem = arena_new(0)};
    size_t little = 100, much = 2000;
    arena_limit(turn.mem, 1000);
    assert_true(turn_guarded(greedy, &little, NULL, &turn));
    assert_false(turn_guarded(greedy, &much, NULL, &turn));
    assert_true(turn_guarded(greedy, &little, NULL, &turn));
    arena_fail_after(1);
    assert_false(turn_guarded(greedy, &little, NULL, &turn));
    assert_null(arena_escape(turn.mem, NULL));
    arena_free(turn.mem);
}

static void replies_go_back_the_same_way(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct party alice = {"alice"}, kdc = {"kdc"};
    struct outbox box;
    struct packet in = {.via = VIA_TCP, .from = &alice, .to = &kdc, .limit = 1400};
    outbox_init(&box, a);
    outbox_reply(&box, &in, BYTES_LIT("reply"));
    outbox_close(&box, in.conn);
    assert_int_equal(box.n, 2);
    assert_ptr_equal(box.first->packet.to, &alice);
    assert_ptr_equal(box.first->packet.from, &kdc);
    assert_int_equal(box.first->packet.via, VIA_TCP);
    assert_true(bytes_equal_str(box.first->packet.data, "reply"));
    assert_int_equal(box.last->kind, OUT_CLOSE);
    assert_ptr_equal(box.first->next, box.last);
    arena_free(a);
}

/* ---- story ---------------------------------------------------------------------------------- */

static struct arg told[4];
static size_t n_told;

static void listen(struct story *s, const char *id, enum outcome outcome, const struct arg *args,
                   size_t n)
{
    (void)s;
    assert_string_equal(id, "kdc.as.client");
    assert_int_equal(outcome, STEP_DONE);
    n_told = n;
    memcpy(told, args, n * sizeof *args);
}

static int evaluations;

static int64_t evaluated(void)
{
    return ++evaluations;
}

static void nothing_is_built_for_nobody(void **state)
{
    (void)state;
    struct story story = {.step = listen};
    struct turn turn = {0};
    tell(&turn, STEP_DONE, "kdc.as.client", A_INT("kvno", evaluated()));
    assert_int_equal(evaluations, 0);
    turn.tell = &story;
    tell(&turn, STEP_DONE, "kdc.as.client", A_STR("cname", "alice"), A_INT("kvno", evaluated()));
    assert_int_equal(evaluations, 1);
    assert_int_equal(n_told, 2);
    assert_string_equal(told[1].name, "kvno");
    assert_int_equal(told[1].number, 1);
    tell(&turn, STEP_DONE, "kdc.as.client");
    assert_int_equal(n_told, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_compare),
        cmocka_unit_test(secrets_compare_whole),
        cmocka_unit_test(slices_stay_inside),
        cmocka_unit_test(integers_have_an_order),
        cmocka_unit_test(what_is_taken_is_zeroed_and_aligned),
        cmocka_unit_test(copies_live_on),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(an_array_too_long_to_count),
        cmocka_unit_test(the_nth_taking_fails_on_demand),
        cmocka_unit_test(faults_are_kept_in_order),
        cmocka_unit_test(a_fault_without_a_sink_is_still_seen),
        cmocka_unit_test(a_turn_without_memory_is_false),
        cmocka_unit_test(replies_go_back_the_same_way),
        cmocka_unit_test(nothing_is_built_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
