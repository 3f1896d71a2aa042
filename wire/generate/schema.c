#include "schema.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node *types[MAX_TYPES];
int n_types;

_Noreturn void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("generate: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

/* ---- the tree -------------------------------------------------------------------------------- */

/* One node and, by its flags, its children and the siblings after it. */
static struct node *read_node(const asn1_static_node **at)
{
    const asn1_static_node *row = (*at)++;
    struct node *n = calloc(1, sizeof *n);
    if (!n)
        die("no memory");
    n->name = row->name;
    n->value = row->value;
    n->type = row->type & T_MASK;
    n->flags = row->type;
    if (n->flags & F_DOWN)
        n->child = read_node(at);
    if (n->flags & F_RIGHT)
        n->next = read_node(at);
    return n;
}

void schema_read(const asn1_static_node *table)
{
    struct node *module = read_node(&table);
    for (struct node *n = module->child; n; n = n->next) {
        if (!n->name || n->flags & F_ASSIGN)
            continue;
        if (n_types == MAX_TYPES)
            die("more than %d productions", MAX_TYPES);
        types[n_types++] = n;
    }
}

void schema_sections(void)
{
    char line[512], now[64] = "", name[128];
    while (fgets(line, sizeof line, stdin)) {
        const char *mark = strstr(line, "-- @ ");
        if (mark)
            sscanf(mark + 5, "%63[^\n]", now);
        if (!strstr(line, "::=") || sscanf(line, "%127[A-Za-z0-9-] ::=", name) != 1)
            continue;
        for (int i = 0; i < n_types; i++)
            if (strcmp(types[i]->name, name) == 0)
                types[i]->section = text("%s", now);
    }
    for (int i = 0; i < n_types; i++)
        if (!types[i]->section || !*types[i]->section)
            die("%s has no section", types[i]->name);
}

struct node *find(const char *name)
{
    for (int i = 0; i < n_types; i++)
        if (strcmp(types[i]->name, name) == 0)
            return types[i];
    die("no production named %s", name);
}

const struct node *resolve(const struct node *n)
{
    while (n->type == T_IDENTIFIER)
        n = find(n->value);
    return n;
}

struct node *child_of(const struct node *n, unsigned type)
{
    for (struct node *c = n->child; c; c = c->next)
        if (c->type == type)
            return c;
    return NULL;
}

struct node *members(const struct node *n)
{
    struct node *c = n->child;
    while (c && (c->type == T_TAG || c->type == T_SIZE))
        c = c->next;
    return c;
}

bool is_struct(const struct node *n)
{
    unsigned t = resolve(n)->type;
    return t == T_SEQUENCE || t == T_SEQUENCE_OF || t == T_CHOICE;
}

bool is_flags(const struct node *n)
{
    while (!n->name || strcmp(n->name, "KerberosFlags")) {
        if (n->type != T_IDENTIFIER)
            return false;
        n = find(n->value);
    }
    return true;
}

/* ---- names ----------------------------------------------------------------------------------- */

char *text(const char *format, ...)
{
    char *out;
    va_list args;
    va_start(args, format);
    if (vasprintf(&out, format, args) < 0)
        die("no memory");
    va_end(args);
    return out;
}

char *c_name(const char *name)
{
    char *out = text("%s", name);
    for (char *p = out; *p; p++)
        if (!isalnum((unsigned char)*p))
            *p = '_';
    return out;
}

char *item_name(const char *owner)
{
    return text("%s_item", c_name(owner));
}

const char *c_primitive(const struct node *n)
{
    switch (resolve(n)->type) {
    case T_INTEGER:
    case T_ENUMERATED:
    case T_TIME:
        return "int64_t";
    case T_BOOLEAN:
        return "bool";
    case T_BITS:
        return is_flags(n) ? "uint32_t" : "struct asn_bits";
    default:
        return "struct bytes";
    }
}
