/* Runs of scenarios, for the tests of this folder. */
#ifndef TESTS_SIM_RUNS_H
#define TESTS_SIM_RUNS_H

#include "sim/world.h"
#include "trace/dissect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct crypto *crypto;
static struct arena *mem;

static inline int make_crypto(void **state)
{
    (void)state;
    return (crypto = crypto_new()) ? 0 : -1;
}

static inline int free_crypto(void **state)
{
    (void)state;
    crypto_free(crypto);
    return 0;
}

static inline int make_arena(void **state)
{
    (void)state;
    return (mem = arena_new(0)) ? 0 : -1;
}

static inline int free_arena(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)

static inline struct scenario *scenario_text(const char *text)
{
    struct scenario *s = arena_new_of(mem, struct scenario);
    char *error = NULL;
    if (!scenario_read(mem, "test", bytes_str(text), s, &error))
        fail_msg("%s\n%s", text, error);
    return s;
}

static inline struct scenario *scenario_builtin(size_t i)
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    struct scenario *s = arena_new_of(mem, struct scenario);
    char *error = NULL;
    assert_true(i < n && scenario_load(mem, all[i].name, s, &error));
    return s;
}

static inline struct trace *run_expecting(const struct scenario *s, enum run_outcome expected)
{
    struct trace *trace;
    enum run_outcome outcome = world_run(s, NULL, mem, crypto, &trace);
    if (outcome != expected)
        for (size_t i = 0; i < trace->n; i++)
            if (trace->events[i]->kind == EVENT_RESULT)
                print_error("%s: %s\n", trace->events[i]->party, trace->events[i]->text);
    assert_int_equal(outcome, expected);
    return trace;
}

static inline const char *label_of(const struct event *packet)
{
    return message_label(dissect(packet->data, packet->via, NULL, NULL, mem), mem);
}

/* "AS-REQ, KRB-ERROR 25 KDC_ERR_PREAUTH_REQUIRED, ..."; lost ones in (), changed in ~, injected
 * after !. */
static inline const char *ladder(const struct trace *t)
{
    static const char *const marks[][2] = {
        [FATE_DELIVERED] = {"", ""},
        [FATE_DROPPED] = {"(", ")"},
        [FATE_CHANGED] = {"~", ""},
        [FATE_INJECTED] = {"!", ""},
    };
    char *text = arena_printf(mem, "%s", "");
    for (size_t i = 1; i <= t->packets; i++) {
        const struct event *e = trace_packet(t, i);
        text = arena_printf(mem, "%s%s%s%s%s", text, *text ? ", " : "", marks[e->fate][0],
                            label_of(e), marks[e->fate][1]);
    }
    return text;
}

/* The nth event (from 0) of a kind; with an id when that is not NULL. NULL: none. */
static inline const struct event *event_of(const struct trace *t, enum event_kind kind,
                                           const char *id, size_t nth)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->events[i]->kind == kind && (!id || strcmp(t->events[i]->id, id) == 0) && !nth--)
            return t->events[i];
    return NULL;
}

#endif
