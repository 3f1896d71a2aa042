#!/bin/bash
# Changes of passwords (RFC 3244): MIT's kpasswd and kinit at our KDC, our client at ours and at
# MIT's kadmind.
. tests/interop/lib.sh
. tests/interop/mit_realm.sh
command -v kpasswd >/dev/null || { echo "not ok kpasswd is not there"; exit 1; }
trap 'stop_mit "$work/mit"; cleanup' EXIT
cat >"$work/realm.yaml" <<E2
title: Passwords
realm: {name: EXAMPLE.TEST, password_min: 8, password_history: 1}
accounts:
  - {name: alice, password: alice-pw-1}
  - {name: fresh, password: fresh-pw-1, flags: [must-change-password]}
  - {name: closed, password: closed-pw-1, flags: [disabled]}
  - {name: helpdesk, password: helpdesk-pw-1, flags: [sets-passwords]}
  - {name: websvc, spns: [HTTP/www.example.test]}
parties:
  - {name: kdc, role: kdc}
  - {name: www, role: service, spn: HTTP/www.example.test}
E2
start_live --record "$work/live.pcapng" "$work/realm.yaml"
export KRB5CCNAME=FILE:$work/cc
kpasswd_of() { # PRINCIPAL OLD NEW
    printf '%s\n%s\n%s\n' "$2" "$3" "$3" | kpasswd "$1"
}
logon() { # PRINCIPAL PASSWORD
    printf '%s\n' "$2" | kinit "$1"
}
ours() { # OLD NEW ARG...
    local old=$1 new=$2
    shift 2
    printf '%s\n%s\n' "$old" "$new" | "$tessera" passwd "$@"
}
check 'kpasswd changes a password' 0 'Password changed' kpasswd_of alice alice-pw-1 Second-password
check 'the old one is wrong now' 1 'Password incorrect' logon alice alice-pw-1
check 'the new one is right' 0 '' logon alice Second-password
check 'kpasswd with a wrong old password' 1 'Password incorrect|Preauthentication failed' kpasswd_of alice alice-pw-1 Third-password
check 'too short: our words arrive' 2 'The password must have at least 8 characters' kpasswd_of alice Second-password abc
check 'the same again' 2 'must not be the old one' kpasswd_of alice Second-password Second-password
check 'a closed account' 1 'revoked' kpasswd_of closed closed-pw-1 Closed-password
first_logon() {
    printf 'fresh-pw-1\nFresh-password\nFresh-password\n' | kinit fresh && klist
}
check 'kinit asks for a new password and logs on' 0 'krbtgt/EXAMPLE.TEST' first_logon
check 'with the new one it asks no more' 0 '' logon fresh Fresh-password
check 'our client changes it here' 0 'Password changed' ours Second-password Fourth-password alice
check 'and MIT logs on with it' 0 '' logon alice Fourth-password
check 'our client reads the refusal' 1 'Password change rejected: The password must have' ours Fourth-password abc -q alice
check 'another account needs the right to' 1 'Access denied: you may not set' ours Fourth-password Other-password -q -u fresh alice
check 'and by TCP' 0 'TCP 464' ours Fourth-password Fifth-password --tcp alice
check 'the one before it is known still' 2 'must not be one of the 1 before' kpasswd_of alice Fifth-password Fourth-password
check 'one older than that is forgotten' 0 'Password changed' kpasswd_of alice Fifth-password Second-password
check 'and the next' 0 'Password changed' ours Second-password Sixth-password -q alice
check 'after which the fifth is old enough' 0 'Password changed' ours Sixth-password Fifth-password -q alice
setpw() { "$peers/setpw" "$@"; }
check "MIT's krb5_set_password sets another's" 0 '^0 ' setpw helpdesk helpdesk-pw-1 fresh Set-password
check 'which counts' 0 '' logon fresh Set-password
check 'who may not, may not' 1 '^5 Access denied: you may not set' setpw fresh Set-password alice Set-password
check 'an account that is not there' 1 '^2 Server error' setpw helpdesk helpdesk-pw-1 nobody Set-password
check 'one of another realm' 1 '^2 Server error' setpw helpdesk helpdesk-pw-1 alice@OTHER.TEST Set-password
check "and the policy is another's too" 1 '^4 Password change rejected: The password must have' setpw helpdesk helpdesk-pw-1 fresh abc
at_the_kdcs_port() { # the same message, where none is expected
    sed "s/kpasswd_server = .*/kpasswd_server = 127.0.0.1:$port/" "$work/env/krb5.conf" >"$work/wrong.conf"
    printf 'Fifth-password\nSixth-password\nSixth-password\n' | KRB5_CONFIG=$work/wrong.conf timeout 2 kpasswd alice
    tr -s ' \n' ' ' <"$work/live.out" | grep -c 'No answer: this is neither an AS-REQ nor a TGS-REQ'
}
check "the KDC's own port takes no change" 0 'again: [1-9]' at_the_kdcs_port
check 'nothing was changed there' 0 '' logon alice Fifth-password
check 'the port for changes takes no logon' 0 '^silence $' sh -c "'$peers/peer' udp 127.0.0.1 $kpasswd_port as:alice reply | tr '\n' ' '"
stop_live
check 'recorded and played again: the same replies' 0 '[1-9][0-9]* replies the same, 0 different' "$tessera" replay "$work/live.pcapng"

start_live --quiet --workers 4 "$work/realm.yaml"
many() { # each worker has both ports
    local good=0 old=alice-pw-1
    for i in $(seq 12); do
        ours "$old" "Password-$i" $([ $((i % 2)) = 0 ] || echo --tcp) -q alice >/dev/null && good=$((good + 1)) && old=Password-$i
    done
    echo "$good"
}
check 'four workers, by UDP and TCP' 0 '^12$' many
stop_live

start_mit "$work/mit" MIT.TEST
for command in 'addpol -minlength 8 eight' 'addprinc -policy eight -pw alice-pw-1 alice' \
    'addprinc +needchange -pw carol-pw-1 carol'; do
    kadmin_mit "$work/mit" "$command" >/dev/null 2>&1
done
export KRB5_CONFIG=$work/mit/krb5.conf
check 'our client changes a password at MIT' 0 'Password changed' ours alice-pw-1 Second-password alice
check 'which is good for a logon there' 0 '' logon alice Second-password
check 'and the old one is not' 1 'Password incorrect' logon alice alice-pw-1
check "MIT's policy: its words" 1 'Password change rejected: .*too short' ours Second-password abc -q alice
check "another's password: MIT refuses" 1 'Access denied|Authentication error' ours Second-password Other-password -q -u carol alice
check 'a password that must be changed' 0 'Password changed' ours carol-pw-1 Carol-password -q carol
check 'and then a logon' 0 '' logon carol Carol-password
finish
