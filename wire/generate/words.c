/* The generator: turns wire/words.en into the C table that wire/words.h gives out. It stops where
 * a line breaks the rules written at the head of that file, where a key names no place of the
 * schema, and where a place has no words. Runs at build time only.
 *
 * usage: words IN OUT.c */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/kerberos.h"
#include "wire/opens.h"
#include "wire/spnego.h"

#define MAX_ROWS 2048
#define MAX_TEXT 340

struct row {
    int line;
    char *key, *spec, *text;
};
static struct row rows[MAX_ROWS];
static size_t n_rows;
static const char *file;
static int failures;

static const struct asn_type *const *const modules[] = {asn_kerberos_types, asn_spnego_types};

/* What the formats without ASN.1 call their parts (wire/flat.h), under the names of wire/opens.h,
 * and what the dissector shows that no specification has a name for. */
static const char *const others[] = {
    "GSS-TOKEN",
    "GSS-TOKEN.thisMech",
    "GSS-TOKEN.thisMech.oid",
    "GSS-TOKEN.TOK_ID",
    "GSS-TOKEN.innerToken",
    "GSS-MESSAGE",
    "GSS-MESSAGE.TOK_ID",
    "GSS-MESSAGE.Flags",
    "GSS-MESSAGE.Filler",
    "GSS-MESSAGE.EC",
    "GSS-MESSAGE.RRC",
    "GSS-MESSAGE.SND_SEQ",
    "GSS-MESSAGE.SGN_CKSUM",
    "GSS-MESSAGE.Data",
    "GSS-CHECKSUM",
    "GSS-CHECKSUM.Lgth",
    "GSS-CHECKSUM.Bnd",
    "GSS-CHECKSUM.Flags",
    "GSS-CHECKSUM.DlgOpt",
    "GSS-CHECKSUM.Dlgth",
    "GSS-CHECKSUM.Deleg",
    "GSS-CHECKSUM.Exts",
    "KPASSWD-REQ",
    "KPASSWD-REQ.message-length",
    "KPASSWD-REQ.protocol-version",
    "KPASSWD-REQ.AP-length",
    "KPASSWD-REQ.AP",
    "KPASSWD-REQ.rest",
    "KPASSWD-REP",
    "KPASSWD-REP.message-length",
    "KPASSWD-REP.protocol-version",
    "KPASSWD-REP.AP-length",
    "KPASSWD-REP.AP",
    "KPASSWD-REP.rest",
    "KPASSWD-RESULT",
    "KPASSWD-RESULT.result-code",
    "KPASSWD-RESULT.result-string",
    "HTTP",
    "HTTP.request-line",
    "HTTP.request-line.method",
    "HTTP.request-line.request-target",
    "HTTP.request-line.HTTP-version",
    "HTTP.status-line",
    "HTTP.status-line.HTTP-version",
    "HTTP.status-line.status-code",
    "HTTP.status-line.reason-phrase",
    "HTTP.field",
    "HTTP.field.name",
    "HTTP.field.value",
    "HTTP.field.auth-scheme",
    "HTTP.field.token68",
    "HTTP.field.auth-param",
    "HTTP.field.realm",
    "HTTP.field.charset",
    "HTTP.field.domain",
    "HTTP.field.nonce",
    "HTTP.field.opaque",
    "HTTP.field.stale",
    "HTTP.field.algorithm",
    "HTTP.field.qop",
    "HTTP.field.userhash",
    "HTTP.field.username",
    "HTTP.field.username*",
    "HTTP.field.uri",
    "HTTP.field.cnonce",
    "HTTP.field.nc",
    "HTTP.field.response",
    "HTTP.field.nextnonce",
    "HTTP.field.rspauth",
    "HTTP.field.base64-user-pass",
    "HTTP.content",
    "USER-PASS",
    "USER-PASS.user-id",
    "USER-PASS.password",
    "NTLM",
    "NTLM.Signature",
    "NTLM.MessageType",
    "NTLM.NegotiateFlags",
    "NTLM.DomainNameFields",
    "NTLM.DomainNameFields.Len",
    "NTLM.DomainNameFields.MaxLen",
    "NTLM.DomainNameFields.BufferOffset",
    "NTLM.UserNameFields",
    "NTLM.UserNameFields.Len",
    "NTLM.UserNameFields.MaxLen",
    "NTLM.UserNameFields.BufferOffset",
    "NTLM.WorkstationFields",
    "NTLM.WorkstationFields.Len",
    "NTLM.WorkstationFields.MaxLen",
    "NTLM.WorkstationFields.BufferOffset",
    "NTLM.TargetNameFields",
    "NTLM.TargetNameFields.Len",
    "NTLM.TargetNameFields.MaxLen",
    "NTLM.TargetNameFields.BufferOffset",
    "NTLM.TargetInfoFields",
    "NTLM.TargetInfoFields.Len",
    "NTLM.TargetInfoFields.MaxLen",
    "NTLM.TargetInfoFields.BufferOffset",
    "NTLM.LmChallengeResponseFields",
    "NTLM.LmChallengeResponseFields.Len",
    "NTLM.LmChallengeResponseFields.MaxLen",
    "NTLM.LmChallengeResponseFields.BufferOffset",
    "NTLM.NtChallengeResponseFields",
    "NTLM.NtChallengeResponseFields.Len",
    "NTLM.NtChallengeResponseFields.MaxLen",
    "NTLM.NtChallengeResponseFields.BufferOffset",
    "NTLM.EncryptedRandomSessionKeyFields",
    "NTLM.EncryptedRandomSessionKeyFields.Len",
    "NTLM.EncryptedRandomSessionKeyFields.MaxLen",
    "NTLM.EncryptedRandomSessionKeyFields.BufferOffset",
    "NTLM.ServerChallenge",
    "NTLM.Reserved",
    "NTLM.Version",
    "NTLM.Version.ProductMajorVersion",
    "NTLM.Version.ProductMinorVersion",
    "NTLM.Version.ProductBuild",
    "NTLM.Version.Reserved",
    "NTLM.Version.NTLMRevisionCurrent",
    "NTLM.MIC",
    "NTLM.Gap",
    "NTLM.TargetName",
    "NTLM.TargetInfo",
    "NTLM.DomainName",
    "NTLM.UserName",
    "NTLM.Workstation",
    "NTLM.LmChallengeResponse",
    "NTLM.NtChallengeResponse",
    "NTLM.EncryptedRandomSessionKey",
    "ExportedSessionKey",
    "AV_PAIRS",
    "AV_PAIRS.AvPair",
    "AV_PAIRS.AvPair.AvId",
    "AV_PAIRS.AvPair.AvLen",
    "AV_PAIRS.AvPair.Value",
    "AV_PAIRS.AvPair.MsvAvEOL",
    "AV_PAIRS.AvPair.MsvAvNbComputerName",
    "AV_PAIRS.AvPair.MsvAvNbDomainName",
    "AV_PAIRS.AvPair.MsvAvDnsComputerName",
    "AV_PAIRS.AvPair.MsvAvDnsDomainName",
    "AV_PAIRS.AvPair.MsvAvDnsTreeName",
    "AV_PAIRS.AvPair.MsvAvFlags",
    "AV_PAIRS.AvPair.MsvAvTimestamp",
    "AV_PAIRS.AvPair.MsvAvSingleHost",
    "AV_PAIRS.AvPair.MsvAvTargetName",
    "AV_PAIRS.AvPair.MsvAvChannelBindings",
    "AV_PAIRS.Gap",
    "NTLMv2_RESPONSE",
    "NTLMv2_RESPONSE.NTProofStr",
    "NTLMv2_RESPONSE.RespType",
    "NTLMv2_RESPONSE.HiRespType",
    "NTLMv2_RESPONSE.Reserved1",
    "NTLMv2_RESPONSE.Reserved2",
    "NTLMv2_RESPONSE.TimeStamp",
    "NTLMv2_RESPONSE.ChallengeFromClient",
    "NTLMv2_RESPONSE.Reserved3",
    "NTLMv2_RESPONSE.AvPairs",
    "NTLMv2_RESPONSE.AvPairs.AvPair",
    "NTLMv2_RESPONSE.AvPairs.AvPair.AvId",
    "NTLMv2_RESPONSE.AvPairs.AvPair.AvLen",
    "NTLMv2_RESPONSE.AvPairs.AvPair.Value",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvEOL",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvNbComputerName",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvNbDomainName",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvDnsComputerName",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvDnsDomainName",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvDnsTreeName",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvFlags",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvTimestamp",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvTargetName",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvChannelBindings",
    "NTLMv2_RESPONSE.AvPairs.AvPair.MsvAvSingleHost",
    "NTLMv2_RESPONSE.Gap",
    "NTLM-SIGNATURE",
    "NTLM-SIGNATURE.Version",
    "NTLM-SIGNATURE.Checksum",
    "NTLM-SIGNATURE.SeqNum",
    "DNS",
    "DNS.ID",
    "DNS.flags",
    "DNS.RCODE",
    "DNS.QDCOUNT",
    "DNS.ANCOUNT",
    "DNS.NSCOUNT",
    "DNS.ARCOUNT",
    "DNS.question",
    "DNS.question.QNAME",
    "DNS.question.QTYPE",
    "DNS.question.QCLASS",
    "DNS.answer",
    "DNS.authority",
    "DNS.additional",
    "NAME",
    "label",
    "label.length",
    "label.value",
    "pointer",
    "root",
    "TYPE",
    "CLASS",
    "TTL",
    "RDLENGTH",
    "RDATA",
    "RDATA.ADDRESS",
    "RDATA.CNAME",
    "RDATA.PTRDNAME",
    "RDATA.Priority",
    "RDATA.Weight",
    "RDATA.Port",
    "RDATA.Target",
    "RDATA.TXT-DATA",
    "RDATA.octets",
    "padding",
    "max_count",
    "offset",
    "actual_count",
    "Length",
    "MaximumLength",
    "Buffer",
    "Revision",
    "PAC",
    "PAC.cBuffers",
    "PAC.Version",
    "PAC.Buffers",
    "PAC.Buffers.ulType",
    "PAC.Buffers.cbBufferSize",
    "PAC.Buffers.Offset",
    "PAC.Buffer",
    "LOGON_INFO",
    "LOGON_INFO.CommonTypeHeader",
    "LOGON_INFO.CommonTypeHeader.Version",
    "LOGON_INFO.CommonTypeHeader.Endianness",
    "LOGON_INFO.CommonTypeHeader.CommonHeaderLength",
    "LOGON_INFO.CommonTypeHeader.Filler",
    "LOGON_INFO.PrivateHeader",
    "LOGON_INFO.PrivateHeader.ObjectBufferLength",
    "LOGON_INFO.PrivateHeader.Filler",
    "LOGON_INFO.Pointer",
    "KERB_VALIDATION_INFO",
    "KERB_VALIDATION_INFO.LogonTime",
    "KERB_VALIDATION_INFO.LogoffTime",
    "KERB_VALIDATION_INFO.KickOffTime",
    "KERB_VALIDATION_INFO.PasswordLastSet",
    "KERB_VALIDATION_INFO.PasswordCanChange",
    "KERB_VALIDATION_INFO.PasswordMustChange",
    "KERB_VALIDATION_INFO.EffectiveName",
    "KERB_VALIDATION_INFO.FullName",
    "KERB_VALIDATION_INFO.LogonScript",
    "KERB_VALIDATION_INFO.ProfilePath",
    "KERB_VALIDATION_INFO.HomeDirectory",
    "KERB_VALIDATION_INFO.HomeDirectoryDrive",
    "KERB_VALIDATION_INFO.LogonCount",
    "KERB_VALIDATION_INFO.BadPasswordCount",
    "KERB_VALIDATION_INFO.UserId",
    "KERB_VALIDATION_INFO.PrimaryGroupId",
    "KERB_VALIDATION_INFO.GroupCount",
    "KERB_VALIDATION_INFO.GroupIds",
    "GROUP_MEMBERSHIP",
    "GROUP_MEMBERSHIP.RelativeId",
    "GROUP_MEMBERSHIP.Attributes",
    "KERB_VALIDATION_INFO.UserFlags",
    "KERB_VALIDATION_INFO.UserSessionKey",
    "KERB_VALIDATION_INFO.LogonServer",
    "KERB_VALIDATION_INFO.LogonDomainName",
    "KERB_VALIDATION_INFO.LogonDomainId",
    "KERB_VALIDATION_INFO.Reserved1",
    "KERB_VALIDATION_INFO.UserAccountControl",
    "KERB_VALIDATION_INFO.SubAuthStatus",
    "KERB_VALIDATION_INFO.LastSuccessfulILogon",
    "KERB_VALIDATION_INFO.LastFailedILogon",
    "KERB_VALIDATION_INFO.FailedILogonCount",
    "KERB_VALIDATION_INFO.Reserved3",
    "KERB_VALIDATION_INFO.SidCount",
    "KERB_VALIDATION_INFO.ExtraSids",
    "KERB_VALIDATION_INFO.ExtraSids.Sid",
    "KERB_SID_AND_ATTRIBUTES",
    "KERB_SID_AND_ATTRIBUTES.Sid",
    "KERB_SID_AND_ATTRIBUTES.Attributes",
    "KERB_VALIDATION_INFO.ResourceGroupDomainSid",
    "KERB_VALIDATION_INFO.ResourceGroupCount",
    "KERB_VALIDATION_INFO.ResourceGroupIds",
    "PAC_CLIENT_INFO",
    "PAC_CLIENT_INFO.ClientId",
    "PAC_CLIENT_INFO.NameLength",
    "PAC_CLIENT_INFO.Name",
    "PAC_SIGNATURE_DATA",
    "PAC_SIGNATURE_DATA.SignatureType",
    "PAC_SIGNATURE_DATA.Signature",
    "PAC_SIGNATURE_DATA.RODCIdentifier",
    "UPN_DNS_INFO",
    "UPN_DNS_INFO.UpnLength",
    "UPN_DNS_INFO.UpnOffset",
    "UPN_DNS_INFO.DnsDomainNameLength",
    "UPN_DNS_INFO.DnsDomainNameOffset",
    "UPN_DNS_INFO.Flags",
    "UPN_DNS_INFO.SamNameLength",
    "UPN_DNS_INFO.SamNameOffset",
    "UPN_DNS_INFO.SidLength",
    "UPN_DNS_INFO.SidOffset",
    "UPN_DNS_INFO.Upn",
    "UPN_DNS_INFO.DnsDomainName",
    "UPN_DNS_INFO.SamName",
    "UPN_DNS_INFO.Sid",
    "PAC_ATTRIBUTES_INFO",
    "PAC_ATTRIBUTES_INFO.FlagsLength",
    "PAC_ATTRIBUTES_INFO.Flags",
    "PAC_ATTRIBUTES_INFO.more",
    "PAC_REQUESTOR",
    "PAC_REQUESTOR.UserSid",
    "SECURITY_DESCRIPTOR",
    "SECURITY_DESCRIPTOR.Revision",
    "SECURITY_DESCRIPTOR.Sbz1",
    "SECURITY_DESCRIPTOR.Control",
    "SECURITY_DESCRIPTOR.OffsetOwner",
    "SECURITY_DESCRIPTOR.OffsetGroup",
    "SECURITY_DESCRIPTOR.OffsetSacl",
    "SECURITY_DESCRIPTOR.OffsetDacl",
    "SECURITY_DESCRIPTOR.OwnerSid",
    "SECURITY_DESCRIPTOR.GroupSid",
    "SECURITY_DESCRIPTOR.Sacl",
    "SECURITY_DESCRIPTOR.Dacl",
    "SECURITY_DESCRIPTOR.unused",
    "AclRevision",
    "Sacl.Sbz1",
    "Dacl.Sbz1",
    "AclSize",
    "AceCount",
    "Sbz2",
    "ACE",
    "ACE.AceType",
    "ACE.AceFlags",
    "ACE.AceSize",
    "ACE.Mask",
    "ACE.Sid",
    "ACE.body",
    "Dacl.unused",
    "Sacl.unused",
    "OwnerSid.Revision",
    "GroupSid.Revision",
    "Sid.Revision",
    "SubAuthorityCount",
    "IdentifierAuthority",
    "SubAuthority",
    "RPC",
    "Pointer",
    "String",
    "value",
    "RPC.rpc_vers",
    "RPC.rpc_vers_minor",
    "RPC.PTYPE",
    "RPC.pfc_flags",
    "RPC.packed_drep",
    "RPC.frag_length",
    "RPC.auth_length",
    "RPC.call_id",
    "RPC.max_xmit_frag",
    "RPC.max_recv_frag",
    "RPC.assoc_group_id",
    "RPC.n_context_elem",
    "RPC.reserved",
    "RPC.p_cont_elem",
    "RPC.p_cont_elem.p_cont_id",
    "RPC.p_cont_elem.n_transfer_syn",
    "RPC.p_cont_elem.reserved",
    "abstract_syntax",
    "transfer_syntax",
    "if_uuid",
    "if_version",
    "if_version_minor",
    "RPC.sec_addr",
    "RPC.sec_addr.length",
    "RPC.sec_addr.value",
    "RPC.pad",
    "RPC.n_results",
    "RPC.p_result",
    "RPC.p_result.result",
    "RPC.p_result.reason",
    "RPC.provider_reject_reason",
    "RPC.versions",
    "RPC.alloc_hint",
    "RPC.p_cont_id",
    "RPC.opnum",
    "RPC.object",
    "RPC.cancel_count",
    "RPC.status",
    "RPC.reserved2",
    "RPC.stub_data",
    "RPC.auth_pad",
    "RPC.sec_trailer",
    "RPC.sec_trailer.auth_type",
    "RPC.sec_trailer.auth_level",
    "RPC.sec_trailer.auth_pad_length",
    "RPC.sec_trailer.auth_reserved",
    "RPC.sec_trailer.auth_context_id",
    "RPC.auth_value",
    "RPC.auth_value.octets",
    "RPC.auth_value.MessageType",
    "RPC.auth_value.Flags",
    "RPC.auth_value.NetbiosDomainName",
    "RPC.auth_value.NetbiosComputerName",
    "RPC.auth_value.DnsDomainName",
    "RPC.auth_value.DnsHostName",
    "RPC.auth_value.NetbiosComputerNameUtf8",
    "RPC.auth_value.Buffer",
    "RPC.auth_value.SignatureAlgorithm",
    "RPC.auth_value.SealAlgorithm",
    "RPC.auth_value.Pad",
    "RPC.auth_value.SequenceNumber",
    "RPC.auth_value.Checksum",
    "RPC.auth_value.Confounder",
    "RPC.auth_value.Reserved",
    "NETLOGON-STUB",
    "NETLOGON-STUB.PrimaryName",
    "NETLOGON-STUB.ServerName",
    "NETLOGON-STUB.LogonServer",
    "NETLOGON-STUB.ComputerName",
    "NETLOGON-STUB.AccountName",
    "NETLOGON-STUB.SecureChannelType",
    "NETLOGON-STUB.ClientChallenge",
    "NETLOGON-STUB.ServerChallenge",
    "NETLOGON-STUB.ClientCredential",
    "NETLOGON-STUB.ServerCredential",
    "NETLOGON-STUB.NegotiateFlags",
    "NETLOGON-STUB.AccountRid",
    "NETLOGON-STUB.Authenticator",
    "NETLOGON-STUB.ReturnAuthenticator",
    "Credential",
    "Timestamp",
    "NETLOGON-STUB.QueryLevel",
    "NETLOGON-STUB.level",
    "NETLOGON-STUB.ServerCapabilities",
    "NETLOGON-STUB.NTSTATUS",
    "NETLOGON-STUB.LogonLevel",
    "NETLOGON-STUB.LogonInformation",
    "NETLOGON-STUB.LogonInformation.tag",
    "NETLOGON-STUB.LogonInformation.Pointer",
    "LogonNetwork",
    "LogonGeneric",
    "Identity",
    "Identity.ParameterControl",
    "Identity.Reserved",
    "Identity.Reserved.LowPart",
    "Identity.Reserved.HighPart",
    "LogonDomainName",
    "UserName",
    "Workstation",
    "LmChallenge",
    "NtChallengeResponse",
    "LmChallengeResponse",
    "PackageName",
    "DataLength",
    "LogonData",
    "NETLOGON-STUB.ValidationLevel",
    "NETLOGON-STUB.ExtraFlags",
    "NETLOGON-STUB.ValidationInformation",
    "NETLOGON-STUB.ValidationInformation.tag",
    "NETLOGON-STUB.ValidationInformation.Pointer",
    "NETLOGON_VALIDATION_SAM_INFO4",
    "NETLOGON_VALIDATION_SAM_INFO4.UserSessionKey",
    "NETLOGON_VALIDATION_SAM_INFO4.LMKey",
    "NETLOGON_VALIDATION_SAM_INFO4.SubAuthStatus",
    "NETLOGON_VALIDATION_SAM_INFO4.Reserved4",
    "NETLOGON_VALIDATION_SAM_INFO4.DnsLogonDomainName",
    "NETLOGON_VALIDATION_SAM_INFO4.Upn",
    "NETLOGON_VALIDATION_SAM_INFO4.ExpansionString",
    "ValidationGeneric2",
    "ValidationData",
    "NETLOGON-STUB.Authoritative",
    "?unread",
    "?unknown",
    "?surplus",
    "?padding",
    "?message",
    "?separator",
    "?group",
    "?flat",
};

