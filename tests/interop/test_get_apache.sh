#!/bin/bash
# `tessera get` at Apache httpd: mod_auth_gssapi with the keytab of our realm, and with gss-ntlmssp;
# htpasswd, htdigest, TLS.
. tests/interop/lib.sh
modules=/usr/lib/apache2/modules
for tool in /usr/sbin/apache2 htpasswd openssl "$modules/mod_auth_gssapi.so"; do
    command -v "$tool" >/dev/null || [ -e "$tool" ] || { echo "not ok $tool is not there"; exit 1; }
done

# certificate HOST: a key, an authority's certificate and one for the host, signed with SHA-256
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
        -keyout "$work/ca.key" -out "$work/ca.pem"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
        -keyout "$work/host.key" -out "$work/host.csr"
    openssl x509 -req -in "$work/host.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
        -extfile <(echo "subjectAltName=DNS:$1") -out "$work/host.pem"
} >/dev/null 2>&1

start_live -q
pw=$(password_of alice)
web=$(free_ports 4)
tls=$((web + 1))
proxy=$((web + 2)) # asks for Basic
proxy_digest=$((web + 3))
mkdir "$work/www"
for place in negotiate basic digest open far ntlm; do
    mkdir "$work/www/$place"
    echo "page of $place" >"$work/www/$place/index.txt"
done
certificate www.example.test
cp "$work/env/krb5.keytab" "$work/env/krb5.conf" "$work/"
printf '%s' "$pw" | htpasswd -ic "$work/passwords" alice 2>/dev/null
printf 'alice:staff:%s\n' "$(printf 'alice:staff:%s' "$pw" | md5sum | cut -d' ' -f1)" >"$work/digests"
cat >"$work/httpd.conf" <<END
ServerRoot $work
ServerName www.example.test
DocumentRoot $work/www
PidFile $work/httpd.pid
ErrorLog $work/error.log
LogLevel warn
Listen 127.0.0.1:$web
Listen 127.0.0.1:$tls
Listen 127.0.0.1:$proxy
Listen 127.0.0.1:$proxy_digest
$(for m in mpm_event authn_core authn_file authz_core authz_user auth_basic auth_digest auth_gssapi socache_shmcb ssl \
    proxy proxy_http proxy_connect; do
    echo "LoadModule ${m}_module $modules/mod_$m.so"; done)
$([ "$(id -u)" = 0 ] && echo 'User www-data' && echo 'Group www-data')
StartServers 1
ThreadsPerChild 4
MinSpareThreads 1
MaxSpareThreads 4
MaxRequestWorkers 4
KeepAlive On
<Location /negotiate>
AuthType GSSAPI
AuthName realm
GssapiCredStore keytab:$work/krb5.keytab
GssapiAllowedMech krb5
Require valid-user
</Location>
<Location /far>
AuthType GSSAPI
AuthName realm
GssapiCredStore keytab:$work/krb5.keytab
GssapiAllowedMech krb5
Require user ben@EXAMPLE.TEST
</Location>
<Location /ntlm>
AuthType GSSAPI
AuthName realm
GssapiAllowedMech ntlmssp
GssapiConnectionBound On
Require valid-user
</Location>
<Location /basic>
AuthType Basic
AuthName staff
AuthUserFile $work/passwords
Require valid-user
</Location>
<Location /digest>
AuthType Digest
AuthName staff
AuthDigestProvider file
AuthUserFile $work/digests
Require valid-user
</Location>
<VirtualHost 127.0.0.1:$tls>
SSLEngine on
SSLCertificateFile $work/host.pem
SSLCertificateKeyFile $work/host.key
</VirtualHost>
<VirtualHost 127.0.0.1:$proxy>
ProxyRequests On
AllowCONNECT $tls
<Proxy "*">
AuthType Basic
AuthName proxy
AuthUserFile $work/passwords
Require valid-user
</Proxy>
</VirtualHost>
<VirtualHost 127.0.0.1:$proxy_digest>
ProxyRequests On
<Proxy "*">
AuthType Digest
AuthName staff
AuthDigestProvider file
AuthUserFile $work/digests
Require valid-user
</Proxy>
</VirtualHost>
END
chmod -R a+rX "$work"
chmod 644 "$work/krb5.keytab" "$work/host.key"
chmod 700 "$work/env"
printf 'EXAMPLE:alice:%s\n' "$pw" >"$work/ntlm.users"
chmod 644 "$work/ntlm.users"
NTLM_USER_FILE=$work/ntlm.users KRB5_CONFIG=$work/krb5.conf KRB5RCACHENAME=none: KRB5_KTNAME=$work/krb5.keytab \
    /usr/sbin/apache2 -f "$work/httpd.conf" -DFOREGROUND >"$work/httpd.out" 2>&1 &
