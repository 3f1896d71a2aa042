/* Kerberos or NTLM (P8-P11; behaviours E14): what decides it is looked at one after the other, and
 * the KDC is truly asked for the ticket. When Kerberos cannot be had, the one condition that
 * decided is named. */
#include "client/browse.h"

#include "base/text.h"
#include "wire/dns.h"
#include "wire/gss.h"

#include <string.h>

/* ---- the name of the service ----------------------------------------------------------------- */

const char *browse_spn(struct client *c, const struct side *side)
{
    const struct browse *b = c->task.browse;
    const struct browser_config *config = browse_config(c);
    if (side->to == TO_PROXY)
        return arena_printf(c->mem, "HTTP/%s", config->proxy_host ? config->proxy_host : "");
    if (b->typed_spn)
        return b->typed_spn;
    bool is_usual = b->port == (b->tls ? 443 : 80);
    if (config->port == SPN_PORT_ALWAYS || (config->port == SPN_PORT_NOT_USUAL && !is_usual))
        return arena_printf(c->mem, "HTTP/%s:%u", c->task.host, (unsigned)b->port);
    return arena_printf(c->mem, "HTTP/%s", c->task.host);
}

struct bytes browse_bindings(const struct client *c, const struct side *side)
{
    bool none = browse_config(c)->no_bindings || side->to == TO_PROXY || !browse_secure(c);
    if (none)
        return (struct bytes){0};
    return c->task.browse->tls->end_point;
}

/* ---- what decides ---------------------------------------------------------------------------- */

enum condition {
    SWITCHED,
    OS,
    OWN_HOST,
    CREDENTIALS,
    ADDRESS,
    SPN,
    CONTROLLER, /* from here on only the KDC knows */
    CLOCK,
    FOUND,
    TRUST,
    ETYPE,
    TICKET,
    CONDITIONS
};

enum whose { OF_CLIENT, OF_SERVICE, OF_REALM };
static const struct {
    const char *name;
    enum whose whose;
    const char *good, *bad;
    const char *why; /* as the outcome and the fallback name it */
} conditions[CONDITIONS] = {
    [SWITCHED] = {"kerberos", OF_CLIENT, "on", "off", "Kerberos is switched off"},
    [OS] = {"os", OF_CLIENT, "Windows 2000 or later", "before Windows 2000",
            "the client is older than Windows 2000"},
    [OWN_HOST] = {"loopback", OF_CLIENT, "no", "yes", "the server is this machine itself"},
    [CREDENTIALS] = {"credentials", OF_CLIENT, "a domain account's logon, with tickets",
                     "no ticket-granting ticket of theirs",
                     "the credentials are of no domain account that is logged on"},
    [ADDRESS] = {"host-is-address", OF_CLIENT, "no", "yes",
                 "the URL has an address, and an address makes no SPN"},
    [SPN] = {"spn", OF_CLIENT, NULL, "cannot be made", "no SPN can be made of the name"},
    [CONTROLLER] = {"controller-reached", OF_REALM, "yes", "no", "no KDC was reached"},
    [CLOCK] = {"clock", OF_CLIENT, "close to the KDC's", "too far from the KDC's",
               "the clocks are too far apart"},
    [FOUND] = {"spn-found", OF_SERVICE, "once", "no", "no account has the SPN"},
    [TRUST] = {"trust", OF_REALM, "yes", "no", "no trust leads to the service's realm"},
    [ETYPE] = {"etype", OF_SERVICE, "one in common", "none in common",
               "there is no encryption type in common"},
    [TICKET] = {"ticket", OF_SERVICE, "granted", "refused", "the ticket is refused"},
};

