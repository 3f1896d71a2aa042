/* A replay cache that outlives the program: what was seen before a restart is refused after it.
 *
 * A file of records of one size, to which one is added for each authenticator: a digest of it and
 * until when it counts. A record is on the disk (fdatasync) before the request it stands for is
 * answered, so neither kill -9 nor a power failure forgets one that was accepted. A record that was
 * cut short is cut off at the next start: its request was never answered. Where nothing can be
 * written, nothing is accepted. What is over is left out when the file is opened, and whenever half
 * of a longer file is over; so it stays in proportion to what has to be remembered. One program at
 * a time (flock). */
#ifndef SIM_REPLAY_FILE_H
#define SIM_REPLAY_FILE_H

#include "base/arena.h"

struct replay_file;

/* Makes the file where there is none. entries: as many are remembered at most, the rest refused.
 * NULL: *error says why (in mem): no such folder, in use, not a replay cache. */
struct replay_file *replay_file_open(const char *path, size_t entries, int64_t now,
                                     struct arena *mem, char **error);
void replay_file_close(struct replay_file *); /* NULL is allowed */

/* For struct replay_cache (service/service.h), from any thread: true when the key was not seen, or
 * its window is over; it is remembered up to and including now + window. Times in microseconds
 * since 1970. */
bool replay_file_insert(void *replay_file, struct bytes key, int64_t now, int64_t window);

#endif
