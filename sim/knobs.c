#include "realm/realm.h"
#include "sim/knob_values.h"
#include "wire/names.h"

#include <string.h>

#define A_LIST   "any types, in order of preference"
#define TYPES    "any types"
#define BITS     "any bits of MS-KILE 2.2.7"
#define YES_NO   "yes, no"
#define AN_END   "never, or a time"
#define A_SPAN_  "a length of time"
#define A_BOUND  "none, or a length of time"
#define N(table) (sizeof(table) / sizeof *(table))

/* Values and edit of one name. */
#define TURNED(name) .values = name##_values, .edit = name##_edit
#define FLAG(f)      .domain = YES_NO, TURNED(flag), .which = (f)
#define FROM_TICKET  "it follows from the ticket that was brought"
#define BETWEEN      .per_step = true, .inserts = true
#define ITS_STEP     .per_step = true
#define SWITCHED(w)  TURNED(switch), ITS_STEP, .which = (w)
#define SCHEMES      "any schemes"
#define LEVEL        "LMCompatibilityLevel, 0 to 5"

static const struct knob knobs[] = {
    {"kdc.etype.", "client-etypes", A_LIST, TURNED(client_etypes)},
    {"kdc.etype.", "permitted-etypes", A_LIST, TURNED(permitted_etypes)},
    {"kdc.etype.", "service-kind", "a service, the TGS, a trusted realm",
     "it is what the ticket is asked for"},
    {"kdc.etype.", "service-keys", TYPES, TURNED(key_etypes)},
    {"kdc.etype.", "client-keys", TYPES, TURNED(key_etypes)},
    {"kdc.etype.", "service-supported", BITS, TURNED(supported)},
    {"kdc.etype.", "client-supported", BITS, TURNED(supported)},
    {"kdc.etype.", "service-des-only", FLAG(ACCOUNT_DES_ONLY)},
    {"kdc.etype.", "default-supported", BITS, TURNED(default_supported)},
    {"kdc.etype.", "aes-session", YES_NO, TURNED(aes_session)},
    {"kdc.etype.", "preset", "a policy by its date (docs/scenario.md)", TURNED(preset)},
    {"kdc.etype.", "weak-sessions", YES_NO, TURNED(weak_sessions)},
    {"kdc.etype.", "tickets-as-asked", YES_NO, TURNED(tickets_as_asked)},

    {"kdc.tgs.client", "disabled", FLAG(ACCOUNT_DISABLED), BETWEEN},
    {"kdc.tgs.client", "locked", FLAG(ACCOUNT_LOCKED), BETWEEN},
    {"kdc.tgs.client", "expires", AN_END, TURNED(expires), BETWEEN},
    {"kdc.tgs.client", "logon-hours", "any hours of the week", TURNED(hours), BETWEEN},
    {"kdc.as.client-valid", "disabled", FLAG(ACCOUNT_DISABLED)},
    {"kdc.as.client-valid", "locked", FLAG(ACCOUNT_LOCKED)},
    {"kdc.as.client-valid", "expires", AN_END, TURNED(expires)},
    {"kdc.as.client-valid", "logon-hours", "any hours of the week", TURNED(hours)},
    {"kdc.as.client-valid", "keys", YES_NO, "every account of a scenario has keys"},
    {"kdc.as.client-valid", "wrong-attempts", "a number",
     "they are counted from what was tried before"},
    {"kdc.as.client-valid", "attempts", "a number, 0: not counted", TURNED(attempts)},
    {"kdc.as.client-valid", "password-expires", AN_END, TURNED(expires), .which = 1},
    {"kdc.as.client-valid", "must-change-password", FLAG(ACCOUNT_MUST_CHANGE)},
    {"kdc.as.client-valid", "to-change-password", YES_NO, "it is what the client asks for"},
    {"kdc.as.client-valid", "now", "a time", TURNED(now)},

    {"kdc.as.lifetime", "asked-life", A_SPAN_, TURNED(asked_span), .per_step = true},
    {"kdc.as.lifetime", "realm-max-life", A_SPAN_, TURNED(realm_span)},
    {"kdc.as.lifetime", "client-max-life", A_BOUND, TURNED(account_span)},
    {"kdc.as.lifetime", "service-max-life", A_BOUND, TURNED(account_span)},
    {"kdc.as.renewable", "asked-renew", A_SPAN_, TURNED(asked_span), .which = 1, .per_step = true},
    {"kdc.as.renewable", "realm-max-renew", A_SPAN_, TURNED(realm_span), .which = 1},
    {"kdc.as.renewable", "client-max-renew", A_BOUND, TURNED(account_span), .which = 1},
    {"kdc.as.renewable", "service-max-renew", A_BOUND, TURNED(account_span), .which = 1},

    {"kdc.spn", "service", "a name of a service", TURNED(asked_name), .per_step = true},
    {"kdc.spn", "registered", "any accounts", TURNED(registered), .per_step = true},
    {"kdc.spn", "names", "exactly, as Windows does", TURNED(name_rule)},
    {"kdc.spn", "host-alias", "none, or a class of service",
     "it follows from the name (MS-DRSR 4.1.4.2.14)"},

    {"client.spn", "typed", "a host", "it is what the user typed"},
    {"client.spn", "names", "as-typed, forward, reverse, fallback, sspi", TURNED(client_names)},
    {"client.spn", "cname", "none, or a host", "DNS says it"},
    {"client.spn", "address", "none, or an address", "DNS says it"},
    {"client.spn", "ptr", "none, or a host", "DNS says it"},
    {"kdc.tgs.referral", "service", "a name of a service", TURNED(asked_name), .per_step = true},
    {"kdc.tgs.referral", "service-realm", "a realm", "the client asks where it is, or was sent"},
    {"kdc.tgs.referral", "canonicalize", YES_NO, TURNED(option), .which = KDC_OPT_CANONICALIZE,
     .per_step = true},
    {"kdc.tgs.referral", "suffixes", "suffixes of hosts and their realms", TURNED(suffixes)},
    {"kdc.tgs.referral", "trusts", "any realms", TURNED(trusts)},
    {"kdc.tgs.referral", "came-from", "here, or a realm", FROM_TICKET},
    {"service.ap.key", "ticket-server", "a name of a service", "it is what the ticket is for"},
    {"service.ap.key", "ticket-kvno", "a version, or none",
     "the KDC sealed it with its newest key"},
    {"service.ap.key", "ticket-etype", TYPES, "the KDC chose it (kdc.etype.ticket)"},
    {"service.ap.key", "keytab", "versions and types", "it is a copy of what the KDC had once"},
    {"service.ap.key", "kvno-policy", "strict, lenient, highest", TURNED(kvno_policy)},
    {"service.ap.key", "opens", "a version and type, or none", "the seal decides it"},
    {"kdc.tgs.path", "issuer", "a realm", FROM_TICKET},
    {"kdc.tgs.path", "client-realm", "a realm", FROM_TICKET},
    {"kdc.tgs.path", "path", "any realms", FROM_TICKET},
    {"kdc.tgs.path", "transitive", YES_NO, TURNED(transitive)},
    {"kdc.tgs.path", "trusts", "any realms", TURNED(trusts)},
    {"kdc.tgs.path", "disable-transited-check", YES_NO, TURNED(option),
     .which = KDC_OPT_DISABLE_TRANSITED_CHECK, .per_step = true},

    {"client.scheme", "asked-by", "the server, the proxy", "it is who answered with 401 or 407"},
    {"client.scheme", "offered", SCHEMES, TURNED(offered_schemes), ITS_STEP},
    {"client.scheme", "known", SCHEMES, TURNED(known_schemes), ITS_STEP},
    {"client.scheme", "order", "strongest first, as offered", SWITCHED(SWITCH_ORDER)},
    {"client.scheme", "credentials", "the logon's, typed", TURNED(credentials), ITS_STEP},
    {"client.scheme", "zone", "intranet, internet", SWITCHED(SWITCH_ZONE)},
    {"client.scheme", "tls", YES_NO, TURNED(in_tls), ITS_STEP},
    {"client.scheme", "basic-needs-tls", YES_NO, SWITCHED(SWITCH_BASIC_TLS)},
    {"client.scheme", "passed-over", "none, or why one could not be begun",
     "it was tried, and could not be begun"},

    {"client.negotiate", "kerberos", "on, off", SWITCHED(SWITCH_KERBEROS)},
    {"client.negotiate", "os", "before Windows 2000, or later", SWITCHED(SWITCH_OS)},
    {"client.negotiate", "loopback", YES_NO, SWITCHED(SWITCH_LOOPBACK)},
    {"client.negotiate", "credentials", "the logon's, typed", TURNED(credentials), ITS_STEP},
    {"client.negotiate", "host-is-address", YES_NO, TURNED(host), ITS_STEP},
    {"client.negotiate", "spn", "a name of a service, or none", "it is made of the URL's host"},
    {"client.negotiate", "controller-reached", YES_NO, "the network decides it"},
    {"client.negotiate", "clock", "close to the KDC's, or not", TURNED(client_clock), ITS_STEP},
    {"client.negotiate", "spn-found", "no, once, more than once", TURNED(spn_found), ITS_STEP},
    {"client.negotiate", "trust", YES_NO, "the KDC found the way (kdc.tgs.referral)"},
    {"client.negotiate", "etype", "one in common, or none", "the KDC chose it (kdc.etype.)"},
    {"client.negotiate", "ticket", "granted, refused", "the KDC decides it"},
    {"client.negotiate", "names", "as-typed, forward, reverse, fallback, sspi",
     TURNED(client_names)},
    {"client.negotiate", "zone", "intranet, internet", SWITCHED(SWITCH_ZONE)},
    {"client.negotiate", "ntlm", "on, off", SWITCHED(SWITCH_NTLM)},
    {"client.spnego.mechanism", "offered", "any mechanisms", SWITCHED(SWITCH_KERBEROS)},
    {"client.spnego.mechanism", "supportedMech", "a mechanism", "the acceptor said it"},
    {"service.spnego.mechanism", "offered", "any mechanisms", SWITCHED(SWITCH_KERBEROS)},
    {"service.spnego.mechanism", "own", "any mechanisms", "the application's schemes have them"},

    {"service.scheme", "offered", SCHEMES, TURNED(offered_schemes), ITS_STEP},
    {"service.scheme", "credentials", "a scheme, or none", "the client chose it (client.scheme)"},
    {"service.scheme", "connection", "nobody's, or somebody's", "it follows from what came before"},
    {"service.scheme", "certificate", "shown, none", "the TLS layer says it"},
    {"ntlm.level", "verifier-level", LEVEL, TURNED(level), ITS_STEP, .which = LEVEL_REALM},
    {"ntlm.level", "server-level", LEVEL, TURNED(level), ITS_STEP, .which = LEVEL_SERVER},
    {"ntlm.level", "response", "LM, NTLM, NTLMv2", TURNED(level), ITS_STEP, .which = LEVEL_CLIENT},
    {"ntlm.level", "lm-hash", "kept, none", "the account has it, or not"},
    {"ntlm.level", "fits", YES_NO, "the password decides it"},
    {"ntlm.level", "accounts", "the domain's, its own", "it is where the computer belongs"},
    {"service.binding", "setting", "off, allow, require", TURNED(protection), ITS_STEP},
    {"service.binding", "protection", "none, allow, require", TURNED(protection), ITS_STEP},
    {"service.binding", "channel", "TLS, or none", TURNED(in_tls), ITS_STEP},
    {"service.binding", "client", "a hash, or none", SWITCHED(SWITCH_NO_BINDINGS)},
    {"service.binding", "client-bindings", "a hash, or none", SWITCHED(SWITCH_NO_BINDINGS)},
    {"service.binding", "target-name", "a name of a service, or none", SWITCHED(SWITCH_NO_TARGET)},
    {"service.binding", "target-names", "any names of services", "the service is set so"},
    {"service.mechanisms", "process", "an account of the domain, or of the machine", TURNED(pool)},
    {"service.mechanisms", "kind", "of the domain, of the machine", "it follows from the account"},
    {"service.accounts", "domain", "a domain, or none", "the client named it, or not"},
    {"service.accounts", "own-accounts", "have the name, or not", "they are the machine's"},
    {"service.accounts", "controller", YES_NO, "it is where the computer belongs"},
    {"service.url", "user", "a name", "it is who was authenticated"},
    {"service.url", "roles", "any groups", "they are in the token"},
    {"service.url", "verb", "a method of HTTP", "the client asked so"},
    {"service.url", "rules", "any rules", TURNED(rules), ITS_STEP},
    {"service.access", "user", "a SID", "it is in the token"},
    {"service.access", "groups", "any groups", TURNED(groups), ITS_STEP},
    {"service.access", "desired", "rights", "the page is to be read"},
    {"service.access", "descriptor", "a security descriptor, or none", TURNED(descriptor),
     ITS_STEP},
    {"service.next-hop", "account", "a name", "it is in the token"},
    {"service.next-hop", "logon", "how it was logged on", "it follows from the scheme"},
    {"service.next-hop", "package", "a security package", "it follows from the scheme"},
    {"service.next-hop", "delegated-tgt", YES_NO, "the client handed it over, or not"},
    {"service.next-hop", "machine", "a domain, or a workgroup", "it is where the computer belongs"},
};

