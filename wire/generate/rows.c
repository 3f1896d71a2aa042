/* The generator: walks the array that asn1Parser made of a .asn module and writes the C structs
 * (NAME.h) and the rows (NAME_rows.c) of wire/rows.h. Runs at build time only.
 *
 * usage: rows MODULE SPEC OUT.h OUT_rows.c < MODULE.asn
 * MODULE names the files; SPEC ("RFC 4120") is put before each section that is only a number; the
 * text is read for its "-- @ SECTION" marks. The table is compiled in as ASN_TABLE. */
#include "schema.h"
#include "structs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

extern const asn1_static_node ASN_TABLE[];

static const char *spec;
static FILE *out;

/* ---- what the array does not keep, or not where a row can be read from -------------------------
 */

/* asn1Parser drops ranges. */
static const struct range {
    const char *name, *min, *max;
} ranges[] = {
    {"Int32", "-2147483648LL", "2147483647LL"},
    {"UInt32", "0", "4294967295LL"},
    {"Microseconds", "0", "999999"},
};

static const struct range *range_of(const struct node *n)
{
    for (;; n = find(n->value)) {
        for (size_t i = 0; n->name && i < sizeof ranges / sizeof *ranges; i++)
            if (strcmp(n->name, ranges[i].name) == 0)
                return &ranges[i];
        if (n->type != T_IDENTIFIER)
            return NULL;
    }
}

/* The tag that deployed peers put in place of the right one: KDCs that send 26 in an AS-REP, and
 * clients that take either (RFC 4120 5.4.2). */
static int app_too_of(const char *name)
{
    if (strcmp(name, "EncASRepPart") == 0)
        return 26;
    return strcmp(name, "EncTGSRepPart") == 0 ? 25 : -1;
}

/* A ticket is opaque to whoever carries it: what its issuer wrote goes on unchanged. */
static bool carried(const char *name)
{
    return strcmp(name, "Ticket") == 0;
}

/* ---- parts of a row ----------------------------------------------------------------------------
 */

/* The APPLICATION tag of a production, its own or that of what it is another name of. */
static int app_of(const struct node *n)
{
    const struct node *tag = child_of(n, T_TAG);
    if (!tag)
        return n->type == T_IDENTIFIER ? app_of(find(n->value)) : -1;
    if (!(tag->flags & F_APPLICATION) || tag->flags & F_IMPLICIT)
        die("%s: a production has no tag but an explicit APPLICATION tag", n->name);
    if (n->type == T_IDENTIFIER && app_of(find(n->value)) >= 0)
        die("%s: two APPLICATION tags", n->name);
    return atoi(tag->value);
}

/* The context tag of a member, as C spells it. */
static const char *tag_of(const struct node *member)
{
    const struct node *tag = child_of(member, T_TAG);
    if (member->flags & F_DEFAULT)
        die("%s: DEFAULT is not supported", member->name);
    if (!tag)
        return "ASN_NONE";
    if (tag->flags & (F_IMPLICIT | F_APPLICATION))
        die("%s: a member has no tag but an explicit context tag", member->name);
    return tag->value;
}

static const struct kind {
    unsigned type;
    const char *kind, *builtin; /* the row of such a type where it is used without a name */
} kinds[] = {
    {T_INTEGER, "ASN_INTEGER", "asn_builtin_integer"},
    {T_ENUMERATED, "ASN_ENUMERATED", "asn_builtin_enumerated"},
    {T_BOOLEAN, "ASN_BOOLEAN", "asn_builtin_boolean"},
    {T_TIME, "ASN_TIME", "asn_builtin_time"},
    {T_BITS, "ASN_BITS", "asn_builtin_bits"},
    {T_OCTETS, "ASN_OCTETS", "asn_builtin_octets"},
    {T_GENERALSTRING, "ASN_STRING", "asn_builtin_string"},
    {T_OID, "ASN_OID", "asn_builtin_oid"},
    {T_ANY, "ASN_ANY", "asn_builtin_any"},
    {T_SEQUENCE, "ASN_SEQUENCE", NULL},
    {T_SEQUENCE_OF, "ASN_SEQUENCE_OF", NULL},
    {T_CHOICE, "ASN_CHOICE", NULL},
};

static const struct kind *kind_of(const struct node *n)
{
    unsigned type = resolve(n)->type;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].type == type)
            return &kinds[i];
    die("%s: a kind (%u) that the rows do not have", n->name ? n->name : "?", type);
}

static const char *least_of(const struct node *list)
{
    const struct node *size = child_of(list, T_SIZE);
    return size && size->value ? size->value : "0";
}

/* The row of a member's or element's type, by its C name. `path` names a type without a name of
 * its own after the place where it stands: "LastReq.item". */
static char *row_of(const struct node *n, const char *path)
{
    if (n->type == T_IDENTIFIER)
        return text("ASN_%s", c_name(n->value));
    return is_struct(n) ? text("row_%s", c_name(path)) : text("%s", kind_of(n)->builtin);
}

/* The path of a part of the type `name`: its member, or the element of a list. */
static char *path_of(const struct node *type, const char *name, const struct node *part)
{
    return text("%s.%s", name, type->type == T_SEQUENCE_OF ? "item" : part->name);
}

/* ---- rows --------------------------------------------------------------------------------------
 */

