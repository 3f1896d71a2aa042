#!/bin/bash
# A realm that lasts, under real clients: what changes in the store counts from the next request on,
# and a password changed by kpasswd is there after kill -9.
. tests/interop/lib.sh
store=$work/realm
a() { local what=$1; shift; "$tessera" account "$what" --store "$store" "$@"; }
as() { printf '%s\n' "$2" | kinit "$1"; }
a init --realm EXAMPLE.TEST >/dev/null
serve() {
    rm -f "$work/pid"
    # shellcheck disable=SC2086
    "$tessera" live --store "$store" --port 0 --kpasswd-port 0 --pid-file "$work/pid" --quiet ${spn-} >"$work/live.out" 2>&1 &
    live=$!
    for _ in $(seq 600); do [ -s "$work/pid" ] && grep -q '^tessera live:' "$work/live.out" && break; sleep 0.05; done
    port=$(sed -n 's/.*KDC on [^ ]* port \([0-9]*\).*/\1/p' "$work/live.out")
    kpasswd_port=$(sed -n 's/.*kpasswd on port \([0-9]*\).*/\1/p' "$work/live.out")
    export KRB5_CONFIG=$work/krb5.conf KRB5CCNAME=FILE:$work/cc
    printf '[libdefaults]\n default_realm = EXAMPLE.TEST\n dns_lookup_kdc = false\n[realms]\n EXAMPLE.TEST = {\n kdc = 127.0.0.1:%s\n kpasswd_server = 127.0.0.1:%s\n }\n' "$port" "$kpasswd_port" >"$KRB5_CONFIG"
}
serve
check 'nobody is there yet' 1 'not found in Kerberos database' as bob bob-pw-1
echo bob-pw-1 | a add bob --password-file - >/dev/null 2>&1
check 'an account that another process adds can log on' 0 '' as bob bob-pw-1
a add web --random >/dev/null
check 'no SPN yet' 1 'not found in Kerberos database' kvno HTTP/new
"$tessera" setspn --store "$store" -S HTTP/new web >/dev/null
check 'an SPN that is registered meanwhile' 0 'HTTP/new@EXAMPLE.TEST: kvno = 1' kvno HTTP/new
a set web --random >/dev/null
check 'new keys meanwhile' 0 'kvno = 2' sh -c 'kdestroy -q; echo bob-pw-1 | kinit bob >/dev/null && kvno HTTP/new'
check 'kpasswd changes it in the store' 0 'Password changed' sh -c 'printf "bob-pw-1\nbob-pw-2\nbob-pw-2\n" | kpasswd bob'
kill -9 "$live"; wait "$live" 2>/dev/null; live=
check 'it is there after kill -9' 0 'kvno 2' a list bob
serve
check 'and counts' 0 '' as bob bob-pw-2
check 'the old one does not' 1 'Password incorrect' as bob bob-pw-1
a set bob --flags disabled
check 'closed meanwhile' 1 'revoked' as bob bob-pw-2
stop_live
check 'ends in order' 0 '^0$' echo $?
a set bob --flags - >/dev/null
a set web --spn HTTP/www.example.test >/dev/null
serve
as bob bob-pw-2 >/dev/null
a delete bob
check 'deleted between AS and TGS: no ticket for anybody' 1 'not found in Kerberos database' kvno HTTP/new
echo bob-pw-2 | a add bob --password-file - >/dev/null 2>&1
stop_live
printf 'title: L\nrealm: {name: EXAMPLE.TEST, attempts: 3}\naccounts:\n  - {name: bob, password: bob-pw-2}\n' >"$work/limit.yaml"
keep=$store store=$work/limit
"$tessera" account import --store "$store" "$work/limit.yaml" >/dev/null
serve
for _ in $(seq 6); do as bob wrong >/dev/null 2>&1 & wrong="${wrong-} $!"; done
# shellcheck disable=SC2086
wait $wrong
check 'wrong passwords close an account of a store' 1 'revoked' as bob bob-pw-2
stop_live
store=$keep
check 'live: the web service of a name that nobody has' 2 'no account has the name HTTP/nobody' "$tessera" live --store "$store" --port 0 --http-port 0 --spn HTTP/nobody
spn='--http-port 0 --spn HTTP/www.example.test' serve
http=$(sed -n 's/.*HTTP on port \([0-9]*\).*/\1/p' "$work/live.out")
as bob bob-pw-2 >/dev/null
check 'the web service of a store' 0 '^complete$' "$peers/gss" "127.0.0.1:$http" HTTP/www.example.test
check 'and without a ticket' 0 '^401$' curl -s -o /dev/null -w '%{http_code}\n' --connect-to "www.example.test:80:127.0.0.1:$http" http://www.example.test/
stop_live
check 'live: no such store' 2 'No such file' "$tessera" live --store "$work/nowhere" --port 0
check 'live: a store and a scenario' 2 'realm of its own' "$tessera" live --store "$store" example-test
finish
