#include "trace/export.h"

#include "base/text.h"
#include "base/when.h"
#include "trace/catalogue.h"

#include <jansson.h>
#include <string.h>

struct telling {
    struct arena *mem;
    struct crypto *crypto;
    struct keyring ring;
    bool with_keys;
};

/* jansson refuses what is not UTF-8. */
static json_t *text(struct arena *mem, const char *s)
{
    return json_string(text_escape(mem, bytes_str(s)));
}

static json_t *octets(struct arena *mem, struct bytes b)
{
    return json_string(hex_text(mem, b));
}

static json_t *time_of(int64_t when)
{
    char out[WHEN_TEXT];
    return json_string(when_text(when, true, out));
}

static void set(json_t *o, const char *name, json_t *value)
{
    json_object_set_new(o, name, value);
}

static void set_text(json_t *o, struct arena *mem, const char *name, const char *value)
{
    if (value && *value)
        set(o, name, text(mem, value));
}

/* ---- fields --------------------------------------------------------------------------------- */

static const char *const states[] = {
    [FIELD_PLAIN] = "plain",   [FIELD_HOLDS] = "holds",   [FIELD_SEALED] = "sealed",
    [FIELD_OPENED] = "opened", [FIELD_OPAQUE] = "opaque", [FIELD_BROKEN] = "broken",
};

static json_t *fault(struct arena *mem, const struct fault *f)
{
    json_t *o = json_object();
    set(o, "id", json_string(f->row->id));
    set(o, "why", text(mem, fault_text(mem, f)));
    return o;
}

static json_t *field(struct arena *mem, const struct field *f, bool with_keys)
{
    json_t *o = json_object();
    bool secret = !with_keys &&
                  (strcmp(f->name, "keyvalue") == 0 || strcmp(f->name, "ExportedSessionKey") == 0);
    set(o, "path", text(mem, f->path));
    set(o, "value", text(mem, secret ? "redacted" : f->value));
    set(o, "at", json_integer((json_int_t)f->at));
    set(o, "body", json_integer((json_int_t)f->body));
    set(o, "end", json_integer((json_int_t)f->end));
    if (f->state != FIELD_PLAIN)
        set(o, "state", json_string(states[f->state]));
    if (f->opens) {
        set(o, "usage", json_integer(f->state == FIELD_OPENED ? f->opened_usage : f->opens->usage));
        set(o, "spec", json_string(f->opens->spec));
    }
    if (f->opened_by)
        set_text(o, mem, "opened_by", f->opened_by->name);
    if (f->fault)
        set(o, "fault", fault(mem, f->fault));
    return o;
}

static json_t *fields(struct arena *mem, struct root *r, bool with_keys)
{
    json_t *list = json_array();
    for (struct field *f = r->top; f; f = field_next(f))
        if (!f->header)
            json_array_append_new(list, field(mem, f, with_keys));
    return list;
}

/* ---- events --------------------------------------------------------------------------------- */

static json_t *arg(struct arena *mem, const struct arg *a)
{
    switch (a->kind) {
    case ARG_INT:
    case ARG_ETYPE:
    case ARG_ERROR:
    case ARG_USAGE:
    case ARG_FLAGS:
    case ARG_NTSTATUS:
        return json_integer((json_int_t)a->number);
    case ARG_TIME:
        return time_of(a->number);
    case ARG_SPAN:
        return json_real((double)a->number / SECOND);
    case ARG_BYTES:
        return octets(mem, a->text);
    case ARG_TEXT:
    case ARG_SID:
        break;
    }
    return json_string(text_escape(mem, a->text));
}

static void step(struct telling *t, const struct event *e, json_t *o)
{
    static const char *const outcomes[] = {
        [STEP_DONE] = "done", [STEP_REFUSED] = "refused", [STEP_NOTED] = "noted"};
    const struct sentence *row = sentence_find(e->id);
    json_t *args = json_object();
    for (size_t i = 0; i < e->n_args; i++)
        set(args, e->args[i].name, arg(t->mem, &e->args[i]));
    set(o, "outcome", json_string(outcomes[e->outcome]));
    set(o, "sentence", text(t->mem, sentence_of(t->mem, e)));
    if (row)
        set_text(o, t->mem, "spec", row->spec);
    set(o, "args", args);
}

static void packet(struct telling *t, const struct event *e, json_t *o)
{
    static const char *const fates[] = {[FATE_DELIVERED] = "delivered",
                                        [FATE_DROPPED] = "dropped",
                                        [FATE_CHANGED] = "changed",
                                        [FATE_INJECTED] = "injected"};
    static const char *const vias[] = {[VIA_UDP] = "udp",
                                       [VIA_TCP] = "tcp",
                                       [VIA_HTTP] = "http",
                                       [VIA_DNS] = "dns",
                                       [VIA_RPC] = "rpc"};
    struct root *r = dissect(e->arrived, e->via, &t->ring, t->crypto, t->mem);
    set(o, "number", json_integer((json_int_t)e->number));
    if (e->in_reply)
        set(o, "in_reply", json_integer((json_int_t)e->in_reply));
    set_text(o, t->mem, "to", e->to);
    set(o, "via", json_string(vias[e->via]));
    set(o, "fate", json_string(fates[e->fate]));
    set(o, "from_port", json_integer(e->from_port));
    set(o, "to_port", json_integer(e->to_port));
    if (e->conn)
        set(o, "conn", json_integer(e->conn));
    if (e->tls)
        set(o, "tls", json_true());
    set(o, "label", text(t->mem, message_label(r, t->mem)));
    set(o, "data", octets(t->mem, e->data));
    if (!bytes_equal(e->data, e->arrived))
        set(o, "arrived", octets(t->mem, e->arrived));
    set(o, "fields", fields(t->mem, r, t->with_keys));
}

