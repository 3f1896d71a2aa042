/* The formats without ASN.1, by the map of wire/flat.h: GSS framing, the checksum 0x8003, changes
 * of passwords, HTTP, DNS. */
#include "trace/dissect_inside.h"

#include "base/text.h"
#include "base/when.h"
#include "wire/dns.h"
#include "wire/flat.h"
#include "wire/http.h"
#include "wire/kpasswd.h"
#include "wire/names.h"
#include "wire/negotiate.h"
#include "wire/ntlm.h"
#include "wire/pac.h"
#include "wire/rpc.h"
#include "wire/oid.h"

#include <string.h>

struct mapping {
    struct flat_visitor visitor;
    struct dissector *d;
    struct root *root;
    struct field *parent;
};

static const char *number_text(struct arena *mem, const struct flat_span *s)
{
    if (s->registry == FLAT_NO_NAMES)
        return arena_printf(mem, "%lld", (long long)s->number);
    if (s->kind == FLAT_LE_FLAGS || s->kind == FLAT_BE_FLAGS)
        return name_flags(mem, (enum registry)s->registry, (uint32_t)s->number);
    return name_text(mem, (enum registry)s->registry, s->number);
}

#define FILETIME_EPOCH ((int64_t)116444736000000000) /* 1970 since 1601, in 100 ns */

/* Two values are no time (MS-PAC 2.5): none is known, and never. */
static const char *filetime_text(struct arena *mem, int64_t t, char when[WHEN_TEXT])
{
    if (t <= 0 || t == INT64_MAX)
        return t ? "never" : "0";
    return arena_str(mem, bytes_str(when_text((t - FILETIME_EPOCH) / 10, true, when)));
}

static const char *span_value(struct arena *mem, const struct flat_span *s, struct bytes b)
{
    char when[WHEN_TEXT];
    struct bytes text;
    size_t at;
    switch (s->kind) {
    case FLAT_BE_INT:
    case FLAT_LE_INT:
    case FLAT_BE_FLAGS:
    case FLAT_LE_FLAGS:
    case FLAT_BE_LENGTH:
    case FLAT_LE_LENGTH:
        return number_text(mem, s);
    case FLAT_TIME:
        return arena_str(mem, bytes_str(when_text(s->number * SECOND, false, when)));
    case FLAT_FILETIME:
        return filetime_text(mem, s->number, when);
    case FLAT_TEXT:
        return text_escape(mem, b);
    case FLAT_UTF16:
        return utf8_from_utf16le(mem, b, &text, &at) ? text_escape(mem, text) : octets_text(mem, b);
    case FLAT_OCTETS:
        return strcmp(s->name, "oid") == 0 ? oid_shown(mem, b) : octets_text(mem, b);
    case FLAT_BUFFER:
    case FLAT_DER:
    case FLAT_BASE64:
        return arena_printf(mem, "%zu octet%s", b.n, b.n == 1 ? "" : "s");
    case FLAT_UNREAD:
        return octets_text(mem, b);
    case FLAT_GROUP:
    case FLAT_SEPARATOR:
        break;
    }
    return "";
}

/* ---- what a token holds --------------------------------------------------------------------- */

struct root *dissect_token(struct dissector *d, struct bytes data, struct field *from)
{
    if (d->depth >= DISSECT_DEPTH || data.n == 0)
        return NULL;
    const struct asn_type *type = message_type(data);
    if (!type)
        type = neg_token_type(data);
    d->depth++;
    if (type) {
        dissect_inner(d, data, type, from, NULL);
    } else if (bytes_starts(data, BYTES_LIT("\4\4")) || bytes_starts(data, BYTES_LIT("\5\4"))) {
        from->inner = root_new(d, data, from, data.p[0] == 4 ? "MIC token" : "Wrap token");
        dissect_flat(d, from->inner, FLAT_GSS_MESSAGE, "GSS-MESSAGE");
    } else if (ntlm_message_type(data)) {
        dissect_ntlm(d, data, from);
    } else if (is_ntlm_signature(data)) {
        from->inner = root_new(d, data, from, "NTLM signature");
        dissect_flat(d, from->inner, FLAT_NTLM_SIGNATURE, NULL);
    } else if (data.p[0] == 0x60) {
        from->inner = root_new(d, data, from, "GSS token");
        dissect_flat(d, from->inner, FLAT_GSS_TOKEN, "GSS-TOKEN");
    }
    d->depth--;
    return from->inner;
}

static void follow(struct dissector *d, struct field *f, enum flat_kind kind)
{
    struct bytes b = bytes_slice(f->root->data, f->body, f->end - f->body);
    size_t at;
    if (kind == FLAT_BASE64 && !base64_decode(d->mem, b, false, &b, &at)) {
        f->state = FIELD_OPAQUE;
        return;
    }
    const struct root *inner;
    if (strcmp(f->name, "base64-user-pass") == 0 && b.n) {
        f->inner = root_new(d, b, f, "user and password");
        dissect_flat(d, f->inner, FLAT_USER_PASS, "USER-PASS");
        inner = f->inner;
    } else {
        inner = dissect_token(d, b, f);
    }
    f->state = inner ? FIELD_HOLDS : FIELD_OPAQUE;
    if (inner)
        f->value = arena_printf(d->mem, "%zu octets, %s", b.n, inner->what);
}

