#include "trace/text.h"

#include "base/text.h"
#include "base/when.h"
#include "trace/catalogue.h"
#include "trace/sheet.h"

#include <stdio.h>
#include <string.h>

struct writing {
    struct sheet sheet;
    struct text_options options;
    struct crypto *crypto;
    struct keyring ring;
};

static struct text_options options_of(const struct text_options *given)
{
    struct text_options o = given ? *given : (struct text_options){0};
    if (o.width == 0)
        o.width = 100;
    return o;
}

static void line(struct sheet *s, const struct text_options *o, const char *first, const char *text)
{
    sheet_wrap(s, first, text, o->width, o->ascii);
}

/* ---- fields --------------------------------------------------------------------------------- */

#define INDENT_MAX 40

/* Below an opened cipher, what its own line does not say. */
static void seal_line(struct sheet *s, const struct text_options *o, const char *first,
                      const struct root *r)
{
    const struct field *from = r->from;
    if (from->state == FIELD_OPENED && from->opened_by && r->etype)
        line(s, o, first,
             arena_printf(s->mem, "key usage %d; after a confounder of %zu octets:",
                          from->opened_usage, r->confounder));
}

/* White space and the like, which the message as text shows well enough. */
static bool is_separator(const struct field *f)
{
    return f->words && strcmp(f->words->place, "?separator") == 0;
}

static bool is_secret(const struct field *f)
{
    return strcmp(f->name, "keyvalue") == 0 || strcmp(f->name, "ExportedSessionKey") == 0;
}

static void field_lines(struct sheet *s, const struct text_options *o, const struct field *f)
{
    struct arena *mem = s->mem;
    int indent = f->depth < INDENT_MAX / 2 ? 2 * (int)f->depth : INDENT_MAX;
    if (!f->parent && f->root->from && f->root->top == f)
        seal_line(s, o, arena_printf(mem, "                %*s", indent, ""), f->root);
    const char *value = is_secret(f) && !o->with_keys ? "(left out)" : f->value;
    const char *first =
        arena_printf(mem, "    %04zx%6zu%*s%s", f->at, f->end - f->at, indent + 2, "", f->name);
    line(s, o, arena_printf(mem, "%s%s", first, *value ? "  " : ""), value);
    const char *under = arena_printf(mem, "                  %*s", indent, "");
    if (f->fault)
        line(s, o, arena_printf(mem, "%s! ", under), fault_text(mem, f->fault));
    /* An entry of a list says it once for itself and for the number in it. */
    if (o->words && f->meaning && (!f->parent || f->parent->meaning != f->meaning))
        line(s, o, under, f->meaning);
    if (o->words && f->words)
        line(s, o, under, arena_printf(mem, "%s (%s)", f->words->text, f->words->spec));
}

static void tree(struct sheet *s, const struct text_options *o, struct root *r)
{
    for (struct field *f = r->top; f; f = field_next(f))
        if (!f->header && !is_separator(f))
            field_lines(s, o, f);
}

/* ---- events --------------------------------------------------------------------------------- */

static const char *mark(const struct text_options *o, enum outcome outcome)
{
    static const char *const marks[][2] = {
        [STEP_DONE] = {"\xe2\x9c\x93", "+"},
        [STEP_REFUSED] = {"\xe2\x9c\x97", "x"},
        [STEP_NOTED] = {"\xc2\xb7", "-"},
    };
    return marks[outcome][o->ascii];
}

static void step_lines(struct sheet *s, const struct text_options *o, const struct event *e)
{
    const struct sentence *row = sentence_find(e->id);
    const char *text = sentence_of(s->mem, e);
    if (row && row->spec)
        text = arena_printf(s->mem, "%s (%s)", text, row->spec);
    line(s, o, arena_printf(s->mem, "  %s %-8s ", mark(o, e->outcome), e->party), text);
}

static void key_lines(struct sheet *s, const struct text_options *o, const struct event *e)
{
    struct arg etype = A_ETYPE("etype", e->etype);
    const char *kvno = e->kvno ? arena_printf(s->mem, ", version %d", e->kvno) : "";
    const char *value =
        o->with_keys ? arena_printf(s->mem, ", %s", hex_text(s->mem, e->value)) : "";
    line(s, o, arena_printf(s->mem, "  = %-8s ", e->party),
         arena_printf(s->mem, "holds the key %s: %s%s%s", e->key_name, arg_text(s->mem, &etype),
                      kvno, value));
}

