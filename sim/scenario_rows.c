#include "sim/scenario_rows.h"

#include "base/when.h"
#include "realm/realm.h"
#include "sim/scenario.h"

/* K(key, kind, struct, member, ...); KN where the struct has n_MEMBER beside it. */
#define N(rows) (sizeof(rows) / sizeof *(rows))
#define K(key, k, s, m, ...)                                                                       \
    {                                                                                              \
        .name = key, .kind = k, .at = offsetof(struct s, m), ##__VA_ARGS__                         \
    }
#define KN(key, k, s, m, ...) K(key, k, s, m, .count_at = offsetof(struct s, n_##m), ##__VA_ARGS__)
#define IN(kind)              (1u << (kind))

/* ---- accounts ------------------------------------------------------------------------------- */
static const struct choice account_flags[] = {
    {"disabled", ACCOUNT_DISABLED},
    {"no-preauth", ACCOUNT_NO_PREAUTH},
    {"not-delegated", ACCOUNT_NOT_DELEGATED},
    {"ok-as-delegate", ACCOUNT_OK_AS_DELEGATE},
    {"no-server", ACCOUNT_NO_SERVER},
    {"must-change-password", ACCOUNT_MUST_CHANGE},
    {NULL, 0},
};
static const struct key_row account_rows[] = {
    K("name", V_NAME, scenario_account, name, .required = true),
    K("password", V_NAME, scenario_account, password),
    K("salt", V_NAME, scenario_account, salt),
    KN("spns", V_NAMES, scenario_account, spns),
    KN("etypes", V_ETYPES, scenario_account, etypes),
    K("kvno", V_U32, scenario_account, kvno),
    K("flags", V_FLAGS, scenario_account, flags, .choices = account_flags),
    K("max_life", V_SPAN, scenario_account, max_life),
    K("max_renew", V_SPAN, scenario_account, max_renew),
    K("expires", V_TIME, scenario_account, expires),
};
static const struct scenario_account account_initial = {.kvno = 1};
static const struct shape account_shape = {
    "account",        account_rows,
    N(account_rows),  sizeof(struct scenario_account),
    &account_initial, offsetof(struct scenario_account, line),
    NO_KIND,          NULL,
};

/* ---- parties -------------------------------------------------------------------------------- */
static const struct choice roles[] = {
    {"client", ROLE_CLIENT},
    {"kdc", ROLE_KDC},
    {"service", ROLE_SERVICE},
    {"eavesdropper", ROLE_EAVESDROPPER},
    {NULL, 0},
};
static const struct choice transports[] = {
    {"udp", VIA_UDP},
    {"tcp", VIA_TCP},
    {NULL, 0},
};
static const struct key_row party_rows[] = {
    K("name", V_NAME, scenario_party, name, .required = true),
    K("role", V_CHOICE, scenario_party, role, .required = true, .choices = roles),
    K("address", V_ADDRESS, scenario_party, address),
    K("clock", V_SPAN, scenario_party, clock),
    K("account", V_NAME, scenario_party, account, .only = IN(ROLE_CLIENT) | IN(ROLE_SERVICE)),
    K("spn", V_NAME, scenario_party, spn, .only = IN(ROLE_SERVICE)),
    KN("etypes", V_ETYPES, scenario_party, etypes, .only = IN(ROLE_CLIENT)),
    K("via", V_CHOICE, scenario_party, via, .only = IN(ROLE_CLIENT), .choices = transports),
    K("acceptor_subkey", V_BOOL, scenario_party, acceptor_subkey, .only = IN(ROLE_SERVICE)),
};
static const struct shape party_shape = {
    "party",
    party_rows,
    N(party_rows),
    sizeof(struct scenario_party),
    NULL,
    offsetof(struct scenario_party, line),
    offsetof(struct scenario_party, role),
    roles,
};

/* ---- steps ---------------------------------------------------------------------------------- */
static const struct key_row note_rows[] = {
    K("message", V_NAME, scenario_note, message, .required = true),
    K("document", V_PROSE, scenario_note, document),
    K("wire", V_PROSE, scenario_note, wire, .required = true),
    K("spec", V_NAME, scenario_note, spec, .required = true),
    K("ids", V_NAME, scenario_note, ids),
};
static const struct shape note_shape = {
    "note",       note_rows,
    N(note_rows), sizeof(struct scenario_note),
    NULL,         offsetof(struct scenario_note, line),
    NO_KIND,      NULL,
};

