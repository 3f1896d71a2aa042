/* The catalogue of words: for each field of each message, what it is for, in one to three short
 * sentences for a learner, and the section. Keys are places as in wire/opens.h: "AP-REQ.ticket",
 * "EncryptedData.cipher", more specific ones where context changes the meaning. Text comes from
 * wire/words.en (one file a language); the build fails when a member of a production, or a row of
 * a flat format, has no words. */
#ifndef WIRE_WORDS_H
#define WIRE_WORDS_H

#include "base/bytes.h"

struct word {
    const char *place; /* the key */
    const char *spec;  /* "RFC 4120 5.5.1" */
    const char *text;
};

/* By exact key; NULL: none. */
const struct word *word_exact(const char *place);
/* The most specific entry for a place given as its ancestry: parts[0] is the outermost name,
 * parts[n-1] the member itself; a part that begins a production or container is marked by
 * starts[i]. Tries the longest suffix first. NULL: none. */
const struct word *word_for(const char *const *parts, const bool *starts, size_t n);
const struct word *word_table(size_t *n);

#endif
