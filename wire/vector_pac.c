#include "wire/vector_pac.h"

#include "base/text.h"
#include "wire/pac.h"

#include <string.h>

struct run {
    const struct vector_case *c;
    struct arena *mem;
    const char **why;
};

static enum vector_result failed(struct run *r, const char *why)
{
    *r->why = why;
    return VECTOR_FAILED;
}

static void seen(struct flat_visitor *v, const struct flat_span *s)
{
    (void)v;
    (void)s;
}

static bool walks(struct run *r, pac_walker *walk, struct bytes b, struct faults *f)
{
    struct flat_visitor nobody = {seen, seen};
    return walk(b, r->mem, f, &nobody);
}

/* The directory, and each buffer whose layout is known. */
static bool reads(struct run *r, struct bytes octets, struct faults *f, struct pac *out)
{
    bool ok = pac_read(octets, r->mem, f, out);
    for (size_t i = 0; ok && i < out->n; i++) {
        pac_walker *walk = pac_buffer_walk(out->buffers[i].type);
        ok = !walk || walks(r, walk, out->buffers[i].data, f);
    }
    return ok;
}

static bool part_reads(struct run *r, struct bytes octets, struct faults *f)
{
    static const uint32_t types[] = {PAC_LOGON_INFO,   PAC_CLIENT_INFO_TYPE, PAC_SERVER_CHECKSUM,
                                     PAC_UPN_DNS_INFO, PAC_ATTRIBUTES_INFO,  PAC_REQUESTOR};
    int64_t type = vector_number(r->c, "type", 0);
    pac_walker *walk = pac_buffer_walk((uint32_t)type);
    struct pac pac;
    if (type)
        return walk && walks(r, walk, octets, f);
    if (reads(r, octets, NULL, &pac))
        return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (walks(r, pac_buffer_walk(types[i]), octets, i ? NULL : f))
            return true;
    return false;
}

static const char *reason(struct run *r, const struct faults *f)
{
    return f->n ? fault_text(r->mem, f->list) : "it cannot be read";
}

/* ---- what a case says ------------------------------------------------------------------------ */

static bool same_text(struct run *r, const char *name, struct bytes came)
{
    struct bytes expected;
    if (!vector_octets(r->c, name, &expected) || bytes_equal(expected, came))
        return true;
    *r->why = arena_printf(r->mem, "%s is %s", name, text_escape(r->mem, came));
    return false;
}

static bool same_number(struct run *r, const char *name, int64_t came)
{
    if (!vector_field(r->c, name) || vector_number(r->c, name, came - 1) == came)
        return true;
    *r->why = arena_printf(r->mem, "%s is %lld", name, (long long)came);
    return false;
}

static bool same_logon(struct run *r, const struct pac *pac)
{
    const struct pac_buffer *b = pac_find(pac, PAC_LOGON_INFO);
    struct validation_info v;
    if (!b || !pac_logon_info_read(b->data, r->mem, NULL, &v)) {
        *r->why = "there is no LOGON_INFO";
        return false;
    }
    if (!bytes_equal(pac_logon_info_write(r->mem, &v), b->data)) {
        *r->why = "LOGON_INFO written again is other octets";
        return false;
    }
    return same_text(r, "effective_name", v.effective_name) &&
           same_text(r, "full_name", v.full_name) &&
           same_text(r, "logon_domain", v.logon_domain_name) &&
           same_text(r, "logon_server", v.logon_server) &&
           same_text(r, "domain_sid", bytes_str(sid_text(r->mem, &v.logon_domain_id))) &&
           same_number(r, "user_rid", v.user_id) &&
           same_number(r, "primary_group_rid", v.primary_group_id) &&
           same_number(r, "group_count", (int64_t)v.n_groups) &&
           same_number(r, "extra_sid_count", (int64_t)v.n_extra_sids);
}

static bool same_client(struct run *r, const struct pac *pac)
{
    const struct pac_buffer *b = pac_find(pac, PAC_CLIENT_INFO_TYPE);
    struct pac_client_info info;
    if (!b || !pac_client_info_read(b->data, r->mem, NULL, &info)) {
        *r->why = "there is no CLIENT_INFO";
        return false;
    }
    if (!bytes_equal(pac_client_info_write(r->mem, &info), b->data)) {
        *r->why = "CLIENT_INFO written again is other octets";
        return false;
    }
    return same_text(r, "client_name", info.name) &&
           same_number(r, "client_authtime_filetime", (int64_t)info.client_id);
}

/* ---- the ops --------------------------------------------------------------------------------- */

enum vector_result vector_pac(const struct vector_case *c, struct arena *mem, const char **why)
{
    struct run r = {c, mem, why};
    struct faults f = {.mem = mem};
    struct bytes octets;
    struct pac pac;
    if (!vector_octets(c, "pac", &octets))
        return failed(&r, "the case has no field pac");
    if (!reads(&r, octets, &f, &pac))
        return failed(&r, reason(&r, &f));
    struct pac_buffer *copy = arena_array(mem, struct pac_buffer, pac.n);
    memcpy(copy, pac.buffers, pac.n * sizeof *copy);
    if (!bytes_equal(pac_write(mem, copy, pac.n), octets))
        return failed(&r, "written again it is other octets");
    return same_logon(&r, &pac) && same_client(&r, &pac) ? VECTOR_PASSED : VECTOR_FAILED;
}

static bool one_of_both(const struct vector_case *c, struct bytes *octets, bool *whole)
{
    *whole = vector_octets(c, "pac", octets);
    return *whole || vector_octets(c, "bytes", octets);
}

enum vector_result vector_pac_part(const struct vector_case *c, struct arena *mem, const char **why)
{
    struct run r = {c, mem, why};
    struct faults f = {.mem = mem};
    struct bytes octets;
    struct pac pac;
    bool whole;
    if (!one_of_both(c, &octets, &whole))
        return failed(&r, "the case has no field bytes");
    if (whole ? reads(&r, octets, &f, &pac) : part_reads(&r, octets, &f))
        return VECTOR_PASSED;
    return failed(&r, reason(&r, &f));
}

enum vector_result vector_pac_must_fail(const struct vector_case *c, struct arena *mem,
                                        const char **why)
{
    struct run r = {c, mem, why};
    struct bytes octets;
    struct pac pac;
    bool whole;
    if (!one_of_both(c, &octets, &whole))
        return failed(&r, "the case has no field pac");
    if (whole ? reads(&r, octets, NULL, &pac) : part_reads(&r, octets, NULL))
        return failed(&r, "it was taken");
    return VECTOR_PASSED;
}
