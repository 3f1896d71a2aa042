/* Values as a reader wants them: numbers with their names, flags by name, times, names joined. */
#include "trace/dissect_inside.h"

#include "base/text.h"
#include "base/when.h"
#include "wire/names.h"
#include "wire/oid.h"

#include <string.h>

#define OCTETS_SHOWN 32

static bool prints(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] < 0x20 || b.p[i] > 0x7e)
            return false;
    return b.n > 0;
}

char *octets_text(struct arena *mem, struct bytes b)
{
    if (prints(b))
        return text_escape(mem, b);
    if (b.n <= OCTETS_SHOWN)
        return hex_text(mem, b);
    return arena_printf(mem, "%s... (%zu octets)", hex_text(mem, bytes_slice(b, 0, OCTETS_SHOWN)),
                        b.n);
}

static struct bytes contents(const struct field *f)
{
    return bytes_slice(f->root->data, f->body, f->end - f->body);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static size_t count(const struct field *f)
{
    size_t n = 0;
    for (const struct field *c = f->first; c; c = c->next)
        n += !c->header;
    return n;
}

/* ---- primitives ----------------------------------------------------------------------------- */

/* Members whose numbers have names. */
static const struct {
    const char *member;
    enum registry names;
} registries[] = {
    {"etype", NAMES_ETYPE},        {"keytype", NAMES_ETYPE},    {"cksumtype", NAMES_CKSUMTYPE},
    {"padata-type", NAMES_PADATA}, {"error-code", NAMES_ERROR}, {"name-type", NAMES_NAME_TYPE},
    {"msg-type", NAMES_MSG_TYPE},  {"ad-type", NAMES_ADTYPE},   {"addr-type", NAMES_ADDR_TYPE},
    {"tr-type", NAMES_TR_TYPE},    {"lr-type", NAMES_LR_TYPE},  {"data-type", NAMES_PADATA},
    {"negState", NAMES_NEG_STATE},
};

/* The member of an element of a list is the list's: etype[0] is an etype. */
static const char *member_name(const struct node *n)
{
    if (n->place.element && n->place.up)
        return n->place.up->member;
    return n->place.member;
}

static const char *number_text(struct arena *mem, struct node *n)
{
    const char *member = member_name(n);
    for (size_t i = 0; member && i < sizeof registries / sizeof *registries; i++)
        if (strcmp(member, registries[i].member) == 0) {
            const struct name_row *row = name_find(registries[i].names, n->number);
            n->field.meaning = row ? row->text : NULL;
            return name_text(mem, registries[i].names, n->number);
        }
    return arena_printf(mem, "%lld", (long long)n->number);
}

static const char *integer(struct arena *mem, struct node *n, struct bytes b)
{
    if (b.n == 0 || b.n > 8)
        return hex_text(mem, b);
    uint64_t v = b.p[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < b.n; i++)
        v = v << 8 | b.p[i];
    n->number = (int64_t)v;
    n->has_number = true;
    return number_text(mem, n);
}

static const char *flags(struct arena *mem, const struct field *f, struct bytes b)
{
    if (b.n < 2 || b.n > 5)
        return hex_text(mem, b);
    uint32_t v = 0;
    for (size_t i = 1; i < 5; i++)
        v = v << 8 | (i < b.n ? b.p[i] : 0);
    if (strcmp(f->type->name, "KDCOptions") == 0)
        return name_flags(mem, NAMES_KDC_OPTION, v);
    if (strcmp(f->type->name, "APOptions") == 0)
        return name_flags(mem, NAMES_AP_OPTION, v);
    if (strcmp(f->type->name, "TicketFlags") == 0)
        return name_flags(mem, NAMES_TICKET_FLAG, v);
    if (strcmp(f->type->name, "FastOptions") == 0)
        return name_flags(mem, NAMES_FAST_OPTION, v);
    return arena_printf(mem, "0x%08x", v);
}

/* ContextFlags of RFC 4178 4.2.1, from the first bit on; old peers send seven bits, or more. */
static const char *context_flags(struct arena *mem, struct bytes b)
{
    static const char *const names[] = {"delegFlag", "mutualFlag", "replayFlag", "sequenceFlag",
                                        "anonFlag",  "confFlag",   "integFlag"};
    const char *text = "";
    if (b.n < 2)
        return hex_text(mem, b);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (b.p[1] & 0x80 >> i)
            text = arena_printf(mem, "%s%s%s", text, *text ? " " : "", names[i]);
    return *text ? text : "none";
}

static const char *time_value(struct arena *mem, struct bytes b)
{
    int64_t when;
    char text[WHEN_TEXT];
    if (!when_read_kerberos(b, &when))
        return text_escape(mem, b);
    return arena_str(mem, bytes_str(when_text(when, false, text)));
}

static int64_t sibling(const struct field *f, const char *name)
{
    const struct field *s = field_part(f->parent, name);
    return s && node_of(s)->has_number ? node_of(s)->number : -1;
}

static const char *address(struct arena *mem, const struct field *f, struct bytes b)
{
    if (sibling(f, "addr-type") == 2 && b.n == 4)
        return arena_printf(mem, "%u.%u.%u.%u", b.p[0], b.p[1], b.p[2], b.p[3]);
    return octets_text(mem, b);
}

static const char *octets(struct arena *mem, const struct field *f, struct bytes b)
{
    const char *member = node_of(f)->place.member;
    if (member && strcmp(member, "address") == 0)
        return address(mem, f, b);
    /* RFC 3962 4, RFC 8009 4: of the AES types these are an iteration count. */
    if (member && strcmp(member, "s2kparams") == 0 && b.n == 4)
        return arena_printf(mem, "%u iterations", be32(b.p));
    return octets_text(mem, b);
}

/* ---- constructed ---------------------------------------------------------------------------- */

static const char *part_value(const struct field *f, const char *name)
{
    const struct field *c = field_part(f, name);
    return c ? c->value : "";
}

static bool is(const struct field *f, const char *production)
{
    return strcmp(f->type->name, production) == 0 || strcmp(f->type->base, production) == 0;
}

/* As they are written elsewhere: a '/' or '@' inside of a component has a backslash before it. */
static char *component_text(struct arena *mem, struct bytes b)
{
    uint8_t *out = arena_take(mem, 2 * b.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] == '/' || b.p[i] == '@')
            out[n++] = '\\';
        out[n++] = b.p[i];
    }
    return text_escape(mem, bytes_of(out, n));
}

