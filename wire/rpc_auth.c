/* What the netlogon provider puts into a PDU's trailer: NL_AUTH_MESSAGE in a bind and its answer
 * (MS-NRPC 2.2.1.3.1), NL_AUTH_SHA2_SIGNATURE in a call and its answer (2.2.1.3.3). */
#include "wire/names.h"
#include "wire/rpc_inside.h"

#include <string.h>

/* ---- NL_AUTH_MESSAGE --------------------------------------------------------------------------
 */

static const struct {
    uint32_t flag;
    const char *name;
    bool labels; /* in the form of RFC 1035 4.1.4; else octets of the OEM code page */
    size_t at;   /* of struct nl_auth_message */
} names[] = {
    {NL_NETBIOS_DOMAIN, "NetbiosDomainName", false, offsetof(struct nl_auth_message, domain)},
    {NL_NETBIOS_COMPUTER, "NetbiosComputerName", false, offsetof(struct nl_auth_message, computer)},
    {NL_DNS_DOMAIN, "DnsDomainName", true, offsetof(struct nl_auth_message, dns_domain)},
    {NL_DNS_HOST, "DnsHostName", true, offsetof(struct nl_auth_message, dns_host)},
    {NL_UTF8_COMPUTER, "NetbiosComputerNameUtf8", true,
     offsetof(struct nl_auth_message, utf8_computer)},
};

/* How many octets the name has, with what ends it; 0: nothing ends it. */
static size_t name_length(struct bytes in, bool labels)
{
    for (size_t i = 0; i < in.n; i += labels ? 1u + in.p[i] : 1u) {
        if (in.p[i] == 0)
            return i + 1;
        if (labels && in.p[i] >= 0xc0)
            return i + 2 <= in.n ? i + 2 : 0;
    }
    return 0;
}

static bool take_name(struct flat_reader *r, size_t i, struct nl_auth_message *out)
{
    struct bytes text;
    size_t n = name_length(bytes_slice(r->in, r->at, flat_left(r)), names[i].labels);
    if (n == 0)
        return flat_refuse(r, &rpc_rows[RPC_ROW_NAME], names[i].name, r->at, NULL, NULL);
    if (!flat_octets(r, names[i].name, FLAT_TEXT, n, &text))
        return false;
    *(struct bytes *)((char *)out + names[i].at) =
        names[i].labels ? bytes_slice(text, 1, text.p[0]) : bytes_slice(text, 0, n - 1);
    return true;
}

static bool take_message(struct flat_reader *r, struct nl_auth_message *out)
{
    static const struct flat_row flags = {"Flags", FLAT_LE_FLAGS, 4, false, NAMES_NL_AUTH_FLAG};
    int64_t v;
    if (!rpc_u32(r, "MessageType", NAMES_NL_AUTH_TYPE, &out->type) || !flat_int(r, &flags, &v))
        return false;
    out->flags = (uint32_t)v;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (out->flags & names[i].flag && !take_name(r, i, out))
            return false;
    return rpc_skip(r, "Buffer", flat_left(r)); /* without a meaning, as in every answer */
}

bool nl_auth_message_read(struct bytes in, struct faults *sink, struct nl_auth_message *out)
{
    struct flat_reader r = flat_start(in, NULL, sink, false);
    *out = (struct nl_auth_message){0};
    r.cut = &rpc_rows[RPC_ROW_CUT];
    return take_message(&r, out);
}

struct bytes nl_auth_message_write(struct arena *mem, const struct nl_auth_message *m)
{
    size_t n = 8, domain = m->domain.n ? m->domain.n + 1 : 0;
    uint8_t *p = arena_take(mem, 12 + domain + m->computer.n + 1);
    put_le32(p, m->type);
    if (m->type != NL_AUTH_REQUEST)
        return bytes_of(p, 12);
    put_le32(p + 4, (domain ? NL_NETBIOS_DOMAIN : 0) | NL_NETBIOS_COMPUTER);
    if (domain)
        memcpy(p + n, m->domain.p, m->domain.n);
    n += domain;
    if (m->computer.n)
        memcpy(p + n, m->computer.p, m->computer.n);
    return bytes_of(p, n + m->computer.n + 1);
}

/* ---- NL_AUTH_SHA2_SIGNATURE -------------------------------------------------------------------
 */

static bool take_signature(struct flat_reader *r)
{
    static const struct flat_row integers[] = {
        {"SignatureAlgorithm", FLAT_LE_INT, 2, false, NAMES_NL_ALGORITHM},
        {"SealAlgorithm", FLAT_LE_INT, 2, false, NAMES_NL_ALGORITHM},
        {"Pad", FLAT_LE_INT, 2, false, FLAT_NO_NAMES},
        {"Flags", FLAT_LE_INT, 2, false, FLAT_NO_NAMES},
    };
    static const char *const parts[] = {"SequenceNumber", "Checksum", "Confounder"};
    int64_t v;
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        if (!flat_int(r, &integers[i], &v))
            return false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && flat_left(r); i++)
        if (!rpc_skip(r, parts[i], 8))
            return false;
    return rpc_skip(r, "Reserved", flat_left(r));
}

bool rpc_take_auth_value(struct flat_reader *r, struct rpc_pdu *out, size_t n)
{
    struct nl_auth_message message = {0};
    out->auth_value = bytes_slice(r->in, r->at, n);
    if (out->auth_type != RPC_AUTH_NETLOGON)
        return rpc_skip(r, "octets", n);
    return rpc_is_call(out->type) ? take_signature(r) : take_message(r, &message);
}
