/* Addresses of files: http, https and file. */
#ifndef HARNESS_URL_H
#define HARNESS_URL_H

#include <stdbool.h>
#include <stddef.h>

#define URL_SIZE 2048
#define URL_KEY_SIZE 65

/* Does the text name a URL rather than a file or an image? */
bool url_is(const char *text);

#define URL_REASON_SIZE (URL_SIZE + 200)

/* Is it one that we fetch: a scheme we know, no password in it? If not, reason goes on after a word for it:
 * "image" and "\"ftp://x\" must begin with ...". 0 or -1. */
int url_check(const char *url, char reason[URL_REASON_SIZE]);

/* The same file on a mirror: the mirror's URL in place of scheme and host. 0, or -1 after an error
 * message. */
int url_on_mirror(const char *url, const char *mirror, char out[URL_SIZE]);

/* Its last part, decoded: what a list of checksums calls the file. False if there is none that fits. */
bool url_file(const char *url, char *file, size_t size);

/* The name of its folder in the cache: the SHA-256 of the URL in hexadecimal digits. Returned. */
char *url_key(const char *url, char key[URL_KEY_SIZE]);

#endif
