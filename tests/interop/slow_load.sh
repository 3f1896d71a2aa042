#!/bin/bash
# Many at once, and many in a row: 64 kinits side by side, and 20 000 requests after which the process
# is no larger than it was.
. tests/interop/lib.sh
load=${BUILD:-build}/tests/bench/load
room=8192 # KiB

sed 's/^accounts:/&\n  - {name: user000001, password: load-pw-1}/' scenarios/example-test.yaml >"$work/load.yaml"
request() { # as|tgs N
    "$load" --port "$port" -P load-pw-1 -s EXAMPLE.TESTuser000001 -m "$1" -n "$2" -w 16
}

# grows NAME LIVE-OPTION...    warm-up, 20 000 requests, and the memory before and after
grows() {
    local name=$1 before after
    shift
    start_live "$work/load.yaml" "$@"
    check "$name: 4000 requests to begin with" 0 'right=2000' request as 2000
    request tgs 2000 >/dev/null
    before=$("$peers/peer" rss "$live")
    check "$name: 10000 AS-REQs, each answered right" 0 'right=10000' request as 10000
    check "$name: 10000 TGS-REQs too" 0 'right=10000' request tgs 10000
    after=$("$peers/peer" rss "$live")
    check "$name: memory stays ($before KiB, then $after)" 0 '' test $((after - before)) -le $room
    check "$name: 500 connections come and go" 0 '' hundreds
    after=$("$peers/peer" rss "$live")
    check "$name: memory stays after them ($after KiB)" 0 '' test $((after - before)) -le $room
    stop_live
}
hundreds() {
    for _ in $(seq 500); do
        "$peers/peer" tcp 127.0.0.1 "$port" as:alice as:dave reply reply >/dev/null || return 1
    done
}
grows quiet --quiet
grows narrated
grows recorded --quiet --record "$work/load.pcapng"

start_live --quiet
pw=$(password_of alice)
together() { # N    kinits at the same time, each with its own cache
    local pids='' good=0
    for i in $(seq "$1"); do
        printf '%s\n' "$pw" | kinit -c "FILE:$work/cc$i" alice >/dev/null 2>"$work/err$i" &
        pids="$pids $!"
    done
    for p in $pids; do wait "$p" && good=$((good + 1)); done
    echo "$good of $1"
    cat "$work"/err* | sort | uniq -c
}
check '64 kinits at the same time' 0 '^64 of 64$' together 64
check 'each has its ticket' 0 '^64$' sh -c "for c in '$work'/cc*; do klist -s -c FILE:\$c && echo; done | wc -l"
stop_live
finish
