/* The ops `keytab`, `ccache` and `file` of test vector files: the file is read, has what the case
 * says, and written again gives the same octets; its map tiles it. */
#ifndef WIRE_VECTOR_FILES_H
#define WIRE_VECTOR_FILES_H

#include "base/vector_file.h"

/* As vector_run_wire (wire/vector_ops.h). `file` takes either kind, by its first two octets. */
enum vector_result vector_keytab(const struct vector_case *, struct arena *mem, const char **why);
enum vector_result vector_ccache(const struct vector_case *, struct arena *mem, const char **why);
enum vector_result vector_file_op(const struct vector_case *, struct arena *mem, const char **why);

#endif
