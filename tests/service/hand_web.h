/* A web server made by hand, with accounts of its own and a controller on the other end of a secure
 * channel, and a browser that does what it is told. */
#ifndef TESTS_HAND_WEB_H
#define TESTS_HAND_WEB_H

#include "base/tls.h"
#include "context/ntlm.h"
#include "context/spnego.h"
#include "crypto/http_digest.h"
#include "crypto/ntlm.h"
#include "tests/service/hand_client.h"
#include "wire/http_auth.h"

#define HAND_APPS 4

struct hand_account {
    const char *domain, *user, *password;
    int32_t status; /* what is said of it although the password is right */
};

struct hand_web {
    struct hand_client client; /* service, keytab, the turn */
    struct web_app apps[HAND_APPS];
    size_t n_apps;
    struct web_machine machine;
    struct access_token pool, anonymous, mapped;
    struct local_accounts local;
    struct service_config config;
    unsigned asked; /* how often the accounts were */
    /* the controller */
    struct party dc;
    struct netlogon_channel_config channel;
    struct netlogon_server *server;
    uint8_t secret[16];
    struct validation_info info;
    /* what came last */
    struct hand_page {
        struct http_message http;
        struct bytes octets;
        struct auth_value offers[8];
        size_t n_offers, n_out;
    } page;
};

static const struct hand_account hand_accounts[] = {
    {"EXAMPLE", "alice", "alice-pw-1", 0},
    {"EXAMPLE", "ben", "ben-pw-1", 0},
    {"EXAMPLE", "dora", "dora-pw-1", STATUS_ACCOUNT_DISABLED},
    {"WEB1", "alice", "local-pw-1", 0},
};

static inline const struct hand_account *hand_account(const struct logon_question *q)
{
    for (size_t i = 0; i < sizeof hand_accounts / sizeof *hand_accounts; i++)
        if (bytes_equal_nocase(q->user, bytes_str(hand_accounts[i].user)) &&
            (bytes_equal_nocase(q->domain, bytes_str(hand_accounts[i].domain)) ||
             (!q->domain.n && i < 3) ||
             (i < 3 && bytes_equal_nocase(q->domain, BYTES_LIT("example.test")))))
            return &hand_accounts[i];
    return NULL;
}

static inline bool hand_compare(struct turn *t, const struct logon_question *q,
                                const struct hand_account *a, struct logon_answer *out)
{
    char ha1[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];
    uint8_t hash[16];
    if (q->kind == LOGON_NETWORK) {
        struct ntlm_compared c;
        assert_true(ntowf_v1(t->crypto, bytes_str(a->password), hash));
        bool ok = ntlm_compare(t, q, hash, NULL, 0, &c);
        memcpy(out->session_base_key, c.session_base_key, 16);
        memcpy(out->lm_key, c.lm_key, 8);
        return ok && c.by != VERIFIED_NOTHING && !c.refused;
    }
    const struct digest_response *d = q->digest;
    const struct digest_inputs in = {.algorithm = d->algorithm,
                                     .user = d->username,
                                     .realm = d->realm,
                                     .password = bytes_str(a->password),
                                     .method = d->method,
                                     .uri = d->uri,
                                     .nonce = d->nonce,
                                     .nc = d->nc,
                                     .cnonce = d->cnonce,
                                     .qop = d->qop};
    if (!digest_ha1(t->crypto, &in, ha1) || !digest_session_ha1(t->crypto, &in, ha1, ha1) ||
        !digest_response_with(t->crypto, &in, ha1, response))
        return false;
    out->n_digest_session_key = strlen(ha1);
    memcpy(out->digest_session_key, ha1, strlen(ha1));
    return bytes_equal_str(d->response, response);
}

static inline bool hand_ask(void *arg, const struct logon_question *q, struct turn *t,
                            struct logon_answer *out)
{
    struct hand_web *w = arg;
    const struct hand_account *a = hand_account(q);
    *out = (struct logon_answer){.authoritative = true};
    w->asked++;
    out->status = !a                            ? STATUS_NO_SUCH_USER
                  : !hand_compare(t, q, a, out) ? STATUS_WRONG_PASSWORD
                                                : a->status;
    struct validation_info *info = arena_new_of(t->mem, struct validation_info);
    *info = w->info;
    if (a) {
        info->effective_name = bytes_str(a->user);
        info->logon_domain_name = bytes_str(a->domain);
        info->user_id = 1104 + (uint32_t)(a - hand_accounts);
    }
    memcpy(info->user_session_key, out->session_base_key, 16);
    if (!out->status)
        out->info = info;
    return true;
}

static inline int32_t hand_map(void *arg, struct turn *t, const struct tls *tls,
                               const struct access_token **out)
{
    struct hand_web *w = arg;
    (void)t;
    if (!bytes_equal_str(tls->client_certificate, "alice's"))
        return STATUS_NO_SUCH_USER;
    *out = &w->mapped;
    return 0;
}

static inline void hand_web_new(struct hand_web *w)
{
    service_free(w->client.service);
    w->config.apps = w->apps;
    w->config.n_apps = w->n_apps;
    w->client.service = service_new(w->client.hand.run, &w->config);
    assert_non_null(w->client.service);
}

