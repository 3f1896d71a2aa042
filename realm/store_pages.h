/* The pages of LMDB 0.9, as they lie in the file: whether a tree of them can be walked by one who
 * believes every number in it, as LMDB does. */
#ifndef REALM_STORE_PAGES_H
#define REALM_STORE_PAGES_H

#include "realm/store_inside.h"

#define PAGE_HEAD    16 /* octets before what a page holds */
#define PAGE_TABLE   48 /* octets of the description of a table */
#define PAGE_DEEPEST 32 /* pages above each other */

/* One of the two heads of the file; the one with the higher number is in force. */
struct page_head {
    uint64_t number, last_page;
    uint32_t page_size;
    uint8_t free[PAGE_TABLE], main[PAGE_TABLE]; /* the tables of free pages, and of tables */
};

/* A number of n octets, in the order of the machine, as the file is. */
static inline uint64_t page_word(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)&v)[i] = p[i];
    return v;
}

/* False: the file ends before, or cannot be read. */
bool page_read_at(int fd, uint64_t at, uint8_t *out, size_t n);

/* Every page of a state: each is what it is used as, its values lie within it and apart from each
 * other, keys are in order, counts are right, and no page has two uses. NULL: so it is; else what
 * is wrong, in mem. */
const char *pages_walk(int fd, const struct page_head *, struct arena *mem);

#endif
