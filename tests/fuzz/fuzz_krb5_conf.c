/* krb5.conf: whatever stands in it, it is read or the place is named, and what was read is found
 * again. */
#include "sim/krb5_conf.h"
#include "tests/fuzz/flat_fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void found_again(const struct krb5_conf *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct conf_row *r = &c->rows[i];
        const char *value = krb5_conf_get(c, r->section, r->group, r->name, 0);
        MUST(value && strlen(r->value) < 1 << 20);
        (void)krb5_conf_bool(c, r->section, r->name, false);
    }
    (void)krb5_conf_realm_of(c, "www.sub.example.test");
    (void)krb5_conf_realm_of(c, "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    begin();
    /* Other files are no part of this: where a line names one, the word is another. */
    uint8_t *copy = arena_take(mem, n + 1);
    memcpy(copy, data, n);
    for (size_t i = 0; n >= 7 && i <= n - 7; i++)
        if (memcmp(copy + i, "include", 7) == 0)
            copy[i] = 'I';
    int fd = memfd_create("krb5.conf", MFD_CLOEXEC);
    MUST(fd >= 0 && write(fd, copy, n) == (ssize_t)n);
    char *error = NULL, *path = arena_printf(mem, "/proc/self/fd/%d", fd);
    struct krb5_conf c;
    if (krb5_conf_read(path, mem, &c, &error))
        found_again(&c);
    else
        MUST(error && strncmp(error, path, strlen(path)) == 0);
    close(fd);
    return 0;
}
