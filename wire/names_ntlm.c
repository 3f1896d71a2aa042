/* The numbers of NTLM (MS-NLMP 2.2). */
#include "wire/names_tables.h"

static const struct name_row flags[] = {
    {0, "NTLMSSP_NEGOTIATE_56", "Sealing keys may have 56 bits.", "MS-NLMP 2.2.2.5"},
    {1, "NTLMSSP_NEGOTIATE_KEY_EXCH",
     "The client chooses the session key at random and sends it encrypted.", "MS-NLMP 2.2.2.5"},
    {2, "NTLMSSP_NEGOTIATE_128", "Sealing keys have 128 bits.", "MS-NLMP 2.2.2.5"},
    {6, "NTLMSSP_NEGOTIATE_VERSION", "The version of the operating system is in the message.",
     "MS-NLMP 2.2.2.5"},
    {8, "NTLMSSP_NEGOTIATE_TARGET_INFO",
     "The CHALLENGE carries AV_PAIRs, which an NTLMv2 response is made over.", "MS-NLMP 2.2.2.5"},
    {9, "NTLMSSP_REQUEST_NON_NT_SESSION_KEY", "The session key is to come from the LM hash.",
     "MS-NLMP 2.2.2.5"},
    {11, "NTLMSSP_NEGOTIATE_IDENTIFY", "The server may learn who the client is, not act as it.",
     "MS-NLMP 2.2.2.5"},
    {12, "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY",
     "NTLM2 session security: the client adds a challenge, and messages get a keyed MAC.",
     "MS-NLMP 2.2.2.5"},
    {14, "NTLMSSP_TARGET_TYPE_SERVER", "TargetName is a server's: the accounts are its own.",
     "MS-NLMP 2.2.2.5"},
    {15, "NTLMSSP_TARGET_TYPE_DOMAIN", "TargetName is a domain's.", "MS-NLMP 2.2.2.5"},
    {16, "NTLMSSP_NEGOTIATE_ALWAYS_SIGN",
     "A session key is wanted, though perhaps nothing will be signed.", "MS-NLMP 2.2.2.5"},
    {18, "NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED",
     "The NEGOTIATE tells the name of the client's machine.", "MS-NLMP 2.2.2.5"},
    {19, "NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED", "The NEGOTIATE tells the client's domain.",
     "MS-NLMP 2.2.2.5"},
    {20, "NTLMSSP_ANONYMOUS", "Nobody logs on: no name, no response.", "MS-NLMP 2.2.2.5"},
    {22, "NTLMSSP_NEGOTIATE_NTLM", "The NT hash is used, not that of LAN Manager alone.",
     "MS-NLMP 2.2.2.5"},
    {24, "NTLMSSP_NEGOTIATE_LM_KEY",
     "The session key is made of the LM response: weak, and ignored with NTLM2 session security.",
     "MS-NLMP 2.2.2.5"},
    {25, "NTLMSSP_NEGOTIATE_DATAGRAM", "There is no connection: messages may be lost.",
     "MS-NLMP 2.2.2.5"},
    {26, "NTLMSSP_NEGOTIATE_SEAL", "Messages may be encrypted.", "MS-NLMP 2.2.2.5"},
    {27, "NTLMSSP_NEGOTIATE_SIGN", "Messages may be signed.", "MS-NLMP 2.2.2.5"},
    {29, "NTLMSSP_REQUEST_TARGET", "The CHALLENGE shall name domain or server.", "MS-NLMP 2.2.2.5"},
    {30, "NTLM_NEGOTIATE_OEM", "Names may be in the machine's 8-bit character set.",
     "MS-NLMP 2.2.2.5"},
    {31, "NTLMSSP_NEGOTIATE_UNICODE", "Names are in UTF-16.", "MS-NLMP 2.2.2.5"},
};

static const struct name_row messages[] = {
    {1, "NEGOTIATE", "The client begins: what it can do.", "MS-NLMP 2.2.1.1"},
    {2, "CHALLENGE", "The server's eight random octets, and who it is.", "MS-NLMP 2.2.1.2"},
    {3, "AUTHENTICATE", "The client's name and its response to the challenge.", "MS-NLMP 2.2.1.3"},
};

static const struct name_row av_ids[] = {
    {0, "MsvAvEOL", "The list ends here.", "MS-NLMP 2.2.2.1"},
    {1, "MsvAvNbComputerName", "The server's NetBIOS name.", "MS-NLMP 2.2.2.1"},
    {2, "MsvAvNbDomainName", "The NetBIOS name of the server's domain.", "MS-NLMP 2.2.2.1"},
    {3, "MsvAvDnsComputerName", "The server's name in DNS.", "MS-NLMP 2.2.2.1"},
    {4, "MsvAvDnsDomainName", "The domain's name in DNS.", "MS-NLMP 2.2.2.1"},
    {5, "MsvAvDnsTreeName", "The name of the forest in DNS.", "MS-NLMP 2.2.2.1"},
    {6, "MsvAvFlags", "Whether a MIC follows, and other things about the client.",
     "MS-NLMP 2.2.2.1"},
    {7, "MsvAvTimestamp", "The server's clock.", "MS-NLMP 2.2.2.1"},
    {8, "MsvAvSingleHost", "Which machine and logon the client is, for the same machine only.",
     "MS-NLMP 2.2.2.1"},
    {9, "MsvAvTargetName", "The service that the client means, by its principal name.",
     "MS-NLMP 2.2.2.1"},
    {10, "MsvAvChannelBindings", "A hash that ties the logon to the TLS connection around it.",
     "MS-NLMP 2.2.2.1"},
};

static const struct name_row av_flags[] = {
    {29, "untrusted-spn", "The target name comes from a source that is not trusted.",
     "MS-NLMP 2.2.2.1"},
    {30, "mic", "The AUTHENTICATE carries a MIC.", "MS-NLMP 2.2.2.1"},
    {31, "constrained", "The account's authentication is constrained.", "MS-NLMP 2.2.2.1"},
};

const struct name_table names_of_ntlm_flags = NAME_TABLE(flags);
const struct name_table names_of_ntlm_messages = NAME_TABLE(messages);
const struct name_table names_of_av_ids = NAME_TABLE(av_ids);
const struct name_table names_of_av_flags = NAME_TABLE(av_flags);
