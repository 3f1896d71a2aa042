#!/bin/bash
# Credential caches and keytabs: MIT's klist reads ours, our readers read MIT's, and both say the same.
# And our client engine, unchanged, against a KDC of MIT's.
. tests/interop/lib.sh
export TZ=UTC
files=$peers/files

# What klist shows, in the lines of `files` (its head says which).
klist_ccache() {
    klist -f -e -c "$1" | awk '
        function flush() { if (line) print line, renew, flags, server, types; line = "" }
        /^Default principal: / { print $3 }
        /^[0-9][0-9]\/[0-9]/ { flush(); line = $1 " " $2 " " $3 " " $4; server = $5; renew = flags = "-"; next }
        /renew until/ { match($0, /renew until [^,]*/); renew = substr($0, RSTART + 12, RLENGTH - 12) }
        /Flags: / { match($0, /Flags: [A-Za-z]*/); flags = substr($0, RSTART + 7, RLENGTH - 7) }
        /Etype \(skey, tkt\): / { sub(/.*Etype \(skey, tkt\): /, ""); gsub(/, /, " "); gsub(/DEPRECATED:/, ""); sub(/ *$/, "")
            gsub(/arcfour-hmac/, "rc4-hmac"); types = $0 }
        END { flush() }'
}
klist_keytab() {
    klist -ketK "$1" | sed -nE 's/^ *([0-9]+) ([0-9/]+ [0-9:]+) (.*) \((DEPRECATED:)?([a-z0-9-]+)\) +\((0x[0-9a-f]+)\)$/\1 \2 \3 \5 \6/p' |
        sed 's/ arcfour-hmac / rc4-hmac /'
}
same_ccache() { # NAME FILE TICKETS
    "$files" ccache "$2" | grep -v '^config ' >"$work/ours"
    klist_ccache "$2" >"$work/theirs"
    check "$1: both see the same tickets" 0 '' diff "$work/ours" "$work/theirs"
    check "$1: $3 of them" 0 "^$(($3 + 1))\$" sh -c "wc -l <'$work/ours'"
    "$files" again ccache "$2" "$work/again"
    check "$1: written again it is the same" 0 '' cmp "$2" "$work/again"
}
same_keytab() { # NAME FILE ENTRIES
    "$files" keytab "$2" >"$work/ours"
    klist_keytab "$2" >"$work/theirs"
    check "$1: both see the same keys" 0 '' diff "$work/ours" "$work/theirs"
    check "$1: $3 of them" 0 "^$3\$" sh -c "wc -l <'$work/ours'"
    "$files" again keytab "$2" "$work/again"
    check "$1: written again it is the same" 0 '' cmp "$2" "$work/again"
}

start_live
pw=$(password_of alice)
engine() { "$peers/engine" 127.0.0.1:"$port" "$@"; }

# ours, read by MIT
check 'our client logs on' 0 'ticket: granted' engine alice HTTP/www.example.test password="$pw" renew=86400 ccache="$work/ours.cc"
same_ccache 'our cache' "$work/ours.cc" 2
check 'kvno goes on with our cache' 0 'host/server.example.test@EXAMPLE.TEST: kvno = 1' env KRB5CCNAME="FILE:$work/ours.cc" kvno host/server.example.test
same_ccache 'our cache, with a ticket MIT put into it' "$work/ours.cc" 3
check 'kinit -R goes on with our cache' 0 '' env KRB5CCNAME="FILE:$work/ours.cc" kinit -R
check 'our client logs on with RC4' 0 'ticket: granted' engine alice HTTP/www.example.test password="$pw" etype=23 ccache="$work/rc4.cc"
same_ccache 'our cache with RC4' "$work/rc4.cc" 2
services=$("$files" keytab "$work/env/realm.keytab" | awk '$4 ~ "/" && $4 !~ "^k(rbtgt|admin)/"' | wc -l)
same_keytab 'the keytab of env, every service of the realm' "$work/env/krb5.keytab" "$services"
same_keytab 'the keytab of the whole realm' "$work/env/realm.keytab" "$("$files" keytab "$work/env/realm.keytab" | wc -l)"
check 'kinit with the keytab of the whole realm' 0 '' kinit -k -t "$work/env/realm.keytab" alice
"$tessera" export kerberos-mutual -o "$work/run.pcapng" --keytab "$work/run.keytab" >/dev/null
same_keytab 'the keytab of an export' "$work/run.keytab" "$("$files" keytab "$work/run.keytab" | wc -l)"

# MIT's, read by us
for version in 1 2 3 4; do
    printf '[libdefaults]\nccache_type = %s\n' $version >"$work/version.conf"
    printf '%s\n' "$pw" | KRB5_CONFIG="$work/version.conf:$KRB5_CONFIG" kinit -c "FILE:$work/version.$version" alice >/dev/null
    check "MIT writes version $version" 0 "^050$version\$" sh -c "head -c 2 '$work/version.$version' | od -An -tx1 | tr -d ' '"
    same_ccache "MIT's cache of version $version" "$work/version.$version" 1
