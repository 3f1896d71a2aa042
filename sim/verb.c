#include "sim/verb.h"

#include "base/when.h"
#include "sim/scenario_values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void verb_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    static char name[64];
    snprintf(name, sizeof name, "tessera %s", argv[0]);
    argv[0] = name;
    argp_err_exit_status = 2;
    argp_parse(argp, argc, argv, 0, NULL, input);
}

int64_t verb_time(const char *text, struct argp_state *state)
{
    int64_t when = 0;
    if (!time_read(text, &when))
        argp_error(state, "'%s' is not a time as in 2026-11-21T20:51:55Z, from 1970 on", text);
    return when;
}

uint64_t verb_number(const char *text, struct argp_state *state)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (*end || text[0] < '0' || text[0] > '9')
        argp_error(state, "'%s' is not a whole number", text);
    else if (errno)
        argp_error(state, "%s is more than %llu", text, ULLONG_MAX);
    return n;
}

int64_t verb_span(const char *text, struct argp_state *state)
{
    int64_t span = 0;
    if (strspn(text, "0123456789") == strlen(text) && *text)
        return (int64_t)verb_number(text, state) * SECOND; /* bare: seconds, as with kinit */
    if (!span_read(text, &span) || span < 0)
        argp_error(state, "'%s' is no length of time; 10h, 1h30m, 7d and 36000 are", text);
    return span;
}

int verb_trouble(const char *format, ...)
{
    char *text = NULL, *rest = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    for (char *line = strtok_r(text, "\n", &rest); text && line; line = strtok_r(NULL, "\n", &rest))
        fprintf(stderr, "tessera: %s\n", line);
    free(text);
    return 2;
}

bool verb_scenario(const char *name, struct arena *mem, struct scenario *out)
{
    char *error = NULL;
    if (scenario_load(mem, name, out, &error))
        return true;
    verb_trouble("%s", error);
    return false;
}

/* ---- files ---------------------------------------------------------------------------------- */
bool file_read(const char *path, size_t limit, struct arena *mem, struct bytes *out, char **error)
{
    FILE *f = fopen(path, "rb");
    uint8_t *octets = f ? malloc(limit + 1) : NULL;
    size_t n = octets ? fread(octets, 1, limit + 1, f) : 0;
    bool ok = octets && !ferror(f) && n <= limit;
    if (ok)
        *out = arena_copy(mem, bytes_of(octets, n));
    else
        *error = arena_printf(mem, "%s: %s", path, n > limit ? "too long" : strerror(errno));
    free(octets);
    if (f)
        fclose(f);
    return ok;
}

static bool write_whole(const char *path, const struct file_out *file)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file->mode);
    struct bytes rest = file->data;
    while (fd >= 0 && rest.n) {
        ssize_t n = write(fd, rest.p, rest.n);
        if (n < 0 && errno != EINTR)
            break;
        rest = bytes_slice(rest, n > 0 ? (size_t)n : 0, rest.n);
    }
    bool ok = fd >= 0 && !rest.n;
    int why = errno;
    if (fd >= 0 && close(fd) && ok) {
        ok = false;
        why = errno;
    }
    errno = why;
    return ok;
}

bool files_write(const struct file_out *files, size_t n, struct arena *mem, char **error)
{
    char **beside = arena_array(mem, char *, n);
    size_t written = 0, renamed = 0;
    for (; written < n; written++) {
        beside[written] = arena_printf(mem, "%s.%ld.tmp", files[written].path, (long)getpid());
        if (!write_whole(beside[written], &files[written]))
            break;
    }
    while (written == n && renamed < n && rename(beside[renamed], files[renamed].path) == 0)
        renamed++;
    if (renamed == n)
        return true;
    size_t at = written < n ? written : renamed;
    *error = arena_printf(mem, "%s: %s", files[at].path, strerror(errno));
    for (size_t i = renamed; i <= written && i < n; i++)
        unlink(beside[i]);
    return false;
}
