/* `tessera get URL`: a page as a browser gets it, from a real server, with curl's words. */
#include "sim/verb_client.h"
#include "sim/verbs.h"
#include "sim/web_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct get {
    struct client_verb shared;
    struct browser_config browser;
    struct browser_credential credentials[2];
    const char *user, *password_file, *proxy_user, *proxy_password_file, *connect_to;
    const char *url_text, *proxy_text, *method;
    struct live_web web;
    struct party server, proxy;
    bool head, narrate, mutual;
};

enum {
    OPT_NEGOTIATE = 1,
    OPT_NTLM,
    OPT_DIGEST,
    OPT_BASIC,
    OPT_ANYAUTH,
    OPT_PASSWORD_FILE,
    OPT_PROXY,
    OPT_PROXY_USER,
    OPT_PROXY_PASSWORD_FILE,
    OPT_CACERT,
    OPT_CONNECT_TO,
    OPT_LEVEL,
    OPT_BARE,
    OPT_MUTUAL,
    OPT_NO_BINDINGS
};

static const struct {
    int key;
    unsigned scheme;
} scheme_keys[] = {{OPT_NEGOTIATE, BROWSE_NEGOTIATE},
                   {OPT_NTLM, BROWSE_NTLM},
                   {OPT_DIGEST, BROWSE_DIGEST},
                   {OPT_BASIC, BROWSE_BASIC},
                   {OPT_ANYAUTH, BROWSE_ALL}};

static error_t parse_texts(struct get *o, int key, const char *arg)
{
    const struct {
        int key;
        const char **to;
    } texts[] = {{'u', &o->user},
                 {'X', &o->method},
                 {OPT_PASSWORD_FILE, &o->password_file},
                 {OPT_PROXY, &o->proxy_text},
                 {OPT_PROXY_USER, &o->proxy_user},
                 {OPT_PROXY_PASSWORD_FILE, &o->proxy_password_file},
                 {OPT_CACERT, &o->web.authorities},
                 {OPT_CONNECT_TO, &o->connect_to}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].key == key) {
            *texts[i].to = arg;
            return 0;
        }
    return ARGP_ERR_UNKNOWN;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct get *o = state->input;
    for (size_t i = 0; i < sizeof scheme_keys / sizeof *scheme_keys; i++)
        if (key == scheme_keys[i].key) {
            o->browser.schemes |= scheme_keys[i].scheme;
            return 0;
        }
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->shared;
        return 0;
    case 'k':
        o->web.insecure = true;
        return 0;
    case 'i':
        o->head = true;
        return 0;
    case 'v':
        o->narrate = true;
        return 0;
    case OPT_MUTUAL:
        o->mutual = true;
        return 0;
    case OPT_BARE:
        o->browser.raw_krb5 = o->browser.raw_ntlm = true;
        return 0;
    case OPT_NO_BINDINGS:
        o->browser.no_bindings = true;
        return 0;
    case OPT_LEVEL:
        o->browser.lm_level = (unsigned)verb_number(arg, state);
        if (o->browser.lm_level > 5)
            argp_error(state, "LMCompatibilityLevel goes from 0 to 5");
        return 0;
    case ARGP_KEY_ARG:
        if (o->url_text)
            argp_error(state, "one URL at a time");
        o->url_text = arg;
        return 0;
    case ARGP_KEY_END:
        if (!o->url_text)
            argp_error(state, "a page of which URL? http://www.example.test/, for example");
        return 0;
    default:
        return parse_texts(o, key, arg);
    }
}

/* ---- credentials ------------------------------------------------------------------------------
 */

/* "USER", "USER:PASSWORD", "DOMAIN\USER", as curl takes them; without a password it is asked for.
 * Nothing before the colon, or no option: the logon's own. */
static bool read_user(struct browser_credential *row, const char *text, const char *file,
                      struct arena *mem, char **error)
{
    row->schemes = BROWSE_ALL;
    row->implicit = !text || !*text || *text == ':';
    if (row->implicit)
        return true;
    const char *colon = strchr(text, ':'), *user = text;
    size_t n = colon ? (size_t)(colon - text) : strlen(text);
    const char *slash = memchr(text, '\\', n);
    if (slash) {
        row->domain = bytes_of(text, (size_t)(slash - text));
        user = slash + 1;
        n -= row->domain.n + 1;
    }
    row->user = bytes_of(user, n);
    if (colon && !file) {
        row->password = bytes_str(colon + 1);
        return true;
    }
    row->password = client_verb_password(arena_printf(mem, "Password for %.*s: ", (int)n, user),
                                         file, mem, error);
    return row->password.p != NULL;
}

