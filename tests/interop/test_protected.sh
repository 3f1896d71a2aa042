#!/bin/bash
# KRB-SAFE, KRB-PRIV and KRB-CRED (RFC 4120 3.4 to 3.6), each made by ours and read by libkrb5 and
# the other way round.
. tests/interop/lib.sh
printf '[libdefaults]\ndefault_realm = EXAMPLE.TEST\nallow_weak_crypto = true\nallow_rc4 = true\n' >"$work/krb5.conf"
export KRB5_CONFIG="$work/krb5.conf" KRB5RCACHETYPE=none
for etype in 16 17 18 19 20 23 25 26; do
    check "encryption type $etype" 0 'crosses unsealed' "$peers/protected" $etype
done
finish
