/* Octets that grow at their end: what the exports are written on. */
#ifndef TRACE_SHEET_H
#define TRACE_SHEET_H

#include "base/arena.h"

struct sheet {
    struct arena *mem;
    uint8_t *p; /* a NUL follows */
    size_t n, room;
};

void sheet_put(struct sheet *, struct bytes);
void sheet_str(struct sheet *, const char *);
void sheet_printf(struct sheet *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* n times the octet. */
void sheet_fill(struct sheet *, uint8_t octet, size_t n);
void sheet_be16(struct sheet *, uint16_t);
void sheet_be32(struct sheet *, uint32_t);
void sheet_le16(struct sheet *, uint16_t);
void sheet_le32(struct sheet *, uint32_t);

/* Lines of UTF-8, a character a cell. `first` begins the first line, as many spaces as it has
 * cells the others; words are broken where they do not fit. With ascii, other characters become
 * '?', the sheet's own marks their nearest. A newline ends the last. */
void sheet_wrap(struct sheet *, const char *first, const char *text, unsigned width, bool ascii);
size_t cells(const char *);

#endif
