/* Pictures by gnuplot: PNG and SVG of the same script. */
#ifndef BENCH_GNUPLOT_H
#define BENCH_GNUPLOT_H

#include <stdbool.h>
#include <stdio.h>

struct gnuplot_drawing {
    /* Write the script for one terminal, "svg" or "pngcairo", that draws to output the numbers in data. */
    void (*script)(const void *what, const char *terminal, const char *output, const char *data, FILE *out);
    /* Write the numbers. */
    void (*data)(const void *what, FILE *out);
    const void *what;
};

/* Draw to "<base>.png" and "<base>.svg". Returns 0, or -1 (logged). */
int gnuplot_draw(const struct gnuplot_drawing *drawing, const char *base);

/* The SVG alone. */
int gnuplot_draw_svg(const struct gnuplot_drawing *drawing, const char *path);

/* Write text as a string literal of gnuplot. format: it is a format, as a tick's label is; '%' stays itself. */
void gnuplot_text(FILE *out, const char *text, bool format);

#endif
