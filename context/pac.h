/* A PAC made and checked (MS-PAC 2.8): by the KDC, which signs, and by the service, which can check
 * the one signature made with its own key. */
#ifndef CONTEXT_PAC_H
#define CONTEXT_PAC_H

#include "context/seal.h"
#include "wire/pac.h"

#define USAGE_PAC 17 /* KERB_NON_KERB_CKSUM_SALT */

/* A client's name as a PAC has it: the parts joined with "/", nothing escaped. */
struct bytes pac_client_name(struct turn *, const struct PrincipalName *);
struct pac_making {
    const struct validation_info *info;
    struct bytes client_name; /* pac_client_name of the ticket's cname */
    int64_t authtime;         /* microseconds */
    const struct key *server_key, *kdc_key;
};
/* LOGON_INFO, CLIENT_INFO and the two signatures, as the octets of AD-WIN2K-PAC; in turn->mem.
 * False: our fault. */
bool pac_make(struct turn *, const struct pac_making *, struct bytes *out);
/* These buffers and the two signatures over them (.data of a signature that stands among them is
 * replaced). Signatures of other kinds, which only their maker can renew, are left out. */
bool pac_sign(struct turn *, const struct pac_buffer *, size_t n, const struct key *server_key,
              const struct key *kdc_key, struct bytes *out);
/* The same PAC signed anew for another server, by a KDC that has checked it. */
bool pac_sign_again(struct turn *, const struct pac *, const struct key *server_key,
                    const struct key *kdc_key, struct bytes *out);

/* The element of authorization data that carries it: AD-IF-RELEVANT, and in it AD-WIN2K-PAC. */
struct AuthorizationData_item pac_element(struct turn *, struct bytes pac);
/* Finds the PAC in a ticket's authorization data (AD-IF-RELEVANT, AD-WIN2K-PAC). False: none, or a
 * fault was raised (*present). */
bool pac_in_ticket(struct turn *, const struct EncTicketPart *, bool *present, struct pac *out);

/* Is the signature made with this key? Nothing is told. The ticket's and the one over all of the
 * PAC (MS-PAC 2.8.3, 2.8.4) are true also where there is none. */
bool pac_server_signed(struct turn *, const struct pac *, const struct key *server_key);
bool pac_ticket_signed(struct turn *, const struct pac *, const struct EncTicketPart *,
                       const struct key *kdc_key);
bool pac_full_signed(struct turn *, const struct pac *, const struct key *kdc_key);
bool pac_kdc_signed(struct turn *, const struct pac *, const struct key *kdc_key);

/* Each a step `step`.pac.server, .client, .info: the server's signature fits server_key,
 * CLIENT_INFO names the ticket's client and authtime, LOGON_INFO reads. kdc_key (may be NULL): its
 * signature too, .kdc. 0, or KRB_AP_ERR_MODIFIED. */
int32_t pac_check(struct turn *, const struct pac *, const struct EncTicketPart *,
                  const struct key *server_key, const struct key *kdc_key, const char *step,
                  struct validation_info *out);

#endif
