/* Is the proof right, and may who gave it log on? The list at the end is the logon
 * (MS-APDS 3.1.5.2). */
#include "ntlm/inside.h"
#include "realm/standing.h"
#include "wire/names.h"

#include <string.h>

static const char *const kinds[] = {
    [VERIFIED_NOTHING] = "nothing", [VERIFIED_LM] = "LM",
    [VERIFIED_NTLM] = "NTLM",       [VERIFIED_NTLM2_SESSION] = "NTLM2 session",
    [VERIFIED_NTLMV2] = "NTLMv2",   [VERIFIED_LMV2] = "LMv2",
    [VERIFIED_DIGEST] = "Digest",
};

/* ---- is NTLM wanted at all --------------------------------------------------------------------
 */

static int32_t step_ntlm(struct logon *x)
{
    bool blocked = x->v->config.blocked || realm_policy(x->realm)->ntlm_blocked;
    if (x->q->kind != LOGON_NETWORK)
        return STATUS_SUCCESS;
    x->why = "the domain's policy is that nobody logs on with NTLM";
    if (blocked)
        return STATUS_NTLM_BLOCKED;
    DONE(x);
    return STATUS_SUCCESS;
}

/* ---- who it is --------------------------------------------------------------------------------
 */

static bool domain_is_ours(struct logon *x)
{
    struct bytes domain = x->q->domain;
    if (domain.n == 0)
        return true;
    if (x->v->config.local)
        return bytes_equal_nocase(domain, bytes_str(x->v->config.name)) ||
               bytes_equal_str(domain, ".");
    return bytes_equal_nocase(domain, realm_netbios(x->realm, x->t->mem)) ||
           bytes_equal_nocase(domain, realm_name(x->realm));
}

/* A name with an @ and no domain beside it is a UPN (MS-NLMP 3.1.1.1 takes both forms). */
static const struct account *account_named(struct logon *x, struct bytes name, struct lookup *how)
{
    bool upn = x->q->domain.n == 0 && name.n && memchr(name.p, '@', name.n);
    struct PrincipalName wanted = {.name_type = upn ? NT_ENTERPRISE : NT_PRINCIPAL,
                                   .name_string = {.at = &name, .n = 1}};
    return realm_lookup(x->realm, x->t->mem, &wanted, LOOKUP_CLIENT, how);
}

static int32_t step_user(struct logon *x)
{
    struct lookup how = {0};
    x->why = "the domain is not this one";
    if (!domain_is_ours(x)) {
        x->out->authoritative = false;
        return STATUS_NO_SUCH_USER;
    }
    x->why = "there is no account of that name";
    x->account = x->q->user.n ? account_named(x, x->q->user, &how) : NULL;
    if (!x->account)
        return STATUS_NO_SUCH_USER;
    x->why = "the account is one between realms, or of a service: nobody logs on with it";
    if (x->account->flags & ACCOUNT_TRUST)
        return STATUS_NO_SUCH_USER;
    DONE(x, A_TEXT("user", x->q->user), A_TEXT("domain", x->q->domain),
         A_STR("account", x->account->text));
    return STATUS_SUCCESS;
}

/* ---- the proof --------------------------------------------------------------------------------
 */

static bool is_counted(const struct logon *x)
{
    return x->v->config.ledger && realm_policy(x->realm)->attempts;
}

/* Locked is locked, for who knows the password too: otherwise guessing would go on. */
static int32_t step_attempts(struct logon *x)
{
    const struct realm_policy *p = realm_policy(x->realm);
    x->why = "an administrator has locked the account";
    if (x->account->flags & ACCOUNT_LOCKED)
        return STATUS_ACCOUNT_LOCKED_OUT;
    if (!is_counted(x))
        return STATUS_SUCCESS;
    x->why = "as many wrong passwords have come as the domain allows, by Kerberos or by NTLM";
    struct bytes name = attempts_name(x->account, x->realm, x->t->mem);
    if (!attempt_reserve(x->v->config.ledger, name, p->attempts, x->t->now, p->attempt_window))
        return STATUS_ACCOUNT_LOCKED_OUT;
    DONE(x, A_STR("account", x->account->text),
         A_INT("wrong", (int64_t)attempt_count(x->v->config.ledger, name, x->t->now)),
         A_INT("allowed", p->attempts));
    return STATUS_SUCCESS;
}

/* Counted is what was compared: right or wrong. */
static void settle(struct logon *x, bool compared, bool good)
{
    struct ledger *ledger = x->v->config.ledger;
    if (!is_counted(x))
        return;
    struct bytes name = attempts_name(x->account, x->realm, x->t->mem);
    if (compared)
        attempt_settle(ledger, name, good, x->t->now);
    else
        attempt_withdraw(ledger, name);
}

static int32_t compare(struct logon *x)
{
    const struct account *a = x->account;
    struct ntlm_compared c = {0};
    bool good =
        a->has_nt_hash && ntlm_compare(x->t, x->q, a->nt_hash, a->has_lm_hash ? a->lm_hash : NULL,
                                       x->v->config.level, &c);
    settle(x, c.n != 0, good);
    x->why = a->has_nt_hash ? c.refused : "no NT hash is stored for the account";
    x->by = c.by;
    memcpy(x->out->session_base_key, c.session_base_key, sizeof x->out->session_base_key);
    memcpy(x->out->lm_key, c.lm_key, sizeof x->out->lm_key);
    if (good)
        DONE(x, A_STR("response", kinds[c.by]), A_BYTES("computed", bytes_of(c.computed, c.n)),
             A_BYTES("received", bytes_of(c.received, c.n)),
             A_BYTES("key", bytes_of(c.session_base_key, 16)));
    else if (c.n)
        tell(x->t, STEP_NOTED, x->id, A_STR("response", "response that came"),
             A_BYTES("computed", bytes_of(c.computed, c.n)),
             A_BYTES("received", bytes_of(c.received, c.n)));
    wipe(&c, sizeof c);
    return good ? STATUS_SUCCESS : STATUS_WRONG_PASSWORD;
}

