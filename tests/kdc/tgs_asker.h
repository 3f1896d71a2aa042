/* alice with a ticket-granting ticket in hand, for the tests of the TGS. */
#ifndef TESTS_KDC_TGS_ASKER_H
#define TESTS_KDC_TGS_ASKER_H

#include "tests/kdc/asker.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TGS "krbtgt/EXAMPLE.TEST"
#define WWW "HTTP/www.example.test"

static struct asker *a;
static struct got tgt; /* alice's, forwardable, proxiable and renewable */

static inline int setup(void **state)
{
    (void)state;
    a = asker_new();
    a->turn.tell = &a->heard.story;
    tgt = logon(a, KDC_OPT_FORWARDABLE | KDC_OPT_PROXIABLE | KDC_OPT_RENEWABLE);
    return tgt.error;
}

static inline int teardown(void **state)
{
    (void)state;
    asker_free(a);
    return 0;
}

static inline struct ask for_www(void)
{
    return (struct ask){
        .sname = WWW, .till = TILL, .tgt = &tgt.rep.ticket, .session = &tgt.session};
}

static inline void refused(struct ask q, int32_t code, const char *step)
{
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, code);
    assert_string_equal(a->heard.refused, step);
    assert_in_range(g.krb_error.e_text.n, 1, 45);
    assert_int_equal(g.krb_error.stime + g.krb_error.susec, a->turn.now);
}

/* The TGT changed by its owner, the KDC, as nobody else could: sealed again. */
static inline struct Ticket resealed(struct EncTicketPart part)
{
    struct Ticket t = tgt.rep.ticket;
    t.der = (struct bytes){0};
    if (!seal_value(&a->asker, &ASN_EncTicketPart, &part, asker_key(a, TGS, 18), 2, USAGE_TICKET,
                    &t.enc_part))
        abort();
    return t;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
