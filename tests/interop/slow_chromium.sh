#!/bin/bash
# Chromium, without a screen, at the live web server. By policy (AuthServerAllowlist) it logs on by
# Negotiate where a ticket is, and the page says as whom; where none is, where the policy names
# another host, where no account has the name, it does not. With a name and a password in the URL it
# does Basic, Digest and its own NTLM.
# The policy is read from /etc only: it is written there for this test, as root, and removed.
. tests/interop/lib.sh
tests/tools/install.sh chromium >/dev/null || { echo 'not ok chromium is not there'; exit 1; }
[ "$(id -u)" = 0 ] || { echo 'not ok a policy is read from /etc only, and to write it there takes root'; exit 1; }
policy=/etc/chromium/policies/managed/tessera-test.json
without_policy() {
    rm -f "$policy"
    rmdir -p "${policy%/*}" 2>/dev/null # what is not empty stays
    cleanup
}
trap without_policy EXIT
mkdir -p "${policy%/*}"
# The resolver rule below makes an address of each name, and Chromium would ask for that one's SPN.
allow() { printf '{"AuthServerAllowlist": "%s", "DisableAuthNegotiateCnameLookup": true}\n' "$1" >"$policy"; }

# browse URL    the page, in a browser that knows nobody yet. That a server has spoken of Negotiate it
# knows: it then starts its network service outside the sandbox, in which no GSS-API library can be
# loaded; or else the first page would teach it so, and only the second be logged on to.
browse() {
    rm -rf "$work/browser"
    mkdir "$work/browser"
    echo '{"net": {"received_http_auth_negotiate_headers": true}}' >"$work/browser/Local State"
    timeout 60 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
        --disable-background-networking --disable-component-update --user-data-dir="$work/browser" \
        --host-resolver-rules='MAP *.example.test 127.0.0.1' "${with[@]}" --dump-dom "$1" 2>"$work/browser.err" || {
        echo "status $?, said:"
        cat "$work/browser.err"
    }
}
refused='Authentication is required'
# no_page URL WHY    nothing comes of it, and live says why
no_page() {
    browse "$1" >"$work/dom"
    ! grep -qE "$page" "$work/dom" && tail -n 40 "$work/live.out" | tr -s ' \n' ' ' | grep -oE "$2"
}
with=()
start_live --record "$work/live.pcapng"
pw=$(password_of alice)
at=www.example.test:$http_port
page='HttpContext.User: EXAMPLE.alice|A page for whoever logs on by NTLM'

allow '*.example.test'
check 'a page for everybody' 0 'AuthenticationType: -' browse "http://$at/anonymous"
check 'no ticket: nobody' 0 "$refused" browse "http://$at/negotiate"
printf '%s\n' "$pw" | kinit alice >/dev/null
check 'a ticket: the page says as whom' 0 "$page" browse "http://$at/negotiate"
check 'and by what' 0 'AuthenticationType: Kerberos' browse "http://$at/negotiate"
check 'it has a ticket for the name in the URL' 0 'HTTP/www.example.test@EXAMPLE.TEST' klist
check 'our service told why' 0 '= EXAMPLE.alice by Negotiate' cat "$work/live.out"
check 'a name that no account has: nobody' 0 "$refused" browse "http://nobody.example.test:$http_port/negotiate"
allow 'elsewhere.test'
check 'the policy names another host: nobody' 0 "$refused" browse "http://$at/negotiate"

allow '*.example.test'
for scheme in basic digest ntlm; do
    check "$scheme: the right password" 0 "$page" browse "http://alice:$pw@$at/$scheme"
    check "$scheme: a wrong one" 0 '' no_page "http://alice:wrong@$at/$scheme" 'STATUS_WRONG_PASSWORD' 
done
with=(--ignore-certificate-errors)
at=www.example.test:$https_port
check 'Negotiate inside TLS' 0 "$page" browse "https://$at/negotiate"
check 'NTLM inside TLS' 0 "$page" browse "https://EXAMPLE%5Calice:$pw@$at/ntlm"
with=()
check 'an authority that it does not know: no page' 1 '' grep -c . <(browse "https://$at/anonymous")
stop_live

read_by_tshark() {
    tshark -n -r "$work/live.pcapng" -K "$work/env/realm.keytab" -o kerberos.decrypt:TRUE -d "tcp.port==$http_port,http" \
        -d "tcp.port==$https_port,http" -V 2>/dev/null
}
read_by_tshark >"$work/read"
check 'tshark: nothing malformed' 1 '' grep -iE 'malformed|\[Expert Info \(Error' "$work/read"
check 'tshark: it is Chromium' 0 'HeadlessChrome' grep 'User-Agent' "$work/read"
check 'tshark: the ticket opens' 0 '[1-9]' grep -c encTicketPart "$work/read"
finish
