/* Credential caches as files: where they are, read and written. */
#include "sim/live_client.h"
#include "sim/live_client_inside.h"
#include "sim/verb.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHE_MAX ((size_t)16 << 20) /* octets of a cache file */

/* NULL: a kind of cache that is not a file. */
static const char *cache_path(const char *cache, struct arena *mem, char **error)
{
    if (!cache)
        cache = getenv("KRB5CCNAME");
    if (!cache)
        return arena_printf(mem, "/tmp/krb5cc_%lu", (unsigned long)getuid());
    if (strncmp(cache, "FILE:", 5) == 0)
        return cache + 5;
    const char *colon = strchr(cache, ':');
    if (!colon || *cache == '/' || *cache == '.')
        return cache;
    *error = arena_printf(mem, "%s: caches of this kind are not known here, only FILE:", cache);
    return NULL;
}

bool live_cache_read(const char *cache, struct arena *mem, struct ccache *out, char **error)
{
    struct faults faults = {.mem = mem};
    struct bytes file;
    const char *path = cache_path(cache, mem, error);
    if (!path || !file_read(path, CACHE_MAX, mem, &file, error))
        return false;
    if (ccache_read(file, mem, &faults, out))
        return true;
    *error = arena_printf(mem, "%s: %s", path,
                          faults.n ? faults.list[0].row->why : "this is no credential cache");
    return false;
}

bool live_client_load(struct live_client *c, const char *cache, char **error)
{
    struct ccache read;
    if (!live_cache_read(cache, c->mem, &read, error))
        return false;
    if (client_ccache_load(c->client, &read))
        return true;
    *error = arena_printf(c->mem, "the cache holds something that cannot be used");
    return false;
}

bool live_client_save(struct live_client *c, const char *cache, bool newest, char **error)
{
    struct ccache made = {0};
    const char *path = cache_path(cache, c->mem, error);
    if (!path)
        return false;
    if (!(newest ? client_ccache_got : client_ccache)(c->client, c->mem, &made)) {
        *error = arena_printf(c->mem, "there are no credentials to keep");
        return false;
    }
    struct file_out file = {path, ccache_write(&made, c->mem), 0600};
    return files_write(&file, 1, c->mem, error);
}
