/* The checks that both systems have: subnets, ports, programs, folders. */
#include "unit/doctor_check.h"
#include "harness/doctor_place.h"
#include "harness/doctor_port.h"
#include "harness/doctor_program.h"
#include "harness/doctor_subnet.h"
#include "common/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN struct report report = open_report()

static struct subnet shared(void)
{
    struct subnet subnet;

    subnet_fill(&subnet, "shared", 0xc0a86901, 0xffffff00);
    return subnet;
}

static void a_network_has_the_name_that_the_helper_gives_it(void **state)
{
    struct subnet subnet = shared();

    assert_string_equal(subnet.bridge, "vmn-sc0a8690018");
    subnet_fill(&subnet, "host", 0x0a010203, 0xfffff000);
    assert_string_equal(subnet.bridge, "vmn-h0a01000014");
}

static void taken(const char *addresses, const char *routes, const char *who)
{
    struct subnet subnet = shared();
    char found[128] = "";

    assert_int_equal(subnet_is_taken(&subnet, addresses, routes, found, sizeof(found)), who != NULL);
    if (who)
        assert_string_equal(found, who);
}

#define LINK(name, address, bits) "[{\"ifindex\": 2, \"ifname\": \"" name "\", \"addr_info\": [{\"family\": \"inet\", \"local\": \"" \
    address "\", \"prefixlen\": " bits "}]}]"
#define ROUTE(destination, dev, more) "[{\"dst\": \"" destination "\", \"dev\": \"" dev "\"" more "}]"

static void addresses_that_overlap_take_a_subnet(void **state)
{
    taken(NULL, NULL, NULL);
    taken("[]", "[]", NULL);
    taken("not JSON", "{}", NULL);
    taken(LINK("eth0", "10.0.0.1", "8"), NULL, NULL);
    taken(LINK("eth0", "192.168.106.1", "24"), NULL, NULL);
    taken(LINK("tun0", "192.168.105.9", "32"), NULL, "interface tun0 has the address 192.168.105.9/32");
    taken(LINK("eth0", "192.168.1.9", "16"), NULL, "interface eth0 has the address 192.168.1.9/16");
    taken(LINK("vmn-sc0a8690018", "192.168.105.1", "24"), NULL, NULL);
    taken(LINK("vmn-hc0a8690018", "192.168.105.1", "24"), NULL, "interface vmn-hc0a8690018 has the address 192.168.105.1/24");
}

static void routes_that_overlap_take_a_subnet(void **state)
{
    taken(NULL, ROUTE("default", "eth0", ""), NULL);
    taken(NULL, ROUTE("128.0.0.0/1", "tun0", ""), NULL);
    taken(NULL, ROUTE("10.0.0.0/8", "eth0", ""), NULL);
    taken(NULL, ROUTE("192.168.105.0/25", "tun0", ""), "interface tun0 has the route 192.168.105.0/25");
    taken(NULL, ROUTE("192.0.0.0/8", "tun0", ""), "interface tun0 has the route 192.0.0.0/8");
    taken(NULL, ROUTE("192.168.105.77", "eth1", ""), "interface eth1 has the route 192.168.105.77");
    taken(NULL, ROUTE("192.168.105.1", "eth1", ", \"table\": \"local\""), NULL);
    taken(NULL, ROUTE("192.168.105.0/24", "vmn-sc0a8690018", ""), NULL);
}

static void a_taken_subnet_blocks_the_default_network(void **state)
{
    struct subnet subnet = shared();
    OPEN;

    doctor_subnet(&report, &subnet, "interface tun0 has it");
    expect(&report, "blocks", "192.168.105.0/24", "--start-address 192.168.215.1");
    report = open_report();
    doctor_subnet(&report, &subnet, NULL);
    expect(&report, "ok", "192.168.105.0/24 is free", "");
    report = open_report();
    subnet_fill(&subnet, "host", 0xc0a86a01, 0xffffff00);
    doctor_subnet(&report, &subnet, "interface tun0 has it");
    expect(&report, "note", "192.168.106.0/24", "--start-address 192.168.216.1");
}

