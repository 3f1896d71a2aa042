/* Shared by the sources of the channel's server end alone. */
#ifndef CONTEXT_NETLOGON_SERVER_H
#define CONTEXT_NETLOGON_SERVER_H

#include "context/netlogon_inside.h"

#define NETLOGON_CONNECTIONS  256
#define NETLOGON_SESSIONS     256 /* machines that have proven themselves */
#define NETLOGON_COMPUTER_MAX 64  /* octets of a name */

struct netlogon_connection {
    uint64_t used; /* by the server's clock of calls; 0: nobody */
    const struct conn *conn;
    const struct party *from; /* where there is no connection */
    bool bound;
    uint16_t context_id;
    struct netlogon_security security;
    char computer[NETLOGON_COMPUTER_MAX]; /* whose key protects it */
    /* NetrServerReqChallenge was here, for that computer; good for one NetrServerAuthenticate3. */
    bool challenged;
    char challenged_by[NETLOGON_COMPUTER_MAX];
    uint8_t client[8], server[8];
};

struct netlogon_session {
    uint64_t used;
    char computer[NETLOGON_COMPUTER_MAX];
    uint8_t key[16];
    uint32_t flags;
    uint8_t credential[8]; /* of the client, as NETLOGON_AUTHENTICATORs move it on (3.1.4.5) */
};

struct netlogon_server {
    struct netlogon_server_config config;
    uint64_t clock;
    struct netlogon_connection connections[NETLOGON_CONNECTIONS];
    struct netlogon_session sessions[NETLOGON_SESSIONS];
};

struct call {
    struct netlogon_server *server;
    struct netlogon_connection *connection;
    const struct packet *p;
    struct turn *t;
    const struct rpc_pdu *m;
    bool unread; /* the stub could not be read */
};

/* NULL: none. */
struct netlogon_session *netlogon_session(struct netlogon_server *, struct bytes computer);
bool netlogon_reply(struct call *, const struct rpc_pdu *);
bool netlogon_fault(struct call *, uint32_t status, const char *why);

/* context/netlogon_calls.c: *answer is the stub that goes back. False: our fault. */
bool netlogon_serve_challenge(struct call *, struct bytes stub, struct bytes *answer);
bool netlogon_serve_authenticate(struct call *, struct bytes stub, struct bytes *answer);
bool netlogon_serve_capabilities(struct call *, struct bytes stub, struct bytes *answer);
bool netlogon_serve_logon(struct call *, struct bytes stub, struct bytes *answer);

#endif
