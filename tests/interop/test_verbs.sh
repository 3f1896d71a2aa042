#!/bin/bash
# The command line of live, env and exec: what is wrong is said, with status 2; signals, input, files.
. tests/interop/lib.sh
"$tessera" live --port 0 --kpasswd-port 0 --http-port 0 --pid-file "$work/first" -q >"$work/first.out" 2>&1 &
live=$!
for _ in $(seq 600); do [ -s "$work/first" ] && grep -q '^tessera live:' "$work/first.out" && break; sleep 0.05; done
port=$(sed -n 's/.*KDC on [^ ]* port \([0-9]*\).*/\1/p' "$work/first.out")
http_port=$(sed -n 's/.*HTTP on port \([0-9]*\).*/\1/p' "$work/first.out")
kpasswd_port=$(sed -n 's/.*kpasswd on port \([0-9]*\).*/\1/p' "$work/first.out")
l() { timeout 20 "$tessera" live --kpasswd-port 0 "$@"; }

check 'live: the port is taken' 2 "cannot listen on 127.0.0.1 port $port: Address already in use" l --port "$port" --http-port 0
check 'live: the HTTP port is taken' 2 "port $http_port for HTTP: Address already in use" l --port 0 --http-port "$http_port"
check 'live: the port for passwords is taken' 2 "port $kpasswd_port for kpasswd: Address already in use" l --port 0 --kpasswd-port "$kpasswd_port" --http-port 0
check 'live: no such address' 2 'not-an-address is not a numeric IP address' l --address not-an-address
check 'live: not our address' 2 'cannot listen on 192.0.2.1' l --address 192.0.2.1 --port 0
for bad in '--port 65536' '--port -1' '--port x' '--port 80x' '--http-port 99999' '--kpasswd-port 65536' '--seed x' '--seed 99999999999999999999' '--idle 0' '--idle 1e3'; do
    # shellcheck disable=SC2086
    check "live $bad" 2 '^tessera live: ' l $bad
done
check 'live: no such option' 2 'unrecognized option' l --nonsense
check 'live: two scenarios' 2 'one scenario at a time' l example-test clock-skew
check 'live: no such scenario' 2 'no-such-scenario' l no-such-scenario
check 'live: no such file' 2 'nowhere.yaml' l "$work/nowhere.yaml"
check 'live: a pid file that cannot be' 2 '/nonexistent/pid: No such file' l --port 0 --http-port 0 --pid-file /nonexistent/pid
check 'live: a record that cannot be' 2 '/nonexistent/r: No such file' l --port 0 --http-port 0 --record /nonexistent/r
check 'live --help' 0 'idle=SECONDS' l --help
check 'SIGINT ends it too, with 0' 0 '' sh -c "kill -INT $live; while kill -0 $live 2>/dev/null; do sleep 0.05; done"
wait "$live"
check 'and its pid file is gone' 0 '^0 1$' sh -c "echo $? \$(test -e '$work/first'; echo \$?)"
live=

# env
for dir in 'two words' "it's" '$HOME' 'a"b' 'semi;colon' 'back\slash'; do
    check "env in a folder called $dir" 0 '' sh -c 'eval "$("$1" env --dir "$2")" && test -s "$KRB5_CONFIG" && test "$CURL_HOME" = "$2" && klist -k >/dev/null' - "$tessera" "$work/$dir"
done
check 'env: a folder that cannot be' 2 '/nonexistent/dir: No such file' "$tessera" env --dir /nonexistent/dir
mkdir -m 777 "$work/open" && ln -s "$work" "$work/link"
check 'env: a folder that others can write to' 2 'only you can write to' "$tessera" env --dir "$work/open"
check 'env: a link in the place of a folder' 2 'only you can write to' "$tessera" env --dir "$work/link"
check 'env: no such scenario' 2 'no-such-scenario' "$tessera" env no-such-scenario
check 'env: nothing on standard output then' 0 '^$' sh -c '"$1" env --dir /nonexistent/dir 2>/dev/null; :' - "$tessera"
check 'env: its files are for their owner only' 0 '^600 600 600 600$' \
    sh -c 'eval "$("$1" env --dir "$2")" && cd "$2" && stat -c %a krb5.conf krb5.keytab realm.keytab .curlrc | paste -sd" "' - "$tessera" "$work/modes"