struct row {
    const struct node *n;
    const char *linkage, *symbol; /* "static ", "row_LastReq_item" */
    const char *name, *section;
    const char *c; /* the C type of the value */
};

static void write_row(const struct row *);

/* Rows of the parts whose type has no name, which must stand before the row that uses them: lists
 * in a production, and the SEQUENCE that a production is a list of. */
static void write_parts(const struct row *r)
{
    bool list = r->n->type == T_SEQUENCE_OF, production = !*r->linkage;
    for (struct node *m = members(r->n); m; m = m->next) {
        if (m->type == T_IDENTIFIER || !is_struct(m))
            continue;
        char *path = path_of(r->n, r->name, m);
        if (list ? m->type != T_SEQUENCE || !production : m->type != T_SEQUENCE_OF)
            die("%s: give this type a name", path);
        write_row(&(struct row){.n = m,
                                .linkage = "static ",
                                .symbol = row_of(m, path),
                                .name = path,
                                .section = "",
                                .c = list ? text("struct %s", c_name(path)) : "struct asn_list"});
    }
}

static void write_fields(const struct row *r)
{
    fprintf(out, "static const struct asn_field fields_of_%s[] = {\n", c_name(r->name));
    for (struct node *m = members(r->n); m; m = m->next) {
        char *c = c_name(m->name), *type = row_of(m, path_of(r->n, r->name, m));
        bool optional = m->flags & F_OPTION;
        fprintf(out, "    {\"%s\", %s, %s, offsetof(%s, %s), ", m->name, tag_of(m),
                optional ? "true" : "false", r->c, c);
        if (optional)
            fprintf(out, "offsetof(%s, has_%s), &%s},\n", r->c, c, type);
        else
            fprintf(out, "0, &%s},\n", type);
    }
    fputs("};\n", out);
}

/* One path for all: a production, another name of one, a type without a name. */
static void write_row(const struct row *r)
{
    const struct node *base = resolve(r->n);
    const char *base_name = base == r->n ? r->name : base->name;
    const struct range *range = base->type == T_INTEGER ? range_of(r->n) : NULL;
    bool fields = base->type == T_SEQUENCE || base->type == T_CHOICE;
    const char *kind = base->type == T_BITS && is_flags(r->n) ? "ASN_FLAGS" : kind_of(r->n)->kind;
    if (base == r->n && is_struct(base))
        write_parts(r);
    if (base == r->n && fields)
        write_fields(r);
    fprintf(out, "%sconst struct asn_type %s = {\n", r->linkage, r->symbol);
    fprintf(out, "    .name = \"%s\", .base = \"%s\",\n", r->name, base_name);
    fprintf(out, "    .section = \"%s%s\",\n",
            isdigit((unsigned char)*r->section) ? text("%s ", spec) : "", r->section);
    fprintf(out, "    .kind = %s, .app = %d, .app_too = %d, .size = sizeof(%s),\n", kind,
            *r->linkage ? -1 : app_of(r->n), app_too_of(r->name), r->c);
    if (range)
        fprintf(out, "    .ranged = true, .min = %s, .max = %s,\n", range->min, range->max);
    if (carried(r->name))
        fputs("    .carried = true,\n", out);
    if (base->type == T_SEQUENCE_OF)
        fprintf(out, "    .least = %s, .of = &%s,\n", least_of(base),
                row_of(members(base), path_of(base, base_name, members(base))));
    if (fields)
        fprintf(out,
                "    .fields = fields_of_%s,\n    .n_fields = sizeof fields_of_%s / sizeof "
                "*fields_of_%s,\n",
                c_name(base_name), c_name(base_name), c_name(base_name));
    fputs("};\n\n", out);
}

static void write_production(const struct node *n)
{
    const char *c = is_struct(n) ? text("struct %s", c_name(resolve(n)->name)) : c_primitive(n);
    write_row(&(struct row){.n = n,
                            .linkage = "",
                            .symbol = text("ASN_%s", c_name(n->name)),
                            .name = n->name,
                            .section = n->section,
                            .c = c});
}

static void rows_write(FILE *f, const char *module)
{
    out = f;
    fprintf(out, "/* Made from %s.asn at build time. */\n#include \"wire/%s.h\"\n", module, module);
    fputs("#include \"wire/builtin.h\"\n\n#include <stddef.h>\n\n", out);
    for (int alias = 0; alias < 2; alias++) /* another name uses the fields of its base */
        for (int i = 0; i < n_types; i++)
            if ((types[i]->type == T_IDENTIFIER) == alias)
                write_production(types[i]);
    fprintf(out, "const struct asn_type *const asn_%s_types[] = {\n", module);
    for (int i = 0; i < n_types; i++)
        fprintf(out, "    &ASN_%s,\n", c_name(types[i]->name));
    fputs("    NULL};\n", out);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        die("usage: rows MODULE SPEC OUT.h OUT_rows.c < MODULE.asn");
    spec = argv[2];
    FILE *head = fopen(argv[3], "w"), *rows = fopen(argv[4], "w");
    if (head && rows) {
        schema_read(ASN_TABLE);
        schema_sections();
        structs_write(head, argv[1]);
        rows_write(rows, argv[1]);
        return fclose(head) || fclose(rows);
    }
    die("cannot write %s or %s", argv[3], argv[4]);
}
