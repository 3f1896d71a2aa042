/* Is the file whole? LMDB maps it and believes it; a page that is not there would end the program.
 * So before it is believed, it is read: first its two heads, and where it is shorter than they say,
 * is small, or when asked to, every page that can be reached. The layout is LMDB 0.9's. */
#include "realm/store_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC    0xBEEFC0DE
#define HEAD     16 /* octets before what a page holds */
#define NODE     8  /* octets before the key of a node */
#define TABLE    48 /* octets of the description of a table */
#define NO_ROOT  UINT64_MAX
#define PAGE_MAX 65536
#define DEEPEST  32

enum page_flag { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_LEAF2 = 0x20 };
enum node_flag { NODE_BIG = 1, NODE_TABLE = 2, NODE_MANY = 4 };

/* One of the two heads of the file; the one with the higher number is in force. */
struct head {
    uint64_t number, last_page;
    uint32_t page_size;
    uint64_t roots[2];
};

static uint64_t word(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    memcpy(&v, p, n); /* the file is in the order of the machine */
    return v;
}

static bool read_at(int fd, uint64_t at, uint8_t *out, size_t n)
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

static bool read_head(int fd, uint64_t at, struct head *out)
{
    uint8_t page[HEAD + 136];
    if (!read_at(fd, at, page, sizeof page))
        return false;
    const uint8_t *meta = page + HEAD;
    if (word(meta, 4) != MAGIC || word(meta + 4, 4) != 1)
        return false;
    *out = (struct head){.page_size = (uint32_t)word(meta + 24, 4),
                         .roots = {word(meta + 24 + 40, 8), word(meta + 24 + TABLE + 40, 8)},
                         .last_page = word(meta + 24 + 2 * TABLE, 8),
                         .number = word(meta + 24 + 2 * TABLE + 8, 8)};
    uint32_t size = out->page_size;
    return size >= 512 && size <= PAGE_MAX && !(size & (size - 1));
}

const char *store_look(const char *path, struct arena *mem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return strerror(errno);
    struct head first, second;
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
    close(fd);
    return wrong;
}

/* ---- every page ------------------------------------------------------------------------------ */

struct walk {
    int fd;
    struct head head;
    uint64_t seen;  /* pages; more than there are: they go round in a circle */
    uint8_t *pages; /* one for each level */
    unsigned depth;
    const char *wrong;
    struct arena *mem;
};

static bool wrong(struct walk *w, uint64_t page, const char *what)
{
    if (!w->wrong)
        w->wrong = arena_printf(w->mem, "damaged or cut off: page %llu %s",
                                (unsigned long long)page, what);
    return false;
}

static const uint8_t *read_page(struct walk *w, uint64_t page)
{
    uint8_t *out = w->pages + (size_t)w->depth * w->head.page_size;
    if (page > w->head.last_page || ++w->seen > w->head.last_page + 1)
        return wrong(w, page, "is not one of the file"), NULL;
    if (!read_at(w->fd, page * w->head.page_size, out, w->head.page_size))
        return wrong(w, page, "is not there"), NULL;
    if (word(out, 8) != page)
        return wrong(w, page, "says that it is another"), NULL;
    return out;
}

static bool walk_tree(struct walk *, uint64_t root);

static bool walk_overflow(struct walk *w, uint64_t page, size_t octets)
{
    const uint8_t *p = read_page(w, page);
    if (!p)
        return false;
    uint64_t pages = word(p + 12, 4), size = w->head.page_size;
    if (!(word(p + 10, 2) & PAGE_OVERFLOW) || octets > pages * size - HEAD)
        return wrong(w, page, "does not hold what it should");
    uint8_t last;
    w->seen += pages - 1;
    return read_at(w->fd, (page + pages) * size - 1, &last, 1) || wrong(w, page, "is cut off");
}

