#!/bin/bash
# `tessera logon` and `tessera ticket`: our client at MIT's KDC, with krb5.conf and caches as MIT has
# them.
. tests/interop/lib.sh
. tests/interop/mit_realm.sh
trap 'stop_mit "$work/mit"; cleanup' EXIT
start_mit "$work/mit" MIT.TEST
for command in 'addprinc +requires_preauth -pw alice-pw-1 alice' 'addprinc -pw bob-pw-1 bob' \
    'addprinc +needchange -pw carol-pw-1 carol' 'addprinc -allow_tix -pw dan-pw-1 dan' \
    'addprinc -randkey HTTP/www.mit.test' 'addprinc -randkey +ok_as_delegate host/server.mit.test' \
    "ktadd -k $work/mit/keytab HTTP/www.mit.test" "ktadd -norandkey -k $work/mit/user.keytab alice"; do
    kadmin_mit "$work/mit" "$command" >/dev/null 2>&1
done
export KRB5_CONFIG=$work/mit/krb5.conf KRB5CCNAME=FILE:$work/cc
logon() { # PASSWORD ARG...
    local pw=$1
    shift
    printf '%s\n' "$pw" | "$tessera" logon "$@"
}
check 'a logon, explained' 0 'PA-ETYPE-INFO2' logon alice-pw-1 alice
check 'klist reads the cache' 0 'krbtgt/MIT.TEST@MIT.TEST' klist
check 'and sees strong keys' 0 'aes256-cts-hmac-sha1-96' klist -e
check 'a cache has one logon' 0 '^1$' sh -c 'klist | grep -c krbtgt'
check 'tickets for two services' 0 'kvno = ' "$tessera" ticket -q HTTP/www.mit.test host/server.mit.test
check 'which are in the cache' 0 'HTTP/www.mit.test' klist
check 'and open with the service'"'"'s keytab' 0 'keytab entry valid' kvno -k "$work/mit/keytab" HTTP/www.mit.test
check 'MIT'"'"'s kvno goes on with our cache' 0 'kvno = ' kvno host/server.mit.test
check 'a service nobody knows: kvno'"'"'s words' 1 'Server HTTP/nowhere@MIT.TEST not found in Kerberos database' "$tessera" ticket -q HTTP/nowhere
check 'one that fails does not keep the others back' 1 'HTTP/www.mit.test@MIT.TEST: ' "$tessera" ticket -q HTTP/nowhere HTTP/www.mit.test
check 'a wrong password' 1 'Password incorrect' logon wrong -q alice
check 'nobody of that name' 1 "Client 'nobody@MIT.TEST' not found in Kerberos database" logon x -q nobody
check 'a password to be changed' 1 'Password has expired' logon carol-pw-1 -q carol
check 'an account that is closed' 1 "Client's credentials have been revoked|KDC policy rejects" logon dan-pw-1 -q dan
check 'by TCP' 0 'octets, TCP 88' logon bob-pw-1 --tcp bob
check 'forwardable, proxiable, renewable' 0 '' logon alice-pw-1 -q -f -p -r 2d alice
check 'as klist says' 0 'Flags: FPRIA' klist -f
check 'renewed' 0 '' "$tessera" logon -q -R
check 'and good still' 0 'kvno = ' kvno HTTP/www.mit.test
check 'a short life' 0 '' logon alice-pw-1 -q -l 5m alice
check 'postdated' 0 '' logon alice-pw-1 -q -s 1h alice
check 'is not valid yet' 0 'Flags: .*i' klist -f
check 'and cannot be validated before its time' 1 'Ticket not yet valid' "$tessera" logon -q -v
check 'for one address' 0 '' logon alice-pw-1 -q -a 127.0.0.1 alice
check 'which klist shows' 0 'Addresses: 127.0.0.1' klist -a -n
check 'only one etype' 0 '' logon alice-pw-1 -q --etypes aes128-cts-hmac-sha256-128 alice
check 'a ticket for a service at once' 0 'kadmin/changepw' logon alice-pw-1 -q -S kadmin/changepw alice
check 'from a keytab' 0 '' "$tessera" logon -q -k -t "$work/mit/user.keytab" alice
check 'the password in a file' 0 '' sh -c "echo alice-pw-1 >$work/pw; '$tessera' logon -q --password-file $work/pw alice"
check 'user to user' 0 'kvno = |alice@MIT.TEST' "$tessera" ticket -q --u2u "$KRB5CCNAME" alice
check 'as JSON' 0 '"kind": ?"packet"' logon alice-pw-1 --json alice
check 'a KDC that is not there' 2 "Cannot contact any KDC for realm 'MIT.TEST'" logon x -q --kdc 127.0.0.1:1 alice
check 'a port that is none: said before a password is asked for' 2 '^tessera: --kdc 127.0.0.1:99999: expected HOST' "$tessera" logon --kdc 127.0.0.1:99999 alice
check 'a realm nobody knows' 2 'Cannot find KDC for realm "NO.TEST"' logon x -q --realm NO.TEST alice
check 'a cache that is no file' 2 'only FILE:' env KRB5CCNAME=KEYRING:x "$tessera" ticket -q HTTP/www.mit.test
check 'no service given' 2 'which service' "$tessera" ticket
check 'a life that is none' 2 'no length of time' "$tessera" logon -l soon alice

