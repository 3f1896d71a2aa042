/* The registries of DCE/RPC and netlogon, and NTSTATUS. */
#include "wire/names_tables.h"

static const struct name_row ntstatus[] = {
#define E(number, name, text) {(int32_t)(number), #name, text, "MS-ERREF 2.3.1"},
#include "wire/names_ntstatus.def"
#undef E
};

static const struct name_row types[] = {
    {0, "request", "A call: an operation by its number, and its arguments as stub.", "C706 12.6.1"},
    {2, "response", "What came of a call.", "C706 12.6.1"},
    {3, "fault", "The call was not carried out; status says why.", "C706 12.6.1"},
    {11, "bind", "The first PDU of a connection: which interface is wanted, and in which encoding.",
     "C706 12.6.1"},
    {12, "bind_ack", "What of that is taken.", "C706 12.6.1"},
    {13, "bind_nak", "The association is refused as a whole.", "C706 12.6.1"},
    {14, "alter_context",
     "The same as bind on a connection that has one: another interface, or other protection.",
     "C706 12.6.1"},
    {15, "alter_context_resp", "What of that is taken.", "C706 12.6.1"},
};

/* An octet: its highest bit is 24. */
static const struct name_row flags[] = {
    {24, "object-uuid", "A request with the UUID of the object that is meant.", "C706 12.6.3.1"},
    {25, "maybe", "The caller does not want an answer.", "C706 12.6.3.1"},
    {26, "did-not-execute", "The call was surely not carried out.", "C706 12.6.3.1"},
    {27, "concurrent-multiplexing", "Several calls may be under way on one connection.",
     "C706 12.6.3.1"},
    {29, "header-sign", "In a bind: headers can be signed too. Else: the call is to be cancelled.",
     "MS-RPCE 2.2.2.3"},
    {30, "last-fragment", "Nothing more of this call follows.", "C706 12.6.3.1"},
    {31, "first-fragment", "The call begins here.", "C706 12.6.3.1"},
};

static const struct name_row auth_types[] = {
    {0x00, "none", "No security provider.", "MS-RPCE 2.2.1.1.7"},
    {0x09, "SPNEGO", "The provider is agreed upon by SPNEGO.", "MS-RPCE 2.2.1.1.7"},
    {0x0a, "NTLM", "NTLM protects the calls.", "MS-RPCE 2.2.1.1.7"},
    {0x0e, "TLS", "TLS' records protect the calls.", "MS-RPCE 2.2.1.1.7"},
    {0x10, "Kerberos", "Kerberos protects the calls.", "MS-RPCE 2.2.1.1.7"},
    {0x44, "netlogon", "The secure channel between a member and its controller protects the calls.",
     "MS-RPCE 2.2.1.1.7"},
};

static const struct name_row auth_levels[] = {
    {1, "none", "Nothing is protected.", "MS-RPCE 2.2.1.1.8"},
    {2, "connect", "Only the caller is proven, once.", "MS-RPCE 2.2.1.1.8"},
    {3, "call", "The header of each call is signed.", "MS-RPCE 2.2.1.1.8"},
    {4, "packet", "It is proven of each PDU who sent it.", "MS-RPCE 2.2.1.1.8"},
    {5, "integrity", "Each PDU is signed: it can be read, not changed.", "MS-RPCE 2.2.1.1.8"},
    {6, "privacy", "Each PDU is signed, and its stub sealed.", "MS-RPCE 2.2.1.1.8"},
};

static const struct name_row faults[] = {
    {0x00000005, "ERROR_ACCESS_DENIED", "The caller is not, or not enough, proven.",
     "MS-RPCE 3.3.1.5.2"},
    {0x000006f7, "RPC_X_BAD_STUB_DATA", "The stub cannot be read.", "MS-RPCE 3.3.3.4.1"},
    {0x00000721, "RPC_S_SEC_PKG_ERROR", "The security provider refuses the PDU.", "MS-ERREF 2.2"},
    {0x1c00001a, "nca_s_fault_context_mismatch", "The context is none that was agreed upon.",
     "C706 E"},
    {0x1c000024, "nca_s_fault_invalid_checksum", "The PDU's signature does not fit.", "C706 E"},
    {0x1c010002, "nca_s_op_rng_error", "The interface has no operation of this number.", "C706 E"},
    {0x1c010003, "nca_s_unk_if", "The interface is not known here.", "C706 E"},
    {0x1c010006, "nca_s_wrong_boot_time", "The server was started anew in between.", "C706 E"},
    {0x1c01000b, "nca_s_proto_error", "The PDU does not belong here.", "C706 E"},
    {0x1c010014, "nca_s_server_too_busy", "The server has too much to do.", "C706 E"},
};

