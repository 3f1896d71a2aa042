/* What a realm goes by, and what is said of accounts: presets, the bits of MS-KILE 2.2.7, switches.
 */
#include "kdc/etype.h"
#include "realm/presets.h"
#include "sim/knob_values.h"
#include "sim/population.h"

#include <stdlib.h>
#include <string.h>

/* ---- bits -------------------------------------------------------------------------------------
 */

static unsigned differing(uint32_t a, uint32_t b)
{
    unsigned n = 0;
    for (uint32_t x = a ^ b; x; x &= x - 1)
        n++;
    return n;
}

static void gather_bits(struct gathering *g, uint32_t now, const char *some, const char *none)
{
    static const uint32_t usual[] = {0x18, 0x4, 0x24, 0x1c, 0x3c, 0x10, 0x8, 0x7, 0x27};
    if (now)
        gather(g, 3, "0x0", none);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (usual[i] != now)
            gather(g, 1 + differing(now, usual[i]), arena_printf(g->mem, "0x%x", usual[i]),
                   arena_printf(g->mem, some, etype_bits_text(g->mem, usual[i])));
}

size_t supported_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                        struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_account *a = account_in(scenario_copy(s, mem), of);
    if (a)
        gather_bits(&g, a->supported_etypes,
                    arena_printf(mem, "msDS-SupportedEncryptionTypes of %s were %%s", of->subject),
                    arena_printf(mem, "nothing were said of the types of %s", of->subject));
    return g.n;
}

bool supported_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_account *a = account_in(s, c);
    struct scenario_step *step;
    (void)mem;
    if (!a)
        return false;
    a->supported_etypes = (uint32_t)strtoul(c->value, NULL, 0);
    for (size_t at = 0; (step = given_later(s, c->subject, GIVEN_SUPPORTED, &at));)
        step->change.supported_etypes = a->supported_etypes;
    return true;
}

size_t default_supported_values(const struct scenario *s, const struct knob_change *of,
                                struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_realm *r = realm_in(scenario_copy(s, mem), of);
    if (r)
        gather_bits(
            &g, population_policy(r, mem).default_supported,
            arena_printf(mem, "the %s assumed %%s of accounts that say nothing", of->subject),
            arena_printf(mem, "the %s assumed nothing of accounts that say nothing", of->subject));
    return g.n;
}

bool default_supported_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_realm *r = realm_in(s, c);
    (void)mem;
    if (!r)
        return false;
    r->default_supported = (uint32_t)strtoul(c->value, NULL, 0);
    r->given |= REALM_DEFAULT_SUPPORTED;
    return true;
}

/* "realm", or "realm FAR.TEST" */
static bool is_realm(const char *subject)
{
    return strncmp(subject, "realm", 5) == 0 && (!subject[5] || subject[5] == ' ');
}

/* The one bit, wherever it stands: at the account, where that says something, else at the realm. */
static uint32_t *aes_session_at(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_account *a = is_realm(c->subject) ? NULL : account_in(s, c);
    struct scenario_realm *r = realm_in(s, c);
    if (a)
        return &a->supported_etypes;
    if (r && !(r->given & REALM_DEFAULT_SUPPORTED)) {
        r->default_supported = population_policy(r, mem).default_supported;
        r->given |= REALM_DEFAULT_SUPPORTED;
    }
    return r ? &r->default_supported : NULL;
}

size_t aes_session_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                          struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const uint32_t *bits = aes_session_at(scenario_copy(s, mem), of, mem);
    bool on = bits && *bits & ETYPES_AES_SESSION;
    if (bits && *bits)
        gather(&g, 1, on ? "no" : "yes",
               arena_printf(mem, "the bit for AES session keys were %s %s%s", on ? "off" : "on",
                            is_realm(of->subject) ? "for the " : "for ", of->subject));
    return g.n;
}

bool aes_session_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    uint32_t *bits = aes_session_at(s, c, mem);
    if (bits)
        *bits ^= ETYPES_AES_SESSION;
    return bits != NULL;
}

/* ---- presets ----------------------------------------------------------------------------------
 */

size_t preset_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                     struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_realm *r = realm_in(scenario_copy(s, mem), of);
    size_t n, at = 0;
    const struct preset *presets = preset_table(&n);
    for (size_t i = 0; r && r->preset && i < n; i++)
        if (strcmp(presets[i].name, r->preset) == 0)
            at = i;
    for (size_t i = 0; r && i < n; i++)
        if (!r->preset || i != at)
            gather(&g, 5 + (unsigned)(i > at ? i - at : at - i), presets[i].name,
                   arena_printf(mem, "the KDC of the %s were %s all along", of->subject,
                                presets[i].title));
    if (r && r->preset)
        gather(&g, 30, "none", arena_printf(mem, "the %s never had a preset", of->subject));
    return g.n;
}

bool preset_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    static int32_t usual[] = {18, 17};
    struct scenario_realm *r = realm_in(s, c);
    (void)mem;
    if (!r)
        return false;
    r->preset = strcmp(c->value, "none") == 0 ? NULL : c->value;
    if (!r->preset && !r->n_etypes) {
        r->etypes = usual;
        r->n_etypes = 2;
    }
    /* It stays so: no update comes in the middle. */
    for (size_t i = 0; i < s->n_steps; i++)
        if (s->steps[i].kind == DO_REALM && scenario_realm(s, s->steps[i].realm) == r)
            s->steps[i] = (struct scenario_step){.kind = DO_SAY};
    return true;
}

/* ---- switches ---------------------------------------------------------------------------------
 */

size_t weak_sessions_values(const struct scenario *s, const struct knob_change *of,
                            struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_realm *r = realm_in(scenario_copy(s, mem), of);
    bool may = r && r->weak_sessions == MAY;
    if (r)
        gather(&g, 1, may ? "no" : "yes",
               may ? "RC4 and DES3 were not allowed for session keys"
                   : "RC4 and DES3 were allowed for session keys");
    return g.n;
}

bool weak_sessions_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_realm *r = realm_in(s, c);
    (void)mem;
    if (r)
        r->weak_sessions = *c->value == 'y' ? MAY : MAY_NOT;
    return r != NULL;
}

size_t tickets_as_asked_values(const struct scenario *s, const struct knob_change *of,
                               struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_realm *r = realm_in(scenario_copy(s, mem), of);
    if (r)
        gather(&g, 2, r->tickets_as_asked ? "no" : "yes",
               r->tickets_as_asked ? "the KDC did not follow the client's list for tickets"
                                   : "the KDC followed the client's list for tickets");
    return g.n;
}

bool tickets_as_asked_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_realm *r = realm_in(s, c);
    (void)mem;
    if (r)
        r->tickets_as_asked = *c->value == 'y';
    return r != NULL;
}
