/* `tessera why`: every input can be turned, and what is said to flip a decision flips it. */
#include "sim/why.h"
#include "tests/sim/runs.h"

#include <jansson.h>

#define RUNS 50 /* at most for each scenario here */

static void each_scenario(void (*check)(const struct scenario *, const struct trace *))
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    for (size_t i = 0; i < n; i++) {
        struct scenario s;
        char *error;
        mem = arena_new(0);
        assert_true(scenario_load(mem, all[i].name, &s, &error));
        check(&s, run_expecting(&s, RUN_AS_EXPECTED));
        arena_free(mem);
    }
}

static struct scenario read_text(const char *text)
{
    struct scenario s;
    char *error;
    if (!scenario_read(mem, "test.yaml", bytes_str(text), &s, &error))
        fail_msg("%s", error);
    return s;
}

/* ---- every input ------------------------------------------------------------------------------
 */

static void check_inputs(const struct scenario *s, const struct trace *t)
{
    struct knob_change values[KNOB_VALUES];
    for (size_t i = 0; i < t->n; i++) {
        const struct decision_told *d = t->events[i]->decision;
        if (t->events[i]->kind != EVENT_DECISION)
            continue;
        assert_true(d->rule && *d->rule && d->spec && *d->spec && d->outcome && *d->outcome);
        if (!decision_title(d->id))
            fail_msg("%s: what it decides is not said (sim/knobs.c)", d->id);
        for (size_t k = 0; k < d->n; k++) {
            struct knob_change of = {.knob = knob_find(d->id, d->inputs[k].name),
                                     .subject = d->inputs[k].subject,
                                     .realm = scenario_party(s, t->events[i]->party)->realm};
            if (!of.knob || !of.knob->domain)
                fail_msg("%s: no knob for %s (sim/knobs.c)", d->id, d->inputs[k].name);
            if (!of.knob->fixed != !!of.knob->values || !of.knob->fixed != !!of.knob->edit)
                fail_msg("%s: %s is neither turned nor fixed", d->id, d->inputs[k].name);
            assert_true(knob_values(&of, s, mem, values) <= KNOB_VALUES);
        }
    }
}

static void test_every_input_can_be_turned_or_says_why_not(void **state)
{
    (void)state;
    each_scenario(check_inputs);
}

static void same_octets(const struct scenario *s, const struct trace *t)
{
    struct trace *other;
    assert_int_equal(world_run(scenario_copy(s, mem), NULL, mem, crypto, &other), RUN_AS_EXPECTED);
    assert_int_equal(other->packets, t->packets);
    for (size_t i = 1; i <= t->packets; i++)
        assert_true(bytes_equal(trace_packet(t, i)->data, trace_packet(other, i)->data));
}

static void test_a_copy_runs_to_the_same_octets(void **state)
{
    (void)state;
    each_scenario(same_octets);
}

/* ---- every flip -------------------------------------------------------------------------------
 */

/* Found anew, not by the code that found it: any decision of that id with that outcome. */
static bool decided(const struct trace *t, const char *id, const char *outcome)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->events[i]->kind == EVENT_DECISION && strcmp(t->events[i]->id, id) == 0 &&
            strcmp(t->events[i]->text, outcome) == 0)
            return true;
    return false;
}

static void check_flip(const struct scenario *s, const struct why_decision *d,
                       const struct why_flip *f)
{
    struct scenario *copy = scenario_copy(s, mem);
    struct trace *t;
    assert_in_range(f->n, 1, 2);
    assert_string_not_equal(f->outcome, d->event->decision->outcome);
    for (size_t i = 0; i < f->n; i++)
        assert_true(knob_turn(copy, &f->changes[i], mem));
    assert_int_not_equal(world_run(copy, NULL, mem, crypto, &t), RUN_TROUBLE);
    if (!decided(t, d->event->id, f->outcome))
        fail_msg("%s: \"%s\" does not give %s", d->event->id, f->changes[0].words, f->outcome);
}

static void check_flips(const struct scenario *s, const struct trace *t)
{
    struct why_report r = why(s, NULL, t, &(struct why_options){.most_runs = RUNS}, crypto, mem);
    assert_false(r.wrong);
    for (size_t i = 0; i < r.n; i++)
        for (size_t f = 0; f < r.decisions[i].n_flips; f++)
            check_flip(s, &r.decisions[i], &r.decisions[i].flips[f]);
}

static void test_every_flip_flips(void **state)
{
    (void)state;
    each_scenario(check_flips);
}

/* ---- known ones -------------------------------------------------------------------------------
 */

#define REALM    "title: t\nrealm: {name: R, etypes: [18, 17]}\n"
#define ACCOUNTS "accounts: [{name: alice, password: pw}]\n"
#define LOGON    "steps: [{do: logon, party: alice}]\n"

static const struct why_decision *find(const struct why_report *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->decisions[i].event->id, id) == 0)
            return &r->decisions[i];
    fail_msg("%s was not decided", id);
    return NULL;
}

static struct why_report why_of(const char *text, struct why_options options)
{
    static struct scenario s;
    struct trace *t;
    s = read_text(text);
    assert_int_not_equal(world_run(&s, NULL, mem, crypto, &t), RUN_TROUBLE);
    struct why_report r = why(&s, NULL, t, &options, crypto, mem);
    assert_false(r.wrong);
    return r;
}