static inline void hand_web_begin(struct hand_web *w, unsigned schemes)
{
    memset(w, 0, sizeof *w);
    hand_client_begin(&w->client, 18);
    w->apps[0] = (struct web_app){.path = "/", .schemes = schemes};
    w->n_apps = 1;
    w->pool = (struct access_token){.name = "NT AUTHORITY\\NETWORK SERVICE",
                                    .user_only = "NETWORK SERVICE",
                                    .package = "",
                                    .where_from = ""};
    w->anonymous = (struct access_token){
        .name = "WEB1\\IUSR_WEB1", .user_only = "IUSR_WEB1", .package = "", .where_from = ""};
    w->mapped = (struct access_token){
        .name = "EXAMPLE\\alice", .user_only = "alice", .package = "SSL/PCT", .where_from = ""};
    w->machine = (struct web_machine){.name = "WEB1",
                                      .domain = "EXAMPLE",
                                      .iusr = w->anonymous.name,
                                      .pool = &w->pool,
                                      .anonymous = &w->anonymous};
    assert_true(sid_parse(BYTES_LIT("S-1-5-21-1-2-3"), &w->info.logon_domain_id));
    w->info.primary_group_id = 513;
    w->local = (struct local_accounts){hand_ask, w, "WEB1"};
    w->config = hand_service_config(&w->client);
    w->config.machine = &w->machine;
    w->config.local = &w->local;
    w->config.map_certificate = hand_map;
    w->config.map_arg = w;
    w->config.ntlm = (struct ntlm_server_config){.nb_computer = BYTES_LIT("WEB1"),
                                                 .nb_domain = BYTES_LIT("EXAMPLE"),
                                                 .dns_computer = BYTES_LIT("web1.example.test"),
                                                 .dns_domain = BYTES_LIT("example.test"),
                                                 .in_domain = true,
                                                 .level = 3};
    hand_web_new(w);
}

static inline void hand_web_end(struct hand_web *w)
{
    service_free(w->client.service);
    hand_client_end(&w->client);
}

/* ---- the browser ----------------------------------------------------------------------------- */

#define HAND_CONN(n) ((struct conn *)(uintptr_t)(n))

static inline void hand_page_read(struct hand_web *w, struct bytes octets, const char *field)
{
    struct hand_page *p = &w->page;
    struct arena *mem = w->client.hand.run;
    size_t used, n;
    *p = (struct hand_page){.octets = arena_copy(mem, octets), .n_out = w->client.hand.out.n};
    assert_int_equal(http_read(p->octets, mem, NULL, &p->http, &used), HTTP_WHOLE);
    for (size_t i = 0; i < p->http.n_fields; i++) {
        struct auth_value values[AUTH_VALUES_MAX];
        if (!bytes_equal_nocase(p->http.fields[i].name, bytes_str(field)))
            continue;
        assert_true(auth_read(p->http.fields[i].value, mem, NULL, values, &n));
        assert_int_equal(n, 1);
        assert_true(p->n_offers < 8);
        p->offers[p->n_offers++] = values[0];
    }
}

/* The turn in which the request comes. False: no answer yet. */
static inline bool hand_get_on(struct hand_web *w, struct conn *conn, const struct tls *tls,
                               const char *start, const char *authorization)
{
    struct arena *mem = w->client.hand.run;
    const char *fields[] = {"Host: www.example.test", NULL};
    if (authorization)
        fields[1] = arena_printf(mem, "Authorization: %s", authorization);
    struct bytes request = http_write(mem, start, fields, authorization ? 2 : 1, (struct bytes){0});
    struct turn *t = hand_turn(&w->client.hand, w->client.hand.turn.now);
    struct packet p = {.conn = conn,
                       .via = VIA_HTTP,
                       .from = &w->client.alice,
                       .to = &w->client.www,
                       .tls = tls,
                       .data = request};
    assert_true(service_receive(w->client.service, &p, t));
    const struct out *first = w->client.hand.out.first;
    if (!first || first->packet.via != VIA_HTTP)
        return false;
    hand_page_read(w, first->packet.data, "WWW-Authenticate");
    return true;
}

static inline int hand_get(struct hand_web *w, struct conn *conn, const char *path,
                           const char *authorization)
{
    const char *start = arena_printf(w->client.hand.run, "GET %s HTTP/1.1", path);
    assert_true(hand_get_on(w, conn, NULL, start, authorization));
    return w->page.http.status;
}

static inline const struct auth_value *hand_offer(const struct hand_web *w, const char *scheme)
{
    for (size_t i = 0; i < w->page.n_offers; i++)
        if (bytes_equal_nocase(w->page.offers[i].scheme, bytes_str(scheme)))
            return &w->page.offers[i];
    return NULL;
}

static inline struct bytes hand_token(const struct hand_web *w, const char *scheme)
{
    struct bytes token = {0};
    const struct auth_value *v = hand_offer(w, scheme);
    if (v && v->token68.n)
        assert_true(auth_token(v, w->client.hand.run, NULL, &token));
    return token;
}

