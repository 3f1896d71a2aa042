#!/bin/bash
# impacket's client (pure Python) at our KDC.
. tests/interop/lib.sh
python=/usr/bin/python3 # Debian's: its packages are there
start_live --no-http
pw=$(password_of alice)
client() { "$python" tests/interop/impacket_client.py "$port" "$@"; }
check 'impacket: AS and TGS under aes256' 0 'ticket for HTTP/www.example.test etype 18' client alice "$pw" EXAMPLE.TEST HTTP/www.example.test 18
check 'under aes128' 0 'TGT, session key of etype' client alice "$pw" EXAMPLE.TEST HTTP/www.example.test 17
check 'a wrong password' 1 'KDC_ERR_PREAUTH_FAILED' client alice wrong EXAMPLE.TEST HTTP/www.example.test 18
check 'nobody of that name' 1 'KDC_ERR_C_PRINCIPAL_UNKNOWN' client nobody "$pw" EXAMPLE.TEST HTTP/www.example.test 18
check 'a service nobody has' 1 'KDC_ERR_S_PRINCIPAL_UNKNOWN' client alice "$pw" EXAMPLE.TEST HTTP/nowhere 18
check 'a closed account' 1 'KDC_ERR_CLIENT_REVOKED' client carol "$(password_of carol)" EXAMPLE.TEST HTTP/www.example.test 18
finish
