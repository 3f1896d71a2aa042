#include "sim/verb_client.h"

#include "crypto/crypto.h"
#include "trace/export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { OPT_KDC = 1000, OPT_REALM, OPT_DNS, OPT_TCP, OPT_ETYPES, OPT_JSON, OPT_ASCII, OPT_KEYS };

static void read_etypes(struct client_verb *v, const char *list, struct argp_state *state)
{
    char *copy = strdup(list), *rest = NULL;
    v->client.n_etypes = 0;
    for (char *name = strtok_r(copy, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest)) {
        const struct etype_row *row = etype_by_name(bytes_str(name));
        if (!row && *name >= '0' && *name <= '9')
            row = etype_find((int32_t)verb_number(name, state));
        if (!row)
            argp_error(state, "'%s' is no encryption type", name);
        else if (v->client.n_etypes < CLIENT_ETYPES_MAX)
            v->etypes[v->client.n_etypes++] = row->etype;
    }
    v->client.etypes = v->etypes;
    free(copy);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct client_verb *v = state->input;
    switch (key) {
    case OPT_KDC:
        v->client.kdc = arg;
        return 0;
    case OPT_REALM:
        v->client.realm = arg;
        return 0;
    case OPT_DNS:
        v->client.dns = arg;
        return 0;
    case OPT_TCP:
        v->client.tcp = true;
        return 0;
    case OPT_ETYPES:
        read_etypes(v, arg, state);
        return 0;
    case OPT_JSON:
        v->json = true;
        return 0;
    case OPT_ASCII:
        v->text.ascii = true;
        return 0;
    case OPT_KEYS:
        v->text.with_keys = true;
        return 0;
    case 'c':
        v->cache = arg;
        return 0;
    case 'q':
        v->quiet = true;
        return 0;
    case 'V':
        v->text.words = v->text.fields;
        v->text.fields = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option shared[] = {
    {NULL, 0, NULL, 0, "Where, and what is shown:", 1},
    {"kdc", OPT_KDC, "HOST[:PORT]", 0, "the KDC of the realm (krb5.conf's, or DNS's)", 1},
    {"realm", OPT_REALM, "REALM", 0, "the realm (krb5.conf's default_realm)", 1},
    {"dns", OPT_DNS, "HOST[:PORT]", 0, "the name server (/etc/resolv.conf's)", 1},
    {"tcp", OPT_TCP, NULL, 0, "speak TCP from the start", 1},
    {"etypes", OPT_ETYPES, "LIST", 0, "offer these encryption types, in this order", 1},
    {"cache", 'c', "CACHE", 0, "the credential cache (KRB5CCNAME, /tmp/krb5cc_UID)", 1},
    {"quiet", 'q', NULL, 0, "only the outcome", 1},
    {"verbose", 'V', NULL, 0, "the fields of each message; twice: what each is for", 1},
    {"keys", OPT_KEYS, NULL, 0, "with the values of keys", 1},
    {"json", OPT_JSON, NULL, 0, "as JSON", 1},
    {"ascii", OPT_ASCII, NULL, 0, "nothing beyond ASCII", 1},
    {0}};
const struct argp client_verb_argp = {shared, parse, NULL, NULL, NULL, NULL, NULL};

int client_verb_end(const struct client_verb *v, struct live_client *c, bool done,
                    const char *error)
{
    struct arena *mem = arena_new(0);
    struct client_outcome end = live_client_result(c);
    if (v->json)
        fputs(trace_json(live_client_trace(c), &(struct json_options){v->text.with_keys, NULL},
                         live_client_crypto(c), mem),
              stdout);
    else if (!v->quiet) {
        const char *text = trace_text(live_client_trace(c), &v->text, live_client_crypto(c), mem);
        fputs(text + strcspn(text, "\n") + 1, stdout); /* the heading is for lessons */
    }
    arena_free(mem);
    if (!done)
        return verb_trouble("%s", error);
    if (!v->json && end.text && *end.text)
        printf("%s%s\n", v->quiet ? "" : "\n", end.text);
    return end.state == CLIENT_GRANTED ? 0 : 1;
}

static struct bytes line_of(FILE *f, struct arena *mem)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n = f ? getline(&line, &room, f) : -1;
    struct bytes out = {0};
    if (n > 0 && line[n - 1] == '\n')
        line[--n] = '\0';
    if (n >= 0)
        out = arena_copy(mem, bytes_of(line, (size_t)n));
    if (line)
        wipe(line, room);
    free(line);
    return out;
}

static struct bytes password_in(const char *file, struct arena *mem, char **error)
{
    FILE *f = fopen(file, "r");
    errno = f ? 0 : errno;
    struct bytes password = line_of(f, mem);
    if (!password.p)
        *error = arena_printf(mem, "%s: %s", file, errno ? strerror(errno) : "no password in it");
    if (f)
        fclose(f);
    return password;
}

struct bytes client_verb_password(const char *prompt, const char *file, struct arena *mem,
                                  char **error)
{
    *error = arena_printf(mem, "no password was given");
    if (file)
        return password_in(file, mem, error);
    struct termios before, silent;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    fprintf(stderr, "%s", prompt);
    if (terminal) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    struct bytes password = line_of(stdin, mem);
    if (terminal)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return password;
}
