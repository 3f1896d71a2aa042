/* `tessera logon`: what kinit does, with kinit's letters, at whatever KDC there is, and explained.
 */
#include "sim/verb_client.h"
#include "sim/verbs.h"
#include "wire/names.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEYTAB_MAX  ((size_t)1 << 20)
#define ADDRESS_MAX 8

struct logon {
    struct client_verb shared;
    struct client_do_args ask;
    const char *keytab, *password_file, *armor;
    bool with_keytab;
    struct HostAddress addresses[ADDRESS_MAX];
    uint8_t octets[ADDRESS_MAX][16];
    struct HostAddresses list;
};

enum { OPT_PASSWORD_FILE = 1, OPT_RENEW_LIFE };

static void add_address(struct logon *o, const char *text, struct argp_state *state)
{
    size_t n = o->list.n;
    if (n == ADDRESS_MAX) {
        argp_error(state, "'%s' is one address too many", text);
        return;
    }
    bool four = inet_pton(AF_INET, text, o->octets[n]) == 1;
    if (!four && inet_pton(AF_INET6, text, o->octets[n]) != 1) {
        argp_error(state, "'%s' is no IP address", text);
        return;
    }
    o->addresses[n].addr_type = four ? 2 : 24;
    o->addresses[n].address = bytes_of(o->octets[n], four ? 4 : 16);
    o->list.at = o->addresses;
    o->list.n = n + 1;
    o->ask.addresses = &o->list;
}

