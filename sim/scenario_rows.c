#include "sim/scenario_rows_inside.h"

#include "base/when.h"
#include "client/client.h"
#include "realm/realm.h"
#include "service/service.h"

/* ---- accounts ------------------------------------------------------------------------------- */
static const struct choice account_flags[] = {
    {"disabled", ACCOUNT_DISABLED},
    {"no-preauth", ACCOUNT_NO_PREAUTH},
    {"not-delegated", ACCOUNT_NOT_DELEGATED},
    {"ok-as-delegate", ACCOUNT_OK_AS_DELEGATE},
    {"no-server", ACCOUNT_NO_SERVER},
    {"must-change-password", ACCOUNT_MUST_CHANGE},
    {"sets-passwords", ACCOUNT_SETS_PASSWORDS},
    {"locked", ACCOUNT_LOCKED},
    {"machine", ACCOUNT_MACHINE},
    {"fast-required", ACCOUNT_FAST_REQUIRED},
    {"trust", ACCOUNT_TRUST},
    {"des-only", ACCOUNT_DES_ONLY},
    {"reversible", ACCOUNT_REVERSIBLE},
    {NULL, 0},
};
/* msDS-SupportedEncryptionTypes, MS-KILE 2.2.7. */
static const struct choice supported[] = {
    {"des-cbc-crc", 0x1},
    {"des-cbc-md5", 0x2},
    {"rc4-hmac", 0x4},
    {"aes128-cts-hmac-sha1-96", 0x8},
    {"aes256-cts-hmac-sha1-96", 0x10},
    {"aes256-sk", 0x20},
    {"fast", 0x10000},
    {"compound-identity", 0x20000},
    {"claims", 0x40000},
    {NULL, 0},
};
const struct choice *account_flag_choices(void)
{
    return account_flags;
}

