#include "sim/problems.h"
#include "sim/scenario.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_path(const char *name)
{
    size_t n = strlen(name);
    return strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".yaml") == 0);
}

static bool load_file(struct arena *mem, const char *path, struct scenario *out, char **error)
{
    FILE *f = fopen(path, "rb");
    uint8_t *text = arena_take(mem, SCENARIO_MAX + 1);
    size_t n = f ? fread(text, 1, SCENARIO_MAX + 1, f) : 0;
    if (!f || ferror(f)) {
        *error = arena_printf(mem, "%s: %s", path, strerror(errno));
        if (f)
            fclose(f);
        return false;
    }
    fclose(f);
    return scenario_read(mem, path, bytes_of(text, n), out, error);
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
        return load_file(mem, name, out, error);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].name, name) == 0)
            return scenario_read(mem, arena_printf(mem, "scenarios/%s.yaml", name), all[i].text,
                                 out, error);
    const char *near = nearest(name, builtin_name, all, n);
    *error = near ? arena_printf(mem, "no scenario '%s'%s", name, did_you_mean(mem, near))
                  : arena_printf(mem, "no scenario '%s'; `tessera list` names them", name);
    return false;
}
