/* The secure channel between a member and its controller (MS-NRPC 3.1.1): both ends. The member's
 * end asks questions and gets answers as packets; the controller's end opens requests for the
 * verifier (ntlm/ntlm.h). */
#ifndef CONTEXT_NETLOGON_H
#define CONTEXT_NETLOGON_H

#include "context/logon.h"
#include "crypto/ntlm.h"
#include "wire/netlogon.h"
#include "wire/rpc.h"

#define NETLOGON_PORT 49155 /* of the lessons' controller; live has its own (ncacn_ip_tcp) */

/* ---- the member's end --------------------------------------------------------------------------
 */
struct netlogon_channel_config {
    const char *party;              /* who tells: "www" */
    const struct party *controller; /* NULL: nobody to ask: STATUS_NO_LOGON_SERVERS at once */
    const char *computer;           /* NetBIOS: "WEB1"; the account is "WEB1$" */
    const char *controller_name;    /* "\\\\DC1" */
    const char *domain;             /* NetBIOS: "EXAMPLE"; NULL: not said */
    const uint8_t *secret;          /* NT hash of the machine account's password, 16 octets */
};
struct netlogon_channel; /* one a service; questions wait in a row */
struct netlogon_channel *netlogon_channel_new(struct arena *,
                                              const struct netlogon_channel_config *);
#define NETLOGON_WAITING 32
/* The channel is set up first where it is not (bind, ReqChallenge, Authenticate3, an alter_context
 * with the netlogon provider), then the question goes out, sealed, as NetrLogonSamLogonEx. One
 * question at a time is on the wire; `id` comes back with its answer. With no controller it waits
 * for netlogon_lost. False: our fault, NETLOGON_WAITING questions wait already, or it does not fit
 * one PDU. */
bool netlogon_ask(struct netlogon_channel *, struct turn *, const struct logon_question *,
                  uint64_t id);
/* A packet from the controller (packet->via == VIA_RPC). Sends what follows by the turn. *answered:
 * a question has its answer: *id and *out, which lives in turn->mem. A controller that cannot be
 * believed (credential, signature) ends the channel and answers with the status that says so. */
bool netlogon_receive(struct netlogon_channel *, const struct packet *, struct turn *,
                      bool *answered, uint64_t *id, struct logon_answer *out);
/* The connection is gone, or nobody answered: the questions that waited get
 * STATUS_NO_LOGON_SERVERS; call until it is false. */
bool netlogon_lost(struct netlogon_channel *, struct turn *, uint64_t *id,
                   struct logon_answer *out);

/* ---- the controller's end ----------------------------------------------------------------------
 * Its state for each member (challenges, session key) and for each connection (bound, sequence
 * numbers) is kept by computer name and by packet->conn, bounded. */
struct netlogon_server;
struct netlogon_server_config {
    const char *party;
    const char *name;   /* "DC1" */
    const char *domain; /* NetBIOS: "EXAMPLE" */
    /* NT hash of the machine account "WEB1$" and its RID. False: no such account, or closed. */
    bool (*machine)(void *arg, struct turn *, struct bytes account, uint8_t nt_hash[16],
                    uint32_t *rid);
    /* The verifier. False: our fault. */
    bool (*verify)(void *arg, struct turn *, const struct logon_question *, struct logon_answer *);
    void *arg;
};
struct netlogon_server *netlogon_server_new(struct arena *, const struct netlogon_server_config *);
/* One PDU; answers by the turn. A PDU that cannot be understood: a fault PDU (nca_s_...) or silence
 * and close, as C706 says. False: our fault. */
bool netlogon_serve(struct netlogon_server *, const struct packet *, struct turn *);
void netlogon_closed(struct netlogon_server *, const struct conn *);

const struct fault_row *netlogon_fault_table(size_t *n);

#endif
