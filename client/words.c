/* What a user reads when a task ended, in the words that kinit and kvno made known. */
#include "client/inside.h"

enum whom { NOBODY, CLIENT, SERVER };

static const struct {
    int32_t code;
    const char *before;
    enum whom whom;
    const char *after;
} table[] = {
    {KDC_ERR_NAME_EXP, "Client's entry in database has expired", NOBODY, ""},
    {KDC_ERR_SERVICE_EXP, "Server's entry in database has expired", NOBODY, ""},
    {KDC_ERR_BAD_PVNO, "Requested protocol version not supported", NOBODY, ""},
    {KDC_ERR_C_PRINCIPAL_UNKNOWN, "Client '", CLIENT, "' not found in Kerberos database"},
    {KDC_ERR_S_PRINCIPAL_UNKNOWN, "Server ", SERVER, " not found in Kerberos database"},
    {KDC_ERR_PRINCIPAL_NOT_UNIQUE, "Principal has multiple entries in Kerberos database", NOBODY,
     ""},
    {KDC_ERR_NULL_KEY, "Client or server has a null key", NOBODY, ""},
    {KDC_ERR_CANNOT_POSTDATE, "Ticket is ineligible for postdating", NOBODY, ""},
    {KDC_ERR_NEVER_VALID, "Requested effective lifetime is negative or too short", NOBODY, ""},
    {KDC_ERR_POLICY, "KDC policy rejects request", NOBODY, ""},
    {KDC_ERR_BADOPTION, "KDC can't fulfill requested option", NOBODY, ""},
    {KDC_ERR_ETYPE_NOSUPP, "KDC has no support for encryption type", NOBODY, ""},
    {KDC_ERR_SUMTYPE_NOSUPP, "KDC has no support for checksum type", NOBODY, ""},
    {KDC_ERR_PADATA_TYPE_NOSUPP, "KDC has no support for padata type", NOBODY, ""},
    {KDC_ERR_CLIENT_REVOKED, "Client's credentials have been revoked", NOBODY, ""},
    {KDC_ERR_SERVICE_REVOKED, "Credentials for server have been revoked", NOBODY, ""},
    {KDC_ERR_TGT_REVOKED, "TGT has been revoked", NOBODY, ""},
    {KDC_ERR_CLIENT_NOTYET, "Client not yet valid - try again later", NOBODY, ""},
    {KDC_ERR_SERVICE_NOTYET, "Server not yet valid - try again later", NOBODY, ""},
    {KDC_ERR_KEY_EXPIRED, "Password has expired", NOBODY, ""},
    {KDC_ERR_PREAUTH_FAILED, "Preauthentication failed", NOBODY, ""},
    {KDC_ERR_PREAUTH_REQUIRED, "Additional pre-authentication required", NOBODY, ""},
    {KDC_ERR_SERVER_NOMATCH, "Requested server and ticket don't match", NOBODY, ""},
    {KDC_ERR_MUST_USE_USER2USER, "Server principal valid for user2user only", NOBODY, ""},
    {KDC_ERR_PATH_NOT_ACCEPTED, "KDC policy rejects transited path", NOBODY, ""},
    {KDC_ERR_SVC_UNAVAILABLE, "A service is not available that is required to process the request",
     NOBODY, ""},
    {KRB_AP_ERR_BAD_INTEGRITY, "Decrypt integrity check failed", NOBODY, ""},
    {KRB_AP_ERR_TKT_EXPIRED, "Ticket expired", NOBODY, ""},
    {KRB_AP_ERR_TKT_NYV, "Ticket not yet valid", NOBODY, ""},
    {KRB_AP_ERR_REPEAT, "Request is a replay", NOBODY, ""},
    {KRB_AP_ERR_NOT_US, "The ticket isn't for us", NOBODY, ""},
    {KRB_AP_ERR_BADMATCH, "Ticket/authenticator don't match", NOBODY, ""},
    {KRB_AP_ERR_SKEW, "Clock skew too great", NOBODY, ""},
    {KRB_AP_ERR_BADADDR, "Incorrect net address", NOBODY, ""},
    {KRB_AP_ERR_BADVERSION, "Protocol version mismatch", NOBODY, ""},
    {KRB_AP_ERR_MSG_TYPE, "Invalid message type", NOBODY, ""},
    {KRB_AP_ERR_MODIFIED, "Message stream modified", NOBODY, ""},
    {KRB_AP_ERR_BADKEYVER, "Key version is not available", NOBODY, ""},
    {KRB_AP_ERR_NOKEY, "Service key not available", NOBODY, ""},
    {KRB_AP_ERR_MUT_FAIL, "Mutual authentication failed", NOBODY, ""},
    {KRB_AP_ERR_INAPP_CKSUM, "Inappropriate type of checksum in message", NOBODY, ""},
    {KRB_ERR_RESPONSE_TOO_BIG, "Response too big for UDP, retry with TCP", NOBODY, ""},
    {KRB_ERR_GENERIC, "Generic error (see e-text)", NOBODY, ""},
    {KRB_ERR_FIELD_TOOLONG, "Field is too long for this implementation", NOBODY, ""},
    {KDC_ERR_WRONG_REALM, "Realm not local to KDC", NOBODY, ""},
};

/* kinit knows that a key made of a password failed, so it can say what the KDC does not: the
 * password was wrong. */
static bool wrong_password(const struct client *c, int32_t code)
{
    return c->task.kind == CLIENT_LOGON && !c->task.keytab &&
           (code == KDC_ERR_PREAUTH_FAILED || code == KRB_AP_ERR_BAD_INTEGRITY);
}

static const char *cause(struct client *c, int32_t code)
{
    if (wrong_password(c, code))
        return "Password incorrect";
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].code != code)
            continue;
        if (table[i].whom == NOBODY)
            return table[i].before;
        const char *name = table[i].whom == CLIENT
                               ? client_shown(c->mem, &c->task.cname, c->task.crealm)
                               : client_shown(c->mem, &c->task.sname, c->task.srealm);
        return arena_printf(c->mem, "%s%s%s", table[i].before, name, table[i].after);
    }
    return arena_printf(c->mem, "Error %s", name_text(c->mem, NAMES_ERROR, code));
}

const char *client_outcome_words(struct client *c, int32_t code, const char *own)
{
    const char *why = own ? own : cause(c, code);
    if (c->task.kind == CLIENT_LOGON)
        return arena_printf(c->mem, "kinit: %s while getting initial credentials", why);
    if (c->task.kind == CLIENT_TICKET || c->task.awaiting == AWAIT_TGS_REP)
        return arena_printf(c->mem, "kvno: %s while getting credentials for %s", why,
                            client_shown(c->mem, &c->task.sname, c->task.srealm));
    return arena_printf(c->mem, "get: %s", why);
}
