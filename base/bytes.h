/* Byte views: a pointer and a length in octets. A view owns nothing; whoever made the octets
 * (a packet, an arena, a literal) keeps them alive for as long as the view is used. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *p;
    size_t n;
};

/* An octet string literal, or any array whose size is known: BYTES_LIT("abc") is 3 octets. */
#define BYTES_LIT(s) ((struct bytes){(const uint8_t *)("" s), sizeof(s) - 1})

struct bytes bytes_of(const void *p, size_t n);
struct bytes bytes_str(const char *s); /* up to the NUL, which is not part of it */

/* Same length and same octets. Not for secrets: it stops at the first difference. */
bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_equal_str(struct bytes a, const char *s);
/* ASCII letters folded; other octets compared as they are. */
bool bytes_equal_nocase(struct bytes a, struct bytes b);

/* For MACs, hashes, responses and tokens: takes the same time wherever the first difference is.
 * The lengths are not secret. */
bool bytes_equal_secret(struct bytes a, struct bytes b);

/* The n octets from offset at, or as many of them as there are. */
struct bytes bytes_slice(struct bytes b, size_t at, size_t n);
bool bytes_starts(struct bytes b, struct bytes prefix);

/* Overwrites with zeros, in a way the compiler may not leave out. */
void wipe(void *p, size_t n);

/* Big- and little-endian integers at p; the caller has checked that the octets are there. */
uint16_t be16(const uint8_t *p);
uint32_t be32(const uint8_t *p);
uint64_t be64(const uint8_t *p);
uint16_t le16(const uint8_t *p);
uint32_t le32(const uint8_t *p);
uint64_t le64(const uint8_t *p);
void put_be16(uint8_t *p, uint16_t v);
void put_be32(uint8_t *p, uint32_t v);
void put_be64(uint8_t *p, uint64_t v);
void put_le16(uint8_t *p, uint16_t v);
void put_le32(uint8_t *p, uint32_t v);
void put_le64(uint8_t *p, uint64_t v);

#endif
