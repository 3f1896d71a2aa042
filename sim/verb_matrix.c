/* `tessera matrix`: every cell of a matrix, run and shown. */
#include "sim/matrix.h"
#include "sim/verb.h"
#include "sim/verbs.h"
#include "trace/text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_JSON = 1, OPT_CELL, OPT_SEED, OPT_ASCII };
#define TABLE_WIDTH 100

struct matrix_options {
    const struct matrix *matrix;
    const char *cell;
    bool json;
    struct world_options world;
    struct text_options text;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct matrix_options *o = state->input;
    switch (key) {
    case OPT_JSON:
        o->json = true;
        return 0;
    case OPT_CELL:
        o->cell = arg;
        return 0;
    case OPT_SEED:
        o->world.has_seed = true;
        o->world.seed = verb_number(arg, state);
        return 0;
    case OPT_ASCII:
        o->text.ascii = true;
        return 0;
    case ARGP_KEY_ARG:
        if (o->matrix)
            argp_error(state, "one matrix at a time");
        o->matrix = matrix_find(arg);
        if (!o->matrix)
            argp_error(state, "no matrix '%s'; there are lmcompat, identity and negotiate", arg);
        return 0;
    case ARGP_KEY_END:
        if (!o->matrix)
            argp_error(state, "which matrix? lmcompat, identity or negotiate");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- as text ----------------------------------------------------------------------------------
 */
/* The k-th line of a text; empty: it has no more. */
static struct bytes line_at(const char *text, size_t k)
{
    while (k && *text) {
        size_t n = strcspn(text, "\n");
        text += n + (text[n] == '\n');
        k--;
    }
    return bytes_of(text, strcspn(text, "\n"));
}

static size_t width_of(const char *text)
{
    size_t width = 0;
    for (size_t k = 0; line_at(text, k).n; k++)
        width = line_at(text, k).n > width ? line_at(text, k).n : width;
    return width;
}

static void print_line(const struct matrix *m, const size_t *widths, const char *name,
                       const struct matrix_cell *cells, size_t k)
{
    printf("%-*s", (int)widths[0], k ? "" : name);
    for (size_t c = 0; c < m->n_columns; c++) {
        struct bytes text = cells ? line_at(cells[c].text, k) : bytes_str(m->columns[c].name);
        bool last = c + 1 == m->n_columns;
        printf("  %.*s%*s", (int)text.n, (const char *)text.p,
               last ? 0 : (int)(widths[c + 1] - text.n), "");
    }
    putchar('\n');
}

static void print_table(const struct matrix *m, const struct matrix_cell *cells,
                        const size_t *widths)
{
    print_line(m, widths, "", NULL, 0);
    for (size_t r = 0; r < m->n_rows; r++) {
        const struct matrix_cell *row = cells + r * m->n_columns;
        size_t lines = 1;
        for (size_t c = 0; c < m->n_columns; c++)
            while (line_at(row[c].text, lines).n)
                lines++;
        for (size_t k = 0; k < lines; k++)
            print_line(m, widths, m->rows[r].name, row, k);
    }
}

static void print_list(const struct matrix *m, const struct matrix_cell *cells)
{
    for (size_t i = 0; i < m->n_rows * m->n_columns; i++) {
        if (i % m->n_columns == 0)
            printf("%s%s\n", i ? "\n" : "", m->rows[i / m->n_columns].name);
        printf("  %s:", m->columns[i % m->n_columns].name);
        for (size_t k = 0; k == 0 || line_at(cells[i].text, k).n; k++) {
            struct bytes line = line_at(cells[i].text, k);
            printf("%s %.*s", k ? " |" : "", (int)line.n, (const char *)line.p);
        }
        putchar('\n');
    }
}

static void print_text(const struct matrix *m, const struct matrix_cell *cells, struct arena *mem)
{
    size_t *widths = arena_array(mem, size_t, m->n_columns + 1), all;
    for (size_t r = 0; r < m->n_rows; r++) {
        size_t n = strlen(m->rows[r].name);
        widths[0] = n > widths[0] ? n : widths[0];
    }
    for (size_t c = 0; c < m->n_columns; c++) {
        widths[c + 1] = strlen(m->columns[c].name);
        for (size_t r = 0; r < m->n_rows; r++) {
            size_t n = width_of(cells[r * m->n_columns + c].text);
            widths[c + 1] = n > widths[c + 1] ? n : widths[c + 1];
        }
    }
    all = widths[0];
    for (size_t c = 0; c < m->n_columns; c++)
        all += 2 + widths[c + 1];
    printf("%s\ndown: %s; across: %s\n\n", m->title, m->rows_are, m->columns_are);
    if (all <= TABLE_WIDTH)
        print_table(m, cells, widths);
    else
        print_list(m, cells);
    printf("\nEach cell is a run: tessera matrix %s --cell ROW,COLUMN shows it, counted from 1.\n",
           m->name);
}

/* ---- as JSON ----------------------------------------------------------------------------------
 */
static json_t *names_of(const struct matrix_setting *settings, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, json_string(settings[i].name));
    return all;
}

static void print_json(const struct matrix *m, const struct matrix_cell *cells)
{
    json_t *all = json_array();
    for (size_t i = 0; i < m->n_rows * m->n_columns; i++)
        json_array_append_new(
            all, json_pack("{s:s, s:s, s:b, s:s, s:s}", "row", m->rows[i / m->n_columns].name,
                           "column", m->columns[i % m->n_columns].name, "granted", cells[i].granted,
                           "outcome", cells[i].text, "ended", cells[i].ended));
    json_t *whole =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "matrix", m->name, "title", m->title,
                  "scenario", m->scenario, "rows", names_of(m->rows, m->n_rows), "columns",
                  names_of(m->columns, m->n_columns), "cells", all);
    char *text = json_dumps(whole, JSON_INDENT(2));
    if (text)
        puts(text);
    free(text);
    json_decref(whole);
}

