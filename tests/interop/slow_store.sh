#!/bin/bash
# slow_store.sh [SECONDS]    a store that four processes change without a pause while clients log on,
# and that is killed while it is changed: every request has its right answer, and nothing that was
# acknowledged is lost.
. tests/interop/lib.sh
seconds=${1:-8} store=$work/realm port=18930
load=build/tests/bench/load
a() { local what=$1; shift; "$tessera" account "$what" --store "$store" "$@"; }
a init --realm EXAMPLE.TEST --etypes aes256-cts --seed 1 >/dev/null
a add HTTP/www.example.test --random --seed 1 >/dev/null
a add user --random --seed 1 --count 1000 >/dev/null
for n in 1 2 3 4; do a add "other$n" --random >/dev/null; done
"$tessera" live --store "$store" --port $port --kpasswd-port 0 --no-http --quiet --workers 2 --pid-file "$work/pid" >"$work/live.out" 2>&1 &
live=$!
for _ in $(seq 200); do [ -s "$work/pid" ] && break; sleep 0.05; done
end=$(($(date +%s) + seconds))
change() {
    local n=0
    while [ "$(date +%s)" -lt $end ]; do
        a set "other$1" --random >"$work/last$1.new" || echo failed >>"$work/failed"
        mv "$work/last$1.new" "$work/last$1"
        n=$((n + 1))
    done
    echo $n >"$work/changes$1"
}
for n in 1 2 3 4; do change $n & done
while [ "$(date +%s)" -lt $end ]; do
    "$load" --label store --port $port --pid $live --mode as --users 1000 -n 4000 -w 64 --warmup 0
    "$load" --label store --port $port --pid $live --mode tgs --users 1000 -n 4000 -w 64 --warmup 0
done >"$work/load" 2>&1
wait $(jobs -p | grep -vx $live)
cat "$work/load"
echo "changes meanwhile: $(cat "$work"/changes? | tr '\n' ' ')"
check 'no change failed' 1 '' test -e "$work/failed"
check 'no request was lost or answered wrongly' 0 '^same$' awk '{ for (i = 1; i <= NF; i++) if (split($i, v, "=") == 2) f[v[1]] = v[2]; if (f["n"] != f["right"]) bad = 1 } END { print NR && !bad ? "same" : "lost" }' "$work/load"
for n in 1 2 3 4; do
    check "the keys last told of other$n are there" 0 same sh -c '"$1" account list --store "$2" --keys other'$n' | grep -qF "$(head -1 "$3")" && echo same' - "$tessera" "$store" "$work/last$n"
done
check 'the pages of states that nobody sees are used again' 0 small sh -c '[ "$(stat -c %s "$1")" -lt 4000000 ] && echo small' - "$store"
check 'the store is whole' 0 whole a check
finish
