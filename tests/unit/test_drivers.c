/* The list of drivers, and the command lines of vfkit and krunkit. */
#include "unit/unit.h"
#include "harness/driver.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int quiet(void **state)
{
    int null = open("/dev/null", O_WRONLY);

    return null < 0 || dup2(null, STDERR_FILENO) < 0;
}

static struct machine example(const char *program)
{
    return (struct machine){
        .program = program, .cpus = 2, .memory = 512, .efi_store = "/v/efi", .disk = "/v/disk.img",
        .cidata = "/v/cidata.iso", .mac = "0a:d6:36:c1:ea:f3", .serial_log = "/v/serial.log", .network_fd = -1,
        .network_path = "/v/vmnet.sock",
    };
}

static void assert_line(const struct driver *driver, const struct machine *machine, const char *expected)
{
    struct words words = {0};

    driver->words(machine, &words);
    char *text = words_quoted(&words, false);
    assert_string_equal(text, expected);
    free(text);
    words_free(&words);
}

static void the_names_are_those_of_the_drivers(void **state)
{
    int count = 0;

    for (; driver_names()[count]; count++)
        assert_string_equal(driver_find(driver_names()[count])->name, driver_names()[count]);
    assert_int_equal(count, 3);
    assert_null(driver_find("nosuch"));
}

static void vfkit_boots_a_disk_by_efi(void **state)
{
    struct machine machine = example("vfkit");

    machine.magic = true;
    assert_line(&driver_vfkit, &machine,
                "vfkit --cpus 2 --memory 512 --bootloader efi,variable-store=/v/efi,create "
                "--device virtio-blk,path=/v/disk.img --device virtio-blk,path=/v/cidata.iso "
                "--device virtio-serial,logFilePath=/v/serial.log --device virtio-rng "
                "--device virtio-net,unixSocketPath=/v/vmnet.sock,mac=0a:d6:36:c1:ea:f3");
}

static void vfkit_boots_a_kernel_with_its_own_console(void **state)
{
    struct machine machine = example("/b/vfkit");

    machine.kernel = "/i/kernel";
    machine.initrd = "/i/initrd";
    machine.cmdline = "a=b,c";
    machine.disk = NULL;
    assert_line(&driver_vfkit, &machine,
                "/b/vfkit --cpus 2 --memory 512 --kernel /i/kernel --initrd /i/initrd "
                "--kernel-cmdline 'a=b,c console=hvc0' --device virtio-blk,path=/v/cidata.iso "
                "--device virtio-serial,logFilePath=/v/serial.log --device virtio-rng "
                "--device virtio-net,type=unixgram,path=/v/vmnet.sock,mac=0a:d6:36:c1:ea:f3,vfkitMagic=off");
}

static void krunkit_says_what_its_defaults_would_hide(void **state)
{
    struct machine machine = example("krunkit");

    machine.network_fd = 4;
    machine.offloading = true;
    machine.extra[machine.extra_count++] = (struct machine_disk){.path = "/d.img", .format = "raw"};
    assert_line(&driver_krunkit, &machine,
                "krunkit --cpus 2 --memory 512 --bootloader efi,variable-store=/v/efi,create "
                "--device virtio-blk,path=/v/disk.img,format=raw --device virtio-blk,path=/v/cidata.iso,format=raw "
                "--device virtio-blk,path=/d.img,format=raw "
                "--device virtio-serial,logFilePath=/v/serial.log --device virtio-rng "
                "--device virtio-net,type=unixgram,fd=4,mac=0a:d6:36:c1:ea:f3,offloading=on "
                "--restful-uri none:// --krun-log-level 3");
}

static void what_a_driver_cannot_do_is_refused(void **state)
{
    struct machine machine = example("x");

    assert_int_equal(driver_check(&driver_krunkit, &machine), 0);
    machine.kernel = "/i/kernel";
    assert_int_equal(driver_check(&driver_krunkit, &machine), -1);
    assert_int_equal(driver_check(&driver_vfkit, &machine), 0);
    machine.cidata = "/a,b/cidata.iso";
    assert_int_equal(driver_check(&driver_vfkit, &machine), -1);
    assert_int_equal(driver_check(&driver_qemu, &machine), 0);
    machine = example("x");
    machine.extra[machine.extra_count++] = (struct machine_disk){.path = "/d.qcow2", .format = "qcow2"};
    assert_int_equal(driver_check(&driver_vfkit, &machine), -1);
    assert_int_equal(driver_check(&driver_qemu, &machine), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_names_are_those_of_the_drivers),
        cmocka_unit_test(vfkit_boots_a_disk_by_efi),
        cmocka_unit_test(vfkit_boots_a_kernel_with_its_own_console),
        cmocka_unit_test(krunkit_says_what_its_defaults_would_hide),
        cmocka_unit_test(what_a_driver_cannot_do_is_refused),
    };

    return cmocka_run_group_tests(tests, quiet, NULL);
}
