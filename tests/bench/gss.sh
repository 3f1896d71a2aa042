#!/bin/bash
# gss.sh BUILD [ROUNDS]    mutual handshakes, ours beside MIT's GSS-API, in one process; cache and
# keytab come from a live realm of ours.
set -eu
build=$1 rounds=${2:-5}
work=$(mktemp -d)
trap 'kill $live 2>/dev/null; rm -rf "$work"' EXIT
./tessera live --quiet --port 0 --kpasswd-port 0 --no-http --pid-file "$work/pid" >"$work/out" 2>&1 &
live=$!
for _ in $(seq 200); do [ -s "$work/pid" ] && grep -q port "$work/out" && break; sleep 0.05; done
port=$(sed -n 's/.*KDC on [^ ]* port \([0-9]*\).*/\1/p' "$work/out" | head -n 1)
eval "$(./tessera env --dir "$work/env" --port "$port")"
export KRB5CCNAME=$work/cc
./tessera list --accounts | awk '$1 == "alice" { print $2 }' | ./tessera logon -q alice >/dev/null 2>&1
./tessera ticket -q HTTP/www.example.test >/dev/null
"$build/tests/bench/gss" "$work/cc" "$work/env/krb5.keytab" www.example.test "$rounds"
"$build/tests/bench/gss" --files "$work/cc" "$work/env/krb5.keytab" www.example.test "$rounds" 500