/* ---- the map -------------------------------------------------------------------------------- */

static const struct word *words_of(const struct node *n, const struct flat_span *s)
{
    const struct word *w = word_for(&n->place);
    if (!w && s->kind == FLAT_UNREAD)
        w = word_exact("?unread");
    if (!w && s->kind == FLAT_SEPARATOR)
        w = word_exact("?separator");
    return w ? w : word_exact(s->kind == FLAT_GROUP ? "?group" : "?flat");
}

static void entered(struct flat_visitor *v, const struct flat_span *s)
{
    struct mapping *m = (struct mapping *)v;
    struct dissector *d = m->d;
    if (strcmp(s->name, "header") == 0) {
        node_header(d, m->parent, tag_name(d->mem, m->root->data.p[s->at]), s->at, s->end);
        return;
    }
    const char *dot = strrchr(s->path, '.');
    const char *name = s->constructed ? dot ? dot + 1 : s->path : s->name; /* "field[2]" */
    struct node *n = node_new(d, m->root, m->parent, name, s->at, s->end);
    struct field *f = &n->field;
    n->place = (struct place){.up = &node_of(m->parent)->place, .member = s->name, .name = s->name};
    if (strcmp(s->name, "NETLOGON_VALIDATION_SAM_INFO4") == 0) /* the same facts as in a PAC */
        n->place.base = "KERB_VALIDATION_INFO";
    n->number = s->number;
    n->has_number = s->kind >= FLAT_BE_INT && s->kind <= FLAT_FILETIME;
    if (n->has_number && s->registry != FLAT_NO_NAMES && s->kind < FLAT_BE_FLAGS) {
        const struct name_row *row = name_find((enum registry)s->registry, s->number);
        f->meaning = row ? row->text : NULL;
    }
    node_place(d, n);
    f->words = words_of(n, s);
    f->value = span_value(d->mem, s, bytes_slice(m->root->data, s->at, s->end - s->at));
    if (s->kind == FLAT_UNREAD)
        f->state = FIELD_OPAQUE;
    if (s->kind == FLAT_DER || s->kind == FLAT_BASE64)
        follow(d, f, s->kind);
    if (s->kind == FLAT_BUFFER && s->registry == NAMES_PAC_TYPE)
        dissect_pac_buffer(d, f, s->number);
    if (s->constructed)
        m->parent = f;
}

/* "MsvAvTimestamp 2026-11-22 00:00:00.000000Z". */
static const char *pair_text(struct arena *mem, const struct field *pair)
{
    const struct name_row *row = name_find(NAMES_AV_ID, node_of(pair->first)->number);
    const struct field *value = pair->last;
    bool has = strcmp(value->name, "AvId") != 0 && strcmp(value->name, "AvLen") != 0;
    return arena_printf(mem, "%s%s%s", row ? row->name : "unknown", has ? " " : "",
                        has ? value->value : "");
}

static void left(struct flat_visitor *v, const struct flat_span *s)
{
    struct mapping *m = (struct mapping *)v;
    const struct field *name = field_part(m->parent, "name"),
                       *text = field_part(m->parent, "value");
    (void)s;
    if (!text)
        text = field_part(m->parent, "auth-scheme");
    if (!name && m->parent->first && strcmp(m->parent->first->name, "AvId") == 0)
        m->parent->value = pair_text(m->d->mem, m->parent);
    if (!name && m->parent->first) {
        const char *shown = ndr_shown(m->d->mem, m->parent);
        if (shown)
            m->parent->value = shown;
    }
    if (name && text)
        m->parent->value = arena_printf(m->d->mem, "%s: %s", name->value, text->value);
    m->parent = m->parent->parent;
}

void dissect_map(struct dissector *d, struct root *r, dissect_walk *how, const char *name)
{
    struct node *top = node_new(d, r, NULL, name, 0, r->data.n);
    top->place = (struct place){.up = r->from ? &node_of(r->from)->place : NULL, .name = name};
    node_place(d, top);
    struct mapping m = {{entered, left}, d, r, &top->field};
    struct faults faults = {.mem = d->mem};
    if (how(r->data, d->mem, &faults, &m.visitor) || faults.n == 0)
        return;
    root_fault(r, &faults.list[0]);
    for (struct field *f = r->top; f; f = f->inner || f->root != r ? NULL : field_next(f))
        if (f->fault == &faults.list[0] && f->state == FIELD_OPAQUE)
            f->state = FIELD_BROKEN;
}

