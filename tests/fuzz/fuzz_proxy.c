/* The proxy between a browser and an origin that send anything. The input is cut at each 0xff: turn
 * by turn it is what one of two browsers sends, or what an origin answers (first octet of a piece).
 * What goes on to an origin is one request that can be read, in origin form, without what was said
 * to the proxy; what goes back is one response. */
#define HAND_WITHOUT_CMOCKA
#include "service/proxy.h"
#include "tests/client/hand_turn.h"
#include "wire/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CONN(n) ((struct conn *)(uintptr_t)(n))

static struct hand h;
static struct arena *scratch;
static bool relay; /* takes a target as it came */
static struct party browser = {.name = "alice"}, self = {.name = "proxy"}, origin = {.name = "www"};

static const struct party *origin_of(void *arg, struct bytes host)
{
    (void)arg;
    return host.n % 5 == 4 ? NULL : &origin;
}

static struct conn *connect_to(void *arg, const struct party *to, uint16_t port)
{
    uintptr_t *opened = arg;
    (void)to;
    return port == 81 ? NULL : CONN(100 + ++*opened);
}

static void must_hold(const struct out *o)
{
    struct http_message m;
    size_t used;
    if (o->kind != OUT_SEND)
        return;
    assert_true(http_read(o->packet.data, scratch, NULL, &m, &used) == HTTP_WHOLE);
    assert_true(used == o->packet.data.n);
    assert_true(o->packet.to == &origin || !m.is_request);
    if (m.is_request)
        assert_true((relay || m.target.p[0] == '/') && !http_field(&m, "Proxy-Authorization"));
}

static void one_turn(struct proxy *p, struct bytes piece)
{
    uint8_t who = piece.p[0] % 4;
    struct bytes text = bytes_slice(piece, 1, piece.n);
    struct packet packet = {.conn = CONN(who < 2 ? 1u + who : 99u + who),
                            .via = VIA_HTTP,
                            .from = who < 2 ? &browser : &origin,
                            .to = &self,
                            .data = text};
    struct turn *t = hand_turn(&h, NOW);
    if (piece.p[0] >= 0xf0)
        assert_true(proxy_closed(p, packet.conn, t));
    else
        assert_true(proxy_receive(p, &packet, t));
    for (const struct out *o = h.out.first; o; o = o->next)
        must_hold(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uintptr_t opened = 0;
    if (!scratch) {
        scratch = arena_new(1 << 20);
        hand_begin(&h);
    }
    if (n == 0 || n > 4096)
        return 0;
    arena_reset(scratch);
    relay = data[0] & 2;
    struct proxy_config config = {.party = "proxy",
                                  .origin = origin_of,
                                  .connect = connect_to,
                                  .arg = &opened,
                                  .shares_connections = data[0] & 1,
                                  .relay = relay ? &origin : NULL,
                                  .max_conns = 4};
    struct proxy *p = proxy_new(scratch, &config);
    assert_non_null(p);
    for (size_t at = 1; at < n;) {
        const uint8_t *end = memchr(data + at, 0xff, n - at);
        size_t len = end ? (size_t)(end - data) - at : n - at;
        if (len)
            one_turn(p, bytes_of(data + at, len));
        at += len + 1;
    }
    proxy_free(p);
    return 0;
}
