/* A time as the messages carry it: whole seconds and the microseconds past them. Before 1970 too
 * the microseconds are 0 to 999999. */
#ifndef CONTEXT_SPLIT_H
#define CONTEXT_SPLIT_H

#include "base/when.h"

static inline int64_t micros_of(int64_t when)
{
    int64_t rest = when % SECOND;
    return rest < 0 ? rest + SECOND : rest;
}

static inline int64_t seconds_of(int64_t when)
{
    return when - micros_of(when);
}

#endif
