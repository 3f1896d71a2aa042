#!/bin/bash
# workers.sh BUILD [ROUNDS] [N]    one worker and two of our live KDC in turns: replies a second with 64
# requests under way, and the CPU time of each. The load needs processors too: where there are only
# two, it takes part of the second worker's, and what the two could serve on processors of their own
# follows from the CPU time they need for a request. MIT's KDC (tuned) gets the same load, for what
# is lost and how long the slowest wait.
set -eu
build=$1 rounds=${2:-5} n=${3:-8000}
work=$(mktemp -d)
here=$(dirname "$0")
trap 'kill $one $two 2>/dev/null; "$here/mit.sh" stop "$work/mit"; rm -rf "$work"' EXIT
cat >"$work/w.yaml" <<E2
title: The realm of a benchmark
goal: "-"
takeaway: "-"
realm: {name: EXAMPLE.TEST, etypes: [aes256-cts-hmac-sha1-96]}
accounts:
  - {name: HTTP/www.example.test}
E2
for i in $(seq 64); do printf '  - {name: user%06d}\n' "$i"; done >>"$work/w.yaml"
printf 'parties:\n  - {name: kdc, role: kdc}\n' >>"$work/w.yaml"
start() { # WORKERS PORT
    ./tessera live "$work/w.yaml" --quiet --kpasswd-port 0 --no-http --workers "$1" --port "$2" --pid-file "$work/pid$1" >/dev/null &
    for _ in $(seq 200); do [ -s "$work/pid$1" ] && return; sleep 0.05; done
}
start 1 18841
one=$!
start 2 18842
two=$!
"$here/mit.sh" start "$work/mit" 18843 0 1 64
for _ in $(seq "$rounds"); do
    for m in as tgs; do
        "$build/tests/bench/load" --label one --port 18841 --pid $one --mode $m --users 64 -n "$n" -w 64 --warmup 500
        "$build/tests/bench/load" --label mit --port 18843 --pid "$(cat "$work/mit/kdc.pid")" --mode $m --users 64 \
            --password bench-pw-1 --salt EXAMPLE.TESTuser000001 -n "$n" -w 64 --warmup 500 || true
        "$build/tests/bench/load" --label two --port 18842 --pid $two --mode $m --users 64 -n "$n" -w 64 --warmup 500
    done
done >"$work/lines"
awk '
function field(name,   i, kv) { for (i = 2; i <= NF; i++) { split($i, kv, "="); if (kv[1] == name) return kv[2] } }
function median(key,   n, i, j, t, a) {
    n = cnt[key]
    for (i = 1; i <= n; i++) a[i] = val[key, i]
    for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
    return a[int((n + 1) / 2)]
}
{ k = field("mode"); for (w = 1; w <= 3; w++) { what = w == 1 ? "replies_s" : w == 2 ? "cpu_us" : "p99_us"; key = $1 k what; val[key, ++cnt[key]] = field(what) + 0 }
  lost[$1] += field("n") - field("right") }
END {
    for (i = 1; i <= 2; i++) {
        m = i == 1 ? "as" : "tgs"
        r1 = median("one" m "replies_s"); r2 = median("two" m "replies_s"); c1 = median("one" m "cpu_us"); c2 = median("two" m "cpu_us")
        printf "%-4s one worker %.0f replies/s, %.2f us, p99 %.0f us; two %.0f, %.2f us, p99 %.0f us: %.2f times as many here, %.2f times on processors of their own (aim: 1.8)\n",
            toupper(m), r1, c1, median("one" m "p99_us"), r2, c2, median("two" m "p99_us"), r2 / r1, 2 * c1 / c2
        printf "     MIT %.0f replies/s, %.2f us, p99 %.0f us\n", median("mit" m "replies_s"), median("mit" m "cpu_us"), median("mit" m "p99_us")
    }
    printf "wrong or lost: ours %d, MIT %d\n", lost["one"] + lost["two"], lost["mit"]
    exit lost["one"] + lost["two"] != 0
}' "$work/lines"
