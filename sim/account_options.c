#include "sim/account_options.h"

#include "base/sid.h"
#include "crypto/crypto.h"
#include "sim/account_names.h"
#include "sim/scenario_rows.h"
#include "sim/scenario_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    O_STORE = 0x100, /* beyond what argp takes for the letter of a short option */
    O_REALM,
    O_PRESET,
    O_ETYPES,
    O_FLAGS,
    O_SPN,
    O_NO_SPN,
    O_KVNO,
    O_PASSWORD_FILE,
    O_RANDOM,
    O_KEY,
    O_SALT,
    O_SUPPORTED,
    O_EXPIRES,
    O_PASSWORD_EXPIRES,
    O_HOURS,
    O_UPN,
    O_KEYS,
    O_OUTPUT,
    O_RENAME,
    O_COUNT,
    O_SEED,
    O_WINDOWS,
    O_DUPLICATES,
    O_NEWEST,
    O_MAX_LIFE,
    O_MAX_RENEW,
    O_DIRECTION,
    O_TRANSITIVE,
    O_SUFFIX,
    O_NEXT,
    O_SID,
    O_RID,
    O_GROUP,
    O_FULL_NAME,
};

static const struct argp_option rows[] = {
    {"store", O_STORE, "FILE", 0, "the store", 0},
    {"realm", O_REALM, "NAME", 0, "init: the realm's name; import: which of the file's realms", 1},
    {"preset", O_PRESET, "NAME", 0, "init: a policy by its date, as windows-2022-11", 1},
    {"windows-names", O_WINDOWS, NULL, 0, "init: names are looked up as Windows does", 1},
    {"duplicates", O_DUPLICATES, NULL, 0, "init: an SPN may stand on two accounts", 1},
    {"sid", O_SID, "SID", 0, "init: a domain's, as S-1-5-21-1-2-3; random: its own", 1},
    {"etypes", O_ETYPES, "LIST", 0, "encryption types of the keys (init: of the realm), by comma",
     2},
    {"password-file", O_PASSWORD_FILE, "FILE", 0, "the password is its first line; - reads it", 2},
    {"random", O_RANDOM, NULL, 0, "random keys", 2},
    {"key", O_KEY, "ETYPE:HEX", 0, "this key; can stand more than once", 2},
    {"salt", O_SALT, "TEXT", 0, "the salt of the password", 2},
    {"kvno", O_KVNO, "N", 0, "the version of the keys (1; set: one more than it has)", 2},
    {"only-newest", O_NEWEST, NULL, 0, "set: keys of older versions are dropped", 2},
    {"flags", O_FLAGS, "LIST", 0, "disabled, no-preauth ... by comma; none: -", 3},
    {"spn", O_SPN, "SPN", 0, "another name of the service; can stand more than once", 3},
    {"no-spn", O_NO_SPN, "SPN", 0, "set: not this one any more", 3},
    {"upn", O_UPN, "NAME", 0, "its user principal name; none: -", 3},
    {"supported-etypes", O_SUPPORTED, "LIST", 0, "msDS-SupportedEncryptionTypes, as 0x1c", 3},
    {"expires", O_EXPIRES, "TIME", 0, "2027-01-01T00:00:00Z; never", 3},
    {"password-expires", O_PASSWORD_EXPIRES, "TIME", 0, "the same, of its password", 3},
    {"logon-hours", O_HOURS, "HOURS", 0, "Mon-Fri 08:00-18:00; always", 3},
    {"max-life", O_MAX_LIFE, "SPAN", 0, "of its tickets: 10h", 3},
    {"max-renew", O_MAX_RENEW, "SPAN", 0, "of its tickets: 7d", 3},
    {"rid", O_RID, "N", 0, "its SID is the domain's with this behind it (add: the next one)", 3},
    {"group", O_GROUP, "NAME|RID", 0, "it is a member; can stand more than once; none: -", 3},
    {"full-name", O_FULL_NAME, "TEXT", 0, "the name for display", 3},
    {"rename", O_RENAME, "NAME", 0, "set: its name from now on", 3},
    {"direction", O_DIRECTION, "out|in|both", 0,
     "trust add: our clients there, its clients here (both)", 5},
    {"transitive", O_TRANSITIVE, NULL, 0, "trust add: so are clients of the realms behind it", 5},
    {"suffix", O_SUFFIX, "DOMAIN", 0, "trust add: its hosts end so; can stand more than once", 5},
    {"next", O_NEXT, "REALM", 0, "trust add: no key, but a way, by that realm", 5},
    {"keys", O_KEYS, NULL, 0, "list: with the keys", 4},
    {"output", O_OUTPUT, "FILE", 0, "keytab, export: where to", 4},
    {"count", O_COUNT, "N", 0, "add: so many accounts, NAME000001 and on", 4},
    {"seed", O_SEED, "N", 0, "random keys from this number, the same ones each time", 4},
    {0}};

