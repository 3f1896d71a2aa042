#!/bin/bash
# The verbs that look after a store: account and setspn. What they change is found again, what is
# wrong is said with status 2, what is refused has status 1.
. tests/interop/lib.sh
store=$work/realm
a() { local what=$1; shift; "$tessera" account "$what" --store "$store" "$@"; }
s() { "$tessera" setspn --store "$store" "$@"; }
zeros=$(printf '0%.0s' $(seq 64))

# a store
check 'init: a policy by its date' 0 'realm EXAMPLE.TEST, 2 accounts$' a init --realm EXAMPLE.TEST --preset windows-2022-11
check 'init: the file is there' 2 'File exists' a init --realm EXAMPLE.TEST
check 'init: readable by its owner only' 0 '^600$' stat -c %a "$store"
check 'init: without a realm' 2 'wants --realm NAME' a init
check 'init: no such preset' 2 'there are: windows-2000' "$tessera" account init --store "$work/x" --realm X --preset no
check 'two stores do not share a krbtgt key' 0 '^2$' sh -c '"$1" account init --store "$2" --realm EXAMPLE.TEST >/dev/null; for f in "$2" "$3"; do "$1" account list --store "$f" --keys krbtgt/EXAMPLE.TEST | grep "^    18 1 "; done | sort -u | wc -l' - "$tessera" "$work/two" "$store"

# accounts
check 'add: a password is made into keys' 0 '^18 1 [0-9a-f]{64}$' sh -c 'echo alice-pw-1 | "$1" account add --store "$2" alice --upn alice.s@example.com --password-file -' - "$tessera" "$store"
check 'add: salted as MIT salts it' 0 'same' sh -c 'printf "addent -password -p alice@EXAMPLE.TEST -k 1 -e aes256-cts\nalice-pw-1\nwkt %s\n" "$3" | ktutil >/dev/null; klist -kKe "$3" | grep -o "0x[0-9a-f]*" | sed s/0x// >"$3.hex"; "$1" account list --store "$2" --keys alice | grep -q "18 1 $(cat "$3.hex")" && echo same' - "$tessera" "$store" "$work/mit.kt"
check 'add: a computer, random keys' 0 '^23 1 [0-9a-f]{32}$' a add 'pc1$' --flags machine --random --etypes aes256-cts,rc4-hmac --spn HOST/pc1 --spn HOST/pc1.example.test
check 'add: a key as it is' 0 "^18 7 $zeros\$" a add web --key "18:$zeros" --kvno 7 --spn MyService/MyServer:4766
check 'add: the name is taken, in other letters' 1 'belongs to alice already' a add ALICE --random
check 'add: the SPN is taken, and by whom' 1 'belongs to pc1\$ already' a add other --random --spn host/PC1
check 'add: no password' 2 'no password for x' sh -c '"$1" account add --store "$2" x </dev/null' - "$tessera" "$store"
for bad in '--flags nope' '--etypes nope' '--kvno 0' '--kvno x' '--expires tomorrow' '--logon-hours never' '--supported-etypes nope' '--max-life long' '--key 18' '--key 18:zz' '--seed x'; do
    # shellcheck disable=SC2086
    check "add $bad" 2 '^tessera' a add bad --random $bad