static inline const char *hand_credentials(struct hand_web *w, const char *scheme,
                                           struct bytes token)
{
    return arena_printf(w->client.hand.run, "%s %s", scheme,
                        base64_text(w->client.hand.run, token));
}

static inline struct ntlm_client *hand_ntlm(struct hand_web *w, const char *domain,
                                            const char *user, const char *password)
{
    struct arena *mem = w->client.hand.run;
    struct ntlm_client *c = arena_new_of(mem, struct ntlm_client);
    struct ntlm_client_config config = {.party = "alice",
                                        .user = bytes_str(user),
                                        .domain = bytes_str(domain),
                                        .workstation = BYTES_LIT("PC1"),
                                        .password = bytes_str(password),
                                        .level = 3,
                                        .target_spn = "HTTP/www.example.test"};
    ntlm_client_init(c, mem, &config);
    return c;
}

static inline const char *hand_ntlm_token(struct hand_web *w, struct ntlm_client *c,
                                          const char *scheme, struct bytes in)
{
    struct bytes out = {0};
    struct turn *t = hand_turn(&w->client.hand, w->client.hand.turn.now);
    enum mech_state state = ntlm_client_step(c, t, in, &out);
    assert_true(state == MECH_CONTINUE || state == MECH_DONE);
    return hand_credentials(w, scheme, out);
}

/* The three messages; the status of the last answer. */
static inline int hand_ntlm_logon(struct hand_web *w, struct conn *conn, const char *scheme,
                                  struct ntlm_client *c)
{
    assert_int_equal(hand_get(w, conn, "/", hand_ntlm_token(w, c, scheme, (struct bytes){0})), 401);
    assert_int_equal(w->page.n_offers, 1);
    struct bytes challenge = hand_token(w, scheme);
    assert_int_equal(ntlm_message_type(challenge), 2);
    return hand_get(w, conn, "/", hand_ntlm_token(w, c, scheme, challenge));
}

static inline const char *hand_basic(struct hand_web *w, const char *user, const char *password)
{
    struct arena *mem = w->client.hand.run;
    return arena_str(mem, basic_write(mem, bytes_str(user), bytes_str(password)));
}

/* What a response is made of, to be changed before it is made. */
struct hand_digest {
    const char *user, *password, *uri, *nc, *qop, *algorithm, *method;
    struct bytes nonce, realm, opaque;
    const char *more;
};

static inline struct hand_digest hand_digest_of(struct hand_web *w, const char *user,
                                                const char *password)
{
    const struct auth_value *v = hand_offer(w, "Digest");
    assert_non_null(v);
    return (struct hand_digest){
        .user = user,
        .password = password,
        .uri = "/",
        .nc = "00000001",
        .qop = "auth",
        .method = "GET",
        .algorithm = arena_str(w->client.hand.run, auth_param(v, "algorithm")->value),
        .nonce = auth_param(v, "nonce")->value,
        .realm = auth_param(v, "realm")->value,
        .opaque = auth_param(v, "opaque")->value,
        .more = ""};
}

static inline struct digest_inputs hand_digest_inputs(const struct hand_digest *d)
{
    return (struct digest_inputs){.algorithm = bytes_str(d->algorithm),
                                  .user = bytes_str(d->user),
                                  .realm = d->realm,
                                  .password = bytes_str(d->password),
                                  .method = bytes_str(d->method),
                                  .uri = bytes_str(d->uri),
                                  .nonce = d->nonce,
                                  .nc = bytes_str(d->nc),
                                  .cnonce = BYTES_LIT("c\"n"),
                                  .qop = bytes_str(d->qop)};
}

static inline const char *hand_digest(struct hand_web *w, const struct hand_digest *d)
{
    struct arena *mem = w->client.hand.run;
    struct digest_inputs in = hand_digest_inputs(d);
    char ha1[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX] = "0";
    if (digest_ha1(w->client.hand.crypto, &in, ha1))
        digest_response_of(w->client.hand.crypto, &in, ha1, response);
    return arena_printf(
        mem,
        "Digest %s, %s, %s, uri=\"%s\", algorithm=%s, %s, nc=%s, qop=%s, response=\"%s\", %s%s",
        auth_quoted(mem, "username", bytes_str(d->user)), auth_quoted(mem, "realm", d->realm),
        auth_quoted(mem, "nonce", d->nonce), d->uri, d->algorithm,
        auth_quoted(mem, "cnonce", in.cnonce), d->nc, d->qop, response,
        auth_quoted(mem, "opaque", d->opaque), d->more);
}

/* ---- what came ------------------------------------------------------------------------------- */

static inline void hand_served_as(struct hand_web *w, const char *name)
{
    assert_int_equal(w->page.http.status, 200);
    assert_true(bytes_equal_str(w->page.http.body, arena_printf(w->client.hand.run, "%s\n", name)));
}

static inline void hand_refused_by(struct hand_web *w, const char *step)
{
    assert_int_equal(w->page.http.status, 401);
    assert_true(strcmp(w->client.hand.refused, step) == 0);
    assert_true(bytes_equal_str(w->page.http.body, "Refused\n"));
}

#endif
