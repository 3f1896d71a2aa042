/* What the world itself puts into the trace. */
#include "sim/world_inside.h"

#include "sim/scenario_rows.h"
#include "trace/catalogue.h"
#include "wire/names.h"

#include <string.h>

static struct event *add(struct world *w, enum event_kind kind, const struct actor *a,
                         const char *id, const char *text)
{
    return trace_add(w->trace, &(struct event){.kind = kind,
                                               .at = w->now,
                                               .local = w->now + (a ? a->clock : 0),
                                               .party = a ? a->handle.name : "",
                                               .id = id,
                                               .text = text ? text : ""});
}

void world_tell_parties(struct world *w)
{
    for (size_t i = 0; i < w->n_actors; i++) {
        const struct scenario_party *p = w->actors[i].is;
        trace_party(w->trace, (struct party_told){p->name, role_text(p->role), p->address});
    }
}

/* The engines call the realm's own TGS key so. With several realms, the others' keys say whose they
 * are. */
static const char *key_name(struct world *w, const char *realm, const struct account *account)
{
    const char *krbtgt = arena_printf(w->mem, "krbtgt/%s", realm);
    const char *name = strcmp(account->text, krbtgt) == 0 ? "krbtgt" : account->text;
    if (strcmp(realm, w->scenario->realm.name) == 0)
        return arena_printf(w->mem, "K/%s", name);
    return arena_printf(w->mem, "K/%s@%s", name, realm);
}

/* The NT hash among them: it is rc4-hmac's key (RFC 4757 2). */
static bool has_key(const struct account *account, struct bytes value)
{
    for (size_t i = 0; account && i < account->n_keys; i++)
        if (bytes_equal(key_bytes(&account->keys[i].key), value))
            return true;
    return account && account->has_nt_hash &&
           bytes_equal(bytes_of(account->nt_hash, sizeof account->nt_hash), value);
}

/* NTLM's secret, of a realm whose accounts can be asked about by netlogon. */
static void tell_hash(struct world *w, const struct actor *a, const char *realm,
                      const struct account *account, const struct account *known)
{
    struct bytes hash = bytes_of(account->nt_hash, sizeof account->nt_hash);
    const struct realm *r = changes_realm(w->changes, realm);
    for (size_t i = 0; i < account->n_keys; i++)
        if (bytes_equal(key_bytes(&account->keys[i].key), hash))
            return;
    if (!a->kdc || !account->has_nt_hash || !r || !realm_policy(r)->has_sid || has_key(known, hash))
        return;
    w->story.story.key(&w->story.story, &(struct key_told){.holder = a->handle.name,
                                                           .name = key_name(w, realm, account),
                                                           .etype = 23,
                                                           .value = hash,
                                                           .cause = "world.database"});
}

void world_tell_keys(struct world *w, const struct actor *a, const char *realm,
                     const struct account *account, const struct account *known)
{
    w->story.party = a->handle.name;
    w->story.at = w->now;
    w->story.local = w->now + a->clock;
    for (size_t i = 0; i < account->n_keys; i++) {
        const struct account_key *k = &account->keys[i];
        if (has_key(known, key_bytes(&k->key)))
            continue;
        w->story.story.key(&w->story.story, &(struct key_told){
                                                .holder = a->handle.name,
                                                .name = key_name(w, realm, account),
                                                .etype = k->key.etype,
                                                .kvno = (int32_t)k->kvno,
                                                .value = key_bytes(&k->key),
                                                .cause = a->kdc ? "world.database" : "world.keytab",
                                            });
    }
    tell_hash(w, a, realm, account, known);
}

/* The hash of its own account's password, with which a computer speaks to its controller. */
void world_tell_machine(struct world *w, const struct actor *a, const uint8_t secret[16])
{
    char *name = arena_printf(w->mem, "K/%s$", a->is->server.computer);
    w->story.party = a->handle.name;
    w->story.at = w->now;
    w->story.local = w->now + a->clock;
    w->story.story.key(&w->story.story, &(struct key_told){.holder = a->handle.name,
                                                           .name = name,
                                                           .etype = 23,
                                                           .value = bytes_of(secret, 16),
                                                           .cause = "world.machine"});
}

