#include "sim/matrix.h"

#include "client/client.h"
#include "service/service.h"
#include "sim/knobs.h"
#include "sim/web_setup.h"
#include "wire/http.h"

#include <string.h>

#define N(table) (sizeof(table) / sizeof *(table))

/* ---- what is set ------------------------------------------------------------------------------
 * The first client browses, the first service is browsed: so are the scenarios here. */
static struct scenario_party *of_role(struct scenario *s, enum role role)
{
    size_t i = 0;
    while (s->parties[i].role != role)
        i++;
    return &s->parties[i];
}

static struct scenario_browser *browser(struct scenario *s)
{
    return &of_role(s, ROLE_CLIENT)->browser;
}

static struct scenario_app *app(struct scenario *s)
{
    return of_role(s, ROLE_SERVICE)->server.apps;
}

static struct scenario_step *request(struct scenario *s)
{
    size_t i = 0;
    while (s->steps[i].kind != DO_BROWSE)
        i++;
    return &s->steps[i];
}

static void nothing(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)s, (void)m, (void)mem;
}

/* ---- lmcompat ---------------------------------------------------------------------------------
 */
static void client_level(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)mem;
    browser(s)->lm_level = m->value;
}

static void controller_level(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)mem;
    s->realm.lm_level = m->value;
    s->realm.given |= REALM_LM_LEVEL;
}

#define LEVELS(f)                                                                                  \
    {"0", f, 0}, {"1", f, 1}, {"2", f, 2}, {"3", f, 3}, {"4", f, 4},                               \
    {                                                                                              \
        "5", f, 5                                                                                  \
    }
static const struct matrix_setting client_levels[] = {LEVELS(client_level)};
static const struct matrix_setting controller_levels[] = {LEVELS(controller_level)};

/* The last word of whoever compared. */
static void read_level(const struct trace *t, struct arena *mem, struct matrix_cell *cell)
{
    const char *outcome = "nobody compared it";
    for (size_t i = 0; i < t->n; i++)
        if (t->events[i]->kind == EVENT_DECISION && strcmp(t->events[i]->id, "ntlm.level") == 0)
            outcome = t->events[i]->decision->outcome;
    bool level = strstr(outcome, "taken") != NULL; /* "..., and only NTLMv2 is taken" */
    cell->text = cell->granted ? outcome
                 : level       ? "refused: level"
                               : arena_printf(mem, "refused: %s", outcome);
    cell->brief = !cell->granted                          ? "refused"
                  : strcmp(outcome, "NTLM2 session") == 0 ? "NTLM2 sess."
                                                          : outcome;
}

/* ---- identity ---------------------------------------------------------------------------------
 */
static void configure(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)mem;
    app(s)->mode = m->value;
    app(s)->impersonate = m->other;
}

/* What IIS does, and what the browser brings for it. */
static void iis_mode(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    const struct scenario_party *client = of_role(s, ROLE_CLIENT);
    const struct scenario_account *a = scenario_account(s, client->realm, client->account);
    app(s)->schemes = m->value;
    if (!(m->value & (AUTH_BASIC | AUTH_DIGEST)))
        return;
    struct scenario_credential *c = arena_new_of(mem, struct scenario_credential);
    *c = (struct scenario_credential){.user = a->name, .password = a->password};
    browser(s)->credentials = c;
    browser(s)->n_credentials = 1;
}

static const struct matrix_setting configurations[] = {
    {"impersonate, Windows", configure, ASP_WINDOWS, true},
    {"no impersonation, Windows", configure, ASP_WINDOWS, false},
    {"impersonate, Forms", configure, ASP_FORMS, true},
    {"no impersonation, Forms", configure, ASP_FORMS, false},
};
static const struct matrix_setting iis_modes[] = {
    {"Anonymous", iis_mode, AUTH_ANONYMOUS},
    {"Basic", iis_mode, AUTH_BASIC},
    {"Digest", iis_mode, AUTH_DIGEST},
    {"Integrated", iis_mode, AUTH_INTEGRATED},
};

static const char *line_of(struct bytes body, const char *name, struct arena *mem)
{
    size_t n = strlen(name);
    const uint8_t *at = memmem(body.p, body.n, name, n);
    if (!at)
        return "?";
    struct bytes rest = bytes_of(at + n, (size_t)(body.p + body.n - at) - n);
    const uint8_t *end = memchr(rest.p, '\n', rest.n);
    return arena_str(mem, bytes_of(rest.p, end ? (size_t)(end - rest.p) : rest.n));
}