static const struct format {
    dissect_walk *how;
    const char *name; /* where the caller gives none */
} formats[FLAT_FORMATS] = {
    [FLAT_GSS_TOKEN] = {gss_token_walk, "GSS-TOKEN"},
    [FLAT_GSS_CHECKSUM] = {gss_checksum_walk, "GSS-CHECKSUM"},
    [FLAT_GSS_MESSAGE] = {gss_message_walk, "GSS-MESSAGE"},
    [FLAT_HTTP] = {http_walk, "HTTP"},
    [FLAT_KPASSWD] = {kpasswd_walk, "KPASSWD"},
    [FLAT_KPASSWD_RESULT] = {kpasswd_result_walk, "KPASSWD-RESULT"},
    [FLAT_DNS] = {dns_walk, "DNS"},
    [FLAT_NTLM] = {ntlm_walk, "NTLM"},
    [FLAT_AV_PAIRS] = {av_pairs_walk, "AV_PAIRS"},
    [FLAT_NTLMV2_RESPONSE] = {ntlmv2_response_walk, "NTLMv2_RESPONSE"},
    [FLAT_NTLM_SIGNATURE] = {ntlm_signature_walk, "NTLM-SIGNATURE"},
    [FLAT_PAC] = {pac_walk, "PAC"},
    [FLAT_PAC_LOGON_INFO] = {pac_logon_info_walk, "LOGON_INFO"},
    [FLAT_PAC_CLIENT_INFO] = {pac_client_info_walk, "PAC_CLIENT_INFO"},
    [FLAT_PAC_SIGNATURE] = {pac_signature_walk, "PAC_SIGNATURE_DATA"},
    [FLAT_PAC_UPN_DNS] = {pac_upn_dns_walk, "UPN_DNS_INFO"},
    [FLAT_PAC_ATTRIBUTES] = {pac_attributes_walk, "PAC_ATTRIBUTES_INFO"},
    [FLAT_PAC_REQUESTOR] = {pac_requestor_walk, "PAC_REQUESTOR"},
    [FLAT_RPC] = {rpc_walk, "RPC"},
    [FLAT_USER_PASS] = {user_pass_walk, "USER-PASS"},
};

void dissect_flat(struct dissector *d, struct root *r, enum flat_format format,
                  const char *container)
{
    const struct format *f = &formats[formats[format].how ? format : FLAT_HTTP];
    dissect_map(d, r, f->how, container ? container : f->name);
}

struct root *dissect_kpasswd(struct dissector *d, struct bytes data)
{
    bool reply = kpasswd_is_reply(data);
    struct root *r = root_new(d, data, NULL, reply ? "kpasswd reply" : "kpasswd request");
    dissect_flat(d, r, FLAT_KPASSWD, reply ? "KPASSWD-REP" : "KPASSWD-REQ");
    return r;
}

static const char *registry_name(enum registry registry, int64_t number)
{
    const struct name_row *row = name_find(registry, number);
    return row ? row->name : "?";
}

static char *records_text(struct arena *mem, const struct dns_message *m)
{
    char *text = arena_str(mem, bytes_str(""));
    for (size_t i = 0; i < m->n && i < 4; i++) {
        const struct dns_record *r = &m->records[i];
        const uint8_t *p = r->address.p;
        const char *value = r->target ? r->target : "";
        if (r->address.n == 4)
            value = arena_printf(mem, "%d.%d.%d.%d", p[0], p[1], p[2], p[3]);
        text = arena_printf(mem, "%s%s%s %s", text, i ? ", " : "",
                            registry_name(NAMES_DNS_TYPE, r->type), value);
    }
    return text;
}

struct root *dissect_http(struct dissector *d, struct bytes data)
{
    bool reply = bytes_starts(data, BYTES_LIT("HTTP/"));
    struct root *r = root_new(d, data, NULL, reply ? "HTTP response" : "HTTP request");
    dissect_flat(d, r, FLAT_HTTP, NULL);
    /* "GET /" or "401 Unauthorized": the start line as a ladder shows it. */
    size_t end = 0;
    while (end < data.n && data.p[end] != '\r' && data.p[end] != '\n')
        end++;
    struct bytes line = bytes_slice(data, 0, end < 200 ? end : 200);
    if (reply && line.n > 9)
        line = bytes_slice(line, 9, 3);
    else
        for (size_t i = line.n, spaces = 0; i > 0 && !spaces; i--)
            if (line.p[i - 1] == ' ') {
                line.n = i - 1;
                spaces++;
            }
    r->top->value = text_escape(d->mem, line);
    return r;
}

/* "DNS query A www.example.test", "DNS answer 10.0.0.21", "DNS answer NXDOMAIN". */
struct root *dissect_dns(struct dissector *d, struct bytes data)
{
    struct dns_message m;
    bool read = dns_read(data, d->mem, NULL, &m);
    struct root *r = root_new(d, data, NULL, read && m.answer ? "DNS answer" : "DNS query");
    dissect_flat(d, r, FLAT_DNS, NULL);
    if (!read)
        return r;
    const char *type = registry_name(NAMES_DNS_TYPE, m.question.type);
    if (!m.answer)
        r->top->value = arena_printf(d->mem, "%s %s", type, m.question.name);
    else if (m.n == 0)
        r->top->value = arena_printf(d->mem, "%s to %s %s", registry_name(NAMES_DNS_RCODE, m.rcode),
                                     type, m.question.name);
    else
        r->top->value = records_text(d->mem, &m);
    return r;
}
