#!/bin/bash
# ntlm.sh BUILD [ROUNDS]    NTLM handshakes and comparisons, ours beside gss-ntlmssp's and beside OpenSSL's
# bare calls, in one process.
set -eu
build=$1 rounds=${2:-5}
users=$(mktemp)
trap 'rm -f "$users"' EXIT
printf 'EXAMPLE:alice:alice-pw-1\n' >"$users"
NTLM_USER_FILE=$users NETBIOS_COMPUTER_NAME=PC1 NETBIOS_DOMAIN_NAME=EXAMPLE "$build/tests/bench/ntlm" "$rounds"
