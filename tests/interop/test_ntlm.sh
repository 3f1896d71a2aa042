#!/bin/bash
# NTLM with gss-ntlmssp, impacket and Samba's ntlm_auth, each as client and as server of ours.
. tests/interop/lib.sh
python=/usr/bin/python3 # Debian's: its packages are there
printf 'EXAMPLE:alice:alice-pw-1\n' >"$work/users"
gss() {
    env "$@" NTLM_USER_FILE="$work/users" NETBIOS_COMPUTER_NAME=PC1 NETBIOS_DOMAIN_NAME=EXAMPLE \
        "$peers/ntlm_gss" EXAMPLE alice alice-pw-1
}
gss >"$work/gss" 2>&1
said() { # the line of what was tried; nothing went otherwise than it should
    check "$1" 0 "^ok: $1" grep "^[NOT ]*ok: $1" "$work/gss"
}
said 'at our server, with a MIC that is required'
said 'at our server, with a MIC that is required: messages sealed and signed both ways'
said 'at our server, signing only, with a MIC'
said 'at our server, no MIC where one is required: the message carries no MIC'
said 'at our server, a wrong password'
said 'at our server that requires channel bindings and target, the right ones'
said "at our server that requires channel bindings, another channel's: the client stands in another"
said 'at our server that requires channel bindings, none: the client does not say'
for level in 0 1 2 3 4 5; do
    said "our client of level $level at gss-ntlmssp: messages sealed and signed both ways"
done
said 'our client at gss-ntlmssp, a wrong password'
said 'our client at gss-ntlmssp, the right channel'
said 'our client at gss-ntlmssp, another channel'
check 'gss-ntlmssp: nothing went otherwise' 1 '^$' grep -v '^ok: ' "$work/gss"

kinds=(NTLM 'NTLM2 session' 'NTLM2 session' NTLMv2 NTLMv2 NTLMv2)
for level in 0 1 2 3 4 5; do
    check "gss-ntlmssp of level $level sends ${kinds[level]}" 0 ": ${kinds[level]}\$" gss "LM_COMPAT_LEVEL=$level"
done

impacket() { "$python" tests/interop/ntlm_impacket.py "$peers/ntlm" "$@"; }
check 'impacket at our server, NTLM2 session' 0 'messages sealed both ways' impacket client v1
check 'impacket at our server, NTLMv2' 0 'messages sealed both ways' impacket client v2
check "our LM and NTLM by impacket's formulas" 0 'done LM and NTLM' impacket server 0
for level in 1 2 3 5; do
    check "our client of level $level by impacket's formulas" 0 'messages sealed both ways' impacket server $level
done

samba() { "$python" tests/interop/ntlm_samba.py "$peers/ntlm" "$@"; }
check 'ntlm_auth at our server' 0 'done NTLMv2, MIC, key' samba client right level=5 require=mic
check 'ntlm_auth at our server: the same session key' 0 'the same session key' samba client right
check 'ntlm_auth at our server, a wrong password' 0 '^refused' samba client wrong
for level in 0 1 2 3 4 5; do
    check "our client of level $level at ntlm_auth" 0 'the same session key' samba server right level=$level flags=sign
done
check 'our client at ntlm_auth, a wrong password' 0 'NA NT_STATUS_LOGON_FAILURE' samba server wrong level=3
finish
