/* The three messages read (MS-NLMP 2.2.1). A message is a header of fixed fields, some of which
 * point into the payload behind it. How long the header is no field says: older peers leave its
 * last fields out, and it ends where the first thing pointed at begins. */
#include "wire/ntlm.h"
#include "base/text.h"
#include "wire/names.h"
#include "wire/ntlm_inside.h"

#include <stdio.h>
#include <string.h>

const struct fault_row ntlm_faults[] = {
    [NTLM_SIGNATURE] = {"ntlm.signature", "an NTLM message begins with its signature",
                        "MS-NLMP 2.2.1", "NTLMSSP and a zero octet"},
    [NTLM_TYPE] = {"ntlm.type", "there are three types of messages", "MS-NLMP 2.2.1",
                   "1 NEGOTIATE, 2 CHALLENGE or 3 AUTHENTICATE"},
    [NTLM_CUT] = {"ntlm.cut", "the message ends within its fixed fields", "MS-NLMP 2.2.1", NULL},
    [NTLM_IN_HEADER] = {"ntlm.in-header", "a field points into the fixed fields of the message",
                        "MS-NLMP 2.2.1", NULL},
    [NTLM_PAST_END] = {"ntlm.past-end", "a field points past the end of the message",
                       "MS-NLMP 2.2.1", NULL},
    [NTLM_TEXT] = {"ntlm.text", "a name is not well-formed UTF-16, though Unicode is negotiated",
                   "MS-NLMP 2.2", NULL},
    [NTLM_AV_CUT] = {"ntlm.av-cut", "the list ends within the head of an AV_PAIR",
                     "MS-NLMP 2.2.2.1", NULL},
    [NTLM_AV_LONG] = {"ntlm.av-long", "an AV_PAIR's length says more than there is",
                      "MS-NLMP 2.2.2.1", NULL},
    [NTLM_AV_SIZE] = {"ntlm.av-size", "an AV_PAIR of this AvId has another length",
                      "MS-NLMP 2.2.2.1", NULL},
    [NTLM_RESPONSE_CUT] = {"ntlm.response-cut", "the NTLMv2 response ends within its fixed fields",
                           "MS-NLMP 2.2.2.8", NULL},
    [NTLM_MESSAGE_SIGNATURE_CUT] = {"ntlm.message-signature-cut",
                                    "the signature ends before its sixteen octets do",
                                    "MS-NLMP 2.2.2.9", NULL},
    [NTLM_MESSAGE_SIGNATURE_VERSION] = {"ntlm.message-signature-version",
                                        "signatures have one version", "MS-NLMP 2.2.2.9", "1"},
    [NTLM_MESSAGE_SIGNATURE_LONG] = {"ntlm.message-signature-long",
                                     "octets follow after the signature", "MS-NLMP 2.2.2.9",
                                     "16 octets"},
};

const struct fault_row *ntlm_wire_fault_table(size_t *n)
{
    *n = sizeof ntlm_faults / sizeof ntlm_faults[0];
    return ntlm_faults;
}

#define SIGNATURE BYTES_LIT("NTLMSSP\0")

unsigned ntlm_message_type(struct bytes b)
{
    if (b.n < 12 || !bytes_starts(b, SIGNATURE))
        return 0;
    uint32_t type = le32(b.p + 8);
    return type <= 3 ? type : 0;
}

/* ---- the header ------------------------------------------------------------------------------ */

enum part { TARGET_NAME, TARGET_INFO, DOMAIN, USER, WORKSTATION, LM, NT, SESSION_KEY, PARTS };

static const struct {
    const char *fields, *name;
    bool text;
} part_rows[PARTS] = {
    [TARGET_NAME] = {"TargetNameFields", "TargetName", true},
    [TARGET_INFO] = {"TargetInfoFields", "TargetInfo", false},
    [DOMAIN] = {"DomainNameFields", "DomainName", true},
    [USER] = {"UserNameFields", "UserName", true},
    [WORKSTATION] = {"WorkstationFields", "Workstation", true},
    [LM] = {"LmChallengeResponseFields", "LmChallengeResponse", false},
    [NT] = {"NtChallengeResponseFields", "NtChallengeResponse", false},
    [SESSION_KEY] = {"EncryptedRandomSessionKeyFields", "EncryptedRandomSessionKey", false},
};