/* ---- one cell ---------------------------------------------------------------------------------
 */
/* "3,5": from 1. */
static bool cell_at(const struct matrix *m, const char *text, size_t *row, size_t *column)
{
    char *end, *last;
    *row = strtoul(text, &end, 10);
    *column = *end == ',' ? strtoul(end + 1, &last, 10) : 0;
    return *column && *last == '\0' && *row >= 1 && *row <= m->n_rows && *column <= m->n_columns;
}

static int show_cell(const struct matrix_options *o, const struct scenario *base,
                     struct crypto *crypto, struct arena *mem)
{
    const struct matrix *m = o->matrix;
    size_t row, column;
    if (!cell_at(m, o->cell, &row, &column))
        return verb_trouble("no cell '%s'; they are 1,1 to %zu,%zu (row,column)", o->cell,
                            m->n_rows, m->n_columns);
    struct scenario *s = matrix_scenario(m, base, row - 1, column - 1, mem);
    s->title = arena_printf(mem, "%s (%s: %s, %s: %s)", s->title, m->rows_are,
                            m->rows[row - 1].name, m->columns_are, m->columns[column - 1].name);
    return verb_show(s, &o->world, &o->text, o->json, crypto, mem);
}

static int run(const struct matrix_options *o, struct arena *mem, struct crypto *crypto)
{
    struct scenario base;
    if (!verb_scenario(o->matrix->scenario, mem, &base))
        return 2;
    if (o->cell) {
        int status = show_cell(o, &base, crypto, mem);
        return status == 1 ? 0 : status; /* the cells differ: that is what they are for */
    }
    const struct matrix_cell *cells = matrix_run_all(o->matrix, &base, &o->world, mem, crypto);
    if (!cells)
        return verb_trouble("a cell of %s did not come to its end", o->matrix->name);
    if (o->json)
        print_json(o->matrix, cells);
    else
        print_text(o->matrix, cells, mem);
    return 0;
}

int verb_matrix(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"cell", OPT_CELL, "ROW,COLUMN", 0, "the run of this cell, as `tessera run` shows it", 0},
        {"json", OPT_JSON, NULL, 0, "as JSON", 0},
        {"ascii", OPT_ASCII, NULL, 0, "nothing beyond ASCII", 0},
        {"seed", OPT_SEED, "N", 0, "another seed than the scenario's", 0},
        {0}};
    static const struct argp argp = {options,
                                     parse,
                                     "lmcompat|identity|negotiate",
                                     "Run a scenario once for each pair of settings, and show "
                                     "what each run came to.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct matrix_options o = {0};
    verb_parse(&argp, argc, argv, &o);
    struct crypto *crypto = crypto_new();
    if (!crypto)
        return verb_trouble("cryptography is not available");
    struct arena *mem = arena_new(0);
    int status = run(&o, mem, crypto);
    arena_free(mem);
    crypto_free(crypto);
    return status;
}
