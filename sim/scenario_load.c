#include "sim/problems.h"
#include "sim/scenario_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_path(const char *name)
{
    size_t n = strlen(name);
    return strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".yaml") == 0);
}

/* One octet more than may be, so that a file that is too long is known. In memory that is given
 * back: NULL where it cannot be read. */
static uint8_t *whole_file(const char *path, size_t longest, size_t *n)
{
    FILE *f = fopen(path, "rb");
    uint8_t *text = NULL;
    *n = 0;
    for (size_t room = 1 << 16; f; room *= 2) {
        uint8_t *more = realloc(text, room);
        if (!more)
            break;
        text = more;
        *n += fread(text + *n, 1, room - *n, f);
        if (*n < room || *n > longest)
            break;
    }
    bool ok = f && text && !ferror(f);
    int why = errno;
    if (f)
        fclose(f);
    errno = why;
    if (ok)
        return text;
    free(text);
    return NULL;
}

static bool load_file(struct arena *mem, const char *path, size_t longest, struct scenario *out,
                      char **error)
{
    size_t n;
    uint8_t *text = whole_file(path, longest, &n);
    if (!text) {
        *error = arena_printf(mem, "%s: %s", path, strerror(errno));
        return false;
    }
    bool ok = scenario_read_long(mem, path, bytes_of(text, n), longest, out, error);
    wipe(text, n); /* there may be keys in it */
    free(text);
    return ok;
}

bool scenario_import(struct arena *mem, const char *path, struct scenario *out, char **error)
{
    return load_file(mem, path, IMPORT_MAX, out, error);
}

static const char *builtin_name(const void *list, size_t i)
{
    return ((const struct scenario_builtin *)list)[i].name;
}

bool scenario_load(struct arena *mem, const char *name, struct scenario *out, char **error)
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    if (is_path(name))
        return load_file(mem, name, SCENARIO_MAX, out, error);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].name, name) == 0)
            return scenario_read(mem, arena_printf(mem, "scenarios/%s.yaml", name), all[i].text,
                                 out, error);
    const char *near = nearest(name, builtin_name, all, n);
    if (*name && access(name, F_OK) == 0)
        *error = arena_printf(mem, "no scenario '%s'; the file of that name is ./%s", name, name);
    else
        *error = near ? arena_printf(mem, "no scenario '%s'%s", name, did_you_mean(mem, near))
                      : arena_printf(mem, "no scenario '%s'; `tessera list` names them", name);
    return false;
}
