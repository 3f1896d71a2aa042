/* Shared by the verifier's sources alone. */
#ifndef NTLM_INSIDE_H
#define NTLM_INSIDE_H

#include "context/ntlm.h"
#include "ntlm/ntlm.h"

struct ntlm_verifier {
    struct ntlm_verifier_config config;
    struct netlogon_server *server; /* NULL: local */
};

/* One question on its way through the steps. */
struct logon {
    const struct ntlm_verifier *v;
    const struct realm *realm;
    const struct logon_question *q;
    struct turn *t;
    struct logon_answer *out;
    const struct account *account;
    enum verified_by by;
    const char *id;  /* of the step that is being done */
    const char *why; /* it refuses */
};
/* The step passes. */
#define DONE(x, ...) tell((x)->t, STEP_DONE, (x)->id, ##__VA_ARGS__)

/* Runs the list; the answer is in x->out. */
void logon_run(struct logon *);

/* ntlm/digest.c: does HTTP Digest's response fit what is stored? 0, or a status and x->why. */
int32_t logon_digest(struct logon *);

#endif
