/* Scenario files: whatever stands in one, it is read or each problem has its place in it. */
#include "sim/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define MUST(what)                                                                                 \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);                             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Each line is "f:LINE:COL: what", its line in the file; the last may count what is left out. */
static void check_places(char *error, size_t lines)
{
    unsigned long before = 0, line, col;
    for (char *at = strtok(error, "\n"); at; at = strtok(NULL, "\n")) {
        if (strncmp(at, "f: and ", 7) == 0)
            continue;
        MUST(sscanf(at, "f:%lu:%lu: ", &line, &col) == 2);
        MUST(line >= before && line >= 1 && line <= lines + 1 && col >= 1);
        before = line;
    }
}

static size_t count_lines(struct bytes text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n' || text.p[i] == '\r' || text.p[i] == 0x85 || text.p[i] == 0xa8 ||
                 text.p[i] == 0xa9; /* YAML breaks lines at U+0085, U+2028 and U+2029, too */
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *mem = arena_new(0);
    struct scenario s;
    char *error = NULL;
    struct bytes text = bytes_of(data, n);
    if (!mem)
        return 0;
    arena_limit(mem, (size_t)64 << 20);
    if (scenario_read(mem, "f", text, &s, &error))
        MUST(!error && s.title && s.realm.name && s.realm.n_etypes);
    else
        check_places(error, count_lines(text));
    arena_free(mem);
    return 0;
}
