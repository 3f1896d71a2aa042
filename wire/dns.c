/* The reader of DNS messages, and the map of their octets: the same steps do both. */
#include "wire/dns.h"
#include "wire/flat_reader.h"
#include "wire/names.h"

#include <string.h>

#define HEADER 12 /* octets; no name begins in them */

enum row {
    ROW_CUT,
    ROW_OPCODE,
    ROW_QUESTION,
    ROW_LABEL_KIND,
    ROW_LABEL,
    ROW_NAME_LONG,
    ROW_POINTER,
    ROW_RDLENGTH,
    ROW_SURPLUS,
    ROWS
};
static const struct fault_row rows[ROWS] = {
    [ROW_CUT] = {"dns.cut", "the message ends within a field", "RFC 1035 4.1", NULL},
    [ROW_OPCODE] = {"dns.opcode", "it is no standard query, nor the answer to one",
                    "RFC 1035 4.1.1", "opcode 0"},
    [ROW_QUESTION] = {"dns.question", "a message has exactly one question", "RFC 1035 4.1.2", "1"},
    [ROW_LABEL_KIND] = {"dns.label-kind",
                        "the highest two bits of a label's length are 00, or 11 for a pointer",
                        "RFC 1035 4.1.4", "00 or 11"},
    [ROW_LABEL] = {"dns.label", "a label has letters, digits, hyphens and underscores only",
                   "RFC 1035 2.3.1", NULL},
    [ROW_NAME_LONG] = {"dns.name-long", "a name has at most 255 octets", "RFC 1035 2.3.4", NULL},
    [ROW_POINTER] = {"dns.pointer", "a pointer leads back to where a name began before",
                     "RFC 1035 4.1.4", NULL},
    [ROW_RDLENGTH] = {"dns.rdlength", "the record's data ends before its length says so",
                      "RFC 1035 4.1.3", NULL},
    [ROW_SURPLUS] = {"dns.surplus", "octets follow after the last record", "RFC 1035 4.1", NULL},
};

const struct fault_row *dns_fault_table(size_t *n)
{
    *n = ROWS;
    return rows;
}

/* ---- names (RFC 1035 3.1, 4.1.4) --------------------------------------------------------------
 */

struct name_text {
    char text[DNS_NAME_MAX + 1];
    size_t n;
};

static bool is_host_letter(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
}

static bool add_label(struct flat_reader *r, struct name_text *name, struct bytes label, size_t at)
{
    for (size_t i = 0; i < label.n; i++)
        if (!is_host_letter(label.p[i]))
            return flat_refuse(r, &rows[ROW_LABEL], NULL, at + i, NULL, NULL);
    if (name->n + (name->n != 0) + label.n > DNS_NAME_MAX)
        return flat_refuse(r, &rows[ROW_NAME_LONG], NULL, at, NULL, NULL);
    if (name->n)
        name->text[name->n++] = '.';
    memcpy(name->text + name->n, label.p, label.n);
    name->n += label.n;
    return true;
}

static bool leads_back(struct flat_reader *r, size_t at, size_t to, size_t piece)
{
    if (to >= HEADER && to < piece)
        return true;
    return flat_refuse_number(r, &rows[ROW_POINTER], "pointer", at, "12 or more, below %lld",
                              (int64_t)piece, "%lld", (int64_t)to);
}

/* The labels at `from`, outside the cursor's way. Each pointer must lead to before the piece that
 * it ends, so every piece lies before the last one and it comes to an end. */
static bool follow(struct flat_reader *r, struct name_text *name, size_t from, size_t piece)
{
    size_t at = from;
    if (!leads_back(r, r->at - 2, from, piece))
        return false;
    for (piece = from;;) {
        uint8_t n = at < r->in.n ? r->in.p[at] : 0x80;
        if (n == 0)
            return true;
        if (n >= 0xc0 && at + 1 < r->in.n) {
            size_t to = (size_t)(n & 0x3f) << 8 | r->in.p[at + 1];
            if (!leads_back(r, at, to, piece))
                return false;
            at = piece = to;
            continue;
        }
        if (n > 63 || n >= r->in.n - at)
            return flat_refuse(r, &rows[ROW_POINTER], "pointer", at, "a name", NULL);
        if (!add_label(r, name, bytes_of(r->in.p + at + 1, n), at + 1))
            return false;
        at += 1u + n;
    }
}

