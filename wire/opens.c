#include "wire/opens.h"

#include "wire/gss.h"
#include "wire/kerberos.h"

#include <string.h>

/* ---- the tables ---------------------------------------------------------------------------- */

#define PADATA(number, name, what)                                                                 \
    {                                                                                              \
        "PA-DATA.padata-value", "padata-type", number, name, &ASN_##what, FLAT_NONE, NULL          \
    }
#define ADDATA(number, name, what)                                                                 \
    {                                                                                              \
        "AuthorizationData.ad-data", "ad-type", number, name, &ASN_##what, FLAT_NONE, NULL         \
    }
#define E_DATA(number, section)                                                                    \
    {                                                                                              \
        "KRB-ERROR.e-data", "error-code", number, "METHOD-DATA", &ASN_METHOD_DATA, FLAT_NONE,      \
            section                                                                                \
    }

#define TOKEN(path, section)                                                                       \
    {                                                                                              \
        path, NULL, 0, "token", NULL, FLAT_TOKEN, section                                          \
    }

static const struct holds_row holds[] = {
    PADATA(1, "PA-TGS-REQ", AP_REQ),
    PADATA(2, "PA-ENC-TIMESTAMP", PA_ENC_TIMESTAMP),
    PADATA(11, "PA-ETYPE-INFO", ETYPE_INFO),
    PADATA(19, "PA-ETYPE-INFO2", ETYPE_INFO2),
    PADATA(128, "PA-PAC-REQUEST", KERB_PA_PAC_REQUEST),
    PADATA(129, "PA-FOR-USER", PA_FOR_USER),
    /* What is in it concerns only the KDC that made it. */
    {"PA-DATA.padata-value", "padata-type", 133, "PA-FX-COOKIE", NULL, FLAT_NONE, "RFC 6113 5.2"},
    PADATA(134, "PA-AUTHENTICATION-SET", PA_AUTHENTICATION_SET),
    {"KDC-REQ.padata.padata-value", "padata-type", 136, "PA-FX-FAST", &ASN_PA_FX_FAST_REQUEST,
     FLAT_NONE, "RFC 6113 5.4.2"},
    {"KDC-REP.padata.padata-value", "padata-type", 136, "PA-FX-FAST", &ASN_PA_FX_FAST_REPLY,
     FLAT_NONE, "RFC 6113 5.4.3"},
    {"METHOD-DATA.padata-value", "padata-type", 136, "PA-FX-FAST", &ASN_PA_FX_FAST_REPLY, FLAT_NONE,
     "RFC 6113 5.4.4"},
    PADATA(137, "PA-FX-ERROR", KRB_ERROR),
    PADATA(138, "PA-ENCRYPTED-CHALLENGE", EncryptedChallenge),
    {"KrbFastArmor.armor-value", "armor-type", 1, "FX-FAST-ARMOR-AP-REQUEST", &ASN_AP_REQ,
     FLAT_NONE, "RFC 6113 5.4.1.1"},
    /* In the request it is empty: the checksum comes back inside the reply. */
    {"EncKDCRepPart.encrypted-pa-data.padata-value", "padata-type", 149, "PA-REQ-ENC-PA-REP",
     &ASN_Checksum, FLAT_NONE, "RFC 6806 11"},

    ADDATA(1, "AD-IF-RELEVANT", AD_IF_RELEVANT),
    ADDATA(4, "AD-KDCIssued", AD_KDCIssued),
    ADDATA(5, "AD-AND-OR", AD_AND_OR),
    ADDATA(8, "AD-MANDATORY-FOR-KDC", AD_MANDATORY_FOR_KDC),
    {"AuthorizationData.ad-data", "ad-type", 128, "PAC", NULL, FLAT_PAC, "MS-PAC 2"},

    E_DATA(25, "RFC 4120 5.9.1"), /* KDC_ERR_PREAUTH_REQUIRED */
    E_DATA(24, "RFC 6113 2"),     /* KDC_ERR_PREAUTH_FAILED */
    E_DATA(90, "RFC 6113 5.2"),   /* KDC_ERR_PREAUTH_EXPIRED */
    E_DATA(91, "RFC 6113 2.4"),   /* KDC_ERR_MORE_PREAUTH_DATA_REQUIRED */
    {"KRB-ERROR.e-data", NULL, 0, "TYPED-DATA", &ASN_TYPED_DATA, FLAT_NONE, "RFC 4120 5.9.1"},
    /* Of any error, once it is armored. */
    {"KRB-ERROR.e-data", NULL, 0, "METHOD-DATA", &ASN_METHOD_DATA, FLAT_NONE, "RFC 6113 5.4.4"},

    {"Authenticator.cksum.checksum", "cksumtype", CKSUMTYPE_GSS, "GSS-CHECKSUM", NULL,
     FLAT_GSS_CHECKSUM, "RFC 4121 4.1.1"},

    TOKEN("NegTokenInit.mechToken", "RFC 4178 4.2.1"),
    TOKEN("NegTokenInit.mechListMIC", "RFC 4178 5"),
    TOKEN("NegTokenInit2.mechToken", "MS-SPNG 2.2.1"),
    TOKEN("NegTokenInit2.mechListMIC", "MS-SPNG 2.2.1"),
    TOKEN("NegTokenResp.responseToken", "RFC 4178 4.2.2"),
    TOKEN("NegTokenResp.mechListMIC", "RFC 4178 5"),

    /* The older form has the new password there and nothing else. */
    {"KPASSWD-REQ/EncKrbPrivPart.user-data", NULL, 0, "ChangePasswdData", &ASN_ChangePasswdData,
     FLAT_NONE, "RFC 3244 2"},
    {"KPASSWD-REP/EncKrbPrivPart.user-data", NULL, 0, "KPASSWD-RESULT", NULL, FLAT_KPASSWD_RESULT,
     "RFC 3244 2"},
    {"KPASSWD-REP/KRB-ERROR.e-data", NULL, 0, "KPASSWD-RESULT", NULL, FLAT_KPASSWD_RESULT,
     "RFC 3244 2"},
};

