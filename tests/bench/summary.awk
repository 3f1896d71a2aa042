# After median.awk. Medians of the lines of load and floor; each contender's CPU time beside that of tuned MIT with as
# many principals, and beside the floor (cryptography and UDP echo). Status 1: replies were wrong.
function line(title, mode, cpu, rate, p99, tuned, floor, note) {
    printf "%-4s %-34s %8.2f %9s %9s %10s %7s%s\n", toupper(mode), title, cpu, number(tuned ? cpu / tuned : 0, "%.3f"),
        number(floor ? cpu / floor : 0, "%.1f"), number(rate, "%.0f"), number(p99, "%.0f"), note
}
function contender(who, title, mode,   tuned) {
    tuned = median("mit-tuned-" (who ~ /10000/ ? "10000" : "1"), mode, "cpu")
    line(title, mode, median(who, mode, "cpu"), median(who, mode, "rate"), median(who, mode, "p99"), tuned, floor[mode],
        wrong[who, mode] ? "  " wrong[who, mode] " wrong or lost" : "")
}
function table(mode,   crypto, echo) {
    crypto = median("floor-crypto", mode, "cpu"); echo = median("floor-echo", "echo", "cpu")
    floor[mode] = crypto + echo
    contender("mit-default-1", "MIT krb5kdc", mode)
    contender("mit-tuned-1", "MIT krb5kdc, tuned", mode)
    contender("mit-tuned-10000", "MIT krb5kdc, tuned, 10 000 users", mode)
    contender("tessera-narrated-1", "tessera live, narrated", mode)
    contender("tessera-1", "tessera live", mode)
    contender("tessera-10000", "tessera live, 10 000 users", mode)
    line("floor: echo and cryptography", mode, floor[mode], 0, 0, median("mit-tuned-1", mode, "cpu"), floor[mode])
    line("  UDP echo alone", mode, echo, median("floor-echo", "echo", "rate"), median("floor-echo", "echo", "p99"))
    line("  cryptography alone", mode, crypto)
    print ""
}
function verdict(mode,   ratio, growth) {
    ratio = median("tessera-1", mode, "cpu") / median("mit-tuned-1", mode, "cpu")
    growth = median("tessera-10000", mode, "cpu") / median("tessera-1", mode, "cpu")
    printf "%s: %.3f of tuned MIT's CPU time (aim: 0.200 at most), %.2f times as much with 10 000 users as with one\n",
        toupper(mode), ratio, growth
}
END {
    printf "%-39s %8s %9s %9s %10s %7s\n%-39s %8s %9s %9s %10s %7s\n", "", "CPU us", "of tuned", "times the", "", "p99",
        "", "/request", "MIT", "floor", "replies/s", "us"
    table("as"); table("tgs")
    verdict("as"); verdict("tgs")
    exit status
}
