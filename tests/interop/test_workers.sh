#!/bin/bash
# Several workers on one port: every client is answered, wrong passwords are counted once for all,
# a recorded session plays again whatever their number, and nobody else takes the port.
. tests/interop/lib.sh
pw=$(password_of alice)
together() { # N    kinits and kvnos at the same time, each with a cache of its own
    local pids='' good=0
    for i in $(seq "$1"); do
        (printf '%s\n' "$pw" | kinit -c "FILE:$work/cc$i" alice && kvno -q -c "FILE:$work/cc$i" HTTP/www.example.test) >/dev/null 2>"$work/err$i" &
        pids="$pids $!"
    done
    for p in $pids; do wait "$p" && good=$((good + 1)); done
    echo "$good of $1"
}
threads() { ls "/proc/$live/task" | wc -l; }

start_live --quiet --workers 4
check 'four workers' 0 '^4$' threads
check '24 clients at the same time' 0 '^24 of 24$' together 24
check 'by TCP, a request on each of many connections' 0 '^0$' sh -c "for i in \$(seq 40); do '$peers/peer' tcp 127.0.0.1 $port as:dave reply >/dev/null || exit 1; done; echo \$?"
check 'another live realm on the port: in use' 2 'Address already in use' "$tessera" live --port "$port" --kpasswd-port 0 --no-http
stop_live
check 'SIGTERM ends all of them, with 0' 0 '^0$' echo $?

start_live --quiet --workers 3 --record "$work/three.pcapng"
check 'recorded, with three' 0 '^12 of 12$' together 12
stop_live
check 'played again by one: the same replies' 0 ' 0 different' "$tessera" replay "$work/three.pcapng"

start_live
check 'a narrated realm has one' 0 '^1$' threads
stop_live
check 'more than there can be is refused' 2 "more than 64" "$tessera" live --workers 65
finish
