/* DCE/RPC's PDUs and netlogon's stubs in them, sealed ones by the keys of secure channels. */
#include "base/story.h"
#include "crypto/ntlm.h"
#include "trace/dissect_inside.h"
#include "wire/names.h"
#include "wire/netlogon.h"
#include "wire/rpc.h"

#include <string.h>

#define RESPONSE 24 /* octets of an LM or NTLM response; longer ones are NTLMv2's */

/* ---- which stub it is -------------------------------------------------------------------------
 */

#define WALK(call, number, answer)                                                                 \
    static bool call(struct bytes in, struct arena *mem, struct faults *f, struct flat_visitor *v) \
    {                                                                                              \
        return netlogon_stub_walk(in, number, answer, mem, f, v);                                  \
    }
WALK(challenge, NETR_SERVER_REQ_CHALLENGE, false)
WALK(challenge_answer, NETR_SERVER_REQ_CHALLENGE, true)
WALK(authenticate, NETR_SERVER_AUTHENTICATE3, false)
WALK(authenticate_answer, NETR_SERVER_AUTHENTICATE3, true)
WALK(capabilities, NETR_LOGON_GET_CAPABILITIES, false)
WALK(capabilities_answer, NETR_LOGON_GET_CAPABILITIES, true)
WALK(logon, NETR_LOGON_SAM_LOGON_EX, false)
WALK(logon_answer, NETR_LOGON_SAM_LOGON_EX, true)

/* A response does not say to what; of those over a connection that is not protected, and of those
 * over one that is, the lengths differ. */
static const struct stub_row {
    const char *name;
    uint16_t opnum;
    dissect_walk *request, *answer;
    size_t answer_octets; /* 0: of any length */
    bool sealed;
} stubs[] = {
    {"NetrServerReqChallenge", NETR_SERVER_REQ_CHALLENGE, challenge, challenge_answer, 12, false},
    {"NetrServerAuthenticate3", NETR_SERVER_AUTHENTICATE3, authenticate, authenticate_answer, 20,
     false},
    {"NetrLogonGetCapabilities", NETR_LOGON_GET_CAPABILITIES, capabilities, capabilities_answer, 24,
     true},
    {"NetrLogonSamLogonEx", NETR_LOGON_SAM_LOGON_EX, logon, logon_answer, 0, true},
};

static const struct stub_row *stub_of(const struct rpc_pdu *m, bool sealed)
{
    for (size_t i = 0; i < sizeof stubs / sizeof *stubs; i++)
        if (m->type == RPC_REQUEST
                ? stubs[i].opnum == m->opnum
                : stubs[i].sealed == sealed &&
                      (!stubs[i].answer_octets || stubs[i].answer_octets == m->stub.n))
            return &stubs[i];
    return NULL;
}

/* ---- opening ----------------------------------------------------------------------------------
 */

static bool opens(struct dissector *d, const struct ring_key *k, const struct rpc_pdu *m,
                  uint8_t *text)
{
    uint64_t sequence;
    bool from_client;
    size_t n = m->stub.n + m->auth_pad;
    if (k->key.etype != ETYPE_NETLOGON || k->key.n != 16)
        return false;
    d->tries += n + 64;
    memcpy(text, m->stub.p, n);
    return netlogon_sequence(d->crypto, k->key.v, m->auth_value, &sequence, &from_client) &&
           from_client == (m->type == RPC_REQUEST) &&
           netlogon_unprotect(d->crypto, k->key.v, sequence, from_client, true, text, n,
                              m->auth_value.p, m->auth_value.n);
}

static void open_stub(struct dissector *d, struct field *f, const struct rpc_pdu *m)
{
    const struct ring_key *k = NULL;
    uint8_t *text = NULL;
    for (size_t i = 0; d->crypto && d->ring && i < d->ring->n && !k && d->tries < DISSECT_TRIES;
         i++) {
        if (!text)
            text = arena_take(d->mem, m->stub.n + m->auth_pad + 1);
        if (opens(d, &d->ring->keys[i], m, text))
            k = &d->ring->keys[i];
    }
    f->state = k ? FIELD_OPENED : FIELD_SEALED;
    f->opened_by = k;
    f->value = arena_printf(d->mem, "%zu octets, %s%s", m->stub.n, k ? "opened with " : "sealed",
                            k && k->name ? k->name : "");
    if (k)
        f->inner = root_new(d, bytes_of(text, m->stub.n), f, "stub");
}

/* ---- what is in a stub ------------------------------------------------------------------------
 */

static void hold_response(struct dissector *d, struct field *group)
{
    struct field *f = group ? field_part(group, "value") : NULL;
    if (!f || f->end - f->body <= RESPONSE || d->depth >= DISSECT_DEPTH)
        return;
    d->depth++;
    f->inner =
        root_new(d, bytes_slice(f->root->data, f->body, f->end - f->body), f, "NTLMv2_RESPONSE");
    dissect_flat(d, f->inner, FLAT_NTLMV2_RESPONSE, NULL);
    d->depth--;
    f->state = FIELD_HOLDS;
    f->value = arena_printf(d->mem, "%zu octets, NTLMv2_RESPONSE", f->end - f->body);
}

