/* The ops `pac`, `pac-part` and `pac-must-fail` of test vector files. */
#ifndef WIRE_VECTOR_PAC_H
#define WIRE_VECTOR_PAC_H

#include "base/vector_file.h"

/* As vector_run_wire (wire/vector_ops.h). `pac` is read with its buffers, has what the case says,
 * and written again gives the same octets; a part is `bytes` of the buffer type `type`, or of any
 * type that takes them. */
enum vector_result vector_pac(const struct vector_case *, struct arena *mem, const char **why);
enum vector_result vector_pac_part(const struct vector_case *, struct arena *mem, const char **why);
enum vector_result vector_pac_must_fail(const struct vector_case *, struct arena *mem,
                                        const char **why);

#endif
