/* The generator: walks the array that asn1Parser made of a .asn module and writes the C structs
 * (NAME.h) and the rows (NAME_rows.c) of wire/rows.h. Runs at build time only.
 *
 * usage: rows MODULE SPEC OUT.h OUT_rows.c < SECTIONS
 * MODULE names the files; SPEC ("RFC 4120") is put before each section; stdin is the .asn text,
 * read for its "-- @ SECTION" marks. The table is compiled in as ASN_TABLE. */
#include <ctype.h>
#include <libtasn1.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const asn1_static_node ASN_TABLE[];

/* The flag bits of the array are named only in a private header of libtasn1; tests/wire's
 * flags.asn exercises each of these. */
enum {
    T_IDENTIFIER = 2, T_INTEGER = 3, T_BOOLEAN = 4, T_SEQUENCE = 5, T_BITS = 6, T_OCTETS = 7,
    T_TAG = 8, T_SIZE = 10, T_SEQUENCE_OF = 11, T_OID = 12, T_ANY = 13, T_CHOICE = 18,
    T_ENUMERATED = 21, T_GENERALSTRING = 27, T_TIME = 37, T_MASK = 0xff
};
enum {
    F_APPLICATION = 1 << 10, F_IMPLICIT = 1 << 12, F_OPTION = 1 << 14, F_DEFAULT = 1 << 15,
    F_RIGHT = 1 << 30, F_DOWN = 1 << 29
};

struct node {
    const char *name, *value;
    unsigned type, flags;
    struct node *child, *next;
};

#define MAX_TYPES 256
static struct node *types[MAX_TYPES];
static char *sections[MAX_TYPES];
static bool emitted[MAX_TYPES];
static int n_types;
static const char *spec;
static FILE *head, *rows;

static _Noreturn void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("rows: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    exit(2);
}

