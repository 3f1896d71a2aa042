/* What the loads measure with: the clock, and the CPU time of other processes. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static inline int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nanoseconds of CPU that all threads of these processes ("PID,PID") have had. */
static inline int64_t cpu_of(const char *pids)
{
    int64_t sum = 0;
    char list[256];
    snprintf(list, sizeof list, "%s", pids);
    for (char *save, *pid = strtok_r(list, ",", &save); pid; pid = strtok_r(NULL, ",", &save)) {
        char path[300];
        snprintf(path, sizeof path, "/proc/%s/task", pid);
        DIR *d = opendir(path);
        for (struct dirent *e; d && (e = readdir(d));) {
            long long ns = 0;
            char file[600];
            if (e->d_name[0] == '.') /* "..": the sum over all threads, by another path */
                continue;
            snprintf(file, sizeof file, "%s/%s/schedstat", path, e->d_name);
            FILE *f = fopen(file, "r");
            if (f && fscanf(f, "%lld", &ns) == 1)
                sum += ns;
            if (f)
                fclose(f);
        }
        if (d)
            closedir(d);
    }
    return sum;
}

#endif
