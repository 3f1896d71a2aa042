/* What a service's own settings decide. */
#include "service/service.h"
#include "sim/knob_values.h"

#include <string.h>

size_t kvno_policy_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                          struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    (void)s;
    gather(&g, 1, "strict",
           arena_printf(mem, "%s took the named version of its key alone", of->subject));
    gather(&g, 1, "lenient", arena_printf(mem, "%s tried every version of its key", of->subject));
    gather(&g, 1, "highest",
           arena_printf(mem, "%s took the newest version of its key alone", of->subject));
    return g.n;
}

bool kvno_policy_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_party *party = party_in(s, c->subject);
    (void)mem;
    if (party)
        party->kvno_policy = *c->value == 's'   ? KVNO_STRICT
                             : *c->value == 'l' ? KVNO_LENIENT
                                                : KVNO_HIGHEST;
    return party != NULL;
}

#define NETWORK_SERVICE "NT AUTHORITY\\NETWORK SERVICE"

/* The computer's account, or one of the machine's own. */
size_t pool_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                   struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_party *p = scenario_party(s, of->subject);
    const char *local = p ? p->server.local : NULL;
    if (p && strcmp(p->server.pool, NETWORK_SERVICE) != 0)
        gather(&g, 1, NETWORK_SERVICE,
               arena_printf(mem, "the process of %s ran as NETWORK SERVICE", of->subject));
    for (size_t i = 0; local && i < s->n_accounts; i++) {
        const char *name = arena_printf(mem, "%s\\%s", p->server.computer, s->accounts[i].name);
        if (strcmp(s->accounts[i].realm, local) == 0 && strcmp(name, p->server.pool) != 0)
            gather(&g, 1, name,
                   arena_printf(mem, "the process of %s ran as %s", of->subject, name));
    }
    return g.n;
}

bool pool_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_party *party = party_in(s, c->subject);
    (void)mem;
    if (party)
        party->server.pool = c->value;
    return party != NULL;
}
