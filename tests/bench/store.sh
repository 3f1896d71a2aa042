#!/bin/bash
# store.sh BUILD [ROUNDS] [N]    what a store costs by its size: AS and TGS over UDP at a live realm of
# 1 000, 100 000 and 1 000 000 accounts, by turns. Prints the lines of load, then the least and the
# median CPU time of each in microseconds: on a busy machine the least says more.
set -u
build=$1 rounds=${2:-10} n=${3:-3000} port=18900
work=$(mktemp -d)
live=
trap '[ -n "$live" ] && kill "$live" 2>/dev/null; rm -rf "$work"' EXIT
sizes="1000 100000 1000000"
for size in $sizes; do
    ./tessera account init --store "$work/$size" --realm EXAMPLE.TEST --etypes aes256-cts --seed 1 >/dev/null || exit 2
    ./tessera account add --store "$work/$size" HTTP/www.example.test --random --seed 1 >/dev/null || exit 2
    from=$(date +%s.%N)
    ./tessera account add --store "$work/$size" user --random --seed 1 --count "$size" >/dev/null || exit 2
    echo "$size accounts: $(echo "$(date +%s.%N) - $from" | bc) s to add, $(stat -c %s "$work/$size") octets"
done
for _ in $(seq "$rounds"); do
    for size in $sizes; do
        port=$((port + 1))
        rm -f "$work/pid"
        taskset -c 0 ./tessera live --store "$work/$size" --port $port --kpasswd-port 0 --no-http --kpasswd-port 0 --quiet --workers 1 \
            --pid-file "$work/pid" >/dev/null 2>&1 &
        live=$!
        for _ in $(seq 100); do [ -s "$work/pid" ] && break; sleep 0.05; done
        for mode in as tgs; do
            "$build/tests/bench/load" --cpu 1 --label "$size" --port $port --pid $live --mode $mode \
                --users "$size" -n "$n" -w 16 --warmup 500
        done
        kill $live && wait $live 2>/dev/null
        live=
    done
done | tee "$build/bench-store.txt"
for mode in as tgs; do
    for size in $sizes; do
        grep "^$size mode=$mode " "$build/bench-store.txt" | sed 's/.*cpu_us=\([0-9.]*\).*/\1/' | sort -n |
            awk -v what="$mode $size" '{ v[NR] = $1 } END { print what, "least", v[1], "median", v[int((NR + 1) / 2)] }'
    done
done
