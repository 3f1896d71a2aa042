#include "client/inside.h"

#include "base/text.h"

/* ---- names ----------------------------------------------------------------------------------- */

static struct PrincipalName name_copy(struct arena *mem, const struct PrincipalName *name)
{
    struct PrincipalName copy = {.name_type = name->name_type};
    copy.name_string.n = name->name_string.n;
    copy.name_string.at = arena_array(mem, struct bytes, copy.name_string.n);
    for (size_t i = 0; i < copy.name_string.n; i++)
        copy.name_string.at[i] = arena_copy(mem, name->name_string.at[i]);
    return copy;
}

const char *client_shown(struct arena *mem, const struct PrincipalName *name, struct bytes realm)
{
    return text_escape(mem, bytes_str(principal_text(mem, name, realm)));
}

static bool is_tgs(const struct PrincipalName *name, struct bytes realm)
{
    return name->name_string.n == 2 && bytes_equal_str(name->name_string.at[0], "krbtgt") &&
           bytes_equal(name->name_string.at[1], realm);
}

const char *client_key_name(struct arena *mem, const char *what, const struct PrincipalName *client,
                            const struct PrincipalName *server, struct bytes realm)
{
    const struct bytes none = {0};
    return arena_printf(mem, "%s %s-%s", what, principal_text(mem, client, none),
                        is_tgs(server, realm) ? "krbtgt" : principal_text(mem, server, none));
}

/* ---- what is kept ---------------------------------------------------------------------------- */

/* Whose tickets serve: those of who is logged on, or of who a page is asked for as. False:
 * nobody's.
 */
static bool whose(const struct client *c, const struct PrincipalName **name, struct bytes *realm)
{
    *name = c->task.as_other ? &c->task.cname : &c->cname;
    *realm = c->task.as_other ? c->task.crealm : c->crealm;
    return c->task.as_other || c->known;
}

const struct cred *client_cache_find(const struct client *c, struct bytes srealm,
                                     const struct PrincipalName *server, struct bytes second_ticket)
{
    const struct PrincipalName *name;
    struct bytes realm;
    if (!whose(c, &name, &realm))
        return NULL;
    for (const struct cred *cred = c->creds; cred; cred = cred->next)
        if ((!srealm.n || bytes_equal(cred->srealm, srealm)) &&
            principal_equal(&cred->server, server) &&
            bytes_equal(cred->second_ticket, second_ticket) && bytes_equal(cred->crealm, realm) &&
            principal_equal(&cred->client, name))
            return cred;
    return NULL;
}

const struct cred *client_cache_tgt(const struct client *c, struct bytes realm)
{
    struct bytes two[2] = {BYTES_LIT("krbtgt"), realm};
    struct PrincipalName name = {.name_type = NT_SRV_INST};
    name.name_string.at = two;
    name.name_string.n = 2;
    const struct PrincipalName *client;
    struct bytes crealm;
    whose(c, &client, &crealm);
    bool own = bytes_equal(realm, crealm); /* made by the KDC that it is for, and no other */
    return client_cache_find(c, own ? realm : (struct bytes){0}, &name, (struct bytes){0});
}

static struct cred *cred_copy(struct client *c, const struct cred *cred)
{
    struct cred *kept = arena_new_of(c->mem, struct cred);
    *kept = *cred;
    kept->client = name_copy(c->mem, &cred->client);
    kept->server = name_copy(c->mem, &cred->server);
    kept->crealm = arena_copy(c->mem, cred->crealm);
    kept->srealm = arena_copy(c->mem, cred->srealm);
    kept->caddr = client_addresses_copy(c->mem, &cred->caddr);
    kept->ticket = arena_copy(c->mem, cred->ticket);
    kept->second_ticket = arena_copy(c->mem, cred->second_ticket);
    kept->next = NULL;
    return kept;
}

/* Linked in only when all of it is copied: memory may run out in the middle. */
const struct cred *client_cache_keep(struct client *c, const struct cred *cred)
{
    struct cred *kept = cred_copy(c, cred);
    kept->next = c->creds;
    c->creds = kept;
    return kept;
}

/* Whoever issues a ticket knows its session key, and can answer in the name of the KDC that it is
 * for. So what another realm's KDC gives unasked leads to what was asked, and nowhere else later.
 */
static bool only_leads_on(const struct client *c, const struct EncKDCRepPart *part)
{
    return !principal_equal(&part->sname, &c->task.sname) &&
           !bytes_equal(part->srealm, c->task.crealm);
}

static const char *told_as(const struct client *c, const struct EncKDCRepPart *part, bool apart)
{
    return !apart                   ? "client.rep.kept"
           : only_leads_on(c, part) ? "client.rep.way"
                                    : "client.rep.apart";
}

