#!/bin/bash
# A replay cache in a file: kill -9 in the middle of work, and nothing that was admitted before is
# admitted again by the service that comes after.
. tests/interop/lib.sh
cache=$work/replays
start_live --quiet --replay-cache "$cache"
export KRB5CCNAME=$work/cc
password_of alice | "$tessera" logon -q alice >/dev/null 2>&1
"$tessera" ticket -q HTTP/www.example.test >/dev/null
mkfifo "$work/go"
kill_in_the_middle() { # SECONDS
    "$peers/../soak/apreqs" "$work/cc" www.example.test "$http_port" 200000 killed <"$work/go" >"$work/said" &
    local asker=$!
    exec 9>"$work/go"
    sleep "$1"
    kill -9 "$live"
    wait "$live" 2>/dev/null
    rm -f "$work/pid"
    start_live --quiet --replay-cache "$cache" --port "$port" --kpasswd-port "$kpasswd_port" --http-port "$http_port"
    echo >&9
    exec 9>&-
    wait "$asker"
    local status=$?
    cat "$work/said"
    return $status
}
# the server lives on after the check: no subshell
for seconds in 0.3 0.7 1.1; do
    kill_in_the_middle $seconds >"$work/round" 2>&1
    round=$?
    check "killed after $seconds s: all that had been admitted are replays" 0 '^[1-9][0-9]* admitted before; again: [1-9][0-9]* refused with 34, 0 admitted$' \
        sh -c "cat '$work/round'; exit $round"
done
check 'somebody new is admitted' 0 ' 0 otherwise' "$peers/../soak/apreqs" "$work/cc" www.example.test "$http_port" 100
check 'a second server on the file is refused' 2 'another program has it' "$tessera" live --quiet --port 0 --kpasswd-port 0 --http-port 0 --replay-cache "$cache"
stop_live
printf 'not a cache' >"$work/other"
check 'a file that is something else is refused, and left alone' 2 'replay cache' "$tessera" live --quiet --port 0 --kpasswd-port 0 --http-port 0 --replay-cache "$work/other"
check 'as it was' 0 '^not a cache$' cat "$work/other"
finish
