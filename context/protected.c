/* KRB-SAFE, KRB-PRIV and KRB-CRED. The three guard against the same things (another sender or
 * receiver, another time, another order), so what guards is written once. */
#include "context/protected.h"
#include "context/split.h"

#include <string.h>

enum {
    PROTECTED_TYPE,
    PROTECTED_MALFORMED,
    PROTECTED_CKSUMTYPE,
    PROTECTED_CHECKSUM,
    PROTECTED_SEALED,
    PROTECTED_FORM,
    PROTECTED_S_ADDRESS,
    PROTECTED_REFLECTED,
    PROTECTED_R_ADDRESS,
    PROTECTED_BARE,
    PROTECTED_TIME,
    PROTECTED_SKEW,
    PROTECTED_REPEAT,
    PROTECTED_ORDER,
    PROTECTED_INFOS,
    PROTECTED_FAULTS
};

static const struct fault_row faults[PROTECTED_FAULTS] = {
    [PROTECTED_TYPE] = {"protected.type", "this is another message than is expected here",
                        "RFC 4120 3.5.2", NULL},
    [PROTECTED_MALFORMED] = {"protected.malformed", "what was protected is not what belongs there",
                             "RFC 4120 5.7.1", NULL},
    [PROTECTED_CKSUMTYPE] = {"protected.cksumtype",
                             "the checksum is not of the type that goes with the key",
                             "RFC 4120 3.4.2", NULL},
    [PROTECTED_CHECKSUM] =
        {"protected.checksum",
         "the checksum does not fit: another key made it, or something was changed",
         "RFC 4120 3.4.2", NULL},
    [PROTECTED_SEALED] = {"protected.sealed",
                          "the message does not open: another key sealed it, or it was changed",
                          "RFC 4120 3.5.2", NULL},
    [PROTECTED_FORM] = {"protected.form",
                        "it is sealed where it should be open, or open where it should be sealed",
                        "RFC 6448 2", NULL},
    [PROTECTED_S_ADDRESS] = {"protected.s-address",
                             "the message does not come from where it says it was sent",
                             "RFC 4120 3.5.2", NULL},
    [PROTECTED_REFLECTED] = {"protected.reflected",
                             "the message was sent from here: it has come back", "RFC 4120 3.5.2",
                             NULL},
    [PROTECTED_R_ADDRESS] = {"protected.r-address", "the message is for another address",
                             "RFC 4120 3.5.2", NULL},
    [PROTECTED_BARE] = {"protected.bare",
                        "neither a time nor a number tells this message from a repetition",
                        "RFC 4120 3.5.2", NULL},
    [PROTECTED_TIME] = {"protected.time", "the message has no time", "RFC 4120 3.5.2", NULL},
    [PROTECTED_SKEW] = {"protected.skew",
                        "the message is older or newer than the clocks may differ",
                        "RFC 4120 3.5.2", NULL},
    [PROTECTED_REPEAT] = {"protected.repeat", "this message was seen before", "RFC 4120 3.5.2",
                          NULL},
    [PROTECTED_ORDER] = {"protected.order", "the message is not the next one", "RFC 4120 3.5.2",
                         NULL},
    [PROTECTED_INFOS] = {"protected.infos", "there is not one entry for each ticket",
                         "RFC 4120 5.8.1", NULL},
};

const struct fault_row *protected_fault_table(size_t *n)
{
    *n = PROTECTED_FAULTS;
    return faults;
}

#define DIRECTIONAL 3
const struct HostAddress address_of_initiator = {.addr_type = DIRECTIONAL,
                                                 .address = BYTES_LIT("\0\0\0\0")};
const struct HostAddress address_of_acceptor = {.addr_type = DIRECTIONAL,
                                                .address = BYTES_LIT("\0\0\0\1")};

static int32_t refused(struct turn *t, int id, int32_t code, const char *path)
{
    fault_raise(t->faults, (struct fault){.row = &faults[id], .path = path});
    return code;
}

/* ---- what the three have in common --------------------------------------------------------------
 */

/* What guards a message, wherever its production has it. */
struct guard {
    bool has_time, has_seq, has_s, has_r;
    int64_t time;
    uint32_t seq;
    const struct HostAddress *s, *r;
    bool numbered;     /* the production has sequence numbers at all */
    struct bytes seen; /* what stands for it among those seen before: octets that only it has */
};