static const struct name_row results[] = {
    {0, "acceptance", "The context can be used.", "C706 12.6.3.1"},
    {1, "user_rejection", "The program that serves the interface refuses it.", "C706 12.6.3.1"},
    {2, "provider_rejection", "The server's RPC refuses it; the reason says why.", "C706 12.6.3.1"},
    {3, "negotiate_ack", "No context, but features that are agreed upon in its place.",
     "MS-RPCE 2.2.2.4"},
};

static const struct name_row reasons[] = {
    {0, "reason_not_specified", "Nothing is said, or there is nothing to say.", "C706 12.6.3.1"},
    {1, "abstract_syntax_not_supported", "The interface is not served here.", "C706 12.6.3.1"},
    {2, "proposed_transfer_syntaxes_not_supported",
     "None of the encodings that were offered is spoken here.", "C706 12.6.3.1"},
    {3, "local_limit_exceeded", "There are too many contexts already.", "C706 12.6.3.1"},
};

static const struct name_row naks[] = {
    {0, "REASON_NOT_SPECIFIED", "It fits no other reason.", "MS-RPCE 2.2.2.5"},
    {1, "TEMPORARY_CONGESTION", "The server has too much to do at present.", "MS-RPCE 2.2.2.5"},
    {2, "LOCAL_LIMIT_EXCEEDED", "The server has no room left for it.", "MS-RPCE 2.2.2.5"},
    {4, "PROTOCOL_VERSION_NOT_SPECIFIED", "The PDU breaks the protocol.", "MS-RPCE 2.2.2.5"},
    {8, "authentication_type_not_recognized", "The server does not have this security provider.",
     "MS-RPCE 2.2.2.5"},
    {9, "invalid_checksum", "The security provider refuses what came.", "MS-RPCE 2.2.2.5"},
};

static const struct name_row nl_auth_types[] = {
    {0, "negotiate request", "The member says who it is.", "MS-NRPC 2.2.1.3.1"},
    {1, "negotiate response", "The controller knows the session key of that member.",
     "MS-NRPC 2.2.1.3.1"},
};

static const struct name_row nl_auth_flags[] = {
    {27, "netbios-computer-name-utf8", "The computer's NetBIOS name follows in UTF-8.",
     "MS-NRPC 2.2.1.3.1"},
    {28, "dns-host-name", "The computer's DNS name follows.", "MS-NRPC 2.2.1.3.1"},
    {29, "dns-domain-name", "The domain's DNS name follows.", "MS-NRPC 2.2.1.3.1"},
    {30, "netbios-computer-name", "The computer's NetBIOS name follows.", "MS-NRPC 2.2.1.3.1"},
    {31, "netbios-domain-name", "The domain's NetBIOS name follows.", "MS-NRPC 2.2.1.3.1"},
};

static const struct name_row nl_algorithms[] = {
    {0x0013, "HMAC-SHA256", "The signature of a channel with AES.", "MS-NRPC 2.2.1.3.3"},
    {0x001a, "AES-128", "The seal of a channel with AES: CFB mode, eight bits at a time.",
     "MS-NRPC 2.2.1.3.3"},
    {0x0077, "HMAC-MD5", "The signature of a channel without AES.", "MS-NRPC 2.2.1.3.2"},
    {0x007a, "RC4", "The seal of a channel without AES.", "MS-NRPC 2.2.1.3.2"},
    {0xffff, "none", "The stub is signed, but not sealed.", "MS-NRPC 2.2.1.3.3"},
};