httpd=$!
for _ in $(seq 100); do [ -n "$(ss -Hltn "sport = :$tls")" ] && break; sleep 0.05; done

# get PATH ARG...: from our Apache, by http or by https
get() { "$tessera" get --connect-to "127.0.0.1:$web" "http://www.example.test:$web$1" "${@:2}"; }
gets() { "$tessera" get --connect-to "127.0.0.1:$tls" "https://www.example.test:$tls$1" "${@:2}"; }

check 'a page that asks for nothing' 0 '^page of open$' get /open/index.txt
check 'with its head' 0 '^HTTP/1.1 200 OK' get /open/index.txt -i
check 'none such: 404, status 1' 1 'HTTP 404 Not Found' get /none
check 'nobody listens: status 2' 2 'Connection refused' "$tessera" get http://127.0.0.1:1/

check 'Negotiate without a ticket: not Kerberos, and why' 1 'not Kerberos: the credentials are of no domain account' \
    get /negotiate/index.txt
check 'no ticket, a password: NTLM, which this Apache has not' 1 'not Kerberos: .*|Negotiate \(NTLM\) was refused' \
    get /negotiate/index.txt -u "alice:$pw"
printf '%s\n' "$pw" | kinit alice >/dev/null
check 'Negotiate: Kerberos in SPNEGO, mutual' 0 '^page of negotiate$' get /negotiate/index.txt --mutual
check 'the server proved itself' 0 'HTTP 200, by Negotiate \(Kerberos\), and the service proved itself' get /negotiate/index.txt -v
check 'the decision is told' 0 'decided, client.negotiate: Kerberos' get /negotiate/index.txt -v
check 'and the scheme' 0 'decided, client.scheme: Negotiate' get /negotiate/index.txt -v
check 'the ticket is in the cache that kinit made' 0 'HTTP/www.example.test@EXAMPLE.TEST' klist
check 'bare Kerberos' 0 '^page of negotiate$' get /negotiate/index.txt --bare --mutual
check 'admitted, and still not for her: 401' 1 'HTTP 401' get /far/index.txt
check 'an address has no SPN here: said' 1 'not Kerberos: no account has the SPN' \
    "$tessera" get "http://127.0.0.1:$web/negotiate/index.txt"
check 'as JSON' 0 '"client.negotiate"' get /negotiate/index.txt --json
check 'asked for NTLM only' 1 'offered, and none of it is known here' get /negotiate/index.txt --ntlm

check 'NTLM by itself, at gss-ntlmssp' 0 '^page of ntlm$' get /ntlm/index.txt --ntlm -u "EXAMPLE\\alice:$pw"
check 'NTLM inside Negotiate' 0 '^page of ntlm$' get /ntlm/index.txt --negotiate -c "$work/none" -u "EXAMPLE\\alice:$pw"
check 'bare inside Negotiate' 0 '^page of ntlm$' get /ntlm/index.txt --negotiate --bare -c "$work/none" -u "alice:$pw"
check 'with a ticket too: the server takes NTLM, said' 0 'not Kerberos: the other end chose NTLM' \
    get /ntlm/index.txt --negotiate -u "alice:$pw"
check 'and the list of mechanisms is signed both ways' 0 "other end's mechListMIC fits" \
    sh -c "'$tessera' get -v --negotiate -u alice:'$pw' --connect-to 127.0.0.1:$web http://www.example.test:$web/ntlm/index.txt 2>&1 | tr -s ' \n' ' '"
check 'a wrong password' 1 'NTLM was refused' get /ntlm/index.txt --ntlm -u 'EXAMPLE\alice:wrong'

