/* Digest (RFC 7616, P6): the request brings a hash over the password and what stands around it.
 * The controller, which has the password's hash, compares (MS-APDS 3.1.5.4); here it is seen to
 * that the hash is over what was asked: nonce, count, method and target. */
#include "service/inside.h"

#include "base/text.h"
#include "crypto/http_digest.h"

#include <string.h>

static struct bytes realm_of(const struct visit *v)
{
    const struct web_machine *machine = v->service->config.machine;
    if (v->app->digest_realm)
        return bytes_str(v->app->digest_realm);
    if (machine && machine->domain)
        return bytes_str(machine->domain);
    return machine ? bytes_str(machine->name) : v->service->config.realm;
}

static const char *const *algorithms(const struct visit *v)
{
    static const char *const usual[] = {"MD5", NULL};
    return v->app->digest_algorithms ? v->app->digest_algorithms : usual;
}

static const char *opaque(struct visit *v)
{
    return hex_text(v->turn->mem, bytes_str(v->app->path));
}

/* A challenge for each algorithm (RFC 7616 3.7), the preferred one first. */
size_t digest_offer(struct visit *v, const char **out, size_t room)
{
    struct arena *mem = v->turn->mem;
    struct bytes realm = realm_of(v);
    size_t n = 0;
    for (const char *const *a = algorithms(v); *a && n < room && n < 4; a++) {
        const char *nonce = nonce_make(v, realm);
        if (!nonce)
            break;
        out[n++] = arena_printf(mem,
                                "Digest %s, qop=\"auth\", algorithm=%s, nonce=\"%s\", "
                                "opaque=\"%s\", charset=UTF-8%s",
                                auth_quoted(mem, "realm", realm), *a, nonce, opaque(v),
                                v->stale ? ", stale=true" : "");
    }
    return n;
}

/* ---- what the response says -------------------------------------------------------------------
 */

static struct bytes said(const struct visit *v, const char *name)
{
    const struct auth_param *p = auth_param(&v->credentials, name);
    return p ? p->value : (struct bytes){0};
}

/* username*=UTF-8''J%C3%A4s%C3%B8n (RFC 8187 3.2). */
static bool extended(struct arena *mem, struct bytes text, struct bytes *out)
{
    static const struct bytes start = BYTES_LIT("UTF-8''");
    uint8_t *octets = arena_take(mem, text.n);
    size_t n = 0, at;
    if (!bytes_equal_nocase(bytes_slice(text, 0, start.n), start))
        return false;
    for (size_t i = start.n; i < text.n; i++) {
        struct bytes octet;
        octets[n] = text.p[i];
        if (text.p[i] == '%') {
            if (i + 2 >= text.n || !hex_decode(mem, bytes_slice(text, i + 1, 2), &octet, &at) ||
                octet.n != 1)
                return false;
            octets[n] = octet.p[0];
            i += 2;
        }
        n++;
    }
    *out = bytes_of(octets, n);
    return true;
}

static bool offered(const struct visit *v, struct bytes algorithm)
{
    for (const char *const *a = algorithms(v); *a; a++)
        if (bytes_equal_nocase(algorithm.n ? algorithm : BYTES_LIT("MD5"), bytes_str(*a)))
            return true;
    return false;
}

static bool read_count(struct bytes nc, uint32_t *count)
{
    *count = 0;
    for (size_t i = 0; i < nc.n; i++) {
        uint8_t c = nc.p[i] | 0x20;
        bool digit = nc.p[i] >= '0' && nc.p[i] <= '9';
        if (!digit && (c < 'a' || c > 'f'))
            return false;
        *count = *count << 4 | (uint32_t)(digit ? nc.p[i] - '0' : c - 'a' + 10);
    }
    return nc.n == 8;
}

/* What is amiss; NULL: nothing. */
static const char *read(struct visit *v, struct digest_response *r, uint32_t *count)
{
    *r = (struct digest_response){.username = said(v, "username"),
                                  .realm = said(v, "realm"),
                                  .nonce = said(v, "nonce"),
                                  .uri = said(v, "uri"),
                                  .response = said(v, "response"),
                                  .algorithm = said(v, "algorithm"),
                                  .cnonce = said(v, "cnonce"),
                                  .nc = said(v, "nc"),
                                  .qop = said(v, "qop"),
                                  .method = v->http.method};
    struct bytes star = said(v, "username*");
    const struct {
        bool bad;
        const char *why;
    } checks[] = {
        {bytes_equal_nocase(said(v, "userhash"), BYTES_LIT("true")), "userhash"},
        {star.n && (r->username.n || !extended(v->turn->mem, star, &r->username)), "username*"},
        {!r->username.n || !utf8_valid(r->username), "username"},
        {!bytes_equal(r->realm, realm_of(v)), "realm"},
        {!offered(v, r->algorithm), "algorithm"},
        {!bytes_equal_nocase(r->qop, BYTES_LIT("auth")), "qop"},
        {!bytes_equal(r->uri, v->http.target), "uri"},
        {!bytes_equal_str(said(v, "opaque"), opaque(v)), "opaque"},
        {!r->cnonce.n, "cnonce"},
        {!read_count(r->nc, count), "nc"},
        {!r->response.n, "response"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].bad)
            return checks[i].why;
    return NULL;
}

