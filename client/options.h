/* The command line of vmnet-client: [helper options] -- command [arguments]. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include <stdbool.h>

enum { CLIENT_PASSED_MAX = 2 };

struct client_options {
    const char **helper_args; /* for the helper, after --fd 3; ended by NULL */
    int helper_arg_count;
    const char *const *command; /* ended by NULL */
    /* Open descriptors that --notify-fd and --parent-liveness-fd name. The helper gets them as 4
     * and 5, and helper_args say so: all others are closed in it. */
    int passed[CLIENT_PASSED_MAX];
    int passed_count;
    char passed_text[CLIENT_PASSED_MAX][40];
    bool help;
    bool version;
    bool verbose;
};

/* Returns 0, or -1 after logging what is wrong. */
int client_options_parse(struct client_options *options, int argc, char **argv);

void client_options_free(struct client_options *options);

void client_options_help(void);

#endif
