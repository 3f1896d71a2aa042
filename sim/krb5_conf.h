/* What our client takes from krb5.conf (MIT's krb5.conf(5), the "profile" format): sections,
 * relations, groups in braces. Unknown relations are passed over, as Kerberos libraries do. */
#ifndef SIM_KRB5_CONF_H
#define SIM_KRB5_CONF_H

#include "base/arena.h"

/* One relation: "realms", "EXAMPLE.TEST", "kdc" = "127.0.0.1:8888". group: "" outside of braces. */
struct conf_row {
    const char *section, *group, *name, *value;
};
struct krb5_conf {
    struct conf_row *rows;
    size_t n, room;
};

/* Reads the files of a colon-separated list, as KRB5_CONFIG has them; those that are not there are
 * passed over. Everything in the arena, files of at most 1 MiB. False: *error is "file:line: what
 * is wrong". */
bool krb5_conf_read(const char *paths, struct arena *, struct krb5_conf *out, char **error);
/* The nth value (from 0) of a relation; NULL: there are not so many. group NULL: any. */
const char *krb5_conf_get(const struct krb5_conf *, const char *section, const char *group,
                          const char *name, size_t nth);
/* yes, true, t, 1, on and their opposites; otherwise what is usual. */
bool krb5_conf_bool(const struct krb5_conf *, const char *section, const char *name, bool usual);
/* The realm of a host by [domain_realm]: its own name, then each of its domains; NULL: none. */
const char *krb5_conf_realm_of(const struct krb5_conf *, const char *host);
/* The realm before `to` on the way from `from`, by [capaths]: the last of the list for `to`, or the
 * one before it in another list of `from`. *before NULL: the two are neighbours. False: nothing is
 * said of that way. */
bool krb5_conf_way(const struct krb5_conf *, const char *from, const char *to, const char **before);

#endif
