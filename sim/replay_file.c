#include "sim/replay_file.h"

#include "crypto/primitives.h"
#include "realm/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Digest, until when, and four octets of a digest over both: a record that is not whole is told by
 * them. */
#define DIGEST    32
#define RECORD    (DIGEST + 8 + 4)
#define TIDY_FROM 4096 /* records below which nothing is left out */

static const uint8_t magic[RECORD] = "tessera replay cache 1\n";

struct replay_file {
    pthread_mutex_t lock;
    struct crypto *crypto;
    struct ledger *ledger;
    char *path;
    int fd;
    size_t records, kept; /* in the file; there after it was last made anew */
};

/* ---- records --------------------------------------------------------------------------------- */

static bool sum_of(struct replay_file *f, const uint8_t *record, uint8_t sum[4])
{
    uint8_t out[DIGEST_MAX];
    size_t n;
    if (!digest(f->crypto, "sha256", bytes_of(record, RECORD - 4), out, &n))
        return false;
    memcpy(sum, out, 4);
    return true;
}

static bool write_all(int fd, const uint8_t *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool read_record(int fd, uint8_t *record)
{
    for (size_t n = 0; n < RECORD;) {
        ssize_t got = read(fd, record + n, RECORD - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        n += (size_t)got;
    }
    return true;
}

static bool is_whole(struct replay_file *f, const uint8_t *record)
{
    uint8_t sum[4];
    return sum_of(f, record, sum) && memcmp(sum, record + RECORD - 4, 4) == 0;
}

static int64_t until_of(const uint8_t *record)
{
    return (int64_t)be64(record + DIGEST);
}

/* ---- the file -------------------------------------------------------------------------------- */

/* What still counts of the file at `from`, copied to `to`; into the ledger too, when that is new.
 * Stops at the first record that is not whole. */
static bool copy_live(struct replay_file *f, int from, int to, int64_t now, bool learn)
{
    uint8_t record[RECORD];
    if (lseek(from, RECORD, SEEK_SET) < 0 || !write_all(to, magic, RECORD))
        return false;
    f->records = 0;
    while (read_record(from, record) && is_whole(f, record)) {
        if (until_of(record) < now)
            continue;
        if (!write_all(to, record, RECORD))
            return false;
        f->records++;
        if (learn)
            replay_insert(f->ledger, bytes_of(record, DIGEST), now, until_of(record) - now);
    }
    f->kept = f->records;
    return true;
}

static void sync_folder(const char *path)
{
    char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash)
        slash[slash == folder] = '\0';
    int fd = folder ? open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

/* The file anew, without what is over: whole in another one first, which then takes its name. */
static bool make_anew(struct replay_file *f, int64_t now, bool learn)
{
    size_t n = strlen(f->path) + 5;
    char *temp = malloc(n);
    if (!temp)
        return false;
    snprintf(temp, n, "%s.new", f->path);
    int to = open(temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = to >= 0 && flock(to, LOCK_EX | LOCK_NB) == 0 && copy_live(f, f->fd, to, now, learn) &&
              fsync(to) == 0 && rename(temp, f->path) == 0;
    if (ok) {
        sync_folder(f->path);
        close(f->fd);
        f->fd = to;
    } else {
        int why = errno;
        if (to >= 0) {
            close(to);
            unlink(temp);
        }
        errno = why;
    }
    free(temp);
    return ok;
}

static bool append(struct replay_file *f, const uint8_t digest_of_key[DIGEST], int64_t until)
{
    uint8_t record[RECORD];
    memcpy(record, digest_of_key, DIGEST);
    put_be64(record + DIGEST, (uint64_t)until);
    off_t end = (off_t)(f->records + 1) * RECORD;
    bool ok = sum_of(f, record, record + RECORD - 4) && lseek(f->fd, end, SEEK_SET) == end &&
              write_all(f->fd, record, RECORD) && fdatasync(f->fd) == 0;
    if (ok)
        f->records++;
    else if (ftruncate(f->fd, end)) /* half a record: written over by the next one */
        return false;
    return ok;
}

/* ---- use ------------------------------------------------------------------------------------- */

bool replay_file_insert(void *replay_file, struct bytes key, int64_t now, int64_t window)
{
    struct replay_file *f = replay_file;
    uint8_t out[DIGEST_MAX];
    size_t n;
    pthread_mutex_lock(&f->lock);
    bool ok = digest(f->crypto, "sha256", key, out, &n) &&
              replay_insert(f->ledger, bytes_of(out, DIGEST), now, window) == REPLAY_NEW &&
              append(f, out, now + window);
    if (ok && f->records >= TIDY_FROM && f->records >= 2 * f->kept)
        make_anew(f, now, false); /* where that fails, the file grows on */
    pthread_mutex_unlock(&f->lock);
    return ok;
}

/* An empty file is a new one. */
static bool is_ours(int fd)
{
    uint8_t first[RECORD];
    off_t size = lseek(fd, 0, SEEK_END);
    if (size == 0)
        return true;
    return lseek(fd, 0, SEEK_SET) == 0 && read_record(fd, first) &&
           memcmp(first, magic, RECORD) == 0;
}

static bool start(struct replay_file *f, int64_t now, struct arena *mem, char **error)
{
    f->fd = open(f->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (f->fd >= 0 && flock(f->fd, LOCK_EX | LOCK_NB)) {
        *error = arena_printf(mem, "%s: another program has it", f->path);
        return false;
    }
    if (f->fd >= 0 && !is_ours(f->fd)) {
        *error = arena_printf(mem, "%s is no replay cache", f->path);
        return false;
    }
    if (f->fd >= 0 && make_anew(f, now, true))
        return true;
    *error = arena_printf(mem, "%s: %s", f->path, strerror(errno));
    return false;
}

struct replay_file *replay_file_open(const char *path, size_t entries, int64_t now,
                                     struct arena *mem, char **error)
{
    struct replay_file *f = calloc(1, sizeof *f);
    *error = arena_printf(mem, "out of memory");
    if (!f)
        return NULL;
    pthread_mutex_init(&f->lock, NULL);
    f->fd = -1;
    f->path = strdup(path);
    f->crypto = crypto_new();
    f->ledger = ledger_new(entries, false);
    if (f->path && f->crypto && f->ledger && start(f, now, mem, error))
        return f;
    replay_file_close(f);
    return NULL;
}

void replay_file_close(struct replay_file *f)
{
    if (!f)
        return;
    if (f->fd >= 0)
        close(f->fd);
    ledger_free(f->ledger);
    crypto_free(f->crypto);
    pthread_mutex_destroy(&f->lock);
    free(f->path);
    free(f);
}