static const struct opens_row opens[] = {
    {"PA-ENC-TIMESTAMP", &ASN_PA_ENC_TS_ENC, 1, 0, KEY_OF_CLIENT, "RFC 4120 5.2.7.2"},
    {"Ticket.enc-part", &ASN_EncTicketPart, 2, 0, KEY_OF_SNAME, "RFC 4120 5.3"},
    {"AS-REP.enc-part", &ASN_EncASRepPart, 3, 0, KEY_OF_CLIENT, "RFC 4120 5.4.2"},
    {"KDC-REQ-BODY.enc-authorization-data", &ASN_AuthorizationData, 4, 5, KEY_OF_TGT_SESSION,
     "RFC 4120 5.4.1"},
    {"PA-TGS-REQ/AP-REQ.authenticator", &ASN_Authenticator, 7, 0, KEY_OF_TICKET_SESSION,
     "RFC 4120 5.5.1"},
    {"TGS-REP.enc-part", &ASN_EncTGSRepPart, 8, 9, KEY_OF_TGT_SESSION, "RFC 4120 5.4.2"},
    {"AP-REQ.authenticator", &ASN_Authenticator, 11, 0, KEY_OF_TICKET_SESSION, "RFC 4120 5.5.1"},
    {"AP-REP.enc-part", &ASN_EncAPRepPart, 12, 0, KEY_OF_TICKET_SESSION, "RFC 4120 5.5.2"},
    {"KrbFastArmoredReq.enc-fast-req", &ASN_KrbFastReq, 51, 0, KEY_OF_ARMOR, "RFC 6113 5.4.2"},
    {"KrbFastArmoredRep.enc-fast-rep", &ASN_KrbFastResponse, 52, 0, KEY_OF_ARMOR, "RFC 6113 5.4.3"},
    {"KrbFastReq/EncryptedChallenge", &ASN_PA_ENC_TS_ENC, 54, 0, KEY_OF_CHALLENGE,
     "RFC 6113 5.4.6"},
    {"KrbFastResponse/EncryptedChallenge", &ASN_PA_ENC_TS_ENC, 55, 0, KEY_OF_CHALLENGE,
     "RFC 6113 5.4.6"},
    {"KRB-PRIV.enc-part", &ASN_EncKrbPrivPart, 13, 13, KEY_OF_SUBKEY, "RFC 4120 5.7.1"},
    {"KRB-CRED.enc-part", &ASN_EncKrbCredPart, 14, 14, KEY_OF_SUBKEY, "RFC 4120 5.8.1"},
};

static const struct covers_row covers[] = {
    {"PA-TGS-REQ/AP-REQ.authenticator/Authenticator.cksum", 6, "KDC-REQ.req-body",
     KEY_OF_TICKET_SESSION, "RFC 4120 5.4.1"},
    {"AP-REQ.authenticator/Authenticator.cksum", 10, "what the application chose",
     KEY_OF_TICKET_SESSION, "RFC 4120 5.5.1"},
    {"AS-REQ/KrbFastArmoredReq.req-checksum", 50, "AS-REQ.req-body", KEY_OF_ARMOR,
     "RFC 6113 5.4.2"},
    {"TGS-REQ/KrbFastArmoredReq.req-checksum", 50, "PA-TGS-REQ/AP-REQ", KEY_OF_ARMOR,
     "RFC 6113 5.4.2"},
    {"KrbFastFinished.ticket-checksum", 53, "KDC-REP.ticket", KEY_OF_ARMOR, "RFC 6113 5.4.3"},
    {"KRB-SAFE.cksum", 15, "KRB-SAFE with a checksum of type and length zero", KEY_OF_SUBKEY,
     "RFC 4120 5.6.1"},
    {"PA-FOR-USER.cksum", 17, "name-type, name, realm and auth-package of this padata",
     KEY_OF_TGT_SESSION, "MS-SFU 2.2.1"},
    {"AD-KDCIssued.ad-checksum", 19, "AD-KDCIssued.elements", KEY_OF_TICKET_SESSION,
     "RFC 4120 5.2.6.2"},
    {"PA-REQ-ENC-PA-REP/Checksum", 56, "the AS-REQ, whole", KEY_OF_CLIENT, "RFC 6806 11"},
};

