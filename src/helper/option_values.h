/* What each option takes, and what goes together: called by the parser in options.c. */
#ifndef HELPER_OPTION_VALUES_H
#define HELPER_OPTION_VALUES_H

#include "helper/options.h"

/* Each sets its field from the value (NULL for a flag, or a value that was left out). Returns 0, or -1
 * after logging the reason. */
int option_fd(struct options *options, const char *value);
int option_socket(struct options *options, const char *value);
int option_framing(struct options *options, const char *value);
int option_interface_id(struct options *options, const char *value);
int option_operation_mode(struct options *options, const char *value);
int option_shared_interface(struct options *options, const char *value);
int option_network(struct options *options, const char *value);
int option_list(struct options *options, const char *value);
int option_start_address(struct options *options, const char *value);
int option_end_address(struct options *options, const char *value);
int option_subnet_mask(struct options *options, const char *value);
int option_isolation(struct options *options, const char *value);
int option_tso(struct options *options, const char *value);
int option_checksum_offload(struct options *options, const char *value);
int option_offload_engine(struct options *options, const char *value);
int option_stats_interval(struct options *options, const char *value);
int option_parent_liveness_fd(struct options *options, const char *value);
int option_notify_fd(struct options *options, const char *value);
int option_guard(struct options *options, const char *value);
int option_pcap(struct options *options, const char *value);
int option_pcap_fd(struct options *options, const char *value);
int option_keep(struct options *options, const char *value);
int option_user(struct options *options, const char *value);
int option_selftest(struct options *options, const char *value);
int option_cleanup(struct options *options, const char *value);
int option_json(struct options *options, const char *value);
int option_verbose(struct options *options, const char *value);
int option_version(struct options *options, const char *value);
int option_help(struct options *options, const char *value);

/* Do the options that were given go together? Returns 0, or -1 after logging what does not. */
int options_agree(struct options *options);

#endif