static bool read_name(struct flat_reader *r, const char *what, const char **out)
{
    static const struct flat_row length = {"length", FLAT_BE_LENGTH, 1, false, FLAT_NO_NAMES},
                                 root = {"root", FLAT_BE_LENGTH, 1, false, FLAT_NO_NAMES},
                                 pointer = {"pointer", FLAT_BE_INT, 2, false, FLAT_NO_NAMES};
    struct name_text name = {.n = 0};
    struct bytes label;
    size_t start = r->at;
    int64_t v = 1;
    flat_enter(r, what, FLAT_ALONE);
    for (size_t i = 0; v; i++) {
        uint8_t first = flat_left(r) ? r->in.p[r->at] : 0;
        if (first == 0) {
            if (!flat_int(r, &root, &v))
                return false;
        } else if (first >= 0xc0) {
            if (!flat_int(r, &pointer, &v) || !follow(r, &name, (size_t)v & 0x3fff, start))
                return false;
            v = 0;
        } else if (first > 63) {
            return flat_refuse(r, &rows[ROW_LABEL_KIND], NULL, r->at, NULL, NULL);
        } else if (!flat_counted(r, &length, "label", i, FLAT_TEXT, &label) ||
                   !add_label(r, &name, label, r->at - label.n)) {
            return false;
        }
    }
    flat_leave(r);
    *out = arena_str(r->mem, bytes_of(name.text, name.n));
    return true;
}

/* ---- records (RFC 1035 4.1.3) -----------------------------------------------------------------
 */

static bool read16(struct flat_reader *r, const char *name, int registry, uint16_t *out)
{
    struct flat_row row = {name, FLAT_BE_INT, 2, false, registry};
    int64_t v;
    if (!flat_int(r, &row, &v))
        return false;
    *out = (uint16_t)v;
    return true;
}

static bool read_texts(struct flat_reader *r, struct dns_record *out)
{
    static const struct flat_row length = {"length", FLAT_BE_LENGTH, 1, false, FLAT_NO_NAMES};
    struct bytes text;
    for (size_t i = 0; flat_left(r); i++) {
        if (!flat_counted(r, &length, "TXT-DATA", i, FLAT_TEXT, &text))
            return false;
        if (i == 0)
            out->data = text;
    }
    return true;
}

static bool read_data(struct flat_reader *r, struct dns_record *out)
{
    switch (out->class == 1 ? out->type : 0) {
    case DNS_A:
        return flat_octets(r, "ADDRESS", FLAT_OCTETS, 4, &out->address);
    case DNS_AAAA:
        return flat_octets(r, "ADDRESS", FLAT_OCTETS, 16, &out->address);
    case DNS_CNAME:
        return read_name(r, "CNAME", &out->target);
    case DNS_PTR:
        return read_name(r, "PTRDNAME", &out->target);
    case DNS_SRV:
        return read16(r, "Priority", FLAT_NO_NAMES, &out->priority) &&
               read16(r, "Weight", FLAT_NO_NAMES, &out->weight) &&
               read16(r, "Port", FLAT_NO_NAMES, &out->port) && read_name(r, "Target", &out->target);
    case DNS_TXT:
        return read_texts(r, out);
    default:
        return flat_octets(r, "octets", FLAT_OCTETS, flat_left(r), &out->data);
    }
}

static bool read_record(struct flat_reader *r, const char *section, size_t index,
                        struct dns_record *out)
{
    static const struct flat_row ttl = {"TTL", FLAT_BE_INT, 4, false, FLAT_NO_NAMES},
                                 length = {"RDLENGTH", FLAT_BE_LENGTH, 2, false, FLAT_NO_NAMES};
    int64_t seconds, n;
    size_t end = r->end;
    *out = (struct dns_record){0};
    flat_enter(r, section, index);
    if (!read_name(r, "NAME", &out->name) || !read16(r, "TYPE", NAMES_DNS_TYPE, &out->type) ||
        !read16(r, "CLASS", FLAT_NO_NAMES, &out->class) || !flat_int(r, &ttl, &seconds) ||
        !flat_int(r, &length, &n))
        return false;
    out->ttl = (uint32_t)seconds;
    if ((uint64_t)n > flat_left(r))
        return flat_refuse_number(r, &rows[ROW_CUT], "RDATA", r->at, "%lld octets", n, "%lld",
                                  (int64_t)flat_left(r));
    r->end = r->at + (size_t)n;
    flat_enter(r, "RDATA", FLAT_ALONE);
    if (!read_data(r, out))
        return false;
    if (flat_left(r))
        return flat_refuse_number(r, &rows[ROW_RDLENGTH], NULL, r->at, "%lld octets more",
                                  (int64_t)flat_left(r), "%lld", 0);
    r->end = end;
    flat_leave(r);
    flat_leave(r);
    return true;
}

