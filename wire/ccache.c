/* Credential caches: reading. Each count is held against what is left before memory is taken for
 * it, so a file never costs more than a small multiple of its size. */
#include "wire/ccache.h"
#include "wire/flat_reader.h"
#include "wire/names.h"

#include <stdio.h>
#include <string.h>

#define DOCUMENT "MIT ccache format"

enum { VERSION, CUT, LENGTH, COUNT, NO_REALM, HEADER_CUT, HEADER_TIME, KEYTYPE_TWICE, IS_SKEY };
static const struct fault_row faults[] = {
    [VERSION] = {"ccache.version", "this is not a credential cache of a version read here",
                 DOCUMENT, "05 01 to 05 04"},
    [CUT] = {"ccache.cut", "the file ends within a field", DOCUMENT, NULL},
    [LENGTH] = {"ccache.length", "a length says more than is left", DOCUMENT, NULL},
    [COUNT] = {"ccache.count", "there is no room for as many elements as are announced", DOCUMENT,
               NULL},
    [NO_REALM] = {"ccache.no-realm", "version 1 counts the realm as a component", DOCUMENT,
                  "at least 1"},
    [HEADER_CUT] = {"ccache.header-cut", "a field reaches past the end of the header", DOCUMENT,
                    NULL},
    [HEADER_TIME] = {"ccache.header-time", "the time offset has the wrong length", DOCUMENT,
                     "8 octets"},
    [KEYTYPE_TWICE] = {"ccache.keytype-twice",
                       "version 3 writes the key's type twice, and here the two differ", DOCUMENT,
                       NULL},
    [IS_SKEY] = {"ccache.is-skey", "whether the ticket is sealed with a session key is 0 or 1",
                 DOCUMENT, "00 or 01"},
};

const struct fault_row *ccache_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof faults[0];
    return faults;
}

static const struct flat_row version_row = {"version", FLAT_BE_INT, 2, false, FLAT_NO_NAMES};
static const struct flat_row header_length = {"length", FLAT_BE_LENGTH, 2, false, FLAT_NO_NAMES};
static const struct flat_row tag = {"tag", FLAT_BE_INT, 2, false, FLAT_NO_NAMES};
static const struct flat_row tag_length = {"taglen", FLAT_BE_LENGTH, 2, false, FLAT_NO_NAMES};
static const struct flat_row offset_seconds = {"time_offset", FLAT_BE_INT, 4, true, FLAT_NO_NAMES};
static const struct flat_row offset_micros = {"usec_offset", FLAT_BE_INT, 4, true, FLAT_NO_NAMES};
static const struct flat_row name_type = {"name_type", FLAT_BE_INT, 4, true, NAMES_NAME_TYPE};
static const struct flat_row count = {"count", FLAT_BE_LENGTH, 4, false, FLAT_NO_NAMES};
static const struct flat_row length = {"length", FLAT_BE_LENGTH, 4, false, FLAT_NO_NAMES};
static const struct flat_row keytype = {"enctype", FLAT_BE_INT, 2, true, NAMES_ETYPE};
static const struct flat_row keytype_again = {"enctype_again", FLAT_BE_INT, 2, true, NAMES_ETYPE};
static const struct flat_row is_skey = {"is_skey", FLAT_BE_INT, 1, false, FLAT_NO_NAMES};
static const struct flat_row ticket_flags = {"ticket_flags", FLAT_BE_FLAGS, 4, false,
                                             NAMES_TICKET_FLAG};
static const struct flat_row address_type = {"addrtype", FLAT_BE_INT, 2, false, NAMES_ADDR_TYPE};
static const struct flat_row authdata_type = {"ad_type", FLAT_BE_INT, 2, true, NAMES_ADTYPE};
static const struct flat_row authtime = {"authtime", FLAT_TIME, 4, false, FLAT_NO_NAMES};
static const struct flat_row starttime = {"starttime", FLAT_TIME, 4, false, FLAT_NO_NAMES};
static const struct flat_row endtime = {"endtime", FLAT_TIME, 4, false, FLAT_NO_NAMES};
static const struct flat_row renew_till = {"renew_till", FLAT_TIME, 4, false, FLAT_NO_NAMES};

/* ---- parts ----------------------------------------------------------------------------------- */

/* A count of elements that take at least `least` octets each. */
static bool take_count(struct flat_reader *r, size_t least, size_t *out)
{
    int64_t n;
    size_t at = r->at;
    if (!flat_int(r, &count, &n))
        return false;
    if ((uint64_t)n > flat_left(r) / least)
        return flat_refuse_number(r, &faults[COUNT], count.name, at, "at most %lld",
                                  (int64_t)(flat_left(r) / least), "%lld", n);
    *out = (size_t)n;
    return true;
}