const struct cred *client_cache_keep_reply(struct client *c, struct turn *t,
                                           const struct KDC_REP *rep,
                                           const struct EncKDCRepPart *part)
{
    struct cred cred = {
        .client = rep->cname,
        .crealm = rep->crealm,
        .server = part->sname,
        .srealm = part->srealm,
        .flags = part->flags,
        .authtime = part->authtime,
        .starttime = part->has_starttime ? part->starttime : part->authtime,
        .endtime = part->endtime,
        .renew_till = part->has_renew_till ? part->renew_till : 0,
        .ticket = rep->ticket.der,
        .armored = c->task.fast.key.n != 0,
        .user_to_user = c->task.user_to_user,
        .second_ticket = c->task.second_ticket,
    };
    bool inherits = c->task.cred && !part->has_caddr;
    cred.caddr = inherits ? c->task.cred->caddr : part->caddr;
    key_from_wire(&part->key, &cred.session);
    bool apart = c->task.kind == CLIENT_FORWARD || (c->task.options & KDC_OPT_PROXY) ||
                 c->task.kind == CLIENT_PASSWORD || only_leads_on(c, part);
    const struct cred *kept = apart ? cred_copy(c, &cred) : client_cache_keep(c, &cred);
    c->got = kept;
    wipe(&cred.session, sizeof cred.session);
    tell_key(t, .holder = c->config.party,
             .name = client_key_name(t->mem, "session", &kept->client, &kept->server, kept->srealm),
             .etype = kept->session.etype, .value = key_bytes(&kept->session),
             .cause = "client.rep.open");
    tell(t, STEP_DONE, told_as(c, part, apart),
         A_STR("server", client_shown(t->mem, &kept->server, kept->srealm)),
         A_TIME("until", kept->endtime), A_FLAGS("flags", kept->flags));
    return kept;
}

/* ---- FILE ccache ----------------------------------------------------------------------------- */

static struct ccache_principal to_file(const struct PrincipalName *name, struct bytes realm)
{
    return (struct ccache_principal){.name_type = (int32_t)name->name_type,
                                     .realm = realm,
                                     .components = name->name_string.at,
                                     .n_components = name->name_string.n};
}

static uint32_t file_time(int64_t when)
{
    return when <= 0 ? 0 : when / SECOND > UINT32_MAX ? UINT32_MAX : (uint32_t)(when / SECOND);
}

static struct ccache_cred cred_to_file(struct arena *mem, const struct cred *cred)
{
    struct ccache_data *addresses = arena_array(mem, struct ccache_data, cred->caddr.n);
    for (size_t i = 0; i < cred->caddr.n; i++)
        addresses[i] = (struct ccache_data){.type = (uint16_t)cred->caddr.at[i].addr_type,
                                            .value = cred->caddr.at[i].address};
    return (struct ccache_cred){
        .client = to_file(&cred->client, cred->crealm),
        .server = to_file(&cred->server, cred->srealm),
        .etype = cred->session.etype,
        .key = key_bytes(&cred->session),
        .authtime = file_time(cred->authtime),
        .starttime = file_time(cred->starttime),
        .endtime = file_time(cred->endtime),
        .renew_till = file_time(cred->renew_till),
        .is_skey = cred->user_to_user,
        .flags = cred->flags,
        .addresses = addresses,
        .n_addresses = cred->caddr.n,
        .ticket = cred->ticket,
        .second_ticket = cred->second_ticket,
    };
}

/* By which proof a ticket-granting ticket was got, as MIT keeps it beside the ticket. Only of the
 * encrypted challenge, which is a proof in armor: who goes on with the cache goes on in armor. */
#define CONFIG_REALM "X-CACHECONF:"
#define CONFIG_PROOF "pa_type"
#define CONFIG_ARMOR "138" /* PA-ENCRYPTED-CHALLENGE */

static struct ccache_cred proof_of(struct arena *mem, const struct cred *cred)
{
    struct bytes *parts = arena_array(mem, struct bytes, 3);
    parts[0] = BYTES_LIT("krb5_ccache_conf_data");
    parts[1] = BYTES_LIT(CONFIG_PROOF);
    parts[2] = bytes_str(principal_text(mem, &cred->server, cred->srealm));
    return (struct ccache_cred){
        .client = to_file(&cred->client, cred->crealm),
        .server = {.realm = BYTES_LIT(CONFIG_REALM), .components = parts, .n_components = 3},
        .ticket = BYTES_LIT(CONFIG_ARMOR),
    };
}

static bool is_armored_tgt(const struct cred *cred)
{
    return cred->armored && is_tgs(&cred->server, cred->srealm);
}

