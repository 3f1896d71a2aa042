#!/bin/bash
# Tickets with PACs: MIT's clients take them, tshark and impacket read what is in them.
. tests/interop/lib.sh
python=/usr/bin/python3 # Debian's: its packages are there
sid=S-1-5-21-1004336348-1177238915-682003330
sed "s/^  name: EXAMPLE.TEST/&\n  sid: $sid\n  groups: [{name: Staff, rid: 1105}, {name: Rare, rid: 1190}]/
     s/^    password: alice-pw-1/&\n    rid: 1104\n    full_name: Alice\n    groups: [Staff, Rare]/" \
    scenarios/example-test.yaml >"$work/domain.yaml"
start_live --record "$work/live.pcapng" "$work/domain.yaml"
pw=$(password_of alice)
kinit_alice() { printf '%s\n' "$pw" | kinit "$@" alice; }
reads() { "$python" tests/interop/pac.py "$work/cc" "$work/env/realm.keytab" "$1"; }
export KRB5CCNAME=FILE:$work/cc

check 'kinit' 0 '' kinit_alice -r 2d
check 'kvno, and the keytab opens the ticket' 0 'kvno = ' kvno -k "$work/env/krb5.keytab" host/server.example.test
check 'kvno for the other service' 0 'kvno = ' kvno HTTP/www.example.test
check 'impacket reads user and domain' 0 "user alice of EXAMPLE $sid 1104" reads host/server.example.test
check 'the groups' 0 '^groups 513 1105 1190$' reads host/server.example.test
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
finish
