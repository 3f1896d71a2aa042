/* The ops of test vector files (base/vector_file.h) that are answered without a key: messages and
 * files are read, and written again give the same octets. */
#ifndef WIRE_VECTOR_OPS_H
#define WIRE_VECTOR_OPS_H

#include "base/vector_file.h"
#include "wire/rows.h"

/* Runs one case. *why: what was expected and what came (VECTOR_FAILED), or what is not implemented
 * (VECTOR_SKIPPED: an op of another folder's, a production without a row); in mem. NULL when it
 * passed. */
enum vector_result vector_run_wire(const struct vector_case *, struct arena *mem, const char **why);

/* The production that an op "asn1-NAME" is about, NULL when there is none: a name that MIT's test
 * suite gave it ("asn1-enc_tkt_part") or its own, any case, - and _ alike ("asn1-krb-error"). */
const struct asn_type *vector_asn_type(const char *op);

#endif
