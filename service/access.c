/* AccessCheck (MS-DTYP 2.5.3.2), entry by entry. */
#include "service/sddl.h"
#include "wire/names.h"

#include <string.h>

enum { READ_CONTROL = 1 << 17, WRITE_DAC = 1 << 18 };
static const struct sid owner_rights = {3, 1, {4}}; /* S-1-3-4 */

struct check {
    struct turn *turn;
    const struct security_descriptor *d;
    const struct access_token *token;
    const char *object;
    bool owner; /* the token holds the owner's SID */
    uint32_t remaining;
    struct access_result result;
};

/* ---- in words -------------------------------------------------------------------------------- */

static const char *rights_text(struct arena *mem, uint32_t mask)
{
    static const struct {
        uint32_t mask;
        const char *name;
    } whole[] = {{FILE_ALL_ACCESS, "all"},
                 {FILE_GENERIC_READ, "read"},
                 {0x120116, "write"},
                 {0x1200a0, "execute"}};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (whole[i].mask == mask)
            return arena_printf(mem, "%s (0x%x)", whole[i].name, mask);
    return mask ? arena_printf(mem, "%s (0x%x)", name_flags(mem, NAMES_ACCESS_MASK, mask), mask)
                : "nothing";
}

/* As the token calls it, or the table; else the SID itself. */
static const char *name_of(const struct check *c, const struct sid *sid)
{
    const struct sid_row *row = sid_known(sid);
    if (sid_equal(sid, &c->token->user))
        return c->token->name;
    for (size_t i = 0; i < c->token->n_groups; i++)
        if (sid_equal(sid, &c->token->groups[i].sid) && c->token->groups[i].name)
            return c->token->groups[i].name;
    return row ? row->name : sid_text(c->turn->mem, sid);
}

/* ---- the decision ---------------------------------------------------------------------------- */

static bool named(const struct security_descriptor *d, const struct sid *sid)
{
    for (size_t i = 0; i < d->n_dacl; i++)
        if (sid_equal(&d->dacl[i].sid, sid))
            return true;
    return d->has_owner && sid_equal(&d->owner, sid);
}

/* Of the token's groups those that the descriptor names: the others change nothing. */
static const char *groups_text(const struct check *c)
{
    struct arena *mem = c->turn->mem;
    const char *text = "";
    for (size_t i = 0; i < c->token->n_groups; i++) {
        const struct token_group *g = &c->token->groups[i];
        if (named(c->d, &g->sid))
            text = arena_printf(mem, "%s%s%s%s", text, *text ? ", " : "", name_of(c, &g->sid),
                                g->attributes & GROUP_DENY_ONLY ? " (for denying only)" : "");
    }
    return *text ? text : "none that the descriptor names";
}

static void tell_access(const struct check *c)
{
    struct arena *mem = c->turn->mem;
    if (!told(c->turn))
        return;
    const struct decision_input inputs[] = {
        {"user", c->token->user_only, sid_text(mem, &c->token->user)},
        {"groups", c->token->user_only, groups_text(c)},
        {"desired", c->object, rights_text(mem, c->result.desired)},
        {"descriptor", c->object, sddl_write(mem, c->d)},
    };
    tell_decision(c->turn, .id = "service.access",
                  .rule = "Entries count in their order, and only those whose SID the token has: "
                          "one that denies a right still missing ends it, those that allow take "
                          "rights off what is missing. Granted when nothing is missing; without "
                          "any list everything is granted.",
                  .outcome = c->result.granted ? "granted"
                                               : arena_printf(mem, "denied: %s",
                                                              rights_text(mem, c->result.missing)),
                  .spec = "MS-DTYP 2.5.3.2", .inputs = inputs, .n = sizeof inputs / sizeof *inputs);
}

/* ---- the check ------------------------------------------------------------------------------- */

/* What the generic rights mean for a file (MS-DTYP 2.4.3). */
static uint32_t mapped(uint32_t mask)
{
    static const struct {
        unsigned bit;
        uint32_t means;
    } generic[] = {{28, FILE_ALL_ACCESS}, {29, 0x1200a0}, {30, 0x120116}, {31, FILE_GENERIC_READ}};
    uint32_t out = mask & 0x0fffffff;
    for (size_t i = 0; i < sizeof generic / sizeof *generic; i++)
        if (mask >> generic[i].bit & 1)
            out |= generic[i].means;
    return out;
}

/* Whoever owns an object can always read and change its descriptor, so that nobody locks himself
 * out, unless an entry for OWNER RIGHTS says what owners may. */
