/* The question about a proof and its answer (MS-APDS 3.1.5): of the domain's controller, by packets
 * and later, or of the machine's own accounts, at once (P19-P22). */
#include "service/inside.h"

#include "base/text.h"

#include <string.h>

/* ---- whose accounts -------------------------------------------------------------------------- */

/* NULL: it is not there. */
static const uint8_t *last_of(struct bytes name, uint8_t c)
{
    size_t i = name.n;
    while (i > 0 && name.p[i - 1] != c)
        i--;
    return i ? &name.p[i - 1] : NULL;
}

void service_account(struct visit *v, struct bytes name, struct bytes default_domain,
                     struct bytes *user, struct bytes *domain)
{
    const uint8_t *slash = name.n ? memchr(name.p, '\\', name.n) : NULL, *at = last_of(name, '@');
    const struct web_machine *machine = v->service->config.machine;
    *user = name;
    *domain = default_domain;
    if (slash) {
        *domain = bytes_slice(name, 0, (size_t)(slash - name.p));
        *user = bytes_slice(name, domain->n + 1, name.n);
        if (bytes_equal_str(*domain, "."))
            *domain = machine ? bytes_str(machine->name) : (struct bytes){0};
    } else if (at) { /* a principal name: found as it is, in whatever domain */
        *domain = bytes_slice(name, (size_t)(at - name.p) + 1, name.n);
        *user = bytes_slice(name, 0, (size_t)(at - name.p));
    }
}

/* The machine's own, where they are meant by name, or nobody else is to be asked. */
static bool is_local(const struct service *s, const struct logon_question *q)
{
    const struct local_accounts *local = s->config.local;
    return local && (!s->channel ||
                     (q->domain.n && bytes_equal_nocase(q->domain, bytes_str(local->machine))));
}

static const char *account_text(struct visit *v, const struct logon_question *q)
{
    struct arena *mem = v->turn->mem;
    const char *user = text_escape(mem, q->user);
    return q->domain.n ? arena_printf(mem, "%s\\%s", text_escape(mem, q->domain), user) : user;
}

/* For when there is room on the channel. */
static const struct logon_question *question_copy(struct arena *mem, const struct logon_question *q)
{
    struct logon_question *own = arena_new_of(mem, struct logon_question);
    *own = *q;
    own->user = arena_copy(mem, q->user);
    own->domain = arena_copy(mem, q->domain);
    own->workstation = arena_copy(mem, q->workstation);
    own->nt_response = arena_copy(mem, q->nt_response);
    own->lm_response = arena_copy(mem, q->lm_response);
    if (!q->digest)
        return own;
    struct digest_response *d = arena_new_of(mem, struct digest_response);
    struct bytes *fields[] = {&d->username,  &d->realm,  &d->nonce, &d->uri, &d->response,
                              &d->algorithm, &d->cnonce, &d->nc,    &d->qop, &d->method};
    *d = *q->digest;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = arena_copy(mem, *fields[i]);
    own->digest = d;
    return own;
}

/* One more on the channel; those that find no room wait for an answer to another. False: this one
 * cannot be carried. */
static bool ask_controller(struct service *s, struct connection *c, struct turn *t,
                           const struct logon_question *q)
{
    c->question = NULL;
    if (!netlogon_ask(s->channel, t, q, c->id))
        return false;
    s->asked++;
    return true;
}

static enum next answered(struct visit *v, const struct logon_answer *answer)
{
    return v->mode->answered(v, answer);
}

static void tell_ask(struct visit *v, const struct logon_question *q, const char *whom)
{
    tell(v->turn, STEP_DONE, "service.logon.ask",
         A_STR("account", q->user.n ? account_text(v, q) : "nobody by name"), A_STR("whom", whom));
}

static void tell_whose(struct visit *v, bool own)
{
    const char *machine = v->service->config.local->machine;
    const struct decision_input inputs[] = {
        {"domain", "request", "none is named"},
        {"own-accounts", machine, own ? "have the name" : "do not have the name"},
        {"controller", machine, "there is one"},
    };
    tell_decision(v->turn, .id = "service.accounts",
                  .rule = "Who names no domain is looked for in the machine's own accounts; only "
                          "whom they do not have the controller is asked about.",
                  .outcome = own ? "the machine's own" : "the domain's", .spec = "KB 163632",
                  .inputs = inputs, .n = 3);
}

