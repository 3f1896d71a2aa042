/* What a reader can be shown of every message of every scenario: leaves tile it and each plaintext
 * in it, each leaf has words, everything sealed opens with the keys told, and the second reader
 * finds the same in every Kerberos message and plaintext. */
#include "base/text.h"
#include "tests/sim/runs.h"
#include "trace/catalogue.h"
#include "wire/second.h"

static struct second *second;

struct span {
    size_t at, end;
    const char *path;
};

static int by_start(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return x->at != y->at ? (x->at < y->at ? -1 : 1) : (x->end > y->end) - (x->end < y->end);
}

/* Put in order, each leaf of a root begins where the one before ended. */
static void check_tiles(const struct root *root, const char *where)
{
    size_t n = 0, room = 0, next = 0;
    for (struct field *f = root->top; f; f = field_next(f))
        room++;
    struct span *leaves = arena_array(mem, struct span, room);
    for (struct field *f = root->top; f; f = field_next(f))
        if (f->root == root && field_leaf(f, &leaves[n].at, &leaves[n].end))
            leaves[n++].path = f->path;
    qsort(leaves, n, sizeof *leaves, by_start);
    for (size_t i = 0; i < n; next = leaves[i++].end)
        if (leaves[i].at != next)
            fail_msg("%s: %s begins at %zu, the leaf before it ended at %zu", where, leaves[i].path,
                     leaves[i].at, next);
    if (next != root->data.n)
        fail_msg("%s: the leaves of %s end at %zu of %zu", where, root->what, next, root->data.n);
}

static void check_second(const struct root *root, const char *where)
{
    const char *why = "";
    const struct asn_type *type = root->top->type;
    if (type && !second_agrees(second, type, root->data, mem, &why))
        fail_msg("%s: %s: %s", where, root->what, why);
}

static void check_field(struct field *f, const char *where)
{
    if (!f->header && !f->words)
        fail_msg("%s: %s has no words", where, f->path);
    if (f->header && !*header_words(mem, f))
        fail_msg("%s: the header of %s has no words", where, f->path);
    if (f->state == FIELD_SEALED || f->state == FIELD_BROKEN || f->state == FIELD_OPAQUE)
        fail_msg("%s: %s is %s", where, f->path,
                 f->state == FIELD_SEALED   ? "sealed"
                 : f->state == FIELD_BROKEN ? "broken"
                                            : "opaque");
}

static void check_message(const struct event *e, const char *name, const struct keyring *keys)
{
    const char *where = arena_printf(mem, "%s, packet %zu", name, e->number);
    struct root *root = dissect(e->data, e->via, keys, crypto, mem);
    check_tiles(root, where);
    check_second(root, where);
    for (struct field *f = root->top; f; f = field_next(f)) {
        check_field(f, where);
        if (!f->inner)
            continue;
        check_tiles(f->inner, where);
        check_second(f->inner, where);
    }
}

static void one_scenario(void **state)
{
    const struct scenario_builtin *b = *state;
    struct scenario s;
    char *error = NULL;
    mem = arena_new(0);
    assert_true(scenario_load(mem, b->name, &s, &error));
    struct trace *t = run_expecting(&s, RUN_AS_EXPECTED);
    struct keyring keys = keyring_of(t, t->n, mem);
    for (size_t i = 1; i <= t->packets; i++)
        check_message(trace_packet(t, i), b->name, &keys);
    arena_free(mem);
}

/* Armor, challenges and strengthened keys follow from the long-term keys (RFC 6113 5.4): who has
 * those reads all of a capture, though nobody tells the others. */
static void fast_opens_with_long_term_keys(void **state)
{
    (void)state;
    struct scenario s;
    struct keyring all, keys = {0};
    char *error = NULL;
    mem = arena_new(0);
    assert_true(scenario_load(mem, "fast-armor", &s, &error));
    struct trace *t = run_expecting(&s, RUN_AS_EXPECTED);
    all = keyring_of(t, t->n, mem);
    for (size_t i = 0; i < all.n; i++)
        if (strncmp(all.keys[i].name, "K/", 2) == 0)
            keyring_add(&keys, all.keys[i], mem);
    for (size_t new = 1; new;) {
        new = 0;
        for (size_t i = 1; i <= t->packets; i++) {
            const struct event *e = trace_packet(t, i);
            new += dissect_learn(dissect(e->data, e->via, &keys, crypto, mem), &keys, crypto, mem);
        }
    }
    for (size_t i = 1; i <= t->packets; i++)
        check_message(trace_packet(t, i), "fast-armor", &keys);
    arena_free(mem);
}

/* Every step told in any scenario has its sentence. */
static void steps_have_sentences(void **state)
{
    (void)state;
    size_t n, gaps = 0;
    scenario_builtins(&n);
    mem = arena_new(0);
    for (size_t i = 0; i < n; i++) {
        struct trace *t = run_expecting(scenario_builtin(i), RUN_AS_EXPECTED);
        for (size_t j = 0; j < t->n; j++) {
            const char *gap =
                t->events[j]->kind == EVENT_STEP ? sentence_gap(mem, t->events[j]) : NULL;
            if (!gap)
                continue;
            print_error("%s lacks %s\n", t->events[j]->id, gap);
            gaps++;
        }
    }
    arena_free(mem);
    assert_int_equal(gaps, 0);
}

static int make_all(void **state)
{
    return (second = second_new()) ? make_crypto(state) : -1;
}

static int free_all(void **state)
{
    second_free(second);
    return free_crypto(state);
}

int main(void)
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    struct CMUnitTest *tests = calloc(n + 2, sizeof *tests);
    if (!tests)
        return 2;
    for (size_t i = 0; i < n; i++)
        tests[i] = (struct CMUnitTest){.name = all[i].name,
                                       .test_func = one_scenario,
                                       .initial_state = (void *)(uintptr_t)&all[i]};
    tests[n] = (struct CMUnitTest)cmocka_unit_test(steps_have_sentences);
    tests[n + 1] = (struct CMUnitTest)cmocka_unit_test(fast_opens_with_long_term_keys);
    int failed = _cmocka_run_group_tests("leaves", tests, n + 2, make_all, free_all);
    free(tests);
    return failed;
}
