#!/bin/bash
# impacket's netlogon client (pure Python) at our controller, over TCP: the secure channel with AES,
# then logons; tshark on the PDUs.
. tests/interop/lib.sh
python=/usr/bin/python3 # Debian's: its packages are there
start_live
pw=$(password_of alice)
machine=$(password_of 'WEB1$')
ask() { "$python" tests/interop/netlogon_impacket.py "$rpc_port" "$@"; }
check 'impacket: the channel, and alice logs on over it' 0 'user alice full name Alice rid [0-9]+ domain EXAMPLE S-1-5-21-' ask WEB1 "$machine" alice "$pw"
check 'her groups' 0 'groups 513 .*primary 513' ask WEB1 "$machine" alice "$pw"
check 'the session key is the one the client has' 0 'session key is ours' ask WEB1 "$machine" alice "$pw"
check 'names of domain and controller' 0 'DNS domain EXAMPLE.TEST server ' ask WEB1 "$machine" alice "$pw"
check 'an NTLM response is taken at level 3' 0 'user alice' ask WEB1 "$machine" alice "$pw" level1
check 'a wrong password' 1 'STATUS_WRONG_PASSWORD' ask WEB1 "$machine" alice wrong
check 'nobody of that name' 1 'STATUS_NO_SUCH_USER' ask WEB1 "$machine" nobody "$pw"
check 'a closed account, the password right' 1 'STATUS_ACCOUNT_DISABLED' ask WEB1 "$machine" carol "$(password_of carol)"
check 'a closed account, the password wrong' 1 'STATUS_WRONG_PASSWORD' ask WEB1 "$machine" carol wrong
check 'another machine password' 1 'STATUS_ACCESS_DENIED' ask WEB1 wrong alice "$pw"
check 'a machine without an account' 1 'STATUS_NO_TRUST_SAM_ACCOUNT' ask WEB9 "$machine" alice "$pw"
check 'a client that offers no AES' 1 'STATUS_DOWNGRADE_DETECTED' ask WEB1 "$machine" alice "$pw" rc4
check 'a challenge of zeros (CVE-2020-1472)' 1 'STATUS_ACCESS_DENIED' ask WEB1 "$machine" alice "$pw" zeros
check 'the same sealed question twice' 1 'session key is ours' ask WEB1 "$machine" alice "$pw" replay
check 'the second is refused' 1 'refused: .*00000721' ask WEB1 "$machine" alice "$pw" replay
check 'the question unsealed' 1 'access_denied|ACCESS_DENIED' ask WEB1 "$machine" alice "$pw" plain
check 'the channel is still there for others' 0 'user alice' ask WEB1 "$machine" alice "$pw"

# Wireshark opens the seals too, from the machine account's password.
PDUS=$work/pdus.txt "$python" tests/interop/netlogon_impacket.py "$rpc_port" WEB1 "$machine" alice "$pw" >/dev/null
text2pcap -q -D -T 40000,49155 "$work/pdus.txt" "$work/pdus.pcapng" >/dev/null 2>&1
shark() { tshark -r "$work/pdus.pcapng" -d tcp.port==49155,dcerpc -o "ntlmssp.nt_password:$machine" "$@" 2>/dev/null; }
unmarked() { ! shark -V | grep -iE 'malformed|long frame|dissector bug'; }
check 'tshark reads the PDUs' 0 'NetrServerAuthenticate3 response' shark
check 'tshark opens the answer' 0 'Acct Name: alice' shark -V
check 'none is marked malformed' 0 '^$' unmarked
stop_live
finish
