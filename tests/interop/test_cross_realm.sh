#!/bin/bash
# Trusts between our realm and two of MIT's, made of passwords: users of each at services of the
# others, and a chain of three realms with ours in the middle, whose MIT end checks the list of realms
# that we have written.
. tests/interop/lib.sh
. tests/interop/mit_realm.sh
trap 'stop_mit "$work/mit"; stop_mit "$work/far"; cleanup' EXIT

realm=$work/realm.yaml
{
    sed -e '/^parties:/,$d' -e '/^realms:/a\  - {name: MIT.TEST}\n  - {name: FAR.TEST}' scenarios/example-test.yaml
    cat <<E2
trusts:
  - {from: EXAMPLE.TEST, to: MIT.TEST, both: true, password: mit-trust-1, suffixes: [mit.test], etypes: [aes256-cts-hmac-sha1-96]}
  - {from: EXAMPLE.TEST, to: FAR.TEST, both: true, password: far-trust-1, suffixes: [far.test], etypes: [aes256-cts-hmac-sha1-96]}
parties:
  - {name: kdc, role: kdc}
  - {name: www, role: service, spn: HTTP/www.example.test}
E2
} >"$realm"
check 'the realm is a scenario' 0 '' "$tessera" check "$realm"
start_live "$realm"
keytab=$work/env/krb5.keytab

capaths='[capaths]
  MIT.TEST = {
    FAR.TEST = EXAMPLE.TEST
    EXAMPLE.TEST = .
  }
  FAR.TEST = {
    MIT.TEST = EXAMPLE.TEST
    EXAMPLE.TEST = .
  }'
# theirs NAME USER    the realm NAME.TEST, its user, a host, and the trust with ours
theirs() {
    local name=$1 dir=$work/$1 upper=${1^^}.TEST
    start_mit "$dir" "$upper"
    local command
    for command in "addprinc -pw $2-pw-1 $2" "addprinc -randkey host/server.$name.test" \
        "ktadd -k $dir/keytab host/server.$name.test" \
        "addprinc -e aes256-cts:normal -pw $name-trust-1 krbtgt/EXAMPLE.TEST" \
        "addprinc -e aes256-cts:normal -pw $name-trust-1 krbtgt/$upper@EXAMPLE.TEST"; do
        kadmin_mit "$dir" "$command" >/dev/null 2>&1
    done
}
theirs mit dora
near_port=$mit_port
theirs far fay
far_port=$mit_port

# config FILE MIT-PORT MORE    of clients that know all three KDCs
config() {
    cat >"$1" <<E2
[libdefaults]
  default_realm = EXAMPLE.TEST
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  dns_canonicalize_hostname = false
[realms]
  EXAMPLE.TEST = {
    kdc = 127.0.0.1:$port
  }
  MIT.TEST = {
    kdc = 127.0.0.1:$2
  }
  FAR.TEST = {
    kdc = 127.0.0.1:$far_port
  }
$3
E2
}
config "$work/krb5.conf" "$near_port" "$capaths"
config "$work/no-map.conf" "$near_port" ''
config "$work/wrong.conf" "$port" "$capaths"
export KRB5_CONFIG=$work/krb5.conf KRB5CCNAME=FILE:$work/cc
logon() { printf '%s-pw-1\n' "${1%@*}" | kinit "$1"; }

# ---- from here to there
check 'alice logs on here' 0 '' logon alice@EXAMPLE.TEST
check 'a host of MIT.TEST: its ticket opens there' 0 'keytab entry valid' \
    kvno -k "$work/mit/keytab" host/server.mit.test@MIT.TEST
check 'by a TGT that our KDC made for MIT.TEST' 0 'krbtgt/MIT.TEST@EXAMPLE.TEST' klist
check 'a host of FAR.TEST' 0 'keytab entry valid' kvno -k "$work/far/keytab" host/server.far.test@FAR.TEST
check 'nobody there has this name' 1 'not found in Kerberos database' kvno host/nosuch.mit.test@MIT.TEST

# ---- sent there by our KDC: a client that knows no map of hosts
export KRB5_CONFIG=$work/no-map.conf
check 'alice logs on' 0 '' logon alice@EXAMPLE.TEST
check 'a referral by the suffix of the host' 0 'kvno = ' kvno -S host server.mit.test
check 'to the ticket of another realm' 0 'host/server.mit.test@MIT.TEST' klist
check 'the narration says so' 0 'host/server.mit.test@EXAMPLE.TEST is not of this' cat "$work/live.out"

# ---- from there to here
export KRB5_CONFIG=$work/krb5.conf
check 'dora logs on at MIT'"'"'s KDC' 0 '' logon dora@MIT.TEST
check 'our service: its ticket opens here' 0 'keytab entry valid' kvno -k "$keytab" HTTP/www.example.test@EXAMPLE.TEST
check 'for the client of the other realm' 0 'Default principal: dora@MIT.TEST' klist
check 'with its path checked' 0 'Flags: [A-Z]*T' sh -c "klist -f | sed -n '/HTTP/,\$p'"

# ---- an enterprise name of MIT.TEST, asked for here: our KDC sends its owner home (RFC 6806 7)
kadmin_mit "$work/mit" 'addprinc -pw dora-pw-1 dora\@MIT.TEST' >/dev/null 2>&1
homeward() { echo dora-pw-1 | kinit -E "$1"; }
check 'kinit -E dora@MIT.TEST, with EXAMPLE.TEST as default' 0 '' homeward dora@MIT.TEST
check 'the ticket is MIT.TEST'"'"'s' 0 'krbtgt/MIT.TEST@MIT.TEST' klist
check 'the narration says so' 0 'another realm knows this name: MIT.TEST' cat "$work/live.out"

# ---- three realms, ours in the middle
refused() { kvno host/server.far.test@FAR.TEST 2>&1; }
check 'dora logs on by her own name' 0 '' logon dora@MIT.TEST
check 'MIT.TEST to FAR.TEST: no way that FAR.TEST accepts' 1 'KDC policy rejects request' refused
check 'it has read the list that we wrote' 0 "from 'dora@MIT.TEST' to 'host/server.far.test@FAR.TEST' via 'EXAMPLE.TEST'" cat "$work/far/kdc.log"
sleep 1.1 # MIT looks at its file again when that is a second older
printf '%s\n' "$capaths" | tee -a "$work/far/krb5.conf" >>"$work/mit/krb5.conf"
check 'with the way in its capaths it is accepted' 0 'keytab entry valid' kvno -k "$work/far/keytab" host/server.far.test@FAR.TEST
check 'fay logs on at FAR.TEST' 0 '' logon fay@FAR.TEST
check 'and gets to MIT.TEST' 0 'keytab entry valid' kvno -k "$work/mit/keytab" host/server.mit.test@MIT.TEST

# ---- the wrong door
export KRB5_CONFIG=$work/wrong.conf
check 'alice logs on again' 0 '' logon alice@EXAMPLE.TEST
check 'a TGT for MIT.TEST shown to our KDC' 1 "The ticket isn't for us" kvno host/server.mit.test@MIT.TEST
check 'the narration says whose it is' 0 "this TGT is for another realm's KDC" cat "$work/live.out"

stop_live
finish
