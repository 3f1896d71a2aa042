/* From a tree of YAML to struct scenario, by the rows of scenario_rows.c. */
#include "sim/scenario_check.h"

#include <stdlib.h>
#include <string.h>

/* ---- places --------------------------------------------------------------------------------- */
struct seen {
    const void *slot;
    size_t order;
    struct place at;
};

static void see(struct reader *r, const void *slot, struct place at)
{
    if (r->n_seen == r->room) {
        size_t room = r->room ? r->room * 2 : 64;
        struct seen *more = arena_array(r->mem, struct seen, room);
        if (r->n_seen)
            memcpy(more, r->seen, r->n_seen * sizeof *more);
        r->seen = more;
        r->room = room;
    }
    r->seen[r->n_seen] = (struct seen){slot, r->n_seen, at};
    r->n_seen++;
}

/* By slot; what was seen later first. */
static int by_slot(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    uintptr_t p = (uintptr_t)x->slot, q = (uintptr_t)y->slot;
    if (p != q)
        return p < q ? -1 : 1;
    return x->order > y->order ? -1 : 1;
}

bool place_of_slot(const struct reader *r, const void *slot, struct place *out)
{
    size_t low = 0, high = r->n_seen;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)r->seen[middle].slot < (uintptr_t)slot)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == r->n_seen || r->seen[low].slot != slot)
        return false;
    *out = r->seen[low].at;
    return true;
}

/* ---- mappings ------------------------------------------------------------------------------- */
static void *slot_of(void *base, size_t at)
{
    return (uint8_t *)base + at;
}

static const char *key_name(const void *list, size_t i)
{
    return ((const struct key_row *)list)[i].name;
}

static const struct key_row *row_of(const struct shape *shape, const char *key)
{
    for (size_t i = 0; i < shape->n; i++)
        if (strcmp(shape->rows[i].name, key) == 0)
            return &shape->rows[i];
    return NULL;
}

static void map_read(struct reader *, const struct shape *, const struct node *, void *base);

static void list_read(struct reader *r, const struct key_row *row, const struct node *v, void *base)
{
    const struct shape *shape = row->shape;
    if (v->kind != NODE_LIST) {
        problem(r->all, v->at, "%s wants a list, each item a %s; not %s", row->name, shape->what,
                node_kind_text(v->kind));
        return;
    }
    uint8_t *items = arena_take_array(r->mem, shape->size, v->n);
    size_t n = 0;
    for (const struct node *item = v->first; item; item = item->next)
        map_read(r, shape, item, items + n++ * shape->size);
    *(void **)slot_of(base, row->at) = items;
    *(size_t *)slot_of(base, row->count_at) = n;
}

static void key_read(struct reader *r, const struct key_row *row, const struct node *v, void *base)
{
    see(r, slot_of(base, row->at), v->at);
    if (row->given)
        *(uint32_t *)slot_of(base, row->given_at) |= row->given;
    if (row->kind == V_INSIDE || (row->kind == V_WHOM && v->kind != NODE_LIST))
        map_read(r, row->shape, v, slot_of(base, row->at));
    else if (row->kind == V_WHOM)
        key_read(r, row->shape->rows, v, slot_of(base, row->at));
    else if (row->kind == V_LIST)
        list_read(r, row, v, base);
    else
        value_read(r, row, v, base);
}

/* Keys that mean nothing in a step, party or change of this kind. */
static void kinds_check(struct reader *r, const struct shape *shape, const struct node *map,
                        const void *base)
{
    uint32_t kind;
    memcpy(&kind, (const uint8_t *)base + shape->kind_at, sizeof kind);
    const char *name = "";
    for (const struct choice *c = shape->kinds; c->name; c++)
        if (c->value == kind)
            name = c->name;
    for (const struct node *v = map->first; v; v = v->next) {
        const struct key_row *row = row_of(shape, v->key->text);
        if (row && row->only && !(row->only & 1u << kind))
            problem(r->all, v->key->at, "key \"%s\" means nothing in a %s of kind %s", row->name,
                    shape->what, name);
    }
}

static bool has_key(const struct node *map, const char *key)
{
    for (const struct node *v = map->first; v; v = v->next)
        if (strcmp(v->key->text, key) == 0)
            return true;
    return false;
}

static void map_read(struct reader *r, const struct shape *shape, const struct node *map,
                     void *base)
{
    if (shape->initial)
        memcpy(base, shape->initial, shape->size);
    if (shape->line_at != NO_KIND)
        *(size_t *)slot_of(base, shape->line_at) = map->at.line;
    if (map->kind != NODE_MAP) {
        problem(r->all, map->at, "%s must be a mapping, not %s", shape->what,
                node_kind_text(map->kind));
        return;
    }
    if (shape->size)
        see(r, base, map->at); /* a member at offset 0 is seen later and found first */
    for (const struct node *v = map->first; v; v = v->next) {
        const struct key_row *row = row_of(shape, v->key->text);
        if (row)
            key_read(r, row, v, base);
        else
            problem(r->all, v->key->at, "unknown key \"%s\" in %s%s", v->key->text, shape->what,
                    did_you_mean(r->mem, nearest(v->key->text, key_name, shape->rows, shape->n)));
    }
    bool whole = true;
    for (size_t i = 0; i < shape->n; i++)
        if (shape->rows[i].required && !has_key(map, shape->rows[i].name))
            whole = problem(r->all, map->at, "%s without the key \"%s\"", shape->what,
                            shape->rows[i].name);
    if (whole && shape->kind_at != NO_KIND)
        kinds_check(r, shape, map, base);
}

/* "scenarios/clock-skew.yaml" -> "clock-skew". */
static const char *name_of_file(struct arena *mem, const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    size_t n = strlen(name);
    if (n > 5 && strcmp(name + n - 5, ".yaml") == 0)
        n -= 5;
    return arena_str(mem, bytes_of(name, n));
}

bool scenario_read(struct arena *mem, const char *file, struct bytes text, struct scenario *out,
                   char **error)
{
    return scenario_read_long(mem, file, text, SCENARIO_MAX, out, error);
}

bool scenario_read_long(struct arena *mem, const char *file, struct bytes text, size_t longest,
                        struct scenario *out, char **error)
{
    struct problems *all = arena_new_of(mem, struct problems);
    struct reader r = {.all = all, .mem = mem};
    all->mem = mem;
    all->longest = longest;
    all->file = arena_str(mem, bytes_str(file));
    *out = (struct scenario){0};
    struct node *tree = yaml_tree(all, text);
    if (tree)
        map_read(&r, &scenario_shape, tree, out);
    out->name = name_of_file(mem, file);
    out->file = all->file;
    if (tree) {
        if (r.n_seen)
            qsort(r.seen, r.n_seen, sizeof *r.seen, by_slot);
        scenario_complete(out, mem);
        scenario_check(&r, out);
    }
    *error = problems_text(all);
    return !*error;
}
