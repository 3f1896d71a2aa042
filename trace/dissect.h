/* Octets into fields: every octet of a message belongs to one leaf. A leaf is a tag-length header,
 * or one primitive, or octets nobody here can read (opaque). What an OCTET STRING holds and what a
 * key opens are new roots hanging off the field they came from. */
#ifndef TRACE_DISSECT_H
#define TRACE_DISSECT_H

#include "base/fault.h"
#include "crypto/crypto.h"
#include "trace/trace.h"
#include "wire/opens.h"
#include "wire/words.h"

/* ---- keys ---------------------------------------------------------------------------------- */
struct ring_key {
    struct key key;
    const char *name; /* "K/alice" */
    int32_t kvno;
    const char *holders[8]; /* parties, NULL-ended when fewer */
    size_t event;           /* since which event */
};
/* The keys told in events [0, until). Same etype and value is one key. */
struct keyring {
    struct ring_key *keys;
    size_t n, room;
};
struct keyring keyring_of(const struct trace *, size_t until, struct arena *);
/* Only what `party` holds (NULL: everyone's). */
struct keyring keyring_held(const struct keyring *, const char *party, struct arena *);
/* A key already there gets the new holders. The strings are not copied. */
void keyring_add(struct keyring *, struct ring_key, struct arena *);

/* ---- fields -------------------------------------------------------------------------------- */
enum field_state {
    FIELD_PLAIN,
    FIELD_HOLDS,  /* its contents are read as another root */
    FIELD_SEALED, /* an EncryptedData's cipher that no key of the ring opens */
    FIELD_OPENED, /* one did: see root and key */
    FIELD_OPAQUE, /* nothing here reads it */
    FIELD_BROKEN, /* a strict reader refuses the message here: see fault */
};

struct field {
    struct field *parent, *first, *last, *next;
    const char *name;  /* "padata-value"; "[2]" in a SEQUENCE OF */
    const char *path;  /* from the message: "TGS-REQ.padata[0].padata-value/AP-REQ.ticket"; a
                        * header has that of its field */
    const char *value; /* as shown: "18 aes256-cts-hmac-sha1-96", "alice", "3 items"; "" if none */
    const char *meaning; /* what this very number means, by its registry; NULL: it has no name */
    const struct asn_type *type; /* NULL for flat formats and headers */
    bool header;                 /* a tag-length leaf */
    struct root *root;           /* the octets at, body and end count in */
    size_t at, body, end;        /* [at, end) with its headers; [body, end) its contents */
    unsigned depth;
    enum field_state state;
    const struct word *words;         /* NULL only for headers (see header_words) */
    const struct opens_row *opens;    /* of an EncryptedData and its cipher */
    const struct covers_row *covers;  /* of a Checksum */
    const struct ring_key *opened_by; /* OPENED; NULL there: it was not sealed (etype 0) */
    int32_t opened_usage;             /* OPENED: the key usage that fitted */
    struct root *inner;               /* HOLDS and OPENED */
    const struct fault *fault; /* why it is BROKEN; in another state: it can be read, but a strict
                                * reader would refuse it */
};

struct root {
    struct bytes data;
    struct field *top;  /* a next of it: octets that follow what should be all */
    struct field *from; /* whose contents this is; NULL: a message */
    const char *what;   /* "AS-REQ", "EncTicketPart", "HTTP request" */
    size_t confounder;  /* plaintext of a seal: octets that stood before data (not in data) */
    int32_t etype;      /* of the seal; 0: none */
};

/* Reads a whole message as it came on that transport (VIA_UDP and VIA_TCP: a Kerberos message
 * without its length; VIA_HTTP: an HTTP message). Never fails: the reader goes on behind what is
 * damaged as far as tags and lengths can be followed; octets that nothing explains are OPAQUE or
 * BROKEN leaves. crypto may be NULL: nothing is opened. Linear in the message; what it cannot
 * afford it leaves opaque or sealed. data must live as long as the arena. */
struct root *dissect(struct bytes data, enum transport via, const struct keyring *, struct crypto *,
                     struct arena *);
/* The same for one value of a known production. */
struct root *dissect_as(struct bytes data, const struct asn_type *, const struct keyring *,
                        struct crypto *, struct arena *);
/* Adds the keys that stand in the opened parts of a message (EncTicketPart.key, EncKDCRepPart.key,
 * the subkeys, KrbCredInfo.key) to the ring, named after who shares them; returns how many were
 * new. With crypto, the keys of FAST too that follow from those (RFC 6113 5.4). For captures, whose
 * keys nobody tells: read, learn and read again until nothing is new. */
size_t dissect_learn(struct root *, struct keyring *, struct crypto *, struct arena *);

/* Whether the field has octets that are a leaf, and which: a header's own, or the contents of one
 * without parts, [*at, *end) of its root. The leaves of a root tile it. */
bool field_leaf(const struct field *, size_t *at, size_t *end);
/* Depth-first, parents before children, inner roots after the field they hang off; NULL at the
 * end of the message. The headers of a primitive come after it, though their octets stand before
 * its own. */
struct field *field_next(struct field *);
/* The field whose leaf octet `at` of the root belongs to; NULL: past the end. */
struct field *field_at(struct root *, size_t at);
struct field *field_find(struct root *, const char *path);
/* The part of that name, headers left out; NULL: none. */
struct field *field_part(const struct field *, const char *name);
/* The message a field belongs to, however deep it lies. */
struct root *field_message(const struct field *);
/* What a tag-length header says, in words: "APPLICATION 10, constructed, 213 octets follow". */
char *header_words(struct arena *, const struct field *);
/* "AS-REQ", "KRB-ERROR 25 KDC_ERR_PREAUTH_REQUIRED", "HTTP 200 + AP-REP": what a message is called
 * in a ladder. */
char *message_label(struct root *, struct arena *);

/* The parts of a ciphertext, by its etype: confounder, data and MAC in the order of their octets
 * (RFC 3961 5.3: confounder | data | HMAC; RFC 4757 6: HMAC | confounder | data). n octets of
 * cipher; returns how many parts were written, 0 for an unknown etype or one too short. */
struct seal_part {
    const char *name; /* "confounder", "data", "HMAC" or "CMAC" */
    size_t at, end;   /* in the cipher */
};
size_t seal_parts(int32_t etype, size_t n, struct seal_part out[3]);

#endif
