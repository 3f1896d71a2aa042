/* Records of a store, the input with its sum behind it: whatever is read as an account, a policy or
 * a trust is written again octet for octet; the rest is refused with one fault. */
#include "realm/hash.h"
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
    uint64_t sum = hash_octets(1, bytes_of(data, n));
    uint8_t *record = malloc(n + sizeof sum);
    MUST(record);
    if (n)
        memcpy(record, data, n);
    memcpy(record + n, &sum, sizeof sum);
    struct bytes in = bytes_of(record, n += sizeof sum);
    READ_AND_WRITE(account, record_read_account, record_account);
    READ_AND_WRITE(realm_policy, record_read_policy, record_policy);
    READ_AND_WRITE(trust, record_read_trust, record_trust);
    free(record);
    return 0;
}
