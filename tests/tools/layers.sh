#!/bin/sh
# layers.sh BUILD    who may include whom is who may know what (docs/architecture.md).
# 1. every #include "folder/..." names a folder that the includer may know;
# 2. system headers that reach outside stand only where they may;
# 3. the engines' libraries need nothing but the libraries below them and a short list of symbols:
#    no clock, no randomness, no heap, no stdio, no files, no sockets.
build=$1
bad=0
say() { echo "layers: $*" >&2; bad=1; }

may() {
    case $1 in
    base) echo base ;;
    crypto) echo base crypto ;;
    wire) echo base wire ;;
    context) echo base crypto wire context ;;
    realm) echo base crypto wire context realm ;;
    kdc | ntlm) echo base crypto wire context realm "$1" ;;
    client | service | trace) echo base crypto wire context "$1" ;;
    sim) echo base crypto wire context realm kdc ntlm client service trace sim ;;
    tui) echo base sim trace wire tui ;;
    esac
}
for folder in base crypto wire context realm kdc ntlm client service trace sim tui; do
    for f in "$folder"/*.c "$folder"/*.h; do
        [ -e "$f" ] || continue
        for inc in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$f" | sort -u); do
            case " $(may $folder) " in
            *" $inc "*) ;;
            *) say "$f includes $inc/, which $folder may not know" ;;
            esac
        done
    done
done

only() { # PATTERN OF THE HEADER, PATTERN OF FILES THAT MAY
    grep -lE "#include <($1)" base/*.[ch] crypto/*.[ch] wire/*.[ch] context/*.[ch] realm/*.[ch] \
        kdc/*.[ch] ntlm/*.[ch] client/*.[ch] service/*.[ch] trace/*.[ch] sim/*.[ch] tui/*.[ch] \
        2>/dev/null | grep -vE "$2" | while read -r f; do echo "layers: $f includes <$1>" >&2; done |
        { cat; } 2>&1
}
found=$(
    only 'openssl/' '^crypto/' 2>&1
    only 'n?curses' '^tui/curses\.c$' 2>&1
    only 'event2/' '^sim/(live[a-z_]*|verb_live|verb_exec)\.[ch]$' 2>&1
    only 'sys/socket|netinet/|netdb' '^sim/live[a-z_]*\.[ch]$' 2>&1
    only 'arpa/inet' '^sim/' 2>&1
    only 'jansson' '^(trace/json|sim/)[a-z_]*\.[ch]$' 2>&1
    only 'yaml' '^sim/[a-z_]*\.[ch]$' 2>&1
    only 'lmdb' '^realm/store[a-z_]*\.[ch]$' 2>&1
    only 'libtasn1' '^wire/(codec|second)[a-z_]*\.[ch]$' 2>&1
)
[ -n "$found" ] && { echo "$found" >&2; bad=1; }

allowed='^(snprintf|__snprintf_chk|memcpy|memset|memcmp|memmove|memchr|strlen|strcmp|strncmp|strchr|strrchr|strstr|strspn|strcspn|explicit_bzero|__stack_chk_fail|__memcpy_chk|__memset_chk|__memmove_chk|_GLOBAL_OFFSET_TABLE_|asn1_get_tag_der|asn1_get_length_der|asn1_length_der)$'
defined() { for l in "$@"; do nm --defined-only "$build/lib$l.a" 2>/dev/null; done | awk 'NF == 3 { print $3 }'; }
# ledger.c (shared and locked), the store (a file) and second.c (libtasn1's own trees) are not
# engine code; what reads the store's records is
for folder in wire context realm kdc ntlm client service; do
    lib=$build/lib$folder.a
    [ -e "$lib" ] || continue
    # shellcheck disable=SC2046
    defined $(may $folder) | sort -u >"$build/layers.defined"
    nm -A -u "$lib" | grep -vE ':(ledger[a-z_]*|store|store_(change|check|pages|view)|second)\.o:' | awk '{ print $NF }' | sort -u |
        comm -23 - "$build/layers.defined" | grep -vE "$allowed" >"$build/layers.extra"
    while read -r symbol; do say "$lib reaches $symbol"; done <"$build/layers.extra"
done
[ $bad = 0 ] && echo "layers: every include and every symbol is where it may be"
exit $bad
