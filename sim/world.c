#include "sim/world_inside.h"

#include <string.h>

struct actor *world_actor(struct world *w, const char *name)
{
    for (size_t i = 0; name && i < w->n_actors; i++)
        if (strcmp(w->actors[i].handle.name, name) == 0)
            return &w->actors[i];
    return NULL;
}

const struct account *world_account(const struct world *w, const char *realm, const char *name)
{
    size_t n = name ? strcspn(name, "@") : 0;
    const struct realm *r = changes_realm(w->changes, n && name[n] ? name + n + 1 : realm);
    for (size_t i = 0; r && n && i < realm_count(r); i++) {
        const char *text = realm_account(r, i)->text;
        if (strlen(text) == n && strncmp(text, name, n) == 0)
            return realm_account(r, i);
    }
    return NULL;
}

/* ---- steps ---------------------------------------------------------------------------------- */
static void run_step(struct world *w, const struct scenario_step *s)
{
    w->step = s;
    w->task++;
    w->noted = arena_array(w->mem, bool, s->n_notes);
    w->status = 0;
    world_tell_task(w);
    switch (s->kind) {
    case DO_WAIT:
        w->now += s->span;
        break;
    case DO_CLOCK: {
        struct actor *a = world_actor(w, s->party);
        struct arg args[] = {A_SPAN("ahead", s->clock), A_SPAN("before", a->clock)};
        a->clock = s->clock;
        world_tell_step(w, a, "world.clock", STEP_DONE, args, 2);
        break;
    }
    case DO_SAY:
        break;
    case DO_CHANGE:
        world_change(w);
        break;
    case DO_REALM:
        world_change_realm(w);
        break;
    default:
        world_ask(w);
    }
}

/* ---- the run -------------------------------------------------------------------------------- */
static void run(struct world *w)
{
    const struct scenario *s = w->scenario;
    char *error = NULL;
    w->changes = changes_new(s, w->seed, w->crypto, w->mem, &error);
    if (!w->changes || !world_cast(w, &error)) {
        w->trouble = true;
        return;
    }
    for (size_t i = 0; i < s->n_steps && !w->trouble; i++)
        run_step(w, &s->steps[i]);
    if (!w->trouble)
        world_tell_unused(w);
}

enum run_outcome world_run(const struct scenario *s, const struct world_options *options,
                           struct arena *mem, struct crypto *crypto, struct trace **out)
{
    struct world w = {
        .scenario = s,
        .mem = mem,
        .turn_mem = arena_new(65536),
        .crypto = crypto,
        .trace = trace_new(mem),
        .ledger = ledger_new(WORLD_LEDGER, false),
        .seed = options && options->has_seed ? options->seed : s->seed,
        .now = options && options->has_clock ? options->clock : s->start,
        .port = WORLD_FIRST_PORT,
        .overheard = "",
        .guessable = "",
        .struck_at = arena_array(mem, size_t, s->n_tampers),
        .seen = arena_array(mem, size_t, s->n_tampers),
    };
    *out = w.trace;
    w.trace->title = s->title;
    w.trace->realm = s->realm.name;
    w.trace->seed = w.seed;
    world_tell_init(&w);
    w.trouble = !w.turn_mem || !w.ledger;
    if (!w.trouble) {
        arena_limit(w.turn_mem, WORLD_TURN_MEMORY);
        run(&w);
    }
    world_uncast(&w);
    ledger_free(w.ledger);
    arena_free(w.turn_mem);
    return w.trouble ? RUN_TROUBLE : w.different ? RUN_DIFFERENT : RUN_AS_EXPECTED;
}
