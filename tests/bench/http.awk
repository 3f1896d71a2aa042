# After median.awk: our web server's lines beside Apache's. Status 1: answers were wrong.
function row(who, title, mode, beside,   cpu) {
    cpu = median(who, mode, "cpu")
    printf "%-24s %-40s %9.2f %8s %9s %8s%s\n", names[mode], title, cpu, number(median(beside, mode, "cpu") ? cpu / median(beside, mode, "cpu") : 0, "%.3f"),
        number(median(who, mode, "rate"), "%.0f"), number(median(who, mode, "p99"), "%.0f"),
        wrong[who, mode] ? "  " wrong[who, mode] " wrong" : ""
}
END {
    names["anonymous"] = "Anonymous"; names["basic"] = "Basic"; names["negotiate"] = "Negotiate (Kerberos)"
    names["ntlm-logon"] = "NTLM, a logon each"; names["ntlm"] = "NTLM, 100 on a logon"
    printf "%-24s %-40s %9s %8s %9s %8s\n%-24s %-40s %9s %8s %9s %8s\n", "", "", "CPU us", "of", "", "p99", "", "", "/request", "Apache's", "/s", "us"
    n = split("anonymous basic negotiate ntlm-logon ntlm", modes, " ")
    for (i = 1; i <= n; i++) {
        row("apache", "Apache", modes[i], "apache")
        if (modes[i] == "negotiate") row("apache-replay", "Apache, with MIT's replay cache", modes[i], "apache")
        row("tessera", "tessera live", modes[i], "apache")
        print ""
    }
    exit status
}