/* A node of a leaf: its data lies behind its key, on pages of its own, or is a table of its own. */
static bool walk_leaf_node(struct walk *w, uint64_t page, const uint8_t *node, size_t room)
{
    size_t data = word(node, 2) | word(node + 2, 2) << 16, key = word(node + 6, 2);
    unsigned flags = (unsigned)word(node + 4, 2);
    size_t here = flags & NODE_BIG ? 8 : data;
    if (key > room || here > room - key)
        return wrong(w, page, "has a value that reaches past its end");
    const uint8_t *value = node + NODE + key;
    if (flags & NODE_BIG)
        return walk_overflow(w, word(value, 8), data);
    if (!(flags & NODE_TABLE))
        return true;
    return data == TABLE ? walk_tree(w, word(value + 40, 8))
                         : wrong(w, page, "describes a table in another length");
}

static bool walk_nodes(struct walk *w, uint64_t page, const uint8_t *p)
{
    size_t size = w->head.page_size, lower = word(p + 12, 2), upper = word(p + 14, 2);
    unsigned flags = (unsigned)word(p + 10, 2);
    if (lower < HEAD || lower > upper || upper > size || (flags & PAGE_BRANCH && lower == HEAD))
        return wrong(w, page, "has no room for what it says it has");
    if (flags & PAGE_LEAF2)
        return true; /* numbers side by side */
    for (size_t at = HEAD; at + 1 < lower; at += 2) {
        size_t node = word(p + at, 2);
        if (node < upper || node + NODE > size)
            return wrong(w, page, "has a value outside of itself");
        if (flags & PAGE_BRANCH) {
            uint64_t below =
                word(p + node, 2) | word(p + node + 2, 2) << 16 | word(p + node + 4, 2) << 32;
            if (!walk_tree(w, below))
                return false;
        } else if (!walk_leaf_node(w, page, p + node, size - node - NODE)) {
            return false;
        }
    }
    return true;
}

static bool walk_tree(struct walk *w, uint64_t root)
{
    if (root == NO_ROOT)
        return true;
    if (w->depth == DEEPEST)
        return wrong(w, root, "lies too deep");
    const uint8_t *p = read_page(w, root);
    if (!p)
        return false;
    unsigned kind = (unsigned)word(p + 10, 2) & (PAGE_BRANCH | PAGE_LEAF | PAGE_OVERFLOW);
    if (kind != PAGE_BRANCH && kind != PAGE_LEAF)
        return wrong(w, root, "is neither branch nor leaf");
    w->depth++;
    bool ok = walk_nodes(w, root, p);
    w->depth--;
    return ok;
}

/* The head of the state that the transaction holds. It can have been written over only by a state
 * that is two further on, whose pages are then others than ours; ours are still kept for us. */
static bool find_head(struct walk *w, uint64_t number)
{
    struct head second;
    if (!read_head(w->fd, 0, &w->head) || !read_head(w->fd, w->head.page_size, &second))
        return false;
    if (second.number == number)
        w->head = second;
    return w->head.number == number;
}

const char *store_walk(MDB_txn *txn, struct arena *mem, bool thorough)
{
    struct walk w = {.mem = mem};
    struct stat is;
    if (mdb_env_get_fd(mdb_txn_env(txn), &w.fd) || fstat(w.fd, &is))
        return strerror(errno);
    if (!find_head(&w, mdb_txn_id(txn)))
        return "changed too often while it was opened";
    uint64_t size = (uint64_t)is.st_size, page = w.head.page_size;
    if (!thorough && size > STORE_SMALL && size / page > w.head.last_page)
        return NULL;
    w.pages = malloc((size_t)page * DEEPEST);
    if (!w.pages)
        return "out of memory";
    w.seen = 2;
    if (walk_tree(&w, w.head.roots[0]))
        walk_tree(&w, w.head.roots[1]);
    wipe(w.pages, (size_t)page * DEEPEST); /* there were keys among it */
    free(w.pages);
    return w.wrong;
}
