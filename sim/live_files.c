/* What real clients need to find a live realm, as files in a folder of their own. Nothing of the
 * machine's configuration is read or changed. */
#include "sim/live.h"
#include "sim/live_tls.h"
#include "sim/population.h"

#include "crypto/crypto.h"
#include "wire/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The realm's name in lower case: the DNS domain of its hosts. */
static char *domain_of(const char *realm, struct arena *mem)
{
    char *domain = arena_printf(mem, "%s", realm);
    for (char *p = domain; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    return domain;
}

/* Whole or not at all, readable by its owner only. */
static bool write_file(const char *path, struct bytes data, struct arena *mem, char **error)
{
    char *temp = arena_printf(mem, "%s.new", path);
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, data.p, data.n) == (ssize_t)data.n;
    ok = (fd < 0 || close(fd) == 0) && ok && rename(temp, path) == 0;
    if (!ok) {
        *error = arena_printf(mem, "%s: %s", path, strerror(errno));
        unlink(temp);
    }
    return ok;
}

/* As it stands before a port: IPv6 in brackets. */
static const char *before_port(const char *address, struct arena *mem)
{
    return strchr(address, ':') ? arena_printf(mem, "[%s]", address) : address;
}

static const struct scenario_trust *trust_of(const struct scenario *s, const char *from,
                                             const char *to)
{
    for (size_t i = 0; i < s->n_trusts; i++) {
        const struct scenario_trust *t = &s->trusts[i];
        if ((strcmp(t->from, from) == 0 && strcmp(t->to, to) == 0) ||
            (t->both && strcmp(t->from, to) == 0 && strcmp(t->to, from) == 0))
            return t;
    }
    return NULL;
}

/* The realms between, in their order, each on a line; "." where there is none. */
static char *way_text(const struct scenario *s, const char *from, const char *to, struct arena *mem)
{
    char *text = arena_printf(mem, "%s", "");
    const struct scenario_trust *t = trust_of(s, from, to);
    if (t && !t->next)
        return arena_printf(mem, "    %s = .\n", to);
    for (size_t hops = 0; t && t->next && hops <= s->n_trusts; hops++) {
        text = arena_printf(mem, "%s    %s = %s\n", text, to, t->next);
        t = trust_of(s, t->next, to);
    }
    return text;
}

/* [capaths]: what each realm's clients have to know of the ways to the others. */
static char *ways_text(const struct scenario *s, struct arena *mem)
{
    char *text = arena_printf(mem, "%s", s->n_trusts ? "[capaths]\n" : "");
    const struct scenario_realm *from, *to;
    for (size_t i = 0; s->n_trusts && (from = scenario_realm_at(s, i)); i++) {
        text = arena_printf(mem, "%s  %s = {\n", text, from->name);
        for (size_t j = 0; (to = scenario_realm_at(s, j)); j++)
            text = arena_printf(mem, "%s%s", text, way_text(s, from->name, to->name, mem));
        text = arena_printf(mem, "%s  }\n", text);
    }
    return text;
}

/* All realms are behind one door: each request says which it is for. */
static bool write_krb5_conf(const struct live_place *at, const struct scenario *s,
                            struct arena *mem, char **error)
{
    const char *address = before_port(at->address, mem);
    char *realms = arena_printf(mem, "%s", ""), *domains = realms;
    const struct scenario_realm *r;
    for (size_t i = 0; (r = scenario_realm_at(s, i)); i++) {
        char *domain = domain_of(r->name, mem);
        realms = arena_printf(mem,
                              "%s  %s = {\n"
                              "    kdc = %s:%u\n"
                              "    kpasswd_server = %s:%u\n"
                              "  }\n",
                              realms, r->name, address, (unsigned)at->port, address,
                              (unsigned)at->kpasswd_port);
        domains = arena_printf(mem, "%s  .%s = %s\n  %s = %s\n", domains, domain, r->name, domain,
                               r->name);
    }
    char *text = arena_printf(mem,
                              "[libdefaults]\n"
                              "  default_realm = %s\n"
                              "  dns_lookup_kdc = false\n"
                              "  dns_lookup_realm = false\n"
                              "  dns_canonicalize_hostname = false\n"
                              "  rdns = false\n"
                              "  default_ccache_name = FILE:%s/ccache\n"
                              "[realms]\n%s[domain_realm]\n%s%s",
                              s->realm.name, at->dir, realms, domains, ways_text(s, mem));
    return write_file(arena_printf(mem, "%s/krb5.conf", at->dir), bytes_str(text), mem, error);
}

/* The host part of "HTTP/www.example.test". */
static const char *host_of(const char *spn)
{
    const char *slash = spn ? strchr(spn, '/') : NULL;
    return slash ? slash + 1 : NULL;
}

/* The name at its usual port, and at the one where it is: both lead there. */
static char *connect_to(struct arena *mem, const char *text, const char *host, uint16_t usual,
                        const char *address, uint16_t port)
{
    return arena_printf(mem, "%sconnect-to = \"%s:%u:%s:%u\"\nconnect-to = \"%s:%u:%s:%u\"\n", text,
                        host, (unsigned)usual, address, (unsigned)port, host, (unsigned)port,
                        address, (unsigned)port);
}

