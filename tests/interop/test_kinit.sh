#!/bin/bash
# MIT's kinit, kvno and klist against `tessera live`: password, keytab, each encryption type, the
# refusals in kinit's own words, UDP and TCP.
. tests/interop/lib.sh
start_live
pw=$(password_of alice)
config() { # LIBDEFAULTS-LINE...    a krb5.conf with more in it
    export KRB5_CONFIG=$work/krb5.conf
    sed "/^\[libdefaults\]/r /dev/stdin" "$work/env/krb5.conf" >"$KRB5_CONFIG" <<<"$(printf '%s\n' "$@")"
}
kinit_alice() { printf '%s\n' "$pw" | kinit "$@" alice; }
wrong() { echo wrong | kinit "$1"; }

check 'kinit with the password' 0 '' kinit_alice
check 'klist shows the TGT' 0 'krbtgt/EXAMPLE.TEST@EXAMPLE.TEST' klist -e
check 'kvno gets a service ticket' 0 'HTTP/www.example.test@EXAMPLE.TEST: kvno = [0-9]+' kvno HTTP/www.example.test
check 'klist shows the service ticket and its types' 0 'skey.*tkt.*aes256-cts-hmac-sha1-96' klist -e
check 'kvno of an unknown service' 1 'Server HTTP/nosuch.example.test@EXAMPLE.TEST not found in Kerberos database' kvno HTTP/nosuch.example.test
check 'kinit with a wrong password' 1 'Password incorrect while getting initial credentials' wrong alice
check 'kinit of an unknown client' 1 "Client 'nobody@EXAMPLE.TEST' not found in Kerberos database" wrong nobody
check 'kinit with a keytab' 0 '' kinit -k -t "$work/env/krb5.keytab" host/server.example.test
check 'klist reads our keytab' 0 'host/server.example.test@EXAMPLE.TEST.*aes256-cts-hmac-sha1-96' klist -ket "$work/env/krb5.keytab"
check 'kinit -f -r: forwardable and renewable' 0 '' kinit_alice -f -r 2d
check 'klist -f says so' 0 'Flags: FR' klist -f
check 'kinit -R renews' 0 '' kinit -R
check 'kinit -l 1h' 0 '' kinit_alice -l 1h
check 'kinit -p: proxiable' 0 '' kinit_alice -p
check 'klist -f shows P' 0 'Flags: [A-Z]*P' klist -f

for etype in aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96 aes256-cts-hmac-sha384-192 \
    aes128-cts-hmac-sha256-128 rc4-hmac; do
    more='allow_weak_crypto = true'
    [ $etype = rc4-hmac ] && more='allow_rc4 = true'
    name=$etype
    [ $etype = rc4-hmac ] && name=arcfour-hmac
    config "default_tkt_enctypes = $etype" "default_tgs_enctypes = $etype" "permitted_enctypes = $etype" "$more"
    check "kinit with $etype only" 0 '' kinit_alice
    check "klist -e shows $etype" 0 "Etype \(skey, tkt\): (DEPRECATED:)?$name," klist -e
    check "kvno with $etype only" 0 'kvno = ' kvno HTTP/www.example.test
done
config 'udp_preference_limit = 1'
check 'kinit over TCP' 0 '' kinit_alice
check 'kvno over TCP' 0 'kvno = ' kvno host/server.example.test
check 'the narration names TCP' 0 'TCP' cat "$work/live.out"

stop_live
check 'live ends cleanly on SIGTERM' 0 '' test $? = 0
check 'its pid file is gone' 1 '' test -e "$work/pid"
check 'exec passes the status on' 3 '' "$tessera" exec -- sh -c 'exit 3'
check 'exec: no such command is 127' 127 'No such file' "$tessera" exec -- /nonexistent/command
check 'exec: not a program is 126' 126 'denied' "$tessera" exec -- /etc/passwd
check 'exec runs kinit' 0 'Default principal: alice@EXAMPLE.TEST' "$tessera" exec -- sh -c "echo '$pw' | kinit alice >/dev/null && klist"
finish