# names: the host by DNS as krb5.conf says, the KDC by SRV where krb5.conf names none
python3 tests/interop/dns.py "$work/dns" www.mit.test=A:127.0.0.1 web.mit.test=CNAME:www.mit.test \
    svc.mit.test=A:127.0.0.9 9.0.0.127.in-addr.arpa=PTR:www.mit.test \
    _kerberos._udp.MIT.TEST=SRV:20:1:127.0.0.1 _kerberos._udp.MIT.TEST=SRV:10:$mit_port:127.0.0.1 &
dns=$!
trap 'kill $dns; stop_mit "$work/mit"; cleanup' EXIT
for _ in $(seq 100); do [ -s "$work/dns" ] && break; sleep 0.05; done
conf_with() { # LINE...    krb5.conf with other lines in [libdefaults]
    sed '/dns_canonicalize_hostname/d; /rdns/d' "$work/mit/krb5.conf" >"$work/names.conf"
    for line in "$@"; do sed -i "s/^\[libdefaults\]/&\n  $line/" "$work/names.conf"; done
    export KRB5_CONFIG=$work/names.conf
}
named() { "$tessera" ticket -q --dns 127.0.0.1:"$(cat "$work/dns")" "$@"; }
logon alice-pw-1 -q alice
conf_with 'dns_canonicalize_hostname = false'
check 'as typed: an alias is no name of a service' 1 'Server HTTP/web.mit.test@MIT.TEST not found' named HTTP/web.mit.test
conf_with 'rdns = false'
check 'forward: the alias is followed' 0 '^HTTP/www.mit.test@MIT.TEST: kvno' named HTTP/web.mit.test
check 'and no further' 1 'Server HTTP/svc.mit.test@MIT.TEST not found' named HTTP/svc.mit.test
conf_with 'dns_canonicalize_hostname = true'
check 'reverse: the name that the address points back to' 0 '^HTTP/www.mit.test@MIT.TEST: ' named HTTP/svc.mit.test
conf_with 'dns_canonicalize_hostname = fallback'
check 'fallback: as typed, then forward' 0 '^HTTP/www.mit.test@MIT.TEST: ' named HTTP/web.mit.test
check 'a name server that is not there: as typed' 0 '^HTTP/www.mit.test@MIT.TEST: ' "$tessera" ticket -q --dns 127.0.0.1:1 HTTP/www.mit.test
printf '[libdefaults]\n  default_realm = MIT.TEST\n  dns_canonicalize_hostname = false\n' >"$work/srv.conf"
export KRB5_CONFIG=$work/srv.conf
by_srv() { logon alice-pw-1 --dns 127.0.0.1:"$(cat "$work/dns")" "$@" alice; }
check 'no KDC in krb5.conf: by SRV' 0 'krbtgt/MIT.TEST@MIT.TEST' by_srv -q
check 'which the narration shows' 0 '_kerberos._udp.MIT.TEST' by_srv
check 'for a service too' 0 '^HTTP/www.mit.test@MIT.TEST: ' named HTTP/www.mit.test
check 'a realm that DNS does not know either' 1 'Cannot find KDC for realm "NO.TEST"' by_srv -q --realm NO.TEST
printf '[libdefaults]\n  default_realm = MIT.TEST\n  dns_lookup_kdc = false\n' >"$work/srv.conf"
check 'dns_lookup_kdc = false: it is not asked' 2 'Cannot find KDC for realm "MIT.TEST"' by_srv -q
export KRB5_CONFIG=$work/mit/krb5.conf
printf '[realms]\n  A = {\n' >"$work/bad.conf"
check 'a krb5.conf with an open brace: where' 2 "bad.conf:[0-9]+: the file ends inside of braces" env KRB5_CONFIG="$work/bad.conf" "$tessera" ticket HTTP/x
finish
