#include "trace/dissect.h"

#include <string.h>

#define HOLDERS (sizeof(((struct ring_key *)0)->holders) / sizeof(const char *))

static bool holds(const struct ring_key *k, const char *party)
{
    for (size_t i = 0; i < HOLDERS && k->holders[i]; i++)
        if (strcmp(k->holders[i], party) == 0)
            return true;
    return false;
}

static void add_holder(struct ring_key *k, const char *party)
{
    if (holds(k, party))
        return;
    for (size_t i = 0; i < HOLDERS; i++)
        if (!k->holders[i]) {
            k->holders[i] = party;
            return;
        }
}

static struct ring_key *find(const struct keyring *ring, const struct key *key)
{
    for (size_t i = 0; i < ring->n; i++)
        if (key_equal(&ring->keys[i].key, key))
            return &ring->keys[i];
    return NULL;
}

void keyring_add(struct keyring *ring, struct ring_key key, struct arena *mem)
{
    struct ring_key *known = find(ring, &key.key);
    if (known) {
        for (size_t i = 0; i < HOLDERS && key.holders[i]; i++)
            add_holder(known, key.holders[i]);
        return;
    }
    if (ring->n >= ring->room) {
        ring->room = ring->n ? 2 * ring->n : 8;
        struct ring_key *keys = arena_array(mem, struct ring_key, ring->room);
        if (ring->n)
            memcpy(keys, ring->keys, ring->n * sizeof *keys);
        ring->keys = keys;
    }
    ring->keys[ring->n++] = key;
}

/* A key of a type that crypto/ does not know is held too: it can be shown, though not tried. */
static bool key_of(const struct event *e, struct key *out)
{
    if (e->kind != EVENT_KEY || e->value.n > KEY_MAX)
        return false;
    *out = (struct key){.etype = e->etype, .n = (uint8_t)e->value.n};
    if (e->value.n)
        memcpy(out->v, e->value.p, e->value.n);
    return true;
}

struct keyring keyring_of(const struct trace *t, size_t until, struct arena *mem)
{
    struct keyring ring = {0};
    for (size_t i = 0; i < until && i < t->n; i++) {
        const struct event *e = t->events[i];
        struct ring_key k = {.name = e->key_name, .kvno = e->kvno, .event = i};
        if (!key_of(e, &k.key))
            continue;
        k.holders[0] = e->party;
        keyring_add(&ring, k, mem);
    }
    return ring;
}

struct keyring keyring_held(const struct keyring *ring, const char *party, struct arena *mem)
{
    struct keyring held = {0};
    for (size_t i = 0; i < ring->n; i++)
        if (!party || holds(&ring->keys[i], party))
            keyring_add(&held, ring->keys[i], mem);
    return held;
}
