/* The registries' tables, for names.c alone. Rows are in ascending order of their numbers. */
#ifndef WIRE_NAMES_TABLES_H
#define WIRE_NAMES_TABLES_H

#include "wire/names.h"

struct name_table {
    const struct name_row *rows;
    size_t n;
};
#define NAME_TABLE(rows)                                                                           \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof((rows)[0])                                                   \
    }

extern const struct name_table *const name_tables[NAMES_REGISTRIES];

/* The longer ones: names_crypto.c and names_usage.c. */
extern const struct name_table names_of_etypes, names_of_cksumtypes, names_of_usages;
/* names_pac.c */
extern const struct name_table names_of_pac_types, names_of_user_flags, names_of_uac_flags,
    names_of_group_flags;
/* names_ntlm.c */
extern const struct name_table names_of_ntlm_flags, names_of_ntlm_messages, names_of_av_ids,
    names_of_av_flags;
/* names_rpc.c */
extern const struct name_table names_of_ntstatus, names_of_rpc_types, names_of_rpc_flags,
    names_of_rpc_auth_types, names_of_rpc_auth_levels, names_of_rpc_faults, names_of_rpc_results,
    names_of_rpc_reasons, names_of_rpc_naks, names_of_nl_auth_types, names_of_nl_auth_flags,
    names_of_nl_algorithms, names_of_netlogon_calls, names_of_netlogon_flags,
    names_of_netlogon_channels, names_of_logon_levels, names_of_validation_levels;

/* names_access.c */
extern const struct name_table names_of_sd_controls, names_of_ace_types, names_of_ace_flags,
    names_of_rights;

#endif