const struct choice *supported_etype_choices(void)
{
    return supported;
}

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
    K("realm", V_NAME, scenario_account, realm),
    KN("old_passwords", V_NAMES, scenario_account, old_passwords),
    K("password_expires", V_TIME, scenario_account, password_expires),
    K("logon_hours", V_HOURS, scenario_account, logon_hours),
    K("supported_etypes", V_BITS, scenario_account, supported_etypes, .choices = supported),
    K("upn", V_NAME, scenario_account, upn),
    KN("keys", V_NAMES, scenario_account, keys),
    K("rid", V_U32, scenario_account, rid),
    KN("groups", V_NAMES, scenario_account, groups),
    K("full_name", V_NAME, scenario_account, full_name),
    KN("workstations", V_NAMES, scenario_account, workstations),
    K("certificate", V_NAME, scenario_account, certificate),
    K("nt_hash", V_NAME, scenario_account, nt_hash),
    K("wdigest", V_NAME, scenario_account, wdigest),
    K("stored_password", V_NAME, scenario_account, stored_password),
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
    {"dns", ROLE_DNS},
    {"proxy", ROLE_PROXY},
    {NULL, 0},
};
static const struct choice name_policies[] = {
    {"as-typed", NAMES_AS_TYPED}, {"forward", NAMES_FORWARD}, {"reverse", NAMES_REVERSE},
    {"fallback", NAMES_FALLBACK}, {"sspi", NAMES_SSPI},       {NULL, 0},
};
static const struct choice kvno_policies[] = {
    {"strict", KVNO_STRICT},
    {"lenient", KVNO_LENIENT},
    {"highest", KVNO_HIGHEST},
    {NULL, 0},
};
static const struct choice error_policies[] = {
    {"rfc", 0},
    {"windows", 1},
    {NULL, 0},
};
static const struct key_row host_rows[] = {
    K("name", V_NAME, scenario_host, name, .required = true),
    K("address", V_ADDRESS, scenario_host, address),
    K("alias_of", V_NAME, scenario_host, alias_of),
    K("ptr", V_NAME, scenario_host, ptr),
    K("srv", V_NAME, scenario_host, srv),
};
static const struct shape host_shape = {
    "host",       host_rows,
    N(host_rows), sizeof(struct scenario_host),
    NULL,         offsetof(struct scenario_host, line),
    NO_KIND,      NULL,
};
static const struct choice transports[] = {
    {"udp", VIA_UDP},
    {"tcp", VIA_TCP},
    {NULL, 0},
};
#define SERVICE IN(ROLE_SERVICE)
static const struct key_row party_rows[] = {
    K("name", V_NAME, scenario_party, name, .required = true),
    K("role", V_CHOICE, scenario_party, role, .required = true, .choices = roles),
    K("address", V_ADDRESS, scenario_party, address),
    K("clock", V_SPAN, scenario_party, clock),
    K("account", V_NAME, scenario_party, account, .only = IN(ROLE_CLIENT) | IN(ROLE_SERVICE)),
    K("spn", V_NAME, scenario_party, spn, .only = IN(ROLE_SERVICE) | IN(ROLE_PROXY)),
    KN("etypes", V_ETYPES, scenario_party, etypes, .only = IN(ROLE_CLIENT)),
    K("via", V_CHOICE, scenario_party, via, .only = IN(ROLE_CLIENT), .choices = transports),
    K("acceptor_subkey", V_BOOL, scenario_party, acceptor_subkey, .only = IN(ROLE_SERVICE)),
    K("realm", V_NAME, scenario_party, realm,
      .only = IN(ROLE_CLIENT) | IN(ROLE_KDC) | IN(ROLE_SERVICE) | IN(ROLE_PROXY)),
    K("names", V_CHOICE, scenario_party, names, .only = IN(ROLE_CLIENT), .choices = name_policies),
    K("ledger", V_BOOL, scenario_party, ledger, .only = IN(ROLE_EAVESDROPPER)),
    K("discover", V_BOOL, scenario_party, discover, .only = IN(ROLE_CLIENT)),
    K("port", V_SIZE, scenario_party, port, .only = SERVICE | IN(ROLE_PROXY)),
    K("kvno_policy", V_CHOICE, scenario_party, kvno_policy, .only = IN(ROLE_SERVICE),
      .choices = kvno_policies),
    K("errors", V_CHOICE, scenario_party, windows_errors, .only = IN(ROLE_SERVICE),
      .choices = error_policies),
    K("u2u", V_NAME, scenario_party, u2u, .only = IN(ROLE_SERVICE)),
    K("compare_addresses", V_BOOL, scenario_party, compare_addresses, .only = IN(ROLE_SERVICE)),
    KN("hosts", V_LIST, scenario_party, hosts, .only = IN(ROLE_DNS), .shape = &host_shape),
    K("browser", V_INSIDE, scenario_party, browser, .only = IN(ROLE_CLIENT),
      .shape = &browser_shape),
    K("computer", V_NAME, scenario_party, server.computer, .only = SERVICE | IN(ROLE_PROXY)),
    K("controller", V_NAME, scenario_party, server.controller, .only = SERVICE | IN(ROLE_PROXY)),
    K("local", V_NAME, scenario_party, server.local, .only = SERVICE | IN(ROLE_PROXY)),
    K("pool", V_NAME, scenario_party, server.pool, .only = SERVICE),
    K("iusr", V_NAME, scenario_party, server.iusr, .only = SERVICE),
    K("tls", V_BOOL, scenario_party, server.tls, .only = SERVICE),
    K("tls_port", V_SIZE, scenario_party, server.tls_port, .only = SERVICE),
    K("ntlm", V_INSIDE, scenario_party, server.ntlm, .only = SERVICE | IN(ROLE_PROXY),
      .shape = &ntlm_shape),
    K("preset", V_CHOICE, scenario_party, server.preset, .only = SERVICE, .choices = web_presets),
    K("apps", V_LIST, scenario_party, server.apps, .only = SERVICE, .shape = &app_shape,
      .count_at = offsetof(struct scenario_party, server.n_apps)),
    K("schemes", V_FLAGS, scenario_party, proxy.schemes, .only = IN(ROLE_PROXY),
      .choices = auth_schemes),
    K("shares_connections", V_BOOL, scenario_party, proxy.shares_connections,
      .only = IN(ROLE_PROXY)),
    K("relay", V_NAME, scenario_party, proxy.relay, .only = IN(ROLE_PROXY)),
    K("terminates_tls", V_BOOL, scenario_party, proxy.terminates_tls, .only = IN(ROLE_PROXY)),
};
static const struct scenario_party party_initial = {
    .compare_addresses = true,
    .browser =
        {.intranet = true, .kerberos = true, .ntlm = true, .lm_level = 3, .windows2000 = true},
    .server = {.tls_port = 443, .ntlm = {.level = 3}},
};
static const struct shape party_shape = {
    "party",
    party_rows,
    N(party_rows),
    sizeof(struct scenario_party),
    &party_initial,
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
    {"logon", DO_LOGON},
    {"ticket", DO_TICKET},
    {"get", DO_GET},
    {"renew", DO_RENEW},
    {"validate", DO_VALIDATE},
    {"forward", DO_FORWARD},
    {"proxy", DO_PROXY},
    {"change-password", DO_PASSWORD},
    {"browse", DO_BROWSE},
    {"change-account", DO_CHANGE},
    {"change-realm", DO_REALM},
    {"wait", DO_WAIT},
    {"clock", DO_CLOCK},
    {"say", DO_SAY},
    {NULL, 0},
};
static const struct choice name_types[] = {
    {"principal", NT_PRINCIPAL}, {"srv-inst", NT_SRV_INST},     {"srv-hst", NT_SRV_HST},
    {"x500", NT_X500_PRINCIPAL}, {"enterprise", NT_ENTERPRISE}, {NULL, 0},
};
static const struct choice keytab_changes[] = {
    {"as-it-is", KEYTAB_AS_IT_IS},
    {"refresh", KEYTAB_REFRESH},
    {"add", KEYTAB_ADD},
    {NULL, 0},
};
#define LOGON    IN(DO_LOGON)
#define PASSWORD IN(DO_PASSWORD)
#define CHANGE   IN(DO_CHANGE)
#define ASKING   (IN(DO_BROWSE + 1) - 1)
#define BROWSE   IN(DO_BROWSE)
#define GIVEN(bit)                                                                                 \
    .only = CHANGE, .given_at = offsetof(struct scenario_step, change.given), .given = (bit)
