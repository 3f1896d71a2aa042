/* From what a user asks to a task: names as they were typed, options, times, addresses. */
#include "client/inside.h"

#include <string.h>

static struct bytes kept_str(struct client *c, const char *s)
{
    return bytes_of(arena_str(c->mem, bytes_str(s)), strlen(s));
}

struct PrincipalName client_tgs_name(struct arena *mem, struct bytes realm)
{
    struct PrincipalName name = {.name_type = NT_SRV_INST};
    name.name_string.at = arena_array(mem, struct bytes, 2);
    name.name_string.at[0] = BYTES_LIT("krbtgt");
    name.name_string.at[1] = realm;
    name.name_string.n = 2;
    return name;
}

struct HostAddresses client_addresses_copy(struct arena *mem, const struct HostAddresses *from)
{
    struct HostAddresses copy = {NULL, from ? from->n : 0};
    copy.at = arena_array(mem, struct HostAddress, copy.n);
    for (size_t i = 0; i < copy.n; i++)
        copy.at[i] = (struct HostAddress){.addr_type = from->at[i].addr_type,
                                          .address = arena_copy(mem, from->at[i].address)};
    return copy;
}

/* ---- names -----------------------------------------------------------------------------------
 */

/* An enterprise name is one part with its own "@" in it (RFC 6806 5): only a second one parts the
 * realm off. */
static bool read_enterprise(struct client *c, const char *text, struct task *task)
{
    struct bytes whole = kept_str(c, text);
    const uint8_t *first = memchr(whole.p, '@', whole.n);
    const uint8_t *second =
        first ? memchr(first + 1, '@', whole.n - (size_t)(first + 1 - whole.p)) : NULL;
    struct bytes *part = arena_array(c->mem, struct bytes, 1);
    *part = second ? bytes_slice(whole, 0, (size_t)(second - whole.p)) : whole;
    if (second)
        task->crealm = bytes_of(second + 1, whole.n - part->n - 1);
    task->cname.name_type = NT_ENTERPRISE;
    task->cname.name_string.at = part;
    task->cname.name_string.n = 1;
    task->options |= KDC_OPT_CANONICALIZE;
    return part->n != 0;
}

/* The parser may point into its text: that must last as long as the task. */
static bool read_name(struct client *c, const char *text, int32_t type, struct PrincipalName *name,
                      struct bytes *realm)
{
    return principal_parse(c->mem, arena_str(c->mem, bytes_str(text)), type, name, realm);
}

/* RFC 8062 3: nobody's name, in the realm that is asked. */
static bool read_anonymous(struct client *c, const char *realm, struct task *task)
{
    if (realm && *realm)
        task->crealm = kept_str(c, *realm == '@' ? realm + 1 : realm);
    task->options |= KDC_OPT_REQUEST_ANONYMOUS;
    return read_name(c, "WELLKNOWN/ANONYMOUS", NT_WELLKNOWN, &task->cname, NULL);
}

static bool read_client(struct client *c, const struct client_do_args *a, struct task *task)
{
    if (a->anonymous)
        return read_anonymous(c, a->principal, task);
    if (!a->principal)
        return false;
    if (a->name_type == NT_ENTERPRISE)
        return read_enterprise(c, a->principal, task);
    return read_name(c, a->principal, a->name_type ? a->name_type : NT_PRINCIPAL, &task->cname,
                     &task->crealm);
}

/* What a logon is a ticket for: the ticket-granting service of the client's realm, unless another
 * one is named. */
static bool read_logon(struct client *c, const struct client_do_args *a, struct task *task)
{
    if (!read_client(c, a, task))
        return false;
    task->crealm = arena_copy(c->mem, task->crealm);
    task->srealm = task->crealm;
    if (a->task == CLIENT_PASSWORD)
        return read_name(c, "kadmin/changepw", NT_SRV_INST, &task->sname, NULL) &&
               (!a->change_for ||
                read_name(c, a->change_for, NT_PRINCIPAL, &task->target_name, &task->target_realm));
    if (a->in_tkt)
        return read_name(c, a->in_tkt, NT_SRV_INST, &task->sname, &task->srealm);
    task->sname = client_tgs_name(c->mem, task->crealm);
    return true;
}

