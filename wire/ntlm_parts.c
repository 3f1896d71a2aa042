/* What the messages carry: AV_PAIRs, the NTLMv2 response, signatures. */
#include "wire/names.h"
#include "wire/ntlm_inside.h"

#include <string.h>

/* ---- times ----------------------------------------------------------------------------------- */

#define EPOCH 11644473600000000 /* microseconds from 1601 to 1970 */

uint64_t filetime_of(int64_t microseconds)
{
    if (microseconds < -EPOCH)
        return 0;
    return ((uint64_t)microseconds + (uint64_t)EPOCH) * 10;
}

int64_t filetime_to(uint64_t filetime)
{
    return (int64_t)(filetime / 10) - EPOCH;
}

/* ---- AV_PAIRs -------------------------------------------------------------------------------- */

static const struct av_row {
    const char *name;
    enum flat_kind kind;
    uint8_t size; /* 0: any */
    int registry;
} av_rows[] = {
    [MsvAvEOL] = {"MsvAvEOL", FLAT_OCTETS, 0, FLAT_NO_NAMES},
    [MsvAvNbComputerName] = {"MsvAvNbComputerName", FLAT_UTF16, 0, FLAT_NO_NAMES},
    [MsvAvNbDomainName] = {"MsvAvNbDomainName", FLAT_UTF16, 0, FLAT_NO_NAMES},
    [MsvAvDnsComputerName] = {"MsvAvDnsComputerName", FLAT_UTF16, 0, FLAT_NO_NAMES},
    [MsvAvDnsDomainName] = {"MsvAvDnsDomainName", FLAT_UTF16, 0, FLAT_NO_NAMES},
    [MsvAvDnsTreeName] = {"MsvAvDnsTreeName", FLAT_UTF16, 0, FLAT_NO_NAMES},
    [MsvAvFlags] = {"MsvAvFlags", FLAT_LE_FLAGS, 4, NAMES_AV_FLAG},
    [MsvAvTimestamp] = {"MsvAvTimestamp", FLAT_FILETIME, 8, FLAT_NO_NAMES},
    [MsvAvSingleHost] = {"MsvAvSingleHost", FLAT_OCTETS, 0, FLAT_NO_NAMES},
    [MsvAvTargetName] = {"MsvAvTargetName", FLAT_UTF16, 0, FLAT_NO_NAMES},
    [MsvAvChannelBindings] = {"MsvAvChannelBindings", FLAT_OCTETS, 16, FLAT_NO_NAMES},
};
#define AV_ROWS (sizeof av_rows / sizeof av_rows[0])

static bool take_value(struct flat_reader *r, uint16_t id, size_t n, struct bytes *out)
{
    static const struct av_row other = {"Value", FLAT_OCTETS, 0, FLAT_NO_NAMES};
    const struct av_row *row = id < AV_ROWS ? &av_rows[id] : &other;
    struct flat_row number = {row->name, row->kind, row->size, false, row->registry};
    int64_t ignored;
    if (row->size && n != row->size)
        return flat_refuse_number(r, &ntlm_faults[NTLM_AV_SIZE], "AvLen", r->at - 2, "%lld",
                                  row->size, "%lld", (int64_t)n);
    *out = bytes_of(r->in.p + r->at, n);
    if (row->kind == FLAT_LE_FLAGS || row->kind == FLAT_FILETIME)
        return flat_int(r, &number, &ignored);
    return flat_octets(r, row->name, row->kind, n, NULL);
}

static bool take_pair(struct flat_reader *r, size_t index, struct av_pair *out)
{
    static const struct flat_row id = {"AvId", FLAT_LE_INT, 2, false, NAMES_AV_ID};
    static const struct flat_row len = {"AvLen", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES};
    int64_t number, n;
    flat_enter(r, "AvPair", index);
    r->cut = &ntlm_faults[NTLM_AV_CUT];
    if (!flat_int(r, &id, &number) || !flat_int(r, &len, &n))
        return false;
    if ((uint64_t)n > flat_left(r))
        return flat_refuse_number(r, &ntlm_faults[NTLM_AV_LONG], "AvLen", r->at - 2, "at most %lld",
                                  (int64_t)flat_left(r), "%lld", n);
    out->id = (uint16_t)number;
    if (!take_value(r, out->id, (size_t)n, &out->value))
        return false;
    flat_leave(r);
    return true;
}

static void add_pair(struct flat_reader *r, struct av_pairs *out, size_t *room, struct av_pair pair)
{
    struct av_pair *list = (struct av_pair *)(uintptr_t)out->at;
    if (out->n == *room) {
        *room = *room ? 2 * *room : 8;
        list = arena_array(r->mem, struct av_pair, *room);
        if (out->n)
            memcpy(list, out->at, out->n * sizeof *list);
        out->at = list;
    }
    list[out->n++] = pair;
}

bool ntlm_take_pairs(struct flat_reader *r, struct av_pairs *out)
{
    size_t room = 0, from = r->at;
    struct av_pair pair;
    *out = (struct av_pairs){0};
    while (flat_left(r) && !out->ends) {
        if (!take_pair(r, out->n, &pair))
            return false;
        out->ends = pair.id == MsvAvEOL;
        if (!out->ends)
            add_pair(r, out, &room, pair);
    }
    out->der = bytes_slice(r->in, from, r->at - from);
    return true;
}