#define HEAD "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n"
#define SOCKET(local, st, inode) "  117: " local " 00000000:0000 " st " 00000000:00000000 00:00000000 00000000     0        0 " inode \
    " 2 0000000000000000 0\n"

static void a_socket_on_all_addresses_is_found(void **state)
{
    assert_int_equal(port_find_wildcard("", 67), 0);
    assert_int_equal(port_find_wildcard(HEAD, 67), 0);
    assert_int_equal(port_find_wildcard(HEAD SOCKET("00000000:0043", "07", "42"), 67), 42);
    assert_int_equal(port_find_wildcard(HEAD SOCKET("00000000:0043", "07", "42"), 53), 0);
    assert_int_equal(port_find_wildcard(HEAD SOCKET("3500007F:0035", "07", "42"), 53), 0);
    assert_int_equal(port_find_wildcard(HEAD SOCKET("3500007F:0035", "0A", "1") SOCKET("00000000:0035", "0A", "7"), 53), 7);
    assert_int_equal(port_find_wildcard(HEAD SOCKET("00000000:0035", "01", "7"), 53), 0);
    assert_int_equal(port_find_wildcard(HEAD SOCKET("00000000000000000000000000000000:0035", "07", "9"), 53), 9);
}

static void port(int number, int error, const char *holder, const char *result, const char *found, const char *remedy)
{
    struct port one = {"udp", number};
    OPEN;

    doctor_port(&report, &one, error, holder);
    expect(&report, result, found, remedy);
}

static void a_held_port_is_told_with_its_holder(void **state)
{
    port(67, 0, "", "ok", "can be served", "");
    port(53, EACCES, "", "ok", "needs root", "");
    port(67, EADDRINUSE, "dnsmasq (pid 7)", "blocks", "udp port 67 (DHCP) is held on all addresses by dnsmasq (pid 7)", "bind-dynamic");
    port(53, EADDRINUSE, "systemd-resolve (pid 7)", "blocks", "udp port 53 (DNS)", "DNSStubListenerExtra");
    port(53, EADDRINUSE, "named (pid 7)", "blocks", "named", "listen-on");
    port(53, EADDRINUSE, "another program", "blocks", "another program", "ss -lnp 'sport = 53'");
}

static void a_missing_program_is_told_with_its_package(void **state)
{
    static const struct program missing = {"no-such-program", {"deb", "rpm", NULL}, BLOCKS, "why not"};
    static const struct program shell = {"sh", {"deb", "rpm", NULL}, BLOCKS, "why not"};
    OPEN;

    doctor_program(&report, &missing, PACKAGER_APT);
    expect(&report, "blocks", "no-such-program is missing", "apt-get install deb");
    report = open_report();
    doctor_program(&report, &missing, PACKAGER_DNF);
    expect(&report, "blocks", "no-such-program is missing", "dnf install rpm");
    report = open_report();
    doctor_program(&report, &missing, PACKAGER_BREW);
    expect(&report, "blocks", "no-such-program is missing", "brew install no-such-program");
    report = open_report();
    doctor_program(&report, &shell, PACKAGER_APT);
    expect(&report, "ok", "/sh", "");
}

static void the_output_of_a_program_is_read(void **state)
{
    const char *const echo[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL};
    const char *const nothing[] = {"/no/such/program", NULL};
    char *text = NULL;

    assert_int_equal(program_output(echo, &text), 3);
    assert_string_equal(text, "out\n");
    free(text);
    assert_int_not_equal(program_output(nothing, &text), 0);
    assert_null(text);
}

static void make_dir(char path[64])
{
    strcpy(path, "/tmp/td.XXXXXX");
    assert_non_null(mkdtemp(path));
}

