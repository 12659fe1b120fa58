#include "bench/benchmark.h"
#include "bench/benchmark_networks.h"
#include "bench/host_facts.h"
#include "bench/name.h"
#include "common/text.h"
#include "common/yaml_file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *const known_keys[] = {"drivers",  "operation-modes", "tests", "shared-interface", "time",
                                         "length",   "output",          "repeat", "vms",             "parallel",
                                         "protocol", "bitrate",         "bidir",  "image",           "cpus",
                                         "memory",   "omit",            "networks", "latency",        "pps",
                                         NULL};
static const char *const driver_keys[] = {"name", "tag", "offloading", "offload-engine", "command", "image",
                                          NULL};
static const char *const driver_names[] = {"vfkit", "krunkit", "qemu", NULL};
static const char *const mode_names[] = {"shared", "bridged", "host", NULL};
static const char *const test_names[] = {"host-to-vm", "vm-to-host", "vm-to-vm", NULL};
static const char *const engine_names[] = {"auto", "on", "off", NULL};
static const char *const protocol_names[] = {"tcp", "udp", NULL};

static int read_engine(struct yaml_file *file, yaml_node_t *node, struct benchmark_driver *driver)
{
    yaml_node_t *value = yaml_file_get(file, node, "offload-engine");

    if (!value)
        return 0;
    int choice = yaml_file_choice(file, value, "drivers: offload-engine", engine_names);
    if (choice < 0)
        return -1;
    text_copy(driver->engine, sizeof(driver->engine), engine_names[choice]);
    return 0;
}

static int read_driver(struct yaml_file *file, yaml_node_t *node, struct benchmark_driver *driver)
{
    yaml_node_t *value;

    if (yaml_file_keys(file, node, driver_keys) < 0)
        return -1;
    if (!(value = yaml_file_get(file, node, "name")))
        return yaml_file_error(file, node, "drivers: this driver has no \"name\"");
    int choice = yaml_file_choice(file, value, "drivers: name", driver_names);
    if (choice < 0)
        return -1;
    text_copy(driver->name, sizeof(driver->name), driver_names[choice]);
    if ((value = yaml_file_get(file, node, "tag"))) {
        if (yaml_file_text(file, value, "drivers: tag", driver->tag, 37) < 0)
            return -1;
        if (!name_is_safe(driver->tag))
            return yaml_file_error(file, value, "drivers: tag \"%s\" cannot be part of a folder's name", driver->tag);
    }
    text_format(driver->label, sizeof(driver->label), "%s%s%s", driver->name, *driver->tag ? ":" : "", driver->tag);
    if ((value = yaml_file_get(file, node, "offloading")) &&
        yaml_file_bool(file, value, "drivers: offloading", &driver->offloading) < 0)
        return -1;
    if (read_engine(file, node, driver) < 0)
        return -1;
    if ((value = yaml_file_get(file, node, "command")) &&
        yaml_file_text(file, value, "drivers: command", driver->command, sizeof(driver->command)) < 0)
        return -1;
    if ((value = yaml_file_get(file, node, "image")) &&
        yaml_file_text(file, value, "drivers: image", driver->image, sizeof(driver->image)) < 0)
        return -1;
    if (driver->image[0] == '-' || driver->command[0] == '-')
        return yaml_file_error(file, node, "drivers: a value begins with a dash");
    return 0;
}

static int read_drivers(struct yaml_file *file, struct benchmark *benchmark)
{
    yaml_node_t *list = yaml_file_get(file, yaml_file_root(file), "drivers"), *item;

    if (!list) {
        /* All there are, on this system. */
        for (int i = 0; driver_names[i]; i++) {
            if (!host_facts_can_run(driver_names[i]))
                continue;
            struct benchmark_driver *driver = &benchmark->drivers[benchmark->driver_count++];
            text_copy(driver->name, sizeof(driver->name), driver_names[i]);
            text_copy(driver->label, sizeof(driver->label), driver->name);
        }
        return 0;
    }
    if (yaml_file_sequence(file, list, "drivers", BENCHMARK_LIST_MAX) < 0)
        return -1;
    for (int i = 0; (item = yaml_file_item(file, list, (size_t)i)); i++) {
        struct benchmark_driver *driver = &benchmark->drivers[i];
        if (read_driver(file, item, driver) < 0)
            return -1;
        for (int j = 0; j < i; j++)
            if (!strcmp(benchmark->drivers[j].label, driver->label))
                return yaml_file_error(file, item, "drivers: \"%s\" twice: give one a \"tag\"", driver->label);
        benchmark->driver_count++;
    }
    return 0;
}

