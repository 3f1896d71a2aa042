/* The ops of test vector files about NTLM: hashes, responses, keys, protected messages, and whole
 * logons. Every field of a case that is not given is computed; one that nobody computes fails. */
#ifndef CONTEXT_VECTOR_NTLM_H
#define CONTEXT_VECTOR_NTLM_H

#include "base/vector_file.h"
#include "crypto/crypto.h"

/* Whether the op is one of these; then *result and *why are as of vector_run_context. */
bool vector_run_ntlm(struct crypto *, const struct vector_case *, struct arena *mem,
                     enum vector_result *result, const char **why);

#endif