static void the_state_folder_must_be_ours(void **state)
{
    struct owner owner = {.uid = getuid(), .gid = getgid()};
    char dir[64], path[128];

    make_dir(dir);
    OPEN;
    doctor_state_folder(&report, dir, &owner);
    expect(&report, "ok", dir, "");
    report = open_report();
    snprintf(path, sizeof(path), "%s/a/b", dir);
    doctor_state_folder(&report, path, &owner);
    expect(&report, "ok", "will be made", "");
    assert_int_equal(access(path, F_OK), -1);
    report = open_report();
    snprintf(path, sizeof(path), "%s/file", dir);
    assert_int_equal(file_write(path, 0600, "", 0), 0);
    doctor_state_folder(&report, path, &owner);
    expect(&report, "blocks", "is no folder", "VMNET_HOME");
    assert_int_equal(file_remove_tree(dir), 0);
}

static void the_state_folder_of_root_is_of_no_use_to_others(void **state)
{
    struct owner owner = {.uid = 65534, .gid = 65534};

    if (geteuid() != 0) {
        skip();
        return;
    }
    assert_int_equal(seteuid(65534), 0);
    OPEN;
    doctor_state_folder(&report, "/", &owner);
    assert_int_equal(seteuid(0), 0);
    expect(&report, "blocks", "belongs to user 0", "chown -R 65534:65534");
}

static void the_path_of_a_socket_is_short(void **state)
{
    char path[128] = "/tmp/";
    OPEN;

    doctor_socket_path(&report, "/root/.vmnet-helper");
    expect(&report, "ok", "up to", "");
    memset(path + 5, 'x', 90);
    report = open_report();
    doctor_socket_path(&report, path);
    expect(&report, "note", "too long", "VMNET_HOME");
}

static void space_runs_out(void **state)
{
    OPEN;

    doctor_space_left(&report, "/home", 5e9);
    expect(&report, "ok", "4.7 GiB", "");
    report = open_report();
    doctor_space_left(&report, "/home", 1e9);
    expect(&report, "note", "0.9 GiB", "free some");
    report = open_report();
    doctor_space_left(&report, "/home", 1e6);
    expect(&report, "blocks", "0.0 GiB", "free some");
}

static void only_root_may_change_the_helper(void **state)
{
    char dir[64], file[80];

    make_dir(dir);
    snprintf(file, sizeof(file), "%s/helper", dir);
    assert_int_equal(file_write(file, 0755, "", 0), 0);
    OPEN;
    doctor_helper_path(&report, file, getuid());
    expect(&report, "ok", "only root", "");
    assert_int_equal(chmod(dir, 0775), 0);
    report = open_report();
    doctor_helper_path(&report, file, getuid());
    expect(&report, "note", "may be written to by others", "make install");
    assert_int_equal(chmod(dir, 0755), 0);
    report = open_report();
    assert_int_equal(chmod(file, 0757), 0);
    doctor_helper_path(&report, file, getuid());
    expect(&report, "note", "may be written to by others", "make install");
    if (getuid() == 0) {
        report = open_report();
        assert_int_equal(chmod(file, 0755), 0);
        assert_int_equal(chown(file, 65534, 65534), 0);
        doctor_helper_path(&report, file, 0);
        expect(&report, "note", "does not belong to root", "make install");
    }
    assert_int_equal(file_remove_tree(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_has_the_name_that_the_helper_gives_it),
        cmocka_unit_test(addresses_that_overlap_take_a_subnet),
        cmocka_unit_test(routes_that_overlap_take_a_subnet),
        cmocka_unit_test(a_taken_subnet_blocks_the_default_network),
        cmocka_unit_test(a_socket_on_all_addresses_is_found),
        cmocka_unit_test(a_held_port_is_told_with_its_holder),
        cmocka_unit_test(a_missing_program_is_told_with_its_package),
        cmocka_unit_test(the_output_of_a_program_is_read),
        cmocka_unit_test(the_state_folder_must_be_ours),
        cmocka_unit_test(the_state_folder_of_root_is_of_no_use_to_others),
        cmocka_unit_test(the_path_of_a_socket_is_short),
        cmocka_unit_test(space_runs_out),
        cmocka_unit_test(only_root_may_change_the_helper),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
