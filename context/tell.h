/* Steps whose id begins with what the caller gave: the same check is "kdc.tgs.ap.skew" in the KDC
 * and "service.ap.skew" in a service, because the reader wants to know whose check it is. */
#ifndef CONTEXT_TELL_H
#define CONTEXT_TELL_H

#include "base/turn.h"

#define tell_under(turn, outcome, prefix, name, ...)                                               \
    do {                                                                                           \
        if ((turn)->tell)                                                                          \
            tell(turn, outcome, arena_printf((turn)->mem, "%s.%s", (prefix), (name)),              \
                 ##__VA_ARGS__);                                                                   \
    } while (0)

#endif
