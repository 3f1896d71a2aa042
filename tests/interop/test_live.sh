#!/bin/bash
# `tessera live` and its sockets: several requests on a connection, in pieces, too long, none at all;
# those who hang and those who make noise, and a good client beside them.
. tests/interop/lib.sh
start_live --idle 3
pw=$(password_of alice)
kinit_alice() { printf '%s\n' "$pw" | kinit alice; }
tcp() { "$peers/peer" tcp 127.0.0.1 "$port" "$@" | tr '\n' ' '; }
udp() { "$peers/peer" udp 127.0.0.1 "$port" "$@" | tr '\n' ' '; }
quickly() { # COMMAND...    at most a second, however slow the machine: it would take 30 were it kept waiting
    local from=$SECONDS
    "$@" && [ $((SECONDS - from)) -le 5 ]
}

check 'requests one after the other on a connection' 0 '^KRB-ERROR 25 KRB-ERROR 6 AS-REP $' \
    tcp as:alice reply as:nobody reply as:dave reply
check 'requests sent together are answered in their order' 0 '^KRB-ERROR 6 KRB-ERROR 25 AS-REP KRB-ERROR 18 $' \
    tcp as:nobody as:alice as:dave as:carol reply reply reply reply
check 'a request in two halves' 0 '^KRB-ERROR 25 $' tcp half:alice:300 reply
check 'cut inside the length' 0 'KRB-ERROR 25 $' tcp half:alice:301 reply
check 'whoever sends no more is answered still' 0 '^KRB-ERROR 25 closed $' tcp as:alice shut reply reply
check 'a length over 1 MB: KRB_ERR_FIELD_TOOLONG, and closed (RFC 4120 7.2.2)' 0 '^KRB-ERROR 61 closed $' tcp hex:00100001 reply closed
check 'the reserved bit: the same' 0 '^KRB-ERROR 61 closed $' tcp hex:80000001 reply closed
check 'all bits: the same' 0 '^KRB-ERROR 61 closed $' tcp hex:ffffffff reply closed
check 'a good request before it is answered' 0 '^KRB-ERROR 25 KRB-ERROR 61 closed $' tcp as:alice hex:80000001 reply reply closed
check 'garbage of the right length gets no answer' 0 '^silence $' tcp hex:0000000401020304 reply
check 'a length of 0 gets no answer, and the next request its own' 0 'KRB-ERROR 25 $' tcp hex:00000000 as:alice reply
check 'who says nothing is closed' 0 '^closed $' tcp closed
check 'half a request is closed' 0 '^closed $' tcp hex:000000ff6a81 closed
check 'a trickle does not keep it open' 0 '^closed after [2-6] s $' tcp trickle:alice:200
check 'a whole request does' 0 '^KRB-ERROR 25 KRB-ERROR 25 KRB-ERROR 25 $' \
    tcp as:alice reply pause:2000 as:alice reply pause:2000 as:alice reply

check 'a datagram' 0 '^KRB-ERROR 25 $' udp as:alice reply
check 'garbage gets silence' 0 '^silence $' udp hex:00 hex:0102030405060708 hex:ffffffffffffffff text:hello reply
check 'an empty datagram too' 0 '^silence KRB-ERROR 25 $' udp hex: reply as:alice reply
check 'a length, as if on TCP, too' 0 '^silence $' udp hex:000000056a030201ff reply
check 'a request with something behind it' 0 '^silence $|^KRB-ERROR [0-9]+ $' udp hex:6a00ff reply
check 'answers are not answered' 0 '^silence $' udp hex:7e00 hex:6b00 hex:6d00 reply
check '4000 datagrams of noise: nothing but errors comes back' 0 '4000 sent, [0-9]+ answers, 0 of them no KRB-ERROR' \
    "$peers/peer" noise 127.0.0.1 "$port" 4000
check 'and a good client is answered' 0 '' kinit_alice

udp as:$'\e[31m%s\n' reply >/dev/null
check 'a name of control characters does not reach the terminal' 0 'x1b' cat "$work/live.out"
check 'not even one' 1 '' grep -q "$(printf '\033')" "$work/live.out"

# the answers of who asks and does not read
stop_live
start_live -q --idle 600
check 'who asks on and on and reads no answer is held back' 0 '^held back $' tcp rush:alice:64
check 'and gets the answers when it reads' 0 '^held back KRB-ERROR 25 KRB-ERROR 25 $' tcp rush:alice:64 reply reply

# 300 who connect and hang, while the deadline is far away
stop_live
start_live --idle 600
mkfifo "$work/hold"
"$peers/peer" stuck 127.0.0.1 "$port" 300 <"$work/hold" >"$work/stuck" &
crowd=$!
exec 9>"$work/hold"
for _ in $(seq 200); do [ -s "$work/stuck" ] && break; sleep 0.05; done
check '300 peers hang' 0 '300 stuck' cat "$work/stuck"
check 'a good client is answered at once by UDP' 0 '' quickly kinit_alice
sed '/^\[libdefaults\]/a udp_preference_limit = 1' "$work/env/krb5.conf" >"$work/tcp.conf"
check 'and by TCP' 0 '' quickly env KRB5_CONFIG="$work/tcp.conf" kinit -k -t "$work/env/krb5.keytab" host/server.example.test
exec 9>&-
wait "$crowd"

# SIGTERM in the middle of work
for _ in 1 2 3; do
    "$peers/peer" noise 127.0.0.1 "$port" 20000 >/dev/null 2>&1 &
    crowds="${crowds:-} $!"
done
tcp half:alice:2000 reply >/dev/null &
sleep 0.3
check 'its process is the one in the pid file' 0 "^$live\$" cat "$work/pid"
stop_live
check 'SIGTERM while busy: ends with 0' 0 '^0$' echo $?
check 'the pid file is gone' 1 '' test -e "$work/pid"
# shellcheck disable=SC2086
wait $crowds

# too big for a datagram: kinit goes to TCP by itself
sed 's/^  skew: 5m/  skew: 5m\n  udp_limit: 300/' scenarios/example-test.yaml >"$work/small.yaml"
check 'the scenario with a small limit' 0 '' "$tessera" check "$work/small.yaml"
start_live "$work/small.yaml"
check 'KRB_ERR_RESPONSE_TOO_BIG makes kinit go to TCP' 0 '' kinit_alice
check 'kvno too' 0 'kvno = ' kvno HTTP/www.example.test
check 'the narration tells of 52' 0 'KRB_ERR_RESPONSE_TOO_BIG' cat "$work/live.out"
check 'and of TCP' 0 'octets, TCP' cat "$work/live.out"
check 'our client does the same' 0 'ticket: granted' "$peers/engine" 127.0.0.1:"$port" alice host/server.example.test password="$pw"
stop_live

# other addresses
start_live --address ::1
check 'on ::1' 0 'KDC on ::1 port' cat "$work/live.out"
eval "$("$tessera" env --dir "$work/env6" --address ::1 --port "$port" --http-port "$http_port")"
check 'kinit by IPv6' 0 '' kinit_alice
check 'curl by IPv6' 0 'Authentication is required' curl -s "http://www.example.test:$http_port/"
stop_live
start_live --address 0.0.0.0
check 'on 0.0.0.0' 0 '' kinit_alice
check 'an answer comes from the address that was asked' 0 'KRB-ERROR 25' "$peers/peer" udp 127.0.0.2 "$port" as:alice reply
stop_live
start_live --address ::
check 'on ::, by IPv6' 0 'KRB-ERROR 25' "$peers/peer" udp ::1 "$port" as:alice reply
stop_live
finish
