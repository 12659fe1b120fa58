/* Starting vmnet-helper for a VM. */
#ifndef HARNESS_HELPER_LAUNCH_H
#define HARNESS_HELPER_LAUNCH_H

#include "harness/vm.h"

/* What its line of JSON tells, as far as we need it. */
struct helper_info {
    char mac[MAC_TEXT_SIZE];
    bool has_addresses;
    uint32_t gateway, mask; /* host byte order */
};

/* The words that start the helper: through sudo where we are not root. network_fd is its end of the
 * socket pair, or -1: then it makes its own socket in the VM's folder. notify_fd takes its events. Both
 * are numbers in the helper. 0, or -1 after an error message. */
int helper_words(const struct vm *vm, const struct config *config, int network_fd, int notify_fd, struct words *words);

/* Start it, with network_fd (or -1) and the open file events, and wait for its line. Sets the state's
 * helper, which is running; after -1 and an error message none is. */
int helper_launch(struct vm *vm, const struct config *config, int network_fd, int events, struct helper_info *info);

/* The reason in a log of the helper: its last line that is an error, else its last line. text must
 * hold size bytes; empty if there is none. Returned. */
char *helper_log_reason(const char *log, char *text, size_t size);

#endif
