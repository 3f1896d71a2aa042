#include "sim/krb5_conf.h"

#include "sim/verb.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONF_MAX     ((size_t)1 << 20) /* octets of a file */
#define INCLUDES_MAX 10                /* files in files */

struct reader {
    struct krb5_conf *conf;
    struct arena *mem;
    const char *file;
    size_t line;
    const char *section, *group; /* NULL: none yet; "": no braces */
    unsigned depth;              /* of braces inside the group: passed over */
    unsigned includes;
    char **error;
};

static bool complain(struct reader *r, const char *what)
{
    *r->error = arena_printf(r->mem, "%s:%zu: %s", r->file, r->line, what);
    return false;
}

static void add_row(struct reader *r, const char *name, const char *value)
{
    struct krb5_conf *c = r->conf;
    if (c->n == c->room) {
        size_t room = c->room ? 2 * c->room : 32;
        struct conf_row *rows = arena_array(r->mem, struct conf_row, room);
        if (c->n)
            memcpy(rows, c->rows, c->n * sizeof *rows);
        c->rows = rows;
        c->room = room;
    }
    c->rows[c->n++] = (struct conf_row){r->section, r->group, name, value};
}

static char *trimmed(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

/* A value in quotation marks may begin and end with spaces. */
static char *unquoted(char *s)
{
    size_t n = strlen(s);
    if (n < 2 || s[0] != '"' || s[n - 1] != '"')
        return s;
    s[n - 1] = '\0';
    return s + 1;
}

static bool read_files(struct reader *r, const char *path);

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Only names of letters, digits, "-" and "_", or those that end in ".conf". */
static bool is_conf_name(const char *name)
{
    size_t n = strlen(name);
    if (name[0] == '.')
        return false;
    if (n > 5 && strcmp(name + n - 5, ".conf") == 0)
        return true;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '-' && *name != '_')
            return false;
    return n != 0;
}

#define INCLUDED_MAX 256
static bool read_folder(struct reader *r, const char *path)
{
    char *names[INCLUDED_MAX];
    size_t n = 0;
    DIR *folder = opendir(path);
    if (!folder)
        return complain(r, arena_printf(r->mem, "includedir %s: %s", path, strerror(errno)));
    for (struct dirent *e; n < INCLUDED_MAX && (e = readdir(folder));)
        if (is_conf_name(e->d_name))
            names[n++] = arena_printf(r->mem, "%s/%s", path, e->d_name);
    closedir(folder);
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++)
        if (!read_files(r, names[i]))
            return false;
    return true;
}

static bool read_relation(struct reader *r, char *line)
{
    char *equals = strchr(line, '=');
    if (!r->section)
        return complain(r, "a relation stands before the first [section]");
    if (!equals)
        return complain(r, "expected `name = value`, `name = {` or `}`");
    *equals = '\0';
    char *name = trimmed(line), *value = trimmed(equals + 1);
    size_t n = strlen(name);
    if (n && name[n - 1] == '*')
        name[n - 1] = '\0'; /* final: nothing later is to be added; all of it is read here */
    if (strcmp(value, "{") == 0) {
        if (*r->group)
            r->depth++;
        else
            r->group = name;
        return true;
    }
    if (!r->depth)
        add_row(r, name, unquoted(value));
    return true;
}

static bool read_line(struct reader *r, char *line)
{
    line = trimmed(line);
    size_t n = strlen(line);
    if (!n || *line == '#' || *line == ';')
        return true;
    if (strncmp(line, "include ", 8) == 0)
        return read_files(r, trimmed(line + 8));
    if (strncmp(line, "includedir ", 11) == 0)
        return read_folder(r, trimmed(line + 11));
    if (strncmp(line, "module ", 7) == 0)
        return true;
    if (*line == '[') {
        char *end = strchr(line, ']');
        if (!end)
            return complain(r, "expected ']' at the end of the section's name");
        *end = '\0';
        r->section = line + 1;
        r->group = "";
        r->depth = 0;
        return true;
    }
    if (*line == '}') {
        if (!r->group || !*r->group)
            return complain(r, "a '}' without its '{'");
        if (r->depth)
            r->depth--;
        else
            r->group = "";
        return true;
    }
    return read_relation(r, line);
}

