#!/bin/bash
# FAST (RFC 6113) with real peers: MIT's and Heimdal's kinit and kvno at `tessera live`, `tessera logon
# -T` at MIT's KDC.
. tests/interop/lib.sh
. tests/interop/mit_realm.sh
. tests/interop/heimdal.sh
trap 'stop_mit "$work/mit"; stop_heimdal "$work/h"; cleanup' EXIT

# ---- our KDC --------------------------------------------------------------------------------------
start_live
pw=$(password_of alice)
armor=$work/armor
traced() { # COMMAND...    with what MIT's library says of itself
    KRB5_TRACE=/dev/stdout "$@"
}
kinit_armored() { printf '%s\n' "${1}" | traced kinit -T "$armor" alice; }
check 'the host gets a ticket with its keytab' 0 '' kinit -k -t "$work/env/krb5.keytab" -c "$armor" host/server.example.test
check 'and is told, sealed, that FAST can be had' 0 'fast_avail.*yes' klist -C -c "$armor"
kinit_armored "$pw" >"$work/trace" 2>&1
check 'MIT: kinit -T' 0 'FAST armor key: aes256-cts' cat "$work/trace"
check 'MIT: the request goes inside' 0 'Encoding request body and padata into FAST request' cat "$work/trace"
check 'MIT: the error inside is read, with a cookie' 0 'Received cookie' cat "$work/trace"
check 'MIT: the encrypted challenge is used' 0 'encrypted_challenge \(138\) \(real\) returned: 0/Success' cat "$work/trace"
check 'MIT: and sent back' 0 'Processing preauth types: PA-ETYPE-INFO2 \(19\), PA-ENCRYPTED-CHALLENGE \(138\)$' cat "$work/trace"
check 'MIT: the reply key is strengthened' 0 'FAST reply key: aes256-cts' cat "$work/trace"
check 'MIT: the negotiation is confirmed' 0 'FAST negotiation: available' cat "$work/trace"
check 'MIT: which proof it was stands in the cache' 0 'pa_type.* = 138' klist -C
check 'MIT: kvno over FAST' 0 'FAST reply key' traced kvno HTTP/www.example.test
check 'MIT: its refusal inside the armor' 1 'not found in Kerberos database' kvno HTTP/nosuch.example.test
check 'MIT: a wrong password' 1 'Password incorrect' sh -c "echo wrong | kinit -T '$armor' alice"
check 'MIT: renewed over FAST' 0 'FAST reply key' sh -c "echo '$pw' | kinit -T '$armor' -r 2d alice >/dev/null && KRB5_TRACE=/dev/stdout kinit -R"
check 'MIT: with a keytab' 0 'FAST reply key' traced kinit -T "$armor" -k -t "$work/env/krb5.keytab" host/server.example.test
for etype in aes128-cts-hmac-sha1-96 aes256-cts-hmac-sha384-192 rc4-hmac; do
    sed "/^\[libdefaults\]/a permitted_enctypes = $etype aes256-cts-hmac-sha1-96\nallow_weak_crypto = true\nallow_rc4 = true" "$work/env/krb5.conf" >"$work/krb5.conf"
    check "MIT: kinit -T with a key of $etype" 0 'FAST reply key' env KRB5_CONFIG="$work/krb5.conf" KRB5_TRACE=/dev/stdout sh -c "echo '$pw' | kinit -T '$armor' alice"
done
check 'the KDC saw armor and challenge' 0 'by PA-ENCRYPTED-CHALLENGE' cat "$work/live.out"
# Heimdal 7.8's kinit sends PA-ENC-TIMESTAMP inside the armor and knows no encrypted challenge: the KDC
# asks again, as Windows does, and kinit takes that for a wrong password.
echo "$pw" >"$work/pw"
check 'Heimdal 7.8: kinit has no proof for inside the armor' 1 'Password incorrect' h kinit.heimdal \
    --password-file="$work/pw" --fast-armor-cache="FILE:$armor" -c "FILE:$work/h.cc" alice@EXAMPLE.TEST
