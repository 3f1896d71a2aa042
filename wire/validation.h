/* What a controller says of somebody who logged on: groups, names, times, session key. The same
 * facts travel as KERB_VALIDATION_INFO in a PAC (MS-PAC 2.5) and as NETLOGON_VALIDATION_SAM_INFO4
 * (MS-NRPC 2.2.1.4.13); both are written from and read to this. Texts are UTF-8, times microseconds
 * since 1970 (VALIDATION_NEVER: 0x7fffffffffffffff on the wire; 0: 0 on the wire). */
#ifndef WIRE_VALIDATION_H
#define WIRE_VALIDATION_H

#include "base/sid.h"

#define VALIDATION_NEVER INT64_MAX

enum { /* attributes of a group (MS-PAC 2.2.1, MS-SAMR 2.2.1.10) */
       GROUP_MANDATORY = 1,
       GROUP_ENABLED_BY_DEFAULT = 2,
       GROUP_ENABLED = 4,
       GROUP_OWNER = 8,
       GROUP_DENY_ONLY = 16,
       GROUP_RESOURCE = 0x20000000,
       GROUP_USUAL = 7,
};
enum { /* UserFlags (MS-PAC 2.5, MS-NRPC 2.2.1.4.11) */
       LOGON_GUEST = 0x1,
       LOGON_NOENCRYPTION = 0x2,
       LOGON_USED_LM_PASSWORD = 0x8,
       LOGON_EXTRA_SIDS = 0x20,
       LOGON_SERVER_TRUST_ACCOUNT = 0x80,
       LOGON_NTLMV2_ENABLED = 0x100,
       LOGON_RESOURCE_GROUPS = 0x200,
       LOGON_NTLM_LMV2_USED = 0x1000, /* the LM field was LMv2 and was what fitted */
};

struct group_membership {
    uint32_t rid, attributes;
};
struct sid_and_attributes {
    struct sid sid;
    uint32_t attributes;
};

#define VALIDATION_TIMES 8 /* the six first of them, last_successful_logon, last_failed_logon */

struct validation_info {
    int64_t logon_time, logoff_time, kickoff_time;
    int64_t password_last_set, password_can_change, password_must_change;
    struct bytes effective_name, full_name, logon_script, profile_path, home_directory,
        home_directory_drive;
    uint16_t logon_count, bad_password_count;
    uint32_t user_id, primary_group_id; /* RIDs in logon_domain_id */
    const struct group_membership *groups;
    size_t n_groups;
    uint32_t user_flags;
    uint8_t user_session_key[16]; /* zeros in a PAC of a ticket */
    struct bytes logon_server, logon_domain_name;
    struct sid logon_domain_id;
    uint8_t lm_key[8]; /* SAM_INFO4 only: LMSessionKey's start */
    uint32_t user_account_control;
    uint32_t sub_auth_status; /* PAC only */
    int64_t last_successful_logon, last_failed_logon;
    uint32_t failed_logon_count;
    const struct sid_and_attributes *extra_sids;
    size_t n_extra_sids;
    struct bytes dns_logon_domain_name, upn; /* SAM_INFO4 only */
    /* what the times have beyond microseconds, in 100 ns: so that what was read is written again
     * octet for octet; zeros of those made here */
    uint8_t tenths[VALIDATION_TIMES];
    bool has_resource_groups; /* PAC only */
    struct sid resource_group_domain_sid;
    const struct group_membership *resource_groups;
    size_t n_resource_groups;
};

#endif
