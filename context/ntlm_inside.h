/* What the files of context/ntlm.h share. */
#ifndef CONTEXT_NTLM_INSIDE_H
#define CONTEXT_NTLM_INSIDE_H

#include "context/ntlm.h"

enum ntlm_fault {
    NTLM_UNEXPECTED,
    NTLM_CHARACTERS,
    NTLM_NO_NAMES,
    NTLM_RESPONSES,
    NTLM_ANONYMOUS,
    NTLM_REFLECTED,
    NTLM_LEVEL,
    NTLM_LOGON,
    NTLM_SESSION_KEY,
    NTLM_SAID_TWICE,
    NTLM_MIC_MISSING,
    NTLM_MIC,
    NTLM_BINDINGS_MISSING,
    NTLM_BINDINGS,
    NTLM_TARGET_MISSING,
    NTLM_TARGET,
    NTLM_NO_KEY,
    NTLM_NO_ESS,
    NTLM_SIGNATURE_FORM,
    NTLM_SEQUENCE,
    NTLM_CHECKSUM,
};
/* Raises the fault; returns why, as the reader is told. */
const char *ntlm_fault(struct turn *, enum ntlm_fault);

/* Names of the flags for a step; nothing is built where nobody listens. */
/* The version that is said, or the usual one. */
struct ntlm_version ntlm_version_or(const struct ntlm_version *own);
struct arg ntlm_flags_arg(struct turn *, uint32_t flags);

#define RESPONSE 24 /* octets of LM's and NTLM's responses */

/* The LM field with NTLM2 session security: client challenge and sixteen zeros. */
bool ntlm_is_session_form(struct bytes lm_response);
/* What is worked out for one AUTHENTICATE. */
struct ntlm_answer {
    struct ntlm_client *c;
    struct turn *t;
    const struct ntlm_level *level;
    struct challenge_message challenge;
    struct av_pairs offered; /* the server's */
    uint32_t flags;          /* agreed on */
    bool anonymous;
    uint8_t nt_hash[16], lm_hash[16], client_challenge[8];
    bool has_lm_hash;
    uint8_t session_base_key[16], kxkey[16], exported[16];
    struct authenticate_message m;
};

/* Hashes the password, or takes the hash; tells the key. */
bool ntlm_hashes(struct ntlm_answer *);
/* n octets in the turn's memory. */
struct bytes ntlm_keep(struct ntlm_answer *, const void *p, size_t n);
/* Both responses and the session base key. False: our fault. */
bool ntlm_respond_v1(struct ntlm_answer *);
bool ntlm_respond_v2(struct ntlm_answer *);

/* A MIC beside the stream of messages: the sealing state stays as it was. With ESS only: without it
 * both directions share one stream, and a CRC is no proof. */
bool ntlm_session_mic(struct ntlm_session *, struct turn *, struct bytes text, struct bytes *out);
bool ntlm_session_check(struct ntlm_session *, struct turn *, struct bytes text,
                        struct bytes signature);

#endif
