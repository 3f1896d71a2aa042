/* The PAC's signatures (MS-PAC 2.8): the server's over the whole PAC with both signatures zeroed,
 * the KDC's over the server's. */
#include "context/pac.h"
#include "context/tell.h"
#include "wire/names.h"

#include <string.h>

#define HMAC_MD5 (-138)

/* The type of a signature made with the key (MS-PAC 2.8.1): its own; HMAC-MD5 where its own is one
 * that nobody takes in a PAC. */
static int32_t signature_type(const struct key *key)
{
    const struct etype_row *row = etype_find(key->etype);
    bool usual = row && row->cksumtype >= 15 && row->cksumtype <= 20;
    return usual ? row->cksumtype : HMAC_MD5;
}

static bool is_signature(uint32_t type)
{
    return type == PAC_SERVER_CHECKSUM || type == PAC_PRIVSVR_CHECKSUM ||
           type == PAC_TICKET_CHECKSUM || type == PAC_FULL_CHECKSUM;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* A signature's buffer with zeros where the signature will stand. */
static bool empty_signature(struct turn *turn, uint32_t type, const struct key *key,
                            struct pac_buffer *out)
{
    uint8_t sum[CHECKSUM_MAX];
    size_t n;
    if (!checksum_make(turn->crypto, signature_type(key), key, USAGE_PAC, (struct bytes){0}, sum,
                       &n))
        return false;
    uint8_t *p = arena_take(turn->mem, 4 + n);
    put_le32(p, (uint32_t)signature_type(key));
    *out = (struct pac_buffer){.type = type, .data = {p, 4 + n}};
    return true;
}

/* Over `input` into the buffer of the PAC that is being made. */
static bool fill_signature(struct turn *turn, uint8_t *pac, const struct pac_buffer *b,
                           const struct key *key, struct bytes input)
{
    uint8_t sum[CHECKSUM_MAX];
    size_t n;
    if (!checksum_make(turn->crypto, signature_type(key), key, USAGE_PAC, input, sum, &n) ||
        n != b->data.n - 4)
        return false;
    memcpy(pac + b->at + 4, sum, n);
    return true;
}

bool pac_sign(struct turn *turn, const struct pac_buffer *from, size_t n,
              const struct key *server_key, const struct key *kdc_key, struct bytes *out)
{
    struct pac_buffer *all = arena_array(turn->mem, struct pac_buffer, n + 2);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_signature(from[i].type))
            all[kept++] = from[i];
    struct pac_buffer *server = &all[kept], *kdc = &all[kept + 1];
    if (!empty_signature(turn, PAC_SERVER_CHECKSUM, server_key, server) ||
        !empty_signature(turn, PAC_PRIVSVR_CHECKSUM, kdc_key, kdc))
        return false;
    *out = pac_write(turn->mem, all, kept + 2);
    uint8_t *p = (uint8_t *)(uintptr_t)out->p;
    struct bytes signature = bytes_of(p + server->at + 4, server->data.n - 4);
    return fill_signature(turn, p, server, server_key, *out) &&
           fill_signature(turn, p, kdc, kdc_key, signature);
}

bool pac_sign_again(struct turn *turn, const struct pac *pac, const struct key *server_key,
                    const struct key *kdc_key, struct bytes *out)
{
    return pac_sign(turn, pac->buffers, pac->n, server_key, kdc_key, out);
}

bool pac_make(struct turn *turn, const struct pac_making *m, struct bytes *out)
{
    struct pac_client_info client = {pac_client_id(m->authtime), m->client_name};
    struct pac_buffer all[] = {
        {.type = PAC_LOGON_INFO, .data = pac_logon_info_write(turn->mem, m->info)},
        {.type = PAC_CLIENT_INFO_TYPE, .data = pac_client_info_write(turn->mem, &client)},
    };
    return all[0].data.n && all[1].data.n && pac_sign(turn, all, 2, m->server_key, m->kdc_key, out);
}

struct AuthorizationData_item pac_element(struct turn *turn, struct bytes pac)
{
    struct AuthorizationData_item item = {.ad_type = PAC_WIN2K, .ad_data = pac};
    struct AuthorizationData inner = {.at = &item, .n = 1};
    return (struct AuthorizationData_item){
        .ad_type = PAC_IF_RELEVANT, .ad_data = asn_encode(&ASN_AD_IF_RELEVANT, &inner, turn->mem)};
}

