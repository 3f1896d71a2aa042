#include "sim/live_client.h"

#include "kdc/kdc.h"
#include "sim/live_client_inside.h"
#include "sim/live_dial.h"

#include "wire/dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MESSAGES_MAX 200 /* of one task: no exchange may go on for ever */

/* The KDC of a realm, as the engine knows it. */
struct remote {
    struct party party; /* first: engines know it by this */
    struct remote *next;
    const char *realm;
};

static const char *const self = "client";

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

/* ---- who is there ------------------------------------------------------------------------------
 */

static const char *place_text(const struct live_client *c, const char *realm, bool kpasswd,
                              size_t nth)
{
    bool ours = c->options.kdc && strcmp(realm, c->realm) == 0;
    if (ours && !kpasswd)
        return nth ? NULL : c->options.kdc;
    const char *found =
        krb5_conf_get(&c->conf, "realms", realm, kpasswd ? "kpasswd_server" : "kdc", nth);
    if (!found && kpasswd)
        found = krb5_conf_get(&c->conf, "realms", realm, "admin_server", nth);
    if (!found && !kpasswd && !krb5_conf_get(&c->conf, "realms", realm, "kdc", 0))
        found = live_names_kdc(&c->names, realm, nth);
    return found;
}

static size_t tell_packet(struct live_client *, const struct packet *, struct bytes data, bool ours,
                          size_t answers);

/* Where nothing is configured of the realm: the name server may know (RFC 4120 7.2.3.2). */
static void look_up(struct live_client *c, const char *realm)
{
    uint8_t id[2];
    char peer[64] = "";
    struct bytes answer;
    struct packet p = {.via = VIA_DNS, .to = &c->names.resolver, .port = DNS_PORT};
    rng_fill(&c->rng.rng, "dns", id, sizeof id);
    p.data = live_names_question(&c->names, realm, be16(id));
    if (!p.data.n)
        return;
    size_t number = tell_packet(c, &p, p.data, true, 0);
    if (live_names_ask(&c->names, p.data, &answer, peer))
        tell_packet(c, &p, answer, false, number);
}

static const struct party *kdc_of(void *arg, struct bytes realm)
{
    struct live_client *c = arg;
    for (struct remote *r = c->remotes; r; r = r->next)
        if (bytes_equal_str(realm, r->realm))
            return &r->party;
    const char *name = arena_str(c->mem, realm);
    if (!place_text(c, name, false, 0) && live_names_find_kdcs(&c->names))
        look_up(c, name);
    if (!place_text(c, name, false, 0))
        return NULL;
    struct remote *r = arena_new_of(c->mem, struct remote);
    r->realm = name;
    r->party.name = strcmp(name, c->realm) == 0 ? "kdc" : arena_printf(c->mem, "kdc of %s", name);
    r->next = c->remotes;
    c->remotes = r;
    trace_party(c->trace, (struct party_told){r->party.name, "kdc", "127.0.0.1"});
    return &r->party;
}

static struct bytes realm_of_host(void *arg, struct bytes host)
{
    return live_names_realm(&((struct live_client *)arg)->names, host);
}

static bool way(void *arg, struct bytes from, struct bytes to, struct bytes *before)
{
    return live_names_way(&((struct live_client *)arg)->names, from, to, before);
}

/* ---- etypes ------------------------------------------------------------------------------------
 */

static size_t conf_etypes(const struct live_client *c, int32_t *out, size_t room)
{
    const char *names = krb5_conf_get(&c->conf, "libdefaults", "", "default_tkt_enctypes", 0);
    size_t n = 0;
    if (!names)
        names = krb5_conf_get(&c->conf, "libdefaults", "", "permitted_enctypes", 0);
    char *list = arena_str(c->mem, bytes_str(names ? names : "")), *rest = NULL;
    for (char *name = strtok_r(list, " ,\t", &rest); name && n < room;
         name = strtok_r(NULL, " ,\t", &rest)) {
        const struct etype_row *row = etype_by_name(bytes_str(name));
        if (row)
            out[n++] = row->etype;
    }
    return n;
}

static void choose_etypes(struct live_client *c, struct client_config *config)
{
    static const int32_t usual[] = {18, 17, 20, 19};
    int32_t *etypes = arena_array(c->mem, int32_t, 16);
    config->etypes = c->options.etypes;
    config->n_etypes = c->options.n_etypes;
    if (config->n_etypes)
        return;
    config->etypes = etypes;
    config->n_etypes = conf_etypes(c, etypes, 16);
    if (config->n_etypes)
        return;
    config->etypes = usual;
    config->n_etypes = sizeof usual / sizeof *usual;
}

/* ---- life --------------------------------------------------------------------------------------
 */

