/* The ops `ntlm-negotiate`, `ntlm-challenge` and `ntlm-authenticate` of test vector files: the
 * message is read and has what the case says; its map tiles it. */
#ifndef WIRE_VECTOR_NTLM_H
#define WIRE_VECTOR_NTLM_H

#include "base/vector_file.h"

/* As vector_run_wire (wire/vector_ops.h). */
enum vector_result vector_ntlm(const struct vector_case *, struct arena *mem, const char **why);

#endif
