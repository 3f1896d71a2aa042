/* NTLM's messages (MS-NLMP 2.2): octets <-> structs, and the map of octets. Texts are UTF-16LE on
 * the wire where NEGOTIATE_UNICODE is set, OEM (here: octets as they are) otherwise; in the structs
 * they are UTF-8. Payload order is whatever the offsets say: gaps and overlaps are kept and shown.
 */
#ifndef WIRE_NTLM_H
#define WIRE_NTLM_H

#include "base/fault.h"
#include "wire/flat.h"

/* NegotiateFlags (MS-NLMP 2.2.2.5), by their printed names; registry NAMES_NTLM_FLAG. */
enum {
    NTLMSSP_NEGOTIATE_UNICODE = 0x00000001,
    NTLM_NEGOTIATE_OEM = 0x00000002,
    NTLMSSP_REQUEST_TARGET = 0x00000004,
    NTLMSSP_NEGOTIATE_SIGN = 0x00000010,
    NTLMSSP_NEGOTIATE_SEAL = 0x00000020,
    NTLMSSP_NEGOTIATE_DATAGRAM = 0x00000040,
    NTLMSSP_NEGOTIATE_LM_KEY = 0x00000080,
    NTLMSSP_NEGOTIATE_NTLM = 0x00000200,
    NTLMSSP_ANONYMOUS = 0x00000800,
    NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED = 0x00001000,
    NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED = 0x00002000,
    NTLMSSP_NEGOTIATE_ALWAYS_SIGN = 0x00008000,
    NTLMSSP_TARGET_TYPE_DOMAIN = 0x00010000,
    NTLMSSP_TARGET_TYPE_SERVER = 0x00020000,
    NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY = 0x00080000,
    NTLMSSP_NEGOTIATE_IDENTIFY = 0x00100000,
    NTLMSSP_REQUEST_NON_NT_SESSION_KEY = 0x00400000,
    NTLMSSP_NEGOTIATE_TARGET_INFO = 0x00800000,
    NTLMSSP_NEGOTIATE_VERSION = 0x02000000,
    NTLMSSP_NEGOTIATE_128 = 0x20000000,
    NTLMSSP_NEGOTIATE_KEY_EXCH = 0x40000000,
    NTLMSSP_NEGOTIATE_56 = (int)0x80000000,
};

/* AvId (MS-NLMP 2.2.2.1). */
enum {
    MsvAvEOL,
    MsvAvNbComputerName,
    MsvAvNbDomainName,
    MsvAvDnsComputerName,
    MsvAvDnsDomainName,
    MsvAvDnsTreeName,
    MsvAvFlags,
    MsvAvTimestamp,
    MsvAvSingleHost,
    MsvAvTargetName,
    MsvAvChannelBindings,
};
enum { AV_FLAG_CONSTRAINED = 1, AV_FLAG_MIC = 2, AV_FLAG_UNTRUSTED_SPN = 4 };

struct ntlm_version {
    uint8_t major, minor;
    uint16_t build;
    uint8_t revision; /* 15: NTLMSSP_REVISION_W2K3 */
};

struct av_pair {
    uint16_t id;
    struct bytes value; /* as on the wire */
};
struct av_pairs {
    const struct av_pair *at;
    size_t n;         /* MsvAvEOL left out */
    bool ends;        /* MsvAvEOL was there */
    struct bytes der; /* (not DER) the octets it was read from, MsvAvEOL included */
};

struct negotiate_message {
    uint32_t flags;
    bool has_version; /* 40-octet form; the 16- and 32-octet forms are read too */
    struct ntlm_version version;
    struct bytes domain, workstation; /* OEM */
};
struct challenge_message {
    uint32_t flags;
    struct bytes target_name; /* UTF-8 */
    uint8_t server_challenge[8];
    struct bytes target_info; /* octets; read with av_pairs_read */
    bool has_version;
    struct ntlm_version version;
};
struct authenticate_message {
    uint32_t flags;
    struct bytes lm_response, nt_response;  /* octets */
    struct bytes domain, user, workstation; /* UTF-8 */
    struct bytes session_key;               /* EncryptedRandomSessionKey, or empty */
    bool has_version;
    struct ntlm_version version;
    bool has_mic; /* the payload begins behind it */
    uint8_t mic[16];
    size_t mic_at; /* of it in the message: zeroed for its own computation */
};
/* NTLMv2_CLIENT_CHALLENGE (MS-NLMP 2.2.2.7) with the proof before it: an NTLMv2_RESPONSE. */
struct ntlmv2_response {
    uint8_t proof[16];
    struct bytes temp; /* all behind the proof: what the proof is over */
    uint8_t resp_type, hi_resp_type;
    int64_t timestamp; /* microseconds since 1970 */
    uint64_t filetime; /* as it stands there */
    uint8_t client_challenge[8];
    struct av_pairs pairs;
};

/* 1, 2, 3; 0: these octets are no NTLM message (signature, type). */
unsigned ntlm_message_type(struct bytes);
bool negotiate_read(struct bytes, struct arena *, struct faults *, struct negotiate_message *out);
bool challenge_read(struct bytes, struct arena *, struct faults *, struct challenge_message *out);
bool authenticate_read(struct bytes, struct arena *, struct faults *,
                       struct authenticate_message *out);
bool av_pairs_read(struct bytes, struct arena *, struct faults *, struct av_pairs *out);
/* NULL: none of that id. */
const struct av_pair *av_pair(const struct av_pairs *, uint16_t id);
/* False (no fault): too short to be one: 24 octets are an NTLM response. */
bool ntlmv2_response_read(struct bytes, struct arena *, struct faults *, struct ntlmv2_response *);

/* Writers: payload in the order Windows writes it (domain, user, workstation, LM, NT, session key;
 * target name, target info). A struct read and written again gives the same octets where the
 * payload was in that order. */
struct bytes negotiate_write(struct arena *, const struct negotiate_message *);
struct bytes challenge_write(struct arena *, const struct challenge_message *);
struct bytes authenticate_write(struct arena *, const struct authenticate_message *);
struct bytes av_pairs_write(struct arena *, const struct av_pair *, size_t n); /* adds MsvAvEOL */

/* FILETIME: 100 ns since 1601 (MS-DTYP 2.3.3). */
uint64_t filetime_of(int64_t microseconds);
int64_t filetime_to(uint64_t filetime);

bool ntlm_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool av_pairs_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool ntlmv2_response_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
/* NTLMSSP_MESSAGE_SIGNATURE (MS-NLMP 2.2.2.9), with or without ESS. */
bool ntlm_signature_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
const struct fault_row *ntlm_wire_fault_table(size_t *n);

#endif
