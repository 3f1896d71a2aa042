/* The generator: turns the sentences of trace/steps.en into the C table that trace/catalogue.h
 * gives out, and stops at a line that breaks the rules written at the head of that file. Runs at
 * build time only.
 *
 * usage: steps IN OUT.c */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS 2048

struct row {
    int line;
    char *id, *spec, *done, *refused;
};
static struct row rows[MAX_ROWS];
static size_t n_rows;
static const char *file;

static _Noreturn void die(int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static char *trimmed(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    for (size_t n = strlen(s); n && isspace((unsigned char)s[n - 1]); n--)
        s[n - 1] = 0;
    return s;
}

/* {name} and [optional {name}] are closed, not nested, and named as arguments are; an optional part
 * has something to depend on. */
static void check_places(int line, const char *s)
{
    bool optional = false, depends = false;
    for (; *s; s++) {
        if (strchr("{}[]", *s) && s[1] == *s) {
            s++;
        } else if (*s == '{') {
            size_t n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz0123456789-_");
            if (n == 0 || s[n + 1] != '}')
                die(line, "a place is {name}, in lower case: \"%.20s\"", s);
            s += n + 1;
            depends = true;
        } else if (*s == '[' && !optional) {
            optional = true;
            depends = false;
        } else if (*s == ']' && optional && depends) {
            optional = false;
        } else if (strchr("{}[]", *s)) {
            die(line, "'%c' does not fit here: \"%.20s\"", *s, s);
        }
    }
    if (optional)
        die(line, "a '[' is not closed");
}

static void check_sentence(int line, const char *s)
{
    check_places(line, s);
    if (!isupper((unsigned char)s[0]) && s[0] != '{' && s[0] != '[')
        die(line, "a sentence begins with a capital letter or an argument: \"%.30s\"", s);
    if (s[strlen(s) - 1] != '.')
        die(line, "a sentence ends in a full stop: \"%.30s...\"", s);
}

static void check_id(int line, const char *id)
{
    if (strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != strlen(id) || !strchr(id, '.'))
        die(line, "an id is lower case words with full stops between: \"%s\"", id);
    for (size_t i = 0; i < n_rows; i++)
        if (strcmp(rows[i].id, id) == 0)
            die(line, "%s was said on line %d already", id, rows[i].line);
}

static void take(int line, char *text)
{
    char *columns[4] = {0};
    size_t n = 0;
    for (char *rest = text, *one; (one = strsep(&rest, "|"));) {
        if (n == 4)
            die(line, "more than four columns");
        columns[n++] = trimmed(one);
    }
    if (n < 3)
        die(line, "three or four columns are wanted: id | section | done | refused");
    if (n == 4 && !*columns[3])
        n = 3;
    check_id(line, columns[0]);
    if (!*columns[1])
        die(line, "no section");
    if (!*columns[2] && n == 3)
        die(line, "no sentence");
    for (size_t i = 2; i < n; i++)
        if (*columns[i])
            check_sentence(line, columns[i]);
    if (n_rows == MAX_ROWS)
        die(line, "more than %d lines: raise MAX_ROWS", MAX_ROWS);
    rows[n_rows++] =
        (struct row){line, columns[0], columns[1], columns[2], n == 4 ? columns[3] : NULL};
}

/* A logical line: its first one and those after it that begin with white space. */
static void read_rows(FILE *in)
{
    char *line = NULL, *whole = NULL;
    size_t room = 0;
    int number = 0, first = 0;
    while (getline(&line, &room, in) >= 0) {
        number++;
        bool goes_on = isspace((unsigned char)line[0]) && *trimmed(line);
        if (line[0] == '#')
            continue;
        if (goes_on && !whole)
            die(number, "this line goes on, but there is none before it");
        if (goes_on) {
            char *joined = NULL;
            if (asprintf(&joined, "%s %s", whole, trimmed(line)) < 0)
                die(number, "no memory");
            free(whole);
            whole = joined;
            continue;
        }
        if (whole)
            take(first, whole);
        whole = *trimmed(line) ? strdup(trimmed(line)) : NULL;
        first = number;
    }
    if (whole)
        take(first, whole);
    free(line);
}

static void put_string(FILE *out, const char *s)
{
    if (!s || !*s) {
        fputs("NULL", out);
        return;
    }
    fputc('"', out);
    for (; *s; s++)
        fprintf(out, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    fputc('"', out);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct row *)a)->id, ((const struct row *)b)->id);
}

static void put_rows(FILE *out)
{
    fputs("/* Made from trace/steps.en at build time. */\n#include \"trace/catalogue.h\"\n\n"
          "static const struct sentence rows[] = {\n",
          out);
    for (size_t i = 0; i < n_rows; i++) {
        const char *spec = strcmp(rows[i].spec, "-") == 0 ? NULL : rows[i].spec;
        const char *columns[] = {rows[i].id, spec, rows[i].done, rows[i].refused};
        fputs("    {", out);
        for (size_t c = 0; c < 4; c++) {
            put_string(out, columns[c]);
            fputs(c < 3 ? ", " : "},\n", out);
        }
    }
    fputs("    {NULL, NULL, NULL, NULL},\n};\n\n"
          "const struct sentence *sentence_table(size_t *n)\n{\n"
          "    *n = sizeof rows / sizeof *rows - 1;\n    return rows;\n}\n",
          out);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    file = argv[1];
    FILE *in = fopen(argv[1], "r");
    if (!in) {
        perror(argv[1]);
        return 2;
    }
    read_rows(in);
    fclose(in);
    FILE *out = fopen(argv[2], "w");
    if (!out) {
        perror(argv[2]);
        return 2;
    }
    qsort(rows, n_rows, sizeof *rows, by_id);
    put_rows(out);
    return fclose(out) == 0 ? 0 : 2;
}
