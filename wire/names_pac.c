/* The PAC's registries: kinds of buffers, and the flags of what a controller says of a logon. */
#include "wire/names_tables.h"

static const struct name_row pac_types[] = {
    {1, "LOGON_INFO", "Who logged on: SID, groups, names, times.", "MS-PAC 2.5"},
    {2, "CREDENTIALS_INFO", "Keys for NTLM, for a client that logged on by certificate.",
     "MS-PAC 2.6"},
    {6, "SERVER_CHECKSUM", "The signature that the service can check, made with its own key.",
     "MS-PAC 2.8.1"},
    {7, "PRIVSVR_CHECKSUM", "The KDC's signature over the service's, made with the krbtgt key.",
     "MS-PAC 2.8.2"},
    {10, "CLIENT_INFO", "The client's name and authtime: ties the PAC to its ticket.",
     "MS-PAC 2.7"},
    {11, "DELEGATION_INFO", "Which services the client's rights were handed on through.",
     "MS-PAC 2.9"},
    {12, "UPN_DNS_INFO", "The user principal name and the domain's DNS name.", "MS-PAC 2.10"},
    {13, "CLIENT_CLAIMS_INFO", "Claims of the user.", "MS-PAC 2.11"},
    {14, "DEVICE_INFO", "SID and groups of the computer whose ticket armored the logon.",
     "MS-PAC 2.12"},
    {15, "DEVICE_CLAIMS_INFO", "Claims of that computer.", "MS-PAC 2.13"},
    {16, "TICKET_CHECKSUM", "The KDC's signature over the whole ticket.", "MS-PAC 2.8.3"},
    {17, "ATTRIBUTES_INFO", "Whether the client asked for a PAC.", "MS-PAC 2.14"},
    {18, "REQUESTOR", "The SID of who asked for the ticket-granting ticket.", "MS-PAC 2.15"},
    {19, "FULL_CHECKSUM", "The KDC's signature over the whole PAC.", "MS-PAC 2.8.4"},
};

/* Bits are numbered from the top, as in wire/names.h: 31 is 0x1. */
static const struct name_row user_flags[] = {
    {18, "LOGON_NTLM_V2", "The LMv2 response was what fitted, and made the session key.",
     "MS-PAC 2.5"},
    {19, "LOGON_LM_V2", "The LMv2 response was what fitted; NTLMv2's made the session key.",
     "MS-PAC 2.5"},
    {20, "LOGON_NT_V2", "The NTLMv2 response was what fitted.", "MS-PAC 2.5"},
    {21, "LOGON_PROFILE_PATH_RETURNED", "ProfilePath is filled in.", "MS-PAC 2.5"},
    {22, "LOGON_RESOURCE_GROUPS", "ResourceGroupIds are filled in.", "MS-PAC 2.5"},
    {23, "LOGON_NTLMV2_ENABLED", "NTLMv2 was used, or can be.", "MS-PAC 2.5"},
    {24, "LOGON_SERVER_TRUST_ACCOUNT", "The account is a machine's.", "MS-PAC 2.5"},
    {25, "LOGON_SUBAUTH_SESSION_KEY", "The session key came from a sub-authentication package.",
     "MS-PAC 2.5"},
    {26, "LOGON_EXTRA_SIDS", "ExtraSids are filled in.", "MS-PAC 2.5"},
    {28, "LOGON_USED_LM_PASSWORD", "The LAN Manager response was used.", "MS-PAC 2.5"},
    {30, "LOGON_NOENCRYPTION", "Nothing can be encrypted: there is no session key.", "MS-PAC 2.5"},
    {31, "LOGON_GUEST", "Nobody was found by that name: logged on as guest.", "MS-PAC 2.5"},
};

