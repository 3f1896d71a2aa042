#include "wire/second.h"

#include "base/text.h"
#include "wire/codec.h"
#include "wire/kerberos.h"
#include "wire/spnego.h"

#include <libtasn1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const asn1_static_node asn_table_kerberos[], asn_table_spnego[];

static const struct module {
    const asn1_static_node *table;
    const struct asn_type *const *types;
} modules[] = {
    {asn_table_kerberos, asn_kerberos_types},
    {asn_table_spnego, asn_spnego_types},
};
#define MODULES (sizeof modules / sizeof *modules)

/* An element to be filled by a decoding cannot be filled again: it is copied from a pristine one,
 * made when its type is first met. */
struct template
{
    struct template *next;
    const struct asn_type *type;
    asn1_node element;
};

struct second {
    asn1_node definitions[MODULES];
    struct template *templates;
};

struct second *second_new(void)
{
    struct second *s = calloc(1, sizeof *s);
    for (size_t i = 0; s && i < MODULES; i++) {
        if (asn1_array2tree(modules[i].table, &s->definitions[i], NULL) != ASN1_SUCCESS) {
            second_free(s);
            return NULL;
        }
    }
    return s;
}

void second_free(struct second *s)
{
    if (!s)
        return;
    while (s->templates) {
        struct template *t = s->templates;
        s->templates = t->next;
        asn1_delete_structure(&t->element);
        free(t);
    }
    for (size_t i = 0; i < MODULES; i++)
        asn1_delete_structure(&s->definitions[i]);
    free(s);
}

static bool module_of(const struct asn_type *type, size_t *module)
{
    for (size_t i = 0; i < MODULES; i++) {
        for (const struct asn_type *const *t = modules[i].types; *t; t++) {
            *module = i;
            if (*t == type)
                return true;
        }
    }
    return false;
}

static struct template *template_of(struct second *s, const struct asn_type *type)
{
    size_t module;
    char name[2 * ASN1_MAX_NAME_SIZE + 2];
    for (struct template *t = s->templates; t; t = t->next)
        if (t->type == type)
            return t;
    if (!module_of(type, &module))
        return NULL;
    struct template *t = calloc(1, sizeof *t);
    snprintf(name, sizeof name, "%s.%s", modules[module].table[0].name, type->name);
    if (!t || asn1_create_element(s->definitions[module], name, &t->element) != ASN1_SUCCESS) {
        free(t);
        return NULL;
    }
    t->type = type;
    t->next = s->templates;
    s->templates = t;
    return t;
}

static void leaf_add(struct leaves *l, struct arena *mem, const char *path, struct bytes value)
{
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 64;
        struct leaf *list = arena_array(mem, struct leaf, l->room);
        if (l->n)
            memcpy(list, l->list, l->n * sizeof *list);
        l->list = list;
    }
    l->list[l->n++] = (struct leaf){path, value};
}

/* ---- values as libtasn1 gives them, back to contents octets ------------------------------------
 */

static struct bytes bits_contents(struct arena *mem, const uint8_t *p, size_t bits)
{
    size_t n = (bits + 7) / 8;
    uint8_t *out = arena_take(mem, 1 + n);
    out[0] = (uint8_t)(8 * n - bits);
    if (n)
        memcpy(out + 1, p, n);
    return (struct bytes){out, 1 + n};
}

/* asn1_object_id_der writes the whole element. */
static bool oid_contents(struct arena *mem, const char *text, struct bytes *out)
{
    int n = (int)strlen(text) + 8, length_octets;
    uint8_t *der = arena_take(mem, (size_t)n);
    if (asn1_object_id_der(text, der, &n, 0) != ASN1_SUCCESS)
        return false;
    long contents = asn1_get_length_der(der + 1, n - 1, &length_octets);
    if (contents < 0)
        return false;
    *out = (struct bytes){der + 1 + length_octets, (size_t)contents};
    return true;
}

