/* Linked into every test program: with TESSERA_FAULTS=FILE in the environment, the id of each fault
 * row that a test reached is added to FILE, so that `make test` can see that every row was. */
#include "base/fault.h"

#include <stdio.h>
#include <stdlib.h>

#define ROOM 1024

static const struct fault_row *seen[ROOM];
static size_t n_seen;

static void observe(const struct fault *f)
{
    for (size_t i = 0; i < n_seen; i++)
        if (seen[i] == f->row)
            return;
    if (n_seen < ROOM)
        seen[n_seen++] = f->row;
}

static void write_seen(void)
{
    FILE *f = fopen(getenv("TESSERA_FAULTS"), "a");
    for (size_t i = 0; f && i < n_seen; i++)
        fprintf(f, "%s\n", seen[i]->id);
    if (f)
        fclose(f);
}

__attribute__((constructor)) static void start(void)
{
    if (!getenv("TESSERA_FAULTS"))
        return;
    fault_observer = observe;
    atexit(write_seen);
}