static void key(struct telling *t, const struct event *e, json_t *o)
{
    set_text(o, t->mem, "name", e->key_name);
    set(o, "etype", json_integer(e->etype));
    if (e->kvno)
        set(o, "kvno", json_integer(e->kvno));
    set(o, "value", t->with_keys ? octets(t->mem, e->value) : json_string("redacted"));
}

static void decision(struct telling *t, const struct decision_told *d, json_t *o)
{
    json_t *inputs = json_array();
    for (size_t i = 0; i < d->n; i++) {
        json_t *input = json_object();
        set_text(input, t->mem, "name", d->inputs[i].name);
        set_text(input, t->mem, "subject", d->inputs[i].subject);
        set_text(input, t->mem, "value", d->inputs[i].value);
        json_array_append_new(inputs, input);
    }
    set_text(o, t->mem, "rule", d->rule);
    set_text(o, t->mem, "outcome", d->outcome);
    set_text(o, t->mem, "spec", d->spec);
    set(o, "inputs", inputs);
}

static json_t *event(struct telling *t, const struct event *e)
{
    static const char *const kinds[] = {
        [EVENT_TASK] = "task",         [EVENT_PACKET] = "packet", [EVENT_STEP] = "step",
        [EVENT_KEY] = "key",           [EVENT_TAMPER] = "tamper", [EVENT_RESULT] = "result",
        [EVENT_DECISION] = "decision",
    };
    json_t *o = json_object();
    set(o, "index", json_integer((json_int_t)e->index));
    set(o, "kind", json_string(kinds[e->kind]));
    set(o, "at", time_of(e->at));
    set(o, "local", time_of(e->local));
    set_text(o, t->mem, "party", e->party);
    set_text(o, t->mem, "id", e->id);
    set_text(o, t->mem, "text", e->text);
    if (e->kind == EVENT_STEP)
        step(t, e, o);
    else if (e->kind == EVENT_PACKET)
        packet(t, e, o);
    else if (e->kind == EVENT_KEY)
        key(t, e, o);
    else if (e->kind == EVENT_DECISION)
        decision(t, e->decision, o);
    return o;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static json_t *parties(struct telling *t, const struct trace *trace)
{
    json_t *list = json_array();
    for (size_t i = 0; i < trace->n_parties; i++) {
        json_t *o = json_object();
        set(o, "name", text(t->mem, trace->parties[i].name));
        set(o, "role", text(t->mem, trace->parties[i].role));
        set_text(o, t->mem, "address", trace->parties[i].address);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *keys(struct telling *t, const struct keyring *ring)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ring->n; i++) {
        const struct ring_key *k = &ring->keys[i];
        json_t *o = json_object(), *holders = json_array();
        for (size_t h = 0; h < sizeof k->holders / sizeof *k->holders && k->holders[h]; h++)
            json_array_append_new(holders, text(t->mem, k->holders[h]));
        set(o, "name", text(t->mem, k->name));
        set(o, "etype", json_integer(k->key.etype));
        if (k->kvno)
            set(o, "kvno", json_integer(k->kvno));
        set(o, "holders", holders);
        set(o, "value",
            t->with_keys ? octets(t->mem, key_bytes(&k->key)) : json_string("redacted"));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *results(struct telling *t, const struct trace *trace)
{
    json_t *list = json_array();
    for (size_t i = 0; i < trace->n; i++) {
        const struct event *e = trace->events[i];
        if (e->kind != EVENT_RESULT)
            continue;
        json_t *o = json_object();
        set(o, "party", text(t->mem, e->party));
        set(o, "result", text(t->mem, e->id));
        set_text(o, t->mem, "text", e->text);
        json_array_append_new(list, o);
    }
    return list;
}

/* The text in the arena, and the value let go. */
static char *printed(struct arena *mem, json_t *value)
{
    char *dump = json_dumps(value, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    json_decref(value);
    char *out = arena_printf(mem, "%s\n", dump ? dump : "null");
    if (dump)
        wipe(dump, strlen(dump));
    free(dump);
    return out;
}

char *trace_json(const struct trace *trace, const struct json_options *options,
                 struct crypto *crypto, struct arena *mem)
{
    struct telling t = {.mem = mem, .crypto = crypto, .with_keys = options && options->with_keys};
    struct keyring all = keyring_of(trace, trace->n, mem);
    t.ring = options && options->eyes ? keyring_held(&all, options->eyes, mem) : all;
    json_t *o = json_object(), *events = json_array();
    for (size_t i = 0; i < trace->n; i++)
        json_array_append_new(events, event(&t, trace->events[i]));
    set(o, "scenario", text(mem, trace->title));
    set(o, "realm", text(mem, trace->realm));
    set(o, "seed", json_integer((json_int_t)trace->seed));
    set(o, "parties", parties(&t, trace));
    set(o, "events", events);
    set(o, "keys", keys(&t, &all));
    set(o, "results", results(&t, trace));
    return printed(mem, o);
}