#define GUARD_OF(part, said_sender)                                                                \
    {                                                                                              \
        .has_time = (part)->has_timestamp, .has_s = (said_sender), .has_r = (part)->has_r_address, \
        .time = (part)->timestamp + ((part)->has_usec ? (part)->usec : 0),                         \
        .s = &(part)->s_address, .r = &(part)->r_address                                           \
    }

static bool address_equal(const struct HostAddress *a, const struct HostAddress *b)
{
    return a->addr_type == b->addr_type && bytes_equal(a->address, b->address);
}

static int32_t check_addresses(struct turn *t, const struct protected_end *e, const struct guard *g)
{
    bool apart = !e->ours || !e->theirs || !address_equal(e->ours, e->theirs);
    if (g->has_s && e->ours && apart && address_equal(g->s, e->ours))
        return refused(t, PROTECTED_REFLECTED, KRB_AP_ERR_BADADDR, "s-address");
    if (g->has_s && e->theirs && !address_equal(g->s, e->theirs))
        return refused(t, PROTECTED_S_ADDRESS, KRB_AP_ERR_BADADDR, "s-address");
    bool somewhere = e->ours && e->ours->addr_type != DIRECTIONAL;
    if (g->has_r && somewhere && !address_equal(g->r, e->ours))
        return refused(t, PROTECTED_R_ADDRESS, KRB_AP_ERR_BADADDR, "r-address");
    return 0;
}

static int32_t check_time(struct turn *t, const struct protected_end *e, const struct guard *g)
{
    if (!g->has_time)
        return e->with_time ? refused(t, PROTECTED_TIME, KRB_AP_ERR_SKEW, "timestamp") : 0;
    int64_t off = g->time > t->now ? g->time - t->now : t->now - g->time;
    if (off > e->skew)
        return refused(t, PROTECTED_SKEW, KRB_AP_ERR_SKEW, "timestamp");
    if (e->unseen && !e->unseen(e->arg, g->seen, t->now, g->time + e->skew - t->now))
        return refused(t, PROTECTED_REPEAT, KRB_AP_ERR_REPEAT, "timestamp");
    return 0;
}

/* In the order of the RFC, but for the memory of what was seen: that comes last, so that nothing is
 * remembered which is refused for another reason. */
static int32_t check_guard(struct turn *t, struct protected_end *e, const struct guard *g)
{
    int32_t code = check_addresses(t, e, g);
    if (code)
        return code;
    /* libkrb5 leaves the number 0 out: where that is the next one, a message without one has it. */
    uint32_t seq = g->has_seq ? g->seq : 0;
    bool without = !g->has_seq && !(e->with_seq && e->receive_seq == 0);
    if (g->numbered && !g->has_time && without)
        return refused(t, PROTECTED_BARE, KRB_AP_ERR_MODIFIED, "");
    if (g->numbered && e->with_seq && (without || seq != e->receive_seq))
        return refused(t, PROTECTED_ORDER, KRB_AP_ERR_BADORDER, "seq-number");
    code = check_time(t, e, g);
    if (!code && g->numbered && e->with_seq)
        e->receive_seq++;
    return code;
}

/* Decodes; *code is the error when that fails. */
static bool read_message(struct turn *t, const struct asn_type *type, uint8_t tag, struct bytes in,
                         void *out, int32_t *code)
{
    struct faults sink = {.mem = t->mem};
    if (!in.n || in.p[0] != tag) {
        *code = refused(t, PROTECTED_TYPE, KRB_AP_ERR_MSG_TYPE, "");
        return false;
    }
    if (asn_decode(type, in, ASN_DEPLOYED, t->mem, &sink, out))
        return true;
    const char *id = sink.n ? sink.list[0].row->id : "";
    *code = strcmp(id, "krb.pvno") == 0       ? KRB_AP_ERR_BADVERSION
            : strcmp(id, "krb.msg-type") == 0 ? KRB_AP_ERR_MSG_TYPE
                                              : KRB_AP_ERR_MODIFIED;
    for (size_t i = 0; i < sink.n; i++)
        fault_raise(t->faults, sink.list[i]);
    return false;
}

