/* What the two files of context/vector_ntlm.h share. */
#ifndef CONTEXT_VECTOR_NTLM_INSIDE_H
#define CONTEXT_VECTOR_NTLM_INSIDE_H

#include "context/ntlm.h"
#include "context/vector_ntlm.h"

struct vector_value {
    const char *name;
    struct bytes octets;
};

struct vector_run {
    struct turn turn;
    const struct vector_case *c;
    const char **why;
    struct vector_value values[40]; /* computed */
    size_t n;
    bool trouble;
    /* given */
    struct bytes user, domain, password, client_challenge, random, target_info, time;
    const uint8_t *server;
    uint32_t flags;
    uint8_t lm_hash[16], nt_hash[16];
    bool has_lm_hash;
};

enum vector_result vector_failed(struct vector_run *, const char *why);
struct bytes vector_field_or(struct vector_run *, const char *name, struct bytes otherwise);
/* What was computed, under a name; `ok` of what computed it. */
void vector_add(struct vector_run *, const char *name, const void *p, size_t n, bool ok);
/* Reads what is given and hashes the password. False: it does not fit together. */
bool vector_load(struct vector_run *);
/* Each field of the case is given, or is what was computed. */
enum vector_result vector_check(struct vector_run *);

enum vector_result vector_wrap(struct vector_run *);
enum vector_result vector_verify(struct vector_run *);
enum vector_result vector_must_fail(struct vector_run *);

#endif
