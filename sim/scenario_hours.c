/* The hours of the week in which an account may log on: "Mon-Fri 08:00-18:00, Sat 09:00-12:00", or
 * the octets as a directory keeps them. */
#include "base/text.h"
#include "sim/scenario_values.h"

#include "sim/scenario.h"

#include <ctype.h>
#include <string.h>

static int day_read(const char *s)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    for (int i = 0; i < 7; i++)
        if (strncmp(s, days + 3 * i, 3) == 0)
            return i;
    return -1;
}

static void set_hours(uint8_t *hours, int day, int from, int to)
{
    for (int bit = day * 24 + from; bit < day * 24 + to; bit++)
        hours[bit / 8] |= (uint8_t)(1u << bit % 8);
}

/* "08:00" -> 8; -1: it is not. */
static int hour_read(const char *s)
{
    if (!isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) || strncmp(s + 2, ":00", 3))
        return -1;
    return (s[0] - '0') * 10 + s[1] - '0';
}

/* "Mon-Fri 08:00-18:00" or "Sat 09:00-12:00"; past Saturday it goes on with Sunday. NULL: it is
 * not. Else what follows. */
static const char *range_read(const char *s, uint8_t *hours)
{
    int first = day_read(s), last = first;
    if (first < 0)
        return NULL;
    s += 3;
    if (*s == '-') {
        last = day_read(s + 1);
        s += last < 0 ? 0 : 4;
    }
    if (last < 0 || *s != ' ')
        return NULL;
    int from = hour_read(s + 1), to = from < 0 || s[6] != '-' ? -1 : hour_read(s + 7);
    if (from >= to || to > 24)
        return NULL;
    for (int day = first;; day = (day + 1) % 7) {
        set_hours(hours, day, from, to);
        if (day == last)
            return s + 12;
    }
}

bool hours_read(struct arena *mem, const char *text, const uint8_t **out)
{
    struct bytes octets;
    size_t at;
    if (strlen(text) == 2 * SCENARIO_HOURS && hex_decode(mem, bytes_str(text), &octets, &at)) {
        *out = octets.p;
        return true;
    }
    uint8_t *hours = arena_take(mem, SCENARIO_HOURS);
    memset(hours, 0, SCENARIO_HOURS);
    *out = hours;
    for (;;) {
        text = range_read(text, hours);
        if (!text || !*text)
            return text != NULL;
        if (strncmp(text, ", ", 2) != 0)
            return false;
        text += 2;
    }
}
