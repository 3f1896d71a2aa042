/* What leaves the program: text, JSON, pcapng and keytab of one small run; and the sentences of
 * steps. */
#include "tests/trace/support.h"
#include "base/when.h"
#include "trace/catalogue.h"
#include "trace/export.h"
#include "trace/sheet.h"
#include "trace/text.h"
#include "wire/keytab.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static struct made m;

static void tell_key_of(struct trace_story *s, const char *holder, const char *name,
                        const struct key *k)
{
    s->story.key(&s->story, &(struct key_told){.holder = holder,
                                               .name = name,
                                               .etype = k->etype,
                                               .kvno = 2,
                                               .value = key_bytes(k),
                                               .cause = "world.database"});
}

static struct event *send(struct trace *t, const char *from, const char *to, enum transport via,
                          struct bytes data, size_t in_reply)
{
    bool back = in_reply != 0;
    uint16_t known = via == VIA_HTTP ? 80 : 88;
    return trace_add(t, &(struct event){.kind = EVENT_PACKET,
                                        .at = NOON,
                                        .local = NOON,
                                        .party = from,
                                        .to = to,
                                        .via = via,
                                        .data = data,
                                        .conn = via == VIA_UDP ? 0 : 1,
                                        .from_port = back ? known : 49152,
                                        .to_port = back ? 49152 : known,
                                        .in_reply = in_reply});
}

/* alice asks over UDP, is told to prove herself, and asks again over TCP. */
static struct trace *run(void)
{
    struct trace *t = trace_new(m.mem);
    struct trace_story s;
    t->title = "A small run";
    t->realm = "EXAMPLE.TEST";
    t->seed = 42;
    trace_party(t, (struct party_told){"alice", "client", "10.0.0.5"});
    trace_party(t, (struct party_told){"kdc", "kdc", "10.0.0.1"});
    trace_story_init(&s, t);
    s.at = s.local = NOON;
    tell_key_of(&s, "kdc", "K/alice", &m.client);
    tell_key_of(&s, "kdc", "K/krbtgt", &m.tgs);
    trace_add(t, &(struct event){.kind = EVENT_TASK, .at = NOON, .text = "alice logs on."});
    send(t, "alice", "kdc", VIA_UDP, made_as_req(&m, false), 0);
    struct arg why[] = {A_ERROR("error", 25)};
    s.party = "kdc";
    s.story.step(&s.story, "test.refused", STEP_REFUSED, why, 1);
    send(t, "kdc", "alice", VIA_UDP, made_error(&m), 1);
    tell_key_of(&s, "alice", "K/alice", &m.client);
    tell_key_of(&s, "alice", "K/alice", &m.client);
    send(t, "alice", "kdc", VIA_TCP, made_as_req(&m, true), 0);
    send(t, "kdc", "alice", VIA_TCP, made_rep(&m, true), 3);
    tell_key_of(&s, "alice", "session alice-krbtgt", &m.session);
    trace_add(t, &(struct event){.kind = EVENT_RESULT,
                                 .at = NOON,
                                 .party = "alice",
                                 .id = "granted",
                                 .text = "alice has a ticket."});
    return t;
}

/* ---- trace ---------------------------------------------------------------------------------- */

static void copies(void **state)
{
    (void)state;
    struct trace *t = trace_new(m.mem);
    char name[] = "kdc", text[] = "alice";
    uint8_t octets[] = {1, 2, 3};
    struct arg args[] = {A_TEXT("cname", bytes_str(text))};
    const struct event *e = trace_add(
        t,
        &(struct event){.kind = EVENT_STEP, .party = name, .id = name, .args = args, .n_args = 1});
    const struct event *p =
        trace_add(t, &(struct event){.kind = EVENT_PACKET, .data = bytes_of(octets, 3)});
    name[0] = text[0] = 'x';
    octets[0] = 9;
    args[0].name = "other";
    assert_string_equal(e->party, "kdc");
    assert_string_equal(e->args[0].name, "cname");
    assert_int_equal(e->args[0].text.p[0], 'a');
    assert_string_equal(e->text, "");
    assert_int_equal(p->data.p[0], 1);
    assert_ptr_equal(p->arrived.p, p->data.p);
    assert_ptr_equal(trace_packet(t, 1), p);
    assert_null(trace_packet(t, 0));
    assert_null(trace_packet(t, 2));
}

static void ring(void **state)
{
    (void)state;
    struct trace *t = run();
    struct keyring all = keyring_of(t, t->n, m.mem);
    assert_int_equal(all.n, 3);
    assert_string_equal(all.keys[0].name, "K/alice");
    assert_string_equal(all.keys[0].holders[0], "kdc");
    assert_string_equal(all.keys[0].holders[1], "alice");
    assert_null(all.keys[0].holders[2]);
    assert_int_equal(keyring_of(t, 1, m.mem).n, 1);
    struct keyring alice = keyring_held(&all, "alice", m.mem);
    assert_int_equal(alice.n, 2);
    assert_int_equal(keyring_held(&all, "eve", m.mem).n, 0);
    assert_int_equal(keyring_held(&all, NULL, m.mem).n, 3);
}