done
printf '%s\n' "$pw" | kinit -f -r 3d alice >/dev/null
kvno -q HTTP/www.example.test host/server.example.test
same_ccache "MIT's cache" "$work/env/ccache" 3
check 'its configuration too' 0 '^config pa_type\(krbtgt/EXAMPLE.TEST@EXAMPLE.TEST\)=2$' "$files" ccache "$work/env/ccache"
check 'our client goes on with it' 0 'get: granted.*proved itself: .*EXAMPLE.alice' engine alice HTTP/www.example.test cache="$work/env/ccache" http=127.0.0.1:"$http_port"
check 'asks with it for a ticket it has not' 0 'ticket: granted, HTTP/www@EXAMPLE.TEST' engine alice HTTP/www cache="$work/env/ccache"
ktutil_says() { # LINE...    it swallows what it is not waiting for yet
    for line in "$@"; do printf '%s\n' "$line"; sleep 0.5; done | ktutil >/dev/null
}
ktutil_says 'add_entry -password -p bob -k 300 -e aes256-cts-hmac-sha1-96' bob-pw-1 \
    'add_entry -password -p a/b/c -k 2 -e aes128-cts-hmac-sha256-128' x \
    'add_entry -key -p d -k 70000 -e arcfour-hmac' 00112233445566778899aabbccddeeff "write_kt $work/ktutil.keytab"
same_keytab "ktutil's keytab" "$work/ktutil.keytab" 3
check 'our client logs on with it' 0 'logon: granted' engine bob HTTP/www.example.test keytab="$work/ktutil.keytab"
ktutil_says "read_kt $work/ktutil.keytab" 'delete_entry 2' "write_kt $work/less.keytab"
same_keytab 'one with an entry taken out' "$work/less.keytab" 2
stop_live

# MIT's KDC: its keytabs, its caches, and our client
mit_port=$(free_ports 1)
mit=tests/bench/mit.sh
if ! "$mit" start "$work/mit" "$mit_port" 0-1 1 1 >"$work/mit.out" 2>&1; then
    echo "not ok MIT's KDC starts:"
    cat "$work/mit.out" "$work/mit/setup.log"
    failed=1
    finish
fi
export KRB5_CONFIG=$work/mit/krb5.conf KRB5_KDC_PROFILE=$work/mit/kdc.conf KRB5CCNAME=FILE:$work/mit.cc
PATH=$PATH:/usr/sbin
kadmin.local -q "ktadd -k $work/mit.keytab -e aes256-cts-hmac-sha1-96:normal,aes128-cts-hmac-sha1-96:normal HTTP/www.example.test" >/dev/null 2>&1
kadmin.local -q "ktadd -k $work/mit.keytab -e aes256-cts-hmac-sha384-192:normal HTTP/www.example.test" >/dev/null 2>&1
same_keytab "kadmin's keytab" "$work/mit.keytab" 3
echo bench-pw-1 | kinit -f alice >/dev/null
kvno -q HTTP/www.example.test
same_ccache "a cache from MIT's KDC" "$work/mit.cc" 2
e() { KRB5_KTNAME=FILE:$work/mit.keytab "$peers/engine" 127.0.0.1:"$mit_port" "$@"; }
check "our client logs on at MIT's KDC" 0 '^logon: granted' e alice HTTP/www.example.test password=bench-pw-1 ccache="$work/at-mit.cc"
same_ccache "our cache from MIT's KDC" "$work/at-mit.cc" 2
check 'by TCP' 0 '^ticket: granted' e alice HTTP/www.example.test password=bench-pw-1 tcp=1
check 'a renewable ticket' 0 '^ticket: granted' e alice HTTP/www.example.test password=bench-pw-1 renew=3600
check "MIT's service accepts what our client made with MIT's ticket" 0 '^accepted alice@EXAMPLE.TEST mutual' e alice HTTP/www.example.test password=bench-pw-1 accept=1
check 'and convinces it' 0 '^get: granted.*the service proved itself' e alice HTTP/www.example.test password=bench-pw-1 accept=1
check "our client with MIT's cache" 0 '^accepted alice@EXAMPLE.TEST mutual' e alice HTTP/www.example.test cache="$work/mit.cc" accept=1
check 'a wrong password there' 1 '^logon: refused, kinit: Password incorrect' e alice HTTP/www.example.test password=wrong
check 'an unknown client there' 1 "^logon: refused, kinit: Client 'nobody@EXAMPLE.TEST' not found" e nobody HTTP/www.example.test password=wrong
check 'an unknown service there' 1 '^ticket: refused.*not found in Kerberos database' e alice HTTP/nosuch.example.test password=bench-pw-1
"$mit" stop "$work/mit"
finish
