/* The account that a ticket is asked for. */
#include "kdc/inside.h"

bool is_krbtgt(const struct PrincipalName *name)
{
    return name->name_string.n == 2 && bytes_equal_str(name->name_string.at[0], "krbtgt");
}

bool is_tgs_name(const struct exchange *x, const struct PrincipalName *name)
{
    return is_krbtgt(name) && bytes_equal(name->name_string.at[1], realm_name(x->realm));
}

/* Such a ticket lets its holder set a password without the old one: the old one has to be proven
 * for it, a ticket of this morning is not enough (RFC 3244 2). */
bool is_password_service(const struct PrincipalName *name)
{
    return name->name_string.n == 2 && bytes_equal_str(name->name_string.at[0], "kadmin") &&
           bytes_equal_str(name->name_string.at[1], "changepw");
}

/* A lock keeps people from logging on as the account; what it serves, it goes on serving. */
static int32_t usable(struct exchange *x, const struct account *a)
{
    if (a->flags & ACCOUNT_DISABLED)
        return refuse(x, KDC_ERR_SERVICE_REVOKED, "the service's account is disabled");
    if (a->expires && x->turn->now >= a->expires) {
        SAY(x, A_TIME("expired", a->expires));
        return refuse(x, KDC_ERR_SERVICE_EXP, "the service's account has expired");
    }
    if (x->is_tgs && is_password_service(&a->name))
        return refuse(x, KDC_ERR_POLICY, "only a logon gets a ticket for this");
    if (x->second.n)
        return DONE; /* user-to-user: its long-term key is not used */
    if (a->flags & ACCOUNT_NO_SERVER)
        return refuse(x, KDC_ERR_MUST_USE_USER2USER, "no tickets are issued for this account");
    if (!a->n_keys)
        return refuse(x, KDC_ERR_NULL_KEY, "the service has no key");
    return DONE;
}

const char *found_by(struct exchange *x, const struct lookup *how)
{
    static const char *const rules[] = {
        [LOOKUP_NONE] = "",
        [LOOKUP_NAME] = "its own name",
        [LOOKUP_SPN] = "an SPN of it",
        [LOOKUP_UPN] = "its UPN",
        [LOOKUP_HERE] = "its own name, with the realm behind it",
        [LOOKUP_MACHINE] = "its own name, a machine's, without the $",
        [LOOKUP_ALIAS] = "an SPN of HOST, which stands for this class of service",
        [LOOKUP_AMBIGUOUS] = "",
    };
    return how->other_case
               ? arena_printf(x->turn->mem, "%s, in letters of other case", rules[how->rule])
               : rules[how->rule];
}

static int32_t no_server(struct exchange *x, const struct lookup *how)
{
    if (how->rule != LOOKUP_AMBIGUOUS)
        return refuse(x, KDC_ERR_S_PRINCIPAL_UNKNOWN, "no account has this service name");
    SAY(x, A_STR("one", how->both[0]->text), A_STR("other", how->both[1]->text));
    return refuse(x, KDC_ERR_PRINCIPAL_NOT_UNIQUE, "two accounts have this service name");
}

/* Of the TGS there is nothing to look up. */
static void tell_lookup(struct exchange *x, const struct account *found, const struct lookup *how)
{
    struct arena *mem = x->turn->mem;
    const struct party *from = x->packet->from;
    const struct account *exact =
        how->rule == LOOKUP_NAME || how->rule == LOOKUP_SPN ? found : NULL;
    if (!told(x->turn) || (found && is_tgs_name(x, &found->name)))
        return;
    const char *both = how->rule == LOOKUP_AMBIGUOUS
                           ? arena_printf(mem, "%s, %s", how->both[0]->text, how->both[1]->text)
                           : "none";
    const struct decision_input inputs[] = {
        {"service", from ? from->name : "client", principal_text(mem, x->sname, (struct bytes){0})},
        {"registered", "realm", exact ? exact->text : both},
        {"names", "realm", x->policy->windows_names ? "as Windows does" : "exactly"},
        {"host-alias", "realm", how->alias ? how->alias : "none"},
    };
    tell_decision(
        x->turn, .id = "kdc.spn",
        .rule = x->policy->windows_names
                    ? "The account with this name or SPN, in letters of either case; else the one "
                      "with the SPN of HOST, where the class stands for it; else a UPN, else a "
                      "machine's name. Two accounts are as good as none."
                    : "The account with exactly this name or SPN, in these letters.",
        .outcome = found ? arena_printf(mem, "%s, by %s", found->text, found_by(x, how))
                   : how->rule == LOOKUP_AMBIGUOUS ? "KDC_ERR_PRINCIPAL_NOT_UNIQUE"
                                                   : "no account here",
        .spec = x->policy->windows_names ? "MS-KILE 3.3.5.1.1" : "RFC 4120 6.2", .inputs = inputs,
        .n = sizeof inputs / sizeof *inputs);
}

int32_t step_server(struct exchange *x)
{
    struct lookup how = {.rule = LOOKUP_NONE};
    if (!x->sname && !x->body->has_sname)
        return refuse(x, KDC_ERR_S_PRINCIPAL_UNKNOWN, "no service was named");
    if (!x->sname)
        x->sname = &x->body->sname;
    SAY(x, A_STR("sname", principal_text(x->turn->mem, x->sname, (struct bytes){0})));
    bool elsewhere = x->is_tgs && !realm_is(x->realm, x->body->realm);
    x->server =
        elsewhere ? NULL : realm_lookup(x->realm, x->turn->mem, x->sname, LOOKUP_SERVICE, &how);
    if (!elsewhere)
        tell_lookup(x, x->server, &how);
    bool referred = !x->server && how.rule != LOOKUP_AMBIGUOUS && x->is_tgs && refer(x);
    if (!x->server)
        return elsewhere ? refuse(x, KDC_ERR_S_PRINCIPAL_UNKNOWN, "the service is in another realm")
                         : no_server(x, &how);
    /* The realm is called by its own name, however it was spelled. */
    if (is_tgs_name(x, &x->server->name))
        x->sname = &x->server->name;
    if (referred) { /* the name asked for is told by the step of the referral */
        x->n_said = 0;
        SAY(x, A_STR("sname", x->server->text));
    }
    SAY(x, A_STR("account", x->server->text),
        A_STR("by", referred ? "a referral" : found_by(x, &how)),
        A_INT("kvno", x->server->n_keys ? x->server->keys[0].kvno : 0));
    return usable(x, x->server);
}