/* One after the other, separated by commas; "-" is an empty list. */
static char *next_item(char **rest)
{
    char *item = strsep(rest, ",");
    return item && !strcmp(item, "-") ? NULL : item;
}

static uint32_t bits_of(char *list, const struct choice *choices, const char *what,
                        struct argp_state *state)
{
    uint32_t bits = 0;
    for (char *item; (item = next_item(&list));) {
        size_t i = 0;
        while (choices[i].name && strcmp(choices[i].name, item))
            i++;
        if (choices[i].name) {
            bits |= choices[i].value;
            continue;
        }
        struct account_options *o = state->input;
        char *all = arena_printf(o->mem, "%s", choices[0].name);
        for (i = 1; choices[i].name; i++)
            all = arena_printf(o->mem, "%s, %s", all, choices[i].name);
        argp_error(state, "'%s' is no %s; there are: %s", item, what, all);
    }
    return bits;
}

static void read_etypes(struct account_options *o, char *list, struct argp_state *state)
{
    o->account.n_etypes = 0;
    for (char *item; (item = next_item(&list)) && o->account.n_etypes < OPTION_LIST;) {
        const struct etype_row *row = etype_by_name(bytes_str(item));
        if (!row)
            row = etype_find(atoi(item));
        if (!row) {
            argp_error(state, "'%s' is no encryption type that is known here", item);
            return;
        }
        o->etypes[o->account.n_etypes++] = row->etype;
    }
}

static uint32_t read_supported(char *text, struct argp_state *state)
{
    char *end;
    errno = 0;
    unsigned long v = strtoul(text, &end, 0);
    if (!errno && *text >= '0' && *text <= '9' && !*end && v <= UINT32_MAX)
        return (uint32_t)v;
    return bits_of(text, supported_etype_choices(), "supported encryption type", state);
}

static int64_t when(const char *text, struct argp_state *state)
{
    return strcmp(text, "never") ? verb_time(text, state) : 0;
}

static const char *name(const char *text, struct argp_state *state)
{
    const char *wrong = name_wrong(text, ((struct account_options *)state->input)->mem);
    if (wrong)
        argp_error(state, "%s", wrong);
    return text;
}

static const char *spn(const char *text, struct argp_state *state)
{
    const char *wrong = spn_wrong(text, ((struct account_options *)state->input)->mem);
    if (wrong)
        argp_error(state, "%s", wrong);
    return text;
}

static uint32_t kvno(const char *text, struct argp_state *state)
{
    uint64_t n = verb_number(text, state);
    if (!n || n > INT32_MAX)
        argp_error(state, "a kvno is from 1 to %d", INT32_MAX);
    return (uint32_t)n;
}

static uint64_t count(const char *text, struct argp_state *state)
{
    uint64_t n = verb_number(text, state);
    if (!n || n > COUNT_MAX)
        argp_error(state, "--count is from 1 to %d", COUNT_MAX);
    return n;
}

static void push(const char **list, size_t *n, const char *item, struct argp_state *state)
{
    if (*n == OPTION_LIST) {
        argp_error(state, "more than %d of one kind", OPTION_LIST);
        return;
    }
    list[(*n)++] = item;
}

