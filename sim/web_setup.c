/* The web server of a scenario, put together. */
#include "sim/web_setup.h"

#include "base/text.h"
#include "base/tls.h"
#include "crypto/ntlm.h"
#include "crypto/rng.h"
#include "realm/standing.h"

#include <string.h>

/* ---- who is who ----------------------------------------------------------------------------- */
static const struct account *account_in(const struct realm *r, const char *name)
{
    for (size_t i = 0; r && i < realm_count(r); i++)
        if (strcasecmp(realm_account(r, i)->text, name) == 0)
            return realm_account(r, i);
    return NULL;
}

const struct account *web_account(const struct web_setup *w, const char *name,
                                  const struct realm **realm)
{
    const char *slash = strchr(name, '\\'), *bare = slash ? slash + 1 : name;
    const struct scenario_realm *s;
    for (size_t i = 0; (s = scenario_realm_at(w->scenario, i)); i++) {
        const char *domain = web_domain(w->mem, s);
        size_t n = slash ? (size_t)(slash - name) : 0;
        bool own = strcmp(s->name, w->party->realm) == 0 ||
                   (w->party->server.local && strcmp(s->name, w->party->server.local) == 0);
        bool meant = slash ? strlen(domain) == n && strncasecmp(domain, name, n) == 0 : own;
        const struct account *a = meant ? account_in(w->realm(w->arg, s->name), bare) : NULL;
        if (a) {
            *realm = w->realm(w->arg, s->name);
            return a;
        }
    }
    return NULL;
}

static const char *domain_of(const struct web_setup *w, const struct realm *r)
{
    const struct scenario_realm *s;
    for (size_t i = 0; (s = scenario_realm_at(w->scenario, i)); i++)
        if (bytes_equal_str(realm_name(r), s->name))
            return web_domain(w->mem, s);
    return "";
}

struct access_token *web_token(const struct web_setup *w, struct arena *mem, const struct realm *r,
                               const struct account *a, const char *package, enum token_logon logon)
{
    struct group_membership *groups = arena_array(mem, struct group_membership, a->n_groups + 1);
    bool machine = a->flags & ACCOUNT_MACHINE;
    struct validation_info info = {
        .effective_name = bytes_str(a->text),
        .full_name = a->full_name,
        .user_id = a->rid,
        .primary_group_id = a->primary_group ? a->primary_group
                            : machine        ? RID_DOMAIN_COMPUTERS
                                             : RID_DOMAIN_USERS,
        .groups = groups,
        .n_groups = a->n_groups + 1,
        .logon_domain_name = bytes_str(domain_of(w, r)),
        .logon_domain_id = realm_policy(r)->sid,
    };
    groups[0] = (struct group_membership){info.primary_group_id, GROUP_USUAL};
    for (size_t i = 0; i < a->n_groups; i++)
        groups[i + 1] = (struct group_membership){a->groups[i], GROUP_USUAL};
    return token_of_validation(mem, &info, package, logon, &w->names);
}

/* ---- what the engine calls ------------------------------------------------------------------ */
static int32_t closed(const struct realm *r, const struct account *a, enum way_in way,
                      struct turn *t)
{
    switch (account_standing(a, r, NULL, way, t->now, t->mem)) {
    case IS_DISABLED:
        return STATUS_ACCOUNT_DISABLED;
    case IS_LOCKED:
        return STATUS_ACCOUNT_LOCKED_OUT;
    case HAS_EXPIRED:
        return STATUS_ACCOUNT_EXPIRED;
    case IS_OUTSIDE_HOURS:
        return STATUS_INVALID_LOGON_HOURS;
    case HAS_OLD_PASSWORD:
        return STATUS_PASSWORD_EXPIRED;
    case MUST_CHANGE_PASSWORD:
        return STATUS_PASSWORD_MUST_CHANGE;
    default: /* no key of Kerberos is needed here */
        return STATUS_SUCCESS;
    }
}

static const struct access_token *logon(void *arg, struct turn *t, const char *user,
                                        const char *password)
{
    struct web_setup *w = arg;
    const struct realm *realm;
    const struct account *a = web_account(w, user, &realm);
    uint8_t hash[NTLM_HASH];
    bool ok = a && a->rid && a->has_nt_hash && !closed(realm, a, TO_LOG_ON, t) &&
              ntowf_v1(t->crypto, bytes_str(password), hash) &&
              bytes_equal_secret(bytes_of(hash, sizeof hash), bytes_of(a->nt_hash, NTLM_HASH));
    wipe(hash, sizeof hash);
    return ok ? web_token(w, t->mem, realm, a, "", TOKEN_CLEARTEXT) : NULL;
}

