#include "context/mech_krb5.h"

#include "wire/gss.h"

#include <stdio.h>

enum { NOT_KERBEROS, NOT_EXPECTED, NO_NUMBER };
static const struct fault_row faults[] = {
    [NOT_KERBEROS] = {"krb5.mech", "the frame names another mechanism than Kerberos",
                      "RFC 4121 4.1", "1.2.840.113554.1.2.2"},
    [NOT_EXPECTED] = {"krb5.tok-id",
                      "a token of this kind does not come at this point of the exchange",
                      "RFC 4121 4.1", NULL},
    [NO_NUMBER] = {"krb5.no-number",
                   "RC4's checksums do not cover who made them: without a number of the acceptor's "
                   "own anybody on the way can make either end's of the other's",
                   "RFC 4757 7.2", "an AP-REP with a seq-number"},
};

const struct fault_row *mech_krb5_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof *faults;
    return faults;
}

static enum mech_state refuse(struct mech_krb5 *m, struct turn *t, int row, const char *found)
{
    m->why = faults[row].why;
    fault_raise(t->faults, (struct fault){.row = &faults[row], .path = "", .found = found});
    return MECH_REFUSED;
}

/* What may come in, by the end that it comes to. */
static bool is_expected(const struct mech_krb5 *m, uint16_t id)
{
    return m->is_acceptor ? id == TOK_AP_REQ : id == TOK_AP_REP || id == TOK_KRB_ERROR;
}

static enum mech_state read_token(struct mech_krb5 *m, struct turn *t, struct bytes in,
                                  struct krb5_round *round)
{
    struct gss_token token;
    char found[8];
    if (!gss_token_read(in, t->faults, &token)) {
        m->why = "its token cannot be read";
        return MECH_REFUSED;
    }
    if (!bytes_equal(token.mech, OID_KRB5) && !bytes_equal(token.mech, OID_MS_KRB5))
        return refuse(m, t, NOT_KERBEROS, NULL);
    snprintf(found, sizeof found, "%04x", token.tok_id);
    if (!is_expected(m, token.tok_id))
        return refuse(m, t, NOT_EXPECTED, found);
    if (m->is_acceptor)
        m->frame = bytes_equal(token.mech, OID_KRB5) ? OID_KRB5 : OID_MS_KRB5;
    round->in_id = token.tok_id;
    round->in = token.inner;
    return MECH_CONTINUE;
}

static enum mech_state step(void *arg, struct turn *t, struct bytes in, struct bytes *out)
{
    struct mech_krb5 *m = arg;
    struct krb5_round round = {0};
    *out = (struct bytes){0};
    if ((in.n || m->is_acceptor) && read_token(m, t, in, &round) == MECH_REFUSED)
        return MECH_REFUSED;
    enum mech_state state = m->exchange(m->arg, t, &round);
    if (round.out_id)
        *out = mech_krb5_frame(m, t, round.out_id, round.out);
    return state == MECH_DONE && !m->has_keys ? MECH_TROUBLE : state;
}

/* Direction and number of RC4's tokens are hidden by a stream and no more: who knows that both ends
 * count from the same number turns one's token into the other's. */
static bool proves(const struct mech_krb5 *m, struct turn *t)
{
    return m->has_keys &&
           (!m->same_numbers ||
            fault_raise(t->faults, (struct fault){.row = &faults[NO_NUMBER], .path = ""}));
}

static bool mic(void *arg, struct turn *t, struct bytes text, struct bytes *out)
{
    struct mech_krb5 *m = arg;
    return proves(m, t) && message_mic(t, &m->end, m->send_seq++, text, out);
}

/* The number is the next one and no other: a checksum of later in this context, or one more, is not
 * taken for it. */
static bool check(void *arg, struct turn *t, struct bytes text, struct bytes token)
{
    struct mech_krb5 *m = arg;
    uint64_t seq;
    return proves(m, t) && message_mic_check(t, &m->end, &m->receive_seq, token, text, &seq) &&
           ++m->receive_seq;
}

void mech_krb5_init(struct mech_krb5 *m, bool is_acceptor,
                    enum mech_state (*exchange)(void *arg, struct turn *, struct krb5_round *),
                    void *arg)
{
    *m = (struct mech_krb5){
        .is_acceptor = is_acceptor, .exchange = exchange, .arg = arg, .frame = OID_KRB5};
}

struct mech mech_krb5(struct mech_krb5 *m, struct bytes oid)
{
    return (struct mech){
        .oid = oid, .name = "Kerberos", .step = step, .mic = mic, .check = check, .arg = m};
}

/* Its tokens are older than the acceptor's subkey, and have no way to say that it is used. */
static bool is_rc4(const struct key *k)
{
    return k->etype == 23 || k->etype == 24;
}

void mech_krb5_keys(struct mech_krb5 *m, const struct key *session, const struct key *initiator,
                    const struct key *acceptor, uint64_t send_seq, uint64_t receive_seq)
{
    const struct key *own = initiator && initiator->n ? initiator : session;
    bool theirs = acceptor && acceptor->n && !(is_rc4(own) && acceptor->etype == own->etype);
    m->end = (struct message_end){
        .key = theirs ? *acceptor : *own, .is_acceptor = m->is_acceptor, .acceptor_subkey = theirs};
    m->same_numbers = is_rc4(&m->end.key) && send_seq == receive_seq;
    m->send_seq = send_seq;
    m->receive_seq = receive_seq;
    m->has_keys = true;
}

struct bytes mech_krb5_frame(const struct mech_krb5 *m, struct turn *t, uint16_t id,
                             struct bytes message)
{
    return gss_token_write_as(t->mem, m->frame, id, message);
}
