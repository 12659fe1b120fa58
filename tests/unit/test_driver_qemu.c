/* QEMU's command line. */
#include "unit/unit.h"
#include "harness/driver.h"

#include <stdlib.h>
#include <string.h>

static struct machine example(void)
{
    return (struct machine){
        .cpus = 2, .memory = 512, .kernel = "/i/kernel", .initrd = "/i/initrd", .cmdline = "quiet root=/dev/vda",
        .disk = "/v/disk.qcow2", .cidata = "/v/cidata.iso", .mac = "0a:d6:36:c1:ea:f3",
        .serial_socket = "/v/serial.sock", .serial_log = "/v/serial.log", .monitor_socket = "/v/monitor.sock",
        .program = "qemu", .network_fd = 3, .network_path = "/v/vmnet.sock", .own_path = "/v/qemu.sock",
    };
}

/* The words with a space between: enough to look for parts of it. */
static char *line(const struct machine *machine)
{
    struct words words = {0};
    char *text = calloc(1, 8192);

    driver_qemu.words(machine, &words);
    assert_false(words.failed);
    for (size_t i = 0; i < words.count; i++)
        strcat(strcat(text, words.list[i]), " ");
    words_free(&words);
    return text;
}

static void assert_has(const struct machine *machine, const char *part)
{
    char *text = line(machine);

    if (!strstr(text, part))
        fail_msg("no \"%s\" in: %s", part, text);
    free(text);
}

static void assert_has_not(const struct machine *machine, const char *part)
{
    char *text = line(machine);

    if (strstr(text, part))
        fail_msg("\"%s\" in: %s", part, text);
    free(text);
}

static void emulation_uses_what_was_measured(void **state)
{
    struct machine machine = example();

    assert_string_equal(driver_qemu.program(&machine), "qemu-system-x86_64");
    assert_has(&machine, "-machine q35 -accel tcg,thread=multi,tb-size=256 -cpu Nehalem -smp 2 -m 512 ");
    machine.is_arm64 = true;
    assert_string_equal(driver_qemu.program(&machine), "qemu-system-aarch64");
    assert_has(&machine, "-machine virt -accel tcg,thread=multi,tb-size=256 -cpu cortex-a72 ");
}

static void hardware_gives_its_own_processor(void **state)
{
    struct machine machine = example();

    machine.accelerator = ACCELERATOR_KVM;
    assert_has(&machine, "-accel kvm -cpu host ");
    machine.accelerator = ACCELERATOR_HVF;
    assert_has(&machine, "-accel hvf -cpu host ");
}

static void the_network_comes_by_descriptor(void **state)
{
    struct machine machine = example();

    assert_has(&machine, "-netdev dgram,id=net1,local.type=fd,local.str=3 "
                         "-device virtio-net-pci,netdev=net1,mac=0a:d6:36:c1:ea:f3,romfile= ");
}

static void the_network_comes_by_path(void **state)
{
    struct machine machine = example();

    machine.network_fd = -1;
    assert_has(&machine, "-netdev dgram,id=net1,remote.type=unix,remote.path=/v/vmnet.sock,"
                         "local.type=unix,local.path=/v/qemu.sock ");
}

static void the_network_comes_by_stream(void **state)
{
    struct machine machine = example();

    machine.network_fd = -1;
    machine.stream = true;
    assert_has(&machine, "-netdev stream,id=net1,server=off,addr.type=unix,addr.path=/v/vmnet.sock ");
}

static void arm64_boots_a_disk_by_its_firmware(void **state)
{
    struct machine machine = example();

    machine.is_arm64 = true;
    machine.firmware = "/f/edk2.fd";
    assert_has_not(&machine, "-bios");
    machine.kernel = NULL;
    assert_has(&machine, "-machine virt ");
    assert_has(&machine, "-bios /f/edk2.fd ");
}

static void further_disks_come_last(void **state)
{
    struct machine machine = example();

    machine.extra[0] = (struct machine_disk){.path = "/a,b", .format = "raw"};
    machine.extra[1] = (struct machine_disk){.path = "/c", .format = "qcow2"};
    machine.extra_count = 2;
    assert_has(&machine, "-device virtio-blk-pci,drive=cidata "
                         "-drive if=none,id=extra0,format=raw,file=/a,,b -device virtio-blk-pci,drive=extra0 "
                         "-drive if=none,id=extra1,format=qcow2,file=/c -device virtio-blk-pci,drive=extra1 ");
}

static void commas_in_paths_are_doubled(void **state)
{
    struct machine machine = example();

    machine.disk = "/a,b/disk.qcow2";
    machine.serial_log = "/a,b/serial.log";
    assert_has(&machine, "file=/a,,b/disk.qcow2 ");
    assert_has(&machine, "logfile=/a,,b/serial.log ");
}

static void a_guest_in_memory_has_no_disk(void **state)
{
    struct machine machine = example();

    assert_has(&machine, "drive=disk");
    machine.disk = NULL;
    assert_has_not(&machine, "drive=disk");
    assert_has(&machine, "drive=cidata");
}

static void a_disk_image_boots_by_itself(void **state)
{
    struct machine machine = example();

    machine.kernel = NULL;
    assert_has_not(&machine, "-kernel");
    assert_has_not(&machine, "-append");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emulation_uses_what_was_measured),
        cmocka_unit_test(hardware_gives_its_own_processor),
        cmocka_unit_test(the_network_comes_by_descriptor),
        cmocka_unit_test(the_network_comes_by_path),
        cmocka_unit_test(the_network_comes_by_stream),
        cmocka_unit_test(arm64_boots_a_disk_by_its_firmware),
        cmocka_unit_test(further_disks_come_last),
        cmocka_unit_test(commas_in_paths_are_doubled),
        cmocka_unit_test(a_guest_in_memory_has_no_disk),
        cmocka_unit_test(a_disk_image_boots_by_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