static bool value_of(asn1_node element, const char *name, const char *type, struct arena *mem,
                     struct bytes *out)
{
    int n = 0;
    uint8_t nothing[1];
    bool bits = strcmp(type, "BIT_STR") == 0;
    int result = asn1_read_value(element, name, nothing, &n);
    if (result != ASN1_SUCCESS && result != ASN1_MEM_ERROR)
        return false;
    int room = (bits ? (n + 7) / 8 : n) + 1;
    uint8_t *p = arena_take(mem, (size_t)room + 1);
    n = room;
    if (asn1_read_value(element, name, p, &n) != ASN1_SUCCESS)
        return false;
    *out = (struct bytes){p, (size_t)n};
    if (bits)
        *out = bits_contents(mem, p, (size_t)n);
    else if (strcmp(type, "BOOLEAN") == 0)
        *out = *p == 'T' ? BYTES_LIT("\xff") : BYTES_LIT("\0");
    else if (strcmp(type, "GENERALIZED_TIME") == 0)
        *out = bytes_str((const char *)p);
    else if (strcmp(type, "OBJ_ID") == 0)
        return oid_contents(mem, (const char *)p, out);
    return true;
}

/* ---- libtasn1's tree ---------------------------------------------------------------------------
 */

/* There is no public way to walk a tree but to have it printed: a line a node, two spaces of
 * indentation a level, "name:req-body  type:SEQUENCE". An element of a SEQUENCE OF is named ?1, ?2
 * and so on; its first child, unnamed, is the pattern of the others. */
struct line {
    size_t level;
    char name[ASN1_MAX_NAME_SIZE + 1], type[32];
};

struct scan {
    const struct asn_type *type;
    asn1_node element;
    struct arena *mem;
    struct leaves *out;
    const char *theirs[ASN_DEPTH + 1], *ours[ASN_DEPTH + 1]; /* paths by level */
    size_t pattern; /* level of the pattern being passed over, or 0 */
    struct line before;
};

static bool parse_line(const char *text, struct line *l)
{
    size_t spaces = strspn(text, " ");
    l->level = spaces / 2;
    return sscanf(text + spaces, "name:%64s type:%31s", l->name, l->type) == 2;
}

static bool name_line(struct scan *s, const struct line *l)
{
    if (l->level > ASN_DEPTH)
        return false;
    if (l->level == 0) {
        s->theirs[0] = "";
        s->ours[0] = s->type->name;
        return true;
    }
    const char *their = s->theirs[l->level - 1], *our = s->ours[l->level - 1];
    s->theirs[l->level] = arena_printf(s->mem, "%s%s%s", their, *their ? "." : "", l->name);
    s->ours[l->level] =
        l->name[0] == '?' ? arena_printf(s->mem, "%s[%ld]", our, strtol(l->name + 1, NULL, 10) - 1)
                          : arena_printf(s->mem, "%s.%s", our, l->name);
    return true;
}

/* A list that the next named line does not continue was empty. */
static void end_list(struct scan *s, size_t next_level)
{
    if (strcmp(s->before.type, "SEQ_OF") == 0 && next_level <= s->before.level)
        leaf_add(s->out, s->mem, s->ours[s->before.level], (struct bytes){NULL, 0});
}

static bool scan_line(struct scan *s, const char *text, const char **why)
{
    static const char *const inner[] = {"SEQUENCE", "SEQ_OF", "CHOICE"};
    struct line l;
    struct bytes value;
    if (!parse_line(text, &l))
        return true; /* the name of the structure, an empty line */
    if (s->pattern && l.level > s->pattern)
        return true;
    s->pattern = l.level && strcmp(l.name, "NULL") == 0 ? l.level : 0;
    if (s->pattern)
        return true;
    end_list(s, l.level);
    s->before = l;
    *why = "the second reader's tree cannot be followed";
    if (!name_line(s, &l))
        return false;
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        if (strcmp(l.type, inner[i]) == 0)
            return true;
    if (!value_of(s->element, s->theirs[l.level], l.type, s->mem, &value))
        return false;
    leaf_add(s->out, s->mem, s->ours[l.level], value);
    return true;
}

static bool scan_tree(struct scan *s, const char **why)
{
    char *text = NULL, *rest = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (!f)
        return false;
    asn1_print_structure(f, s->element, "", ASN1_PRINT_NAME_TYPE);
    fclose(f);
    bool ok = true;
    for (char *l = strtok_r(text, "\n", &rest); ok && l; l = strtok_r(NULL, "\n", &rest))
        ok = scan_line(s, l, why);
    if (ok)
        end_list(s, 0);
    free(text);
    return ok;
}

