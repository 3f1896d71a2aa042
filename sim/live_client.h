/* Our client at foreign KDCs: the engine of the lessons behind real sockets, its exchange kept as a
 * trace, its cache a real ccache file. */
#ifndef SIM_LIVE_CLIENT_H
#define SIM_LIVE_CLIENT_H

#include "client/client.h"
#include "sim/krb5_conf.h"
#include "sim/live_web.h"
#include "trace/trace.h"

struct live_client;

struct live_client_options {
    const char *realm;     /* NULL: krb5.conf's default_realm */
    const char *kdc;       /* "HOST[:PORT]" for that realm; NULL: krb5.conf's, or DNS's */
    const char *dns;       /* "HOST[:PORT]", a name server; NULL: /etc/resolv.conf's */
    bool tcp;              /* from the start */
    const int32_t *etypes; /* offered; n_etypes 0: krb5.conf's permitted ones, else 18 17 20 19 */
    size_t n_etypes;
    const struct browser_config *browser; /* CLIENT_BROWSE */
    struct live_web *web; /* its connections; with them it does without a realm too. NULL: none */
};
/* NULL: *error says what is missing or cannot be read. Everything lives in mem. */
struct live_client *live_client_new(const struct live_client_options *, struct arena *mem,
                                    char **error);
void live_client_free(struct live_client *);

/* Runs a task to its end. False: our fault; *error says which. */
bool live_client_do(struct live_client *, const struct client_do_args *, char **error);
struct client_outcome live_client_result(const struct live_client *);
const struct trace *live_client_trace(const struct live_client *);
struct crypto *live_client_crypto(const struct live_client *);
const char *live_client_realm(const struct live_client *);
const struct browsed *live_client_browsed(const struct live_client *);
/* A server or proxy that will be spoken to: of the trace. */
void live_client_party(struct live_client *, const struct party *, const char *role);

/* A cache as KRB5CCNAME names it: FILE:path or a path; NULL: KRB5CCNAME, or else the usual
 * /tmp/krb5cc_UID. False: *error says why. Saved whole or not at all, for its owner only;
 * newest: only the credentials got last, as kinit begins a cache anew. */
bool live_client_load(struct live_client *, const char *cache, char **error);
bool live_client_save(struct live_client *, const char *cache, bool newest, char **error);
bool live_cache_read(const char *cache, struct arena *, struct ccache *, char **error);

#endif
