/* A web server, and a proxy, made by hand: they answer as told. What the client sent last is in
 * w.k.request, what it brought in the fields of it. */
#ifndef TESTS_HAND_WEB_H
#define TESTS_HAND_WEB_H

#include "base/tls.h"
#include "client/browse.h"
#include "context/mech_krb5.h"
#include "crypto/http_digest.h"
#include "tests/client/hand_kdc.h"

#include <stdarg.h>
#include <strings.h>

struct hand_web {
    struct hand_kdc k;
    struct browser_config browser;
    struct browser_credential credentials[4];
    struct client_config config;
    struct party proxy;
    struct conn *conn; /* what the next answer comes over */
    struct tls tls;
    bool secure;
    /* what was decided and told */
    char scheme[64], negotiate[160], steps[64][48];
    size_t n_steps;
    void (*step)(struct story *, const char *, enum outcome, const struct arg *, size_t);
};
static struct hand_web w;

static inline void web_decided(struct story *s, const struct decision_told *d)
{
    (void)s;
    if (strcmp(d->id, "client.scheme") == 0)
        snprintf(w.scheme, sizeof w.scheme, "%s", d->outcome);
    if (strcmp(d->id, "client.negotiate") == 0)
        snprintf(w.negotiate, sizeof w.negotiate, "%s", d->outcome);
    for (size_t i = 0; i < d->n; i++) {
        assert_non_null(d->inputs[i].value);
        assert_non_null(d->inputs[i].subject);
    }
}

static inline void web_step(struct story *s, const char *id, enum outcome outcome,
                            const struct arg *args, size_t n)
{
    if (w.n_steps < 64)
        snprintf(w.steps[w.n_steps++], sizeof w.steps[0], "%s", id);
    hand_step(s, id, outcome, args, n);
}

static inline bool web_told(const char *id)
{
    for (size_t i = 0; i < w.n_steps; i++)
        if (strcmp(w.steps[i], id) == 0)
            return true;
    return false;
}

/* The client once more, as w.config and w.browser are now. */
static inline void web_client(void)
{
    w.k.client = client_new(w.k.hand.run, &w.config);
}

static inline void web_begin(void)
{
    memset(&w, 0, sizeof w);
    hand_kdc_begin(&w.k, 18);
    w.k.hand.story.decision = web_decided;
    w.k.hand.story.step = web_step;
    w.proxy.name = "proxy";
    w.conn = (struct conn *)(void *)&w.k;
    w.tls.end_point = BYTES_LIT("tls-server-end-point:0123456789abcdef0123456789abcdef");
    w.browser = (struct browser_config){.credentials = w.credentials,
                                        .n_credentials = 1,
                                        .windows2000 = true,
                                        .lm_level = 3,
                                        .workstation = BYTES_LIT("PC1")};
    w.credentials[0] = (struct browser_credential){.schemes = BROWSE_ALL,
                                                   .user = BYTES_LIT("alice"),
                                                   .domain = {0},
                                                   .password = BYTES_LIT("alice-pw-1")};
    w.config = (struct client_config){.party = "alice",
                                      .kdc = &w.k.kdc,
                                      .realm = REALM,
                                      .etypes = w.k.etypes,
                                      .n_etypes = w.k.n_etypes,
                                      .skew = 5 * MINUTE,
                                      .via = VIA_UDP,
                                      .names = NAMES_SSPI,
                                      .browser = &w.browser};
    web_client();
}

static inline void web_end(void)
{
    hand_kdc_end(&w.k);
}

static inline void web_browse(struct client_do_args args)
{
    args.task = CLIENT_BROWSE;
    args.service = &w.k.www;
    if (!args.host)
        args.host = "www.example.test";
    if (w.secure)
        args.tls = &w.tls;
    w.n_steps = 0;
    w.scheme[0] = w.negotiate[0] = 0;
    assert_true(hand_do(&w.k, &args));
}

/* ---- what the client sent ---------------------------------------------------------------------
 */

