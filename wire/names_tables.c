/* The shorter registries, and where each one's rows are. */
#include "wire/names_tables.h"

static const struct name_row errors[] = {
#define E(number, name, text, spec) {number, #name, text, spec},
#include "wire/names_error.def"
#undef E
#define E(number, name, text) {KPASSWD_RESULTS + (number), #name, text, "RFC 3244 2"},
#include "wire/names_kpasswd.def"
#undef E
};

static const struct name_row padata[] = {
#define E(number, name, c, text, spec) {number, name, text, spec},
#include "wire/names_padata.def"
#undef E
};

static const struct name_row name_types[] = {
    {-130, "NT-ENT-PRINCIPAL-AND-ID", "A user principal name with a SID; Windows 2000's.",
     "Windows SDK NTSecAPI.h"},
    {-129, "NT-MS-PRINCIPAL-AND-ID", "An NT 4 style name with a SID; Windows 2000's.",
     "Windows SDK NTSecAPI.h"},
    {-128, "NT-MS-PRINCIPAL", "An NT 4 style name, DOMAIN\\user.", "Windows SDK NTSecAPI.h"},
    {0, "NT-UNKNOWN", "Nothing is said about what kind of name it is.", "RFC 4120 6.2"},
    {1, "NT-PRINCIPAL", "A plain name: a user, or a service that runs once in the realm.",
     "RFC 4120 6.2"},
    {2, "NT-SRV-INST", "A service and its instance, as in krbtgt/REALM.", "RFC 4120 6.2"},
    {3, "NT-SRV-HST", "A service and the host it runs on, as in HTTP/www.example.test.",
     "RFC 4120 6.2"},
    {4, "NT-SRV-XHST", "A service and a host whose name is spread over several components.",
     "RFC 4120 6.2"},
    {5, "NT-UID", "A number that identifies the user.", "RFC 4120 6.2"},
    {6, "NT-X500-PRINCIPAL", "An X.500 name, encoded as text.", "RFC 4120 6.2"},
    {7, "NT-SMTP-NAME", "A name like an e-mail address, user@example.test.", "RFC 4120 6.2"},
    {10, "NT-ENTERPRISE",
     "An alias in one component, user@example.test, that the KDC maps to the real name.",
     "RFC 6806 5"},
    {11, "NT-WELLKNOWN", "A name with a fixed meaning in every realm, as in WELLKNOWN/ANONYMOUS.",
     "RFC 6111 3.1"},
};

static const struct name_row msg_types[] = {
    {10, "KRB_AS_REQ", "The client asks for its first ticket.", "RFC 4120 7.5.7"},
    {11, "KRB_AS_REP", "The KDC's answer with the first ticket.", "RFC 4120 7.5.7"},
    {12, "KRB_TGS_REQ", "The client asks, by a ticket it has, for another one.", "RFC 4120 7.5.7"},
    {13, "KRB_TGS_REP", "The KDC's answer with the other ticket.", "RFC 4120 7.5.7"},
    {14, "KRB_AP_REQ", "The client shows its ticket to a service.", "RFC 4120 7.5.7"},
    {15, "KRB_AP_REP", "The service proves to the client that it could open the ticket.",
     "RFC 4120 7.5.7"},
    {16, "KRB_TGT_REQ",
     "User-to-user: the client asks a service for its ticket-granting ticket; reserved in RFC "
     "4120.",
     "RFC 4120 7.5.7"},
    {17, "KRB_TGT_REP", "User-to-user: the service's ticket-granting ticket; reserved in RFC 4120.",
     "RFC 4120 7.5.7"},
    {20, "KRB_SAFE", "An application's message, readable but protected from change.",
     "RFC 4120 7.5.7"},
    {21, "KRB_PRIV", "An application's message, sealed.", "RFC 4120 7.5.7"},
    {22, "KRB_CRED", "Tickets and their keys, forwarded to another party.", "RFC 4120 7.5.7"},
    {30, "KRB_ERROR", "Why a request was refused.", "RFC 4120 7.5.7"},
};

