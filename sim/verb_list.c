/* `tessera list`: the built-in scenarios, or the accounts of one. */
#include "sim/scenario_rows.h"
#include "sim/verb.h"
#include "sim/verbs.h"

#include <stdio.h>
#include <string.h>

struct list_options {
    bool accounts;
    const char *scenario;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct list_options *o = state->input;
    switch (key) {
    case 'a':
        o->accounts = true;
        return 0;
    case ARGP_KEY_ARG:
        if (o->scenario)
            argp_error(state, "one scenario at a time");
        o->scenario = arg;
        return 0;
    case ARGP_KEY_END:
        if (o->scenario && !o->accounts)
            argp_error(state, "a scenario is named only with --accounts");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int list_scenarios(struct arena *mem)
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    for (size_t i = 0; i < n; i++) {
        struct scenario s;
        if (!verb_scenario(all[i].name, mem, &s))
            return 2;
        printf("%-25s %s\n", s.name, s.title);
    }
    return 0;
}

/* What is not as usual. */
static void print_rest(const struct scenario_account *a)
{
    if (a->kvno > 1)
        printf("  kvno %u", (unsigned)a->kvno);
    for (size_t i = 0; i < a->n_etypes; i++)
        printf("%s%d", i ? " " : "  etypes ", (int)a->etypes[i]);
    const char *before = "  ";
    for (const struct choice *c = account_flag_choices(); c->name; c++)
        if (a->flags & c->value) {
            printf("%s%s", before, c->name);
            before = " ";
        }
    if (a->supported_etypes)
        printf("  supported 0x%x", (unsigned)a->supported_etypes);
    if (a->expires)
        fputs("  expires", stdout);
    if (a->password_expires)
        fputs("  password expires", stdout);
    if (a->logon_hours)
        fputs("  logon hours", stdout);
    if (a->upn)
        printf("  upn %s", a->upn);
}

static int list_accounts(const char *name, struct arena *mem)
{
    struct scenario s;
    int wide = 0;
    if (!verb_scenario(name, mem, &s))
        return 2;
    for (size_t i = 0; i < s.n_accounts; i++)
        if ((int)strlen(s.accounts[i].name) > wide)
            wide = (int)strlen(s.accounts[i].name);
    for (size_t i = 0; i < s.n_accounts; i++) {
        const struct scenario_account *a = &s.accounts[i];
        printf("%-*s  %s", wide, a->name,
               a->password ? a->password
               : a->n_keys ? "(keys as they are)"
                           : "(random key)");
        print_rest(a);
        for (size_t j = 0; j < a->n_spns; j++)
            printf("  %s", a->spns[j]);
        putchar('\n');
    }
    return 0;
}

int verb_list(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"accounts", 'a', NULL, 0,
         "the accounts of a scenario: name, password, what is not as usual, further names "
         "(of a store: tessera account list)",
         0},
        {0}};
    static const struct argp argp = {options,
                                     parse,
                                     "[SCENARIO]",
                                     "List the built-in scenarios; with --accounts, the accounts "
                                     "of SCENARIO (example-test).",
                                     NULL,
                                     NULL,
                                     NULL};
    struct list_options o = {0};
    verb_parse(&argp, argc, argv, &o);
    struct arena *mem = arena_new(0);
    int status = o.accounts ? list_accounts(o.scenario ? o.scenario : "example-test", mem)
                            : list_scenarios(mem);
    arena_free(mem);
    return status;
}
