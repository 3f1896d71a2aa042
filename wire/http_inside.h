/* Shared by the HTTP sources alone: faults, and classes of octets. */
#ifndef WIRE_HTTP_INSIDE_H
#define WIRE_HTTP_INSIDE_H

#include "wire/http.h"

enum http_fault {
    HTTP_BARE_CR,
    HTTP_BARE_LF,
    HTTP_HEAD_LONG,
    HTTP_START_EMPTY,
    HTTP_METHOD,
    HTTP_TARGET,
    HTTP_VERSION,
    HTTP_STATUS,
    HTTP_REASON,
    HTTP_OBS_FOLD,
    HTTP_NO_COLON,
    HTTP_NAME_SPACE,
    HTTP_FIELD_NAME,
    HTTP_FIELD_VALUE,
    HTTP_FIELDS_MANY,
    HTTP_TRANSFER_ENCODING,
    HTTP_CONTENT_LENGTH,
    HTTP_CONTENT_LENGTH_TWICE,
    HTTP_BODY_LONG,
    HTTP_LENGTH_MISSING,
    HTTP_LENGTH_FORBIDDEN,
    HTTP_HOST_MISSING,
    HTTP_HOST_TWICE,
    HTTP_HOST_VALUE,
    HTTP_BASE64,
    HTTP_NOT_WHOLE,
    HTTP_SURPLUS,
    HTTP_FAULTS
};
extern const struct fault_row http_faults[HTTP_FAULTS];

/* Raises it; `found` is the octet at `at` of `in`, or that the line ends there. False. */
bool http_refuse_octet(struct faults *, enum http_fault, const char *path, struct bytes in,
                       size_t at);

/* Classes of RFC 9110 5.6.2, RFC 3986 2 and RFC 9110 5.5. */
static inline bool http_is_alnum(uint8_t c)
{
    return (uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10;
}
bool http_is_token(uint8_t c);
/* Visible, space, tab, and 0x80 to 0xff. */
static inline bool http_is_value(uint8_t c)
{
    return c == '\t' || (c >= 0x20 && c != 0x7f);
}
/* The first octet of in[at, end) that is not of the class; end: all are. */
size_t http_span(bool (*class)(uint8_t), struct bytes in, size_t at, size_t end);

/* The start line in[0, end), CRLF not included; and a Host value in[at, end). */
bool http_start_line(struct bytes in, size_t end, struct faults *, struct http_message *out);
bool http_host_value(struct bytes in, size_t at, size_t end, struct faults *);

#endif