static void take_owner(struct check *c)
{
    bool said = false;
    c->owner = c->d->has_owner && token_has(c->token, &c->d->owner, true);
    for (size_t i = 0; i < c->d->n_dacl; i++)
        said |= !(c->d->dacl[i].flags & ACE_INHERIT_ONLY) &&
                sid_equal(&c->d->dacl[i].sid, &owner_rights);
    if (!c->owner || said || !(c->remaining & (READ_CONTROL | WRITE_DAC)))
        return;
    tell(c->turn, STEP_NOTED, "service.access.owner", A_STR("who", name_of(c, &c->d->owner)),
         A_STR("rights", rights_text(c->turn->mem, c->remaining & (READ_CONTROL | WRITE_DAC))));
    c->remaining &= ~(uint32_t)(READ_CONTROL | WRITE_DAC);
}

static bool matches(const struct check *c, const struct ace *a)
{
    bool of_owner = c->owner && sid_equal(&a->sid, &owner_rights);
    return of_owner || token_has(c->token, &a->sid, a->type == ACE_ALLOW);
}

static bool for_denying_only(const struct check *c, const struct ace *a)
{
    return a->type == ACE_ALLOW && token_has(c->token, &a->sid, false);
}

enum verdict { SKIPPED, COUNTED, DENIED };

static enum verdict weigh(struct check *c, const struct ace *a, const char **what)
{
    uint32_t mask = mapped(a->mask);
    if (a->flags & ACE_INHERIT_ONLY) {
        *what = "it is only for what lies below";
        return SKIPPED;
    }
    if (!matches(c, a)) {
        *what = for_denying_only(c, a) ? "the token has this group for denying only"
                                       : "the token does not have this SID";
        return SKIPPED;
    }
    if (!(mask & c->remaining)) {
        *what = "none of these rights is still missing";
        return SKIPPED;
    }
    if (a->type == ACE_DENY) {
        *what = arena_printf(c->turn->mem, "it denies %s",
                             rights_text(c->turn->mem, mask & c->remaining));
        return DENIED;
    }
    c->remaining &= ~mask;
    *what = "it gives what it says";
    return COUNTED;
}

static void tell_entry(const struct check *c, size_t i, enum verdict v, const char *what)
{
    static const struct {
        enum outcome outcome;
        const char *step;
    } how[] = {[SKIPPED] = {STEP_NOTED, "service.access.ace-skipped"},
               [COUNTED] = {STEP_DONE, "service.access.ace"},
               [DENIED] = {STEP_REFUSED, "service.access.ace"}};
    struct arena *mem = c->turn->mem;
    const struct ace *a = &c->d->dacl[i];
    const char *who = name_of(c, &a->sid), *sid = sid_text(mem, &a->sid);
    if (told(c->turn))
        tell(c->turn, how[v].outcome, how[v].step, A_INT("number", (int64_t)i + 1),
             A_STR("type", a->type == ACE_DENY ? "deny" : "allow"), A_STR("who", who),
             A_STR("sid", strcmp(who, sid) ? sid : ""), A_STR("rights", rights_text(mem, a->mask)),
             A_STR("what", what), A_STR("missing", rights_text(mem, c->remaining)));
}

/* True: an entry denied. Entries behind the one that decides are not looked at. */
static bool walk(struct check *c)
{
    for (size_t i = 0; i < c->d->n_dacl && c->remaining; i++) {
        const char *what = NULL;
        enum verdict v = weigh(c, &c->d->dacl[i], &what);
        tell_entry(c, i, v, what);
        if (v == DENIED || !c->remaining)
            c->result.decided_by = i;
        if (v == DENIED)
            return true;
    }
    return false;
}

struct access_result access_check(struct turn *t, const struct security_descriptor *d,
                                  const struct access_token *token, uint32_t desired,
                                  const char *object)
{
    struct check c = {.turn = t, .d = d, .token = token, .object = object};
    c.result.desired = c.remaining = mapped(desired);
    c.result.decided_by = d->n_dacl;
    if (told(t))
        tell(t, STEP_DONE, "service.access.begin", A_STR("who", token->name),
             A_STR("object", object), A_STR("desired", rights_text(t->mem, c.remaining)),
             A_STR("descriptor", sddl_write(t->mem, d)));
    if (d->has_dacl) {
        take_owner(&c);
        c.result.granted = !walk(&c) && !c.remaining;
    } else {
        tell(t, STEP_NOTED, "service.access.no-list", A_STR("object", object));
        c.remaining = 0;
        c.result.granted = true;
    }
    c.result.missing = c.result.granted ? 0 : c.remaining;
    if (told(t))
        tell(t, c.result.granted ? STEP_DONE : STEP_REFUSED, "service.access",
             A_STR("who", token->name), A_STR("object", object),
             A_STR("rights", rights_text(t->mem, c.result.desired)),
             A_STR("missing", rights_text(t->mem, c.result.missing)),
             A_STR("empty", d->has_dacl && !d->n_dacl ? "the list is empty" : ""));
    tell_access(&c);
    return c.result;
}
