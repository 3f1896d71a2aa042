/* The three messages written, as Windows lays them out: the header, then what its fields point at.
 */
#include "base/text.h"
#include "wire/ntlm.h"

#include <string.h>

#define VERSION 8
#define MIC     16

/* One part of the payload: where its fields stand in the header, and its octets. */
struct part {
    size_t field;
    struct bytes octets;
};

static bool on_the_wire(struct arena *mem, uint32_t flags, struct bytes text, struct bytes *out)
{
    size_t at;
    *out = text;
    return !(flags & NTLMSSP_NEGOTIATE_UNICODE) || utf16le_from_utf8(mem, text, out, &at);
}

/* What is empty points nowhere, or, `running`, where it would stand. Nothing where a part is too
 * long for its length. */
static struct bytes put_together(struct arena *mem, uint32_t type, size_t header,
                                 const struct part *parts, size_t n, bool running)
{
    size_t all = header;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].octets.n > UINT16_MAX)
            return (struct bytes){0};
        all += parts[i].octets.n;
    }
    uint8_t *p = arena_take(mem, all);
    memcpy(p, "NTLMSSP", 8);
    put_le32(p + 8, type);
    size_t at = header;
    for (size_t i = 0; i < n; i++) {
        struct bytes octets = parts[i].octets;
        put_le16(p + parts[i].field, (uint16_t)octets.n);
        put_le16(p + parts[i].field + 2, (uint16_t)octets.n);
        put_le32(p + parts[i].field + 4, octets.n || running ? (uint32_t)at : 0);
        if (octets.n)
            memcpy(p + at, octets.p, octets.n);
        at += octets.n;
    }
    return bytes_of(p, all);
}

static void put_version(uint8_t *p, struct ntlm_version v)
{
    p[0] = v.major;
    p[1] = v.minor;
    put_le16(p + 2, v.build);
    p[7] = v.revision;
}

struct bytes negotiate_write(struct arena *mem, const struct negotiate_message *m)
{
    const struct part parts[] = {{16, m->domain}, {24, m->workstation}};
    struct bytes out = put_together(mem, 1, m->has_version ? 40 : 32, parts, 2, false);
    if (!out.n)
        return out;
    uint8_t *p = (uint8_t *)(uintptr_t)out.p;
    put_le32(p + 12, m->flags);
    if (m->has_version)
        put_version(p + 32, m->version);
    return out;
}

struct bytes challenge_write(struct arena *mem, const struct challenge_message *m)
{
    struct part parts[] = {{12, {0}}, {40, m->target_info}};
    if (!on_the_wire(mem, m->flags, m->target_name, &parts[0].octets))
        return (struct bytes){0};
    struct bytes out = put_together(mem, 2, m->has_version ? 56 : 48, parts, 2, false);
    if (!out.n)
        return out;
    uint8_t *p = (uint8_t *)(uintptr_t)out.p;
    put_le32(p + 20, m->flags);
    memcpy(p + 24, m->server_challenge, 8);
    if (m->has_version)
        put_version(p + 48, m->version);
    return out;
}

struct bytes authenticate_write(struct arena *mem, const struct authenticate_message *m)
{
    struct part parts[] = {
        {28, {0}},           {36, {0}}, {44, {0}}, {12, m->lm_response}, {20, m->nt_response},
        {52, m->session_key}};
    if (!on_the_wire(mem, m->flags, m->domain, &parts[0].octets) ||
        !on_the_wire(mem, m->flags, m->user, &parts[1].octets) ||
        !on_the_wire(mem, m->flags, m->workstation, &parts[2].octets))
        return (struct bytes){0};
    size_t mic = 64 + (m->has_version ? VERSION : 0);
    struct bytes out = put_together(mem, 3, mic + (m->has_mic ? MIC : 0), parts, 6, true);
    if (!out.n)
        return out;
    uint8_t *p = (uint8_t *)(uintptr_t)out.p;
    put_le32(p + 60, m->flags);
    if (m->has_version)
        put_version(p + 64, m->version);
    if (m->has_mic)
        memcpy(p + mic, m->mic, MIC);
    return out;
}

struct bytes av_pairs_write(struct arena *mem, const struct av_pair *pairs, size_t n)
{
    size_t all = 4;
    for (size_t i = 0; i < n; i++)
        all += 4 + pairs[i].value.n;
    uint8_t *p = arena_take(mem, all), *at = p;
    for (size_t i = 0; i < n; i++) {
        put_le16(at, pairs[i].id);
        put_le16(at + 2, (uint16_t)pairs[i].value.n);
        if (pairs[i].value.n)
            memcpy(at + 4, pairs[i].value.p, pairs[i].value.n);
        at += 4 + pairs[i].value.n;
    }
    return bytes_of(p, all);
}
