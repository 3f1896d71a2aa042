#!/bin/sh
# every_row.sh ALL SEEN    is every fault row reached by some test of this run?
"$1" | sort -u >"$2.all" || { echo "not ok the tables of faults are in order"; exit 1; }
sort -u "$2" | comm -23 "$2.all" - >"$2.missing"
if [ -s "$2.missing" ]; then
    echo "not ok every fault row is reached by a test; these are not:"
    sed 's/^/    /' "$2.missing"
    exit 1
fi
echo "ok every one of the $(wc -l <"$2.all") fault rows is reached by a test"
