/* Kerberos as a mechanism (RFC 4121 4.1), both ends: what is common to them. The frame around the
 * tokens and the checksums of the context are made here; the AP exchange itself is its end's own
 * (client/, service/), which gives one function. */
#ifndef CONTEXT_MECH_KRB5_H
#define CONTEXT_MECH_KRB5_H

#include "context/mech.h"
#include "context/message.h"

/* One round of the AP exchange, without frames. Ids are those of wire/gss.h; 0: nothing. */
struct krb5_round {
    uint16_t in_id;  /* the initiator's first: 0; then TOK_AP_REP or TOK_KRB_ERROR. The acceptor's:
                      * TOK_AP_REQ */
    struct bytes in; /* the DER of that message; a view of the token */
    uint16_t out_id; /* set by the function: TOK_AP_REQ, TOK_AP_REP, TOK_KRB_ERROR */
    struct bytes out;
};

struct mech_krb5 {
    bool is_acceptor;
    /* The initiator: in_id 0 makes the AP-REQ: MECH_CONTINUE where an AP-REP is awaited, MECH_DONE
     * where no proof was asked of the acceptor; an AP-REP: MECH_DONE; a KRB-ERROR: MECH_REFUSED.
     * The acceptor: MECH_DONE, with an AP-REP where it must prove itself; MECH_REFUSED, with a
     * KRB-ERROR. MECH_WAITING from either: see mech_krb5_frame. Before MECH_DONE it calls
     * mech_krb5_keys; the initiator before its MECH_CONTINUE too, if it likes. */
    enum mech_state (*exchange)(void *arg, struct turn *, struct krb5_round *);
    void *arg;
    /* state */
    struct bytes frame; /* the OID in the frame; of the acceptor the one that came */
    bool has_keys, same_numbers;
    struct message_end end;
    uint64_t send_seq, receive_seq; /* of the next token either way */
    const char *why;                /* it was refused here: for the reader */
};

/* Zeroed but for what is given. */
void mech_krb5_init(struct mech_krb5 *, bool is_acceptor,
                    enum mech_state (*exchange)(void *arg, struct turn *, struct krb5_round *),
                    void *arg);
/* As SPNEGO sees it, under the OID that it stands under in the list: OID_KRB5 or OID_MS_KRB5. The
 * frame says OID_KRB5 in either case, as Windows does. */
struct mech mech_krb5(struct mech_krb5 *, struct bytes oid);
/* RFC 4121 2: the acceptor's subkey is the key, else the initiator's, else the session key. A
 * subkey with n == 0, or NULL: there is none. send_seq and receive_seq: numbers of the next token
 * of this end and of the other (from Authenticator and AP-REP; an acceptor that gave none uses the
 * initiator's). With RC4 the acceptor's subkey is not used, as by MIT and Heimdal, unless it is of
 * another type; and where both ends count from the same number there are no checksums with it, for
 * nobody could say whose they are. */
void mech_krb5_keys(struct mech_krb5 *, const struct key *session, const struct key *initiator,
                    const struct key *acceptor, uint64_t send_seq, uint64_t receive_seq);
/* A token around a message, in turn->mem: for those who waited and go on with spnego_resume. */
struct bytes mech_krb5_frame(const struct mech_krb5 *, struct turn *, uint16_t id,
                             struct bytes message);

const struct fault_row *mech_krb5_fault_table(size_t *n);

#endif
