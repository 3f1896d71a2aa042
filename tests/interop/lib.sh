# What the interoperability scripts share. Each check prints "ok NAME" or "not ok NAME" with what was
# seen; the script ends with `finish`. The peer is the real one; what is missing counts as failed.
set -u
tessera=${TESSERA:-./tessera}
peers=${BUILD:-build}/tests/interop
work=$(mktemp -d)
failed=0
live=
cleanup() {
    local left
    [ -n "$live" ] && kill "$live" 2>/dev/null && wait "$live" 2>/dev/null
    left=$(jobs -pr) # of a script that was ended before its end
    # shellcheck disable=SC2086
    [ -n "$left" ] && kill $left 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
export LC_ALL=C

for tool in kinit klist kvno tshark curl ss "$peers/peer" "$peers/gss" "$peers/engine" "$peers/files"; do
    command -v "$tool" >/dev/null || { echo "not ok $tool is not there"; exit 1; }
done

# check NAME STATUS PATTERN COMMAND...    the exit status and, as a regular expression, the output
check() {
    local name=$1 want=$2 pattern=$3 out status
    shift 3
    out=$("$@" 2>&1)
    status=$?
    if [ $status = "$want" ] && printf '%s\n' "$out" | grep -qE -- "$pattern"; then
        echo "ok $name"
    else
        echo "not ok $name: status $status (wanted $want), output (wanted /$pattern/):"
        printf '%s\n' "$out" | sed 's/^/    /' | head -n 30
        failed=1
    fi
}
finish() {
    exit $failed
}
password_of() {
    "$tessera" list --accounts | awk -v n="$1" '$1 == n { print $2 }'
}

# free_ports N    the first of N ports in a row that nobody has, below those that the system gives out
# itself; for peers that cannot be told to take any
free_ports() {
    local at
    for _ in $(seq 100); do
        at=$((20000 + RANDOM % 12000))
        [ -z "$(ss -Hltun "( sport >= :$at and sport < :$((at + $1)) )")" ] && echo $at && return
    done
}

# start_live ARG...    a live realm on free ports; sets live, port, kpasswd_port, http_port, https_port, rpc_port and the variables that
# real clients look at
start_live() {
    "$tessera" live --port 0 --kpasswd-port 0 --http-port 0 --https-port 0 --rpc-port 0 --pid-file "$work/pid" "$@" >"$work/live.out" 2>&1 &
    live=$!
    for _ in $(seq 600); do
        [ -s "$work/pid" ] && grep -q '^tessera live:' "$work/live.out" && break
        kill -0 "$live" 2>/dev/null || { cat "$work/live.out"; echo "not ok live starts"; exit 1; }
        sleep 0.05
    done
    port=$(sed -n 's/.*KDC on [^ ]* port \([0-9]*\).*/\1/p' "$work/live.out" | head -n 1)
    kpasswd_port=$(sed -n 's/.*kpasswd on port \([0-9]*\).*/\1/p' "$work/live.out" | head -n 1)
    http_port=$(sed -n 's/.*HTTP on port \([0-9]*\).*/\1/p' "$work/live.out" | head -n 1)
    https_port=$(sed -n 's/.*HTTPS on port \([0-9]*\).*/\1/p' "$work/live.out" | head -n 1)
    rpc_port=$(sed -n 's/.*netlogon on port \([0-9]*\).*/\1/p' "$work/live.out" | head -n 1)
    eval "$("$tessera" env --dir "$work/env" --port "$port" --kpasswd-port "$kpasswd_port" --http-port "$http_port" --https-port "${https_port:-0}")"
}
stop_live() {
    kill -TERM "$live" && wait "$live"
    local status=$?
    live=
    return $status
}
