/* Moving about in what was dissected, and what fields are called. */
#include "trace/dissect_inside.h"

#include "wire/names.h"

#include <string.h>
#include <strings.h>

static bool has_parts(const struct field *f)
{
    for (const struct field *c = f->first; c; c = c->next)
        if (!c->header)
            return true;
    return false;
}

bool field_leaf(const struct field *f, size_t *at, size_t *end)
{
    if (!f->header && has_parts(f))
        return false;
    *at = f->header ? f->at : f->body;
    *end = f->end;
    return true;
}

struct field *field_next(struct field *f)
{
    if (f->first)
        return f->first;
    for (bool inner = true;;) {
        if (inner && f->inner && f->inner->top)
            return f->inner->top;
        if (f->next)
            return f->next;
        if (f->parent) {
            f = f->parent;
            inner = true;
        } else if (f->root->from) {
            f = f->root->from;
            inner = false;
        } else {
            return NULL;
        }
    }
}

struct field *field_at(struct root *r, size_t at)
{
    struct field *f = r->top, *found = NULL;
    while (f) {
        if (at < f->at || at >= f->end) {
            f = f->next;
            continue;
        }
        found = f;
        f = f->first;
    }
    size_t from, end;
    return found && field_leaf(found, &from, &end) && at >= from && at < end ? found : NULL;
}

struct field *field_find(struct root *r, const char *path)
{
    for (struct field *f = r->top; f; f = field_next(f))
        if (strcmp(f->path, path) == 0)
            return f;
    return NULL;
}

