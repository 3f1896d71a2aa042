# Medians of the lines of load and floor, and each contender's CPU time beside tuned MIT's and beside
# the floor (cryptography and UDP echo).
function field(name,   i, kv) { for (i = 2; i <= NF; i++) { split($i, kv, "="); if (kv[1] == name) return kv[2] } return "" }
function add(key, v) { if (v != "") { cnt[key]++; val[key, cnt[key]] = v } }
function median(key,   n, i, j, t, a) {
    n = cnt[key]; if (!n) return 0
    for (i = 1; i <= n; i++) a[i] = val[key, i] + 0
    for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
    return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
{
    k = $1 SUBSEP field("mode")
    if (!(k in seen)) { seen[k] = 1; order[++keys] = k }
    add(k SUBSEP "cpu", field("cpu_us")); add(k SUBSEP "rate", field("replies_s")); add(k SUBSEP "p99", field("p99_us"))
    if (field("n") != "" && field("n") != field("right")) wrong[k] += field("n") - field("right")
}
END {
    printf "%-20s %-5s %10s %10s %8s %12s %9s\n", "contender", "mode", "CPU us/req", "replies/s", "p99 us", "/ tuned MIT", "/ floor"
    echo = median("floor-echo" SUBSEP "echo" SUBSEP "cpu")
    for (i = 1; i <= keys; i++) {
        split(order[i], p, SUBSEP)
        cpu = median(order[i] SUBSEP "cpu")
        base = median("mit-tuned-" (p[1] ~ /10000/ ? "10000" : "1") SUBSEP p[2] SUBSEP "cpu")
        floor = median("floor-crypto" SUBSEP p[2] SUBSEP "cpu") + echo
        printf "%-20s %-5s %10.2f %10.0f %8.0f %12s %9s%s\n", p[1], p[2], cpu, median(order[i] SUBSEP "rate"), median(order[i] SUBSEP "p99"),
            base ? sprintf("%.3f", cpu / base) : "-", p[2] != "echo" && floor > echo ? sprintf("%.1f", cpu / floor) : "-", wrong[order[i]] ? "  " wrong[order[i]] " wrong or lost" : ""
    }
}