static void complain(int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    failures++;
}

static char *trimmed(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    for (size_t n = strlen(s); n && isspace((unsigned char)s[n - 1]); n--)
        s[n - 1] = 0;
    return s;
}

/* ---- keys ----------------------------------------------------------------------------------- */

static bool same(const char *name, const char *part, size_t n)
{
    return strncmp(name, part, n) == 0 && name[n] == 0;
}

static const struct asn_type *production(const char *name, size_t n)
{
    for (size_t m = 0; m < sizeof modules / sizeof *modules; m++)
        for (const struct asn_type *const *t = modules[m]; *t; t++)
            if (same((*t)->name, name, n))
                return *t;
    return NULL;
}

static bool is_container(const char *name, size_t n)
{
    size_t count;
    const struct holds_row *holds = holds_table(&count);
    for (size_t i = 0; i < count; i++)
        if (same(holds[i].container, name, n))
            return true;
    return false;
}

static const struct asn_type *member(const struct asn_type *t, const char *name, size_t n)
{
    while (t->kind == ASN_SEQUENCE_OF)
        t = t->of;
    for (size_t i = 0; i < t->n_fields; i++)
        if (same(t->fields[i].name, name, n))
            return t->fields[i].type;
    return NULL;
}

/* "AP-REQ.authenticator" of "PA-TGS-REQ/AP-REQ.authenticator". */
static bool segment_exists(const char *s, size_t n)
{
    size_t head = 0;
    while (head < n && s[head] != '.')
        head++;
    const struct asn_type *t = production(s, head);
    if (!t)
        return head == n && is_container(s, n);
    if (n > 2 && memcmp(s + n - 2, "[]", 2) == 0)
        n -= 2;
    for (size_t at = head + 1; t && at < n;) {
        size_t end = at;
        while (end < n && s[end] != '.')
            end++;
        t = member(t, s + at, end - at);
        at = end + 1;
    }
    return t != NULL;
}

