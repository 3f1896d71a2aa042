#include "trace/catalogue.h"

#include "base/text.h"
#include "base/when.h"
#include "wire/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_SHOWN 32 /* octets of an ARG_BYTES before it is cut */

static int by_id(const void *id, const void *row)
{
    return strcmp(id, ((const struct sentence *)row)->id);
}

const struct sentence *sentence_find(const char *id)
{
    size_t n;
    const struct sentence *rows = sentence_table(&n);
    return bsearch(id, rows, n, sizeof *rows, by_id);
}

/* The two largest units, and below a minute what is left of a second: "6 min 0 s", "0.25 s". */
char *span_text(struct arena *mem, int64_t span)
{
    const char *sign = span < 0 ? "-" : "";
    uint64_t us = span < 0 ? -(uint64_t)span : (uint64_t)span, s = us / SECOND;
    if (s >= DAY / SECOND)
        return arena_printf(mem, "%s%llu d %llu h", sign, (unsigned long long)(s / 86400),
                            (unsigned long long)(s / 3600 % 24));
    if (s >= HOUR / SECOND)
        return arena_printf(mem, "%s%llu h %llu min", sign, (unsigned long long)(s / 3600),
                            (unsigned long long)(s / 60 % 60));
    if (s >= MINUTE / SECOND)
        return arena_printf(mem, "%s%llu min %llu s", sign, (unsigned long long)(s / 60),
                            (unsigned long long)(s % 60));
    if (us % SECOND == 0)
        return arena_printf(mem, "%s%llu s", sign, (unsigned long long)s);
    char *text = arena_printf(mem, "%s%llu.%06llu", sign, (unsigned long long)s,
                              (unsigned long long)(us % SECOND));
    size_t n = strlen(text);
    while (text[n - 1] == '0')
        n--;
    return arena_printf(mem, "%.*s s", (int)n, text);
}

static char *bytes_text(struct arena *mem, struct bytes b)
{
    if (b.n <= BYTES_SHOWN)
        return hex_text(mem, b);
    return arena_printf(mem, "%s... (%zu octets)", hex_text(mem, bytes_slice(b, 0, BYTES_SHOWN)),
                        b.n);
}

char *arg_text(struct arena *mem, const struct arg *a)
{
    char when[WHEN_TEXT];
    switch (a->kind) {
    case ARG_TEXT:
        return text_escape(mem, a->text);
    case ARG_BYTES:
        return bytes_text(mem, a->text);
    case ARG_TIME:
        return arena_str(mem, bytes_str(when_text(a->number, a->number % SECOND != 0, when)));
    case ARG_SPAN:
        return span_text(mem, a->number);
    case ARG_ETYPE:
        return name_text(mem, NAMES_ETYPE, a->number);
    case ARG_ERROR:
        return name_text(mem, NAMES_ERROR, a->number);
    case ARG_FLAGS:
        return name_flags(mem, NAMES_TICKET_FLAG, (uint32_t)a->number);
    case ARG_NTSTATUS:
        return name_text(mem, NAMES_NTSTATUS, a->number);
    case ARG_SID:
        return text_escape(mem, a->text);
    case ARG_INT:
    case ARG_USAGE:
        break;
    }
    return arena_printf(mem, "%lld", (long long)a->number);
}

/* ---- filling a sentence -------------------------------------------------------------------- */

struct filling {
    struct arena *mem;
    const struct event *event;
    char *out;
    size_t n, room;
    const char *missing; /* the first place without an argument */
};

static void put(struct filling *f, const char *s, size_t n)
{
    if (f->n + n + 1 > f->room) {
        size_t room = 2 * (f->n + n) + 64;
        char *out = arena_take(f->mem, room);
        if (f->n)
            memcpy(out, f->out, f->n);
        f->out = out;
        f->room = room;
    }
    memcpy(f->out + f->n, s, n);
    f->n += n;
    f->out[f->n] = 0;
}

static const struct arg *arg_named(const struct event *e, const char *name, size_t n)
{
    for (size_t i = 0; i < e->n_args; i++)
        if (strlen(e->args[i].name) == n && memcmp(e->args[i].name, name, n) == 0)
            return &e->args[i];
    return NULL;
}

static bool is_empty(const struct arg *a)
{
    return !a || ((a->kind == ARG_TEXT || a->kind == ARG_BYTES) && a->text.n == 0);
}

/* The optional part from s, after its '[': whether each argument in it is there. */
static bool part_is_told(const struct filling *f, const char *s)
{
    for (; *s && !(*s == ']' && s[1] != ']'); s++) {
        if (strchr("{}[]", *s) && s[1] == *s) {
            s++;
        } else if (*s == '{') {
            size_t n = strcspn(s + 1, "}");
            if (is_empty(arg_named(f->event, s + 1, n)))
                return false;
        }
    }
    return true;
}

static const char *past_part(const char *s)
{
    for (; *s && !(*s == ']' && s[1] != ']'); s++)
        if (strchr("{}[]", *s) && s[1] == *s)
            s++;
    return s;
}

static const char *put_place(struct filling *f, const char *s)
{
    size_t n = strcspn(s + 1, "}");
    const struct arg *a = arg_named(f->event, s + 1, n);
    if (a) {
        char *text = arg_text(f->mem, a);
        put(f, text, strlen(text));
    } else {
        put(f, s, n + 2);
        if (!f->missing)
            f->missing = arena_str(f->mem, bytes_of(s + 1, n));
    }
    return s + n + 1;
}

/* The generator has checked that braces and brackets are closed and not nested. */
static void fill(struct filling *f, const char *s)
{
    for (; *s; s++) {
        if (strchr("{}[]", *s) && s[1] == *s)
            put(f, s++, 1);
        else if (*s == '{')
            s = put_place(f, s);
        else if (*s == '[' && !part_is_told(f, s + 1))
            s = past_part(s + 1);
        else if (*s != '[' && *s != ']')
            put(f, s, 1);
    }
}

/* An id that nobody gave a sentence: what it was told, as it was told. */
static void fill_bare(struct filling *f)
{
    put(f, f->event->id, strlen(f->event->id));
    for (size_t i = 0; i < f->event->n_args; i++) {
        const struct arg *a = &f->event->args[i];
        char *text = arena_printf(f->mem, "%s%s %s", i ? ", " : ": ", a->name, arg_text(f->mem, a));
        put(f, text, strlen(text));
    }
}

static struct filling filled(struct arena *mem, const struct event *e)
{
    struct filling f = {.mem = mem, .event = e};
    const struct sentence *row = sentence_find(e->id);
    const char *text = NULL;
    if (row)
        text = e->outcome == STEP_REFUSED && row->refused ? row->refused : row->done;
    if (row && !text)
        text = row->refused;
    if (text)
        fill(&f, text);
    else
        fill_bare(&f);
    return f;
}

char *sentence_of(struct arena *mem, const struct event *e)
{
    return filled(mem, e).out;
}

const char *sentence_gap(struct arena *mem, const struct event *e)
{
    const struct sentence *row = sentence_find(e->id);
    if (!row)
        return e->id;
    if (e->outcome == STEP_REFUSED ? !row->refused : !row->done)
        return e->id;
    return filled(mem, e).missing;
}
