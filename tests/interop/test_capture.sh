#!/bin/bash
# tshark reads what we record and export: no malformed packet, and with our keytab every sealed part
# opens. A recorded session, played again, gives the same replies.
. tests/interop/lib.sh
pw=$(password_of alice)

# all_open NAME FILE KEYTAB    no malformed packet, Kerberos in it, and no cipher left closed
all_open() {
    local name=$1 file=$2 keytab=$3 text
    text=$(tshark -n -r "$file" -o kerberos.decrypt:TRUE -o "kerberos.file:$keytab" -V 2>"$work/tshark.err")
    check "$name: tshark reads it" 0 'Kerberos' printf '%s' "$text"
    check "$name: nothing malformed" 1 '' grep -qiE 'malformed|\[Expert Info \(Error' <<<"$text"
    check "$name: nothing sealed stays closed" 1 '' grep -qE 'Missing keytype|Can.t decrypt' <<<"$text"
    local ciphers opened
    ciphers=$(grep -cE '^ *cipher: ' <<<"$text")
    opened=$(grep -cE 'Decrypted keytype' <<<"$text")
    check "$name: $opened of $ciphers sealed parts opened" 0 '' test "$opened" -ge "$ciphers" -a "$ciphers" -gt 0
}
for s in $("$tessera" list | awk '{ print $1 }'); do
    case $s in example-test) continue ;; esac
    (cd "$work" && "$OLDPWD/$tessera" export "$s" >"$s.out") || { echo "not ok export $s"; failed=1; continue; }
    all_open "$s" "$work/$s.pcapng" "$work/$s.keytab"
done

start_live --record "$work/live.pcapng"
printf '%s\n' "$pw" | kinit alice
kvno -q HTTP/www.example.test
echo wrong | kinit bob 2>/dev/null
KRB5_CONFIG=$work/tcp.conf
sed '/^\[libdefaults\]/a udp_preference_limit = 1' "$work/env/krb5.conf" >"$KRB5_CONFIG"
export KRB5_CONFIG
printf '%s\n' "$pw" | kinit alice
kvno -q host/server.example.test
curl -s -o /dev/null --negotiate -u : "http://www.example.test:$http_port/"
stop_live
all_open 'a live session' "$work/live.pcapng" "$work/live.pcapng.keytab"
check 'the recorded session gives the same replies' 0 '0 different' "$tessera" replay "$work/live.pcapng"
finish