#define COMPONENTS_SHOWN 8

const char *principal_shown(struct arena *mem, const struct field *f)
{
    const struct field *list = f ? field_part(f, "name-string") : NULL;
    const char *joined = "";
    size_t n = 0;
    for (const struct field *c = list ? list->first : NULL; c; c = c->next) {
        if (c->header)
            continue;
        if (n++ == COMPONENTS_SHOWN)
            return arena_printf(mem, "%s/...", joined);
        const char *one = component_text(mem, contents(c));
        joined = n == 1 ? one : arena_printf(mem, "%s/%s", joined, one);
    }
    return joined;
}

static const char *sealed_text(struct arena *mem, const struct field *f)
{
    const struct field *kvno = field_part(f, "kvno"), *cipher = field_part(f, "cipher");
    size_t n = cipher ? cipher->end - cipher->body : 0;
    return arena_printf(mem, "%s%s%s, %zu octet%s", part_value(f, "etype"), kvno ? ", kvno " : "",
                        kvno ? kvno->value : "", n, plural(n));
}

#define MECHS_SHOWN 8

static const char *mechs_text(struct arena *mem, const struct field *f)
{
    const char *text = "";
    size_t n = 0;
    for (const struct field *c = f->first; c; c = c->next) {
        const char *name = c->header ? NULL : oid_name(contents(c));
        if (c->header)
            continue;
        if (n++ == MECHS_SHOWN)
            return arena_printf(mem, "%s, ...", text);
        text = arena_printf(mem, "%s%s%s", text, *text ? ", " : "",
                            name ? name : oid_text(mem, contents(c)));
    }
    return text;
}

