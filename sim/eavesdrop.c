/* What somebody on the clients' wire has of what passes (P4, P14): a ledger, made of the octets
 * alone. */
#include "sim/world_inside.h"

#include "base/text.h"
#include "trace/dissect.h"
#include "wire/ntlm.h"

#include <string.h>

#define LM_OR_NTLM 24 /* octets of such a response; longer ones are NTLMv2's */

/* What lies in a message, as somebody without a key reads it. */
struct look {
    struct world *w;
    const struct actor *eve;
    const struct event *packet;
    struct root *root;
};

/* ---- the ledger ------------------------------------------------------------------------------ */

static void add(struct world *w, const char **list, const char *entry)
{
    if (!strstr(*list, entry))
        *list = arena_printf(w->mem, "%s%s%s", *list, **list ? ", " : "", entry);
}

static void learn(const struct look *l, const char *id, const char *who, const char *what)
{
    struct arg args[] = {A_STR("who", who), A_STR("what", what)};
    world_tell_step(l->w, l->eve, id, STEP_NOTED, args, 2);
}

static void guess(const struct look *l, const char *who, const char *what, const char *kind)
{
    learn(l, "eve.guess", who, what);
    add(l->w, &l->w->guessable, arena_printf(l->w->mem, "%s (%s)", who, kind));
}

/* ---- what is in a message -------------------------------------------------------------------- */

/* The first leaf called so, and the first message called so. */
static const struct field *leaf(const struct look *l, const char *name)
{
    for (struct field *f = l->root->top; f; f = field_next(f))
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static const struct root *inside(const struct look *l, const char *what)
{
    for (struct field *f = l->root->top; f; f = field_next(f))
        if (f->inner && f->inner->top && strcmp(f->inner->what, what) == 0)
            return f->inner;
    return NULL;
}

static void ntlm(const struct look *l, struct bytes message)
{
    struct arena *mem = l->w->mem;
    struct authenticate_message m;
    if (!authenticate_read(message, mem, NULL, &m) || !m.user.n)
        return;
    guess(
        l, arena_printf(mem, "%s\\%s", text_escape(mem, m.domain), text_escape(mem, m.user)),
        m.nt_response.n > LM_OR_NTLM
            ? "the server's challenge, and the NTLMv2 response to it. A guess costs an MD4 and "
              "two HMAC-MD5"
            : "the server's challenge, and the response to it. A guess costs an MD4 and three DES",
        "NTLM");
}

static void kerberos(const struct look *l, const struct root *r)
{
    const struct field *name = field_part(field_part(r->top, "ticket"), "sname");
    learn(l, "eve.ticket", name ? name->value : "a service", "");
}

static const char *unquoted(struct arena *mem, const char *text)
{
    size_t n = strlen(text);
    return n > 1 && *text == '"' ? arena_printf(mem, "%.*s", (int)n - 2, text + 1) : text;
}

static void http(const struct look *l)
{
    const struct field *password = leaf(l, "password"), *user = leaf(l, "user-id"),
                       *digest = leaf(l, "username"), *response = leaf(l, "response"),
                       *code = leaf(l, "status-code"), *content = leaf(l, "content");
    const struct root *authenticate = inside(l, "NTLM AUTHENTICATE"), *ap = inside(l, "AP-REQ");
    if (password && user) {
        learn(l, "eve.password", user->value, password->value);
        add(l->w, &l->w->overheard, user->value);
    }
    if (digest && response)
        guess(l, unquoted(l->w->mem, digest->value),
              "the hash, and all that went into it but the password. A guess costs two MD5",
              "Digest");
    if (authenticate)
        ntlm(l, authenticate->data);
    if (ap)
        kerberos(l, ap);
    if (code && content && strcmp(code->value, "200") == 0)
        learn(l, "eve.page", "",
              arena_printf(l->w->mem, "%zu octets", content->end - content->body));
}

static const char *client_of(const struct look *l, const char *list)
{
    const struct field *name = field_part(field_part(l->root->top, list), "cname");
    if (!name)
        name = field_part(l->root->top, "cname");
    return name ? name->value : "the client";
}

static void kdc(const struct look *l)
{
    const char *label = message_label(l->root, l->w->mem);
    if (strcmp(label, "AS-REQ +timestamp") == 0)
        guess(l, client_of(l, "req-body"), "the time, sealed with a key made of the password",
              "Kerberos logon");
    else if (strncmp(label, "AS-REP", 6) == 0)
        guess(l, client_of(l, ""), "the KDC's answer, sealed with the same key", "Kerberos logon");
}

/* ---- the wire -------------------------------------------------------------------------------- */

static const struct actor *listener(const struct world *w)
{
    for (size_t i = 0; i < w->n_actors; i++)
        if (w->actors[i].is->role == ROLE_EAVESDROPPER && w->actors[i].is->ledger)
            return &w->actors[i];
    return NULL;
}

void world_overhear(struct world *w, const struct event *packet, const struct actor *from,
                    const struct actor *to)
{
    struct look l = {.w = w, .eve = listener(w), .packet = packet};
    if (!l.eve || (!from->client && !to->client))
        return;
    if (packet->tls) {
        learn(&l, "eve.lengths", from->handle.name, arena_printf(w->mem, "%zu", packet->data.n));
        return;
    }
    l.root = dissect(packet->data, packet->via, NULL, NULL, w->mem);
    if (packet->via == VIA_HTTP)
        http(&l);
    else if (packet->via == VIA_UDP || packet->via == VIA_TCP)
        kdc(&l);
}

void world_tell_ledger(struct world *w)
{
    const struct actor *eve = listener(w);
    const char *what =
        arena_printf(w->mem, "%s%s%s%s%s", *w->overheard ? "the password of " : "", w->overheard,
                     *w->overheard && *w->guessable ? "; " : "",
                     *w->guessable ? "something to try passwords on, of " : "", w->guessable);
    struct arg args[] = {A_STR("what", *what ? what : "no password, and nothing to try one on")};
    if (eve)
        world_tell_step(w, eve, "eve.ledger", STEP_NOTED, args, 1);
}