check 'Basic' 0 '^page of basic$' get /basic/index.txt --basic -u "alice:$pw"
printf '%s\n' "$pw" >"$work/pw"
check 'Basic, password from a file' 0 '^page of basic$' get /basic/index.txt -u alice --password-file "$work/pw"
check 'Basic, wrong password' 1 'HTTP 401 Unauthorized: Basic was refused' get /basic/index.txt -u alice:wrong
check 'Basic: a logon has no password to send' 1 'a logon leaves no password to send' get /basic/index.txt
check 'Digest, and Apache proves that it has the hash' 0 'by Digest, and the service proved itself' get /digest/index.txt -u "alice:$pw" -v
check 'the page' 0 '^page of digest$' get /digest/index.txt --digest -u "alice:$pw"
check 'Digest, wrong password' 1 'Digest was refused' get /digest/index.txt -u alice:wrong
check 'Digest, no such user' 1 'Digest was refused' get /digest/index.txt -u "nobody:$pw"
check 'Digest of a target with a query' 0 '^page of digest$' get '/digest/index.txt?a=b&c' -u "alice:$pw"

check 'https: an authority that is not known' 2 "the server's certificate: " gets /open/index.txt
check 'https with --cacert' 0 '^page of open$' gets /open/index.txt --cacert "$work/ca.pem"
check 'https: another host than the certificate says' 2 "the server's certificate: hostname mismatch" \
    "$tessera" get --connect-to "127.0.0.1:$tls" "https://other.example.test:$tls/" --cacert "$work/ca.pem"
check 'https --insecure' 0 '^page of open$' gets /open/index.txt -k
check 'http at a port of https' 1 'HTTP 400' "$tessera" get "http://127.0.0.1:$tls/"
check 'https at a port of http' 2 'tessera: ' "$tessera" get -k "https://127.0.0.1:$web/"
check 'Basic inside TLS' 0 '^page of basic$' gets /basic/index.txt --cacert "$work/ca.pem" -u "alice:$pw"
check 'Negotiate inside TLS, bound to the channel' 0 '^page of negotiate$' gets /negotiate/index.txt --cacert "$work/ca.pem" --mutual
# the hash of gss_channel_bindings_struct, made by other means
bound=$( (head -c 16 /dev/zero; printf '\065\0\0\0tls-server-end-point:'
    openssl x509 -in "$work/host.pem" -outform DER | openssl sha256 -binary) | md5sum | cut -d' ' -f1)
check 'the hash is that of the certificate' 0 "$bound" \
    sh -c "'$tessera' get --connect-to 127.0.0.1:$tls https://www.example.test:$tls/negotiate/index.txt --cacert '$work/ca.pem' -v 2>&1 | tr -d ' \n'"
check 'without bindings' 0 '^page of negotiate$' gets /negotiate/index.txt --cacert "$work/ca.pem" --no-bindings

# through proxies, which reach the servers by address
by_basic=(--proxy "http://127.0.0.1:$proxy" --proxy-user "alice:$pw")
by_digest=(--proxy "http://127.0.0.1:$proxy_digest" --proxy-user "alice:$pw")
check 'a proxy that wants Basic' 0 '^page of open$' "$tessera" get "http://127.0.0.1:$web/open/index.txt" "${by_basic[@]}"
check 'a proxy that wants Digest, of the whole URL' 0 '^page of open$' "$tessera" get "http://127.0.0.1:$web/open/index.txt?x=1" "${by_digest[@]}"
check 'the proxy and the server each want theirs' 0 '^page of digest$' \
    "$tessera" get "http://127.0.0.1:$web/digest/index.txt" "${by_basic[@]}" -u "alice:$pw"
check 'without credentials for it: 407' 1 'HTTP 407' "$tessera" get "http://127.0.0.1:$web/open/index.txt" "${by_basic[@]:0:2}"
check 'a tunnel for https' 0 '^page of basic$' "$tessera" get -k "https://127.0.0.1:$tls/basic/index.txt" "${by_basic[@]}" -u "alice:$pw"
check 'no tunnel to elsewhere' 1 'HTTP 403.*the proxy opens no tunnel' "$tessera" get -k "https://127.0.0.1:$web/" "${by_basic[@]}"

kill "$httpd" && wait "$httpd" 2>/dev/null
stop_live
finish
