/* Each scenario's run as text, byte for byte: tests/golden/NAME.txt. UPDATE=1 in the environment
 * writes the files anew; `git diff` then shows what became different. */
#include "base/text.h"
#include "tests/sim/runs.h"
#include "trace/sheet.h"
#include "trace/text.h"

#define WIDTH 32 /* octets a line */

/* Everything that the trace holds: the rendering with fields and keys, then each packet's octets
 * as they left and, where that differs, as they arrived. */
static void put_octets(struct sheet *out, struct bytes b)
{
    for (size_t at = 0; at < b.n; at += WIDTH)
        sheet_printf(out, "  %04zx  %s\n", at, hex_text(mem, bytes_slice(b, at, WIDTH)));
}

static struct bytes golden_text(const struct trace *t)
{
    struct sheet out = {.mem = mem};
    struct text_options options = {.width = 100, .fields = true, .with_keys = true};
    sheet_str(&out, trace_text(t, &options, crypto, mem));
    for (size_t i = 1; i <= t->packets; i++) {
        const struct event *e = trace_packet(t, i);
        sheet_printf(&out, "\npacket %zu: %zu octets\n", i, e->data.n);
        put_octets(&out, e->data);
        if (bytes_equal(e->data, e->arrived))
            continue;
        sheet_printf(&out, "arrived: %zu octets\n", e->arrived.n);
        put_octets(&out, e->arrived);
    }
    return bytes_of(out.p, out.n);
}

static struct bytes read_golden(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return (struct bytes){0};
    enum { MOST = 4 << 20 };
    uint8_t *p = arena_take(mem, MOST);
    size_t n = fread(p, 1, MOST, f);
    fclose(f);
    return bytes_of(p, n);
}

static void write_golden(const char *path, struct bytes text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
    assert_int_equal(fclose(f), 0);
}

/* The first line that is not the same, for the reader of a failure. */
static void show_difference(const char *path, struct bytes want, struct bytes got)
{
    size_t line = 1, start = 0, i = 0;
    for (; i < want.n && i < got.n && want.p[i] == got.p[i]; i++)
        if (want.p[i] == '\n') {
            line++;
            start = i + 1;
        }
    struct bytes a = bytes_slice(want, start, want.n), b = bytes_slice(got, start, got.n);
    const void *a_end = memchr(a.p, '\n', a.n), *b_end = memchr(b.p, '\n', b.n);
    fail_msg("%s:%zu: (UPDATE=1 writes it anew)\n- %.*s\n+ %.*s", path, line,
             (int)(a_end ? (size_t)((const uint8_t *)a_end - a.p) : a.n), (const char *)a.p,
             (int)(b_end ? (size_t)((const uint8_t *)b_end - b.p) : b.n), (const char *)b.p);
}

static void one_scenario(void **state)
{
    const struct scenario_builtin *b = *state;
    struct scenario s;
    char *error = NULL;
    mem = arena_new(0);
    assert_true(scenario_load(mem, b->name, &s, &error));
    struct bytes first = golden_text(run_expecting(&s, RUN_AS_EXPECTED));
    struct bytes second = golden_text(run_expecting(&s, RUN_AS_EXPECTED));
    assert_true(bytes_equal(first, second));

    struct trace *other;
    struct world_options seed = {.has_seed = true, .seed = s.seed + 1};
    assert_int_equal(world_run(&s, &seed, mem, crypto, &other), RUN_AS_EXPECTED);
    assert_false(bytes_equal(first, golden_text(other)));

    const char *path = arena_printf(mem, "tests/golden/%s.txt", b->name),
               *update = getenv("UPDATE");
    if (update && strcmp(update, "1") == 0)
        write_golden(path, first);
    struct bytes golden = read_golden(path);
    if (!bytes_equal(first, golden))
        show_difference(path, golden, first);
    arena_free(mem);
}

int main(void)
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    struct CMUnitTest *tests = calloc(n, sizeof *tests);
    if (!tests)
        return 2;
    for (size_t i = 0; i < n; i++)
        tests[i] = (struct CMUnitTest){.name = all[i].name,
                                       .test_func = one_scenario,
                                       .initial_state = (void *)(uintptr_t)&all[i]};
    int failed = _cmocka_run_group_tests("golden", tests, n, make_crypto, free_crypto);
    free(tests);
    return failed;
}