static const struct {
    int letter;
    uint32_t option;
} option_letters[] = {
    {'f', KDC_OPT_FORWARDABLE}, {'p', KDC_OPT_PROXIABLE}, {'C', KDC_OPT_CANONICALIZE}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct logon *o = state->input;
    for (size_t i = 0; i < sizeof option_letters / sizeof *option_letters; i++)
        if (key == option_letters[i].letter) {
            o->ask.kdc_options |= option_letters[i].option;
            return 0;
        }
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->shared;
        return 0;
    case 'l':
        o->ask.life = verb_span(arg, state);
        return 0;
    case 'r':
        o->ask.renew_life = verb_span(arg, state);
        return 0;
    case 's':
        o->ask.postdate = verb_span(arg, state);
        return 0;
    case 'a':
        add_address(o, arg, state);
        return 0;
    case 'R':
        o->ask.task = CLIENT_RENEW;
        return 0;
    case 'v':
        o->ask.task = CLIENT_VALIDATE;
        return 0;
    case 'E':
        o->ask.name_type = NT_ENTERPRISE;
        o->ask.kdc_options |= KDC_OPT_CANONICALIZE;
        return 0;
    case 'n':
        o->ask.anonymous = true;
        return 0;
    case 'S':
        o->ask.in_tkt = arg;
        return 0;
    case 'T':
        o->armor = arg;
        return 0;
    case 'k':
        o->with_keytab = true;
        return 0;
    case 't':
        o->keytab = arg;
        o->with_keytab = true;
        return 0;
    case OPT_PASSWORD_FILE:
        o->password_file = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (o->ask.principal)
            argp_error(state, "one principal at a time");
        o->ask.principal = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* As kinit: who the cache belongs to, else who is at the machine. */
static const char *usual_principal(const struct logon *o, struct arena *mem)
{
    struct ccache cache;
    char *ignored;
    if (live_cache_read(o->shared.cache, mem, &cache, &ignored)) {
        struct PrincipalName name = {.name_type = cache.principal.name_type};
        name.name_string.n = cache.principal.n_components;
        name.name_string.at = (struct bytes *)(uintptr_t)cache.principal.components;
        return principal_text(mem, &name, cache.principal.realm);
    }
    const char *user = getenv("USER");
    return user && *user ? user : "root";
}

static bool read_keytab(struct logon *o, struct arena *mem, struct keytab *keytab, char **error)
{
    const char *path = o->keytab ? o->keytab : getenv("KRB5_KTNAME");
    struct faults faults = {.mem = mem};
    struct bytes file;
    path = path ? path : "/etc/krb5.keytab";
    if (strncmp(path, "FILE:", 5) == 0)
        path += 5;
    if (!file_read(path, KEYTAB_MAX, mem, &file, error))
        return false;
    o->ask.keytab = keytab;
    if (keytab_read(file, mem, &faults, keytab))
        return true;
    *error = arena_printf(mem, "%s: %s", path, faults.n ? faults.list[0].row->why : "no keytab");
    return false;
}

/* What the task needs before it begins. */
static bool prepare(struct logon *o, struct live_client *c, struct arena *mem, char **error)
{
    struct ccache *armor = arena_new_of(mem, struct ccache);
    if (o->armor && !live_cache_read(o->armor, mem, armor, error))
        return false;
    if (o->armor)
        o->ask.armor = armor;
    if (o->ask.task != CLIENT_LOGON)
        return live_client_load(c, o->shared.cache, error);
    if (!o->ask.principal)
        o->ask.principal = o->ask.anonymous ? "WELLKNOWN/ANONYMOUS" : usual_principal(o, mem);
    if (o->with_keytab)
        return read_keytab(o, mem, arena_new_of(mem, struct keytab), error);
    if (o->ask.anonymous)
        return true;
    const char *at = strrchr(o->ask.principal, '@') && !o->ask.name_type ? "" : "@";
    char *prompt = arena_printf(mem, "Password for %s%s%s: ", o->ask.principal, at,
                                *at ? live_client_realm(c) : "");
    o->ask.password = client_verb_password(prompt, o->password_file, mem, error);
    return o->ask.password.p != NULL;
}

static int logon(struct logon *o, struct arena *mem)
{
    char *error = NULL;
    struct live_client *c = live_client_new(&o->shared.client, mem, &error);
    if (!c)
        return verb_trouble("%s", error);
    int status;
    if (!prepare(o, c, mem, &error)) {
        status = verb_trouble("%s", error);
    } else {
        bool done = live_client_do(c, &o->ask, &error);
        status = client_verb_end(&o->shared, c, done, error);
        if (status == 0 && !live_client_save(c, o->shared.cache, true, &error))
            status = verb_trouble("%s", error);
    }
    live_client_free(c);
    return status;
}

int verb_logon(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {NULL, 'f', NULL, 0, "forwardable", 0},
        {NULL, 'p', NULL, 0, "proxiable", 0},
        {NULL, 'l', "LIFE", 0, "lifetime: 10h, 1h30m, 36000", 0},
        {NULL, 'r', "LIFE", 0, "renewable for so long", 0},
        {NULL, 's', "LATER", 0, "postdated: valid from so much later on", 0},
        {NULL, 'a', "ADDRESS", 0, "the ticket is for this address only; may be repeated", 0},
        {NULL, 'R', NULL, 0, "renew the ticket in the cache", 0},
        {NULL, 'v', NULL, 0, "validate the postdated ticket in the cache", 0},
        {NULL, 'E', NULL, 0, "PRINCIPAL is an enterprise name, alice@example.com", 0},
        {NULL, 'C', NULL, 0, "the KDC may answer with another, canonical name", 0},
        {NULL, 'n', NULL, 0, "anonymously", 0},
        {NULL, 'S', "SERVICE", 0, "a ticket for this service instead of a TGT", 0},
        {NULL, 'T', "CACHE", 0, "armor with the ticket in this cache (FAST)", 0},
        {NULL, 'k', NULL, 0, "the key is in a keytab (KRB5_KTNAME)", 0},
        {NULL, 't', "KEYTAB", 0, "in this one", 0},
        {"password-file", OPT_PASSWORD_FILE, "FILE", 0, "the password is the file's first line", 0},
        {0}};
    static const struct argp_child children[] = {{&client_verb_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "[PRINCIPAL]",
        "Log on at a KDC and explain each message: kinit's letters, kinit's cache. Exit status: 0 "
        "a ticket came, 1 it was refused, 2 trouble."
        "\vThe KDC is found as kinit finds it (KRB5_CONFIG), or by --kdc.",
        children,
        NULL,
        NULL};
    struct logon o = {.ask = {.task = CLIENT_LOGON, .kdc_options = KDC_OPT_RENEWABLE_OK}};
    verb_parse(&argp, argc, argv, &o);
    struct arena *mem = arena_new(0);
    int status = logon(&o, mem);
    arena_free(mem);
    return status;
}
