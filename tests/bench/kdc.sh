#!/bin/bash
# kdc.sh BUILD [ROUNDS] [N]    our live KDC beside MIT's in one run, with the floor: AS and TGS over
# UDP, etype 18, encrypted time stamp, distinct requests, every reply opened. The KDCs run on CPU 0,
# the load on CPU 1; contenders take turns, round after round, so that drift falls on all alike.
set -u
build=$1 rounds=${2:-5} n=${3:-8000}
here=$(dirname "$0")
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d) results=$build/bench-kdc.txt
salt=EXAMPLE.TESTuser000001
declare -A pid port users
names=()
cleanup() {
    for c in "${names[@]}"; do
        case $c in mit-*) "$here/mit.sh" stop "$work/$c" ;; *) kill "${pid[$c]}" 2>/dev/null ;; esac
    done
    rm -rf "$work"
}
trap cleanup EXIT
: >"$results"

scenario() { # USERS > FILE
    cat <<E2
title: The realm of a benchmark
goal: "-"
takeaway: "-"
realm: EXAMPLE.TEST
etypes: [aes256-cts-hmac-sha1-96]
accounts:
  - {name: alice, password: bench-pw-1}
  - {name: HTTP/www.example.test}
E2
    awk -v n="$1" -v salt="$salt" 'BEGIN { for (i = 1; i <= n; i++)
        printf "  - {name: user%06d, password: bench-pw-1, salt: %s}\n", i, salt }'
    cat <<E2
parties:
  - {name: kdc, role: kdc}
E2
}
ours() { # NAME PORT USERS OPTION...
    local name=$1; port[$name]=$2; users[$name]=$3; shift 3
    scenario "${users[$name]}" >"$work/$name.yaml"
    taskset -c 0 ./tessera live "$work/$name.yaml" --port "${port[$name]}" --no-http \
        --pid-file "$work/$name.pid" "$@" >/dev/null 2>"$work/$name.err" &
    for _ in $(seq 200); do [ -s "$work/$name.pid" ] && break; sleep 0.1; done
    [ -s "$work/$name.pid" ] || { cat "$work/$name.err" >&2; exit 2; }
    pid[$name]=$(cat "$work/$name.pid"); names+=("$name")
}
mit() { # NAME PORT TUNED USERS
    local name=$1; port[$name]=$2; users[$name]=$4; names+=("$name")
    "$here/mit.sh" start "$work/$name" "$2" 0 "$3" "$4" || exit 2
    pid[$name]=$(cat "$work/$name/kdc.pid")
}
mit mit-default-1 18811 0 1
mit mit-tuned-1 18812 1 1
mit mit-tuned-10000 18813 1 10000
ours tessera-1 18821 1 --quiet
ours tessera-10000 18822 10000 --quiet
ours tessera-narrated-1 18823 1
taskset -c 0 "$build/tests/bench/echo" 18831 & pid[floor-echo]=$!
port[floor-echo]=18831; users[floor-echo]=1; names+=(floor-echo)
sleep 0.5
for r in $(seq "$rounds"); do
    taskset -c 0 "$build/tests/bench/floor" | tee -a "$results"
    for c in "${names[@]}"; do
        modes="as tgs"; warm=500
        [ "$c" = floor-echo ] && modes=echo
        case $r$c in 1mit*) warm=10000 ;; esac
        for m in $modes; do
            "$build/tests/bench/load" --cpu 1 --label "$c" --port "${port[$c]}" --pid "${pid[$c]}" \
                --mode "$m" --users "${users[$c]}" --client user000001 --password bench-pw-1 \
                --salt "$salt" -n "$n" -w 16 --warmup "$warm" | tee -a "$results"
        done
    done
done
echo
awk -f "$here/summary.awk" "$results"