/* "CN=alice, OU=Staff" -> "alice": of the subject's parts the one that is a common name, and not
 * what stands in another's value. Two of them, or one with an escape (RFC 4514 2.4), name nobody.
 */
static const char *common_name(struct arena *mem, const char *subject)
{
    const char *found = NULL, *part = subject;
    while (part && *part) {
        part += strspn(part, " ");
        size_t n = strcspn(part, ",+\\");
        if (part[n] == '\\')
            return NULL;
        if (strncmp(part, "CN=", 3) == 0) {
            if (found)
                return NULL;
            found = arena_str(mem, bytes_of(part + 3, n - 3));
        }
        part += n + (part[n] != '\0');
    }
    return found;
}

/* One-to-one by fingerprint before many-to-one by subject. */
static int32_t map_certificate(void *arg, struct turn *t, const struct tls *tls,
                               const struct access_token **out)
{
    struct web_setup *w = arg;
    const struct scenario_realm *s;
    const char *name = common_name(t->mem, tls->client_subject);
    const struct account *a = NULL;
    const struct realm *of = NULL;
    for (size_t i = 0; tls->client_fingerprint && !a && (s = scenario_realm_at(w->scenario, i));
         i++) {
        of = s->sid ? w->realm(w->arg, s->name) : NULL;
        for (size_t j = 0; of && !a && j < realm_count(of); j++)
            if (bytes_equal_str(realm_account(of, j)->certificate, tls->client_fingerprint))
                a = realm_account(of, j);
    }
    if (!a && name)
        a = web_account(w, name, &of);
    if (!a || !a->rid)
        return STATUS_NO_SUCH_USER;
    int32_t status =
        closed(of, a, WITH_A_TICKET, t); /* TLS has proven it: passwords do not count */
    if (status)
        return status;
    *out = web_token(w, t->mem, of, a, "SSL/PCT", TOKEN_NETWORK);
    return STATUS_SUCCESS;
}

