/* What Windows' logon adds to accounts and to a domain, in the store's records. */
#include "realm/record_inside.h"

#include <string.h>

/* ---- writing --------------------------------------------------------------------------------- */

static void put_list(struct writer *w, const struct bytes *list, size_t n)
{
    record_put_number(w, n);
    for (size_t i = 0; i < n; i++)
        record_put_octets(w, list[i]);
}

void record_put_windows(struct writer *w, const struct account *a)
{
    record_put_number(w, a->rid);
    record_put_number(w, a->primary_group);
    record_put_number(w, a->n_groups);
    for (size_t i = 0; i < a->n_groups; i++)
        record_put_number(w, a->groups[i]);
    put_list(w, a->extra_sids, a->n_extra_sids);
    record_put_octets(w, bytes_of(a->nt_hash, a->has_nt_hash ? sizeof a->nt_hash : 0));
    record_put_octets(w, bytes_of(a->lm_hash, a->has_lm_hash ? sizeof a->lm_hash : 0));
    record_put_octets(w, a->reversible);
    record_put_octets(w, a->wdigest);
    put_list(w, a->workstations, a->n_workstations);
    record_put_octets(w, a->certificate);
    record_put_octets(w, a->full_name);
}

void record_put_domain(struct writer *w, const struct realm_policy *p)
{
    uint8_t sid[SID_OCTETS_MAX];
    record_put_text(w, p->netbios);
    if (p->has_sid)
        sid_put(&p->sid, sid);
    record_put_octets(w, bytes_of(sid, p->has_sid ? sid_octets(&p->sid) : 0));
    record_put_number(w, p->n_groups);
    for (size_t i = 0; i < p->n_groups; i++) {
        record_put_number(w, p->groups[i].rid);
        record_put_text(w, p->groups[i].name);
    }
    record_put_octet(w, p->no_pac);
    record_put_octet(w, p->ntlm_blocked);
    record_put_number(w, p->lm_level);
}

/* ---- reading --------------------------------------------------------------------------------- */

static const struct bytes *get_list(struct record *r, size_t *n)
{
    *n = record_get_count(r, 1);
    struct bytes *list = arena_array(r->mem, struct bytes, *n);
    for (size_t i = 0; i < *n; i++)
        list[i] = record_get_octets(r);
    return list;
}

/* False: there is none. */
static bool get_hash(struct record *r, uint8_t out[16])
{
    struct bytes b = record_get_octets(r);
    if (b.n && b.n != 16)
        record_refuse(r, RECORD_HASH);
    if (r->bad || !b.n)
        return false;
    memcpy(out, b.p, 16);
    return true;
}

void record_get_windows(struct record *r, struct account *a)
{
    a->rid = (uint32_t)record_get_number(r, UINT32_MAX);
    a->primary_group = (uint32_t)record_get_number(r, UINT32_MAX);
    a->n_groups = record_get_count(r, 1);
    uint32_t *groups = arena_array(r->mem, uint32_t, a->n_groups);
    for (size_t i = 0; i < a->n_groups; i++)
        groups[i] = (uint32_t)record_get_number(r, UINT32_MAX);
    a->groups = groups;
    a->extra_sids = get_list(r, &a->n_extra_sids);
    a->has_nt_hash = get_hash(r, a->nt_hash);
    a->has_lm_hash = get_hash(r, a->lm_hash);
    a->reversible = record_get_octets(r);
    a->wdigest = record_get_octets(r);
    a->workstations = get_list(r, &a->n_workstations);
    a->certificate = record_get_octets(r);
    a->full_name = record_get_octets(r);
}

void record_get_domain(struct record *r, struct realm_policy *p)
{
    p->netbios = record_get_text(r);
    struct bytes sid = record_get_octets(r);
    p->has_sid = sid.n != 0;
    if (sid.n && sid_read(sid, &p->sid) != sid.n)
        record_refuse(r, RECORD_SID);
    p->n_groups = record_get_count(r, 2);
    struct group *groups = arena_array(r->mem, struct group, p->n_groups);
    for (size_t i = 0; i < p->n_groups && !r->bad; i++) {
        groups[i].rid = (uint32_t)record_get_number(r, UINT32_MAX);
        groups[i].name = record_get_text(r);
        if (!r->bad && !groups[i].name)
            record_refuse(r, RECORD_TEXT);
    }
    p->groups = groups;
    p->no_pac = record_get_bool(r);
    p->ntlm_blocked = record_get_bool(r);
    p->lm_level = (unsigned)record_get_number(r, UINT32_MAX);
}
