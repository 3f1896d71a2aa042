/* The JSON Schema of scenarios against a reader of its own: every shipped scenario is valid by it,
 * what the format does not know is not, and no row is left out. */
#include "sim/scenario_schema.h"

#include "sim/scenario.h"
#include "sim/scenario_rows.h"
#include "sim/yaml_tree.h"

#include <jansson.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;
static json_t *schema;

/* ---- as much of JSON Schema as is used ------------------------------------------------------ */
static bool valid(const json_t *s, const struct node *v);

static bool is_number(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n && !text[n];
}

static bool is_type(const char *type, const struct node *v)
{
    if (strcmp(type, "object") == 0)
        return v->kind == NODE_MAP;
    if (strcmp(type, "array") == 0)
        return v->kind == NODE_LIST;
    if (v->kind != NODE_TEXT)
        return false;
    if (strcmp(type, "integer") == 0)
        return is_number(v->text);
    if (strcmp(type, "boolean") == 0)
        return strcmp(v->text, "true") == 0 || strcmp(v->text, "false") == 0;
    return true;
}

static bool type_valid(const json_t *type, const struct node *v)
{
    if (json_is_string(type))
        return is_type(json_string_value(type), v);
    for (size_t i = 0; i < json_array_size(type); i++)
        if (is_type(json_string_value(json_array_get(type, i)), v))
            return true;
    return false;
}

static bool in_list(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), text) == 0)
            return true;
    return false;
}

static bool pattern_valid(const json_t *pattern, const struct node *v)
{
    regex_t r;
    assert_int_equal(regcomp(&r, json_string_value(pattern), REG_EXTENDED | REG_NOSUB), 0);
    bool ok = v->kind == NODE_TEXT && regexec(&r, v->text, 0, NULL, 0) == 0;
    regfree(&r);
    return ok;
}

static const struct node *value(const struct node *map, const char *key)
{
    for (const struct node *v = map->first; v; v = v->next)
        if (strcmp(v->key->text, key) == 0)
            return v;
    return NULL;
}

static bool object_valid(const json_t *s, const struct node *map)
{
    const json_t *properties = json_object_get(s, "properties"),
                 *required = json_object_get(s, "required"),
                 *named = json_object_get(json_object_get(s, "propertyNames"), "enum");
    for (size_t i = 0; i < json_array_size(required); i++)
        if (!value(map, json_string_value(json_array_get(required, i))))
            return false;
    for (const struct node *v = map->first; v; v = v->next) {
        const json_t *p = json_object_get(properties, v->key->text);
        if (!p && json_is_false(json_object_get(s, "additionalProperties")))
            return false;
        if ((p && !valid(p, v)) || (named && !in_list(named, v->key->text)))
            return false;
    }
    return true;
}

static bool any_valid(const json_t *list, const struct node *v)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (valid(json_array_get(list, i), v))
            return true;
    return false;
}

static bool each_valid(const json_t *list, const struct node *v)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!valid(json_array_get(list, i), v))
            return false;
    return true;
}

static bool constant_valid(const json_t *c, const struct node *v)
{
    if (json_is_integer(c))
        return v->kind == NODE_TEXT && strcmp(v->text, "0") == 0 && json_integer_value(c) == 0;
    return v->kind == NODE_TEXT && strcmp(v->text, json_string_value(c)) == 0;
}

static bool items_valid(const json_t *items, const struct node *list)
{
    for (const struct node *v = list->first; v; v = v->next)
        if (!valid(items, v))
            return false;
    return true;
}

static bool valid(const json_t *s, const struct node *v)
{
    const json_t *part, *ref = json_object_get(s, "$ref");
    if (ref) {
        const char *name = strrchr(json_string_value(ref), '/') + 1;
        return valid(json_object_get(json_object_get(schema, "$defs"), name), v);
    }
    if ((part = json_object_get(s, "type")) && !type_valid(part, v))
        return false;
    if ((part = json_object_get(s, "const")) && !constant_valid(part, v))
        return false;
    if ((part = json_object_get(s, "enum")) && (v->kind != NODE_TEXT || !in_list(part, v->text)))
        return false;
    if ((part = json_object_get(s, "pattern")) && !pattern_valid(part, v))
        return false;
    if ((part = json_object_get(s, "anyOf")) && !any_valid(part, v))
        return false;
    if ((part = json_object_get(s, "allOf")) && !each_valid(part, v))
        return false;
    if ((part = json_object_get(s, "if")) && valid(part, v) &&
        !valid(json_object_get(s, "then"), v))
        return false;
    if ((part = json_object_get(s, "items")) && !items_valid(part, v))
        return false;
    return v->kind != NODE_MAP || object_valid(s, v);
}

