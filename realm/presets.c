/* Checked against Microsoft's articles: KB5021131 (0x27), KB5073381 (January, April and July 2026:
 * 0x18), the list of Windows versions and their etypes (security policy "Configure encryption types
 * allowed for Kerberos"), DES's removal (September 2025), MS-KILE 2.2.7; MIT's against its release
 * notes and documentation of krb5.conf. Not published as such, and taken from how MS-KILE and these
 * articles describe the time before: what accounts that say nothing had before November 2022, which
 * is told as RC4 and the DES types that the version still permitted. */
#include "realm/presets.h"

#include <string.h>

#define WINDOWS_AES                                                                                \
    {                                                                                              \
        18, 17, 23                                                                                 \
    }
#define BEFORE_2022 (ETYPES_DES_CRC | ETYPES_DES_MD5 | ETYPES_RC4)
#define SINCE_2022  (BEFORE_2022 | ETYPES_AES_SESSION)
#define SINCE_2026  ETYPES_AES

static const struct preset presets[] = {
    {"windows-2000",
     "Windows 2000",
     "2000-02",
     {23, 3, 1},
     BEFORE_2022,
     true,
     true,
     "RC4 with the NT hash as key, and DES for others' sake: there is nothing else.",
     "MS-KILE 3.1.5.2"},
    {"windows-2003",
     "Windows Server 2003",
     "2003-04",
     {23, 3, 1},
     BEFORE_2022,
     true,
     true,
     "As Windows 2000: RC4 for tickets and sessions, DES where an account is marked for it.",
     "MS-KILE 3.1.5.2"},
    {"windows-2008",
     "Windows Vista and Server 2008",
     "2008-02",
     {18, 17, 23, 3, 1},
     BEFORE_2022,
     true,
     true,
     "AES is there for logons and for services that say they can; a service account that says "
     "nothing still gets RC4.",
     "MS-KILE 2.2.7"},
    {"windows-2008r2", "Windows 7 and Server 2008 R2", "2009-10", WINDOWS_AES, BEFORE_2022, true,
     true, "DES is off unless it is turned on; a service account that says nothing still gets RC4.",
     "MS-KILE 3.1.5.2"},
    {"windows-2012", "Windows Server 2012", "2012-09", WINDOWS_AES, BEFORE_2022, true, true,
     "FAST and claims come; the etypes stay: a service account that says nothing gets RC4.",
     "MS-KILE 2.2.7"},
    {"windows-2021-11", "Windows, November 2021", "2021-11-09", WINDOWS_AES, BEFORE_2022, true,
     true, "A ticket no longer leads to another account by way of a changed name; the etypes stay.",
     "KB5008380, KB5008102"},
    {"windows-2022-11", "Windows, November 2022", "2022-11-08", WINDOWS_AES, SINCE_2022, true, true,
     "A service account that says nothing still gets an RC4 ticket, but an AES session key: the "
     "default is 0x27.",
     "KB5021131"},
    {"windows-2023-10", "Windows, October 2023", "2023-10-10", WINDOWS_AES, SINCE_2022, true, true,
     "Signatures over the whole PAC are enforced; the etypes stay as of November 2022.",
     "KB5020805"},
    {"windows-2025", "Windows Server 2025", "2024-11-01", WINDOWS_AES, SINCE_2022, true, true,
     "The etypes stay as of November 2022; DES, long off, can no longer be turned on since "
     "September 2025.",
     "KB5021131"},
    {"windows-2026-01", "Windows, January 2026", "2026-01-13", WINDOWS_AES, SINCE_2022, true, true,
     "RC4 tickets for accounts that say nothing are still issued, and now written to the log.",
     "KB5073381"},
    {"windows-2026-04", "Windows, April 2026", "2026-04-14", WINDOWS_AES, SINCE_2026, true, true,
     "A service account that says nothing gets AES or no ticket: the default is 0x18, and can "
     "still be set back.",
     "KB5073381"},
    {"windows-2026-07", "Windows, July 2026", "2026-07-14", WINDOWS_AES, SINCE_2026, true, true,
     "The default 0x18 can no longer be set back for all: RC4 is left only to accounts that name "
     "it themselves, or where a domain has its own default.",
     "KB5073381"},
    {"mit-1.17",
     "MIT krb5 1.17",
     "2019-01",
     {18, 17, 20, 19, 16, 23, 25, 26},
     0,
     true,
     false,
     "The keys an account has decide; DES only with allow_weak_crypto.",
     "krb5.conf, 1.17"},
    {"mit-1.18",
     "MIT krb5 1.18",
     "2020-02",
     {18, 17, 20, 19, 16, 23, 25, 26},
     0,
     true,
     false,
     "Single DES is gone for good; the keys an account has decide.",
     "krb5 1.18 release notes"},
    {"mit-1.21",
     "MIT krb5 1.21",
     "2023-06",
     {18, 17, 20, 19, 16, 23, 25, 26},
     0,
     false,
     false,
     "Keys of RC4 and des3 still seal tickets, but no session key has their type unless "
     "allow_rc4 or allow_des3 says so.",
     "krb5.conf, 1.21"},
};
#define PRESETS (sizeof presets / sizeof *presets)

const struct preset *preset_table(size_t *n)
{
    *n = PRESETS;
    return presets;
}

const struct preset *preset_find(const char *name)
{
    for (size_t i = 0; i < PRESETS; i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

void preset_apply(const struct preset *preset, struct arena *mem, struct realm_policy *policy)
{
    int32_t *etypes = arena_array(mem, int32_t, PRESET_ETYPES);
    policy->n_etypes = 0;
    for (size_t i = 0; i < PRESET_ETYPES && preset->etypes[i]; i++)
        if (etype_find(preset->etypes[i]))
            etypes[policy->n_etypes++] = preset->etypes[i];
    policy->etypes = etypes;
    policy->default_supported = preset->default_supported;
    policy->weak_sessions = preset->weak_sessions;
    policy->windows_names = preset->windows;
    policy->preset = preset->name;
}