/* Whose key it is in a realm, now or before: of an account called `text`, where that has it. */
static const struct account *owner_of(struct world *w, const char *realm, const char *text,
                                      struct bytes value)
{
    const struct account *owner = NULL;
    const struct realm *r;
    for (size_t back = 0; (r = changes_realm_was(w->changes, realm, back)); back++)
        for (size_t i = 0; i < realm_count(r); i++) {
            const struct account *a = realm_account(r, i);
            if (!has_key(a, value))
                continue;
            if (strcmp(a->text, text) == 0)
                return a;
            owner = owner ? owner : a;
        }
    return owner;
}

/* A client makes a key of what was typed, a service finds one under its name in its keytab: neither
 * can know whose key it is. The world does: the reader must not see two different keys under one
 * name, and a key of another account has that account's name. */
static const char *true_name(struct world *w, const struct key_told *k)
{
    const struct actor *holder = world_actor(w, k->holder);
    const char *own = holder && holder->is->realm ? holder->is->realm : NULL, *text = k->name + 2;
    const struct scenario_realm *realm;
    if (strncmp(k->name, "K/", 2) != 0)
        return k->name;
    const struct account *owner = owner_of(w, own, text, k->value);
    if (owner)
        return key_name(w, own ? own : w->scenario->realm.name, owner);
    for (size_t i = 0; (realm = scenario_realm_at(w->scenario, i)); i++)
        if ((owner = owner_of(w, realm->name, text, k->value)))
            return key_name(w, realm->name, owner);
    if (!world_account(w, own, text))
        return k->name;
    return arena_printf(w->mem, "%s, %s", k->name,
                        strcmp(k->cause, "client.as.keytab") == 0 ? "of the keytab" : "as typed");
}

static void key_told(struct story *story, const struct key_told *k)
{
    struct world *w = (struct world *)((uint8_t *)story - offsetof(struct world, story.story));
    struct key_told named = *k;
    named.name = true_name(w, k);
    w->key(story, &named);
}

/* A KDC knows one realm. Where there are several, those behind the first say which one it is. */
static void decision_told(struct story *story, const struct decision_told *d)
{
    struct world *w = (struct world *)((uint8_t *)story - offsetof(struct world, story.story));
    const struct actor *by = world_actor(w, w->story.party);
    struct decision_told named = *d;
    if (by && by->is->realm && strcmp(by->is->realm, w->scenario->realm.name) != 0) {
        struct decision_input *inputs = arena_array(w->mem, struct decision_input, d->n);
        for (size_t i = 0; i < d->n; i++) {
            inputs[i] = d->inputs[i];
            if (strcmp(inputs[i].subject, "realm") == 0)
                inputs[i].subject = arena_printf(w->mem, "realm %s", by->is->realm);
        }
        named.inputs = inputs;
    }
    w->decision(story, &named);
}

/* What the controller said last, for a step that expects it. */
static void step_told(struct story *story, const char *id, enum outcome outcome,
                      const struct arg *args, size_t n)
{
    struct world *w = (struct world *)((uint8_t *)story - offsetof(struct world, story.story));
    for (size_t i = 0; i < n; i++)
        if (args[i].kind == ARG_NTSTATUS && args[i].number != 0)
            w->status = (int32_t)args[i].number;
    w->told_step(story, id, outcome, args, n);
}

void world_tell_init(struct world *w)
{
    trace_story_init(&w->story, w->trace);
    w->told_step = w->story.story.step;
    w->story.story.step = step_told;
    w->key = w->story.story.key;
    w->story.story.key = key_told;
    w->decision = w->story.story.decision;
    w->story.story.decision = decision_told;
}

void world_tell_step(struct world *w, const struct actor *a, const char *id, enum outcome outcome,
                     const struct arg *args, size_t n)
{
    trace_add(w->trace, &(struct event){.kind = EVENT_STEP,
                                        .at = w->now,
                                        .local = w->now + a->clock,
                                        .party = a->handle.name,
                                        .id = id,
                                        .text = "",
                                        .outcome = outcome,
                                        .args = args,
                                        .n_args = n});
}

