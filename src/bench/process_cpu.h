/* What a process has used: process_cpu_linux.c | process_cpu_darwin.c. */
#ifndef BENCH_PROCESS_CPU_H
#define BENCH_PROCESS_CPU_H

#include <sys/types.h>

/* CPU seconds of all its threads, user and system; -1 if it is not known. */
double process_cpu(pid_t pid);

#endif
