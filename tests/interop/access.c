/* For test_access.sh: security descriptors and access checks of ours, a line in, a line out.
 *
 * in:   SDDL TAB SID,SID,... (the user's first) TAB mask in hexadecimal
 * out:  granted or denied TAB the octets in hexadecimal TAB the text as we write it
 * or:   error TAB why */
#include "base/text.h"
#include "service/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct access_token token_of(struct arena *mem, char *sids)
{
    struct token_group *groups = arena_array(mem, struct token_group, 32);
    struct access_token t = {.name = "user", .user_only = "user", .package = "", .groups = groups};
    for (char *one; (one = strsep(&sids, ","));) {
        struct sid s;
        if (!sid_parse(bytes_str(one), &s)) {
            fprintf(stderr, "access: no SID: %s\n", one);
            exit(2);
        }
        if (!t.user.n)
            t.user = s;
        else if (t.n_groups < 32)
            groups[t.n_groups++] = (struct token_group){s, GROUP_USUAL, NULL};
    }
    return t;
}

int main(void)
{
    static const struct sid domain = {5, 4, {21, 1, 2, 3}};
    static char line[4096];
    struct arena *mem = arena_new(1 << 16);
    struct turn turn = {.mem = mem};
    while (fgets(line, sizeof line, stdin)) {
        char *rest = line, *sddl = strsep(&rest, "\t"), *sids = strsep(&rest, "\t");
        struct security_descriptor d, back;
        const char *why;
        if (!rest || !sddl_read(mem, sddl, &domain, &d, &why)) {
            printf("error\t%s\n", rest ? why : "three fields are wanted");
            continue;
        }
        struct access_token token = token_of(mem, sids);
        struct bytes octets = descriptor_write(mem, &d);
        uint32_t mask = (uint32_t)strtoul(rest, NULL, 16);
        if (!descriptor_read(octets, mem, &back, &why))
            printf("error\t%s\n", why);
        else
            printf("%s\t%s\t%s\n",
                   access_check(&turn, &back, &token, mask, "/").granted ? "granted" : "denied",
                   hex_text(mem, octets), sddl_write(mem, &back));
        fflush(stdout);
        arena_reset(mem);
    }
    arena_free(mem);
    return 0;
}
