# Heimdal beside MIT: its Debian packages conflict with MIT's, so they are unpacked into the build
# folder and run from there. For scripts that have read lib.sh: h COMMAND... runs one of its programs,
# start_heimdal DIR REALM its KDC (kpasswd one port on), stop_heimdal DIR ends it, kadmin_h DIR ...
# changes its accounts.
heimdal=${BUILD:-build}/heimdal
packages='heimdal-kdc heimdal-clients libasn1-8-heimdal libgssapi3-heimdal libhcrypto5-heimdal
    libhdb9-heimdal libheimbase1-heimdal libheimntlm0-heimdal libhx509-5-heimdal
    libkadm5clnt7-heimdal libkadm5srv8-heimdal libkafs0-heimdal libkdc2-heimdal libkrb5-26-heimdal
    libotp0-heimdal libroken19-heimdal libsl0-heimdal libwind0-heimdal'
if [ ! -x "$heimdal/root/usr/bin/kinit.heimdal" ]; then
    rm -rf "$heimdal"
    mkdir -p "$heimdal/debs"
    # shellcheck disable=SC2086
    (cd "$heimdal/debs" && { apt-get download $packages || { apt-get update -qq; apt-get download $packages; }; } &&
        for d in *.deb; do dpkg -x "$d" ../root; done) >"$heimdal/log" 2>&1 ||
        { echo "not ok Heimdal's packages can be had"; tail -n 5 "$heimdal/log"; exit 1; }
fi
heimdal=$(cd "$heimdal" && pwd)
heimdal_libs=$(echo "$heimdal"/root/usr/lib/*-linux-gnu)
h() { LD_LIBRARY_PATH=$heimdal_libs PATH=$heimdal/root/usr/bin:$PATH "$@"; }

kadmin_h() { # DIR ARG...
    local dir=$1
    shift
    KRB5_CONFIG=$dir/krb5.conf h kadmin.heimdal -l -c "$dir/krb5.conf" "$@"
}
start_heimdal() { # DIR REALM
    local dir=$1 realm=$2 at
    at=$(free_ports 2)
    mkdir -p "$dir"
    cat >"$dir/krb5.conf" <<E2
[libdefaults]
  default_realm = $realm
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  $realm = {
    kdc = 127.0.0.1:$at
    kpasswd_server = 127.0.0.1:$((at + 1))
  }
[kdc]
  database = {
    dbname = db:$dir/heimdal
    realm = $realm
    mkey_file = $dir/mkey
    acl_file = $dir/acl
    log_file = $dir/iprop.log
  }
  require-preauth = true
  enable-kerberos4 = false
[kadmin]
  default_keys = aes256-cts-hmac-sha1-96:pw-salt aes128-cts-hmac-sha1-96:pw-salt
[logging]
  kdc = FILE:$dir/kdc.log
  kpasswdd = FILE:$dir/kpasswdd.log
  default = FILE:$dir/default.log
E2
    {
        KRB5_CONFIG=$dir/krb5.conf h "$heimdal/root/usr/sbin/kstash" -k "$dir/mkey" -e aes256-cts-hmac-sha1-96 --random-key
        kadmin_h "$dir" init --realm-max-ticket-life=1d --realm-max-renewable-life=7d "$realm"
    } >"$dir/setup.log" 2>&1
    KRB5_CONFIG=$dir/krb5.conf h "$heimdal/root/usr/lib/heimdal-servers/kdc" --config-file="$dir/krb5.conf" \
        --addresses=127.0.0.1 -P "$at" >>"$dir/setup.log" 2>&1 &
    echo $! >"$dir/kdc.pid"
    KRB5_CONFIG=$dir/krb5.conf h "$heimdal/root/usr/lib/heimdal-servers/kpasswdd" --addresses=127.0.0.1 \
        -p $((at + 1)) >>"$dir/setup.log" 2>&1 &
    echo $! >"$dir/kpasswdd.pid"
    for _ in $(seq 100); do
        grep -q listening "$dir/kdc.log" 2>/dev/null && return
        sleep 0.05
    done
    echo "not ok Heimdal's KDC starts"
    cat "$dir/setup.log" "$dir"/*.log
    exit 1
}
stop_heimdal() { # DIR
    local f p
    for f in kdc kpasswdd; do
        p=$(cat "$1/$f.pid" 2>/dev/null) || continue
        # shellcheck disable=SC2046
        kill "$p" $(cat /proc/"$p"/task/*/children 2>/dev/null) 2>/dev/null
    done
    return 0
}
