#include "sim/world_inside.h"

#include <arpa/inet.h>
#include <string.h>

static struct actor *actor_of(struct world *w, const char *name)
{
    for (size_t i = 0; name && i < w->n_actors; i++)
        if (strcmp(w->actors[i].handle.name, name) == 0)
            return &w->actors[i];
    return NULL;
}

static struct actor *kdc_of(struct world *w)
{
    for (size_t i = 0; i < w->n_actors; i++)
        if (w->actors[i].is->role == ROLE_KDC)
            return &w->actors[i];
    return NULL;
}

/* ---- parties -------------------------------------------------------------------------------- */
static const struct account *account_of(const struct world *w, const char *name)
{
    for (size_t i = 0; name && i < realm_count(w->realm); i++)
        if (strcmp(realm_account(w->realm, i)->text, name) == 0)
            return realm_account(w->realm, i);
    return NULL;
}

static bool unseen(void *arg, struct bytes key, int64_t now, int64_t window)
{
    return replay_insert(arg, key, now, window) == REPLAY_NEW;
}

static void add_client(struct world *w, struct actor *a)
{
    const struct scenario_party *p = a->is;
    struct actor *kdc = kdc_of(w);
    a->client = client_new(w->mem, &(struct client_config){.party = p->name,
                                                           .kdc = kdc ? &kdc->handle : NULL,
                                                           .realm = bytes_str(w->scenario->realm),
                                                           .etypes = p->etypes,
                                                           .n_etypes = p->n_etypes,
                                                           .skew = w->scenario->skew,
                                                           .via = p->via});
}

static void add_kdc(struct world *w, struct actor *a)
{
    a->port = 88;
    a->kdc = kdc_new(w->mem, &(struct kdc_config){a->is->name, w->realm, w->ledger});
    for (size_t i = 0; i < realm_count(w->realm); i++)
        world_tell_keys(w, a, realm_account(w->realm, i));
}

static bool add_service(struct world *w, struct actor *a)
{
    const struct scenario_party *p = a->is;
    const struct account *account = account_of(w, p->account);
    struct keytab *keytab = arena_new_of(w->mem, struct keytab);
    a->port = 80;
    a->seen = ledger_new(WORLD_LEDGER, false);
    if (!account || !a->seen)
        return false;
    population_keytab(w->realm, account, p->spn, w->now, w->mem, keytab);
    a->service =
        service_new(w->mem, &(struct service_config){.party = p->name,
                                                     .spn = p->spn,
                                                     .realm = bytes_str(w->scenario->realm),
                                                     .keytab = keytab,
                                                     .skew = w->scenario->skew,
                                                     .replay = {unseen, a->seen},
                                                     .acceptor_subkey = p->acceptor_subkey});
    world_tell_keys(w, a, account);
    return true;
}

static struct bytes address_of(struct arena *mem, const char *text)
{
    struct in_addr address;
    return inet_pton(AF_INET, text, &address) == 1
               ? arena_copy(mem, bytes_of((const uint8_t *)&address, sizeof address))
               : (struct bytes){0};
}

static bool add_actors(struct world *w)
{
    const struct scenario *s = w->scenario;
    w->n_actors = s->n_parties;
    w->actors = arena_array(w->mem, struct actor, s->n_parties);
    for (size_t i = 0; i < s->n_parties; i++) {
        struct actor *a = &w->actors[i];
        *a = (struct actor){
            .handle = {s->parties[i].name, address_of(w->mem, s->parties[i].address)},
            .is = &s->parties[i],
            .clock = s->parties[i].clock};
        seeded_rng_init(&a->rng, w->crypto, w->seed, a->handle.name);
    }
    world_tell_parties(w);
    for (size_t i = 0; i < w->n_actors; i++) {
        struct actor *a = &w->actors[i];
        if (a->is->role == ROLE_CLIENT)
            add_client(w, a);
        else if (a->is->role == ROLE_KDC)
            add_kdc(w, a);
        else if (a->is->role == ROLE_SERVICE && !add_service(w, a))
            return false;
    }
    return true;
}

/* ---- steps ---------------------------------------------------------------------------------- */
static bool begin(struct actor *a, const struct packet *p, const void *arg, struct turn *t)
{
    (void)p;
    return client_do(a->client, arg, t);
}

/* A keytab that somebody made by hand, from the right password and a salt he took for the right
 * one: the names and versions of the account's, other keys. */
