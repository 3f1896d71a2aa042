#!/bin/bash
# Security descriptors and access checks beside Samba's (python3-samba) and impacket's.
. tests/interop/lib.sh
python=/usr/bin/python3 # Debian's: its packages are there
peer=$peers/access
check 'octets, texts and access checks as of Samba, octets as of impacket' 0 ' [0-9]{3} granted, 0 wrong' "$python" tests/interop/access.py "$peer" 4000
check_line() { printf '%s\t%s\t%s\n' "$2" "$3" "$4" | "$peer"; }
check 'a name is no SID' 0 'error.*offset 0xb' check_line - 'D:(A;;FR;;;EXAMPLE\ben)' S-1-5-18 1
finish
