/* From the name of a host to the name of its service, as MIT's and Windows' clients make it (RFC
 * 4120 1.3: answers nobody signed must not decide this; most clients let them), and to the KDC of
 * a realm (RFC 4120 7.2.3.2). Each question is a DNS message. */
#include "client/inside.h"

#include "wire/dns.h"

#include <string.h>

/* ---- questions ------------------------------------------------------------------------------- */

static bool query(struct client *c, struct turn *t, const char *name, uint16_t type)
{
    uint8_t id[2];
    rng_fill(t->rng, "dns", id, sizeof id);
    struct dns_message m = {.id = be16(id), .recursion_desired = true, .question = {name, type, 1}};
    struct bytes data = dns_write(&m, t->mem);
    if (!data.n)
        return client_refuse(c, t, FIND_NAME, (struct detail){.found = name});
    tell(t, STEP_DONE, "client.dns.query", A_STR("type", name_find(NAMES_DNS_TYPE, type)->name),
         A_STR("name", name));
    c->task.naming.id = m.id;
    c->task.naming.type = type;
    c->task.naming.asked = arena_str(c->mem, bytes_str(name));
    client_send_request(c, t, AWAIT_DNS, c->config.resolver, data);
    return true;
}

/* ---- the name of the service ----------------------------------------------------------------- */

static const char *const rules[] = {
    [NAMES_AS_TYPED] = "the host as it was typed",
    [NAMES_FORWARD] = "the host's canonical name, aliases followed",
    [NAMES_REVERSE] = "the name that the host's address points back to, else its canonical name",
    [NAMES_FALLBACK] = "the host as it was typed, and the canonical name if the KDC has none such",
    [NAMES_SSPI] = "the host as it was typed; an address makes no name of a service",
};
static const char *const policies[] = {
    [NAMES_AS_TYPED] = "as-typed", [NAMES_FORWARD] = "forward", [NAMES_REVERSE] = "reverse",
    [NAMES_FALLBACK] = "fallback", [NAMES_SSPI] = "sspi",
};

static void tell_name(const struct client *c, struct turn *t, const char *outcome)
{
    const struct naming *n = &c->task.naming;
    const struct decision_input inputs[] = {
        {"typed", c->config.party, n->typed},
        {"names", c->config.party, policies[c->config.names]},
        {"cname", "dns", n->canonical ? n->canonical : "none"},
        {"address", "dns", n->address ? n->address : "none"},
        {"ptr", "dns", n->reverse ? n->reverse : "none"},
    };
    tell_decision(t, .id = "client.spn", .rule = rules[c->config.names], .outcome = outcome,
                  .spec = "RFC 4120 1.3", .inputs = inputs, .n = sizeof inputs / sizeof *inputs);
}

