#include "context/address.h"

#include "base/text.h"

static bool is(const struct HostAddress *h, struct bytes address)
{
    int32_t type = address.n == 4 ? ADDRESS_IPV4 : ADDRESS_IPV6;
    return h->addr_type == type && bytes_equal(h->address, address);
}

bool address_among(const struct HostAddresses *list, struct bytes address)
{
    for (size_t i = 0; i < list->n; i++)
        if (is(&list->at[i], address))
            return true;
    return !list->n || !address.n;
}

char *address_text(struct arena *mem, struct bytes a)
{
    if (a.n == 4)
        return arena_printf(mem, "%u.%u.%u.%u", a.p[0], a.p[1], a.p[2], a.p[3]);
    char *text = arena_printf(mem, "%s", "");
    for (size_t i = 0; a.n == 16 && i < 16; i += 2)
        text = arena_printf(mem, "%s%s%x", text, i ? ":" : "", be16(a.p + i));
    return text;
}

static char *one_text(struct arena *mem, const struct HostAddress *h)
{
    if ((h->addr_type == ADDRESS_IPV4 && h->address.n == 4) ||
        (h->addr_type == ADDRESS_IPV6 && h->address.n == 16))
        return address_text(mem, h->address);
    return arena_printf(mem, "type %d: %s", (int)h->addr_type, hex_text(mem, h->address));
}

#define SHOWN 8

char *addresses_text(struct arena *mem, const struct HostAddresses *list)
{
    char *text = arena_printf(mem, "%s", "");
    for (size_t i = 0; i < list->n && i < SHOWN; i++)
        text = arena_printf(mem, "%s%s%s", text, i ? ", " : "", one_text(mem, &list->at[i]));
    return list->n > SHOWN ? arena_printf(mem, "%s and more", text) : text;
}
