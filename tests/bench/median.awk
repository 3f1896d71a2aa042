# For the tables: fields "name=value" of a line whose first word is the contender, and medians.
function field(name,   i, kv) { for (i = 2; i <= NF; i++) { split($i, kv, "="); if (kv[1] == name) return kv[2] } return "" }
function add(key, v) { if (v != "") { cnt[key]++; val[key, cnt[key]] = v } }
function median(who, mode, what,   key, n, i, j, t, a) {
    key = who SUBSEP mode SUBSEP what; n = cnt[key]; if (!n) return 0
    for (i = 1; i <= n; i++) a[i] = val[key, i] + 0
    for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
    return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
function number(v, format) { return v ? sprintf(format, v) : "-" }
{
    add($1 SUBSEP field("mode") SUBSEP "cpu", field("cpu_us"))
    add($1 SUBSEP field("mode") SUBSEP "rate", field("replies_s"))
    add($1 SUBSEP field("mode") SUBSEP "p99", field("p99_us"))
    if (field("n") != "" && field("n") != field("right")) { wrong[$1, field("mode")] += field("n") - field("right"); status = 1 }
}
