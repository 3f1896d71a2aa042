/* Rows of what a browser, an application and NTLM are set to. */
#include "sim/scenario_rows_inside.h"

#include "client/client.h"
#include "service/service.h"

/* ---- browsers -------------------------------------------------------------------------------
 */
static const struct choice browser_schemes[] = {
    {"negotiate", BROWSE_NEGOTIATE},
    {"ntlm", BROWSE_NTLM},
    {"digest", BROWSE_DIGEST},
    {"basic", BROWSE_BASIC},
    {NULL, 0},
};
static const struct choice targets[] = {
    {"server", TO_SERVER},
    {"proxy", TO_PROXY},
    {NULL, 0},
};
static const struct choice spn_ports[] = {
    {"never", SPN_PORT_NEVER},
    {"not-usual", SPN_PORT_NOT_USUAL},
    {"always", SPN_PORT_ALWAYS},
    {NULL, 0},
};
static const struct key_row credential_rows[] = {
    K("target", V_CHOICE, scenario_credential, target, .choices = targets),
    K("schemes", V_FLAGS, scenario_credential, schemes, .choices = browser_schemes),
    K("implicit", V_BOOL, scenario_credential, implicit),
    K("user", V_NAME, scenario_credential, user),
    K("domain", V_NAME, scenario_credential, domain),
    K("password", V_NAME, scenario_credential, password),
    K("token", V_NAME, scenario_credential, token),
};
static const struct shape credential_shape = {
    "credential",
    credential_rows,
    N(credential_rows),
    sizeof(struct scenario_credential),
    NULL,
    offsetof(struct scenario_credential, line),
    NO_KIND,
    NULL,
};
static const struct key_row browser_rows[] = {
    KN("credentials", V_LIST, scenario_browser, credentials, .shape = &credential_shape),
    K("schemes", V_FLAGS, scenario_browser, schemes, .choices = browser_schemes),
    K("in_order", V_BOOL, scenario_browser, in_order),
    K("intranet", V_BOOL, scenario_browser, intranet),
    K("kerberos", V_BOOL, scenario_browser, kerberos),
    K("ntlm", V_BOOL, scenario_browser, ntlm),
    K("raw_ntlm", V_BOOL, scenario_browser, raw_ntlm),
    K("raw_kerberos", V_BOOL, scenario_browser, raw_kerberos),
    K("basic_needs_tls", V_BOOL, scenario_browser, basic_needs_tls),
    K("preemptive", V_BOOL, scenario_browser, preemptive),
    K("lm_level", V_U32, scenario_browser, lm_level),
    K("no_bindings", V_BOOL, scenario_browser, no_bindings),
    K("no_mic", V_BOOL, scenario_browser, no_mic),
    K("no_target_name", V_BOOL, scenario_browser, no_target_name),
    K("workstation", V_NAME, scenario_browser, workstation),
    K("certificate", V_NAME, scenario_browser, certificate),
    K("spn_port", V_CHOICE, scenario_browser, spn_port, .choices = spn_ports),
    K("windows2000", V_BOOL, scenario_browser, windows2000),
    K("loopback", V_BOOL, scenario_browser, loopback),
    K("proxy", V_NAME, scenario_browser, proxy),
};
/* No initial values of its own: those stand in the party's, which a file without a browser has too.
 */
const struct shape browser_shape = {
    "browser", browser_rows, N(browser_rows), sizeof(struct scenario_browser),
    NULL,      NO_KIND,      NO_KIND,         NULL,
};

/* ---- applications ---------------------------------------------------------------------------
 */
const struct choice auth_schemes[] = {
    {"anonymous", AUTH_ANONYMOUS},
    {"basic", AUTH_BASIC},
    {"digest", AUTH_DIGEST},
    {"ntlm", AUTH_NTLM},
    {"negotiate", AUTH_NEGOTIATE},
    {"certificate", AUTH_CERTIFICATE},
    {NULL, 0},
};
const struct choice web_presets[] = {
    {"iis6", IIS6},
    {"iis6-sp1-slipstream", IIS6_SP1_SLIPSTREAM},
    {"iis6-sp1-upgrade", IIS6_SP1_UPGRADE},
    {NULL, 0},
};
static const struct choice protections[] = {
    {"off", PROTECTION_OFF},
    {"allow", PROTECTION_ALLOW},
    {"require", PROTECTION_REQUIRE},
    {NULL, 0},
};
static const struct choice modes[] = {
    {"absent", ASP_ABSENT},     {"windows", ASP_WINDOWS}, {"forms", ASP_FORMS},
    {"passport", ASP_PASSPORT}, {"none", ASP_NONE},       {NULL, 0},
};
static const struct choice codes[] = {
    {"none", CODE_NONE},
    {"impersonates", CODE_IMPERSONATES},
    {"throws", CODE_THROWS},
    {"forgets", CODE_FORGETS},
    {NULL, 0},
};
static const struct key_row whom_rows[] = {
    KN("users", V_NAMES, scenario_whom, users),
    KN("roles", V_NAMES, scenario_whom, roles),
    KN("verbs", V_NAMES, scenario_whom, verbs),
};
static const struct shape whom_shape = {
    "whom", whom_rows, N(whom_rows), sizeof(struct scenario_whom), NULL, NO_KIND, NO_KIND, NULL,
};
#define RULE(bit)                                                                                  \
    .shape = &whom_shape, .given_at = offsetof(struct scenario_rule, given), .given = (bit)
