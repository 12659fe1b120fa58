#!/usr/bin/env bats
# --enable-isolation: the gateway and the outside, but no other isolated VM.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
}

teardown() { net_teardown; }

@test "two isolated VMs do not reach each other" {
    start_machine one --enable-isolation
    start_machine two --enable-isolation
    vm_reaches one 192.168.105.1
    vm_reaches two 192.168.105.1
    vm_does_not_reach one "$(lease two address)"
}

@test "an isolated VM reaches the outside" {
    outside_make
    start_machine one --enable-isolation
    vm_reaches one 10.9.0.2
}

@test "two VMs that are not isolated reach each other" {
    start_machine one
    start_machine two
    vm_reaches one "$(lease two address)"
}

@test "isolation holds on a bridge that was there before" {
    ip -n "$ns" link add br0 type bridge
    ip -n "$ns" address add 10.7.0.1/24 dev br0
    ip -n "$ns" link set br0 up
    for name in one two; do
        start_helper $name --operation-mode bridged --shared-interface br0 --enable-isolation
        start_vm $name
    done
    in_vm one ip address add 10.7.0.2/24 dev vm0
    in_vm two ip address add 10.7.0.3/24 dev vm0
    vm_reaches one 10.7.0.1
    vm_reaches two 10.7.0.1
    vm_does_not_reach one 10.7.0.3
}
