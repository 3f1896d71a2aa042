#include "sim/live_tls.h"

#include "crypto/rng.h"

#include <string.h>

static const struct scenario_party *of_role(const struct scenario *s, enum role role)
{
    for (size_t i = 0; i < s->n_parties; i++)
        if (s->parties[i].role == role)
            return &s->parties[i];
    return NULL;
}

static const char *host_of(const char *spn)
{
    const char *slash = spn ? strchr(spn, '/') : NULL;
    return slash ? slash + 1 : NULL;
}

/* Of the party's SPN and of those of its account, where it listens, and the machine itself. */
static const char *const *hosts_of(const struct scenario *s, const struct scenario_party *p,
                                   const char *address, struct arena *mem)
{
    const struct scenario_account *a = scenario_account(s, p->realm, p->account);
    size_t n = 0, more = a ? a->n_spns : 0;
    const char **hosts = arena_array(mem, const char *, more + 5);
    const char *host = host_of(p->spn);
    if (host)
        hosts[n++] = host;
    for (size_t i = 0; i < more; i++)
        if ((host = host_of(a->spns[i])))
            hosts[n++] = host;
    hosts[n++] = "localhost";
    hosts[n++] = "127.0.0.1";
    if (address && strcmp(address, "127.0.0.1") != 0)
        hosts[n++] = address;
    return hosts;
}

struct secrets {
    uint8_t authority[TLS_SECRET], server[TLS_SECRET], client[TLS_SECRET];
};

static bool draw(const struct scenario *s, struct secrets *out)
{
    struct crypto *crypto = crypto_new();
    struct seeded_rng rng;
    if (!crypto)
        return false;
    seeded_rng_init(&rng, crypto, s->seed, "tls");
    rng_fill(&rng.rng, "authority", out->authority, TLS_SECRET);
    rng_fill(&rng.rng, "server", out->server, TLS_SECRET);
    rng_fill(&rng.rng, "client", out->client, TLS_SECRET);
    crypto_free(crypto);
    return true;
}

struct live_tls *live_tls_new(const struct scenario *s, const char *address, struct arena *mem,
                              char **error)
{
    const struct scenario_party *server = of_role(s, ROLE_SERVICE),
                                *client = of_role(s, ROLE_CLIENT);
    struct live_tls *t = arena_new_of(mem, struct live_tls);
    struct secrets secrets;
    *error = NULL;
    if (!server || !server->server.tls)
        return NULL;
    *error = arena_printf(mem, "OpenSSL makes no certificate");
    *t = (struct live_tls){.client_name = client ? client->account : NULL};
    if (draw(s, &secrets) &&
        (t->authority =
             tls_authority(arena_printf(mem, "tessera %s", s->realm.name), secrets.authority)))
        t->server = tls_identity(t->authority,
                                 server->server.computer ? server->server.computer : server->name,
                                 hosts_of(s, server, address, mem), secrets.server);
    if (t->server && t->client_name)
        t->client = tls_identity(t->authority, t->client_name, NULL, secrets.client);
    wipe(&secrets, sizeof secrets);
    if (t->server)
        t->door = tls_door(t->server, t->authority);
    if (!t->door || (t->client_name && !t->client)) {
        live_tls_free(t);
        return NULL;
    }
    t->end_point = tls_end_point(t->server, mem);
    *error = NULL;
    return t;
}

void live_tls_free(struct live_tls *t)
{
    if (!t)
        return;
    tls_door_free(t->door);
    tls_identity_free(t->client);
    tls_identity_free(t->server);
    tls_identity_free(t->authority);
}