static void test_the_smallest_change_comes_first(void **state)
{
    (void)state;
    struct why_report r = why_of(
        REALM ACCOUNTS "parties:\n  - {name: pc, role: client, account: alice, etypes: [17]}\n"
                       "  - {name: kdc, role: kdc}\n"
                       "steps: [{do: logon, party: pc}]\n",
        (struct why_options){.id = "kdc.etype.reply"});
    const struct why_decision *d = find(&r, "kdc.etype.reply");
    assert_string_equal(d->event->text, "17 aes128-cts-hmac-sha1-96");
    assert_true(d->n_flips > 0);
    assert_int_equal(d->times, 2); /* asked without and with proof */
    for (size_t i = 1; i < d->n_flips; i++)
        assert_true(d->flips[i - 1].changes[0].cost <= d->flips[i].changes[0].cost);
    /* To offer one type more at the end is less, but 17 stays the first. */
    assert_string_equal(d->flips[0].changes[0].knob->input, "client-etypes");
    assert_string_equal(d->flips[0].changes[0].value, "18 17");
    assert_string_equal(d->flips[0].outcome, "18 aes256-cts-hmac-sha1-96");
    assert_null(d->flips[0].then);
}

static void test_two_locks_want_two_keys(void **state)
{
    (void)state;
    struct why_report r =
        why_of(REALM "accounts: [{name: alice, password: pw, flags: [disabled, locked]}]\n"
                     "parties:\n  - {name: alice, role: client, account: alice}\n"
                     "  - {name: kdc, role: kdc}\n" LOGON,
               (struct why_options){.id = "kdc.as.client-valid"});
    const struct why_decision *d = find(&r, "kdc.as.client-valid");
    assert_string_equal(d->event->text, "KDC_ERR_CLIENT_REVOKED");
    assert_int_equal(d->n_flips, 1);
    assert_int_equal(d->flips[0].n, 2);
    assert_string_equal(d->flips[0].outcome, "open");
    assert_string_equal(d->flips[0].then, "alice: granted");
}

static void test_it_says_when_it_stops_before_the_end(void **state)
{
    (void)state;
    struct why_report r =
        why_of(REALM ACCOUNTS "parties:\n  - {name: alice, role: client, account: alice}\n"
                              "  - {name: kdc, role: kdc}\n" LOGON,
               (struct why_options){.most_runs = 3});
    assert_true(r.stopped);
}

static void test_of_two_realms_the_one_that_decided_is_turned(void **state)
{
    (void)state;
    struct why_report r =
        why_of("title: t\nrealm: {name: R, etypes: [18]}\n"
               "realms: [{name: S, etypes: [18]}]\ntrusts: [{from: R, to: S}]\n"
               "accounts: [{name: alice, password: pw}, {name: HTTP/www, realm: S}]\n"
               "parties:\n  - {name: alice, role: client, account: alice, etypes: [18, 17]}\n"
               "  - {name: kdc, role: kdc}\n  - {name: far, role: kdc, realm: S}\n"
               "steps: [{do: logon, party: alice},\n"
               "        {do: ticket, party: alice, spn: HTTP/www@S}]\n",
               (struct why_options){.id = "kdc.etype.session"});
    const struct decision_told *ours = NULL, *theirs = NULL;
    for (size_t i = 0; i < r.n; i++) {
        const struct why_decision *d = &r.decisions[i];
        const struct decision_told *told = d->event->decision;
        bool far = strcmp(d->event->party, "far") == 0;
        *(far ? &theirs : &ours) = told;
        for (size_t k = 0; k < told->n; k++)
            if (strcmp(told->inputs[k].name, "permitted-etypes") == 0)
                assert_string_equal(told->inputs[k].subject, far ? "realm S" : "realm");
        assert_true(d->n_flips > 0);
        for (size_t f = 0; f < d->n_flips; f++)
            assert_string_equal(d->flips[f].changes[0].realm, far ? "S" : "R");
    }
    assert_non_null(ours);
    assert_non_null(theirs);
}

/* ---- as it is shown ---------------------------------------------------------------------------
 */

static size_t cells_of(const char *line, size_t n)
{
    size_t cells = 0;
    for (size_t i = 0; i < n; i++)
        cells += (line[i] & 0xc0) != 0x80;
    return cells;
}

static void check_text(const struct scenario *s, const struct trace *t)
{
    struct why_options options = {.most_runs = 10};
    struct why_report r = why(s, NULL, t, &options, crypto, mem);
    for (int ascii = 0; ascii < 2; ascii++) {
        const char *text = why_text(s, &r, &options, 80, ascii, mem);
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
            assert_in_range(cells_of(line, strcspn(line, "\n")), 0, 80);
        for (const char *c = text; ascii && *c; c++)
            assert_true((unsigned char)*c < 0x80);
    }
    json_t *o = json_loads(why_json(s, &r, &options, mem), 0, NULL);
    assert_non_null(o);
    assert_int_equal(json_array_size(json_object_get(o, "decisions")), r.n);
    json_decref(o);
}

static void test_text_has_80_columns_and_json_can_be_read(void **state)
{
    (void)state;
    each_scenario(check_text);
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, make_arena, free_arena)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_input_can_be_turned_or_says_why_not),
        cmocka_unit_test(test_a_copy_runs_to_the_same_octets),
        cmocka_unit_test(test_every_flip_flips),
        WITH_ARENA(test_the_smallest_change_comes_first),
        WITH_ARENA(test_two_locks_want_two_keys),
        WITH_ARENA(test_it_says_when_it_stops_before_the_end),
        WITH_ARENA(test_of_two_realms_the_one_that_decided_is_turned),
        cmocka_unit_test(test_text_has_80_columns_and_json_can_be_read),
    };
    return cmocka_run_group_tests(tests, make_crypto, free_crypto);
}
