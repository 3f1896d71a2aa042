/* The values of WWW-Authenticate, Proxy-Authenticate, Authorization, Proxy-Authorization and
 * (Proxy-)Authentication-Info (RFC 9110 11): challenges and credentials, Basic (RFC 7617), Digest
 * (RFC 7616), Negotiate (RFC 4559) and NTLM (MS-NTHT). The map of their octets is part of
 * http_walk; what a token in base64 holds is opened from there. */
#ifndef WIRE_HTTP_AUTH_H
#define WIRE_HTTP_AUTH_H

#include "base/fault.h"

struct auth_param {
    struct bytes name, value; /* quotes and backslashes taken off */
    bool quoted;
    size_t at, value_at, end; /* in the field's value; the quotes are part of what stands there */
};
/* One challenge or credential: a scheme with a token68 or with parameters. */
struct auth_value {
    struct bytes scheme;
    struct bytes token68; /* as it stands there; empty: none */
    const struct auth_param *params;
    size_t n_params;
    size_t at, end; /* in the field's value */
};
#define AUTH_VALUES_MAX 16
#define AUTH_PARAMS_MAX 32 /* of one of them */
/* A field may hold several challenges, separated by commas. False: a fault was raised. */
bool auth_read(struct bytes field_value, struct arena *, struct faults *,
               struct auth_value out[AUTH_VALUES_MAX], size_t *n);
/* (Proxy-)Authentication-Info: parameters without a scheme (RFC 9110 11.6.3). */
bool auth_info_read(struct bytes field_value, struct arena *, struct faults *,
                    struct auth_value *out);
/* NULL: no parameter of that name. */
const struct auth_param *auth_param(const struct auth_value *, const char *name);
/* token68 as octets. False: bad base64 (a fault). */
bool auth_token(const struct auth_value *, struct arena *, struct faults *, struct bytes *out);

/* name="value", with what needs a backslash given one; in mem. */
char *auth_quoted(struct arena *, const char *name, struct bytes value);

/* "Basic ..." (RFC 7617): user up to the first colon. The writer gives the whole field's value. */
struct bytes basic_write(struct arena *, struct bytes user, struct bytes password);
bool basic_read(const struct auth_value *, struct arena *, struct faults *, struct bytes *user,
                struct bytes *password);
/* What its base64 holds, parted. */
bool basic_split(struct bytes user_pass, struct faults *, struct bytes *user,
                 struct bytes *password);
const struct fault_row *http_auth_fault_table(size_t *n);

#endif