done
check 'add: a name of this realm loses its realm' 1 "^tessera: alice: a name of it belongs to alice already" a add alice@EXAMPLE.TEST --random
check 'add: a name of another realm' 2 'is of another realm' a add alice@OTHER.TEST --random
check 'add: a name that is not text' 2 'is not UTF-8' a add "$(printf 'b\377')" --random
check 'add: one source of keys at a time' 2 'at a time' a add bad --random --key "18:$zeros"
check 'add: a password file that is not there' 2 'nope: No such file' a add bad --password-file nope
check 'list: an option that says nothing to it' 2 'no use for --random' a list --random
check 'set: nothing' 2 'what is to change' a set web
check 'delete: not the KDC itself' 1 "the KDC's own key" a delete krbtgt/EXAMPLE.TEST
check 'set: new keys above the old ones' 0 "^18 8 .*|^18 7 $zeros" a set web --random --flags no-preauth,disabled --expires 2027-01-01T00:00:00Z --supported-etypes 0x18
check 'set: is seen' 0 '^web +18 17 23 kvno 8  disabled no-preauth  expires 2027-01-01T00:00:00Z  supported 0x18  MyService/MyServer:4766$' a list web
check 'set: only what is said changes' 0 'kvno 8  expires 2027' sh -c '"$1" account set --store "$2" web --flags - && "$1" account list --store "$2" web' - "$tessera" "$store"
check 'set: old keys are dropped' 0 '^1$' sh -c '"$1" account set --store "$2" web --key 18:'"$zeros"' --only-newest --kvno 12 | wc -l' - "$tessera" "$store"
check 'set: an SPN that is not there' 2 'no such SPN' a set web --no-spn no/such
check 'set: another name' 0 '^alicia ' sh -c '"$1" account set --store "$2" alice --rename alicia && "$1" account list --store "$2" alicia' - "$tessera" "$store"
check 'set: no such account' 1 'no account alice' a set alice --flags -
check 'list: any of its names finds it' 0 '^pc1\$ ' a list host/PC1
check 'keytab: MIT reads it' 0 'web@EXAMPLE.TEST .aes256' sh -c '"$1" account keytab --store "$2" --output "$3" web && klist -ke "$3"' - "$tessera" "$store" "$work/kt"
check 'export, import: the same realm' 0 '^equal$' sh -c '"$1" account export --store "$2" --output "$3/e.yaml" && "$1" account import --store "$3/again" "$3/e.yaml" >/dev/null && "$1" account export --store "$3/again" | cmp - "$3/e.yaml" && echo equal' - "$tessera" "$store" "$work"
for in in cross-realm:EXAMPLE.TEST cross-realm:MIDDLE.TEST cross-realm:FAR.TEST spn-duplicate:EXAMPLE.TEST account-states:EXAMPLE.TEST rc4-sunset:EXAMPLE.TEST; do
    check "export, import: $in, with its trusts" 0 '^equal$' sh -c 'e() { "$1" account export --store "$2" --output "$2.yaml"; }; i() { "$1" account import --store "$2" --realm "$3" "$4" >/dev/null; }; rm -f "$2".*; i "$1" "$2.1" "${3#*:}" "${3%:*}" && e "$1" "$2.1" && i "$1" "$2.2" "${3#*:}" "$2.1.yaml" && e "$1" "$2.2" && cmp "$2.1.yaml" "$2.2.yaml" && "$1" check "$2.1.yaml" >/dev/null && echo equal' - "$tessera" "$work/trip" "$in"
done
check 'import: longer than a scenario may be' 0 'realm BIG.TEST, 3003 accounts' sh -c '"$1" account init --store "$2" --realm BIG.TEST --etypes aes256-cts >/dev/null && "$1" account add --store "$2" u --random --count 3000 >/dev/null && "$1" account add --store "$2" x --random >/dev/null && "$1" account export --store "$2" --output "$2.yaml" && [ "$(stat -c %s "$2.yaml")" -gt 300000 ] && "$1" account import --store "$2.again" "$2.yaml"' - "$tessera" "$work/big"
check 'export: a scenario like any other' 0 'good' "$tessera" check "$work/e.yaml"
check 'import: a scenario' 0 'realm EXAMPLE.TEST, [0-9]* accounts' "$tessera" account import --store "$work/s" example-test
trust() { local what=$1; shift; "$tessera" account trust "$what" --store "$store" "$@"; }
check 'trust add: both ways, of a password' 0 '^krbtgt/B.TEST@EXAMPLE.TEST' sh -c 'echo trust-pw | "$1" account trust add --store "$2" B.TEST --password-file - --suffix b.test --transitive --etypes aes256-cts' - "$tessera" "$store"
check 'trust add: the other side makes the same keys' 0 '^same$' sh -c '"$1" account init --store "$3" --realm B.TEST >/dev/null && echo trust-pw | "$1" account trust add --store "$3" EXAMPLE.TEST --password-file - --etypes aes256-cts >/dev/null 2>&1; k() { "$1" account trust list --store "$2" --keys | sed -n "s/^    $3 //p"; }; [ "$(k "$1" "$2" in)" = "$(k "$1" "$3" out)" ] && [ "$(k "$1" "$2" out)" = "$(k "$1" "$3" in)" ] && [ "$(k "$1" "$2" in)" ] && echo same' - "$tessera" "$store" "$work/b"
check 'trust add: salted as MIT salts it' 0 'same' sh -c 'printf "addent -password -p krbtgt/B.TEST@EXAMPLE.TEST -k 1 -e aes256-cts\ntrust-pw\nwkt %s\n" "$3" | ktutil >/dev/null; klist -kKe "$3" | grep -o "0x[0-9a-f]*" | sed s/0x// >"$3.hex"; "$1" account trust list --store "$2" --keys | grep -q "out 18 1 $(cat "$3.hex")" && echo same' - "$tessera" "$store" "$work/mit2.kt"
check 'trust add: a second one' 1 'a trust with B.TEST already' trust add B.TEST --random
check 'trust add: with itself' 2 'no trust in itself' trust add EXAMPLE.TEST --random
check 'trust add: a way' 0 '' trust add C.TEST --next B.TEST
check 'trust add: only in, a key as it is' 0 "^  18 3 $zeros$" trust add D.TEST --direction in --key "18:$zeros" --kvno 3
check 'trust add: suffixes of a realm to which nobody goes' 2 'only let in' trust add E.TEST --direction in --random --suffix e.test
check 'trust add: no such direction' 2 'none of out, in and both' trust add E.TEST --direction up --random
check 'trust list' 0 '^B.TEST +out in transitive  b.test$' trust list
check 'trust list: no such trust' 1 'no trust with E.TEST' trust list E.TEST
check 'trusts: export, import' 0 '^equal$' sh -c '"$1" account export --store "$2" --output "$3.yaml" && "$1" account import --store "$3" "$3.yaml" >/dev/null && "$1" account export --store "$3" | cmp - "$3.yaml" && echo equal' - "$tessera" "$store" "$work/trusts"
check 'delete: the way to a trusted realm' 1 'account trust delete B.TEST' a delete krbtgt/B.TEST
for t in B.TEST C.TEST D.TEST; do check "trust delete $t" 0 '' trust delete $t; done
check 'trust delete: it is gone' 1 'no trust with B.TEST' trust delete B.TEST
check 'init: nowhere to print to, and nothing of it in the file' 0 'whole; realm A, 2 accounts' sh -c '"$1" account init --store "$2" --realm A >&- 2>/dev/null; "$1" account check --store "$2"' - "$tessera" "$work/closed"
check 'delete' 0 '' a delete alicia
check 'delete: it is gone' 1 'no account alicia' a delete alicia
check 'check' 0 'whole; realm EXAMPLE.TEST, 4 accounts' a check
check 'no such action' 2 'wants one of init, add' a bogus
check 'no store' 2 'wants --store FILE' "$tessera" account list
check 'a file that is no store' 2 'not a store' "$tessera" account list --store README.md
head -c 20000 "$store" >"$work/cut"
check 'a store that is cut off' 2 'cut off' "$tessera" account list --store "$work/cut"