const struct holds_row *holds_table(size_t *n)
{
    *n = sizeof holds / sizeof *holds;
    return holds;
}

/* ---- places -------------------------------------------------------------------------------- */

static bool same(const char *name, const char *part, size_t n)
{
    return name && strncmp(name, part, n) == 0 && name[n] == 0;
}

/* What a fit is worth: a part counts for more than whether the production goes by its own name or
 * by its base's. */
enum { WORTH_PART = 4, WORTH_NAME = 2, WORTH_BASE = 1 };

/* One segment, "PRODUCTION.member.member[]", that ends at `at`. *head becomes the place of the
 * production, for the segment before. */
static unsigned segment_fits(const char *s, size_t n, const struct place *at,
                             const struct place **head)
{
    unsigned worth = 0;
    if (n > 2 && memcmp(s + n - 2, "[]", 2) == 0) {
        if (!at->element)
            return 0;
        at = at->up;
        n -= 2;
        worth += WORTH_PART;
    }
    for (;;) {
        size_t from = n;
        while (from && s[from - 1] != '.')
            from--;
        const char *part = s + from;
        if (from == 0) {
            const struct place *production = at;
            /* "AuthorizationData.ad-data": the element in between has no production's name. */
            if (production->element && !same(production->name, part, n) &&
                !same(production->base, part, n))
                production = production->up;
            *head = production;
            if (same(production->name, part, n))
                return worth + WORTH_PART + WORTH_NAME;
            return same(production->base, part, n) ? worth + WORTH_PART + WORTH_BASE : 0;
        }
        if (at->element && worth)
            at = at->up;
        if (!at || !same(at->member, part, n - from) || !at->up)
            return 0;
        worth += WORTH_PART;
        at = at->up;
        n = from - 1;
    }
}

unsigned place_fits(const char *key, const struct place *at)
{
    size_t n = strlen(key);
    unsigned worth = 0;
    while (at) {
        size_t from = n;
        while (from && key[from - 1] != '/')
            from--;
        const struct place *head = at;
        unsigned fit = segment_fits(key + from, n - from, at, &head);
        if (fit == 0 && worth == 0)
            return 0; /* the last segment names the place itself */
        if (fit == 0) {
            at = at->up; /* those before it, anything around */
            continue;
        }
        worth += fit;
        if (from == 0)
            return worth;
        n = from - 1;
        at = head->up;
    }
    return 0;
}

const struct opens_row *opens_find(const struct place *at)
{
    const struct opens_row *best = NULL;
    unsigned most = 0;
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        unsigned fit = place_fits(opens[i].path, at);
        if (fit > most) {
            most = fit;
            best = &opens[i];
        }
    }
    return best;
}

const struct covers_row *covers_find(const struct place *at)
{
    const struct covers_row *best = NULL;
    unsigned most = 0;
    for (size_t i = 0; i < sizeof covers / sizeof *covers; i++) {
        unsigned fit = place_fits(covers[i].path, at);
        if (fit > most) {
            most = fit;
            best = &covers[i];
        }
    }
    return best;
}

const struct holds_row *holds_find(const struct place *at,
                                   bool (*sibling)(void *arg, const char *member, int64_t *number),
                                   void *arg)
{
    const struct holds_row *best = NULL;
    unsigned most = 0;
    for (size_t i = 0; i < sizeof holds / sizeof *holds; i++) {
        const struct holds_row *row = &holds[i];
        unsigned fit = place_fits(row->path, at);
        int64_t number;
        if (fit == 0 || (row->by && !(sibling(arg, row->by, &number) && number == row->number)))
            continue;
        fit = 2 * fit + (row->by != NULL);
        if (fit > most) {
            most = fit;
            best = row;
        }
    }
    return best;
}

const struct holds_row *holds_next(const struct place *at, const struct holds_row *row)
{
    while (++row < holds + sizeof holds / sizeof *holds)
        if (!row->by && place_fits(row->path, at))
            return row;
    return NULL;
}
