/* NTLM between a client and a server (MS-NLMP 3.1, 3.2): the three messages made and checked, the
 * keys, and messages protected with them (3.4). Who compares the response is asked elsewhere
 * (context/logon.h). Both ends are plain structs in the memory of their connection; nothing here
 * waits.
 *
 * Step ids: "ntlm.client.*" and "ntlm.server.*"; party is told as the one given. */
#ifndef CONTEXT_NTLM_H
#define CONTEXT_NTLM_H

#include "context/logon.h"
#include "context/mech.h"
#include "crypto/ntlm.h"
#include "wire/ntlm.h"

/* LMCompatibilityLevel (MS-NLMP appendix; behaviours 1.6), 0 to 5, of whichever side. */
struct ntlm_level {
    const char *client_sends, *accepts; /* for the reader */
    bool sends_lm, sends_ntlm, sends_ntlmv2, may_use_ess, accepts_lm, accepts_ntlm;
};
const struct ntlm_level *ntlm_level(unsigned level); /* NULL: over 5 */

/* ---- keys of an established context ------------------------------------------------------------
 */
struct ntlm_session {
    bool is_client;
    uint32_t flags; /* as negotiated */
    uint8_t exported[16];
    bool has_key; /* false: anonymous without a key */
    uint8_t sign_out[16], sign_in[16];
    /* Without ESS both directions share one, and one count: those of out. */
    struct rc4 seal_out, seal_in;
    uint32_t seq_out, seq_in;
    struct rc4 start_out, start_in; /* as they were at the beginning */
};
/* False: our fault. has_key becomes true. */
bool ntlm_session_start(struct ntlm_session *, struct crypto *, uint32_t flags,
                        const uint8_t exported[16], bool is_client);
/* GSS_GetMIC / GSS_Wrap as NTLM's (MS-NLMP 3.4.4, 3.4.3): 16 octets of signature; sealing replaces
 * text in place. Sequence numbers count on. */
bool ntlm_sign(struct ntlm_session *, struct turn *, struct bytes text, uint8_t signature[16]);
bool ntlm_check(struct ntlm_session *, struct turn *, struct bytes text, struct bytes signature);
bool ntlm_seal(struct ntlm_session *, struct turn *, uint8_t *text, size_t n,
               uint8_t signature[16]);
bool ntlm_unseal(struct ntlm_session *, struct turn *, uint8_t *text, size_t n,
                 struct bytes signature);
/* RFC 4178's mechListMIC leaves no trace in the sealing state (MS-SPNG 3.3.5.1): back to as it was
 * at the beginning. Sequence numbers count on, as with Samba and gss-ntlmssp. The struct mech of
 * either end does it by itself, for the direction of each mic and check. */
void ntlm_session_restart(struct ntlm_session *);

/* ---- the client --------------------------------------------------------------------------------
 */
/* What Windows' HTTP client asks for; ESS only where the level may use it. */
#define NTLM_CLIENT_USUAL                                                                          \
    ((uint32_t)NTLMSSP_NEGOTIATE_UNICODE | (uint32_t)NTLM_NEGOTIATE_OEM |                          \
     (uint32_t)NTLMSSP_REQUEST_TARGET | (uint32_t)NTLMSSP_NEGOTIATE_NTLM |                         \
     (uint32_t)NTLMSSP_NEGOTIATE_ALWAYS_SIGN |                                                     \
     (uint32_t)NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY | (uint32_t)NTLMSSP_NEGOTIATE_VERSION |  \
     (uint32_t)NTLMSSP_NEGOTIATE_128 | (uint32_t)NTLMSSP_NEGOTIATE_56)
struct ntlm_client_config {
    const char *party;
    struct bytes user, domain, workstation; /* UTF-8; user empty: anonymous */
    struct bytes password;                  /* or, n == 0, the hash: */
    const uint8_t *nt_hash;                 /* (neither: the empty password's) */
    unsigned level;                         /* LMCompatibilityLevel */
    const char *target_spn;  /* MsvAvTargetName: "HTTP/www.example.test"; NULL: not said */
    struct bytes bindings;   /* application data of the channel bindings (struct tls.end_point);
                              * empty: MsvAvChannelBindings of zeros */
    uint32_t flags;          /* asked beyond NTLM_CLIENT_USUAL: SIGN, SEAL, which bring KEY_EXCH */
    bool no_mic, no_version; /* as old clients: no MsvAvFlags/MIC, no Version */
    struct ntlm_version version;
};
struct ntlm_client {
    struct arena *mem;
    struct ntlm_client_config config;
    struct bytes negotiate, challenge, authenticate; /* as they went: the MIC is over all three */
    uint32_t asked;                                  /* flags of the NEGOTIATE */
    bool mic;                                        /* the AUTHENTICATE carries one */
    struct ntlm_session session;
    const char *sent; /* "LM and NTLM", "NTLMv2", "NTLM2 session": for the reader */
    const char *why;  /* refused */
};
void ntlm_client_init(struct ntlm_client *, struct arena *mem, const struct ntlm_client_config *);
/* First `in` empty -> NEGOTIATE_MESSAGE; CHALLENGE_MESSAGE -> AUTHENTICATE_MESSAGE, MECH_DONE.
 * Tells the keys it comes to hold. */