static bool key_exists(const char *key)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i], key) == 0)
            return true;
    for (const char *s = key;;) {
        size_t n = strcspn(s, "/");
        if (!segment_exists(s, n))
            return false;
        if (!s[n])
            return true;
        s += n + 1;
    }
}

static const struct row *find(const char *key)
{
    for (size_t i = 0; i < n_rows; i++)
        if (strcmp(rows[i].key, key) == 0)
            return &rows[i];
    return NULL;
}

/* ---- gaps ----------------------------------------------------------------------------------- */

static void want(const char *format, const char *a, const char *b)
{
    char key[256];
    snprintf(key, sizeof key, format, a, b);
    if (!find(key))
        complain(0, "no words for %s", key);
}

static void check_module(const struct asn_type *const *types)
{
    for (size_t i = 0; types[i]; i++) {
        const struct asn_type *t = types[i], *inner = t;
        want("%s%s", t->name, "");
        if (strcmp(t->name, t->base) != 0)
            continue;
        /* The element of a list that has no production of its own. */
        if (t->kind == ASN_SEQUENCE_OF && strchr(t->of->name, '.'))
            inner = t->of;
        for (size_t j = 0; j < inner->n_fields; j++) {
            const struct asn_type *of = inner->fields[j].type->of;
            want("%s.%s", t->name, inner->fields[j].name);
            if (of && of->kind != ASN_SEQUENCE)
                want("%s.%s[]", t->name, inner->fields[j].name);
        }
    }
}

