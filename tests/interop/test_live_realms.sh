#!/bin/bash
# Several realms in one live process, behind one port: MIT's clients go from one to the next, by
# [capaths] and by the KDCs' referrals, and each realm keeps to its own users and passwords.
. tests/interop/lib.sh
scenario=scenarios/cross-realm.yaml
"$tessera" live --port 0 --kpasswd-port 0 --http-port 0 --pid-file "$work/pid" "$scenario" >"$work/live.out" 2>&1 &
live=$!
for _ in $(seq 600); do [ -s "$work/pid" ] && grep -q '^tessera live:' "$work/live.out" && break; sleep 0.05; done
of() { sed -n "s/.*$1 port \([0-9]*\).*/\1/p" "$work/live.out" | head -n 1; }
eval "$("$tessera" env --dir "$work/env" --port "$(of 'KDC on [^ ]*')" --kpasswd-port "$(of 'kpasswd on')" \
    --http-port "$(of 'HTTP on')" "$scenario")"
conf=$KRB5_CONFIG
check 'it says which realms it serves' 0 '^tessera live: realms EXAMPLE.TEST MIDDLE.TEST FAR.TEST, KDC' head -n 1 "$work/live.out"
check 'krb5.conf has all of them' 0 '^3$' grep -cE '^  [A-Z.]+ = \{$' <(sed '/capaths/,$d' "$conf")
check 'and the way' 0 'FAR.TEST = MIDDLE.TEST' cat "$conf"
check 'a user of the first' 0 '' sh -c 'echo alice-pw-1 | kinit alice'
check 'a service of her own' 0 'kvno = ' kvno HTTP/www.example.test
check 'a service of the last, by the way in krb5.conf' 0 'kvno = ' kvno HTTP/www.far.test@FAR.TEST
check 'from hand to hand' 0 'krbtgt/FAR.TEST@MIDDLE.TEST' klist
check 'the ticket opens with the keytab of that realm' 0 'keytab entry valid' kvno -k "$KRB5_KTNAME" HTTP/www.far.test
check 'a password of the first is none of the last' 1 'not found in Kerberos database' sh -c 'echo alice-pw-1 | kinit -c "$0/other" alice@FAR.TEST' "$work"
check 'a user of the last, to her own KDC' 0 '' sh -c 'echo carol-pw-1 | kinit -c "$0/other" carol@FAR.TEST' "$work"
check 'changes her password there' 0 'Password changed' sh -c 'printf "carol-pw-1\nNew-pw-22\nNew-pw-22\n" | kpasswd carol@FAR.TEST'
check 'which counts' 0 '' sh -c 'echo New-pw-22 | kinit -c "$0/other" carol@FAR.TEST' "$work"
check 'by TCP' 0 '' sh -c 'sed "s/^\[libdefaults\]/&\n  udp_preference_limit = 1/" "$KRB5_CONFIG" >"$0/tcp.conf"; echo New-pw-22 | KRB5_CONFIG=$0/tcp.conf kinit -c "$0/other" carol@FAR.TEST' "$work"
check 'a realm that nobody serves' 1 'Cannot find KDC|KDC reply did not match|Realm not local' sh -c 'echo x | kinit x@NO.TEST'

# our own client, by the same krb5.conf
export KRB5CCNAME=FILE:$work/ours
check 'tessera logon' 0 'krbtgt/EXAMPLE.TEST' sh -c 'echo alice-pw-1 | "$0" logon -q alice' "$tessera"
check 'tessera ticket goes where [domain_realm] has the host' 0 'is one of FAR.TEST, as this machine is configured' "$tessera" ticket HTTP/www.far.test
check 'and has the ticket of that realm' 0 'HTTP/www.far.test@FAR.TEST' klist
sed '/^\[capaths\]/,$d; s/^  .*far.test = .*/  www.example.test = FAR.TEST/' "$conf" >"$work/wrong.conf"
check 'a host in the wrong realm is looked for there' 1 'Server HTTP/www.example.test@FAR.TEST not found' env KRB5_CONFIG="$work/wrong.conf" "$tessera" ticket -q HTTP/www.example.test
unset KRB5CCNAME; eval "$("$tessera" env --dir "$work/env" --port "$(of 'KDC on [^ ]*')" --kpasswd-port "$(of 'kpasswd on')" --http-port "$(of 'HTTP on')" "$scenario")"

# without [domain_realm] and [capaths]: the KDCs send her on
sed '/^\[domain_realm\]/,$d' "$conf" >"$work/plain.conf"
export KRB5_CONFIG=$work/plain.conf
check 'logged on anew' 0 '' sh -c 'echo alice-pw-1 | kinit alice'
check 'a referral leads to the last' 0 'kvno = ' kvno HTTP/www.far.test
check 'which its KDC has made' 0 'Ticket server: HTTP/www.far.test@FAR.TEST' klist
check 'the page of its service' 0 '^complete$' "$peers/gss" 127.0.0.1:"$(of 'HTTP on')" HTTP/www.far.test
check 'is for her, of another realm' 0 '^alice@EXAMPLE.TEST$' "$peers/gss" 127.0.0.1:"$(of 'HTTP on')" HTTP/www.far.test
check 'the narration names who answers' 0 'middle  .*is for this KDC|middle  .*krbtgt/FAR.TEST' cat "$work/live.out"
stop_live
check 'it ends in order' 0 '^0$' echo $?
finish
