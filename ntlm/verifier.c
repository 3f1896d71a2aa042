/* The verifier and its door: netlogon's calls for a controller, a plain call for a machine. */
#include "ntlm/inside.h"
#include "realm/standing.h"
#include "wire/names.h"

#include <string.h>

/* The account of a member: a machine's, open, with a password (MS-NRPC 3.5.4.4.2). */
static bool machine(void *arg, struct turn *t, struct bytes name, uint8_t nt_hash[16],
                    uint32_t *rid)
{
    const struct ntlm_verifier *v = arg;
    struct PrincipalName wanted = {.name_type = NT_PRINCIPAL, .name_string = {.at = &name, .n = 1}};
    const struct account *a = realm_lookup(v->config.realm, t->mem, &wanted, LOOKUP_CLIENT, NULL);
    if (!a || !(a->flags & ACCOUNT_MACHINE) || !a->has_nt_hash ||
        account_standing(a, v->config.realm, NULL, WITH_A_TICKET, t->now, t->mem))
        return false;
    memcpy(nt_hash, a->nt_hash, 16);
    *rid = a->rid;
    tell_key(t, .holder = v->config.party, .name = arena_printf(t->mem, "K/%s", a->text),
             .etype = 23, .value = bytes_of(a->nt_hash, 16), .cause = "netlogon.server.credential");
    return true;
}

static bool verify(void *arg, struct turn *t, const struct logon_question *q,
                   struct logon_answer *out)
{
    return ntlm_verify(arg, q, t, out);
}

struct ntlm_verifier *ntlm_new(struct arena *mem, const struct ntlm_verifier_config *config)
{
    struct ntlm_verifier *v = arena_new_of(mem, struct ntlm_verifier);
    v->config = *config;
    if (config->local)
        return v;
    struct bytes domain = realm_netbios(config->realm, mem);
    v->server =
        netlogon_server_new(mem, &(struct netlogon_server_config){.party = config->party,
                                                                  .name = config->name,
                                                                  .domain = arena_str(mem, domain),
                                                                  .machine = machine,
                                                                  .verify = verify,
                                                                  .arg = v});
    return v;
}

void ntlm_realm(struct ntlm_verifier *v, const struct realm *realm)
{
    v->config.realm = realm;
}

bool ntlm_verify(void *verifier, const struct logon_question *q, struct turn *t,
                 struct logon_answer *out)
{
    const struct ntlm_verifier *v = verifier;
    struct logon x = {.v = v, .realm = v->config.realm, .q = q, .t = t, .out = out};
    *out = (struct logon_answer){.authoritative = true};
    logon_run(&x);
    return true;
}

static bool serve(void *arg, const struct packet *p, struct turn *t)
{
    const struct ntlm_verifier *v = arg;
    return netlogon_serve(v->server, p, t);
}

bool ntlm_receive(struct ntlm_verifier *v, const struct packet *p, struct turn *t)
{
    return v->server && turn_guarded(serve, v, p, t);
}

void ntlm_closed(struct ntlm_verifier *v, const struct conn *conn)
{
    if (v->server)
        netlogon_closed(v->server, conn);
}
