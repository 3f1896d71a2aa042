#include "base/when.h"

#include <stdio.h>

/* Days since 1970-01-01 of a civil date, counting years from March so that the leap day is the
 * last of its year. */
static int64_t days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static bool leap(int y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

bool when_from_date(int year, int month, int day, int hour, int minute, int second,
                    int64_t *seconds)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    if (day > length[month - 1] + (month == 2 && leap(year)))
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *seconds = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    return true;
}

struct date when_to_date(int64_t seconds)
{
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct date){(int)(yoe + era * 400 + (month <= 2)),
                         month,
                         (int)(doy - (153 * mp + 2) / 5 + 1),
                         (int)(rest / 3600),
                         (int)(rest / 60 % 60),
                         (int)(rest % 60)};
}

static bool digits(const uint8_t *p, int n, int *out)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        v = v * 10 + (p[i] - '0');
    }
    *out = v;
    return true;
}

bool when_read_kerberos(struct bytes b, int64_t *when)
{
    int year, month, day, hour, minute, second;
    int64_t seconds;
    if (b.n != KERBEROS_TIME_LEN || b.p[14] != 'Z')
        return false;
    if (!digits(b.p, 4, &year) || !digits(b.p + 4, 2, &month) || !digits(b.p + 6, 2, &day) ||
        !digits(b.p + 8, 2, &hour) || !digits(b.p + 10, 2, &minute) ||
        !digits(b.p + 12, 2, &second))
        return false;
    if (!when_from_date(year, month, day, hour, minute, second, &seconds))
        return false;
    *when = seconds * SECOND;
    return true;
}

static int64_t floor_seconds(int64_t when)
{
    int64_t s = when / SECOND;
    return when % SECOND < 0 ? s - 1 : s;
}

/* Two digits at p; v is 0 to 99. */
static void put2(uint8_t *p, int v)
{
    p[0] = (uint8_t)('0' + v / 10);
    p[1] = (uint8_t)('0' + v % 10);
}

void when_write_kerberos(int64_t when, uint8_t out[KERBEROS_TIME_LEN])
{
    struct date d = when_to_date(floor_seconds(when));
    if (d.year > 9999)
        d = (struct date){9999, 12, 31, 23, 59, 59};
    if (d.year < 0)
        d = (struct date){0, 1, 1, 0, 0, 0};
    put2(out, d.year / 100);
    put2(out + 2, d.year % 100);
    put2(out + 4, d.month);
    put2(out + 6, d.day);
    put2(out + 8, d.hour);
    put2(out + 10, d.minute);
    put2(out + 12, d.second);
    out[14] = 'Z';
}

char *when_text(int64_t when, bool micro, char out[WHEN_TEXT])
{
    int64_t s = floor_seconds(when);
    struct date d = when_to_date(s);
    int n = snprintf(out, WHEN_TEXT, "%04d-%02d-%02d %02d:%02d:%02d", d.year % 10000, d.month,
                     d.day, d.hour, d.minute, d.second);
    if (micro && n < WHEN_TEXT)
        n += snprintf(out + n, (size_t)(WHEN_TEXT - n), ".%06d", (int)(when - s * SECOND));
    if (n < WHEN_TEXT)
        snprintf(out + n, (size_t)(WHEN_TEXT - n), "Z");
    return out;
}
