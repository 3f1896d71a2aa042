/* What Windows adds to names and salts. */
#include "realm/realm.h"

#include <string.h>

/* The attribute sPNMappings of a new forest: host=... (MS-DRSR 4.1.4.2.19 maps by it). */
static const char *const host_stands_for[] = {"alerter",      "appmgmt",
                                              "cisvc",        "clipsrv",
                                              "browser",      "dhcp",
                                              "dnscache",     "replicator",
                                              "eventlog",     "eventsystem",
                                              "policyagent",  "oakley",
                                              "dmserver",     "dns",
                                              "mcsvc",        "fax",
                                              "msiserver",    "ias",
                                              "messenger",    "netlogon",
                                              "netman",       "netdde",
                                              "netddedsm",    "nmagent",
                                              "plugplay",     "protectedstorage",
                                              "rasman",       "rpclocator",
                                              "rpc",          "rpcss",
                                              "remoteaccess", "rsvp",
                                              "samss",        "scardsvr",
                                              "scesrv",       "seclogon",
                                              "scm",          "dcom",
                                              "cifs",         "spooler",
                                              "snmp",         "schedule",
                                              "tapisrv",      "trksvr",
                                              "trkwks",       "ups",
                                              "time",         "wins",
                                              "www",          "http",
                                              "w3svc",        "iisadmin",
                                              "msdtc"};

const char *spn_alias(struct bytes service_class)
{
    for (size_t i = 0; i < sizeof host_stands_for / sizeof *host_stands_for; i++)
        if (bytes_equal_nocase(service_class, bytes_str(host_stands_for[i])))
            return "host";
    return NULL;
}

static struct bytes in_case(struct arena *mem, struct bytes b, char first, char last, int add)
{
    uint8_t *out = arena_take(mem, b.n);
    for (size_t i = 0; i < b.n; i++)
        out[i] = (uint8_t)(b.p[i] >= first && b.p[i] <= last ? b.p[i] + add : b.p[i]);
    return bytes_of(out, b.n);
}

static struct bytes upper(struct arena *mem, struct bytes b)
{
    return in_case(mem, b, 'a', 'z', 'A' - 'a');
}

static struct bytes lower(struct arena *mem, struct bytes b)
{
    return in_case(mem, b, 'A', 'Z', 'a' - 'A');
}

struct bytes account_salt(struct arena *mem, struct bytes realm, bool windows,
                          const struct PrincipalName *name, uint32_t account_flags)
{
    bool machine = account_flags & ACCOUNT_MACHINE && name->name_string.n == 1;
    if (!windows && !machine)
        return default_salt(mem, realm, name->name_string.at, name->name_string.n);
    if (!machine)
        return default_salt(mem, upper(mem, realm), name->name_string.at, name->name_string.n);
    struct bytes computer = lower(mem, name->name_string.at[0]);
    if (computer.n && computer.p[computer.n - 1] == '$')
        computer.n--;
    struct bytes parts[] = {BYTES_LIT("host"), computer, BYTES_LIT("."), lower(mem, realm)};
    return default_salt(mem, upper(mem, realm), parts, sizeof parts / sizeof *parts);
}