struct field *field_part(const struct field *f, const char *name)
{
    for (struct field *c = f ? f->first : NULL; c; c = c->next)
        if (!c->header && strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

struct root *field_message(const struct field *f)
{
    struct root *r = f->root;
    while (r->from)
        r = r->from->root;
    return r;
}

char *header_words(struct arena *mem, const struct field *f)
{
    struct header h;
    struct bytes in = bytes_slice(f->root->data, f->at, f->end - f->at);
    if (!f->header || !header_read(in, &h))
        return arena_printf(mem, "%zu octets", in.n);
    const char *form = h.identifier & 0x20 ? "constructed" : "primitive";
    const char *tag = f->name[0] == '[' ? arena_printf(mem, "context tag %s", f->name) : f->name;
    const struct field *around = f->parent->parent;
    size_t there = (around ? around->end : f->root->data.n) - f->end;
    if (h.contents > there)
        return arena_printf(mem, "%s, %s, claims %zu octets where %zu follow", tag, form,
                            h.contents, there);
    return arena_printf(mem, "%s, %s, %zu octet%s", tag, form, h.contents,
                        h.contents == 1 ? " follows" : "s follow");
}

size_t seal_parts(int32_t etype, size_t n, struct seal_part out[3])
{
    const struct etype_row *row = etype_find(etype);
    if (!row || n < (size_t)row->confounder_size + row->mac_size)
        return 0;
    size_t c = row->confounder_size, m = row->mac_size;
    if (etype == 23 || etype == 24) { /* RFC 4757 6: the checksum stands first */
        out[0] = (struct seal_part){"HMAC", 0, m};
        out[1] = (struct seal_part){"confounder", m, m + c};
        out[2] = (struct seal_part){"data", m + c, n};
    } else {
        out[0] = (struct seal_part){"confounder", 0, c};
        out[1] = (struct seal_part){"data", c, n - m};
        out[2] = (struct seal_part){etype == 25 || etype == 26 ? "CMAC" : "HMAC", n - m, n};
    }
    return 3;
}

/* ---- labels --------------------------------------------------------------------------------- */

static struct field *padata_of(const struct field *message, int64_t type)
{
    struct field *list = field_part(message, "padata");
    for (struct field *c = list ? list->first : NULL; c; c = c->next) {
        struct field *t = field_part(c, "padata-type");
        if (t && node_of(t)->has_number && node_of(t)->number == type)
            return c;
    }
    return NULL;
}

static const char *kerberos_label(struct root *r, struct arena *mem)
{
    const struct field *top = r->top, *f;
    if (strcmp(r->what, "AS-REQ") == 0)
        return padata_of(top, PA_FX_FAST)         ? "AS-REQ +FAST"
               : padata_of(top, PA_ENC_TIMESTAMP) ? "AS-REQ +timestamp"
                                                  : "AS-REQ";
    if (strcmp(r->what, "TGS-REQ") == 0)
        f = field_part(field_part(top, "req-body"), "sname");
    else if (strcmp(r->what, "TGS-REP") == 0 || strcmp(r->what, "AP-REQ") == 0)
        f = field_part(field_part(top, "ticket"), "sname");
    else
        f = field_part(top, "error-code");
    const char *more = f ? f->value : "";
    return arena_printf(mem, "%s%s%s", r->what, *more ? " " : "", more);
}

static bool is_ntlm(const struct root *r)
{
    return strncmp(r->what, "NTLM ", 5) == 0;
}

/* A message of Kerberos or NTLM that lies somewhere in another one: the first. */
static struct root *carried(struct root *r)
{
    for (struct field *f = r->top; f; f = field_next(f))
        if (f->inner && f->inner->top &&
            (is_ntlm(f->inner) || (f->inner->top->type && message_type(f->inner->data))))
            return f->inner;
    return NULL;
}

static bool is_negotiation(const struct root *r)
{
    return strncmp(r->what, "NegotiationToken", 16) == 0;
}

/* A token of the negotiation that lies somewhere in a message: the first. */
static struct root *negotiation(struct root *r)
{
    if (is_negotiation(r))
        return r;
    for (struct field *f = r->top; f; f = field_next(f))
        if (f->inner && f->inner->top && is_negotiation(f->inner))
            return f->inner;
    return NULL;
}

/* What a mechanism's token is called: the message in its frame, if it has one. */
static const char *token_label(struct field *token, struct arena *mem)
{
    struct root *r = token->inner;
    for (struct field *f; r && (f = field_part(r->top, "innerToken")) && f->inner;)
        r = f->inner;
    if (!r || !r->top)
        return "token";
    return r->top->type && strcmp(r->what, "KRB-ERROR") == 0 ? kerberos_label(r, mem) : r->what;
}

/* "NegTokenInit (AP-REQ)", "NegTokenResp (request-mic)". */
static const char *negotiation_label(const struct root *r, struct arena *mem)
{
    const struct field *token = field_part(r->top, "negTokenInit");
    const char *name = token ? "NegTokenInit" : "NegTokenResp";
    if (!token)
        token = field_part(r->top, "negTokenResp");
    struct field *inner = field_part(token, "mechToken"), *state = field_part(token, "negState");
    if (!inner)
        inner = field_part(token, "responseToken");
    if (!inner && !state)
        return name;
    const char *what = inner ? token_label(inner, mem) : state->value;
    if (!inner && strchr(what, ' ')) /* its number stands first */
        what = strchr(what, ' ') + 1;
    return arena_printf(mem, "%s (%s)", name, what);
}

/* What HTTP says about authentication by itself: " + Basic" of credentials without a token that has
 * a name of its own, " offers Negotiate, NTLM" of challenges. */
static const char *scheme_label(struct root *r, struct arena *mem)
{
    const char *field = "", *offers = "";
    for (struct field *f = r->top; f; f = field_next(f)) {
        if (strcmp(f->name, "name") == 0)
            field = f->value;
        if (strcmp(f->name, "auth-scheme") != 0 || f->root != r)
            continue;
        if (strcasecmp(field, "Authorization") == 0 ||
            strcasecmp(field, "Proxy-Authorization") == 0)
            return arena_printf(mem, " + %s", f->value);
        if (strcasecmp(field, "WWW-Authenticate") == 0 ||
            strcasecmp(field, "Proxy-Authenticate") == 0)
            offers = arena_printf(mem, "%s%s%s", offers, *offers ? ", " : " offers ", f->value);
    }
    return offers;
}

char *message_label(struct root *r, struct arena *mem)
{
    struct root *token = negotiation(r);
    if (token == r)
        return arena_printf(mem, "%s", negotiation_label(r, mem));
    if (r->top && r->top->type)
        return arena_printf(mem, "%s", kerberos_label(r, mem));
    struct root *inner = carried(r);
    bool http = r->top && strncmp(r->top->name, "HTTP", 4) == 0;
    bool dns = r->top && strncmp(r->top->name, "DNS", 3) == 0;
    const char *own = (http || dns) && *r->top->value && r->top->state != FIELD_OPAQUE
                          ? arena_printf(mem, "%s %s", dns ? r->what : "HTTP", r->top->value)
                          : r->what;
    if (token)
        return arena_printf(mem, "%s + %s", own, negotiation_label(token, mem));
    return inner ? arena_printf(mem, "%s + %s", own,
                                is_ntlm(inner) ? inner->what : kerberos_label(inner, mem))
                 : arena_printf(mem, "%s%s", own, http ? scheme_label(r, mem) : "");
}
