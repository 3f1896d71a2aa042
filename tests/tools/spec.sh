#!/bin/sh
# spec.sh    what is cited against what is claimed: each section of a specification that code, tables
# and scenarios cite, with how often; and each one that docs/coverage.md claims but nobody cites.
# Status 1 when there is such a claim.
cite='(RFC [0-9]+|MS-[A-Z]+|X\.690)( [0-9A-Z]+(\.[0-9]+)*)?'
files=$(git ls-files '*.c' '*.h' '*.asn' '*.def' '*.en' '*.yaml' 2>/dev/null || find . -name '*.[ch]')
# shellcheck disable=SC2086
grep -ohE "$cite" $files | sort | uniq -c | sort -k2,3 -V >build/spec.cited
cat build/spec.cited
[ -e docs/coverage.md ] || exit 0
grep -v 'not yet | not yet' docs/coverage.md | grep -oE "$cite" | sort -u | while read -r claim; do
    grep -qF "$claim" build/spec.cited || echo "claimed, but cited nowhere: $claim"
done | tee build/spec.missing
[ ! -s build/spec.missing ]
