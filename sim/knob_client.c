/* What a client's own settings decide. */
#include "client/client.h"
#include "sim/knob_values.h"

#include <string.h>

static const struct {
    const char *name, *text;
    enum name_policy policy;
} policies[] = {
    {"as-typed", " took the host as it was typed", NAMES_AS_TYPED},
    {"forward", " took the canonical name from DNS", NAMES_FORWARD},
    {"reverse", " took the name that the address points back to", NAMES_REVERSE},
    {"fallback", " asked DNS only where the KDC has no such name", NAMES_FALLBACK},
    {"sspi", " made names as Windows does", NAMES_SSPI},
};

size_t client_names_values(const struct scenario *s, const struct knob_change *of,
                           struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    (void)s;
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        gather(&g, 1, policies[i].name, arena_printf(mem, "%s%s", of->subject, policies[i].text));
    }
    return g.n;
}

bool client_names_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_party *party = party_in(s, c->subject);
    (void)mem;
    for (size_t i = 0; party && i < sizeof policies / sizeof *policies; i++)
        if (strcmp(policies[i].name, c->value) == 0)
            party->names = policies[i].policy;
    return party != NULL;
}
