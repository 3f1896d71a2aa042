#include "sim/recording.h"

#include "base/when.h"
#include "context/netlogon.h"
#include "kdc/kdc.h"
#include "sim/live_inside.h"
#include "wire/frame.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_9999 INT64_C(253402300799) /* its last second, from 1970 */

enum { IP_TCP = 6, IP_UDP = 17, COMMENT = 1, SECTION = 0x0a0d0d0a };
enum { FIN = 0x01, SYN = 0x02, PSH = 0x08 };

/* One direction between two ends; the first to send something is the one who asks. */
struct way {
    uint8_t ends[12];      /* source address and port, destination address and port */
    bool request, carried; /* carried: something, since it was opened */
    struct bytes waiting;  /* TCP: octets of a message that is not whole yet */
};

struct reader {
    struct arena *mem;
    struct recording *out;
    unsigned kpasswd_port, tls_port; /* 0: not known */
    struct way *ways;
    size_t n_ways, room_ways, room;
    char **error;
};

/* ---- who made it: the comment of the first section ------------------------------------------- */

static char *first_comment(const char *path, struct arena *mem)
{
    uint8_t head[24], option[4];
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    if (f && fread(head, 1, sizeof head, f) == sizeof head && le32(head) == SECTION &&
        le32(head + 8) == 0x1a2b3c4d && fread(option, 1, 4, f) == 4 && le16(option) == COMMENT) {
        size_t n = le16(option + 2);
        text = arena_take(mem, n + 1);
        if (fread(text, 1, n, f) != n)
            text = NULL;
    }
    if (f)
        fclose(f);
    return text;
}

static bool read_comment(struct reader *r, const char *path)
{
    struct arena *mem = r->mem;
    struct recording *out = r->out;
    char **error = r->error;
    char *text = first_comment(path, mem);
    char *colon = text ? strchr(text, ':') : NULL, *seed = text ? strstr(text, ", seed ") : NULL;
    size_t prefix = strlen(LIVE_RECORD_TITLE);
    if (!colon || !seed || strncmp(text, LIVE_RECORD_TITLE, prefix) != 0) {
        *error = arena_printf(mem,
                              "%s: not a recording of `tessera live --record` (its section comment "
                              "should begin with \"%s\")",
                              path, LIVE_RECORD_TITLE);
        return false;
    }
    out->seed = strtoull(seed + strlen(", seed "), NULL, 10);
    *colon = '\0';
    int used = 0, more = 0;
    char certificate[65];
    if (sscanf(text + prefix, LIVE_RECORD_KPASSWD "%n", &r->kpasswd_port, &used) != 1)
        used = 0;
    if (sscanf(text + prefix + used, LIVE_RECORD_TLS "%n", &r->tls_port, certificate, &more) != 2)
        more = 0;
    else
        out->certificate = arena_str(mem, bytes_str(certificate));
    out->scenario = text + prefix + used + more;
    return true;
}

/* ---- packets into messages ------------------------------------------------------------------- */

static void add_message(struct reader *r, int64_t at, const struct way *w, enum transport via,
                        struct bytes data)
{
    if (r->out->n == r->room) {
        size_t room = r->room ? 2 * r->room : 64;
        struct recorded *all = arena_array(r->mem, struct recorded, room);
        if (r->out->n)
            memcpy(all, r->out->messages, r->out->n * sizeof *all);
        r->out->messages = all;
        r->room = room;
    }
    bool kpasswd = via != VIA_HTTP && be16(w->ends + 10) == r->kpasswd_port;
    bool tls = via == VIA_HTTP && r->tls_port && be16(w->ends + 10) == r->tls_port;
    r->out->messages[r->out->n++] =
        (struct recorded){.at = at,
                          .request = w->request,
                          .closed = via == VIA_HTTP && !data.n,
                          .tls = tls,
                          .conn = (size_t)(w - r->ways) + 1,
                          .via = via,
                          .port = kpasswd ? KPASSWD_PORT : KDC_PORT,
                          .from = arena_copy(r->mem, bytes_of(w->ends, 4)),
                          .data = arena_copy(r->mem, data)};
}

static struct way *find_way(struct reader *r, const uint8_t ends[12])
{
    for (size_t i = r->n_ways; i-- > 0;)
        if (memcmp(r->ways[i].ends, ends, 12) == 0)
            return &r->ways[i];
    return NULL;
}

static struct way *way_of(struct reader *r, const uint8_t ends[12])
{
    uint8_t back[12];
    struct way *known = find_way(r, ends);
    if (known)
        return known;
    memcpy(back, ends + 6, 6);
    memcpy(back + 6, ends, 6);
    if (r->n_ways == r->room_ways) {
        size_t room = r->room_ways ? 2 * r->room_ways : 64;
        struct way *all = arena_array(r->mem, struct way, room);
        if (r->n_ways)
            memcpy(all, r->ways, r->n_ways * sizeof *all);
        r->ways = all;
        r->room_ways = room;
    }
    struct way *w = &r->ways[r->n_ways++];
    memcpy(w->ends, ends, 12);
    w->request = find_way(r, back) == NULL;
    return w;
}

