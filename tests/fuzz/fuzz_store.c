/* Records of a store: whatever is read as an account, a policy or a trust is written again octet
 * for octet; the rest is refused with one fault. */
#include "realm/store_record.h"
#include "tests/fuzz/flat_fuzz.h"

#define READ_AND_WRITE(type, read, write)                                                          \
    do {                                                                                           \
        struct type value;                                                                         \
        struct faults f = begin();                                                                 \
        if (read(mem, in, &f, &value))                                                             \
            MUST(bytes_equal(write(mem, &value), in));                                             \
        else                                                                                       \
            refused(&f, n);                                                                        \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes in = bytes_of(data, n);
    READ_AND_WRITE(account, record_read_account, record_account);
    READ_AND_WRITE(realm_policy, record_read_policy, record_policy);
    READ_AND_WRITE(trust, record_read_trust, record_trust);
    return 0;
}