static void make_again(struct world *w, const struct scenario_step *s, struct keytab *keytab)
{
    const struct scenario_account *a = scenario_account(w->scenario, s->principal);
    struct key *made = arena_array(w->mem, struct key, keytab->n);
    for (size_t i = 0; i < keytab->n && !w->trouble; i++) {
        w->trouble = !string_to_key(w->crypto, keytab->entries[i].etype, bytes_str(a->password),
                                    bytes_str(s->keytab_salt), (struct bytes){0}, &made[i]);
        keytab->entries[i].key = key_bytes(&made[i]);
    }
}

static struct client_do_args args_of(struct world *w, const struct scenario_step *s)
{
    static const enum client_task tasks[] = {
        [DO_LOGON] = CLIENT_LOGON, [DO_TICKET] = CLIENT_TICKET, [DO_GET] = CLIENT_GET};
    struct actor *service = actor_of(w, s->service);
    struct client_do_args args = {
        .task = tasks[s->kind],
        .principal = s->principal,
        .password = s->password ? bytes_str(s->password) : (struct bytes){0},
        .kdc_options = s->kdc_options,
        .life = s->life,
        .renew_life = s->renew_life,
        .timestamp_first = s->timestamp_first,
        .spn = s->spn,
        .service = service ? &service->handle : NULL,
        .target = s->target,
        .host = s->host,
        .mutual = s->mutual,
    };
    const struct account *account = s->with_keytab ? account_of(w, s->principal) : NULL;
    if (account) {
        struct keytab *keytab = arena_new_of(w->mem, struct keytab);
        population_keytab(w->realm, account, NULL, w->now, w->mem, keytab);
        if (s->keytab_salt)
            make_again(w, s, keytab);
        args.keytab = keytab;
    }
    return args;
}

/* Nobody answered in time: once more, or that was it. False: the client gives up. */
static bool wait_for_answer(struct world *w)
{
    w->now = w->deadline;
    if (w->tries >= WORLD_TRIES)
        return false;
    world_send_again(w, &w->last);
    return true;
}

static void run_asking(struct world *w)
{
    struct actor *a = actor_of(w, w->step->party);
    struct client_do_args args = args_of(w, w->step);
    bool done = false;
    w->deadline = NEVER;
    world_turn(w, a, NULL, begin, NULL, &args);
    while (!w->trouble) {
        struct client_outcome out = client_result(a->client);
        bool waiting = !done && out.state == CLIENT_WAITING;
        if (!done && !waiting) {
            bool granted = out.state == CLIENT_GRANTED;
            world_tell_result(w, a, granted ? 0 : out.error, out.text);
            done = true;
        }
        if (waiting && w->deadline == NEVER) {
            w->trouble = true; /* it waits and has sent nothing */
        } else if (waiting && (!w->flights || w->flights->at > w->deadline)) {
            if (wait_for_answer(w))
                continue;
            world_tell_result(w, a, EXPECT_NO_ANSWER, "");
            done = true;
        } else if (w->flights) {
            world_arrive(w);
        } else {
            return;
        }
    }
}

static void run_step(struct world *w, const struct scenario_step *s)
{
    w->step = s;
    w->task++;
    w->noted = arena_array(w->mem, bool, s->n_notes);
    world_tell_task(w);
    switch (s->kind) {
    case DO_WAIT:
        w->now += s->span;
        break;
    case DO_CLOCK: {
        struct actor *a = actor_of(w, s->party);
        struct arg args[] = {A_SPAN("ahead", s->clock), A_SPAN("before", a->clock)};
        a->clock = s->clock;
        world_tell_step(w, a, "world.clock", STEP_DONE, args, 2);
        break;
    }
    case DO_SAY:
        break;
    default:
        run_asking(w);
    }
}

/* ---- the run -------------------------------------------------------------------------------- */
static void run(struct world *w)
{
    const struct scenario *s = w->scenario;
    char *error = NULL;
    w->realm = population_realm(s, w->seed, w->crypto, w->mem, &error);
    if (!w->realm || !add_actors(w)) {
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
        .struck_at = arena_array(mem, size_t, s->n_tampers),
        .seen = arena_array(mem, size_t, s->n_tampers),
    };
    *out = w.trace;
    w.trace->title = s->title;
    w.trace->realm = s->realm;
    w.trace->seed = w.seed;
    world_tell_init(&w);
    w.trouble = !w.turn_mem || !w.ledger;
    if (!w.trouble) {
        arena_limit(w.turn_mem, WORLD_TURN_MEMORY);
        run(&w);
    }
    for (size_t i = 0; i < w.n_actors; i++)
        ledger_free(w.actors[i].seen);
    ledger_free(w.ledger);
    arena_free(w.turn_mem);
    return w.trouble ? RUN_TROUBLE : w.different ? RUN_DIFFERENT : RUN_AS_EXPECTED;
}
