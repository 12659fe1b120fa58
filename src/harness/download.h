/* Fetching one file.
 *
 * What has come is in the file at path, and stays there when a transfer breaks off or is interrupted:
 * the next call goes on from there, if the server can and the file there is still the same. */
#ifndef HARNESS_DOWNLOAD_H
#define HARNESS_DOWNLOAD_H

#include <stdbool.h>

struct download {
    const char *url;
    const char *path;
    const char *what;             /* how messages call it: "image ubuntu" */
    unsigned long long max_bytes;
    unsigned long stall;          /* give up a try when nothing comes for so many seconds */
    double started;               /* of the command, for messages */
    bool has_checksum;            /* it is verified later: http after https, and a file of unknown length will do */
    bool is_quiet;                /* no progress: it is small */
};

/* Fetch it. Server errors and broken connections are tried again, from where they broke off.
 * 0, or -1 (after an error message, unless a signal came); *resumed says whether a part was there before. */
int download_run(const struct download *download, bool *resumed);

/* Remove the file at path and what is remembered of it. */
void download_forget(const char *path);

#endif