static const struct {
    const char *id, *title;
} titles[] = {
    {"kdc.etype.session", "the type of the session key"},
    {"kdc.etype.ticket", "the type of the key that seals the ticket"},
    {"kdc.etype.reply", "the type of the key that seals the reply"},
    {"kdc.as.client-valid", "whether the account may log on"},
    {"kdc.as.lifetime", "how long the ticket is good"},
    {"kdc.as.renewable", "how long the ticket can be renewed"},
    {"kdc.tgs.client", "whether the account still gets tickets"},
    {"kdc.spn", "which account has the name"},
    {"client.spn", "which name the client asks for"},
    {"kdc.tgs.referral", "whether another realm has the service"},
    {"service.ap.key", "which key of the keytab is for the ticket"},
    {"client.scheme", "by which scheme the browser authenticates"},
    {"client.negotiate", "whether Negotiate is Kerberos or NTLM"},
    {"client.spnego.mechanism", "which mechanism the server has taken"},
    {"service.spnego.mechanism", "which mechanism of those offered is taken"},
    {"service.scheme", "how the request is authenticated"},
    {"ntlm.level", "whether this kind of response is taken"},
    {"service.binding", "whether the request belongs to its channel"},
    {"service.mechanisms", "which mechanisms the service's account has a key for"},
    {"service.accounts", "whose accounts are asked"},
    {"service.url", "whether the URL is allowed"},
    {"service.access", "whether the file may be read"},
    {"service.next-hop", "who the next server sees"},
    {"kdc.tgs.path", "whether the way through other realms is believed"},
};

