#include "sim/world_inside.h"

#include <arpa/inet.h>
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

/* ---- parties -------------------------------------------------------------------------------- */
static struct actor *of_role(struct world *w, enum role role, struct bytes realm)
{
    for (size_t i = 0; i < w->n_actors; i++) {
        struct actor *a = &w->actors[i];
        if (a->is->role == role && (!realm.p || bytes_equal(bytes_str(a->is->realm), realm)))
            return a;
    }
    return NULL;
}

static const struct party *kdc_of(void *arg, struct bytes realm)
{
    struct actor *kdc = of_role(arg, ROLE_KDC, realm);
    return kdc ? &kdc->handle : NULL;
}

static bool unseen(void *arg, struct bytes key, int64_t now, int64_t window)
{
    return replay_insert(arg, key, now, window) == REPLAY_NEW;
}

static void add_client(struct world *w, struct actor *a)
{
    const struct scenario_party *p = a->is;
    struct bytes realm = bytes_str(p->realm);
    struct actor *resolver = of_role(w, ROLE_DNS, (struct bytes){0});
    struct client_config config = {.party = p->name,
                                   .kdc = kdc_of(w, realm),
                                   .realm = realm,
                                   .etypes = p->etypes,
                                   .n_etypes = p->n_etypes,
                                   .skew = scenario_realm(w->scenario, p->realm)->skew,
                                   .via = p->via,
                                   .kdc_of = kdc_of,
                                   .arg = w,
                                   .resolver = resolver ? &resolver->handle : NULL,
                                   .names = (enum name_policy)p->names,
                                   .discover = p->discover};
    a->client = client_new(w->mem, &config);
}

static void changed(void *arg, const struct realm *realm)
{
    kdc_realm(((struct actor *)arg)->kdc, realm);
}

static void add_kdc(struct world *w, struct actor *a)
{
    const char *name = a->is->realm;
    const struct realm *realm = changes_realm(w->changes, name);
    struct kdc_config config = {.party = a->is->name,
                                .realm = realm,
                                .ledger = w->ledger,
                                .changer = changes_changer(w->changes, name, changed, a)};
    a->port = 88;
    a->kdc = kdc_new(w->mem, &config);
    for (size_t i = 0; i < realm_count(realm); i++)
        if (strcmp(realm_account(realm, i)->text, CHANGEPW) != 0) /* told where it is used */
            world_tell_keys(w, a, name, realm_account(realm, i), NULL);
}

/* The service runs as that user, where he has logged on. */
static bool session_of_its_user(void *arg, struct key *out)
{
    struct actor *a = arg;
    struct ccache cache;
    const struct ccache_cred *tgt = NULL;
    struct arena *mem = arena_new(0);
    if (mem && client_ccache(a->user->client, mem, &cache))
        for (size_t i = 0; i < cache.n; i++)
            if (cache.creds[i].server.n_components == 2 &&
                bytes_equal_str(cache.creds[i].server.components[0], "krbtgt"))
                tgt = &cache.creds[i]; /* the newest is the last */
    bool ok = tgt && key_import(tgt->etype, tgt->key, out);
    arena_free(mem);
    return ok;
}

static bool add_service(struct world *w, struct actor *a)
{
    const struct scenario_party *p = a->is;
    const struct account *account = world_account(w, p->realm, p->account);
    a->keytab = arena_new_of(w->mem, struct keytab);
    a->port = (uint16_t)p->port;
    a->seen = ledger_new(WORLD_LEDGER, false);
    if (!account || !a->seen)
        return false;
    population_keytab(changes_realm(w->changes, p->realm), account, p->spn, w->now, w->mem,
                      a->keytab);
    struct service_config config = {.party = p->name,
                                    .spn = p->spn,
                                    .realm = bytes_str(p->realm),
                                    .keytab = a->keytab,
                                    .skew = scenario_realm(w->scenario, p->realm)->skew,
                                    .replay = {unseen, a->seen},
                                    .acceptor_subkey = p->acceptor_subkey,
                                    .kvno_policy = (enum kvno_policy)p->kvno_policy,
                                    .windows_errors = p->windows_errors,
                                    .any_address = !p->compare_addresses};
    a->user = world_actor(w, p->u2u);
    if (a->user) { /* and has no long-term key */
        config.own_session = (struct own_session){session_of_its_user, a};
        a->keytab->n = 0;
    }
    a->service = service_new(w->mem, &config);
    if (!a->user)
        world_tell_keys(w, a, p->realm, account, NULL);
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
        else if (a->is->role == ROLE_DNS)
            a->port = 53;
        else if (a->is->role == ROLE_SERVICE && !add_service(w, a))
            return false;
    }
    return true;
}

/* ---- steps ---------------------------------------------------------------------------------- */
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
    if (!w->changes || !add_actors(w)) {
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
    w.trace->realm = s->realm.name;
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
