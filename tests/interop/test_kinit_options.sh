#!/bin/bash
# MIT's kinit, with each option that changes the first request, and accounts in each state: what
# klist shows and what kinit says to its user.
. tests/interop/lib.sh

# The built-in realm with more people in it.
realm=$work/realm.yaml
soon=$(date -u -d '+3 days 1 hour' +%Y-%m-%dT%H:%M:%SZ)
{
    sed '/^parties:/,$d' scenarios/example-test.yaml | sed '/^realm:/a\  attempts: 3\n  attempt_window: 30m'
    cat <<EOF
  - {name: kadmin/changepw}
  - {name: grace, password: grace-pw-1, upn: grace.hopper@example.org}
  - {name: heidi, password: heidi-pw-1, flags: [locked]}
  - {name: ivan, password: ivan-pw-1, password_expires: $soon}
  - {name: judy, password: judy-pw-1, password_expires: 2020-01-01T00:00:00Z}
  - {name: ken, password: ken-pw-1}
  - {name: lena, password: lena-pw-1, flags: [not-delegated]}
  - {name: mike, password: mike-pw-1, max_life: 1h, max_renew: 3h}
parties:
  - {name: kdc, role: kdc}
  - {name: www, role: service, spn: HTTP/www.example.test}
EOF
} >"$realm"
check 'the realm is a scenario' 0 '' "$tessera" check "$realm"
start_live "$realm"

as() { # WHO OPTION...    with the lab password
    local who=$1
    shift
    printf '%s-pw-1\n' "${who%%[.@]*}" | kinit "$@" "$who"
}
flags() { klist -f | sed -n 's/.*Flags: //p' | head -n 1; }
# The length of the first ticket in minutes, from its own times.
minutes() {
    local line
    line=$(klist | sed -n '/krbtgt/{s/  */ /g;p;q}')
    set -- $line
    echo $((($(date -ud "$3 $4" +%s) - $(date -ud "$1 $2" +%s) + 30) / 60))
}

# ---- options
check 'kinit -f' 0 '' as alice -f
check 'forwardable' 0 '^F[A-Z]*IA' flags
check 'kinit -F' 0 '' as alice -F
check 'not forwardable' 0 '^R?IA' flags
check 'kinit -p' 0 '' as alice -p
check 'proxiable' 0 '^P[A-Z]*IA' flags
check 'kinit -P' 0 '' as alice -P
check 'not proxiable' 0 '^R?IA' flags
check 'kinit -f -p of an account that may not be delegated' 0 '' as lena -f -p
check 'neither' 0 '^R?IA' flags
check 'kinit -l 2h -r 3d' 0 '' as alice -l 2h -r 3d
check 'renewable' 0 '^RIA' flags
check 'for two hours' 0 '^120$' minutes
check 'kinit -l 20h: the realm has a say' 0 '' as alice -l 20h
check 'for ten' 0 '^600$' minutes
check 'kinit -l 2h -r 3d of an account that has less' 0 '' as mike -l 2h -r 3d
check 'for one' 0 '^60$' minutes
check 'its renewal ends early too' 0 'renew until' klist
check 'the narration says which bound decides' 0 "the client's most" cat "$work/live.out"

# ---- postdated
start=$(date -d '+1 hour' +%Y%m%d%H%M%S)
check 'kinit -s: in an hour' 0 '' as alice -s "$start"
check 'postdated and invalid' 0 '^Dd?iR?IA' flags
check 'kvno with it is refused' 1 'Ticket not yet valid while getting credentials' kvno HTTP/www.example.test
check 'kinit -s far ahead is refused' 1 'Ticket is ineligible for postdating' as alice -s 30d
check 'kinit -v too early is refused' 1 'Ticket not yet valid while validating credentials' kinit -v

# ---- addresses
check 'kinit -a' 0 '' as alice -a
check 'klist -a shows where' 0 'Addresses: [^(]' klist -a
check 'kinit -A' 0 '' as alice -A
check 'klist -a: anywhere' 0 'Addresses: \(none\)' klist -a

