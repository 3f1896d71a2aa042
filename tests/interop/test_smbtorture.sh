#!/bin/bash
# Samba's own tests of an AS (smbtorture krb5.kdc.as-req-*). They know no port but 88, so they run with
# our KDC in a network of their own.
. tests/interop/lib.sh
if [ "${1:-}" != inside ]; then
    command -v smbtorture >/dev/null || { echo 'not ok smbtorture is not there'; exit 1; }
    rm -rf "$work"
    [ "$(id -u)" = 0 ] && exec unshare -n bash "$0" inside
    exec unshare -rn bash "$0" inside
fi
ip link set lo up
"$tessera" live --port 88 --kpasswd-port 0 --no-http --pid-file "$work/pid" >"$work/live.out" 2>&1 &
live=$!
for _ in $(seq 200); do [ -s "$work/pid" ] && break; sleep 0.05; done
torture() { # TEST
    smbtorture -s /dev/null --realm=EXAMPLE.TEST -W EXAMPLE.TEST --use-kerberos=required \
        -U "alice@EXAMPLE.TEST%$(password_of alice)" //127.0.0.1/none "krb5.kdc.as-req-$1"
}
for t in cmdline pac-request break-pw clock-skew aes rc4 aes-rc4 change-server-in change-server-out change-server-both; do
    check "smbtorture krb5.kdc.as-req-$t" 0 "success: as-req-$t" torture "$t"
done
finish
