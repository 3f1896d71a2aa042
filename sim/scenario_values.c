#include "sim/scenario_values.h"

#include "base/text.h"
#include "base/when.h"
#include "crypto/crypto.h"
#include "sim/scenario.h"
#include "wire/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void *slot_of(void *base, size_t at)
{
    return (uint8_t *)base + at;
}

static bool expected(struct reader *r, const struct node *v, const char *what)
{
    return problem(r->all, v->at, "%s \"%s\" is not %s", v->key ? v->key->text : "item", v->text,
                   what);
}

/* Digits alone, at most `most`. */
static bool number_read(const char *s, uint64_t most, uint64_t *out)
{
    uint64_t n = 0;
    if (!*s)
        return false;
    for (; *s; s++) {
        if (!isdigit((unsigned char)*s) || n > (most - (uint64_t)(*s - '0')) / 10)
            return false;
        n = n * 10 + (uint64_t)(*s - '0');
    }
    *out = n;
    return n <= most;
}

/* ---- times ---------------------------------------------------------------------------------- */
static int64_t unit_read(const char **s)
{
    static const struct {
        const char *name;
        int64_t span;
    } units[] = {{"ms", SECOND / 1000}, {"s", SECOND}, {"m", MINUTE}, {"h", HOUR}, {"d", DAY}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i].name);
        if (strncmp(*s, units[i].name, n) == 0 && !isalpha((unsigned char)(*s)[n])) {
            *s += n;
            return units[i].span;
        }
    }
    return 0;
}

bool span_read(const char *s, int64_t *out)
{
    const int64_t most = 3660 * DAY;
    int64_t sign = *s == '-' ? -1 : 1, total = 0;
    s += *s == '-' || *s == '+';
    if (strcmp(s, "0") == 0) {
        *out = 0;
        return true;
    }
    do {
        int64_t n = 0, unit;
        if (!isdigit((unsigned char)*s))
            return false;
        for (; isdigit((unsigned char)*s) && n < most; s++)
            n = n * 10 + (*s - '0');
        unit = unit_read(&s);
        if (!unit || n > most / unit)
            return false;
        total += n * unit;
    } while (*s && total <= most);
    *out = sign * total;
    return total <= most;
}

bool time_read(const char *s, int64_t *out)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
    int64_t seconds;
    if (strlen(s) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)s[i]) : s[i] != form[i])
            return false;
    int year, month, day, hour, minute, second;
    if (sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2dZ", &year, &month, &day, &hour, &minute, &second) != 6 ||
        !when_from_date(year, month, day, hour, minute, second, &seconds) || seconds < 0)
        return false;
    *out = seconds * SECOND;
    return true;
}

/* ---- names of numbers ----------------------------------------------------------------------- */
static const char *choice_name(const void *list, size_t i)
{
    return ((const struct choice *)list)[i].name;
}

static bool choice_read(struct reader *r, const struct choice *choices, const struct node *v,
                        uint32_t *out)
{
    size_t n = 0;
    for (; choices[n].name; n++)
        if (strcmp(choices[n].name, v->text) == 0) {
            *out = choices[n].value;
            return true;
        }
    const char *near = nearest(v->text, choice_name, choices, n);
    if (near)
        return problem(r->all, v->at, "no \"%s\" here%s", v->text, did_you_mean(r->mem, near));
    char *all = arena_str(r->mem, bytes_str(choices[0].name));
    for (size_t i = 1; i < n; i++)
        all = arena_printf(r->mem, "%s, %s", all, choices[i].name);
    return problem(r->all, v->at, "no \"%s\" here; it can be: %s", v->text, all);
}

static const char *row_name(const void *list, size_t i)
{
    return ((const struct name_row *)list)[i].name;
}

static bool name_read(struct reader *r, enum registry registry, const char *what,
                      const struct node *v, int32_t *out)
{
    size_t n;
    uint64_t number;
    const struct name_row *rows = name_table(registry, &n);
    if (number_read(v->text, INT32_MAX, &number)) {
        *out = (int32_t)number;
        return true;
    }
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(rows[i].name, v->text) == 0) {
            *out = (int32_t)rows[i].number;
            return true;
        }
    return problem(r->all, v->at, "no %s is called \"%s\"%s", what, v->text,
                   did_you_mean(r->mem, nearest(v->text, row_name, rows, n)));
}