# ---- names
check 'kinit -E by UPN' 0 '' as grace.hopper@example.org -E
check 'the ticket has the account'"'"'s own name' 0 'Default principal: grace@EXAMPLE.TEST' klist
check 'and gets others' 0 'kvno = ' kvno HTTP/www.example.test
check 'kinit -E by account and realm' 0 '' as grace@EXAMPLE.TEST -E
check 'kinit -E of nobody' 1 "Client 'nobody..?@example.org@EXAMPLE.TEST' not found in Kerberos database" as nobody@example.org -E
check 'kinit -C' 0 '' as alice -C
check 'klist' 0 'Default principal: alice@EXAMPLE.TEST' klist
check 'kinit -n is refused' 1 "Client 'WELLKNOWN/ANONYMOUS@EXAMPLE.TEST' not found in Kerberos database" kinit -n

# ---- services other than the TGS
check 'kinit -S' 0 '' as alice -S HTTP/www.example.test
check 'a service ticket, from a logon' 0 'HTTP/www.example.test@EXAMPLE.TEST' klist
check 'initial' 0 'IA' flags
check 'kinit -S kadmin/changepw' 0 '' as alice -S kadmin/changepw
check 'kinit -S of nobody' 1 'Server not found in Kerberos database' as alice -S HTTP/nosuch
check 'a logon for the rest' 0 '' as alice
check 'kvno kadmin/changepw: only a logon gets it' 1 'KDC policy rejects request' kvno kadmin/changepw

# ---- accounts
check 'disabled' 1 "Client's credentials have been revoked" as carol
check 'locked' 1 "Client's credentials have been revoked" as heidi
check 'expired' 1 "Client's entry in database has expired" as frank
check 'must change: kinit asks for a new password' 1 'Password expired.  You must change it now.' as erin
check 'password expired: the same' 1 'Password expired.  You must change it now.' as judy
check 'password that ends soon: kinit warns' 0 'Warning: Your password will expire in 3 days' as ivan
wrong() { echo wrong | kinit "$1"; }
for i in 1 2 3; do
    check "wrong password $i" 1 'Password incorrect' wrong ken
done
check 'then the right one is refused too' 1 "Client's credentials have been revoked" as ken
check 'others are not meant' 0 '' as alice

stop_live
check 'live ends cleanly' 0 '' test $? = 0

# ---- wrong passwords, all at once, on several threads: no more are tried than the realm allows
start_live --quiet --workers 4 "$realm"
for i in $(seq 24); do
    (echo "wrong$i" | kinit -c "$work/guess$i" ken >"$work/guess$i.out" 2>&1) &
    guesses[i]=$!
done
wait "${guesses[@]}"
cat "$work"/guess*.out >"$work/guesses"
check 'of 24 guesses at once 3 are tried' 0 '^3$' grep -c 'Password incorrect' "$work/guesses"
check 'the others are not' 0 '^21$' grep -c "credentials have been revoked" "$work/guesses"
check 'nor is the right one' 1 "credentials have been revoked" as ken
stop_live

# ---- the same names as Windows has them
sed '/^realm:/a\  names: windows' "$realm" | sed '/^parties:/i\  - {name: pc1$, password: pc1-pw-1, flags: [machine], spns: [HOST/pc1.example.test]}' >"$work/windows.yaml"
start_live "$work/windows.yaml"
cased() { echo alice-pw-1 | kinit "$@"; }
machine() { echo pc1-pw-1 | kinit "$@"; }
check 'kinit ALICE' 0 '' cased ALICE
check 'is called so' 0 'Default principal: ALICE@EXAMPLE.TEST' klist
check 'and served' 0 'kvno = ' kvno HTTP/pc1.example.test
check 'kinit -C ALICE' 0 '' cased -C ALICE
check 'is called alice' 0 'Default principal: alice@EXAMPLE.TEST' klist
check 'kinit -C pc1' 0 '' machine -C pc1
check 'is called pc1$' 0 'Default principal: pc1[$]@EXAMPLE.TEST' klist
check 'kinit pc1: no ticket under a name that is not its own' 1 "Client 'pc1@EXAMPLE.TEST' not found" machine pc1
stop_live
finish
