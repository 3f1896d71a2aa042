/* Whether the client's account may be used, as AS and TGS ask it: realm/standing.c knows, here it
 * becomes an error code, a sentence and a decision that can be looked into. */
#include "kdc/inside.h"

static const struct {
    int32_t code;
    const char *why;
} refusals[] = {
    [IS_DISABLED] = {KDC_ERR_CLIENT_REVOKED, "the client's account is disabled"},
    [IS_LOCKED] = {KDC_ERR_CLIENT_REVOKED, "the client's account is locked"},
    [HAS_EXPIRED] = {KDC_ERR_NAME_EXP, "the client's account has expired"},
    [IS_OUTSIDE_HOURS] = {KDC_ERR_CLIENT_REVOKED, "outside the account's logon hours"},
    [HAS_WRONG_ATTEMPTS] = {KDC_ERR_CLIENT_REVOKED, "too many wrong passwords"},
    [HAS_OLD_PASSWORD] = {KDC_ERR_KEY_EXPIRED, "the password has expired"},
    [MUST_CHANGE_PASSWORD] = {KDC_ERR_KEY_EXPIRED, "the password must be changed first"},
    [HAS_NO_KEY] = {KDC_ERR_NULL_KEY, "the client has no key"},
};

static const char *yes(bool b)
{
    return b ? "yes" : "no";
}

static const char *end_text(struct arena *mem, int64_t when)
{
    char text[WHEN_TEXT];
    return when ? arena_str(mem, bytes_str(when_text(when, false, text))) : "never";
}

static void tell_standing(struct exchange *x, const struct account *a, enum way_in way,
                          int32_t code)
{
    struct arena *mem = x->turn->mem;
    struct ledger *ledger = x->kdc->config.ledger;
    unsigned wrong =
        ledger ? attempt_count(ledger, attempts_name(a, x->realm, mem), x->turn->now) : 0;
    const struct decision_input inputs[] = {
        {"disabled", a->text, yes(a->flags & ACCOUNT_DISABLED)},
        {"locked", a->text, yes(a->flags & ACCOUNT_LOCKED)},
        {"expires", a->text, end_text(mem, a->expires)},
        {"logon-hours", a->text, within_logon_hours(a, x->turn->now) ? "within" : "outside"},
        {"keys", a->text, yes(a->n_keys)},
        {"wrong-attempts", a->text, arena_printf(mem, "%u", wrong)},
        {"attempts", "realm", arena_printf(mem, "%u", x->policy->attempts)},
        {"password-expires", a->text, end_text(mem, a->password_expires)},
        {"must-change-password", a->text, yes(a->flags & ACCOUNT_MUST_CHANGE)},
        {"to-change-password", "request", yes(way == TO_CHANGE_PASSWORD)},
        {"now", "kdc", end_text(mem, x->turn->now)},
    };
    /* With a ticket the first four alone decide. */
    tell_decision(x->turn, .id = x->is_tgs ? "kdc.tgs.client" : "kdc.as.client-valid",
                  .rule = x->is_tgs
                              ? "An account that is disabled, locked, past its end or outside "
                                "its logon hours gets no further tickets."
                              : "What closes the account comes first, then wrong passwords, "
                                "then the age of the password, which may still be changed.",
                  .outcome = code ? name_find(NAMES_ERROR, code)->name : "open",
                  .spec = x->is_tgs ? "MS-KILE 3.3.5.7.1" : "MS-KILE 3.3.5.6.3", .inputs = inputs,
                  .n = way == WITH_A_TICKET ? 4 : sizeof inputs / sizeof *inputs);
}

int32_t client_standing(struct exchange *x, const struct account *a, enum way_in way)
{
    enum standing state =
        account_standing(a, x->realm, x->kdc->config.ledger, way, x->turn->now, x->turn->mem);
    int32_t code = refusals[state].code;
    if (told(x->turn))
        tell_standing(x, a, way, code);
    if (state == HAS_EXPIRED)
        SAY(x, A_TIME("expired", a->expires));
    if (state == HAS_OLD_PASSWORD)
        SAY(x, A_TIME("expired", a->password_expires));
    return code ? refuse(x, code, refusals[state].why) : DONE;
}
