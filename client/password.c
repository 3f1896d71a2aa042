/* The schemes that a password alone is enough for: Basic (RFC 7617), which hands it over, and
 * Digest (RFC 7616), which proves it and counts its requests. Either is sent unasked where it was
 * taken before. */
#include "client/browse.h"

#include "base/text.h"
#include "crypto/http_digest.h"

#include <stdio.h>
#include <string.h>

/* ---- where they were taken ------------------------------------------------------------------- */

static bool is_secure(const struct browse *b, const struct side *side)
{
    return side->to == TO_SERVER && b->tls;
}

static struct space *find_space(const struct client *c, const struct side *side)
{
    const struct browse *b = c->task.browse;
    for (struct space *s = c->browser->spaces; s; s = s->next)
        if (s->scheme && s->to == side->to && s->secure == is_secure(b, side) &&
            strcmp(s->host, side->to == TO_PROXY ? "" : b->authority) == 0)
            return s;
    return NULL;
}

void browse_forget_space(struct client *c, const struct side *side)
{
    struct space *s = find_space(c, side);
    if (s)
        s->scheme = 0;
}

static struct space *space_for(struct client *c, const struct side *side)
{
    struct space *s = find_space(c, side);
    if (!s) {
        const struct browse *b = c->task.browse;
        s = arena_new_of(c->mem, struct space);
        s->host = side->to == TO_PROXY ? "" : b->authority;
        s->secure = is_secure(b, side);
        s->to = side->to;
        s->next = c->browser->spaces;
        c->browser->spaces = s;
    }
    return s;
}

void browse_keep_space(struct client *c, struct side *side)
{
    if (side->scheme != BROWSE_BASIC && side->scheme != BROWSE_DIGEST)
        return;
    struct space *s = space_for(c, side);
    s->scheme = side->scheme;
    s->credential = side->credential;
    s->digest = side->digest;
    const char *target = c->task.target, *query = target + strcspn(target, "?");
    while (query > target && query[-1] != '/')
        query--;
    s->path = arena_printf(c->mem, "%.*s", (int)(query - target), target);
}

/* RFC 7617 2.2: Basic at this depth and below; RFC 7616 3.3: Digest everywhere on the server, as no
 * challenge that is answered here names a domain of its own. */
static bool is_within(const struct client *c, const struct space *s)
{
    return s->scheme != BROWSE_BASIC || s->to == TO_PROXY ||
           strncmp(c->task.target, s->path, strlen(s->path)) == 0;
}

/* ---- Basic ----------------------------------------------------------------------------------- */

static bool has_colon(struct bytes user)
{
    return user.n && memchr(user.p, ':', user.n);
}

enum begun browse_basic(struct client *c, struct turn *t, struct side *side)
{
    const struct browser_credential *own = side->credential;
    struct bytes user = own->user;
    if (own->domain.n)
        user = bytes_str(arena_printf(t->mem, "%s\\%s", arena_str(t->mem, own->domain),
                                      arena_str(t->mem, own->user)));
    if (has_colon(user)) {
        side->why = "a name with a colon in it cannot be sent (RFC 7617 2)";
        return NOT_BEGUN;
    }
    side->value = arena_str(t->mem, basic_write(t->mem, user, own->password));
    tell(t, STEP_DONE, "client.basic.sent", A_TEXT("user", user),
         A_STR("clear", browse_secure(c) ? "TLS around it hides it on the way"
                                         : "Whoever listens on the way can read it"));
    return BEGUN;
}

/* ---- Digest: the challenge --------------------------------------------------------------------
 */

static struct bytes param(const struct auth_value *v, const char *name)
{
    const struct auth_param *p = auth_param(v, name);
    return p ? p->value : (struct bytes){0};
}

static bool has_word(struct bytes list, const char *word)
{
    while (list.n) {
        const uint8_t *comma = memchr(list.p, ',', list.n);
        struct bytes one = bytes_slice(list, 0, comma ? (size_t)(comma - list.p) : list.n);
        list = bytes_slice(list, one.n + 1, list.n);
        while (one.n && (one.p[0] == ' ' || one.p[0] == '\t'))
            one = bytes_slice(one, 1, one.n);
        while (one.n && (one.p[one.n - 1] == ' ' || one.p[one.n - 1] == '\t'))
            one.n--;
        if (bytes_equal_nocase(one, bytes_str(word)))
            return true;
    }
    return false;
}

/* Why this challenge cannot be answered; NULL: it can. */
static const char *unanswerable(const struct auth_value *v)
{
    bool session;
    if (!auth_param(v, "realm") || !auth_param(v, "nonce"))
        return "its challenge lacks realm or nonce";
    if (!digest_algorithm(param(v, "algorithm"), &session))
        return "its algorithm is not known here";
    if (auth_param(v, "qop") && !has_word(param(v, "qop"), "auth"))
        return "it wants a quality of protection other than auth";
    if (session && !auth_param(v, "qop"))
        return "a session needs qop, and it has none";
    return NULL;
}

