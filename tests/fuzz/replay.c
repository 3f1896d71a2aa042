/* Runs a harness once over each file of its corpus, without a fuzzer: part of `make test`.
 *
 * usage: NAME_replay [FILE or DIRECTORY]...
 * Without arguments: tests/fuzz/corpus/NAME, whose files were kept because they once found
 * something, and the seeds beside the program. */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char now[4096];
static unsigned passed;

/* A harness says no by abort(): say over which file. */
static void on_abort(int number)
{
    static const char text[] = ": failed\n";
    (void)number;
    (void)!write(STDERR_FILENO, now, strlen(now));
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
}

static void run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct stat s;
    snprintf(now, sizeof now, "%s", path);
    if (!f || fstat(fileno(f), &s)) {
        perror(path);
        exit(2);
    }
    /* A block of just the size, so that a read past the end is seen. */
    uint8_t *data = malloc(s.st_size ? (size_t)s.st_size : 1);
    size_t n = fread(data, 1, (size_t)s.st_size, f);
    fclose(f);
    LLVMFuzzerTestOneInput(data, n);
    free(data);
    passed++;
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static void run_path(const char *path)
{
    struct dirent **list;
    int n = scandir(path, &list, visible, alphasort);
    if (n < 0) {
        run_file(path);
        return;
    }
    for (int i = 0; i < n; i++) {
        char inner[4096];
        snprintf(inner, sizeof inner, "%s/%s", path, list[i]->d_name);
        run_path(inner);
        free(list[i]);
    }
    free(list);
}

/* "build/tests/fuzz/codec_replay": tests/fuzz/corpus/codec and build/tests/fuzz/seeds/codec. A name
 * may have a '_' of its own: kdc_armor. */
static void run_own(const char *program)
{
    char path[2048];
    const char *slash = strrchr(program, '/'), *name = slash ? slash + 1 : program;
    int dir = slash ? (int)(slash - program) : 1;
    const char *end = strstr(name, "_replay");
    int length = end ? (int)(end - name) : (int)strlen(name);
    snprintf(path, sizeof path, "tests/fuzz/corpus/%.*s", length, name);
    if (access(path, F_OK) == 0)
        run_path(path);
    snprintf(path, sizeof path, "%.*s/seeds/%.*s", dir, slash ? program : ".", length, name);
    if (access(path, F_OK) == 0)
        run_path(path);
}

int main(int argc, char **argv)
{
    signal(SIGABRT, on_abort);
    for (int i = 1; i < argc; i++)
        run_path(argv[i]);
    if (argc == 1)
        run_own(argv[0]);
    printf("%u passed, 0 failed\n", passed);
    return 0;
}