static bool etype_read(struct reader *r, const struct node *v, int32_t *out)
{
    const struct etype_row *row = etype_by_name(bytes_str(v->text));
    if (row) {
        *out = row->etype;
        return true;
    }
    return name_read(r, NAMES_ETYPE, "encryption type", v, out);
}

static bool option_read(struct reader *r, const struct node *v, uint32_t *out)
{
    int32_t bit;
    if (!name_read(r, NAMES_KDC_OPTION, "KDC option", v, &bit))
        return false;
    if (bit > 31)
        return expected(r, v, "one of the bits 0 to 31");
    *out = KRB_BIT(bit);
    return true;
}

/* "HTTP 401": what a browser ends with. */
static bool http_status_read(const char *s, int32_t *out)
{
    uint64_t status;
    if (strncmp(s, "HTTP ", 5) != 0 || !number_read(s + 5, 599, &status) || status < 100)
        return false;
    *out = EXPECT_HTTP + (int32_t)status;
    return true;
}

/* "STATUS_WRONG_PASSWORD": what the controller said, whatever the browser was told. */
static bool status_read(const char *s, int32_t *out)
{
    size_t n;
    const struct name_row *rows = name_table(NAMES_NTSTATUS, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, s) == 0)
            return *out = (int32_t)rows[i].number, true;
    return false;
}

static bool expect_read(struct reader *r, const struct node *v, int32_t *out)
{
    if (strcmp(v->text, "granted") == 0)
        *out = 0;
    else if (strcmp(v->text, "no answer") == 0)
        *out = EXPECT_NO_ANSWER;
    else if (!http_status_read(v->text, out) && !status_read(v->text, out))
        return name_read(r, NAMES_ERROR, "error", v, out);
    return true;
}

/* ---- texts and lists ------------------------------------------------------------------------ */
static bool prose_read(struct reader *r, const struct node *v, const char **out)
{
    struct bytes text = bytes_str(v->text);
    while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == ' '))
        text.n--;
    *out = arena_str(r->mem, text);
    return text.n || problem(r->all, v->at, "%s is empty", v->key ? v->key->text : "item");
}

static bool line_read(struct reader *r, const struct node *v, const char **out)
{
    if (strchr(v->text, '\n'))
        return problem(r->all, v->at, "%s holds a line break", v->key ? v->key->text : "item");
    return prose_read(r, v, out);
}

static bool octets_read(struct reader *r, const struct node *v, struct bytes *out)
{
    size_t at;
    return hex_decode(r->mem, bytes_str(v->text), out, &at) || expected(r, v, "hexadecimal");
}

static bool address_read(struct reader *r, const struct node *v, const char **out)
{
    struct in_addr address;
    *out = v->text;
    return inet_pton(AF_INET, v->text, &address) == 1 ||
           expected(r, v, "an IPv4 address as in 10.0.0.5");
}

static bool bool_read(struct reader *r, const struct node *v, bool *out)
{
    *out = strcmp(v->text, "true") == 0;
    return *out || strcmp(v->text, "false") == 0 || expected(r, v, "true or false");
}

/* "0x1c": at most eight digits. */
static bool bits_read(const char *s, uint32_t *out)
{
    uint32_t n = 0;
    size_t digits = strlen(s) - 2;
    if (strncmp(s, "0x", 2) != 0 || digits < 1 || digits > 8)
        return false;
    for (s += 2; *s; s++) {
        if (!isxdigit((unsigned char)*s))
            return false;
        n = n << 4 | (uint32_t)(isdigit((unsigned char)*s) ? *s - '0' : tolower(*s) - 'a' + 10);
    }
    *out = n;
    return true;
}

