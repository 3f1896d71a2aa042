#include "wire/vector_ntlm.h"

#include "base/text.h"
#include "wire/ntlm.h"

#include <string.h>

/* What a message turned out to hold, by the names of fields in cases. */
struct value {
    const char *name;
    struct bytes octets;
};
struct run {
    const struct vector_case *c;
    struct arena *mem;
    const char **why;
    uint32_t flags;
    struct value values[16];
    size_t n;
};

static void add(struct run *r, const char *name, struct bytes octets)
{
    r->values[r->n++] = (struct value){name, octets};
}

static void add_version(struct run *r, bool has, struct ntlm_version v)
{
    if (has)
        add(r, "version",
            bytes_str(arena_printf(r->mem, "%d.%d build %d", v.major, v.minor, v.build)));
}

/* Reading and taking apart; a fault where it cannot be read. */
static bool read_negotiate(struct run *r, struct bytes in, struct faults *faults)
{
    struct negotiate_message m;
    if (!negotiate_read(in, r->mem, faults, &m))
        return false;
    r->flags = m.flags;
    add(r, "domain", m.domain);
    add(r, "workstation", m.workstation);
    add_version(r, m.has_version, m.version);
    return true;
}

static bool read_challenge(struct run *r, struct bytes in, struct faults *faults)
{
    static const char *const names[] = {"nb_computer", "nb_domain", "dns_computer", "dns_domain",
                                        "dns_tree"};
    struct challenge_message m;
    struct av_pairs pairs;
    struct bytes text;
    size_t at;
    if (!challenge_read(in, r->mem, faults, &m) ||
        !av_pairs_read(m.target_info, r->mem, faults, &pairs))
        return false;
    r->flags = m.flags;
    add(r, "target", m.target_name);
    add(r, "server_challenge",
        arena_copy(r->mem, bytes_of(m.server_challenge, sizeof m.server_challenge)));
    add(r, "target_info", m.target_info);
    add_version(r, m.has_version, m.version);
    for (uint16_t id = MsvAvNbComputerName; id <= MsvAvDnsTreeName; id++) {
        const struct av_pair *p = av_pair(&pairs, id);
        if (p && utf8_from_utf16le(r->mem, p->value, &text, &at))
            add(r, names[id - MsvAvNbComputerName], text);
    }
    return true;
}

static bool read_authenticate(struct run *r, struct bytes in, struct faults *faults)
{
    struct authenticate_message m;
    if (!authenticate_read(in, r->mem, faults, &m))
        return false;
    r->flags = m.flags;
    add(r, "domain", m.domain);
    add(r, "user", m.user);
    add(r, "workstation", m.workstation);
    add(r, "lm_response", m.lm_response);
    add(r, "nt_response", m.nt_response);
    add(r, "session_key", m.session_key);
    add_version(r, m.has_version, m.version);
    if (m.has_mic)
        add(r, "mic", arena_copy(r->mem, bytes_of(m.mic, 16)));
    return true;
}

static enum vector_result failed(struct run *r, const char *why)
{
    *r->why = why;
    return VECTOR_FAILED;
}

static enum vector_result check_field(struct run *r, const struct vector_field *f)
{
    const char *name = arena_str(r->mem, f->name);
    if (strcmp(name, "op") == 0 || strcmp(name, "message") == 0 || strcmp(name, "token") == 0)
        return VECTOR_PASSED;
    if (strcmp(name, "flags") == 0)
        return f->number == (int64_t)r->flags
                   ? VECTOR_PASSED
                   : failed(r, arena_printf(r->mem, "flags: got %lld", (long long)r->flags));
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->values[i].name, name) == 0)
            return bytes_equal(r->values[i].octets, f->value)
                       ? VECTOR_PASSED
                       : failed(r, arena_printf(r->mem, "%s: expected %s, got %s", name,
                                                hex_text(r->mem, f->value),
                                                hex_text(r->mem, r->values[i].octets)));
    return failed(r, arena_printf(r->mem, "the message has no %s", name));
}

struct tiling {
    struct flat_visitor v;
    size_t at;
    bool tiles;
};

static void enter(struct flat_visitor *v, const struct flat_span *s)
{
    struct tiling *t = (struct tiling *)v;
    t->tiles &= s->at == t->at;
    if (!s->constructed)
        t->at = s->end;
}

static void leave(struct flat_visitor *v, const struct flat_span *s)
{
    (void)v, (void)s;
}

enum vector_result vector_ntlm(const struct vector_case *c, struct arena *mem, const char **why)
{
    static bool (*const readers[])(struct run *, struct bytes, struct faults *) = {
        read_negotiate, read_challenge, read_authenticate};
    static const char *const ops[] = {"ntlm-negotiate", "ntlm-challenge", "ntlm-authenticate"};
    struct run r = {.c = c, .mem = mem, .why = why};
    struct faults faults = {.mem = mem};
    struct tiling t = {{enter, leave}, 0, true};
    struct bytes in;
    if (!vector_octets(c, "message", &in) && !vector_octets(c, "token", &in))
        return failed(&r, "the case has no field message");
    for (size_t i = 0; i < 3; i++)
        if (strcmp(vector_op(c, mem), ops[i]) == 0 && !readers[i](&r, in, &faults))
            return failed(&r, faults.n ? fault_text(mem, faults.list) : "it cannot be read");
    if (!ntlm_walk(in, mem, NULL, &t.v) || !t.tiles || t.at != in.n)
        return failed(&r, "its map does not tile it");
    enum vector_result result = VECTOR_PASSED;
    for (size_t i = 0; i < c->n && result == VECTOR_PASSED; i++)
        result = check_field(&r, &c->fields[i]);
    return result;
}
