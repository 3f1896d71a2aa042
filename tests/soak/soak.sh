#!/bin/bash
# soak.sh SECONDS    numbers of reliability, measured on a live realm; each line says what was aimed at
# and what came of it. Run by `make soak`.
. tests/interop/lib.sh
seconds=${1:-60}
load=$peers/../bench/load
sed 's/^accounts:/&\n  - {name: user000001, password: load-pw-1}\n  - {name: frank2, password: right-pw-1}/' \
    scenarios/example-test.yaml >"$work/soak.yaml"
sed 's/^  skew: 5m/&\n  attempts: 5\n  attempt_window: 30m/' "$work/soak.yaml" >"$work/counted.yaml"
say() { printf '%-28s %s\n' "$1" "$2"; }
number() { # NAME CONDITION TEXT
    say "$1" "$3"
    if test "$2" != 1; then
        echo "not ok $1"
        failed=1
    fi
}
field() { tr ' ' '\n' | sed -n "s/^$1=//p"; }
request() { # as|tgs N
    "$load" --port "$port" -P load-pw-1 -s EXAMPLE.TESTuser000001 -m "$1" -n "$2" -w 64
}

# ---- published vectors
out=$("$tessera" vectors tests/vectors/*.txt | tail -n 1)
number vectors "$(echo "$out" | grep -c ' 0 failed')" "$out"

# ---- load: 64 under way, and memory. A TGS-REQ is remembered for as long as it could be replayed, so
# memory follows their number in five minutes (so are proofs in AS-REQs where wrong passwords are
# counted); otherwise an AS-REQ leaves nothing.
start_live --quiet "$work/soak.yaml"
worst=0 sent=0 right=0
many() { # as|tgs SECONDS
    local end=$((SECONDS + $2)) line p99
    while [ $SECONDS -lt $end ]; do
        line=$(request "$1" 20000)
        right=$((right + $(echo "$line" | field right))) sent=$((sent + 20000))
        p99=$(echo "$line" | field p99_us)
        [ "$p99" -gt "$worst" ] && worst=$p99
    done
}
request as 40000 >/dev/null
request tgs 2000 >/dev/null
before=$("$peers/peer" rss "$live")
many as $((seconds * 2 / 3))
after=$("$peers/peer" rss "$live") as=$sent
many tgs $((seconds / 3))
last=$("$peers/peer" rss "$live")
number load $((sent == right)) "$sent requests, 64 at a time, $((sent - right)) lost or wrong (aim 0), worst p99 $worst us (aim 150000)"
number memory $((after - before <= 8192)) "$before KiB, and $((after - before)) more after $as AS-REQs (aim 8192 at most)"
say 'memory of replays' "$((last - after)) KiB for $((sent - as)) TGS-REQs: $(((last - after) * 1024 / (sent - as + 1))) octets each, for five minutes"

# ---- slow peers
mkfifo "$work/hold"
"$peers/peer" stuck 127.0.0.1 "$port" 300 <"$work/hold" >"$work/stuck" &
crowd=$!
exec 9>"$work/hold"
for _ in $(seq 200); do [ -s "$work/stuck" ] && break; sleep 0.05; done
good=0
for _ in $(seq 20); do "$peers/peer" tcp 127.0.0.1 "$port" as:dave reply | grep -q AS-REP && good=$((good + 1)); done
exec 9>&-
wait $crowd
number 'slow peers' $((good == 20)) "$(cat "$work/stuck"); beside them $good of 20 good requests by TCP answered"

# ---- guesses
guesses() { # 64 wrong passwords at once; what each was told
    local pids='' i
    for i in $(seq 64); do
        (echo wrong | "$tessera" logon -q --kdc "127.0.0.1:$port" --realm EXAMPLE.TEST -c "$work/none$i" frank2 2>&1) >"$work/guess$i" &
        pids="$pids $!"
    done
    # shellcheck disable=SC2086
    wait $pids
    cat "$work"/guess[0-9]*
}
stop_live
start_live --quiet --workers 4 "$work/counted.yaml"
guesses >"$work/guesses"
evaluated=$(grep -c 'Password incorrect' "$work/guesses")
number guesses $((evaluated <= 5)) "64 wrong passwords at once, a limit of 5: $evaluated were tried (aim 5 at most), $(grep -c 'revoked' "$work/guesses") turned away"
stop_live

# ---- replays
start_live --quiet "$work/soak.yaml"
export KRB5CCNAME=$work/cc
password_of alice | "$tessera" logon -q --kdc "127.0.0.1:$port" --realm EXAMPLE.TEST alice >/dev/null 2>&1
"$tessera" ticket -q --kdc "127.0.0.1:$port" --realm EXAMPLE.TEST HTTP/www.example.test >/dev/null
out=$("${BUILD:-build}/tests/soak/apreqs" "$work/cc" www.example.test "$http_port" 10000)
number replays $(($? == 0)) "$out (aim: 10000 of each)"

# ---- secrets
session=$(python3 - "$work/cc" <<'P'
import struct, sys
d = open(sys.argv[1], 'rb').read()
at = 4 + struct.unpack('>H', d[2:4])[0]
def principal(at):
    n, = struct.unpack('>I', d[at + 4:at + 8])
    at += 8
    for _ in range(n + 1):
        at += 4 + struct.unpack('>I', d[at:at + 4])[0]
    return at
at = principal(principal(principal(at)))
n, = struct.unpack('>H', d[at + 4 - 2:at + 4]) if False else struct.unpack('>I', d[at + 2:at + 6])
print(d[at + 6:at + 6 + n].hex())
P
)
gcore -o "$work/core" "$live" >/dev/null 2>&1
found=$(python3 -c "import sys; print(open(sys.argv[1], 'rb').read().count(bytes.fromhex(sys.argv[2])))" "$work/core.$live" "$session")
number secrets $((found == 0 && ${#session} == 64)) "the session key of a logon, afterwards in the memory of the KDC: $found times (aim 0)"
stop_live

# ---- noise, at a build that checks itself
TESSERA=build/asan/tessera tessera=build/asan/tessera
start_live --quiet "$work/soak.yaml"
"$peers/peer" noise 127.0.0.1 "$port" 20000 >/dev/null
before=$("$peers/peer" rss "$live")
out=$("$peers/peer" noise 127.0.0.1 "$port" $((400 * seconds)))
after=$("$peers/peer" rss "$live")
number noise $(($(echo "$out" | grep -c ' 0 of them no KRB-ERROR') == 1 && after - before < 16384)) "AddressSanitizer: $out; memory $((after - before)) KiB more"
stop_live
number 'ends well' $(($? == 0)) 'SIGTERM: status 0, no report'
finish
