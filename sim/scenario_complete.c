#include "sim/scenario_check.h"

#include <string.h>

const struct scenario_account *scenario_account(const struct scenario *s, const char *name)
{
    for (size_t i = 0; name && i < s->n_accounts; i++)
        if (s->accounts[i].name && strcmp(s->accounts[i].name, name) == 0)
            return &s->accounts[i];
    return NULL;
}

const struct scenario_account *scenario_serves(const struct scenario *s, const char *spn)
{
    for (size_t i = 0; spn && i < s->n_accounts; i++)
        for (size_t j = 0; j < s->accounts[i].n_spns; j++)
            if (strcmp(s->accounts[i].spns[j], spn) == 0)
                return &s->accounts[i];
    return scenario_account(s, spn);
}

const struct scenario_party *scenario_party(const struct scenario *s, const char *name)
{
    for (size_t i = 0; name && i < s->n_parties; i++)
        if (s->parties[i].name && strcmp(s->parties[i].name, name) == 0)
            return &s->parties[i];
    return NULL;
}

bool scenario_message_is(const char *label, const char *wanted)
{
    size_t n = strlen(wanted);
    for (const char *at = label; n && (at = strstr(at, wanted)); at++)
        if ((at == label || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
            return true;
    return false;
}

static void complete_party(struct scenario *s, size_t i, struct arena *mem)
{
    struct scenario_party *p = &s->parties[i];
    if (!p->address)
        p->address = arena_printf(mem, "10.0.%zu.%zu", (10 + i) / 250, (10 + i) % 250 + 1);
    if (p->role == ROLE_CLIENT && !p->n_etypes) {
        p->etypes = s->etypes;
        p->n_etypes = s->n_etypes;
    }
    if (p->role == ROLE_SERVICE && !p->account) {
        const struct scenario_account *a = scenario_serves(s, p->spn);
        p->account = a ? a->name : NULL;
    }
}

static void complete_step(const struct scenario *s, struct scenario_step *step, struct arena *mem)
{
    const struct scenario_party *party = scenario_party(s, step->party), *service;
    if (step->kind == DO_LOGON) {
        if (!step->principal && party)
            step->principal = party->account;
        const struct scenario_account *a = scenario_account(s, step->principal);
        if (!step->password && !step->with_keytab && a)
            step->password = a->password;
    }
    if (step->kind != DO_GET)
        return;
    for (size_t i = 0; i < s->n_parties && step->spn && !step->service; i++)
        if (s->parties[i].spn && strcmp(s->parties[i].spn, step->spn) == 0)
            step->service = s->parties[i].name;
    service = scenario_party(s, step->service);
    if (!step->spn && service)
        step->spn = service->spn;
    if (!step->host && step->spn) {
        const char *slash = strchr(step->spn, '/'), *host = slash ? slash + 1 : step->spn;
        step->host = arena_str(mem, bytes_of(host, strcspn(host, ":/@")));
    }
}

void scenario_complete(struct scenario *s, struct arena *mem)
{
    static const int32_t usual[] = {18, 17}; /* aes256 and aes128 with SHA-1: RFC 3962 */
    if (!s->n_etypes) {
        s->etypes = arena_array(mem, int32_t, 2);
        memcpy(s->etypes, usual, sizeof usual);
        s->n_etypes = 2;
    }
    for (size_t i = 0; i < s->n_parties; i++)
        complete_party(s, i, mem);
    for (size_t i = 0; i < s->n_steps; i++)
        complete_step(s, &s->steps[i], mem);
}
