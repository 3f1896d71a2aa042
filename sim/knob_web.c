/* What browsers, web servers and controllers are set to. Decisions about a request are turned for
 * the step that makes it: its party's browser, the application that its URL leads to. */
#include "client/client.h"
#include "service/service.h"
#include "sim/knob_values.h"

#include <string.h>

static struct scenario_step *step_in(struct scenario *s, const struct knob_change *c)
{
    return c->step < s->n_steps ? &s->steps[c->step] : NULL;
}

static struct scenario_browser *browser_in(struct scenario *s, const struct knob_change *c)
{
    const struct scenario_step *step = step_in(s, c);
    struct scenario_party *p = step && step->party ? party_in(s, step->party) : NULL;
    return p && step->kind == DO_BROWSE ? &p->browser : NULL;
}

static struct scenario_party *server_in(struct scenario *s, const struct knob_change *c)
{
    const struct scenario_step *step = step_in(s, c);
    return step && step->service ? party_in(s, step->service) : NULL;
}

static struct scenario_app *app_in(struct scenario *s, const struct knob_change *c)
{
    struct scenario_party *p = server_in(s, c);
    const char *target = p ? step_in(s, c)->target : NULL;
    struct scenario_app *found = NULL;
    for (size_t i = 0; target && i < p->server.n_apps; i++) {
        struct scenario_app *a = &p->server.apps[i];
        size_t n = strlen(a->path);
        if (strncmp(a->path, target, n) == 0 && (!found || n > strlen(found->path)))
            found = a;
    }
    return found;
}

/* ---- switches of the browser ------------------------------------------------------------------
 */
static const struct {
    size_t at;
    const char *on, *off;               /* as the decision has them */
    const char *turned_on, *turned_off; /* clauses */
} switches[] = {
    [SWITCH_ORDER] = {offsetof(struct scenario_browser, in_order), "as offered", "strongest first",
                      "the browser took what is offered first",
                      "the browser took the strongest that is offered"},
    [SWITCH_ZONE] = {offsetof(struct scenario_browser, intranet), "intranet", "internet",
                     "the server were in the intranet zone",
                     "the server were not in the intranet zone"},
    [SWITCH_BASIC_TLS] = {offsetof(struct scenario_browser, basic_needs_tls), "yes", "no",
                          "the browser gave Basic's password to TLS only",
                          "the browser gave Basic's password without TLS too"},
    [SWITCH_KERBEROS] = {offsetof(struct scenario_browser, kerberos), "on", "off",
                         "the browser had Kerberos", "the browser had no Kerberos"},
    [SWITCH_NTLM] = {offsetof(struct scenario_browser, ntlm), "on", "off", "the browser had NTLM",
                     "the browser had no NTLM"},
    [SWITCH_OS] = {offsetof(struct scenario_browser, windows2000), "Windows 2000 or later",
                   "before Windows 2000", "the client were Windows 2000 or later",
                   "the client were older than Windows 2000"},
    [SWITCH_LOOPBACK] = {offsetof(struct scenario_browser, loopback), "yes", "no",
                         "the server were on the same machine",
                         "the server were on another machine"},
    [SWITCH_NO_BINDINGS] = {offsetof(struct scenario_browser, no_bindings), "none", "sent",
                            "the browser sent no channel bindings",
                            "the browser sent channel bindings"},
    [SWITCH_NO_TARGET] = {offsetof(struct scenario_browser, no_target_name), "none", "sent",
                          "the browser did not say which service it meant",
                          "the browser said which service it meant"},
};

static bool *switch_of(struct scenario_browser *b, uint32_t which)
{
    return (bool *)((uint8_t *)b + switches[which].at);
}

size_t switch_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                     struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    uint32_t which = of->knob->which;
    struct scenario_browser *b = browser_in(scenario_copy(s, mem), of);
    if (b && *switch_of(b, which))
        gather(&g, 1, switches[which].off, switches[which].turned_off);
    else if (b)
        gather(&g, 1, switches[which].on, switches[which].turned_on);
    return g.n;
}

bool switch_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_browser *b = browser_in(s, c);
    (void)mem;
    if (b)
        *switch_of(b, c->knob->which) = strcmp(c->value, switches[c->knob->which].on) == 0;
    return b != NULL;
}

/* ---- schemes ----------------------------------------------------------------------------------
 */