/* What one of the header's fields points at. */
struct piece {
    enum part part;
    size_t at, n, field; /* field: where it is said */
};

struct message {
    unsigned type;
    uint32_t flags;
    struct piece pieces[6]; /* those that are not empty */
    size_t n_pieces;
    size_t payload; /* where the first of them begins, or the end */
    struct bytes parts[PARTS], challenge, mic;
    bool has_version;
    struct ntlm_version version;
    size_t mic_at;
};

static bool take_start(struct flat_reader *r, struct message *m)
{
    static const struct flat_row type = {"MessageType", FLAT_LE_INT, 4, false, NAMES_NTLM_MESSAGE};
    struct bytes found;
    int64_t number;
    if (!bytes_starts(r->in, bytes_slice(SIGNATURE, 0, r->in.n)))
        return flat_refuse(r, &ntlm_faults[NTLM_SIGNATURE], "Signature", 0, NULL,
                           hex_text(r->mem, bytes_slice(r->in, 0, 8)));
    if (!flat_octets(r, "Signature", FLAT_TEXT, 8, &found) || !flat_int(r, &type, &number))
        return false;
    m->type = (unsigned)number;
    if (m->type == 0 || m->type > 3)
        return flat_refuse_number(r, &ntlm_faults[NTLM_TYPE], "MessageType", 8,
                                  ntlm_faults[NTLM_TYPE].expected, 0, "%lld", number);
    return true;
}

static bool take_flags(struct flat_reader *r, struct message *m)
{
    static const struct flat_row row = {"NegotiateFlags", FLAT_LE_FLAGS, 4, false, NAMES_NTLM_FLAG};
    int64_t flags;
    if (!flat_int(r, &row, &flags))
        return false;
    m->flags = (uint32_t)flags;
    return true;
}

static bool take_fields(struct flat_reader *r, struct message *m, enum part part, bool counts)
{
    static const struct flat_row len = {"Len", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES};
    static const struct flat_row max = {"MaxLen", FLAT_LE_INT, 2, false, FLAT_NO_NAMES};
    static const struct flat_row offset = {"BufferOffset", FLAT_LE_INT, 4, false, FLAT_NO_NAMES};
    int64_t n, most, at;
    size_t field = r->at;
    flat_enter(r, part_rows[part].fields, FLAT_ALONE);
    if (!flat_int(r, &len, &n) || !flat_int(r, &max, &most) || !flat_int(r, &offset, &at))
        return false;
    flat_leave(r);
    if (!n || !counts)
        return true;
    m->pieces[m->n_pieces++] = (struct piece){part, (size_t)at, (size_t)n, field};
    if ((size_t)at < m->payload)
        m->payload = (size_t)at;
    return true;
}

static bool take_version(struct flat_reader *r, struct message *m)
{
    static const struct flat_row rows[] = {
        {"ProductMajorVersion", FLAT_LE_INT, 1, false, FLAT_NO_NAMES},
        {"ProductMinorVersion", FLAT_LE_INT, 1, false, FLAT_NO_NAMES},
        {"ProductBuild", FLAT_LE_INT, 2, false, FLAT_NO_NAMES},
        {"NTLMRevisionCurrent", FLAT_LE_INT, 1, false, FLAT_NO_NAMES},
    };
    int64_t v[4];
    flat_enter(r, "Version", FLAT_ALONE);
    if (!flat_int(r, &rows[0], &v[0]) || !flat_int(r, &rows[1], &v[1]) ||
        !flat_int(r, &rows[2], &v[2]) || !flat_octets(r, "Reserved", FLAT_OCTETS, 3, NULL) ||
        !flat_int(r, &rows[3], &v[3]))
        return false;
    flat_leave(r);
    m->has_version = true;
    m->version = (struct ntlm_version){(uint8_t)v[0], (uint8_t)v[1], (uint16_t)v[2], (uint8_t)v[3]};
    return true;
}