static bool text_valid(struct bytes text)
{
    struct problems *all = arena_new_of(mem, struct problems);
    all->mem = mem;
    struct node *tree = yaml_tree(all, text);
    assert_non_null(tree);
    return valid(schema, tree);
}

/* ---- what holds ----------------------------------------------------------------------------- */
static void every_shipped_scenario_is_valid(void **state)
{
    (void)state;
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    for (size_t i = 0; i < n; i++)
        if (!text_valid(all[i].text))
            fail_msg("%s is not valid by the schema", all[i].name);
}

#define HEAD  "title: t\nrealm: {name: R}\naccounts: [{name: alice, password: p}]\n"
#define STEPS HEAD "parties: [{name: alice, role: client}]\nsteps: [{party: alice, "
static void what_the_format_does_not_know_is_not_valid(void **state)
{
    (void)state;
    static const char *const good[] = {
        HEAD,
        STEPS "do: logon, life: 1h30m, options: [forwardable, 14], expect: no answer}]\n",
        HEAD "steps: [{do: change-account, account: alice, supported_etypes: [rc4-hmac]}]\n",
        HEAD "steps: [{do: change-account, account: alice, supported_etypes: 0x1c}]\n",
        HEAD "start: 2026-11-21T20:51:55Z\nseed: 7\n",
    };
    static const char *const bad[] = {
        "title: t\naccounts: []\n",
        HEAD "titel: t\n",
        HEAD "seed: x\n",
        HEAD "start: tomorrow\n",
        HEAD "parties: {name: alice, role: client}\n",
        HEAD "parties: [{name: alice, role: pope}]\n",
        HEAD "parties: [{name: kdc, role: kdc, address: ten}]\n",
        HEAD "parties: [{name: kdc, role: kdc, spn: HTTP/x}]\n",
        STEPS "do: login}]\n",
        STEPS "do: logon, spn: x}]\n",
        STEPS "do: logon, life: 5}]\n",
        STEPS "do: logon, with_keytab: yes}]\n",
        STEPS "do: logon, options: [forwardible]}]\n",
        STEPS "do: logon, expect: KRB_AP_ERR_SKEWED}]\n",
        HEAD "steps: [{do: change-account, account: alice, supported_etypes: 28}]\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!text_valid(bytes_str(good[i])))
            fail_msg("not valid by the schema:\n%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (text_valid(bytes_str(bad[i])))
            fail_msg("valid by the schema:\n%s", bad[i]);
}

static void check_rows(const struct shape *shape, const json_t *object)
{
    const json_t *properties = json_object_get(object, "properties");
    assert_int_equal(json_object_size(properties), shape->n);
    for (size_t i = 0; i < shape->n; i++) {
        const struct key_row *row = &shape->rows[i];
        if (!json_object_get(properties, row->name))
            fail_msg("the schema lacks %s of %s", row->name, shape->what);
        if (row->shape)
            check_rows(row->shape,
                       json_object_get(json_object_get(schema, "$defs"), row->shape->what));
    }
}

static void every_row_is_in_it(void **state)
{
    (void)state;
    check_rows(&scenario_shape, schema);
}

/* docs/scenario.md has each key between backquotes. */
static void check_manual(const struct shape *shape, const char *manual)
{
    for (size_t i = 0; i < shape->n; i++) {
        const struct key_row *row = &shape->rows[i];
        if (!strstr(manual, arena_printf(mem, "`%s`", row->name)))
            fail_msg("docs/scenario.md lacks %s of %s", row->name, shape->what);
        for (const struct choice *c = row->choices; c && c->name; c++)
            if (!strstr(manual, arena_printf(mem, "`%s`", c->name)))
                fail_msg("docs/scenario.md lacks %s of %s", c->name, row->name);
        if (row->shape)
            check_manual(row->shape, manual);
    }
}

static void the_manual_has_every_row_and_choice(void **state)
{
    (void)state;
    char *manual = arena_take(mem, 65536);
    FILE *f = fopen("docs/scenario.md", "rb");
    assert_non_null(f);
    size_t n = fread(manual, 1, 65535, f);
    fclose(f);
    manual[n] = '\0';
    check_manual(&scenario_shape, manual);
}

static int make_schema(void **state)
{
    (void)state;
    mem = arena_new(0);
    char *text = mem ? scenario_schema(mem) : NULL;
    schema = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    return schema ? 0 : -1;
}

static int free_schema(void **state)
{
    (void)state;
    json_decref(schema);
    arena_free(mem);
    return 0;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make_schema, free_schema)
    const struct CMUnitTest tests[] = {
        T(every_shipped_scenario_is_valid),
        T(what_the_format_does_not_know_is_not_valid),
        T(every_row_is_in_it),
        T(the_manual_has_every_row_and_choice),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