static bool is_of(const struct knob *k, const char *decision)
{
    size_t n = strlen(k->decision);
    return k->decision[n - 1] == '.' ? strncmp(k->decision, decision, n) == 0
                                     : strcmp(k->decision, decision) == 0;
}

const struct knob *knob_find(const char *decision, const char *input)
{
    for (size_t i = 0; i < N(knobs); i++)
        if (is_of(&knobs[i], decision) && strcmp(knobs[i].input, input) == 0)
            return &knobs[i];
    return NULL;
}

const char *decision_title(const char *id)
{
    for (size_t i = 0; i < N(titles); i++)
        if (strcmp(titles[i].id, id) == 0)
            return titles[i].title;
    return NULL;
}

size_t knob_values(const struct knob_change *of, const struct scenario *s, struct arena *mem,
                   struct knob_change out[KNOB_VALUES])
{
    struct knob_change change = *of;
    if (!of->knob->per_step)
        change.step = 0;
    return of->knob->values ? of->knob->values(s, &change, mem, out) : 0;
}

bool knob_turn(struct scenario *copy, const struct knob_change *c, struct arena *mem)
{
    return c->knob->edit && c->knob->edit(copy, c, mem);
}

void gather(struct gathering *g, unsigned cost, const char *value, const char *words)
{
    if (g->n == KNOB_VALUES)
        return;
    g->out[g->n] = g->of;
    g->out[g->n].cost = cost;
    g->out[g->n].value = value;
    g->out[g->n++].words = words;
}

