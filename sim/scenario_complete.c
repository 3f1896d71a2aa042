#include "base/sid.h"
#include "sim/scenario_check.h"

#include <stdlib.h>
#include <string.h>

const struct scenario_realm *scenario_realm_at(const struct scenario *s, size_t i)
{
    return i == 0 ? &s->realm : i <= s->n_others ? &s->others[i - 1] : NULL;
}

const struct scenario_realm *scenario_realm(const struct scenario *s, const char *name)
{
    const struct scenario_realm *r;
    for (size_t i = 0; (r = scenario_realm_at(s, i)); i++)
        if (!name || (r->name && strcmp(r->name, name) == 0))
            return r;
    return NULL;
}

/* Is it called so, and does it belong there? "@REALM" at the end of the name is heeded. */
static bool is_called(const struct scenario_account *a, const char *own, const char *realm,
                      const char *name)
{
    size_t n = own ? strlen(own) : 0;
    if (!n || strncmp(own, name, n) != 0 || (name[n] && name[n] != '@'))
        return false;
    if (name[n])
        realm = name + n + 1;
    return !realm || (a->realm && strcmp(a->realm, realm) == 0);
}

const struct scenario_account *scenario_account(const struct scenario *s, const char *realm,
                                                const char *name)
{
    for (size_t i = 0; name && i < s->n_accounts; i++)
        if (is_called(&s->accounts[i], s->accounts[i].name, realm, name))
            return &s->accounts[i];
    return NULL;
}

