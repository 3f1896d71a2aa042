/* What a service's own settings decide. */
#include "service/service.h"
#include "sim/knob_values.h"

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