static bool write_curlrc(const struct live_place *at, const struct scenario *s, struct arena *mem,
                         char **error)
{
    const char *address = before_port(at->address, mem);
    char *text = arena_printf(mem, "# names of the realm reach %s without DNS\n", address);
    for (size_t i = 0; i < s->n_parties; i++) {
        const struct scenario_party *p = &s->parties[i];
        const char *host = host_of(p->spn);
        if (p->role != ROLE_SERVICE || !host)
            continue;
        if (at->http_port)
            text = connect_to(mem, text, host, 80, address, at->http_port);
        if (at->https_port && p->server.tls)
            text = arena_printf(mem, "%scacert = \"%s/ca.pem\"\n",
                                connect_to(mem, text, host, 443, address, at->https_port), at->dir);
    }
    return write_file(arena_printf(mem, "%s/.curlrc", at->dir), bytes_str(text), mem, error);
}

/* ca.pem: whom to believe. client.pem: a certificate of the first client's, and its key. */
static bool write_certificates(const struct live_place *at, const struct scenario *s,
                               struct arena *mem, char **error)
{
    char *why = NULL;
    struct live_tls *tls = at->https_port ? live_tls_new(s, at->address, mem, &why) : NULL;
    if (why)
        *error = why;
    bool ok = !why;
    if (tls)
        ok = write_file(arena_printf(mem, "%s/ca.pem", at->dir),
                        tls_pem(tls->authority, false, mem), mem, error);
    if (tls && ok && tls->client)
        ok = write_file(arena_printf(mem, "%s/client.pem", at->dir),
                        tls_pem(tls->client, true, mem), mem, error);
    live_tls_free(tls);
    return ok;
}

/* Of the KDC's own services no acceptor takes the place. */
static bool is_service(const struct account *a)
{
    const struct bytes *first = a->name.name_string.at;
    return a->name.name_string.n >= 2 && !bytes_equal_str(*first, "krbtgt") &&
           !bytes_equal_str(*first, "kadmin");
}

static void add_keys(struct keytab *all, const struct keytab *one, struct arena *mem)
{
    struct keytab_entry *entries = arena_array(mem, struct keytab_entry, all->n + one->n);
    if (all->n)
        memcpy(entries, all->entries, all->n * sizeof *entries);
    memcpy(entries + all->n, one->entries, one->n * sizeof *entries);
    all->entries = entries;
    all->n += one->n;
}

static void add_realm(const struct realm *realm, const struct scenario *s, struct keytab *services,
                      struct keytab *all, struct arena *mem)
{
    for (size_t i = 0; i < realm_count(realm); i++) {
        const struct account *a = realm_account(realm, i);
        struct keytab one;
        population_keytab(realm, a, NULL, s->start, mem, &one);
        add_keys(all, &one, mem);
        if (is_service(a))
            add_keys(services, &one, mem);
    }
}

/* krb5.keytab: the services, for acceptors that take their place. realm.keytab: every account,
 * krbtgt too, for a Wireshark that is to open what was recorded. */
static bool write_keytabs(const struct live_place *at, const struct scenario *s, struct arena *mem,
                          char **error)
{
    struct crypto *crypto = crypto_new();
    struct keytab services = {0}, all = {0};
    const struct scenario_realm *r;
    bool ok = crypto != NULL;
    for (size_t i = 0; ok && (r = scenario_realm_at(s, i)); i++) {
        const struct realm *realm = population_realm(s, r->name, s->seed, crypto, mem, error);
        ok = realm != NULL;
        if (ok)
            add_realm(realm, s, &services, &all, mem);
    }
    crypto_free(crypto);
    return ok &&
           write_file(arena_printf(mem, "%s/krb5.keytab", at->dir), keytab_write(&services, mem),
                      mem, error) &&
           write_file(arena_printf(mem, "%s/realm.keytab", at->dir), keytab_write(&all, mem), mem,
                      error);
}

/* A folder of our own that nobody else can write to: keys go into it, and its name can be guessed.
 */
static bool own_folder(const char *dir, struct arena *mem, char **error)
{
    struct stat is;
    if ((mkdir(dir, 0700) && errno != EEXIST) || lstat(dir, &is)) {
        *error = arena_printf(mem, "%s: %s", dir, strerror(errno));
        return false;
    }
    if (S_ISDIR(is.st_mode) && is.st_uid == getuid() && !(is.st_mode & (S_IWGRP | S_IWOTH)))
        return true;
    *error = arena_printf(mem, "%s: expected a folder that only you can write to", dir);
    return false;
}

bool live_client_files(const struct live_place *at, const struct scenario *s, struct arena *mem,
                       char **error)
{
    *error = arena_printf(mem, "out of memory, or OpenSSL has no legacy provider");
    return own_folder(at->dir, mem, error) && write_krb5_conf(at, s, mem, error) &&
           write_curlrc(at, s, mem, error) && write_certificates(at, s, mem, error) &&
           write_keytabs(at, s, mem, error);
}

const struct live_variable *live_variables(const struct live_place *at, struct arena *mem,
                                           size_t *n)
{
    static const struct {
        const char *name, *format;
    } rows[] = {
        {"KRB5_CONFIG", "%s/krb5.conf"},
        {"KRB5CCNAME", "FILE:%s/ccache"},
        {"KRB5_KTNAME", "FILE:%s/krb5.keytab"},
        {"KRB5RCACHENAME", "dfl:"},
        {"CURL_HOME", "%s"},
    };
    *n = sizeof rows / sizeof *rows;
    struct live_variable *v = arena_array(mem, struct live_variable, *n);
    for (size_t i = 0; i < *n; i++) {
        const char *place = strstr(rows[i].format, "%s");
        v[i].name = rows[i].name;
        v[i].value = place ? arena_printf(mem, "%.*s%s%s", (int)(place - rows[i].format),
                                          rows[i].format, at->dir, place + 2)
                           : rows[i].format;
    }
    return v;
}
