#include "bench/markup.h"

#include <string.h>

void markup_html(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text, out);
        }
}

void markup_markdown(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*[]<>|&~$", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}