static struct bytes joined(struct arena *mem, struct bytes a, struct bytes b)
{
    uint8_t *p = arena_take(mem, a.n + b.n);
    if (a.n)
        memcpy(p, a.p, a.n);
    memcpy(p + a.n, b.p, b.n);
    return bytes_of(p, a.n + b.n);
}

/* A segment: Kerberos messages are cut by their length; an HTTP message is what was pushed at
 * once, which is how the recorder wrote it. */
static void add_segment(struct reader *r, int64_t at, struct way *w, bool push, struct bytes data)
{
    struct bytes message;
    size_t used;
    w->waiting = w->waiting.n ? joined(r->mem, w->waiting, data) : arena_copy(r->mem, data);
    w->carried = true;
    if (w->waiting.p[0] >= 'A' && w->waiting.p[0] <= 'Z') {
        if (push) {
            add_message(r, at, w, VIA_HTTP, w->waiting);
            w->waiting.n = 0;
        }
        return;
    }
    while (frame_read(w->waiting, LIVE_MESSAGE_MAX, &message, &used) == FRAME_WHOLE) {
        add_message(r, at, w, VIA_TCP, message);
        w->waiting = bytes_slice(w->waiting, used, w->waiting.n);
    }
}

static bool add_packet(struct reader *r, int64_t at, struct bytes p)
{
    uint8_t ends[12];
    size_t ip = p.n >= 20 ? (size_t)(p.p[0] & 15) * 4 : 0;
    if (ip < 20 || p.p[0] >> 4 != 4 || p.n < ip + 8)
        return false;
    struct bytes part = bytes_slice(p, ip, be16(p.p + 2) - ip);
    memcpy(ends, p.p + 12, 4);
    memcpy(ends + 4, part.p, 2);
    memcpy(ends + 6, p.p + 16, 4);
    memcpy(ends + 10, part.p + 2, 2);
    if (p.p[9] == IP_UDP) {
        add_message(r, at, way_of(r, ends), VIA_UDP, bytes_slice(part, 8, part.n));
        return true;
    }
    if (p.p[9] != IP_TCP || part.n < 20)
        return false;
    struct bytes data = bytes_slice(part, (size_t)(part.p[12] >> 4) * 4, part.n);
    struct way *w = way_of(r, ends);
    uint8_t flags = part.p[13];
    if (be16(ends + 10) == NETLOGON_PORT || be16(ends + 4) == NETLOGON_PORT)
        return true; /* a replay makes it itself */
    if (flags & SYN)
        w->carried = false;
    if (data.n)
        add_segment(r, at, w, flags & PSH, data);
    else if (flags & FIN && w->request && !w->carried)
        add_message(r, at, w, VIA_HTTP, data);
    return true;
}

static bool read_packets(struct reader *r, const char *path, pcap_t *pcap)
{
    struct pcap_pkthdr *h;
    const u_char *p;
    int status;
    for (size_t number = 1; (status = pcap_next_ex(pcap, &h, &p)) == 1; number++) {
        if (h->ts.tv_sec < 0 || h->ts.tv_sec > YEAR_9999 || h->ts.tv_usec < 0 ||
            h->ts.tv_usec >= SECOND) {
            *r->error = arena_printf(r->mem, "%s: packet %zu has no time before the year 10000",
                                     path, number);
            return false;
        }
        int64_t at = (int64_t)h->ts.tv_sec * SECOND + h->ts.tv_usec;
        if (add_packet(r, at, bytes_of(p, h->caplen)))
            continue;
        *r->error = arena_printf(r->mem, "%s: packet %zu is not UDP or TCP over IPv4 (RFC 791)",
                                 path, number);
        return false;
    }
    if (status != PCAP_ERROR_BREAK)
        *r->error = arena_printf(r->mem, "%s: %s", path, pcap_geterr(pcap));
    return status == PCAP_ERROR_BREAK;
}

bool recording_read(const char *path, struct arena *mem, struct recording *out, char **error)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    struct reader r = {.mem = mem, .out = out, .error = error};
    *out = (struct recording){0};
    pcap_t *pcap = pcap_open_offline(path, why);
    if (!pcap) {
        *error = arena_printf(mem, strncmp(why, path, strlen(path)) == 0 ? "%s" : "%2$s: %1$s", why,
                              path);
        return false;
    }
    bool ok = read_comment(&r, path);
    if (ok && pcap_datalink(pcap) != DLT_RAW) {
        *error = arena_printf(mem, "%s: link type %d, expected raw IP", path, pcap_datalink(pcap));
        ok = false;
    }
    ok = ok && read_packets(&r, path, pcap);
    pcap_close(pcap);
    return ok;
}
