/* Whom the next machine sees: what the thread's token can prove over the network (P59, E12). */
#include "service/web_inside.h"

#include <string.h>

static const struct sid local_system = {5, 1, {18}};
static const struct sid local_service = {5, 1, {19}};
static const struct sid network_service = {5, 1, {20}};

#define ANONYMOUS "NT AUTHORITY\\ANONYMOUS LOGON"

static struct next_hop nobody(const char *why)
{
    return (struct next_hop){ANONYMOUS, why, true};
}

static const char *why_nothing(const struct access_token *t)
{
    static const struct {
        const char *package, *why;
    } table[] = {
        {"NTLM", "its proof was an answer to a challenge of this server: neither password nor hash "
                 "has come here"},
        {"Kerberos", "its ticket is for this server alone, and no ticket-granting ticket came with "
                     "it"},
        {"Digest", "its proof was a hash over a nonce of this server: the password has not come "
                   "here"},
        {"SSL/PCT", "its proof was a signature over this very handshake: the private key stayed "
                    "with the client"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(t->package, table[i].package) == 0)
            return table[i].why;
    return "the token is of a network logon, and nothing to prove it with came along";
}

static struct next_hop of_process(struct arena *mem, const struct web_machine *m,
                                  const struct access_token *t)
{
    if (sid_equal(&t->user, &local_service))
        return nobody("LOCAL SERVICE shows itself to no other machine");
    if (!sid_equal(&t->user, &network_service) && !sid_equal(&t->user, &local_system))
        return (struct next_hop){t->name, "the process was started with its password", false};
    if (!m->domain)
        return nobody("outside the machine the process is the machine's account, and a workgroup's "
                      "machine has none");
    return (struct next_hop){arena_printf(mem, "%s\\%s$", m->domain, m->name),
                             "outside the machine the process is the machine's account", false};
}

static struct next_hop of_token(struct arena *mem, const struct web_machine *m,
                                const struct access_token *t)
{
    if (t->logon == TOKEN_SERVICE)
        return of_process(mem, m, t);
    if (t->logon == TOKEN_CLEARTEXT || t->password.n)
        return (struct next_hop){t->name,
                                 strcmp(t->package, "Basic") == 0
                                     ? "the password came with the request, and the server can log "
                                       "on with it once more"
                                     : "its password is at hand on this machine",
                                 false};
    if (t->has_delegated_tgt)
        return (struct next_hop){t->name, "the client handed over a ticket-granting ticket", false};
    return nobody(why_nothing(t));
}

struct next_hop web_next_hop(struct turn *t, const struct web_machine *m,
                             const struct access_token *token)
{
    static const char *const logons[] = {[TOKEN_NETWORK] = "network",
                                         [TOKEN_CLEARTEXT] = "network, password at hand",
                                         [TOKEN_SERVICE] = "service",
                                         [TOKEN_ANONYMOUS] = "anonymous account"};
    struct next_hop hop = of_token(t->mem, m, token);
    const struct decision_input inputs[] = {
        {"account", token->user_only, token->name},
        {"logon", token->user_only, logons[token->logon]},
        {"package", token->user_only, web_or_dash(token->package)},
        {"delegated-tgt", token->user_only, token->has_delegated_tgt ? "yes" : "no"},
        {"machine", m->name, m->domain ? m->domain : "workgroup"},
    };
    tell_decision(t, .id = "service.next-hop",
                  .rule = "The next machine sees whoever this token can prove: a password at hand "
                          "or a ticket-granting ticket handed over prove the user, NETWORK SERVICE "
                          "and SYSTEM are the machine's account. Anything else is nobody.",
                  .outcome = hop.who, .spec = "MS-AUTHSOD 2.5.4.1.4", .inputs = inputs,
                  .n = sizeof inputs / sizeof *inputs);
    return hop;
}