static bool read_credentials(struct get *o, struct arena *mem, char **error)
{
    o->credentials[1].target = TO_PROXY;
    o->browser.credentials = o->credentials;
    o->browser.n_credentials = 2;
    return read_user(&o->credentials[0], o->user, o->password_file, mem, error) &&
           read_user(&o->credentials[1], o->proxy_user, o->proxy_password_file, mem, error);
}

/* ---- places -----------------------------------------------------------------------------------
 */

static bool read_places(struct get *o, struct web_url *url, struct arena *mem, char **error)
{
    struct web_url proxy;
    *error = arena_printf(mem, "'%s' is no URL: expected http://HOST[:PORT]/PATH, or https",
                          o->url_text);
    if (!web_url_read(o->url_text, mem, url))
        return false;
    o->web.host = url->name;
    o->web.server = (struct dial_place){.host = url->name, .port = url->port};
    *error = arena_printf(mem, "--connect-to: expected HOST[:PORT]");
    if (o->connect_to && !dial_place_read(o->connect_to, url->port, mem, &o->web.server))
        return false;
    o->server.name = url->host;
    if (!o->proxy_text)
        return true;
    *error = arena_printf(mem, "--proxy: expected http://HOST[:PORT]");
    if (!web_url_read(strstr(o->proxy_text, "://") ? o->proxy_text
                                                   : arena_printf(mem, "http://%s", o->proxy_text),
                      mem, &proxy) ||
        proxy.tls)
        return false;
    o->web.proxy = (struct dial_place){.host = proxy.name, .port = proxy.port};
    o->proxy.name = arena_printf(mem, "proxy %s", proxy.host);
    o->browser.proxy = &o->proxy;
    o->browser.proxy_host = proxy.host;
    return true;
}

/* ---- what is printed --------------------------------------------------------------------------
 */

static void print_decisions(const struct trace *trace)
{
    for (size_t i = 0; i < trace->n; i++) {
        const struct decision_told *d = trace->events[i]->decision;
        if (trace->events[i]->kind != EVENT_DECISION || !d)
            continue;
        fprintf(stderr, "\ndecided, %s: %s\n  rule: %s (%s)\n", d->id, d->outcome, d->rule,
                d->spec);
        for (size_t n = 0; n < d->n; n++)
            fprintf(stderr, "  %s (%s): %s\n", d->inputs[n].name, d->inputs[n].subject,
                    d->inputs[n].value);
    }
}

static void print_narration(const struct get *o, struct live_client *c, struct arena *mem)
{
    const char *text =
        trace_text(live_client_trace(c), &o->shared.text, live_client_crypto(c), mem);
    fputs(text + strcspn(text, "\n") + 1, stderr); /* the heading is for lessons */
    print_decisions(live_client_trace(c));
    fputc('\n', stderr);
}

/* The last answer: its head, which the engine does not keep, is the last packet of the trace. */
static void print_head(const struct live_client *c)
{
    const struct trace *trace = live_client_trace(c);
    for (size_t i = trace->n; i--;) {
        const struct event *e = trace->events[i];
        if (e->kind != EVENT_PACKET || e->via != VIA_HTTP || !e->in_reply)
            continue;
        const uint8_t *end = memmem(e->data.p, e->data.n, "\r\n\r\n", 4);
        fwrite(e->data.p, 1, end ? (size_t)(end - e->data.p) + 4 : e->data.n, stdout);
        return;
    }
}

static int finish(const struct get *o, struct live_client *c, bool done, const char *error,
                  struct arena *mem)
{
    const struct browsed *page = live_client_browsed(c);
    struct client_outcome end = live_client_result(c);
    if (o->shared.json)
        return client_verb_end(&o->shared, c, done, error);
    if (o->narrate)
        print_narration(o, c, mem);
    if (!done)
        return verb_trouble("%s", error);
    if (page->fell_back)
        fprintf(stderr, "tessera: not Kerberos: %s\n", page->fell_back);
    if (o->head && page->status)
        print_head(c);
    if (!o->shared.quiet && page->status)
        fwrite(page->body.p, 1, page->body.n, stdout);
    if (end.state != CLIENT_GRANTED)
        fprintf(stderr, "tessera: %s\n", end.text);
    else if (o->narrate)
        fprintf(stderr, "HTTP %d, by %s%s\n", page->status, page->scheme,
                page->proved ? ", and the service proved itself" : "");
    return end.state != CLIENT_GRANTED;
}

