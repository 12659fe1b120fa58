/* Networks that a benchmark names. A command is a list of words: no shell reads it, and a place in braces becomes
 * part of a word, never words of its own. */
#include "bench/benchmark_networks.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <string.h>

static const char *const known_names[] = {"vmnet-helper", "path", "veth", NULL};
static const char *const network_keys[] = {"name",       "command",      "socket", "address",
                                           "vm-address", "host-address", NULL};
static const char *const socket_names[] = {"datagram", "stream", NULL};
static const char *const place_names[] = {"fd", "socket", "vm-address", "host-address", "port", "udp-port", NULL};

enum place { PLACE_FD, PLACE_SOCKET, PLACE_VM_ADDRESS, PLACE_HOST_ADDRESS, PLACE_PORT, PLACE_UDP_PORT };

/* The first place of the word: where its brace is, with its number; its number is -1 for one that is unknown. */
static const char *find_place(const char *word, int *number, size_t *length)
{
    const char *open = strchr(word, '{'), *end = open ? strchr(open, '}') : NULL;

    if (!end)
        return NULL;
    *length = (size_t)(end - open) + 1;
    *number = -1;
    for (int i = 0; place_names[i]; i++)
        if (strlen(place_names[i]) == *length - 2 && !strncmp(place_names[i], open + 1, *length - 2))
            *number = i;
    return open;
}

static bool uses(const struct benchmark_network *network, enum place place)
{
    for (int i = 0; i < network->word_count; i++) {
        int number;
        size_t length;
        for (const char *at = network->command[i]; (at = find_place(at, &number, &length)); at += length)
            if (number == (int)place)
                return true;
    }
    return false;
}

bool benchmark_network_uses_fd(const struct benchmark_network *network)
{
    return uses(network, PLACE_FD);
}

bool benchmark_network_word(const struct benchmark_network *network, int index,
                            const struct benchmark_network_places *places, char *word, size_t size)
{
    const char *const values[] = {places->fd,   places->socket,   network->vm_address, network->host_address,
                                  places->port, places->udp_port};
    const char *rest = network->command[index], *at;
    size_t used = 0, length;
    int number;

    *word = '\0';
    while ((at = find_place(rest, &number, &length))) {
        const char *value = number < 0 ? "" : values[number];
        if (!text_format(word + used, size - used, "%.*s%s", (int)(at - rest), rest, value))
            return false;
        used += strlen(word + used);
        rest = at + length;
    }
    return text_copy(word + used, size - used, rest);
}

static int read_command(struct yaml_file *file, yaml_node_t *node, struct benchmark_network *network)
{
    yaml_node_t *item;
    int number;
    size_t length;

    if (yaml_file_sequence(file, node, "networks: command", NETWORK_WORDS_MAX) < 0)
        return -1;
    for (int i = 0; (item = yaml_file_item(file, node, (size_t)i)); i++) {
        char *word = network->command[i];
        if (yaml_file_text(file, item, "networks: command", word, NETWORK_WORD_SIZE) < 0)
            return -1;
        for (const char *at = word; (at = find_place(at, &number, &length)); at += length)
            if (number < 0)
                return yaml_file_error(file, item, "networks: command: unknown \"%.*s\": there are {fd}, {socket}, "
                                       "{vm-address}, {host-address}, {port} and {udp-port}", (int)length, at);
        network->word_count = i + 1;
    }
    if (network->command[0][0] == '-' || strchr(network->command[0], '{'))
        return yaml_file_error(file, node, "networks: command: \"%s\" is no program", network->command[0]);
    if (uses(network, PLACE_FD) == uses(network, PLACE_SOCKET))
        return yaml_file_error(file, node, "networks: command: needs either {fd}, the VM's socket, or {socket}, the path "
                               "where it listens for the VM");
    return 0;
}

static int read_address(struct yaml_file *file, yaml_node_t *mapping, const char *key, const char *value, char *out)
{
    yaml_node_t *node = yaml_file_get(file, mapping, key);
    struct in_addr address;

    text_copy(out, NETWORK_ADDRESS_SIZE, value);
    if (!node)
        return 0;
    char text[64];
    if (yaml_file_text(file, node, key, text, sizeof(text)) < 0)
        return -1;
    if (inet_pton(AF_INET, text, &address) != 1)
        return yaml_file_error(file, node, "networks: %s: \"%s\" is no IPv4 address", key, text);
    text_copy(out, NETWORK_ADDRESS_SIZE, text);
    return 0;
}

static int read_mapping(struct yaml_file *file, yaml_node_t *node, struct benchmark_network *network)
{
    yaml_node_t *name, *command, *value;

    if (yaml_file_keys(file, node, network_keys) < 0)
        return -1;
    if (!(name = yaml_file_get(file, node, "name")) || !(command = yaml_file_get(file, node, "command")))
        return yaml_file_error(file, node, "networks: this network has no \"%s\"", name ? "command" : "name");
    if (yaml_file_text(file, name, "networks: name", network->name, sizeof(network->name)) < 0)
        return -1;
    if (!name_is_safe(network->name))
        return yaml_file_error(file, name, "networks: name \"%s\" cannot be that of a folder", network->name);
    for (int i = 0; known_names[i]; i++)
        if (!strcmp(network->name, known_names[i]))
            return yaml_file_error(file, name, "networks: \"%s\" is the bench's own: give yours another name",
                                   network->name);
    if ((value = yaml_file_get(file, node, "socket"))) {
        int choice = yaml_file_choice(file, value, "networks: socket", socket_names);
        if (choice < 0)
            return -1;
        network->stream = choice == 1;
    }
    if (read_command(file, command, network) < 0 ||
        read_address(file, node, "vm-address", "192.168.106.2", network->vm_address) < 0 ||
        read_address(file, node, "host-address", "192.168.106.1", network->host_address) < 0)
        return -1;
    return read_address(file, node, "address", network->vm_address, network->address);
}

static int read_network(struct yaml_file *file, yaml_node_t *node, struct benchmark_network *network)
{
    if (node->type == YAML_MAPPING_NODE)
        return read_mapping(file, node, network);
    int choice = yaml_file_choice(file, node, "networks", known_names);
    if (choice < 0)
        return -1;
    text_copy(network->name, sizeof(network->name), known_names[choice]);
    return 0;
}

int benchmark_networks_read(struct yaml_file *file, struct benchmark *benchmark)
{
    yaml_node_t *list = yaml_file_get(file, yaml_file_root(file), "networks"), *item;

    if (!list) {
        text_copy(benchmark->networks[0].name, NAME_SIZE, known_names[0]);
        benchmark->network_count = 1;
        return 0;
    }
    if (yaml_file_sequence(file, list, "networks", BENCHMARK_NETWORKS_MAX) < 0)
        return -1;
    for (int i = 0; (item = yaml_file_item(file, list, (size_t)i)); i++) {
        if (read_network(file, item, &benchmark->networks[i]) < 0)
            return -1;
        for (int j = 0; j < i; j++)
            if (!strcmp(benchmark->networks[j].name, benchmark->networks[i].name))
                return yaml_file_error(file, item, "networks: \"%s\" twice", benchmark->networks[i].name);
        benchmark->network_count = i + 1;
    }
    return 0;
}
