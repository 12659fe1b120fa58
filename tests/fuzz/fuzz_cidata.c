/* The seed's documents, with a user's own document merged in. Whatever that is, what comes out is YAML that has
 * the harness's keys, or there is an error. The first byte: which network the guest has; then the document. */
#include "fuzz/input.h"
#include "harness/cidata.h"
#include "harness/user_data.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static bool has_key(yaml_document_t *document, const char *key)
{
    const yaml_node_t *root = yaml_document_get_root_node(document);

    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++) {
        const yaml_node_t *node = yaml_document_get_node(document, pair->key);
        if (node->type == YAML_SCALAR_NODE && strcmp((const char *)node->data.scalar.value, key) == 0)
            return true;
    }
    return false;
}

/* A guest must be able to read it. */
static void check(const char *text, const char *key, const char *other)
{
    yaml_parser_t parser;
    yaml_document_t document;

    must(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    must(yaml_parser_load(&parser, &document));
    must(yaml_document_get_root_node(&document)->type == YAML_MAPPING_NODE);
    must(has_key(&document, key) && has_key(&document, other));
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t dns[] = {0x01010101, 0x08080808};

    if (!size)
        return 0;
    struct cidata cidata = {
        .name = "one.two", .user = data[0] & 1 ? "root" : "me", .user_public = "ssh-ed25519 AAAA user",
        .host_private = "-----BEGIN\nabc\n-----END\n", .host_public = "ssh-ed25519 BBBB host",
        .mac = "52:54:00:01:02:03", .is_static = data[0] & 2, .has_route = data[0] & 4, .ip = 0xc0a86902,
        .gateway = 0xc0a86901, .mask = 0xffffff00, .more_keys = data[0] & 8 ? "ssh-ed25519 CCCC\n" : NULL,
        .user_data = input_file(data + 1, size - 1), .dns = dns, .dns_count = data[0] >> 4 & 1 ? 2 : 0,
    };
    char *text = cidata_user_data(&cidata), *network = cidata_network_config(&cidata);
    must(network);
    if (text) {
        check(text, "ssh_keys", "ssh_authorized_keys");
        must(strncmp(text, "#cloud-config\n", 14) == 0);
        must(user_data_check(cidata.user_data) == 0);
        char *meta = cidata_meta_data(&cidata, text, network);
        must(meta);
        free(meta);
    }
    check(network, "version", "ethernets");
    free(text);
    free(network);
    return 0;
}
