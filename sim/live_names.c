#include "sim/live_names.h"

#include "sim/verb.h"
#include "wire/dns.h"

#include <ctype.h>
#include <string.h>

#define RESOLV_CONF "/etc/resolv.conf"
#define SRV_PREFIX  "_kerberos._udp."

struct place_learned {
    struct place_learned *next;
    const char *realm, *place;
    uint16_t priority;
};

/* ---- the name server --------------------------------------------------------------------------
 */

/* The first line "nameserver ADDRESS" (resolv.conf(5)). */
static const char *nameserver(struct arena *mem)
{
    struct bytes file;
    char *error, *rest = NULL;
    if (!file_read(RESOLV_CONF, (size_t)1 << 16, mem, &file, &error))
        return NULL;
    for (char *line = strtok_r(arena_str(mem, file), "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "nameserver", 10) != 0 || !isblank((unsigned char)line[10]))
            continue;
        line += 10 + strspn(line + 10, " \t");
        line[strcspn(line, " \t\r")] = '\0';
        return line;
    }
    return NULL;
}

void live_names_start(struct live_names *n, const char *server, const struct krb5_conf *conf,
                      struct arena *mem)
{
    *n = (struct live_names){.mem = mem, .conf = conf, .resolver = {.name = "dns"}};
    if (!server)
        server = nameserver(mem);
    if (server && !dial_place_read(server, DNS_PORT, mem, &n->at))
        n->at.host = NULL;
}

enum name_policy live_names_policy(const struct live_names *n)
{
    const char *how = krb5_conf_get(n->conf, "libdefaults", "", "dns_canonicalize_hostname", 0);
    if (how && strcasecmp(how, "fallback") == 0)
        return NAMES_FALLBACK;
    if (!krb5_conf_bool(n->conf, "libdefaults", "dns_canonicalize_hostname", true))
        return NAMES_AS_TYPED;
    return krb5_conf_bool(n->conf, "libdefaults", "rdns", true) ? NAMES_REVERSE : NAMES_FORWARD;
}

bool live_names_find_kdcs(const struct live_names *n)
{
    return n->at.host && krb5_conf_bool(n->conf, "libdefaults", "dns_lookup_kdc", true);
}

/* ---- questions ---------------------------------------------------------------------------------
 */

struct bytes live_names_question(struct live_names *n, const char *realm, uint16_t id)
{
    struct dns_message m = {.id = id, .recursion_desired = true};
    m.question.name = arena_printf(n->mem, SRV_PREFIX "%s", realm);
    m.question.type = DNS_SRV;
    m.question.class = 1;
    return dns_write(&m, n->mem);
}

static void keep(struct live_names *n, const char *realm, const struct dns_record *r)
{
    struct place_learned **at = &n->learned, *own = arena_new_of(n->mem, struct place_learned);
    while (*at && (*at)->priority <= r->priority)
        at = &(*at)->next;
    *own = (struct place_learned){*at, realm, arena_printf(n->mem, "%s:%u", r->target, r->port),
                                  r->priority};
    *at = own;
}

/* The realm as it was asked for: in an answer the letters of its name may be others. */
static void learn(struct live_names *n, const struct dns_message *asked, struct bytes answer)
{
    struct dns_message m;
    size_t prefix = strlen(SRV_PREFIX);
    if (asked->question.type != DNS_SRV || !dns_read(answer, n->mem, NULL, &m) || !m.answer ||
        m.id != asked->id || !dns_same_name(m.question.name, asked->question.name) ||
        strncasecmp(asked->question.name, SRV_PREFIX, prefix) != 0)
        return;
    const char *realm = arena_str(n->mem, bytes_str(asked->question.name + prefix));
    for (size_t i = 0; i < m.n; i++)
        if (m.records[i].type == DNS_SRV && *m.records[i].target) /* "." : not here (RFC 2782) */
            keep(n, realm, &m.records[i]);
}

bool live_names_ask(struct live_names *n, struct bytes question, struct bytes *answer, char *peer)
{
    struct dns_message m;
    const char *why;
    if (!dns_read(question, n->mem, NULL, &m))
        return false;
    if (!n->deaf && dial(&n->at, VIA_UDP, question, n->mem, answer, peer, &why) == DIAL_ANSWER) {
        learn(n, &m, *answer);
        return true;
    }
    n->deaf = true;
    m.answer = true;
    m.rcode = DNS_SERVFAIL;
    *answer = dns_write(&m, n->mem);
    return false;
}

const char *live_names_kdc(const struct live_names *n, const char *realm, size_t nth)
{
    for (const struct place_learned *p = n->learned; p; p = p->next)
        if (strcmp(p->realm, realm) == 0 && nth-- == 0)
            return p->place;
    return NULL;
}

/* ---- krb5.conf ---------------------------------------------------------------------------------
 */

struct bytes live_names_realm(struct live_names *n, struct bytes host)
{
    char *name = arena_str(n->mem, host);
    for (char *p = name; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    const char *realm = krb5_conf_realm_of(n->conf, name);
    return realm ? bytes_str(realm) : (struct bytes){0};
}

bool live_names_way(struct live_names *n, struct bytes from, struct bytes to, struct bytes *before)
{
    const char *step;
    if (!krb5_conf_way(n->conf, arena_str(n->mem, from), arena_str(n->mem, to), &step))
        return false;
    *before = step ? bytes_str(step) : (struct bytes){0};
    return true;
}
