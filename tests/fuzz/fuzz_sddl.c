/* Security descriptors as text: what is read is written so that it reads the same, as text and as
 * octets, and an access check of it ends. */
#include "service/web.h"
#include "tests/fuzz/flat_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct security_descriptor d, again;
    const char *why = NULL;
    struct faults none = begin();
    struct sid domain = {5, 4, {21, 1, 2, 3}}, system = {5, 1, {18}};
    struct access_token *token = token_of_account(mem, &system, "SYSTEM", TOKEN_SERVICE);
    struct turn t = {.mem = mem, .faults = &none};
    if (!sddl_read(mem, arena_str(mem, bytes_of(data, n)), &domain, &d, &why)) {
        MUST(why && *why);
        return 0;
    }
    const char *text = sddl_write(mem, &d);
    MUST(sddl_read(mem, text, NULL, &again, &why));
    MUST(bytes_equal(bytes_str(sddl_write(mem, &again)), bytes_str(text)));
    struct bytes octets = descriptor_write(mem, &d);
    if (octets.n) {
        MUST(descriptor_read(octets, mem, &again, &why));
        MUST(bytes_equal(bytes_str(sddl_write(mem, &again)), bytes_str(text)));
        MUST(access_check(&t, &d, token, FILE_GENERIC_READ, "/").granted ==
             access_check(&t, &again, token, FILE_GENERIC_READ, "/").granted);
    }
    return 0;
}