/* ---- applications --------------------------------------------------------------------------- */
static const char *const *ended(struct arena *mem, const char **names, size_t n)
{
    const char **all = arena_array(mem, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        all[i] = names[i];
    return n ? all : NULL;
}

static const struct url_rule *rules_of(struct arena *mem, const struct scenario_app *a)
{
    struct url_rule *rules = arena_array(mem, struct url_rule, a->n_rules);
    for (size_t i = 0; i < a->n_rules; i++) {
        bool allow = a->rules[i].given & RULE_ALLOWS;
        const struct scenario_whom *whom = allow ? &a->rules[i].allow : &a->rules[i].deny;
        rules[i] = (struct url_rule){.allow = allow,
                                     .users = ended(mem, whom->users, whom->n_users),
                                     .roles = ended(mem, whom->roles, whom->n_roles),
                                     .verbs = ended(mem, whom->verbs, whom->n_verbs)};
    }
    return rules;
}

static bool files_of(const struct web_setup *w, const struct scenario_app *a, struct web_app *to,
                     char **error)
{
    size_t n = a->n_files ? a->n_files : 1;
    struct web_file *files = arena_array(w->mem, struct web_file, n);
    files[0] = (struct web_file){.path = a->path, .text = "The page of this application."};
    for (size_t i = 0; i < a->n_files; i++) {
        const struct scenario_web_file *f = &a->files[i];
        files[i] = (struct web_file){.path = f->path,
                                     .sddl = f->sddl ? web_names_sddl(w, f->sddl, error) : NULL,
                                     .text = f->text ? f->text : "",
                                     .remote_spn = f->remote_spn};
        if (f->sddl && !files[i].sddl)
            return false;
    }
    to->files = files;
    to->n_files = n;
    return true;
}

/* P12: what is on where nobody has set it. */
static unsigned usual_schemes(uint32_t preset)
{
    static const char *const names[] = {[IIS6] = "iis6",
                                        [IIS6_SP1_SLIPSTREAM] = "iis6-sp1-slipstream",
                                        [IIS6_SP1_UPGRADE] = "iis6-sp1-upgrade"};
    unsigned schemes = AUTH_INTEGRATED;
    if (preset)
        iis_default_schemes(names[preset], &schemes);
    return schemes;
}

static bool app_of(const struct web_setup *w, const struct scenario_app *a, struct web_app *to,
                   char **error)
{
    struct arena *mem = w->mem;
    *to = (struct web_app){
        .path = a->path,
        .schemes = a->given & APP_SCHEMES ? a->schemes : usual_schemes(w->party->server.preset),
        .anonymous_retry = a->anonymous_retry,
        .basic_realm = a->basic_realm,
        .basic_domain = a->basic_domain,
        .digest_realm = a->digest_realm,
        .digest_algorithms = ended(mem, a->digest_algorithms, a->n_digest_algorithms),
        .require_tls = a->require_tls,
        .require_certificate = a->require_certificate,
        .protection = (enum extended_protection_setting)a->protection,
        .ntlm_per_request = a->ntlm_per_request,
        .mode = (enum asp_mode)a->mode,
        .impersonate = a->impersonate,
        .identity_user = a->identity.user,
        .identity_password = a->identity.password,
        .code = (enum in_code)a->code,
        .rules = rules_of(mem, a),
        .n_rules = a->n_rules,
        .forms_user = a->forms_user,
        .isapi_filter = a->isapi_filter,
    };
    return files_of(w, a, to, error);
}

/* ---- the machine ---------------------------------------------------------------------------- */
#define IUSR_RID 1004 /* as an installation gives it out */

static struct sid machine_sid(const struct web_setup *w)
{
    const struct realm *local =
        w->party->server.local ? w->realm(w->arg, w->party->server.local) : NULL;
    if (local && realm_policy(local)->has_sid)
        return realm_policy(local)->sid;
    struct seeded_rng rng;
    struct sid sid = {.authority = 5, .n = 4, .sub = {21}};
    seeded_rng_init(&rng, w->crypto, w->seed, w->party->server.computer);
    rng_fill(&rng.rng, "machine sid", sid.sub + 1, 3 * sizeof *sid.sub);
    return sid;
}

/* "WEB1\IUSR_WEB1", an account of the machine or of the domain; of the machine where nobody has
 * made it. */
static const struct access_token *iusr_token(const struct web_setup *w, const char **name)
{
    const struct scenario_server *v = &w->party->server;
    const struct realm *realm;
    const struct account *a = web_account(w, v->iusr, &realm);
    const char *slash = strchr(v->iusr, '\\'), *bare = slash ? slash + 1 : v->iusr;
    *name = slash ? v->iusr
                  : arena_printf(w->mem, "%s\\%s", a ? domain_of(w, realm) : v->computer, bare);
    struct sid sid =
        a && a->rid ? sid_in(&realm_policy(realm)->sid, a->rid) : sid_in(&w->machine.sid, IUSR_RID);
    return token_of_account(w->mem, &sid, *name, TOKEN_ANONYMOUS);
}

/* An account that no KDC knows. */
static bool is_local(const struct web_setup *w, const struct realm *realm)
{
    const struct scenario_realm *s =
        realm ? scenario_realm(w->scenario, arena_str(w->mem, realm_name(realm))) : NULL;
    return s && s->local;
}

static const struct access_token *pool_token(const struct web_setup *w, char **error)
{
    const char *name = w->party->server.pool;
    const struct realm *realm;
    const struct account *a = web_account(w, name, &realm);
    struct sid sid;
    if (a && a->rid)
        return web_token(w, w->mem, realm, a, "", TOKEN_SERVICE);
    if (sid_of_name(name, &sid))
        return token_of_account(w->mem, &sid, name, TOKEN_SERVICE);
    *error = arena_printf(w->mem, "service %s: no account is called \"%s\" for its pool",
                          w->party->name, name);
    return NULL;
}

/* What SDDL's DA, DU and their like are of. */
static const struct sid *domain_sid(const struct web_setup *w)
{
    struct sid *sid = arena_new_of(w->mem, struct sid);
    *sid = realm_policy(w->realm(w->arg, w->party->realm))->sid;
    return sid;
}

static bool machine_of(struct web_setup *w, char **error)
{
    const struct scenario_server *v = &w->party->server;
    const struct scenario_realm *s = scenario_realm(w->scenario, w->party->realm);
    bool member = w->controller && s->sid;
    w->machine = (struct web_machine){
        .name = v->computer,
        .domain = member ? web_domain(w->mem, s) : NULL,
        .sid = machine_sid(w),
        .domain_sid = member ? domain_sid(w) : NULL,
        .logon = logon,
        .names = &w->names,
        .arg = w,
    };
    w->names.machine = &w->machine.sid;
    w->names.domain = w->machine.domain_sid;
    w->machine.anonymous = iusr_token(w, &w->machine.iusr);
    w->machine.pool = pool_token(w, error);
    return w->machine.pool != NULL;
}

/* ---- whom it asks --------------------------------------------------------------------------- */
static void channel_of(struct web_setup *w)
{
    const struct scenario_server *v = &w->party->server;
    const struct account *a =
        account_in(w->realm(w->arg, w->party->realm), arena_printf(w->mem, "%s$", v->computer));
    w->has_secret = a && a->has_nt_hash;
    if (w->has_secret)
        memcpy(w->secret, a->nt_hash, sizeof w->secret);
    w->channel = (struct netlogon_channel_config){
        .party = w->party->name,
        .controller = w->controller,
        .computer = v->computer,
        .controller_name =
            arena_printf(w->mem, "\\\\%s",
                         w->controller ? web_computer(w->mem, w->controller->name) : v->computer),
        .secret = w->secret,
    };
}

static void local_of(struct web_setup *w)
{
    const struct scenario_server *v = &w->party->server;
    const struct realm *realm = v->local ? w->realm(w->arg, v->local) : NULL;
    if (!realm)
        return;
    struct ntlm_verifier_config config = {.party = w->party->name,
                                          .realm = realm,
                                          .ledger = w->ledger,
                                          .name = v->computer,
                                          .level = v->ntlm.level,
                                          .local = true};
    w->verifier = ntlm_new(w->mem, &config);
    w->local = (struct local_accounts){ntlm_verify, w->verifier, v->computer};
}

/* The DNS domain of a realm: its name in lower case. */
static struct bytes dns_domain(struct arena *mem, const char *realm)
{
    char *name = arena_str(mem, bytes_str(realm));
    for (char *c = name; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    return bytes_str(name);
}

static struct ntlm_server_config ntlm_of(const struct web_setup *w)
{
    const struct scenario_server *v = &w->party->server;
    const char *slash = strchr(w->party->spn, '/'), *host = slash ? slash + 1 : v->computer;
    bool member = w->machine.domain != NULL;
    struct bytes domain = member ? dns_domain(w->mem, w->party->realm) : bytes_str(host);
    return (struct ntlm_server_config){
        .party = w->party->name,
        .nb_computer = bytes_str(v->computer),
        .nb_domain = bytes_str(member ? w->machine.domain : v->computer),
        .dns_computer = bytes_of(host, strcspn(host, ":")),
        .dns_domain = domain,
        .dns_tree = member ? domain : (struct bytes){0},
        .in_domain = member,
        .level = v->ntlm.level,
        .no_timestamp = v->ntlm.no_timestamp,
        .anonymous = v->ntlm.anonymous,
        .require_mic = v->ntlm.require_mic,
        .spns = ended(w->mem, v->ntlm.targets, v->ntlm.n_targets),
    };
}

bool web_setup(struct web_setup *w, struct service_config *config, char **error)
{
    const struct scenario_server *v = &w->party->server;
    struct web_app *apps = arena_array(w->mem, struct web_app, v->n_apps);
    if (!v->n_apps)
        return true;
    web_names_make(w);
    if (!machine_of(w, error))
        return false;
    for (size_t i = 0; i < v->n_apps; i++)
        if (!app_of(w, &v->apps[i], &apps[i], error)) {
            *error = arena_printf(w->mem, "service %s: %s", w->party->name, *error);
            return false;
        }
    channel_of(w);
    local_of(w);
    config->apps = apps;
    config->n_apps = v->n_apps;
    config->machine = &w->machine;
    config->channel = w->machine.domain && w->has_secret ? &w->channel : NULL;
    config->local = w->verifier ? &w->local : NULL;
    config->ntlm = ntlm_of(w);
    config->map_certificate = map_certificate;
    config->map_arg = w;
    config->names = &w->names;
    const struct realm *realm;
    if (web_account(w, v->pool, &realm))
        config->no_kerberos = is_local(w, realm);
    return true;
}