/* What a refusal means. */
static const struct {
    int32_t code;
    enum condition condition;
    const char *value, *why; /* NULL: the condition's */
} meanings[] = {
    {KDC_ERR_S_PRINCIPAL_UNKNOWN, FOUND, NULL, NULL},
    {KDC_ERR_PRINCIPAL_NOT_UNIQUE, FOUND, "more than once", "more than one account has the SPN"},
    {KDC_ERR_ETYPE_NOSUPP, ETYPE, NULL, NULL},
    {KDC_ERR_SVC_UNAVAILABLE, CONTROLLER, NULL, NULL},
    {KRB_AP_ERR_SKEW, CLOCK, NULL, NULL},
    {KDC_ERR_PATH_NOT_ACCEPTED, TRUST, NULL, NULL},
    {KRB_AP_PATH_NOT_ACCEPTED, TRUST, NULL, NULL},
    {KDC_ERR_WRONG_REALM, TRUST, NULL, NULL},
    {KRB_AP_ERR_TKT_EXPIRED, CREDENTIALS, "the ticket-granting ticket has expired",
     "the ticket-granting ticket has expired"},
    {KRB_AP_ERR_NO_TGT, CREDENTIALS, NULL, NULL},
    {KDC_ERR_C_PRINCIPAL_UNKNOWN, CREDENTIALS, "the KDC does not know the user",
     "the KDC does not know the user"},
    {KDC_ERR_PREAUTH_FAILED, CREDENTIALS, "the KDC says that the password is wrong",
     "the KDC says that the password is wrong"},
};

struct verdict {
    enum condition failed; /* CONDITIONS: none */
    const char *value, *why;
    bool at_logon; /* so that there are no tickets, and nothing further was looked at */
};

static const char *value_of(const struct client *c, struct turn *t, const struct verdict *v,
                            enum condition i)
{
    if (i == v->failed)
        return v->value;
    if (v->at_logon && i >= CREDENTIALS && i < CONTROLLER)
        return i == CREDENTIALS ? conditions[i].bad : "not asked";
    if (i == SPN && v->failed > SPN)
        return c->task.browse->spn;
    bool later = v->failed < CONTROLLER ? i > v->failed : i > CONTROLLER && v->failed < CONDITIONS;
    (void)t;
    return later || (i == SPN && v->failed <= SPN) ? "not asked" : conditions[i].good;
}

static void tell_verdict(const struct client *c, struct turn *t, const struct verdict *v)
{
    static const char *const policies[] = {
        [NAMES_AS_TYPED] = "as-typed", [NAMES_FORWARD] = "forward", [NAMES_REVERSE] = "reverse",
        [NAMES_FALLBACK] = "fallback", [NAMES_SSPI] = "sspi",
    };
    if (!told(t))
        return;
    const struct browser_config *config = browse_config(c);
    const char *spn = c->task.browse->spn ? c->task.browse->spn : "service";
    const char *const subjects[] = {
        [OF_CLIENT] = c->config.party, [OF_SERVICE] = spn, [OF_REALM] = "realm"};
    struct decision_input inputs[CONDITIONS + 3];
    size_t n = 0;
    for (enum condition i = 0; i < CONDITIONS; i++)
        inputs[n++] = (struct decision_input){conditions[i].name, subjects[conditions[i].whose],
                                              value_of(c, t, v, i)};
    inputs[n++] = (struct decision_input){"names", c->config.party, policies[c->config.names]};
    inputs[n++] = (struct decision_input){"zone", c->config.party,
                                          config->not_intranet ? "internet" : "intranet"};
    inputs[n++] = (struct decision_input){"ntlm", c->config.party, config->no_ntlm ? "off" : "on"};
    tell_decision(t, .id = "client.negotiate",
                  .rule =
                      "Kerberos where every condition holds, else NTLM; the first that does not "
                      "hold decides",
                  .outcome = v->failed == CONDITIONS
                                 ? "Kerberos"
                                 : arena_printf(t->mem, "%s: %s",
                                                config->no_ntlm ? "neither" : "NTLM", v->why),
                  .spec = "RFC 4559 4, MS-SPNG 3.1.5", .inputs = inputs, .n = n);
}

static enum begun decide_by(struct client *c, struct turn *t, struct side *side,
                            const struct verdict *v)
{
    tell_verdict(c, t, v);
    browse_fall_back(c, t, side, v->why);
    return NOT_BEGUN;
}

static enum begun decide(struct client *c, struct turn *t, struct side *side, enum condition failed)
{
    return decide_by(
        c, t, side,
        &(struct verdict){failed, conditions[failed].bad, conditions[failed].why, false});
}