/* ---- the exchange ---------------------------------------------------------------------------- */

static enum next check_nonce(struct visit *v, const struct digest_response *r, uint32_t count)
{
    struct nonce_use nonce;
    switch (nonce_check(v, r->nonce, r->realm, &nonce)) {
    case NONCE_OTHER:
        return service_refuse(v, FIND_NONCE, 401, 0, NULL);
    case NONCE_OLD:
        v->stale = true;
        return service_refuse(v, FIND_STALE, 401, 0, NULL);
    case NONCE_GOOD:
        break;
    }
    if (nonce_count(v->service, &nonce, count)) {
        tell(v->turn, STEP_DONE, "service.digest.nonce", A_TEXT("count", r->nc));
        return NEXT;
    }
    v->stale = nonce.made <= v->service->forgotten;
    return service_refuse(v, FIND_COUNT, 401, 0, text_escape(v->turn->mem, r->nc));
}

enum next digest_begin(struct visit *v)
{
    const struct web_machine *machine = v->service->config.machine;
    struct logon_question *q = arena_new_of(v->turn->mem, struct logon_question);
    struct digest_response *r = arena_new_of(v->turn->mem, struct digest_response);
    uint32_t count;
    const char *bad = read(v, r, &count);
    if (bad)
        return service_refuse(v, FIND_DIGEST, 401, 0, bad);
    tell(v->turn, STEP_DONE, "service.digest.read", A_TEXT("user", r->username),
         A_TEXT("algorithm", r->algorithm.n ? r->algorithm : BYTES_LIT("MD5")),
         A_TEXT("uri", r->uri));
    enum next next = check_nonce(v, r, count);
    if (next != NEXT)
        return next;
    struct bytes domain =
        machine
            ? bytes_str(machine->domain && v->service->channel ? machine->domain : machine->name)
            : (struct bytes){0};
    *q = (struct logon_question){.kind = LOGON_DIGEST, .digest = r};
    service_account(v, r->username, domain, &q->user, &q->domain);
    return service_ask(v, q);
}

/* RFC 7616 3.5: with H(A1), which the controller gave, the server proves itself too. */
static const char *info(struct visit *v, const struct digest_response *r,
                        const struct logon_answer *answer)
{
    const struct digest_inputs in = {.algorithm = r->algorithm,
                                     .uri = r->uri,
                                     .nonce = r->nonce,
                                     .nc = r->nc,
                                     .cnonce = r->cnonce,
                                     .qop = r->qop};
    char ha1[DIGEST_HEX_MAX] = "", proof[DIGEST_HEX_MAX];
    if (!answer->n_digest_session_key ||
        answer->n_digest_session_key > sizeof answer->digest_session_key)
        return NULL;
    memcpy(ha1, answer->digest_session_key, answer->n_digest_session_key);
    bool ok = digest_response_with(v->turn->crypto, &in, ha1, proof);
    wipe(ha1, sizeof ha1);
    if (!ok)
        return NULL;
    struct arena *mem = v->turn->mem;
    return arena_printf(mem, "qop=auth, rspauth=\"%s\", %s, nc=%s", proof,
                        auth_quoted(mem, "cnonce", r->cnonce), arena_str(mem, r->nc));
}

enum next digest_answered(struct visit *v, const struct logon_answer *answer)
{
    enum next next = service_logon_status(v, answer);
    struct digest_response r;
    uint32_t count;
    if (next != NEXT)
        return next;
    if (read(v, &r, &count) || !answer->info)
        return TROUBLE;
    struct access_token *token = token_of_validation(v->turn->mem, answer->info, "Digest",
                                                     TOKEN_NETWORK, v->service->config.names);
    token->where_from = v->asked;
    v->user = token;
    v->info = info(v, &r, answer);
    tell(v->turn, STEP_DONE, "service.digest.identity", A_STR("user", token->name),
         A_STR("proof",
               v->info ? "and the server proves with H(A1) that it asked who knows it" : ""));
    return NEXT;
}