static const struct name_row adtypes[] = {
    {1, "AD-IF-RELEVANT", "A wrapping: whoever does not know what is inside may ignore it.",
     "RFC 4120 5.2.6.1"},
    {2, "AD-INTENDED-FOR-SERVER", "A wrapping for the servers it names.", "RFC 4120 7.5.4"},
    {3, "AD-INTENDED-FOR-APPLICATION-CLASS", "A wrapping for a class of applications.",
     "RFC 4120 7.5.4"},
    {4, "AD-KDC-ISSUED",
     "A wrapping whose checksum shows that the KDC put it there, not the client.",
     "RFC 4120 5.2.6.2"},
    {5, "AD-AND-OR", "So many of the conditions inside must hold.", "RFC 4120 5.2.6.3"},
    {6, "AD-MANDATORY-TICKET-EXTENSIONS", "Names ticket extensions that must be there.",
     "RFC 4120 7.5.4"},
    {7, "AD-IN-TICKET-EXTENSIONS", "Refers to authorization data in ticket extensions.",
     "RFC 4120 7.5.4"},
    {8, "AD-MANDATORY-FOR-KDC", "The KDC must understand what is inside, or refuse.",
     "RFC 4120 5.2.6.4"},
    {9, "AD-INITIAL-VERIFIED-CAS",
     "Which authorities vouched for the certificate of a PKINIT logon.", "RFC 4556 3.2.3"},
    {64, "OSF-DCE", "DCE's privileges; historic.", "RFC 4120 7.5.4"},
    {65, "SESAME", "SESAME's privileges; historic.", "RFC 4120 7.5.4"},
    {66, "AD-OSF-DCE-PKI-CERTID", "DCE's certificate identity; historic.", "RFC 4120 7.5.4"},
    {70, "AD-authentication-strength", "How strong the KDC held the pre-authentication to be.",
     "RFC 6113 5.5"},
    {71, "AD-fx-fast-armor",
     "Marks a ticket as good for nothing but FAST armor: the KDC gives no other ticket for it.",
     "RFC 6113 5.4.1.1"},
    {72, "AD-fx-fast-used",
     "The client says that it used FAST, so nobody on the way can take it off.", "RFC 6113 5.4.2"},
    {96, "AD-CAMMAC",
     "A wrapping with checksums for the KDC and for the service, so that both can trust it.",
     "RFC 7751 3"},
    {97, "AD-AUTHENTICATION-INDICATOR",
     "Words for how the client authenticated (\"otp\", \"pkinit\").", "RFC 8129 2"},
    {128, "AD-WIN2K-PAC", "The PAC: the user's SID, groups and logon facts, signed by the KDC.",
     "MS-PAC 2"},
    {129, "AD-ETYPE-NEGOTIATION",
     "The client tells which stronger types it could use with the service.", "RFC 4537 3"},
    {141, "KERB-AUTH-DATA-TOKEN-RESTRICTIONS",
     "Whether the client's token is restricted, and on which machine it was made.",
     "MS-KILE 3.2.5.8"},
    {142, "KERB-LOCAL", "Used when client and service are on one machine; all others ignore it.",
     "MS-KILE 2.2.4"},
    {143, "AD-AUTH-DATA-AP-OPTIONS", "The client says that it sends channel bindings.",
     "MS-KILE 3.2.5.8"},
    {144, "AD-TARGET-PRINCIPAL", "The SPN that the client asked for, said by the client.",
     "MS-KILE 3.2.5.8"},
    {512, "AD-SIGNTICKET",
     "MIT's and Heimdal's signature over a delegated ticket; superseded by the PAC's.",
     "MIT krb5.h"},
};

static const struct name_row addr_types[] = {
    {2, "IPv4", "Four octets.", "RFC 4120 7.5.3"},
    {3, "Directional",
     "Who speaks, the initiator (0) or the acceptor (1), where addresses mean nothing.",
     "RFC 4120 7.1"},
    {5, "ChaosNet", "Two octets; historic.", "RFC 4120 7.5.3"},
    {6, "XNS", "Six octets; historic.", "RFC 4120 7.5.3"},
    {7, "ISO", "Variable length; historic.", "RFC 4120 7.5.3"},
    {12, "DECNET Phase IV", "Two octets; historic.", "RFC 4120 7.5.3"},
    {16, "AppleTalk DDP", "Three octets; historic.", "RFC 4120 7.5.3"},
    {20, "NetBios", "A NetBIOS name of 16 octets, padded with spaces: what Windows clients send.",
     "RFC 4120 7.1"},
    {24, "IPv6", "Sixteen octets.", "RFC 4120 7.5.3"},
    {0x100, "ADDRPORT", "MIT's: an address and a port together.", "MIT krb5.h"},
    {0x101, "IPPORT", "MIT's: a port.", "MIT krb5.h"},
};

