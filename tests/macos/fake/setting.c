#include "fake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fake_abort(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("FAKE DARWIN: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

/* The helper gives itself a new environment: the settings are taken before it starts. */
static char *kept[32];

__attribute__((constructor)) static void keep_settings(void)
{
    for (unsigned i = 0, count = 0; environ[i]; i++)
        if (strncmp(environ[i], "FAKE_", 5) == 0 && count < sizeof(kept) / sizeof(kept[0]))
            kept[count++] = strdup(environ[i]);
}

const char *fake_setting(const char *name)
{
    const char *value = getenv(name);
    size_t length = strlen(name);

    for (unsigned i = 0; !value && i < sizeof(kept) / sizeof(kept[0]) && kept[i]; i++)
        if (strncmp(kept[i], name, length) == 0 && kept[i][length] == '=')
            value = kept[i] + length + 1;
    return value ? value : "";
}

bool fake_macos_at_least(int major, int minor)
{
    int has_major = 15, has_minor = 4;

    sscanf(fake_setting("FAKE_MACOS"), "%d.%d", &has_major, &has_minor);
    return has_major > major || (has_major == major && has_minor >= minor);
}

const char *fake_setting_word(const char *name, const char *word)
{
    const char *value = fake_setting(name);
    size_t length = strlen(word);

    if (strncmp(value, word, length) != 0)
        return NULL;
    if (value[length] == ':')
        return value + length + 1;
    return value[length] == '\0' ? "" : NULL;
}

void fake_script_next(const char *name, unsigned *position, char *word, unsigned size)
{
    const char *script = fake_setting(name);
    const char *at = script + (*position < strlen(script) ? *position : strlen(script));
    size_t length = strcspn(at, ",");
    bool again = length > 0 && at[length - 1] == '*';

    snprintf(word, size, "%.*s", (int)(again ? length - 1 : length), at);
    if (!again)
        *position += (unsigned)length + (at[length] == ',');
}