static const struct {
    uint32_t scheme;
    const char *name;
} schemes[] = {
    {AUTH_NEGOTIATE, "Negotiate"}, {AUTH_NTLM, "NTLM"},           {AUTH_DIGEST, "Digest"},
    {AUTH_BASIC, "Basic"},         {AUTH_ANONYMOUS, "Anonymous"},
};

static void gather_schemes(struct gathering *g, uint32_t has, uint32_t among, const char *more,
                           const char *less)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        bool on = has & schemes[i].scheme;
        if (among & schemes[i].scheme)
            gather(g, 1, arena_printf(g->mem, "%c%s", on ? '-' : '+', schemes[i].name),
                   arena_printf(g->mem, "%s %s", on ? less : more, schemes[i].name));
    }
}

/* "+NTLM", "-NTLM" */
static uint32_t schemes_after(uint32_t has, const char *value)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strcmp(schemes[i].name, value + 1) == 0)
            has = *value == '+' ? has | schemes[i].scheme : has & ~schemes[i].scheme;
    return has;
}

size_t known_schemes_values(const struct scenario *s, const struct knob_change *of,
                            struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_browser *b = browser_in(scenario_copy(s, mem), of);
    if (b)
        gather_schemes(&g, b->schemes ? b->schemes : BROWSE_ALL, BROWSE_ALL, "the browser knew",
                       "the browser did not know");
    return g.n;
}

bool known_schemes_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_browser *b = browser_in(s, c);
    uint32_t after = b ? schemes_after(b->schemes ? b->schemes : BROWSE_ALL, c->value) : 0;
    (void)mem;
    if (after)
        b->schemes = after;
    return after != 0;
}

size_t offered_schemes_values(const struct scenario *s, const struct knob_change *of,
                              struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_app *a = app_in(scenario_copy(s, mem), of);
    if (a && a->given & APP_SCHEMES)
        gather_schemes(&g, a->schemes, BROWSE_ALL | AUTH_ANONYMOUS, "the application offered",
                       "the application did not offer");
    return g.n;
}

bool offered_schemes_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_app *a = app_in(s, c);
    uint32_t after = a ? schemes_after(a->schemes, c->value) : 0;
    (void)mem;
    if (after)
        a->schemes = after;
    return after != 0;
}

/* ---- levels -----------------------------------------------------------------------------------
 */
static uint32_t *level_in(struct scenario *s, const struct knob_change *c)
{
    struct scenario_realm *r = c->knob->which == LEVEL_REALM ? realm_in(s, c) : NULL;
    struct scenario_browser *b = c->knob->which == LEVEL_CLIENT ? browser_in(s, c) : NULL;
    struct scenario_party *p = c->knob->which == LEVEL_SERVER ? server_in(s, c) : NULL;
    if (r && !(r->given & REALM_LM_LEVEL)) {
        r->given |= REALM_LM_LEVEL;
        r->lm_level = 3;
    }
    return r ? &r->lm_level : b ? &b->lm_level : p ? &p->server.ntlm.level : NULL;
}

size_t level_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                    struct knob_change out[KNOB_VALUES])
{
    static const char *const whose[] = {[LEVEL_REALM] = "the controller's",
                                        [LEVEL_CLIENT] = "the client's",
                                        [LEVEL_SERVER] = "the server's"};
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const uint32_t *level = level_in(scenario_copy(s, mem), of);
    for (uint32_t i = 0; level && i <= 5; i++)
        if (i != *level)
            gather(&g, i > *level ? i - *level : *level - i, arena_printf(mem, "%u", (unsigned)i),
                   arena_printf(mem, "%s LMCompatibilityLevel were %u", whose[of->knob->which],
                                (unsigned)i));
    return g.n;
}

bool level_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    uint32_t *level = level_in(s, c);
    (void)mem;
    if (level)
        *level = (uint32_t)(*c->value - '0');
    return level != NULL;
}

/* ---- the request ------------------------------------------------------------------------------
 */
static const char *url_of(struct arena *mem, const struct scenario_step *step, bool tls)
{
    return arena_printf(mem, "%s://%s%s", tls ? "https" : "http", step->host, step->target);
}

size_t in_tls_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                     struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    struct scenario *copy = scenario_copy(s, mem);
    const struct scenario_step *step = step_in(copy, of);
    const struct scenario_party *p = server_in(copy, of);
    if (p && step->kind == DO_BROWSE && p->server.tls)
        gather(&g, 1, step->tls ? "no" : "yes",
               step->tls ? "the URL were http" : "the URL were https");
    return g.n;
}

