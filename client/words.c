/* What a user reads when a task ended, in the words that kinit and kvno made known. */
#include "client/inside.h"

#include <string.h>

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
    {KDC_ERR_C_OLD_MAST_KVNO, "Client's key is encrypted in an old master key", NOBODY, ""},
    {KDC_ERR_S_OLD_MAST_KVNO, "Server's key is encrypted in an old master key", NOBODY, ""},
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
    {KDC_ERR_TRTYPE_NOSUPP, "KDC has no support for transited type", NOBODY, ""},
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
    {KRB_AP_ERR_BADORDER, "Message out of order", NOBODY, ""},
    {KRB_AP_ERR_BADKEYVER, "Key version is not available", NOBODY, ""},
    {KRB_AP_ERR_NOKEY, "Service key not available", NOBODY, ""},
    {KRB_AP_ERR_MUT_FAIL, "Mutual authentication failed", NOBODY, ""},
    {KRB_AP_ERR_BADDIRECTION, "Incorrect message direction", NOBODY, ""},
    {KRB_AP_ERR_METHOD, "Alternative authentication method required", NOBODY, ""},
    {KRB_AP_ERR_BADSEQ, "Incorrect sequence number in message", NOBODY, ""},
    {KRB_AP_ERR_INAPP_CKSUM, "Inappropriate type of checksum in message", NOBODY, ""},
    {KRB_AP_PATH_NOT_ACCEPTED, "Policy rejects transited path", NOBODY, ""},
    {KRB_ERR_RESPONSE_TOO_BIG, "Response too big for UDP, retry with TCP", NOBODY, ""},
    {KRB_ERR_GENERIC, "Generic error (see e-text)", NOBODY, ""},
    {KRB_ERR_FIELD_TOOLONG, "Field is too long for this implementation", NOBODY, ""},
    {KDC_ERR_CLIENT_NOT_TRUSTED, "Client not trusted", NOBODY, ""},
    {KDC_ERROR_KDC_NOT_TRUSTED, "KDC not trusted", NOBODY, ""},
    {KDC_ERR_INVALID_SIG, "Invalid signature", NOBODY, ""},
    {KDC_ERR_DH_KEY_PARAMETERS_NOT_ACCEPTED, "Key parameters not accepted", NOBODY, ""},
    {KDC_ERR_CERTIFICATE_MISMATCH, "Certificate mismatch", NOBODY, ""},
    {KRB_AP_ERR_NO_TGT, "No ticket granting ticket", NOBODY, ""},
    {KDC_ERR_WRONG_REALM, "Realm not local to KDC", NOBODY, ""},
    {KRB_AP_ERR_USER_TO_USER_REQUIRED, "User to user required", NOBODY, ""},
    {KDC_ERR_CANT_VERIFY_CERTIFICATE, "Can't verify certificate", NOBODY, ""},
    {KDC_ERR_INVALID_CERTIFICATE, "Invalid certificate", NOBODY, ""},
    {KDC_ERR_REVOKED_CERTIFICATE, "Revoked certificate", NOBODY, ""},
    {KDC_ERR_REVOCATION_STATUS_UNKNOWN, "Revocation status unknown", NOBODY, ""},
    {KDC_ERR_REVOCATION_STATUS_UNAVAILABLE, "Revocation status unavailable", NOBODY, ""},
    {KDC_ERR_CLIENT_NAME_MISMATCH, "Client name mismatch", NOBODY, ""},
    {KDC_ERR_KDC_NAME_MISMATCH, "KDC name mismatch", NOBODY, ""},
    {KDC_ERR_INCONSISTENT_KEY_PURPOSE, "Inconsistent key purpose", NOBODY, ""},
    {KDC_ERR_DIGEST_IN_CERT_NOT_ACCEPTED, "Digest in certificate not accepted", NOBODY, ""},
    {KDC_ERR_PA_CHECKSUM_MUST_BE_INCLUDED, "Checksum must be included", NOBODY, ""},
    {KDC_ERR_DIGEST_IN_SIGNED_DATA_NOT_ACCEPTED, "Digest in signed-data not accepted", NOBODY, ""},
    {KDC_ERR_PUBLIC_KEY_ENCRYPTION_NOT_SUPPORTED, "Public key encryption not supported", NOBODY,
     ""},
    {KRB_AP_ERR_IAKERB_KDC_NOT_FOUND, "The IAKERB proxy could not find a KDC", NOBODY, ""},
    {KRB_AP_ERR_IAKERB_KDC_NO_RESPONSE, "The KDC did not respond to the IAKERB proxy", NOBODY, ""},
    {KDC_ERR_PREAUTH_EXPIRED, "Preauthentication expired", NOBODY, ""},
    {KDC_ERR_MORE_PREAUTH_DATA_REQUIRED, "More preauthentication data is required", NOBODY, ""},
    {KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS, "An unsupported critical FAST option was requested",
     NOBODY, ""},
    {KDC_ERR_NO_ACCEPTABLE_KDF, "No acceptable KDF offered", NOBODY, ""},
};

/* kinit knows that a key made of a password failed, so it can say what the KDC does not: the
 * password was wrong. */
static bool wrong_password(const struct client *c, int32_t code)
{
    return logs_on(&c->task) && !c->task.keytab &&
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

/* What kinit, kvno and their like say they were doing; "%s": the name of the service. */
static const struct {
    const char *program, *doing;
} doings[] = {
    [CLIENT_LOGON] = {"kinit", "getting initial credentials"},
    [CLIENT_TICKET] = {"kvno", "getting credentials for %s"},
    [CLIENT_GET] = {"get", NULL},
    [CLIENT_RENEW] = {"kinit", "renewing credentials"},
    [CLIENT_VALIDATE] = {"kinit", "validating credentials"},
    [CLIENT_FORWARD] = {"forward", "getting a forwarded ticket"},
    [CLIENT_PROXY] = {"proxy", "getting a proxy ticket for %s"},
    [CLIENT_PASSWORD] = {"kpasswd", "getting initial ticket"},
    [CLIENT_BROWSE] = {"get", NULL},
};

const char *client_outcome_words(struct client *c, int32_t code, const char *own)
{
    const char *why = own ? own : cause(c, code);
    /* Of a GET, the first half is kvno's. */
    enum client_task kind = c->task.awaiting == AWAIT_TGS_REP && c->task.kind == CLIENT_GET
                                ? CLIENT_TICKET
                                : c->task.kind;
    const char *doing = c->task.awaiting == AWAIT_PASSWORD ? NULL : doings[kind].doing;
    if (!doing)
        return arena_printf(c->mem, "%s: %s", doings[kind].program, why);
    const char *place = strchr(doing, '%');
    int before = place ? (int)(place - doing) : (int)strlen(doing);
    return arena_printf(c->mem, "%s: %s while %.*s%s", doings[kind].program, why, before, doing,
                        place ? client_shown(c->mem, &c->task.sname, c->task.srealm) : "");
}