static bool take_principal(struct flat_reader *r, const char *name, uint16_t version,
                           struct ccache_principal *out)
{
    int64_t type = 0;
    flat_enter(r, name, FLAT_ALONE);
    if (version != 0x0501 && !flat_int(r, &name_type, &type))
        return false;
    size_t at = r->at;
    if (!take_count(r, 4, &out->n_components))
        return false;
    if (version == 0x0501 && out->n_components-- == 0)
        return flat_refuse(r, &faults[NO_REALM], count.name, at, NULL, "0");
    if (!flat_counted(r, &length, "realm", FLAT_ALONE, FLAT_TEXT, &out->realm))
        return false;
    struct bytes *list = arena_array(r->mem, struct bytes, out->n_components);
    for (size_t i = 0; i < out->n_components; i++)
        if (!flat_counted(r, &length, "components", i, FLAT_TEXT, &list[i]))
            return false;
    out->name_type = (int32_t)type;
    out->components = list;
    flat_leave(r);
    return true;
}

static bool take_keyblock(struct flat_reader *r, uint16_t version, struct ccache_cred *c)
{
    int64_t type, again;
    flat_enter(r, "keyblock", FLAT_ALONE);
    if (!flat_int(r, &keytype, &type))
        return false;
    if (version == 0x0503) {
        size_t at = r->at;
        if (!flat_int(r, &keytype_again, &again))
            return false;
        if (again != type)
            return flat_refuse_number(r, &faults[KEYTYPE_TWICE], keytype_again.name, at, "%lld",
                                      type, "%lld", again);
    }
    if (!flat_counted(r, &length, "data", FLAT_ALONE, FLAT_OCTETS, &c->key))
        return false;
    c->etype = (int32_t)type;
    flat_leave(r);
    return true;
}

static bool take_times(struct flat_reader *r, struct ccache_cred *c)
{
    int64_t t[4];
    flat_enter(r, "times", FLAT_ALONE);
    if (!flat_int(r, &authtime, &t[0]) || !flat_int(r, &starttime, &t[1]) ||
        !flat_int(r, &endtime, &t[2]) || !flat_int(r, &renew_till, &t[3]))
        return false;
    c->authtime = (uint32_t)t[0];
    c->starttime = (uint32_t)t[1];
    c->endtime = (uint32_t)t[2];
    c->renew_till = (uint32_t)t[3];
    flat_leave(r);
    return true;
}

static bool take_is_skey(struct flat_reader *r, bool *out)
{
    int64_t v;
    size_t at = r->at;
    if (!flat_int(r, &is_skey, &v))
        return false;
    if (v > 1)
        return flat_refuse_number(r, &faults[IS_SKEY], is_skey.name, at, "00 or 01", 0, "%02llx",
                                  v);
    *out = v == 1;
    return true;
}

/* Addresses or authorization data: a type and counted octets each. */
static bool take_data(struct flat_reader *r, const char *name, const struct flat_row *type_row,
                      const struct ccache_data **out, size_t *n)
{
    flat_enter(r, name, FLAT_ALONE);
    if (!take_count(r, 6, n))
        return false;
    struct ccache_data *list = arena_array(r->mem, struct ccache_data, *n);
    for (size_t i = 0; i < *n; i++) {
        int64_t type;
        flat_enter(r, "element", i);
        if (!flat_int(r, type_row, &type) ||
            !flat_counted(r, &length, "data", FLAT_ALONE, FLAT_OCTETS, &list[i].value))
            return false;
        list[i].type = (uint16_t)type;
        flat_leave(r);
    }
    *out = list;
    flat_leave(r);
    return true;
}

static bool take_cred(struct flat_reader *r, uint16_t version, size_t index, struct ccache_cred *c)
{
    int64_t flags;
    *c = (struct ccache_cred){.at = r->at};
    flat_enter(r, "credential", index);
    if (!take_principal(r, "client", version, &c->client) ||
        !take_principal(r, "server", version, &c->server) || !take_keyblock(r, version, c) ||
        !take_times(r, c) || !take_is_skey(r, &c->is_skey) || !flat_int(r, &ticket_flags, &flags) ||
        !take_data(r, "addresses", &address_type, &c->addresses, &c->n_addresses) ||
        !take_data(r, "authdata", &authdata_type, &c->authdata, &c->n_authdata) ||
        !flat_counted(r, &length, "ticket", FLAT_ALONE, FLAT_DER, &c->ticket) ||
        !flat_counted(r, &length, "second_ticket", FLAT_ALONE, FLAT_DER, &c->second_ticket))
        return false;
    c->flags = (uint32_t)flags;
    flat_leave(r);
    return true;
}

