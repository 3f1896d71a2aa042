#!/bin/bash
# tshark reads what we record and export: no malformed packet, and with our keytab every sealed part
# opens. A recorded session, played again, gives the same replies.
. tests/interop/lib.sh
pw=$(password_of alice)

# all_open NAME FILE KEYTAB [TSHARK-ARG...]    no malformed packet, Kerberos in it, and each cipher
# opened. (Where two usages are possible, tshark complains of the first before it opens with the
# second; so each cipher must have one "Decrypted" below it, complaints or not.)
all_open() {
    local name=$1 file=$2 keytab=$3 text closed
    shift 3
    text=$(tshark -n -r "$file" "$@" -o kerberos.decrypt:TRUE -o "kerberos.file:$keytab" -V 2>"$work/tshark.err")
    check "$name: tshark reads it" 0 'Kerberos' printf '%s' "$text"
    check "$name: nothing malformed" 1 '' grep -qiE 'malformed|\[Expert Info \(Error' <<<"$text"
    closed=$(awk '/^ *cipher: / { if (n && !open) print at; n++; at = $0; open = 0 }
                  /Decrypted keytype/ { open = 1 }
                  END { if (!n) print "no cipher at all"; else if (!open) print at }' <<<"$text")
    check "$name: every sealed part opens" 0 '^$' echo "$closed"
}
for s in $("$tessera" list | awk '{ print $1 }'); do
    case $s in example-test) continue ;; esac
    (cd "$work" && "$OLDPWD/$tessera" export "$s" >"$s.out") || { echo "not ok export $s"; failed=1; continue; }
    if ! "$tessera" run "$s" | grep -qE '^[0-9]+ .*(AS-REQ|TGS-REQ|AP-REQ)'; then # no Kerberos in it: see below
        text=$(tshark -n -r "$work/$s.pcapng" -V 2>/dev/null)
        check "$s: tshark reads it" 0 'Hypertext Transfer Protocol' printf '%s' "$text"
        check "$s: nothing malformed" 1 '' grep -qiE 'malformed|\[Expert Info \(Error' <<<"$text"
        continue
    fi
    all_open "$s" "$work/$s.pcapng" "$work/$s.keytab"
done

# NTLM and netlogon: by the line that export prints
line=$(cd "$work" && sed -n '$p' lmcompat-matrix.out)
text=$(cd "$work" && eval "$line" 2>/dev/null)
check 'the NTLM run: nothing malformed' 1 '' grep -qiE 'malformed|\[Expert Info \(Error' <<<"$text"
check 'the keytab opens the secure channel' 0 'learned in frame [0-9]+ .*WEB1\$' grep 'session key learned' <<<"$text"
check 'tshark sees the question' 0 'NETWORK_INFO' grep NETWORK_INFO <<<"$text"
check 'and the answer' 0 'VALIDATION_SAM_INFO4' grep VALIDATION_SAM_INFO4 <<<"$text"

start_live --record "$work/live.pcapng"
printf '%s\n' "$pw" | kinit alice >/dev/null
kvno -q HTTP/www.example.test
kinit -k -t "$work/env/krb5.keytab" host/server.example.test
sed '/^\[libdefaults\]/a udp_preference_limit = 1' "$work/env/krb5.conf" >"$work/tcp.conf"
export KRB5_CONFIG=$work/tcp.conf
printf '%s\n' "$pw" | kinit alice >/dev/null
kvno -q host/server.example.test
curl -s -o /dev/null --negotiate -u : "http://www.example.test:$http_port/"
stop_live
all_open 'a live session' "$work/live.pcapng" "$work/env/realm.keytab" \
    -d "udp.port==$port,kerberos" -d "tcp.port==$port,kerberos" -d "tcp.port==$http_port,http"
check 'the recorded session gives the same replies' 0 '[1-9][0-9]* replies the same, 0 different' "$tessera" replay "$work/live.pcapng"
check 'another seed gives others' 1 'different' sh -c "sed 's/, seed 7/, seed 8/; t; s/, seed [0-9]/, seed 7/' '$work/live.pcapng' >'$work/other.pcapng'; '$tessera' replay '$work/other.pcapng'"
check 'replay of something else' 2 'not a recording' "$tessera" replay "$work/kerberos-logon.pcapng"
finish
