/* An object for each shape, a property for each row. What JSON Schema cannot say (who serves a
 * name, which times are possible) is left to the reader. */
#include "sim/scenario_schema.h"

#include "crypto/crypto.h"
#include "sim/scenario_rows.h"
#include "wire/names.h"

#include <jansson.h>
#include <string.h>

struct schema {
    struct arena *mem;
    json_t *defs;
};

static json_t *pattern(const char *of)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", of);
}

static json_t *either(json_t *a, json_t *b)
{
    return json_pack("{s:[o, o]}", "anyOf", a, b);
}

static json_t *number(void)
{
    return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);
}

static json_t *list_of(json_t *items)
{
    return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

/* YAML takes 12, true and null for no texts; the reader does not mind. */
static json_t *text(void)
{
    return json_pack("{s:[s, s, s]}", "type", "string", "number", "boolean");
}

static json_t *choices(const struct choice *c)
{
    json_t *all = json_array();
    for (; c->name; c++)
        json_array_append_new(all, json_string(c->name));
    return json_pack("{s:o}", "enum", all);
}

/* Names of a registry, or its numbers. */
static json_t *names(enum registry registry, json_t *more)
{
    size_t n;
    const struct name_row *rows = name_table(registry, &n);
    json_t *all = more ? more : json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, json_string(rows[i].name));
    return either(json_pack("{s:o}", "enum", all), number());
}

static json_t *etypes(void)
{
    size_t n;
    const struct etype_row *rows = etype_table(&n);
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < sizeof rows->aliases / sizeof *rows->aliases; j++)
            if (rows[i].aliases[j])
                json_array_append_new(all, json_string(rows[i].aliases[j]));
    return names(NAMES_ETYPE, all);
}

#define IPV4  "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$"
#define SPAN  "^[-+]?(0|([0-9]+(ms|s|m|h|d))+)$"
#define TIME  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
#define HOURS "^([0-9A-Fa-f]{42}|[A-Z][a-z]{2}.*[0-9]{2}:00)$"

static json_t *shape_of(struct schema *, const struct shape *);

static json_t *value_of(struct schema *s, const struct key_row *row)
{
    switch (row->kind) {
    case V_NAME:
    case V_PROSE:
        return text();
    case V_NAMES:
    case V_PROSES:
        return list_of(text());
    case V_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case V_SIZE:
    case V_U32:
    case V_U64:
        return number();
    case V_SPAN:
        return either(pattern(SPAN), json_pack("{s:i}", "const", 0));
    case V_TIME:
        return pattern(TIME);
    case V_ETYPES:
        return list_of(etypes());
    case V_OPTIONS:
        return list_of(names(NAMES_KDC_OPTION, NULL));
    case V_CHOICE:
        return choices(row->choices);
    case V_FLAGS:
        return list_of(choices(row->choices));
    case V_BITS:
        return either(list_of(choices(row->choices)), pattern("^0x[0-9A-Fa-f]{1,8}$"));
    case V_EXPECT:
        return either(either(names(NAMES_ERROR, json_pack("[s, s]", "granted", "no answer")),
                             names(NAMES_NTSTATUS, NULL)),
                      pattern("^HTTP [1-5][0-9]{2}$"));
    case V_ADDRESS:
        return pattern(IPV4);
    case V_ADDRESSES:
        return list_of(pattern(IPV4));
    case V_HOURS:
        return pattern(HOURS);
    case V_OCTETS: /* 00 is a number to YAML */
        return either(pattern("^([0-9A-Fa-f]{2} *)*$"), number());
    case V_INSIDE:
        return shape_of(s, row->shape);
    case V_WHOM:
        return either(value_of(s, row->shape->rows), shape_of(s, row->shape));
    case V_LIST:
        return list_of(shape_of(s, row->shape));
    }
    return NULL;
}

/* "if it is of this kind, it has no other keys than these". */
static json_t *kind_of(const struct shape *shape, const char *by, const struct choice *kind)
{
    json_t *keys = json_array();
    for (size_t i = 0; i < shape->n; i++)
        if (!shape->rows[i].only || shape->rows[i].only & 1u << kind->value)
            json_array_append_new(keys, json_string(shape->rows[i].name));
    return json_pack("{s:{s:{s:{s:s}}, s:[s]}, s:{s:{s:o}}}", "if", "properties", by, "const",
                     kind->name, "required", by, "then", "propertyNames", "enum", keys);
}

static json_t *kinds_of(const struct shape *shape)
{
    const char *by = "";
    json_t *all = json_array();
    for (size_t i = 0; i < shape->n; i++)
        if (shape->rows[i].at == shape->kind_at)
            by = shape->rows[i].name;
    for (const struct choice *c = shape->kinds; c->name; c++)
        json_array_append_new(all, kind_of(shape, by, c));
    return all;
}

static json_t *object_of(struct schema *s, const struct shape *shape)
{
    json_t *properties = json_object(), *required = json_array();
    for (size_t i = 0; i < shape->n; i++) {
        json_object_set_new(properties, shape->rows[i].name, value_of(s, &shape->rows[i]));
        if (shape->rows[i].required)
            json_array_append_new(required, json_string(shape->rows[i].name));
    }
    json_t *o = json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties,
                          "required", required, "additionalProperties", 0);
    if (shape->kind_at != NO_KIND)
        json_object_set_new(o, "allOf", kinds_of(shape));
    return o;
}

/* Each shape stands once, under its own name. */
static json_t *shape_of(struct schema *s, const struct shape *shape)
{
    if (!json_object_get(s->defs, shape->what))
        json_object_set_new(s->defs, shape->what, object_of(s, shape));
    return json_pack("{s:s}", "$ref", arena_printf(s->mem, "#/$defs/%s", shape->what));
}

char *scenario_schema(struct arena *mem)
{
    struct schema s = {mem, json_object()};
    json_t *whole =
        json_pack("{s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema", "title",
                  "tessera scenario");
    json_object_update_new(whole, object_of(&s, &scenario_shape));
    json_object_set_new(whole, "$defs", s.defs);
    char *text = json_dumps(whole, JSON_INDENT(2)), *own = NULL;
    if (text)
        own = arena_printf(mem, "%s\n", text);
    free(text);
    json_decref(whole);
    return own;
}