static int32_t open_part(struct turn *t, const struct protected_end *e,
                         const struct EncryptedData *sealed, int32_t usage,
                         const struct asn_type *type, void *out)
{
    switch (open_value(t, sealed, &e->key, usage, type, out)) {
    case OPEN_OK:
        return 0;
    case OPEN_ETYPE:
    case OPEN_INTEGRITY:
        return refused(t, PROTECTED_SEALED, KRB_AP_ERR_BAD_INTEGRITY, "enc-part");
    case OPEN_DECODE:
        break;
    }
    return refused(t, PROTECTED_MALFORMED, KRB_AP_ERR_MODIFIED, "enc-part");
}

/* ---- KRB-SAFE -------------------------------------------------------------------------------- */

/* RFC 4120 5.6.1: what is summed up is the message with a checksum of type and length zero. */
static struct bytes without_checksum(struct turn *t, const struct KRB_SAFE *m)
{
    struct KRB_SAFE bare = *m;
    bare.cksum = (struct Checksum){.checksum = BYTES_LIT("")};
    return asn_encode(&ASN_KRB_SAFE, &bare, t->mem);
}

bool safe_build(struct turn *t, struct protected_end *e, struct bytes user_data, struct bytes *out)
{
    struct KRB_SAFE m = {.pvno = 5,
                         .msg_type = 20,
                         .safe_body = {.user_data = user_data,
                                       .has_timestamp = e->with_time,
                                       .timestamp = seconds_of(t->now),
                                       .has_usec = e->with_time,
                                       .usec = micros_of(t->now),
                                       .has_seq_number = e->with_seq,
                                       .seq_number = e->send_seq,
                                       .s_address = *e->ours,
                                       .has_r_address = e->theirs != NULL}};
    if (e->theirs)
        m.safe_body.r_address = *e->theirs;
    const struct etype_row *row = etype_find(e->key.etype);
    uint8_t *sum = arena_take(t->mem, CHECKSUM_MAX);
    size_t n;
    struct bytes bare = without_checksum(t, &m);
    if (!row || !bare.n ||
        !checksum_make(t->crypto, row->cksumtype, &e->key, USAGE_KRB_SAFE, bare, sum, &n))
        return false;
    m.cksum = (struct Checksum){.cksumtype = row->cksumtype, .checksum = {sum, n}};
    *out = asn_encode(&ASN_KRB_SAFE, &m, t->mem);
    e->send_seq++;
    return out->n != 0;
}

int32_t safe_check(struct turn *t, struct protected_end *e, struct bytes message,
                   struct bytes *user_data)
{
    struct KRB_SAFE m;
    int32_t code;
    if (!read_message(t, &ASN_KRB_SAFE, 0x74, message, &m, &code))
        return code;
    const struct etype_row *row = etype_find(e->key.etype);
    if (!row || m.cksum.cksumtype != row->cksumtype)
        return refused(t, PROTECTED_CKSUMTYPE, KRB_AP_ERR_INAPP_CKSUM, "KRB-SAFE.cksum");
    /* What the schema does not have, the checksum over the schema's members would not cover. */
    if (!bytes_equal(asn_encode(&ASN_KRB_SAFE, &m, t->mem), message) ||
        !checksum_verify(t->crypto, row->cksumtype, &e->key, USAGE_KRB_SAFE,
                         without_checksum(t, &m), m.cksum.checksum))
        return refused(t, PROTECTED_CHECKSUM, KRB_AP_ERR_MODIFIED, "KRB-SAFE.cksum");
    const struct KRB_SAFE_BODY *b = &m.safe_body;
    struct guard g = GUARD_OF(b, true);
    g.numbered = true;
    g.has_seq = b->has_seq_number;
    g.seq = (uint32_t)b->seq_number;
    g.seen = m.cksum.checksum;
    code = check_guard(t, e, &g);
    if (!code)
        *user_data = b->user_data;
    return code;
}

/* ---- KRB-PRIV -------------------------------------------------------------------------------- */

bool priv_build(struct turn *t, struct protected_end *e, struct bytes user_data, struct bytes *out)
{
    struct KRB_PRIV m = {.pvno = 5, .msg_type = 21};
    struct EncKrbPrivPart part = {.user_data = user_data,
                                  .has_timestamp = e->with_time,
                                  .timestamp = seconds_of(t->now),
                                  .has_usec = e->with_time,
                                  .usec = micros_of(t->now),
                                  .has_seq_number = e->with_seq,
                                  .seq_number = e->send_seq,
                                  .s_address = *e->ours,
                                  .has_r_address = e->theirs != NULL};
    if (e->theirs)
        part.r_address = *e->theirs;
    if (!seal_value(t, &ASN_EncKrbPrivPart, &part, &e->key, 0, USAGE_KRB_PRIV, &m.enc_part))
        return false;
    *out = asn_encode(&ASN_KRB_PRIV, &m, t->mem);
    e->send_seq++;
    return out->n != 0;
}

