/* Files of test vectors: whatever is read is within its text's cases and fields. */
#include "base/vector_file.h"
#include "tests/fuzz/flat_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct vector_file file;
    const char *error = NULL;
    begin();
    if (!vector_file_read(mem, bytes_of(data, n), "file", &file, &error)) {
        MUST(error && *error);
        return 0;
    }
    for (size_t i = 0; i < file.n; i++)
        for (size_t k = 0; k < file.cases[i].n; k++)
            MUST(file.cases[i].fields[k].value.n <= n);
    return 0;
}
