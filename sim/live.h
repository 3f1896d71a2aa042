/* The live realm: the same engines on real sockets. One loop (libevent), UDP and TCP for the KDC
 * and, at a port of their own, for changes of passwords (RFC 3244 2), HTTP and HTTPS for the
 * service, DCE/RPC for netlogon; the only sockets of the program. */
#ifndef SIM_LIVE_H
#define SIM_LIVE_H

#include "sim/scenario.h"

#define LIVE_KDC_PORT     8888
#define LIVE_KPASSWD_PORT 8464
#define LIVE_HTTP_PORT    8080
#define LIVE_HTTPS_PORT   8443
#define LIVE_RPC_PORT     8135
#define LIVE_WORKERS_MAX  64
#define LIVE_IDLE         30 /* seconds without a whole request: closed */

struct live_options {
    const char *scenario;  /* name or file; NULL: "example-test" */
    const char *store;     /* a store's realm instead (realm/store.h); NULL: none */
    const char *spn;       /* of the web service in front of a store's realm; NULL: none */
    const char *address;   /* to listen on; NULL: 127.0.0.1 */
    uint16_t port;         /* KDC, UDP and TCP; 0: any that is free (live_port tells) */
    uint16_t kpasswd_port; /* changes of passwords, UDP and TCP; 0: any */
    uint16_t http_port;    /* service; 0: any */
    uint16_t https_port;   /* the same inside TLS, where the scenario says so; 0: any */
    uint16_t rpc_port;     /* netlogon, where the realm has a SID; 0: any */
    bool https_if_free, rpc_if_free; /* nobody asked for these two: any, where they are taken */
    unsigned idle; /* seconds a connection may take for a whole request; 0: LIVE_IDLE */
    bool no_http;
    bool quiet;    /* nothing is narrated */
    bool has_seed; /* randomness from the seed, not the system */
    uint64_t seed;
    unsigned workers; /* threads that serve; 0: one for each processor, 1 when it narrates */
    const char *replay_cache; /* the service's, kept in a file (sim/replay_file.h); or NULL */
    const char *record;       /* a pcapng file of everything, that can be played again; or NULL */
    const char *pid_file;     /* written when the sockets are open, removed at the end; or NULL */
};

struct live;

/* Opens everything. NULL: *error says what and why (in mem). */
struct live *live_open(const struct live_options *, struct arena *mem, char **error);
/* Serves until SIGTERM or SIGINT, or until the child `pid` ends (0: none). Returns false when a
 * file could not be written. */
bool live_serve(struct live *, int child);
void live_close(struct live *);

uint16_t live_port(const struct live *);
uint16_t live_kpasswd_port(const struct live *);
uint16_t live_http_port(const struct live *);
uint16_t live_https_port(const struct live *); /* 0: there is none */
uint16_t live_rpc_port(const struct live *);   /* the same */
const struct scenario *live_scenario(const struct live *);
/* The names of the realms that are served, the first first; n of them, in mem. */
const char *const *live_realms(const struct live *, struct arena *mem, size_t *n);

/* What real clients need to talk to it: krb5.conf (no reverse DNS, no canonicalisation), a .curlrc
 * with connect-to lines, a keytab of each service, the certificate of the authority that signed the
 * server's (ca.pem) and a client's certificate with its key (client.pem), written to `dir`. */
struct live_place {
    const char *dir;
    const char *address;
    uint16_t port, kpasswd_port, http_port, https_port;
};
/* False: *error says what could not be written. */
bool live_client_files(const struct live_place *, const struct scenario *, struct arena *mem,
                       char **error);
/* The variables that point to those files, n pairs of name and value, in mem. */
struct live_variable {
    const char *name, *value;
};
const struct live_variable *live_variables(const struct live_place *, struct arena *mem, size_t *n);

#endif