static bool find_realm(struct live_client *c, char **error)
{
    const char *paths = getenv("KRB5_CONFIG");
    if (!krb5_conf_read(paths ? paths : "/etc/krb5.conf", c->mem, &c->conf, error))
        return false;
    c->realm = c->options.realm ? c->options.realm
                                : krb5_conf_get(&c->conf, "libdefaults", "", "default_realm", 0);
    if (c->realm)
        return true;
    if (c->options.web) { /* Basic, Digest and NTLM need none */
        c->realm = "";
        return true;
    }
    *error = arena_printf(c->mem, "no realm is known: give --realm, or default_realm in krb5.conf");
    return false;
}

struct live_client *live_client_new(const struct live_client_options *options, struct arena *mem,
                                    char **error)
{
    struct live_client *c = arena_new_of(mem, struct live_client);
    c->mem = mem;
    c->options = *options;
    struct dial_place place;
    if (options->kdc && !dial_place_read(options->kdc, KDC_PORT, mem, &place)) {
        *error = arena_printf(mem, "--kdc %s: expected HOST[:PORT], a port from 1 to 65535",
                              options->kdc);
        return NULL;
    }
    if (!find_realm(c, error))
        return NULL;
    c->crypto = crypto_new();
    if (!c->crypto) {
        *error = arena_printf(mem, "cryptography is not available");
        return NULL;
    }
    system_rng_init(&c->rng);
    c->trace = trace_new(mem);
    c->trace->title = "our client at real KDCs";
    c->trace->realm = c->realm;
    trace_party(c->trace, (struct party_told){self, "client", "127.0.0.1"});
    trace_story_init(&c->story, c->trace);
    live_names_start(&c->names, options->dns, &c->conf, mem);
    bool discover =
        *c->realm && !place_text(c, c->realm, false, 0) && live_names_find_kdcs(&c->names);
    struct client_config config = {.party = self,
                                   .kdc = discover || !*c->realm ? NULL
                                                                 : kdc_of(c, bytes_str(c->realm)),
                                   .realm = bytes_str(c->realm),
                                   .skew = 5 * MINUTE,
                                   .via = options->tcp ? VIA_TCP : VIA_UDP,
                                   .kdc_of = kdc_of,
                                   .arg = c,
                                   .resolver = c->names.at.host ? &c->names.resolver : NULL,
                                   .names = live_names_policy(&c->names),
                                   .realm_of_host = realm_of_host,
                                   .way = way,
                                   .names_arg = c,
                                   .discover = discover,
                                   .browser = options->browser};
    if (config.resolver)
        trace_party(c->trace, (struct party_told){c->names.resolver.name, "dns", "127.0.0.1"});
    if (options->web)
        options->web->conns = &c->conns;
    if (!config.kdc && !discover && !options->web) {
        *error = arena_printf(mem,
                              "Cannot find KDC for realm \"%s\": give --kdc, or a kdc in "
                              "[realms] of krb5.conf",
                              c->realm);
        live_client_free(c);
        return NULL;
    }
    choose_etypes(c, &config);
    c->client = client_new(mem, &config);
    return c;
}

void live_client_free(struct live_client *c)
{
    crypto_free(c->crypto);
    wipe(&c->rng, sizeof c->rng);
}

/* ---- a task ------------------------------------------------------------------------------------
 */

static size_t tell_packet(struct live_client *c, const struct packet *p, struct bytes data,
                          bool ours, size_t answers)
{
    uint16_t port = p->port ? p->port : KDC_PORT;
    int64_t now = now_us();
    const struct event *e =
        trace_add(c->trace, &(struct event){.kind = EVENT_PACKET,
                                            .at = now,
                                            .local = now,
                                            .party = ours ? self : p->to->name,
                                            .to = ours ? p->to->name : self,
                                            .via = p->via,
                                            .from_port = ours ? 49152 : port,
                                            .to_port = ours ? port : 49152,
                                            .conn = via_datagram(p->via) ? 0 : c->conns,
                                            .tls = p->tls != NULL,
                                            .in_reply = answers,
                                            .data = data,
                                            .arrived = data});
    return e->number;
}

static struct turn new_turn(struct live_client *c, struct outbox *box)
{
    outbox_init(box, c->mem);
    struct turn turn = {
        .now = now_us(), .rng = &c->rng.rng, .crypto = c->crypto, .mem = c->mem, .out = box};
    c->story.party = self;
    c->story.at = c->story.local = turn.now;
    turn.tell = &c->story.story;
    return turn;
}

static void tell_address(struct live_client *c, const struct party *party, const char *address)
{
    for (size_t i = 0; i < c->trace->n_parties; i++)
        if (strcmp(c->trace->parties[i].name, party->name) == 0)
            c->trace->parties[i].address = arena_str(c->mem, bytes_str(address));
}

/* The places of the realm one after the other, each by the way the engine wants and, when nobody
 * answers datagrams anywhere, once more by TCP. */
