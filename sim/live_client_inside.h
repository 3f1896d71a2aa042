/* What the files of our live client share; nobody else includes this. */
#ifndef SIM_LIVE_CLIENT_INSIDE_H
#define SIM_LIVE_CLIENT_INSIDE_H

#include "crypto/rng.h"
#include "sim/live_client.h"
#include "sim/live_names.h"

struct remote; /* the KDC of a realm */

struct live_client {
    struct arena *mem;
    struct live_client_options options;
    struct krb5_conf conf;
    struct live_names names;
    const char *realm;
    struct crypto *crypto;
    struct system_rng rng;
    struct client *client;
    struct trace *trace;
    struct trace_story story;
    struct remote *remotes;
    unsigned conns; /* counted */
};

#endif
