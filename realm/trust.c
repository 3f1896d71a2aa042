/* Realms that are trusted, and the way to them. */
#include "realm/inside.h"

size_t realm_trust_count(const struct realm *r)
{
    return r->n_trusts;
}

const struct trust *realm_trust_at(const struct realm *r, size_t index)
{
    return index < r->n_trusts ? r->trusts[index] : NULL;
}

static const struct trust *with(const struct realm *r, struct bytes name, bool folded)
{
    for (size_t i = 0; i < r->n_trusts; i++)
        if (same_octets(r->trusts[i]->realm, name, folded))
            return r->trusts[i];
    return NULL;
}

const struct trust *realm_trust(const struct realm *r, struct arena *mem, struct bytes realm_name)
{
    (void)mem;
    const struct trust *t = with(r, realm_name, false);
    return t || !r->policy.windows_names ? t : with(r, realm_name, true);
}

/* A way that turns back on itself, or ends at a realm that is no neighbour, leads nowhere. */
static const struct trust *first_hop(const struct realm *r, struct arena *mem,
                                     const struct trust *t)
{
    for (size_t hops = 0; t && t->next.n; hops++) {
        if (hops == r->n_trusts)
            return NULL;
        t = realm_trust(r, mem, t->next);
    }
    return t;
}

const struct trust *realm_route(const struct realm *r, struct arena *mem, struct bytes target_realm)
{
    return first_hop(r, mem, realm_trust(r, mem, target_realm));
}

/* "www.sub.example.test" ends in "sub.example.test" at a dot, or is it. */
static bool ends_in(struct bytes host, struct bytes suffix)
{
    if (suffix.n && suffix.p[0] == '.')
        suffix = bytes_slice(suffix, 1, suffix.n);
    if (!suffix.n || host.n < suffix.n ||
        !bytes_equal_nocase(bytes_slice(host, host.n - suffix.n, suffix.n), suffix))
        return false;
    return host.n == suffix.n || host.p[host.n - suffix.n - 1] == '.';
}

static struct bytes without_port(struct bytes host)
{
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] == ':')
            return bytes_slice(host, 0, i);
    return host;
}

const struct trust *realm_route_host(const struct realm *r, struct arena *mem,
                                     const struct PrincipalName *sname)
{
    if (sname->name_string.n < 2)
        return NULL;
    struct bytes host = without_port(sname->name_string.at[1]);
    if (host.n && host.p[host.n - 1] == '.')
        host.n--;
    const struct trust *best = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < r->n_trusts; i++) {
        const struct trust *t = r->trusts[i];
        for (size_t k = 0; k < t->n_suffixes; k++)
            if (t->suffixes[k].n > longest && ends_in(host, t->suffixes[k])) {
                best = t;
                longest = t->suffixes[k].n;
            }
    }
    return first_hop(r, mem, best);
}
