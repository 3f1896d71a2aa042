/* The ops of test vector files (base/vector_file.h) that cryptography answers. */
#ifndef CRYPTO_VECTOR_OPS_H
#define CRYPTO_VECTOR_OPS_H

#include "base/vector_file.h"
#include "crypto/crypto.h"

/* Runs one case. *why: what was expected and what came (VECTOR_FAILED), or what is not implemented
 * (VECTOR_SKIPPED: an op of another folder's, an encryption or checksum type without a row); in
 * mem. NULL when it passed. */
enum vector_result vector_run_crypto(struct crypto *, const struct vector_case *, struct arena *mem,
                                     const char **why);
/* Of the netlogon secure channel; the one above asks it for what it does not know itself. */
enum vector_result vector_run_netlogon(struct crypto *, const struct vector_case *,
                                       struct arena *mem, const char **why);

#endif