static bool text_read(struct reader *r, const struct key_row *row, const struct node *v, void *slot)
{
    uint64_t number;
    switch (row->kind) {
    case V_NAME:
        return line_read(r, v, slot);
    case V_PROSE:
        return prose_read(r, v, slot);
    case V_BOOL:
        return bool_read(r, v, slot);
    case V_SIZE:
        if (!number_read(v->text, INT32_MAX, &number))
            return expected(r, v, "a whole number");
        *(size_t *)slot = number;
        return true;
    case V_U32:
        if (!number_read(v->text, UINT32_MAX, &number))
            return expected(r, v, "a whole number");
        *(uint32_t *)slot = (uint32_t)number;
        return true;
    case V_U64:
        return number_read(v->text, UINT64_MAX, slot) || expected(r, v, "a whole number");
    case V_SPAN:
        return span_read(v->text, slot) || expected(r, v, "a length of time as in 5m, -6m, 1h30m");
    case V_TIME:
        return time_read(v->text, slot) || expected(r, v, "a time as in 2026-11-21T20:51:55Z");
    case V_CHOICE:
        return choice_read(r, row->choices, v, slot);
    case V_EXPECT:
        return expect_read(r, v, slot);
    case V_ADDRESS:
        return address_read(r, v, slot);
    case V_OCTETS:
        return octets_read(r, v, slot);
    case V_HOURS:
        return hours_read(r->mem, v->text, slot) ||
               expected(r, v, "hours as in Mon-Fri 08:00-18:00, Sat 09:00-12:00");
    case V_BITS:
        return bits_read(v->text, slot) || expected(r, v, "a list, or a number as in 0x1c");
    default:
        return false;
    }
}

/* An item of a list; bits are or'ed together. */
static bool item_read(struct reader *r, const struct key_row *row, const struct node *v, size_t i,
                      void *items)
{
    uint32_t bit = 0;
    switch (row->kind) {
    case V_NAMES:
        return line_read(r, v, (const char **)items + i);
    case V_ADDRESSES:
        return address_read(r, v, (const char **)items + i);
    case V_PROSES:
        return prose_read(r, v, (const char **)items + i);
    case V_ETYPES:
        return etype_read(r, v, (int32_t *)items + i);
    case V_OPTIONS:
        if (!option_read(r, v, &bit))
            return false;
        break;
    default:
        if (!choice_read(r, row->choices, v, &bit))
            return false;
    }
    *(uint32_t *)items |= bit;
    return true;
}

static bool items_read(struct reader *r, const struct key_row *row, const struct node *v,
                       void *base)
{
    bool bits = row->kind == V_OPTIONS || row->kind == V_FLAGS || row->kind == V_BITS, ok = true;
    void *items = slot_of(base, row->at);
    if (row->kind == V_ETYPES)
        items = *(int32_t **)items = arena_array(r->mem, int32_t, v->n);
    else if (!bits)
        items = *(const char ***)items = arena_array(r->mem, const char *, v->n);
    size_t i = 0;
    for (const struct node *item = v->first; item; item = item->next) {
        if (item->kind != NODE_TEXT)
            ok = problem(r->all, item->at, "%s wants texts, not %s", row->name,
                         node_kind_text(item->kind));
        else if (!item_read(r, row, item, i++, items))
            ok = false;
    }
    if (!bits)
        *(size_t *)slot_of(base, row->count_at) = ok ? v->n : 0;
    return ok;
}

bool value_read(struct reader *r, const struct key_row *row, const struct node *v, void *base)
{
    bool list = row->kind == V_NAMES || row->kind == V_PROSES || row->kind == V_ETYPES ||
                row->kind == V_OPTIONS || row->kind == V_FLAGS || row->kind == V_ADDRESSES ||
                (row->kind == V_BITS && v->kind == NODE_LIST);
    enum node_kind wanted = list ? NODE_LIST : NODE_TEXT;
    if (v->kind != wanted)
        return problem(r->all, v->at, "%s wants %s, not %s", row->name, node_kind_text(wanted),
                       node_kind_text(v->kind));
    return list ? items_read(r, row, v, base) : text_read(r, row, v, slot_of(base, row->at));
}
