#!/bin/bash
# impacket's client (pure Python) at our KDC.
. tests/interop/lib.sh
python=/usr/bin/python3 # Debian's: its packages are there
sed 's/^  name: EXAMPLE.TEST/&\n  names: windows/' scenarios/example-test.yaml >"$work/windows.yaml"
start_live "$work/windows.yaml"
pw=$(password_of alice)
client() { "$python" tests/interop/impacket_client.py "$port" "$@"; }
check 'impacket: AS and TGS under aes256' 0 'ticket for HTTP/www.example.test etype 18' client alice "$pw" EXAMPLE.TEST HTTP/www.example.test 18
check 'under aes128' 0 'TGT, session key of etype' client alice "$pw" EXAMPLE.TEST HTTP/www.example.test 17
check 'a wrong password' 1 'KDC_ERR_PREAUTH_FAILED' client alice wrong EXAMPLE.TEST HTTP/www.example.test 18
check 'nobody of that name' 1 'KDC_ERR_C_PRINCIPAL_UNKNOWN' client nobody "$pw" EXAMPLE.TEST HTTP/www.example.test 18
check 'a service nobody has' 1 'KDC_ERR_S_PRINCIPAL_UNKNOWN' client alice "$pw" EXAMPLE.TEST HTTP/nowhere 18
check 'a closed account' 1 'KDC_ERR_CLIENT_REVOKED' client carol "$(password_of carol)" EXAMPLE.TEST HTTP/www.example.test 18
stop_live
# It sends no checksum over the TGS-REQ's body: KDCs of Windows take that, others do not.
start_live
check 'a KDC that is not like those of Windows refuses its TGS-REQ' 1 'KRB_AP_ERR_INAPP_CKSUM' client alice "$pw" EXAMPLE.TEST HTTP/www.example.test 18
finish
