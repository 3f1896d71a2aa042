#!/bin/bash
# gokrb5's client (Go) at our KDC.
. tests/interop/lib.sh
command -v go >/dev/null || { echo 'not ok go is not there'; exit 1; }
export GOPATH=/usr/share/gocode GO111MODULE=off GOCACHE=${BUILD:-build}/gocache GOFLAGS=-buildvcs=false
GOCACHE=$(mkdir -p "$GOCACHE" && cd "$GOCACHE" && pwd)
check 'gokrb5 compiles' 0 '' go build -o "$work/client" tests/interop/go/client.go
start_live
pw=$(password_of alice)
client() { "$work/client" "$work/env/krb5.conf" "$@"; }
check 'gokrb5: password' 0 'ticket for HTTP/www.example.test etype 18' client alice EXAMPLE.TEST "$pw" HTTP/www.example.test
check 'gokrb5: keytab' 0 'ticket for' client host/server.example.test EXAMPLE.TEST "@$work/env/krb5.keytab" HTTP/www.example.test
check 'a wrong password' 1 'KDC_ERR_PREAUTH_FAILED' client alice EXAMPLE.TEST wrong HTTP/www.example.test
check 'nobody of that name' 1 'KDC_ERR_C_PRINCIPAL_UNKNOWN' client nobody EXAMPLE.TEST x HTTP/www.example.test
check 'a service nobody has' 1 'KDC_ERR_S_PRINCIPAL_UNKNOWN' client alice EXAMPLE.TEST "$pw" HTTP/nowhere
check 'a closed account' 1 'KDC_ERR_CLIENT_REVOKED' client carol EXAMPLE.TEST "$(password_of carol)" HTTP/www.example.test
finish
