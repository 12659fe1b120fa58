/* The command line of a process: process_words_linux.c | process_words_darwin.c. */
#ifndef BENCH_PROCESS_WORDS_H
#define BENCH_PROCESS_WORDS_H

#include <cjson/cJSON.h>
#include <sys/types.h>

/* Its words as an array of strings, each without what would drive a terminal; NULL if they are not known. To be
 * freed by cJSON_Delete(). */
cJSON *process_words(pid_t pid);

/* The same of count words, each ended by a NUL, in size bytes. What a system has them as. */
cJSON *process_words_parse(const char *text, size_t size, int count);

#endif
