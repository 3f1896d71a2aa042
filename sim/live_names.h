/* What our client learns of names outside of Kerberos: the realm of a host and the ways between
 * realms from krb5.conf, names and places of KDCs from a name server. */
#ifndef SIM_LIVE_NAMES_H
#define SIM_LIVE_NAMES_H

#include "client/client.h"
#include "sim/krb5_conf.h"
#include "sim/live_dial.h"

struct place_learned;

struct live_names {
    struct arena *mem;
    const struct krb5_conf *conf;
    struct party resolver;
    struct dial_place at; /* host NULL: there is no name server */
    bool deaf;            /* it has not answered: it is not asked again */
    struct place_learned *learned;
};

/* server: "HOST[:PORT]"; NULL: the first of /etc/resolv.conf. */
void live_names_start(struct live_names *, const char *server, const struct krb5_conf *,
                      struct arena *mem);
/* dns_canonicalize_hostname and rdns; where nothing is said, as MIT's library: reverse. */
enum name_policy live_names_policy(const struct live_names *);
/* Are KDCs looked for by SRV (dns_lookup_kdc; yes where nothing is said)? */
bool live_names_find_kdcs(const struct live_names *);

/* A question, and the answer; false: none came, and *answer is one that says so (SERVFAIL), with
 * which the client goes on as with a name that is not known. peer: as dial's. What it says of KDCs
 * is kept. */
bool live_names_ask(struct live_names *, struct bytes question, struct bytes *answer, char *peer);
/* The question for the KDCs of a realm (RFC 4120 7.2.3.2). */
struct bytes live_names_question(struct live_names *, const char *realm, uint16_t id);
/* The nth KDC, from 0, that was learned of; "HOST:PORT"; NULL: there are not so many. */
const char *live_names_kdc(const struct live_names *, const char *realm, size_t nth);

/* For client_config; arg is the live_names. */
struct bytes live_names_realm(struct live_names *, struct bytes host);
bool live_names_way(struct live_names *, struct bytes from, struct bytes to, struct bytes *before);

#endif