enum mech_state ntlm_client_step(struct ntlm_client *, struct turn *, struct bytes in,
                                 struct bytes *out);
struct mech ntlm_client_mech(struct ntlm_client *); /* of the above, for SPNEGO */

/* ---- the server --------------------------------------------------------------------------------
 */
enum extended_protection { EPA_OFF, EPA_ALLOWED, EPA_REQUIRED }; /* None, Allow, Require */
struct ntlm_server_config {
    const char *party;
    struct bytes nb_computer, nb_domain, dns_computer, dns_domain, dns_tree; /* AV pairs, UTF-8 */
    bool in_domain;    /* TARGET_TYPE_DOMAIN, else _SERVER */
    unsigned level;    /* what it takes (of its own accounts); the controller has its own */
    bool no_timestamp; /* MsvAvTimestamp left out: as before Vista */
    bool anonymous;    /* a logon of nobody is taken; else refused */
    bool require_mic;  /* a client that could send a MIC (NTLMv2, timestamp) has to */
    enum extended_protection protection;
    struct bytes bindings;   /* of the TLS channel; empty: none */
    const char *const *spns; /* target names that are taken; NULL-ended; NULL: not looked at */
    struct ntlm_version version;
};
struct ntlm_server {
    struct arena *mem;
    struct ntlm_server_config config;
    struct bytes negotiate, challenge, authenticate;
    uint8_t server_challenge[8];
    struct authenticate_message message; /* views into `authenticate` or mem */
    struct logon_question question;      /* what to ask; set when MECH_WAITING */
    struct ntlm_session session;
    enum verified_by verified; /* what kind of response came, by its form */
    uint32_t flags;            /* offered in the CHALLENGE, then as agreed on */
    bool mic;                  /* the AUTHENTICATE carried one, and it fits */
    /* Nobody logged on, and that is taken: MECH_DONE at once, without a question and without a
     * key. */
    bool anonymous;
    const char *why; /* refused */
    int32_t status;
};
void ntlm_server_init(struct ntlm_server *, struct arena *mem, const struct ntlm_server_config *);
/* NEGOTIATE_MESSAGE -> CHALLENGE_MESSAGE; AUTHENTICATE_MESSAGE -> MECH_WAITING with the question
 * (or MECH_REFUSED). */
enum mech_state ntlm_server_step(struct ntlm_server *, struct turn *, struct bytes in,
                                 struct bytes *out);
/* The answer: session keys, then MIC (over the three messages, its own 16 octets zeros), channel
 * bindings, target name, in this order; each a step. MECH_DONE or MECH_REFUSED. */
enum mech_state ntlm_server_answer(struct ntlm_server *, struct turn *,
                                   const struct logon_answer *);
struct mech ntlm_server_mech(struct ntlm_server *);

/* MD5 over gss_channel_bindings_struct with only application data (RFC 2744 3.11, MS-NLMP
 * 2.2.2.1): for NTLM's AV pair and for Kerberos' checksum 0x8003 alike. */
bool channel_bindings_hash(struct crypto *, struct bytes application_data, uint8_t out[16]);

/* The MIC: HMAC-MD5 with the exported session key over the three messages as they went, the 16
 * octets at mic_at of the last taken as zeros. */
bool ntlm_mic(struct turn *, const uint8_t exported[16], struct bytes negotiate,
              struct bytes challenge, struct bytes authenticate, size_t mic_at, uint8_t out[16]);

/* The verifier's part (MS-NLMP 3.3, MS-APDS 3.1.5.2): does the response fit these hashes? Which one
 * it was, what was computed and what came (for the reader, side by side) and the session base key.
 * lm_hash NULL: there is none. accepts: the level's. */
struct ntlm_compared {
    enum verified_by by;
    uint8_t computed[24], received[24];
    size_t n;
    uint8_t session_base_key[16], lm_key[8];
    const char *refused; /* level too high for what came, or does not fit: for the reader */
};
bool ntlm_compare(struct turn *, const struct logon_question *, const uint8_t nt_hash[16],
                  const uint8_t *lm_hash, unsigned level, struct ntlm_compared *out);

const struct fault_row *ntlm_context_fault_table(size_t *n);

#endif