/* ---- messages (RFC 1035 4.1) ------------------------------------------------------------------
 */

struct counts {
    uint16_t question, answer, authority, additional;
};

static bool read_header(struct flat_reader *r, struct dns_message *out, struct counts *n)
{
    static const struct flat_row flags = {"flags", FLAT_BE_FLAGS, 1, false, NAMES_DNS_FLAG},
                                 rcode = {"RCODE", FLAT_BE_INT, 1, false, NAMES_DNS_RCODE};
    int64_t high, low;
    if (!read16(r, "ID", FLAT_NO_NAMES, &out->id) || !flat_int(r, &flags, &high) ||
        !flat_int(r, &rcode, &low))
        return false;
    out->answer = high & 0x80;
    out->authoritative = high & 4;
    out->truncated = high & 2;
    out->recursion_desired = high & 1;
    out->recursion_available = low & 0x80;
    out->rcode = (uint8_t)(low & 15);
    if (high & 0x78)
        return flat_refuse_number(r, &rows[ROW_OPCODE], "flags", 2, "opcode %lld", 0, "%lld",
                                  high >> 3 & 15);
    if (!read16(r, "QDCOUNT", FLAT_NO_NAMES, &n->question) ||
        !read16(r, "ANCOUNT", FLAT_NO_NAMES, &n->answer) ||
        !read16(r, "NSCOUNT", FLAT_NO_NAMES, &n->authority) ||
        !read16(r, "ARCOUNT", FLAT_NO_NAMES, &n->additional))
        return false;
    /* An answer to what could not be read has none. */
    if (n->question > 1 || (n->question == 0 && !out->answer))
        return flat_refuse_number(r, &rows[ROW_QUESTION], "QDCOUNT", 4, "%lld", 1, "%lld",
                                  n->question);
    return true;
}

static bool read_question(struct flat_reader *r, struct dns_message *out)
{
    flat_enter(r, "question", FLAT_ALONE);
    if (!read_name(r, "QNAME", &out->question.name) ||
        !read16(r, "QTYPE", NAMES_DNS_TYPE, &out->question.type) ||
        !read16(r, "QCLASS", FLAT_NO_NAMES, &out->question.class))
        return false;
    flat_leave(r);
    return true;
}

/* Room for records is made as they are met: a count is only a claim. */
static bool read_answers(struct flat_reader *r, size_t n, struct dns_message *out)
{
    size_t room = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == room) {
            room = room ? 2 * room : 4;
            struct dns_record *more = arena_array(r->mem, struct dns_record, room);
            if (i)
                memcpy(more, out->records, i * sizeof *more);
            out->records = more;
        }
        if (!read_record(r, "answer", i, &out->records[i]))
            return false;
        out->n = i + 1;
    }
    return true;
}

static bool read_others(struct flat_reader *r, const char *section, size_t n)
{
    struct dns_record unused;
    for (size_t i = 0; i < n; i++)
        if (!read_record(r, section, i, &unused))
            return false;
    return true;
}

static bool read_message(struct flat_reader *r, struct dns_message *out)
{
    struct counts n = {0};
    *out = (struct dns_message){0};
    r->cut = r->long_ = &rows[ROW_CUT];
    out->question.name = "";
    if (!read_header(r, out, &n) || (n.question && !read_question(r, out)) ||
        !read_answers(r, n.answer, out) || !read_others(r, "authority", n.authority) ||
        !read_others(r, "additional", n.additional))
        return false;
    if (flat_left(r))
        return flat_refuse(r, &rows[ROW_SURPLUS], NULL, r->at, NULL, NULL);
    return true;
}

bool dns_read(struct bytes in, struct arena *mem, struct faults *sink, struct dns_message *out)
{
    struct flat_reader r = flat_start(in, mem, sink, false);
    return read_message(&r, out);
}

bool dns_walk(struct bytes in, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    struct dns_message message;
    bool ok = read_message(&r, &message);
    flat_tell(&r, v);
    return ok;
}
