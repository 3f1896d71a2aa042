/* The ops `spnego` and `token` of test vector files: a token of the negotiation has what the case
 * says, and written again gives the same octets; a token of any kind is known. */
#ifndef WIRE_VECTOR_NEGOTIATE_H
#define WIRE_VECTOR_NEGOTIATE_H

#include "base/vector_file.h"

/* As vector_run_wire (wire/vector_ops.h). */
enum vector_result vector_spnego(const struct vector_case *, struct arena *mem, const char **why);
enum vector_result vector_token(const struct vector_case *, struct arena *mem, const char **why);

#endif
