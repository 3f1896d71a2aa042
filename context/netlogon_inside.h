/* Shared by the two ends of the secure channel. */
#ifndef CONTEXT_NETLOGON_INSIDE_H
#define CONTEXT_NETLOGON_INSIDE_H

#include "context/netlogon.h"

#define NETLOGON_GROUP 1 /* association group: there is one */

/* The netlogon provider's state on one connection (MS-NRPC 3.3.1). Messages of both directions
 * count. */
struct netlogon_security {
    bool on, is_client;
    uint8_t key[16];
    uint64_t sequence;
    uint32_t context_id;
};
/* The PDU with its stub sealed and signed; {NULL, 0}: too long, or a formula failed. */
struct bytes netlogon_seal(struct netlogon_security *, struct turn *, const struct rpc_pdu *);
/* The stub opened, in turn->mem. False: *why says what does not fit; the context is off then. */
bool netlogon_open(struct netlogon_security *, struct turn *, const struct rpc_pdu *,
                   struct bytes *stub, const char **why);
/* As long as the other, and in constant time. */
bool netlogon_same(const uint8_t a[8], const uint8_t b[8]);
/* "netlogon WEB1-DC1": the session key as the reader knows it. */
void netlogon_tell_key(struct turn *, const char *holder, struct bytes computer,
                       struct bytes controller, const uint8_t key[16], const char *cause);

/* ---- questions and answers as stubs (context/netlogon_question.c) ------------------------------
 */
/* {NULL, 0}: it cannot be written. */
struct bytes netlogon_question_stub(struct turn *, const struct logon_question *,
                                    struct bytes computer, struct bytes controller);
/* False: *why. */
bool netlogon_answer_read(struct turn *, struct bytes stub, enum logon_kind, struct logon_answer *,
                          const char **why);
/* The controller's part of HTTP Digest: a DIGEST_VALIDATION_REQ, and the answer to it. */
bool netlogon_digest_question(struct turn *, struct bytes message, struct logon_question *);
struct bytes netlogon_digest_answer(struct turn *, const struct logon_answer *);

#endif
