#!/bin/bash
# kdc.sh BUILD [ROUNDS] [N]    our live KDC beside MIT's in one run, with the floor: AS and TGS over
# UDP, etype 18, encrypted time stamp, distinct requests, every reply opened. The KDCs run on CPU 0,
# the load on CPU 1; contenders take turns, round after round, so that drift falls on all alike.
# PRIO is put before each program: PRIO="chrt -f 10", as root, keeps other work off the two CPUs.
set -u
build=$1 rounds=${2:-5} n=${3:-8000}
here=$(dirname "$0")
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d) results=$build/bench-kdc.txt
kdc_cpu=0 load_cpu=$(($(nproc) > 1))
declare -A pid port users
names=()
cleanup() {
    for c in "${names[@]}"; do
        case $c in mit-*) "$here/mit.sh" stop "$work/$c" ;; *) kill "${pid[$c]}" 2>/dev/null ;; esac
    done
    wait
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

scenario() { # USERS > FILE
    cat <<E2
title: The realm of a benchmark
goal: "-"
takeaway: "-"
realm: {name: EXAMPLE.TEST, etypes: [aes256-cts-hmac-sha1-96]}
accounts:
  - {name: HTTP/www.example.test}
E2
    awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "  - {name: user%06d}\n", i }'
    cat <<E2
parties:
  - {name: kdc, role: kdc}
E2
}
wait_for() { # NAME FILE: until the file has something in it, or the program has ended
    for _ in $(seq 300); do
        [ -s "$2" ] && return
        kill -0 "${pid[$1]}" 2>/dev/null || break
        sleep 0.1
    done
    echo "$1 did not start" >&2
    cat "$work/$1.err" >&2
    exit 2
}
ours() { # NAME PORT USERS OPTION...
    local name=$1; port[$name]=$2; users[$name]=$3; shift 3
    scenario "${users[$name]}" >"$work/$name.yaml"
    ${PRIO-} taskset -c $kdc_cpu ./tessera live "$work/$name.yaml" --port "${port[$name]}" --kpasswd-port 0 --no-http \
        --pid-file "$work/$name.pid" "$@" >/dev/null 2>"$work/$name.err" &
    pid[$name]=$!; names+=("$name")
    wait_for "$name" "$work/$name.pid"
}
mit() { # NAME PORT TUNED USERS
    local name=$1; port[$name]=$2; users[$name]=$4; names+=("$name")
    "$here/mit.sh" start "$work/$name" "$2" $kdc_cpu "$3" "$4" || exit 2
    pid[$name]=$(cat "$work/$name/kdc.pid")
}
echo "Starting MIT's krb5kdc three times, ours three times, and an echo..."
mit mit-default-1 18811 0 1
mit mit-tuned-1 18812 1 1
mit mit-tuned-10000 18813 1 10000
ours tessera-1 18821 1 --quiet
ours tessera-10000 18822 10000 --quiet
ours tessera-narrated-1 18823 1
${PRIO-} taskset -c $kdc_cpu "$build/tests/bench/echo" 18831 &
pid[floor-echo]=$! port[floor-echo]=18831 users[floor-echo]=1
names+=(floor-echo)
sleep 0.5
: >"$results"
for r in $(seq "$rounds"); do
    echo "round $r of $rounds"
    ${PRIO-} taskset -c $kdc_cpu "$build/tests/bench/floor" >>"$results"
    for c in "${names[@]}"; do
        modes="as tgs" warm=500
        [ "$c" = floor-echo ] && modes=echo
        # MIT's memory of earlier replies, 10 MiB, is full before anything is measured.
        case $r$c in 1mit*) warm=10000 ;; esac
        # Our users have a key each; MIT's, which it does not keep, share one.
        key=()
        [[ $c = mit-* ]] && key=(--password bench-pw-1 --salt EXAMPLE.TESTuser000001)
        for m in $modes; do
            ${PRIO-} "$build/tests/bench/load" --cpu $load_cpu --label "$c" --port "${port[$c]}" \
                --pid "${pid[$c]}" --mode "$m" --users "${users[$c]}" "${key[@]}" \
                -n "$n" -w 16 --warmup "$warm" >>"$results"
        done
    done
done
echo "
Medians of $rounds rounds of $n requests, 16 under way; every reply opened. All lines: $results
"
awk -f "$here/median.awk" -f "$here/summary.awk" "$results"