const struct scenario_account *scenario_serves(const struct scenario *s, const char *realm,
                                               const char *spn)
{
    for (size_t i = 0; spn && i < s->n_accounts; i++)
        for (size_t j = 0; j < s->accounts[i].n_spns; j++)
            if (is_called(&s->accounts[i], s->accounts[i].spns[j], realm, spn))
                return &s->accounts[i];
    return scenario_account(s, realm, spn);
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

/* aes256 and aes128 with SHA-1: RFC 3962. */
static void usual_etypes(int32_t **etypes, size_t *n, struct arena *mem)
{
    *n = 2;
    *etypes = arena_array(mem, int32_t, 2);
    (*etypes)[0] = 18;
    (*etypes)[1] = 17;
}

static const char *kdc_of(const struct scenario *s, const char *realm)
{
    for (size_t i = 0; i < s->n_parties; i++) {
        const struct scenario_party *p = &s->parties[i];
        const char *own = p->realm ? p->realm : s->realm.name;
        if (p->role == ROLE_KDC && realm && own && strcmp(own, realm) == 0)
            return p->name;
    }
    return NULL;
}

/* "www.example.test" -> "WWW". */
static const char *computer_of(const char *spn, struct arena *mem)
{
    const char *slash = spn ? strchr(spn, '/') : NULL;
    char *name = slash ? arena_str(mem, bytes_of(slash + 1, strcspn(slash + 1, ".:@"))) : NULL;
    for (char *c = name; c && *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
    return name && *name ? name : "SERVER";
}

static void complete_server(const struct scenario *s, struct scenario_party *p, struct arena *mem)
{
    struct scenario_server *v = &p->server;
    if (!v->n_apps && !p->proxy.schemes)
        return;
    if (!v->computer)
        v->computer = v->local ? v->local : computer_of(p->spn, mem);
    if (!v->controller)
        v->controller = kdc_of(s, p->realm);
    if (!v->pool)
        v->pool = "NT AUTHORITY\\NETWORK SERVICE";
    if (!v->iusr)
        v->iusr = arena_printf(mem, "IUSR_%s", v->computer);
}

static void complete_party(struct scenario *s, size_t i, struct arena *mem)
{
    struct scenario_party *p = &s->parties[i];
    if (!p->address)
        p->address = arena_printf(mem, "10.0.%zu.%zu", (10 + i) / 250, (10 + i) % 250 + 1);
    const struct scenario_account *a =
        p->role == ROLE_CLIENT ? scenario_account(s, p->realm, p->account)
        : p->role == ROLE_SERVICE || p->role == ROLE_PROXY ? scenario_serves(s, p->realm, p->spn)
                                                           : NULL;
    if (p->role != ROLE_CLIENT && p->account)
        a = scenario_account(s, p->realm, p->account);
    if (p->role != ROLE_CLIENT && !p->account && a)
        p->account = a->name;
    if (!p->realm)
        p->realm = a && a->realm ? a->realm : s->realm.name;
    const struct scenario_realm *realm = scenario_realm(s, p->realm);
    if (p->role == ROLE_CLIENT && !p->n_etypes) {
        p->etypes = realm ? realm->etypes : s->realm.etypes;
        p->n_etypes = realm ? realm->n_etypes : s->realm.n_etypes;
    }
    if (p->role == ROLE_CLIENT && !p->n_etypes) /* a preset is of the KDC, not of its clients */
        usual_etypes(&p->etypes, &p->n_etypes, mem);
    if (!p->port)
        p->port = p->role == ROLE_PROXY ? 8080 : 80;
    if (p->role == ROLE_PROXY && p->proxy.schemes && !p->spn && p->name)
        p->spn = arena_printf(mem, "HTTP/%s", p->name);
    if (p->role == ROLE_SERVICE || p->role == ROLE_PROXY)
        complete_server(s, p, mem);
}

/* "http://www.example.test:8080/x" -> host, target; of a browser's URL the port too, which a get
 * leaves in the host. Nothing, where it is none. */
static void take_apart(struct scenario_step *step, struct arena *mem)
{
    static const char *const schemes[] = {"http://", "https://"};
    bool tls = strncmp(step->url, "https:", 6) == 0;
    size_t n = strlen(schemes[tls]);
    if (strncmp(step->url, schemes[tls], n) != 0)
        return;
    const char *host = step->url + n, *target = strchr(host, '/');
    size_t whole = strcspn(host, "/"), name = strcspn(host, "/:");
    step->tls = tls;
    step->target = target ? target : "/";
    step->host = arena_str(mem, bytes_of(host, step->kind == DO_BROWSE ? name : whole));
    if (name < whole)
        step->url_port = (size_t)strtoul(host + name + 1, NULL, 10);
}

static bool serves_host(const struct scenario_party *p, const char *host)
{
    const char *slash = p->spn ? strchr(p->spn, '/') : NULL;
    size_t n = strlen(host);
    return p->role == ROLE_SERVICE && slash && strncasecmp(slash + 1, host, n) == 0 &&
           (slash[1 + n] == '\0' || slash[1 + n] == ':');
}

/* The address of a host as name servers say it, aliases followed; NULL: they do not know it. */
static const char *address_of(const struct scenario *s, const char *host)
{
    for (unsigned hops = 0; hops < 8; hops++) {
        const struct scenario_host *found = NULL;
        for (size_t i = 0; i < s->n_parties; i++)
            for (size_t j = 0; j < s->parties[i].n_hosts; j++)
                if (s->parties[i].hosts[j].name &&
                    strcasecmp(s->parties[i].hosts[j].name, host) == 0)
                    found = &s->parties[i].hosts[j];
        if (!found || !found->alias_of)
            return found ? found->address : NULL;
        host = found->alias_of;
    }
    return NULL;
}

const char *scenario_party_at(const struct scenario *s, const char *host)
{
    const char *address = address_of(s, host);
    if (!address)
        address = host;
    for (size_t i = 0; i < s->n_parties; i++) {
        const struct scenario_party *p = &s->parties[i];
        if ((p->role == ROLE_SERVICE || p->role == ROLE_PROXY) && p->address &&
            strcmp(p->address, address) == 0)
            return p->name;
    }
    for (size_t i = 0; i < s->n_parties; i++)
        if (serves_host(&s->parties[i], host))
            return s->parties[i].name;
    return NULL;
}

static void complete_browse(const struct scenario *s, struct scenario_step *step, struct arena *mem)
{
    if (step->expect == 0)
        step->expect = EXPECT_HTTP + 200;
    if (!step->url)
        return;
    take_apart(step, mem);
    if (!step->service && step->host)
        step->service = scenario_party_at(s, step->host);
}

static void complete_get(const struct scenario *s, struct scenario_step *step, struct arena *mem)
{
    for (size_t i = 0; i < s->n_parties && step->spn && !step->service; i++)
        if (s->parties[i].spn && strcmp(s->parties[i].spn, step->spn) == 0)
            step->service = s->parties[i].name;
    const struct scenario_party *service = scenario_party(s, step->service);
    if (step->url) {
        take_apart(step, mem);
        return;
    }
    if (!step->spn && service)
        step->spn = service->spn;
    if (!step->host && step->spn) {
        const char *slash = strchr(step->spn, '/'), *host = slash ? slash + 1 : step->spn;
        step->host = arena_str(mem, bytes_of(host, strcspn(host, ":/@")));
    }
}

static void complete_step(const struct scenario *s, struct scenario_step *step, struct arena *mem)
{
    const struct scenario_party *party = scenario_party(s, step->party);
    if (step->kind == DO_LOGON || step->kind == DO_PASSWORD) {
        if (!step->principal && party)
            step->principal = party->account;
        const struct scenario_account *a =
            scenario_account(s, party ? party->realm : NULL, step->principal);
        if (!step->password && !step->with_keytab && a)
            step->password = a->password;
    }
    if (step->kind == DO_GET)
        complete_get(s, step, mem);
    if (step->kind == DO_BROWSE)
        complete_browse(s, step, mem);
}

static void complete_realm(struct scenario_realm *r, struct arena *mem)
{
    if (!r->n_etypes && !r->preset)
        usual_etypes(&r->etypes, &r->n_etypes, mem);
}

/* RIDs that are the same in every domain, by the account's name. */
static uint32_t fixed_rid(const struct scenario_account *a)
{
    static const struct {
        const char *name;
        uint32_t rid;
    } rows[] = {{"Administrator", RID_ADMINISTRATOR}, {"Guest", RID_GUEST}};
    for (size_t i = 0; a->name && i < sizeof rows / sizeof *rows; i++)
        if (strcasecmp(a->name, rows[i].name) == 0)
            return rows[i].rid;
    return 0;
}

/* The KDC's own have none of their own: krbtgt's is fixed, ways to other realms and the name that
 * passwords are changed at are nobody. */
static bool is_the_kdcs(const struct scenario_account *a, const struct scenario_realm *r,
                        uint32_t *rid)
{
    bool tgs = a->name && strncmp(a->name, "krbtgt/", 7) == 0;
    *rid = tgs && strcmp(a->name + 7, r->name) == 0 ? RID_KRBTGT : 0;
    return tgs || (a->name && strcmp(a->name, "kadmin/changepw") == 0);
}

#define RID_FIRST 1104 /* the numbers before it are a new domain's own accounts and groups */

/* Accounts of a domain that are given no RID get the next ones behind those that are given, in the
 * order of the file. */
static void complete_rids(struct scenario *s, const struct scenario_realm *r)
{
    uint32_t next = RID_FIRST;
    for (size_t i = 0; i < r->n_groups; i++)
        if (r->groups[i].rid >= next)
            next = r->groups[i].rid + 1;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < s->n_accounts; i++) {
            struct scenario_account *a = &s->accounts[i];
            uint32_t rid;
            if (!r->name || !a->realm || strcmp(a->realm, r->name) != 0)
                continue;
            if (is_the_kdcs(a, r, &rid)) {
                a->rid = rid;
                continue;
            }
            if (pass == 0 && !a->rid)
                a->rid = fixed_rid(a);
            if (pass == 0 && a->rid >= next)
                next = a->rid + 1;
            if (pass == 1 && !a->rid)
                a->rid = next++;
        }
}

void scenario_complete(struct scenario *s, struct arena *mem)
{
    complete_realm(&s->realm, mem);
    for (size_t i = 0; i < s->n_others; i++)
        complete_realm(&s->others[i], mem);
    for (size_t i = 0; i < s->n_accounts; i++)
        if (!s->accounts[i].realm)
            s->accounts[i].realm = s->realm.name;
    const struct scenario_realm *r;
    for (size_t i = 0; (r = scenario_realm_at(s, i)); i++)
        if (r->sid)
            complete_rids(s, r);
    for (size_t i = 0; i < s->n_parties; i++)
        complete_party(s, i, mem);
    for (size_t i = 0; i < s->n_steps; i++)
        complete_step(s, &s->steps[i], mem);
}
