#include "realm/store_pages.h"

#include <stdlib.h>
#include <string.h>

#define NODE    8 /* octets before the key of a node */
#define NO_ROOT UINT64_MAX
#define LONGEST 511 /* octets of a key */

enum page_flag { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_LEAF2 = 0x20 };
#define PAGE_INSIDE 0x40 /* a small page of numbers within a node */
#define PAGE_DIRTY  0x10 /* while it is changed; such a small one is left so */
enum node_flag { NODE_BIG = 1, NODE_TABLE = 2, NODE_MANY = 4 };

/* The tables that there are, and what LMDB calls them by. */
enum table { FREE, MAIN, REALM, ACCOUNTS, NAMES, NUMBERS };
static const struct {
    const char *name;
    unsigned flags;
    bool numbers; /* are its keys */
} tables[] = {
    [FREE] = {NULL, MDB_INTEGERKEY, true},
    [MAIN] = {NULL, 0, false},
    [REALM] = {"realm", 0, false},
    [ACCOUNTS] = {"accounts", MDB_INTEGERKEY, true},
    [NAMES] = {"names", MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP, false},
    [NUMBERS] = {NULL, MDB_DUPFIXED | MDB_INTEGERKEY, true}, /* of one name, when they are many */
};

struct walk {
    int fd;
    const struct page_head *head;
    uint8_t *used;  /* a bit a page */
    uint8_t *pages; /* one for each level */
    unsigned depth;
    uint64_t n_used;
    const char *wrong;
    struct arena *mem;
};

/* A table on the way through it. */
struct tree {
    enum table table;
    unsigned top, depth; /* of the walk where it begins; its own */
    uint64_t entries;
    uint8_t last[LONGEST]; /* the key before, or a lower bound of the next */
    size_t n;
    bool any, bound;
};

static bool wrong(struct walk *w, uint64_t page, const char *what)
{
    if (!w->wrong)
        w->wrong = arena_printf(w->mem, "damaged or cut off: page %llu %s",
                                (unsigned long long)page, what);
    return false;
}

static bool use(struct walk *w, uint64_t page)
{
    if (page < 2 || page > w->head->last_page)
        return wrong(w, page, "is not one of the file");
    uint8_t bit = (uint8_t)(1 << page % 8);
    if (w->used[page / 8] & bit)
        return wrong(w, page, "has two uses");
    w->used[page / 8] |= bit;
    w->n_used++;
    return true;
}

