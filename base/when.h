/* Times: microseconds since 1970-01-01 00:00:00 UTC, in an int64_t, everywhere. KerberosTime
 * (RFC 4120 5.2.3) is whole seconds as "YYYYMMDDHHMMSSZ". */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include "base/bytes.h"

#define SECOND ((int64_t)1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define NEVER  INT64_MAX

/* Seconds since 1970 of a proleptic Gregorian date; false when a part is out of range (a second
 * of 60 is refused). Years 0 to 9999. */
bool when_from_date(int year, int month, int day, int hour, int minute, int second,
                    int64_t *seconds);
struct date {
    int year, month, day, hour, minute, second;
};
struct date when_to_date(int64_t seconds);

#define KERBEROS_TIME_LEN 15
/* Reads exactly "YYYYMMDDHHMMSSZ"; the result is in microseconds. */
bool when_read_kerberos(struct bytes, int64_t *when);
/* Writes the 15 octets; fractions of a second are cut. Years past 9999 are written as 9999. */
void when_write_kerberos(int64_t when, uint8_t out[KERBEROS_TIME_LEN]);

#define WHEN_TEXT 32
/* "2026-11-21 20:51:55Z", with ".123456" when micro is true. Returns out. */
char *when_text(int64_t when, bool micro, char out[WHEN_TEXT]);

#endif
