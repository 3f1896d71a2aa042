#!/bin/sh
# run.sh LOG PROGRAM...    runs test programs and scripts one after the other; the output of those
# that pass goes to LOG, of those that fail to the screen. Each cmocka test counts as one, a script
# counts what it prints as "ok NAME" and "not ok NAME". Last line: N passed, N failed.
log=$1
shift
: >"$log"
passed=0 failed=0
for t in "$@"; do
    out=$(mktemp)
    # shellcheck disable=SC2086
    CMOCKA_MESSAGE_OUTPUT=STDOUT $t >"$out" 2>&1
    status=$?
    cat "$out" >>"$log"
    p=$(grep -cE '^\[       OK \]|^ok ' "$out")
    f=$(grep -cE '^\[  FAILED  \] [^0-9 ]|^not ok ' "$out")
    r=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1/p' "$out" | tail -n 1)
    [ "$p" = 0 ] && [ -n "$r" ] && p=$r
    [ $status != 0 ] && [ "$f" = 0 ] && f=1
    if [ $status = 0 ] && [ "$p" = 0 ]; then
        echo "FAIL $t: it ran no test"
        f=1
    fi
    passed=$((passed + p)) failed=$((failed + f))
    if [ $status != 0 ] || [ "$f" != 0 ]; then
        echo "FAIL $t (status $status)"
        grep -vE '^\[ RUN|^\[       OK' "$out" | tail -n 60
    else
        echo "ok   $t ($p)"
    fi
    rm -f "$out"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
