/* What the two kinds of tokens share and nobody else includes. */
#ifndef CONTEXT_MESSAGE_INSIDE_H
#define CONTEXT_MESSAGE_INSIDE_H

#include "context/message.h"

enum message_fault {
    MESSAGE_ETYPE,
    MESSAGE_CUT,
    MESSAGE_TOK_ID,
    MESSAGE_FILLER,
    MESSAGE_REFLECTED,
    MESSAGE_SUBKEY,
    MESSAGE_EC,
    MESSAGE_RRC,
    MESSAGE_CHECKSUM,
    MESSAGE_SEALED,
    MESSAGE_HEADER,
    MESSAGE_SEQUENCE,
    MESSAGE_MECH,
    MESSAGE_SGN_ALG,
    MESSAGE_SEAL_ALG,
    MESSAGE_DIRECTION,
    MESSAGE_PADDING
};

/* Raises it at that field of the token. False. */
bool message_refuse(struct turn *, enum message_fault, const char *field, size_t at);
/* The number is what was expected, or nothing was; else raises it. */
bool message_in_order(struct turn *, const uint64_t *expected, uint64_t seq, size_t at);

bool rc4_mic(struct turn *, const struct message_end *, uint64_t seq, struct bytes text,
             struct bytes *token);
bool rc4_wrap(struct turn *, const struct message_end *, uint64_t seq, bool confidential,
              struct bytes text, struct bytes *token);
bool rc4_mic_check(struct turn *, const struct message_end *, const uint64_t *expected_seq,
                   struct bytes token, struct bytes text, uint64_t *seq);
bool rc4_unwrap(struct turn *, const struct message_end *, const uint64_t *expected_seq,
                struct bytes token, struct message *out);

#endif