static const struct name_row tr_types[] = {
    {1, "DOMAIN-X500-COMPRESS", "Realm names separated by commas, common parts left out.",
     "RFC 4120 7.5.5"},
};

/* RFC 4120 numbers these without naming them; the words are its own. A negative number says that
 * only the answering server's knowledge is meant. */
static const struct name_row lr_types[] = {
    {-7, "account-expires here", "When the account expires, as this KDC alone knows it.",
     "RFC 4120 5.4.2"},
    {-6, "password-expires here", "When the password expires, as this KDC alone knows it.",
     "RFC 4120 5.4.2"},
    {-5, "last-request here", "When this KDC last had any request of the client.",
     "RFC 4120 5.4.2"},
    {-4, "last-renewal here", "When this KDC last renewed a ticket of the client.",
     "RFC 4120 5.4.2"},
    {-3, "newest-tgt-issued here",
     "When the newest ticket-granting ticket in use was made by this KDC.", "RFC 4120 5.4.2"},
    {-2, "last-initial-request here", "When this KDC last had a logon of the client.",
     "RFC 4120 5.4.2"},
    {-1, "last-initial-tgt-request here",
     "When the client last asked this KDC for a ticket-granting ticket.", "RFC 4120 5.4.2"},
    {0, "none", "Nothing is told.", "RFC 4120 5.4.2"},
    {1, "last-initial-tgt-request", "When the client last logged on for a ticket-granting ticket.",
     "RFC 4120 5.4.2"},
    {2, "last-initial-request", "When the client last logged on.", "RFC 4120 5.4.2"},
    {3, "newest-tgt-issued", "When the newest ticket-granting ticket in use was made.",
     "RFC 4120 5.4.2"},
    {4, "last-renewal", "When a ticket was last renewed.", "RFC 4120 5.4.2"},
    {5, "last-request", "When the client last asked for anything.", "RFC 4120 5.4.2"},
    {6, "password-expires", "When the password expires: clients warn the user by it.",
     "RFC 4120 5.4.2"},
    {7, "account-expires", "When the account expires.", "RFC 4120 5.4.2"},
};

static const struct name_row kdc_options[] = {
    {0, "reserved", "Reserved.", "RFC 4120 5.4.1"},
    {1, "forwardable", "The ticket may later be forwarded to another host.", "RFC 4120 2.6"},
    {2, "forwarded", "Make a ticket for another host from a forwardable one.", "RFC 4120 2.6"},
    {3, "proxiable", "Service tickets for other addresses may later be made from it.",
     "RFC 4120 2.5"},
    {4, "proxy", "Make a ticket for another address from a proxiable one.", "RFC 4120 2.5"},
    {5, "allow-postdate", "Postdated tickets may later be made from it.", "RFC 4120 2.4"},
    {6, "postdated", "The ticket is to start in the future.", "RFC 4120 2.4"},
    {8, "renewable", "The ticket may be renewed until renew-till.", "RFC 4120 2.3"},
    {11, "opt-hardware-auth",
     "The client wants to prove itself with hardware, such as a token card.", "RFC 4120 2.9.3"},
    {14, "cname-in-addl-tkt", "S4U2proxy: the client is named in the additional ticket.",
     "MS-SFU 2.2.3"},
    {15, "canonicalize", "The KDC may answer with the real names, or with a referral.",
     "RFC 6806 3"},
    {16, "request-anonymous", "The ticket shall not say who the client is.", "RFC 8062 3"},
    {26, "disable-transited-check", "The KDC shall not check the realms crossed.", "RFC 4120 2.7"},
    {27, "renewable-ok", "If the wanted life is too long, a renewable ticket will do.",
     "RFC 4120 2.9.1"},
    {28, "enc-tkt-in-skey",
     "User-to-user: seal the ticket with the additional ticket's session key.", "RFC 4120 2.9.2"},
    {30, "renew", "Renew the ticket that is shown.", "RFC 4120 2.3"},
    {31, "validate", "Make a postdated ticket valid, its time having come.", "RFC 4120 2.4"},
};

