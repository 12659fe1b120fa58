/* Text that somebody else wrote, inside HTML and Markdown. */
#ifndef BENCH_MARKUP_H
#define BENCH_MARKUP_H

#include <stdio.h>

/* Write text with &, <, >, " and ' as entities. */
void markup_html(FILE *out, const char *text);

/* Write text with Markdown's own characters (those of tables too) escaped. */
void markup_markdown(FILE *out, const char *text);

/* Write a relative path as the target of a link: what is no letter, digit, dot, dash, underscore or slash as %41. */
void markup_url(FILE *out, const char *path);

#endif
