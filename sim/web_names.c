/* SIDs and what they are called, over all realms of a scenario. */
#include "base/text.h"
#include "sim/web_setup.h"

#include <string.h>

struct web_name {
    struct sid sid;
    const char *name; /* "EXAMPLE\\Staff" */
};

/* RIDs with one name in every domain (MS-DTYP 2.4.2.4). */
static const struct {
    uint32_t rid;
    const char *name;
} everywhere[] = {
    {RID_ADMINISTRATOR, "Administrator"},
    {RID_GUEST, "Guest"},
    {RID_KRBTGT, "krbtgt"},
    {RID_DOMAIN_ADMINS, "Domain Admins"},
    {RID_DOMAIN_USERS, "Domain Users"},
    {RID_DOMAIN_GUESTS, "Domain Guests"},
    {RID_DOMAIN_COMPUTERS, "Domain Computers"},
    {RID_DOMAIN_CONTROLLERS, "Domain Controllers"},
};
#define N_EVERYWHERE (sizeof everywhere / sizeof *everywhere)

static char *upper(struct arena *mem, const char *text, size_t n)
{
    char *name = arena_str(mem, bytes_of(text, n));
    for (char *c = name; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
    return name;
}

const char *web_domain(struct arena *mem, const struct scenario_realm *r)
{
    return r->netbios ? r->netbios : upper(mem, r->name, strcspn(r->name, "."));
}

const char *web_computer(struct arena *mem, const char *party)
{
    return upper(mem, party, strlen(party));
}

static const char *find(void *arg, const struct sid *sid)
{
    const struct web_setup *w = arg;
    for (size_t i = 0; i < w->n_known; i++)
        if (sid_equal(&w->known[i].sid, sid))
            return w->known[i].name;
    return NULL;
}

static void know(struct web_setup *w, const char *domain, const struct sid *sid, uint32_t rid,
                 const char *name)
{
    struct sid own = sid_in(sid, rid);
    if (find(w, &own))
        return;
    w->known[w->n_known++] = (struct web_name){own, arena_printf(w->mem, "%s\\%s", domain, name)};
}

static size_t room_of(const struct realm *r)
{
    return realm_policy(r)->n_groups + realm_count(r) + N_EVERYWHERE;
}

static void know_realm(struct web_setup *w, const struct scenario_realm *s, const struct realm *r)
{
    const struct realm_policy *policy = realm_policy(r);
    const char *domain = web_domain(w->mem, s);
    for (size_t i = 0; i < policy->n_groups; i++)
        know(w, domain, &policy->sid, policy->groups[i].rid, policy->groups[i].name);
    for (size_t i = 0; i < realm_count(r); i++) {
        const struct account *a = realm_account(r, i);
        if (a->rid)
            know(w, domain, &policy->sid, a->rid, a->text);
    }
    for (size_t i = 0; i < N_EVERYWHERE && !s->local; i++)
        know(w, domain, &policy->sid, everywhere[i].rid, everywhere[i].name);
}

void web_names_make(struct web_setup *w)
{
    const struct scenario_realm *s;
    size_t room = 0;
    for (size_t i = 0; (s = scenario_realm_at(w->scenario, i)); i++) {
        const struct realm *r = s->sid ? w->realm(w->arg, s->name) : NULL;
        room += r ? room_of(r) : 0;
    }
    w->known = arena_array(w->mem, struct web_name, room);
    for (size_t i = 0; (s = scenario_realm_at(w->scenario, i)); i++) {
        const struct realm *r = s->sid ? w->realm(w->arg, s->name) : NULL;
        if (r && realm_policy(r)->has_sid)
            know_realm(w, s, r);
    }
    w->names = (struct group_names){find, w};
}

bool web_names_sid(const struct web_setup *w, const char *name, struct sid *out)
{
    for (size_t i = 0; i < w->n_known; i++) {
        const char *bare = strchr(w->known[i].name, '\\') + 1;
        if (strcasecmp(name, w->known[i].name) == 0 || strcasecmp(name, bare) == 0) {
            *out = w->known[i].sid;
            return true;
        }
    }
    return sid_parse(bytes_str(name), out) || sid_of_name(name, out);
}

/* In "(A;;FR;;;EXAMPLE\ben)" the last part; what SDDL itself knows stays. */
const char *web_names_sddl(const struct web_setup *w, const char *sddl, char **error)
{
    char *text = arena_printf(w->mem, "%s", "");
    while (*sddl) {
        size_t n = strcspn(sddl, ")"), last = n;
        while (last && sddl[last - 1] != ';')
            last--;
        const char *name = arena_str(w->mem, bytes_of(sddl + last, n - last));
        struct sid sid;
        bool named = sddl[n] == ')' && last && n - last > 2 && strncmp(name, "S-1-", 4) != 0;
        if (named && !web_names_sid(w, name, &sid)) {
            *error = arena_printf(w->mem, "no account or group is called \"%s\"", name);
            return NULL;
        }
        text = arena_printf(w->mem, "%s%.*s%s%s", text, (int)last, sddl,
                            named ? sid_text(w->mem, &sid) : name, sddl[n] ? ")" : "");
        sddl += n + (sddl[n] == ')');
    }
    return text;
}