/* Header and text of a name stand apart under the same term: the text is in the last. */
static struct field *last_part(const struct field *f, const char *name)
{
    struct field *found = NULL;
    for (struct field *c = f ? f->first : NULL; c; c = c->next)
        if (strcmp(c->name, name) == 0)
            found = c;
    return found;
}

static const char *text_of(const struct field *f, const char *name)
{
    const struct field *value = field_part(last_part(f, name), "value");
    return value ? value->value : "";
}

/* "alice of EXAMPLE", or nothing. */
static const char *about(struct dissector *d, const struct field *top)
{
    const struct field *in = field_part(top, "LogonInformation");
    struct field *logon = field_part(in, "LogonNetwork");
    if (!logon)
        logon = field_part(in, "LogonGeneric");
    if (!logon)
        return "";
    hold_response(d, last_part(logon, "NtChallengeResponse"));
    const char *user = text_of(logon, "UserName"), *domain = text_of(logon, "LogonDomainName");
    return *domain ? arena_printf(d->mem, "%s of %s", user, domain) : user;
}

static const char *status_name(struct dissector *d, const struct field *top)
{
    const struct field *f = field_part(top, "NTSTATUS");
    const struct name_row *row =
        f && node_of(f)->has_number ? name_find(NAMES_NTSTATUS, (int32_t)node_of(f)->number) : NULL;
    return row ? row->name : f ? arena_printf(d->mem, "%s", f->value) : "";
}

static const char *read_stub(struct dissector *d, struct field *f, const struct rpc_pdu *m,
                             const struct stub_row *row)
{
    bool answer = m->type != RPC_REQUEST;
    if (!f->inner) {
        f->inner = root_new(d, m->stub, f, "stub");
        f->state = FIELD_HOLDS;
        f->value = arena_printf(d->mem, "%zu octets, %s", m->stub.n, row->name);
    }
    dissect_map(d, f->inner, answer ? row->answer : row->request, "NETLOGON-STUB");
    f->inner->what = arena_printf(d->mem, "%s%s", row->name, answer ? " answer" : "");
    const char *said = about(d, f->inner->top);
    f->inner->top->value = said;
    const char *status = answer ? status_name(d, f->inner->top) : "";
    return arena_printf(d->mem, "%s%s%s%s", row->name, answer ? " answer" : "", *status ? " " : "",
                        status);
}

static const char *follow_stub(struct dissector *d, struct field *f, const struct rpc_pdu *m)
{
    bool sealed =
        m->has_auth && m->auth_type == RPC_AUTH_NETLOGON && m->auth_level == RPC_AUTH_LEVEL_PRIVACY;
    const struct stub_row *row = stub_of(m, m->has_auth);
    const char *name = m->type == RPC_REQUEST ? row ? row->name : "request" : "response";
    if (sealed && row)
        open_stub(d, f, m);
    else if (sealed)
        f->state = FIELD_SEALED;
    if (!row || f->state == FIELD_SEALED || d->depth >= DISSECT_DEPTH) {
        if (f->state == FIELD_PLAIN)
            f->state = FIELD_OPAQUE;
        return f->state == FIELD_SEALED ? arena_printf(d->mem, "%s, sealed", name) : name;
    }
    d->depth++;
    const char *label = read_stub(d, f, m, row);
    d->depth--;
    return label;
}

/* ---- PDUs -------------------------------------------------------------------------------------
 */

static const char *uuid_shown(struct arena *mem, struct bytes b)
{
    static const struct {
        const struct rpc_uuid *uuid;
        const char *name;
    } known[] = {{&RPC_NETLOGON, " netlogon"}, {&RPC_NDR, " NDR"}};
    const char *name = "";
    for (size_t i = 0; i < 2; i++)
        if (bytes_equal(b, bytes_of(known[i].uuid->octets, 16)))
            name = known[i].name;
    const uint8_t *p = b.p;
    return arena_printf(mem, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x%s", le32(p),
                        le16(p + 4), le16(p + 6), p[8], p[9], p[10], p[11], p[12], p[13], p[14],
                        p[15], name);
}

static void show_uuids(struct dissector *d, struct root *r)
{
    for (struct field *f = r->top; f; f = field_next(f))
        if (strcmp(f->name, "if_uuid") == 0 && f->end - f->body == 16)
            f->value = uuid_shown(d->mem, bytes_slice(r->data, f->body, 16));
}

struct root *dissect_rpc(struct dissector *d, struct bytes data)
{
    struct rpc_pdu m;
    struct root *r = root_new(d, data, NULL, "RPC");
    bool read = rpc_read(data, d->mem, NULL, &m);
    dissect_flat(d, r, FLAT_RPC, NULL);
    show_uuids(d, r);
    if (!read)
        return r;
    const struct name_row *row = name_find(NAMES_RPC_TYPE, m.type);
    r->what = row ? row->name : "RPC";
    struct field *stub = field_part(r->top, "stub_data");
    if (m.type == RPC_FAULT) {
        row = name_find(NAMES_RPC_FAULT, m.status);
        r->what = row ? arena_printf(d->mem, "fault %s", row->name) : "fault";
    } else if (rpc_is_call(m.type) && stub) {
        r->what = follow_stub(d, stub, &m);
    }
    return r;
}
