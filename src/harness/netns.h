/* Network namespaces by name, as `ip netns` has them: netns_linux.c | netns_darwin.c. */
#ifndef HARNESS_NETNS_H
#define HARNESS_NETNS_H

/* Go into the namespace, for this process and all that it starts; make it first, with the loopback
 * interface up, if it is not there and make is set. Needs root. 0, or -1 after an error message. */
int netns_enter(const char *name, int make);

#endif