# setspn
check 'setspn -S' 0 '^Updated object$' s -S HTTP/www.example.test web
check 'setspn -S: a duplicate' 1 '^Duplicate SPN found, aborting operation!$' s -S http/WWW.example.test pc1
check 'setspn -A: a duplicate, where the realm has none' 1 'Duplicate SPN found' s -A http/WWW.example.test pc1
check 'setspn -L' 0 'HTTP/www.example.test' s -L 'EXAMPLE\web'
check 'setspn: a computer without its $' 0 'names? for|HOST/pc1' s pc1
check 'setspn -S: no SPN' 2 'is no SPN' s -S HTTP/ web
check 'setspn -T: no such domain' 2 'no domain OTHER' s -T OTHER -X
check 'setspn -Q' 0 '^Existing SPN found!$' s -Q 'http/*'
check 'setspn -Q: nobody' 1 '^No such SPN found.$' s -Q http/nobody
check 'setspn -X' 0 '^found 0 groups of duplicate SPNs.$' s -X -F
check 'setspn -D' 0 '^Updated object$' s -D HTTP/WWW.example.test web
check 'setspn -D: not there' 1 'not registered' s -D HTTP/www.example.test web
check 'setspn -R' 0 'HOST/pc1.example.test' s -R pc1
check 'setspn: no such account' 1 'Could not find account nobody' s -L nobody
check 'setspn: no SPN' 2 'is no SPN as in' s -S nospn web
check 'setspn: two letters' 2 'at a time' s -S -D a/b web
check 'setspn: a word is missing' 2 'wants SPN ACCOUNT' s -S a/b
check 'setspn: a scenario is looked at' 0 'Existing SPN' "$tessera" setspn --scenario example-test -Q 'HTTP/*'
check 'setspn: and not changed' 2 'wants --store' "$tessera" setspn --scenario example-test -S a/b c
"$tessera" account init --store "$work/dup" --realm EXAMPLE.TEST --duplicates >/dev/null
for n in one two; do "$tessera" account add --store "$work/dup" $n --random --spn HTTP/www >/dev/null; done
check 'setspn -X: one, and on whom' 1 'found 1 group of duplicate SPNs' "$tessera" setspn --store "$work/dup" -X
finish