/* A list of names out of a fixed set; the first `defaults` of them without the key. */
static int read_choices(struct yaml_file *file, const char *key, const char *const *names, int defaults,
                        char (*list)[NAME_SIZE], int *count)
{
    yaml_node_t *node = yaml_file_get(file, yaml_file_root(file), key), *item;
    int known = 0;

    while (names[known])
        known++;
    if (!node) {
        for (*count = 0; *count < defaults; (*count)++)
            text_copy(list[*count], NAME_SIZE, names[*count]);
        return 0;
    }
    if (yaml_file_sequence(file, node, key, (size_t)known) < 0)
        return -1;
    for (int i = 0; (item = yaml_file_item(file, node, (size_t)i)); i++) {
        int choice = yaml_file_choice(file, item, key, names);
        if (choice < 0)
            return -1;
        for (int j = 0; j < i; j++)
            if (!strcmp(list[j], names[choice]))
                return yaml_file_error(file, item, "%s: \"%s\" twice", key, names[choice]);
        text_copy(list[i], NAME_SIZE, names[choice]);
        *count = i + 1;
    }
    return 0;
}

static int read_vms(struct yaml_file *file, struct benchmark *benchmark)
{
    yaml_node_t *node = yaml_file_get(file, yaml_file_root(file), "vms"), *item = node;
    unsigned long number;

    benchmark->vms[0] = 2;
    benchmark->vms_count = 1;
    benchmark->vms_given = node;
    if (!node)
        return 0;
    bool is_list = node->type == YAML_SEQUENCE_NODE;
    if (is_list && yaml_file_sequence(file, node, "vms", BENCHMARK_LIST_MAX) < 0)
        return -1;
    for (int i = 0; (is_list ? (item = yaml_file_item(file, node, (size_t)i)) != NULL : i < 1); i++) {
        if (yaml_file_number(file, item, "vms", 1, 64, &number) < 0)
            return -1;
        benchmark->vms[i] = (unsigned)number;
        benchmark->vms_count = i + 1;
    }
    return 0;
}

static int read_number(struct yaml_file *file, const char *key, unsigned long min, unsigned long max, unsigned *value)
{
    yaml_node_t *node = yaml_file_get(file, yaml_file_root(file), key);
    unsigned long number;

    if (!node)
        return 0;
    if (yaml_file_number(file, node, key, min, max, &number) < 0)
        return -1;
    *value = (unsigned)number;
    return 0;
}

static int read_text(struct yaml_file *file, const char *key, char *out, size_t size)
{
    yaml_node_t *node = yaml_file_get(file, yaml_file_root(file), key);

    return node ? yaml_file_text(file, node, key, out, size) : 0;
}

static int read_bool(struct yaml_file *file, const char *key, bool *value)
{
    yaml_node_t *node = yaml_file_get(file, yaml_file_root(file), key);

    return node ? yaml_file_bool(file, node, key, value) : 0;
}

static void add_tests(struct benchmark *benchmark, const char *one, const char *other)
{
    text_copy(benchmark->tests[benchmark->test_count++], NAME_SIZE, one);
    text_copy(benchmark->tests[benchmark->test_count++], NAME_SIZE, other);
}

void benchmark_add_pps(struct benchmark *benchmark)
{
    add_tests(benchmark, "frames-host-to-vm", "frames-vm-to-host");
}

void benchmark_add_latency(struct benchmark *benchmark)
{
    add_tests(benchmark, "latency-idle", "latency-loaded");
}

static int read_more_tests(struct yaml_file *file, struct benchmark *benchmark)
{
    bool pps = false, latency = false;

    if (read_bool(file, "pps", &pps) < 0 || read_bool(file, "latency", &latency) < 0)
        return -1;
    if (pps)
        benchmark_add_pps(benchmark);
    if (latency)
        benchmark_add_latency(benchmark);
    return 0;
}

