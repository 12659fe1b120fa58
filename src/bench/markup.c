#include "bench/markup.h"

#include <ctype.h>
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

void markup_url(FILE *out, const char *path)
{
    for (const unsigned char *c = (const unsigned char *)path; *c; c++)
        if (isascii(*c) && (isalnum(*c) || strchr("._-/", *c)))
            fputc(*c, out);
        else
            fprintf(out, "%%%02X", *c);
}
