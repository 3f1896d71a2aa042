/* The URL of a page (RFC 3986, RFC 9110 4.2), as far as a client of ours needs it. */
#ifndef SIM_WEB_URL_H
#define SIM_WEB_URL_H

#include "base/arena.h"

struct web_url {
    bool tls;
    const char *host;   /* as it stands there: "[::1]" keeps its brackets */
    const char *name;   /* without them */
    uint16_t port;      /* said, or the usual one */
    const char *target; /* path and query, "/" where there is none; the fragment is left out */
};
/* In mem. False: no URL of http or https, or one with a user in it. */
bool web_url_read(const char *text, struct arena *mem, struct web_url *out);

#endif
