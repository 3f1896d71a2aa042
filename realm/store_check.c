/* Is the file whole? LMDB maps it and believes it; a page that is not there would end the program.
 * So before it is believed, it is read: first its two heads, and where it is shorter than they say,
 * is small, or when asked to, every page that can be reached. The layout is LMDB 0.9's. */
#include "realm/store_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC    0xBEEFC0DE
#define PAGE_MAX 65536

bool page_read_at(int fd, uint64_t at, uint8_t *out, size_t n)
{
    while (n) {
        ssize_t got = pread(fd, out, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += (uint64_t)got;
        out += got;
        n -= (size_t)got;
    }
    return true;
}

static bool read_head(int fd, uint64_t at, struct page_head *out)
{
    uint8_t page[PAGE_HEAD + 136];
    if (!page_read_at(fd, at, page, sizeof page))
        return false;
    const uint8_t *meta = page + PAGE_HEAD, *tables = meta + 24;
    if (page_word(meta, 4) != MAGIC || page_word(meta + 4, 4) != 1)
        return false;
    *out = (struct page_head){.page_size = (uint32_t)page_word(tables, 4),
                              .last_page = page_word(tables + 2 * PAGE_TABLE, 8),
                              .number = page_word(tables + 2 * PAGE_TABLE + 8, 8)};
    memcpy(out->free, tables, PAGE_TABLE);
    memcpy(out->main, tables + PAGE_TABLE, PAGE_TABLE);
    uint32_t size = out->page_size;
    return size >= 512 && size <= PAGE_MAX && !(size & (size - 1));
}

/* The states take turns: an even one has the first page, the next the second. Before the first of
 * all, both are 0. What LMDB reads of a head before it can be asked is looked at here. */
static const char *heads_agree(const struct page_head *a, const struct page_head *b)
{
    const struct page_head *heads[] = {a, b};
    bool next = a->number + 1 == b->number || b->number + 1 == a->number;
    if (a->number % 2 || (b->number && (b->number % 2 == 0 || !next)))
        return "damaged: its first two pages do not belong together";
    for (int i = 0; i < 2; i++) {
        if (heads[i]->last_page >= STORE_MAP / heads[i]->page_size)
            return "damaged: it is larger than a store can be";
        if (page_word(heads[i]->free + 4, 2) & 1)
            return "damaged: it wants to lie at an address of its own";
    }
    return NULL;
}

static const char *look_once(const char *path, struct arena *mem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return strerror(errno);
    struct page_head first, second;
    struct stat is;
    const char *wrong = NULL;
    if (fstat(fd, &is))
        wrong = strerror(errno);
    else if (!S_ISREG(is.st_mode))
        wrong = "a store is a regular file";
    else if (!read_head(fd, 0, &first))
        wrong = "not a store: it does not begin as one";
    else if (first.page_size != (uint32_t)sysconf(_SC_PAGESIZE))
        wrong = arena_printf(mem, "made on a machine with pages of %u octets", first.page_size);
    else if (!read_head(fd, first.page_size, &second) || second.page_size != first.page_size)
        wrong = "damaged or cut off: its second page is not there";
    else
        wrong = heads_agree(&first, &second);
    close(fd);
    return wrong;
}

/* Somebody may be writing a head while it is read. */
const char *store_look(const char *path, struct arena *mem)
{
    const char *wrong = look_once(path, mem);
    for (int again = 0; wrong && again < 3; again++)
        wrong = look_once(path, mem);
    return wrong;
}

/* ---- every page ------------------------------------------------------------------------------ */

const char store_moved_on[] = "changed too often while it was opened";

/* The head of the state that the transaction holds. It can have been written over only by a state
 * that is two further on, whose pages are then others than ours; ours are still kept for us. */
static bool find_head(int fd, uint64_t number, struct page_head *out)
{
    struct page_head second;
    if (!read_head(fd, 0, out) || !read_head(fd, out->page_size, &second))
        return false;
    if (second.number == number)
        *out = second;
    return out->number == number;
}

const char *store_walk(MDB_txn *txn, struct arena *mem, bool thorough)
{
    struct page_head head;
    struct stat is;
    int fd;
    if (mdb_env_get_fd(mdb_txn_env(txn), &fd) || fstat(fd, &is))
        return strerror(errno);
    if (!find_head(fd, mdb_txn_id(txn), &head))
        return store_moved_on;
    uint64_t size = (uint64_t)is.st_size;
    if (!thorough && size > STORE_SMALL && size / head.page_size > head.last_page)
        return NULL;
    return pages_walk(fd, &head, mem);
}