/* What stands behind MsvAvEOL is nobody's. */
static bool take_list(struct flat_reader *r, struct av_pairs *out)
{
    r->little = true;
    return ntlm_take_pairs(r, out) && flat_octets(r, "Gap", FLAT_OCTETS, flat_left(r), NULL);
}

bool av_pairs_read(struct bytes in, struct arena *mem, struct faults *faults, struct av_pairs *out)
{
    struct flat_reader r = flat_start(in, mem, faults, false);
    return take_list(&r, out);
}

bool av_pairs_walk(struct bytes in, struct arena *mem, struct faults *faults,
                   struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, faults, true);
    struct av_pairs pairs;
    bool ok = take_list(&r, &pairs);
    flat_tell(&r, v);
    return ok;
}

const struct av_pair *av_pair(const struct av_pairs *pairs, uint16_t id)
{
    for (size_t i = 0; i < pairs->n; i++)
        if (pairs->at[i].id == id)
            return &pairs->at[i];
    return NULL;
}

/* ---- NTLMv2_RESPONSE ------------------------------------------------------------------------- */

static bool take_response(struct flat_reader *r, struct ntlmv2_response *out)
{
    static const struct flat_row type = {"RespType", FLAT_LE_INT, 1, false, FLAT_NO_NAMES};
    static const struct flat_row hi_type = {"HiRespType", FLAT_LE_INT, 1, false, FLAT_NO_NAMES};
    static const struct flat_row time = {"TimeStamp", FLAT_FILETIME, 8, false, FLAT_NO_NAMES};
    struct bytes proof, challenge;
    int64_t low, high, when;
    *out = (struct ntlmv2_response){0};
    r->little = true;
    r->cut = &ntlm_faults[NTLM_RESPONSE_CUT];
    if (!flat_octets(r, "NTProofStr", FLAT_OCTETS, 16, &proof))
        return false;
    out->temp = bytes_slice(r->in, 16, r->in.n);
    if (!flat_int(r, &type, &low) || !flat_int(r, &hi_type, &high) ||
        !flat_octets(r, "Reserved1", FLAT_OCTETS, 2, NULL) ||
        !flat_octets(r, "Reserved2", FLAT_OCTETS, 4, NULL) || !flat_int(r, &time, &when) ||
        !flat_octets(r, "ChallengeFromClient", FLAT_OCTETS, 8, &challenge) ||
        !flat_octets(r, "Reserved3", FLAT_OCTETS, 4, NULL))
        return false;
    flat_enter(r, "AvPairs", FLAT_ALONE);
    if (!ntlm_take_pairs(r, &out->pairs))
        return false;
    flat_leave(r);
    memcpy(out->proof, proof.p, 16);
    memcpy(out->client_challenge, challenge.p, 8);
    out->resp_type = (uint8_t)low;
    out->hi_resp_type = (uint8_t)high;
    out->filetime = (uint64_t)when;
    out->timestamp = filetime_to(out->filetime);
    return flat_octets(r, "Gap", FLAT_OCTETS, flat_left(r), NULL);
}

#define NTLM_RESPONSE 24

bool ntlmv2_response_read(struct bytes in, struct arena *mem, struct faults *faults,
                          struct ntlmv2_response *out)
{
    struct flat_reader r = flat_start(in, mem, faults, false);
    return in.n > NTLM_RESPONSE && take_response(&r, out);
}

bool ntlmv2_response_walk(struct bytes in, struct arena *mem, struct faults *faults,
                          struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, faults, true);
    struct ntlmv2_response out;
    bool ok = take_response(&r, &out);
    flat_tell(&r, v);
    return ok;
}

/* ---- NTLMSSP_MESSAGE_SIGNATURE --------------------------------------------------------------- */

static bool take_signature(struct flat_reader *r)
{
    static const struct flat_row version = {"Version", FLAT_LE_INT, 4, false, FLAT_NO_NAMES};
    static const struct flat_row seq = {"SeqNum", FLAT_LE_INT, 4, false, FLAT_NO_NAMES};
    int64_t number;
    r->little = true;
    r->cut = &ntlm_faults[NTLM_MESSAGE_SIGNATURE_CUT];
    if (!flat_int(r, &version, &number))
        return false;
    if (number != 1)
        return flat_refuse_number(r, &ntlm_faults[NTLM_MESSAGE_SIGNATURE_VERSION], "Version", 0,
                                  "%lld", 1, "%lld", number);
    if (!flat_octets(r, "Checksum", FLAT_OCTETS, 8, NULL) || !flat_int(r, &seq, &number))
        return false;
    return !flat_left(r) || flat_refuse_number(r, &ntlm_faults[NTLM_MESSAGE_SIGNATURE_LONG], "",
                                               r->at, "%lld octets", 16, "%lld", (int64_t)r->in.n);
}

bool ntlm_signature_walk(struct bytes in, struct arena *mem, struct faults *faults,
                         struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, faults, true);
    bool ok = take_signature(&r);
    flat_tell(&r, v);
    return ok;
}
