/* Checksums of downloads: SHA-256 or SHA-512, told apart by their length. */
#ifndef HARNESS_CHECKSUM_H
#define HARNESS_CHECKSUM_H

#include <stdbool.h>

#define CHECKSUM_SIZE 129

/* Is it 64 or 128 hexadecimal digits? out gets them in lower case. */
bool checksum_parse(const char *text, char out[CHECKSUM_SIZE]);

/* "sha256" or "sha512" */
const char *checksum_kind(const char *checksum);

/* Find a file's checksum in what its publisher wrote: lines of sha256sum ("HEX  FILE", "HEX *FILE"), of BSD
 * ("SHA256 (FILE) = HEX"), signed or not, or a single checksum and nothing else. False if it is not there,
 * or there twice with different values. */
bool checksum_find(const char *text, const char *file, char out[CHECKSUM_SIZE]);

/* The checksum of a file, of the kind of the example. 0, or -1 with errno. */
int checksum_of_file(const char *path, const char *example, char out[CHECKSUM_SIZE]);

#endif
