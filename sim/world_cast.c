/* Who takes part: each party of a scenario with its engine. */
#include "sim/world_inside.h"

#include <arpa/inet.h>
#include <string.h>

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

static bool browses(const struct scenario *s, const char *party)
{
    for (size_t i = 0; i < s->n_steps; i++)
        if (s->steps[i].kind == DO_BROWSE && s->steps[i].party &&
            strcmp(s->steps[i].party, party) == 0)
            return true;
    return false;
}

static const struct browser_config *browser_of(struct world *w, const struct scenario_party *p)
{
    struct actor *proxy = world_actor(w, p->browser.proxy);
    return web_browser(w->scenario, p, changes_realm(w->changes, p->realm),
                       world_account(w, p->realm, p->account), proxy ? &proxy->handle : NULL,
                       w->mem);
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
    if (browses(w->scenario, p->name))
        config.browser = browser_of(w, p);
    a->client = client_new(w->mem, &config);
}

static void changed(void *arg, const struct realm *realm)
{
    struct actor *a = arg;
    kdc_realm(a->kdc, realm);
    if (a->verifier)
        ntlm_realm(a->verifier, realm);
}

/* The controller of a domain: netlogon beside the KDC, over the same accounts. */
static void add_verifier(struct world *w, struct actor *a, const struct realm *realm)
{
    const struct realm_policy *policy = realm_policy(realm);
    struct ntlm_verifier_config config = {.party = a->is->name,
                                          .realm = realm,
                                          .ledger = w->ledger,
                                          .name = web_computer(w->mem, a->is->name),
                                          .level = policy->lm_level,
                                          .blocked = policy->ntlm_blocked};
    if (policy->has_sid)
        a->verifier = ntlm_new(w->mem, &config);
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
    add_verifier(w, a, realm);
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

static const struct realm *realm_now(void *arg, const char *name)
{
    return changes_realm(((struct world *)arg)->changes, name);
}

/* The web server's part of its engine's configuration. */
static bool add_web(struct world *w, struct actor *a, const struct scenario_party *p,
                    struct service_config *config, char **error)
{
    const struct scenario_server *v = &p->server;
    struct actor *controller = world_actor(w, v->controller);
    a->web = arena_new_of(w->mem, struct web_setup);
    *a->web = (struct web_setup){.scenario = w->scenario,
                                 .party = p,
                                 .realm = realm_now,
                                 .arg = w,
                                 .controller = controller ? &controller->handle : NULL,
                                 .ledger = a->seen,
                                 .crypto = w->crypto,
                                 .seed = w->seed,
                                 .mem = w->mem};
    if (v->tls)
        a->tls = web_tls(w->mem, w->crypto, w->seed, a->is->name);
    if (!web_setup(a->web, config, error))
        return false;
    a->web->machine.open = world_hop_wanted;
    if (config->channel)
        world_tell_machine(w, a, a->web->secret);
    return true;
}

static struct service_config config_of(struct world *w, struct actor *a)
{
    const struct scenario_party *p = a->is;
    return (struct service_config){.party = p->name,
                                   .spn = p->spn,
                                   .realm = bytes_str(p->realm),
                                   .keytab = a->keytab,
                                   .skew = scenario_realm(w->scenario, p->realm)->skew,
                                   .replay = {unseen, a->seen},
                                   .acceptor_subkey = p->acceptor_subkey,
                                   .kvno_policy = (enum kvno_policy)p->kvno_policy,
                                   .windows_errors = p->windows_errors,
                                   .any_address = !p->compare_addresses};
}

static bool add_service(struct world *w, struct actor *a, char **error)
{
    const struct scenario_party *p = a->is;
    const struct account *account = world_account(w, p->realm, p->account);
    a->keytab = arena_new_of(w->mem, struct keytab);
    a->port = (uint16_t)p->port;
    a->seen = ledger_new(WORLD_LEDGER, false);
    if (!a->seen)
        return false;
    if (account) /* none: of a workgroup's machine, with an empty keytab */
        population_keytab(changes_realm(w->changes, p->realm), account, p->spn, w->now, w->mem,
                          a->keytab);
    struct service_config config = config_of(w, a);
    a->user = world_actor(w, p->u2u);
    if (a->user) { /* and has no long-term key */
        config.own_session = (struct own_session){session_of_its_user, a};
        a->keytab->n = 0;
    }
    if (!a->user && account)
        world_tell_keys(w, a, p->realm, account, NULL);
    if (!add_web(w, a, p, &config, error))
        return false;
    a->service = service_new(w->mem, &config);
    return a->service != NULL;
}

/* ---- proxies -------------------------------------------------------------------------------- */
static const struct party *origin_at(void *arg, struct bytes host)
{
    struct actor *proxy = arg;
    struct world *w = proxy->world;
    const char *name = scenario_party_at(w->scenario, arena_str(w->mem, host));
    struct actor *a = world_actor(w, name);
    return a ? &a->handle : NULL;
}

/* Whoever ends TLS goes on inside of TLS, of the server's certificate. */
static struct conn *connect_to(void *arg, const struct party *origin, uint16_t port)
{
    struct actor *proxy = arg, *to = (struct actor *)(uintptr_t)origin;
    bool tls = proxy->is->proxy.terminates_tls && to->tls;
    struct conn *c = world_connect(proxy->world, proxy, to, VIA_HTTP,
                                   tls ? (uint16_t)to->is->server.tls_port : port);
    c->tls = tls ? to->tls : NULL;
    return c;
}

/* Who may use it: what a service with one application knows. */
static bool add_gate(struct world *w, struct actor *a, struct service_config *config, char **error)
{
    struct scenario_party *gate = arena_new_of(w->mem, struct scenario_party);
    struct scenario_app *app = arena_new_of(w->mem, struct scenario_app);
    const struct account *account = world_account(w, a->is->realm, a->is->account);
    *gate = *a->is;
    *app =
        (struct scenario_app){.path = "/", .schemes = a->is->proxy.schemes, .given = APP_SCHEMES};
    gate->server.apps = app;
    gate->server.n_apps = 1;
    a->keytab = arena_new_of(w->mem, struct keytab);
    *a->keytab = (struct keytab){0};
    if (account)
        population_keytab(changes_realm(w->changes, gate->realm), account, gate->spn, w->now,
                          w->mem, a->keytab);
    *config = config_of(w, a);
    config->spn = gate->spn;
    return add_web(w, a, gate, config, error);
}

static bool add_proxy(struct world *w, struct actor *a, char **error)
{
    const struct scenario_proxy *p = &a->is->proxy;
    struct service_config *gate = arena_new_of(w->mem, struct service_config);
    struct actor *relay = world_actor(w, p->relay);
    a->world = w;
    a->port = (uint16_t)a->is->port;
    a->seen = ledger_new(WORLD_LEDGER, false);
    if (p->terminates_tls)
        a->tls = web_tls(w->mem, w->crypto, w->seed, a->is->name);
    if (!a->seen || (p->schemes && !add_gate(w, a, gate, error)))
        return false;
    struct proxy_config config = {.party = a->is->name,
                                  .gate = p->schemes ? gate : NULL,
                                  .origin = origin_at,
                                  .connect = connect_to,
                                  .arg = a,
                                  .shares_connections = p->shares_connections,
                                  .relay = relay ? &relay->handle : NULL};
    a->proxy = proxy_new(w->mem, &config);
    return a->proxy != NULL;
}

static struct bytes address_of(struct arena *mem, const char *text)
{
    struct in_addr address;
    return inet_pton(AF_INET, text, &address) == 1
               ? arena_copy(mem, bytes_of((const uint8_t *)&address, sizeof address))
               : (struct bytes){0};
}

bool world_cast(struct world *w, char **error)
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
        else if (a->is->role == ROLE_SERVICE && !add_service(w, a, error))
            return false;
        else if (a->is->role == ROLE_PROXY && !add_proxy(w, a, error))
            return false;
    }
    return true;
}

void world_uncast(struct world *w)
{
    for (size_t i = 0; i < w->n_actors; i++) {
        service_free(w->actors[i].service);
        proxy_free(w->actors[i].proxy);
        ledger_free(w->actors[i].seen);
    }
}
