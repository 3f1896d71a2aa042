/* Credential caches: writing. Two passes of the same steps: the first, without room to write to,
 * counts. */
#include "wire/ccache.h"

#include <string.h>

struct put {
    uint8_t *p; /* NULL: only count */
    size_t n;
    bool fits; /* every length and count fits its field */
    bool little;
};

static void put_octets(struct put *out, const void *p, size_t n)
{
    if (out->p && n)
        memcpy(out->p + out->n, p, n);
    out->n += n;
}

static void put16(struct put *out, uint16_t v)
{
    uint8_t b[2];
    out->little ? put_le16(b, v) : put_be16(b, v);
    put_octets(out, b, sizeof b);
}

static void put32(struct put *out, uint32_t v)
{
    uint8_t b[4];
    out->little ? put_le32(b, v) : put_be32(b, v);
    put_octets(out, b, sizeof b);
}

static void put_count(struct put *out, size_t n)
{
    if (n > UINT32_MAX)
        out->fits = false;
    put32(out, (uint32_t)n);
}

static void put_counted(struct put *out, struct bytes b)
{
    put_count(out, b.n);
    put_octets(out, b.p, b.n);
}

static void put_principal(struct put *out, uint16_t version, const struct ccache_principal *p)
{
    if (version != 0x0501)
        put32(out, (uint32_t)p->name_type);
    put_count(out, p->n_components + (version == 0x0501));
    put_counted(out, p->realm);
    for (size_t i = 0; i < p->n_components; i++)
        put_counted(out, p->components[i]);
}

static void put_data(struct put *out, const struct ccache_data *list, size_t n)
{
    put_count(out, n);
    for (size_t i = 0; i < n; i++) {
        put16(out, list[i].type);
        put_counted(out, list[i].value);
    }
}

static void put_cred(struct put *out, uint16_t version, const struct ccache_cred *c)
{
    uint8_t is_skey = c->is_skey;
    put_principal(out, version, &c->client);
    put_principal(out, version, &c->server);
    put16(out, (uint16_t)c->etype);
    if (version == 0x0503)
        put16(out, (uint16_t)c->etype);
    put_counted(out, c->key);
    put32(out, c->authtime);
    put32(out, c->starttime);
    put32(out, c->endtime);
    put32(out, c->renew_till);
    put_octets(out, &is_skey, 1);
    put32(out, c->flags);
    put_data(out, c->addresses, c->n_addresses);
    put_data(out, c->authdata, c->n_authdata);
    put_counted(out, c->ticket);
    put_counted(out, c->second_ticket);
}

static void put_file(struct put *out, const struct ccache *c)
{
    uint8_t version[2];
    put_be16(version, c->version);
    put_octets(out, version, sizeof version);
    if (c->version == 0x0504) {
        if (c->header.n > UINT16_MAX)
            out->fits = false;
        put16(out, (uint16_t)c->header.n);
        put_octets(out, c->header.p, c->header.n);
    }
    put_principal(out, c->version, &c->principal);
    for (size_t i = 0; i < c->n; i++)
        put_cred(out, c->version, &c->creds[i]);
}

struct bytes ccache_write(const struct ccache *c, struct arena *mem)
{
    bool native = c->version == 0x0501 || c->version == 0x0502;
    struct put out = {.fits = native || c->version == 0x0503 || c->version == 0x0504,
                      .little = native && c->little};
    put_file(&out, c);
    if (!out.fits)
        return (struct bytes){0};
    out.p = arena_take(mem, out.n);
    out.n = 0;
    put_file(&out, c);
    return bytes_of(out.p, out.n);
}