/* ---- the file -------------------------------------------------------------------------------- */

static bool take_header_field(struct flat_reader *r, size_t index)
{
    int64_t number, n, ignored;
    flat_enter(r, "field", index);
    size_t at = r->at + tag.octets;
    if (!flat_int(r, &tag, &number) || !flat_int(r, &tag_length, &n))
        return false;
    if ((uint64_t)n > flat_left(r))
        return flat_refuse_number(r, &faults[LENGTH], tag_length.name, at, "at most %lld",
                                  (int64_t)flat_left(r), "%lld", n);
    if (number == 1) {
        if (n != 8)
            return flat_refuse_number(r, &faults[HEADER_TIME], tag_length.name, at, "8 octets", 0,
                                      "%lld", n);
        flat_int(r, &offset_seconds, &ignored);
        flat_int(r, &offset_micros, &ignored);
    } else {
        flat_octets(r, "data", FLAT_OCTETS, (size_t)n, NULL);
    }
    flat_leave(r);
    return true;
}

static bool take_header(struct flat_reader *r, struct bytes *out)
{
    int64_t n;
    size_t at = r->at;
    flat_enter(r, "header", FLAT_ALONE);
    if (!flat_int(r, &header_length, &n))
        return false;
    if ((uint64_t)n > flat_left(r))
        return flat_refuse_number(r, &faults[LENGTH], header_length.name, at, "at most %lld",
                                  (int64_t)flat_left(r), "%lld", n);
    *out = bytes_slice(r->in, r->at, (size_t)n);
    r->end = r->at + (size_t)n;
    r->cut = &faults[HEADER_CUT];
    for (size_t i = 0; flat_left(r); i++)
        if (!take_header_field(r, i))
            return false;
    r->end = r->in.n;
    r->cut = &faults[CUT];
    flat_leave(r);
    return true;
}

static bool take_version(struct flat_reader *r, uint16_t *out)
{
    int64_t v;
    char found[16] = "less than two";
    if (r->in.n >= 2 && be16(r->in.p) >= 0x0501 && be16(r->in.p) <= 0x0504) {
        flat_int(r, &version_row, &v);
        *out = (uint16_t)v;
        return true;
    }
    if (r->in.n >= 2)
        snprintf(found, sizeof found, "%02x %02x", r->in.p[0], r->in.p[1]);
    return flat_refuse(r, &faults[VERSION], version_row.name, 0, NULL, found);
}

/* The count of components of the default principal tells the byte order: see the header. */
static bool is_little(struct bytes file, uint16_t version)
{
    size_t at = version == 0x0501 ? 2 : 6;
    return version <= 0x0502 && file.n >= at + 4 && le32(file.p + at) <= be32(file.p + at);
}

static struct ccache_cred *room_for_one(struct arena *mem, struct ccache *c, size_t *room)
{
    if (c->n == *room) {
        *room = *room ? 2 * *room : 4;
        struct ccache_cred *creds = arena_array(mem, struct ccache_cred, *room);
        if (c->n)
            memcpy(creds, c->creds, c->n * sizeof *creds);
        c->creds = creds;
    }
    return &c->creds[c->n];
}

static bool take_file(struct flat_reader *r, struct ccache *out)
{
    size_t room = 0;
    r->cut = &faults[CUT];
    r->long_ = &faults[LENGTH];
    if (!take_version(r, &out->version))
        return false;
    if (out->version == 0x0504 && !take_header(r, &out->header))
        return false;
    out->little = r->little = is_little(r->in, out->version);
    if (!take_principal(r, "default_principal", out->version, &out->principal))
        return false;
    while (flat_left(r)) {
        if (!take_cred(r, out->version, out->n, room_for_one(r->mem, out, &room)))
            return false;
        out->n++;
    }
    return true;
}

bool ccache_read(struct bytes file, struct arena *mem, struct faults *sink, struct ccache *out)
{
    struct flat_reader r = flat_start(file, mem, sink, false);
    *out = (struct ccache){0};
    return take_file(&r, out);
}

bool ccache_walk(struct bytes file, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    struct flat_reader r = flat_start(file, mem, sink, true);
    struct ccache out = {0};
    bool ok = take_file(&r, &out);
    flat_tell(&r, v);
    return ok;
}
