#!/bin/bash
# The live web service: curl, HTTP as it should not be, and MIT's GSS-API on either side of the AP
# exchange.
. tests/interop/lib.sh
start_live
pw=$(password_of alice)
kinit_alice() { printf '%s\n' "$pw" | kinit "$@" alice; }
url=http://www.example.test:$http_port/
http() { "$peers/peer" tcp 127.0.0.1 "$http_port" "$@"; }
statuses() { http "$@" | tr -d '\r' | sed -n 's/^HTTP\/1.1 //p; s/^closed$/closed/p; s/^open$/open/p' | paste -sd' '; }
gss() { "$peers/gss" 127.0.0.1:"$http_port" "$@"; }
engine() { "$peers/engine" 127.0.0.1:"$port" alice HTTP/www.example.test password="$pw" "$@"; }
get='GET / HTTP/1.1\r\nHost: www\r\n\r\n'

check 'curl: 401, and what to bring' 0 'WWW-Authenticate: Negotiate' curl -si "$url"
check 'curl --negotiate without a ticket: 401' 0 '^401$' curl -s -o /dev/null -w '%{http_code}' --negotiate -u : "$url"
kinit_alice
check 'curl --negotiate with a ticket: SPNEGO, and the page' 0 '^200$' curl -s -o /dev/null -w '%{http_code}' --negotiate -u : "$url"
check 'the narration says what was taken' 0 'Kerberos it is' cat "$work/live.out"
check 'curl got the ticket for it' 0 'HTTP/www.example.test@EXAMPLE.TEST' klist
check 'curl --ntlm: 401' 0 '^401$' curl -s -o /dev/null -w '%{http_code}' --ntlm -u alice:x "$url"
check 'curl --basic: 401' 0 '^401$' curl -s -o /dev/null -w '%{http_code}' --basic -u "alice:$pw" "$url"
check 'curl -I: HEAD has no body' 0 '^401 0$' curl -sI -o /dev/null -w '%{http_code} %{size_download}' "$url"
check 'curl POST: 401, as GET' 0 '^401$' curl -s -o /dev/null -w '%{http_code}' -d a=b "$url"

check 'requests on one connection' 0 '^401 Unauthorized 401 Unauthorized 401 Unauthorized open$' statuses "text:$get$get" pause:100 "text:$get" rest
check 'a head in two halves' 0 '^401 Unauthorized open$' statuses 'text:GET / HT' pause:300 'text:TP/1.1\r\nHost: www\r\n\r\n' rest
check 'POST with a body, then GET' 0 '^401 Unauthorized 401 Unauthorized open$' \
    statuses "text:POST / HTTP/1.1\r\nHost: www\r\nContent-Length: 3\r\n\r\nabc$get" rest
for bad in 'no request' 'GET' 'GET /' 'GET / HTTP/1.1\r\nHost : www' 'GET / HTTP/1.1\nHost: www\n' \
    'GET / HTTP/1.1\r\nHost: www\r\n folded' 'GET / HTTP/1.1\r\nContent-Length: x' \
    'GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2' 'GET / HTTP/1.1\r\nTransfer-Encoding: chunked'; do
    check "400 and closed: ${bad//\\/}" 0 '^400 Bad Request closed$' statuses "text:$bad\r\n\r\n" rest
done
for token in '' ' ' ' ====' ' !!!' ' YII=' ' TlRMTVNTUAABAAAA' ' oRQwEg=='; do
    check "401 and open: Negotiate$token" 0 '^401 Unauthorized 401 Unauthorized open$' \
        statuses "text:GET / HTTP/1.1\r\nHost: www\r\nAuthorization: Negotiate$token\r\n\r\n$get" rest
done
check 'Kerberos in the place of HTTP: 400 or closed' 0 '^(400 Bad Request )?closed$' statuses as:alice shut rest

# MIT's initiator, our acceptor
check 'MIT initiates: 200, and our AP-REP completes its context' 0 '^complete$' gss HTTP/www.example.test
check 'the page is for her' 0 '^HttpContext.User: EXAMPLE.alice' gss HTTP/www.example.test
check 'without mutual authentication: 200 and no token' 0 'no token came back' gss HTTP/www.example.test oneway
check 'the same token again: 401' 0 '^HTTP/1.1 401' gss HTTP/www.example.test again
check 'KRB_AP_ERR_REPEAT in its token' 0 '^KRB-ERROR 34$' gss HTTP/www.example.test again
check 'which MIT reads' 0 '^Request is a replay$' gss HTTP/www.example.test again
kinit_alice -f
check "MIT hands over alice's logon: 200" 0 '^HTTP/1.1 200' gss HTTP@www.example.test delegate
check 'our TGS forwarded it, our service opened it' 0 'brings the ticket of alice@EXAMPLE.TEST for krbtgt/EXAMPLE.TEST@EXAMPLE.TEST and its session key, flags forwardable forwarded .*good until' sh -c "tr -s ' \n' ' ' <'$work/live.out' | grep -o 'The client hands over its logon.*'"
check 'without mutual authentication it was not' 0 '^1$' sh -c "grep -c 'hands over its logon' '$work/live.out'"
check 'a ticket for another service: 401' 0 '^HTTP/1.1 401' gss host/server.example.test
check 'said with an error' 0 '^KRB-ERROR (31|35|45)$' gss host/server.example.test

# another realm of the same name, with other keys
sed 's/^seed: 42/seed: 43/' scenarios/example-test.yaml >"$work/other.yaml"
"$tessera" live "$work/other.yaml" --port 0 --kpasswd-port 0 --http-port 0 --pid-file "$work/pid2" >"$work/other.out" 2>&1 &
other=$!
for _ in $(seq 600); do [ -s "$work/pid2" ] && grep -q '^tessera live:' "$work/other.out" && break; sleep 0.05; done
other_port=$(sed -n 's/.*HTTP on port \([0-9]*\).*/\1/p' "$work/other.out")
check 'a service with another key: KRB_AP_ERR_BAD_INTEGRITY' 0 '^KRB-ERROR 31$' "$peers/gss" 127.0.0.1:"$other_port" HTTP/www.example.test
kill "$other" && wait "$other"

for etype in 17 18 19 20 23; do
    check "etype $etype: our client, our KDC, our service" 0 'and the service proved itself: .*EXAMPLE.alice' \
        engine etype=$etype http=127.0.0.1:"$http_port"
done

# our initiator, MIT's acceptor, with the keytab of `tessera env`
check 'MIT accepts our token' 0 '^accepted alice@EXAMPLE.TEST mutual' engine accept=1
check 'its AP-REP convinces our client' 0 '^get: granted.*the service proved itself' engine accept=1
check 'without mutual authentication' 0 '^accepted alice@EXAMPLE.TEST integ$' engine accept=1 oneway=1
check 'MIT sees a replay as one' 0 '^Request is a replay$' engine accept=1 again=1
for etype in 17 19 20; do
    check "etype $etype: MIT accepts" 0 '^accepted alice@EXAMPLE.TEST mutual' engine etype=$etype accept=1
done
eval "$("$tessera" env "$work/other.yaml" --dir "$work/other")"
check 'with a keytab of other keys MIT refuses' 1 '^get: refused' engine accept=1
stop_live
finish
