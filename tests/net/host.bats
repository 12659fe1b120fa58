#!/usr/bin/env bats
# --operation-mode host: the VM, the host and the other VMs, and nothing else.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
}

teardown() { net_teardown; }

@test "a VM of a host network gets an address by DHCP" {
    start_machine one --operation-mode host
    assert_regex "$(lease one address)" '^192\.168\.106\.'
}

@test "a VM of a host network reaches the gateway" {
    start_machine one --operation-mode host
    vm_reaches one 192.168.106.1
}

@test "a host network gives no default route by DHCP" {
    start_machine one --operation-mode host
    assert_equal "$(lease one router)" ""
}

@test "a host network gives no default route by router advertisement" {
    start_helper one --operation-mode host
    start_vm one
    wait_for 30 vm_has_global_address one
    run ip -n "${ns}one" -6 route show default
    assert_output ""
}

@test "a VM of a host network does not reach the outside, whatever route it takes itself" {
    outside_make
    start_machine one --operation-mode host
    in_vm one ip route add default via 192.168.106.1
    vm_reaches one 192.168.106.1
    vm_does_not_reach one 10.9.0.2
}

@test "a VM of a host network does not reach the outside even where the host forwards for others" {
    outside_make
    in_ns sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/forwarding; echo 1 >/proc/sys/net/ipv4/conf/default/forwarding'
    start_machine one --operation-mode host
    ip -n "$outside" route add 192.168.106.0/24 via 10.9.0.1
    in_vm one ip route add default via 192.168.106.1
    vm_reaches one 192.168.106.1
    vm_does_not_reach one 10.9.0.2
}

@test "two VMs of a host network reach each other" {
    start_machine one --operation-mode host
    start_machine two --operation-mode host
    vm_reaches one "$(lease two address)"
}

@test "the JSON line of a host network has its addresses and no prefix for NAT" {
    start_helper one --operation-mode host
    run jq -c '[.vmnet_start_address, .vmnet_nat66_prefix]' "$dir/one.json"
    assert_output '["192.168.106.1",null]'
}