bool in_tls_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_step *step = step_in(s, c);
    if (!step || step->kind != DO_BROWSE)
        return false;
    step->tls = *c->value == 'y';
    step->url_port = 0;
    step->url = url_of(mem, step, step->tls);
    return true;
}

/* The address of the server in place of its name. */
size_t host_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                   struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    struct scenario *copy = scenario_copy(s, mem);
    const struct scenario_step *step = step_in(copy, of);
    const struct scenario_party *p = server_in(copy, of);
    const char *name = p && p->spn ? strchr(p->spn, '/') : NULL;
    if (!name || step->kind != DO_BROWSE)
        return 0;
    if (strcmp(step->host, p->address) != 0)
        gather(&g, 1, p->address, "the URL had the server's address");
    else
        gather(&g, 1, name + 1, "the URL had the server's name");
    return g.n;
}

bool host_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_step *step = step_in(s, c);
    if (!step || step->kind != DO_BROWSE)
        return false;
    step->host = c->value;
    step->url = url_of(mem, step, step->tls);
    return true;
}

/* The clock of whoever browses. */
size_t client_clock_values(const struct scenario *s, const struct knob_change *of,
                           struct arena *mem, struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    struct scenario *copy = scenario_copy(s, mem);
    const struct scenario_step *step = step_in(copy, of);
    const struct scenario_party *p = step && step->party ? party_in(copy, step->party) : NULL;
    if (p && p->clock)
        gather(&g, 1, "right", arena_printf(mem, "the clock of %s were right", p->name));
    else if (p)
        gather(&g, 1, "wrong", arena_printf(mem, "the clock of %s were an hour ahead", p->name));
    return g.n;
}

bool client_clock_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_step *step = step_in(s, c);
    struct scenario_party *p = step && step->party ? party_in(s, step->party) : NULL;
    (void)mem;
    if (p)
        p->clock = *c->value == 'w' ? HOUR : 0;
    return p != NULL;
}

/* The SPN taken from every account, or given to the one that the service runs as. */
static bool has_spn(const struct scenario_account *a, const char *spn)
{
    for (size_t i = 0; i < a->n_spns; i++)
        if (strcasecmp(a->spns[i], spn) == 0)
            return true;
    return false;
}

size_t spn_found_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                        struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_party *p = server_in(scenario_copy(s, mem), of);
    size_t holders = 0;
    for (size_t i = 0; i < s->n_accounts; i++)
        holders += has_spn(&s->accounts[i], of->subject);
    if (holders)
        gather(&g, 1, "no", arena_printf(mem, "no account had the SPN %s", of->subject));
    if (holders != 1 && p && p->account)
        gather(&g, 1, "once",
               arena_printf(mem, "%s alone had the SPN %s", p->account, of->subject));
    return g.n;
}

static void drop_spn(struct scenario_account *a, const char *spn, struct arena *mem)
{
    const char **left = arena_array(mem, const char *, a->n_spns + 1);
    size_t n = 0;
    for (size_t i = 0; i < a->n_spns; i++)
        if (strcasecmp(a->spns[i], spn) != 0)
            left[n++] = a->spns[i];
    a->spns = left;
    a->n_spns = n;
}

bool spn_found_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    const struct scenario_party *p = server_in(s, c);
    for (size_t i = 0; i < s->n_accounts; i++) {
        struct scenario_account *a = &s->accounts[i];
        drop_spn(a, c->subject, mem);
        if (*c->value == 'o' && p && p->account && strcmp(a->name, p->account) == 0)
            a->spns[a->n_spns++] = c->subject;
    }
    return true;
}

/* ---- whose credentials ------------------------------------------------------------------------
 */
size_t credentials_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                          struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_browser *b = browser_in(scenario_copy(s, mem), of);
    if (b && b->n_credentials)
        gather(&g, 1, "the logon's", "the browser used the logon's own credentials");
    else if (b)
        gather(&g, 1, "typed", "the user had typed name and password");
    return g.n;
}

bool credentials_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_browser *b = browser_in(s, c);
    const struct scenario_party *p = b ? party_in(s, step_in(s, c)->party) : NULL;
    const struct scenario_account *a = p ? scenario_account(s, p->realm, p->account) : NULL;
    if (!b || (*c->value == 't' && (!a || !a->password)))
        return false;
    b->n_credentials = *c->value == 't';
    b->credentials = arena_array(mem, struct scenario_credential, 1);
    if (b->n_credentials)
        *b->credentials = (struct scenario_credential){.user = a->name, .password = a->password};
    return true;
}