static const struct name_row uac_flags[] = {
    {10, "USER_USE_AES_KEYS", "Its keys are AES.", "MS-SAMR 2.2.1.12"},
    {11, "USER_PARTIAL_SECRETS_ACCOUNT", "A read-only controller's account.", "MS-SAMR 2.2.1.12"},
    {12, "USER_NO_AUTH_DATA_REQUIRED", "Its tickets need no PAC.", "MS-SAMR 2.2.1.12"},
    {13, "USER_TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION",
     "May ask for tickets in the name of users who came by another protocol.", "MS-SAMR 2.2.1.12"},
    {14, "USER_PASSWORD_EXPIRED", "The password has to be changed first.", "MS-SAMR 2.2.1.12"},
    {15, "USER_DONT_REQUIRE_PREAUTH", "Pre-authentication is not required.", "MS-SAMR 2.2.1.12"},
    {16, "USER_USE_DES_KEY_ONLY", "Only single DES keys are used.", "MS-SAMR 2.2.1.12"},
    {17, "USER_NOT_DELEGATED", "Its tickets are not forwarded.", "MS-SAMR 2.2.1.12"},
    {18, "USER_TRUSTED_FOR_DELEGATION", "Clients may forward tickets to it.", "MS-SAMR 2.2.1.12"},
    {19, "USER_SMARTCARD_REQUIRED", "Logs on by smart card alone.", "MS-SAMR 2.2.1.12"},
    {20, "USER_ENCRYPTED_TEXT_PASSWORD_ALLOWED",
     "The password itself is stored, for Digest and the like.", "MS-SAMR 2.2.1.12"},
    {21, "USER_ACCOUNT_AUTO_LOCKED", "Closed after wrong passwords.", "MS-SAMR 2.2.1.12"},
    {22, "USER_DONT_EXPIRE_PASSWORD", "The password does not expire.", "MS-SAMR 2.2.1.12"},
    {23, "USER_SERVER_TRUST_ACCOUNT", "A domain controller.", "MS-SAMR 2.2.1.12"},
    {24, "USER_WORKSTATION_TRUST_ACCOUNT", "A computer of the domain.", "MS-SAMR 2.2.1.12"},
    {25, "USER_INTERDOMAIN_TRUST_ACCOUNT", "A trusted domain.", "MS-SAMR 2.2.1.12"},
    {26, "USER_MNS_LOGON_ACCOUNT", "A logon account of a majority node set cluster.",
     "MS-SAMR 2.2.1.12"},
    {27, "USER_NORMAL_ACCOUNT", "A user's account.", "MS-SAMR 2.2.1.12"},
    {28, "USER_TEMP_DUPLICATE_ACCOUNT", "A second account of a user of another domain.",
     "MS-SAMR 2.2.1.12"},
    {29, "USER_PASSWORD_NOT_REQUIRED", "May have no password.", "MS-SAMR 2.2.1.12"},
    {30, "USER_HOME_DIRECTORY_REQUIRED", "Needs a home directory.", "MS-SAMR 2.2.1.12"},
    {31, "USER_ACCOUNT_DISABLED", "The account is closed.", "MS-SAMR 2.2.1.12"},
};

static const struct name_row group_flags[] = {
    {2, "SE_GROUP_RESOURCE", "A domain-local group.", "MS-PAC 2.2.1"},
    {27, "SE_GROUP_USE_FOR_DENY_ONLY", "Counts where access is denied, never where it is allowed.",
     "MS-DTYP 2.5.1"},
    {28, "SE_GROUP_OWNER", "May be given as owner of what the user makes.", "MS-PAC 2.2.1"},
    {29, "SE_GROUP_ENABLED", "Counts in access checks.", "MS-PAC 2.2.1"},
    {30, "SE_GROUP_ENABLED_BY_DEFAULT", "Counts from the beginning.", "MS-PAC 2.2.1"},
    {31, "SE_GROUP_MANDATORY", "The user cannot switch it off.", "MS-PAC 2.2.1"},
};

const struct name_table names_of_pac_types = NAME_TABLE(pac_types),
                        names_of_user_flags = NAME_TABLE(user_flags),
                        names_of_uac_flags = NAME_TABLE(uac_flags),
                        names_of_group_flags = NAME_TABLE(group_flags);
