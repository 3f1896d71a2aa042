#!/bin/bash
# Wrap and MIC tokens (RFC 4121 4.2) of a context, each end once ours and once MIT's.
. tests/interop/lib.sh
start_live
printf '%s\n' "$(password_of alice)" | kinit alice >/dev/null
for said in 'MIT takes what our initiator says' 'our initiator takes what MIT says' \
    'MIT takes what our acceptor says' 'our acceptor takes what MIT says'; do
    check "$said" 0 "^$said\$" "$peers/messages" HTTP/www.example.test
done
finish
