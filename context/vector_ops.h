/* The ops of test vector files (base/vector_file.h) that the messages of a context answer. */
#ifndef CONTEXT_VECTOR_OPS_H
#define CONTEXT_VECTOR_OPS_H

#include "base/vector_file.h"
#include "crypto/crypto.h"

/* Runs one case, as vector_run_crypto does. */
enum vector_result vector_run_context(struct crypto *, const struct vector_case *,
                                      struct arena *mem, const char **why);

#endif