static const struct name_row ticket_flags[] = {
    {0, "reserved", "Reserved.", "RFC 4120 5.3"},
    {1, "forwardable", "May be exchanged for one that works from another host.", "RFC 4120 2.6"},
    {2, "forwarded", "Was forwarded, or made from a forwarded one.", "RFC 4120 2.6"},
    {3, "proxiable", "Service tickets for other addresses may be made from it.", "RFC 4120 2.5"},
    {4, "proxy", "Was made for another address.", "RFC 4120 2.5"},
    {5, "may-postdate", "Postdated tickets may be made from it.", "RFC 4120 2.4"},
    {6, "postdated", "Was made to start later.", "RFC 4120 2.4"},
    {7, "invalid", "Not to be accepted before the KDC has validated it.", "RFC 4120 2.2"},
    {8, "renewable", "May be renewed until renew-till.", "RFC 4120 2.3"},
    {9, "initial", "Came from a logon, not from another ticket.", "RFC 4120 2.1"},
    {10, "pre-authent", "The client proved its key before the KDC answered.", "RFC 4120 2.1"},
    {11, "hw-authent", "The proof came from hardware that the client alone holds.", "RFC 4120 2.1"},
    {12, "transited-policy-checked", "The KDC has checked the realms crossed.", "RFC 4120 2.7"},
    {13, "ok-as-delegate", "The realm trusts this service with forwarded tickets.", "RFC 4120 2.8"},
    {15, "enc-pa-rep", "The reply carries sealed padata: the KDC confirms the request.",
     "RFC 6806 11"},
    {16, "anonymous", "The ticket does not say who the client is.", "RFC 8062 3"},
};

static const struct name_row ap_options[] = {
    {0, "reserved", "Reserved.", "RFC 4120 5.5.1"},
    {1, "use-session-key",
     "User-to-user: the ticket is sealed with the session key of the service's TGT.",
     "RFC 4120 5.5.1"},
    {2, "mutual-required", "The service must prove itself with an AP-REP.", "RFC 4120 5.5.1"},
};

static const struct name_row fast_options[] = {
    {0, "reserved", "Reserved.", "RFC 6113 5.4.2"},
    {1, "hide-client-names", "The reply shall not show in clear who the client is.",
     "RFC 6113 5.4.2"},
    {16, "kdc-follow-referrals", "The KDC shall follow referrals itself and answer with the last.",
     "RFC 6113 5.4.2"},
};

static const struct name_row gss_flags[] = {
    {0x1, "GSS_C_DELEG_FLAG", "A forwarded ticket comes along: the service may act as the client.",
     "RFC 4121 4.1.1.1"},
    {0x2, "GSS_C_MUTUAL_FLAG", "The service must prove itself too.", "RFC 4121 4.1.1.1"},
    {0x4, "GSS_C_REPLAY_FLAG", "Repeated messages are to be detected.", "RFC 4121 4.1.1.1"},
    {0x8, "GSS_C_SEQUENCE_FLAG", "Messages out of order are to be detected.", "RFC 4121 4.1.1.1"},
    {0x10, "GSS_C_CONF_FLAG", "Messages may be sealed.", "RFC 4121 4.1.1.1"},
    {0x20, "GSS_C_INTEG_FLAG", "Messages may be signed.", "RFC 4121 4.1.1.1"},
    {0x100, "GSS_C_TRANS_FLAG", "The context may be handed to another process.", "RFC 2744 A"},
    {0x1000, "GSS_C_DCE_STYLE", "DCE/RPC's way: three legs instead of two.", "RFC 4757 7.1"},
    {0x2000, "GSS_C_IDENTIFY_FLAG", "The service may learn who the client is, not act as it.",
     "RFC 4757 7.1"},
    {0x4000, "GSS_C_EXTENDED_ERROR_FLAG", "Errors come back with Windows' status codes.",
     "RFC 4757 7.1"},
};

static const struct name_row tok_ids[] = {
    {0x0100, "KRB_AP_REQ", "The client's first token: an AP-REQ follows.", "RFC 4121 4.1"},
    {0x0101, "GSS_GetMIC (RFC 1964)", "A signature in the old form, as DES and RC4 keys make it.",
     "RFC 1964 1.2.1"},
    {0x0102, "delete context (RFC 1964)", "Ends a context; emitted no more.", "RFC 1964 1.2.3"},
    {0x0200, "KRB_AP_REP", "The service's answer: an AP-REP follows.", "RFC 4121 4.1"},
    {0x0201, "GSS_Wrap (RFC 1964)",
     "A wrapped message in the old form, as DES and RC4 keys make it.", "RFC 1964 1.2.2"},
    {0x0300, "KRB_ERROR", "The service refuses: a KRB-ERROR follows.", "RFC 4121 4.1"},
    {0x0400, "KRB_TGT_REQ", "User-to-user: asks for the service's ticket-granting ticket.",
     "draft-swift-win2k-krb-user2user"},
    {0x0401, "KRB_TGT_REP", "User-to-user: the service's ticket-granting ticket.",
     "draft-swift-win2k-krb-user2user"},
    {0x0404, "GSS_GetMIC", "A signature over a message sent beside it.", "RFC 4121 4.2.6.1"},
    {0x0501, "IAKERB_PROXY", "A message to the KDC that the service relays for the client.",
     "draft-ietf-kitten-iakerb"},
    {0x0504, "GSS_Wrap", "A message with its protection, sealed or signed.", "RFC 4121 4.2.6.2"},
};

