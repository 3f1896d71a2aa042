#include "crypto/rng.h"
#include "crypto/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define STREAMS                                                                                    \
    (sizeof((struct seeded_rng *)0)->streams / sizeof *((struct seeded_rng *)0)->streams)

/* How many octets of a purpose were taken. When there are more purposes than streams the last
 * counter serves them all: still no octet twice, and still the same on every run. */
static uint64_t *taken(struct seeded_rng *r, const char *purpose)
{
    for (size_t i = 0; i < r->n_streams; i++)
        if (strcmp(r->streams[i].purpose, purpose) == 0)
            return &r->streams[i].octets;
    if (r->n_streams < STREAMS) {
        r->streams[r->n_streams].purpose = purpose;
        r->streams[r->n_streams++].octets = 0;
    }
    return &r->streams[r->n_streams - 1].octets;
}

static void block(struct seeded_rng *r, const char *purpose, uint64_t counter, uint8_t out[32])
{
    uint8_t seed[8], turn[8], count[8];
    put_be64(seed, r->seed);
    put_be64(turn, r->turn);
    put_be64(count, counter);
    if (digest_parts(r->crypto, SHA256,
                     PARTS(BYTES_LIT("tessera-rng-1"), bytes_of(seed, 8),
                           bytes_of(r->party, strlen(r->party) + 1), bytes_of(turn, 8),
                           bytes_of(purpose, strlen(purpose) + 1), bytes_of(count, 8)),
                     out))
        return;
    fputs("tessera: SHA-256 failed\n", stderr);
    exit(2);
}

static void seeded_fill(struct rng *rng, const char *purpose, uint8_t *p, size_t n)
{
    struct seeded_rng *r = (struct seeded_rng *)rng;
    uint64_t *at = taken(r, purpose);
    uint8_t octets[32];
    while (n) {
        size_t skip = *at % sizeof octets, some = sizeof octets - skip;
        some = some < n ? some : n;
        block(r, purpose, *at / sizeof octets, octets);
        memcpy(p, octets + skip, some);
        p += some;
        n -= some;
        *at += some;
    }
    wipe(octets, sizeof octets);
}

void seeded_rng_init(struct seeded_rng *r, struct crypto *crypto, uint64_t seed, const char *party)
{
    *r = (struct seeded_rng){.rng = {seeded_fill}, .crypto = crypto, .seed = seed, .party = party};
}

void seeded_rng_turn(struct seeded_rng *r, uint64_t turn)
{
    r->turn = turn;
    r->n_streams = 0;
}

static void refill(struct system_rng *r)
{
    for (size_t have = 0; have < sizeof r->pool;) {
        ssize_t got = getrandom(r->pool + have, sizeof r->pool - have, 0);
        if (got <= 0) {
            fputs("tessera: the kernel gives no randomness\n", stderr);
            exit(2);
        }
        have += (size_t)got;
    }
    r->used = 0;
}

static void system_fill(struct rng *rng, const char *purpose, uint8_t *p, size_t n)
{
    (void)purpose;
    struct system_rng *r = (struct system_rng *)rng;
    while (n) {
        if (r->used == sizeof r->pool)
            refill(r);
        size_t some = sizeof r->pool - r->used;
        some = some < n ? some : n;
        memcpy(p, r->pool + r->used, some);
        wipe(r->pool + r->used, some);
        r->used += some;
        p += some;
        n -= some;
    }
}

void system_rng_init(struct system_rng *r)
{
    r->rng.fill = system_fill;
    r->used = sizeof r->pool;
}
