/* Every scenario again with its packets damaged on the way: cut short at each octet, and each bit
 * flipped. Nobody crashes, the world comes to its end, and whoever refuses says by which section.
 *
 * `make test` runs a sample, of about as many runs for a long scenario as for a short one;
 * MUTATE=all in the environment runs them all. A name, with '*' and '?' if need be, as the only
 * argument: these scenarios. */
#include "tests/sim/runs.h"
#include "trace/catalogue.h"

/* In a sample: runs of a scenario, shared among its packets, half of them cuts and half flips; each
 * packet gets two of each at least. */
#define RUNS 384

static size_t refusals;

/* A step that refuses has a section; so has the fault that the world tells. */
static void check_refusals(const struct trace *t, const char *what)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct event *e = t->events[i];
        if (e->kind != EVENT_STEP || e->outcome != STEP_REFUSED)
            continue;
        const struct sentence *s = sentence_find(e->id);
        if (!s || !*s->spec)
            fail_msg("%s: %s of %s cites nothing", what, e->id, e->party);
        refusals++;
    }
}

static void on_fault(const struct fault *f)
{
    if (!f->row || !f->row->spec || !*f->row->spec)
        fail_msg("a fault without a section: %s", f->row ? f->row->id : "?");
}

/* Up to the step after the one that the packet belongs to. */
static size_t steps_until(const struct trace *t, const struct event *packet)
{
    size_t n = 1, all = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->events[i]->kind == EVENT_TASK) {
            all++;
            n += i < packet->index;
        }
    return n < all ? n : all;
}

static void run_with(const struct scenario *s, size_t n_steps, struct scenario_tamper tamper)
{
    struct scenario changed = *s;
    struct arena *outer = mem;
    struct trace *t;
    mem = arena_new(0);
    changed.n_steps = n_steps;
    /* Beside what the scenario itself changes: packets keep their numbers. */
    changed.tampers = arena_array(mem, struct scenario_tamper, s->n_tampers + 1);
    for (size_t i = 0; i < s->n_tampers; i++)
        changed.tampers[i] = s->tampers[i];
    changed.tampers[changed.n_tampers++] = tamper;
    const char *what = arena_printf(mem, "%s, packet %zu, %s %zu", s->name, tamper.packet,
                                    tamper.kind == TAMPER_FLIP ? "bit" : "cut at",
                                    tamper.kind == TAMPER_FLIP ? tamper.bit : tamper.at);
    if (world_run(&changed, NULL, mem, crypto, &t) == RUN_TROUBLE)
        fail_msg("%s: the world did not come to its end", what);
    check_refusals(t, what);
    /* Whatever it has become can be shown. */
    struct keyring keys = keyring_of(t, t->n, mem);
    const struct event *e = trace_packet(t, tamper.packet);
    struct root *root = dissect(e->arrived, e->via, &keys, crypto, mem);
    assert_non_null(message_label(root, mem));
    arena_free(mem);
    mem = outer;
}

/* places: how many cuts, and how many flips; 0: all. */
static void mutate(const struct scenario *s, const struct trace *t, const struct event *packet,
                   size_t places)
{
    size_t n = steps_until(t, packet), octets = packet->data.n, bits = octets * 8;
    size_t cut = places && octets > places ? octets / places : 1;
    size_t flip = places && bits > places ? bits / places + 1 : 1;
    for (size_t at = packet->number % cut; at < octets; at += cut)
        run_with(
            s, n,
            (struct scenario_tamper){.kind = TAMPER_TRUNCATE, .packet = packet->number, .at = at});
    for (size_t bit = packet->number % flip; bit < bits; bit += flip)
        run_with(
            s, n,
            (struct scenario_tamper){.kind = TAMPER_FLIP, .packet = packet->number, .bit = bit});
}

/* Who logs on with the right password does so with the key instead: string-to-key is made to take
 * long, and would take most of the time here. Passwords that change in the run stay. */
static void use_keys(struct scenario *s)
{
    for (size_t i = 0; i < s->n_steps && s->steps[i].kind != DO_PASSWORD; i++) {
        struct scenario_step *step = &s->steps[i];
        const struct scenario_account *a = scenario_account(s, NULL, step->principal);
        if (!step->expect && a && a->password && step->password &&
            strcmp(a->password, step->password) == 0) {
            step->with_keytab = true;
            step->password = NULL;
        }
    }
}

static void one_scenario(void **state)
{
    const struct scenario_builtin *b = *state;
    const char *how = getenv("MUTATE");
    struct scenario s;
    char *error = NULL;
    mem = arena_new(0);
    assert_true(scenario_load(mem, b->name, &s, &error));
    use_keys(&s);
    struct trace *t = run_expecting(&s, RUN_AS_EXPECTED);
    size_t before = refusals, places = RUNS / 2 / t->packets;
    places = places < 2 ? 2 : places;
    if (how && strcmp(how, "all") == 0)
        places = 0;
    for (size_t i = 1; i <= t->packets; i++)
        if (trace_packet(t, i)->fate != FATE_INJECTED) /* nothing strikes those */
            mutate(&s, t, trace_packet(t, i), places);
    assert_true(refusals > before);
    arena_free(mem);
}

int main(int argc, char **argv)
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    struct CMUnitTest *tests = calloc(n, sizeof *tests);
    if (!tests)
        return 2;
    fault_observer = on_fault;
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    for (size_t i = 0; i < n; i++)
        tests[i] = (struct CMUnitTest){.name = all[i].name,
                                       .test_func = one_scenario,
                                       .initial_state = (void *)(uintptr_t)&all[i]};
    int failed = _cmocka_run_group_tests("mutate", tests, n, make_crypto, free_crypto);
    free(tests);
    return failed;
}