void world_tell_task(struct world *w)
{
    const struct scenario_step *s = w->step;
    const struct actor *a = NULL;
    for (size_t i = 0; i < w->n_actors && s->party; i++)
        if (strcmp(w->actors[i].handle.name, s->party) == 0)
            a = &w->actors[i];
    add(w, EVENT_TASK, a, step_kind_text(s->kind), s->say);
}

void world_tell_tamper(struct world *w, enum tamper_kind kind, const struct actor *by,
                       const char *text)
{
    add(w, EVENT_TAMPER, by, tamper_kind_text(kind), text);
}

void world_tell_notes(struct world *w, const struct event *packet, const char *label)
{
    for (size_t i = 0; w->step && i < w->step->n_notes; i++) {
        const struct scenario_note *n = &w->step->notes[i];
        if (w->noted[i] || !scenario_message_is(label, n->message))
            continue;
        struct arg args[] = {
            A_INT("packet", (int64_t)packet->number),
            A_STR("document", n->document ? n->document : ""),
            A_STR("wire", n->wire),
            A_STR("spec", n->spec),
            A_STR("ids", n->ids ? n->ids : ""),
        };
        trace_add(w->trace, &(struct event){.kind = EVENT_STEP,
                                            .at = w->now,
                                            .local = packet->local,
                                            .party = packet->party,
                                            .id = "world.note",
                                            .text = "",
                                            .outcome = STEP_NOTED,
                                            .args = args,
                                            .n_args = 5});
        w->noted[i] = true;
    }
}

/* "granted", "refused with 24 KDC_ERR_PREAUTH_FAILED", "no answer". */
static const char *outcome_text(struct arena *mem, int32_t code)
{
    if (code == 0)
        return "granted";
    if (code == EXPECT_NO_ANSWER)
        return "no answer";
    if (code >= EXPECT_HTTP)
        return arena_printf(mem, "HTTP %d", (int)(code - EXPECT_HTTP));
    if (code < EXPECT_NO_ANSWER)
        return arena_printf(mem, "refused with %s", name_text(mem, NAMES_NTSTATUS, code));
    return arena_printf(mem, "refused with %s", name_text(mem, NAMES_ERROR, code));
}

void world_tell_result(struct world *w, const struct actor *a, int32_t actual, const char *text)
{
    int32_t expect = w->step->expect;
    if (expect == EXPECT_ANYTHING)
        expect = actual;
    bool granted = actual == 0 || (actual >= EXPECT_HTTP && actual < EXPECT_HTTP + 400);
    if (expect < EXPECT_NO_ANSWER && w->status && !granted)
        actual = w->status;
    const char *got = outcome_text(w->mem, actual), *said = text && *text ? text : NULL;
    char *whole = arena_printf(w->mem, "%s%s%s", got, said ? ": " : "", said ? said : "");
    if (expect != actual)
        whole =
            arena_printf(w->mem, "expected %s, but it was %s", outcome_text(w->mem, expect), whole);
    struct arg args[] = {A_INT("expected", expect), A_INT("actual", actual)};
    trace_add(w->trace, &(struct event){.kind = EVENT_RESULT,
                                        .at = w->now,
                                        .local = w->now + a->clock,
                                        .party = a->handle.name,
                                        .id = granted                      ? "granted"
                                              : actual == EXPECT_NO_ANSWER ? "no-answer"
                                                                           : "refused",
                                        .text = whole,
                                        .args = args,
                                        .n_args = 2});
    w->different |= expect != actual;
}

void world_tell_unused(struct world *w)
{
    for (size_t i = 0; i < w->scenario->n_tampers; i++) {
        const struct scenario_tamper *t = &w->scenario->tampers[i];
        if (w->struck_at[i])
            continue;
        add(w, EVENT_RESULT, NULL, "unused",
            arena_printf(w->mem, "the change \"%s\" of line %zu never struck: no such message",
                         tamper_kind_text(t->kind), t->line));
        w->different = true;
    }
}
