/* The catalogue of words: for each field of each message, what it is for, in one to three short
 * sentences for a learner, and the section. Keys are places as in wire/opens.h: "AP-REQ.ticket",
 * "EncryptedData.cipher", more specific ones where context changes the meaning. Text comes from
 * wire/words.en (one file a language); the build fails when a member of a production, or a row of
 * a flat format, has no words. */
#ifndef WIRE_WORDS_H
#define WIRE_WORDS_H

#include "wire/opens.h"

struct word {
    const char *place; /* the key */
    const char *spec;  /* "RFC 4120 5.5.1" */
    const char *text;
};

/* By exact key; NULL: none. */
const struct word *word_exact(const char *key);
/* The most specific entry that fits a place; for an element of a SEQUENCE OF that has none of its
 * own, that of the list. NULL: none. */
const struct word *word_for(const struct place *);
/* All of them, ordered by the last part of the key. */
const struct word *word_table(size_t *n);

#endif
