/* NetrLogonSamLogonEx (MS-NRPC 3.5.4.5.1): the question about a logon, and its answer. */
#include "wire/names.h"
#include "wire/netlogon_inside.h"

#include <string.h>

static bool refuse(struct ndr_reader *r, enum netlogon_row row, const char *name)
{
    return ndr_refuse(r, &netlogon_rows[row], name, NULL, NULL);
}

/* ---- pieces -----------------------------------------------------------------------------------
 */

/* STRING (MS-NRPC 2.2.1.1.1): like RPC_UNICODE_STRING, of octets. */
struct octet_string {
    uint16_t length, maximum;
    bool present;
};

static struct octet_string take_string(struct ndr_reader *r, const char *name)
{
    struct octet_string s;
    ndr_align(r, 4);
    ndr_group(r, name);
    s.length = ndr_u16(r, "Length");
    s.maximum = ndr_u16(r, "MaximumLength");
    s.present = ndr_pointer(r, "Buffer");
    if (!s.present && s.length)
        refuse(r, NETLOGON_ROW_DATA, "Buffer");
    ndr_group_end(r);
    return s;
}

static struct bytes take_string_octets(struct ndr_reader *r, const char *name,
                                       struct octet_string s)
{
    if (!s.present || r->bad)
        return (struct bytes){0};
    ndr_align(r, 4);
    ndr_group(r, name);
    uint32_t max = ndr_u32(r, "max_count"), offset = ndr_u32(r, "offset");
    uint32_t n = ndr_max_count(r, "actual_count", 1);
    if (max != s.maximum || offset || n != s.length || s.length > s.maximum)
        refuse(r, NETLOGON_ROW_STRING, "value");
    struct bytes value = ndr_octets(r, "value", n);
    ndr_group_end(r);
    return value;
}

static void put_string(struct ndr_writer *w, struct bytes b)
{
    ndr_put_u16(w, (uint16_t)b.n);
    ndr_put_u16(w, (uint16_t)b.n);
    ndr_put_pointer(w, b.n != 0);
}

static void put_string_octets(struct ndr_writer *w, struct bytes b)
{
    if (!b.n)
        return;
    ndr_put_u32(w, (uint32_t)b.n);
    ndr_put_u32(w, 0);
    ndr_put_u32(w, (uint32_t)b.n);
    ndr_put_octets(w, b);
}

/* DataLength and a pointer, and behind the structure as many octets. */
static struct bytes take_data(struct ndr_reader *r, const char *name, uint32_t n, bool present)
{
    if (!present || r->bad)
        return (struct bytes){0};
    ndr_group(r, name);
    n = ndr_count_of(r, n, 1);
    struct bytes value = ndr_octets(r, "value", n);
    ndr_group_end(r);
    return value;
}

static void put_data(struct ndr_writer *w, struct bytes b)
{
    if (!b.n)
        return;
    ndr_put_u32(w, (uint32_t)b.n);
    ndr_put_octets(w, b);
}

/* ---- the question -----------------------------------------------------------------------------
 */

struct identity {
    struct ndr_ustring domain, user, workstation;
};

/* NETLOGON_LOGON_IDENTITY_INFO (2.2.1.4.15). */
static void take_identity(struct ndr_reader *r, struct identity *id, struct netr_sam_logon_ex *out)
{
    ndr_align(r, 4);
    ndr_group(r, "Identity");
    id->domain = ndr_ustring(r, "LogonDomainName");
    out->parameter_control = ndr_u32(r, "ParameterControl");
    ndr_group(r, "Reserved");
    uint32_t low = ndr_u32(r, "LowPart");
    out->logon_id = (uint64_t)ndr_u32(r, "HighPart") << 32 | low;
    ndr_group_end(r);
    id->user = ndr_ustring(r, "UserName");
    id->workstation = ndr_ustring(r, "Workstation");
    ndr_group_end(r);
}

