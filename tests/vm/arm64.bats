# A guest of another architecture, emulated: the arm64 machine is the one that Macs have.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    [ "$(uname -m)" = x86_64 ] || skip "needs x86-64"
    local program
    for program in qemu-system-aarch64 qemu-aarch64-static; do
        command -v "$program" >/dev/null || skip "needs $program"
    done
    start_guest one --image tiny --arch arm64
}

teardown_file() { vm_teardown; }

@test "the guest is an arm64 machine, on the network" {
    run in_guest one uname -m
    assert_output aarch64
    run in_guest one ip -4 -o address show eth0
    assert_output --partial " $(guest_address one)/"
}

@test "it keeps the architecture over a stop" {
    run harness vm stop one
    assert_success
    run start_guest one
    assert_success
    run in_guest one uname -m
    assert_output aarch64
}

@test "images of both architectures are in the cache side by side" {
    harness image build tiny
    [ "$(ls -d "$VMNET_CACHE"/tiny/*-arm64 | wc -l)" -ge 1 ]
    run harness vm start two --arch mips
    assert_failure 2
    assert_output 'error: option "--arch" must be x86-64 or arm64, not "mips"'
}
