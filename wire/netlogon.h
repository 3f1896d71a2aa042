/* Netlogon's calls (MS-NRPC 3.5.4) as stubs of NDR: those that a secure channel and a logon take.
 * Texts are UTF-8 in the structs. */
#ifndef WIRE_NETLOGON_H
#define WIRE_NETLOGON_H

#include "wire/ndr.h"

enum { /* opnums; registry NAMES_NETLOGON_CALL */
       NETR_SERVER_REQ_CHALLENGE = 4,
       NETR_SERVER_AUTHENTICATE3 = 26,
       NETR_LOGON_SAM_LOGON_EX = 39,
       NETR_LOGON_GET_CAPABILITIES = 21,
};
enum { /* NegotiateFlags (MS-NRPC 3.1.4.2), what is asked here */
       NETLOGON_AES_SHA2 = 0x01000000,
       NETLOGON_STRONG_KEYS = 0x00004000,
       NETLOGON_AUTHENTICATED_RPC = 0x40000000,
       NETLOGON_FLAGS_USUAL = 0x612fffff,
       /* Those that decide how the channel is protected: what sentences name. */
       NETLOGON_FLAGS_TOLD = NETLOGON_AES_SHA2 | NETLOGON_STRONG_KEYS | NETLOGON_AUTHENTICATED_RPC,
};
enum { WorkstationSecureChannel = 2, TrustedDnsDomainSecureChannel = 3, ServerSecureChannel = 6 };
enum { NetlogonNetworkInformation = 2, NetlogonGenericInformation = 4 };
enum { NetlogonValidationSamInfo4 = 6, NetlogonValidationGenericInfo2 = 5 };

struct netr_req_challenge {
    struct bytes primary_name, computer_name; /* "\\\\DC1", "WEB1" */
    uint8_t challenge[8];                     /* the client's; in the answer the server's */
    int32_t status;                           /* answer */
};
struct netr_authenticate3 {
    struct bytes primary_name, account_name, computer_name; /* "WEB1$" */
    uint16_t channel_type;
    uint8_t credential[8]; /* client's; in the answer the server's */
    uint32_t flags;
    uint32_t account_rid; /* answer */
    int32_t status;
};
struct netr_sam_logon_ex {
    struct bytes logon_server, computer_name;
    uint16_t logon_level, validation_level;
    uint32_t extra_flags;
    /* NETLOGON_NETWORK_INFO */
    struct bytes domain, user, workstation;
    uint32_t parameter_control;
    uint64_t logon_id;
    uint8_t challenge[8];
    struct bytes nt_response, lm_response;
    /* NETLOGON_GENERIC_INFO: package and its message (DIGEST_VALIDATION_REQ, MS-APDS 2.2.3.1) */
    struct bytes package, message;
    /* answer */
    const struct validation_info *info; /* NULL: none */
    struct bytes generic;               /* NETLOGON_VALIDATION_GENERIC_INFO2's data */
    uint8_t authoritative;
    int32_t status;
};
/* The channel is asked, under its own protection, what was agreed upon in clear. */
struct netlogon_authenticator {
    uint8_t credential[8];
    uint32_t timestamp;
};
struct netr_get_capabilities {
    struct bytes server_name, computer_name;
    struct netlogon_authenticator authenticator, return_authenticator;
    uint32_t level;        /* 1 */
    uint32_t capabilities; /* answer */
    int32_t status;
};
/* answer: the response's stub instead of the request's. Readers raise faults; writers give
 * {NULL, 0} when a text is no UTF-8. */
bool netr_req_challenge_read(struct bytes stub, bool answer, struct arena *, struct faults *,
                             struct netr_req_challenge *);
struct bytes netr_req_challenge_write(struct arena *, bool answer,
                                      const struct netr_req_challenge *);
bool netr_authenticate3_read(struct bytes stub, bool answer, struct arena *, struct faults *,
                             struct netr_authenticate3 *);
struct bytes netr_authenticate3_write(struct arena *, bool answer,
                                      const struct netr_authenticate3 *);
bool netr_sam_logon_ex_read(struct bytes stub, bool answer, struct arena *, struct faults *,
                            struct netr_sam_logon_ex *);
struct bytes netr_sam_logon_ex_write(struct arena *, bool answer, const struct netr_sam_logon_ex *);
bool netr_get_capabilities_read(struct bytes stub, bool answer, struct arena *, struct faults *,
                                struct netr_get_capabilities *);
struct bytes netr_get_capabilities_write(struct arena *, bool answer,
                                         const struct netr_get_capabilities *);
/* The map of a stub, opened if it was sealed: by opnum and direction. */
bool netlogon_stub_known(uint16_t opnum);
bool netlogon_stub_walk(struct bytes stub, uint16_t opnum, bool answer, struct arena *,
                        struct faults *, struct flat_visitor *);
/* ---- HTTP Digest's question as generic information, package "WDigest" (MS-APDS 2.2.5) ----------
 */
struct digest_validation_request {
    /* as they came, in ISO 8859-1 or whatever the client wrote */
    struct bytes username, realm, nonce, cnonce, nc, algorithm, qop, method, uri, response;
    struct bytes account, domain, server; /* UTF-8 */
};
struct digest_validation_response {
    int32_t status;
    struct bytes session_key; /* H(A1) in hexadecimal: 32 octets with MD5 */
    struct bytes auth_data;   /* a PAC */
    struct bytes account;     /* UTF-8 */
};
bool digest_validation_request_read(struct bytes, struct arena *, struct faults *,
                                    struct digest_validation_request *);
struct bytes digest_validation_request_write(struct arena *,
                                             const struct digest_validation_request *);
bool digest_validation_response_read(struct bytes, struct arena *, struct faults *,
                                     struct digest_validation_response *);
struct bytes digest_validation_response_write(struct arena *,
                                              const struct digest_validation_response *);

const struct fault_row *netlogon_wire_fault_table(size_t *n);

#endif
