/* Drawing by gnuplot.
 *
 * gnuplot's language runs commands: `...` inside a string does, system() does. No text that anybody
 * wrote gets into the script as it is: each byte of it that is no letter and no blank is written as
 * an octal escape inside double quotes ("a\047b"), which gnuplot turns into the character after all
 * substitution is done. (A digit too: it would count as one of the escape before it.) Numbers come
 * from a second file. All text is noenhanced: '_' and '^' stay. */
#include "bench/gnuplot.h"
#include "common/file.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void gnuplot_text(FILE *out, const char *text, bool format)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (isascii(*c) && (isalpha(*c) || *c == ' '))
            fputc(*c, out);
        else
            fprintf(out, "\\%03o", *c);
        if (format && *c == '%')
            fprintf(out, "\\%03o", '%');
    }
    fputc('"', out);
}

/* gnuplot draws black on nothing. One file for light and dark pages: what is black turns light. */
static int add_style(char **svg, size_t *size)
{
    static const char style[] =
        "\n<style>svg{background:#fff}@media(prefers-color-scheme:dark){svg{background:#0d1117}"
        "[fill=\"black\"],[fill=\"rgb(0,0,0)\"]{fill:#e6edf3}[stroke=\"black\"]{stroke:#e6edf3}"
        "[color=\"black\"]{color:#e6edf3}}</style>\n";
    char *place = strstr(*svg, "</desc>");

    if (!place)
        return 0;
    place += strlen("</desc>");
    size_t before = (size_t)(place - *svg);
    char *styled = malloc(*size + sizeof(style));
    if (!styled)
        return -1;
    memcpy(styled, *svg, before);
    memcpy(styled + before, style, sizeof(style) - 1);
    memcpy(styled + before + sizeof(style) - 1, place, *size - before + 1);
    free(*svg);
    *svg = styled;
    *size += sizeof(style) - 1;
    return 0;
}

static int write_part(const char *path, const struct gnuplot_drawing *drawing, const char *terminal,
                      const char *output, const char *data)
{
    FILE *file = fopen(path, "w");

    if (!file)
        return -1;
    if (terminal)
        drawing->script(drawing->what, terminal, output, data, file);
    else
        drawing->data(drawing->what, file);
    return fclose(file) ? -1 : 0;
}

static int run_gnuplot(const char *script)
{
    const char *const argv[] = {"gnuplot", "-d", script, NULL};
    struct process_options options = {.argv = argv, .fds = {-1, 2, 2}, .fd_count = 3, .die_with_parent = true};
    pid_t pid = process_start(&options);

    if (pid < 0) {
        log_error("bench", "cannot run gnuplot: %s: install it (Debian: gnuplot-nox; Homebrew: gnuplot)",
                  strerror(errno));
        return -1;
    }
    int status = process_wait(pid, 120);
    if (status < 0) {
        process_end(pid, 1);
        log_error("bench", "gnuplot did not end within 120 seconds");
    } else if (status) {
        log_error("bench", "gnuplot failed with exit status %d", status);
    }
    return status ? -1 : 0;
}

static int draw_one(const struct gnuplot_drawing *drawing, const char *folder, const char *terminal, const char *path)
{
    char script[PATH_MAX], data[PATH_MAX], image[PATH_MAX];
    size_t size;

    if (!text_format(script, sizeof(script), "%s/script", folder) ||
        !text_format(data, sizeof(data), "%s/data", folder) ||
        !text_format(image, sizeof(image), "%s/%s", folder, terminal))
        return -1;
    if (write_part(script, drawing, terminal, image, data) < 0 || write_part(data, drawing, NULL, NULL, NULL) < 0) {
        log_error("bench", "cannot write in \"%s\": %s", folder, strerror(errno));
        return -1;
    }
    if (run_gnuplot(script) < 0)
        return -1;
    char *drawn = file_read(image, 64u << 20, &size);
    int result = -1;
    if (!drawn || !size)
        log_error("bench", "gnuplot drew nothing");
    else if ((strcmp(terminal, "svg") == 0 && add_style(&drawn, &size) < 0) ||
             file_write(path, 0644, drawn, size) < 0)
        log_error("bench", "cannot write \"%s\": %s", path, strerror(errno));
    else
        result = 0;
    free(drawn);
    return result;
}

/* Draw with each of the terminals, in a folder that goes in the end. */
static int draw(const struct gnuplot_drawing *drawing, const char *const *terminals, char (*paths)[PATH_MAX], int count)
{
    const char *tmp = getenv("TMPDIR");
    char folder[PATH_MAX];
    int result = 0;

    if (!text_format(folder, sizeof(folder), "%s/vmnet-bench.XXXXXX", tmp && *tmp ? tmp : "/tmp") ||
        !mkdtemp(folder)) {
        log_error("bench", "cannot make a temporary folder in \"%s\": %s", tmp && *tmp ? tmp : "/tmp",
                  strerror(errno));
        return -1;
    }
    for (int i = 0; i < count && result == 0; i++)
        result = draw_one(drawing, folder, terminals[i], paths[i]);
    file_remove_tree(folder);
    return result;
}

int gnuplot_draw(const struct gnuplot_drawing *drawing, const char *base)
{
    static const char *const terminals[] = {"pngcairo", "svg"};
    char paths[2][PATH_MAX];

    if (!text_format(paths[0], PATH_MAX, "%s.png", base) || !text_format(paths[1], PATH_MAX, "%s.svg", base))
        return -1;
    return draw(drawing, terminals, paths, 2);
}

int gnuplot_draw_svg(const struct gnuplot_drawing *drawing, const char *path)
{
    static const char *const terminals[] = {"svg"};
    char paths[1][PATH_MAX];

    return text_copy(paths[0], PATH_MAX, path) ? draw(drawing, terminals, paths, 1) : -1;
}