static void event_lines(struct sheet *s, const struct text_options *o, const struct event *e)
{
    switch (e->kind) {
    case EVENT_STEP:
        step_lines(s, o, e);
        break;
    case EVENT_KEY:
        key_lines(s, o, e);
        break;
    case EVENT_TAMPER:
        line(s, o, arena_printf(s->mem, "  ! %-8s ", *e->party ? e->party : "world"),
             arena_printf(s->mem, "%s%s%s", e->id, *e->text ? ": " : "", e->text));
        break;
    case EVENT_RESULT:
        line(s, o, "", "");
        line(s, o, arena_printf(s->mem, "%s: ", e->party), *e->text ? e->text : e->id);
        break;
    case EVENT_TASK:
    case EVENT_PACKET:
    case EVENT_DECISION: /* its step says it in words; `tessera why` shows the rest */
        break;
    }
}

char *event_text(const struct event *e, const struct text_options *given, struct arena *mem)
{
    struct sheet s = {.mem = mem};
    struct text_options o = options_of(given);
    sheet_str(&s, "");
    event_lines(&s, &o, e);
    return (char *)s.p;
}

static const char *via_text(enum transport via)
{
    static const char *const names[] = {[VIA_UDP] = "UDP",
                                        [VIA_TCP] = "TCP",
                                        [VIA_HTTP] = "HTTP",
                                        [VIA_DNS] = "UDP",
                                        [VIA_RPC] = "TCP"};
    return names[via];
}

static const char *fate_text(const struct event *e)
{
    static const char *const fates[] = {
        [FATE_DELIVERED] = "",
        [FATE_DROPPED] = ", lost on the way",
        [FATE_CHANGED] = ", changed on the way",
        [FATE_INJECTED] = ", put in by somebody else",
    };
    return fates[e->fate];
}

static void packet_lines(struct writing *w, const struct event *e)
{
    struct arena *mem = w->sheet.mem;
    struct root *r = dissect(e->arrived, e->via, &w->ring, w->crypto, mem);
    const char *reply = e->in_reply ? arena_printf(mem, ", answers %zu", e->in_reply) : "";
    unsigned port = e->in_reply ? e->from_port : e->to_port;
    line(&w->sheet, &w->options, "", "");
    line(&w->sheet, &w->options, arena_printf(mem, "%zu  ", e->number),
         arena_printf(mem, "%s %s %s   %s   %zu octets, %s%s%s%s", e->party,
                      w->options.ascii ? "->" : "\xe2\x86\x92", e->to, message_label(r, mem),
                      e->arrived.n, e->tls ? "inside TLS, TCP" : via_text(e->via),
                      port ? arena_printf(mem, " %u", port) : "", reply, fate_text(e)));
    if (w->options.fields)
        tree(&w->sheet, &w->options, r);
}

static void title(struct writing *w, const struct trace *t)
{
    struct arena *mem = w->sheet.mem;
    line(&w->sheet, &w->options, "",
         arena_printf(mem, "%s%srealm %s, seed %llu", t->title, *t->title ? ": " : "", t->realm,
                      (unsigned long long)t->seed));
    for (size_t i = 0; i < t->n_parties; i++) {
        const struct party_told *p = &t->parties[i];
        line(
            &w->sheet, &w->options, "  ",
            arena_printf(mem, "%s, %s%s%s", p->name, p->role, *p->address ? ", " : "", p->address));
    }
}

/* A key is told whenever it is used; worth a line is who comes to hold it. */
static bool is_known(const struct trace *t, const struct event *key)
{
    for (size_t i = 0; i < key->index; i++) {
        const struct event *e = t->events[i];
        if (e->kind == EVENT_KEY && e->etype == key->etype && strcmp(e->party, key->party) == 0 &&
            bytes_equal(e->value, key->value))
            return true;
    }
    return false;
}

char *trace_text(const struct trace *t, const struct text_options *given, struct crypto *crypto,
                 struct arena *mem)
{
    struct writing w = {.sheet = {.mem = mem}, .options = options_of(given), .crypto = crypto};
    w.ring = keyring_of(t, t->n, mem);
    if (w.options.eyes)
        w.ring = keyring_held(&w.ring, w.options.eyes, mem);
    title(&w, t);
    for (size_t i = 0; i < t->n; i++) {
        const struct event *e = t->events[i];
        if (e->kind == EVENT_TASK && *e->text) {
            line(&w.sheet, &w.options, "", "");
            line(&w.sheet, &w.options, "", e->text);
        } else if (e->kind == EVENT_PACKET) {
            packet_lines(&w, e);
        } else if (e->kind != EVENT_KEY || !is_known(t, e)) {
            event_lines(&w.sheet, &w.options, e);
        }
    }
    return (char *)w.sheet.p;
}
