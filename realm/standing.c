#include "realm/standing.h"

#include "base/when.h"

struct bytes attempts_name(const struct account *a, const struct realm *realm, struct arena *mem)
{
    return bytes_str(principal_text(mem, &a->name, realm_name(realm)));
}

/* The week of logon hours begins on a Sunday, 1970 on a Thursday. */
bool within_logon_hours(const struct account *a, int64_t now)
{
    const int64_t week = LOGON_HOURS_OCTETS * 8;
    int64_t hours = now >= 0 ? now / HOUR : -((HOUR - 1 - now) / HOUR); /* before 1970 too */
    int64_t hour = ((hours + 4 * 24) % week + week) % week;
    return !a->logon_hours || a->logon_hours[hour / 8] >> (hour % 8) & 1;
}

static enum standing closed(const struct account *a, int64_t now)
{
    if (a->flags & ACCOUNT_DISABLED)
        return IS_DISABLED;
    if (a->flags & ACCOUNT_LOCKED)
        return IS_LOCKED;
    if (a->expires && now >= a->expires)
        return HAS_EXPIRED;
    if (!within_logon_hours(a, now))
        return IS_OUTSIDE_HOURS;
    return IN_GOOD_STANDING;
}

enum standing account_standing(const struct account *a, const struct realm *realm,
                               struct ledger *ledger, enum way_in way, int64_t now,
                               struct arena *mem)
{
    const struct realm_policy *policy = realm_policy(realm);
    enum standing state = closed(a, now);
    if (state || way == WITH_A_TICKET)
        return state;
    if (ledger && policy->attempts &&
        attempt_count(ledger, attempts_name(a, realm, mem), now) >= policy->attempts)
        return HAS_WRONG_ATTEMPTS;
    if (way == TO_LOG_ON && a->password_expires && now >= a->password_expires)
        return HAS_OLD_PASSWORD;
    if (way == TO_LOG_ON && a->flags & ACCOUNT_MUST_CHANGE)
        return MUST_CHANGE_PASSWORD;
    return a->n_keys ? IN_GOOD_STANDING : HAS_NO_KEY;
}
