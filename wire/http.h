/* The one HTTP/1.1 reader of lessons and live (RFC 9110, RFC 9112), strict, without I/O: heads with
 * their fields and where each stands, bodies by Content-Length.
 *
 * Strict, because two readers that disagree about where a message ends can be played against each
 * other: what RFC 9112 lets a recipient repair (bare LF, folded lines, white space before the
 * colon, repeated Content-Length) is refused here, and so is Transfer-Encoding. A response to HEAD
 * is not told from others: do not send HEAD. */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include "base/fault.h"

#define HTTP_HEAD_MAX   65536    /* octets of start line and fields */
#define HTTP_BODY_MAX   16777216 /* octets */
#define HTTP_FIELDS_MAX 100

struct http_field {
    struct bytes name, value; /* value without the white space around it */
    size_t at, end;           /* of the whole line, CRLF included */
};

struct http_message {
    bool is_request;
    struct bytes method, target; /* request */
    int status;                  /* response */
    struct bytes reason;
    int minor; /* HTTP/1.minor */
    struct http_field *fields;
    size_t n_fields;
    size_t start_end; /* of the start line, CRLF included */
    size_t head_end;  /* of the head, the empty line included */
    struct bytes body;
};

enum http_state { HTTP_MORE, HTTP_WHOLE, HTTP_BAD };
/* Reads one message from the start of the stream; *used octets belong to it. HTTP_BAD: a fault was
 * raised. Takes memory only once the head is whole. */
enum http_state http_read(struct bytes stream, struct arena *, struct faults *,
                          struct http_message *out, size_t *used);
/* The first field of that name (case-insensitively); NULL: none. */
const struct http_field *http_field(const struct http_message *, const char *name);
/* Start line, fields ("Name: value" strings), empty line, body; Content-Length is added when there
 * is a body or the message is a response that may have one. {NULL, 0}: a string has a control
 * character in it (which would begin a line of its own), or a field no colon. */
struct bytes http_write(struct arena *, const char *start_line, const char *const *fields,
                        size_t n_fields, struct bytes body);
/* "Negotiate <base64>" in an Authorization or WWW-Authenticate value: the token decoded; empty for
 * the bare offer "Negotiate". False (no fault): another scheme. A fault: Negotiate, but the base64
 * is bad. *at: offset of the base64 in the value. */
bool http_negotiate(struct bytes value, struct arena *, struct faults *, struct bytes *token,
                    size_t *at);
const struct fault_row *http_fault_table(size_t *n);

#endif