check 'env: in XDG_RUNTIME_DIR when no folder is named' 0 "KRB5_CONFIG='$work/tessera/krb5.conf'" env XDG_RUNTIME_DIR="$work" "$tessera" env

# standard output that cannot be written
for verb in list 'list --accounts' 'run kerberos-logon' 'run --json kerberos-logon' "env --dir $work/modes" \
    'check scenarios/kerberos-logon.yaml' lesson help 'vectors tests/vectors/rfc3962.txt'; do
    check "$verb: a full disk is trouble" 2 'standard output could not be written' sh -c "'$tessera' $verb </dev/null >/dev/full"
    check "$verb: so is a closed one" 2 'standard output could not be written' sh -c "'$tessera' $verb </dev/null >&-"
done
check 'exec: the status stays that of the command' 7 '' sh -c "'$tessera' exec -- sh -c 'exit 7' >&-"

# exec
x() { timeout 60 "$tessera" exec "$@"; }
check 'exec: 0' 0 '' x true
check 'exec: the status of the command' 7 '' x -- sh -c 'exit 7'
check 'exec: killed by SIGKILL: 137' 137 '' x -- sh -c 'kill -KILL $$'
check 'exec: killed by SIGTERM: 143' 143 '' x -- sh -c 'kill -TERM $$'
check 'exec: standard input passes through' 0 '^hello$' sh -c 'echo hello | "$1" exec cat' - "$tessera"
check 'exec: options of the command are its own' 0 '^--help -- -n$' x echo --help -- -n
check 'exec: no command' 2 'no command' x
check 'exec: no such scenario is trouble of ours' 125 'no-such-scenario' x -s no-such-scenario true
check 'exec: the variables' 0 'KRB5_CONFIG=.*/krb5.conf' x env
check 'exec: kinit with the password from standard input' 0 'Default principal: alice' \
    sh -c 'echo "$2" | "$1" exec -- sh -c "kinit alice >/dev/null && klist"' - "$tessera" "$(password_of alice)"
check 'exec: a record that can be played again' 0 '[1-9][0-9]* replies the same' \
    sh -c 'echo "$2" | "$1" exec -r "$3" kinit alice >/dev/null && "$1" replay "$3"' - "$tessera" "$(password_of alice)" "$work/exec.pcapng"
mkdir "$work/tmp"
check 'exec: its folder is under TMPDIR' 0 "^$work/tmp/tessera-" env TMPDIR="$work/tmp" "$tessera" exec sh -c 'echo "$CURL_HOME"'
check 'exec: and gone afterwards' 0 '^0$' sh -c 'ls -A "$1" | wc -l' - "$work/tmp"
told_to_end() {
    TMPDIR="$work/tmp" "$tessera" exec -- sh -c 'trap "echo told; exit 5" TERM; echo ready; while :; do sleep 0.05; done' >"$work/told" &
    local pid=$!
    for _ in $(seq 200); do grep -q ready "$work/told" && break; sleep 0.05; done
    kill -TERM "$pid" && wait "$pid"
    local status=$?
    cat "$work/told"
    return $status
}
check 'exec: SIGTERM is passed on, and the status of the command comes back' 5 'told' told_to_end
check 'exec: then too its folder is gone' 0 '^0$' sh -c 'ls -A "$1" | wc -l' - "$work/tmp"
check '--version' 0 '^tessera [0-9]' "$tessera" --version
check 'help VERB is its --help' 0 'Usage: tessera run ' "$tessera" help run
check 'help of no verb' 2 "no verb and no lesson is called 'frob'" "$tessera" help frob
check 'vectors: every file of ours passes' 0 '^[1-9][0-9]* passed, 0 failed, [0-9]+ skipped$' "$tessera" vectors tests/vectors/*.txt
check 'vectors: a bare KRB-ERROR is read' 0 '^1 passed, 0 failed, 0 skipped$' "$tessera" vectors tests/vectors/windows-messages.txt
finish
