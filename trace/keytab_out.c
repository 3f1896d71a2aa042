#include "trace/export.h"
#include "wire/keytab.h"
#include "wire/names.h"

#include <string.h>

/* Whoever reads the keytab tries each key in turn; names are for people. "K/HTTP/www" is a
 * principal's own key, anything else ("session alice-krbtgt") becomes one component. */
static void name_entry(struct keytab_entry *e, const char *name, struct arena *mem)
{
    bool own = strncmp(name, "K/", 2) == 0;
    struct bytes *parts = arena_array(mem, struct bytes, 16);
    const char *rest = own ? name + 2 : name;
    size_t n = 0;
    for (;;) {
        size_t length = own && n < 15 ? strcspn(rest, "/") : strlen(rest);
        parts[n++] = bytes_of(rest, length);
        if (!rest[length])
            break;
        rest += length + 1;
    }
    e->components = parts;
    e->n_components = n;
    e->name_type = NT_PRINCIPAL;
}

struct bytes trace_keytab(const struct trace *t, struct arena *mem)
{
    struct keyring ring = keyring_of(t, t->n, mem);
    struct keytab out = {.entries = arena_array(mem, struct keytab_entry, ring.n)};
    for (size_t i = 0; i < ring.n; i++) {
        const struct ring_key *k = &ring.keys[i];
        if (k->key.etype < 0) /* NTLM's and netlogon's: made of the NT hash, which is among them */
            continue;
        struct keytab_entry *e = &out.entries[out.n++];
        e->realm = bytes_str(t->realm);
        name_entry(e, k->name, mem);
        e->timestamp = t->events[k->event]->at / 1000000;
        e->kvno = k->kvno > 0 ? (uint32_t)k->kvno : 1;
        e->has_kvno32 = true;
        e->etype = k->key.etype;
        e->key = key_bytes(&k->key);
    }
    return out.n ? keytab_write(&out, mem) : (struct bytes){0};
}