static const struct choice step_kinds[] = {
    {"logon", DO_LOGON}, {"ticket", DO_TICKET}, {"get", DO_GET}, {"wait", DO_WAIT},
    {"clock", DO_CLOCK}, {"say", DO_SAY},       {NULL, 0},
};
#define ASKING (IN(DO_LOGON) | IN(DO_TICKET) | IN(DO_GET))
static const struct key_row step_rows[] = {
    K("do", V_CHOICE, scenario_step, kind, .required = true, .choices = step_kinds),
    K("say", V_PROSE, scenario_step, say),
    K("party", V_NAME, scenario_step, party, .only = ASKING | IN(DO_CLOCK)),
    K("principal", V_NAME, scenario_step, principal, .only = IN(DO_LOGON)),
    K("password", V_NAME, scenario_step, password, .only = IN(DO_LOGON)),
    K("with_keytab", V_BOOL, scenario_step, with_keytab, .only = IN(DO_LOGON)),
    K("keytab_salt", V_NAME, scenario_step, keytab_salt, .only = IN(DO_LOGON)),
    K("timestamp_first", V_BOOL, scenario_step, timestamp_first, .only = IN(DO_LOGON)),
    K("options", V_OPTIONS, scenario_step, kdc_options, .only = ASKING),
    K("life", V_SPAN, scenario_step, life, .only = ASKING),
    K("renew_life", V_SPAN, scenario_step, renew_life, .only = ASKING),
    K("spn", V_NAME, scenario_step, spn, .only = IN(DO_TICKET) | IN(DO_GET)),
    K("service", V_NAME, scenario_step, service, .only = IN(DO_GET)),
    K("target", V_NAME, scenario_step, target, .only = IN(DO_GET)),
    K("host", V_NAME, scenario_step, host, .only = IN(DO_GET)),
    K("mutual", V_BOOL, scenario_step, mutual, .only = IN(DO_GET)),
    K("for", V_SPAN, scenario_step, span, .only = IN(DO_WAIT)),
    K("ahead", V_SPAN, scenario_step, clock, .only = IN(DO_CLOCK)),
    K("expect", V_EXPECT, scenario_step, expect, .only = ASKING),
    KN("notes", V_LIST, scenario_step, notes, .only = ASKING, .shape = &note_shape),
};
static const struct scenario_step step_initial = {.mutual = true, .target = "/"};
static const struct shape step_shape = {
    "step",
    step_rows,
    N(step_rows),
    sizeof(struct scenario_step),
    &step_initial,
    offsetof(struct scenario_step, line),
    offsetof(struct scenario_step, kind),
    step_kinds,
};

/* ---- tampering ------------------------------------------------------------------------------ */
static const struct choice tamper_kinds[] = {
    {"drop", TAMPER_DROP},
    {"replay", TAMPER_REPLAY},
    {"delay", TAMPER_DELAY},
    {"flip", TAMPER_FLIP},
    {"substitute", TAMPER_SUBSTITUTE},
    {"truncate", TAMPER_TRUNCATE},
    {NULL, 0},
};
static const struct key_row tamper_rows[] = {
    K("do", V_CHOICE, scenario_tamper, kind, .required = true, .choices = tamper_kinds),
    K("packet", V_SIZE, scenario_tamper, packet),
    K("message", V_NAME, scenario_tamper, message),
    K("nth", V_SIZE, scenario_tamper, nth),
    K("field", V_NAME, scenario_tamper, field, .only = IN(TAMPER_FLIP) | IN(TAMPER_SUBSTITUTE)),
    K("bit", V_SIZE, scenario_tamper, bit, .only = IN(TAMPER_FLIP)),
    K("after", V_SPAN, scenario_tamper, span, .only = IN(TAMPER_DELAY) | IN(TAMPER_REPLAY)),
    K("at", V_SIZE, scenario_tamper, at, .only = IN(TAMPER_TRUNCATE) | IN(TAMPER_SUBSTITUTE)),
    K("octets", V_OCTETS, scenario_tamper, octets, .only = IN(TAMPER_SUBSTITUTE)),
};
static const struct scenario_tamper tamper_initial = {.nth = 1};
static const struct shape tamper_shape = {
    "change",
    tamper_rows,
    N(tamper_rows),
    sizeof(struct scenario_tamper),
    &tamper_initial,
    offsetof(struct scenario_tamper, line),
    offsetof(struct scenario_tamper, kind),
    tamper_kinds,
};

/* ---- the whole ------------------------------------------------------------------------------ */
static const struct key_row realm_rows[] = {
    K("name", V_NAME, scenario, realm, .required = true),
    KN("etypes", V_ETYPES, scenario, etypes),
    K("skew", V_SPAN, scenario, skew),
    K("max_life", V_SPAN, scenario, max_life),
    K("max_renew", V_SPAN, scenario, max_renew),
    K("udp_limit", V_SIZE, scenario, udp_limit),
};
static const struct shape realm_shape = {
    "realm", realm_rows, N(realm_rows), 0, NULL, NO_KIND, NO_KIND, NULL,
};

static const struct key_row scenario_rows[] = {
    K("title", V_PROSE, scenario, title, .required = true),
    K("goal", V_PROSE, scenario, goal),
    K("takeaway", V_PROSE, scenario, takeaway),
    KN("try_next", V_PROSES, scenario, try_next),
    KN("covers", V_NAMES, scenario, covers),
    K("realm", V_INSIDE, scenario, realm, .required = true, .shape = &realm_shape),
    K("start", V_TIME, scenario, start),
    K("seed", V_U64, scenario, seed),
    KN("accounts", V_LIST, scenario, accounts, .required = true, .shape = &account_shape),
    KN("parties", V_LIST, scenario, parties, .shape = &party_shape),
    KN("steps", V_LIST, scenario, steps, .shape = &step_shape),
    KN("tamper", V_LIST, scenario, tampers, .shape = &tamper_shape),
};
static const struct scenario scenario_initial = {
    .goal = "",
    .takeaway = "",
    .start = 1795294315 * SECOND, /* 2026-11-21T20:51:55Z */
    .seed = 1,
    .skew = 5 * MINUTE,
    .max_life = 10 * HOUR,
    .max_renew = 7 * DAY,
    .udp_limit = 1465,
};
const struct shape scenario_shape = {
    "scenario",        scenario_rows, N(scenario_rows), sizeof(struct scenario),
    &scenario_initial, NO_KIND,       NO_KIND,          NULL,
};

/* ---- kinds as words ------------------------------------------------------------------------- */
static const char *choice_text(const struct choice *c, uint32_t value)
{
    for (; c->name; c++)
        if (c->value == value)
            return c->name;
    return "";
}

const char *step_kind_text(uint32_t kind)
{
    return choice_text(step_kinds, kind);
}

const char *tamper_kind_text(uint32_t kind)
{
    return choice_text(tamper_kinds, kind);
}

const char *role_text(uint32_t role)
{
    return choice_text(roles, role);
}