static void take_challenge(struct client *c, struct turn *t, struct side *side,
                           const struct auth_value *v)
{
    struct digest_use *use = &side->digest;
    uint8_t octets[16];
    *use = (struct digest_use){
        .realm = arena_copy(c->mem, param(v, "realm")),
        .nonce = arena_copy(c->mem, param(v, "nonce")),
        .opaque = arena_copy(c->mem, param(v, "opaque")),
        .has_opaque = auth_param(v, "opaque") != NULL,
        .algorithm = arena_copy(c->mem, param(v, "algorithm")),
        .qop = auth_param(v, "qop") != NULL,
        .userhash = bytes_equal_nocase(param(v, "userhash"), BYTES_LIT("true")),
    };
    rng_fill(t->rng, "cnonce", octets, sizeof octets);
    snprintf(use->cnonce, sizeof use->cnonce, "%s",
             hex_text(t->mem, bytes_of(octets, sizeof octets)));
    tell(t, STEP_DONE, "client.digest.challenge", A_TEXT("realm", use->realm),
         A_TEXT("nonce", use->nonce),
         A_TEXT("algorithm", use->algorithm.n ? use->algorithm : BYTES_LIT("MD5")),
         A_STR("qop", use->qop ? "auth" : "none: the older form, without a count"));
}

/* ---- Digest: the response ---------------------------------------------------------------------
 */

/* What the response is of: the target as the request line has it, to the proxy with the scheme and
 * the host before it. */
static struct bytes uri_of(const struct client *c, const struct side *side, struct arena *mem)
{
    const struct browse *b = c->task.browse;
    if (side->to == TO_SERVER)
        return bytes_str(c->task.target);
    if (b->tunnel == TUNNEL_ASKED)
        return bytes_str(arena_printf(mem, "%s:%u", c->task.host, (unsigned)b->port));
    return bytes_str(arena_printf(mem, "http://%s%s", b->authority, c->task.target));
}

static struct digest_inputs inputs_of(const struct client *c, const struct side *side,
                                      struct arena *mem)
{
    const struct browse *b = c->task.browse;
    const struct digest_use *use = &side->digest;
    struct digest_inputs in = {
        .algorithm = use->algorithm,
        .user = side->credential->user,
        .realm = use->realm,
        .password = side->credential->password,
        .method = bytes_str(b->tunnel == TUNNEL_ASKED ? "CONNECT" : b->method),
        .uri = uri_of(c, side, mem),
        .nonce = use->nonce,
        .nc = bytes_str(arena_printf(mem, "%08x", use->nc)),
        .cnonce = bytes_str(use->cnonce),
    };
    if (use->qop)
        in.qop = BYTES_LIT("auth");
    return in;
}

static bool is_ascii(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] < ' ' || b.p[i] > '~')
            return false;
    return true;
}

/* RFC 7616 3.4, 3.4.4: as it is, hashed, or, beyond ASCII, in the form of RFC 8187. */
static const char *username(struct turn *t, const struct digest_use *use,
                            const struct digest_inputs *in)
{
    char hash[DIGEST_HEX_MAX];
    if (use->userhash)
        return digest_userhash(t->crypto, in, hash)
                   ? arena_printf(t->mem, "username=\"%s\", userhash=true", hash)
                   : NULL;
    if (is_ascii(in->user))
        return auth_quoted(t->mem, "username", in->user);
    const char *text = "";
    for (size_t i = 0; i < in->user.n; i++)
        text = arena_printf(t->mem, "%s%%%02X", text, in->user.p[i]);
    return arena_printf(t->mem, "username*=UTF-8''%s", text);
}

/* The next response with this nonce. */
static bool respond(struct client *c, struct turn *t, struct side *side)
{
    struct digest_use *use = &side->digest;
    char ha1[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];
    use->nc++;
    struct digest_inputs in = inputs_of(c, side, t->mem);
    const char *user = username(t, use, &in);
    if (!user || !digest_ha1(t->crypto, &in, ha1) ||
        !digest_response_of(t->crypto, &in, ha1, response))
        return false;
    wipe(ha1, sizeof ha1);
    const char *algorithm =
        use->algorithm.n ? arena_printf(t->mem, ", algorithm=%s", arena_str(t->mem, use->algorithm))
                         : "";
    const char *counted =
        use->qop ? arena_printf(t->mem, ", qop=auth, nc=%08x, cnonce=\"%s\"", use->nc, use->cnonce)
                 : "";
    const char *opaque =
        use->has_opaque ? arena_printf(t->mem, ", %s", auth_quoted(t->mem, "opaque", use->opaque))
                        : "";
    side->value = arena_printf(
        t->mem, "Digest %s, %s, %s, %s%s%s, response=\"%s\"%s", user,
        auth_quoted(t->mem, "realm", use->realm), auth_quoted(t->mem, "nonce", use->nonce),
        auth_quoted(t->mem, "uri", in.uri), algorithm, counted, response, opaque);
    tell(t, STEP_DONE, "client.digest.response", A_TEXT("user", in.user),
         A_TEXT("realm", use->realm), A_STR("method", arena_str(t->mem, in.method)),
         A_TEXT("uri", in.uri), A_INT("count", use->nc), A_STR("response", response),
         A_STR("hidden", use->userhash ? "The name goes as a hash too" : ""));
    return true;
}