static bool ask(struct live_client *c, struct packet *p, struct bytes *answer, char **error)
{
    const struct remote *r = (const struct remote *)(const void *)p->to;
    bool kpasswd = p->port == KPASSWD_PORT;
    const char *why = "no answer";
    char peer[64] = "";
    enum transport ways[] = {p->via, VIA_TCP};
    for (size_t way = 0; way < (p->via == VIA_UDP ? 2u : 1u); way++) {
        const char *text;
        for (size_t i = 0; (text = place_text(c, r->realm, kpasswd, i)); i++) {
            struct dial_place to;
            if (!dial_place_read(text, kpasswd ? KPASSWD_PORT : KDC_PORT, c->mem, &to)) {
                why = arena_printf(c->mem, "'%s' is no HOST:PORT", text);
                continue;
            }
            if (to.tcp_only && ways[way] == VIA_UDP)
                continue;
            if (dial(&to, ways[way], p->data, c->mem, answer, peer, &why) == DIAL_ANSWER) {
                tell_address(c, p->to, peer);
                return true;
            }
        }
    }
    *error = arena_printf(c->mem, "Cannot contact any KDC for realm '%s': %s", r->realm, why);
    return false;
}

static bool ask_dns(struct live_client *c, const struct packet *p, struct bytes *answer)
{
    char peer[64] = "";
    bool came = live_names_ask(&c->names, p->data, answer, peer);
    if (*peer)
        tell_address(c, p->to, peer);
    return came;
}

/* A request of the browser's, on a connection that is kept. */
static bool ask_web(struct live_client *c, const struct packet *p, struct packet *reply,
                    char **error)
{
    struct live_web *web = c->options.web;
    struct packet sent = *p;
    const char *why = "no answer";
    struct conn *gone;
    bool ok = live_web_ask(web, p, reply, &gone, &why);
    sent.port = web->proxy.host ? web->proxy.port : p->port;
    unsigned conns = c->conns;
    c->conns = web->number;
    size_t number = tell_packet(c, &sent, p->data, true, 0);
    if (ok)
        tell_packet(c, &sent, reply->data, false, number);
    c->conns = conns;
    tell_address(c, p->to, web->peer);
    if (gone)
        client_closed(c->client, gone);
    if (!ok)
        *error = arena_printf(c->mem, "%s: %s", web->proxy.host ? web->proxy.host : web->host, why);
    return ok;
}

/* Who is asked and does not answer ends the task, but for a KDC that a browser can do without.
 * *lost: it is to be told so. */
static bool ask_any(struct live_client *c, struct packet *p, struct packet *reply, bool *lost,
                    char **error)
{
    *reply = (struct packet){.via = p->via, .from = p->to, .to = p->from, .port = p->port};
    *lost = false;
    if (p->via == VIA_HTTP)
        return ask_web(c, p, reply, error);
    c->conns += !via_datagram(p->via);
    size_t number = tell_packet(c, p, p->data, true, 0);
    if (p->to == &c->names.resolver) {
        if (ask_dns(c, p, &reply->data))
            tell_packet(c, p, reply->data, false, number);
        return true;
    }
    if (ask(c, p, &reply->data, error))
        tell_packet(c, p, reply->data, false, number);
    else if (!c->options.web)
        return false;
    else
        *lost = true;
    return true;
}

bool live_client_do(struct live_client *c, const struct client_do_args *args, char **error)
{
    struct outbox box;
    struct turn turn = new_turn(c, &box);
    bool ok = client_do(c->client, args, &turn), lost;
    for (unsigned n = 0; ok && client_result(c->client).state == CLIENT_WAITING; n++) {
        if (!box.first || n == MESSAGES_MAX) {
            *error = arena_printf(c->mem, "the exchange does not come to an end");
            return false;
        }
        struct packet p = box.first->packet, reply;
        if (!ask_any(c, &p, &reply, &lost, error))
            return false;
        turn = new_turn(c, &box);
        ok = lost ? client_lost(c->client, &turn) : client_receive(c->client, &reply, &turn);
    }
    if (!ok)
        *error = arena_printf(c->mem, "the client ran out of memory, or cryptography failed");
    return ok;
}

const struct browsed *live_client_browsed(const struct live_client *c)
{
    return client_browsed(c->client);
}

void live_client_party(struct live_client *c, const struct party *p, const char *role)
{
    trace_party(c->trace, (struct party_told){p->name, role, "127.0.0.1"});
}

struct client_outcome live_client_result(const struct live_client *c)
{
    return client_result(c->client);
}

const struct trace *live_client_trace(const struct live_client *c)
{
    return c->trace;
}

struct crypto *live_client_crypto(const struct live_client *c)
{
    return c->crypto;
}

const char *live_client_realm(const struct live_client *c)
{
    return c->realm;
}