bool second_read(struct second *s, const struct asn_type *type, struct bytes in, struct arena *mem,
                 struct leaves *out, const char **why)
{
    char error[ASN1_MAX_ERROR_DESCRIPTION_SIZE] = "";
    struct template *t = template_of(s, type);
    int n = (int)in.n;
    *out = (struct leaves){NULL, 0, 0};
    *why = "the second reader has no production of this name";
    if (!t || in.n > INT32_MAX)
        return false;
    asn1_node element = asn1_dup_node(t->element, "");
    int result = asn1_der_decoding2(&element, in.p, &n, ASN1_DECODE_FLAG_STRICT_DER, error);
    struct scan scan = {.type = type, .element = element, .mem = mem, .out = out};
    bool ok = result == ASN1_SUCCESS;
    if (ok)
        ok = scan_tree(&scan, why);
    else
        *why = arena_printf(mem, "the second reader says %s %s", asn1_strerror(result), error);
    asn1_delete_structure(&element);
    return ok;
}

/* ---- comparison --------------------------------------------------------------------------------
 */

struct first {
    struct asn_visitor visitor;
    struct bytes in;
    struct arena *mem;
    struct leaves leaves;
    const char *paths[ASN_DEPTH + 1];
    size_t inner[ASN_DEPTH + 1]; /* elements met in the list of that depth */
};

static void first_enter(struct asn_visitor *v, const struct asn_span *s)
{
    struct first *f = (struct first *)v;
    const char *up = s->depth ? f->paths[s->depth - 1] : "";
    const char **path = &f->paths[s->depth];
    if (s->unknown)
        *path = arena_printf(f->mem, "%s.?", up);
    else if (s->depth == 0)
        *path = s->type->name;
    else if (s->field)
        *path = arena_printf(f->mem, "%s.%s", up, s->field->name);
    else
        *path = arena_printf(f->mem, "%s[%zu]", up, s->index);
    if (s->depth)
        f->inner[s->depth - 1]++;
    f->inner[s->depth] = 0;
    enum asn_kind kind = s->unknown ? ASN_ANY : s->type->kind;
    if (kind != ASN_SEQUENCE && kind != ASN_SEQUENCE_OF && kind != ASN_CHOICE)
        leaf_add(&f->leaves, f->mem, *path, bytes_slice(f->in, s->body, s->end - s->body));
}

static void first_leave(struct asn_visitor *v, const struct asn_span *s)
{
    struct first *f = (struct first *)v;
    if (s->type->kind == ASN_SEQUENCE_OF && f->inner[s->depth] == 0)
        leaf_add(&f->leaves, f->mem, f->paths[s->depth], (struct bytes){NULL, 0});
}

static bool same_leaves(const struct leaves *a, const struct leaves *b, struct arena *mem,
                        const char **why)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        const struct leaf *x = &a->list[i], *y = &b->list[i];
        if (strcmp(x->path, y->path) == 0 && bytes_equal(x->value, y->value))
            continue;
        *why = arena_printf(mem, "%s is %s; the second reader has %s, %s", x->path,
                            hex_text(mem, x->value), y->path, hex_text(mem, y->value));
        return false;
    }
    if (a->n != b->n)
        *why = arena_printf(mem, "%zu leaves; the second reader has %zu", a->n, b->n);
    return a->n == b->n;
}

bool second_agrees(struct second *s, const struct asn_type *type, struct bytes in,
                   struct arena *mem, const char **why)
{
    struct first f = {.visitor = {first_enter, first_leave}, .in = in, .mem = mem};
    struct faults faults = {.mem = mem};
    struct leaves theirs;
    bool first = asn_walk(type, in, ASN_DEPLOYED, mem, &faults, &f.visitor);
    bool second = second_read(s, type, in, mem, &theirs, why);
    if (first && second)
        return same_leaves(&f.leaves, &theirs, mem, why);
    if (second)
        *why =
            arena_printf(mem, "only the second reader takes it: %s", fault_text(mem, faults.list));
    return first == second;
}