enum begun browse_digest(struct client *c, struct turn *t, struct side *side)
{
    struct auth_value list[AUTH_VALUES_MAX];
    size_t n = browse_list(c, t, BROWSE_DIGEST, list);
    side->why = "there is no challenge that can be read";
    for (size_t i = 0; i < n; i++) {
        const char *why = unanswerable(&list[i]);
        if (why) {
            side->why = why;
            continue;
        }
        take_challenge(c, t, side, &list[i]);
        return respond(c, t, side) ? BEGUN : BEGIN_TROUBLE;
    }
    return NOT_BEGUN;
}

bool browse_stale(struct client *c, struct turn *t, struct side *side)
{
    struct auth_value list[AUTH_VALUES_MAX];
    size_t n = browse_list(c, t, BROWSE_DIGEST, list);
    for (size_t i = 0; i < n && !side->stale; i++) {
        if (!bytes_equal_nocase(param(&list[i], "stale"), BYTES_LIT("true")))
            continue;
        side->stale = true;
        tell(t, STEP_NOTED, "client.digest.stale", A_TEXT("nonce", side->digest.nonce));
        return true;
    }
    return false;
}

/* ---- unasked --------------------------------------------------------------------------------- */

bool browse_unasked(struct client *c, struct turn *t, struct side *side)
{
    const struct space *s = find_space(c, side);
    if (!s || (side->scheme && side->scheme != s->scheme) || !is_within(c, s))
        return true;
    bool anew = side->scheme == 0;
    side->scheme = s->scheme;
    side->credential = s->credential;
    side->unasked = anew || side->unasked;
    if (anew) {
        side->digest = s->digest;
        tell(t, STEP_DONE, "client.http.unasked", A_STR("scheme", browse_scheme_name(s->scheme)));
    }
    if (s->scheme == BROWSE_BASIC)
        return browse_basic(c, t, side) == BEGUN;
    return respond(c, t, side);
}

/* ---- the server's proof (RFC 7616 3.5) --------------------------------------------------------
 */

static bool unproved(struct client *c, struct turn *t, const char *why)
{
    browse_refused(c, t, FIND_UNPROVED, why);
    return false;
}

static bool check(struct client *c, struct turn *t, struct side *side, const struct auth_value *v)
{
    char ha1[DIGEST_HEX_MAX], due[DIGEST_HEX_MAX];
    struct digest_inputs in = inputs_of(c, side, t->mem);
    struct bytes count = param(v, "nc"), cnonce = param(v, "cnonce");
    in.method = (struct bytes){0};
    if ((cnonce.n && !bytes_equal(cnonce, in.cnonce)) || (count.n && !bytes_equal(count, in.nc)))
        return unproved(c, t, "its proof is of another request");
    if (!digest_ha1(t->crypto, &in, ha1) || !digest_response_of(t->crypto, &in, ha1, due))
        return unproved(c, t, "the proof could not be computed");
    wipe(ha1, sizeof ha1);
    if (!bytes_equal_secret(param(v, "rspauth"), bytes_str(due)))
        return unproved(c, t, "its proof (rspauth) is wrong");
    side->digest_proved = true;
    tell(t, STEP_DONE, "client.digest.proof", A_STR("rspauth", due));
    return true;
}

bool browse_digest_proof(struct client *c, struct turn *t, struct side *side,
                         const struct http_message *http)
{
    const struct http_field *f = http_field(http, side->to == TO_PROXY ? "Proxy-Authentication-Info"
                                                                       : "Authentication-Info");
    struct auth_value v;
    if (!f)
        return true;
    if (!auth_info_read(f->value, t->mem, t->faults, &v))
        return unproved(c, t, "what should prove it cannot be read");
    if (auth_param(&v, "rspauth") && !check(c, t, side, &v))
        return false;
    if (param(&v, "nextnonce").n) {
        side->digest.nonce = arena_copy(c->mem, param(&v, "nextnonce"));
        side->digest.nc = 0;
    }
    return true;
}
