/* Lists of realms (RFC 4120 3.3.3.2). First two octets: how long the client's realm and the last
 * one are; then these, then the list. A list that is read goes on with one more realm, and stands
 * for the same realms and that one. */
#include "context/transited.h"
#include "tests/fuzz/flat_fuzz.h"

static bool among(const struct realms *all, struct bytes realm)
{
    size_t times = 0;
    for (size_t i = 0; i < all->n; i++)
        times += bytes_equal(all->at[i], realm);
    MUST(times <= 1);
    return times == 1;
}

static void one_more(const struct realms *before, struct bytes realm)
{
    struct bytes field;
    struct realms after;
    if (!transited_add(mem, before, realm, &field))
        return;
    MUST(field.n <= TRANSITED_OCTETS);
    MUST(transited_expand(mem, field, BYTES_LIT("A"), BYTES_LIT("B"), &after));
    MUST(after.n == before->n + !among(before, realm));
    MUST(among(&after, realm));
    for (size_t i = 0; i < before->n; i++)
        MUST(among(&after, before->at[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    begin();
    if (n < 2 || n - 2 < (size_t)data[0] + data[1])
        return 0;
    struct bytes crealm = bytes_of(data + 2, data[0]),
                 srealm = bytes_of(data + 2 + data[0], data[1]);
    struct bytes contents = bytes_of(srealm.p + srealm.n, n - 2 - data[0] - data[1]);
    struct realms all;
    (void)realm_between(mem, contents, crealm, srealm);
    if (!transited_expand(mem, contents, crealm, srealm, &all))
        return 0;
    MUST(all.n <= TRANSITED_REALMS && *realms_text(mem, &all));
    one_more(&all, BYTES_LIT("NEW.EXAMPLE.TEST"));
    if (srealm.n)
        one_more(&all, srealm);
    return 0;
}