/* Are n more octets of header there, before the payload? */
static bool more(const struct flat_reader *r, const struct message *m, size_t n)
{
    return m->payload >= r->at + n;
}

#define VERSION 8
#define FIELDS  8
#define MIC     16

/* The 16-octet form ends behind the flags, the 32-octet form before Version. What flags do not
 * announce is not looked at. */
static bool take_negotiate(struct flat_reader *r, struct message *m)
{
    return take_flags(r, m) &&
           (!more(r, m, 2 * FIELDS) ||
            (take_fields(r, m, DOMAIN, m->flags & NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED) &&
             take_fields(r, m, WORKSTATION,
                         m->flags & NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED))) &&
           (!more(r, m, VERSION) || r->at < 32 || take_version(r, m));
}

static bool take_challenge(struct flat_reader *r, struct message *m)
{
    return take_fields(r, m, TARGET_NAME, true) && take_flags(r, m) &&
           flat_octets(r, "ServerChallenge", FLAT_OCTETS, 8, &m->challenge) &&
           (!more(r, m, 8 + FIELDS) || (flat_octets(r, "Reserved", FLAT_OCTETS, 8, NULL) &&
                                        take_fields(r, m, TARGET_INFO, true))) &&
           (!more(r, m, VERSION) || r->at < 48 || take_version(r, m));
}

/* Windows 9x leaves out what follows the workstation. Where there is room for the MIC and not for
 * both, Version is there if the flags say so. */
static bool take_authenticate(struct flat_reader *r, struct message *m)
{
    if (!take_fields(r, m, LM, true) || !take_fields(r, m, NT, true) ||
        !take_fields(r, m, DOMAIN, true) || !take_fields(r, m, USER, true) ||
        !take_fields(r, m, WORKSTATION, true))
        return false;
    if (!more(r, m, FIELDS + 4))
        return true;
    if (!take_fields(r, m, SESSION_KEY, true) || !take_flags(r, m))
        return false;
    bool mic_alone =
        more(r, m, MIC) && !more(r, m, VERSION + MIC) && !(m->flags & NTLMSSP_NEGOTIATE_VERSION);
    if (!mic_alone && more(r, m, VERSION) && !take_version(r, m))
        return false;
    m->mic_at = r->at;
    return !more(r, m, MIC) || flat_octets(r, "MIC", FLAT_OCTETS, MIC, &m->mic);
}

/* ---- the payload ----------------------------------------------------------------------------- */

static void sort(struct piece *p, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j && p[j].at < p[j - 1].at; j--) {
            struct piece t = p[j];
            p[j] = p[j - 1];
            p[j - 1] = t;
        }
}

static bool refuse_piece(struct flat_reader *r, enum ntlm_fault id, const struct piece *p,
                         const char *expected, size_t limit)
{
    char path[64], found[64];
    snprintf(path, sizeof path, "%s.BufferOffset", part_rows[p->part].fields);
    snprintf(found, sizeof found, "%zu octets at %zu", p->n, p->at);
    return flat_refuse(r, &ntlm_faults[id], path, p->field + 4,
                       arena_printf(r->mem, expected, limit), found);
}

static bool take_piece(struct flat_reader *r, struct message *m, const struct piece *p)
{
    bool unicode = m->type != 1 && m->flags & NTLMSSP_NEGOTIATE_UNICODE;
    bool text = part_rows[p->part].text;
    enum flat_kind kind = !text ? FLAT_OCTETS : unicode ? FLAT_UTF16 : FLAT_TEXT;
    struct bytes octets = bytes_of(r->in.p + p->at, p->n);
    size_t at;
    if (text && unicode) {
        if (!utf8_from_utf16le(r->mem, octets, &m->parts[p->part], &at))
            return flat_refuse(r, &ntlm_faults[NTLM_TEXT], part_rows[p->part].name, p->at + at,
                               NULL, NULL);
    } else {
        m->parts[p->part] = octets;
    }
    if (p->at > r->at)
        flat_octets(r, "Gap", FLAT_OCTETS, p->at - r->at, NULL);
    if (p->at + p->n > r->at) /* else others have had its octets already */
        flat_octets(r, part_rows[p->part].name, p->at < r->at ? FLAT_OCTETS : kind,
                    p->at + p->n - r->at, NULL);
    return true;
}