/* ---- finding --------------------------------------------------------------------------------- */

bool pac_in_ticket(struct turn *turn, const struct EncTicketPart *t, bool *present, struct pac *out)
{
    *present = false;
    for (size_t i = 0; t->has_authorization_data && i < t->authorization_data.n; i++) {
        const struct AuthorizationData_item *item = &t->authorization_data.at[i];
        struct AuthorizationData inner;
        if (item->ad_type != PAC_IF_RELEVANT ||
            !asn_decode(&ASN_AD_IF_RELEVANT, item->ad_data, ASN_DEPLOYED, turn->mem, NULL, &inner))
            continue;
        for (size_t j = 0; j < inner.n; j++)
            if (inner.at[j].ad_type == PAC_WIN2K) {
                *present = true;
                return pac_read(inner.at[j].ad_data, turn->mem, turn->faults, out);
            }
    }
    return false;
}

/* ---- checking -------------------------------------------------------------------------------- */

/* A signature of the type that goes with the key, and only of that: HMAC-MD5 under an AES key would
 * be a weaker one at the wish of who made the PAC. */
static bool signature_of(struct turn *turn, const struct pac *pac, uint32_t type,
                         const struct key *key, struct pac_signature *out)
{
    const struct pac_buffer *b = pac_find(pac, type);
    return b && pac_signature_read(b->data, turn->faults, out) && out->type == signature_type(key);
}

/* The whole PAC with the two signatures zeroed; the one over all of it too, where that is made. */
static struct bytes without_signatures(struct turn *turn, const struct pac *pac, bool full)
{
    struct bytes copy = arena_copy(turn->mem, pac->octets);
    for (size_t i = 0; i < pac->n; i++) {
        const struct pac_buffer *b = &pac->buffers[i];
        struct pac_signature s;
        if ((b->type == PAC_SERVER_CHECKSUM || b->type == PAC_PRIVSVR_CHECKSUM ||
             (full && b->type == PAC_FULL_CHECKSUM)) &&
            pac_signature_read(b->data, NULL, &s))
            memset((uint8_t *)(uintptr_t)copy.p + b->at + s.at, 0, s.signature.n);
    }
    return copy;
}

bool pac_server_signed(struct turn *turn, const struct pac *pac, const struct key *key)
{
    struct pac_signature s;
    return signature_of(turn, pac, PAC_SERVER_CHECKSUM, key, &s) &&
           checksum_verify(turn->crypto, s.type, key, USAGE_PAC,
                           without_signatures(turn, pac, false), s.signature);
}

bool pac_kdc_signed(struct turn *turn, const struct pac *pac, const struct key *key)
{
    struct pac_signature s, server;
    const struct pac_buffer *b = pac_find(pac, PAC_SERVER_CHECKSUM);
    return b && pac_signature_read(b->data, NULL, &server) &&
           signature_of(turn, pac, PAC_PRIVSVR_CHECKSUM, key, &s) &&
           checksum_verify(turn->crypto, s.type, key, USAGE_PAC, server.signature, s.signature);
}

bool pac_full_signed(struct turn *turn, const struct pac *pac, const struct key *key)
{
    struct pac_signature s;
    return !pac_find(pac, PAC_FULL_CHECKSUM) ||
           (signature_of(turn, pac, PAC_FULL_CHECKSUM, key, &s) &&
            checksum_verify(turn->crypto, s.type, key, USAGE_PAC,
                            without_signatures(turn, pac, true), s.signature));
}

/* The ticket with one zero octet in the PAC's place. */
static struct bytes ticket_without(struct turn *turn, const struct EncTicketPart *t)
{
    struct EncTicketPart copy = *t;
    struct AuthorizationData *data = &copy.authorization_data;
    copy.der = (struct bytes){0};
    data->at = arena_array(turn->mem, struct AuthorizationData_item, data->n);
    for (size_t i = 0; i < data->n; i++) {
        struct AuthorizationData inner;
        data->at[i] = t->authorization_data.at[i];
        if (data->at[i].ad_type != PAC_IF_RELEVANT ||
            !asn_decode(&ASN_AD_IF_RELEVANT, data->at[i].ad_data, ASN_DEPLOYED, turn->mem, NULL,
                        &inner))
            continue;
        for (size_t j = 0; j < inner.n; j++)
            if (inner.at[j].ad_type == PAC_WIN2K) {
                inner.at[j].ad_data = bytes_of("", 1);
                inner.at[j].der = data->at[i].der = (struct bytes){0};
                data->at[i].ad_data = asn_encode(&ASN_AD_IF_RELEVANT, &inner, turn->mem);
            }
    }
    return asn_encode(&ASN_EncTicketPart, &copy, turn->mem);
}

