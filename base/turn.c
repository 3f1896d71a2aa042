#include "base/turn.h"

bool turn_guarded(bool (*fn)(void *, const struct packet *, struct turn *), void *arg,
                  const struct packet *packet, struct turn *turn)
{
    jmp_buf here;
    jmp_buf *before = arena_escape(turn->mem, &here);
    volatile bool ok = false;
    if (setjmp(here) == 0)
        ok = fn(arg, packet, turn);
    arena_escape(turn->mem, before);
    return ok;
}