static const struct key_row rule_rows[] = {
    K("allow", V_WHOM, scenario_rule, allow, RULE(RULE_ALLOWS)),
    K("deny", V_WHOM, scenario_rule, deny, RULE(RULE_DENIES)),
};
static const struct shape rule_shape = {
    "rule",       rule_rows,
    N(rule_rows), sizeof(struct scenario_rule),
    NULL,         offsetof(struct scenario_rule, line),
    NO_KIND,      NULL,
};
static const struct key_row file_rows[] = {
    K("path", V_NAME, scenario_web_file, path, .required = true),
    K("sddl", V_NAME, scenario_web_file, sddl),
    K("text", V_PROSE, scenario_web_file, text),
    K("remote_spn", V_NAME, scenario_web_file, remote_spn),
};
static const struct shape file_shape = {
    "file",       file_rows,
    N(file_rows), sizeof(struct scenario_web_file),
    NULL,         offsetof(struct scenario_web_file, line),
    NO_KIND,      NULL,
};
static const struct key_row identity_rows[] = {
    K("user", V_NAME, scenario_identity, user, .required = true),
    K("password", V_NAME, scenario_identity, password, .required = true),
};
static const struct shape identity_shape = {
    "identity", identity_rows, N(identity_rows), sizeof(struct scenario_identity),
    NULL,       NO_KIND,       NO_KIND,          NULL,
};
static const struct key_row app_rows[] = {
    K("path", V_NAME, scenario_app, path),
    K("schemes", V_FLAGS, scenario_app, schemes, .choices = auth_schemes,
      .given_at = offsetof(struct scenario_app, given), .given = APP_SCHEMES),
    K("anonymous_retry", V_BOOL, scenario_app, anonymous_retry),
    K("basic_realm", V_NAME, scenario_app, basic_realm),
    K("basic_domain", V_NAME, scenario_app, basic_domain),
    K("digest_realm", V_NAME, scenario_app, digest_realm),
    KN("digest_algorithms", V_NAMES, scenario_app, digest_algorithms),
    K("require_tls", V_BOOL, scenario_app, require_tls),
    K("require_certificate", V_BOOL, scenario_app, require_certificate),
    K("protection", V_CHOICE, scenario_app, protection, .choices = protections),
    K("ntlm_per_request", V_BOOL, scenario_app, ntlm_per_request),
    K("mode", V_CHOICE, scenario_app, mode, .choices = modes),
    K("impersonate", V_BOOL, scenario_app, impersonate),
    K("identity", V_INSIDE, scenario_app, identity, .shape = &identity_shape),
    K("code", V_CHOICE, scenario_app, code, .choices = codes),
    KN("rules", V_LIST, scenario_app, rules, .shape = &rule_shape),
    KN("files", V_LIST, scenario_app, files, .shape = &file_shape),
    K("forms_user", V_NAME, scenario_app, forms_user),
    K("isapi_filter", V_BOOL, scenario_app, isapi_filter),
};
static const struct scenario_app app_initial = {.path = "/", .mode = ASP_WINDOWS};
const struct shape app_shape = {
    "application", app_rows,
    N(app_rows),   sizeof(struct scenario_app),
    &app_initial,  offsetof(struct scenario_app, line),
    NO_KIND,       NULL,
};

static const struct key_row ntlm_rows[] = {
    K("level", V_U32, scenario_ntlm, level),
    K("require_mic", V_BOOL, scenario_ntlm, require_mic),
    K("no_timestamp", V_BOOL, scenario_ntlm, no_timestamp),
    K("anonymous", V_BOOL, scenario_ntlm, anonymous),
    KN("targets", V_NAMES, scenario_ntlm, targets),
};
const struct shape ntlm_shape = {
    "ntlm", ntlm_rows, N(ntlm_rows), sizeof(struct scenario_ntlm), NULL, NO_KIND, NO_KIND, NULL,
};
