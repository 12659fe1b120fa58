#include "harness/cidata.h"
#include "harness/job.h"
#include "harness/message.h"
#include "harness/name.h"
#include "harness/user_data.h"
#include "common/file.h"
#include "common/hex.h"
#include "common/ipv4.h"
#include "common/sha256.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All values that go into the documents were checked to be plain words, or come from ssh-keygen. */

static void print_block(FILE *out, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, "\n");
        fprintf(out, "    %.*s\n", (int)size, text);
        text += size + (text[size] == '\n');
    }
}

/* In the end of the boot, after the first login: cloud-init looks for newer lists of packages first. */
static void print_packages(FILE *out, const char *packages)
{
    const char *before = "packages:\n";

    for (const char *name = packages; name && *name; name += strspn(name, " ")) {
        size_t size = strcspn(name, " ");
        fprintf(out, "%s  - \"%.*s\"\n", before, (int)size, name);
        before = "";
        name += size;
    }
}

char *cidata_user_data(const struct cidata *cidata)
{
    char *text = NULL, host[NAME_SIZE];
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    name_to_host(cidata->name, host);
    fprintf(out, "#cloud-config\nhostname: %s\npreserve_hostname: false\nssh_pwauth: false\n", host);
    if (strcmp(cidata->user, "root") == 0)
        fputs("disable_root: false\n", out);
    else
        fprintf(out, "user:\n  name: %s\n  lock_passwd: true\n  shell: /bin/bash\n  sudo: \"ALL=(ALL) NOPASSWD:ALL\"\n",
                cidata->user);
    fprintf(out, "ssh_authorized_keys:\n  - %s\n", cidata->user_public);
    for (const char *key = cidata->more_keys; key && *key; key += strcspn(key, "\n") + 1)
        fprintf(out, "  - %.*s\n", (int)strcspn(key, "\n"), key);
    fputs("ssh_keys:\n  ed25519_private: |\n", out);
    print_block(out, cidata->host_private);
    fprintf(out, "  ed25519_public: %s\n", cidata->host_public);
    print_packages(out, cidata->packages);
    if (fclose(out) != 0 || !cidata->user_data)
        return text;
    char *merged = user_data_merge(text, cidata->user_data);
    free(text);
    return merged;
}

static void print_nameservers(FILE *out, const uint32_t *addresses, int count)
{
    char address[IPV4_TEXT_SIZE];

    fputs("    nameservers:\n      addresses:\n", out);
    for (int i = 0; i < count; i++)
        fprintf(out, "        - %s\n", ipv4_format(addresses[i], address));
}

char *cidata_network_config(const struct cidata *cidata)
{
    char *text = NULL, address[IPV4_TEXT_SIZE];
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fprintf(out, "version: 2\nethernets:\n  eth0:\n    match:\n      macaddress: \"%s\"\n", cidata->mac);
    if (!cidata->is_static) {
        fputs("    dhcp4: true\n    dhcp-identifier: mac\n", out);
        if (cidata->dns_count) {
            fputs("    dhcp4-overrides:\n      use-dns: false\n", out);
            print_nameservers(out, cidata->dns, cidata->dns_count);
        }
        return fclose(out) == 0 ? text : NULL;
    }
    fprintf(out, "    dhcp4: false\n    addresses:\n      - %s/%u\n", ipv4_format(cidata->ip, address),
            ipv4_prefix_length(cidata->mask));
    ipv4_format(cidata->gateway, address);
    if (cidata->has_route)
        fprintf(out, "    routes:\n      - to: 0.0.0.0/0\n        via: %s\n", address);
    if (cidata->dns_count)
        print_nameservers(out, cidata->dns, cidata->dns_count);
    else
        print_nameservers(out, &cidata->gateway, 1);
    return fclose(out) == 0 ? text : NULL;
}

char *cidata_meta_data(const struct cidata *cidata, const char *user_data, const char *network_config)
{
    char *text = NULL, *both = NULL, host[NAME_SIZE], digits[2 * SHA256_SIZE + 1];
    uint8_t digest[SHA256_SIZE];

    if (asprintf(&both, "%s\n%s", user_data, network_config) < 0)
        return NULL;
    sha256(both, strlen(both), digest);
    free(both);
    name_to_host(cidata->name, host);
    if (asprintf(&text, "instance-id: %s-%.12s\nlocal-hostname: %s\n", host,
                 hex_format(digest, SHA256_SIZE, digits), host) < 0)
        return NULL;
    return text;
}

static const char *const file_names[] = {"user-data", "meta-data", "network-config"};
enum { DOCUMENTS = 3 };

/* Is the file there with this text? */
static bool is_same(const char *dir, const char *file, const char *text)
{
    char path[PATH_MAX];

    text_format(path, sizeof(path), "%s/seed/%s", dir, file);
    char *old = file_read(path, 65536, NULL);
    bool same = old && strcmp(old, text) == 0;
    free(old);
    return same;
}

static int make_iso(const struct store *store, const char *dir, char *const documents[DOCUMENTS])
{
    char path[PATH_MAX], iso[PATH_MAX], new[PATH_MAX], log[PATH_MAX];
    struct words words = {0};

    text_format(log, sizeof(log), "%s/seed.log", dir);
    text_format(iso, sizeof(iso), "%s/cidata.iso", dir);
    text_format(new, sizeof(new), "%s/cidata.iso.new", dir);
    text_format(path, sizeof(path), "%s/seed", dir);
    unlink(iso);
    unlink(new);
    unlink(log);
    if (store_make_dir(store, path) < 0)
        return -1;
    static const char *const options[] = {"xorriso", "-as", "mkisofs", "-quiet", "-volid", "cidata", "-joliet", "-rock",
                                          "-output"};
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        words_add(&words, "%s", options[i]);
    words_add(&words, "%s", new);
    int result = 0;
    for (int i = 0; i < DOCUMENTS && result == 0; i++) {
        text_format(path, sizeof(path), "%s/seed/%s", dir, file_names[i]);
        result = store_write(store, path, documents[i]);
        words_add(&words, "%s", path);
    }
    if (result == 0)
        result = job_must(&words, log);
    words_free(&words);
    if (result == 0 && rename(new, iso) < 0)
        result = message_error("cannot write %s: %s", iso, strerror(errno));
    if (result < 0)
        unlink(new);
    owner_give(&store->owner, iso);
    return result;
}

int cidata_write(const struct cidata *cidata, const struct store *store, const char *dir)
{
    char *documents[DOCUMENTS] = {cidata_user_data(cidata), NULL, cidata_network_config(cidata)};
    char iso[PATH_MAX];
    int result = 0;

    if (documents[0] && documents[2])
        documents[1] = cidata_meta_data(cidata, documents[0], documents[2]);
    text_format(iso, sizeof(iso), "%s/cidata.iso", dir);
    bool same = access(iso, F_OK) == 0;
    for (int i = 0; i < DOCUMENTS; i++)
        same = same && documents[i] && is_same(dir, file_names[i], documents[i]);
    if (!documents[0] && cidata->user_data)
        result = -1; /* told already */
    else if (!documents[0] || !documents[1] || !documents[2])
        result = message_error("not enough memory");
    else if (!same)
        result = make_iso(store, dir, documents);
    for (int i = 0; i < DOCUMENTS; i++)
        free(documents[i]);
    return result;
}
