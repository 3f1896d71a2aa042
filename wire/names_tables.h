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

/* names_access.c */
extern const struct name_table names_of_sd_controls, names_of_ace_types, names_of_ace_flags,
    names_of_rights;

#endif
