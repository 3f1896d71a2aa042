#!/bin/bash
# http.sh BUILD [ROUNDS] [N]    our live web server beside Apache httpd (mod_auth_gssapi, with MIT's
# Kerberos and gss-ntlmssp; mod_auth_basic) in one run: requests a second and CPU time of a request
# with Negotiate, NTLM, Basic and without proof. The servers run on CPU 0, the load on CPU 1;
# contenders take turns, round after round. PRIO is put before each program, as in kdc.sh.
#
# Apache has its best case: pages from files, no access log, one process with threads, a password
# hashed once with SHA-1, NTLM's passwords in a file, no replay cache (measured apart). Ours decides
# anew with each request who may read, keeps its replay cache, and asks its domain controller over
# the secure channel for Basic and NTLM.
set -u
build=$1 rounds=${2:-5} n=${3:-8000}
here=$(dirname "$0")
work=$(mktemp -d) results=$build/bench-http.txt
server_cpu=0 load_cpu=$(($(nproc) > 1))
modules=/usr/lib/apache2/modules
declare -A pid port
cleanup() {
    kill "${pid[@]}" 2>/dev/null
    wait
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP
until_there() { # until COMMAND... is true
    for _ in $(seq 200); do "$@" && return; sleep 0.05; done
    echo "http.sh: a server did not start" >&2
    cat "$work"/*.err "$work"/*.log >&2
    exit 2
}

${PRIO-} taskset -c $server_cpu ./tessera live --quiet --workers 1 --port 0 --kpasswd-port 0 --http-port 0 --pid-file "$work/pid" \
    >"$work/out" 2>"$work/live.err" &
pid[tessera]=$!
until_there grep -qs 'HTTP on port' "$work/out"
port[tessera]=$(sed -n 's/.*HTTP on port \([0-9]*\).*/\1/p' "$work/out")
eval "$(./tessera env --dir "$work/env" --port "$(sed -n 's/.*KDC on [^ ]* port \([0-9]*\).*/\1/p' "$work/out")")"
password=$(./tessera list --accounts | awk '$1 == "alice" { print $2 }')
export KRB5CCNAME=FILE:$work/cc
printf '%s\n' "$password" | kinit alice >/dev/null || exit 2

chmod 755 "$work"
mkdir "$work/www"
for page in anonymous basic negotiate ntlm; do # as long as ours
    awk 'BEGIN { for (i = 0; i < 12; i++) print "This line of the page says nothing, at some length." }' >"$work/www/$page"
done
cp "$work/env/krb5.keytab" "$work/env/krb5.conf" "$work/"
htpasswd -isc "$work/passwords" alice <<<"$password" 2>/dev/null
printf 'EXAMPLE:alice:%s\n' "$password" >"$work/ntlm.users"
chmod 644 "$work/krb5.keytab" "$work/krb5.conf" "$work/ntlm.users" "$work/passwords"

apache() { # NAME PORT REPLAY-CACHE
    port[$1]=$2
    cat >"$work/$1.conf" <<E2
ServerRoot $work
ServerName www.example.test
DocumentRoot $work/www
PidFile $work/$1.pid
ErrorLog $work/$1.log
LogLevel error
Listen 127.0.0.1:$2
$(for m in mpm_event authn_core authn_file authz_core authz_user auth_basic auth_gssapi; do
    echo "LoadModule ${m}_module $modules/mod_$m.so"; done)
$([ "$(id -u)" = 0 ] && echo 'User www-data' && echo 'Group www-data')
StartServers 1
ServerLimit 1
ThreadLimit 32
ThreadsPerChild 32
MinSpareThreads 1
MaxSpareThreads 32
MaxRequestWorkers 32
MaxKeepAliveRequests 0
KeepAliveTimeout 60
<Location /basic>
AuthType Basic
AuthName staff
AuthUserFile $work/passwords
Require valid-user
</Location>
<Location /negotiate>
AuthType GSSAPI
AuthName realm
GssapiCredStore keytab:$work/krb5.keytab
GssapiAllowedMech krb5
Require valid-user
</Location>
<Location /ntlm>
AuthType GSSAPI
AuthName realm
GssapiAllowedMech ntlmssp
GssapiConnectionBound On
Require valid-user
</Location>
E2
    NTLM_USER_FILE=$work/ntlm.users KRB5_CONFIG=$work/krb5.conf KRB5RCACHENAME=$3 KRB5_KTNAME=$work/krb5.keytab \
        ${PRIO-} taskset -c $server_cpu /usr/sbin/apache2 -f "$work/$1.conf" -DFOREGROUND >"$work/$1.err" 2>&1 &
    pid[$1]=$!
    until_there listens "$2"
}
listens() { [ -n "$(ss -Hltn "sport = :$1")" ]; }
apache apache 18851 none:
apache apache-replay 18852 dfl:
sleep 0.5

# threads_of NAME    its process and its children, whose time is the server's
threads_of() { echo "${pid[$1]}$(ps -o pid= --ppid "${pid[$1]}" | awk '{ printf ",%d", $1 }')"; }
load() { # CONTENDER MODE N OPTION...
    ${PRIO-} "$build/tests/bench/httpload" --cpu $load_cpu --label "$1" --port "${port[$1]}" --pid "$(threads_of "$1")" \
        --mode "$2" --path "/$2" --password "$password" -n "$3" -w 16 "${@:4}" >>"$results"
}
: >"$results"
for r in $(seq "$rounds"); do
    echo "round $r of $rounds"
    for c in apache tessera; do
        load $c anonymous "$n" --warmup 500
        load $c basic "$n" --warmup 500
        load $c negotiate "$n" --warmup 500
        [ $c = apache ] && load apache-replay negotiate "$n" --warmup 500
        load $c ntlm $((n / 4)) --warmup 100 --each 1
        load $c ntlm "$n" --warmup 500 --each 100
    done
done
echo "
Medians of $rounds rounds of $n requests, on 16 connections; every answer looked at. All lines: $results
"
awk -f "$here/median.awk" -f "$here/http.awk" "$results"
