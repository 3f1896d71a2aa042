/* Security descriptors as text, written (MS-DTYP 2.5.1). */
#include "service/sddl.h"

static const char *letters_of(struct arena *mem, const struct sddl_letters *table, uint32_t value)
{
    const char *text = "";
    for (; table->letters; table++)
        if (value & table->value)
            text = arena_printf(mem, "%s%s", text, table->letters);
    return text;
}

/* The letters of exactly these rights, or else the number: a sum of pairs would be read with effort
 * only. */
static const char *rights_of(struct arena *mem, uint32_t mask)
{
    for (const struct sddl_letters *l = sddl_rights; l->letters; l++)
        if (l->value == mask)
            return l->letters;
    return arena_printf(mem, "0x%x", mask);
}

static const char *sid_of(struct arena *mem, const struct sid *sid)
{
    const struct sid_row *row = sid_known(sid);
    return row && row->alias ? row->alias : sid_text(mem, sid);
}

const char *sddl_write(struct arena *mem, const struct security_descriptor *d)
{
    const char *text = "";
    if (d->has_owner)
        text = arena_printf(mem, "O:%s", sid_of(mem, &d->owner));
    if (d->has_group)
        text = arena_printf(mem, "%sG:%s", text, sid_of(mem, &d->group));
    if (!d->has_dacl)
        return d->control & SD_DACL_PRESENT ? arena_printf(mem, "%sD:NO_ACCESS_CONTROL", text)
                                            : text;
    text = arena_printf(mem, "%sD:%s", text, letters_of(mem, sddl_acl_flags, d->control));
    for (size_t i = 0; i < d->n_dacl; i++) {
        const struct ace *a = &d->dacl[i];
        text = arena_printf(mem, "%s(%s;%s;%s;;;%s)", text, a->type == ACE_DENY ? "D" : "A",
                            letters_of(mem, sddl_ace_flags, a->flags), rights_of(mem, a->mask),
                            sid_of(mem, &a->sid));
    }
    return text;
}
