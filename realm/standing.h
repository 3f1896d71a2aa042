/* Whether an account is in good standing (MS-KILE 3.3.5.6.3): one answer for every way in, so that
 * what closes an account closes it everywhere. */
#ifndef REALM_STANDING_H
#define REALM_STANDING_H

#include "realm/ledger.h"
#include "realm/realm.h"

/* In the order in which they are looked at: first what closes the account, last what its owner can
 * mend himself. */
enum standing {
    IN_GOOD_STANDING,
    IS_DISABLED,
    IS_LOCKED,          /* by an administrator */
    HAS_EXPIRED,        /* the account's own end */
    IS_OUTSIDE_HOURS,   /* logon hours */
    HAS_WRONG_ATTEMPTS, /* as many wrong passwords as the realm allows */
    HAS_OLD_PASSWORD,   /* the password's end */
    MUST_CHANGE_PASSWORD,
    HAS_NO_KEY,
};

enum way_in {
    TO_LOG_ON,
    TO_CHANGE_PASSWORD, /* an old password is good for this, and for nothing else */
    WITH_A_TICKET,      /* proven before: the password, and who guesses at it, are of no matter */
};

/* ledger NULL: wrong attempts are not counted. now: microseconds since 1970. */
enum standing account_standing(const struct account *, const struct realm *, struct ledger *,
                               enum way_in, int64_t now, struct arena *mem);

/* Under which the ledger counts attempts, whichever way they come in. The realm's name is in it: a
 * ledger may serve several realms, and each has its own alice. */
struct bytes attempts_name(const struct account *, const struct realm *, struct arena *mem);
/* The bit of logon_hours for this time; true without them. */
bool within_logon_hours(const struct account *, int64_t now);

#endif
