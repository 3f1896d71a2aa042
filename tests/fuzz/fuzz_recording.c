/* Recordings of live sessions, as anyone could hand one to `tessera replay`. */
#include "sim/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[64];
    struct recording recording;
    char *error = NULL;
    int fd = memfd_create("recording", 0);
    struct arena *memory = arena_new(0);
    MUST(fd >= 0 && memory && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!recording_read(path, memory, &recording, &error)) {
        MUST(error && *error);
    } else {
        for (size_t i = 0; i < recording.n; i++)
            MUST(recording.messages[i].data.n <= n);
    }
    arena_free(memory);
    close(fd);
    return 0;
}