static void mark_armored(struct client *c, struct arena *mem, const struct ccache_cred *f)
{
    const struct ccache_principal *p = &f->server;
    if (!bytes_equal_str(p->realm, CONFIG_REALM) || p->n_components != 3 ||
        !bytes_equal_str(p->components[1], CONFIG_PROOF) ||
        !bytes_equal_str(f->ticket, CONFIG_ARMOR))
        return;
    for (struct cred *cred = c->creds; cred; cred = cred->next)
        if (is_tgs(&cred->server, cred->srealm) &&
            bytes_equal_str(p->components[2], principal_text(mem, &cred->server, cred->srealm)))
            cred->armored = true;
}

/* A page may have been asked for as somebody else: his tickets are none of this cache. */
static bool is_own(const struct client *c, const struct cred *cred)
{
    return bytes_equal(cred->crealm, c->crealm) && principal_equal(&cred->client, &c->cname);
}

/* Oldest first, as the tickets were got. */
bool client_ccache(const struct client *c, struct arena *mem, struct ccache *out)
{
    size_t n = 0;
    *out = (struct ccache){.version = 0x0504};
    if (!c->known || !c->creds)
        return false;
    out->principal = to_file(&c->cname, c->crealm);
    for (const struct cred *cred = c->creds; cred; cred = cred->next)
        n += is_own(c, cred) ? 1 + (size_t)is_armored_tgt(cred) : 0;
    out->creds = arena_array(mem, struct ccache_cred, n);
    out->n = n;
    for (const struct cred *cred = c->creds; cred; cred = cred->next) {
        if (!is_own(c, cred))
            continue;
        out->creds[--n] = cred_to_file(mem, cred);
        if (is_armored_tgt(cred))
            out->creds[--n] = proof_of(mem, cred);
    }
    return true;
}

bool client_ccache_got(const struct client *c, struct arena *mem, struct ccache *out)
{
    *out = (struct ccache){.version = 0x0504};
    if (!c->got)
        return false;
    out->principal = to_file(&c->got->client, c->got->crealm);
    out->creds = arena_array(mem, struct ccache_cred, 2);
    out->creds[out->n++] = cred_to_file(mem, c->got);
    if (is_armored_tgt(c->got))
        out->creds[out->n++] = proof_of(mem, c->got);
    return true;
}

static struct PrincipalName from_file(const struct ccache_principal *p)
{
    struct PrincipalName name = {.name_type = p->name_type};
    name.name_string.at = (struct bytes *)(uintptr_t)p->components; /* copied before it is kept */
    name.name_string.n = p->n_components;
    return name;
}

struct load {
    struct client *client;
    const struct ccache *file;
};

/* What the file holds beside tickets (configuration entries, whose realm is "X-CACHECONF:", and
 * types of key not known here) is passed over. */
static bool load(void *arg, const struct packet *p, struct turn *t)
{
    struct client *c = ((struct load *)arg)->client;
    const struct ccache *file = ((struct load *)arg)->file;
    (void)p;
    struct PrincipalName cname = from_file(&file->principal);
    cname = name_copy(c->mem, &cname);
    struct bytes crealm = arena_copy(c->mem, file->principal.realm);
    for (size_t i = 0; i < file->n; i++) {
        const struct ccache_cred *f = &file->creds[i];
        struct Ticket ticket;
        struct cred cred = {
            .client = from_file(&f->client),
            .crealm = f->client.realm,
            .server = from_file(&f->server),
            .srealm = f->server.realm,
            .flags = f->flags,
            .authtime = f->authtime * SECOND,
            .starttime = (f->starttime ? f->starttime : f->authtime) * SECOND,
            .endtime = f->endtime * SECOND,
            .renew_till = f->renew_till * SECOND,
            .ticket = f->ticket,
            .user_to_user = f->is_skey,
            .second_ticket = f->second_ticket,
        };
        cred.caddr.n = f->n_addresses;
        cred.caddr.at = arena_array(t->mem, struct HostAddress, f->n_addresses);
        for (size_t a = 0; a < f->n_addresses; a++)
            cred.caddr.at[a] = (struct HostAddress){.addr_type = f->addresses[a].type,
                                                    .address = f->addresses[a].value};
        if (key_import(f->etype, f->key, &cred.session) &&
            asn_decode(&ASN_Ticket, f->ticket, ASN_DEPLOYED, t->mem, NULL, &ticket))
            client_cache_keep(c, &cred);
    }
    for (size_t i = 0; i < file->n; i++)
        mark_armored(c, t->mem, &file->creds[i]);
    c->cname = cname;
    c->crealm = crealm;
    c->known = true;
    return true;
}

bool client_ccache_load(struct client *c, const struct ccache *file)
{
    struct turn t = {.mem = c->mem};
    return turn_guarded(load, &(struct load){c, file}, NULL, &t);
}
