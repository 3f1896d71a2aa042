/* Octets as text and text as octets: hexadecimal, base64, UTF-8, UTF-16LE, and what may be shown on
 * a terminal. Results live in the arena; *at is the offset in the input of the first octet that
 * does not fit, counted from 0 (the input's length where something is missing at its end). */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"

/* Lower case, two digits an octet, nothing between. */
char *hex_text(struct arena *, struct bytes);
/* Either case. Between octets white space, ':' and '-' are passed over; an octet's two digits
 * stand together. */
bool hex_decode(struct arena *, struct bytes text, struct bytes *out, size_t *at);

/* RFC 4648 4, padded, on one line. */
char *base64_text(struct arena *, struct bytes);
/* RFC 4648 3 and 4, strictly: the padding must be there, nothing may follow it, and the bits that
 * the last digit has over must be zero. With `spaces`, white space anywhere is passed over. */
bool base64_decode(struct arena *, struct bytes text, bool spaces, struct bytes *out, size_t *at);

/* Takes one code point from the start of *rest. False, and *rest as it was, when there is none or
 * when it is not well formed (RFC 3629: overlong, surrogate, past U+10FFFF, cut short). */
bool utf8_next(struct bytes *rest, uint32_t *point);
/* Writes 1 to 4 octets; the code point must be one (no surrogate, at most U+10FFFF). */
size_t utf8_put(uint32_t point, uint8_t out[4]);
bool utf8_valid(struct bytes);

/* Writes 2 or 4 octets. */
size_t utf16le_put(uint32_t point, uint8_t out[4]);
/* False where the input is not well formed: odd length or a lone surrogate in UTF-16. */
bool utf16le_from_utf8(struct arena *, struct bytes text, struct bytes *out, size_t *at);
bool utf8_from_utf16le(struct arena *, struct bytes units, struct bytes *out, size_t *at);

/* What may be printed, with a NUL behind it: control characters (C0, DEL, C1), the marks that turn
 * the direction of text or have no width, line separators and octets that are not UTF-8 become \xNN
 * for each octet. A backslash stays, unless it would read as such an escape: then it is \x5c. */
char *text_escape(struct arena *, struct bytes);

#endif
