#include "structs.h"

#include "schema.h"

static FILE *out;

static void emit(struct node *);

/* The C type of a member or element. A list without a name is written in place; the elements of
 * one whose type has no name are called after the production around them. */
static void write_type(const struct node *n, const char *owner)
{
    if (n->type == T_SEQUENCE_OF) {
        fputs("struct { ", out);
        write_type(members(n), owner);
        fputs(" *at; size_t n; }", out);
    } else if (n->type == T_SEQUENCE) {
        fprintf(out, "struct %s", item_name(owner));
    } else if (is_struct(n)) {
        fprintf(out, "struct %s", c_name(resolve(n)->name));
    } else {
        fputs(c_primitive(n), out);
    }
}

/* What a struct holds by value must be written before it. */
static void emit_needed(const struct node *n)
{
    if (n->type == T_IDENTIFIER && is_struct(n))
        emit((struct node *)resolve(n));
    else if (n->type == T_SEQUENCE_OF)
        emit_needed(members(n));
    else if (n->type == T_SEQUENCE || n->type == T_CHOICE)
        for (struct node *m = members(n); m; m = m->next)
            emit_needed(m);
}

static void write_members(const struct node *n, const char *c, const char *owner)
{
    fprintf(out, "struct %s {\n    %s;\n", c,
            n->type == T_CHOICE ? "int choice" : "struct bytes der");
    for (struct node *m = members(n); m; m = m->next) {
        if (m->flags & F_OPTION)
            fprintf(out, "    bool has_%s;\n", c_name(m->name));
        fputs("    ", out);
        write_type(m, owner);
        fprintf(out, " %s;\n", c_name(m->name));
    }
    fputs("};\n\n", out);
}

static void write_list(const struct node *n, const char *c, const char *owner)
{
    const struct node *of = members(n);
    if (of->type == T_SEQUENCE)
        write_members(of, item_name(owner), item_name(owner));
    fprintf(out, "struct %s {\n    ", c);
    write_type(of, owner);
    fputs(" *at;\n    size_t n;\n};\n\n", out);
}

static void emit(struct node *n)
{
    if (n->emitted || n->type == T_IDENTIFIER || !is_struct(n))
        return;
    n->emitted = true;
    emit_needed(n);
    if (n->type == T_SEQUENCE_OF)
        write_list(n, c_name(n->name), n->name);
    else
        write_members(n, c_name(n->name), n->name);
}

void structs_write(FILE *f, const char *module)
{
    out = f;
    fprintf(out, "/* Made from %s.asn at build time. */\n", module);
    fprintf(out, "#ifndef WIRE_GEN_%s_H\n#define WIRE_GEN_%s_H\n\n", module, module);
    fputs("#include \"wire/rows.h\"\n\n", out);
    for (int i = 0; i < n_types; i++)
        emit(types[i]);
    for (int i = 0; i < n_types; i++)
        fprintf(out, "extern const struct asn_type ASN_%s;\n", c_name(types[i]->name));
    fputs("\n/* Every production of the module, NULL-ended. */\n", out);
    fprintf(out, "extern const struct asn_type *const asn_%s_types[];\n#endif\n", module);
}
