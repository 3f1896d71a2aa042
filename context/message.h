/* Messages of an established context: GSS_GetMIC and GSS_Wrap of the Kerberos mechanism. Keys of
 * most types make the tokens of RFC 4121 4.2; rc4-hmac and rc4-hmac-exp those of RFC 4757 7 in the
 * frame of RFC 1964. des3-cbc-sha1-kd has neither: its tokens are of a draft, and refused here.
 *
 * Tokens say who sent them. What is made here is ours, what is read must be the other end's: a
 * token that comes back to its sender is refused, whatever its checksum says. */
#ifndef CONTEXT_MESSAGE_H
#define CONTEXT_MESSAGE_H

#include "base/turn.h"
#include "crypto/crypto.h"

/* Usages by the sender (RFC 4121 2). A Wrap token without confidentiality has its checksum under
 * the sealing one. */
#define USAGE_ACCEPTOR_SEAL  22
#define USAGE_ACCEPTOR_SIGN  23
#define USAGE_INITIATOR_SEAL 24
#define USAGE_INITIATOR_SIGN 25

/* One end of a context. */
struct message_end {
    struct key key;       /* the acceptor's subkey, else the initiator's, else the session key */
    bool is_acceptor;     /* which end we are */
    bool acceptor_subkey; /* the key is the acceptor's subkey: the tokens say so, RFC 4121 4.2.2 */
};

/* The token over or around text, with sequence number seq (its low 32 bits for RC4); in turn->mem.
 * rrc: octets that a Wrap token of RFC 4121 is rotated to the right by, at most those after its
 * header; 0 unless one wants what Windows does. The confounder comes from turn->rng. False: the key
 * has no such tokens or does not fit. */
bool message_mic(struct turn *, const struct message_end *, uint64_t seq, struct bytes text,
                 struct bytes *token);
bool message_wrap(struct turn *, const struct message_end *, uint64_t seq, bool confidential,
                  uint16_t rrc, struct bytes text, struct bytes *token);

struct message {
    struct bytes text; /* in turn->mem */
    uint64_t seq;
    bool confidential; /* it was encrypted */
};
/* expected_seq NULL: any number passes, and the caller judges it. That matters for RC4, whose
 * checksum does not cover the number: without confidentiality it can be changed unseen.
 * False: a fault was raised; nothing of the message may be used. */
bool message_mic_check(struct turn *, const struct message_end *, const uint64_t *expected_seq,
                       struct bytes token, struct bytes text, uint64_t *seq);
bool message_unwrap(struct turn *, const struct message_end *, const uint64_t *expected_seq,
                    struct bytes token, struct message *out);

const struct fault_row *message_fault_table(size_t *n);

#endif