/* Whose domain says that it is of no domain. */
static const char *without_authority(const char *name)
{
    static const char authority[] = "NT AUTHORITY\\";
    size_t n = sizeof authority - 1;
    return strncmp(name, authority, n) == 0 ? name + n : name;
}

/* As the page says it, in the order of the table in the document. */
static void read_identities(const struct trace *t, struct arena *mem, struct matrix_cell *cell)
{
    struct http_message http;
    size_t used;
    cell->text = cell->brief = cell->ended;
    for (size_t i = t->packets; i && cell->granted; i--) {
        const struct event *e = trace_packet(t, i);
        if (e->via != VIA_HTTP || http_read(e->arrived, mem, NULL, &http, &used) != HTTP_WHOLE ||
            http.is_request)
            continue;
        const char *user = line_of(http.body, "HttpContext.User: ", mem);
        const char *process = line_of(http.body, "WindowsIdentity.GetCurrent(): ", mem);
        const char *thread = line_of(http.body, "Thread.CurrentPrincipal: ", mem);
        cell->text = arena_printf(mem, "%s\n%s\n%s", user, process, thread);
        cell->brief = arena_printf(mem, "%s\n%s\n%s", user, without_authority(process), thread);
        return;
    }
}

/* ---- negotiate --------------------------------------------------------------------------------
 */
static void by_address(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    struct scenario_step *step = request(s);
    (void)m;
    step->host = of_role(s, ROLE_SERVICE)->address;
    step->url = arena_printf(mem, "http://%s%s", step->host, step->target);
}

/* 0: of nobody, 1: of one account more */
static void spn_registered(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    const struct scenario_party *server = of_role(s, ROLE_SERVICE);
    const char *spn = server->spn;
    for (size_t i = 0; i < s->n_accounts; i++) {
        struct scenario_account *a = &s->accounts[i];
        bool own = strcmp(a->name, server->account) == 0;
        if (!m->value && own)
            a->n_spns = 0;
        if (m->value && strcmp(a->name, of_role(s, ROLE_CLIENT)->account) == 0) {
            a->spns = arena_array(mem, const char *, 1);
            *a->spns = spn;
            a->n_spns = 1;
        }
    }
    s->realm.duplicates = m->value;
}

static void clock_wrong(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)m, (void)mem;
    of_role(s, ROLE_CLIENT)->clock = HOUR;
}

static void old_windows(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)m, (void)mem;
    browser(s)->windows2000 = false;
}

static void same_machine(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)m, (void)mem;
    browser(s)->loopback = true;
}

static void not_intranet(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)m, (void)mem;
    browser(s)->intranet = false;
}

/* The service's account has keys that the client's system does not know. */
static void no_etype(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    const struct scenario_party *server = of_role(s, ROLE_SERVICE);
    int32_t *rc4 = arena_array(mem, int32_t, 1);
    (void)m;
    *rc4 = 23;
    for (size_t i = 0; i < s->n_accounts; i++)
        if (strcmp(s->accounts[i].name, server->account) == 0) {
            s->accounts[i].etypes = rc4;
            s->accounts[i].n_etypes = 1;
            s->accounts[i].supported_etypes = 0x4;
        }
    s->realm.weak_sessions = MAY_NOT;
}

static void blocked(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)m, (void)mem;
    s->realm.ntlm_blocked = true;
}

/* Nobody has logged on: there is no ticket-granting ticket. */
static void no_logon(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)m, (void)mem;
    for (size_t i = 0; i < s->n_steps; i++)
        if (s->steps[i].kind == DO_LOGON)
            s->steps[i] = (struct scenario_step){.kind = DO_SAY, .say = "Nobody logs on."};
}

static const struct matrix_setting conditions[] = {
    {"everything as it should be", nothing},
    {"the URL has an address", by_address},
    {"no account has the SPN", spn_registered, 0},
    {"two accounts have the SPN", spn_registered, 1},
    {"the client's clock is an hour ahead", clock_wrong},
    {"no encryption type in common", no_etype},
    {"the client is older than Windows 2000", old_windows},
    {"the server is on the same machine", same_machine},
    {"the server is not in the intranet zone", not_intranet},
    {"no logon in the domain", no_logon},
    {"the domain blocks NTLM", blocked},
};

static void mechanisms(struct scenario *s, const struct matrix_setting *m, struct arena *mem)
{
    (void)mem;
    browser(s)->kerberos = m->value & 1;
    browser(s)->ntlm = m->value & 2;
}

static const struct matrix_setting offers[] = {
    {"Kerberos and NTLM", mechanisms, 3},
    {"Kerberos alone", mechanisms, 1},
    {"NTLM alone", mechanisms, 2},
};

