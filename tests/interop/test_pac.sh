#!/bin/bash
# Tickets with PACs: MIT's clients take them, tshark and impacket read what is in them.
. tests/interop/lib.sh
python=/usr/bin/python3 # Debian's: its packages are there
sid=S-1-5-21-1004336348-1177238915-682003330
start_live --record "$work/live.pcapng"
pw=$(password_of alice)
kinit_alice() { printf '%s\n' "$pw" | kinit "$@" alice; }
reads() { "$python" tests/interop/pac.py "$work/cc" "$work/env/realm.keytab" "$1"; }
export KRB5CCNAME=FILE:$work/cc

check 'kinit' 0 '' kinit_alice -r 2d
check 'kvno, and the keytab opens the ticket' 0 'kvno = ' kvno -k "$work/env/krb5.keytab" host/server.example.test
check 'kvno for the other service' 0 'kvno = ' kvno HTTP/www.example.test
check 'impacket reads user and domain' 0 "user alice of EXAMPLE $sid 1203" reads host/server.example.test
check 'the groups' 0 '^groups 513 1201 1202$' reads host/server.example.test
check 'how she logged on' 0 '^extra S-1-18-1$' reads host/server.example.test
check 'the client' 0 '^client alice$' reads HTTP/www.example.test
check 'the signatures' 0 '^signature 7 20' reads HTTP/www.example.test
check 'kinit -R: the PAC goes on' 0 '' kinit -R
check 'and is believed' 0 'kvno = ' kvno HTTP/www.example.test
check 'impacket still reads it' 0 'user alice of EXAMPLE' reads HTTP/www.example.test
check 'kinit --no-request-pac' 0 '' kinit_alice --no-request-pac
check 'gets a ticket without one' 0 'kvno = ' kvno HTTP/www.example.test
check 'with nothing in it to read' 1 'no authorization data' reads HTTP/www.example.test
stop_live

text=$(tshark -n -r "$work/live.pcapng" -d "udp.port==$port,kerberos" -d "tcp.port==$port,kerberos" \
    -o kerberos.decrypt:TRUE -o "kerberos.file:$work/env/realm.keytab" -V 2>/dev/null)
check 'tshark finds PACs' 0 'PAC_LOGON_INFO' printf '%s' "$text"
check 'nothing malformed' 1 '' grep -qiE 'malformed|\[Expert Info \(Error' <<<"$text"
check "tshark's user" 0 'Acct Name: alice|Account Name: alice' printf '%s' "$text"
check "tshark's domain" 0 "Domain: EXAMPLE|$sid" printf '%s' "$text"

# A domain in a store: what is said of accounts there goes into their PACs, and through an export.
store=$work/store
account() { "$tessera" account --store "$1" "${@:2}"; }
echo "$pw" >"$work/pw"
check 'a domain in a store' 0 '' account "$store" init --realm EXAMPLE.TEST --sid $sid
check 'with an account' 0 '' account "$store" add alice --password-file "$work/pw" --group 1190 --full-name Alice
check 'that has the first RID' 0 '^alice .*RID 1104  groups 1190$' account "$store" list alice
check 'and a service' 0 '' account "$store" add host/server.example.test --password-file "$work/pw"
check 'that has the next' 0 'RID 1105$' account "$store" list host/server.example.test
check 'a group that there is not' 2 'no group Nobodies' account "$store" add x --random --group Nobodies
check 'its export' 0 '' account "$store" export --output "$work/export.yaml"
check 'is imported' 0 '' account "$work/store2" import "$work/export.yaml"
check 'and exported again' 0 '' account "$work/store2" export --output "$work/export2.yaml"
check 'the same' 0 '' cmp "$work/export.yaml" "$work/export2.yaml"
rm -f "$work/pid"
"$tessera" live --port 0 --kpasswd-port 0 --pid-file "$work/pid" --store "$work/store2" >"$work/live.out" 2>&1 &
live=$!
for _ in $(seq 100); do [ -s "$work/pid" ] && break; sleep 0.05; done
port=$(sed -n 's/.*KDC on [^ ]* port \([0-9]*\).*/\1/p' "$work/live.out" | head -n 1)
export KRB5_CONFIG=$work/krb5.conf
printf '[libdefaults]\n default_realm = EXAMPLE.TEST\n dns_lookup_kdc = false\n[realms]\n EXAMPLE.TEST = {\n kdc = 127.0.0.1:%s\n }\n' "$port" >"$KRB5_CONFIG"
check 'kinit at the store' 0 '' kinit_alice
check 'kvno' 0 'kvno = ' kvno host/server.example.test
account "$work/store2" keytab --output "$work/env/realm.keytab" >/dev/null
check 'impacket reads her from the store' 0 "user alice of EXAMPLE $sid 1104" reads host/server.example.test
check 'her groups' 0 '^groups 513 1190$' reads host/server.example.test
before=$(sed -n '/name: "alice"/,/nt_hash/s/.*nt_hash: //p' "$work/export.yaml")
echo another-pw-1 >"$work/pw"
check 'a new password' 0 '' account "$work/store2" set alice --password-file "$work/pw"
account "$work/store2" export --output "$work/export3.yaml"
check 'is another NT hash' 1 '' grep -q "$before" <(sed -n '/name: "alice"/,/keys:/p' "$work/export3.yaml")
stop_live
finish