static const struct name_row calls[] = {
    {2, "NetrLogonSamLogon", "Asks about a logon, over a channel with authenticators.",
     "MS-NRPC 3.5.4.5.3"},
    {4, "NetrServerReqChallenge", "Member and controller exchange challenges.",
     "MS-NRPC 3.5.4.4.1"},
    {21, "NetrLogonGetCapabilities", "Asks, under protection, what was agreed upon without it.",
     "MS-NRPC 3.5.4.4.10"},
    {26, "NetrServerAuthenticate3", "Both prove that they have the machine account's password.",
     "MS-NRPC 3.5.4.4.2"},
    {30, "NetrServerPasswordSet2", "Sets the machine account's password.", "MS-NRPC 3.5.4.4.5"},
    {39, "NetrLogonSamLogonEx", "Asks about a logon, over a sealed channel.", "MS-NRPC 3.5.4.5.1"},
    {45, "NetrLogonSamLogonWithFlags", "Asks about a logon, with authenticators and flags.",
     "MS-NRPC 3.5.4.5.2"},
};

static const struct name_row negotiate_flags[] = {
    {0, "kerberos", "The channel may be protected with Kerberos.", "MS-NRPC 3.1.4.2"},
    {1, "authenticated-rpc", "Calls can be signed and sealed by the netlogon provider.",
     "MS-NRPC 3.1.4.2"},
    {2, "unused-X", "Without a meaning; ignored when it comes.", "MS-NRPC 3.1.4.2"},
    {7, "AES-SHA2", "Keys by HMAC-SHA256, seals by AES: what a controller asks for today.",
     "MS-NRPC 3.1.4.2"},
    {10, "RODC-pass-through", "A read-only controller may ask for other domains.",
     "MS-NRPC 3.1.4.2"},
    {11, "neutralize-NT4-emulation", "The caller is new, whatever the server pretends to be.",
     "MS-NRPC 3.1.4.2"},
    {12, "cross-forest-trusts", "Trusts with other forests.", "MS-NRPC 3.1.4.2"},
    {13, "get-domain-info", "The call NetrLogonGetDomainInfo.", "MS-NRPC 3.1.4.2"},
    {14, "password-set2", "The call NetrServerPasswordSet2.", "MS-NRPC 3.1.4.2"},
    {15, "DNS-trusts", "Trusts by DNS names.", "MS-NRPC 3.1.4.2"},
    {16, "transitive-trusts", "Trusts that lead on.", "MS-NRPC 3.1.4.2"},
    {17, "strong-keys", "Session keys of 128 bits by MD5, where AES is not used.",
     "MS-NRPC 3.1.4.2"},
    {18, "no-LSA-replication", "Policies are not copied to old controllers.", "MS-NRPC 3.1.4.2"},
    {19, "no-SAM-replication", "Accounts are not copied to old controllers.", "MS-NRPC 3.1.4.2"},
    {20, "concurrent-calls", "Several calls at a time.", "MS-NRPC 3.1.4.2"},
    {21, "generic-pass-through", "A security package's own messages, as those of HTTP Digest.",
     "MS-NRPC 3.1.4.2"},
    {22, "send-to-SAM", "The call NetrLogonSendToSam.", "MS-NRPC 3.1.4.2"},
    {23, "refuse-password-changes", "A password may be refused by the controller.",
     "MS-NRPC 3.1.4.2"},
    {24, "database-redo", "The call NetrDatabaseRedo.", "MS-NRPC 3.1.4.2"},
    {25, "any-validation-level", "Validation of a level other than 2 may be asked.",
     "MS-NRPC 3.1.4.2"},
    {26, "restartable-synchronization", "A full copy of the accounts can be taken up again.",
     "MS-NRPC 3.1.4.2"},
    {27, "change-logs", "Old backup controllers keep a log of changes.", "MS-NRPC 3.1.4.2"},
    {28, "promotion-count", "Old backup controllers count promotions.", "MS-NRPC 3.1.4.2"},
    {29, "RC4", "Seals by RC4, where AES is not used.", "MS-NRPC 3.1.4.2"},
    {30, "persistent-replication", "Old backup controllers that ask of themselves.",
     "MS-NRPC 3.1.4.2"},
    {31, "account-lockout", "Accounts can be locked.", "MS-NRPC 3.1.4.2"},
};

