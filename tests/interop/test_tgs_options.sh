#!/bin/bash
# What MIT's tools ask of the TGS beside plain service tickets: renewed, validated, forwarded and
# user-to-user ones; each ticket opened with the key it must open with.
. tests/interop/lib.sh
command -v "$peers/forward" >/dev/null || { echo "not ok $peers/forward is not there"; exit 1; }

# The built-in realm, with a clock that is taken at its word: a postdated ticket need not be minutes
# ahead.
realm=$work/realm.yaml
{
    sed '/^parties:/,$d' scenarios/example-test.yaml | sed 's/^  skew: .*/  skew: 1s/'
    cat <<E2
  - {name: only-u2u, password: only-u2u-pw-1, flags: [no-server]}
  - {name: lena, password: lena-pw-1, flags: [not-delegated]}
parties:
  - {name: kdc, role: kdc}
  - {name: www, role: service, spn: HTTP/www.example.test}
E2
} >"$realm"
start_live "$realm"
keytab=$work/env/krb5.keytab
in_cache() { export KRB5CCNAME=FILE:$work/$1.cc; }
as() { # WHO OPTION...    into the cache of that name
    local who=$1
    shift
    in_cache "$who"
    printf '%s-pw-1\n' "$who" | kinit "$@" "$who"
}
flags() { klist -f | grep -A1 -- "$1" | sed -n 's/.*Flags: //p' | head -n 1; }

# ---- renewed
in_cache alice
check 'kinit -r' 0 '' as alice -r 1d
check 'a service ticket opens with the keytab' 0 'keytab entry valid' kvno -k "$keytab" HTTP/www.example.test
before=$(klist | sed -n '/krbtgt/p')
sleep 1.1
check 'kinit -R' 0 '' kinit -R
check 'the ticket is another one' 1 '' grep -qF "$before" <(klist)
check 'and no longer an initial one' 0 '^R[A-Z]*$' flags krbtgt
check 'it is good for others' 0 'keytab entry valid' kvno -k "$keytab" HTTP/www.example.test
check 'as long as was asked: not renewable' 0 '' as bob -l 1h
in_cache bob
check 'kinit -R then says so' 1 "KDC can't fulfill requested option" kinit -R

# ---- postdated, then validated
in_cache alice
check 'kinit -s: in three seconds' 0 '' as alice -s 3s
check 'invalid' 0 '^.*di' flags krbtgt
check 'kinit -v at once: too early' 1 'Ticket not yet valid' kinit -v
sleep 4
check 'kinit -v' 0 '' kinit -v
check 'postdated, and invalid no more' 0 '^D?d[A-Z]*$' flags krbtgt
check 'it is good for others' 0 'keytab entry valid' kvno -k "$keytab" HTTP/www.example.test
check 'kinit -v of a valid ticket' 0 '' as alice
check 'is refused' 1 "KDC can't fulfill requested option" kinit -v

# ---- forwarded
check 'kinit -f' 0 '' as alice -f -r 1d
check 'forwarded by MIT'"'"'s library' 0 'octets of KRB-CRED' "$peers/forward" "FILE:$work/away.cc"
in_cache away
check 'it says so' 0 '^Ff' flags krbtgt
check 'for anywhere' 0 'Addresses: \(none\)' klist -a
check 'what comes of it says so too' 0 'keytab entry valid' kvno -k "$keytab" HTTP/www.example.test
check 'klist' 0 '^[A-Z]*f' flags HTTP
check 'once more' 0 'octets' "$peers/forward" -F "FILE:$work/end.cc"
in_cache end
check 'and no further' 0 '^f' flags krbtgt
check 'as the KDC says' 1 "KDC can't fulfill requested option|not forwardable|Invalid" "$peers/forward" "FILE:$work/none.cc"
check 'an account that may not be delegated' 0 '' as lena -f
in_cache lena
check 'is not forwarded' 1 "KDC can't fulfill requested option|not forwardable|Invalid" "$peers/forward" "FILE:$work/none.cc"

# ---- for one address
in_cache alice
check 'kinit -a' 0 '' as alice -a
check 'from another address (loopback): refused' 1 'Incorrect net address' kvno HTTP/www.example.test

# ---- user-to-user
check 'bob logs on' 0 '' as bob
check 'so does one who is no server' 0 '' as only-u2u
check 'and alice' 0 '' as alice
check 'kvno --u2u' 0 'bob@EXAMPLE.TEST: kvno = ' kvno --u2u "FILE:$work/bob.cc" bob
check 'no server: not without it' 1 'Server principal valid for user2user only' kvno only-u2u
check 'but with it' 0 'kvno = ' kvno --u2u "FILE:$work/only-u2u.cc" only-u2u
check 'the TGT of somebody else' 1 "Requested server and ticket don't match|don't match" kvno --u2u "FILE:$work/bob.cc" only-u2u
check 'the narration says with what it is sealed' 0 "sealed with its session key" cat "$work/live.out"

stop_live
check 'live ends cleanly' 0 '' test $? = 0
finish
