/* Looking numbers up. The rows are in names_tables.c, names_crypto.c, names_usage.c and the two
 * .def files; each table is in ascending order, which the tests check. */
#include "wire/names.h"
#include "wire/names_tables.h"

#include <string.h>

static const struct name_table *table_of(enum registry r)
{
    static const struct name_table none;
    return (unsigned)r < NAMES_REGISTRIES && name_tables[r] ? name_tables[r] : &none;
}

const struct name_row *name_table(enum registry r, size_t *n)
{
    const struct name_table *t = table_of(r);
    *n = t->n;
    return t->rows;
}

const struct name_row *name_find(enum registry r, int64_t number)
{
    const struct name_table *t = table_of(r);
    size_t low = 0, high = t->n;

    if (r == NAMES_NTSTATUS) /* whoever read it as unsigned means the same 32 bits */
        number = (int32_t)number;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (t->rows[middle].number == number)
            return &t->rows[middle];
        if (t->rows[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

char *name_text(struct arena *mem, enum registry r, int64_t number)
{
    const struct name_row *row = name_find(r, number);
    bool hex = r == NAMES_TOK_ID || r == NAMES_GSS_FLAG || r == NAMES_KPASSWD_VERSION ||
               r == NAMES_NL_ALGORITHM;
    bool status = r == NAMES_NTSTATUS || r == NAMES_RPC_FAULT;
    const char *format = status                 ? "0x%08llX%s%s"
                         : hex                  ? "0x%04llx%s%s"
                         : r == NAMES_DNS_RCODE ? "0x%02llx%s%s"
                                                : "%lld%s%s";

    if (r == NAMES_ERROR && row && number >= KPASSWD_RESULTS)
        number -= KPASSWD_RESULTS;
    if (status)
        number = (uint32_t)number;
    return arena_printf(mem, format, (long long)number, row ? " " : "", row ? row->name : "");
}

/* In NAMES_GSS_FLAG the number is the value of the bit, elsewhere its place from the top. */
static int64_t flag_number(enum registry r, unsigned bit)
{
    return r == NAMES_GSS_FLAG ? (int64_t)((uint32_t)0x80000000u >> bit) : (int64_t)bit;
}

char *name_flags(struct arena *mem, enum registry r, uint32_t flags)
{
    char *text = arena_str(mem, BYTES_LIT(""));

    if (flags == 0)
        return arena_str(mem, BYTES_LIT("none"));
    for (unsigned i = 0; i < 32; i++) {
        /* GSS flags are told from the lowest bit, the way RFC 4121 lists them. */
        unsigned bit = r == NAMES_GSS_FLAG ? 31 - i : i;
        const struct name_row *row;

        if (!(flags & KRB_BIT(bit)))
            continue;
        row = name_find(r, flag_number(r, bit));
        if (row)
            text = arena_printf(mem, "%s%s%s", text, *text ? " " : "", row->name);
        else
            text = arena_printf(mem, "%s%sbit-%u", text, *text ? " " : "", bit);
    }
    return text;
}
