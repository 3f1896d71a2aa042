/* What happens to messages on the way: each change of the scenario strikes once. */
#include "sim/world_inside.h"

#include "base/text.h"
#include "sim/scenario_rows.h"
#include "trace/catalogue.h"
#include "trace/dissect.h"

#include <string.h>

/* ---- octets inside octets ------------------------------------------------------------------- */
static struct bytes with(struct arena *mem, struct bytes whole, size_t at, struct bytes part)
{
    uint8_t *copy = arena_take(mem, whole.n);
    memcpy(copy, whole.p, whole.n);
    memcpy(copy + at, part.p, part.n);
    return bytes_of(copy, whole.n);
}

static size_t find(struct bytes in, struct bytes what)
{
    const uint8_t *p = what.n ? memmem(in.p, in.n, what.p, what.n) : NULL;
    return p ? (size_t)(p - in.p) : SIZE_MAX;
}

/* The message in which a root's octets are `now`: they are put back into the field they were read
 * from, in base64 where that holds base64, and so on outwards. Empty: they cannot be (something
 * sealed, or not the same octets outside). */
static struct bytes put_back(struct arena *mem, const struct root *root, struct bytes now)
{
    while (root->from) {
        const struct field *f = root->from;
        struct bytes outer = f->root->data, was = bytes_slice(outer, f->body, f->end - f->body);
        struct bytes old = root->data, new = now;
        size_t at = find(was, old);
        if (f->state == FIELD_OPENED)
            return (struct bytes){0};
        if (at == SIZE_MAX) {
            old = bytes_str(base64_text(mem, root->data));
            new = bytes_str(base64_text(mem, now));
            at = find(was, old);
        }
        if (at == SIZE_MAX)
            return (struct bytes){0};
        now = with(mem, outer, f->body + at, new);
        root = f->root;
    }
    return now;
}

/* The octets that a change means: those of its field, or the whole message. */
struct aim {
    struct root *root;
    size_t at, n;
};

static bool aim_at(struct world *w, const struct scenario_tamper *t, const struct event *e,
                   struct aim *out)
{
    struct root *root = dissect(e->arrived, e->via, NULL, NULL, w->mem);
    *out = (struct aim){root, 0, e->arrived.n};
    if (!t->field)
        return true;
    struct field *f = field_find(root, t->field);
    if (!f)
        return false;
    *out = (struct aim){f->root, f->body, f->end - f->body};
    return true;
}

static bool flip(struct world *w, const struct scenario_tamper *t, struct event *e)
{
    struct aim aim;
    if (!aim_at(w, t, e, &aim) || t->bit / 8 >= aim.n)
        return false;
    size_t at = aim.at + t->bit / 8;
    uint8_t octet = aim.root->data.p[at] ^ (uint8_t)(0x80 >> t->bit % 8);
    struct bytes now =
        put_back(w->mem, aim.root, with(w->mem, aim.root->data, at, bytes_of(&octet, 1)));
    if (now.n)
        e->arrived = now;
    return now.n != 0;
}

static bool substitute(struct world *w, const struct scenario_tamper *t, struct event *e)
{
    struct aim aim;
    if (!aim_at(w, t, e, &aim) || t->at > aim.n || t->octets.n > aim.n - t->at)
        return false;
    struct bytes now =
        put_back(w->mem, aim.root, with(w->mem, aim.root->data, aim.at + t->at, t->octets));
    if (now.n)
        e->arrived = now;
    return now.n != 0;
}

/* ---- striking ------------------------------------------------------------------------------- */
static struct actor *eavesdropper(struct world *w)
{
    for (size_t i = 0; i < w->n_actors; i++)
        if (w->actors[i].is->role == ROLE_EAVESDROPPER)
            return &w->actors[i];
    return NULL;
}

static void report(struct world *w, const struct scenario_tamper *t, const char *text)
{
    world_tell_tamper(w, t->kind, eavesdropper(w), text);
}