static const struct name_row channels[] = {
    {0, "NullSecureChannel", "No channel.", "MS-NRPC 2.2.1.3.13"},
    {1, "MsvApSecureChannel", "Within one machine.", "MS-NRPC 2.2.1.3.13"},
    {2, "WorkstationSecureChannel", "Of a member of the domain.", "MS-NRPC 2.2.1.3.13"},
    {3, "TrustedDnsDomainSecureChannel", "Of a trusted domain with a DNS name.",
     "MS-NRPC 2.2.1.3.13"},
    {4, "TrustedDomainSecureChannel", "Of a trusted domain.", "MS-NRPC 2.2.1.3.13"},
    {5, "UasServerSecureChannel", "Of a LAN Manager server; not used.", "MS-NRPC 2.2.1.3.13"},
    {6, "ServerSecureChannel", "Of another controller of the domain.", "MS-NRPC 2.2.1.3.13"},
    {7, "CdcServerSecureChannel", "Of a read-only controller.", "MS-NRPC 2.2.1.3.13"},
};

static const struct name_row logon_levels[] = {
    {1, "NetlogonInteractiveInformation", "Somebody at the machine; hashes travel.",
     "MS-NRPC 2.2.1.4.16"},
    {2, "NetlogonNetworkInformation", "A challenge and the response to it: NTLM over the network.",
     "MS-NRPC 2.2.1.4.16"},
    {3, "NetlogonServiceInformation", "A service's account; hashes travel.", "MS-NRPC 2.2.1.4.16"},
    {4, "NetlogonGenericInformation", "A message of a security package's own.",
     "MS-NRPC 2.2.1.4.16"},
    {5, "NetlogonInteractiveTransitiveInformation", "The same as 1 over trusts that lead on.",
     "MS-NRPC 2.2.1.4.16"},
    {6, "NetlogonNetworkTransitiveInformation", "The same as 2 over trusts that lead on.",
     "MS-NRPC 2.2.1.4.16"},
    {7, "NetlogonServiceTransitiveInformation", "The same as 3 over trusts that lead on.",
     "MS-NRPC 2.2.1.4.16"},
};

static const struct name_row validation_levels[] = {
    {1, "NetlogonValidationUasInfo", "Of LAN Manager; not used.", "MS-NRPC 2.2.1.4.17"},
    {2, "NetlogonValidationSamInfo", "User and groups, as Windows NT had them.",
     "MS-NRPC 2.2.1.4.17"},
    {3, "NetlogonValidationSamInfo2", "The same with further SIDs.", "MS-NRPC 2.2.1.4.17"},
    {4, "NetlogonValidationGenericInfo", "A security package's own answer; not used.",
     "MS-NRPC 2.2.1.4.17"},
    {5, "NetlogonValidationGenericInfo2", "A security package's own answer.", "MS-NRPC 2.2.1.4.17"},
    {6, "NetlogonValidationSamInfo4", "User and groups with further SIDs, DNS domain and UPN.",
     "MS-NRPC 2.2.1.4.17"},
};

#define TABLE(registry, rows) const struct name_table registry = NAME_TABLE(rows)
TABLE(names_of_ntstatus, ntstatus);
TABLE(names_of_rpc_types, types);
TABLE(names_of_rpc_flags, flags);
TABLE(names_of_rpc_auth_types, auth_types);
TABLE(names_of_rpc_auth_levels, auth_levels);
TABLE(names_of_rpc_faults, faults);
TABLE(names_of_rpc_results, results);
TABLE(names_of_rpc_reasons, reasons);
TABLE(names_of_rpc_naks, naks);
TABLE(names_of_nl_auth_types, nl_auth_types);
TABLE(names_of_nl_auth_flags, nl_auth_flags);
TABLE(names_of_nl_algorithms, nl_algorithms);
TABLE(names_of_netlogon_calls, calls);
TABLE(names_of_netlogon_flags, negotiate_flags);
TABLE(names_of_netlogon_channels, channels);
TABLE(names_of_logon_levels, logon_levels);
TABLE(names_of_validation_levels, validation_levels);
