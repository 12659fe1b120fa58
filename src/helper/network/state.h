/* What the helpers of one network namespace know of each other.
 *
 *     /run/vmnet-helper/<namespace inode>/          locked while anybody changes anything
 *         namespace:cookie                          whose state it is
 *         forwarding:<family>:<key>:<interface>     what a switch was before
 *         <bridge>/network                          the addresses of the network
 *         <bridge>/member:<tap>                     "PID START": a helper that is on it
 *         <bridge>/dnsmasq.pid, .leases, .errors    dnsmasq's own
 *
 * Only root can read or write there; a folder that somebody else owns or may write to is refused, and
 * links are not followed. A member whose process is gone (the start time tells a pid that was used
 * again) is stale, and so is a whole namespace folder that another namespace with the same inode
 * number left: its cookie, which the kernel never uses twice, tells. */
#ifndef HELPER_NETWORK_STATE_H
#define HELPER_NETWORK_STATE_H

#include <stdbool.h>
#include <stddef.h>

#define STATE_ROOT "/run/vmnet-helper"

struct state {
    int fd;                  /* the namespace's folder, locked */
    unsigned long namespace; /* state_namespace() */
};

/* The inode number of this process's network namespace, or 0. */
unsigned long state_namespace(void);

/* A number that no other network namespace has had since the machine started, as text; "0" before
 * Linux 5.14. text must hold 24 bytes. Returns 0, or -1 with errno. */
int state_cookie(char *text, size_t size);

/* Make the namespace's folder unless it is there, and lock it; waits for at most 30 s.
 * Returns 0, or -1 (logged). */
int state_open(struct state *state);

/* Unlock; the folder goes if nothing is in it. Returns 0, or -1 with errno if it should have gone and is there. */
int state_close(struct state *state);

/* The folder of one network: a descriptor, or -1 with errno. */
int state_network_open(const struct state *state, const char *bridge, bool make);

/* Remove a network's folder with all in it. 0, or -1 with errno. */
int state_network_remove(const struct state *state, const char *bridge);

/* Small files of a folder. state_read() returns the length of the text, or -1 with errno. */
int state_read(int folder, const char *name, char *text, size_t size);
int state_write(int folder, const char *name, const char *text);

/* Call visit for each entry whose name starts with prefix, with the rest of the name. Entries may
 * be removed on the way. 0, or -1 with errno: then there may be more of them. */
int state_each(int folder, const char *prefix, void (*visit)(int folder, const char *rest, void *context),
               void *context);

/* Members: this process is the helper behind the TAP. */
int state_member_add(int network, const char *tap);
int state_member_remove(int network, const char *tap);

/* Does the helper behind the TAP still run? Whoever cannot tell says yes: no network may go under one. */
bool state_member_lives(int network, const char *tap);

#endif