/* There are no tickets. Where the logon failed for the clock, or reached nobody, that is why. */
static enum begun decide_tickets(struct client *c, struct turn *t, struct side *side)
{
    enum condition failed = CREDENTIALS;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings && side->credential->implicit; i++)
        if (meanings[i].code == c->browser->logon_error &&
            (meanings[i].condition == CLOCK || meanings[i].condition == CONTROLLER))
            failed = meanings[i].condition;
    if (failed == CREDENTIALS)
        return decide(c, t, side, failed);
    return decide_by(c, t, side,
                     &(struct verdict){failed, conditions[failed].bad,
                                       failed == CLOCK
                                           ? "the logon failed, as the clocks are too far apart"
                                           : "the logon failed, as no KDC was reached",
                                       true});
}

/* ---- before anybody is asked ----------------------------------------------------------------- */

/* Is it one of the realm, as Windows writes it (by its first label) or as Kerberos does? */
static bool is_of_realm(struct bytes domain, struct bytes realm)
{
    const uint8_t *dot = realm.n ? memchr(realm.p, '.', realm.n) : NULL;
    struct bytes label = bytes_slice(realm, 0, dot ? (size_t)(dot - realm.p) : realm.n);
    return !domain.n || bytes_equal_nocase(domain, realm) || bytes_equal_nocase(domain, label);
}

/* A logon's tickets prove the logon's user and nobody else. */
static bool is_who_is_logged_on(const struct client *c, const struct browser_credential *own)
{
    return own->implicit ||
           (c->known && c->cname.name_string.n == 1 && is_of_realm(own->domain, c->crealm) &&
            bytes_equal(own->user, c->cname.name_string.at[0]) && client_cache_tgt(c, c->crealm));
}

/* As whom the page is asked for. Typed credentials of a domain can be logged on with. */
static void act_as(struct client *c, const struct browser_credential *own)
{
    struct task *task = &c->task;
    task->as_other = false;
    task->cname = c->cname;
    task->crealm = c->crealm;
    if (is_who_is_logged_on(c, own) || !own->user.n || !own->domain.n || !own->password.n)
        return;
    struct bytes *name = arena_array(c->mem, struct bytes, 1);
    *name = own->user;
    task->as_other = true;
    task->cname = (struct PrincipalName){.name_type = NT_PRINCIPAL};
    task->cname.name_string.at = name;
    task->cname.name_string.n = 1;
    task->crealm = is_of_realm(own->domain, c->config.realm) ? c->config.realm : own->domain;
}

static bool has_tickets(const struct client *c, const struct turn *t,
                        const struct browser_credential *own)
{
    const struct cred *tgt = client_cache_tgt(c, c->task.crealm);
    if (c->task.as_other)
        return tgt && tgt->endtime > t->now;
    return tgt && c->known && is_who_is_logged_on(c, own);
}

static bool is_address(const char *host)
{
    uint8_t octets[4];
    return dns_address(host, octets) || strchr(host, ':');
}

static enum condition obstacle(const struct client *c, const struct turn *t,
                               const struct side *side)
{
    const struct browser_config *config = browse_config(c);
    const char *host = side->to == TO_PROXY ? config->proxy_host : c->task.host;
    if (config->no_kerberos)
        return SWITCHED;
    if (!config->windows2000)
        return OS;
    if (side->to == TO_SERVER && config->same_host_is_local)
        return OWN_HOST;
    if (!c->task.as_other && !has_tickets(c, t, side->credential))
        return CREDENTIALS;
    bool typed = side->to == TO_SERVER && c->task.browse->typed_spn;
    if (c->config.names == NAMES_SSPI && !typed && host && is_address(host))
        return ADDRESS;
    return CONDITIONS;
}

/* ---- the ticket ------------------------------------------------------------------------------ */

static enum begun ask_for_ticket(struct client *c, struct turn *t, struct side *side)
{
    struct browse *b = c->task.browse;
    struct task *task = &c->task;
    b->spn = browse_spn(c, side);
    task->trail = (struct trail){0};
    task->naming = (struct naming){0};
    task->confirmed = false;
    task->options = 0;
    task->via = c->config.via;
    task->srealm = task->crealm;
    if (!principal_parse(c->mem, b->spn, NT_SRV_HST, &task->sname, &task->trail.target))
        return decide(c, t, side, SPN);
    if (task->trail.target.n)
        task->srealm = task->trail.target;
    tell(t, STEP_DONE, "client.negotiate.ask", A_STR("spn", b->spn),
         A_STR("client", client_shown(t->mem, &task->cname, task->crealm)));
    b->getting = side;
    return client_spn_begin(c, t) ? BEGIN_ELSEWHERE : BEGIN_TROUBLE;
}

