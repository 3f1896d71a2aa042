/* The options by which `tessera account` says what an account is. */
#ifndef SIM_ACCOUNT_OPTIONS_H
#define SIM_ACCOUNT_OPTIONS_H

#include "sim/verb.h"

#define OPTION_LIST 64       /* entries of a list on one command line */
#define COUNT_MAX   10000000 /* accounts that one command makes */

/* Which of them stand on the command line. */
enum account_given {
    GAVE_FLAGS = 1,
    GAVE_EXPIRES = 2,
    GAVE_PASSWORD_EXPIRES = 4,
    GAVE_HOURS = 8,
    GAVE_SUPPORTED = 16,
    GAVE_UPN = 32,
    GAVE_LIVES = 64,
    GAVE_RID = 128,
    GAVE_GROUPS = 256,
    GAVE_FULL_NAME = 512,
};

enum trust_direction { TRUST_BOTH, TRUST_OUT, TRUST_IN };

/* Options that belong together: to which actions, `tessera account` says. */
enum option_group { OF_ANY, OF_REALM, OF_KEYS, OF_ACCOUNT, OF_OUTPUT, OF_TRUST, OPTION_GROUPS };

struct account_options {
    const char *store, *realm, *preset, *sid, *output, *rename, *password_file;
    struct scenario_account account; /* what was said; what was not is as in a scenario's */
    const char *spns[OPTION_LIST], *no_spns[OPTION_LIST], *keys[OPTION_LIST];
    size_t n_no_spns;
    const char *groups[OPTION_LIST];
    const char *suffixes[OPTION_LIST], *next; /* of a trust */
    size_t n_suffixes;
    enum trust_direction direction;
    int32_t etypes[OPTION_LIST];
    uint32_t given;                  /* enum account_given */
    const char *said[OPTION_GROUPS]; /* an option of each group that stands there; NULL: none */
    bool random, show_keys, windows, duplicates, only_newest, has_seed, transitive;
    uint64_t seed, count;
    const char *words[OPTION_LIST]; /* what stands there without an option */
    size_t n_words;
    struct arena *mem;
};

extern const struct argp account_argp;

#endif
