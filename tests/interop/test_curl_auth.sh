#!/bin/bash
# curl at the live web server by every scheme: passwords right and wrong, tickets, names that nobody
# has, TLS with and without a certificate. tshark reads what was recorded, and opens it with the
# keytab.
. tests/interop/lib.sh
start_live --record "$work/live.pcapng"
pw=$(password_of alice)
http=http://www.example.test:$http_port
https=https://www.example.test:$https_port
get() { curl -s -w '%{http_code}\n' "$@"; }
body='HttpContext.User: EXAMPLE.alice$'

for scheme in basic digest ntlm; do
    check "$scheme: the right password" 0 "$body" get --$scheme -u "alice:$pw" "$http/$scheme"
    check "$scheme: a wrong one" 0 '^401$' get --$scheme -u alice:wrong "$http/$scheme"
    check "$scheme: nobody of that name" 0 '^401$' get --$scheme -u "mallory:$pw" "$http/$scheme"
    check "$scheme inside TLS" 0 "$body" get --$scheme -u "alice:$pw" "$https/$scheme"
done
check 'ntlm: with the domain' 0 "$body" get --ntlm -u "EXAMPLE\\alice:$pw" "$http/ntlm"
check 'ntlm: the account is disabled' 0 '^401$' get --ntlm -u "carol:$(password_of carol)" "$http/ntlm"
check 'ntlm: an account of the machine' 0 'HttpContext.User: WEB1.carl$' get --ntlm -u 'WEB1\carl:carl-pw-1' "$http/ntlm"
check "ntlm: a file that another may read" 0 '^401$' get --ntlm -u "alice:$pw" "$http/ntlm/bob.txt"
check "ntlm: and he does" 0 '^Only Bob reads this.$' get --ntlm -u "bob:$(password_of bob)" "$http/ntlm/bob.txt"
two() { curl -s -o /dev/null -o /dev/null -w '%{http_code} %{num_connects} ' --ntlm -u "alice:$pw" "$http/ntlm" "$http/ntlm"; }
check 'ntlm: the connection is authenticated, the second page needs nothing' 0 '^200 1 200 0 ' two
check 'the narration says what was verified' 0 '^  = EXAMPLE.alice by NTLM, verified by NTLM' cat "$work/live.out"

check 'negotiate: no ticket' 0 '^401$' get --negotiate -u : "$http/negotiate"
# without a ticket, and with gss-ntlmssp, curl's Negotiate brings NTLM
by_ntlm() { NTLM_USER_FILE=$work/users get --negotiate -u : "$@"; }
printf 'EXAMPLE:alice:%s\n' wrong >"$work/users"
check 'negotiate: NTLM inside, a wrong password' 0 '^401$' by_ntlm "$http/negotiate"
printf 'EXAMPLE:alice:%s\n' "$pw" >"$work/users"
check 'negotiate: NTLM inside' 0 'AuthenticationType: NTLM' by_ntlm "$http/negotiate"
check 'negotiate: NTLM inside, inside TLS' 0 "$body" by_ntlm "$https/negotiate"
for scheme in basic digest ntlm; do
    check "anyauth takes $scheme where nothing else is" 0 "$body|A page for whoever" get --anyauth -u "alice:$pw" "$http/$scheme"
    check "anyauth: a wrong password" 0 '^401$' get --anyauth -u alice:wrong "$http/$scheme"
done
printf '%s\n' "$pw" | kinit alice >/dev/null
check 'negotiate: a ticket' 0 'AuthenticationType: Kerberos' get --negotiate -u : "$http/negotiate"
check 'negotiate: a ticket goes before NTLM' 0 'AuthenticationType: Kerberos' by_ntlm "$http/both"
check 'negotiate inside TLS' 0 "$body" get --negotiate -u : "$https/negotiate"
other() { get --negotiate -u : --connect-to "nobody.example.test:$http_port:127.0.0.1:$http_port" "http://nobody.example.test:$http_port/negotiate"; }
check 'negotiate: a name that no account has' 0 '^401$' other
check 'anyauth takes Negotiate' 0 '^Staff reads this.$' get --anyauth -u : "$http/all"
check 'TLS, by the authority that is named' 0 "$body" env -u CURL_HOME curl -s --cacert "$work/env/ca.pem" --basic -u "alice:$pw" \
    --connect-to "www.example.test:$https_port:127.0.0.1:$https_port" "$https/basic"
check 'anonymous' 0 'AuthenticationType: -$' get "$http/anonymous"

stop_live
read_by_tshark() {
    tshark -n -r "$work/live.pcapng" -K "$work/env/realm.keytab" -o kerberos.decrypt:TRUE -d "tcp.port==$http_port,http" \
        -d "tcp.port==$https_port,http" -d tcp.port==49155,dcerpc -V 2>/dev/null
}
read_by_tshark >"$work/read"
check 'tshark: nothing malformed' 1 '' grep -iE 'malformed|\[Expert Info \(Error' "$work/read"
check 'tshark: NTLM' 0 '[1-9]' grep -c 'NTLM Message Type: NTLMSSP_AUTH' "$work/read"
check 'tshark: SPNEGO' 0 '[1-9]' grep -c 'negTokenInit' "$work/read"
check 'tshark: the secure channel opens with the keytab' 0 'WEB1' grep 'session key learned' "$work/read"
check 'tshark: a question to the controller, opened' 0 'alice' grep 'Acct Name' "$work/read"
check 'tshark: the ticket opens' 0 '[1-9]' grep -c 'encTicketPart' "$work/read"
check 'played again, the same answers' 0 '[1-9][0-9]* replies the same, 0 different' "$tessera" replay "$work/live.pcapng"

# what a certificate decides is not in a record: a live realm without one
start_live
https=https://www.example.test:$https_port http=http://www.example.test:$http_port
check 'a certificate of our authority' 0 'AuthenticationType: SSL/PCT' get --cert "$work/env/client.pem" "$https/certificate"
check 'is alice' 0 "$body" get --cert "$work/env/client.pem" "$https/certificate"
check 'no certificate' 0 '^40[13]$' get "$https/certificate"
check 'no TLS' 0 '^403$' get "$http/certificate"
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=alice -keyout "$work/own.key" -out "$work/own.crt" 2>/dev/null
check 'one that she signed herself' 0 '^40[13]$' get --cert "$work/own.crt" --key "$work/own.key" "$https/certificate"
check 'who does not know the authority stops' 60 '' curl -s --cacert "$work/own.crt" "$https/anonymous"
stop_live
finish