/* What kinit does, for who typed a name, a domain and a password. */
static enum begun log_on(struct client *c, struct turn *t, struct side *side)
{
    struct task *task = &c->task;
    task->logging_on = true;
    task->password = arena_copy(c->mem, side->credential->password);
    task->trail = (struct trail){0};
    task->confirmed = false;
    task->options = 0;
    task->rounds = 0;
    task->cred = NULL;
    task->via = c->config.via;
    task->srealm = task->crealm;
    task->sname = client_tgs_name(c->mem, task->crealm);
    c->task.browse->getting = side;
    tell(t, STEP_DONE, "client.negotiate.logon",
         A_STR("client", client_shown(t->mem, &task->cname, task->crealm)));
    return client_as_begin(c, t) ? BEGIN_ELSEWHERE : BEGIN_TROUBLE;
}

enum begun browse_kerberos(struct client *c, struct turn *t, struct side *side)
{
    act_as(c, side->credential);
    enum condition failed = obstacle(c, t, side);
    c->task.browse->spn = NULL;
    side->krb5 = (struct krb5_side){.client = c};
    if (failed == CREDENTIALS)
        return decide_tickets(c, t, side);
    if (failed != CONDITIONS)
        return decide(c, t, side, failed);
    if (!has_tickets(c, t, side->credential))
        return log_on(c, t, side);
    return ask_for_ticket(c, t, side);
}

bool client_browse_failed(struct client *c, enum finding what, int32_t code)
{
    struct browse *b = c->task.browse;
    if (!b || !b->getting)
        return false;
    b->failed = true;
    b->code = what == FIND_MALFORMED ? 0 : code;
    return true;
}

static bool go_on(struct client *c, struct turn *t, struct side *side)
{
    switch (browse_mechanisms(c, t, side)) {
    case BEGUN:
        return browse_send(c, t);
    case NOT_BEGUN:
        if (side->unasked) {
            *side = (struct side){.to = side->to, .fell_back = side->fell_back};
            return browse_send(c, t);
        }
        browse_pass(c, t, side);
        return browse_choose(c, t, side);
    default:
        return false;
    }
}

bool client_browse_logged_on(struct client *c, struct turn *t)
{
    struct side *side = c->task.browse->getting;
    c->task.logging_on = false;
    client_forget_secret(&c->task);
    switch (ask_for_ticket(c, t, side)) {
    case BEGIN_ELSEWHERE:
        return true;
    case NOT_BEGUN:
        c->task.browse->getting = NULL;
        return go_on(c, t, side);
    default:
        return false;
    }
}

bool client_browse_ticket(struct client *c, struct turn *t)
{
    struct side *side = c->task.browse->getting;
    c->task.browse->getting = NULL;
    side->krb5.cred = c->task.cred;
    tell_verdict(c, t, &(struct verdict){.failed = CONDITIONS});
    return go_on(c, t, side);
}

bool client_browse_after(struct client *c, struct turn *t)
{
    struct browse *b = c->task.browse;
    if (!b || !b->failed)
        return true;
    struct side *side = b->getting;
    struct verdict v = {.failed = TICKET, .at_logon = c->task.logging_on};
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].code == b->code)
            v = (struct verdict){meanings[i].condition, meanings[i].value, meanings[i].why,
                                 v.at_logon};
    struct bytes realm = c->task.trail.target; /* where the service is, as the SPN says */
    if (v.failed == FOUND && realm.n && !bytes_equal(realm, c->task.crealm))
        v.failed = TRUST;
    if (v.failed == TICKET) {
        v.value =
            b->code ? name_text(t->mem, NAMES_ERROR, b->code) : "an answer that cannot be read";
        v.why = arena_printf(t->mem, "%s (%s)",
                             v.at_logon ? "the logon is refused" : conditions[TICKET].why, v.value);
    }
    v.value = v.value ? v.value : conditions[v.failed].bad;
    v.why = v.why ? v.why : conditions[v.failed].why;
    b->failed = false;
    b->getting = NULL;
    c->task.logging_on = false;
    client_forget_secret(&c->task);
    decide_by(c, t, side, &v);
    return go_on(c, t, side);
}