static int get(struct get *o, struct arena *mem)
{
    char *error = NULL, *ignored = NULL;
    struct web_url url;
    static const struct tls tls;
    o->web.mem = mem;
    if (!read_places(o, &url, mem, &error) || !read_credentials(o, mem, &error))
        return verb_trouble("%s", error);
    o->shared.client.browser = &o->browser;
    o->shared.client.web = &o->web;
    struct live_client *c = live_client_new(&o->shared.client, mem, &error);
    if (!c)
        return verb_trouble("%s", error);
    live_client_party(c, &o->server, "service");
    if (o->browser.proxy)
        live_client_party(c, &o->proxy, "proxy");
    /* No cache is no trouble here: it is then not Kerberos. */
    bool cached = live_client_load(c, o->shared.cache, &ignored);
    struct client_do_args args = {.task = CLIENT_BROWSE,
                                  .service = &o->server,
                                  .host = url.host,
                                  .target = url.target,
                                  .port = url.port,
                                  .tls = url.tls ? &tls : NULL,
                                  .method = o->method,
                                  .mutual = o->mutual};
    bool done = live_client_do(c, &args, &error);
    int status = finish(o, c, done, error, mem);
    /* The tickets got are kept, where there is a cache to keep them in. */
    if (cached && !live_client_save(c, o->shared.cache, false, &error))
        status = verb_trouble("%s", error);
    live_web_end(&o->web);
    live_client_free(c);
    return status;
}

int verb_get(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"negotiate", OPT_NEGOTIATE, NULL, 0, "Kerberos or NTLM, and say why", 0},
        {"ntlm", OPT_NTLM, NULL, 0, "NTLM by itself", 0},
        {"digest", OPT_DIGEST, NULL, 0, "Digest", 0},
        {"basic", OPT_BASIC, NULL, 0, "Basic: the password itself", 0},
        {"anyauth", OPT_ANYAUTH, NULL, 0, "the strongest that is offered (the default)", 0},
        {"user", 'u', "USER[:PASSWORD]", 0, "who; DOMAIN\\USER too (\":\" or none: the cache's)",
         0},
        {"password-file", OPT_PASSWORD_FILE, "FILE", 0, "the password is the file's first line", 0},
        {"proxy", OPT_PROXY, "URL", 0, "through this proxy", 0},
        {"proxy-user", OPT_PROXY_USER, "USER[:PASSWORD]", 0, "who, to the proxy", 0},
        {"proxy-password-file", OPT_PROXY_PASSWORD_FILE, "FILE", 0, "and its password", 0},
        {"cacert", OPT_CACERT, "FILE", 0, "authorities of certificates, PEM (the system's)", 0},
        {"insecure", 'k', NULL, 0, "the server's certificate is not checked", 0},
        {"connect-to", OPT_CONNECT_TO, "HOST[:PORT]", 0, "the server is there, whatever DNS says",
         0},
        {"request", 'X', "METHOD", 0, "instead of GET", 0},
        {"include", 'i', NULL, 0, "the head of the answer too", 0},
        {NULL, 'v', NULL, 0, "each message and each decision, on stderr", 0},
        {"mutual", OPT_MUTUAL, NULL, 0, "with Kerberos, the server must prove itself", 0},
        {"no-bindings", OPT_NO_BINDINGS, NULL, 0, "no channel bindings", 0},
        {"bare", OPT_BARE, NULL, 0, "Negotiate's tokens without SPNEGO", 0},
        {"lm-level", OPT_LEVEL, "0-5", 0, "LMCompatibilityLevel (3)", 0},
        {0}};
    static const struct argp_child children[] = {{&client_verb_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "URL",
        "Get a page as a browser does: without credentials first, then by the scheme chosen of "
        "those offered. Exit status: 0 the page came (2xx), 1 any other answer, 2 trouble."
        "\vTickets are those of the cache (kinit, tessera logon). A password is asked for on the "
        "terminal, unless it stands behind -u's colon or in a file.",
        children,
        NULL,
        NULL};
    struct get o = {.browser = {.windows2000 = true, .lm_level = 3}};
    verb_parse(&argp, argc, argv, &o);
    struct arena *mem = arena_new(0);
    int status = get(&o, mem);
    arena_free(mem);
    return status;
}