static void take_identity_texts(struct ndr_reader *r, const struct identity *id,
                                struct netr_sam_logon_ex *out)
{
    out->domain = ndr_ustring_text(r, "LogonDomainName", id->domain);
    out->user = ndr_ustring_text(r, "UserName", id->user);
    out->workstation = ndr_ustring_text(r, "Workstation", id->workstation);
}

static void put_identity(struct ndr_writer *w, const struct netr_sam_logon_ex *m)
{
    ndr_put_ustring(w, m->domain);
    ndr_put_u32(w, m->parameter_control);
    ndr_put_u32(w, (uint32_t)m->logon_id);
    ndr_put_u32(w, (uint32_t)(m->logon_id >> 32));
    ndr_put_ustring(w, m->user);
    ndr_put_ustring(w, m->workstation);
}

static void put_identity_texts(struct ndr_writer *w, const struct netr_sam_logon_ex *m)
{
    ndr_put_ustring_text(w, m->domain);
    ndr_put_ustring_text(w, m->user);
    ndr_put_ustring_text(w, m->workstation);
}

/* NETLOGON_NETWORK_INFO (2.2.1.4.5). */
static void take_network(struct ndr_reader *r, struct netr_sam_logon_ex *out)
{
    struct identity id;
    ndr_group(r, "LogonNetwork");
    take_identity(r, &id, out);
    struct bytes challenge = ndr_octets(r, "LmChallenge", 8);
    if (challenge.n)
        memcpy(out->challenge, challenge.p, 8);
    struct octet_string nt = take_string(r, "NtChallengeResponse");
    struct octet_string lm = take_string(r, "LmChallengeResponse");
    take_identity_texts(r, &id, out);
    out->nt_response = take_string_octets(r, "NtChallengeResponse", nt);
    out->lm_response = take_string_octets(r, "LmChallengeResponse", lm);
    ndr_group_end(r);
}

static void put_network(struct ndr_writer *w, const struct netr_sam_logon_ex *m)
{
    put_identity(w, m);
    ndr_put_octets(w, bytes_of(m->challenge, 8));
    put_string(w, m->nt_response);
    put_string(w, m->lm_response);
    put_identity_texts(w, m);
    put_string_octets(w, m->nt_response);
    put_string_octets(w, m->lm_response);
}

/* NETLOGON_GENERIC_INFO (2.2.1.4.2). */
static void take_generic(struct ndr_reader *r, struct netr_sam_logon_ex *out)
{
    struct identity id;
    ndr_group(r, "LogonGeneric");
    take_identity(r, &id, out);
    struct ndr_ustring package = ndr_ustring(r, "PackageName");
    uint32_t n = ndr_u32(r, "DataLength");
    bool present = ndr_pointer(r, "LogonData");
    if (!present && n)
        refuse(r, NETLOGON_ROW_DATA, "LogonData");
    take_identity_texts(r, &id, out);
    out->package = ndr_ustring_text(r, "PackageName", package);
    out->message = take_data(r, "LogonData", n, present);
    ndr_group_end(r);
}

static void put_generic(struct ndr_writer *w, const struct netr_sam_logon_ex *m)
{
    put_identity(w, m);
    ndr_put_ustring(w, m->package);
    ndr_put_u32(w, (uint32_t)m->message.n);
    ndr_put_pointer(w, m->message.n != 0);
    put_identity_texts(w, m);
    ndr_put_ustring_text(w, m->package);
    put_data(w, m->message);
}

/* The tag of a union says again what the field before it said. */
static bool take_tag(struct ndr_reader *r, const char *name, int registry, uint16_t said)
{
    if (ndr_named16(r, name, registry) != said && !r->bad)
        return refuse(r, NETLOGON_ROW_UNION, name);
    return !r->bad;
}