check 'Heimdal 7.8: its armor was good, and hid the name' 0 'Options of the armor: hide-client-names' cat "$work/live.out"
stop_live

# ---- our client -----------------------------------------------------------------------------------
start_mit "$work/mit" MIT.TEST
for command in 'addprinc +requires_preauth -pw alice-pw-1 alice' 'addprinc -pw bob-pw-1 bob' \
    'addprinc -randkey host/pc.mit.test' 'addprinc -randkey HTTP/www.mit.test' \
    "ktadd -k $work/mit/keytab host/pc.mit.test"; do
    kadmin_mit "$work/mit" "$command" >/dev/null 2>&1
done
export KRB5_CONFIG=$work/mit/krb5.conf KRB5CCNAME=FILE:$work/cc
logon() { # PASSWORD ARG...
    local pw=$1
    shift
    printf '%s\n' "$pw" | "$tessera" logon "$@"
}
check 'ours: the host logs on at MIT'"'"'s KDC' 0 '' env KRB5CCNAME="FILE:$work/our.armor" "$tessera" logon -q -k -t "$work/mit/keytab" host/pc.mit.test
logon alice-pw-1 -T "FILE:$work/our.armor" alice >"$work/our.out" 2>&1
check 'ours: a logon in armor' 0 'becomes armor' cat "$work/our.out"
check 'ours: the error inside is believed' 0 'Inside the armor stands the true error: 25' cat "$work/our.out"
check 'ours: the challenge goes out' 0 'The client takes 138 PA-ENCRYPTED-CHALLENGE' cat "$work/our.out"
check 'ours: the KDC proves itself' 0 'The KDC has sealed its own time likewise' cat "$work/our.out"
check 'ours: the reply key is strengthened' 0 'mixed into the reply key' cat "$work/our.out"
check 'ours: the request is confirmed' 0 'it saw the request as it was sent' cat "$work/our.out"
check 'ours: klist reads the ticket' 0 'krbtgt/MIT.TEST@MIT.TEST' klist
check 'ours: the cache says that it was armored' 0 'pa_type.* = 138' klist -C
check 'ours: a ticket at MIT'"'"'s TGS, in armor' 0 'The logon was armored, so this request is too' "$tessera" ticket host/pc.mit.test
check 'ours: and it is granted' 0 'host/pc.mit.test@MIT.TEST' klist
check 'ours: MIT'"'"'s TGS refuses inside' 1 'Server HTTP/nosuch@MIT.TEST not found in Kerberos database' "$tessera" ticket -q HTTP/nosuch
check 'ours: MIT'"'"'s kvno goes on with it' 0 'kvno = ' kvno HTTP/www.mit.test
check 'ours: a wrong password, said inside' 1 'Password incorrect' logon wrong -q -T "FILE:$work/our.armor" alice
check 'ours: an account without pre-authentication' 0 '' logon bob-pw-1 -q -T "FILE:$work/our.armor" bob
check 'ours: an unknown name, said inside' 1 "Client 'nobody@MIT.TEST' not found" logon x -q -T "FILE:$work/our.armor" nobody
kdestroy -q
echo alice-pw-1 >"$work/hpw"
start_heimdal "$work/h" HEIM.TEST
for name in alice host/pc.heim.test; do
    kadmin_h "$work/h" add --use-defaults -p alice-pw-1 "$name" >/dev/null 2>&1
done
export KRB5_CONFIG=$work/h/krb5.conf
check 'ours: the host logs on at Heimdal'"'"'s KDC' 0 '' env KRB5CCNAME="FILE:$work/h.armor" "$tessera" logon -q --password-file "$work/hpw" host/pc.heim.test
logon alice-pw-1 -T "FILE:$work/h.armor" alice >"$work/our.out" 2>&1
check 'ours: Heimdal'"'"'s KDC takes armor and challenge' 0 'as Heimdal 7 does' cat "$work/our.out"
check 'ours: and gives a ticket' 0 'krbtgt/HEIM.TEST@HEIM.TEST' klist
check 'ours: no armor in the cache' 2 '' logon alice-pw-1 -q -T "FILE:$work/none" alice
finish
