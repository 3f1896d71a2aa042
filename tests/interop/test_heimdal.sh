#!/bin/bash
# Heimdal: its kinit and kgetcred at our KDC, and our client at its KDC.
. tests/interop/lib.sh
. tests/interop/heimdal.sh
trap 'stop_heimdal "$work/h"; cleanup' EXIT

# ---- its clients, our KDC
sed 's/^accounts:/&\n  - {name: helpdesk, password: helpdesk-pw-1, flags: [sets-passwords]}/' scenarios/example-test.yaml >"$work/heim.yaml"
start_live "$work/heim.yaml"
export KRB5CCNAME=FILE:$work/cc
password_of alice >"$work/alice.pw"
hkinit() { h kinit.heimdal --password-file="$work/alice.pw" "$@"; }
check "Heimdal's kinit" 0 '' hkinit alice
check 'its klist shows the ticket' 0 'krbtgt/EXAMPLE.TEST@EXAMPLE.TEST' h klist.heimdal klist
check 'its kgetcred' 0 '' h kgetcred HTTP/www.example.test
check 'has the service ticket' 0 'HTTP/www.example.test@EXAMPLE.TEST' h klist.heimdal klist
check 'strong types' 0 'aes256-cts-hmac-sha1-96' h klist.heimdal klist -v
check 'MIT reads the cache' 0 'HTTP/www.example.test' klist
check 'forwardable, proxiable, renewable' 0 '' hkinit -f --proxiable -r 2d alice
check 'as its klist says' 0 'renewable, proxiable, forwardable' h klist.heimdal klist -v
check 'renewed' 0 '' h kinit.heimdal -R
check 'a forwarded ticket' 0 '' h kgetcred --forwardable HTTP/www.example.test
check 'a type it asks for' 0 '' hkinit -e aes128-cts-hmac-sha1-96 alice
check 'an enterprise name' 0 '' hkinit --enterprise alice@EXAMPLE.TEST
check 'canonicalize' 0 '' hkinit --canonicalize alice
check 'a keytab' 0 '' h kinit.heimdal -k -t "$work/env/krb5.keytab" host/server.example.test
hkinit alice
check 'a service nobody knows' 1 'no account has this service name' h kgetcred HTTP/nowhere.example.test
echo wrong >"$work/wrong.pw"
check 'a wrong password' 1 'Password incorrect' h kinit.heimdal --password-file="$work/wrong.pw" alice
check 'a closed account' 1 'account is disabled' hkinit carol
printf '%s\n' "$(password_of bob)" bob-pw-22 bob-pw-22 >"$work/bob.pw"
check 'kpasswd' 0 'Success|changed' h kpasswd.heimdal bob <"$work/bob.pw"
echo bob-pw-22 >"$work/bob.pw"
check 'the new password is good' 0 '' h kinit.heimdal --password-file="$work/bob.pw" bob
printf '%s\n' helpdesk-pw-1 bob-pw-333 bob-pw-333 >"$work/helpdesk.pw"
check "kpasswd for another, who may" 0 'Success|changed' h kpasswd.heimdal --admin-principal=helpdesk bob <"$work/helpdesk.pw"
echo bob-pw-333 >"$work/bob.pw"
check 'that one is good' 0 '' h kinit.heimdal --password-file="$work/bob.pw" bob
printf '%s\n' bob-pw-333 alice-pw-333 alice-pw-333 >"$work/bobs.pw"
check 'and for another, who may not' 1 'not permitted|Access denied' h kpasswd.heimdal --admin-principal=bob alice <"$work/bobs.pw"
check 'the narration says so' 0 'KRB5_KPASSWD_ACCESSDENIED' cat "$work/live.out"
check 'by TCP' 0 '' sh -c "sed 's|kdc = |kdc = tcp/|' '$work/env/krb5.conf' >'$work/tcp.conf'; KRB5_CONFIG='$work/tcp.conf' LD_LIBRARY_PATH='$heimdal_libs' '$heimdal/root/usr/bin/kinit.heimdal' --password-file='$work/alice.pw' alice"
stop_live

# ---- our client, its KDC
start_heimdal "$work/h" HEIM.TEST
for user in alice bob; do kadmin_h "$work/h" add --use-defaults -p "$user-pw-1" "$user" >/dev/null 2>&1; done
kadmin_h "$work/h" add --use-defaults -r HTTP/www.heim.test >/dev/null 2>&1
kadmin_h "$work/h" ext_keytab -k "$work/h/keytab" HTTP/www.heim.test >/dev/null 2>&1
export KRB5_CONFIG=$work/h/krb5.conf
logon() { # PASSWORD ARG...
    local pw=$1
    shift
    printf '%s\n' "$pw" | "$tessera" logon "$@"
}
check "our logon at Heimdal's KDC" 0 'krbtgt/HEIM.TEST' logon alice-pw-1 alice
check 'our ticket' 0 'HTTP/www.heim.test@HEIM.TEST: kvno = ' "$tessera" ticket -q HTTP/www.heim.test
check 'Heimdal reads our cache' 0 'HTTP/www.heim.test@HEIM.TEST' h klist.heimdal klist
check 'and goes on with it' 0 '' h kgetcred HTTP/www.heim.test
check 'MIT opens the ticket' 0 'keytab entry valid' kvno -k "$work/h/keytab" HTTP/www.heim.test
check 'a wrong password' 1 'Password incorrect' logon wrong -q alice
check 'nobody of that name' 1 'not found in Kerberos database' logon x -q nobody
check 'by TCP' 0 '' logon bob-pw-1 -q --tcp bob
check 'forwardable, renewable' 0 '' logon alice-pw-1 -q -f -r 2d alice
check 'renewed' 0 '' "$tessera" logon -q -R
check 'a service nobody knows' 1 'not found in Kerberos database' "$tessera" ticket -q HTTP/nowhere
finish