struct scenario_account *account_in(struct scenario *s, const struct knob_change *c)
{
    const struct scenario_account *a = scenario_account(s, c->realm, c->subject);
    return a ? &s->accounts[a - s->accounts] : NULL;
}

struct scenario_realm *realm_in(struct scenario *s, const struct knob_change *c)
{
    if (!c->realm || strcmp(c->realm, s->realm.name) == 0)
        return &s->realm;
    for (size_t i = 0; i < s->n_others; i++)
        if (strcmp(c->realm, s->others[i].name) == 0)
            return &s->others[i];
    return NULL;
}

struct scenario_step *given_later(struct scenario *s, const char *account, uint32_t given,
                                  size_t *at)
{
    size_t n = strlen(account);
    while (*at < s->n_steps) {
        struct scenario_step *step = &s->steps[(*at)++];
        if (step->kind == DO_CHANGE && step->change.given & given &&
            strncmp(step->account, account, n) == 0 &&
            (step->account[n] == '\0' || step->account[n] == '@'))
            return step;
    }
    return NULL;
}

struct scenario_party *party_in(struct scenario *s, const char *name)
{
    for (size_t i = 0; i < s->n_parties; i++)
        if (strcmp(s->parties[i].name, name) == 0)
            return &s->parties[i];
    return NULL;
}
