#!/bin/bash
# SPNEGO (RFC 4178) over Kerberos and NTLM beside MIT's GSS-API (with gss-ntlmssp), each end once ours and once MIT's:
# the mechanism chosen, the signed list where it must be, and a list that was changed on the way.
. tests/interop/lib.sh
start_live
printf '%s\n' "$(password_of alice)" | kinit alice >/dev/null
kvno -q HTTP/www.example.test
printf 'EXAMPLE:alice:%s\n' "$(password_of alice)" >"$work/ntlm" # so that MIT offers gss-ntlmssp's mechanism too
export NTLM_USER_FILE="$work/ntlm"
each_way() { # each_way PREFIX BUT    without the lines that BUT matches
    while IFS=: read -r who pattern; do
        check "$1$who" 0 "^$who:$pattern" cat "$work/spnego.out"
    done < <(grep -vE "$2" <<'EOW'
MIT to us: IKt R0Kt: established$
MIT to us, who like another better: IKt R3Ktm R0m: established, list signed both ways$
MIT with NTLM first to us: INKt R3K R1t R1tm R0m: established, list signed both ways$
we to MIT: IKt R0Kt: established$
we with another first to MIT: IXKt R3K R1t R1tm R0m: established, list signed both ways$
we with both numbers to MIT: IWKt R0Wt: established$
MIT to us, the list changed: IKYt R3Ktm: not established$
we to MIT, the list changed: IXKYt R3K R1t R1tm: not established$
MIT to us, one way: IKt R0K: established$
MIT to us, who like another better, one way: IKt R3Km R0m: established, list signed both ways$
MIT with NTLM first to us, one way: INKt R3K R1tm R0m: established, list signed both ways$
we to MIT, one way: IKt R0K: established$
we with another first to MIT, one way: IXKt R3K R1tm R0m: established, list signed both ways$
we with both numbers to MIT, one way: IWKt R0W: established$
MIT to us, the list changed, one way: IKYt R3Km: not established$
we to MIT, the list changed, one way: IXKYt R3K R1tm R2: not established$
NTLM, MIT to us: INt R1Nt R1tm R0m: established, list signed both ways$
NTLM, MIT to us, who like Kerberos better: INt R3Nt R1tm R0m: established, list signed both ways$
NTLM, MIT with Kerberos first to us: IKNt R3N R1t R1t R1tm R0m: established, list signed both ways$
NTLM, we to MIT: INt R1Nt R1tm R0m: established, list signed both ways$
NTLM, we with Kerberos first to MIT: IKNt R3N R1t R1t R1tm R0m: established, list signed both ways$
NTLM, MIT to us, the list changed: INYt R1Nt R1tm R2: not established$
NTLM, we to MIT, the list changed: IKNYt R3N R1t R1t R1tm R2: not established$
EOW
    )
    check "$1who does not fit is told so" 0 'MIT: A token had an invalid Message Integrity Check' cat "$work/spnego.out"
}
"$peers/spnego" HTTP/www.example.test "${KRB5_KTNAME#FILE:}" "${KRB5CCNAME#FILE:}" alice "$(password_of alice)" >"$work/spnego.out" 2>&1
each_way '' '^$'

# RC4, whose checksums are of another form and do not cover their numbers
printf '[libdefaults]\nallow_rc4 = true\nallow_weak_crypto = true\npermitted_enctypes = rc4-hmac aes256-cts aes128-cts\n' >"$work/rc4.conf"
export KRB5_CONFIG="$work/rc4.conf:$KRB5_CONFIG" KRB5CCNAME="FILE:$work/rc4"
printf '%s\n' "$(password_of alice)" | kinit alice >/dev/null
kvno -q -e rc4-hmac HTTP/www.example.test
check 'the key is one of RC4' 0 'skey, tkt\): (DEPRECATED:)?arcfour-hmac' klist -e
"$peers/spnego" HTTP/www.example.test "${KRB5_KTNAME#FILE:}" "${KRB5CCNAME#FILE:}" alice "$(password_of alice)" >"$work/spnego.out" 2>&1
each_way 'RC4: ' 'established, list.*one way|, one way: .*(signed|not established)'
check 'RC4: where both ends have one number, a checksum is nobody'"'"'s' 0 '^we with another first to MIT, one way: IXKt R3K: not established$' \
    cat "$work/spnego.out"
check 'RC4: we ask for none' 0 '^MIT to us, who like another better, one way: IKt R2: not established$' cat "$work/spnego.out"
finish
