# Each driver and each way to meet the helper, by stand-ins for vfkit and krunkit: they take what the real programs
# take, connect as they do, and lease an address.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    command -v python3 >/dev/null || skip "needs python3"
    # A disk with EFI, as far as the harness looks.
    truncate -s 1M "$dir/efi.img"
    export VMNET_STAND_IN=$root/tests/lib/stand_in
}

teardown_file() { vm_teardown; }

teardown() {
    harness vm delete one >/dev/null 2>&1 || true
    wait_for 30 nothing_is_left
}

# start_driver NAME [OPTION...]: a VM of this driver that has an address.
start_driver() {
    local driver=$1
    shift
    start_guest one --driver "$driver" --driver-command "$VMNET_STAND_IN/$driver" --image "$dir/efi.img" --wait address "$@"
}

# What the stand-in said of itself.
connected() { sed -n 's/^stand-in .*: network //p' "$VMNET_HOME/vms/one/serial.log"; }

answers() { in_ns ping -c 1 -W 5 "$(guest_address one)" >/dev/null; }

# runs_with DRIVER HOW [OPTION...]: it starts, has the address that it says, and answers.
runs_with() {
    local driver=$1 how=$2
    shift 2
    run start_driver "$driver" "$@"
    assert_success
    assert_equal "$(connected)" "$how"
    assert_equal "$(sed -n 's/^stand-in address: //p' "$VMNET_HOME/vms/one/serial.log")" "$(guest_address one)"
    wait_for 30 answers
    run harness vm stop one --timeout 0
    assert_success
    wait_for 30 nothing_is_left
    # Also of vfkit's own socket beside the helper's.
    assert_equal "$(find "$VMNET_HOME/vms/one" -type s)" ""
}

@test "vfkit by descriptor" {
    runs_with vfkit "fd, disks 2"
}

@test "vfkit by socket, with its magic" {
    runs_with vfkit "magic, disks 2" --connection socket
}

@test "vfkit by socket, without magic" {
    runs_with vfkit "plain, disks 2" --connection socket --vfkit-magic off
}

@test "vfkit by client" {
    runs_with vfkit "fd, disks 2" --connection client
}

@test "krunkit by descriptor" {
    runs_with krunkit "fd, offloading off, disks 2"
}

@test "krunkit by socket, without magic" {
    runs_with krunkit "plain, offloading off, disks 2" --connection socket
}

@test "krunkit by socket, with magic" {
    runs_with krunkit "magic, offloading off, disks 2" --connection socket --vfkit-magic on
}

@test "krunkit by stream" {
    runs_with krunkit "stream, offloading off, disks 2" --connection stream
}

@test "krunkit by client, with offloading" {
    runs_with krunkit "fd, offloading on, disks 2" --connection client --enable-offloading
}

@test "krunkit with offloading: the helper is told the same" {
    start_driver krunkit --connection socket --enable-offloading --offload-engine off
    assert_equal "$(connected)" "plain, offloading on, disks 2"
    run tr '\0' ' ' <"/proc/$(vm_field one helper_pid)/cmdline"
    assert_output --partial " --enable-tso --enable-checksum-offload "
    assert_output --partial " --offload-engine off "
}

@test "further disks: a new one and a file" {
    truncate -s 2M "$dir/more.img"
    start_driver vfkit --disk 1 --disk "$dir/more.img"
    assert_equal "$(connected)" "fd, disks 4"
    assert_equal "$(stat -c %s "$VMNET_HOME/vms/one/disk-1.img")" $((1 << 30))
}

@test "a disk of another format is refused, with what to do" {
    qemu-img create -q -f qcow2 "$dir/more.qcow2" 1M
    run start_driver krunkit --disk "$dir/more.qcow2"
    assert_failure 1
    assert_output --partial "error: krunkit takes raw disks only, and $dir/more.qcow2 is qcow2; convert it with: qemu-img convert"
}

@test "krunkit boots no kernel of its own" {
    run start_guest one --driver krunkit --driver-command "$VMNET_STAND_IN/krunkit" --image tiny --wait address
    assert_failure 1
    assert_output --partial "error: the image brings its own kernel, and krunkit boots from disks only"
}

@test "vfkit boots a kernel, up to a login, and starts again" {
    start_guest one --driver vfkit --driver-command "$VMNET_STAND_IN/vfkit" --image tiny --connection socket
    run in_guest one hostname
    assert_output one
    run harness vm console one
    assert_failure 1
    assert_output --partial "vfkit has no serial line to attach to; see it with: vm logs -f one"
    before=$(guest_address one)
    run harness vm stop one
    assert_success
    start_guest one
    assert_equal "$(guest_address one)" "$before"
}

@test "vfkit.command starts the same VM by hand" {
    start_driver vfkit
    address=$(guest_address one)
    harness vm stop one --timeout 0
    wait_for 30 nothing_is_left
    rm "$VMNET_HOME/vms/one/serial.log"
    "$VMNET_HOME/vms/one/vfkit.command" >"$dir/by-hand.log" 2>&1 3>&- &
    pid=$!
    wait_for 60 grep -qsx "stand-in address: $address" "$VMNET_HOME/vms/one/serial.log"
    kill "$pid"
    wait_for 30 nothing_is_left
}

@test "a VM that ends by itself says why: what the driver printed" {
    printf '#!/bin/sh\necho "no such device" >&2\nexit 1\n' >"$dir/broken"
    chmod +x "$dir/broken"
    run start_guest one --driver vfkit --driver-command "$dir/broken" --image "$dir/efi.img"
    assert_failure 1
    assert_output --partial "ended while it booted: no such device"
}

@test "qemu by stream" {
    start_guest one --image tiny --connection stream
    run in_guest one ip -4 -o address show eth0
    assert_output --partial " $(guest_address one)/"
}

@test "a disk of one driver is not for another" {
    start_driver vfkit
    harness vm stop one --timeout 0
    run start_guest one --driver qemu --image "$dir/efi.img" --wait address
    assert_failure 1
    assert_output --partial 'error: VM "one" has a disk in the format raw, which is not for qemu; to start over with it: vm delete one'
}