static bool read_service(struct client *c, const struct client_do_args *a, struct task *task)
{
    task->cname = c->cname;
    if (c->known)
        task->crealm = c->crealm;
    bool own = a->task == CLIENT_RENEW || a->task == CLIENT_VALIDATE || a->task == CLIENT_FORWARD;
    if (own && !a->spn) {
        task->srealm = task->crealm;
        task->sname = client_tgs_name(c->mem, task->crealm);
        return true;
    }
    if (a->task == CLIENT_BROWSE) /* names its services itself */
        return true;
    const char *spn = a->spn ? a->spn : arena_printf(c->mem, "HTTP/%s", a->host ? a->host : "");
    if (!read_name(c, spn, a->name_type ? a->name_type : NT_SRV_HST, &task->sname,
                   &task->trail.target))
        return false;
    task->srealm = task->trail.target.n ? task->trail.target : task->crealm;
    return true;
}

/* ---- options and times -----------------------------------------------------------------------
 */

static uint32_t options_of(const struct client_do_args *a)
{
    uint32_t options = a->kdc_options;
    if (a->renew_life)
        options |= KDC_OPT_RENEWABLE;
    if (a->postdate)
        options |= KDC_OPT_ALLOW_POSTDATE | KDC_OPT_POSTDATED;
    switch (a->task) {
    case CLIENT_RENEW:
        return options | KDC_OPT_RENEW | KDC_OPT_RENEWABLE;
    case CLIENT_VALIDATE:
        return options | KDC_OPT_VALIDATE;
    case CLIENT_FORWARD:
        return options | KDC_OPT_FORWARDED | KDC_OPT_FORWARDABLE;
    case CLIENT_PROXY:
        return options | KDC_OPT_PROXY;
    default:
        return options;
    }
}

static void read_times(const struct client_do_args *a, int64_t now, struct task *task)
{
    int64_t start = now + a->postdate;
    task->from = a->postdate ? start / SECOND * SECOND : 0;
    task->till = (start + (a->life ? a->life : 10 * HOUR)) / SECOND * SECOND;
    task->rtime = a->renew_life ? (start + a->renew_life) / SECOND * SECOND : 0;
}

/* The other's ticket-granting ticket is the newest of its cache (RFC 4120 3.7). */
static struct bytes second_ticket(struct client *c, const struct ccache *cache)
{
    struct bytes ticket = {0};
    for (size_t i = 0; cache && i < cache->n; i++) {
        const struct ccache_principal *server = &cache->creds[i].server;
        if (server->n_components == 2 && bytes_equal_str(server->components[0], "krbtgt"))
            ticket = cache->creds[i].ticket;
    }
    return arena_copy(c->mem, ticket);
}

bool client_task_read(struct client *c, const struct client_do_args *a, int64_t now,
                      struct task *task)
{
    *task = (struct task){
        .kind = a->task,
        .via = c->config.via,
        .crealm = c->config.realm,
        .srealm = c->config.realm,
        .options = options_of(a),
        .addresses = client_addresses_copy(c->mem, a->addresses),
        .user_to_user = a->second_ticket != NULL,
        .second_ticket = second_ticket(c, a->second_ticket),
        .anonymous = a->anonymous,
        .anew = a->anew,
        .password = arena_copy(c->mem, a->password),
        .new_password = arena_copy(c->mem, a->new_password),
        .target_realm = c->config.realm,
        .keytab = a->keytab,
        .timestamp_first = a->timestamp_first,
        .fast = {.file = a->armor, .hide = a->hide_client},
        .mutual = a->mutual,
        .service = a->service,
        .target = arena_str(c->mem, bytes_str(a->target ? a->target : "/")),
        .host = arena_str(c->mem, bytes_str(a->host ? a->host : "")),
    };
    task->browse = a->task == CLIENT_BROWSE ? client_browse_new(c, a) : NULL;
    if (task->user_to_user)
        task->options |= KDC_OPT_ENC_TKT_IN_SKEY;
    read_times(a, now, task);
    bool logon = a->task == CLIENT_LOGON || a->task == CLIENT_PASSWORD;
    return logon ? read_logon(c, a, task) : read_service(c, a, task);
}
