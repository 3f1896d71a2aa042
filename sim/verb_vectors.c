/* `tessera vectors`: files of published test vectors through cryptography and the readers. */
#include "context/vector_ops.h"
#include "crypto/vector_ops.h"
#include "sim/verb.h"
#include "sim/verbs.h"
#include "wire/vector_ops.h"

#include <stdio.h>

#define VECTORS_MAX ((size_t)64 << 20) /* octets of the longest file */

struct vectors_options {
    char **files;
    int n;
    bool verbose;
};

struct counts {
    size_t passed, failed, skipped;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct vectors_options *o = state->input;
    (void)arg;
    switch (key) {
    case 'v':
        o->verbose = true;
        return 0;
    case ARGP_KEY_ARGS:
        o->files = state->argv + state->next;
        o->n = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which files?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* A case belongs to the one that knows its op. */
static enum vector_result run_case(struct crypto *crypto, const struct vector_case *c,
                                   struct arena *mem, const char **why)
{
    enum vector_result result = vector_run_crypto(crypto, c, mem, why);
    const char *other = NULL;
    if (result != VECTOR_SKIPPED)
        return result;
    result = vector_run_wire(c, mem, &other);
    if (result == VECTOR_SKIPPED)
        result = vector_run_context(crypto, c, mem, &other);
    if (result != VECTOR_SKIPPED)
        *why = other;
    return result;
}

static void run_cases(const struct vector_file *file, struct crypto *crypto, bool verbose,
                      struct counts *counts)
{
    for (size_t i = 0; i < file->n; i++) {
        struct arena *mem = arena_new(0);
        const struct vector_case *c = &file->cases[i];
        const char *why = NULL;
        switch (run_case(crypto, c, mem, &why)) {
        case VECTOR_PASSED:
            counts->passed++;
            if (verbose)
                printf("passed: %s\n", c->name);
            break;
        case VECTOR_FAILED:
            counts->failed++;
            printf("failed: %s: %s\n", c->name, why ? why : "");
            break;
        case VECTOR_SKIPPED:
            counts->skipped++;
            printf("skipped: %s: %s\n", c->name, why ? why : "");
            break;
        }
        arena_free(mem);
    }
}

static bool run_file(const char *path, struct crypto *crypto, bool verbose, struct counts *counts)
{
    struct arena *mem = arena_new(0);
    struct vector_file file;
    struct bytes text;
    char *trouble = NULL;
    const char *error = NULL;
    bool ok = false;
    if (!file_read(path, VECTORS_MAX, mem, &text, &trouble))
        verb_trouble("%s", trouble);
    else if (!vector_file_read(mem, text, path, &file, &error))
        verb_trouble("%s", error);
    else if (!file.n)
        verb_trouble("%s: there is no test vector in it; one begins with [its name]", path);
    else
        ok = true;
    if (ok)
        run_cases(&file, crypto, verbose, counts);
    arena_free(mem);
    return ok;
}

int verb_vectors(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"verbose", 'v', NULL, 0, "name the vectors that pass, too", 0}, {0}};
    static const struct argp argp = {options,
                                     parse,
                                     "FILE...",
                                     "Run files of test vectors (base/vector_file.h says their "
                                     "format). Exit status 1 when one fails.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct vectors_options o = {0};
    struct counts counts = {0};
    bool readable = true;
    verb_parse(&argp, argc, argv, &o);
    struct crypto *crypto = crypto_new();
    if (!crypto)
        return verb_trouble("cryptography is not available");
    for (int i = 0; i < o.n; i++)
        readable &= run_file(o.files[i], crypto, o.verbose, &counts);
    crypto_free(crypto);
    printf("%zu passed, %zu failed, %zu skipped\n", counts.passed, counts.failed, counts.skipped);
    return !readable ? 2 : counts.failed ? 1 : 0;
}
