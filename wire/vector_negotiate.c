#include "wire/vector_negotiate.h"

#include "base/text.h"
#include "wire/gss.h"
#include "wire/negotiate.h"
#include "wire/oid.h"

static enum vector_result failed(const char **why, const char *text)
{
    *why = text;
    return VECTOR_FAILED;
}

static const char *list_text(struct arena *mem, const struct MechTypeList *list)
{
    const char *text = "";
    for (size_t i = 0; i < list->n; i++)
        text = arena_printf(mem, "%s%s%s", text, *text ? " " : "", oid_text(mem, list->at[i]));
    return text;
}

/* A field that the case has must say this. */
static bool says(const struct vector_case *c, struct arena *mem, const char *name,
                 struct bytes found, const char **why)
{
    struct bytes wanted;
    if (!vector_octets(c, name, &wanted) || bytes_equal(wanted, found))
        return true;
    *why = arena_printf(mem, "%s: expected %s, got %s", name, text_escape(mem, wanted),
                        text_escape(mem, found));
    return false;
}

enum vector_result vector_spnego(const struct vector_case *c, struct arena *mem, const char **why)
{
    struct bytes token;
    struct neg_token t;
    struct faults faults = {.mem = mem};
    if (!vector_octets(c, "token", &token))
        return failed(why, "the case has no field token");
    if (!neg_token_read(token, true, mem, &faults, &t))
        return failed(why, fault_text(mem, faults.list));
    if (!says(c, mem, "mechs", bytes_str(list_text(mem, &t.mechs)), why) ||
        !says(c, mem, "hint_name", t.hint_name, why) ||
        !says(c, mem, "supported_mech", bytes_str(t.mech.n ? oid_text(mem, t.mech) : ""), why) ||
        !says(c, mem, "mech_token", t.token, why) ||
        !says(c, mem, "response_token", t.token, why) || !says(c, mem, "mech_list_mic", t.mic, why))
        return VECTOR_FAILED;
    if (vector_number(c, "neg_state", -1) != -1 &&
        (!t.has_state || vector_number(c, "neg_state", -1) != t.state))
        return failed(why, arena_printf(mem, "neg_state: got %lld", (long long)t.state));
    struct bytes again = neg_token_write(mem, &t);
    if (bytes_equal(again, token))
        return VECTOR_PASSED;
    return failed(
        why, arena_printf(mem, "expected %s, got %s", hex_text(mem, token), hex_text(mem, again)));
}

enum vector_result vector_token(const struct vector_case *c, struct arena *mem, const char **why)
{
    struct bytes token;
    struct neg_token t;
    struct gss_token frame;
    if (!vector_octets(c, "token", &token))
        return failed(why, "the case has no field token");
    if (bytes_starts(token, BYTES_LIT("NTLMSSP\0")) || neg_token_read(token, true, mem, NULL, &t) ||
        (gss_token_read(token, NULL, &frame) && gss_mech_has_tok_id(frame.mech)))
        return VECTOR_PASSED;
    return failed(why, "no token of a mechanism known here");
}