static const struct name_row kpasswd_results[] = {
#define E(number, name, text) {number, #name, text, "RFC 3244 2"},
#include "wire/names_kpasswd.def"
#undef E
};

static const struct name_row kpasswd_versions[] = {
    {0x0001, "change password", "The older form: one's own password. Every reply has it too.",
     "RFC 3244 2"},
    {0xff80, "set password", "RFC 3244's form: one's own password, or another account's.",
     "RFC 3244 2"},
};

static const struct name_row dns_types[] = {
    {1, "A", "The address of a host (IPv4).", "RFC 1035 3.4.1"},
    {2, "NS", "Who answers for a zone.", "RFC 1035 3.3.11"},
    {5, "CNAME", "The name is an alias: ask for the name that stands here.", "RFC 1035 3.3.1"},
    {6, "SOA", "Where a zone begins, and how long a no may be remembered.", "RFC 1035 3.3.13"},
    {12, "PTR", "The name that an address points back to.", "RFC 1035 3.3.12"},
    {15, "MX", "Where a domain takes its mail.", "RFC 1035 3.3.9"},
    {16, "TXT", "Text for whoever knows what it means.", "RFC 1035 3.3.14"},
    {28, "AAAA", "The address of a host (IPv6).", "RFC 3596 2.1"},
    {33, "SRV", "Host and port of a service, as of the KDCs of a realm.", "RFC 2782"},
    {41, "OPT", "No record of a name: what the sender can do beyond RFC 1035.", "RFC 6891 6.1"},
};

static const struct name_row dns_flags[] = {
    {24, "response", "An answer; a query has 0 here.", "RFC 1035 4.1.1"},
    {29, "authoritative", "The one who answers owns the zone.", "RFC 1035 4.1.1"},
    {30, "truncated", "The answer did not fit: ask again over TCP.", "RFC 1035 4.1.1"},
    {31, "recursion-desired", "The server shall ask others, until it knows.", "RFC 1035 4.1.1"},
};

static const struct name_row dns_rcodes[] = {
    {0x00, "no error", "A query, or an answer of one who asks no others.", "RFC 1035 4.1.1"},
    {0x01, "FORMERR", "The query could not be read.", "RFC 1035 4.1.1"},
    {0x02, "SERVFAIL", "The server could not find out.", "RFC 1035 4.1.1"},
    {0x03, "NXDOMAIN", "There is no such name.", "RFC 1035 4.1.1"},
    {0x80, "no error", "The server asks others where it does not know.", "RFC 1035 4.1.1"},
    {0x81, "FORMERR", "The query could not be read.", "RFC 1035 4.1.1"},
    {0x82, "SERVFAIL", "The server could not find out.", "RFC 1035 4.1.1"},
    {0x83, "NXDOMAIN", "There is no such name.", "RFC 1035 4.1.1"},
    {0x85, "REFUSED", "The server does not answer this one.", "RFC 1035 4.1.1"},
};

static const struct name_row neg_states[] = {
    {0, "accept-completed", "The sender is done: it has a context and awaits nothing more.",
     "RFC 4178 4.2.2"},
    {1, "accept-incomplete", "At least one more token of the other end is needed.",
     "RFC 4178 4.2.2"},
    {2, "reject", "The negotiation ends here, without a context.", "RFC 4178 4.2.2"},
    {3, "request-mic", "As accept-incomplete; and both ends must sign the list of mechanisms.",
     "RFC 4178 4.2.2"},
};

