/* HTTP messages. What is read and written anew is read again as the same: the same start line,
 * fields and body, and it ends where it ended. */
#include "wire/http.h"
#include "tests/fuzz/flat_fuzz.h"

#include <string.h>

static const char *start_line(struct bytes in, const struct http_message *m)
{
    return arena_str(mem, bytes_slice(in, 0, m->start_end - 2));
}

static bool is_length(const struct http_field *f)
{
    return bytes_equal_nocase(f->name, BYTES_LIT("Content-Length"));
}

static struct bytes write_again(struct bytes in, const struct http_message *m)
{
    const char **lines = arena_array(mem, const char *, m->n_fields);
    size_t n = 0;
    for (size_t i = 0; i < m->n_fields; i++) {
        const struct http_field *f = &m->fields[i];
        if (!is_length(f))
            lines[n++] =
                arena_printf(mem, "%s: %s", arena_str(mem, f->name), arena_str(mem, f->value));
    }
    return http_write(mem, start_line(in, m), lines, n, m->body);
}

static void same(const struct http_message *a, const struct http_message *b)
{
    MUST(a->is_request == b->is_request && a->status == b->status && a->minor == b->minor);
    MUST(bytes_equal(a->method, b->method) && bytes_equal(a->target, b->target));
    MUST(bytes_equal(a->reason, b->reason) && bytes_equal(a->body, b->body));
    size_t j = 0;
    for (size_t i = 0; i < a->n_fields; i++) {
        if (is_length(&a->fields[i]))
            continue;
        MUST(j < b->n_fields && bytes_equal(a->fields[i].name, b->fields[j].name));
        MUST(bytes_equal(a->fields[i].value, b->fields[j].value));
        j++;
    }
}

static void negotiate(const struct http_message *m)
{
    for (size_t i = 0; i < m->n_fields; i++) {
        struct faults f = {.mem = mem};
        struct bytes token;
        size_t at = 0;
        if (http_negotiate(m->fields[i].value, mem, &f, &token, &at))
            MUST(f.n == 0 && at <= m->fields[i].value.n);
        else if (f.n)
            refused(&f, m->fields[i].value.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes in = bytes_of(data, n);
    struct faults f = begin();
    struct http_message m, again;
    size_t used = 0;
    enum http_state state = http_read(in, mem, &f, &m, &used);
    if (state == HTTP_BAD)
        refused(&f, n);
    if (state == HTTP_WHOLE) {
        MUST(used <= n && f.n == 0);
        negotiate(&m);
        /* As many fields as are read leave no room for the Content-Length that is added. */
        struct bytes out = write_again(in, &m);
        MUST(out.n > 0);
        if (out.n < HTTP_HEAD_MAX && m.n_fields < HTTP_FIELDS_MAX) {
            MUST(http_read(out, mem, NULL, &again, &used) == HTTP_WHOLE && used == out.n);
            same(&m, &again);
        }
    }
    tiles(http_walk, in);
    return 0;
}