static void read_ended(const struct trace *t, struct arena *mem, struct matrix_cell *cell)
{
    (void)t;
    cell->text = cell->ended;
    const char *by = strchr(cell->ended, '('); /* "HTTP 200: by Negotiate (Kerberos), ..." */
    cell->brief = cell->granted && by
                      ? arena_str(mem, bytes_of(by + 1, strcspn(by + 1, ")")))
                      : arena_str(mem, bytes_of(cell->ended, strcspn(cell->ended, ":")));
}

/* ---- all of them ------------------------------------------------------------------------------
 */
static const struct matrix matrices[] = {
    {"lmcompat", "lmcompat-matrix", "LMCompatibilityLevel: which response was verified",
     "the client's level", "the controller's level", client_levels, controller_levels,
     N(client_levels), N(controller_levels), read_level},
    {"identity", "identity-matrix",
     "Who? HttpContext.User, WindowsIdentity.GetCurrent(), Thread.CurrentPrincipal", "web.config",
     "IIS", configurations, iis_modes, N(configurations), N(iis_modes), read_identities},
    {"negotiate", "negotiate-decision", "Kerberos or NTLM, and what decided it", "what is so",
     "the client has", conditions, offers, N(conditions), N(offers), read_ended},
};

const struct matrix *matrix_table(size_t *n)
{
    *n = N(matrices);
    return matrices;
}

const struct matrix *matrix_find(const char *name)
{
    for (size_t i = 0; i < N(matrices); i++)
        if (strcmp(matrices[i].name, name) == 0)
            return &matrices[i];
    return NULL;
}

const struct matrix *matrix_on(const char *scenario)
{
    for (size_t i = 0; i < N(matrices); i++)
        if (strcmp(matrices[i].scenario, scenario) == 0)
            return &matrices[i];
    return NULL;
}

struct scenario *matrix_scenario(const struct matrix *m, const struct scenario *base, size_t row,
                                 size_t column, struct arena *mem)
{
    struct scenario *s = scenario_copy(base, mem);
    s->n_steps = (size_t)(request(s) - s->steps) + 1; /* a lesson goes on after its first request */
    m->rows[row].set(s, &m->rows[row], mem);
    m->columns[column].set(s, &m->columns[column], mem);
    for (size_t i = 0; i < s->n_steps; i++)
        s->steps[i].expect = EXPECT_ANYTHING;
    return s;
}

bool matrix_run(const struct matrix *m, const struct scenario *base, size_t row, size_t column,
                const struct world_options *options, struct arena *mem, struct crypto *crypto,
                struct matrix_cell *cell, struct trace **trace)
{
    const struct scenario *s = matrix_scenario(m, base, row, column, mem);
    *cell = (struct matrix_cell){.text = "", .ended = "nothing was asked"};
    if (world_run(s, options, mem, crypto, trace) == RUN_TROUBLE)
        return false;
    bool asked = false;
    for (size_t i = 0; i < (*trace)->n; i++) {
        const struct event *e = (*trace)->events[i];
        asked |= e->kind == EVENT_TASK && strcmp(e->id, "browse") == 0;
        if (e->kind != EVENT_RESULT || !asked)
            continue;
        cell->ended = e->text;
        cell->granted = strcmp(e->id, "granted") == 0;
        break;
    }
    m->read(*trace, mem, cell);
    return true;
}

/* Each runs in memory of its own; what is shown of it stays in mem. */
static bool run_one(const struct matrix *m, const struct scenario *base, size_t i,
                    const struct world_options *options, struct arena *mem, struct crypto *crypto,
                    struct matrix_cell *out)
{
    struct arena *own = arena_new(0);
    struct trace *trace;
    bool ok = own && matrix_run(m, base, i / m->n_columns, i % m->n_columns, options, own, crypto,
                                out, &trace);
    if (ok) {
        out->text = arena_str(mem, bytes_str(out->text));
        out->brief = arena_str(mem, bytes_str(out->brief));
        out->ended = arena_str(mem, bytes_str(out->ended));
    }
    arena_free(own);
    return ok;
}

struct matrix_cell *matrix_run_all(const struct matrix *m, const struct scenario *base,
                                   const struct world_options *options, struct arena *mem,
                                   struct crypto *crypto)
{
    struct matrix_cell *cells = arena_array(mem, struct matrix_cell, m->n_rows * m->n_columns);
    for (size_t i = 0; i < m->n_rows * m->n_columns; i++)
        if (!run_one(m, base, i, options, mem, crypto, &cells[i]))
            return NULL;
    return cells;
}
