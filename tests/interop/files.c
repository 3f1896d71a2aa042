/* Credential caches and keytabs as our readers see them, in lines that klist's can be made into.
 *
 *   files ccache FILE    the default principal; then of each ticket START END RENEW FLAGS SERVER
 *                        SESSION-ETYPE TICKET-ETYPE, of each entry of configuration KEY(FOR)=VALUE
 *   files keytab FILE    KVNO TIME PRINCIPAL ETYPE 0xKEY of each entry
 *   files again ccache|keytab FILE OUT    read and written again */
#include "context/seal.h"

#include "base/text.h"
#include "wire/ccache.h"
#include "wire/keytab.h"
#include "wire/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct arena *mem;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "files: %s\n", what);
    exit(2);
}

static struct bytes file(const char *path)
{
    uint8_t *data = arena_take(mem, 1 << 20);
    FILE *f = fopen(path, "rb");
    if (!f)
        die(path);
    size_t n = fread(data, 1, 1 << 20, f);
    fclose(f);
    return bytes_of(data, n);
}

static const char *name_of(const struct bytes *components, size_t n, struct bytes realm)
{
    struct PrincipalName name = {.name_string = {(struct bytes *)(uintptr_t)components, n}};
    return principal_text(mem, &name, realm);
}

/* As klist does with TZ=UTC; "-": none. */
static const char *when(uint32_t t)
{
    char *text = arena_take(mem, 32);
    time_t at = t;
    struct tm parts;
    strftime(text, 32, "%m/%d/%y %H:%M:%S", gmtime_r(&at, &parts));
    return t ? text : "-";
}

static const char *etype(int64_t number)
{
    const struct name_row *row = name_find(NAMES_ETYPE, number);
    return row ? row->name : "?";
}

/* klist's letters. */
static const char *flags(uint32_t f)
{
    static const struct {
        uint32_t bit;
        char letter;
    } rows[] = {
        {TKT_FORWARDABLE, 'F'},   {TKT_FORWARDED, 'f'},    {TKT_PROXIABLE, 'P'},
        {TKT_PROXY, 'p'},         {TKT_MAY_POSTDATE, 'D'}, {TKT_POSTDATED, 'd'},
        {TKT_RENEWABLE, 'R'},     {TKT_INITIAL, 'I'},      {TKT_INVALID, 'i'},
        {TKT_HW_AUTHENT, 'H'},    {TKT_PRE_AUTHENT, 'A'},  {TKT_TRANSITED_POLICY_CHECKED, 'T'},
        {TKT_OK_AS_DELEGATE, 'O'}};
    char *text = arena_take(mem, 32), *at = text;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (f & rows[i].bit)
            *at++ = rows[i].letter;
    return at == text ? "-" : text;
}

static void show_config(const struct ccache_cred *c)
{
    const struct ccache_principal *s = &c->server;
    printf("config %s", text_escape(mem, s->components[1]));
    if (s->n_components > 2)
        printf("(%s)", text_escape(mem, s->components[2]));
    printf("=%s\n", text_escape(mem, c->ticket));
}

static void show_ticket(const struct ccache_cred *c)
{
    struct Ticket ticket;
    if (!asn_decode(&ASN_Ticket, c->ticket, ASN_DEPLOYED, mem, NULL, &ticket))
        die("not a ticket");
    printf("%s %s %s %s %s %s %s\n", when(c->starttime ? c->starttime : c->authtime),
           when(c->endtime), when(c->renew_till), flags(c->flags),
           name_of(c->server.components, c->server.n_components, c->server.realm), etype(c->etype),
           etype(ticket.enc_part.etype));
}

static void show_ccache(const char *path)
{
    struct ccache cache;
    if (!ccache_read(file(path), mem, NULL, &cache))
        die("not a credential cache");
    printf("%s\n", name_of(cache.principal.components, cache.principal.n_components,
                           cache.principal.realm));
    for (size_t i = 0; i < cache.n; i++)
        if (bytes_equal_str(cache.creds[i].server.realm, "X-CACHECONF:"))
            show_config(&cache.creds[i]);
        else
            show_ticket(&cache.creds[i]);
}

static void show_keytab(const char *path)
{
    struct keytab keytab;
    if (!keytab_read(file(path), mem, NULL, &keytab))
        die("not a keytab");
    for (size_t i = 0; i < keytab.n; i++) {
        const struct keytab_entry *e = &keytab.entries[i];
        printf("%u %s %s %s 0x%s\n", e->kvno, when((uint32_t)e->timestamp),
               name_of(e->components, e->n_components, e->realm), etype(e->etype),
               hex_text(mem, e->key));
    }
}

static void write_again(bool is_ccache, const char *path, const char *out)
{
    struct ccache cache;
    struct keytab keytab;
    struct bytes data = file(path);
    if (is_ccache ? !ccache_read(data, mem, NULL, &cache) : !keytab_read(data, mem, NULL, &keytab))
        die("cannot be read");
    data = is_ccache ? ccache_write(&cache, mem) : keytab_write(&keytab, mem);
    FILE *f = fopen(out, "wb");
    if (!f || fwrite(data.p, 1, data.n, f) != data.n || fclose(f))
        die(out);
}

int main(int argc, char **argv)
{
    mem = arena_new(1 << 20);
    if (argc == 3 && strcmp(argv[1], "ccache") == 0)
        show_ccache(argv[2]);
    else if (argc == 3 && strcmp(argv[1], "keytab") == 0)
        show_keytab(argv[2]);
    else if (argc == 5 && strcmp(argv[1], "again") == 0)
        write_again(strcmp(argv[2], "ccache") == 0, argv[3], argv[4]);
    else
        die("see the head of its source");
    arena_free(mem);
    return 0;
}