/* ---- sentences ------------------------------------------------------------------------------ */

static void args(void **state)
{
    (void)state;
    const struct {
        struct arg arg;
        const char *text;
    } cases[] = {
        {A_ETYPE("", 18), "18 aes256-cts-hmac-sha1-96"},
        {A_ERROR("", 25), "25 KDC_ERR_PREAUTH_REQUIRED"},
        {A_TIME("", NOON), "2026-11-21 20:00:00Z"},
        {A_TIME("", NOON + 5), "2026-11-21 20:00:00.000005Z"},
        {A_SPAN("", 6 * MINUTE), "6 min 0 s"},
        {A_SPAN("", -7 * HOUR), "-7 h 0 min"},
        {A_SPAN("", 250000), "0.25 s"},
        {A_SPAN("", 26 * HOUR), "1 d 2 h"},
        {A_SPAN("", 0), "0 s"},
        {A_FLAGS("", 0x40800000), "forwardable renewable"},
        {A_STR("", "a\x1b[2Jb"), "a\\x1b[2Jb"},
        {A_BYTES("", BYTES_LIT("\x01\xff")), "01ff"},
        {A_INT("", -3), "-3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(arg_text(m.mem, &cases[i].arg), cases[i].text);
}

/* Whatever an id's sentence asks for and is told stands in it, optional parts too. */
static void sentences(void **state)
{
    (void)state;
    size_t n;
    const struct sentence *rows = sentence_table(&n);
    assert_true(n > 50);
    for (size_t i = 0; i < n; i++) {
        struct event e = {.kind = EVENT_STEP, .id = rows[i].id, .outcome = STEP_DONE};
        assert_ptr_equal(sentence_find(rows[i].id), &rows[i]);
        const char *text = sentence_of(m.mem, &e);
        assert_true(*text);
        bool asks = rows[i].done && strchr(rows[i].done, '{');
        if (rows[i].done && !asks) {
            assert_string_equal(text, rows[i].done);
            assert_null(sentence_gap(m.mem, &e));
        }
    }
    struct arg told[] = {A_STR("cname", "alice"), A_INT("kvno", 2)};
    struct event bare = {.id = "no.such.step", .args = told, .n_args = 2};
    assert_string_equal(sentence_of(m.mem, &bare), "no.such.step: cname alice, kvno 2");
    assert_string_equal(sentence_gap(m.mem, &bare), "no.such.step");
}

/* ---- text ----------------------------------------------------------------------------------- */

static const char small[] =
    "A small run: realm EXAMPLE.TEST, seed 42\n"
    "  alice, client, 10.0.0.5\n"
    "  kdc, kdc, 10.0.0.1\n"
    "  = kdc      holds the key K/alice: 18 aes256-cts-hmac-sha1-96, version 2\n"
    "  = kdc      holds the key K/krbtgt: 18 aes256-cts-hmac-sha1-96, version 2\n"
    "\n"
    "alice logs on.\n"
    "\n"
    "1  alice -> kdc   AS-REQ   131 octets, UDP 88\n"
    "  x kdc      test.refused: error 25 KDC_ERR_PREAUTH_REQUIRED\n"
    "\n"
    "2  kdc -> alice   KRB-ERROR 25 KDC_ERR_PREAUTH_REQUIRED   195 octets, UDP 88, answers 1\n"
    "  = alice    holds the key K/alice: 18 aes256-cts-hmac-sha1-96, version 2\n"
    "\n"
    "3  alice -> kdc   AS-REQ +timestamp   214 octets, TCP 88\n"
    "\n"
    "4  kdc -> alice   AS-REP   553 octets, TCP 88, answers 3\n"
    "  = alice    holds the key session alice-krbtgt: 18 aes256-cts-hmac-sha1-96, version 2\n"
    "\n"
    "alice: alice has a ticket.\n";

static void text(void **state)
{
    (void)state;
    struct text_options plain = {.ascii = true};
    assert_string_equal(trace_text(run(), &plain, m.crypto, m.mem), small);
}

/* Every field and its words, no line too long, no key's value. */
static void text_verbose(void **state)
{
    (void)state;
    struct text_options o = {.fields = true, .words = true, .ascii = true};
    char *all = trace_text(run(), &o, m.crypto, m.mem);
    assert_non_null(strstr(all, "cipher  56 octets, opened with K/alice\n"));
    assert_non_null(strstr(all, "patimestamp  2026-11-21 20:00:00Z\n"));
    assert_non_null(strstr(all, "keyvalue  (left out)\n"));
    for (char *rest = all, *one; (one = strsep(&rest, "\n"));) {
        assert_true(strlen(one) <= 100);
        for (const char *s = one; *s; s++)
            assert_true(*s >= 0x20 && *s < 0x7f);
    }
    struct text_options eve = {.fields = true, .eyes = "eve"};
    all = trace_text(run(), &eve, m.crypto, m.mem);
    assert_non_null(strstr(all, "cipher  56 octets, sealed\n"));
    assert_null(strstr(all, "patimestamp"));
}

static void wrap(void **state)
{
    (void)state;
    struct sheet s = {.mem = m.mem};
    sheet_wrap(&s, "  - ", "one two three four five six seven", 26, false);
    assert_string_equal((char *)s.p, "  - one two three four\n    five six seven\n");
    s.n = 0;
    sheet_wrap(&s, "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 20, false);
    assert_string_equal((char *)s.p, "aaaaaaaaaaaaaaaaaaaa\naaaaaaaaaa\n");
    s.n = 0;
    sheet_wrap(&s, "", "a \xe2\x86\x92 \xc3\xa9", 20, true);
    assert_string_equal((char *)s.p, "a -> ?\n");
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static const char *at_path(json_t *packet, const char *path)
{
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(packet, "fields"), i,
                       f) if (strcmp(json_string_value(json_object_get(f, "path")), path) ==
                              0) return json_string_value(json_object_get(f, "value"));
    return NULL;
}

static void json(void **state)
{
    (void)state;
    struct trace *t = run();
    char *out = trace_json(t, NULL, m.crypto, m.mem);
    json_t *o = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(o);
    assert_int_equal(json_integer_value(json_object_get(o, "seed")), 42);
    assert_int_equal(json_array_size(json_object_get(o, "events")), t->n);
    assert_int_equal(json_array_size(json_object_get(o, "keys")), 3);
    json_t *packet = json_array_get(json_object_get(o, "events"), 3);
    assert_string_equal(json_string_value(json_object_get(packet, "kind")), "packet");
    assert_string_equal(json_string_value(json_object_get(packet, "label")), "AS-REQ");
    assert_string_equal(at_path(packet, "AS-REQ.req-body.cname"), "alice");
    json_decref(o);
    const char *secret = arena_printf(m.mem, "%02x%02x%02x%02x%02x", m.session.v[0], m.session.v[1],
                                      m.session.v[2], m.session.v[3], m.session.v[4]);
    assert_null(strstr(out, secret));
    struct json_options with = {.with_keys = true};
    assert_non_null(strstr(trace_json(t, &with, m.crypto, m.mem), secret));
}

/* ---- pcapng and keytab ---------------------------------------------------------------------- */

static unsigned sum16(const uint8_t *p, size_t n, unsigned from)
{
    for (size_t i = 0; i < n; i++)
        from += i % 2 ? p[i] : (unsigned)p[i] << 8;
    while (from >> 16)
        from = (from & 0xffff) + (from >> 16);
    return from;
}

/* Header and transport sums come to all ones. */
static void check_ip(const uint8_t *p, size_t n, size_t *tcp, size_t *udp)
{
    assert_int_equal(be16(p + 2), n);
    assert_int_equal(sum16(p, 20, 0), 0xffff);
    unsigned pseudo = sum16(p + 12, 8, (unsigned)(p[9] + n - 20));
    assert_int_equal(sum16(p + 20, n - 20, pseudo), 0xffff);
    *tcp += p[9] == 6;
    *udp += p[9] == 17;
}

static void pcapng(void **state)
{
    (void)state;
    struct bytes out = trace_pcapng(run(), m.crypto, m.mem);
    size_t at = 0, tcp = 0, udp = 0, comments = 0;
    while (at < out.n) {
        uint32_t type = le32(out.p + at), n = le32(out.p + at + 4);
        assert_true(n % 4 == 0 && n >= 12 && n <= out.n - at);
        assert_int_equal(le32(out.p + at + n - 4), n);
        if (type == 6) {
            uint32_t captured = le32(out.p + at + 20);
            check_ip(out.p + at + 28, captured, &tcp, &udp);
            comments += n > 32 + (captured + 3) / 4 * 4;
        }
        at += n;
    }
    assert_int_equal(udp, 2);
    assert_int_equal(tcp, 3 + 2 + 2 + 3); /* opening, two messages with their ACKs, closing */
    assert_int_equal(comments, 4);
}

static void keytab(void **state)
{
    (void)state;
    struct keytab k;
    assert_true(keytab_read(trace_keytab(run(), m.mem), m.mem, NULL, &k));
    assert_int_equal(k.n, 3);
    assert_true(bytes_equal_str(k.entries[0].components[0], "alice"));
    assert_true(bytes_equal_str(k.entries[2].components[0], "session alice-krbtgt"));
    assert_true(bytes_equal(k.entries[2].key, key_bytes(&m.session)));
    assert_int_equal(trace_keytab(trace_new(m.mem), m.mem).n, 0);
}

int main(void)
{
    made_init(&m);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies),    cmocka_unit_test(ring), cmocka_unit_test(args),
        cmocka_unit_test(sentences), cmocka_unit_test(text), cmocka_unit_test(text_verbose),
        cmocka_unit_test(wrap),      cmocka_unit_test(json), cmocka_unit_test(pcapng),
        cmocka_unit_test(keytab),
    };
    int failed = cmocka_run_group_tests_name("export", tests, NULL, NULL);
    made_free(&m);
    return failed;
}
