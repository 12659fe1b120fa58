/* Small readers of what somebody else wrote. The first byte decides which. */
#include "fuzz/input.h"
#include "common/ipv4.h"
#include "common/mac.h"
#include "common/text.h"
#include "common/uuid.h"
#include "harness/name.h"
#include "harness/public_keys.h"
#include "harness/url.h"
#include "harness/words.h"

#include <stdlib.h>
#include <string.h>

static void read_url(const char *text)
{
    char reason[URL_REASON_SIZE], out[URL_SIZE], file[256], key[URL_KEY_SIZE];

    if (url_check(text, reason) < 0) {
        must(memchr(reason, '\0', sizeof(reason)));
        return;
    }
    must(strlen(text) < URL_SIZE && !strchr(text, '\n'));
    if (url_on_mirror(text, "http://127.0.0.1:8080/mirror", out) == 0)
        must(strncmp(out, "http://127.0.0.1:8080/", 22) == 0);
    /* It is looked for in a list, and is no path. */
    if (url_file(text, file, sizeof(file)))
        must(*file && !strchr(file, '/'));
    must(strlen(url_key(text, key)) == 64);
}

static void read_words(const char *text)
{
    char *quoted = word_quoted(text), printable[64];

    must(quoted && strlen(quoted) >= strlen(text));
    free(quoted);
    text_printable(printable, sizeof(printable), text, strlen(text));
    for (const char *at = printable; *at; at++)
        must((unsigned char)*at >= ' ' && *at != 127);
    if (name_is_good(text))
        must(*text != '.' && *text != '-' && !strchr(text, '/') && strlen(text) < NAME_SIZE);
}

static void read_numbers(const char *text)
{
    uint32_t address;
    uint8_t mac[MAC_SIZE], id[ID_SIZE];
    unsigned long number;
    char ipv4[IPV4_TEXT_SIZE], again[MAC_TEXT_SIZE];

    if (ipv4_parse(text, &address) == 0)
        must(strcmp(ipv4_format(address, ipv4), text) == 0);
    if (mac_parse(text, mac) == 0)
        mac_format(mac, again);
    id_parse(text, id);
    if (text_parse_number(text, 1, 1000, &number) == 0)
        must(number >= 1 && number <= 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    char *text = input_text(data + 1, size - 1);
    if (data[0] == 'u') {
        read_url(text);
    } else if (data[0] == 'w') {
        read_words(text);
    } else if (data[0] == 'n') {
        read_numbers(text);
    } else if (data[0] == 'k') {
        char *keys = public_keys_read(input_file(data + 1, size - 1));
        /* Nothing in them needs quotes in YAML. */
        must(!keys || strcspn(keys, "\"'#:{}[]\r\t") == strlen(keys));
        free(keys);
    }
    free(text);
    return 0;
}
