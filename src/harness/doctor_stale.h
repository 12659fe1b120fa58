/* Networks whose helpers were all killed, keeper and all: doctor_stale_linux.c. Not on macOS, where the
 * system keeps the networks. */
#ifndef HARNESS_DOCTOR_STALE_H
#define HARNESS_DOCTOR_STALE_H

#include "harness/doctor_report.h"

struct stale {
    int networks;    /* all that there are */
    int dead;        /* of these, without a living helper */
    char names[256]; /* of the dead, with blanks between */
    bool unknown;    /* the folder may not be read, or is locked */
};

/* Look below the folder of one namespace's state; fine if it is not there. */
void stale_find(struct stale *stale, const char *folder);

/* The folder of the namespace that this process is in. */
void stale_folder(char *path, size_t size);

/* The finding; become: what the remedy's command begins with, helper: the program's path. */
void doctor_stale(struct report *report, const struct stale *stale, const char *become, const char *helper);

#endif
