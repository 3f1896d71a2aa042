/* PACs: what their buffers hold, and what the structures in them come to. */
#include "base/sid.h"
#include "trace/dissect_inside.h"
#include "wire/names.h"
#include "wire/pac.h"

#include <string.h>

static const struct layout {
    uint32_t type;
    enum flat_format format;
    const char *container; /* in paths, and among the words */
} layouts[] = {
    {PAC_LOGON_INFO, FLAT_PAC_LOGON_INFO, "LOGON_INFO"},
    {PAC_SERVER_CHECKSUM, FLAT_PAC_SIGNATURE, "PAC_SIGNATURE_DATA"},
    {PAC_PRIVSVR_CHECKSUM, FLAT_PAC_SIGNATURE, "PAC_SIGNATURE_DATA"},
    {PAC_CLIENT_INFO_TYPE, FLAT_PAC_CLIENT_INFO, "PAC_CLIENT_INFO"},
    {PAC_UPN_DNS_INFO, FLAT_PAC_UPN_DNS, "UPN_DNS_INFO"},
    {PAC_TICKET_CHECKSUM, FLAT_PAC_SIGNATURE, "PAC_SIGNATURE_DATA"},
    {PAC_ATTRIBUTES_INFO, FLAT_PAC_ATTRIBUTES, "PAC_ATTRIBUTES_INFO"},
    {PAC_REQUESTOR, FLAT_PAC_REQUESTOR, "PAC_REQUESTOR"},
    {PAC_FULL_CHECKSUM, FLAT_PAC_SIGNATURE, "PAC_SIGNATURE_DATA"},
};

static const struct layout *layout_of(int64_t type)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].type == type)
            return &layouts[i];
    return NULL;
}

void dissect_pac_buffer(struct dissector *d, struct field *f, int64_t type)
{
    const struct layout *l = layout_of(type);
    const struct name_row *row = name_find(NAMES_PAC_TYPE, type);
    f->meaning = row ? row->text : NULL;
    f->value = arena_printf(d->mem, "%zu octets, %s", f->end - f->body,
                            row ? row->name : "of a kind that is not known");
    if (!l || d->depth >= DISSECT_DEPTH) {
        f->state = FIELD_OPAQUE;
        return;
    }
    d->depth++;
    f->inner = root_new(d, bytes_slice(f->root->data, f->body, f->end - f->body), f, l->container);
    dissect_flat(d, f->inner, l->format, l->container);
    d->depth--;
    f->state = FIELD_HOLDS;
}

/* ---- what parts come to ---------------------------------------------------------------------- */

static const char *sid_shown(struct arena *mem, const struct field *parent,
                             const struct field *revision)
{
    struct sid sid;
    if (!sid_read(bytes_slice(parent->root->data, revision->at, parent->end - revision->at), &sid))
        return NULL;
    const struct sid_row *known = sid_known(&sid);
    return known ? arena_printf(mem, "%s %s", sid_text(mem, &sid), known->name)
                 : sid_text(mem, &sid);
}

static const char *entry_shown(struct arena *mem, const struct field *type,
                               const struct field *parent)
{
    const struct field *size = field_part(parent, "cbBufferSize"),
                       *offset = field_part(parent, "Offset");
    if (!size || !offset)
        return NULL;
    return arena_printf(mem, "%s, %s octets at %s", type->value, size->value, offset->value);
}

const char *ndr_shown(struct arena *mem, const struct field *parent)
{
    const struct field *part;
    if ((part = field_part(parent, "Revision")) && field_part(parent, "SubAuthority"))
        return sid_shown(mem, parent, part);
    if ((part = field_part(parent, "ulType")))
        return entry_shown(mem, part, parent);
    if ((part = field_part(parent, "RelativeId")))
        return part->value;
    if (field_part(parent, "actual_count") && (part = field_part(parent, "value")))
        return part->value;
    return NULL;
}
