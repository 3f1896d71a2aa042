/* The ops `pac-verify` and `ticket-verify` of test vector files. */
#ifndef CONTEXT_VECTOR_PAC_H
#define CONTEXT_VECTOR_PAC_H

#include "base/turn.h"
#include "base/vector_file.h"

/* As vector_run_context (context/vector_ops.h), in a turn with cryptography: every signature there
 * is fits, and any one-bit change of the PAC (of the ticket) is refused. */
enum vector_result vector_pac_verify(struct turn *, const struct vector_case *, const char **why);
enum vector_result vector_ticket_verify(struct turn *, const struct vector_case *,
                                        const char **why);

#endif