/* *found: they have the name, and v->mode has gone on with what they say. */
static enum next ask_own(struct visit *v, const struct logon_question *q, bool named, bool *found)
{
    const struct local_accounts *accounts = v->service->config.local;
    struct logon_answer *answer = arena_new_of(v->turn->mem, struct logon_answer);
    *found = true;
    tell_ask(v, q, "the machine's own accounts");
    if (!accounts->ask(accounts->arg, q, v->turn, answer))
        return TROUBLE;
    *found = named || answer->status != STATUS_NO_SUCH_USER;
    if (!named)
        tell_whose(v, *found);
    if (!*found)
        return NEXT;
    v->asked = "answer of the machine's own accounts";
    return answered(v, answer);
}

enum next service_ask(struct visit *v, const struct logon_question *q)
{
    struct service *s = v->service;
    bool named = is_local(s, q), found = false;
    struct connection *c = connection_for(v);
    if (named || (s->config.local && !q->domain.n)) {
        enum next next = ask_own(v, q, named, &found);
        if (found)
            return next;
    }
    tell_ask(v, q,
             s->channel ? "its controller, over the secure channel"
                        : "nobody, as there is no controller");
    if (s->channel && s->asked == NETLOGON_WAITING) {
        struct arena *mem = connection_queue(c, v);
        c->question = mem ? question_copy(mem, q) : NULL;
        return mem ? WAIT : TROUBLE;
    }
    if (s->channel && ask_controller(s, c, v->turn, q))
        return WAIT;
    struct logon_answer *answer = arena_new_of(v->turn->mem, struct logon_answer);
    answer->status = s->channel ? STATUS_INVALID_PARAMETER : STATUS_NO_LOGON_SERVERS;
    return answered(v, answer);
}

/* ---- the answer ------------------------------------------------------------------------------ */

enum next service_logon_status(struct visit *v, const struct logon_answer *answer)
{
    const char *name = name_text(v->turn->mem, NAMES_NTSTATUS, answer->status);
    if (answer->status) {
        service_refuse(v, FIND_LOGON, 401, 0, name);
        v->substatus = 1;
        return ANSWER;
    }
    tell(v->turn, STEP_DONE, "service.logon.answer",
         A_STR("account",
               answer->info ? text_escape(v->turn->mem, answer->info->effective_name) : "nobody"));
    return NEXT;
}

/* Whoever has waited longest without having asked. */
static bool ask_next(struct service *s, struct turn *t)
{
    const struct logon_answer cannot = {.status = STATUS_INVALID_PARAMETER};
    struct connection *next = NULL;
    for (size_t i = 0; i < s->n_conns; i++) {
        struct connection *c = &s->conns[i];
        if (c->id && c->waiting && c->question && (!next || c->id < next->id))
            next = c;
    }
    return !next || s->asked == NETLOGON_WAITING || ask_controller(s, next, t, next->question) ||
           service_go_on(s, next, t, &cannot);
}

static bool deliver(struct service *s, struct turn *t, uint64_t id,
                    const struct logon_answer *answer)
{
    struct connection *c = connection_of_id(s, id);
    s->asked -= s->asked > 0;
    if (c && c->waiting && !c->question)
        return service_go_on(s, c, t, answer);
    tell(t, STEP_NOTED, "service.logon.late"); /* whoever asked has gone */
    return true;
}

bool service_controller(struct service *s, const struct packet *p, struct turn *t)
{
    struct logon_answer *answer = arena_new_of(t->mem, struct logon_answer);
    bool has = false;
    uint64_t id = 0;
    if (!s->channel)
        return true;
    return netlogon_receive(s->channel, p, t, &has, &id, answer) &&
           (!has || (deliver(s, t, id, answer) && ask_next(s, t)));
}

/* ---- no answer ------------------------------------------------------------------------------- */

static bool lost(void *arg, const struct packet *p, struct turn *t)
{
    struct service *s = arg;
    struct logon_answer *answer = arena_new_of(t->mem, struct logon_answer);
    uint64_t id;
    (void)p;
    service_escape(s, t);
    while (s->channel && netlogon_lost(s->channel, t, &id, answer))
        if (!deliver(s, t, id, answer))
            return false;
    *answer = (struct logon_answer){.status = STATUS_NO_LOGON_SERVERS};
    for (size_t i = 0; i < s->n_conns; i++)
        if (s->conns[i].id && s->conns[i].waiting && s->conns[i].until <= t->now &&
            !service_go_on(s, &s->conns[i], t, answer))
            return false;
    return ask_next(s, t);
}

bool service_controller_lost(struct service *s, struct turn *t)
{
    return service_guarded(lost, s, NULL, t);
}

int64_t service_alarm(const struct service *s)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < s->n_conns; i++)
        if (s->conns[i].id && s->conns[i].waiting && s->conns[i].until < first)
            first = s->conns[i].until;
    return first;
}
