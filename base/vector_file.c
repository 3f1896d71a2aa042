#include "base/vector_file.h"
#include "base/text.h"

#include <string.h>

struct reader {
    struct arena *mem;
    const char *file;
    const char **error;
    struct bytes rest;
    unsigned line;
    struct vector_file *out;
    size_t cases_room, fields_room;
    bool in_case;
};

static bool refuse(struct reader *r, size_t column, const char *why)
{
    *r->error = arena_printf(r->mem, "%s:%u:%zu: %s", r->file, r->line, column + 1, why);
    return false;
}

/* The next line without its end; CR LF is taken too. */
static bool next_line(struct reader *r, struct bytes *line)
{
    if (r->rest.n == 0)
        return false;
    const uint8_t *end = memchr(r->rest.p, '\n', r->rest.n);
    size_t n = end ? (size_t)(end - r->rest.p) : r->rest.n;
    *line = bytes_slice(r->rest, 0, n);
    r->rest = bytes_slice(r->rest, n + 1, r->rest.n);
    if (line->n && line->p[line->n - 1] == '\r')
        line->n--;
    r->line++;
    return true;
}

/* A list that doubles: what it leaves behind goes with the arena. */
static void *grown(struct arena *mem, void *list, size_t size, size_t n, size_t *room)
{
    if (n < *room)
        return list;
    *room = n ? 2 * n : 8;
    void *more = arena_take_array(mem, size, *room);
    if (n)
        memcpy(more, list, n * size);
    return more;
}

static bool begin_case(struct reader *r, struct bytes line)
{
    struct vector_file *f = r->out;
    if (line.n < 3 || line.p[line.n - 1] != ']')
        return refuse(r, line.n, "a case is [name]");
    f->cases = grown(r->mem, f->cases, sizeof *f->cases, f->n, &r->cases_room);
    f->cases[f->n++] = (struct vector_case){
        .name = arena_str(r->mem, bytes_slice(line, 1, line.n - 2)), .line = r->line};
    r->fields_room = 0;
    r->in_case = true;
    return true;
}

static bool read_number(struct bytes text, int64_t *out)
{
    bool minus = text.n && text.p[0] == '-';
    int64_t v = 0;
    if (text.n == minus || text.n > 18)
        return false;
    for (size_t i = minus; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        v = 10 * v + (text.p[i] - '0');
    }
    *out = minus ? -v : v;
    return true;
}

/* Cuts ".txt" or ".int" off the name. */
static bool cut_suffix(struct bytes *name, const char *suffix)
{
    size_t n = strlen(suffix);
    if (name->n <= n || !bytes_equal_str(bytes_slice(*name, name->n - n, n), suffix))
        return false;
    name->n -= n;
    return true;
}

static bool read_value(struct reader *r, struct bytes text, size_t column, struct vector_field *f)
{
    size_t at;
    f->kind = VECTOR_OCTETS;
    if (cut_suffix(&f->name, ".txt"))
        f->kind = VECTOR_TEXT;
    else if (cut_suffix(&f->name, ".int"))
        f->kind = VECTOR_INT;
    f->name = arena_copy(r->mem, f->name);
    switch (f->kind) {
    case VECTOR_TEXT:
        f->value = arena_copy(r->mem, text);
        return true;
    case VECTOR_INT:
        return read_number(text, &f->number) || refuse(r, column, "not a decimal number");
    case VECTOR_OCTETS:
        return hex_decode(r->mem, text, &f->value, &at) ||
               refuse(r, column + at, "not two hexadecimal digits");
    }
    return false;
}

static bool read_field(struct reader *r, struct bytes line)
{
    const uint8_t *equals = memchr(line.p, '=', line.n);
    if (!equals || equals == line.p)
        return refuse(r, equals ? 0 : line.n, "a field is name=value");
    if (!r->in_case)
        return refuse(r, 0, "a field outside a case");
    size_t n = (size_t)(equals - line.p);
    struct vector_case *c = &r->out->cases[r->out->n - 1];
    struct vector_field f = {.name = bytes_slice(line, 0, n)};
    if (!read_value(r, bytes_slice(line, n + 1, line.n), n + 1, &f))
        return false;
    if (vector_field(c, arena_str(r->mem, f.name)))
        return refuse(r, 0, "this field stands twice in the case");
    c->fields = grown(r->mem, c->fields, sizeof *c->fields, c->n, &r->fields_room);
    c->fields[c->n++] = f;
    return true;
}

bool vector_file_read(struct arena *mem, struct bytes text, const char *file,
                      struct vector_file *out, const char **error)
{
    struct reader r = {.mem = mem, .file = file, .error = error, .rest = text, .out = out};
    struct bytes line;
    *out = (struct vector_file){0};
    while (next_line(&r, &line)) {
        if (line.n == 0) {
            r.in_case = false;
            continue;
        }
        if (line.p[0] == '#')
            continue;
        if (!(line.p[0] == '[' ? begin_case(&r, line) : read_field(&r, line)))
            return false;
    }
    return true;
}

const struct vector_field *vector_field(const struct vector_case *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (bytes_equal_str(c->fields[i].name, name))
            return &c->fields[i];
    return NULL;
}

bool vector_octets(const struct vector_case *c, const char *name, struct bytes *out)
{
    const struct vector_field *f = vector_field(c, name);
    *out = f && f->kind != VECTOR_INT ? f->value : (struct bytes){0};
    return f && f->kind != VECTOR_INT;
}

int64_t vector_number(const struct vector_case *c, const char *name, int64_t otherwise)
{
    const struct vector_field *f = vector_field(c, name);
    return f && f->kind == VECTOR_INT ? f->number : otherwise;
}

const char *vector_op(const struct vector_case *c, struct arena *mem)
{
    struct bytes op;
    vector_octets(c, "op", &op);
    return arena_str(mem, op);
}
