/* Closing what was inherited: descriptors_linux.c | descriptors_darwin.c. */
#ifndef COMMON_DESCRIPTORS_H
#define COMMON_DESCRIPTORS_H

/* Close every descriptor from first up. Safe between fork and exec. */
void descriptors_close_from(int first);

/* Close the descriptors from first to last, both included. */
void descriptors_close_range(int first, int last);

#endif