/* What an account is. */
static error_t parse_account(int key, char *arg, struct argp_state *state)
{
    struct account_options *o = state->input;
    switch (key) {
    case O_FLAGS:
        o->account.flags = bits_of(arg, account_flag_choices(), "flag", state);
        o->given |= GAVE_FLAGS;
        return 0;
    case O_SPN:
        push(o->spns, &o->account.n_spns, spn(arg, state), state);
        return 0;
    case O_NO_SPN:
        push(o->no_spns, &o->n_no_spns, arg, state);
        return 0;
    case O_UPN:
        o->account.upn = strcmp(arg, "-") ? name(arg, state) : NULL;
        o->given |= GAVE_UPN;
        return 0;
    case O_SUPPORTED:
        o->account.supported_etypes = read_supported(arg, state);
        o->given |= GAVE_SUPPORTED;
        return 0;
    case O_EXPIRES:
        o->account.expires = when(arg, state);
        o->given |= GAVE_EXPIRES;
        return 0;
    case O_PASSWORD_EXPIRES:
        o->account.password_expires = when(arg, state);
        o->given |= GAVE_PASSWORD_EXPIRES;
        return 0;
    case O_HOURS:
        if (strcmp(arg, "always") && !hours_read(o->mem, arg, &o->account.logon_hours))
            argp_error(state, "'%s' is not hours as in Mon-Fri 08:00-18:00", arg);
        o->given |= GAVE_HOURS;
        return 0;
    case O_MAX_LIFE:
        o->account.max_life = verb_span(arg, state);
        o->given |= GAVE_LIVES;
        return 0;
    case O_MAX_RENEW:
        o->account.max_renew = verb_span(arg, state);
        o->given |= GAVE_LIVES;
        return 0;
    case O_RENAME:
        o->rename = arg;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

/* What Windows' logon adds to it. */
static error_t parse_windows(int key, char *arg, struct argp_state *state)
{
    struct account_options *o = state->input;
    uint64_t rid;
    struct sid sid;
    switch (key) {
    case O_SID:
        if (strcmp(arg, "random") && !sid_parse(bytes_str(arg), &sid))
            argp_error(state, "'%s' is no SID as in S-1-5-21-1-2-3", arg);
        o->sid = arg;
        return 0;
    case O_RID:
        rid = verb_number(arg, state);
        if (!rid || rid > UINT32_MAX)
            argp_error(state, "a RID is from 1 to %u", (unsigned)UINT32_MAX);
        o->account.rid = (uint32_t)rid;
        o->given |= GAVE_RID;
        return 0;
    case O_GROUP:
        if (strcmp(arg, "-"))
            push(o->groups, &o->account.n_groups, arg, state);
        o->given |= GAVE_GROUPS;
        return 0;
    case O_FULL_NAME:
        o->account.full_name = arg;
        o->given |= GAVE_FULL_NAME;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

/* What its keys are made of. */
static error_t parse_keys(int key, char *arg, struct argp_state *state)
{
    struct account_options *o = state->input;
    switch (key) {
    case O_ETYPES:
        read_etypes(o, arg, state);
        return 0;
    case O_PASSWORD_FILE:
        o->password_file = arg;
        return 0;
    case O_RANDOM:
        o->random = true;
        return 0;
    case O_KEY:
        push(o->keys, &o->account.n_keys, arg, state);
        return 0;
    case O_SALT:
        o->account.salt = arg;
        return 0;
    case O_KVNO:
        o->account.kvno = kvno(arg, state);
        return 0;
    case O_NEWEST:
        o->only_newest = true;
        return 0;
    case O_SEED:
        o->seed = verb_number(arg, state);
        o->has_seed = true;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

/* Of a trust. */
static error_t parse_trust(int key, char *arg, struct argp_state *state)
{
    static const char *const directions[] = {"both", "out", "in"};
    struct account_options *o = state->input;
    switch (key) {
    case O_DIRECTION:
        for (int i = 0; i < 3; i++)
            if (!strcmp(arg, directions[i]))
                return o->direction = (enum trust_direction)i, 0;
        argp_error(state, "'%s' is none of out, in and both", arg);
        return 0;
    case O_TRANSITIVE:
        o->transitive = true;
        return 0;
    case O_SUFFIX:
        push(o->suffixes, &o->n_suffixes, arg, state);
        return 0;
    case O_NEXT:
        o->next = arg;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct account_options *o = state->input;
    for (const struct argp_option *row = rows; row->name; row++)
        if (row->key == key)
            o->said[row->group] = row->name;
    switch (key) {
    case O_STORE:
        o->store = arg;
        return 0;
    case O_REALM:
        o->realm = arg;
        return 0;
    case O_PRESET:
        o->preset = arg;
        return 0;
    case O_WINDOWS:
        o->windows = true;
        return 0;
    case O_DUPLICATES:
        o->duplicates = true;
        return 0;
    case O_KEYS:
        o->show_keys = true;
        return 0;
    case O_OUTPUT:
        o->output = arg;
        return 0;
    case O_COUNT:
        o->count = count(arg, state);
        return 0;
    case ARGP_KEY_ARG:
        push(o->words, &o->n_words, arg, state);
        return 0;
    }
    error_t known = parse_account(key, arg, state);
    if (known == ARGP_ERR_UNKNOWN)
        known = parse_windows(key, arg, state);
    if (known == ARGP_ERR_UNKNOWN)
        known = parse_keys(key, arg, state);
    return known == ARGP_ERR_UNKNOWN ? parse_trust(key, arg, state) : known;
}

const struct argp account_argp = {
    rows,
    parse,
    "init\nadd NAME\nset NAME\ndelete NAME\nlist [NAME]\nkeytab [NAME...]\nimport FILE\nexport\n"
    "check\ntrust add REALM\ntrust delete REALM\ntrust list [REALM]",
    "The accounts of a store: a realm in a file, which `tessera live --store FILE` serves."
    "\vadd and set take a password from the terminal, unless --password-file, --random or --key "
    "says otherwise (set: only when something is said of keys); what they make is printed "
    "as ETYPE KVNO HEXKEY. import takes a scenario file, as export writes one. A trust's keys are "
    "made "
    "like an account's: of the same password, both sides make the same ones. A change reaches a "
    "running realm with its next request.",
    NULL,
    NULL,
    NULL};