static const struct key_row step_rows[] = {
    K("do", V_CHOICE, scenario_step, kind, .required = true, .choices = step_kinds),
    K("say", V_PROSE, scenario_step, say),
    K("party", V_NAME, scenario_step, party, .only = ASKING | IN(DO_CLOCK)),
    K("principal", V_NAME, scenario_step, principal, .only = LOGON | PASSWORD),
    K("password", V_NAME, scenario_step, password, .only = LOGON | PASSWORD),
    K("with_keytab", V_BOOL, scenario_step, with_keytab, .only = LOGON),
    K("keytab_salt", V_NAME, scenario_step, keytab_salt, .only = LOGON),
    K("timestamp_first", V_BOOL, scenario_step, timestamp_first, .only = LOGON),
    K("options", V_OPTIONS, scenario_step, kdc_options, .only = ASKING),
    K("life", V_SPAN, scenario_step, life, .only = ASKING),
    K("renew_life", V_SPAN, scenario_step, renew_life, .only = ASKING),
    K("name_type", V_CHOICE, scenario_step, name_type, .only = LOGON | IN(DO_TICKET),
      .choices = name_types),
    K("in_tkt", V_NAME, scenario_step, in_tkt, .only = LOGON),
    K("postdate", V_SPAN, scenario_step, postdate, .only = LOGON),
    KN("addresses", V_ADDRESSES, scenario_step, addresses,
       .only = LOGON | IN(DO_FORWARD) | IN(DO_PROXY)),
    K("anonymous", V_BOOL, scenario_step, anonymous, .only = LOGON),
    K("armor", V_NAME, scenario_step, armor, .only = LOGON),
    K("hide_client", V_BOOL, scenario_step, hide_client, .only = LOGON),
    K("spn", V_NAME, scenario_step, spn,
      .only = IN(DO_TICKET) | IN(DO_GET) | IN(DO_RENEW) | IN(DO_VALIDATE) | IN(DO_PROXY) | BROWSE),
    K("u2u", V_NAME, scenario_step, u2u, .only = IN(DO_TICKET) | IN(DO_GET)),
    K("anew", V_BOOL, scenario_step, anew, .only = IN(DO_TICKET)),
    K("service", V_NAME, scenario_step, service, .only = IN(DO_GET) | BROWSE),
    K("url", V_NAME, scenario_step, url, .only = IN(DO_GET) | BROWSE),
    K("fresh", V_BOOL, scenario_step, fresh, .only = BROWSE),
    K("method", V_NAME, scenario_step, method, .only = BROWSE),
    K("target", V_NAME, scenario_step, target, .only = IN(DO_GET)),
    K("host", V_NAME, scenario_step, host, .only = IN(DO_GET)),
    K("mutual", V_BOOL, scenario_step, mutual, .only = IN(DO_GET)),
    K("account", V_NAME, scenario_step, account, .only = PASSWORD | CHANGE),
    K("new_password", V_NAME, scenario_step, new_password, .only = PASSWORD | CHANGE),
    K("rotate", V_BOOL, scenario_step, change.rotate, .only = CHANGE),
    K("forget", V_BOOL, scenario_step, change.forget, .only = CHANGE),
    K("delete", V_BOOL, scenario_step, change.remove, .only = CHANGE),
    K("rename", V_NAME, scenario_step, change.rename, .only = CHANGE),
    K("add_spns", V_NAMES, scenario_step, change.add_spns, .only = CHANGE,
      .count_at = offsetof(struct scenario_step, change.n_add_spns)),
    K("remove_spns", V_NAMES, scenario_step, change.remove_spns, .only = CHANGE,
      .count_at = offsetof(struct scenario_step, change.n_remove_spns)),
    K("flags", V_FLAGS, scenario_step, change.flags, GIVEN(GIVEN_FLAGS), .choices = account_flags),
    K("etypes", V_ETYPES, scenario_step, change.etypes, GIVEN(GIVEN_ETYPES),
      .count_at = offsetof(struct scenario_step, change.n_etypes)),
    K("supported_etypes", V_BITS, scenario_step, change.supported_etypes, GIVEN(GIVEN_SUPPORTED),
      .choices = supported),
    K("expires", V_TIME, scenario_step, change.expires, GIVEN(GIVEN_EXPIRES)),
    K("password_expires", V_TIME, scenario_step, change.password_expires,
      GIVEN(GIVEN_PASSWORD_EXPIRES)),
    K("logon_hours", V_HOURS, scenario_step, change.logon_hours, GIVEN(GIVEN_HOURS)),
    K("keytab", V_CHOICE, scenario_step, change.keytab, .only = CHANGE, .choices = keytab_changes),
    K("realm", V_NAME, scenario_step, realm, .only = IN(DO_REALM)),
    K("preset", V_NAME, scenario_step, preset, .only = IN(DO_REALM)),
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
    {"strike-mech", TAMPER_STRIKE_MECH},
    {NULL, 0},
};
static const struct choice struck_mechs[] = {
    {"kerberos", STRIKE_KERBEROS},
    {"ntlm", STRIKE_NTLM},
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
    K("mech", V_CHOICE, scenario_tamper, mech, .only = IN(TAMPER_STRIKE_MECH),
      .choices = struck_mechs),
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
static const struct choice name_rules[] = {
    {"exact", RULE_EXACT},
    {"windows", RULE_WINDOWS},
    {NULL, 0},
};
static const struct choice may[] = {
    {"no", MAY_NOT},
    {"yes", MAY},
    {NULL, 0},
};
static const struct key_row group_rows[] = {
    K("name", V_NAME, scenario_group, name, .required = true),
    K("rid", V_U32, scenario_group, rid, .required = true),
};
static const struct shape group_shape = {
    "group",       group_rows,
    N(group_rows), sizeof(struct scenario_group),
    NULL,          offsetof(struct scenario_group, line),
    NO_KIND,       NULL,
};
static const struct key_row realm_rows[] = {
    K("name", V_NAME, scenario_realm, name, .required = true),
    KN("etypes", V_ETYPES, scenario_realm, etypes),
    K("skew", V_SPAN, scenario_realm, skew),
    K("max_life", V_SPAN, scenario_realm, max_life),
    K("max_renew", V_SPAN, scenario_realm, max_renew),
    K("udp_limit", V_SIZE, scenario_realm, udp_limit),
    K("names", V_CHOICE, scenario_realm, name_rule, .choices = name_rules),
    K("preset", V_NAME, scenario_realm, preset),
    K("attempts", V_U32, scenario_realm, attempts),
    K("attempt_window", V_SPAN, scenario_realm, attempt_window),
    K("duplicates", V_BOOL, scenario_realm, duplicates),
    K("password_min", V_SIZE, scenario_realm, password_min),
    K("password_history", V_SIZE, scenario_realm, password_history),
    K("default_supported", V_BITS, scenario_realm, default_supported, .choices = supported,
      .given_at = offsetof(struct scenario_realm, given), .given = REALM_DEFAULT_SUPPORTED),
    K("weak_sessions", V_CHOICE, scenario_realm, weak_sessions, .choices = may),
    K("tickets_as_asked", V_BOOL, scenario_realm, tickets_as_asked),
    K("sid", V_NAME, scenario_realm, sid),
    K("netbios", V_NAME, scenario_realm, netbios),
    KN("groups", V_LIST, scenario_realm, groups, .shape = &group_shape),
    K("lm_level", V_U32, scenario_realm, lm_level,
      .given_at = offsetof(struct scenario_realm, given), .given = REALM_LM_LEVEL),
    K("ntlm_blocked", V_BOOL, scenario_realm, ntlm_blocked),
    K("no_pac", V_BOOL, scenario_realm, no_pac),
    K("local", V_BOOL, scenario_realm, local),
};
static const struct scenario_realm realm_initial = {
    .skew = 5 * MINUTE,
    .max_life = 10 * HOUR,
    .max_renew = 7 * DAY,
    .udp_limit = 1465,
    .attempt_window = 30 * MINUTE,
};
static const struct shape realm_shape = {
    "realm",        realm_rows,
    N(realm_rows),  sizeof(struct scenario_realm),
    &realm_initial, offsetof(struct scenario_realm, line),
    NO_KIND,        NULL,
};

static const struct key_row trust_rows[] = {
    K("from", V_NAME, scenario_trust, from, .required = true),
    K("to", V_NAME, scenario_trust, to, .required = true),
    K("password", V_NAME, scenario_trust, password),
    K("both", V_BOOL, scenario_trust, both),
    K("transitive", V_BOOL, scenario_trust, transitive),
    KN("suffixes", V_NAMES, scenario_trust, suffixes),
    K("next", V_NAME, scenario_trust, next),
    KN("etypes", V_ETYPES, scenario_trust, etypes),
    KN("keys", V_NAMES, scenario_trust, keys),
};
static const struct shape trust_shape = {
    "trust",       trust_rows,
    N(trust_rows), sizeof(struct scenario_trust),
    NULL,          offsetof(struct scenario_trust, line),
    NO_KIND,       NULL,
};

static const struct key_row scenario_rows[] = {
    K("title", V_PROSE, scenario, title, .required = true),
    K("goal", V_PROSE, scenario, goal),
    K("takeaway", V_PROSE, scenario, takeaway),
    KN("try_next", V_PROSES, scenario, try_next),
    KN("covers", V_NAMES, scenario, covers),
    K("realm", V_INSIDE, scenario, realm, .required = true, .shape = &realm_shape),
    KN("realms", V_LIST, scenario, others, .shape = &realm_shape),
    KN("trusts", V_LIST, scenario, trusts, .shape = &trust_shape),
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