/* The octets of a page and the place where they are kept, which the next of its level takes. */
static uint8_t *read_page(struct walk *w, uint64_t page)
{
    uint8_t *out = w->pages + (size_t)w->depth * w->head->page_size;
    if (!use(w, page))
        return NULL;
    if (!page_read_at(w->fd, page * w->head->page_size, out, w->head->page_size))
        return wrong(w, page, "is not there"), NULL;
    if (page_word(out, 8) != page)
        return wrong(w, page, "says that it is another"), NULL;
    return out;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static int compare(const struct tree *t, const uint8_t *key, size_t n)
{
    if (tables[t->table].numbers) {
        uint64_t a = page_word(key, 8), b = page_word(t->last, 8);
        return (a > b) - (a < b);
    }
    int way = memcmp(key, t->last, n < t->n ? n : t->n);
    return way ? way : (n > t->n) - (n < t->n);
}

/* Keys go up; what stands in a branch is more than all before it and bounds what is below. */
static bool in_order(struct walk *w, struct tree *t, uint64_t page, const uint8_t *key, size_t n,
                     bool branch)
{
    if (!n || n > LONGEST || (tables[t->table].numbers && n != 8))
        return wrong(w, page, "has a key of a wrong length");
    int way = t->any ? compare(t, key, n) : 1;
    if (way < 0 || (way == 0 && (branch || !t->bound)))
        return wrong(w, page, "has its keys in another order");
    memcpy(t->last, key, n);
    t->n = n;
    t->any = true;
    t->bound = branch;
    return true;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool walk_table(struct walk *, enum table, const uint8_t *description);

/* Numbers of pages that nobody uses. */
static bool walk_free(struct walk *w, uint64_t page, const uint8_t *list, size_t n)
{
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++)
        ok = use(w, page_word(list + 8 * i, 8));
    return ok || wrong(w, page, "lists pages that are not free");
}

/* How many, then they. */
static bool free_count(struct walk *w, uint64_t page, uint64_t n, size_t octets)
{
    return n <= octets / 8 - 1 || wrong(w, page, "lists more pages than it has room for");
}

/* A value on pages of its own; of free pages it is a long list. */
static bool walk_overflow(struct walk *w, struct tree *t, uint64_t page, size_t octets)
{
    uint8_t *p = read_page(w, page);
    if (!p)
        return false;
    uint64_t size = w->head->page_size, pages = page_word(p + 12, 4);
    if (page_word(p + 10, 2) != PAGE_OVERFLOW || !pages || octets > pages * size - PAGE_HEAD)
        return wrong(w, page, "does not hold what it should");
    for (uint64_t i = 1; i < pages; i++)
        if (!use(w, page + i))
            return false;
    uint8_t last;
    if (!page_read_at(w->fd, (page + pages) * size - 1, &last, 1))
        return wrong(w, page, "is cut off");
    if (t->table != FREE)
        return true;
    uint64_t n = page_word(p + PAGE_HEAD, 8), at = page * size + PAGE_HEAD + 8;
    bool ok = octets >= 8 && free_count(w, page, n, octets);
    for (size_t k; ok && n; n -= k, at += k * 8) {
        k = n < size / 8 ? n : size / 8;
        ok = page_read_at(w->fd, at, p, k * 8) && walk_free(w, page, p, k);
    }
    return ok || wrong(w, page, "is no list of pages");
}

/* Numbers side by side, 8 octets each: they stand like the offsets of nodes, and what is free lies
 * between. */
static bool walk_numbers(struct walk *w, struct tree *t, uint64_t page, const uint8_t *p,
                         size_t size)
{
    size_t lower = page_word(p + 12, 2), upper = page_word(p + 14, 2), n = (lower - PAGE_HEAD) / 2;
    if (page_word(p + 8, 2) != 8 || lower <= PAGE_HEAD || lower % 2 || lower > upper ||
        n > (size - PAGE_HEAD) / 8 || upper - lower != size - PAGE_HEAD - 8 * n)
        return wrong(w, page, "has no room for the numbers it says it has");
    for (size_t i = 0; i < n; i++)
        if (!in_order(w, t, page, p + PAGE_HEAD + 8 * i, 8, false))
            return false;
    t->entries += n;
    return true;
}

/* The numbers that a name has: one, a small page of them, or a table. */
static bool walk_name(struct walk *w, struct tree *t, uint64_t page, unsigned flags,
                      const uint8_t *value, size_t n)
{
    if (!flags && n == 8) {
        t->entries++;
        return true;
    }
    if (flags == (NODE_MANY | NODE_TABLE) && n == PAGE_TABLE) {
        t->entries += page_word(value + 32, 8);
        return walk_table(w, NUMBERS, value);
    }
    struct tree inside = {.table = NUMBERS};
    if (flags != NODE_MANY || n < PAGE_HEAD ||
        (page_word(value + 10, 2) | PAGE_DIRTY) !=
            (PAGE_LEAF | PAGE_LEAF2 | PAGE_INSIDE | PAGE_DIRTY))
        return wrong(w, page, "has a name without numbers");
    bool ok = walk_numbers(w, &inside, page, value, n);
    t->entries += inside.entries;
    return ok;
}

static bool walk_main(struct walk *w, uint64_t page, unsigned flags, const uint8_t *node,
                      size_t key, size_t n)
{
    for (enum table i = REALM; i <= NAMES; i++)
        if (flags == NODE_TABLE && n == PAGE_TABLE && key == strlen(tables[i].name) &&
            memcmp(node + NODE, tables[i].name, key) == 0)
            return walk_table(w, i, node + NODE + key);
    wrong(w, page, "has another table");
    w->wrong = "not a store: another program's file, or a damaged one";
    return false;
}

static bool walk_value(struct walk *w, struct tree *t, uint64_t page, const uint8_t *node,
                       size_t data)
{
    size_t key = page_word(node + 6, 2);
    unsigned flags = (unsigned)page_word(node + 4, 2);
    const uint8_t *value = node + NODE + key;
    if (t->table == NAMES)
        return walk_name(w, t, page, flags, value, data);
    t->entries++;
    if (t->table == MAIN)
        return walk_main(w, page, flags, node, key, data);
    if (flags & ~(unsigned)NODE_BIG)
        return wrong(w, page, "has a value of another kind");
    if (flags & NODE_BIG)
        return walk_overflow(w, t, page_word(value, 8), data);
    if (t->table != FREE)
        return true;
    uint64_t n = data >= 8 ? page_word(value, 8) : 0;
    return data >= 8 && free_count(w, page, n, data) && walk_free(w, page, value + 8, n);
}

/* ---- pages ----------------------------------------------------------------------------------- */

static bool walk_page(struct walk *, struct tree *, uint64_t page);

/* How long a node of a page is; 0: longer than the page. */
static size_t node_octets(const uint8_t *node, size_t room, bool branch, size_t *data)
{
    if (room < NODE)
        return 0;
    size_t key = page_word(node + 6, 2), n = NODE + key;
    *data = branch ? 0 : page_word(node, 2) | page_word(node + 2, 2) << 16;
    n += !branch && page_word(node + 4, 2) & NODE_BIG ? 8 : *data;
    n += n % 2;
    return n <= room ? n : 0;
}

static bool walk_node(struct walk *w, struct tree *t, uint64_t page, const uint8_t *node,
                      size_t data, bool first)
{
    size_t key = page_word(node + 6, 2);
    unsigned depth = w->depth - t->top; /* of the page it is on */
    bool branch = depth < t->depth;
    if (!(branch && first) && !in_order(w, t, page, node + NODE, key, branch))
        return false;
    if (!branch)
        return walk_value(w, t, page, node, data);
    return walk_page(
        w, t, page_word(node, 2) | page_word(node + 2, 2) << 16 | page_word(node + 4, 2) << 32);
}

/* Nodes fill the page from its end without a gap, and none lies in another: it is enough that they
 * are as long in all as what is filled, and that no two octets belong to two. */
static bool walk_nodes(struct walk *w, struct tree *t, uint64_t page, const uint8_t *p, bool branch)
{
    size_t size = w->head->page_size, lower = page_word(p + 12, 2), upper = page_word(p + 14, 2);
    size_t least = branch && t->table != FREE ? 2 : 1, all = 0;
    uint8_t taken[65536 / 2 / 8] = {0};
    if (lower % 2 || lower < PAGE_HEAD + 2 * least || lower > upper || upper > size)
        return wrong(w, page, "has no room for what it says it has");
    for (size_t at = PAGE_HEAD; at < lower; at += 2) {
        size_t node = page_word(p + at, 2), data;
        size_t n = node < upper || node % 2 || node >= size
                       ? 0
                       : node_octets(p + node, size - node, branch, &data);
        for (size_t k = node / 2; k < (node + n) / 2; k++) {
            n = taken[k / 8] & 1 << k % 8 ? 0 : n;
            taken[k / 8] |= (uint8_t)(1 << k % 8);
        }
        if (!n)
            return wrong(w, page, "has a value outside of its place");
        all += n;
    }
    if (all != size - upper)
        return wrong(w, page, "has a gap between its values");
    for (size_t at = PAGE_HEAD; at < lower; at += 2) {
        size_t node = page_word(p + at, 2), data;
        node_octets(p + node, size - node, branch, &data);
        if (!walk_node(w, t, page, p + node, data, at == PAGE_HEAD))
            return false;
    }
    return true;
}

static bool walk_page(struct walk *w, struct tree *t, uint64_t page)
{
    if (w->depth == PAGE_DEEPEST)
        return wrong(w, page, "lies too deep");
    const uint8_t *p = read_page(w, page);
    if (!p)
        return false;
    w->depth++;
    bool branch = w->depth - t->top < t->depth, numbers = t->table == NUMBERS && !branch;
    unsigned kind = branch ? PAGE_BRANCH : numbers ? PAGE_LEAF | PAGE_LEAF2 : PAGE_LEAF;
    bool ok = page_word(p + 10, 2) == kind || wrong(w, page, "is of another kind than its place");
    ok = ok && (numbers ? walk_numbers(w, t, page, p, w->head->page_size)
                        : walk_nodes(w, t, page, p, branch));
    w->depth--;
    return ok;
}

static bool walk_table(struct walk *w, enum table table, const uint8_t *said)
{
    struct tree t = {.table = table, .top = w->depth, .depth = (unsigned)page_word(said + 6, 2)};
    uint64_t root = page_word(said + 40, 8);
    unsigned flags = (unsigned)page_word(said + 4, 2);
    if (table == FREE)
        flags &= ~(unsigned)MDB_NOSUBDIR; /* how the file was opened stands there too */
    if (flags != tables[table].flags || (table == NUMBERS && page_word(said, 4) != 8))
        return wrong(w, root, "is the root of a table of another kind");
    if ((root == NO_ROOT) != !t.depth)
        return wrong(w, root, "is the root of a table of another depth");
    if (root != NO_ROOT && !walk_page(w, &t, root))
        return false;
    return t.entries == page_word(said + 32, 8) ||
           wrong(w, root, "is the root of a table with another number of entries");
}

const char *pages_walk(int fd, const struct page_head *head, struct arena *mem)
{
    struct walk w = {.fd = fd, .head = head, .mem = mem};
    size_t room = (size_t)head->page_size * (PAGE_DEEPEST + 1);
    w.pages = malloc(room);
    w.used = calloc(1, head->last_page / 8 + 1);
    if (!w.pages || !w.used)
        w.wrong = "out of memory";
    else if (walk_table(&w, FREE, head->free) && walk_table(&w, MAIN, head->main) &&
             w.n_used + 2 != head->last_page + 1)
        wrong(&w, head->last_page, "is said to be the last: then there are others without a use");
    if (w.pages)
        wipe(w.pages, room); /* there were keys among it */
    free(w.pages);
    free(w.used);
    return w.wrong;
}
