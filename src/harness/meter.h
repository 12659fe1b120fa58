/* Progress of a transfer: one line that changes on a terminal, else plain lines, not more than one every
 * two seconds. */
#ifndef HARNESS_METER_H
#define HARNESS_METER_H

#include <stdbool.h>

struct meter {
    const char *what;
    double started;   /* of the command */
    double told, measured, rate; /* times of process_clock(); bytes a second */
    double last_bytes;
    bool is_terminal, has_line;
};

void meter_begin(struct meter *meter, const char *what, double started);

/* So many bytes are there; total is 0 when it is not known. */
void meter_update(struct meter *meter, double bytes, double total);

/* Before any other message: leave the line on the terminal as it is. */
void meter_end(struct meter *meter);

/* "1.5 GiB". Returned. */
char *meter_amount(double bytes, char text[32]);

#endif
