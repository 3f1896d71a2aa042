/* Changing a password (RFC 3244): a request and a reply, each of three parts (an AP message, and a
 * KRB-PRIV under the subkey of its authenticator) behind three numbers, all big-endian; and the
 * result that the reply brings. On TCP four octets of length come before (wire/frame.h). */
#ifndef WIRE_KPASSWD_H
#define WIRE_KPASSWD_H

#include "base/fault.h"

#define KPASSWD_CHANGE 0x0001 /* the older form, and every reply: user-data is the new password */
#define KPASSWD_SET    0xff80 /* RFC 3244: user-data is a ChangePasswdData */

/* Views into what was read. */
struct kpasswd_message {
    uint16_t version;  /* whatever stands there: what it means is for the reader to judge */
    struct bytes ap;   /* an AP-REQ; in a reply an AP-REP, or empty */
    struct bytes rest; /* a KRB-PRIV; in a reply without AP-REP a KRB-ERROR */
};
/* False: its lengths, in octets, do not say what is there; a fault raised. */
bool kpasswd_read(struct bytes, struct faults *, struct kpasswd_message *out);
/* {NULL, 0}: longer than the two octets of the length can say. */
struct bytes kpasswd_write(struct arena *, const struct kpasswd_message *);
/* By its first numbers: no Kerberos message begins so. */
bool kpasswd_is(struct bytes);
/* Of octets for which kpasswd_is: by what lies in them. */
bool kpasswd_is_reply(struct bytes);

/* What the reply's user-data, or the e-data of its KRB-ERROR, says. */
struct kpasswd_result {
    uint16_t code;     /* NAMES_KPASSWD, wire/names.h */
    struct bytes text; /* UTF-8 for people; Windows puts its policy here, 30 octets in binary */
};
/* False: shorter than the two octets of the code; a fault raised. The text views what was read. */
bool kpasswd_result_read(struct bytes, struct faults *, struct kpasswd_result *out);
struct bytes kpasswd_result_write(struct arena *, const struct kpasswd_result *);

const struct fault_row *kpasswd_fault_table(size_t *n);

#endif
