#!/bin/bash
# mit.sh start DIR PORT CPU TUNED USERS | stop DIR    a throw-away MIT krb5kdc of realm EXAMPLE.TEST.
# TUNED 1: no last-success and lockout writes (disable_last_success, disable_lockout). USERS accounts
# user000001... share one key: the record of the first, with its explicit salt, is copied in a dump.
set -eu
PATH=$PATH:/usr/sbin:/sbin
do=$1 dir=$2
export KRB5_CONFIG=$dir/krb5.conf KRB5_KDC_PROFILE=$dir/kdc.conf
if [ "$do" = stop ]; then
    [ -s "$dir/kdc.pid" ] && kill "$(cat "$dir/kdc.pid")" 2>/dev/null || true
    exit 0
fi
port=$3 cpu=$4 tuned=$5 users=$6
etype=aes256-cts-hmac-sha1-96
rm -rf "$dir" && mkdir -p "$dir"
flag=false
[ "$tuned" = 1 ] && flag=true
cat >"$KRB5_CONFIG" <<E2
[libdefaults]
  default_realm = EXAMPLE.TEST
  dns_lookup_kdc = false
  rdns = false
[realms]
  EXAMPLE.TEST = {
    kdc = 127.0.0.1:$port
  }
E2
cat >"$KRB5_KDC_PROFILE" <<E2
[kdcdefaults]
  kdc_listen = 127.0.0.1:$port
  kdc_tcp_listen = 127.0.0.1:$port
[realms]
  EXAMPLE.TEST = {
    database_module = db
    key_stash_file = $dir/stash
    master_key_type = $etype
    supported_enctypes = $etype:normal
  }
[dbmodules]
  db = {
    db_library = db2
    database_name = $dir/principal
    disable_last_success = $flag
    disable_lockout = $flag
  }
[logging]
  kdc = FILE:$dir/kdc.log
E2
{
    kdb5_util create -s -r EXAMPLE.TEST -P master
    kadmin.local addprinc +requires_preauth -pw bench-pw-1 alice
    kadmin.local addprinc -randkey HTTP/www.example.test
    kadmin.local addprinc +requires_preauth -e "$etype:normal" -pw bench-pw-1 user000001
} >"$dir/setup.log" 2>&1
if [ "$users" -gt 1 ]; then
    kdb5_util dump "$dir/one"
    grep -P '\tuser000001@' "$dir/one" >"$dir/record"
    awk -v n="$users" 'NR == FNR { r = $0; next } { print }
        END { for (i = 2; i <= n; i++) { s = r; gsub(/user000001@/, sprintf("user%06d@", i), s); print s } }' \
        "$dir/record" "$dir/one" >"$dir/all"
    kdb5_util load "$dir/all" >>"$dir/setup.log" 2>&1
fi
${PRIO-} taskset -c "$cpu" krb5kdc -n -r EXAMPLE.TEST -P "$dir/kdc.pid" >>"$dir/setup.log" 2>&1 &
for _ in $(seq 100); do
    [ -s "$dir/kdc.pid" ] && grep -q 'commencing operation' "$dir/kdc.log" 2>/dev/null && exit 0
    sleep 0.1
done
echo "krb5kdc did not start; see $dir" >&2
exit 1
