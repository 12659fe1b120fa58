/* The checks of Linux: the device, capabilities, KVM, stale networks. */
#include "unit/doctor_check.h"
#include "harness/doctor_linux.h"
#include "harness/doctor_stale.h"
#include "harness/identity.h"
#include "common/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPEN struct report report = open_report()

static void tun(int error, const char *result, const char *found, const char *remedy)
{
    OPEN;

    doctor_tun(&report, error);
    expect(&report, result, found, remedy);
}

static void without_tun_there_is_no_interface(void **state)
{
    tun(0, "ok", "opens", "");
    tun(ENOENT, "blocks", "there is no /dev/net/tun", "modprobe tun");
    tun(ENODEV, "blocks", "kernel has no tun", "modprobe tun");
    tun(EPERM, "blocks", "does not open", "--device /dev/net/tun");
}

static void capability(const char *status, const char *result, const char *found)
{
    OPEN;

    doctor_capability(&report, status);
    expect(&report, result, found, *result == 'o' ? "" : "--cap-add NET_ADMIN");
}

static void root_may_lack_the_capability(void **state)
{
    capability("Name:\tsh\nCapEff:\t000001ffffffffff\n", "ok", "running as root");
    capability("Name:\tsh\nCapEff:\t00000000a80425fb\n", "blocks", "CAP_NET_ADMIN");
    capability("", "ok", "running as root");
}

static void accelerator(enum accelerator found, const char *reason, int error, const char *result, const char *remedy)
{
    OPEN;

    doctor_accelerator(&report, found, reason, error);
    expect(&report, result, reason, remedy);
}

static void kvm_may_be_absent_closed_or_lie(void **state)
{
    accelerator(ACCELERATOR_KVM, "a test guest ran in /dev/kvm", 0, "ok", "");
    accelerator(ACCELERATOR_TCG, "there is no /dev/kvm", ENOENT, "note", "modprobe kvm_intel");
    accelerator(ACCELERATOR_TCG, "/dev/kvm: Permission denied", EACCES, "note", "usermod -a -G kvm");
    accelerator(ACCELERATOR_TCG, "/dev/kvm opens, but runs a test guest too slowly", 0, "note", "none here");
}

/* A state folder: a network with a member of this pid and start time. */
static void add_network(const char *dir, const char *bridge, long pid, const char *start)
{
    char path[256], text[64];

    snprintf(path, sizeof(path), "%s/%s", dir, bridge);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/%s/member:vmt0", dir, bridge);
    snprintf(text, sizeof(text), "%ld %s\n", pid, start);
    assert_int_equal(file_write(path, 0600, text, strlen(text)), 0);
}

static void make_dir(char path[64])
{
    strcpy(path, "/tmp/tl.XXXXXX");
    assert_non_null(mkdtemp(path));
}

static void own_start(char *start)
{
    struct identity identity;

    assert_int_equal(identity_of(getpid(), &identity), 0);
    strcpy(start, identity.start);
    start[strcspn(start, "-")] = '\0';
}

static void a_network_without_a_living_helper_is_stale(void **state)
{
    char dir[64], start[IDENTITY_SIZE], path[128];
    struct stale stale;

    make_dir(dir);
    stale_find(&stale, dir);
    assert_int_equal(stale.networks, 0);
    own_start(start);
    add_network(dir, "vmn-alive", getpid(), start);
    add_network(dir, "vmn-dead", getpid(), "1");
    add_network(dir, "vmn-junk", 0, "");
    snprintf(path, sizeof(path), "%s/vmn-empty", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/namespace:cookie", dir);
    assert_int_equal(file_write(path, 0600, "1\n", 2), 0);
    stale_find(&stale, dir);
    assert_false(stale.unknown);
    assert_int_equal(stale.networks, 4);
    assert_int_equal(stale.dead, 3);
    assert_null(strstr(stale.names, "vmn-alive"));
    assert_non_null(strstr(stale.names, "vmn-dead"));
    assert_int_equal(file_remove_tree(dir), 0);
    stale_find(&stale, dir);
    assert_false(stale.unknown);
    assert_int_equal(stale.networks, 0);
}

static void a_pid_that_was_used_again_is_no_helper(void **state)
{
    char dir[64], start[IDENTITY_SIZE];
    struct stale stale;

    make_dir(dir);
    own_start(start);
    start[strlen(start) - 1] = '\0'; /* its beginning is not it */
    add_network(dir, "vmn-one", getpid(), start);
    stale_find(&stale, dir);
    assert_int_equal(stale.dead, 1);
    assert_int_equal(file_remove_tree(dir), 0);
}

static void stale_networks_are_told(void **state)
{
    struct stale none = {.networks = 2}, dead = {.networks = 2, .dead = 1, .names = "vmn-x"}, unknown = {.unknown = true};
    OPEN;

    doctor_stale(&report, &none, "", "/bin/vmnet-helper");
    expect(&report, "ok", "none; 2 in use", "");
    report = open_report();
    doctor_stale(&report, &dead, "sudo ", "/bin/vmnet-helper");
    expect(&report, "note", "1 of 2 networks were left by helpers that were killed: vmn-x", "sudo /bin/vmnet-helper --cleanup");
    report = open_report();
    doctor_stale(&report, &unknown, "sudo ", "/bin/vmnet-helper");
    expect(&report, "ok", "only root", "");
}

static void a_network_needs_its_dhcp_server(void **state)
{
    OPEN;

    doctor_dhcp_server(&report, "vmn-x", true);
    expect(&report, "ok", "vmn-x runs", "");
    report = open_report();
    doctor_dhcp_server(&report, "vmn-x", false);
    expect(&report, "blocks", "vmn-x has ended", "start any VM");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_tun_there_is_no_interface),
        cmocka_unit_test(root_may_lack_the_capability),
        cmocka_unit_test(kvm_may_be_absent_closed_or_lie),
        cmocka_unit_test(a_network_without_a_living_helper_is_stale),
        cmocka_unit_test(a_pid_that_was_used_again_is_no_helper),
        cmocka_unit_test(stale_networks_are_told),
        cmocka_unit_test(a_network_needs_its_dhcp_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