const struct name_table *const name_tables[NAMES_REGISTRIES] = {
    [NAMES_ERROR] = &(const struct name_table)NAME_TABLE(errors),
    [NAMES_PADATA] = &(const struct name_table)NAME_TABLE(padata),
    [NAMES_NAME_TYPE] = &(const struct name_table)NAME_TABLE(name_types),
    [NAMES_MSG_TYPE] = &(const struct name_table)NAME_TABLE(msg_types),
    [NAMES_ADDR_TYPE] = &(const struct name_table)NAME_TABLE(addr_types),
    [NAMES_TR_TYPE] = &(const struct name_table)NAME_TABLE(tr_types),
    [NAMES_LR_TYPE] = &(const struct name_table)NAME_TABLE(lr_types),
    [NAMES_KDC_OPTION] = &(const struct name_table)NAME_TABLE(kdc_options),
    [NAMES_TICKET_FLAG] = &(const struct name_table)NAME_TABLE(ticket_flags),
    [NAMES_AP_OPTION] = &(const struct name_table)NAME_TABLE(ap_options),
    [NAMES_FAST_OPTION] = &(const struct name_table)NAME_TABLE(fast_options),
    [NAMES_GSS_FLAG] = &(const struct name_table)NAME_TABLE(gss_flags),
    [NAMES_TOK_ID] = &(const struct name_table)NAME_TABLE(tok_ids),
    [NAMES_DNS_TYPE] = &(const struct name_table)NAME_TABLE(dns_types),
    [NAMES_DNS_FLAG] = &(const struct name_table)NAME_TABLE(dns_flags),
    [NAMES_DNS_RCODE] = &(const struct name_table)NAME_TABLE(dns_rcodes),
    [NAMES_ETYPE] = &names_of_etypes,
    [NAMES_CKSUMTYPE] = &names_of_cksumtypes,
    [NAMES_KEY_USAGE] = &names_of_usages,
    [NAMES_KPASSWD] = &(const struct name_table)NAME_TABLE(kpasswd_results),
    [NAMES_KPASSWD_VERSION] = &(const struct name_table)NAME_TABLE(kpasswd_versions),
    [NAMES_NEG_STATE] = &(const struct name_table)NAME_TABLE(neg_states),
    [NAMES_SD_CONTROL] = &names_of_sd_controls,
    [NAMES_ACE_TYPE] = &names_of_ace_types,
    [NAMES_ACE_FLAG] = &names_of_ace_flags,
    [NAMES_ACCESS_MASK] = &names_of_rights,
    [NAMES_ADTYPE] = &(const struct name_table)NAME_TABLE(adtypes),
    [NAMES_PAC_TYPE] = &names_of_pac_types,
    [NAMES_USER_FLAG] = &names_of_user_flags,
    [NAMES_UAC_FLAG] = &names_of_uac_flags,
    [NAMES_GROUP_FLAG] = &names_of_group_flags,
    [NAMES_NTLM_FLAG] = &names_of_ntlm_flags,
    [NAMES_NTLM_MESSAGE] = &names_of_ntlm_messages,
    [NAMES_AV_ID] = &names_of_av_ids,
    [NAMES_AV_FLAG] = &names_of_av_flags,
    [NAMES_NTSTATUS] = &names_of_ntstatus,
    [NAMES_RPC_TYPE] = &names_of_rpc_types,
    [NAMES_RPC_FLAG] = &names_of_rpc_flags,
    [NAMES_RPC_AUTH_TYPE] = &names_of_rpc_auth_types,
    [NAMES_RPC_AUTH_LEVEL] = &names_of_rpc_auth_levels,
    [NAMES_RPC_FAULT] = &names_of_rpc_faults,
    [NAMES_RPC_RESULT] = &names_of_rpc_results,
    [NAMES_RPC_REASON] = &names_of_rpc_reasons,
    [NAMES_RPC_NAK] = &names_of_rpc_naks,
    [NAMES_NL_AUTH_TYPE] = &names_of_nl_auth_types,
    [NAMES_NL_AUTH_FLAG] = &names_of_nl_auth_flags,
    [NAMES_NL_ALGORITHM] = &names_of_nl_algorithms,
    [NAMES_NETLOGON_CALL] = &names_of_netlogon_calls,
    [NAMES_NETLOGON_FLAG] = &names_of_netlogon_flags,
    [NAMES_NETLOGON_CHANNEL] = &names_of_netlogon_channels,
    [NAMES_LOGON_LEVEL] = &names_of_logon_levels,
    [NAMES_VALIDATION_LEVEL] = &names_of_validation_levels,
};
