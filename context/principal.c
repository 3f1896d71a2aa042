/* Names of principals as text and back (RFC 1964 2.1.1). */
#include "context/seal.h"

#include <string.h>

bool principal_equal(const struct PrincipalName *a, const struct PrincipalName *b)
{
    if (a->name_string.n != b->name_string.n)
        return false;
    for (size_t i = 0; i < a->name_string.n; i++)
        if (!bytes_equal(a->name_string.at[i], b->name_string.at[i]))
            return false;
    return true;
}

/* What stands behind a backslash, and the octet that is meant. Others mean themselves. */
static const struct {
    char written, meant;
} escapes[] = {{'n', '\n'}, {'t', '\t'}, {'b', '\b'}, {'0', '\0'}};

static char meant_by(char c)
{
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (escapes[i].written == c)
            return escapes[i].meant;
    return c;
}

/* One part up to an unescaped separator (a NUL always ends it); returns where it stopped, NULL
 * when a backslash has nothing behind it. */
static const char *read_part(const char *text, const char *separators, uint8_t *out, size_t *n)
{
    *n = 0;
    for (; *text && !strchr(separators, *text); text++) {
        char c = *text;
        if (c == '\\') {
            if (!*++text)
                return NULL;
            c = meant_by(*text);
        }
        out[(*n)++] = (uint8_t)c;
    }
    return text;
}

static size_t count_components(const char *text)
{
    size_t n = 1;
    for (; *text && *text != '@'; text++) {
        if (*text == '\\' && text[1])
            text++;
        else if (*text == '/')
            n++;
    }
    return n;
}

bool principal_parse(struct arena *mem, const char *text, int32_t name_type,
                     struct PrincipalName *out, struct bytes *realm)
{
    struct PrincipalName name = {.name_type = name_type};
    size_t room = count_components(text);
    name.name_string.at = arena_array(mem, struct bytes, room);
    uint8_t *octets = arena_take(mem, strlen(text) + 1);
    size_t n;
    for (;;) {
        text = read_part(text, "/@", octets, &n);
        if (!text)
            return false;
        name.name_string.at[name.name_string.n++] = bytes_of(octets, n);
        octets += n;
        if (*text != '/')
            break;
        text++;
    }
    if (name.name_string.n == 1 && name.name_string.at[0].n == 0)
        return false;
    if (*text == '@') {
        text = read_part(text + 1, "@", octets, &n);
        if (!text || *text || !n)
            return false;
        if (realm)
            *realm = bytes_of(octets, n);
    }
    *out = name;
    return true;
}

static char *write_octet(char *out, char c, bool in_realm)
{
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (escapes[i].meant == c) {
            *out++ = '\\';
            *out++ = escapes[i].written;
            return out;
        }
    if (c == '\\' || c == '@' || (c == '/' && !in_realm))
        *out++ = '\\';
    *out++ = c;
    return out;
}

static char *write_part(char *out, struct bytes part, bool in_realm)
{
    for (size_t i = 0; i < part.n; i++)
        out = write_octet(out, (char)part.p[i], in_realm);
    return out;
}

char *principal_text(struct arena *mem, const struct PrincipalName *name, struct bytes realm)
{
    size_t room = 2 * realm.n + 2;
    for (size_t i = 0; i < name->name_string.n; i++)
        room += 2 * name->name_string.at[i].n + 1;
    char *text = arena_take(mem, room), *end = text;
    for (size_t i = 0; i < name->name_string.n; i++) {
        if (i)
            *end++ = '/';
        end = write_part(end, name->name_string.at[i], false);
    }
    if (realm.n) {
        *end++ = '@';
        end = write_part(end, realm, true);
    }
    return text;
}
