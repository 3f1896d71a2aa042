#!/bin/bash
# Wrap and MIC tokens (RFC 4121 4.2, and RFC 4757 7 for RC4) of a context, each end once ours and once MIT's.
. tests/interop/lib.sh
start_live
printf '%s\n' "$(password_of alice)" | kinit alice >/dev/null
said_both_ways() {
    for said in 'MIT takes what our initiator says' 'our initiator takes what MIT says' \
        'MIT takes what our acceptor says' 'our acceptor takes what MIT says'; do
        check "$1$said" 0 "^$said\$" "$peers/messages" HTTP/www.example.test
    done
}
said_both_ways ''

# RC4 where MIT is told that it may, and first
printf '[libdefaults]\nallow_rc4 = true\nallow_weak_crypto = true\npermitted_enctypes = rc4-hmac aes256-cts aes128-cts\n' >"$work/rc4.conf"
export KRB5_CONFIG="$work/rc4.conf:$KRB5_CONFIG"
check 'the key is one of RC4' 0 '^with RC4$' "$peers/messages" HTTP/www.example.test
said_both_ways 'RC4: '
finish
