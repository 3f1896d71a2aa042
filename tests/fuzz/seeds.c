/* What the fuzzer begins with: the published vectors, in the form that each harness takes.
 *
 * usage: seeds DIRECTORY
 * Writes DIRECTORY/HARNESS/NUMBER for every row of the table below and every case it fits. Runs at
 * build time, from the root of the sources. */
#include "base/vector_file.h"
#include "wire/kerberos.h"
#include "wire/vector_ops.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct arena *mem;

/* The two octets that fuzz_codec wants first. */
static struct bytes codec_head(const struct vector_case *c)
{
    const struct asn_type *t = vector_asn_type(vector_op(c, mem));
    uint8_t *head = arena_take(mem, 2);
    while (asn_kerberos_types[head[0]] != t)
        head[0]++;
    head[1] = 1; /* as deployed */
    return (struct bytes){head, 2};
}

/* The octet that fuzz_spnego wants first. */
static struct bytes hints_head(const struct vector_case *c)
{
    (void)c;
    return BYTES_LIT("\1");
}

/* fuzz_ntlm: a message. */
static struct bytes ntlm_head(const struct vector_case *c)
{
    (void)c;
    return BYTES_LIT("\0");
}

/* fuzz_ntlm_context: for which end, levels, a place. */
static struct bytes ntlm_server_first(const struct vector_case *c)
{
    (void)c;
    return BYTES_LIT("\0\3\0");
}
static struct bytes ntlm_client_head(const struct vector_case *c)
{
    (void)c;
    return BYTES_LIT("\1\3\0");
}
static struct bytes ntlm_server_last(const struct vector_case *c)
{
    (void)c;
    return BYTES_LIT("\2\3\0");
}

/* fuzz_spnego_context: both ends plain, and the first token is this one. */
static struct bytes spnego_first(const struct vector_case *c)
{
    (void)c;
    return BYTES_LIT("\0\0\0\300");
}

static const struct seed_row {
    const char *harness, *file, *field; /* every case of the file that has the field */
    struct bytes (*head)(const struct vector_case *); /* what comes before it, or NULL */
} table[] = {
    {"codec", "tests/vectors/asn1-messages.txt", "der", codec_head},
    {"spnego", "tests/vectors/spnego-tokens.txt", "token", hints_head},
    {"spnego_context", "tests/vectors/spnego-tokens.txt", "token", spnego_first},
    {"keytab", "tests/vectors/keytab-file.txt", "file", NULL},
    {"pac", "tests/vectors/ms-pac.txt", "pac", NULL},
    {"ccache", "tests/vectors/ccache-file.txt", "file", NULL},
    {"ntlm", "tests/vectors/ms-nlmp-4.2.txt", "challenge_message", ntlm_head},
    {"ntlm", "tests/vectors/ms-nlmp-4.2.txt", "authenticate_message", ntlm_head},
    {"ntlm", "tests/vectors/davenport-ntlm.txt", "message", ntlm_head},
    {"ntlm", "tests/vectors/ntlmv2-cbt-mic-example.txt", "authenticate_message", ntlm_head},
    {"ntlm", "tests/vectors/ntlm-recorded.txt", "negotiate_message", ntlm_head},
    {"ntlm_context", "tests/vectors/ntlm-recorded.txt", "negotiate_message", ntlm_server_first},
    {"ntlm_context", "tests/vectors/ntlmv2-cbt-mic-example.txt", "challenge_message",
     ntlm_client_head},
    {"ntlm_context", "tests/vectors/ntlmv2-cbt-mic-example.txt", "authenticate_message",
     ntlm_server_last},
};

static void fail(const char *what)
{
    fprintf(stderr, "seeds: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void make_directory(const char *path)
{
    if (mkdir(path, 0777) && errno != EEXIST)
        fail(path);
}

static struct bytes whole_file(const char *path)
{
    static char text[1 << 20];
    FILE *f = fopen(path, "rb");
    if (!f)
        fail(path);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    return (struct bytes){(const uint8_t *)text, n};
}

static bool put(FILE *f, struct bytes b)
{
    return b.n == 0 || fwrite(b.p, 1, b.n, f) == b.n;
}

static void write_seed(const char *path, struct bytes head, struct bytes body)
{
    FILE *f = fopen(path, "wb");
    if (!f || !put(f, head) || !put(f, body) || fclose(f))
        fail(path);
}

static void write_row(const char *root, const struct seed_row *row)
{
    struct vector_file file;
    const char *error;
    struct bytes body;
    if (!vector_file_read(mem, whole_file(row->file), row->file, &file, &error))
        fail(error);
    make_directory(arena_printf(mem, "%s/%s", root, row->harness));
    for (size_t i = 0; i < file.n; i++) {
        const struct vector_case *c = &file.cases[i];
        if (!vector_octets(c, row->field, &body))
            continue;
        struct bytes head = row->head ? row->head(c) : (struct bytes){NULL, 0};
        write_seed(
            arena_printf(mem, "%s/%s/%zu-%03zu", root, row->harness, (size_t)(row - table), i),
            head, body);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: seeds DIRECTORY\n", stderr);
        return 2;
    }
    mem = arena_new(1 << 16);
    make_directory(argv[1]);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        write_row(argv[1], &table[i]);
    arena_free(mem);
    return 0;
}
