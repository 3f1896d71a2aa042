/* Basic (RFC 7617, P4): the request brings the password. The machine logs on with it over the
 * network as a client would, by an NTLMv2 response made here, and keeps it: with it one hop more is
 * possible (E12). */
#include "service/inside.h"

#include "base/text.h"

#include <string.h>

/* None: a machine with accounts of its own looks there first. */
static struct bytes default_domain(const struct visit *v)
{
    const struct web_machine *machine = v->service->config.machine;
    if (v->app->basic_domain)
        return bytes_str(v->app->basic_domain);
    if (!machine || (v->service->config.local && v->service->channel))
        return (struct bytes){0};
    return bytes_str(machine->domain && v->service->channel ? machine->domain : machine->name);
}

/* "www.example.test" of the service's own name. */
static struct bytes host_of(const struct visit *v)
{
    const struct PrincipalName *own = &v->service->sname;
    return own->name_string.at[own->name_string.n - 1];
}

size_t basic_offer(struct visit *v, const char **out, size_t room)
{
    struct bytes realm = v->app->basic_realm ? bytes_str(v->app->basic_realm) : host_of(v);
    (void)room;
    out[0] = arena_printf(v->turn->mem, "Basic %s", auth_quoted(v->turn->mem, "realm", realm));
    return 1;
}

/* NTLMv2 (MS-NLMP 3.3.2), both ends in one hand: challenge and answer are drawn here. */
static bool respond(struct visit *v, struct bytes password, struct logon_question *q)
{
    enum { TEMP = 28 + 4 + 4 }; /* NTLMv2_CLIENT_CHALLENGE, MsvAvEOL, four octets of zeros */
    struct turn *t = v->turn;
    uint8_t hash[NTLM_HASH], hash2[NTLM_HASH], *response = arena_take(t->mem, 16 + TEMP),
                                               *temp = response + 16;
    temp[0] = temp[1] = 1;
    put_le64(temp + 8, filetime_of(t->now));
    rng_fill(t->rng, "basic-client-challenge", temp + 16, 8);
    rng_fill(t->rng, "basic-server-challenge", q->server_challenge, 8);
    bool ok = ntowf_v1(t->crypto, password, hash) &&
              ntowf_v2(t->crypto, hash, q->user, q->domain, hash2) &&
              ntlmv2_proof(t->crypto, hash2, q->server_challenge, bytes_of(temp, TEMP), response);
    wipe(hash, sizeof hash);
    wipe(hash2, sizeof hash2);
    q->nt_response = bytes_of(response, 16 + TEMP);
    return ok;
}

static bool read(struct visit *v, struct bytes *user, struct bytes *password)
{
    return basic_read(&v->credentials, v->turn->mem, v->turn->faults, user, password) &&
           utf8_valid(*user) && utf8_valid(*password);
}

enum next basic_begin(struct visit *v)
{
    const struct web_machine *machine = v->service->config.machine;
    struct logon_question *q = arena_new_of(v->turn->mem, struct logon_question);
    struct bytes name, password;
    if (!read(v, &name, &password))
        return service_refuse(v, FIND_BASIC, 401, 0, "no user and password in UTF-8");
    service_account(v, name, default_domain(v), &q->user, &q->domain);
    q->kind = LOGON_NETWORK;
    q->workstation = machine ? bytes_str(machine->name) : (struct bytes){0};
    tell(v->turn, STEP_DONE, "service.basic.read", A_TEXT("user", q->user),
         A_TEXT("domain", q->domain));
    if (!v->packet->tls)
        tell(v->turn, STEP_NOTED, "service.basic.clear");
    if (!respond(v, password, q))
        return service_refuse(v, FIND_BASIC, 401, 0, "a password that no hash can be made of");
    tell(v->turn, STEP_DONE, "service.basic.response", A_TEXT("user", q->user));
    return service_ask(v, q);
}

enum next basic_answered(struct visit *v, const struct logon_answer *answer)
{
    enum next next = service_logon_status(v, answer);
    struct bytes name, password;
    if (next != NEXT)
        return next;
    if (!read(v, &name, &password) || !answer->info)
        return TROUBLE;
    struct access_token *token = token_of_validation(v->turn->mem, answer->info, "Basic",
                                                     TOKEN_CLEARTEXT, v->service->config.names);
    token->where_from = v->asked;
    token->password = arena_copy(v->turn->mem, password);
    tell(v->turn, STEP_DONE, "service.basic.identity", A_STR("user", token->name));
    v->user = token;
    return NEXT;
}
