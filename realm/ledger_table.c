#include "realm/ledger_table.h"
#include "realm/hash.h"

#include <stdlib.h>

/* Four lanes of 8 octets at a time, each stirred into the next. */
static void hash_block(uint64_t lane[4], const uint8_t block[PRINT_SIZE])
{
    uint64_t word[4];
    memcpy(word, block, sizeof word);
    for (int i = 0; i < 4; i++)
        lane[i] = hash_word(lane[i], word[i]);
    uint64_t first = lane[0];
    for (int i = 0; i < 3; i++)
        lane[i] += lane[i + 1] << 32 | lane[i + 1] >> 32;
    lane[3] += first << 32 | first >> 32;
}

static void hash_blocks(uint64_t lane[4], struct bytes key)
{
    for (; key.n >= PRINT_SIZE; key.p += PRINT_SIZE, key.n -= PRINT_SIZE)
        hash_block(lane, key.p);
    if (!key.n)
        return;
    uint8_t last[PRINT_SIZE] = {0};
    memcpy(last, key.p, key.n);
    hash_block(lane, last);
}

struct print print_of(uint64_t seed, struct bytes key)
{
    struct print p = {.octets = {0}};
    if (key.n < PRINT_SIZE) {
        if (key.n)
            memcpy(p.octets, key.p, key.n);
        p.octets[PRINT_SIZE - 1] = (uint8_t)(key.n + 1); /* "a" is not "a\0" */
        p.hash = hash_octets(seed, key);
        return p;
    }
    uint64_t lane[4] = {seed, ~seed, seed << 1, hash_word(seed, key.n)};
    hash_blocks(lane, key);
    for (int i = 0; i < 4; i++)
        lane[i] = hash_word(lane[i], lane[(i + 1) % 4]);
    memcpy(p.octets, lane, sizeof lane);
    p.hash = lane[0] ^ lane[2];
    return p;
}

bool table_init(struct table *t, uint32_t room)
{
    *t = (struct table){.room = room, .n_buckets = 1};
    while (t->n_buckets < room)
        t->n_buckets *= 2;
    /* calloc of much gives pages that cost nothing until they are used. */
    t->slots = calloc((size_t)room + 1, sizeof *t->slots);
    t->buckets = calloc(t->n_buckets, sizeof *t->buckets);
    return t->slots && t->buckets;
}

void table_free(struct table *t)
{
    free(t->slots);
    free(t->buckets);
}

uint32_t table_find(const struct table *t, const struct print *p)
{
    uint32_t at = t->buckets[p->hash & (t->n_buckets - 1)];
    while (at && memcmp(t->slots[at].print, p->octets, PRINT_SIZE))
        at = t->slots[at].next;
    return at;
}

static void append(struct table *t, uint32_t at)
{
    struct slot *s = &t->slots[at];
    s->older = t->newest;
    s->newer = 0;
    if (t->newest)
        t->slots[t->newest].newer = at;
    else
        t->oldest = at;
    t->newest = at;
}

static void take_out(struct table *t, uint32_t at)
{
    struct slot *s = &t->slots[at];
    if (s->older)
        t->slots[s->older].newer = s->newer;
    else
        t->oldest = s->newer;
    if (s->newer)
        t->slots[s->newer].older = s->older;
    else
        t->newest = s->older;
}

uint32_t table_add(struct table *t, const struct print *p, int64_t until)
{
    uint32_t at = t->free;
    if (at)
        t->free = t->slots[at].newer;
    else if (t->used < t->room)
        at = ++t->used;
    else
        return 0;
    struct slot *s = &t->slots[at];
    memcpy(s->print, p->octets, PRINT_SIZE);
    s->until = until;
    s->bucket = (uint32_t)(p->hash & (t->n_buckets - 1));
    s->next = t->buckets[s->bucket];
    t->buckets[s->bucket] = at;
    append(t, at);
    return at;
}

void table_remove(struct table *t, uint32_t at)
{
    struct slot *s = &t->slots[at];
    uint32_t *link = &t->buckets[s->bucket];
    while (*link != at)
        link = &t->slots[*link].next;
    *link = s->next;
    take_out(t, at);
    s->newer = t->free;
    t->free = at;
}

void table_renew(struct table *t, uint32_t at, int64_t until)
{
    t->slots[at].until = until;
    take_out(t, at);
    append(t, at);
}

uint32_t table_expired(const struct table *t, int64_t now)
{
    return t->oldest && t->slots[t->oldest].until < now ? t->oldest : 0;
}
