/* Values of fields of authentication. What is read lies in order within the value, and the map of a
 * message with it tiles. First octet odd: Authentication-Info. */
#include "wire/http_auth.h"
#include "tests/fuzz/flat_fuzz.h"
#include "wire/http.h"

static void in_order(struct bytes in, const struct auth_value *v, size_t *at)
{
    MUST(v->at >= *at && v->end >= v->at && v->end <= in.n);
    MUST(v->n_params <= AUTH_PARAMS_MAX && !(v->token68.n && v->n_params));
    *at = v->at;
    for (size_t i = 0; i < v->n_params; i++) {
        const struct auth_param *p = &v->params[i];
        MUST(p->at >= *at && p->value_at > p->at && p->end >= p->value_at && p->end <= v->end);
        MUST(p->value.n <= p->end - p->value_at && p->name.n > 0);
        MUST(auth_param(v, arena_str(mem, p->name)) == p);
        *at = p->end;
    }
    *at = v->end;
}

/* What is written of a parameter is read as the same. */
static void written_again(const struct auth_value *v)
{
    struct auth_value again;
    for (size_t i = 0; i < v->n_params; i++) {
        const char *text = auth_quoted(mem, arena_str(mem, v->params[i].name), v->params[i].value);
        MUST(auth_info_read(bytes_str(text), mem, NULL, &again) && again.n_params == 1);
        MUST(bytes_equal(again.params[0].value, v->params[i].value));
    }
}

static void basic(const struct auth_value *v)
{
    struct faults f = {.mem = mem};
    struct bytes user, password, token;
    if (basic_read(v, mem, &f, &user, &password))
        MUST(auth_token(v, mem, NULL, &token) && token.n == user.n + 1 + password.n);
    else
        MUST(f.n == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct auth_value values[AUTH_VALUES_MAX];
    size_t n_values = 1, at = 0;
    if (n == 0 || n > 4096)
        return 0;
    struct faults f = begin();
    struct bytes in = bytes_of(data + 1, n - 1);
    bool info = data[0] & 1, ok = info ? auth_info_read(in, mem, &f, &values[0])
                                       : auth_read(in, mem, &f, values, &n_values);
    if (!ok) {
        refused(&f, in.n);
        n_values = 0;
    }
    for (size_t i = 0; i < n_values; i++) {
        in_order(in, &values[i], &at);
        written_again(&values[i]);
        basic(&values[i]);
    }
    struct bytes head = bytes_str(info ? "HTTP/1.1 204 x\r\nAuthentication-Info: "
                                       : "HTTP/1.1 204 x\r\nWWW-Authenticate: ");
    uint8_t *message = arena_take(mem, head.n + n + 4), *p = message;
    for (size_t i = 0; i < head.n; i++)
        *p++ = head.p[i];
    for (size_t i = 0; i < in.n; i++)
        *p++ = in.p[i];
    for (size_t i = 0; i < 4; i++)
        *p++ = (uint8_t) "\r\n\r\n"[i];
    tiles(http_walk, bytes_of(message, (size_t)(p - message)));
    tiles(user_pass_walk, in);
    return 0;
}