/* ---- applications -----------------------------------------------------------------------------
 */
size_t protection_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                         struct knob_change out[KNOB_VALUES])
{
    static const char *const names[] = {"off", "allow", "require"};
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_app *a = app_in(scenario_copy(s, mem), of);
    for (uint32_t i = 0; a && i < 3; i++)
        if (i != a->protection)
            gather(&g, 1, names[i],
                   arena_printf(mem, "extended protection were set to %s", names[i]));
    return g.n;
}

bool protection_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_app *a = app_in(s, c);
    (void)mem;
    if (a)
        a->protection = *c->value == 'o'   ? PROTECTION_OFF
                        : *c->value == 'a' ? PROTECTION_ALLOW
                                           : PROTECTION_REQUIRE;
    return a != NULL;
}

/* One rule less. */
size_t rules_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                    struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_app *a = app_in(scenario_copy(s, mem), of);
    for (size_t i = 0; a && i < a->n_rules && i < 9; i++)
        gather(&g, 1, arena_printf(mem, "%zu", i + 1),
               arena_printf(mem, "rule %zu of the application were not there", i + 1));
    return g.n;
}

bool rules_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_app *a = app_in(s, c);
    size_t at = (size_t)(*c->value - '1');
    (void)mem;
    if (!a || at >= a->n_rules)
        return false;
    memmove(a->rules + at, a->rules + at + 1, (a->n_rules - at - 1) * sizeof *a->rules);
    a->n_rules--;
    return true;
}

/* The descriptor of a file taken away; a right for who asks put in front of its list. */
static struct scenario_web_file *file_in(struct scenario *s, const struct knob_change *c)
{
    struct scenario_app *a = app_in(s, c);
    for (size_t i = 0; a && i < a->n_files; i++)
        if (strcmp(a->files[i].path, c->subject) == 0)
            return &a->files[i];
    return NULL;
}

size_t descriptor_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                         struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_web_file *f = file_in(scenario_copy(s, mem), of);
    if (f && f->sddl) {
        gather(&g, 1, "none", arena_printf(mem, "%s had no descriptor", f->path));
        gather(&g, 2, "empty", arena_printf(mem, "the list of %s were empty", f->path));
    }
    return g.n;
}

bool descriptor_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_web_file *f = file_in(s, c);
    (void)mem;
    if (f)
        f->sddl = *c->value == 'n' ? NULL : "O:BAG:BAD:";
    return f != NULL;
}

/* "+Staff", "-Staff": of the account, in the realm of who asks. */
static struct scenario_account *member_in(struct scenario *s, const struct knob_change *c)
{
    for (size_t i = 0; i < s->n_accounts; i++)
        if (strcasecmp(s->accounts[i].name, c->subject) == 0)
            return &s->accounts[i];
    return NULL;
}

size_t groups_values(const struct scenario *s, const struct knob_change *of, struct arena *mem,
                     struct knob_change out[KNOB_VALUES])
{
    struct gathering g = {.out = out, .of = *of, .mem = mem};
    const struct scenario_account *a = member_in(scenario_copy(s, mem), of);
    const struct scenario_realm *r = a ? scenario_realm(s, a->realm) : NULL;
    for (size_t i = 0; r && i < r->n_groups; i++) {
        bool in = false;
        for (size_t j = 0; j < a->n_groups; j++)
            in |= strcmp(a->groups[j], r->groups[i].name) == 0;
        gather(&g, 1, arena_printf(mem, "%c%s", in ? '-' : '+', r->groups[i].name),
               arena_printf(mem, "%s were %sin the group %s", a->name, in ? "not " : "",
                            r->groups[i].name));
    }
    return g.n;
}

bool groups_edit(struct scenario *s, const struct knob_change *c, struct arena *mem)
{
    struct scenario_account *a = member_in(s, c);
    const char **groups = a ? arena_array(mem, const char *, a->n_groups + 1) : NULL;
    size_t n = 0;
    if (!a)
        return false;
    for (size_t i = 0; i < a->n_groups; i++)
        if (strcmp(a->groups[i], c->value + 1) != 0)
            groups[n++] = a->groups[i];
    if (*c->value == '+')
        groups[n++] = c->value + 1;
    a->groups = groups;
    a->n_groups = n;
    return true;
}