static void take_question(struct ndr_reader *r, struct netr_sam_logon_ex *out)
{
    out->logon_server = take_unique_text(r, "LogonServer");
    out->computer_name = take_unique_text(r, "ComputerName");
    out->logon_level = ndr_named16(r, "LogonLevel", NAMES_LOGON_LEVEL);
    ndr_group(r, "LogonInformation");
    if (take_tag(r, "tag", NAMES_LOGON_LEVEL, out->logon_level) && !ndr_pointer(r, "Pointer"))
        refuse(r, NETLOGON_ROW_NULL, "Pointer");
    if (out->logon_level == NetlogonNetworkInformation)
        take_network(r, out);
    else if (out->logon_level == NetlogonGenericInformation)
        take_generic(r, out);
    else
        refuse(r, NETLOGON_ROW_LEVEL, "tag");
    ndr_group_end(r);
    out->validation_level = ndr_named16(r, "ValidationLevel", NAMES_VALIDATION_LEVEL);
    out->extra_flags = ndr_u32(r, "ExtraFlags");
}

static void put_question(struct ndr_writer *w, const struct netr_sam_logon_ex *m)
{
    put_unique_text(w, m->logon_server);
    put_unique_text(w, m->computer_name);
    ndr_put_u16(w, m->logon_level);
    ndr_put_u16(w, m->logon_level);
    ndr_put_pointer(w, true);
    if (m->logon_level == NetlogonGenericInformation)
        put_generic(w, m);
    else
        put_network(w, m);
    ndr_put_u16(w, m->validation_level);
    ndr_put_u32(w, m->extra_flags);
}

/* ---- the answer -------------------------------------------------------------------------------
 */

/* NETLOGON_VALIDATION_GENERIC_INFO2 (2.2.1.4.8). */
static void take_generic2(struct ndr_reader *r, struct netr_sam_logon_ex *out)
{
    ndr_group(r, "ValidationGeneric2");
    uint32_t n = ndr_u32(r, "DataLength");
    bool present = ndr_pointer(r, "ValidationData");
    if (!present && n)
        refuse(r, NETLOGON_ROW_DATA, "ValidationData");
    out->generic = take_data(r, "ValidationData", n, present);
    ndr_group_end(r);
}

static void take_validation(struct ndr_reader *r, struct netr_sam_logon_ex *out)
{
    if (out->validation_level == NetlogonValidationSamInfo4) {
        struct validation_info *info = arena_new_of(r->flat.mem, struct validation_info);
        if (ndr_read_sam_info4(r, info))
            out->info = info;
    } else if (out->validation_level == NetlogonValidationGenericInfo2) {
        take_generic2(r, out);
    } else {
        refuse(r, NETLOGON_ROW_VALIDATION, "tag");
    }
}

static void take_answer(struct ndr_reader *r, struct netr_sam_logon_ex *out)
{
    ndr_group(r, "ValidationInformation");
    out->validation_level = ndr_named16(r, "tag", NAMES_VALIDATION_LEVEL);
    if (ndr_pointer(r, "Pointer"))
        take_validation(r, out);
    ndr_group_end(r);
    out->authoritative = ndr_u8(r, "Authoritative");
    out->extra_flags = ndr_u32(r, "ExtraFlags");
    out->status = (int32_t)ndr_named(r, "NTSTATUS", NAMES_NTSTATUS);
}

static void put_answer(struct ndr_writer *w, const struct netr_sam_logon_ex *m)
{
    ndr_put_u16(w, m->validation_level);
    ndr_put_pointer(w, m->info || m->generic.n);
    if (m->info) {
        ndr_write_sam_info4(w, m->info);
    } else if (m->generic.n) {
        ndr_put_u32(w, (uint32_t)m->generic.n);
        ndr_put_pointer(w, true);
        put_data(w, m->generic);
    }
    ndr_put_u8(w, m->authoritative);
    ndr_put_u32(w, m->extra_flags);
    ndr_put_u32(w, (uint32_t)m->status);
}

void take_sam_logon_ex(struct ndr_reader *r, bool answer, struct netr_sam_logon_ex *out)
{
    if (answer)
        take_answer(r, out);
    else
        take_question(r, out);
}

struct bytes netr_sam_logon_ex_write(struct arena *mem, bool answer,
                                     const struct netr_sam_logon_ex *m)
{
    struct ndr_writer w;
    ndr_write_init(&w, mem);
    if (answer)
        put_answer(&w, m);
    else
        put_question(&w, m);
    return ndr_written(&w);
}