/* One node and, by its flags, its children and the siblings after it. */
static struct node *read_node(const asn1_static_node **at)
{
    const asn1_static_node *row = (*at)++;
    struct node *n = calloc(1, sizeof *n);
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

static int find(const char *name)
{
    for (int i = 0; i < n_types; i++)
        if (strcmp(types[i]->name, name) == 0)
            return i;
    die("no production named %s", name);
}

static struct node *child_of(const struct node *n, unsigned type)
{
    for (struct node *c = n->child; c; c = c->next)
        if (c->type == type)
            return c;
    return NULL;
}

/* The first child that is a type or a member, past tags and sizes. */
static struct node *members(const struct node *n)
{
    struct node *c = n->child;
    while (c && (c->type == T_TAG || c->type == T_SIZE))
        c = c->next;
    return c;
}

/* The production that an alias chain ends in. */
static const struct node *resolve(const struct node *n)
{
    while (n->type == T_IDENTIFIER)
        n = types[find(n->value)];
    return n;
}

static bool is_flags(const struct node *n)
{
    for (; n->type == T_IDENTIFIER; n = types[find(n->value)])
        if (n->name && strcmp(n->name, "KerberosFlags") == 0)
            return true;
    return n->name && strcmp(n->name, "KerberosFlags") == 0;
}

/* A name as C spells it. Never freed: this program ends soon. */
static char *c_name(const char *name)
{
    char *o = strdup(name);
    for (char *p = o; *p; p++)
        if (!isalnum((unsigned char)*p))
            *p = '_';
    return o;
}

static const char *kind_of(const struct node *n)
{
    switch (resolve(n)->type) {
    case T_INTEGER: return "ASN_INTEGER";
    case T_ENUMERATED: return "ASN_ENUMERATED";
    case T_BOOLEAN: return "ASN_BOOLEAN";
    case T_TIME: return "ASN_TIME";
    case T_BITS: return is_flags(n) ? "ASN_FLAGS" : "ASN_BITS";
    case T_OCTETS: return "ASN_OCTETS";
    case T_GENERALSTRING: return "ASN_STRING";
    case T_OID: return "ASN_OID";
    case T_ANY: return "ASN_ANY";
    case T_SEQUENCE: return "ASN_SEQUENCE";
    case T_SEQUENCE_OF: return "ASN_SEQUENCE_OF";
    case T_CHOICE: return "ASN_CHOICE";
    default: die("%s: a kind (%u) the rows do not have", n->name ? n->name : "?", n->type);
    }
}

static const char *c_type_of_primitive(const struct node *n)
{
    switch (resolve(n)->type) {
    case T_INTEGER:
    case T_ENUMERATED:
    case T_TIME: return "int64_t";
    case T_BOOLEAN: return "bool";
    case T_BITS: return is_flags(n) ? "uint32_t" : "struct asn_bits";
    default: return "struct bytes";
    }
}

static bool is_struct(const struct node *n)
{
    unsigned t = resolve(n)->type;
    return t == T_SEQUENCE || t == T_SEQUENCE_OF || t == T_CHOICE;
}

static void emit_struct(int i);

/* The C type of a member: anonymous SEQUENCE OFs are written in place, all else by name. owner is
 * the production around it, for anonymous SEQUENCEs ("LastReq" gives struct LastReq_item). */
static void write_c_type(const struct node *n, const char *owner)
{
    if (n->type == T_SEQUENCE_OF) {
        fputs("struct { ", head);
        write_c_type(members(n), owner);
        fputs(" *at; size_t n; }", head);
    } else if (n->type == T_SEQUENCE) {
        fprintf(head, "struct %s_item", c_name(owner));
    } else if (is_struct(n)) {
        fprintf(head, "struct %s", c_name(resolve(n)->name));
    } else {
        fputs(c_type_of_primitive(n), head);
    }
}

/* What a struct holds by value must be written before it. */
static void emit_needed(const struct node *n)
{
    if (n->type == T_IDENTIFIER && is_struct(n))
        emit_struct(find(resolve(n)->name));
    else if (n->type == T_SEQUENCE_OF)
        emit_needed(members(n));
    else if (n->type == T_SEQUENCE || n->type == T_CHOICE)
        for (struct node *m = members(n); m; m = m->next)
            emit_needed(m);
}

static void emit_members(const struct node *n, const char *owner)
{
    for (struct node *m = members(n); m; m = m->next) {
        if (m->flags & F_OPTION)
            fprintf(head, "    bool has_%s;\n", c_name(m->name));
        fputs("    ", head);
        write_c_type(m, owner);
        fprintf(head, " %s;\n", c_name(m->name));
    }
}

static void emit_body(const struct node *n, const char *c, const char *owner)
{
    if (n->type == T_SEQUENCE_OF) {
        const struct node *of = members(n);
        if (of->type == T_SEQUENCE) {
            char item[160];
            snprintf(item, sizeof item, "%s_item", c);
            emit_body(of, item, owner);
        }
        fprintf(head, "struct %s {\n    ", c);
        write_c_type(of, owner);
        fputs(" *at;\n    size_t n;\n};\n\n", head);
        return;
    }
    fprintf(head, "struct %s {\n    %s;\n", c,
            n->type == T_CHOICE ? "int choice" : "struct bytes der");
    emit_members(n, owner);
    fputs("};\n\n", head);
}

static void emit_struct(int i)
{
    const struct node *n = types[i];
    if (emitted[i] || n->type == T_IDENTIFIER || !is_struct(n))
        return;
    emitted[i] = true;
    emit_needed(n);
    emit_body(n, c_name(n->name), n->name);
}

/* ---- rows ------------------------------------------------------------------------------------ */

struct range {
    const char *name, *min, *max;
};
static const struct range ranges[] = {
    {"Int32", "-2147483648LL", "2147483647LL"},
    {"UInt32", "0", "4294967295LL"},
    {"Microseconds", "0", "999999"},
};

static const struct range *range_of(const struct node *n)
{
    for (;; n = types[find(n->value)]) {
        for (size_t i = 0; n->name && i < sizeof ranges / sizeof *ranges; i++)
            if (strcmp(n->name, ranges[i].name) == 0)
                return &ranges[i];
        if (n->type != T_IDENTIFIER)
            return NULL;
    }
}

static int app_of(const struct node *n)
{
    const struct node *tag = child_of(n, T_TAG);
    return tag && (tag->flags & F_APPLICATION) ? atoi(tag->value) : -1;
}

static int app_too_of(const char *name)
{
    if (strcmp(name, "EncASRepPart") == 0)
        return 26;
    return strcmp(name, "EncTGSRepPart") == 0 ? 25 : -1;
}

static const char *least_of(const struct node *n)
{
    const struct node *size = child_of(n, T_SIZE);
    return size && size->value ? size->value : "0";
}

/* The C name of the row of the type of a member; writes the row of an anonymous one first. */
static char *row_of(const struct node *n, const char *owner, const char *member);

static void write_fields(const struct node *n, const char *row, const char *c, const char *owner)
{
    static char names[64][160];
    int k = 0;
    for (struct node *m = members(n); m; m = m->next) {
        if (m->flags & (F_DEFAULT))
            die("%s: DEFAULT is not supported", m->name);
        if (k == 64)
            die("%s: too many members", owner);
        snprintf(names[k++], 160, "%s", row_of(m, owner, m->name));
    }
    fprintf(rows, "static const struct asn_field fields_of_%s[] = {\n", row);
    k = 0;
    for (struct node *m = members(n); m; m = m->next, k++) {
        const struct node *tag = child_of(m, T_TAG);
        if (tag && tag->flags & F_IMPLICIT)
            die("%s: IMPLICIT tags are not supported", m->name);
        fprintf(rows, "    {\"%s\", %s, %s, offsetof(struct %s, %s), ", m->name,
                tag ? tag->value : "ASN_NONE", m->flags & F_OPTION ? "true" : "false", c,
                c_name(m->name));
        if (m->flags & F_OPTION)
            fprintf(rows, "offsetof(struct %s, has_%s), &%s},\n", c, c_name(m->name), names[k]);
        else
            fprintf(rows, "0, &%s},\n", names[k]);
    }
    fputs("};\n", rows);
}

static void write_row(const char *linkage, const char *row, const char *name, const struct node *n,
                      const char *owner, const char *c_size, const char *section)
{
    const struct node *base = resolve(n);
    const struct range *range = base->type == T_INTEGER ? range_of(n) : NULL;
    fprintf(rows, "%sconst struct asn_type %s = {\n    .name = \"%s\", .base = \"%s\",\n", linkage,
            row, name, base->name && base != n ? base->name : name);
    fprintf(rows, "    .section = \"%s%s%s\",\n", isdigit((unsigned char)*section) ? spec : "",
            isdigit((unsigned char)*section) ? " " : "", section);
    fprintf(rows, "    .kind = %s, .app = %d, .app_too = %d, .size = sizeof(%s),\n", kind_of(n),
            app_of(n), app_too_of(name), c_size);
    if (range)
        fprintf(rows, "    .ranged = true, .min = %s, .max = %s,\n", range->min, range->max);
    if (strcmp(name, "Ticket") == 0)
        fputs("    .carried = true,\n", rows);
    if (base->type == T_SEQUENCE_OF)
        fprintf(rows, "    .least = %s, .of = &%s,\n", least_of(base),
                base != n ? "" : row_of(members(base), owner, "item"));
    if (base->type == T_SEQUENCE || base->type == T_CHOICE)
        fprintf(rows, "    .fields = fields_of_%s,\n    .n_fields = sizeof fields_of_%s / sizeof "
                "*fields_of_%s,\n", base == n ? row : c_name(base->name),
                base == n ? row : c_name(base->name), base == n ? row : c_name(base->name));
    fputs("};\n\n", rows);
}

static const char *builtin_row(const struct node *n)
{
    switch (n->type) {
    case T_INTEGER: return "asn_builtin_integer";
    case T_ENUMERATED: return "asn_builtin_enumerated";
    case T_BOOLEAN: return "asn_builtin_boolean";
    case T_TIME: return "asn_builtin_time";
    case T_BITS: return "asn_builtin_bits";
    case T_OCTETS: return "asn_builtin_octets";
    case T_GENERALSTRING: return "asn_builtin_string";
    case T_OID: return "asn_builtin_oid";
    case T_ANY: return "asn_builtin_any";
    default: die("no built-in row for kind %u", n->type);
    }
}

static char *row_of(const struct node *n, const char *owner, const char *member)
{
    char *o = malloc(200);
    if (n->type == T_IDENTIFIER) {
        snprintf(o, 200, "ASN_%s", c_name(n->value));
        return o;
    }
    if (!is_struct(n))
        return strdup(builtin_row(n));
    char name[128], c[160], keep[160];
    snprintf(name, sizeof name, "%s.%s", owner, member);
    snprintf(keep, sizeof keep, "%s", c_name(name));
    if (n->type == T_SEQUENCE)
        snprintf(c, sizeof c, "struct %s_item", c_name(owner));
    else
        snprintf(c, sizeof c, "struct asn_list");
    if (n->type == T_SEQUENCE) {
        write_fields(n, keep, c + strlen("struct "), owner);
        fprintf(rows, "static const struct asn_type row_%s = {\n    .name = \"%s\", .base = \"%s\", "
                ".section = \"\",\n    .kind = ASN_SEQUENCE, .app = -1, .app_too = -1, .size = "
                "sizeof(%s),\n    .fields = fields_of_%s,\n    .n_fields = sizeof fields_of_%s / "
                "sizeof *fields_of_%s,\n};\n\n", keep, name, name, c, keep, keep, keep);
    } else {
        char of[160];
        snprintf(of, sizeof of, "%s", row_of(members(n), owner, member));
        fprintf(rows, "static const struct asn_type row_%s = {\n    .name = \"%s\", .base = \"%s\", "
                ".section = \"\",\n    .kind = ASN_SEQUENCE_OF, .app = -1, .app_too = -1, .size = "
                "sizeof(struct asn_list),\n    .least = %s, .of = &%s,\n};\n\n", keep, name, name,
                least_of(n), of);
    }
    snprintf(o, 200, "row_%s", keep);
    return o;
}

/* The row of a named production; aliases after what they name. */
static void emit_row(int i)
{
    const struct node *n = types[i], *base = resolve(n);
    char row[160], c[160];
    snprintf(row, sizeof row, "ASN_%s", c_name(n->name));
    if (is_struct(n))
        snprintf(c, sizeof c, "struct %s", c_name(base->name));
    else
        snprintf(c, sizeof c, "%s", c_type_of_primitive(n));
    if (n == base && (n->type == T_SEQUENCE || n->type == T_CHOICE))
        write_fields(n, c_name(n->name), c_name(n->name), n->name);
    if (base->type == T_SEQUENCE || base->type == T_CHOICE || base->type == T_SEQUENCE_OF) {
        char of[160] = "";
        if (base->type == T_SEQUENCE_OF)
            snprintf(of, sizeof of, "%s", n == base ? row_of(members(base), n->name, "item") : "");
        fprintf(rows, "const struct asn_type %s = {\n    .name = \"%s\", .base = \"%s\",\n", row,
                n->name, base->name);
        bool own = isdigit((unsigned char)*sections[i]);
        fprintf(rows, "    .section = \"%s%s%s\",\n    .kind = %s, .app = %d, .app_too = %d, .size "
                "= sizeof(%s),\n", own ? spec : "", own ? " " : "", sections[i], kind_of(n),
                app_of(n), app_too_of(n->name), c);
        if (strcmp(n->name, "Ticket") == 0)
            fputs("    .carried = true,\n", rows);
        if (base->type == T_SEQUENCE_OF && n == base)
            fprintf(rows, "    .least = %s, .of = &%s,\n", least_of(base), of);
        else if (base->type == T_SEQUENCE_OF)
            fprintf(rows, "    .least = %s, .of = &%s,\n", least_of(base),
                    members(base)->type == T_IDENTIFIER
                        ? row_of(members(base), base->name, "item")
                        : (snprintf(of, sizeof of, "row_%s_item", c_name(base->name)), of));
        else
            fprintf(rows, "    .fields = fields_of_%s,\n    .n_fields = sizeof fields_of_%s / "
                    "sizeof *fields_of_%s,\n", c_name(base->name), c_name(base->name),
                    c_name(base->name));
        fputs("};\n\n", rows);
        return;
    }
    write_row("", row, n->name, n, n->name, c, sections[i]);
}

static void read_sections(void)
{
    char line[512], now[64] = "";
    while (fgets(line, sizeof line, stdin)) {
        char *mark = strstr(line, "-- @ ");
        if (mark)
            sscanf(mark + 5, "%63[^\n]", now);
        char name[128];
        if (sscanf(line, "%127[A-Za-z0-9-] ::=", name) != 1 || !strstr(line, "::="))
            continue;
        for (int i = 0; i < n_types; i++)
            if (strcmp(types[i]->name, name) == 0)
                sections[i] = strdup(now);
    }
    for (int i = 0; i < n_types; i++)
        if (!sections[i] || !*sections[i])
            die("%s has no section", types[i]->name);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        die("usage: rows MODULE SPEC OUT.h OUT_rows.c < MODULE.asn");
    spec = argv[2];
    head = fopen(argv[3], "w");
    rows = fopen(argv[4], "w");
    if (!head || !rows)
        die("cannot write %s or %s", argv[3], argv[4]);
    const asn1_static_node *at = ASN_TABLE;
    struct node *module = read_node(&at);
    for (struct node *n = module->child; n; n = n->next) {
        if (!n->name || n->type == T_OID)
            continue;
        if (n_types == MAX_TYPES)
            die("too many productions");
        types[n_types++] = n;
    }
    read_sections();
    fprintf(head, "/* Made from wire/%s.asn at build time. */\n#ifndef WIRE_GEN_%s_H\n#define "
            "WIRE_GEN_%s_H\n\n#include \"wire/rows.h\"\n\n", argv[1], argv[1], argv[1]);
    fprintf(rows, "/* Made from wire/%s.asn at build time. */\n#include \"wire/%s.h\"\n#include "
            "\"wire/builtin.h\"\n\n#include <stddef.h>\n\n", argv[1], argv[1]);
    for (int i = 0; i < n_types; i++)
        emit_struct(i);
    for (int i = 0; i < n_types; i++)
        fprintf(head, "extern const struct asn_type ASN_%s;\n", c_name(types[i]->name));
    for (int alias = 0; alias < 2; alias++) /* an alias uses the field rows of its base */
        for (int i = 0; i < n_types; i++)
            if ((types[i]->type == T_IDENTIFIER) == alias)
                emit_row(i);
    fprintf(head, "\n/* Every production of the module, NULL-ended. */\nextern const struct asn_type "
            "*const asn_%s_types[];\n#endif\n", argv[1]);
    fprintf(rows, "const struct asn_type *const asn_%s_types[] = {\n", argv[1]);
    for (int i = 0; i < n_types; i++)
        fprintf(rows, "    &ASN_%s,\n", c_name(types[i]->name));
    fputs("    NULL};\n", rows);
    return fclose(head) || fclose(rows);
}