static bool read_files(struct reader *r, const char *path)
{
    struct bytes text;
    struct reader inner = *r;
    if (r->includes >= INCLUDES_MAX)
        return complain(r, "too many files include one another");
    if (!file_read(path, CONF_MAX, r->mem, &text, r->error))
        return false;
    inner.file = path;
    inner.line = 0;
    inner.includes++;
    inner.section = inner.group = NULL;
    char *at = arena_str(r->mem, text);
    while (at) {
        char *end = strchr(at, '\n');
        if (end)
            *end = '\0';
        inner.line++;
        if (!read_line(&inner, at))
            return false;
        at = end ? end + 1 : NULL;
    }
    if (inner.group && *inner.group)
        return complain(&inner, "the file ends inside of braces");
    return true;
}

bool krb5_conf_read(const char *paths, struct arena *mem, struct krb5_conf *out, char **error)
{
    *out = (struct krb5_conf){0};
    struct reader r = {.conf = out, .mem = mem, .error = error};
    char *list = arena_str(mem, bytes_str(paths)), *rest = NULL;
    for (char *path = strtok_r(list, ":", &rest); path; path = strtok_r(NULL, ":", &rest)) {
        if (access(path, F_OK) == 0 && !read_files(&r, path))
            return false;
    }
    return true;
}

const char *krb5_conf_get(const struct krb5_conf *c, const char *section, const char *group,
                          const char *name, size_t nth)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct conf_row *row = &c->rows[i];
        if (strcmp(row->section, section) == 0 && (!group || strcmp(row->group, group) == 0) &&
            strcmp(row->name, name) == 0 && nth-- == 0)
            return row->value;
    }
    return NULL;
}

bool krb5_conf_bool(const struct krb5_conf *c, const char *section, const char *name, bool usual)
{
    static const char *const yes[] = {"yes", "true", "t", "y", "1", "on"};
    static const char *const no[] = {"no", "false", "nil", "n", "0", "off"};
    const char *value = krb5_conf_get(c, section, "", name, 0);
    for (size_t i = 0; value && i < sizeof yes / sizeof *yes; i++) {
        if (strcasecmp(value, yes[i]) == 0)
            return true;
        if (strcasecmp(value, no[i]) == 0)
            return false;
    }
    return usual;
}

const char *krb5_conf_realm_of(const struct krb5_conf *c, const char *host)
{
    const char *realm = krb5_conf_get(c, "domain_realm", "", host, 0);
    for (const char *dot = strchr(host, '.'); !realm && dot; dot = strchr(dot + 1, '.')) {
        realm = krb5_conf_get(c, "domain_realm", "", dot, 0);
        if (!realm)
            realm = krb5_conf_get(c, "domain_realm", "", dot + 1, 0);
    }
    return realm;
}

bool krb5_conf_way(const struct krb5_conf *c, const char *from, const char *to, const char **before)
{
    const char *step;
    bool said = false;
    *before = NULL;
    for (size_t i = 0; (step = krb5_conf_get(c, "capaths", from, to, i)); i++) {
        said = true;
        *before = strcmp(step, ".") == 0 ? NULL : step;
    }
    for (size_t i = 0; i < c->n && !said; i++) {
        const struct conf_row *row = &c->rows[i], *last = NULL;
        if (strcmp(row->section, "capaths") != 0 || strcmp(row->group, from) != 0 ||
            strcmp(row->value, to) != 0)
            continue;
        for (size_t j = 0; j < i; j++)
            if (strcmp(c->rows[j].section, "capaths") == 0 && strcmp(c->rows[j].group, from) == 0 &&
                strcmp(c->rows[j].name, row->name) == 0)
                last = &c->rows[j];
        *before = last ? last->value : NULL;
        said = true;
    }
    return said;
}