static int32_t step_compare(struct logon *x)
{
    return x->q->kind == LOGON_NETWORK ? compare(x) : STATUS_SUCCESS;
}

static int32_t step_digest(struct logon *x)
{
    if (x->q->kind != LOGON_DIGEST)
        return STATUS_SUCCESS;
    int32_t status = logon_digest(x);
    x->by = VERIFIED_DIGEST;
    settle(x, status == STATUS_SUCCESS || status == STATUS_WRONG_PASSWORD,
           status == STATUS_SUCCESS);
    return status;
}

/* ---- may it log on ----------------------------------------------------------------------------
 */

static const struct {
    enum standing standing;
    int32_t status;
    const char *why;
} standings[] = {
    {IS_DISABLED, STATUS_ACCOUNT_DISABLED, "an administrator has closed the account"},
    {HAS_EXPIRED, STATUS_ACCOUNT_EXPIRED, "the account has come to its end"},
    {IS_OUTSIDE_HOURS, STATUS_INVALID_LOGON_HOURS, "the account may not log on at this hour"},
    {HAS_OLD_PASSWORD, STATUS_PASSWORD_EXPIRED, "the password is too old"},
    {MUST_CHANGE_PASSWORD, STATUS_PASSWORD_MUST_CHANGE,
     "the password has to be changed before the first logon"},
};

static int32_t step_standing(struct logon *x)
{
    /* The lock was looked at before; that there is no Kerberos key is of no matter here. */
    enum standing is =
        account_standing(x->account, x->realm, NULL, TO_LOG_ON, x->t->now, x->t->mem);
    for (size_t i = 0; i < sizeof standings / sizeof *standings; i++)
        if (standings[i].standing == is) {
            x->why = standings[i].why;
            return standings[i].status;
        }
    DONE(x, A_STR("account", x->account->text));
    return STATUS_SUCCESS;
}

static int32_t step_workstation(struct logon *x)
{
    const struct account *a = x->account;
    struct bytes from = x->q->workstation;
    while (from.n && *from.p == '\\')
        from = bytes_slice(from, 1, from.n);
    if (a->n_workstations == 0)
        return STATUS_SUCCESS;
    for (size_t i = 0; i < a->n_workstations; i++)
        if (bytes_equal_nocase(a->workstations[i], from)) {
            DONE(x, A_TEXT("workstation", from));
            return STATUS_SUCCESS;
        }
    x->why = "the account may log on from some workstations only, and this is none of them";
    return STATUS_INVALID_WORKSTATION;
}

/* ---- what is said of it -----------------------------------------------------------------------
 */

static uint32_t flags_of(enum verified_by by)
{
    return by == VERIFIED_LM       ? LOGON_USED_LM_PASSWORD
           : by == VERIFIED_LMV2   ? LOGON_NTLMV2_ENABLED | LOGON_NTLM_LMV2_USED
           : by == VERIFIED_NTLMV2 ? LOGON_NTLMV2_ENABLED
                                   : 0;
}

static int32_t step_groups(struct logon *x)
{
    struct validation_info *info = arena_new_of(x->t->mem, struct validation_info);
    *info = account_validation(x->realm, x->account, bytes_str(x->v->config.name), x->t->now,
                               x->t->mem);
    info->user_flags |= flags_of(x->by);
    memcpy(info->user_session_key, x->out->session_base_key, sizeof info->user_session_key);
    memcpy(info->lm_key, x->out->lm_key, sizeof info->lm_key);
    x->out->info = info;
    if (told(x->t)) {
        struct sid user = sid_in(&info->logon_domain_id, info->user_id);
        DONE(x, A_STR("account", x->account->text), A_SID("sid", sid_text(x->t->mem, &user)),
             A_INT("primary", info->primary_group_id), A_INT("groups", (int64_t)info->n_groups),
             A_INT("extra", (int64_t)info->n_extra_sids));
    }
    return STATUS_SUCCESS;
}

/* ---- the list ---------------------------------------------------------------------------------
 */

static const struct {
    const char *domain, *local; /* step ids */
    int32_t (*run)(struct logon *);
} steps[] = {
    {"dc.logon.ntlm", "sam.logon.ntlm", step_ntlm},
    {"dc.logon.user", "sam.logon.user", step_user},
    {"dc.logon.attempts", "sam.logon.attempts", step_attempts},
    {"dc.logon.compare", "sam.logon.compare", step_compare},
    {"dc.logon.digest", "sam.logon.digest", step_digest},
    {"dc.logon.standing", "sam.logon.standing", step_standing},
    {"dc.logon.workstation", "sam.logon.workstation", step_workstation},
    {"dc.logon.groups", "sam.logon.groups", step_groups},
};

void logon_run(struct logon *x)
{
    int32_t status = STATUS_SUCCESS;
    for (size_t i = 0; !status && i < sizeof steps / sizeof *steps; i++) {
        x->id = x->v->config.local ? steps[i].local : steps[i].domain;
        status = steps[i].run(x);
    }
    if (status) {
        tell(x->t, STEP_REFUSED, x->id, A_TEXT("user", x->q->user), A_TEXT("domain", x->q->domain),
             A_TEXT("workstation", x->q->workstation), A_STR("why", x->why),
             A_NTSTATUS("status", status));
        bool authoritative = x->out->authoritative;
        wipe(x->out, sizeof *x->out);
        *x->out = (struct logon_answer){.status = status, .authoritative = authoritative};
    }
}
