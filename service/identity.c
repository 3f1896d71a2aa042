/* From a ticket to a token: the PAC in it, checked with the service's own key (MS-PAC 2.8), says
 * who the client is here. A ticket without one only has a name. */
#include "service/inside.h"

#include "context/pac.h"

#include <string.h>

static const struct access_token *of_name(struct visit *v)
{
    const struct sid nobody = {0};
    const struct EncTicketPart *ticket = &v->checked.ticket;
    struct arena *mem = v->turn->mem;
    struct access_token *token =
        token_of_account(mem, &nobody, service_client_name(v), TOKEN_NETWORK);
    token->package = "Kerberos";
    token->where_from = "the ticket's name";
    token->user_only = principal_text(mem, &ticket->cname, (struct bytes){0});
    token->has_delegated_tgt = v->fields.has_deleg;
    tell(v->turn, STEP_NOTED, "service.ap.no-pac", A_STR("client", token->name));
    return token;
}

/* Another realm's KDC writes the names of its clients: not with this machine's name or its
 * domain's, and not as somebody whom Windows itself knows. */
static bool takes_a_name_of_here(const struct visit *v, const struct validation_info *info)
{
    const struct web_machine *machine = v->service->config.machine;
    const char *const names[] = {machine ? machine->name : NULL, machine ? machine->domain : NULL,
                                 "NT AUTHORITY", "BUILTIN"};
    struct bytes domain = info->logon_domain_name, user = info->effective_name;
    if (bytes_equal(v->checked.ticket.crealm, v->service->config.realm))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && bytes_equal_nocase(domain, bytes_str(names[i])))
            return true;
    return (domain.n && memchr(domain.p, '\\', domain.n)) ||
           (user.n && memchr(user.p, '\\', user.n));
}

enum next service_ap_identity(struct visit *v)
{
    const struct service_config *config = &v->service->config;
    struct pac pac = {.n = 0};
    struct validation_info info;
    bool present = false;
    if (config->ignore_pac ||
        (!pac_in_ticket(v->turn, &v->checked.ticket, &present, &pac) && !present)) {
        if (v->app) /* else a ticket is enough */
            v->user = of_name(v);
        return NEXT;
    }
    if (!pac.n ||
        pac_check(v->turn, &pac, &v->checked.ticket, &v->ticket_key, NULL, "service.ap", &info) ||
        takes_a_name_of_here(v, &info))
        return service_refuse(v, FIND_PAC, 401, KRB_AP_ERR_MODIFIED, service_client_name(v));
    struct access_token *token =
        token_of_validation(v->turn->mem, &info, "Kerberos", TOKEN_NETWORK, config->names);
    token->has_delegated_tgt = v->fields.has_deleg;
    token->where_from = "PAC of the ticket";
    v->user = token;
    tell(v->turn, STEP_DONE, "service.ap.identity", A_STR("user", token->name),
         A_INT("groups", (int64_t)token->n_groups));
    return NEXT;
}
