/* A lab: several "hosts" on this machine, to try networks over more than one of them.
 *
 * A host is a network namespace. Its eth0 leads to a switch, a bridge in a namespace of the lab's own:
 * that is the underlay, 10.98.0.0/24. On each host a bridge lab0 is joined with those of the others by
 * VXLAN: that is the fabric, one Ethernet segment, 10.97.0.0/24, which the guests are on. Host 1 serves
 * DHCP to all of it. Two engines can carry it: the kernel's bridge with a VXLAN port, or an Open
 * vSwitch, one a host, in user space.
 *
 *     lab-h1                                      lab-h2
 *       guest -- helper -- lab0 -- VXLAN .....VXLAN -- lab0 -- helper -- guest
 *                           eth0 10.98.0.1    eth0 10.98.0.2
 *                                 \              /
 *                           lab-net:  bridge sw0
 *
 * The underlay's frames are larger, so the guests' may have the usual 1500 bytes.
 *
 * All that a lab is made of is in namespaces named after it, and in /run/vmnet-lab/NAME; its guests
 * are in the store as others are. */
#ifndef HARNESS_LAB_H
#define HARNESS_LAB_H

#include "harness/command.h"
#include "harness/name.h"
#include "harness/words.h"

enum { LAB_HOSTS_MAX = 16, LAB_NAME_MAX = 32 };

enum lab_fabric { LAB_VXLAN, LAB_OVS };

struct lab {
    const struct store *store;
    char name[NAME_SIZE];
    char dir[PATH_MAX]; /* /run/vmnet-lab/NAME */
    char log[PATH_MAX]; /* output of the commands that make it */
    int lock;           /* -1: not locked */
    int hosts;          /* 0: there is no such lab */
    enum lab_fabric fabric;
};

extern const struct command lab_commands[];

/* ---- lab.c: its state, and running commands ---- */

/* Take the lock, and read the state. 0, or -1 after an error message; lab_close in both cases. */
int lab_open(struct lab *lab, const struct store *store, const char *name);
void lab_close(struct lab *lab);

/* Keep hosts and fabric, for later commands. 0, or -1 after an error message. */
int lab_save(const struct lab *lab);

/* Remove all of it: guests, processes, namespaces, files. Goes on after a failure. 0, or -1 after an
 * error message. */
int lab_remove(struct lab *lab);

/* The namespace of a host, from 1; of the underlay for 0. netns must hold NAME_SIZE bytes; returned. */
char *lab_netns(const struct lab *lab, int host, char netns[NAME_SIZE]);

/* Run a command line, whose words are parted by single blanks. 0, or -1 after an error message. */
int lab_run(const struct lab *lab, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for words that may have blanks. */
int lab_run_words(const struct lab *lab, const struct words *words);

/* Does the command succeed? Its output is dropped. */
bool lab_try(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- lab_host.c ---- */

/* The underlay's switch, unless it is there. 0, or -1 after an error message. */
int lab_underlay_make(const struct lab *lab);

/* Is the host there, with all that it consists of? */
bool lab_host_is_up(const struct lab *lab, int host);

/* Make it, after what is left of it was removed. 0, or -1 after an error message. */
int lab_host_make(const struct lab *lab, int host);

/* End all that runs in the namespace of the host (0: the underlay) -- at once, as a power cut does, or
 * with time to tidy up -- and remove it. Fine if it is not there. 0, or -1 after an error message. */
int lab_host_remove(const struct lab *lab, int host, bool at_once);

/* ---- lab_fabric.c ---- */

/* On a host whose eth0 is up. 0, or -1 after an error message. */
int lab_fabric_make(const struct lab *lab, int host);

bool lab_fabric_is_up(const struct lab *lab, int host);

/* Add the words that bring a command where it finds the host's Open vSwitch at its usual place.
 * 0, or -1 after an error message: it is not running. */
int lab_fabric_enter(const struct lab *lab, int host, struct words *words);

/* ---- lab_guest.c ---- */

/* Start a guest on each host that has none running, side by side; options are passed on to vm start.
 * 0, or -1 after an error message. */
int lab_guests_start(const struct lab *lab, char **options);

/* Stop all VMs on the host (0: on all hosts), and delete the lab's own. 0, or -1 after an error message. */
int lab_guests_remove(const struct lab *lab, int host);

/* Print the hosts with their VMs, as lines or as JSON. 0, or -1. */
int lab_guests_print(const struct lab *lab, bool json);

#endif
