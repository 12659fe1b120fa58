#include "bench/command.h"
#include "bench/run.h"
#include <stdio.h>
int run_matrix(const struct matrix *matrix, const struct run_options *options){return 1;}
int command_create(int argc, char **argv){puts("usage: vmnet-bench create");return 0;}
int command_delete(int argc, char **argv){puts("usage: vmnet-bench delete");return 0;}