static const char *lower(struct arena *mem, const char *text)
{
    char *copy = arena_str(mem, bytes_str(text));
    for (char *p = copy; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return copy;
}

/* The realm of the host, where the user has named none. The own realm's KDC is asked anyway, and
 * may know better. */
static void take_realm(struct client *c, struct turn *t)
{
    struct task *task = &c->task;
    const struct PrincipalName *sname = &task->sname;
    if (!c->config.realm_of_host || (task->trail.target.n && !task->naming.mapped) ||
        sname->name_type != NT_SRV_HST || sname->name_string.n != 2 || task->user_to_user ||
        bytes_equal_str(sname->name_string.at[0], "krbtgt"))
        return;
    struct bytes host = sname->name_string.at[1];
    const uint8_t *colon = memchr(host.p, ':', host.n);
    host.n = colon ? (size_t)(colon - host.p) : host.n;
    struct bytes realm = c->config.realm_of_host(c->config.names_arg, host);
    if (bytes_equal(realm, task->crealm))
        realm = (struct bytes){0};
    task->naming.mapped = true;
    task->trail.target = realm;
    task->srealm = realm.n ? realm : task->crealm;
    if (realm.n)
        tell(t, STEP_NOTED, "client.realm.host", A_TEXT("host", host), A_TEXT("realm", realm));
}

static bool go_on(struct client *c, struct turn *t)
{
    take_realm(c, t);
    bool get = c->task.kind == CLIENT_GET || c->task.kind == CLIENT_BROWSE;
    return get ? client_ap_begin(c, t) : client_tgs_begin(c, t);
}

/* The host becomes part of the name, with the port that was typed. */
static bool name_found(struct client *c, struct turn *t, const char *host)
{
    struct naming *n = &c->task.naming;
    struct PrincipalName *sname = &c->task.sname;
    if (n->after_error)
        *sname = c->task.trail.service;
    struct bytes *parts = arena_array(c->mem, struct bytes, 2);
    const char *second = arena_printf(c->mem, "%s%s", host, n->port);
    parts[0] = sname->name_string.at[0];
    parts[1] = bytes_str(second);
    sname->name_string.at = parts;
    const char *spn = principal_text(t->mem, sname, (struct bytes){0});
    n->done = c->config.names != NAMES_FALLBACK || n->after_error;
    tell(t, STEP_DONE, "client.spn", A_STR("spn", spn), A_STR("typed", n->typed),
         A_STR("rule", rules[c->config.names]));
    tell_name(c, t, spn);
    if (n->after_error && strcmp(host, n->typed) == 0)
        return client_refuse(
            c, t, FIND_ERROR,
            (struct detail){.found = name_text(t->mem, NAMES_ERROR, KDC_ERR_S_PRINCIPAL_UNKNOWN),
                            .code = KDC_ERR_S_PRINCIPAL_UNKNOWN});
    return go_on(c, t);
}

static const char *best(const struct client *c)
{
    const struct naming *n = &c->task.naming;
    const char *host = n->reverse ? n->reverse : n->canonical;
    return host ? lower(c->mem, host) : n->typed;
}

/* "www.example.test:8080" parted; false: not the name of a service on a host. */
static bool read_host(struct client *c)
{
    const struct PrincipalName *sname = &c->task.sname;
    if (sname->name_type != NT_SRV_HST || sname->name_string.n != 2 || c->task.user_to_user ||
        bytes_equal_str(sname->name_string.at[0], "krbtgt"))
        return false;
    char *host = arena_str(c->mem, sname->name_string.at[1]);
    char *colon = strchr(host, ':');
    c->task.naming.port = colon ? arena_str(c->mem, bytes_str(colon)) : "";
    if (colon)
        *colon = '\0';
    c->task.naming.typed = host;
    return true;
}

bool client_spn_begin(struct client *c, struct turn *t)
{
    uint8_t address[4];
    bool sspi = c->config.names == NAMES_SSPI;
    if ((!c->config.resolver && !sspi) || !read_host(c))
        return go_on(c, t);
    struct naming *n = &c->task.naming;
    bool is_address = dns_address(n->typed, address);
    if (sspi && is_address) {
        tell_name(c, t, "none");
        return client_refuse(c, t, FIND_NO_SPN, (struct detail){.found = n->typed});
    }
    if (is_address && c->config.names == NAMES_REVERSE) {
        n->address = n->typed;
        return query(c, t, dns_reverse_name(t->mem, address), DNS_PTR);
    }
    if (!is_address && (c->config.names == NAMES_FORWARD || c->config.names == NAMES_REVERSE))
        return query(c, t, n->typed, DNS_A);
    return name_found(c, t, n->typed);
}

/* The KDC does not know the name as it was typed (error 7): once more with what DNS calls it. */
bool client_spn_fall_back(struct client *c, struct turn *t, bool *ok)
{
    uint8_t address[4];
    struct naming *n = &c->task.naming;
    if (c->config.names != NAMES_FALLBACK || !n->typed || n->done || dns_address(n->typed, address))
        return false;
    n->after_error = true;
    *ok = query(c, t, n->typed, DNS_A);
    return true;
}

/* ---- answers --------------------------------------------------------------------------------- */

/* A record of another class than IN has its type's number only (RFC 1035 3.2.4). */
static bool is_record(const struct dns_record *r, uint16_t type)
{
    return r->class == 1 && r->type == type;
}

static bool host_answer(struct client *c, struct turn *t, const struct dns_message *m)
{
    struct naming *n = &c->task.naming;
    const struct bytes *address = NULL;
    const char *name = m->question.name;
    for (size_t i = 0; i < m->n; i++) {
        if (is_record(&m->records[i], DNS_CNAME) && dns_same_name(m->records[i].name, name))
            name = m->records[i].target;
        if (is_record(&m->records[i], DNS_A) && dns_same_name(m->records[i].name, name) && !address)
            address = &m->records[i].address;
    }
    if (address) {
        const uint8_t *p = address->p;
        n->canonical = arena_str(c->mem, bytes_str(name));
        n->address = arena_printf(c->mem, "%d.%d.%d.%d", p[0], p[1], p[2], p[3]);
        if (c->config.names == NAMES_REVERSE)
            return query(c, t, dns_reverse_name(t->mem, p), DNS_PTR);
    }
    return name_found(c, t, best(c));
}

static bool pointer_answer(struct client *c, struct turn *t, const struct dns_message *m)
{
    for (size_t i = 0; i < m->n && !c->task.naming.reverse; i++)
        if (is_record(&m->records[i], DNS_PTR) && *m->records[i].target)
            c->task.naming.reverse = arena_str(c->mem, bytes_str(m->records[i].target));
    return name_found(c, t, best(c));
}

static bool service_answer(struct client *c, struct turn *t, const struct dns_message *m)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct dns_record *r = &m->records[i];
        if (!is_record(r, DNS_SRV) || !*r->target)
            continue;
        tell(t, STEP_DONE, "client.realm.found", A_TEXT("realm", c->task.crealm),
             A_STR("host", r->target), A_INT("port", r->port));
        return client_as_begin(c, t);
    }
    return client_refuse(c, t, FIND_NO_KDC,
                         (struct detail){.found = arena_str(t->mem, c->task.crealm)});
}

bool client_dns_answer(struct client *c, const struct packet *p, struct turn *t)
{
    struct naming *n = &c->task.naming;
    struct dns_message m;
    if (!dns_read(p->data, t->mem, t->faults, &m))
        return client_ignore(c, t, p, "it cannot be read as an answer of DNS");
    if (!m.answer || m.id != n->id || m.question.type != n->type ||
        !dns_same_name(m.question.name, n->asked))
        return client_ignore(c, t, p, "it answers another question");
    tell(t, STEP_NOTED, "client.dns.answer", A_STR("name", n->asked),
         A_STR("rcode", name_find(NAMES_DNS_RCODE, m.rcode)
                            ? name_find(NAMES_DNS_RCODE, m.rcode)->name
                            : "another error"),
         A_INT("count", (int64_t)m.n));
    if (n->type == DNS_SRV)
        return service_answer(c, t, &m);
    return n->type == DNS_PTR ? pointer_answer(c, t, &m) : host_answer(c, t, &m);
}

/* ---- the KDC of a realm ---------------------------------------------------------------------- */

bool client_discover_begin(struct client *c, struct turn *t)
{
    if (!c->config.discover || !c->config.resolver)
        return client_as_begin(c, t);
    return query(c, t, arena_printf(t->mem, "_kerberos._udp.%s", arena_str(t->mem, c->task.crealm)),
                 DNS_SRV);
}