static void check_gaps(void)
{
    for (size_t m = 0; m < sizeof modules / sizeof *modules; m++)
        check_module(modules[m]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        want("%s%s", others[i], "");
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void check_text(int line, const char *text)
{
    size_t n = strlen(text);
    int sentences = 0;
    for (const char *s = text; *s; s++)
        sentences +=
            strchr(".?!", *s) && (s[1] == 0 || (s[1] == ' ' && isupper((unsigned char)s[2])));
    if (n == 0 || text[n - 1] != '.')
        complain(line, "words end in a full stop");
    if (sentences > 3)
        complain(line, "%d sentences; three are the most", sentences);
    if (n > MAX_TEXT)
        complain(line, "%zu octets; %d are the most", n, MAX_TEXT);
}

static void take(int line, char *text)
{
    char *columns[3] = {0};
    size_t n = 0;
    for (char *rest = text, *one; (one = strsep(&rest, "|"));) {
        if (n == 3) {
            complain(line, "more than three columns");
            return;
        }
        columns[n++] = trimmed(one);
    }
    if (n < 3 || !*columns[1]) {
        complain(line, "three columns are wanted: place | section | words");
        return;
    }
    const struct row *before = find(columns[0]);
    if (before)
        complain(line, "%s was said on line %d already", columns[0], before->line);
    if (!key_exists(columns[0]))
        complain(line, "there is no such place: %s", columns[0]);
    check_text(line, columns[2]);
    if (n_rows < MAX_ROWS)
        rows[n_rows++] = (struct row){line, columns[0], columns[1], columns[2]};
    else
        complain(line, "more than %d lines: raise MAX_ROWS", MAX_ROWS);
}

/* A logical line: its first one and those after it that begin with white space. */
static void read_rows(FILE *in)
{
    char *line = NULL, *whole = NULL;
    size_t room = 0;
    int number = 0, first = 0;
    while (getline(&line, &room, in) >= 0) {
        number++;
        bool goes_on = isspace((unsigned char)line[0]) && *trimmed(line);
        if (line[0] == '#')
            continue;
        if (goes_on && whole) {
            char *joined = NULL;
            if (asprintf(&joined, "%s %s", whole, trimmed(line)) < 0)
                exit(2);
            free(whole);
            whole = joined;
            continue;
        }
        if (whole)
            take(first, whole);
        whole = *trimmed(line) ? strdup(trimmed(line)) : NULL;
        first = number;
    }
    if (whole)
        take(first, whole);
    free(line);
}

/* ---- the table ------------------------------------------------------------------------------ */

static const char *last_part(const char *key, size_t *n)
{
    size_t end = strlen(key), from;
    if (end > 2 && strcmp(key + end - 2, "[]") == 0)
        end -= 2;
    for (from = end; from && key[from - 1] != '.' && key[from - 1] != '/';)
        from--;
    *n = end - from;
    return key + from;
}

static int by_last_part(const void *a, const void *b)
{
    size_t n, m;
    const char *x = ((const struct row *)a)->key, *y = ((const struct row *)b)->key;
    const char *p = last_part(x, &n), *q = last_part(y, &m);
    int order = memcmp(p, q, n < m ? n : m);
    order = order ? order : n < m ? -1 : n > m;
    return order ? order : strcmp(x, y);
}

static void put_string(FILE *out, const char *s)
{
    fputc('"', out);
    for (; *s; s++)
        fprintf(out, *s == '"' || *s == '\\' || *s == '?' ? "\\%c" : "%c", *s);
    fputc('"', out);
}

static void put_rows(FILE *out)
{
    fputs("/* Made from wire/words.en at build time. */\n#include \"wire/words.h\"\n\n"
          "static const struct word rows[] = {\n",
          out);
    for (size_t i = 0; i < n_rows; i++) {
        const char *columns[] = {rows[i].key, rows[i].spec, rows[i].text};
        fputs("    {", out);
        for (size_t c = 0; c < 3; c++) {
            put_string(out, columns[c]);
            fputs(c < 2 ? ", " : "},\n", out);
        }
    }
    fputs("};\n\nconst struct word *word_table(size_t *n)\n{\n"
          "    *n = sizeof rows / sizeof *rows;\n    return rows;\n}\n",
          out);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    file = argv[1];
    FILE *in = fopen(argv[1], "r"), *out = NULL;
    if (!in) {
        perror(argv[1]);
        return 2;
    }
    read_rows(in);
    check_gaps();
    if (failures)
        return 1;
    if (!(out = fopen(argv[2], "w"))) {
        perror(argv[2]);
        return 2;
    }
    qsort(rows, n_rows, sizeof *rows, by_last_part);
    put_rows(out);
    return fclose(out) == 0 ? 0 : 2;
}