static const char *body_text(struct arena *mem, const struct field *f)
{
    const char *cname = part_value(f, "cname"), *sname = part_value(f, "sname");
    return *cname ? arena_printf(mem, "%s for %s", cname, sname) : sname;
}

static const char *entry_text(struct arena *mem, const struct field *f)
{
    const struct field *salt = field_part(f, "salt");
    if (!salt)
        return part_value(f, "etype");
    return arena_printf(mem, "%s, salt \"%s\"", part_value(f, "etype"), salt->value);
}

/* A SEQUENCE in one line: by what a reader would call it. */
static const char *sequence(struct arena *mem, struct field *f)
{
    if (is(f, "PrincipalName"))
        return principal_shown(mem, f);
    if (is(f, "EncryptedData"))
        return sealed_text(mem, f);
    if (is(f, "Ticket"))
        return arena_printf(mem, "%s@%s", part_value(f, "sname"), part_value(f, "realm"));
    if (is(f, "EncryptionKey"))
        return part_value(f, "keytype");
    if (is(f, "Checksum"))
        return part_value(f, "cksumtype");
    if (is(f, "KDC-REQ-BODY"))
        return body_text(mem, f);
    if (is(f, "ETYPE-INFO2-ENTRY") || is(f, "ETYPE-INFO-ENTRY"))
        return entry_text(mem, f);
    if (is(f, "HostAddress"))
        return part_value(f, "address");
    if (is(f, "KRB-ERROR"))
        return part_value(f, "error-code");
    if (is(f, "NegTokenInit") || is(f, "NegTokenInit2"))
        return part_value(f, "mechTypes");
    if (is(f, "NegTokenResp"))
        return part_value(f, "negState");
    if (is(f, "KrbCredInfo"))
        return part_value(f, "sname");
    if (is(f, "TransitedEncoding"))
        return part_value(f, "contents");
    static const char *const kinds[] = {"padata-type", "ad-type", "data-type", "lr-type"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (field_part(f, kinds[i])) {
            f->meaning = field_part(f, kinds[i])->meaning;
            return part_value(f, kinds[i]);
        }
    return "";
}

void node_value(struct dissector *d, struct node *n)
{
    struct field *f = &n->field;
    struct bytes b = contents(f);
    switch (f->type->kind) {
    case ASN_INTEGER:
    case ASN_ENUMERATED:
        f->value = integer(d->mem, n, b);
        break;
    case ASN_BOOLEAN:
        f->value = b.n == 1 ? b.p[0] ? "true" : "false" : hex_text(d->mem, b);
        break;
    case ASN_TIME:
        f->value = time_value(d->mem, b);
        break;
    case ASN_FLAGS:
        f->value = flags(d->mem, f, b);
        break;
    case ASN_STRING:
        f->value = text_escape(d->mem, b);
        break;
    case ASN_OCTETS:
        f->value = octets(d->mem, f, b);
        break;
    case ASN_BITS:
        f->value = is(f, "ContextFlags") ? context_flags(d->mem, b) : octets_text(d->mem, b);
        break;
    case ASN_OID:
        f->value = oid_shown(d->mem, b);
        break;
    case ASN_ANY:
        f->value = octets_text(d->mem, b);
        break;
    case ASN_SEQUENCE:
        f->value = sequence(d->mem, f);
        break;
    case ASN_SEQUENCE_OF:
        f->value = is(f, "MechTypeList")
                       ? mechs_text(d->mem, f)
                       : arena_printf(d->mem, "%zu item%s", count(f), plural(count(f)));
        break;
    case ASN_CHOICE:
        break;
    }
}