bool pac_ticket_signed(struct turn *turn, const struct pac *pac, const struct EncTicketPart *t,
                       const struct key *key)
{
    struct pac_signature s;
    return !pac_find(pac, PAC_TICKET_CHECKSUM) ||
           (signature_of(turn, pac, PAC_TICKET_CHECKSUM, key, &s) &&
            checksum_verify(turn->crypto, s.type, key, USAGE_PAC, ticket_without(turn, t),
                            s.signature));
}

struct bytes pac_client_name(struct turn *turn, const struct PrincipalName *name)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < name->name_string.n; i++)
        n += name->name_string.at[i].n + 1;
    uint8_t *p = arena_take(turn->mem, n);
    for (size_t i = 0; i < name->name_string.n; i++) {
        struct bytes part = name->name_string.at[i];
        if (i)
            p[at++] = '/';
        if (part.n)
            memcpy(p + at, part.p, part.n);
        at += part.n;
    }
    return bytes_of(p, at);
}

static bool client_fits(struct turn *turn, const struct pac *pac, const struct EncTicketPart *t)
{
    struct pac_client_info info;
    const struct pac_buffer *b = pac_find(pac, PAC_CLIENT_INFO_TYPE);
    return b && pac_client_info_read(b->data, turn->mem, turn->faults, &info) &&
           info.client_id == pac_client_id(t->authtime) &&
           bytes_equal(info.name, pac_client_name(turn, &t->cname));
}

static bool info_reads(struct turn *turn, const struct pac *pac, struct validation_info *out)
{
    const struct pac_buffer *b = pac_find(pac, PAC_LOGON_INFO);
    return b && pac_logon_info_read(b->data, turn->mem, turn->faults, out);
}

static int32_t told_as(struct turn *turn, bool ok, const char *step, const char *name,
                       const struct key *key)
{
    struct arg error = A_ERROR("error", KRB_AP_ERR_MODIFIED);
    if (ok && key)
        tell_under(turn, STEP_DONE, step, name, A_ETYPE("etype", key->etype));
    else if (key)
        tell_under(turn, STEP_REFUSED, step, name, error, A_ETYPE("etype", key->etype));
    else
        tell_under(turn, STEP_REFUSED, step, name, error);
    return ok ? 0 : KRB_AP_ERR_MODIFIED;
}

static int32_t check_contents(struct turn *turn, const struct pac *pac,
                              const struct EncTicketPart *t, const char *step,
                              struct validation_info *out)
{
    if (!client_fits(turn, pac, t))
        return told_as(turn, false, step, "pac.client", NULL);
    tell_under(turn, STEP_DONE, step, "pac.client",
               A_STR("client", principal_text(turn->mem, &t->cname, (struct bytes){0})),
               A_TIME("authtime", t->authtime));
    if (!info_reads(turn, pac, out))
        return told_as(turn, false, step, "pac.info", NULL);
    if (told(turn)) {
        struct sid user = sid_in(&out->logon_domain_id, out->user_id);
        tell_under(
            turn, STEP_DONE, step, "pac.info", A_TEXT("user", out->effective_name),
            A_TEXT("domain", out->logon_domain_name), A_SID("sid", sid_text(turn->mem, &user)),
            A_INT("groups", (int64_t)out->n_groups), A_INT("extra", (int64_t)out->n_extra_sids));
    }
    return 0;
}

int32_t pac_check(struct turn *turn, const struct pac *pac, const struct EncTicketPart *t,
                  const struct key *server_key, const struct key *kdc_key, const char *step,
                  struct validation_info *out)
{
    *out = (struct validation_info){0};
    int32_t code =
        told_as(turn, pac_server_signed(turn, pac, server_key), step, "pac.server", server_key);
    if (!code && kdc_key)
        code = told_as(turn, pac_kdc_signed(turn, pac, kdc_key), step, "pac.kdc", kdc_key);
    return code ? code : check_contents(turn, pac, t, step, out);
}
