/* `tessera passwd`: what kpasswd does, explained. */
#include "sim/verb_client.h"
#include "sim/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct passwd {
    struct client_verb shared;
    struct client_do_args ask;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct passwd *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->shared;
        return 0;
    case 'u':
        o->ask.change_for = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (o->ask.principal)
            argp_error(state, "one principal at a time");
        o->ask.principal = arg;
        return 0;
    case ARGP_KEY_END:
        if (!o->ask.principal)
            argp_error(state, "whose password?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The old one, and the new one once: what is typed wrong can be changed again with kpasswd. */
static bool read_passwords(struct passwd *o, struct arena *mem, char **error)
{
    const char *whose = o->ask.change_for ? o->ask.change_for : o->ask.principal;
    o->ask.password = client_verb_password(arena_printf(mem, "Password for %s: ", o->ask.principal),
                                           NULL, mem, error);
    if (o->ask.password.p)
        o->ask.new_password = client_verb_password(
            arena_printf(mem, "New password for %s: ", whose), NULL, mem, error);
    return o->ask.new_password.p != NULL;
}

static int change(struct passwd *o, struct arena *mem)
{
    char *error = NULL;
    struct live_client *c = live_client_new(&o->shared.client, mem, &error);
    if (!c)
        return verb_trouble("%s", error);
    int status;
    if (!read_passwords(o, mem, &error)) {
        status = verb_trouble("%s", error);
    } else {
        bool done = live_client_do(c, &o->ask, &error);
        status = client_verb_end(&o->shared, c, done, error);
    }
    live_client_free(c);
    return status;
}

int verb_passwd(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {NULL, 'u', "OTHER", 0, "set the password of this principal instead (RFC 3244)", 0}, {0}};
    static const struct argp_child children[] = {{&client_verb_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "PRINCIPAL",
        "Change a password as kpasswd does, and explain each message. The old password and the new "
        "one are asked for, or are two lines of standard input. Exit status: 0 changed, 1 refused, "
        "2 trouble.",
        children,
        NULL,
        NULL};
    struct passwd o = {.ask = {.task = CLIENT_PASSWORD}};
    verb_parse(&argp, argc, argv, &o);
    struct arena *mem = arena_new(0);
    int status = change(&o, mem);
    arena_free(mem);
    return status;
}