static bool take_payload(struct flat_reader *r, struct message *m)
{
    size_t header = r->at;
    for (size_t i = 0; i < m->n_pieces; i++) {
        const struct piece *p = &m->pieces[i];
        if (p->at > r->in.n || p->n > r->in.n - p->at)
            return refuse_piece(r, NTLM_PAST_END, p, "at most %zu octets in all", r->in.n);
        if (p->at < header)
            return refuse_piece(r, NTLM_IN_HEADER, p, "at least %zu", header);
    }
    sort(m->pieces, m->n_pieces);
    for (size_t i = 0; i < m->n_pieces; i++)
        if (!take_piece(r, m, &m->pieces[i]))
            return false;
    return flat_octets(r, "Gap", FLAT_OCTETS, flat_left(r), NULL);
}

static bool take_message(struct flat_reader *r, struct message *m)
{
    static bool (*const takers[])(struct flat_reader *, struct message *) = {
        take_negotiate, take_challenge, take_authenticate};
    *m = (struct message){.payload = r->in.n};
    r->little = true;
    r->cut = &ntlm_faults[NTLM_CUT];
    return take_start(r, m) && takers[m->type - 1](r, m) && take_payload(r, m);
}

bool ntlm_walk(struct bytes in, struct arena *mem, struct faults *faults, struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, faults, true);
    struct message m;
    bool ok = take_message(&r, &m);
    flat_tell(&r, v);
    return ok;
}

/* ---- structs --------------------------------------------------------------------------------- */

static bool read_as(unsigned type, struct bytes in, struct arena *mem, struct faults *faults,
                    struct message *m)
{
    struct flat_reader r = flat_start(in, mem, faults, false);
    if (!take_message(&r, m))
        return false;
    static const char *const expected[] = {"1 NEGOTIATE", "2 CHALLENGE", "3 AUTHENTICATE"};
    return m->type == type || flat_refuse_number(&r, &ntlm_faults[NTLM_TYPE], "MessageType", 8,
                                                 expected[type - 1], 0, "%lld", m->type);
}

bool negotiate_read(struct bytes in, struct arena *mem, struct faults *faults,
                    struct negotiate_message *out)
{
    struct message m;
    if (!read_as(1, in, mem, faults, &m))
        return false;
    *out = (struct negotiate_message){.flags = m.flags,
                                      .has_version = m.has_version,
                                      .version = m.version,
                                      .domain = m.parts[DOMAIN],
                                      .workstation = m.parts[WORKSTATION]};
    return true;
}

bool challenge_read(struct bytes in, struct arena *mem, struct faults *faults,
                    struct challenge_message *out)
{
    struct message m;
    if (!read_as(2, in, mem, faults, &m))
        return false;
    *out = (struct challenge_message){.flags = m.flags,
                                      .target_name = m.parts[TARGET_NAME],
                                      .target_info = m.parts[TARGET_INFO],
                                      .has_version = m.has_version,
                                      .version = m.version};
    memcpy(out->server_challenge, m.challenge.p, 8);
    return true;
}

bool authenticate_read(struct bytes in, struct arena *mem, struct faults *faults,
                       struct authenticate_message *out)
{
    struct message m;
    if (!read_as(3, in, mem, faults, &m))
        return false;
    *out = (struct authenticate_message){.flags = m.flags,
                                         .lm_response = m.parts[LM],
                                         .nt_response = m.parts[NT],
                                         .domain = m.parts[DOMAIN],
                                         .user = m.parts[USER],
                                         .workstation = m.parts[WORKSTATION],
                                         .session_key = m.parts[SESSION_KEY],
                                         .has_version = m.has_version,
                                         .version = m.version,
                                         .has_mic = m.mic.n > 0,
                                         .mic_at = m.mic.n ? m.mic_at : 0};
    if (m.mic.n)
        memcpy(out->mic, m.mic.p, MIC);
    return true;
}