static inline const char *web_sent(const char *field)
{
    struct http_message http;
    size_t used;
    assert_int_equal(http_read(w.k.request, w.k.hand.run, NULL, &http, &used), HTTP_WHOLE);
    assert_true(http.is_request);
    const struct http_field *f = http_field(&http, field);
    return f ? arena_str(w.k.hand.run, f->value) : NULL;
}

static inline const char *web_line(void)
{
    char *text = arena_str(w.k.hand.run, w.k.request);
    *strchr(text, '\r') = 0;
    return text;
}

/* The token of Negotiate or NTLM. */
static inline struct bytes web_token(const char *field)
{
    const char *value = web_sent(field);
    struct bytes token;
    size_t at;
    assert_non_null(value);
    const char *space = strchr(value, ' ');
    assert_non_null(space);
    assert_true(base64_decode(w.k.hand.run, bytes_str(space + 1), false, &token, &at));
    return token;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

static inline struct client_outcome web_give_octets(struct bytes data)
{
    struct turn *t = hand_turn(&w.k.hand, w.k.hand.turn.now);
    struct packet p = {.via = VIA_HTTP,
                       .from = w.browser.proxy ? &w.proxy : &w.k.www,
                       .conn = w.conn,
                       .tls = w.secure ? &w.tls : NULL,
                       .data = arena_copy(w.k.hand.run, data)};
    w.k.sent = (struct packet){0};
    assert_true(client_receive(w.k.client, &p, t));
    if (w.k.hand.out.n)
        hand_take(&w.k);
    return client_result(w.k.client);
}

/* Fields as "Name: value", NULL at the end. */
static inline struct client_outcome web_give(const char *status, ...)
{
    const char *fields[110];
    size_t n = 0;
    va_list list;
    va_start(list, status);
    for (const char *f; n < 110 && (f = va_arg(list, const char *));)
        fields[n++] = f;
    va_end(list);
    return web_give_octets(http_write(w.k.hand.run,
                                      arena_printf(w.k.hand.run, "HTTP/1.1 %s", status), fields, n,
                                      BYTES_LIT("hello")));
}

static inline const char *web_field(const char *name, const char *scheme, struct bytes token)
{
    return arena_printf(w.k.hand.run, "%s: %s %s", name, scheme, base64_text(w.k.hand.run, token));
}

/* The KDC's answer, when the client asks it. */
static inline struct client_outcome web_kdc(struct bytes data)
{
    return hand_give(&w.k, data);
}

/* ---- Kerberos at the other end ----------------------------------------------------------------
 */

struct web_krb5 {
    struct mech_krb5 mech;
    struct ap_checked checked;
    int64_t off; /* of the time that is sent back */
    bool silent; /* no proof */
};

static inline enum mech_state web_krb5_exchange(void *arg, struct turn *t, struct krb5_round *r)
{
    struct web_krb5 *s = arg;
    struct ap_checked *got = &s->checked;
    struct AP_REP rep;
    assert_int_equal(r->in_id, TOK_AP_REQ);
    assert_true(asn_decode(&ASN_AP_REQ, r->in, ASN_STRICT, w.k.hand.run, NULL, &got->req));
    got->session = w.k.service_session;
    assert_int_equal(open_value(t, &got->req.authenticator, &w.k.service_session,
                                USAGE_AP_AUTHENTICATOR, &ASN_Authenticator, &got->authenticator),
                     OPEN_OK);
    assert_true(key_from_wire(&got->authenticator.subkey, &got->subkey));
    mech_krb5_keys(&s->mech, &got->session, &got->subkey, NULL, 77,
                   (uint64_t)got->authenticator.seq_number);
    if (s->silent)
        return MECH_DONE;
    struct ap_checked twisted = *got;
    twisted.authenticator.cusec += s->off;
    assert_true(ap_reply_build(t, &twisted, NULL, true, 77, &rep));
    r->out_id = TOK_AP_REP;
    r->out = asn_encode(&ASN_AP_REP, &rep, w.k.hand.run);
    return MECH_DONE;
}

static inline struct mech web_krb5_mech(struct web_krb5 *s)
{
    mech_krb5_init(&s->mech, true, web_krb5_exchange, s);
    return mech_krb5(&s->mech, OID_KRB5);
}

#endif
