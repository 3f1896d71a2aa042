/* Files of test vectors: published numbers as data, read by the tests and by `tessera vectors`.
 *
 * `#` starts a comment line; `[name]` starts a case; then one field a line: `name=` hexadecimal,
 * `name.txt=` text to the end of the line (UTF-8), `name.int=` a decimal number with sign; an empty
 * line ends the case. The order of fields has no meaning; a field stands once in a case. The field
 * `op` says what the case is. */
#ifndef BASE_VECTOR_FILE_H
#define BASE_VECTOR_FILE_H

#include "base/arena.h"

enum vector_kind { VECTOR_OCTETS, VECTOR_TEXT, VECTOR_INT };

struct vector_field {
    struct bytes name; /* without .txt or .int */
    enum vector_kind kind;
    struct bytes value; /* decoded hexadecimal, or the text */
    int64_t number;     /* VECTOR_INT */
};

struct vector_case {
    const char *name;
    unsigned line; /* of its name, counted from 1 */
    struct vector_field *fields;
    size_t n;
};

struct vector_file {
    struct vector_case *cases;
    size_t n;
};

/* Reads the text of a whole file; everything in *out lives in `mem`, nothing points into `text`.
 * False: *error is "FILE:LINE:COLUMN: why", in mem. */
bool vector_file_read(struct arena *mem, struct bytes text, const char *file,
                      struct vector_file *out, const char **error);

/* The field of that name, or NULL. */
const struct vector_field *vector_field(const struct vector_case *, const char *name);
/* Octets or text. False, and *out empty, when there is no such field or it is a number. */
bool vector_octets(const struct vector_case *, const char *name, struct bytes *out);
/* The number, or `otherwise` when there is no such field or it is not a number. */
int64_t vector_number(const struct vector_case *, const char *name, int64_t otherwise);
/* The field `op` as a string; "" when there is none. In mem. */
const char *vector_op(const struct vector_case *, struct arena *mem);

/* What became of a case. A case that needs what is not implemented is skipped, never passed. */
enum vector_result { VECTOR_PASSED, VECTOR_FAILED, VECTOR_SKIPPED };

#endif
