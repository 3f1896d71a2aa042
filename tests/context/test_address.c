/* Addresses in a list, and as text. */
#include "context/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
#define SIX  ((struct bytes){six, 16})
#define FOUR BYTES_LIT("\x0a\x00\x00\x05")

static void an_address_is_in_the_list_or_not(void **state)
{
    (void)state;
    struct HostAddress at[] = {{.addr_type = ADDRESS_IPV4, .address = FOUR},
                               {.addr_type = ADDRESS_IPV6, .address = SIX},
                               {.addr_type = 20, .address = BYTES_LIT("\x0a\x00\x00\x07")}};
    struct HostAddresses list = {at, 3}, none = {0};
    assert_true(address_among(&list, FOUR));
    assert_true(address_among(&list, SIX));
    assert_false(address_among(&list, BYTES_LIT("\x0a\x00\x00\x06")));
    assert_false(address_among(&list, BYTES_LIT("\x0a\x00\x00\x07"))); /* a NetBIOS name */
    assert_true(address_among(&list, (struct bytes){0}));
    assert_true(address_among(&none, FOUR));
}

static void addresses_are_written_as_people_write_them(void **state)
{
    (void)state;
    struct arena *mem = arena_new(0);
    struct HostAddress at[9];
    for (int i = 0; i < 9; i++)
        at[i] = (struct HostAddress){.addr_type = ADDRESS_IPV4, .address = FOUR};
    at[1] = (struct HostAddress){.addr_type = ADDRESS_IPV6, .address = SIX};
    at[2] = (struct HostAddress){.addr_type = 20, .address = BYTES_LIT("WS")};
    assert_string_equal(addresses_text(mem, &(struct HostAddresses){at, 3}),
                        "10.0.0.5, 2001:db8:0:0:0:0:0:1, type 20: 5753");
    assert_non_null(strstr(addresses_text(mem, &(struct HostAddresses){at, 9}), " and more"));
    assert_string_equal(address_text(mem, (struct bytes){0}), "");
    arena_free(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_in_the_list_or_not),
        cmocka_unit_test(addresses_are_written_as_people_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
