/* What knobs are made of: lists of values and how they are put into a scenario. Only sim/knob*.c
 * include this. */
#ifndef SIM_KNOB_VALUES_H
#define SIM_KNOB_VALUES_H

#include "sim/knobs.h"

typedef size_t knob_values_of(const struct scenario *, const struct knob_change *of, struct arena *,
                              struct knob_change out[KNOB_VALUES]);
typedef bool knob_edit(struct scenario *, const struct knob_change *, struct arena *);

/* Values are gathered in this. */
struct gathering {
    struct knob_change *out;
    size_t n;
    struct knob_change of; /* knob, subject, step */
    struct arena *mem;
};
void gather(struct gathering *, unsigned cost, const char *value, const char *words);

/* What a change is about, in a copy; NULL: there is none such. */
struct scenario_account *account_in(struct scenario *, const struct knob_change *);
struct scenario_realm *realm_in(struct scenario *, const struct knob_change *);
/* The next step from *at on that gives that account (enum change_given) something else in the
 * middle of the run: what is turned, is turned there too. NULL: no more. */
struct scenario_step *given_later(struct scenario *, const char *account, uint32_t given,
                                  size_t *at);
struct scenario_party *party_in(struct scenario *, const char *name);

/* knob_etypes.c: lists of types, "18 17" */
knob_values_of client_etypes_values, permitted_etypes_values, key_etypes_values;
knob_edit client_etypes_edit, permitted_etypes_edit, key_etypes_edit;

/* knob_policy.c: bits of MS-KILE 2.2.7, presets, switches */
knob_values_of supported_values, default_supported_values, aes_session_values, preset_values,
    weak_sessions_values, tickets_as_asked_values;
knob_edit supported_edit, default_supported_edit, aes_session_edit, preset_edit, weak_sessions_edit,
    tickets_as_asked_edit;

/* knob_accounts.c: flags (`which`), ends (0: the account's, 1: its password's), and the clock of
 * all */
knob_values_of flag_values, expires_values, hours_values, attempts_values, now_values;
knob_edit flag_edit, expires_edit, hours_edit, attempts_edit, now_edit;

/* knob_times.c: lengths of time (`which`: 0: life, 1: renewal) */
knob_values_of asked_span_values, realm_span_values, account_span_values;
knob_edit asked_span_edit, realm_span_edit, account_span_edit;

/* knob_names.c: the name asked for, who has it, options of the request (`which`), trusts */
knob_values_of asked_name_values, registered_values, name_rule_values, option_values, trusts_values,
    suffixes_values, transitive_values;
knob_edit asked_name_edit, registered_edit, name_rule_edit, option_edit, trusts_edit, suffixes_edit,
    transitive_edit;

/* knob_client.c: how a host name becomes an SPN */
knob_values_of client_names_values;
knob_edit client_names_edit;

/* knob_service.c: which versions of its key a service tries */
/* and whose its process is */
knob_values_of kvno_policy_values, pool_values;
knob_edit kvno_policy_edit, pool_edit;

/* knob_web.c: what browsers, web servers and controllers are set to, for the request of a step */
enum { /* `which` of switch */
       SWITCH_ORDER,
       SWITCH_ZONE,
       SWITCH_BASIC_TLS,
       SWITCH_KERBEROS,
       SWITCH_NTLM,
       SWITCH_OS,
       SWITCH_LOOPBACK,
       SWITCH_NO_BINDINGS,
       SWITCH_NO_TARGET,
};
enum { LEVEL_REALM, LEVEL_CLIENT, LEVEL_SERVER }; /* `which` of level */
knob_values_of switch_values, known_schemes_values, offered_schemes_values, level_values,
    in_tls_values, host_values, client_clock_values, spn_found_values, credentials_values,
    protection_values, rules_values, descriptor_values, groups_values;
knob_edit switch_edit, known_schemes_edit, offered_schemes_edit, level_edit, in_tls_edit, host_edit,
    client_clock_edit, spn_found_edit, credentials_edit, protection_edit, rules_edit,
    descriptor_edit, groups_edit;

#endif
