/* The commands of vmnet-bench. Each is given its own name as argv[0] and returns the exit status:
 * 0, 1 for failure, 2 for wrong usage. */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

int command_create(int argc, char **argv);
int command_run(int argc, char **argv);
int command_delete(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_plot_stats(int argc, char **argv);
int command_report(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_stats(int argc, char **argv);
int command_path(int argc, char **argv);
int command_latency(int argc, char **argv);

/* Log what is wrong with the usage of a command, and where its help is. Returns 2. */
int command_usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
