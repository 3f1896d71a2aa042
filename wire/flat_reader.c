#include "wire/flat_reader.h"

#include <stdio.h>
#include <string.h>

struct flat_reader flat_start(struct bytes in, struct arena *mem, struct faults *faults,
                              bool mapped)
{
    return (struct flat_reader){
        .in = in, .end = in.n, .mem = mem, .faults = faults, .mapped = mapped};
}

size_t flat_left(const struct flat_reader *r)
{
    return r->end - r->at;
}

/* ---- where we are ---------------------------------------------------------------------------- */

#define PATH 240 /* FLAT_DEPTH names of at most 24 letters with their indexes are shorter */

/* The names of the levels and of the field, with dots; cut where it does not fit. */
static void path_of(const struct flat_reader *r, const char *name, char out[PATH])
{
    size_t n = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < r->depth && n < PATH; i++) {
        const struct flat_level *l = &r->levels[i];
        n += (size_t)snprintf(out + n, PATH - n, "%s%s", n ? "." : "", l->name);
        if (l->index != FLAT_ALONE && n < PATH)
            n += (size_t)snprintf(out + n, PATH - n, "[%zu]", l->index);
    }
    if (name && n < PATH)
        snprintf(out + n, PATH - n, "%s%s", n ? "." : "", name);
}

bool flat_refuse(struct flat_reader *r, const struct fault_row *row, const char *name, size_t at,
                 const char *expected, const char *found)
{
    char path[PATH];
    path_of(r, name, path);
    return fault_raise(r->faults, (struct fault){row, path, at, expected, found});
}

bool flat_refuse_number(struct flat_reader *r, const struct fault_row *row, const char *name,
                        size_t at, const char *expected, int64_t e, const char *found, int64_t f)
{
    char e_text[64], f_text[64];
    snprintf(e_text, sizeof e_text, expected, (long long)e);
    snprintf(f_text, sizeof f_text, found, (long long)f);
    return flat_refuse(r, row, name, at, e_text, f_text);
}

/* ---- the map --------------------------------------------------------------------------------- */

static struct flat_span *add_span(struct flat_reader *r, const char *name, const char *path_name,
                                  enum flat_kind kind, size_t at, size_t end)
{
    char path[PATH];
    if (r->n_spans == r->room) {
        size_t room = r->room ? 2 * r->room : 32;
        struct flat_span *spans = arena_array(r->mem, struct flat_span, room);
        if (r->n_spans)
            memcpy(spans, r->spans, r->n_spans * sizeof *spans);
        r->spans = spans;
        r->room = room;
    }
    path_of(r, path_name, path);
    r->spans[r->n_spans] = (struct flat_span){
        .name = name,
        .path = arena_str(r->mem, bytes_str(path)),
        .at = at,
        .end = end,
        .kind = kind,
        .registry = FLAT_NO_NAMES,
        .depth = r->depth,
        .constructed = kind == FLAT_GROUP,
    };
    return &r->spans[r->n_spans++];
}

void flat_enter(struct flat_reader *r, const char *name, size_t index)
{
    struct flat_level *l = &r->levels[r->depth++];
    *l = (struct flat_level){.name = name, .index = index, .span = r->n_spans};
    if (!r->mapped)
        return;
    struct flat_span *s = add_span(r, name, NULL, FLAT_GROUP, r->at, r->at);
    s->depth = r->depth - 1;
}

void flat_leave(struct flat_reader *r)
{
    r->depth--;
    if (r->mapped)
        r->spans[r->levels[r->depth].span].end = r->at;
}

/* Spans stand in the order of their beginnings, so a constructed one is left when the next is not
 * deeper. */
void flat_tell(struct flat_reader *r, struct flat_visitor *v)
{
    const struct flat_span *open[FLAT_DEPTH];
    unsigned depth = 0;
    while (r->depth) /* a fault left them open */
        flat_leave(r);
    if (r->at < r->in.n)
        add_span(r, "unread", "unread", FLAT_UNREAD, r->at, r->in.n);
    for (size_t i = 0; i < r->n_spans; i++) {
        const struct flat_span *s = &r->spans[i];
        while (depth > s->depth)
            v->leave(v, open[--depth]);
        v->enter(v, s);
        if (s->constructed)
            open[depth++] = s;
    }
    while (depth)
        v->leave(v, open[--depth]);
}

/* ---- taking ---------------------------------------------------------------------------------- */

static int64_t value_of(const uint8_t *p, const struct flat_row *row, bool little)
{
    little |= row->kind == FLAT_LE_INT || row->kind == FLAT_LE_FLAGS ||
              row->kind == FLAT_LE_LENGTH || row->kind == FLAT_FILETIME;
    uint64_t v = 0;
    for (unsigned i = 0; i < row->octets; i++)
        v = v << 8 | p[little ? row->octets - 1u - i : i];
    if (!row->is_signed)
        return (int64_t)v;
    unsigned unused = 64 - 8u * row->octets;
    return (int64_t)(v << unused) >> unused;
}

static bool room_for(struct flat_reader *r, const char *name, size_t n)
{
    if (n <= flat_left(r))
        return true;
    return flat_refuse_number(r, r->cut, name, r->at, n == 1 ? "%lld octet" : "%lld octets",
                              (int64_t)n, "%lld", (int64_t)flat_left(r));
}

bool flat_int(struct flat_reader *r, const struct flat_row *row, int64_t *out)
{
    if (!room_for(r, row->name, row->octets))
        return false;
    *out = value_of(r->in.p + r->at, row, r->little);
    if (r->mapped) {
        struct flat_span *s =
            add_span(r, row->name, row->name, row->kind, r->at, r->at + row->octets);
        s->registry = row->registry;
        s->number = *out;
    }
    r->at += row->octets;
    return true;
}

bool flat_octets(struct flat_reader *r, const char *name, enum flat_kind kind, size_t n,
                 struct bytes *out)
{
    if (!room_for(r, name, n))
        return false;
    if (out)
        *out = bytes_of(r->in.p + r->at, n);
    if (r->mapped && n)
        add_span(r, name, name, kind, r->at, r->at + n);
    r->at += n;
    return true;
}

bool flat_buffer(struct flat_reader *r, const char *name, int registry, int64_t number, size_t n)
{
    if (!flat_octets(r, name, FLAT_BUFFER, n, NULL))
        return false;
    if (r->mapped && n) {
        r->spans[r->n_spans - 1].registry = registry;
        r->spans[r->n_spans - 1].number = number;
    }
    return true;
}

bool flat_counted(struct flat_reader *r, const struct flat_row *length, const char *name,
                  size_t index, enum flat_kind kind, struct bytes *out)
{
    int64_t n;
    size_t at = r->at;
    flat_enter(r, name, index);
    if (!flat_int(r, length, &n))
        return false;
    if ((uint64_t)n > flat_left(r))
        return flat_refuse_number(r, r->long_, length->name, at, "at most %lld",
                                  (int64_t)flat_left(r), "%lld", n);
    if (!flat_octets(r, "value", kind, (size_t)n, out))
        return false;
    flat_leave(r);
    return true;
}
