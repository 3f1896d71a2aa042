# A throw-away MIT realm on loopback, for scripts that have read lib.sh: start_mit DIR REALM starts
# krb5kdc (UDP and TCP) and kadmind (kpasswd two ports on), stop_mit DIR ends them. kadmin_mit DIR COMMAND
# changes its accounts. DIR/krb5.conf is for its clients; more lines of [realms] and [capaths] can be
# added to it.
PATH=$PATH:/usr/sbin:/sbin
for tool in krb5kdc kadmind kdb5_util kadmin.local; do
    command -v "$tool" >/dev/null || { echo "not ok $tool is not there"; exit 1; }
done

mit() { # DIR COMMAND...    with the realm's own files
    local dir=$1
    shift
    KRB5_CONFIG=$dir/krb5.conf KRB5_KDC_PROFILE=$dir/kdc.conf "$@"
}
kadmin_mit() { # DIR COMMAND
    mit "$1" kadmin.local -q "$2"
}

start_mit() { # DIR REALM    mit_port becomes its KDC's
    local dir=$1 realm=$2 at
    at=$(free_ports 3)
    mit_port=$at
    mkdir -p "$dir"
    cat >"$dir/krb5.conf" <<E2
[libdefaults]
  default_realm = $realm
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  dns_canonicalize_hostname = false
[realms]
  $realm = {
    kdc = 127.0.0.1:$at
    admin_server = 127.0.0.1:$((at + 1))
    kpasswd_server = 127.0.0.1:$((at + 2))
  }
E2
    cat >"$dir/kdc.conf" <<E2
[kdcdefaults]
  kdc_listen = 127.0.0.1:$at
  kdc_tcp_listen = 127.0.0.1:$at
[realms]
  $realm = {
    database_name = $dir/principal
    key_stash_file = $dir/stash
    acl_file = $dir/acl
    kadmind_listen = 127.0.0.1:$((at + 1))
    kpasswd_listen = 127.0.0.1:$((at + 2))
    max_life = 10h
    max_renewable_life = 7d
    default_principal_flags = +renewable
    supported_enctypes = aes256-cts:normal aes128-cts:normal aes256-sha2:normal aes128-sha2:normal
  }
[logging]
  kdc = FILE:$dir/kdc.log
  admin_server = FILE:$dir/kadmind.log
E2
    : >"$dir/acl"
    mit "$dir" kdb5_util create -s -r "$realm" -P master >"$dir/setup.log" 2>&1
    mit "$dir" krb5kdc -n -r "$realm" -P "$dir/kdc.pid" >>"$dir/setup.log" 2>&1 &
    mit "$dir" kadmind -nofork -r "$realm" -P "$dir/kadmind.pid" >>"$dir/setup.log" 2>&1 &
    for _ in $(seq 200); do
        [ -s "$dir/kdc.pid" ] && [ -s "$dir/kadmind.pid" ] && return
        sleep 0.05
    done
    echo "not ok MIT's KDC starts"
    cat "$dir/setup.log"
    exit 1
}
stop_mit() { # DIR
    local pid
    for pid in "$1/kdc.pid" "$1/kadmind.pid"; do
        [ -s "$pid" ] && kill "$(cat "$pid")" 2>/dev/null
    done
    return 0
}