/* Digits, a point at most, and one of k, m, g: what iperf3 takes. */
static int read_amount(struct yaml_file *file, const char *key, char *out)
{
    if (read_text(file, key, out, NAME_SIZE) < 0)
        return -1;
    const char *c = out;
    while (isdigit((unsigned char)*c) || (*c == '.' && c > out))
        c++;
    if (*out && (c == out || (*c && (!strchr("kKmMgG", *c) || c[1]))))
        return yaml_file_error(file, yaml_file_get(file, yaml_file_root(file), key),
                               "%s: \"%s\" is no amount such as 128k or 1.5G", key, out);
    return 0;
}

static int read_protocol(struct yaml_file *file, struct benchmark *benchmark)
{
    yaml_node_t *root = yaml_file_root(file), *node = yaml_file_get(file, root, "protocol");

    if (node) {
        int choice = yaml_file_choice(file, node, "protocol", protocol_names);
        if (choice < 0)
            return -1;
        benchmark->udp = choice == 1;
    }
    return read_bool(file, "bidir", &benchmark->bidir);
}

static int read_bitrate(struct yaml_file *file, struct benchmark *benchmark)
{
    yaml_node_t *node = yaml_file_get(file, yaml_file_root(file), "bitrate");

    if (!node || yaml_file_text(file, node, "bitrate", benchmark->bitrate, NAME_SIZE) < 0)
        return node ? -1 : 0;
    benchmark->search = !strcmp(benchmark->bitrate, "search");
    if (!benchmark->search)
        return read_amount(file, "bitrate", benchmark->bitrate);
    if (!benchmark->udp)
        return yaml_file_error(file, node, "bitrate: \"search\" needs \"protocol: udp\"");
    if (benchmark->bidir)
        return yaml_file_error(file, node, "bitrate: \"search\" goes one way: not beside \"bidir\"");
    return 0;
}

/* No name for an option, and no option for a name. */
static int check_words(struct yaml_file *file, const struct benchmark *benchmark)
{
    const char *const keys[] = {"shared-interface", "image"};
    const char *const values[] = {benchmark->shared_interface, benchmark->image};

    for (int i = 0; i < 2; i++)
        if (values[i][0] == '-')
            return yaml_file_error(file, yaml_file_get(file, yaml_file_root(file), keys[i]),
                                   "%s: \"%s\" begins with a dash", keys[i], values[i]);
    return 0;
}

static int read_all(struct yaml_file *file, struct benchmark *b)
{
    if (read_drivers(file, b) < 0 ||
        benchmark_networks_read(file, b) < 0 ||
        read_choices(file, "operation-modes", mode_names, 3, b->modes, &b->mode_count) < 0 ||
        read_choices(file, "tests", test_names, 3, b->tests, &b->test_count) < 0 || read_more_tests(file, b) < 0 ||
        read_vms(file, b) < 0 ||
        read_text(file, "shared-interface", b->shared_interface, sizeof(b->shared_interface)) < 0 ||
        read_number(file, "time", 1, 86400, &b->time) < 0 || read_number(file, "omit", 0, 60, &b->omit) < 0 ||
        read_amount(file, "length", b->length) < 0 ||
        read_text(file, "output", b->output, sizeof(b->output)) < 0 ||
        read_number(file, "repeat", 1, 1000, &b->repeat) < 0 ||
        read_number(file, "parallel", 1, 128, &b->parallel) < 0 || read_protocol(file, b) < 0 ||
        read_bitrate(file, b) < 0 ||
        read_text(file, "image", b->image, sizeof(b->image)) < 0 ||
        read_number(file, "cpus", 1, 256, &b->cpus) < 0 ||
        read_number(file, "memory", 16, 1048576, &b->memory) < 0)
        return -1;
    return check_words(file, b);
}

int benchmark_read(struct benchmark *benchmark, const char *path)
{
    struct yaml_file file;

    *benchmark = (struct benchmark){.time = 10, .repeat = 1, .parallel = 1};
    if (yaml_file_open(&file, path, known_keys, name_report) < 0)
        return -1;
    int result = read_all(&file, benchmark);
    yaml_file_close(&file);
    return result;
}
