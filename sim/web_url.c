#include "sim/web_url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool read_port(const char *text, uint16_t *port)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || n < 1 || n > 65535)
        return false;
    *port = (uint16_t)n;
    return true;
}

bool web_url_read(const char *text, struct arena *mem, struct web_url *out)
{
    *out = (struct web_url){.tls = strncasecmp(text, "https://", 8) == 0};
    if (!out->tls && strncasecmp(text, "http://", 7) != 0)
        return false;
    out->port = out->tls ? 443 : 80;
    text += out->tls ? 8 : 7;
    size_t n = strcspn(text, "/?#");
    const char *rest = text + n;
    char *host = arena_str(mem, bytes_of(text, n));
    char *port = strrchr(host, ':'), *bracket = strrchr(host, ']');
    if (port && (!bracket || port > bracket)) {
        *port = '\0';
        if (!read_port(port + 1, &out->port))
            return false;
    }
    if (!*host || strchr(host, '@') || (*host == '[' && (!bracket || bracket[1])))
        return false;
    out->host = host;
    out->name = *host == '[' ? arena_str(mem, bytes_of(host + 1, strlen(host) - 2)) : host;
    out->target =
        arena_printf(mem, "%s%.*s", *rest == '/' ? "" : "/", (int)strcspn(rest, "#"), rest);
    return true;
}