static bool changed(struct world *w, const struct scenario_tamper *t, struct event *e,
                    const char *label, bool done, const char *how)
{
    const char *field = t->field ? t->field : "the message";
    if (!done) {
        report(w, t,
               arena_printf(w->mem, "packet %zu (%s) stays as it is: %s has no such octets there",
                            e->number, label, field));
        return true;
    }
    e->fate = FATE_CHANGED;
    report(
        w, t,
        arena_printf(w->mem, "packet %zu (%s) is changed on the way: %s", e->number, label, how));
    return true;
}

static bool strike(struct world *w, const struct scenario_tamper *t, struct event *e,
                   const char *label, const struct flight *f, int64_t *late)
{
    const char *field = t->field ? t->field : "the message";
    struct actor *eve = eavesdropper(w);
    switch (t->kind) {
    case TAMPER_DROP:
        e->fate = FATE_DROPPED;
        report(w, t, arena_printf(w->mem, "packet %zu (%s) is lost on the way", e->number, label));
        return false;
    case TAMPER_REPLAY:
        world_fly(w, (struct flight){.at = f->at + t->span + WORLD_LATENCY,
                                     .copy_of = e,
                                     .conn = f->conn,
                                     .from = eve ? eve : f->from,
                                     .to = f->to});
        report(w, t,
               arena_printf(w->mem, "packet %zu (%s) is recorded, to be sent once more %s later",
                            e->number, label, span_text(w->mem, t->span + WORLD_LATENCY)));
        return true;
    case TAMPER_DELAY:
        *late += t->span;
        report(w, t,
               arena_printf(w->mem, "packet %zu (%s) is held up for %s", e->number, label,
                            span_text(w->mem, t->span)));
        return true;
    case TAMPER_FLIP:
        return changed(w, t, e, label, flip(w, t, e),
                       arena_printf(w->mem, "bit %zu of %s", t->bit, field));
    case TAMPER_SUBSTITUTE:
        return changed(w, t, e, label, substitute(w, t, e),
                       arena_printf(w->mem, "%zu octets at %zu of %s", t->octets.n, t->at, field));
    case TAMPER_STRIKE_MECH:
        return changed(w, t, e, label, world_strike_mech(w, t, e),
                       arena_printf(w->mem, "%s is struck from the list of mechanisms",
                                    t->mech == STRIKE_NTLM ? "NTLM" : "Kerberos"));
    case TAMPER_TRUNCATE:
        e->arrived = bytes_slice(e->arrived, 0, t->at);
        return changed(
            w, t, e, label, e->arrived.n != e->data.n,
            arena_printf(w->mem, "only %zu of %zu octets arrive", e->arrived.n, e->data.n));
    }
    return true;
}

/* TLS: whoever stands on the way sees that something passes, can hold it up or lose it, and no
 * more.
 */
static bool in_vain(struct world *w, const struct scenario_tamper *t, const struct event *e,
                    const char *label)
{
    if (!e->tls || t->kind == TAMPER_DROP || t->kind == TAMPER_DELAY)
        return false;
    report(w, t,
           arena_printf(w->mem, "packet %zu (%s) stays as it is: it travels inside TLS", e->number,
                        label));
    return true;
}

static bool means(struct world *w, size_t i, const struct event *e, const char *label)
{
    const struct scenario_tamper *t = &w->scenario->tampers[i];
    if (t->packet)
        return t->packet == e->number;
    return scenario_message_is(label, t->message) && ++w->seen[i] == t->nth;
}

bool world_tamper(struct world *w, struct event *e, const char *label, const struct flight *f,
                  int64_t *late)
{
    bool arrives = true;
    if (e->fate == FATE_INJECTED)
        return true;
    for (size_t i = 0; i < w->scenario->n_tampers; i++) {
        if (!means(w, i, e, label))
            continue;
        w->struck_at[i] = e->number;
        if (in_vain(w, &w->scenario->tampers[i], e, label))
            continue;
        arrives = arrives && strike(w, &w->scenario->tampers[i], e, label, f, late);
    }
    return arrives;
}