int32_t priv_check(struct turn *t, struct protected_end *e, struct bytes message,
                   struct bytes *user_data)
{
    struct KRB_PRIV m;
    struct EncKrbPrivPart part;
    int32_t code;
    if (!read_message(t, &ASN_KRB_PRIV, 0x75, message, &m, &code))
        return code;
    code = open_part(t, e, &m.enc_part, USAGE_KRB_PRIV, &ASN_EncKrbPrivPart, &part);
    if (code)
        return code;
    struct guard g = GUARD_OF(&part, true);
    g.numbered = true;
    g.has_seq = part.has_seq_number;
    g.seq = (uint32_t)part.seq_number;
    g.seen = m.enc_part.cipher;
    code = check_guard(t, e, &g);
    if (!code)
        *user_data = part.user_data;
    return code;
}

/* ---- KRB-CRED -------------------------------------------------------------------------------- */

#define ETYPE_NULL 0 /* RFC 6448 2: not encrypted */

bool cred_build(struct turn *t, struct protected_end *e, const struct Ticket *tickets,
                const struct KrbCredInfo *infos, size_t n, struct bytes *out)
{
    struct KRB_CRED m = {.pvno = 5, .msg_type = 22};
    struct EncKrbCredPart part = {.has_timestamp = e->with_time,
                                  .timestamp = seconds_of(t->now),
                                  .has_usec = e->with_time,
                                  .usec = micros_of(t->now),
                                  .has_s_address = e->ours != NULL,
                                  .has_r_address = e->theirs != NULL};
    if (e->ours)
        part.s_address = *e->ours;
    if (e->theirs)
        part.r_address = *e->theirs;
    m.tickets.at = arena_array(t->mem, struct Ticket, n);
    part.ticket_info.at = arena_array(t->mem, struct KrbCredInfo, n);
    m.tickets.n = part.ticket_info.n = n;
    memcpy(m.tickets.at, tickets, n * sizeof *tickets);
    memcpy(part.ticket_info.at, infos, n * sizeof *infos);
    if (e->key.n) {
        if (!seal_value(t, &ASN_EncKrbCredPart, &part, &e->key, 0, USAGE_KRB_CRED, &m.enc_part))
            return false;
    } else {
        m.enc_part = (struct EncryptedData){
            .etype = ETYPE_NULL, .cipher = asn_encode(&ASN_EncKrbCredPart, &part, t->mem)};
    }
    *out = asn_encode(&ASN_KRB_CRED, &m, t->mem);
    return out->n != 0;
}

static int32_t open_cred(struct turn *t, const struct protected_end *e,
                         const struct EncryptedData *sealed, struct EncKrbCredPart *part)
{
    if ((e->key.n == 0) != (sealed->etype == ETYPE_NULL))
        return refused(t, PROTECTED_FORM, KRB_AP_ERR_MODIFIED, "KRB-CRED.enc-part");
    if (e->key.n)
        return open_part(t, e, sealed, USAGE_KRB_CRED, &ASN_EncKrbCredPart, part);
    if (asn_decode(&ASN_EncKrbCredPart, sealed->cipher, ASN_DEPLOYED, t->mem, t->faults, part))
        return 0;
    return refused(t, PROTECTED_MALFORMED, KRB_AP_ERR_MODIFIED, "KRB-CRED.enc-part");
}

int32_t cred_check(struct turn *t, struct protected_end *e, struct bytes message,
                   struct KRB_CRED *cred, struct EncKrbCredPart *part)
{
    int32_t code;
    if (!read_message(t, &ASN_KRB_CRED, 0x76, message, cred, &code))
        return code;
    code = open_cred(t, e, &cred->enc_part, part);
    if (code)
        return code;
    if (cred->tickets.n != part->ticket_info.n)
        return refused(t, PROTECTED_INFOS, KRB_AP_ERR_MODIFIED, "KRB-CRED.tickets");
    struct guard g = GUARD_OF(part, part->has_s_address);
    g.seen = cred->enc_part.cipher;
    return check_guard(t, e, &g);
}
