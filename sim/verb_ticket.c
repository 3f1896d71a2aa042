/* `tessera ticket`: what kvno does, explained. */
#include "sim/verb_client.h"
#include "sim/verbs.h"
#include "wire/names.h"

#include <stdio.h>
#include <string.h>

#define SPNS_MAX 32

struct ticket {
    struct client_verb shared;
    struct client_do_args ask;
    const char *spns[SPNS_MAX], *user_to_user;
    size_t n_spns;
};

enum { OPT_U2U = 1, OPT_FORWARD };

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct ticket *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->shared;
        return 0;
    case OPT_U2U:
        o->user_to_user = arg;
        return 0;
    case OPT_FORWARD:
        o->ask.task = CLIENT_FORWARD;
        return 0;
    case 'C':
        o->ask.kdc_options |= KDC_OPT_CANONICALIZE;
        return 0;
    case ARGP_KEY_ARG:
        if (o->n_spns == SPNS_MAX)
            argp_error(state, "at most %d at a time", SPNS_MAX);
        o->spns[o->n_spns++] = arg;
        return 0;
    case ARGP_KEY_END:
        if (!o->n_spns && o->ask.task == CLIENT_TICKET)
            argp_error(state, "a ticket for which service? HTTP/www.example.test, for example");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The outcome of the last is said by client_verb_end. */
static int one(struct ticket *o, struct live_client *c, bool last, bool *done, char **error)
{
    *done = live_client_do(c, &o->ask, error);
    struct client_outcome end = live_client_result(c);
    if (!last && *done && !o->shared.json)
        printf("%s\n", end.text);
    return end.state != CLIENT_GRANTED;
}

/* As kvno: each is asked for, and one that fails does not keep the others back. */
static int all(struct ticket *o, struct live_client *c, struct arena *mem)
{
    int status = 0;
    char *error = NULL;
    struct ccache *second = arena_new_of(mem, struct ccache);
    if (!live_client_load(c, o->shared.cache, &error) ||
        (o->user_to_user && !live_cache_read(o->user_to_user, mem, second, &error)))
        return verb_trouble("%s", error);
    if (o->user_to_user)
        o->ask.second_ticket = second;
    bool done = true;
    size_t n = o->n_spns ? o->n_spns : 1;
    for (size_t i = 0; i < n && done; i++) {
        o->ask.spn = o->spns[i];
        status |= one(o, c, i + 1 == n, &done, &error);
    }
    int ended = client_verb_end(&o->shared, c, done, error);
    if (ended == 2)
        return 2;
    if (!live_client_save(c, o->shared.cache, false, &error))
        return verb_trouble("%s", error);
    return status;
}

int verb_ticket(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"u2u", OPT_U2U, "CACHE", 0, "user to user: sealed under the TGT in this cache", 0},
        {"forward", OPT_FORWARD, NULL, 0, "a forwarded ticket-granting ticket instead", 0},
        {NULL, 'C', NULL, 0, "the KDC may answer with another name or refer to another realm", 0},
        {0}};
    static const struct argp_child children[] = {{&client_verb_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "SPN...",
        "Get tickets for services with the ticket-granting ticket in the cache, and explain each "
        "message. Exit status: 0 all came, 1 one was refused, 2 trouble."
        "\vHTTP/www.example.test is a web server's, host/server.example.test a machine's.",
        children,
        NULL,
        NULL};
    struct ticket o = {.ask = {.task = CLIENT_TICKET}};
    verb_parse(&argp, argc, argv, &o);
    struct arena *mem = arena_new(0);
    char *error = NULL;
    struct live_client *c = live_client_new(&o.shared.client, mem, &error);
    int status = c ? all(&o, c, mem) : verb_trouble("%s", error);
    if (c)
        live_client_free(c);
    arena_free(mem);
    return status;
}
