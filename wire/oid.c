#include "wire/oid.h"

#include "base/text.h"

const char *oid_text(struct arena *mem, struct bytes b)
{
    const char *text = NULL;
    uint64_t v = 0;
    if (b.n == 0 || b.p[b.n - 1] & 0x80 || b.n > 32)
        return hex_text(mem, b);
    for (size_t i = 0; i < b.n; i++) {
        if (v > UINT64_MAX >> 8)
            return hex_text(mem, b);
        v = v << 7 | (b.p[i] & 0x7f);
        if (b.p[i] & 0x80)
            continue;
        unsigned long long first = v < 80 ? v / 40 : 2;
        text = text ? arena_printf(mem, "%s.%llu", text, (unsigned long long)v)
                    : arena_printf(mem, "%llu.%llu", first, (unsigned long long)v - 40 * first);
        v = 0;
    }
    return text;
}

const char *oid_name(struct bytes oid)
{
    static const struct {
        struct bytes oid;
        const char *name;
    } mechs[] = {
        {BYTES_LIT("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"), "Kerberos 5"},
        {BYTES_LIT("\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"),
         "Kerberos 5 (as Windows 2000 wrote it)"},
        {BYTES_LIT("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03"), "Kerberos 5 user-to-user"},
        {BYTES_LIT("\x2b\x06\x01\x05\x05\x02"), "SPNEGO"},
        {BYTES_LIT("\x2b\x06\x01\x05\x02\x05"), "IAKERB"},
        {BYTES_LIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"), "NTLM"},
        {BYTES_LIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e"), "NegoEx"},
    };
    for (size_t i = 0; i < sizeof mechs / sizeof *mechs; i++)
        if (bytes_equal(oid, mechs[i].oid))
            return mechs[i].name;
    return NULL;
}

const char *oid_shown(struct arena *mem, struct bytes oid)
{
    const char *text = oid_text(mem, oid), *name = oid_name(oid);
    return name ? arena_printf(mem, "%s %s", text, name) : text;
}
